/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "dpop_made.h"

#include "jose/kind.h"
#include "oauth/dpop.h"

#define URL "https://mcp.example.com/mcp"
#define TOKEN "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"
/* RFC 9449 7.1: of that token */
#define ATH "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"

static mcp_oauth_works_t works_make(apr_uint32_t proofs, mcp_ctx_t *cx)
{
    const mcp_live_limits_t limits = {8, 8, proofs};
    mcp_oauth_works_t works;

    memset(&works, 0, sizeof(works));
    mcp_live_shared_make(&works.shared, &limits, cx->pool, cx);
    return works;
}

static const mcp_error_t *check(const char **jkt, const char *text,
                                const mcp_oauth_works_t *works, mcp_ctx_t *cx)
{
    const mcp_oauth_dpop_t dpop = {text, "POST", URL, TOKEN "behind",
                                   strlen(TOKEN)};

    return mcp_oauth_dpop_check(jkt, &dpop, works, cx);
}

static made_proof_t good(const made_pair_t *pair, mcp_ctx_t *cx)
{
    made_proof_t proof = made_proof(pair, "POST", URL, cx);

    proof.ath = "\"" ATH "\"";
    return proof;
}

static const mcp_error_t *offer(const made_proof_t *proof,
                                const made_pair_t *pair,
                                const mcp_oauth_works_t *works, mcp_ctx_t *cx)
{
    const char *jkt;

    return check(&jkt, made_proof_text(proof, pair, cx), works, cx);
}

/* It is refused, and says why. */
static void refused(const mcp_error_t *e, const char *why, const char *name)
{
    if (fails(e, MCP_E_INVALID_DPOP_PROOF, name))
        ok(strstr(mcp_error_text(e), why) != NULL, "since %s",
           mcp_error_text(e));
}

static void test_algorithms(const mcp_oauth_works_t *works, mcp_ctx_t *cx)
{
    const mcp_json_t *jwk;
    const char *jkt;
    made_pair_t pair;
    made_proof_t proof;
    size_t i;

    for (i = 0; i < MADE_ALGS; i++) {
        pair = made_pair(made_algs[i].name, cx);
        proof = good(&pair, cx);
        fine(check(&jkt, made_proof_text(&proof, &pair, cx), works, cx),
             made_algs[i].name);
        mcp_json_read(&jwk, pair.jwk, strlen(pair.jwk), cx);
        is(jkt, mcp_jose_kind_thumbprint(jwk, cx->pool),
           "the thumbprint of its key");
        ok(jkt && mcp_oauth_dpop_is_jkt(jkt, cx->pool), "is one");
        EVP_PKEY_free(pair.key);
    }
}

/* RFC 9449 4.1, at its time; the clock is set for it alone. */
static void test_vector(mcp_ctx_t *cx)
{
    static const char text[] =
        "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwi"
        "eCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5"
        "IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNy"
        "diI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCI"
        "sImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTY"
        "yMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiO"
        "SsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
    const mcp_oauth_dpop_t dpop = {text, "POST",
                                   "https://server.example.com/token"};
    const apr_time_t before = tap_now;
    mcp_oauth_works_t works;
    const char *jkt;

    tap_now = apr_time_from_sec(1562262616);
    works = works_make(16, cx);
    fine(mcp_oauth_dpop_check(&jkt, &dpop, &works, cx),
         "RFC 9449 4.1: the example");
    is(jkt, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
       "RFC 9449 6.1: and its thumbprint");
    tap_now = before;
}

typedef struct row_t {
    const char *name;
    made_proof_t other; /* members that are other ones; "" is left out */
    const char *why;    /* NULL: it is good */
} row_t;

/* clang-format off */
static const row_t rows[] = {
    {"as RFC 9449 4.2 has it", {NULL}, NULL},
    {"with claims that nobody knows", {.claims_more = ",\"foo\":{\"bar\":[1]},\"nonce\":\"n\""}, NULL},
    {"with header members that nobody knows", {.header_more = ",\"kid\":\"x\",\"foo\":1"}, NULL},
    {"with a long jti", {.jti = "\"" "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" "\""}, NULL},
    {"with a query in htu", {.htu = "\"" URL "?a=b\""}, NULL},
    {"with a fragment in htu", {.htu = "\"" URL "#a\""}, NULL},
    {"with capitals in scheme and host", {.htu = "\"HTTPS://MCP.Example.com/mcp\""}, NULL},
    {"with the port of https", {.htu = "\"https://mcp.example.com:443/mcp\""}, NULL},
    {"with a fraction in iat", {.iat = "1800000000.5"}, NULL},
    {"with exp", {.claims_more = ",\"exp\":1800000001"}, NULL},
    {"with nbf", {.claims_more = ",\"nbf\":1800000000"}, NULL},

    {"without typ", {.typ = ""}, "its typ"},
    {"with another typ", {.typ = "\"JWT\""}, "its typ"},
    {"with typ in capitals", {.typ = "\"DPOP+JWT\""}, "its typ"},
    {"with typ as a media type", {.typ = "\"application/dpop+jwt\""}, "its typ"},
    {"with a number as typ", {.typ = "1"}, "not a string"},
    {"with alg none", {.alg = "\"none\""}, "alg is none"},
    {"with alg None", {.alg = "\"None\""}, "alg is none"},
    {"with a shared secret", {.alg = "\"HS256\""}, "its alg is none of those"},
    {"with alg HS512", {.alg = "\"HS512\""}, "its alg is none of those"},
    {"with an alg that is not in the metadata", {.alg = "\"Ed448\""}, "its alg is none of those"},
    {"with an alg that nobody knows", {.alg = "\"ES256K\""}, "its alg is none of those"},
    {"with alg in small letters", {.alg = "\"es256\""}, "its alg is none of those"},
    {"without alg", {.alg = ""}, "there is no alg"},
    {"with another alg than its key has", {.alg = "\"ES384\""}, "its alg is not the key's"},
    {"with an alg of another kind of key", {.alg = "\"RS256\""}, "its alg is not the key's"},
    {"with crit", {.header_more = ",\"crit\":[\"exp\"]"}, "crit"},
    {"with b64", {.header_more = ",\"b64\":true"}, "b64"},
    {"with alg twice", {.header_more = ",\"alg\":\"ES256\""}, "not JSON"},
    {"with jwk twice", {.header_more = ",\"jwk\":{}"}, "not JSON"},
    {"with jti twice", {.claims_more = ",\"jti\":\"other\""}, "not JSON"},

    {"without jwk", {.jwk = ""}, "no jwk"},
    {"with a jwk that is a text", {.jwk = "\"x\""}, "no jwk"},
    {"with an empty jwk", {.jwk = "{}"}, "JWK refused"},
    {"with a shared secret as jwk", {.jwk = "{\"kty\":\"oct\",\"k\":\"AAAA\"}"}, "private"},
    {"with kty oct", {.jwk = "{\"kty\":\"oct\"}"}, "JWK refused"},
    {"with a point that is on no curve", {.jwk = "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\",\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\"}"}, "JWK refused"},
    {"with the key of somebody else", {.jwk = "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}"}, "signature is wrong"},

    {"without htm", {.htm = ""}, "its htm"},
    {"with another htm", {.htm = "\"GET\""}, "its htm"},
    {"with htm in small letters", {.htm = "\"post\""}, "its htm"},
    {"with a list as htm", {.htm = "[\"POST\"]"}, "its htm"},
    {"without htu", {.htu = ""}, "its htu"},
    {"with a number as htu", {.htu = "1"}, "its htu"},
    {"with another host", {.htu = "\"https://mcp.example.org/mcp\""}, "its htu"},
    {"with another scheme", {.htu = "\"http://mcp.example.com/mcp\""}, "its htu"},
    {"with another port", {.htu = "\"https://mcp.example.com:8443/mcp\""}, "its htu"},
    {"with the port of http", {.htu = "\"https://mcp.example.com:80/mcp\""}, "its htu"},
    {"with another path", {.htu = "\"https://mcp.example.com/MCP\""}, "its htu"},
    {"with a slash behind", {.htu = "\"" URL "/\""}, "its htu"},
    {"with more path", {.htu = "\"" URL "/more\""}, "its htu"},
    {"with the origin alone", {.htu = "\"https://mcp.example.com\""}, "its htu"},
    {"with a path alone", {.htu = "\"/mcp\""}, "its htu"},
    {"with dots in the path", {.htu = "\"https://mcp.example.com/x/../mcp\""}, "its htu"},
    {"with escapes in the path", {.htu = "\"https://mcp.example.com/%6dcp\""}, "its htu"},
    {"with userinfo", {.htu = "\"https://a@mcp.example.com/mcp\""}, "its htu"},
    {"with a blank in htu", {.htu = "\" " URL "\""}, "its htu"},
    {"with a NUL in htu", {.htu = "\"" URL "\\u0000\""}, "not JSON"},

    {"without ath", {.ath = ""}, "its ath"},
    {"with an ath of another token", {.ath = "\"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU\""}, "its ath"},
    {"with padding behind ath", {.ath = "\"" ATH "=\""}, "its ath"},
    {"with a number as ath", {.ath = "1"}, "its ath"},

    {"without iat", {.iat = ""}, "its iat is missing"},
    {"with iat as a text", {.iat = "\"1800000000\""}, "its iat is missing"},
    {"with iat of 0", {.iat = "0"}, "its iat is missing"},
    {"with a negative iat", {.iat = "-1"}, "its iat is missing"},
    {"with iat beyond all numbers", {.iat = "1e300"}, "its iat is missing"},
    {"with iat in milliseconds", {.iat = "1800000000000"}, "lies ahead"},
    {"with an exp that has passed", {.claims_more = ",\"exp\":1799999940"}, "has expired"},
    {"with exp as a text", {.claims_more = ",\"exp\":\"x\""}, "has expired"},
    {"with an nbf ahead", {.claims_more = ",\"nbf\":1800000061"}, "its nbf"},
    {"without jti", {.jti = ""}, "its jti"},
    {"with an empty jti", {.jti = "\"\""}, "its jti"},
    {"with a number as jti", {.jti = "1"}, "its jti"},
    {"with a jti without end", {.jti = "\"" "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefX" "\""}, "its jti"},
};
/* clang-format on */

static void put(const char **member, const char *other)
{
    if (other)
        *member = *other ? other : NULL;
}

static void test_rows(const mcp_oauth_works_t *works, mcp_ctx_t *cx)
{
    made_pair_t pair = made_pair("ES256", cx);
    made_proof_t proof;
    const mcp_error_t *e;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        proof = good(&pair, cx);
        put(&proof.typ, rows[i].other.typ);
        put(&proof.alg, rows[i].other.alg);
        put(&proof.jwk, rows[i].other.jwk);
        put(&proof.htm, rows[i].other.htm);
        put(&proof.htu, rows[i].other.htu);
        put(&proof.jti, rows[i].other.jti);
        put(&proof.iat, rows[i].other.iat);
        put(&proof.ath, rows[i].other.ath);
        put(&proof.header_more, rows[i].other.header_more);
        put(&proof.claims_more, rows[i].other.claims_more);
        e = offer(&proof, &pair, works, cx);
        if (rows[i].why)
            refused(e, rows[i].why, rows[i].name);
        else
            fine(e, rows[i].name);
    }
    EVP_PKEY_free(pair.key);
}

/* RFC 9449 4.3: the key does not contain a private key */
static void test_private(const mcp_oauth_works_t *works, mcp_ctx_t *cx)
{
    static const char *const names[] = {"d",  "p",  "q",   "dp",
                                        "dq", "qi", "oth", "k"};
    static const char *const kinds[] = {"ES256", "RS256", "EdDSA"};
    made_pair_t pair;
    made_proof_t proof;
    size_t i, j;

    for (i = 0; i < 3; i++) {
        pair = made_pair(kinds[i], cx);
        for (j = 0; j < sizeof(names) / sizeof(names[0]); j++) {
            proof = good(&pair, cx);
            proof.jwk = apr_psprintf(cx->pool, "%.*s,\"%s\":\"AQAB\"}",
                                     (int)strlen(pair.jwk) - 1, pair.jwk,
                                     names[j]);
            refused(offer(&proof, &pair, works, cx), "private", names[j]);
        }
        EVP_PKEY_free(pair.key);
    }
}

/* A key that is too weak, or for something else. */
static void test_keys(const mcp_oauth_works_t *works, mcp_ctx_t *cx)
{
    static const struct {
        const char *more;
        const char *why;
    } purposes[] = {
        {",\"use\":\"sig\",\"alg\":\"ES256\",\"kid\":\"x\"", NULL},
        {",\"key_ops\":[\"verify\"]", NULL},
        {",\"use\":\"enc\"", "use is not sig"},
        {",\"alg\":\"ES384\"", "alg does not fit"},
        {",\"key_ops\":[\"encrypt\"]", "key_ops"},
    };
    static const made_alg_t weak = {"RS256", "RSA", NULL,
                                    NULL,    1024,  "SHA256"};
    made_pair_t pair = {&weak, made_key("RSA", NULL, 1024), NULL};
    made_proof_t proof;
    const mcp_error_t *e;
    size_t i;

    pair.jwk = made_public(&weak, pair.key, cx);
    proof = good(&pair, cx);
    refused(offer(&proof, &pair, works, cx), "2048", "RSA of 1024 bits");
    EVP_PKEY_free(pair.key);
    pair = made_pair("ES256", cx);
    for (i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++) {
        proof = good(&pair, cx);
        proof.jwk = apr_psprintf(cx->pool, "%.*s%s}",
                                 (int)strlen(pair.jwk) - 1, pair.jwk,
                                 purposes[i].more);
        e = offer(&proof, &pair, works, cx);
        if (purposes[i].why)
            refused(e, purposes[i].why, purposes[i].more);
        else
            fine(e, purposes[i].more);
    }
    EVP_PKEY_free(pair.key);
}

static void test_texts(const mcp_oauth_works_t *works, mcp_ctx_t *cx)
{
    made_pair_t pair = made_pair("ES256", cx);
    made_proof_t proof = good(&pair, cx);
    const char *text = made_proof_text(&proof, &pair, cx), *jkt;
    char *changed = apr_pstrdup(cx->pool, text);

    refused(check(&jkt, NULL, works, cx), "is needed", "no proof");
    refused(check(&jkt, "", works, cx), "one part", "an empty header");
    refused(check(&jkt, "abc", works, cx), "one part", "no JWT");
    refused(
        check(&jkt, apr_pstrcat(cx->pool, text, ", ", text, NULL), works, cx),
        "base64url", "RFC 9449 4.3: two headers, as httpd joins them");
    refused(check(&jkt, apr_pstrcat(cx->pool, " ", text, NULL), works, cx),
            "base64url", "a blank before it");
    refused(check(&jkt, apr_pstrcat(cx->pool, text, ".x", NULL), works, cx),
            "base64url", "a fourth part");
    refused(check(&jkt,
                  apr_pstrcat(cx->pool, text,
                              apr_psprintf(cx->pool, "%08000d", 0), NULL),
                  works, cx),
            "too long", "8 KiB of a signature");
    changed[strlen(changed) - 10] ^= 1;
    refused(check(&jkt, changed, works, cx), "signature",
            "one character of the signature changed");
    ok(!jkt, "and no thumbprint is given");
    fine(check(&jkt, text, works, cx), "nothing of that used it up");
    EVP_PKEY_free(pair.key);
}

/* At the token endpoint, and at a root. */
static void test_places(const mcp_oauth_works_t *works, mcp_ctx_t *cx)
{
    made_pair_t pair = made_pair("ES256", cx);
    made_proof_t proof = made_proof(&pair, "POST", URL, cx);
    mcp_oauth_dpop_t dpop = {NULL, "POST", URL};
    const char *jkt;

    dpop.proof = made_proof_text(&proof, &pair, cx);
    fine(mcp_oauth_dpop_check(&jkt, &dpop, works, cx),
         "without an access token there is no ath");
    proof = good(&pair, cx);
    dpop.proof = made_proof_text(&proof, &pair, cx);
    fine(mcp_oauth_dpop_check(&jkt, &dpop, works, cx), "or it does not count");
    proof = made_proof(&pair, "GET", "http://localhost:80", cx);
    dpop.proof = made_proof_text(&proof, &pair, cx);
    dpop.method = "GET";
    dpop.url = "http://localhost/?x=y";
    fine(mcp_oauth_dpop_check(&jkt, &dpop, works, cx),
         "RFC 3986 6.2.3: an empty path is /");
    EVP_PKEY_free(pair.key);
}

/* -- once -- */

static void test_replay(const mcp_oauth_works_t *works, mcp_ctx_t *cx)
{
    made_pair_t pair = made_pair("ES256", cx);
    made_pair_t other = made_pair("EdDSA", cx);
    made_proof_t proof = good(&pair, cx), same = good(&pair, cx);

    same.jti = proof.jti;
    fine(offer(&proof, &pair, works, cx), "a proof");
    refused(offer(&proof, &pair, works, cx), "used before", "is good once");
    same.htm = "\"GET\"";
    refused(offer(&same, &pair, works, cx), "its htm", "its jti");
    same.htm = proof.htm;
    refused(offer(&same, &pair, works, cx), "used before", "as well");
    same.jwk = other.jwk;
    same.alg = "\"EdDSA\"";
    fine(offer(&same, &other, works, cx), "of that key");
    EVP_PKEY_free(pair.key);
    EVP_PKEY_free(other.key);
}

static const char *seconds(apr_int64_t offset, mcp_ctx_t *cx)
{
    return apr_psprintf(cx->pool, "%" APR_INT64_T_FMT,
                        apr_time_sec(tap_now) + offset);
}

static void test_clock(mcp_ctx_t *cx)
{
    static const struct {
        const char *name;
        int offset;
        const char *why;
    } edges[] = {
        {"as old as may be", -MCP_DPOP_BEHIND, NULL},
        {"a second older", -MCP_DPOP_BEHIND - 1, "too long ago"},
        {"as far ahead as may be", MCP_DPOP_AHEAD, NULL},
        {"a second further", MCP_DPOP_AHEAD + 1, "lies ahead"},
    };
    mcp_oauth_works_t works = works_make(1000, cx);
    made_pair_t pair = made_pair("ES256", cx);
    made_proof_t proof, used;
    const mcp_error_t *e;
    size_t i;

    tap_now += apr_time_from_sec(1000);
    used = good(&pair, cx);
    fine(offer(&used, &pair, &works, cx), "used");
    for (i = 0; i < 4; i++) {
        proof = good(&pair, cx);
        proof.iat = seconds(edges[i].offset, cx);
        e = offer(&proof, &pair, &works, cx);
        if (edges[i].why)
            refused(e, edges[i].why, edges[i].name);
        else
            fine(e, edges[i].name);
    }
    for (i = 0; i < 4; i++) {
        static const int steps[] = {86400, -86400, -86400, 86400};

        tap_now += apr_time_from_sec(steps[i]);
        fails(offer(&used, &pair, &works, cx), MCP_E_INVALID_DPOP_PROOF,
              apr_psprintf(cx->pool, "the clock goes by %d", steps[i]));
        proof = good(&pair, cx);
        fine(offer(&proof, &pair, &works, cx), "others are taken");
    }
    tap_now -= apr_time_from_sec(1000);
    EVP_PKEY_free(pair.key);
}

/* Where it cannot be remembered the answer is no. */
static void test_memory(mcp_ctx_t *cx)
{
    mcp_oauth_works_t works = works_make(0, cx);
    made_pair_t pair = made_pair("ES256", cx);
    made_proof_t proof = good(&pair, cx), first = proof;
    const mcp_error_t *e;
    int i;

    proof.iat = seconds(-1, cx);
    e = offer(&proof, &pair, &works, cx);
    fails(e, MCP_E_UNAVAILABLE, "one from before the memory was made");
    ok(e && e->retry_after > 0 && !e->remedy, "is made anew");
    for (i = 0; i < 16; i++) {
        proof = i ? good(&pair, cx) : first;
        e = offer(&proof, &pair, &works, cx);
    }
    fine(e, "a memory that is full now");
    proof = good(&pair, cx);
    e = offer(&proof, &pair, &works, cx);
    fails(e, MCP_E_UNAVAILABLE, "takes no other");
    ok(e && e->retry_after > 0 && e->remedy, "and says what to do");
    tap_now += apr_time_from_sec(MCP_DPOP_BEHIND);
    fails(offer(&first, &pair, &works, cx), MCP_E_INVALID_DPOP_PROOF,
          "and forgets none");
    tap_now += apr_time_from_sec(1);
    proof = good(&pair, cx);
    fine(offer(&proof, &pair, &works, cx), "that would be accepted");
    refused(offer(&first, &pair, &works, cx), "too long ago",
            "as those are not any more");
    tap_now -= apr_time_from_sec(MCP_DPOP_BEHIND + 1);
    e = offer(&first, &pair, &works, cx);
    fails(e, MCP_E_UNAVAILABLE, "nor when the clock is set back");
    ok(e && strstr(e->detail, "clock") && e->remedy, "and says so");
    EVP_PKEY_free(pair.key);
}

static void body(mcp_ctx_t *cx)
{
    mcp_oauth_works_t works = works_make(1000, cx);

    test_algorithms(&works, cx);
    test_vector(cx);
    test_rows(&works, cx);
    test_private(&works, cx);
    test_keys(&works, cx);
    test_texts(&works, cx);
    test_places(&works, cx);
    test_replay(&works, cx);
    test_clock(cx);
    test_memory(cx);
}

TAP_MAIN(body)
