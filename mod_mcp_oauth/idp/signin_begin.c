/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <string.h>
#include <strings.h>

#include <apr_strings.h>

#include "base/digest.h"
#include "base/form.h"
#include "base/random.h"
#include "base/scope.h"
#include "idp/metadata.h"
#include "idp/fault.h"
#include "idp/signin.h"

#define SECRET 32 /* bytes of a nonce, and of a code_verifier */

/* What holds the sign-in together is not for Parameter to change. */
static const char *const ours[] = {
    "response_type", "client_id",      "redirect_uri",          "state",
    "nonce",         "code_challenge", "code_challenge_method",
};

static int is_ours(const char *name)
{
    apr_size_t i;

    for (i = 0; i < sizeof(ours) / sizeof(*ours); i++)
        if (!strcasecmp(ours[i], name))
            return 1;
    return 0;
}

/* OpenID Connect Core 3.1.2.1: without openid it is OAuth alone. */
static const mcp_error_t *secrets_make(mcp_idp_signin_begun_t *begun,
                                       const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    begun->nonce = NULL;
    if (mcp_scope_has(idp->scopes, "openid"))
        MCP_TRY(mcp_random_text(&begun->nonce, SECRET, cx));
    return mcp_random_text(&begun->verifier, SECRET, cx);
}

static void scopes_set(apr_table_t *query, const apr_array_header_t *more,
                       const mcp_idp_t *idp, apr_pool_t *pool)
{
    apr_array_header_t *scopes = apr_array_make(pool, 4, sizeof(const char *));
    int i;

    for (i = 0; idp->scopes && i < idp->scopes->nelts; i++)
        mcp_scope_add(scopes, APR_ARRAY_IDX(idp->scopes, i, const char *));
    for (i = 0; more && i < more->nelts; i++)
        mcp_scope_add(scopes, APR_ARRAY_IDX(more, i, const char *));
    if (scopes->nelts)
        apr_table_setn(query, "scope", mcp_scope_text(scopes, pool));
}

static void protocol_set(apr_table_t *query,
                         const mcp_idp_signin_begun_t *begun,
                         const mcp_idp_signin_ask_t *ask, const mcp_idp_t *idp,
                         apr_pool_t *pool)
{
    apr_table_setn(query, "response_type", "code");
    apr_table_setn(query, "client_id", idp->client->id);
    apr_table_setn(query, "redirect_uri", ask->callback);
    scopes_set(query, ask->scopes, idp, pool);
    apr_table_setn(query, "state", ask->state);
    if (begun->nonce)
        apr_table_setn(query, "nonce", begun->nonce);
    apr_table_setn(query, "code_challenge",
                   mcp_digest_text(begun->verifier, pool));
    apr_table_setn(query, "code_challenge_method", "S256");
}

/* What the access token is for, in the provider's way. */
static void target_set(apr_table_t *query, const mcp_idp_signin_ask_t *ask,
                       const mcp_idp_t *idp)
{
    const mcp_idp_facts_t *facts = idp->preset->facts;

    if (facts->audience && idp->audiences && idp->audiences->nelts)
        apr_table_setn(query, facts->audience,
                       APR_ARRAY_IDX(idp->audiences, 0, const char *));
    if (facts->takes_resource && ask->resource)
        apr_table_setn(query, "resource", ask->resource);
}

static void parameters_set(apr_table_t *query, const mcp_idp_t *idp)
{
    const mcp_idp_parameter_setting_t *one;
    int i;

    for (i = 0; idp->parameters && i < idp->parameters->nelts; i++) {
        one = &APR_ARRAY_IDX(idp->parameters, i,
                             const mcp_idp_parameter_setting_t);
        if (is_ours(one->name))
            continue;
        if (one->value)
            apr_table_setn(query, one->name, one->value);
        else
            apr_table_unset(query, one->name);
    }
}

/* Beside what the administrator wants; "none" goes with nothing else (OpenID
 * Connect Core 3.1.2.1). The values have the form of scopes. */
static void prompt_set(apr_table_t *query, const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    const char *prompt = idp->preset->facts->prompt;
    const char *said = apr_table_get(query, "prompt");
    apr_array_header_t *values;

    if (!prompt)
        prompt = "login";
    if (said && strcmp(said, "none") != 0)
        prompt = apr_pstrcat(cx->pool, prompt, " ", said, NULL);
    if (!mcp_scope_read(&values, prompt, cx))
        prompt = mcp_scope_text(values, cx->pool);
    apr_table_setn(query, "prompt", prompt);
}

static const char *append(const char *url, const apr_table_t *query,
                          apr_pool_t *pool)
{
    const apr_array_header_t *rows = apr_table_elts(query);
    const apr_table_entry_t *row;
    int i;

    for (i = 0; i < rows->nelts; i++) {
        row = &APR_ARRAY_IDX(rows, i, const apr_table_entry_t);
        url = mcp_form_append(pool, url, row->key, row->val, NULL);
    }
    return url;
}

const mcp_error_t *mcp_idp_signin_begin(const char **location,
                                        mcp_idp_signin_begun_t *begun,
                                        const mcp_idp_signin_ask_t *ask,
                                        const mcp_idp_remote_t *remote,
                                        mcp_ctx_t *cx)
{
    apr_table_t *query = apr_table_make(cx->pool, 16);
    const mcp_idp_metadata_t *metadata;
    const mcp_idp_t *idp = remote->idp;
    const char *url;

    if (!idp->client)
        return mcp_idp_fault_make(idp, cx,
                                  "Write \"Client ID SECRET\" inside "
                                  "<MCPIdentityProvider>.",
                                  "we have no client there");
    MCP_TRY(mcp_idp_metadata_get(&metadata, remote, cx));
    MCP_TRY(mcp_idp_metadata_endpoint(&url, metadata,
                                      MCP_IDP_ENDPOINT_AUTHORIZATION, cx));
    MCP_TRY(secrets_make(begun, idp, cx));
    begun->callback = ask->callback;
    protocol_set(query, begun, ask, idp, cx->pool);
    target_set(query, ask, idp);
    if (ask->hint)
        apr_table_setn(query, "login_hint", ask->hint);
    parameters_set(query, idp);
    if (ask->asks_sign_in)
        prompt_set(query, idp, cx);
    *location = append(url, query, cx->pool);
    return NULL;
}
