/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/require.h"

#include <apr_strings.h>

#include "server/request.h"

typedef struct word_t {
    const mcp_server_require_t *does;
    const char *name;
    const char *example;
    const char *(*cut)(mcp_config_line_t *line, const char *args);
} word_t;

/* -- parsing -- */

static const char *parse(const word_t *word, cmd_parms *cmd, const char *args,
                         const void **parsed)
{
    mcp_config_line_t line = {NULL, NULL, NULL, cmd->pool, cmd};
    const char *wrong;
    int i;

    line.name = apr_pstrcat(cmd->pool, "Require ", word->name, NULL);
    wrong = word->cut(&line, args);
    if (wrong)
        return wrong;
    if (!line.words->nelts)
        return mcp_config_line_refuse(
            &line, "something is missing. Write \"%s %s\", say.", line.name,
            word->example);
    for (i = 0; i < line.words->nelts; i++)
        if (!*mcp_config_line_word(&line, i))
            return mcp_config_line_refuse(
                &line, "an argument is empty, and nobody has that. Drop it.");
    return word->does->read(parsed, &line);
}

const char *mcp_server_require_arguments(const void **parsed,
                                         const mcp_config_line_t *line)
{
    *parsed = line->words;
    return NULL;
}

/* -- asking -- */

static authz_status check(const word_t *word, request_rec *r, const char *args,
                          const void *parsed)
{
    mcp_server_request_t *q = mcp_server_request_find(r);
    int fits = 0;

    if (!r->user)
        return AUTHZ_DENIED_NO_USER;
    /* of some other AuthType's user we know nothing */
    if (!q || !q->principal || !q->section)
        return AUTHZ_DENIED;
    q->fault = word->does->ask(&fits, parsed, r);
    if (q->fault)
        return AUTHZ_GENERAL_ERROR;
    if (fits)
        return AUTHZ_GRANTED;
    if (q->authz == MCP_AUTHZ_COLLECTING)
        APR_ARRAY_PUSH(q->unmet, const char *) =
            apr_pstrcat(r->pool, word->name, " ", args, NULL);
    return AUTHZ_DENIED;
}

/* -- the words: httpd's functions do not learn for which they are called -- */

#define CUT_ARGUMENTS mcp_config_line_read
#define CUT_TEXT mcp_config_line_whole
#define MCP_REQUIRE(word, kind, usage, example, help)                         \
    static const word_t word##_word = {&mcp_server_require_##word,            \
                                       "mcp-" #word, example, CUT_##kind};    \
    static const char *word##_parse(cmd_parms *cmd, const char *args,         \
                                    const void **parsed)                      \
    {                                                                         \
        return parse(&word##_word, cmd, args, parsed);                        \
    }                                                                         \
    static authz_status word##_check(request_rec *r, const char *args,        \
                                     const void *parsed)                      \
    {                                                                         \
        return check(&word##_word, r, args, parsed);                          \
    }                                                                         \
    const authz_provider mcp_server_require_##word##_provider = {             \
        word##_check, word##_parse};
#include "server/require.def"
