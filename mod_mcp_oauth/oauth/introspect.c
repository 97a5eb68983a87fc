/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <string.h>

#include "base/writer.h"
#include "jose/jws.h"
#include "oauth/about.h"
#include "oauth/access_token.h"
#include "oauth/authenticate.h"
#include "oauth/endpoint.h"
#include "oauth/verify.h"
#include "oauth/words.h"

#define MAX_ANSWER 65536 /* bytes; what MCPTokenClaims adds may make it */

/* Introspection (RFC 7662): a resource server that does not verify access
 * tokens itself asks whether one is good. A refresh token is not active here:
 * the server that asks would take it for an access token, and let in whoever
 * has it. */

static const mcp_error_t *right_check(const mcp_oauth_client_t *client,
                                      mcp_ctx_t *cx)
{
    if (client->setting &&
        client->setting->introspection == MCP_INTROSPECTION_ON)
        return NULL;
    return mcp_error_make(MCP_E_CLIENT_FORBIDDEN, cx,
                          "the client may not ask about tokens: it has no "
                          "\"Introspection on\"");
}

static void copy(mcp_writer_t *w, const mcp_json_t *claims, const char *name)
{
    const mcp_json_t *value = mcp_json_get(claims, name);

    if (!value)
        return;
    mcp_writer_name(w, name);
    mcp_writer_json(w, value);
}

/* What the token would have to say of its user, as it is now. */
static void write_words(mcp_writer_t *w, const mcp_principal_t *who,
                        const mcp_oauth_resource_t *resource, mcp_ctx_t *cx)
{
    static const char *const written[] = {"subject", "user", "client",
                                          "scopes", NULL};
    const mcp_oauth_words_t words = {
        resource ? resource->settings->token_claims : NULL, written,
        MAX_ANSWER, "the answer to an introspection"};

    mcp_oauth_words_write(w, who, &words, cx);
}

/* RFC 7662 2.2, RFC 9449 6.2. A token without scopes has no scope: the member
 * is one or more of them. */
static const mcp_error_t *active(mcp_oauth_exchange_t *x, const char *token,
                                 const mcp_principal_t *who, mcp_ctx_t *cx)
{
    static const char *const claimed[] = {"exp", "iat", "nbf", "sub",
                                          "aud", "iss", "jti", "cnf"};
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    const mcp_json_t *claims;
    const mcp_jose_jws_t *jws;
    const char *aud, *jkt;
    apr_size_t i;

    MCP_TRY(mcp_jose_jws_read(&jws, token, strlen(token), cx));
    claims = jws->claims;
    jkt = mcp_json_string(mcp_json_pointer(claims, "/cnf/jkt"));
    aud = mcp_json_string(mcp_json_get(claims, "aud"));
    mcp_writer_open(w, '{');
    mcp_writer_member_boolean(w, "active", 1);
    if (who->scopes->nelts)
        copy(w, claims, "scope");
    mcp_writer_member(w, "client_id", who->client);
    mcp_writer_member(w, "username", who->user);
    mcp_writer_member(w, "token_type", mcp_oauth_access_token_type(jkt));
    for (i = 0; i < sizeof(claimed) / sizeof(claimed[0]); i++)
        copy(w, claims, claimed[i]);
    if (aud)
        write_words(w, who, mcp_oauth_service_resource(x->service, aud), cx);
    mcp_writer_close(w);
    x->json = mcp_writer_text(w, NULL);
    return NULL;
}

/* who: whose token it is; NULL: it is not active */
static void tell(const mcp_oauth_client_t *client, const mcp_principal_t *who,
                 mcp_ctx_t *cx)
{
    mcp_audit_about_t about;

    memset(&about, 0, sizeof(about));
    if (who)
        about = mcp_oauth_about_principal(who, NULL, cx->pool);
    about.client = mcp_oauth_client_brief(client->id, cx->pool);
    about.reason = who ? "active" : "not active";
    mcp_audit(cx, MCP_AUDIT_INTROSPECTED, &about);
}

const mcp_error_t *mcp_oauth_introspect_handle(mcp_oauth_exchange_t *x,
                                               mcp_ctx_t *cx)
{
    const mcp_oauth_client_t *client;
    const mcp_principal_t *who;
    const mcp_error_t *e;
    const char *token;
    apr_table_t *form;

    mcp_oauth_exchange_private(x);
    MCP_TRY(mcp_oauth_exchange_form(&form, x, cx));
    MCP_TRY(mcp_oauth_authenticate_client(&client, x, form, cx));
    MCP_TRY(right_check(client, cx));
    token = mcp_oauth_exchange_field(form, "token");
    if (!token)
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx, "token is missing.");
    e = mcp_oauth_verify_token(&who, token, x->service, cx);
    /* RFC 7662 2.2: not why */
    if (e && e->code != MCP_E_INVALID_TOKEN)
        return e;
    tell(client, who, cx);
    if (who)
        return active(x, token, who, cx);
    x->json = "{\"active\":false}";
    return NULL;
}
