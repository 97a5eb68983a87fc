/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "target.h"

#include "jose/jws.h"

/* What the reader lets through has an alg that is not none and claims that are
 * an object; and nothing but the signer's own claims ever verifies. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* RFC 7515 appendix A.3 */
static const char key_text[] =
    "{\"kty\":\"EC\",\"crv\":\"P-256\","
    "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}";
static const char signed_claims[] =
    "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n "
    "\"http://example.com/is_root\":true}";

static const mcp_jose_jwk_t *key_get(mcp_ctx_t *cx)
{
    const mcp_json_t *json;
    mcp_jose_jwk_t *jwk;

    PROMISE(!mcp_json_read(&json, key_text, strlen(key_text), cx));
    PROMISE(!mcp_jose_jwk_read(&jwk, json, cx));
    return jwk;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    const mcp_jose_jws_t *jws;
    const mcp_error_t *e =
        mcp_jose_jws_read(&jws, (const char *)data, size, &cx);

    if (e) {
        PROMISE(e->code == MCP_E_INVALID_TOKEN);
    }
    else {
        PROMISE(size <= MCP_JWS_MAX && strlen(jws->text) == size);
        PROMISE(strcmp(jws->alg, "none") != 0);
        PROMISE(!mcp_json_get(jws->header, "crit"));
        PROMISE(mcp_json_type(jws->claims) == MCP_JSON_OBJECT);
        if (!mcp_jose_jws_verify(jws, key_get(&cx), &cx))
            PROMISE(strcmp(jws->claims_text, signed_claims) == 0);
    }
    target_end(&cx);
    return 0;
}
