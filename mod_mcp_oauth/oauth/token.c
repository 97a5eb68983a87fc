/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_lib.h>
#include <string.h>

#include "base/encode.h"
#include "base/scope.h"
#include "oauth/about.h"
#include "oauth/access_token.h"
#include "oauth/authenticate.h"
#include "oauth/binding.h"
#include "oauth/client_grant.h"
#include "oauth/code.h"
#include "oauth/ended.h"
#include "oauth/endpoint.h"
#include "oauth/refresh.h"
#include "oauth/registered.h"
#include "oauth/relay.h"
#include "oauth/target.h"
#include "oauth/upstream.h"

#define field mcp_oauth_exchange_field

/* A token request that a known client makes. */
typedef struct ask_t {
    mcp_oauth_exchange_t *x;
    const apr_table_t *form;
    const mcp_oauth_client_t *client;
    const mcp_oauth_resource_t *resource; /* asked for, or NULL */
    mcp_oauth_binding_t *binding;
} ask_t;

/* RFC 6749 5.1 */
typedef struct answer_t {
    const char *access_token, *type, *scope;
    const apr_int64_t *expires_in; /* seconds; NULL: nobody knows */
    int may_refresh;
} answer_t;

static void answer_write(const ask_t *ask, const mcp_oauth_grant_t *grant,
                         const answer_t *answer, mcp_ctx_t *cx)
{
    mcp_writer_t *w = mcp_writer_make(cx->pool);

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "access_token", answer->access_token);
    mcp_writer_member(w, "token_type", answer->type);
    if (answer->expires_in)
        mcp_writer_member_integer(w, "expires_in", *answer->expires_in);
    if (grant->generation && answer->may_refresh)
        mcp_writer_member(
            w, "refresh_token",
            mcp_oauth_refresh_text(grant, ask->x->service, cx->pool));
    mcp_writer_member(w, "scope", *answer->scope ? answer->scope : NULL);
    mcp_writer_close(w);
    ask->x->json = mcp_writer_text(w, NULL);
}

/* With an access token of the provider's (MCPAuthMode relay). */
static const mcp_error_t *answer_relayed(const ask_t *ask,
                                         const mcp_oauth_grant_t *grant,
                                         const mcp_oauth_resource_t *resource,
                                         mcp_ctx_t *cx)
{
    mcp_oauth_relayed_t token;
    answer_t said;

    MCP_TRY(mcp_oauth_relay_get(&token, grant, resource, cx));
    said.access_token = token.access_token;
    said.type = mcp_oauth_access_token_type(NULL);
    said.scope = token.scope;
    said.expires_in = token.expires_in ? &token.expires_in : NULL;
    said.may_refresh = token.may_refresh;
    answer_write(ask, grant, &said, cx);
    return NULL;
}

/* scope: of the access token. */
static const mcp_error_t *answer(const ask_t *ask,
                                 const mcp_oauth_grant_t *grant,
                                 const char *scope, mcp_ctx_t *cx)
{
    const mcp_oauth_resource_t *resource =
        mcp_oauth_service_resource(ask->x->service, grant->resource);
    const mcp_oauth_access_token_ask_t wanted = {grant, resource, scope,
                                                 ask->binding->jkt};
    mcp_oauth_access_token_t token;
    answer_t said;

    if (mcp_oauth_service_relays(resource))
        return answer_relayed(ask, grant, resource, cx);
    MCP_TRY(mcp_oauth_access_token_make(&token, &wanted, cx));
    said.access_token = token.text;
    said.type = mcp_oauth_access_token_type(wanted.jkt);
    said.scope = scope;
    said.expires_in = &token.expires_in;
    said.may_refresh = 1;
    answer_write(ask, grant, &said, cx);
    return NULL;
}

/* -- authorization_code (RFC 6749 4.1.3, RFC 7636 4.5) -- */

static int is_verifier(const char *text)
{
    apr_size_t len = strlen(text);

    if (len < 43 || len > 128)
        return 0;
    for (; *text; text++)
        if (!apr_isalnum(*text) && !strchr("-._~", *text))
            return 0;
    return 1;
}

static const mcp_error_t *refused(mcp_ctx_t *cx, const char *why)
{
    return mcp_error_make(MCP_E_INVALID_GRANT, cx, "code: %s", why);
}

/* Whether who asks is who may: nothing is used up before that, so that a
 * thief of a code alone can neither redeem nor burn it. OAuth 2.1 leaves
 * redirect_uri out here, as PKCE binds the code; one that comes has to be the
 * same. */
static const mcp_error_t *
code_check(const ask_t *ask, const mcp_oauth_code_t *code, mcp_ctx_t *cx)
{
    const char *redirect_uri = field(ask->form, "redirect_uri");
    const char *verifier = field(ask->form, "code_verifier");

    if (strcmp(code->request->client_id, ask->client->id) != 0)
        return refused(cx, "issued to another client");
    if (redirect_uri && strcmp(redirect_uri, code->request->redirect_uri) != 0)
        return refused(cx, "the redirect_uri is another one");
    if (!mcp_digest_equal(mcp_digest_text(verifier, cx->pool),
                          code->request->code_challenge))
        return refused(cx, "the code_verifier does not fit");
    if (ask->resource &&
        ask->resource != mcp_oauth_service_resource(ask->x->service,
                                                    code->request->resource))
        return mcp_error_tell(MCP_E_INVALID_TARGET, cx,
                              "The code is for another resource.");
    return NULL;
}

static void grant_fill(mcp_oauth_grant_t *grant, const mcp_oauth_code_t *code,
                       const mcp_oauth_resource_t *resource, const char *jkt,
                       mcp_ctx_t *cx)
{
    memset(grant, 0, sizeof(*grant));
    grant->id = code->grant;
    grant->client_id = code->request->client_id;
    grant->identity = code->identity;
    grant->resource = code->request->resource;
    grant->scope = code->request->scope;
    grant->created = grant->turned = mcp_ctx_seconds(cx);
    grant->generation = code->request->may_refresh ? 1 : 0;
    grant->jkt = jkt;
    grant->upstream = code->upstream;
    grant->confirmed = grant->created;
    mcp_oauth_grant_extend(grant, resource, grant->created);
}

/* RFC 6749 4.1.2: what the code gave ends too. Only somebody who holds the
 * verifier comes here. What the provider gave may have been renewed since. */
static const mcp_error_t *used_again(const mcp_oauth_grant_t *grant,
                                     const mcp_oauth_service_t *service,
                                     mcp_ctx_t *cx)
{
    mcp_oauth_grant_t *stored;

    MCP_TRY(mcp_oauth_grant_get(&stored, grant->id, service->works, cx));
    MCP_TRY(
        mcp_oauth_grant_revoke(stored ? stored : grant, service->works, cx));
    mcp_ctx_log(cx, MCP_LOG_INFO, 152,
                "an authorization code of '%s' was redeemed twice; its grant "
                "%s is revoked",
                mcp_encode_log(grant->identity.user, 80, cx->pool),
                mcp_digest_text(grant->id, cx->pool));
    mcp_oauth_about_grant_tell(MCP_AUDIT_CODE_REUSED, grant, NULL, cx);
    mcp_oauth_about_grant_tell(MCP_AUDIT_REVOKED, grant, "code-reused", cx);
    if (stored)
        mcp_oauth_upstream_revoke(stored, service, cx);
    return refused(cx, "was redeemed before");
}

/* After the grant was stored, and not before: see oauth/ended.h. */
static const mcp_error_t *ended_check(const mcp_oauth_code_t *code,
                                      const mcp_oauth_grant_t *grant,
                                      const mcp_oauth_service_t *service,
                                      mcp_ctx_t *cx)
{
    const mcp_oauth_works_t *works = service->works;
    const mcp_oauth_begun_t begun = {&code->identity, code->mark,
                                     code->request->client_id,
                                     code->request->client_mark};
    int ended;

    MCP_TRY(mcp_oauth_ended_since(&ended, &begun, works, cx));
    if (!ended)
        return NULL;
    MCP_TRY(mcp_oauth_grant_revoke(grant, works, cx));
    mcp_oauth_about_grant_tell(MCP_AUDIT_REVOKED, grant, "ended", cx);
    mcp_oauth_upstream_revoke(grant, service, cx);
    return refused(cx, "everything of its user or client was ended since");
}

static const mcp_error_t *redeem_code(const ask_t *ask, mcp_ctx_t *cx)
{
    const mcp_oauth_service_t *service = ask->x->service;
    const char *text = field(ask->form, "code");
    const char *verifier = field(ask->form, "code_verifier");
    const mcp_oauth_resource_t *resource;
    mcp_oauth_code_t *code;
    mcp_oauth_grant_t grant;
    int won = 0;

    if (!text || !verifier)
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx, "%s is missing.",
                              text ? "code_verifier" : "code");
    if (!is_verifier(verifier))
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "code_verifier is malformed (RFC 7636 4.1).");
    MCP_TRY(mcp_oauth_code_find(&code, text, service, cx));
    if (!code)
        return refused(cx, "unknown or expired");
    resource = mcp_oauth_service_resource(service, code->request->resource);
    if (!resource)
        return refused(cx, "its resource is not protected any more");
    MCP_TRY(code_check(ask, code, cx));
    MCP_TRY(mcp_oauth_binding_make(ask->binding, resource,
                                   code->request->dpop_jkt, cx));
    grant_fill(&grant, code, resource, mcp_oauth_binding_refresh(ask->binding),
               cx);
    if (!code->spent) {
        /* before the code is used up: a store that fails in between costs
         * nobody the code, and nobody has a token of the grant yet */
        MCP_TRY(mcp_oauth_grant_add(&grant, service->works, cx));
        MCP_TRY(mcp_oauth_code_take(&won, text, service, cx));
    }
    if (!won)
        return used_again(&grant, service, cx);
    MCP_TRY(ended_check(code, &grant, service, cx));
    mcp_oauth_about_grant_tell(MCP_AUDIT_CODE_REDEEMED, &grant, NULL, cx);
    return answer(ask, &grant, grant.scope, cx);
}

/* -- refresh_token (RFC 6749 6) -- */

static const mcp_error_t *redeem_refresh(const ask_t *ask, mcp_ctx_t *cx)
{
    mcp_oauth_refresh_ask_t refresh;
    apr_array_header_t *scopes;
    mcp_oauth_grant_t *grant;

    refresh.token = field(ask->form, "refresh_token");
    refresh.client = ask->client;
    refresh.resource = ask->resource;
    refresh.scope = field(ask->form, "scope");
    refresh.binding = ask->binding;
    if (!refresh.token)
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "refresh_token is missing.");
    MCP_TRY(mcp_oauth_refresh_turn(&grant, &refresh, ask->x->service, cx));
    /* less for the access token; the family keeps what was granted */
    MCP_TRY(mcp_scope_read(&scopes,
                           refresh.scope ? refresh.scope : grant->scope, cx));
    return answer(ask, grant, mcp_scope_text(scopes, cx->pool), cx);
}

/* -- client_credentials (RFC 6749 4.4) -- */

static const mcp_error_t *redeem_client(const ask_t *ask, mcp_ctx_t *cx)
{
    const mcp_oauth_client_grant_ask_t own = {
        ask->client, ask->resource, field(ask->form, "scope"), ask->x->expr};
    mcp_oauth_grant_t *grant;

    MCP_TRY(mcp_oauth_client_grant_get(&grant, &own, ask->x->service, cx));
    MCP_TRY(mcp_oauth_binding_make(
        ask->binding,
        mcp_oauth_service_resource(ask->x->service, grant->resource), NULL,
        cx));
    MCP_TRY(answer(ask, grant, grant->scope, cx));
    mcp_oauth_about_grant_tell(MCP_AUDIT_TOKEN_ISSUED, grant, NULL, cx);
    return NULL;
}

/* -- the endpoint -- */

static const struct {
    const char *grant_type;
    int grant; /* who may use it: mcp_oauth_client_may() */
    const mcp_error_t *(*redeem)(const ask_t *ask, mcp_ctx_t *cx);
} grants[] = {
    {"authorization_code", MCP_GRANTS_CODE, redeem_code},
    {"refresh_token", MCP_GRANTS_REFRESH, redeem_refresh},
    {"client_credentials", MCP_GRANTS_CLIENT, redeem_client},
};

#define GRANTS (sizeof(grants) / sizeof(grants[0]))

/* RFC 8414: what the metadata lists */
static int is_offered(int grant, const mcp_oauth_service_t *service)
{
    return grant != MCP_GRANTS_CLIENT ||
           mcp_oauth_registered_has(service, grant);
}

static const mcp_error_t *grant_type_read(apr_size_t *row,
                                          const mcp_oauth_exchange_t *x,
                                          const apr_table_t *form,
                                          mcp_ctx_t *cx)
{
    const char *type = field(form, "grant_type");

    if (!type)
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "grant_type is missing.");
    for (*row = 0; *row < GRANTS; (*row)++)
        if (!strcmp(grants[*row].grant_type, type) &&
            is_offered(grants[*row].grant, x->service))
            return NULL;
    return mcp_error_make(MCP_E_UNSUPPORTED_GRANT, cx,
                          "a grant_type that is not supported");
}

const mcp_error_t *mcp_oauth_token_handle(mcp_oauth_exchange_t *x,
                                          mcp_ctx_t *cx)
{
    mcp_oauth_binding_t binding = {x};
    ask_t ask = {x, NULL, NULL, NULL, &binding};
    apr_table_t *form;
    apr_size_t row;

    mcp_oauth_exchange_private(x);
    MCP_TRY(mcp_oauth_exchange_form(&form, x, cx));
    MCP_TRY(grant_type_read(&row, x, form, cx));
    MCP_TRY(mcp_oauth_authenticate_client(&ask.client, x, form, cx));
    if (!mcp_oauth_client_may(ask.client, grants[row].grant))
        return mcp_error_make(MCP_E_UNAUTHORIZED_CLIENT, cx,
                              "the client may not use %s",
                              grants[row].grant_type);
    MCP_TRY(mcp_oauth_target_read(&ask.resource, form, x->service, cx));
    ask.form = form;
    binding.client = ask.client;
    return grants[row].redeem(&ask, cx);
}
