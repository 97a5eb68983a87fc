/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/require.h"

#include "oauth/claim.h"
#include "server/request.h"

#define REGEX '~'

typedef struct value_t {
    const char *text;
    const ap_regex_t *regex; /* or NULL: the text itself is meant */
} value_t;

typedef struct claim_t {
    const char *place; /* a name, or a JSON Pointer */
    apr_array_header_t *values;
} claim_t;

/* -- parsing -- */

static const char *value_read(value_t *value, const char *word,
                              const mcp_config_line_t *line)
{
    value->text = word;
    value->regex = NULL;
    if (*word != REGEX)
        return NULL;
    if (!word[1])
        return mcp_config_line_refuse(
            line, "\"~\" fits everything. Write ~. if it is enough that there "
                  "is something, or a regular expression behind the ~.");
    value->regex = ap_pregcomp(line->pool, word + 1, AP_REG_DOLLAR_ENDONLY);
    return value->regex ? NULL
                        : mcp_config_line_refuse(
                              line,
                              "\"%s\" is no regular expression (PCRE). See "
                              "that each bracket is closed, and put a "
                              "backslash before a character that is meant "
                              "as it is.",
                              word + 1);
}

static const char *claim_read(const void **parsed,
                              const mcp_config_line_t *line)
{
    claim_t *claim = apr_pcalloc(line->pool, sizeof(*claim));
    const char *wrong = NULL;
    int i;

    claim->place = mcp_config_line_word(line, 0);
    claim->values = apr_array_make(line->pool, 2, sizeof(value_t));
    if (*claim->place == '/' && !mcp_json_is_pointer(claim->place))
        return mcp_config_line_refuse(
            line,
            "\"%s\" is not a JSON Pointer (RFC 6901): write ~0 for each ~ in "
            "a name, and ~1 for each slash.",
            claim->place);
    if (line->words->nelts < 2)
        return mcp_config_line_refuse(
            line, "which value? Write \"%s NAME VALUE\".", line->name);
    for (i = 1; i < line->words->nelts && !wrong; i++)
        wrong = value_read(apr_array_push(claim->values),
                           mcp_config_line_word(line, i), line);
    *parsed = claim;
    return wrong;
}

/* -- asking -- */

/* More than a no is said of the expression that takes too long for a text that
 * somebody has chosen: "Require not" would make a yes of it. */
static const mcp_error_t *value_ask(int *fits, const value_t *value,
                                    const char *text, mcp_ctx_t *cx)
{
    int status;

    if (!value->regex) {
        *fits = !strcmp(value->text, text);
        return NULL;
    }
    status = ap_regexec(value->regex, text, 0, NULL, 0);
    *fits = !status;
    if (!status || status == AP_REG_NOMATCH)
        return NULL;
    return mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                           "Write an expression that needs fewer steps.",
                           "the regular expression %s of Require mcp-claim "
                           "comes to no end with what a user's claim says",
                           value->text);
}

static const mcp_error_t *claim_ask(int *fits, const void *parsed,
                                    request_rec *r)
{
    mcp_server_request_t *q = mcp_server_request_find(r);
    const claim_t *claim = parsed;
    apr_array_header_t *texts;
    int i, k;

    MCP_TRY(mcp_oauth_claim_texts(&texts, q->principal->claims, claim->place,
                                  &q->cx));
    for (i = 0; i < texts->nelts && !*fits; i++)
        for (k = 0; k < claim->values->nelts && !*fits; k++)
            MCP_TRY(value_ask(fits, &APR_ARRAY_IDX(claim->values, k, value_t),
                              APR_ARRAY_IDX(texts, i, const char *), &q->cx));
    return NULL;
}

const mcp_server_require_t mcp_server_require_claim = {claim_read, claim_ask};
