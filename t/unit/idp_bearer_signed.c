/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp_issued.h"

/* How access tokens are signed and written down, each as every provider might
 * have done it, or somebody else; what they say is right. */

#define WRONG "the signature is wrong"
#define TYP "is that of something else"
#define UNLISTED "is not on the list"
#define KID100                                                                \
    "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"                      \
    "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"

typedef struct row_t {
    const char *name;
    const char *header; /* behind alg; $kid: of the key that alg has there.
                         * With { it is the whole one; $alg: its own */
    const char *alg;    /* that has to be on the list; NULL: its own */
    int key;            /* that signs */
    const char *want;   /* part of why it is refused; NULL: it is good */
} row_t;

/* clang-format off */
static const row_t rows[] = {
    /* alg, RFC 7518 3.1 and RFC 8037 3.1 */
    {"RS256", ",'kid':'$kid'", "RS256", KEY_OWN, NULL},
    {"RS384", ",'kid':'$kid'", "RS384", KEY_OWN, NULL},
    {"RS512", ",'kid':'$kid'", "RS512", KEY_OWN, NULL},
    {"PS256", ",'kid':'$kid'", "PS256", KEY_OWN, NULL},
    {"PS384", ",'kid':'$kid'", "PS384", KEY_OWN, NULL},
    {"PS512", ",'kid':'$kid'", "PS512", KEY_OWN, NULL},
    {"ES256", ",'kid':'$kid'", "ES256", KEY_OWN, NULL},
    {"ES384", ",'kid':'$kid'", "ES384", KEY_OWN, NULL},
    {"ES512", ",'kid':'$kid'", "ES512", KEY_OWN, NULL},
    {"EdDSA", ",'kid':'$kid'", "EdDSA", KEY_OWN, NULL},
    {"Ed25519", ",'kid':'$kid'", "Ed25519", KEY_OWN, NULL},
    {"ES256K", ",'kid':'k1'", "ES256K", KEY_K1, UNLISTED},
    {"rs256", ",'kid':'rsa'", "rs256", KEY_RSA, UNLISTED},
    {"a blank behind alg", ",'kid':'rsa'", "RS256 ", KEY_RSA, UNLISTED},
    {"alg empty", ",'kid':'rsa'", "", KEY_RSA, UNLISTED},
    {"RSA-OAEP", ",'kid':'enc'", "RSA-OAEP", KEY_RSA, UNLISTED},
    {"dir", ",'kid':'rsa','enc':'A256GCM'", "dir", KEY_RSA, UNLISTED},
    {"an alg with a line for the log", ",'kid':'rsa'", "x\\r\\nMCP00001: y", KEY_RSA, UNLISTED},
    {"alg missing", "{'kid':'$kid'}", NULL, KEY_OWN, "there is no alg"},
    {"alg null", "{'alg':null,'kid':'$kid'}", NULL, KEY_OWN, "alg, kid or typ is not a string"},
    {"alg a number", "{'alg':256,'kid':'$kid'}", NULL, KEY_OWN, "alg, kid or typ is not a string"},
    {"alg an array", "{'alg':['$alg'],'kid':'$kid'}", NULL, KEY_OWN, "alg, kid or typ is not a string"},
    {"alg in other letters", "{'ALG':'$alg','kid':'$kid'}", NULL, KEY_OWN, "there is no alg"},
    {"alg twice", "{'alg':'$alg','kid':'$kid','alg':'none'}", NULL, KEY_OWN, "not JSON"},
    {"alg twice, once escaped", "{'alg':'$alg','kid':'$kid','\\u0061lg':'$alg'}", NULL, KEY_OWN, "not JSON"},
    {"alg with NUL", "{'alg':'$alg\\u0000','kid':'$kid'}", NULL, KEY_OWN, "not JSON"},
    {"none, signed", "{'alg':'none','kid':'$kid'}", NULL, KEY_OWN, "alg is none"},
    {"None", "{'alg':'None'}", NULL, KEY_OWN, "alg is none"},
    {"nOnE", "{'alg':'nOnE'}", NULL, KEY_OWN, "alg is none"},
    {"NONE", "{'alg':'NONE'}", NULL, KEY_OWN, "alg is none"},

    /* a key that is not that of alg, RFC 8725 3.1 */
    {"RS256 at an EC key", ",'kid':'ec'", "RS256", KEY_RSA, "the key named ec is not one for RS256"},
    {"ES256 at an RSA key", ",'kid':'rsa'", "ES256", KEY_P256, "the key named rsa is not one for ES256"},
    {"EdDSA at an EC key", ",'kid':'ec'", "EdDSA", KEY_ED, "the key named ec is not one for EdDSA"},
    {"ES256 at a key on P-384", ",'kid':'ec384'", "ES256", KEY_P384, "is not one for ES256"},
    {"ES384 at a key on P-256", ",'kid':'ec'", "ES384", KEY_P256, "is not one for ES384"},
    {"ES512 at a key of ES384", ",'kid':'ec384'", "ES512", KEY_P384, "is not one for ES512"},
    {"ES256 at a key on secp256k1", ",'kid':'k1'", "ES256", KEY_K1, "crv is not P-256"},
    {"a stranger's key by the name of ours", ",'kid':'rsa'", "RS256", KEY_STRANGE_RSA, WRONG},
    {"a stranger's EC key by the name of ours", ",'kid':'ec'", "ES256", KEY_STRANGE_EC, WRONG},
    {"another key of ours by that name", ",'kid':'rsa'", "RS256", KEY_ENC, WRONG},
    {"RSA of 1024 bits", ",'kid':'1024'", "RS256", KEY_1024, "2048 to 8192 bits"},
    {"RSA of 512 bits", ",'kid':'512'", "RS256", KEY_512, "2048 to 8192 bits"},
    {"a signature of 1024 bits by the name of ours", ",'kid':'rsa'", "RS256", KEY_1024, WRONG},
    {"use enc, RFC 7517 4.2", ",'kid':'enc'", "RS256", KEY_ENC, "use is not sig"},
    {"key_ops wrapKey, RFC 7517 4.3", ",'kid':'ops'", "RS256", KEY_OPS, "key_ops has neither"},

    /* kid, RFC 7515 4.1.4 */
    {"no kid", ",'typ':'JWT'", NULL, KEY_OWN, NULL},
    {"no kid, a stranger's key", ",'typ':'JWT'", "RS256", KEY_STRANGE_RSA, "it has no kid, and no key made it"},
    {"no kid, the key for encryption", "", "RS256", KEY_ENC, "it has no kid, and no key made it"},
    {"no kid, a short key", "", "RS256", KEY_1024, "it has no kid, and no key made it"},
    {"kid unknown", ",'kid':'x'", NULL, KEY_OWN, "has no key named x"},
    {"kid empty", ",'kid':''", NULL, KEY_OWN, "has no key named"},
    {"kid in other letters", ",'kid':'RSA'", "RS256", KEY_RSA, "has no key named RSA"},
    {"kid with a blank", ",'kid':'$kid '", NULL, KEY_OWN, "has no key named"},
    {"kid a path", ",'kid':'../../../dev/null'", NULL, KEY_OWN, "has no key named ../../../dev/null"},
    {"kid SQL", ",'kid':'x\\u0027 OR 1=1--'", NULL, KEY_OWN, "has no key named x"},
    {"kid a URL", ",'kid':'https://evil.example/keys'", NULL, KEY_OWN, "has no key named"},
    {"kid with a line for the log", ",'kid':'x\\r\\nMCP00001: y'", NULL, KEY_OWN, "has no key named x"},
    {"kid of 2000 bytes", ",'kid':'$100$100$100$100$100$100$100$100$100$100$100$100$100$100$100$100$100$100$100$100'", NULL, KEY_OWN, "has no key named kkkk"},
    {"kid a number", ",'kid':1024", NULL, KEY_OWN, "alg, kid or typ is not a string"},
    {"kid null", ",'kid':null", NULL, KEY_OWN, "alg, kid or typ is not a string"},
    {"kid an array", ",'kid':['$kid']", NULL, KEY_OWN, "alg, kid or typ is not a string"},
    {"kid twice", ",'kid':'$kid','kid':'x'", NULL, KEY_OWN, "not JSON"},

    /* typ, RFC 9068 2.1 and RFC 8725 3.11 */
    {"typ at+jwt", ",'kid':'$kid','typ':'at+jwt'", NULL, KEY_OWN, NULL},
    {"typ application/at+jwt", ",'kid':'$kid','typ':'application/at+jwt'", NULL, KEY_OWN, NULL},
    {"typ AT+JWT", ",'kid':'$kid','typ':'AT+JWT'", NULL, KEY_OWN, NULL},
    {"typ JWT", ",'kid':'$kid','typ':'JWT'", NULL, KEY_OWN, NULL},
    {"typ jwt", ",'kid':'$kid','typ':'jwt'", NULL, KEY_OWN, NULL},
    {"typ application/jwt", ",'kid':'$kid','typ':'application/jwt'", NULL, KEY_OWN, NULL},
    {"no typ", ",'kid':'$kid'", NULL, KEY_OWN, NULL},
    {"typ logout+jwt", ",'kid':'$kid','typ':'logout+jwt'", NULL, KEY_OWN, TYP},
    {"typ dpop+jwt", ",'kid':'$kid','typ':'dpop+jwt'", NULL, KEY_OWN, TYP},
    {"typ mcp-identity+jwt", ",'kid':'$kid','typ':'mcp-identity+jwt'", NULL, KEY_OWN, TYP},
    {"typ secevent+jwt", ",'kid':'$kid','typ':'secevent+jwt'", NULL, KEY_OWN, TYP},
    {"typ oauth-id-jag+jwt", ",'kid':'$kid','typ':'oauth-id-jag+jwt'", NULL, KEY_OWN, TYP},
    {"typ token-introspection+jwt", ",'kid':'$kid','typ':'token-introspection+jwt'", NULL, KEY_OWN, TYP},
    {"typ JOSE", ",'kid':'$kid','typ':'JOSE'", NULL, KEY_OWN, TYP},
    {"typ text/at+jwt", ",'kid':'$kid','typ':'text/at+jwt'", NULL, KEY_OWN, TYP},
    {"typ application/ twice", ",'kid':'$kid','typ':'application/application/jwt'", NULL, KEY_OWN, TYP},
    {"typ with a parameter", ",'kid':'$kid','typ':'at+jwt;x=y'", NULL, KEY_OWN, TYP},
    {"typ with a blank", ",'kid':'$kid','typ':'at+jwt '", NULL, KEY_OWN, TYP},
    {"typ empty", ",'kid':'$kid','typ':''", NULL, KEY_OWN, TYP},
    {"typ a number", ",'kid':'$kid','typ':1", NULL, KEY_OWN, "alg, kid or typ is not a string"},
    {"typ null", ",'kid':'$kid','typ':null", NULL, KEY_OWN, "alg, kid or typ is not a string"},

    /* other members, RFC 7515 4.1 */
    {"crit exp", ",'kid':'$kid','crit':['exp'],'exp':1", NULL, KEY_OWN, "it has crit"},
    {"crit of an extension that nobody knows", ",'kid':'$kid','crit':['x'],'x':1", NULL, KEY_OWN, "it has crit"},
    {"crit empty", ",'kid':'$kid','crit':[]", NULL, KEY_OWN, "it has crit"},
    {"crit null", ",'kid':'$kid','crit':null", NULL, KEY_OWN, "it has crit"},
    {"crit b64, RFC 7797 6", ",'kid':'$kid','crit':['b64'],'b64':false", NULL, KEY_OWN, "it has crit"},
    {"b64 false without crit", ",'kid':'$kid','b64':false", NULL, KEY_OWN, "it has b64"},
    {"b64 true", ",'kid':'$kid','b64':true", NULL, KEY_OWN, "it has b64"},
    {"cty at a payload that is none", ",'kid':'$kid','cty':'JWT'", NULL, KEY_OWN, NULL},
    {"members that nobody knows", ",'kid':'$kid','x':{'y':[1]},'nonce':'n'", NULL, KEY_OWN, NULL},
    {"jwk of a stranger, and no kid", ",'jwk':$jwk", "RS256", KEY_STRANGE_RSA, "it has no kid, and no key made it"},
    {"jwk of a stranger by the name of ours", ",'kid':'rsa','jwk':$jwk", "RS256", KEY_STRANGE_RSA, WRONG},
    {"jwk of a stranger by its name", ",'kid':'strange','jwk':$jwk", "RS256", KEY_STRANGE_RSA, "has no key named strange"},
    {"jku of a stranger", ",'kid':'rsa','jku':'https://evil.example/keys'", "RS256", KEY_STRANGE_RSA, WRONG},
    {"x5u of a stranger", ",'kid':'rsa','x5u':'https://evil.example/pem'", "RS256", KEY_STRANGE_RSA, WRONG},
    {"x5c of a stranger", ",'kid':'rsa','x5c':['MIIB']", "RS256", KEY_STRANGE_RSA, WRONG},
    {"jwk, jku, x5u, x5c and our key", ",'kid':'$kid','jwk':$jwk,'jku':'https://evil.example','x5u':'https://evil.example','x5c':['x']", NULL, KEY_OWN, NULL},

    /* headers that are none */
    {"a header that is an array", "{'alg':'$alg'}]", NULL, KEY_OWN, "not JSON"},
    {"a header with something behind", "{'alg':'$alg','kid':'$kid'}{}", NULL, KEY_OWN, "not JSON"},
    {"a header with a comma too many", "{'alg':'$alg','kid':'$kid',}", NULL, KEY_OWN, "not JSON"},
    {"a header with bad UTF-8", "{'alg':'$alg','kid':'$kid','x':'\xff'}", NULL, KEY_OWN, "not JSON"},
    {"a header that is nested too deep", "{'alg':'$alg','kid':'$kid','x':$70}", NULL, KEY_OWN, "not JSON"},
};
/* clang-format on */

#define SEVENTY                                                               \
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["  \
    "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"

static const char *header_make(const char *header, const char *alg,
                               mcp_ctx_t *cx)
{
    const char *whole = *header == '{' ? header
                                       : apr_pstrcat(cx->pool, "{'alg':'$alg'",
                                                     header, "}", NULL);

    whole = replaced(json(whole, cx), "$alg", alg, cx);
    whole = replaced(whole, "$kid", issued_keys[issued_key_of(alg)].kid, cx);
    whole = replaced(whole, "$jwk", issued_jwk(KEY_STRANGE_RSA, cx), cx);
    whole = replaced(whole, "$100", KID100, cx);
    return replaced(whole, "$70", SEVENTY, cx);
}

static void test_headers(world_t *w, const issued_t *by, mcp_ctx_t *cx)
{
    const char *claims = issued_claims(by, NULL, &w->idp, cx);
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const char *alg = rows[i].alg ? rows[i].alg : by->alg;
        const signer_t signer = issued_signer(alg, rows[i].key);

        judged(w,
               signed_text(header_make(rows[i].header, alg, cx), claims,
                           &signer, cx),
               rows[i].alg && !mcp_scope_has(w->idp.algorithms, alg)
                   ? UNLISTED
                   : rows[i].want,
               rows[i].name, cx);
    }
}

/* -- secrets that are none, RFC 8725 2.1 -- */

static void test_secrets(world_t *w, const issued_t *by, const char *keys,
                         mcp_ctx_t *cx)
{
    EVP_PKEY *rsa = issued_keys[KEY_RSA].key, *ec = issued_keys[KEY_P256].key;
    const char *n = signed_number(rsa, "n", OSSL_PKEY_PARAM_RSA_N, cx);
    const struct {
        const char *name, *alg, *secret;
    } cases[] = {
        {"the RSA key as PEM", "HS256", made_pem(rsa, MADE_PUBLIC, cx)},
        {"the EC key as PEM", "HS256", made_pem(ec, MADE_PUBLIC, cx)},
        {"the RSA key as JWK", "HS256", issued_jwk(KEY_RSA, cx)},
        {"the JWK Set", "HS256", keys},
        {"n", "HS256", apr_pstrmemdup(cx->pool, n + 6, strlen(n) - 7)},
        {"nothing", "HS256", ""},
        {"the client secret", "HS256", SECRET},
        {"the RSA key as PEM, HS384", "HS384", made_pem(rsa, MADE_PUBLIC, cx)},
        {"the RSA key as PEM, HS512", "HS512", made_pem(rsa, MADE_PUBLIC, cx)},
    };
    const char *claims = issued_claims(by, NULL, &w->idp, cx), *name;
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const signer_t signer = {cases[i].alg, NULL, cases[i].secret, 0};

        name = apr_pstrcat(cx->pool, "the secret is ", cases[i].name, NULL);
        judged(w,
               signed_text(header_make(",'kid':'rsa'", cases[i].alg, cx),
                           claims, &signer, cx),
               UNLISTED, name, cx);
    }
}

/* -- ECDSA and RSA in forms that are not theirs -- */

static const char *octets_of(apr_size_t *len, const char *token, mcp_ctx_t *cx)
{
    const char *dot = strrchr(token, '.') + 1;

    return (const char *)mcp_encode_base64url_read(len, dot, strlen(dot),
                                                   cx->pool);
}

static void test_octets(world_t *w, const issued_t *by, const char *alg,
                        mcp_ctx_t *cx)
{
    const char *claims = issued_claims(by, NULL, &w->idp, cx);
    const char *header = header_make(",'kid':'$kid'", alg, cx);
    const signer_t signer = issued_signer(alg, KEY_OWN);
    const char *token = signed_text(header, claims, &signer, cx), *s, *text;
    int is_listed = mcp_scope_has(w->idp.algorithms, alg);
    char zeros[512] = "", ones[512], twice[1024];
    apr_size_t len, i;

    s = octets_of(&len, token, cx);
    memset(ones, 0xff, sizeof(ones));
    memcpy(twice, s, len);
    memcpy(twice + len, s, len);
    const struct {
        const char *name, *octets;
        apr_size_t len;
        const char *want;
    } cases[] = {
        {"as it is", s, len, NULL},
        {"an octet less", s, len - 1, WRONG},
        {"half of it", s, len / 2, WRONG},
        {"one more", twice, len + 1, WRONG},
        {"twice", twice, 2 * len, WRONG},
        {"zeros", zeros, len, WRONG},
        {"one zero", zeros, 1, WRONG},
        {"all bits", ones, len, WRONG},
        {"turned by half", twice + len / 2, len, WRONG},
    };

    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        text = mcp_encode_base64url(cases[i].octets, cases[i].len, cx->pool);
        text = replaced(token, strrchr(token, '.') + 1, text, cx);
        judged(w, text, is_listed ? cases[i].want : UNLISTED,
               apr_pstrcat(cx->pool, alg, ", ", cases[i].name, NULL), cx);
    }
}

/* RFC 7518 3.4: r and s, and not what X9.62 makes of them. */
static void test_der(world_t *w, const issued_t *by, mcp_ctx_t *cx)
{
    signer_t signer = issued_signer("ES256", KEY_OWN);

    signer.is_der = 1;
    judged(w,
           signed_text(header_make(",'kid':'ec'", "ES256", cx),
                       issued_claims(by, NULL, &w->idp, cx), &signer, cx),
           mcp_scope_has(w->idp.algorithms, "ES256") ? WRONG : UNLISTED,
           "ES256, as DER", cx);
}

static void body(mcp_ctx_t *cx)
{
    const char *keys = issued_keys_make(cx);
    world_t w;
    size_t i;

    world_make(&w, cx);
    for (i = 0; i < ISSUERS; i++) {
        issuer_make(&w, &issued[i], keys, cx);
        test_headers(&w, &issued[i], cx);
        test_secrets(&w, &issued[i], keys, cx);
        test_octets(&w, &issued[i], "ES256", cx);
        test_octets(&w, &issued[i], "RS256", cx);
        test_der(&w, &issued[i], cx);
    }
    ok(!strstr(tap_log, "MCP00001"), "nobody writes lines into the log");
}

TAP_MAIN(body)
