/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/access_token.h"

#include <string.h>

#include "idp/audience.h"
#include "idp/fault.h"
#include "idp/introspection.h"
#include "mod_mcp_oauth.h"

static const char *const types[] = {"at+jwt", "JWT", NULL};
static const mcp_idp_jwt_use_t use = {"access token", types, 1, 0};
const mcp_idp_jwt_use_t *const mcp_idp_access_token_use = &use;

/* -- a JWT -- */

const mcp_error_t *
mcp_idp_access_token_read_jwt(const mcp_json_t **claims, const char *text,
                              const mcp_idp_metadata_t *metadata,
                              mcp_ctx_t *cx)
{
    const mcp_idp_t *idp = metadata->remote->idp;
    const mcp_jose_jws_t *jws;

    if (!mcp_idp_jwt_is_like(text))
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
    const mcp_error_t *e =
        mcp_idp_access_token_read_jwt(claims, text, metadata, cx);

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
    const mcp_error_t *e =
        mcp_idp_access_token_read_jwt(claims, text, metadata, cx);

    if (!e)
        e = subject_check(*claims, subject, cx);
    if (!e && !mcp_idp_audience_is_ours(*claims, idp) &&
        !is_anonymous(*claims, subject))
        e = mcp_idp_audience_check(*claims, &use, idp, cx);
    return mcp_idp_jwt_fault(e, idp, cx);
}

/* -- introspection -- */

const mcp_error_t *
mcp_idp_access_token_introspect(const mcp_json_t **claims, const char *text,
                                const mcp_idp_metadata_t *metadata,
                                mcp_ctx_t *cx)
{
    const mcp_idp_t *idp = metadata->remote->idp;
    const mcp_error_t *e =
        mcp_idp_introspection_ask(claims, text, metadata, cx);

    if (!e &&
        (mcp_json_get(*claims, "aud") || mcp_json_get(*claims, "client_id")))
        e = mcp_idp_audience_check(*claims, &use, idp, cx);
    return mcp_idp_jwt_fault(e, idp, cx);
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
