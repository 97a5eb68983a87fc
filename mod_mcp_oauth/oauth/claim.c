/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/claim.h"

#include <string.h>

static void add(apr_array_header_t *texts, const mcp_json_t *json,
                apr_pool_t *pool)
{
    switch (mcp_json_type(json)) {
    case MCP_JSON_STRING:
        APR_ARRAY_PUSH(texts, const char *) = mcp_json_string(json);
        break;
    case MCP_JSON_BOOLEAN:
    case MCP_JSON_INTEGER:
    case MCP_JSON_REAL:
        APR_ARRAY_PUSH(texts, const char *) = mcp_json_text(json, pool);
        break;
    default:
        break;
    }
}

const mcp_error_t *mcp_oauth_claim_texts(apr_array_header_t **texts,
                                         const char *claims, const char *place,
                                         mcp_ctx_t *cx)
{
    const mcp_json_t *json;
    apr_size_t i;

    *texts = apr_array_make(cx->pool, 4, sizeof(const char *));
    if (!claims)
        return NULL;
    if (mcp_json_read(&json, claims, strlen(claims), cx))
        return mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                               "Have the user sign in again.",
                               "the claims that are kept of a user are not "
                               "JSON");
    json = *place == '/' ? mcp_json_pointer(json, place)
                         : mcp_json_get(json, place);
    if (mcp_json_type(json) != MCP_JSON_ARRAY)
        add(*texts, json, cx->pool);
    else
        for (i = 0; i < mcp_json_size(json); i++)
            add(*texts, mcp_json_at(json, i), cx->pool);
    return NULL;
}
