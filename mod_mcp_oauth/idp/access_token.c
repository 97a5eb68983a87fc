/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/access_token.h"

#include <string.h>

#include "idp/audience.h"
#include "idp/call.h"
#include "idp/fault.h"
#include "mod_mcp_oauth.h"

static const char *const types[] = {"at+jwt", "JWT", NULL};
static const mcp_idp_jwt_use_t use = {"access token", types, 1, 0};

/* -- a JWT -- */

/* Three parts: five are of one that only its issuer can open. */
static int is_jwt(const char *text)
{
    int dots = 0;

    for (; *text; text++)
        dots += *text == '.';
    return dots == 2;
}

static const mcp_error_t *jwt_read(const mcp_json_t **claims, const char *text,
                                   const mcp_idp_metadata_t *metadata,
                                   mcp_ctx_t *cx)
{
    const mcp_idp_t *idp = metadata->remote->idp;
    const mcp_jose_jws_t *jws;

    if (!is_jwt(text))
        return mcp_idp_jwt_refuse(
            &use,
            mcp_idp_fault_hint("Write \"Verify userinfo\" or \"Verify "
                               "id-token\" inside <MCPIdentityProvider>.",
                               idp->preset->facts->hints.opaque, cx),
            cx, "it is opaque: no JWT");
    MCP_TRY(mcp_idp_jwt_read(&jws, text, &use, metadata, cx));
    *claims = jws->claims;
    return NULL;
}

const mcp_error_t *
mcp_idp_access_token_read(const mcp_json_t **claims, const char *text,
                          const mcp_idp_metadata_t *metadata, mcp_ctx_t *cx)
{
    const mcp_idp_t *idp = metadata->remote->idp;
    const mcp_error_t *e = jwt_read(claims, text, metadata, cx);

    if (!e)
        e = mcp_idp_audience_check(*claims, &use, idp, cx);
    return mcp_idp_jwt_fault(e, idp, cx);
}

static int is_about(const mcp_json_t *claims, const char *subject)
{
    const char *sub = mcp_json_string(mcp_json_get(claims, "sub"));

    return sub && subject && !strcmp(sub, subject);
}

/* What it says of somebody else is nobody's here. A lightweight one of
 * Keycloak says nothing of anybody. */
static const mcp_error_t *subject_check(const mcp_json_t *claims,
                                        const char *subject, mcp_ctx_t *cx)
{
    if (!subject || !mcp_json_get(claims, "sub") || is_about(claims, subject))
        return NULL;
    return mcp_idp_jwt_refuse(&use, NULL, cx,
                              "it is about somebody else than the id_token");
}

/* WorkOS writes the resource that was asked for into aud, and no client
 * anywhere. */
static int is_anonymous(const mcp_json_t *claims, const char *subject)
{
    return !mcp_idp_audience_names_client(claims) && is_about(claims, subject);
}

const mcp_error_t *mcp_idp_access_token_read_ours(
    const mcp_json_t **claims, const char *text, const char *subject,
    const mcp_idp_metadata_t *metadata, mcp_ctx_t *cx)
{
    const mcp_idp_t *idp = metadata->remote->idp;
    const mcp_error_t *e = jwt_read(claims, text, metadata, cx);

    if (!e)
        e = subject_check(*claims, subject, cx);
    if (!e && !mcp_idp_audience_is_ours(*claims, idp) &&
        !is_anonymous(*claims, subject))
        e = mcp_idp_audience_check(*claims, &use, idp, cx);
    return mcp_idp_jwt_fault(e, idp, cx);
}

/* -- introspection -- */

/* What it says of an active token, where it says it (RFC 7662 2.2). */
static const mcp_error_t *answer_check(const mcp_json_t *claims,
                                       const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    const char *iss = mcp_json_string(mcp_json_get(claims, "iss"));
    double exp;

    if (iss && !mcp_idp_metadata_may_be_issuer(idp, iss))
        return mcp_idp_jwt_refuse(&use, NULL, cx,
                                  "introspection: iss is \"%s\"",
                                  mcp_idp_fault_quote(iss, cx));
    if (mcp_json_number(&exp, mcp_json_get(claims, "exp")) &&
        exp <= (double)(mcp_ctx_seconds(cx) - MCP_IDP_JWT_SKEW))
        return mcp_idp_jwt_refuse(&use, NULL, cx,
                                  "introspection: it has expired");
    if (!mcp_json_get(claims, "aud") && !mcp_json_get(claims, "client_id"))
        return NULL;
    return mcp_idp_audience_check(claims, &use, idp, cx);
}

static const mcp_error_t *answer_read(const mcp_json_t **claims,
                                      const mcp_net_reply_t *reply,
                                      const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    if (mcp_idp_call_is_stranger(reply, cx))
        return mcp_idp_fault_make(idp, cx, MCP_IDP_CALL_STRANGER,
                                  "its introspection endpoint does not know "
                                  "our client: %s",
                                  reply->why ? reply->why : "invalid_client");
    if (reply->outcome != MCP_NET_OK ||
        mcp_json_read(claims, reply->body, reply->len, cx) ||
        mcp_json_type(*claims) != MCP_JSON_OBJECT)
        return mcp_idp_fault_make(
            idp, cx,
            "See that the client may use it, and \"Endpoint introspection "
            "URL\" inside <MCPIdentityProvider>.",
            "its introspection endpoint does not answer with a JSON "
            "object%s%s",
            reply->why ? ": " : "", reply->why ? reply->why : "");
    if (!mcp_json_is_true(mcp_json_get(*claims, "active")))
        return mcp_idp_fault_no(idp, cx, MCP_E_INVALID_GRANT,
                                "its introspection endpoint says that the "
                                "access token is not active");
    return answer_check(*claims, idp, cx);
}

const mcp_error_t *
mcp_idp_access_token_introspect(const mcp_json_t **claims, const char *text,
                                const mcp_idp_metadata_t *metadata,
                                mcp_ctx_t *cx)
{
    const mcp_idp_t *idp = metadata->remote->idp;
    mcp_net_reply_t reply;
    mcp_idp_call_t call = {NULL, apr_table_make(cx->pool, 4), NULL, NULL};

    MCP_TRY(mcp_idp_metadata_endpoint(&call.url, metadata,
                                      MCP_IDP_ENDPOINT_INTROSPECTION, cx));
    apr_table_set(call.form, "token", text);
    apr_table_set(call.form, "token_type_hint", "access_token");
    MCP_TRY(mcp_idp_call_as_client(&reply, &call, metadata, cx));
    return mcp_idp_jwt_fault(answer_read(claims, &reply, idp, cx), idp, cx);
}

/* -- another module's verifier -- */

const mcp_error_t *mcp_idp_access_token_ask(const mcp_json_t **claims,
                                            const char *text,
                                            const mcp_idp_t *idp,
                                            mcp_ctx_t *cx)
{
    const mcp_token_verifier_t *verifier = idp->verifier;
    const char *said = NULL, *why = NULL;
    mcp_token_verdict_t verdict =
        verifier->verify(verifier->baton, cx->pool, text, &said, &why);

    *claims = NULL;
    if (verdict == MCP_TOKEN_UNKNOWN)
        return mcp_idp_fault_outage(idp, cx, 0, "%s: %s",
                                    idp->verify_setting->name,
                                    mcp_idp_fault_quote(why, cx));
    if (verdict != MCP_TOKEN_GOOD)
        return mcp_idp_fault_no(
            idp, cx, MCP_E_INVALID_GRANT, "%s refuses the access token: %s",
            idp->verify_setting->name, mcp_idp_fault_quote(why, cx));
    if (said && !mcp_json_read(claims, said, strlen(said), cx) &&
        mcp_json_type(*claims) == MCP_JSON_OBJECT)
        return NULL;
    return mcp_idp_fault_make(idp, cx, "Correct the module that Verify names.",
                              "%s: its claims are not a JSON object",
                              idp->verify_setting->name);
}
