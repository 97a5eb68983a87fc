/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/metadata.h"

#include <apr_strings.h>
#include <string.h>

#include "base/encode.h"
#include "base/scope.h"
#include "oauth/dpop.h"
#include "oauth/redirect.h"
#include "oauth/scopes.h"

#define MAX_REDIRECT_URIS 10
#define MAX_NAME 200 /* characters */

typedef struct asked_t {
    const mcp_json_t *json;
    const mcp_oauth_service_t *service;
    mcp_oauth_client_t *client;
} asked_t;

const mcp_json_t *mcp_oauth_metadata_member(const mcp_json_t *json,
                                            const char *name)
{
    const mcp_json_t *value = mcp_json_get(json, name);

    return mcp_json_type(value) == MCP_JSON_NULL ? NULL : value;
}

const mcp_error_t *mcp_oauth_metadata_string(const char **text,
                                             const mcp_json_t *json,
                                             const char *name, mcp_ctx_t *cx)
{
    const mcp_json_t *value = mcp_oauth_metadata_member(json, name);

    *text = mcp_json_string(value);
    if (value && !*text)
        return mcp_error_tell(MCP_E_INVALID_METADATA, cx,
                              "%s is not a string.", name);
    return NULL;
}

static const mcp_json_t *member(const asked_t *in, const char *name)
{
    return mcp_oauth_metadata_member(in->json, name);
}

/* Whether a list of strings has one of these; 1 when it is absent. */
static const mcp_error_t *list_has(int *has, const asked_t *in,
                                   const char *name, const char *wanted,
                                   mcp_ctx_t *cx)
{
    const mcp_json_t *list = member(in, name);
    const char *text;
    apr_size_t i;

    *has = !list;
    if (list && mcp_json_type(list) != MCP_JSON_ARRAY)
        return mcp_error_tell(MCP_E_INVALID_METADATA, cx, "%s is not a list.",
                              name);
    for (i = 0; i < mcp_json_size(list); i++) {
        text = mcp_json_string(mcp_json_at(list, i));
        if (!text)
            return mcp_error_tell(MCP_E_INVALID_METADATA, cx,
                                  "%s holds something other than strings.",
                                  name);
        if (!strcmp(text, wanted))
            *has = 1;
    }
    return NULL;
}

/* -- redirect_uris -- */

static int has(const apr_array_header_t *list, const char *text)
{
    int i;

    for (i = 0; i < list->nelts; i++)
        if (!strcmp(APR_ARRAY_IDX(list, i, const char *), text))
            return 1;
    return 0;
}

/* Each is judged alone: some clients register schemes for all their platforms
 * at once, and one that we refuse must not lock the others out. */
static const mcp_error_t *redirect_uris_read(const asked_t *in, mcp_ctx_t *cx)
{
    const mcp_json_t *list = member(in, "redirect_uris");
    apr_array_header_t *uris = apr_array_make(cx->pool, 4, sizeof(char *));
    const char *why = "", *uri, *fault;
    apr_size_t i, count = mcp_json_size(list);

    if (mcp_json_type(list) != MCP_JSON_ARRAY || !count ||
        count > MAX_REDIRECT_URIS)
        return mcp_error_tell(MCP_E_INVALID_REDIRECT_URI, cx,
                              "redirect_uris has to be a list of 1 to %d "
                              "URIs.",
                              MAX_REDIRECT_URIS);
    for (i = 0; i < count; i++) {
        uri = mcp_json_string(mcp_json_at(list, i));
        fault = uri ? mcp_oauth_redirect_fault(
                          uri, in->service->settings->redirect_schemes, cx)
                    : "is not a string";
        if (!fault && !has(uris, uri))
            APR_ARRAY_PUSH(uris, const char *) = uri;
        if (fault)
            why = apr_pstrcat(cx->pool, why, " ",
                              uri ? mcp_oauth_redirect_describe(uri, cx).name
                                  : "(no URI)",
                              " ", fault, ".", NULL);
    }
    in->client->redirect_uris = uris;
    if (!uris->nelts)
        return mcp_error_tell(MCP_E_INVALID_REDIRECT_URI, cx,
                              "No redirect URI is acceptable:%s", why);
    return NULL;
}

/* -- the rest -- */

static const mcp_error_t *grants_read(const asked_t *in, mcp_ctx_t *cx)
{
    int has_code, has_refresh, has_response;

    MCP_TRY(list_has(&has_code, in, "grant_types", "authorization_code", cx));
    MCP_TRY(list_has(&has_refresh, in, "grant_types", "refresh_token", cx));
    MCP_TRY(list_has(&has_response, in, "response_types", "code", cx));
    if (!has_code)
        return mcp_error_tell(MCP_E_INVALID_METADATA, cx,
                              "grant_types has to have authorization_code.");
    if (!has_response)
        return mcp_error_tell(MCP_E_INVALID_METADATA, cx,
                              "response_types has to have code.");
    /* absent means authorization_code alone */
    in->client->may_refresh = has_refresh && member(in, "grant_types");
    return NULL;
}

/* RFC 9449 5.2; where no proofs are taken it is a member that nobody knows */
static const mcp_error_t *dpop_read(const asked_t *in, mcp_ctx_t *cx)
{
    const mcp_json_t *bound = member(in, "dpop_bound_access_tokens");

    if (!bound || !mcp_oauth_dpop_is_offered(in->service))
        return NULL;
    if (mcp_json_type(bound) != MCP_JSON_BOOLEAN)
        return mcp_error_tell(MCP_E_INVALID_METADATA, cx,
                              "dpop_bound_access_tokens is neither true nor "
                              "false.");
    in->client->has_dpop = mcp_json_is_true(bound);
    return NULL;
}

/* Shortened rather than refused: it is only shown. */
static const mcp_error_t *name_read(const asked_t *in, mcp_ctx_t *cx)
{
    const char *name, *end;
    apr_size_t left;
    unsigned rune;
    int i;

    MCP_TRY(mcp_oauth_metadata_string(&name, in->json, "client_name", cx));
    if (!name || !*name)
        return NULL;
    left = strlen(name);
    for (end = name, i = 0; *end && i < MAX_NAME; i++) {
        apr_size_t step = mcp_encode_utf8(end, left, &rune);

        end += step ? step : 1;
        left -= step ? step : 1;
    }
    in->client->name =
        apr_pstrmemdup(cx->pool, name, (apr_size_t)(end - name));
    return NULL;
}

/* The known ones; others are dropped, and the answer says so. */
static const mcp_error_t *scope_read(const asked_t *in, mcp_ctx_t *cx)
{
    const apr_array_header_t *all =
        mcp_oauth_scopes_all(in->service, cx->pool);
    apr_array_header_t *asked, *kept;
    const char *text;
    int i;

    MCP_TRY(mcp_oauth_metadata_string(&text, in->json, "scope", cx));
    if (mcp_scope_read(&asked, text, cx))
        return mcp_error_tell(MCP_E_INVALID_METADATA, cx,
                              "scope is not a list of scopes.");
    kept = apr_array_make(cx->pool, 8, sizeof(char *));
    for (i = 0; i < asked->nelts; i++)
        if (mcp_scope_has(all, APR_ARRAY_IDX(asked, i, const char *)))
            mcp_scope_add(kept, APR_ARRAY_IDX(asked, i, const char *));
    if (kept->nelts)
        in->client->scope = mcp_scope_text(kept, cx->pool);
    return NULL;
}

const mcp_error_t *mcp_oauth_metadata_read(mcp_oauth_client_t *client,
                                           const mcp_json_t *json,
                                           const mcp_oauth_service_t *service,
                                           mcp_ctx_t *cx)
{
    const asked_t in = {json, service, client};

    MCP_TRY(redirect_uris_read(&in, cx));
    MCP_TRY(grants_read(&in, cx));
    MCP_TRY(dpop_read(&in, cx));
    MCP_TRY(name_read(&in, cx));
    return scope_read(&in, cx);
}
