/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "target.h"

#include "jose/jws.h"
#include "oauth/dpop.h"

/* The text is a DPoP header: one that is taken is signed, for this request and
 * token, new, and good once. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define URL "https://mcp.example.com/mcp"
#define TOKEN "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"
#define ATH "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"

static void promise_text(const mcp_json_t *json, const char *name,
                         const char *want)
{
    const char *text = mcp_json_string(mcp_json_get(json, name));

    PROMISE(text && *text);
    PROMISE(!want || !strcmp(text, want));
}

static void proof_check(const char *proof, mcp_ctx_t *cx)
{
    const mcp_jose_jws_t *jws;
    apr_int64_t ahead;
    double iat;

    PROMISE(!mcp_jose_jws_read(&jws, proof, strlen(proof), cx));
    PROMISE(jws->typ && !strcmp(jws->typ, "dpop+jwt"));
    PROMISE(strncmp(jws->alg, "HS", 2) != 0);
    PROMISE(!mcp_json_get(mcp_json_get(jws->header, "jwk"), "d"));
    promise_text(jws->claims, "htm", "POST");
    promise_text(jws->claims, "htu", NULL);
    promise_text(jws->claims, "jti", NULL);
    promise_text(jws->claims, "ath", ATH);
    PROMISE(mcp_json_number(&iat, mcp_json_get(jws->claims, "iat")));
    ahead = (apr_int64_t)iat - mcp_ctx_seconds(cx);
    PROMISE(ahead >= -MCP_DPOP_BEHIND && ahead <= MCP_DPOP_AHEAD);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const mcp_live_limits_t limits = {1, 1, 1};
    mcp_ctx_t cx = target_begin();
    mcp_oauth_works_t works;
    mcp_oauth_dpop_t dpop = {NULL, "POST", URL, TOKEN, strlen(TOKEN)};
    const mcp_error_t *e;
    const char *jkt;

    memset(&works, 0, sizeof(works));
    PROMISE(!mcp_live_shared_make(&works.shared, &limits, cx.pool, &cx));
    dpop.proof = apr_pstrmemdup(cx.pool, (const char *)data, size);
    e = mcp_oauth_dpop_check(&jkt, &dpop, &works, &cx);
    PROMISE((e == NULL) == (jkt != NULL));
    if (e)
        PROMISE(e->code == MCP_E_INVALID_DPOP_PROOF ||
                e->code == MCP_E_UNAVAILABLE);
    else {
        PROMISE(mcp_oauth_dpop_is_jkt(jkt, cx.pool));
        proof_check(dpop.proof, &cx);
        e = mcp_oauth_dpop_check(&jkt, &dpop, &works, &cx);
        PROMISE(e && e->code == MCP_E_INVALID_DPOP_PROOF);
    }
    target_end(&cx);
    return 0;
}
