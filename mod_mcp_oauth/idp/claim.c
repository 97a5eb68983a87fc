/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/claim.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "base/encode.h"
#include "base/scope.h"

int mcp_idp_claim_is_good(const char *text)
{
    const char *c;

    if (!text || !*text || strlen(text) > MCP_IDP_CLAIM_TEXT ||
        !mcp_encode_is_utf8(text, strlen(text)))
        return 0;
    for (c = text; *c; c++)
        if (apr_iscntrl(*c))
            return 0;
    return 1;
}

const char *mcp_idp_claim_text(const mcp_json_t *json, apr_pool_t *pool)
{
    const char *text = mcp_json_string(json);
    apr_int64_t number;

    if (mcp_json_type(json) == MCP_JSON_INTEGER &&
        mcp_json_integer(&number, json))
        return apr_psprintf(pool, "%" APR_INT64_T_FMT, number);
    return mcp_idp_claim_is_good(text) ? text : NULL;
}

const char *mcp_idp_claim_cut(const char *text, apr_size_t most,
                              apr_pool_t *pool)
{
    apr_size_t len = strlen(text), at = 0, one;
    unsigned rune;

    if (len <= most)
        return text;
    while ((one = mcp_encode_utf8(text + at, len - at, &rune)) != 0 &&
           at + one <= most)
        at += one;
    return apr_pstrmemdup(pool, text, at);
}

void mcp_idp_claim_add(apr_array_header_t *list, const char *text)
{
    if (text && list->nelts < MCP_IDP_CLAIM_LIST)
        mcp_scope_add(list, text);
}

apr_array_header_t *mcp_idp_claim_list(const mcp_json_t *json, int is_cut,
                                       apr_pool_t *pool)
{
    apr_array_header_t *list;
    const char *text = mcp_idp_claim_text(json, pool), *one;
    char *rest, *last;
    apr_size_t i;

    if (!text && mcp_json_type(json) != MCP_JSON_ARRAY)
        return NULL;
    list = apr_array_make(pool, 4, sizeof(const char *));
    for (i = 0; !text && i < mcp_json_size(json); i++)
        mcp_idp_claim_add(list,
                          mcp_idp_claim_text(mcp_json_at(json, i), pool));
    if (text && !is_cut)
        mcp_idp_claim_add(list, text);
    if (!text || !is_cut)
        return list;
    rest = apr_pstrdup(pool, text);
    for (one = apr_strtok(rest, " ", &last); one;
         one = apr_strtok(NULL, " ", &last))
        mcp_idp_claim_add(list, one);
    return list;
}

int mcp_idp_claim_is_yes(const mcp_json_t *json)
{
    const char *text = mcp_json_string(json);
    apr_int64_t number;

    if (text)
        return !strcmp(text, "true") || !strcmp(text, "1");
    return mcp_json_is_true(json) ||
           (mcp_json_integer(&number, json) && number == 1);
}
