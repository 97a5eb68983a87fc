/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "target.h"

#include "jose/jwks.h"

/* The text is somebody's JWK Set, and where it has an empty line, behind that
 * a token: one verifies only where the set has the key that signed it, under
 * the name that the token gives, and only with an alg that is allowed. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CLAIMS                                                                \
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"        \
    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ."

/* RFC 7515 appendix A.3 and A.2, and the like with the key of RFC 8037 A.1 */
static const struct {
    const char *token;
    const char *alg;
    const char *member; /* of the key, and what it has to be */
    const char *number;
} tokens[] = {
    {"eyJhbGciOiJFUzI1NiJ9." CLAIMS
     "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
     "pmWQxfKTUJqPP3-Kg6NU1Q",
     "ES256", "x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"},
    {"eyJhbGciOiJSUzI1NiJ9." CLAIMS
     "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7"
     "AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4"
     "BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"
     "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv"
     "hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB"
     "p0igcN_IoypGlUPQGe77Rw",
     "RS256", "n",
     "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp"
     "-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOW"
     "vG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUs"
     "LA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9k"
     "G4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2"
     "PAcDTW9gb54h4FRWyuXpoQ"},
    {"eyJhbGciOiJFZERTQSJ9." CLAIMS
     "_vSpFAYzQd76KTga_fKXdhrh3C0FWu4LvjqsxWd4NRyBOrKTdBeh_"
     "PkyRQtFmRgGKgdW5upgieZM67Gbz4AtAA",
     "EdDSA", "x", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
};

static int has_key(const mcp_json_t *jwks, int i, const char *kid)
{
    const mcp_json_t *keys = mcp_json_get(jwks, "keys");
    apr_size_t k;

    for (k = 0; k < mcp_json_size(keys) && k < MCP_JWKS_KEYS; k++) {
        const mcp_json_t *key = mcp_json_at(keys, k);
        const char *number =
            mcp_json_string(mcp_json_get(key, tokens[i].member));
        const char *name = mcp_json_string(mcp_json_get(key, "kid"));

        if (number && !strcmp(number, tokens[i].number) &&
            (!kid || (name && !strcmp(name, kid))))
            return 1;
    }
    return 0;
}

/* The set, and its text as JSON. */
typedef struct set_t {
    const mcp_jose_jwks_t *jwks;
    const mcp_json_t *json;
} set_t;

static void look(const set_t *set, int i, const char *kid, mcp_ctx_t *cx)
{
    apr_array_header_t *allowed =
        apr_array_make(cx->pool, 2, sizeof(const char *));
    const mcp_jose_jws_t *read;
    mcp_jose_jws_t jws;
    const mcp_error_t *e;
    int is_unknown = 7;

    PROMISE(!mcp_jose_jws_read(&read, tokens[i].token, strlen(tokens[i].token),
                               cx));
    jws = *read;
    jws.kid = kid;
    APR_ARRAY_PUSH(allowed, const char *) = "PS256";
    PROMISE(mcp_jose_jwks_verify(&is_unknown, &jws, set->jwks, allowed, cx));
    PROMISE(!is_unknown);
    APR_ARRAY_PUSH(allowed, const char *) = tokens[i].alg;
    e = mcp_jose_jwks_verify(&is_unknown, &jws, set->jwks, allowed, cx);
    PROMISE(is_unknown == 0 || is_unknown == 1);
    PROMISE(!e || e->code == MCP_E_INVALID_TOKEN);
    PROMISE(e || (!is_unknown && has_key(set->json, i, kid)));
}

/* -- any token -- */

static int is_allowed(const char *alg, const apr_array_header_t *allowed)
{
    int i;

    for (i = 0; i < allowed->nelts; i++)
        if (!strcmp(APR_ARRAY_IDX(allowed, i, const char *), alg))
            return 1;
    return 0;
}

static int is_shown(const mcp_json_t *jwks, const char *kid)
{
    const mcp_json_t *keys = mcp_json_get(jwks, "keys");
    apr_size_t k;

    for (k = 0; k < mcp_json_size(keys) && k < MCP_JWKS_KEYS; k++) {
        const char *name =
            mcp_json_string(mcp_json_get(mcp_json_at(keys, k), "kid"));

        if (!kid || (name && !strcmp(name, kid)))
            return 1;
    }
    return 0;
}

static void token_look(const set_t *set, const char *token, mcp_ctx_t *cx)
{
    static const char *const algs[] = {"ES256", "RS256", "EdDSA", "HS256"};
    apr_array_header_t *allowed =
        apr_array_make(cx->pool, 4, sizeof(const char *));
    const mcp_jose_jws_t *jws;
    const mcp_error_t *e;
    int is_unknown = 7;
    apr_size_t i;

    for (i = 0; i < sizeof(algs) / sizeof(*algs); i++)
        APR_ARRAY_PUSH(allowed, const char *) = algs[i];
    e = mcp_jose_jws_read(&jws, token, strlen(token), cx);
    PROMISE(!e || e->code == MCP_E_INVALID_TOKEN);
    if (e)
        return;
    e = mcp_jose_jwks_verify(&is_unknown, jws, set->jwks, allowed, cx);
    PROMISE(is_unknown == 0 || is_unknown == 1);
    if (e) {
        PROMISE(e->code == MCP_E_INVALID_TOKEN);
        PROMISE(!strpbrk(e->detail, "\r\n\x1b\x7f"));
        return;
    }
    PROMISE(!is_unknown && *jws->alg != 'H' && is_allowed(jws->alg, allowed));
    PROMISE(is_shown(set->json, jws->kid));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    char *text = apr_pstrmemdup(cx.pool, (const char *)data, size);
    char *line = strstr(text, "\n\n");
    apr_size_t i, len;
    set_t set;

    if (line)
        *line = '\0';
    len = line ? (apr_size_t)(line - text) : size;
    if (!mcp_jose_jwks_read(&set.jwks, text, len, &cx)) {
        PROMISE(!mcp_json_read(&set.json, text, len, &cx));
        if (line)
            token_look(&set, line + 2, &cx);
        for (i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
            look(&set, (int)i, NULL, &cx);
            look(&set, (int)i, "1", &cx);
        }
    }
    target_end(&cx);
    return 0;
}
