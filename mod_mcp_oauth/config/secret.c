/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/secret.h"

#include <apr_strings.h>

#include "config/file.h"
#include "config/problem.h"

#define MAX_BYTES 65536

typedef struct reading_t {
    const mcp_config_line_t *line;
    const char *argument; /* behind the prefix */
    const char *from;     /* the file that it is in; NULL: none */
    char *text;
    apr_size_t len;
} reading_t;

static const char *file_read(reading_t *r)
{
    const char *wrong;

    r->from = mcp_config_file_path(r->argument, r->line);
    if (!r->from)
        return mcp_config_line_refuse(r->line, "\"file:\" names no file.");
    wrong =
        mcp_config_file_read(&r->text, &r->len, r->from, MAX_BYTES, r->line);
    if (wrong)
        return wrong;
    if (r->len && r->text[r->len - 1] == '\n')
        r->len--;
    if (r->len && r->text[r->len - 1] == '\r')
        r->len--;
    return NULL;
}

static const char *exec_read(reading_t *r)
{
    apr_pool_t *pool = r->line->pool;
    const char *program = NULL;
    char **argv;

    if (!apr_tokenize_to_argv(r->argument, &argv, pool) && argv[0])
        program = ap_server_root_relative(pool, argv[0]);
    if (!program)
        return mcp_config_line_refuse(r->line, "\"exec:\" names no program.");
    r->text = ap_get_exec_line(pool, program, (const char *const *)argv);
    if (!r->text || !*r->text)
        return mcp_config_line_refuse(
            r->line,
            "%s printed nothing. It has to be a program that the user who "
            "starts httpd can run, and that prints the secret on one line.",
            program);
    r->len = strlen(r->text);
    return NULL;
}

static const char *env_read(reading_t *r)
{
    const char *text = *r->argument ? getenv(r->argument) : NULL;

    if (!text || !*text)
        return mcp_config_line_refuse(
            r->line,
            "the environment that httpd starts in has no %s. Set it there: "
            "in /etc/apache2/envvars, or in the service's unit.",
            *r->argument ? r->argument : "variable without a name");
    r->text = apr_pstrdup(r->line->pool, text);
    r->len = strlen(text);
    return NULL;
}

static const char *literal_read(reading_t *r)
{
    const cmd_parms *cmd = r->line->cmd;

    r->text = apr_pstrdup(r->line->pool, r->argument);
    r->len = strlen(r->text);
    r->from = cmd && cmd->directive ? cmd->directive->filename : NULL;
    return NULL;
}

static const struct {
    const char *prefix;
    const char *(*read)(reading_t *r);
} sources[] = {
    {MCP_FILE_PREFIX, file_read},
    {"exec:", exec_read},
    {"env:", env_read},
    {"", literal_read},
};

static const char *text_check(const reading_t *r, const char *limits)
{
    char *dash;
    unsigned long least = strtoul(limits, &dash, 10);
    unsigned long most = strtoul(dash + 1, NULL, 10);

    if (memchr(r->text, '\0', r->len))
        return mcp_config_line_refuse(
            r->line, "the secret holds a NUL byte: is it a binary file? "
                     "Write it as text, in hexadecimal say.");
    if (r->len < least)
        return mcp_config_line_refuse(
            r->line,
            "the secret has %lu bytes, which can be guessed; %lu are the "
            "least. \"openssl rand -base64 32\" makes one.",
            (unsigned long)r->len, least);
    if (r->len > most)
        return mcp_config_line_refuse(
            r->line, "the secret has more than %lu bytes.", most);
    return NULL;
}

static void openness_check(const reading_t *r)
{
    const mcp_config_line_t *line = r->line;
    mcp_config_report_t report = {NULL, line->pool, 0, NULL};

    if (!r->from || !mcp_config_file_is_open(r->from, line->pool))
        return;
    report.server = line->cmd->server;
    mcp_config_problem_report(&report,
                              apr_psprintf(line->pool, "%s, line %d of %s",
                                           line->name,
                                           line->cmd->directive->line_num,
                                           line->cmd->directive->filename),
                              MCP_PROBLEM_SECRET_OPEN, r->from);
}

const char *mcp_config_secret_read(const mcp_secret_setting_t **secret,
                                   const char *word, const char *limits,
                                   const mcp_config_line_t *line)
{
    mcp_secret_setting_t *made = apr_pcalloc(line->pool, sizeof(*made));
    reading_t r = {line, NULL, NULL, NULL, 0};
    apr_size_t i, len;
    const char *wrong;

    for (i = 0; strncmp(word, sources[i].prefix, strlen(sources[i].prefix));
         i++)
        ;
    len = strlen(sources[i].prefix);
    r.argument = word + len;
    wrong = sources[i].read(&r);
    if (!wrong) {
        r.text[r.len] = '\0';
        wrong = text_check(&r, limits);
    }
    if (wrong)
        return wrong;
    openness_check(&r);
    made->text = r.text;
    made->source = len ? word : "a literal";
    *secret = made;
    return NULL;
}
