/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/verify.h"

#include <apr_strings.h>
#include <string.h>

#include "base/digest.h"
#include "base/scope.h"
#include "base/uri.h"
#include "ctl/moment.h"
#include "ctl/state.h"
#include "ctl/table.h"
#include "ctl/token.h"
#include "jose/jws.h"
#include "oauth/client.h"

#define BEFORE "access token: " /* how oauth/verify begins its reasons */

static const mcp_ctl_column_t columns[] = {
    {"claim", MCP_CTL_TEXT},
    {"value", MCP_CTL_TEXT},
    {"remark", MCP_CTL_TEXT},
};

/* A token that was judged, and what it says of itself. */
typedef struct judged_t {
    const char *reason;        /* NULL: it is good */
    const mcp_jose_jws_t *jws; /* NULL: it is none */
    const mcp_oauth_resource_t *resource;
    mcp_ctl_table_t *claims;
} judged_t;

/* -- the location -- */

/* Where the server wrote nothing, what the command line says. */
static const mcp_error_t *resource_make(const mcp_oauth_resource_t **out,
                                        const mcp_ctl_state_t *state,
                                        const mcp_ctl_arguments_t *arguments,
                                        mcp_ctx_t *cx)
{
    mcp_oauth_resource_t *resource = apr_pcalloc(cx->pool, sizeof(*resource));
    mcp_oauth_service_t *service = apr_pcalloc(cx->pool, sizeof(*service));
    mcp_settings_t *settings = apr_pcalloc(cx->pool, sizeof(*settings));
    mcp_lifetime_t *lifetime = apr_pcalloc(cx->pool, sizeof(*lifetime));
    apr_array_header_t *resources;
    const mcp_uri_t *uri;
    MCP_TRY(mcp_uri_read(&uri, arguments->option[MCP_CTL_RESOURCE], cx));
    service->works = &state->works;
    service->issuer = arguments->option[MCP_CTL_ISSUER];
    if (!service->issuer)
        service->issuer = mcp_uri_origin(uri, cx->pool);
    lifetime->access_token = MCP_UNLIMITED;
    settings->lifetime = lifetime;
    settings->auth_mode = MCP_MODE_BROKER;
    resource->url = arguments->option[MCP_CTL_RESOURCE];
    resource->settings = settings;
    resource->service = service;
    resources = apr_array_make(cx->pool, 1, sizeof(resource));
    APR_ARRAY_PUSH(resources, const mcp_oauth_resource_t *) = resource;
    service->resources = resources;
    *out = resource;
    return NULL;
}

static const mcp_error_t *resource_find(const mcp_oauth_resource_t **resource,
                                        const mcp_ctl_state_t *state,
                                        const mcp_ctl_arguments_t *arguments,
                                        mcp_ctx_t *cx)
{
    const char *url = arguments->option[MCP_CTL_RESOURCE];

    if (!state->known)
        return resource_make(resource, state, arguments, cx);
    *resource = mcp_oauth_known_resource(state->known, url);
    if (!*resource)
        return mcp_error_fault(MCP_E_NOT_FOUND, cx,
                               "\"apachectl -t -D DUMP_MCP\" shows what it "
                               "protects.",
                               "the server protects no %s", url);
    if (!mcp_oauth_service_issues(*resource))
        return mcp_error_fault(
            MCP_E_NOT_FOUND, cx,
            "Ask the server itself, with LogLevel mcp_oauth:info.",
            "an identity provider issues the tokens for %s, and only the "
            "server can have its keys",
            url);
    return NULL;
}

/* -- what the token says -- */

static void claim_add(judged_t *judged, const char *name, const char *value,
                      const char *remark)
{
    if (!value)
        return;
    mcp_ctl_table_text(judged->claims, name);
    mcp_ctl_table_text(judged->claims, value);
    mcp_ctl_table_text(judged->claims, remark);
}

static const char *text_claim(const judged_t *judged, const char *name)
{
    return mcp_json_string(mcp_json_get(judged->jws->claims, name));
}

static void time_add(judged_t *judged, const char *name, mcp_ctx_t *cx)
{
    apr_int64_t when;

    if (mcp_json_integer(&when, mcp_json_get(judged->jws->claims, name)))
        claim_add(
            judged, name, mcp_ctl_moment_text(when, cx->pool),
            mcp_ctl_moment_distance(when, mcp_ctx_seconds(cx), cx->pool));
}

static void key_add(judged_t *judged, mcp_ctx_t *cx)
{
    const mcp_oauth_service_t *service = judged->resource->service;
    const char *kid = judged->jws->kid;

    claim_add(judged, "kid", kid,
              kid && mcp_jose_keyring_find(service->works->keys,
                                           service->issuer, kid)
                  ? NULL
                  : "not a key of this issuer (any more)");
}

static void issuer_add(judged_t *judged, mcp_ctx_t *cx)
{
    const char *issuer = judged->resource->service->issuer;
    const char *iss = text_claim(judged, "iss");

    claim_add(judged, "iss", iss,
              iss && strcmp(iss, issuer) != 0
                  ? apr_pstrcat(cx->pool, "not ", issuer, NULL)
                  : NULL);
}

static void audience_add(judged_t *judged, mcp_ctx_t *cx)
{
    const mcp_json_t *aud = mcp_json_get(judged->jws->claims, "aud");
    const char *one = mcp_json_string(aud);

    if (!aud)
        return;
    claim_add(judged, "aud", one ? one : mcp_json_text(aud, cx->pool),
              one && strcmp(one, judged->resource->url) != 0
                  ? apr_pstrcat(cx->pool, "not ", judged->resource->url, NULL)
                  : NULL);
}

/* Require lines may be alternatives: what lacks is no reason yet. */
static void scope_add(judged_t *judged, mcp_ctx_t *cx)
{
    const apr_array_header_t *required = judged->resource->required;
    const char *scope = text_claim(judged, "scope");
    apr_array_header_t *has, *lacks;
    int i;

    if (!scope || mcp_scope_read(&has, scope, cx))
        return;
    lacks = apr_array_make(cx->pool, 4, sizeof(const char *));
    for (i = 0; required && i < required->nelts; i++) {
        const char *one = APR_ARRAY_IDX(required, i, const char *);

        if (!mcp_scope_has(has, one))
            mcp_scope_add(lacks, one);
    }
    claim_add(judged, "scope", scope,
              lacks->nelts ? apr_pstrcat(cx->pool, "the location asks for ",
                                         mcp_scope_text(lacks, cx->pool), NULL)
                           : NULL);
}

static void claims_add(judged_t *judged, mcp_ctx_t *cx)
{
    const char *grant = text_claim(judged, "grant");

    key_add(judged, cx);
    claim_add(judged, "typ", judged->jws->typ, NULL);
    issuer_add(judged, cx);
    audience_add(judged, cx);
    claim_add(judged, "sub", text_claim(judged, "sub"), NULL);
    claim_add(judged, "username", text_claim(judged, "username"), NULL);
    claim_add(judged, "idp", text_claim(judged, "idp"), NULL);
    claim_add(
        judged, "client_id",
        mcp_oauth_client_brief(text_claim(judged, "client_id"), cx->pool),
        NULL);
    /* as the logs and the list have it */
    claim_add(judged, "grant", grant ? mcp_digest_text(grant, cx->pool) : NULL,
              NULL);
    scope_add(judged, cx);
    time_add(judged, "iat", cx);
    time_add(judged, "exp", cx);
}

/* -- the answer -- */

static const char *reason_of(const mcp_error_t *e)
{
    const char *detail = e->detail ? e->detail : mcp_error_text(e);

    return strncmp(detail, BEFORE, sizeof(BEFORE) - 1)
               ? detail
               : detail + sizeof(BEFORE) - 1;
}

static void document_print(const judged_t *judged, apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);

    mcp_writer_open(w, '{');
    mcp_writer_member_boolean(w, "good", !judged->reason);
    mcp_writer_member(w, "reason", judged->reason);
    mcp_writer_member(w, "resource", judged->resource->url);
    mcp_writer_name(w, "says");
    mcp_ctl_table_write(w, judged->claims);
    mcp_writer_close(w);
    printf("%s\n", mcp_writer_text(w, NULL));
}

static void lines_print(const judged_t *judged, apr_pool_t *pool)
{
    const char *url = mcp_ctl_table_safe(judged->resource->url, pool);

    if (judged->reason)
        printf("The token is not good for %s: %s.\n", url,
               mcp_ctl_table_safe(judged->reason, pool));
    else
        printf("The token is good for %s.\n", url);
    if (!judged->jws)
        return;
    printf("%s\n", judged->reason ? "\nWhat it says of itself, be it true or "
                                    "not:"
                                  : "");
    mcp_ctl_table_print(judged->claims);
}

const mcp_error_t *mcp_ctl_verify_run(int *answer,
                                      const mcp_ctl_arguments_t *arguments,
                                      mcp_ctx_t *cx)
{
    const mcp_principal_t *who;
    mcp_ctl_state_t *state;
    const mcp_error_t *e;
    const char *token;
    judged_t judged;

    memset(&judged, 0, sizeof(judged));
    MCP_TRY(mcp_ctl_token_read(&token, stdin, cx));
    MCP_TRY(mcp_ctl_state_open(&state, arguments, cx));
    MCP_TRY(mcp_ctl_state_open_keys(state, cx));
    MCP_TRY(resource_find(&judged.resource, state, arguments, cx));
    e = mcp_oauth_verify_alone(&who, token, judged.resource, cx);
    if (e && e->code != MCP_E_INVALID_TOKEN)
        return e;
    judged.reason = e ? reason_of(e) : NULL;
    judged.claims = mcp_ctl_table_make(columns, 3, cx->pool);
    if (mcp_jose_jws_read(&judged.jws, token, strlen(token), cx))
        judged.jws = NULL;
    if (judged.jws)
        claims_add(&judged, cx);
    if (arguments->option[MCP_CTL_JSON])
        document_print(&judged, cx->pool);
    else
        lines_print(&judged, cx->pool);
    *answer = e ? MCP_CTL_NO : MCP_CTL_OK;
    return NULL;
}
