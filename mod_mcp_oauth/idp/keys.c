/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/keys.h"

#include <apr_strings.h>
#include <string.h>

#include "base/memo.h"
#include "base/scope.h"
#include "idp/document.h"
#include "idp/fault.h"
#include "jose/jwks.h"

/* -- by the shared secret -- */

static const mcp_error_t *secret_verify(const mcp_jose_jws_t *jws,
                                        const mcp_idp_jwt_use_t *use,
                                        const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    const mcp_error_t *e = mcp_jose_jws_verify(jws, idp->shared_jwk, cx);

    if (!e)
        return NULL;
    return mcp_idp_jwt_refuse(
        use,
        "SharedSecret is not what the provider signs with; where it signs "
        "with a key of its own, take the line out.",
        cx, "%s", e->detail);
}

/* -- by a key of the set -- */

/* A JWK Set, and when it was fetched. */
typedef struct jwks_t {
    const mcp_jose_jwks_t *keys;
    apr_int64_t fetched;
} jwks_t;

static const mcp_error_t *jwks_read(const void **keys,
                                    const mcp_memo_ask_t *ask, mcp_ctx_t *cx)
{
    const mcp_jose_jwks_t *jwks = NULL;
    const mcp_error_t *e = mcp_jose_jwks_read(&jwks, ask->text, ask->len, cx);

    *keys = jwks;
    return e;
}

static const mcp_error_t *jwks_get(jwks_t *jwks, mcp_idp_document_way_t way,
                                   const mcp_idp_metadata_t *metadata,
                                   mcp_ctx_t *cx)
{
    const mcp_idp_remote_t *remote = metadata->remote;
    mcp_idp_document_t keys = {
        NULL, MCP_IDP_JWT_KEYS_MAX, "keys at", "are no keys",
        "Write \"Endpoint keys URL\" inside <MCPIdentityProvider>."};
    mcp_memo_ask_t ask = {jwks_read, NULL, NULL, 0};
    mcp_net_document_t got;
    const void *read;

    MCP_TRY(mcp_idp_metadata_endpoint(&keys.url, metadata,
                                      MCP_IDP_ENDPOINT_KEYS, cx));
    MCP_TRY(mcp_idp_document_get(&got, &keys, way, remote, cx));
    jwks->fetched = got.fetched;
    ask.text = got.body;
    ask.len = got.len;
    if (!mcp_memo_get(&read, remote->memo, &ask, cx)) {
        jwks->keys = read;
        return NULL;
    }
    mcp_idp_document_blame(&keys, remote, cx);
    return mcp_idp_fault_make(remote->idp, cx, keys.remedy,
                              "what is at %s is not a JWK Set", keys.url);
}

/* The set may be of before a key was added. Where it is that still, nobody
 * knows. */
static const mcp_error_t *verify_anew(const mcp_jose_jws_t *jws,
                                      const mcp_idp_metadata_t *metadata,
                                      mcp_ctx_t *cx)
{
    const mcp_idp_t *idp = metadata->remote->idp;
    const mcp_error_t *e;
    int is_unknown;
    jwks_t jwks;

    MCP_TRY(jwks_get(&jwks, mcp_net_document_renew, metadata, cx));
    e = mcp_jose_jwks_verify(&is_unknown, jws, jwks.keys, idp->algorithms, cx);
    if (e && is_unknown &&
        jwks.fetched <= mcp_ctx_seconds(cx) - MCP_DOCUMENT_AGAIN)
        return mcp_idp_fault_outage(
            idp, cx, 0,
            "its keys at %s do not have the one that "
            "is named, and cannot be fetched anew at "
            "the moment",
            metadata->endpoints[MCP_IDP_ENDPOINT_KEYS]);
    return e;
}

static const mcp_error_t *set_verify(const mcp_jose_jws_t *jws,
                                     const mcp_idp_jwt_use_t *use,
                                     const mcp_idp_metadata_t *metadata,
                                     mcp_ctx_t *cx)
{
    const mcp_idp_t *idp = metadata->remote->idp;
    const mcp_error_t *e;
    int is_unknown;
    jwks_t jwks;

    MCP_TRY(jwks_get(&jwks, mcp_net_document_get, metadata, cx));
    e = mcp_jose_jwks_verify(&is_unknown, jws, jwks.keys, idp->algorithms, cx);
    if (e && is_unknown)
        e = verify_anew(jws, metadata, cx);
    if (e && e->code == MCP_E_INVALID_TOKEN)
        return mcp_idp_jwt_refuse(use, NULL, cx, "%s", e->detail);
    return e;
}

const mcp_error_t *mcp_idp_keys_verify(const mcp_jose_jws_t *jws,
                                       const mcp_idp_jwt_use_t *use,
                                       const mcp_idp_metadata_t *metadata,
                                       mcp_ctx_t *cx)
{
    const mcp_idp_t *idp = metadata->remote->idp;

    if (!mcp_scope_has(idp->algorithms, jws->alg))
        return mcp_idp_jwt_refuse(
            use,
            apr_psprintf(cx->pool,
                         "Where the provider means to sign so, write it: "
                         "Algorithms %s inside <MCPIdentityProvider>.",
                         mcp_idp_fault_quote(jws->alg, cx)),
            cx, "its alg \"%s\" is not on the list",
            mcp_idp_fault_quote(jws->alg, cx));
    return idp->shared_jwk ? secret_verify(jws, use, idp, cx)
                           : set_verify(jws, use, metadata, cx);
}
