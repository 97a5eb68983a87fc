/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp_issued.h"

/* Access tokens as texts: what comes that is not quite the JWS that a provider
 * made (RFC 7515 7.1); and those that are signed with a secret. */

#define OPAQUE "it is opaque: no JWT"
#define WRONG "the signature is wrong"
#define PART "a part is not base64url"
#define SIGNATURE "the signature is not base64url"

/* $h.$p.$s is a token; $q and $g are payload and signature of another one, $k
 * is another header; $c and $z are $s less its end, and in another spelling.
 */
/* clang-format off */
static const struct {
    const char *name;
    const char *text;
    const char *want; /* part of why it is refused; NULL: it is good */
} rows[] = {
    {"as it is", "$h.$p.$s", NULL},
    {"nothing", "", OPAQUE},
    {"a word", "ya29.a0AfH6SMBx", OPAQUE},
    {"a UUID", "5f7c8ec7-c33c-44aa-b1c5-49fc4d7c63fd", OPAQUE},
    {"one part", "$h", OPAQUE},
    {"two parts", "$h.$p", OPAQUE},
    {"no signature", "$h.$p.", SIGNATURE},
    {"no payload", "$h..$s", "not JSON"},
    {"no header", ".$p.$s", "not JSON"},
    {"dots", "..", "not JSON"},
    {"a dot behind", "$h.$p.$s.", OPAQUE},
    {"four parts", "$h.$p.$s.$s", OPAQUE},
    {"five parts, as Auth0's opaque ones", "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..$s.$p.$s", OPAQUE},
    {"five parts, RSA-OAEP, cty JWT", "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00iLCJjdHkiOiJKV1QifQ.$s.$s.$p.$s", OPAQUE},
    {"RFC 7515 7.2.2: the flattened JSON serialization", "{'payload':'$p','protected':'$h','signature':'$s'}", OPAQUE},
    {"7.2.1: the general one", "{'payload':'$p','signatures':[{'protected':'$h','signature':'$s'}]}", OPAQUE},
    {"two tokens", "$h.$p.$s,$h.$p.$s", OPAQUE},
    {"in quotes", "'$h.$p.$s'", PART},
    {"with its scheme", "Bearer $h.$p.$s", PART},
    {"a blank in front", " $h.$p.$s", PART},
    {"a blank behind", "$h.$p.$s ", SIGNATURE},
    {"a tab behind", "$h.$p.$s\t", SIGNATURE},
    {"a line break behind", "$h.$p.$s\n", SIGNATURE},
    {"a blank in the middle", "$h. $p.$s", PART},
    {"lines", "$h.\r\n$p.$s", PART},
    {"a BOM in front", "\xef\xbb\xbf$h.$p.$s", PART},
    {"= behind the header", "$h=.$p.$s", PART},
    {"= behind the payload", "$h.$p=.$s", PART},
    {"= behind the signature", "$h.$p.$s=", SIGNATURE},
    {"== behind the signature", "$h.$p.$s==", SIGNATURE},
    {"+ of base64", "$h.$p.+$s", SIGNATURE},
    {"/ of base64", "$h.$p./$s", SIGNATURE},
    {"%2E for a dot", "$h%2E$p.$s", OPAQUE},
    {"%00 behind", "$h.$p.$s%00", SIGNATURE},
    {"a fragment behind", "$h.$p.$s#x", SIGNATURE},
    {"letters that are none", "$h.$p.\xc3\xa4$s", SIGNATURE},
    {"the last bits of the signature set", "$h.$p.$z", SIGNATURE},
    {"a signature less its end", "$h.$p.$c", WRONG},
    {"a signature and more", "$h.$p.$sAAAA", WRONG},
    {"the signature of another one", "$h.$p.$g", WRONG},
    {"the payload of another one", "$h.$q.$s", WRONG},
    {"another header", "$k.$p.$s", WRONG},
    {"header and payload exchanged", "$p.$h.$s", "there is no alg"},
    {"the header twice", "$h.$h.$s", WRONG},
};
/* clang-format on */

static const char *part_of(const char *token, int part, apr_pool_t *pool)
{
    for (; part; part--)
        token = strchr(token, '.') + 1;
    return apr_pstrmemdup(pool, token, strcspn(token, "."));
}

/* The same octets, but that bits are set which stand for none. */
static const char *twin_of(const char *signature, apr_pool_t *pool)
{
    char *twin = apr_pstrdup(pool, signature);
    char *last = twin + strlen(twin) - 1;

    *last = *last == 'A' ? 'B' : *last == 'Q' ? 'R' : *last == 'g' ? 'h' : 'x';
    return twin;
}

static void test_texts(world_t *w, const issued_t *by, mcp_ctx_t *cx)
{
    static const change_t eve[] = {{"sub", "'eve'"}, END, END, END, END};
    const signer_t signer = issued_signer(by->alg, KEY_OWN);
    const char *claims = issued_claims(by, NULL, &w->idp, cx);
    const char *one = issued_token(by, claims, cx), *text;
    const char *other = signed_text(issued_header(by, "at+JWT", cx),
                                    issued_claims(by, eve, &w->idp, cx),
                                    &signer, cx);
    const char *s = part_of(one, 2, cx->pool);
    const struct {
        const char *word, *text;
    } words[] = {
        {"$h", part_of(one, 0, cx->pool)},
        {"$p", part_of(one, 1, cx->pool)},
        {"$s", s},
        {"$k", part_of(other, 0, cx->pool)},
        {"$q", part_of(other, 1, cx->pool)},
        {"$g", part_of(other, 2, cx->pool)},
        {"$c", apr_pstrmemdup(cx->pool, s, strlen(s) - 6)},
        {"$z", twin_of(s, cx->pool)},
    };
    size_t i, k;

    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        text = json(rows[i].text, cx);
        for (k = 0; k < sizeof(words) / sizeof(*words); k++)
            text = replaced(text, words[k].word, words[k].text, cx);
        judged(w, text, rows[i].want, rows[i].name, cx);
    }
}

/* RFC 7519 5.2: its payload is a JWT. */
static void test_nested(world_t *w, const issued_t *by, mcp_ctx_t *cx)
{
    const signer_t signer = issued_signer(by->alg, KEY_OWN);
    const char *claims = issued_claims(by, NULL, &w->idp, cx);

    judged(w,
           signed_text(issued_header(by, "JWT\",\"cty\":\"JWT", cx),
                       issued_token(by, claims, cx), &signer, cx),
           "a part is not JSON", "a JWT in a JWT", cx);
}

static void test_long(world_t *w, const issued_t *by, mcp_ctx_t *cx)
{
    static const struct {
        int bytes; /* of a claim */
        const char *want;
    } cases[] = {{6000, NULL}, {11000, NULL}, {13000, "it is too long"}};
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char *value = apr_palloc(cx->pool, 13003);
        const change_t changes[CHANGES] = {{"groups", value}};

        memset(value, 'g', 13003);
        value[0] = value[cases[i].bytes + 1] = '\'';
        value[cases[i].bytes + 2] = '\0';
        judged(
            w, issued_token(by, issued_claims(by, changes, &w->idp, cx), cx),
            cases[i].want,
            apr_psprintf(cx->pool, "a claim of %d bytes", cases[i].bytes), cx);
    }
}

/* -- Supabase, where a project signs with its JWT secret -- */

#define JWT_SECRET "super-secret-jwt-token-with-at-least-32-characters"
#define ANON                                                                  \
    "'iss':'supabase','ref':'abc','role':'anon','iat':1700000000,"            \
    "'exp':2015575200"

static const struct {
    const char *name, *header, *claims, *secret, *want;
} secrets[] = {
    {"an access token", "'alg':'HS256','typ':'JWT'", "$all", JWT_SECRET, NULL},
    {"with a kid", "'alg':'HS256','kid':'x'", "$all", JWT_SECRET, NULL},
    {"the anon key", "'alg':'HS256','typ':'JWT'", ANON, JWT_SECRET,
     "iss is \"supabase\", expected is \"https://abc"},
    {"the service_role key", "'alg':'HS256','typ':'JWT'",
     "'iss':'supabase','ref':'abc','role':'service_role','exp':2015575200",
     JWT_SECRET, "iss is \"supabase\""},
    {"an anon key with the issuer of a project", "'alg':'HS256','typ':'JWT'",
     "'iss':'$iss','role':'anon','exp':2015575200", JWT_SECRET,
     "aud is not one of Audience: there is none"},
    {"an anon key with an audience, too", "'alg':'HS256','typ':'JWT'",
     "'iss':'$iss','aud':'authenticated','role':'anon','exp':2015575200",
     JWT_SECRET, "does not say whose it is"},
    {"by another secret", "'alg':'HS256','typ':'JWT'", "$all",
     JWT_SECRET JWT_SECRET, "SharedSecret is not what the provider signs"},
    {"by half of the secret", "'alg':'HS256','typ':'JWT'", "$all",
     "super-secret-jwt-token", "SharedSecret is not"},
    {"HS512 by the secret", "'alg':'HS512','typ':'JWT'", "$all", JWT_SECRET,
     "is not on the list"},
    {"none beside a secret", "'alg':'none'", "$all", NULL, "alg is none"},
    {"ES256 beside a secret", "'alg':'ES256','kid':'ec'", "$all", NULL,
     "is not on the list"},
};

static const issued_t *secret_make(world_t *w, const char *keys, mcp_ctx_t *cx)
{
    static const mcp_secret_setting_t setting = {.text = JWT_SECRET};
    const issued_t *by = &issued[0];
    mcp_jose_jwk_t *jwk = NULL;

    while (by->claims != issued_supabase)
        by++;
    issuer_name(w, by->preset, cx);
    w->idp.shared_secret = &setting;
    is(w->idp.preset->check(&w->idp, cx->pool), NULL, "SharedSecret");
    fine(mcp_jose_jwk_secret(&jwk, JWT_SECRET, strlen(JWT_SECRET), cx),
         "as a key");
    w->idp.shared_jwk = jwk;
    issuer_show(w, keys, cx);
    return by;
}

static signer_t secret_signer(const char *header, const char *secret)
{
    const signer_t ec = {"ES256", issued_keys[KEY_P256].key, NULL, 0};
    const signer_t mac = {has(header, "512") ? "HS512" : "HS256", NULL, secret,
                          0};

    return has(header, "ES256") ? ec : mac;
}

static void test_secret(world_t *w, const char *keys, mcp_ctx_t *cx)
{
    const issued_t *by = secret_make(w, keys, cx);
    const char *all = issued_claims(by, NULL, &w->idp, cx), *claims, *header;
    signer_t signer;
    size_t i;

    all = apr_pstrmemdup(cx->pool, all + 1, strlen(all) - 2);
    for (i = 0; i < sizeof(secrets) / sizeof(*secrets); i++) {
        header = apr_pstrcat(cx->pool, "{", secrets[i].header, "}", NULL);
        claims = apr_pstrcat(cx->pool, "{", secrets[i].claims, "}", NULL);
        claims = issued_words(replaced(json(claims, cx), "$all", all, cx), by,
                              &w->idp, cx);
        signer = secret_signer(header, secrets[i].secret);
        judged(w, signed_text(json(header, cx), claims, &signer, cx),
               secrets[i].want, secrets[i].name, cx);
    }
    ok(!page_of(KEYS)->asked, "nobody asks for keys where there is a secret");
}

static void body(mcp_ctx_t *cx)
{
    const char *keys = issued_keys_make(cx);
    world_t w;
    size_t i;

    world_make(&w, cx);
    for (i = 0; i < ISSUERS; i++) {
        issuer_make(&w, &issued[i], keys, cx);
        test_texts(&w, &issued[i], cx);
        test_nested(&w, &issued[i], cx);
        test_long(&w, &issued[i], cx);
    }
    test_secret(&w, keys, cx);
}

TAP_MAIN(body)
