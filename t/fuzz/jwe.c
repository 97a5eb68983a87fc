/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "target.h"

#include "jose/jwe.h"

/* What the reader lets through has an alg and an enc that are known and
 * nothing that changes their meaning; and nothing but what was encrypted for
 * the key is ever decrypted. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* RFC 7516 appendix A.1.3 */
static const char key_text[] =
    "{\"kty\":\"RSA\",\"n\":\""
    "oahUIoWw0K0usKNuOR6H4wkf4oBUXHTxRvgb48E-BVvxkeDNjbC4he8rUWcJoZmds2h7M70"
    "imEVhRU5djINXtqllXI4DFqcI1DgjT9LewND8MW2Krf3Spsk_ZkoFnilakGygTwpZ3uesH-"
    "PFABNIUYpOiN15dsQRkgr0vEhxN92i2asbOenSZeyaxziK72UwxrrKoExv6kc5twXTq4h-Q"
    "ChLOln0_mtUZwfsRaMStPs6mS6XrgxnxbWhojf663tuEQueGC-FCMfra36C9knDFGzKsNa7"
    "LZK2djYgyD3JR_MB_4NUJW_TqOQtwHYbxevoJArm-L5StowjzGy-_bq6Gw\","
    "\"e\":\"AQAB\",\"d\":\""
    "kLdtIj6GbDks_ApCSTYQtelcNttlKiOyPzMrXHeI-yk1F7-kpDxY4-WY5NWV5KntaEeXS1j"
    "82E375xxhWMHXyvjYecPT9fpwR_M9gV8n9Hrh2anTpTD93Dt62ypW3yDsJzBnTnrYu1iwWR"
    "gBKrEYY46qAZIrA2xAwnm2X7uGR1hghkqDp0Vqj3kbSCz1XyfCs6_LehBwtxHIyh8Ripy40"
    "p24moOAbgxVw3rxT_vlt3UVe4WO3JkJOzlpUf-KTVI2Ptgm-dARxTEtE-id-4OJr0h-K-VF"
    "s3VSndVTIznSxfyrj8ILL6MG_Uv8YAu7VILSB3lOW085-4qE3DzgrTjgyQ\","
    "\"p\":\""
    "1r52Xk46c-LsfB5P442p7atdPUrxQSy4mti_tZI3Mgf2EuFVbUoDBvaRQ-SWxkbkmoEzL7J"
    "XroSBjSrK3YIQgYdMgyAEPTPjXv_hI2_1eTSPVZfzL0lffNn03IXqWF5MDFuoUYE0hzb2vh"
    "rlN_rKrbfDIwUbTrjjgieRbwC6Cl0\",\"q\":\""
    "wLb35x7hmQWZsWJmB_vle87ihgZ19S8lBEROLIsZG4ayZVe9Hi9gDVCOBmUDdaDYVTSNx_8"
    "Fyw1YYa9XGrGnDew00J28cRUoeBB_jKI1oma0Orv1T9aXIWxKwd4gvxFImOWr3QRL9KEBRz"
    "k2RatUBnmDZJTIAfwTs0g68UZHvtc\",\"dp\":\""
    "ZK-YwE7diUh0qR1tR7w8WHtolDx3MZ_OTowiFvgfeQ3SiresXjm9gZ5KLhMXvo-uz-KUJWD"
    "xS5pFQ_M0evdo1dKiRTjVw_x4NyqyXPM5nULPkcpU827rnpZzAJKpdhWAgqrXGKAECQH0Xt"
    "4taznjnd_zVpAmZZq60WPMBMfKcuE\",\"dq\":\""
    "Dq0gfgJ1DdFGXiLvQEZnuKEN0UUmsJBxkjydc3j4ZYdBiMRAy86x0vHCjywcMlYYg4yoC4Y"
    "Za9hNVcsjqA3FeiL19rk8g6Qn29Tt0cj8qqyFpz9vNDBUfCAiJVeESOjJDZPYHdHY8v1b-o"
    "-Z2X5tvLx-TCekf7oxyeKDUqKWjis\",\"qi\":\""
    "VIMpMYbPf47dT1w_zDUXfPimsSegnMOA1zTaX7aGk_8urY6R8-ZW1FxU7AlWAyLWybqq6t1"
    "6VFd7hQd0y6flUK4SlOydB61gwanOsXGOAOv82cHq0E3eL4HrtZkUuKvnPrMnsUUFlfUdyb"
    "Vzxyjz9JF_XyaY14ardLSjf4L_FNY\"}";

/* RFC 7516 appendix A.1, and a nested JWT */
static const char *const texts[] = {
    "The true sign of intelligence is not knowledge but imagination.",
    "eyJhbGciOiJFUzI1NiJ9.e30.AAAA",
};

static mcp_ctx_t lasting_cx;

static void lasting_end(void)
{
    target_end(&lasting_cx);
}

/* One for all inputs: reading it signs once. */
static const mcp_jose_jwk_t *key_get(void)
{
    static mcp_jose_jwk_t *jwk;

    if (jwk)
        return jwk;
    lasting_cx = target_begin();
    atexit(lasting_end);
    PROMISE(
        !mcp_jose_jwk_private(&jwk, key_text, strlen(key_text), &lasting_cx));
    return jwk;
}

static int is_known(const char *plaintext, apr_size_t len)
{
    apr_size_t i;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (strlen(texts[i]) == len && !strcmp(texts[i], plaintext))
            return 1;
    return 0;
}

static void look(const mcp_jose_jwe_t *jwe, mcp_ctx_t *cx)
{
    const char *plaintext;
    const mcp_error_t *e;
    apr_size_t len;

    PROMISE(!strcmp(mcp_json_string(mcp_json_get(jwe->header, "alg")),
                    "RSA-OAEP"));
    PROMISE(!strcmp(jwe->enc, "A256GCM") ||
            !strcmp(jwe->enc, "A128CBC-HS256"));
    PROMISE(!mcp_json_get(jwe->header, "crit"));
    PROMISE(!mcp_json_get(jwe->header, "zip"));
    e = mcp_jose_jwe_decrypt(&plaintext, &len, jwe, key_get(), cx);
    PROMISE(e ? e->code == MCP_E_INVALID_TOKEN : is_known(plaintext, len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    const mcp_jose_jwe_t *jwe;
    const mcp_error_t *e =
        mcp_jose_jwe_read(&jwe, (const char *)data, size, &cx);

    if (e) {
        PROMISE(e->code == MCP_E_INVALID_TOKEN);
    }
    else {
        PROMISE(size <= MCP_JWE_MAX && strlen(jwe->text) == size);
        PROMISE(mcp_jose_jwe_is_like((const char *)data, size));
        look(jwe, &cx);
    }
    target_end(&cx);
    return 0;
}
