/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "jose/proof.h"

#include "jose/kind.h"

static const mcp_error_t *refuse(mcp_ctx_t *cx, const char *why)
{
    return mcp_error_make(MCP_E_INVALID_TOKEN, cx, "JWS refused: %s", why);
}

/* RFC 7518 6.2.2, 6.3.2, 6.4.1, RFC 8037 2 */
static int is_public(const mcp_json_t *key)
{
    static const char *const names[] = {"d",  "p",  "q",   "dp",
                                        "dq", "qi", "oth", "k"};
    apr_size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (mcp_json_get(key, names[i]))
            return 0;
    return 1;
}

const mcp_error_t *mcp_jose_proof_verify(const char **thumbprint,
                                         const mcp_jose_jws_t *jws,
                                         mcp_ctx_t *cx)
{
    const mcp_json_t *key = mcp_json_get(jws->header, "jwk");
    const mcp_error_t *e;
    mcp_jose_jwk_t *jwk;

    *thumbprint = NULL;
    if (mcp_json_type(key) != MCP_JSON_OBJECT)
        return refuse(cx, "it has no jwk, or one that is no object");
    if (!is_public(key))
        return refuse(cx, "its jwk has members of a private key");
    e = mcp_jose_jwk_read(&jwk, key, cx);
    if (e)
        return refuse(cx, e->detail);
    MCP_TRY(mcp_jose_jws_verify(jws, jwk, cx));
    *thumbprint = mcp_jose_kind_thumbprint(key, cx->pool);
    return NULL;
}
