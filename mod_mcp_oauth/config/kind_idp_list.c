/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_lib.h>
#include <apr_strings.h>

#include "base/scope.h"
#include "config/kind.h"
#include "idp/argument.h"
#include "jose/alg.h"

/* Words of an identity provider that are lists of words. Several lines add
 * up. */

typedef const char *(*check_t)(const char *word,
                               const mcp_config_line_t *line);

static const char *list_read(void *value, const mcp_config_line_t *line,
                             check_t check)
{
    apr_array_header_t **list = value;
    int i;

    if (!*list)
        *list = apr_array_make(line->pool, 4, sizeof(const char *));
    for (i = 0; i < line->words->nelts; i++) {
        const char *word = mcp_config_line_word(line, i);
        const char *wrong = check(word, line);

        if (wrong)
            return wrong;
        mcp_scope_add(*list, word);
    }
    return NULL;
}

/* -- Audience -- */

static const char *audience_check(const char *word,
                                  const mcp_config_line_t *line)
{
    const char *c;

    for (c = word; *c && !apr_iscntrl(*c); c++)
        ;
    return *word && !*c ? NULL
                        : mcp_config_line_refuse(
                              line, "\"%s\" is not an audience.", word);
}

static const char *audience_parse(void *value, const mcp_config_line_t *line)
{
    return list_read(value, line, audience_check);
}

/* -- Scopes; "none" is the empty list -- */

static const char *scope_check(const char *word, const mcp_config_line_t *line)
{
    if (!strcmp(word, "none"))
        return mcp_config_line_refuse(line, "none stands alone.");
    return mcp_scope_is_token(word)
               ? NULL
               : mcp_config_line_refuse(
                     line,
                     "\"%s\" is not a scope: it has at most %d characters "
                     "and no blanks, quotes or backslashes.",
                     word, MCP_SCOPE_MAX_LENGTH);
}

static const char *scopes_parse(void *value, const mcp_config_line_t *line)
{
    apr_array_header_t **scopes = value;

    if (line->words->nelts == 1 &&
        !strcmp(mcp_config_line_word(line, 0), "none")) {
        *scopes = apr_array_make(line->pool, 1, sizeof(const char *));
        return NULL;
    }
    return list_read(value, line, scope_check);
}

static const char *scopes_show(const void *value, const char *limits,
                               apr_pool_t *pool)
{
    const apr_array_header_t *scopes =
        *(const apr_array_header_t *const *)value;

    return scopes && !scopes->nelts
               ? "none"
               : mcp_config_kind_strings(value, limits, pool);
}

/* -- Issuer -- */

static const char *issuer_check(const char *word,
                                const mcp_config_line_t *line)
{
    const char *wrong = mcp_idp_argument_url_fault(word, line->pool);

    return wrong ? mcp_config_line_refuse(line, "%s", wrong) : NULL;
}

static const char *issuers_parse(void *value, const mcp_config_line_t *line)
{
    return list_read(value, line, issuer_check);
}

/* -- Algorithms -- */

static const char *algorithm_check(const char *word,
                                   const mcp_config_line_t *line)
{
    if (!strcasecmp(word, "none"))
        return mcp_config_line_refuse(
            line,
            "\"%s\" is no signature: anybody could make such a token. "
            "It is never accepted.",
            word);
    if (mcp_jose_alg_find(word))
        return NULL;
    return mcp_config_line_refuse(
        line,
        "\"%s\" is not an algorithm that is verified here. Those are RS256 "
        "RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519, and "
        "HS256 with SharedSecret.",
        word);
}

static const char *algorithms_parse(void *value, const mcp_config_line_t *line)
{
    return list_read(value, line, algorithm_check);
}

/* That of a provider that signs nothing is empty. */
static const char *algorithms_show(const void *value, const char *limits,
                                   apr_pool_t *pool)
{
    const apr_array_header_t *list = *(const apr_array_header_t *const *)value;

    return list && list->nelts ? mcp_config_kind_strings(value, limits, pool)
                               : NULL;
}

const mcp_config_kind_t mcp_config_kind_idp_audience = {
    audience_parse, mcp_config_kind_replace, mcp_config_kind_strings};

const mcp_config_kind_t mcp_config_kind_idp_scopes = {
    scopes_parse, mcp_config_kind_replace, scopes_show};

const mcp_config_kind_t mcp_config_kind_idp_issuers = {
    issuers_parse, mcp_config_kind_replace, mcp_config_kind_strings};

const mcp_config_kind_t mcp_config_kind_idp_algorithms = {
    algorithms_parse, mcp_config_kind_replace, algorithms_show};
