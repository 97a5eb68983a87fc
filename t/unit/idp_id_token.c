/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp_world.h"

#include <cjose/cjose.h>

#include "idp/id_token.h"
#include "jose/half_hash.h"

#define ACCESS_TOKEN "access"

static const change_t good[] = {
    {"iss", "'" IDP "'"}, {"sub", "'ada'"}, {"aud", "'" CLIENT "'"},
    {"exp", "@300"},      {"iat", "@0"},    {"nonce", "'n-1'"},
    {NULL, NULL},
};

/* -- the checks of OpenID Connect Core 3.1.3.7 -- */

typedef struct row_t {
    const char *name;
    change_t changes[CHANGES];
    const char *typ;
    const char *want; /* part of why it is refused; NULL: it is good */
} row_t;

/* clang-format off */
static const row_t rows[] = {
    {"as section 2 has it", {{NULL, NULL}}, "JWT", NULL},
    {"without typ", {{NULL, NULL}}, NULL, NULL},
    {"with typ as a media type", {{NULL, NULL}}, "application/jwt", NULL},
    {"with the typ of an access token", {{NULL, NULL}}, "at+jwt", "its typ \"at+jwt\" is that of something else"},
    {"with the typ of a logout token", {{NULL, NULL}}, "logout+jwt", "its typ"},
    {"with the typ of a request", {{NULL, NULL}}, "oauth-authz-req+jwt", "its typ"},
    {"with an empty typ", {{NULL, NULL}}, "", "its typ"},
    {"(2) without iss", {{"iss", NULL}}, NULL, "iss is missing"},
    {"(2) of another one", {{"iss", "'https://evil.example'"}}, NULL, "iss is \"https://evil.example\", expected is \"" IDP "\""},
    {"(2) whose iss has a slash more", {{"iss", "'" IDP "/'"}}, NULL, "iss is"},
    {"(2) whose iss is a list", {{"iss", "['" IDP "']"}}, NULL, "iss is missing"},
    {"(3) without aud", {{"aud", NULL}}, NULL, "aud does not have our client_id"},
    {"(3) for another client", {{"aud", "'other'"}}, NULL, "aud does not have our client_id"},
    {"(3) for nobody", {{"aud", "[]"}}, NULL, "aud does not have"},
    {"(3) for others", {{"aud", "['x','y']"}}, NULL, "aud does not have"},
    {"(3) for a list of us", {{"aud", "['" CLIENT "']"}}, NULL, NULL},
    {"(3) for a name that begins like ours", {{"aud", "'" CLIENT "2'"}}, NULL, "aud does not have"},
    {"(4) for us and others, who asked for it unsaid", {{"aud", "['" CLIENT "','api']"}}, NULL, "azp is missing"},
    {"(4) for us and others, asked for by us", {{"aud", "['" CLIENT "','api']"}, {"azp", "'" CLIENT "'"}}, NULL, NULL},
    {"(5) for us, asked for by another", {{"azp", "'other'"}}, NULL, "azp is not our client_id"},
    {"(5) for us and others, asked for by another", {{"aud", "['" CLIENT "','api']"}, {"azp", "'api'"}}, NULL, "azp is not our client_id"},
    {"(5) whose azp is a number", {{"azp", "1"}}, NULL, "azp is not our client_id"},
    {"(9) without exp", {{"exp", NULL}}, NULL, "exp is missing"},
    {"(9) whose exp is a string", {{"exp", "'later'"}}, NULL, "exp is no time"},
    {"(9) whose exp is below nothing", {{"exp", "-1"}}, NULL, "exp is no time"},
    {"(9) whose exp has a fraction", {{"exp", "1900000000.5"}}, NULL, NULL},
    {"(9) of a minute ago, less a second", {{"exp", "@-59"}}, NULL, NULL},
    {"(9) of a minute ago", {{"exp", "@-60"}}, NULL, "it expired 60 s ago"},
    {"(10) without iat", {{"iat", NULL}}, NULL, "iat is missing"},
    {"(10) whose iat is a string", {{"iat", "'now'"}}, NULL, "iat is no time"},
    {"(10) of a clock a minute ahead", {{"iat", "@60"}}, NULL, NULL},
    {"(10) of a clock more than a minute ahead", {{"iat", "@61"}}, NULL, "iat lies 61 s ahead"},
    {"whose nbf is now", {{"nbf", "@0"}}, NULL, NULL},
    {"whose nbf is to come", {{"nbf", "@61"}}, NULL, "nbf lies 61 s ahead"},
    {"whose nbf is null", {{"nbf", "null"}}, NULL, "nbf is no time"},
    {"(11) without nonce", {{"nonce", NULL}}, NULL, "nonce is missing"},
    {"(11) of another sign-in", {{"nonce", "'n-2'"}}, NULL, "nonce is not the one that was sent"},
    {"(11) whose nonce begins like ours", {{"nonce", "'n-'"}}, NULL, "nonce is not"},
    {"(11) whose nonce is a number", {{"nonce", "1"}}, NULL, "nonce is not"},
    {"without sub", {{"sub", NULL}}, NULL, "sub is missing"},
    {"with an empty sub", {{"sub", "''"}}, NULL, "sub is missing"},
    {"whose sub is a number", {{"sub", "7"}}, NULL, "sub is missing"},
    {"with events", {{"events", "{'http://schemas.openid.net/event/backchannel-logout':{}}"}}, NULL, "as a logout token has"},
    {"3.1.3.8: with the at_hash of its access token", {{"at_hash", "'%hash'"}}, NULL, NULL},
    {"3.1.3.8: with another at_hash", {{"at_hash", "'77QmUPtjPfzWtF2AnpK9RQ'"}}, NULL, "at_hash is not that of the access token"},
    {"3.1.3.8: whose at_hash is null", {{"at_hash", "null"}}, NULL, "at_hash is not"},
    {"with more claims", {{"auth_time", "1"}, {"acr", "'0'"}, {"amr", "['pwd']"}}, NULL, NULL},
};
/* clang-format on */

static const mcp_error_t *take(const mcp_json_t **claims, const char *text,
                               world_t *w, mcp_ctx_t *cx)
{
    const mcp_idp_id_token_t token = {text, ACCESS_TOKEN, "n-1"};
    const mcp_idp_metadata_t *metadata;

    *claims = NULL;
    MCP_TRY(mcp_idp_metadata_get(&metadata, &w->remote, cx));
    return mcp_idp_id_token_read(claims, &token, metadata, cx);
}

static const char *made(const change_t *changes, const char *typ, world_t *w,
                        mcp_ctx_t *cx)
{
    const char *claims = claims_make(good, changes, cx);
    char *mark = strstr(claims, "%hash");
    const char *hash = mcp_jose_half_hash("ES256", ACCESS_TOKEN, cx->pool);

    if (mark)
        claims = apr_pstrcat(
            cx->pool,
            apr_pstrmemdup(cx->pool, claims, (apr_size_t)(mark - claims)),
            hash, mark + strlen("%hash"), NULL);
    return sign_as(claims, typ, w->key, cx);
}

static void test_rows(world_t *w, mcp_ctx_t *cx)
{
    const mcp_json_t *claims;
    const mcp_error_t *e;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        e = take(&claims, made(rows[i].changes, rows[i].typ, w, cx), w, cx);
        if (!rows[i].want) {
            ok(!e && has(mcp_json_string(mcp_json_get(claims, "sub")), "ada"),
               "an id_token %s is taken%s%s", rows[i].name, e ? ": " : "",
               e ? e->detail : "");
            continue;
        }
        ok(e && e->code == MCP_E_SERVER_ERROR && e->remedy &&
               has(e->detail, rows[i].want) && has(e->detail, "\"Test\""),
           "an id_token %s is refused: %s", rows[i].name,
           e ? e->detail : "not so");
    }
}

static void test_long(world_t *w, mcp_ctx_t *cx)
{
    char *sub = apr_palloc(cx->pool, 259);
    change_t changes[CHANGES] = {{"sub", sub}};
    const mcp_json_t *claims;

    memset(sub, 'x', 258);
    sub[0] = sub[256] = '\'';
    sub[257] = '\0';
    fine(take(&claims, made(changes, NULL, w, cx), w, cx),
         "a sub of 255 bytes (section 2)");
    sub[256] = 'x';
    sub[257] = '\'';
    sub[258] = '\0';
    ok(tells(take(&claims, made(changes, NULL, w, cx), w, cx),
             "sub is too long"),
       "one of 256");
}

static void test_hints(world_t *w, mcp_ctx_t *cx)
{
    static const change_t other[] = {{"aud", "'other'"}, {NULL, NULL}};
    const mcp_json_t *claims;

    w->facts.hints.audience = "Look at the application's page.";
    ok(tells(take(&claims, made(other, NULL, w, cx), w, cx),
             "Look at the application's page."),
       "what the preset knows of aud, the log hears");
    w->facts.hints.audience = NULL;
}

/* 12.2: one of a refresh has none. */
static void test_refreshed(world_t *w, mcp_ctx_t *cx)
{
    static const change_t none[] = {{"nonce", NULL}, {NULL, NULL}};
    const mcp_idp_id_token_t token = {made(none, NULL, w, cx), NULL, NULL};
    const mcp_idp_metadata_t *metadata;
    const mcp_json_t *claims;

    fine(mcp_idp_metadata_get(&metadata, &w->remote, cx), "metadata");
    fine(mcp_idp_id_token_read(&claims, &token, metadata, cx),
         "without a nonce of ours, none is looked for");
}

/* -- (6) to (8): signatures -- */

static void test_signature(world_t *w, mcp_ctx_t *cx)
{
    const char *text = made(NULL, NULL, w, cx), *claims_text;
    char *bad = apr_pstrdup(cx->pool, text);
    const mcp_json_t *claims;
    mcp_jose_jwk_t *other;

    bad[strlen(bad) - 10] = bad[strlen(bad) - 10] == 'A' ? 'B' : 'A';
    ok(tells(take(&claims, bad, w, cx), "id_token: ") &&
           tells(take(&claims, bad, w, cx), "signature"),
       "(6) a signature that is wrong");
    claims_text = claims_make(good, NULL, cx);
    text = apr_pstrcat(
        cx->pool, "eyJhbGciOiJub25lIn0.",
        mcp_encode_base64url(claims_text, strlen(claims_text), cx->pool), ".",
        NULL);
    fails(take(&claims, text, w, cx), MCP_E_SERVER_ERROR,
          "(6) a signature that is not there: alg none");
    fails(take(&claims, "not.a.jwt", w, cx), MCP_E_SERVER_ERROR,
          "what is no JWT");
    fails(take(&claims, "opaque", w, cx), MCP_E_SERVER_ERROR, "nor opaque");

    w->idp.algorithms = list_of(cx->pool, "RS256");
    ok(tells(take(&claims, made(NULL, NULL, w, cx), w, cx),
             "Algorithms ES256"),
       "(7) an algorithm that is not on the list");
    w->idp.algorithms = list_of(cx->pool, "ES256");

    fine(mcp_jose_jwk_make(&other, cx), "a key");
    ok(tells(take(&claims,
                  sign_as(claims_make(good, NULL, cx), NULL, other, cx), w,
                  cx),
             "JWK Set"),
       "(6) a key that is not the provider's");
}

static void test_rotation(world_t *w, mcp_ctx_t *cx)
{
    const mcp_json_t *claims;
    mcp_jose_jwk_t *next;
    const char *text;

    network_make(w, cx);
    fine(mcp_jose_jwk_make(&next, cx), "the provider's next key");
    text = sign_as(claims_make(good, NULL, cx), NULL, next, cx);
    fine(take(&claims, made(NULL, NULL, w, cx), w, cx), "its key of before");
    publish_keys(next, cx);
    fails(take(&claims, text, w, cx), MCP_E_SERVER_ERROR,
          "a kid that is not known, of a set that was just fetched");
    ok(page_of(KEYS)->asked == 0, "is not asked for again at once");
    tap_now += apr_time_from_sec(61);
    text = sign_as(claims_make(good, NULL, cx), NULL, next, cx);
    fine(take(&claims, text, w, cx), "a minute later the set is renewed");
    fine(take(&claims, text, w, cx), "and then known");
    tap_now += apr_time_from_sec(120);
    fine(take(&claims, sign_as(claims_make(good, NULL, cx), NULL, next, cx), w,
              cx),
         "as long as it is fresh");
    ok(page_of(KEYS)->asked == 1, "it was fetched once more");

    fine(mcp_jose_jwk_make(&next, cx), "the key after that");
    tap_now += apr_time_from_sec(61);
    put(KEYS, 503, "");
    fails(take(&claims, sign_as(claims_make(good, NULL, cx), NULL, next, cx),
               w, cx),
          MCP_E_UNAVAILABLE,
          "while the set cannot be renewed, nobody knows of a new key");
}

static void test_keys_trouble(world_t *w, mcp_ctx_t *cx)
{
    static const struct {
        const char *name;
        int status;
        const char *body;
        mcp_error_code_t code;
        const char *tells;
    } cases[] = {
        {"do not answer", 0, "", MCP_E_UNAVAILABLE, KEYS},
        {"fail", 503, "", MCP_E_UNAVAILABLE, KEYS},
        {"are not there", 404, "", MCP_E_SERVER_ERROR, "Endpoint keys URL"},
        {"are HTML", 200, "<html>", MCP_E_SERVER_ERROR, "is not a JWK Set"},
        {"are no set", 200, "{'kty':'EC'}", MCP_E_SERVER_ERROR,
         "is not a JWK Set"},
        {"are an empty set", 200, "{'keys':[]}", MCP_E_SERVER_ERROR, "key"},
    };
    const mcp_json_t *claims;
    const mcp_error_t *e;
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        network_make(w, cx);
        put(KEYS, cases[i].status, cases[i].body);
        e = take(&claims, made(NULL, NULL, w, cx), w, cx);
        ok(e && e->code == cases[i].code && tells(e, cases[i].tells),
           "keys that %s: %s", cases[i].name, e ? e->detail : "fine");
    }
    network_make(w, cx);
    put(METADATA, 200, "{'issuer':'" IDP "'}");
    ok(tells(take(&claims, made(NULL, NULL, w, cx), w, cx),
             "Endpoint keys URL"),
       "keys that nobody says where they are");
}

static void test_shared_secret(world_t *w, mcp_ctx_t *cx)
{
    static const char ours[] = "01234567890123456789012345678901",
                      theirs[] = "abcdefghijabcdefghijabcdefghijab";
    mcp_jose_jwk_t *key, *other;
    const mcp_json_t *claims;
    const char *text = claims_make(good, NULL, cx);

    network_make(w, cx);
    fine(mcp_jose_jwk_secret(&key, ours, 32, cx), "a shared secret");
    fine(mcp_jose_jwk_secret(&other, theirs, 32, cx), "another one");
    ok(tells(take(&claims, sign_as(text, NULL, key, cx), w, cx),
             "its alg \"HS256\" is not on the list"),
       "HS256 without SharedSecret");
    w->idp.shared_jwk = key;
    w->idp.algorithms = list_of(cx->pool, "HS256");
    fine(take(&claims, sign_as(text, NULL, key, cx), w, cx),
         "with it, HS256 by that secret");
    ok(tells(take(&claims, sign_as(text, NULL, other, cx), w, cx),
             "SharedSecret is not what the provider signs with"),
       "by another one");
    fails(take(&claims, made(NULL, NULL, w, cx), w, cx), MCP_E_SERVER_ERROR,
          "and nothing else");
    ok(page_of(KEYS)->asked == 0, "and no key is asked for");
    w->idp.shared_jwk = NULL;
    w->idp.algorithms = list_of(cx->pool, "ES256");
}

/* -- (1): encryption -- */

static const char *encrypt(const char *text, const cjose_jwk_t *key,
                           mcp_ctx_t *cx)
{
    cjose_header_t *header = cjose_header_new(NULL);
    const char *out = "";
    cjose_jwe_t *jwe;
    char *exported;

    cjose_header_set(header, "alg", "RSA-OAEP", NULL);
    cjose_header_set(header, "enc", "A256GCM", NULL);
    jwe = cjose_jwe_encrypt(key, header, (const uint8_t *)text, strlen(text),
                            NULL);
    exported = jwe ? cjose_jwe_export(jwe, NULL) : NULL;
    if (exported)
        out = apr_pstrdup(cx->pool, exported);
    free(exported);
    cjose_jwe_release(jwe);
    cjose_header_release(header);
    return out;
}

static cjose_jwk_t *rsa_make(mcp_jose_jwk_t **key, mcp_ctx_t *cx)
{
    cjose_jwk_t *native = cjose_jwk_create_RSA_random(
        2048, (const uint8_t *)"\x01\x00\x01", 3, NULL);
    char *text = cjose_jwk_to_json(native, true, NULL);

    fine(mcp_jose_jwk_private(key, text, strlen(text), cx), "an RSA key");
    free(text);
    return native;
}

static void test_encryption(world_t *w, mcp_ctx_t *cx)
{
    mcp_jose_jwk_t *key, *other;
    cjose_jwk_t *native = rsa_make(&key, cx),
                *other_native = rsa_make(&other, cx);
    const char *text;
    const mcp_json_t *claims;

    network_make(w, cx);
    text = encrypt(made(NULL, NULL, w, cx), native, cx);
    ok(tells(take(&claims, text, w, cx), "DecryptionKey"),
       "(1) one that is encrypted, without a key to open it");
    w->idp.decryption_jwk = key;
    fine(take(&claims, text, w, cx), "(1) with it");
    fine(take(&claims, made(NULL, NULL, w, cx), w, cx),
         "one that is not encrypted is good all the same");
    fails(
        take(&claims, encrypt(claims_make(good, NULL, cx), native, cx), w, cx),
        MCP_E_SERVER_ERROR, "what is inside has to be signed");
    ok(tells(take(&claims, "a.b.c.d.e", w, cx), "DecryptionKey has to be"),
       "what only looks like one that is encrypted");
    text = encrypt(made(NULL, NULL, w, cx), other_native, cx);
    ok(tells(take(&claims, text, w, cx), "DecryptionKey has to be"),
       "one that is encrypted for somebody else");
    w->idp.decryption_jwk = NULL;
    cjose_jwk_release(native);
    cjose_jwk_release(other_native);
}

static void body(mcp_ctx_t *cx)
{
    world_t w;

    world_make(&w, cx);
    test_rows(&w, cx);
    test_long(&w, cx);
    test_hints(&w, cx);
    test_refreshed(&w, cx);
    test_signature(&w, cx);
    test_rotation(&w, cx);
    test_keys_trouble(&w, cx);
    test_shared_secret(&w, cx);
    test_encryption(&w, cx);
}

TAP_MAIN(body)
