/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp.h"

#include "idp/id_token.h"
#include "jose/jws.h"

/* The text is the claims of an id_token, which the provider signed: those that
 * are taken are by it, for us, of this sign-in and of now. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SECRET "0123456789abcdef0123456789abcdef"

static const char *text_of(const mcp_json_t *claims, const char *name)
{
    return mcp_json_string(mcp_json_get(claims, name));
}

static void claims_check(const mcp_json_t *claims, mcp_ctx_t *cx)
{
    double exp = 0, iat = 0, now = (double)mcp_ctx_seconds(cx);

    PROMISE(!strcmp(text_of(claims, "iss"), ISSUER));
    PROMISE(*text_of(claims, "sub"));
    PROMISE(!strcmp(text_of(claims, "nonce"), "n"));
    PROMISE(mcp_json_number(&exp, mcp_json_get(claims, "exp")));
    PROMISE(exp > now - 60);
    PROMISE(mcp_json_number(&iat, mcp_json_get(claims, "iat")));
    PROMISE(iat < now + 61);
    PROMISE(!mcp_json_get(claims, "azp") ||
            !strcmp(text_of(claims, "azp"), CLIENT));
    PROMISE(text_of(claims, "aud")
                ? !strcmp(text_of(claims, "aud"), CLIENT)
                : mcp_json_size(mcp_json_get(claims, "aud")) > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    mcp_idp_t *idp = idp_make(cx.pool);
    mcp_idp_remote_t remote = {.idp = idp};
    mcp_idp_metadata_t metadata = {.remote = &remote};
    mcp_idp_id_token_t token = {NULL, "access", "n"};
    const char *text = apr_pstrmemdup(cx.pool, (const char *)data, size);
    const mcp_json_t *claims;
    mcp_jose_jwk_t *key;
    const mcp_error_t *e;

    PROMISE(!mcp_jose_jwk_secret(&key, SECRET, strlen(SECRET), &cx));
    idp->shared_jwk = key;
    if (!mcp_jose_jws_sign(&token.text, text, NULL, key, &cx)) {
        e = mcp_idp_id_token_read(&claims, &token, &metadata, &cx);
        if (e)
            PROMISE(e->code == MCP_E_SERVER_ERROR && e->remedy);
        else
            claims_check(claims, &cx);
    }
    target_end(&cx);
    return 0;
}
