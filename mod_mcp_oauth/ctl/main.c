/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <apr_general.h>

#include "base/version.h"
#include "base/writer.h"
#include "ctl/context.h"
#include "ctl/table.h"

typedef struct command_t {
    mcp_ctl_run_fn *run;
    const char *verb;
    const char *noun;
    const char *object;
    const char *options;
    const char *help;
} command_t;

static const command_t commands[] = {
#define MCP_COMMAND(function, verb, noun, object, options, help)              \
    {mcp_ctl_##function, verb, noun, object, options, help},
#include "ctl/command.def"
};

static const struct {
    const char *word;
    const char *argument;
    const char *help;
} options[] = {
#define MCP_OPTION(NAME, word, argument, help) {word, argument, help},
#include "ctl/command.def"
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define MOST_WORDS 3

/* What the command line says. */
typedef struct line_t {
    const char *words[MOST_WORDS + 1];
    int count;
    mcp_ctl_arguments_t arguments;
} line_t;

/* -- usage -- */

static void usage_print(FILE *out)
{
    size_t i;

    fprintf(out, "mcpctl looks at, and changes, the state of mod_mcp_oauth.\n"
                 "\n");
    for (i = 0; i < COUNT(commands); i++) {
        const command_t *c = &commands[i];

        fprintf(out, "  mcpctl %s%s%s%s%s%s%s\n      %s\n", c->verb,
                *c->noun ? " " : "", c->noun, *c->object ? " " : "", c->object,
                *c->options ? " " : "", c->options, c->help);
    }
    fprintf(out, "\n");
    for (i = 0; i < COUNT(options); i++)
        fprintf(out, "  --%s%s%s\n      %s\n", options[i].word,
                *options[i].argument ? " " : "", options[i].argument,
                options[i].help);
    fprintf(out, "\nIt exits with 0 when all is well, with 1 when the answer "
                 "is no or something is\nwrong, with 2 when it was not "
                 "understood, with 3 when it cannot reach the state.\n");
}

/* -- reading -- */

static const mcp_error_t *misused(mcp_ctx_t *cx, const char *what,
                                  const char *word)
{
    return mcp_error_fault(MCP_E_INVALID_REQUEST, cx,
                           "\"mcpctl --help\" says what there is.", "%s%s",
                           what, word);
}

/* Takes what follows argument i where the option needs it. */
static const mcp_error_t *option_read(line_t *line, int *i,
                                      const char *const *argv, mcp_ctx_t *cx)
{
    const char *word = argv[*i] + 2;
    size_t len = strcspn(word, "="), k;
    const char *value = word[len] ? word + len + 1 : NULL;

    for (k = 0; k < COUNT(options); k++)
        if (strlen(options[k].word) == len &&
            !strncmp(options[k].word, word, len))
            break;
    if (k == COUNT(options))
        return misused(cx, "there is no option ", argv[*i]);
    if (!*options[k].argument && value)
        return misused(cx, "no argument belongs to --", options[k].word);
    if (*options[k].argument && !value)
        value = argv[*i + 1] ? argv[++*i] : NULL;
    if (*options[k].argument && !value)
        return misused(cx, "an argument belongs to --", options[k].word);
    line->arguments.option[k] = value ? value : "";
    return NULL;
}

static const mcp_error_t *line_read(line_t *line, const char *const *argv,
                                    mcp_ctx_t *cx)
{
    int i, is_over = 0;

    memset(line, 0, sizeof(*line));
    for (i = 1; argv[i]; i++) {
        if (!is_over && !strcmp(argv[i], "--"))
            is_over = 1;
        else if (!is_over && !strncmp(argv[i], "--", 2))
            MCP_TRY(option_read(line, &i, argv, cx));
        else if (line->count == MOST_WORDS)
            return misused(cx, "that is too much: ", argv[i]);
        else
            line->words[line->count++] = argv[i];
    }
    return NULL;
}

/* How many words name the command; 0: it is another. */
static int words_of(const command_t *command, const line_t *line)
{
    if (!line->count || strcmp(command->verb, line->words[0]) != 0)
        return 0;
    if (!*command->noun)
        return 1;
    return line->count > 1 && !strcmp(command->noun, line->words[1]) ? 2 : 0;
}

static int has_option(const command_t *command, size_t k)
{
    const char *at = strstr(command->options, options[k].word);

    /* those that every command has */
    return k == MCP_CTL_STATE || k == MCP_CTL_JSON ||
           k == MCP_CTL_SEALING_KEY || (at && at[-1] == '-');
}

static const mcp_error_t *options_check(const command_t *command,
                                        const line_t *line, mcp_ctx_t *cx)
{
    size_t k;

    for (k = 0; k < COUNT(options); k++) {
        if (line->arguments.option[k] && !has_option(command, k))
            return misused(cx, "this command has no --", options[k].word);
        if (!line->arguments.option[k] &&
            !strncmp(command->options, "--", 2) && has_option(command, k) &&
            !strncmp(command->options + 2, options[k].word,
                     strlen(options[k].word)))
            return misused(cx, "it needs --", options[k].word);
    }
    return NULL;
}

static const mcp_error_t *command_find(const command_t **found, line_t *line,
                                       mcp_ctx_t *cx)
{
    size_t i = 0;
    int used = 0, wanted;

    while (i < COUNT(commands) && !used)
        used = words_of(&commands[i++], line);
    if (!used)
        return misused(cx, line->count ? "there is no command " : "say what",
                       line->count ? line->words[0] : "");
    *found = &commands[i - 1];
    wanted = *(*found)->object != '\0';
    if (line->count - used < wanted)
        return misused(cx, "it needs ", (*found)->object);
    if (line->count - used > wanted)
        return misused(cx, "that is too much: ", line->words[used + wanted]);
    if (wanted)
        line->arguments.object = line->words[used];
    return options_check(*found, line, cx);
}

/* -- running -- */

static void failure_print(const mcp_error_t *e, const line_t *line,
                          apr_pool_t *pool)
{
    const char *what = e->detail ? e->detail : mcp_error_text(e);
    mcp_writer_t *w;

    if (!line->arguments.option[MCP_CTL_JSON]) {
        fprintf(stderr, "mcpctl: %s\n", mcp_ctl_table_safe(what, pool));
        if (e->remedy)
            fprintf(stderr, "        %s\n", e->remedy);
        return;
    }
    w = mcp_writer_make(pool);
    mcp_writer_open(w, '{');
    mcp_writer_member(w, "error", what);
    mcp_writer_member(w, "remedy", e->remedy);
    mcp_writer_close(w);
    printf("%s\n", mcp_writer_text(w, NULL));
}

static int code_of(const mcp_error_t *e)
{
    if (e->code == MCP_E_INVALID_REQUEST)
        return MCP_CTL_USAGE;
    return e->code == MCP_E_NOT_FOUND ? MCP_CTL_NO : MCP_CTL_UNREACHABLE;
}

static const mcp_error_t *run(int *answer, line_t *line, mcp_ctx_t *cx)
{
    const command_t *command = NULL;

    *answer = MCP_CTL_OK;
    if (line->arguments.option[MCP_CTL_HELP])
        usage_print(stdout);
    else if (line->arguments.option[MCP_CTL_VERSION])
        printf("mcpctl " MCP_VERSION "\n");
    else {
        MCP_TRY(command_find(&command, line, cx));
        return command->run(answer, &line->arguments, cx);
    }
    return NULL;
}

/* A reader that has seen enough, such as head, need not be told. */
static int finish(int answer)
{
    if (!fflush(stdout) && !ferror(stdout))
        return answer;
    if (errno != EPIPE)
        fprintf(stderr, "mcpctl: the answer cannot be written\n");
    return MCP_CTL_UNREACHABLE;
}

int main(int argc, const char *const *argv)
{
    const mcp_error_t *e;
    apr_pool_t *pool;
    line_t line;
    mcp_ctx_t cx;
    int answer;

    umask(S_IRWXG | S_IRWXO);
    signal(SIGPIPE, SIG_IGN); /* as the stores want it */
    apr_app_initialize(&argc, &argv, NULL);
    apr_pool_create(&pool, NULL);
    mcp_ctl_context_make(&cx, pool);
    e = line_read(&line, argv, &cx);
    if (!e)
        e = run(&answer, &line, &cx);
    if (e) {
        failure_print(e, &line, pool);
        answer = code_of(e);
    }
    answer = finish(answer);
    apr_pool_destroy(pool);
    apr_terminate();
    return answer;
}
