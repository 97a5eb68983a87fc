/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp_issued.h"

/* What access tokens say, each as every provider might make it; how they are
 * signed is for idp_bearer_signed.c. */

#define FIFTY "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONG_SUB FIFTY FIFTY FIFTY FIFTY FIFTY "aaaaa" /* 255 bytes */
#define LONGER_SUB LONG_SUB LONG_SUB LONG_SUB LONG_SUB FIFTY
#define NOBODY "does not say whose it is"
#define NOT_FOR_US "aud is not one of Audience"
#define ELSE "it is something else"

typedef struct row_t {
    const char *name;
    change_t changes[CHANGES];
    const char *want; /* part of why it is refused; NULL: it is good */
    const char *bare; /* the same where the provider writes no aud, and it has
                       * to be said whom it was given to; NULL: as want */
} row_t;

/* clang-format off */
static const row_t rows[] = {
    {"as it makes them", {END}, NULL, NULL},

    /* aud, RFC 7519 4.1.3 */
    {"aud a string", {{"aud", "'$aud'"}}, NULL, NULL},
    {"aud an array", {{"aud", "['$aud']"}}, NULL, NULL},
    {"aud among others", {{"aud", "['x','$aud','y']"}}, NULL, NULL},
    {"aud beside what is no string", {{"aud", "[1,null,'$aud']"}}, NULL, NULL},
    {"aud the resource, RFC 8707", {{"aud", "'" RESOURCE "'"}}, NULL, NULL},
    {"aud the resource and userinfo", {{"aud", "['" RESOURCE "','$issuserinfo']"}}, NULL, NULL},
    {"aud another API", {{"aud", "'https://other.example'"}}, NOT_FOR_US, NULL},
    {"aud other APIs", {{"aud", "['https://other.example','account']"}}, NOT_FOR_US ": it is \"https://other.example account\"", NULL},
    {"aud that begins like ours", {{"aud", "'$aud.evil.example'"}}, NOT_FOR_US, NULL},
    {"aud that ends like ours", {{"aud", "'x$aud'"}}, NOT_FOR_US, NULL},
    {"aud that ours begins with", {{"aud", "'$cut'"}}, NOT_FOR_US, NULL},
    {"aud with a blank", {{"aud", "'$aud '"}}, NOT_FOR_US, NULL},
    {"aud two in a string", {{"aud", "'x $aud'"}}, NOT_FOR_US, NULL},
    {"aud two in a string with a comma", {{"aud", "'$aud,x'"}}, NOT_FOR_US, NULL},
    {"aud below the resource", {{"aud", "'" RESOURCE "/x'"}}, NOT_FOR_US, NULL},
    {"aud the resource with a slash", {{"aud", "'" RESOURCE "/'"}}, NOT_FOR_US, NULL},
    {"aud the resource and more", {{"aud", "'" RESOURCE "2'"}}, NOT_FOR_US, NULL},
    {"aud the resource with a query", {{"aud", "'" RESOURCE "?x'"}}, NOT_FOR_US, NULL},
    {"aud the resource without TLS", {{"aud", "'http://mcp.example/mcp'"}}, NOT_FOR_US, NULL},
    {"aud the resource with a large host", {{"aud", "'https://MCP.example/mcp'"}}, NOT_FOR_US, NULL},
    {"aud the resource's host", {{"aud", "'https://mcp.example'"}}, NOT_FOR_US, NULL},
    {"aud the resource's path", {{"aud", "'/mcp'"}}, NOT_FOR_US, NULL},
    {"aud the issuer", {{"aud", "'$iss'"}}, NOT_FOR_US, NULL},
    {"aud empty", {{"aud", "''"}}, NOT_FOR_US, NULL},
    {"aud an empty array", {{"aud", "[]"}}, NOT_FOR_US ": it is \"\"", NULL},
    {"aud an array in an array", {{"aud", "[['$aud']]"}}, NOT_FOR_US, NULL},
    {"aud an object", {{"aud", "{'$aud':'$aud'}"}}, NOT_FOR_US, NULL},
    {"aud a number", {{"aud", "7"}}, NOT_FOR_US, NULL},
    {"aud null", {{"aud", "null"}}, NOT_FOR_US ": it is \"null\"", NULL},
    {"aud with a line of its own for the log", {{"aud", "'x\\r\\nMCP00001: y'"}}, NOT_FOR_US, NULL},
    {"aud true", {{"aud", "true"}}, NOT_FOR_US, NULL},
    {"aud *", {{"aud", "'*'"}}, NOT_FOR_US, NULL},

    /* whom it was given to, RFC 9068 2.2 */
    {"no aud, given to a client of Audience", {{"aud", NULL}, {"$client", "'$aud'"}}, NULL, NULL},
    {"no aud, given to another client", {{"aud", NULL}, {"$client", "'x'"}}, NOT_FOR_US ": there is none", NULL},
    {"no aud, given to nobody", {{"aud", NULL}, {"$client", NULL}}, NOT_FOR_US ": there is none", NULL},
    {"no aud, given to an array", {{"aud", NULL}, {"$client", "['$aud']"}}, NOT_FOR_US ": there is none", NULL},
    {"no aud, given to an object", {{"aud", NULL}, {"$client", "{'$aud':1}"}}, NOT_FOR_US ": there is none", NULL},
    {"no aud, given to who begins like it", {{"aud", NULL}, {"$client", "'$audx'"}}, NOT_FOR_US ": there is none", NULL},
    {"aud ours, given to another client", {{"aud", "'$aud'"}, {"$client", "'x'"}}, NULL, NULL},
    {"aud another, given to a client of Audience", {{"aud", "'x'"}, {"$client", "'$aud'"}}, NOT_FOR_US, NULL},
    {"client_id a number", {{"$client", "7"}}, NULL, NOT_FOR_US},
    {"client_id an array", {{"$client", "['app']"}}, NULL, NOT_FOR_US},

    /* iss, RFC 7519 4.1.1: byte for byte */
    {"iss missing", {{"iss", NULL}}, "iss is missing", NULL},
    {"iss empty", {{"iss", "''"}}, "iss is \"\", expected", NULL},
    {"iss null", {{"iss", "null"}}, "iss is missing", NULL},
    {"iss a number", {{"iss", "1"}}, "iss is missing", NULL},
    {"iss an array", {{"iss", "['$iss']"}}, "iss is missing", NULL},
    {"iss an object", {{"iss", "{'iss':'$iss'}"}}, "iss is missing", NULL},
    {"iss with another last slash", {{"iss", "'$slash'"}}, "iss is", NULL},
    {"iss with a large host", {{"iss", "'$large'"}}, "iss is", NULL},
    {"iss of another tenant", {{"iss", "'$far'"}}, "iss is \"https://", NULL},
    {"iss below ours", {{"iss", "'$iss/x'"}}, "iss is", NULL},
    {"iss that begins like ours", {{"iss", "'$iss.evil.example'"}}, "iss is", NULL},
    {"iss with a query", {{"iss", "'$iss?'"}}, "iss is", NULL},
    {"iss with a blank", {{"iss", "' $iss'"}}, "iss is", NULL},
    {"iss with a line of its own for the log", {{"iss", "'x\\r\\nMCP00001: y'"}}, "iss is \"x", NULL},
    {"iss of Supabase's anon key", {{"iss", "'supabase'"}, {"role", "'anon'"}, {"sub", NULL}, {"aud", NULL}}, "iss is \"supabase\"", NULL},

    /* sub, RFC 7519 4.1.2 */
    {"sub with |", {{"sub", "'google-oauth2|1137'"}}, NULL, NULL},
    {"sub with :", {{"sub", "'f:5f7c:ada'"}}, NULL, NULL},
    {"sub with @", {{"sub", "'ada@example.com'"}}, NULL, NULL},
    {"sub with /", {{"sub", "'https://ada.example/#me'"}}, NULL, NULL},
    {"sub with quotes", {{"sub", "'a\\\"b\\\\c'"}}, NULL, NULL},
    {"sub not in ASCII", {{"sub", "'\xc3\x84" "da \xe6\x97\xa5'"}}, NULL, NULL},
    {"sub not in ASCII, escaped", {{"sub", "'\\u00c4da \\ud83d\\ude00'"}}, NULL, NULL},
    {"sub of 255 bytes", {{"sub", "'" LONG_SUB "'"}}, NULL, NULL},
    {"sub a number", {{"sub", "583231"}}, NULL, NULL},
    {"sub missing", {{"sub", NULL}}, NOBODY, NULL},
    {"sub empty", {{"sub", "''"}}, NOBODY, NULL},
    {"sub null", {{"sub", "null"}}, NOBODY, NULL},
    {"sub true", {{"sub", "true"}}, NOBODY, NULL},
    {"sub with a fraction", {{"sub", "1.5"}}, NOBODY, NULL},
    {"sub an array", {{"sub", "['ada']"}}, NOBODY, NULL},
    {"sub an object", {{"sub", "{'id':'ada'}"}}, NOBODY, NULL},
    {"sub with a line break", {{"sub", "'ada\\nbob'"}}, NOBODY, NULL},
    {"sub with DEL", {{"sub", "'ada\\u007f'"}}, NOBODY, NULL},
    {"sub of 1070 bytes", {{"sub", "'" LONGER_SUB "'"}}, NOBODY, NULL},

    /* exp, nbf, iat, RFC 7519 4.1.4 to 4.1.6: 60 s are between two clocks */
    {"exp with a fraction", {{"exp", "1800000300.5"}}, NULL, NULL},
    {"exp with an exponent", {{"exp", "1.8000003e9"}}, NULL, NULL},
    {"exp now", {{"exp", "@0"}}, NULL, NULL},
    {"exp 59 s ago", {{"exp", "@-59"}}, NULL, NULL},
    {"exp 60 s ago", {{"exp", "@-60"}}, "it expired 60 s ago", NULL},
    {"exp 61 s ago", {{"exp", "@-61"}}, "it expired 61 s ago", NULL},
    {"exp a day ago", {{"exp", "@-86400"}}, "it expired", NULL},
    {"exp at the end of the year 9999", {{"exp", "253402300799"}}, NULL, NULL},
    {"exp in the year 10000", {{"exp", "253402300800"}}, "exp is no time", NULL},
    {"exp in milliseconds", {{"exp", "1800000300000"}}, "exp is no time", NULL},
    {"exp 2^53", {{"exp", "9007199254740992"}}, "exp is no time", NULL},
    {"exp 2^63 - 1", {{"exp", "9223372036854775807"}}, "exp is no time", NULL},
    {"exp 1e30", {{"exp", "1e30"}}, "exp is no time", NULL},
    {"exp 0", {{"exp", "0"}}, "exp is no time", NULL},
    {"exp -1", {{"exp", "-1"}}, "exp is no time", NULL},
    {"exp -0.0", {{"exp", "-0.0"}}, "exp is no time", NULL},
    {"exp a string", {{"exp", "'1800000300'"}}, "exp is no time", NULL},
    {"exp a date", {{"exp", "'2027-01-15T08:05:00Z'"}}, "exp is no time", NULL},
    {"exp true", {{"exp", "true"}}, "exp is no time", NULL},
    {"exp null", {{"exp", "null"}}, "exp is no time", NULL},
    {"exp an array", {{"exp", "[1800000300]"}}, "exp is no time", NULL},
    {"exp an object", {{"exp", "{}"}}, "exp is no time", NULL},
    {"exp missing", {{"exp", NULL}}, "exp is missing", NULL},
    {"nbf in 59 s", {{"nbf", "@59"}}, NULL, NULL},
    {"nbf in 60 s", {{"nbf", "@60"}}, NULL, NULL},
    {"nbf in 61 s", {{"nbf", "@61"}}, "nbf lies 61 s ahead", NULL},
    {"nbf a string", {{"nbf", "'0'"}}, "nbf is no time", NULL},
    {"nbf null", {{"nbf", "null"}}, "nbf is no time", NULL},
    {"iat in 59 s", {{"iat", "@59"}}, NULL, NULL},
    {"iat in 61 s", {{"iat", "@61"}}, "iat lies 61 s ahead", NULL},
    {"iat -1", {{"iat", "-1"}}, "iat is no time", NULL},
    {"iat true", {{"iat", "true"}}, "iat is no time", NULL},
    {"iat long ago", {{"iat", "1"}}, NULL, NULL},
    {"iat missing", {{"iat", NULL}}, NULL, NULL},

    /* scope, RFC 9068 2.2.3: what cannot be read is no scope */
    {"no scope", {{"scope", NULL}, {"scp", NULL}, {"nonce", NULL}}, NULL, NULL},
    {"scope empty", {{"scope", "''"}}, NULL, NULL},
    {"scope an array", {{"scope", "['a','b']"}}, NULL, NULL},
    {"scp a string", {{"scp", "'a b'"}}, NULL, NULL},
    {"scp an array", {{"scp", "['a',['b'],7,null]"}}, NULL, NULL},
    {"scope a number", {{"scope", "7"}}, NULL, NULL},
    {"scope an object", {{"scope", "{'a':1}"}}, NULL, NULL},
    {"scope null", {{"scope", "null"}}, NULL, NULL},

    /* RFC 8725 2.8: what the same provider signs for something else */
    {"typ ID, Keycloak's id_token", {{"typ", "'ID'"}, {"aud", "'$aud'"}}, "typ is \"ID\": " ELSE, NULL},
    {"typ Refresh, its refresh token", {{"typ", "'Refresh'"}}, "typ is \"Refresh\"", NULL},
    {"typ Offline, its offline token", {{"typ", "'Offline'"}}, "typ is \"Offline\"", NULL},
    {"typ Logout, its logout token", {{"typ", "'Logout'"}}, "typ is \"Logout\"", NULL},
    {"typ DPoP", {{"typ", "'DPoP'"}}, NULL, NULL},
    {"typ an array", {{"typ", "['ID']"}}, "typ is no string", NULL},
    {"token_use id, Cognito's id_token", {{"token_use", "'id'"}}, "token_use is \"id\"", NULL},
    {"token_use access", {{"token_use", "'access'"}}, NULL, NULL},
    {"token_use refresh_token", {{"token_use", "'refresh_token'"}}, "token_use is", NULL},
    {"token_use null", {{"token_use", "null"}}, NULL, NULL},
    {"token_use a number", {{"token_use", "1"}}, "token_use is no string", NULL},
    {"token_type Bearer", {{"token_type", "'bearer'"}}, NULL, NULL},
    {"token_type id_token", {{"token_type", "'id_token'"}}, "token_type is", NULL},
    {"at_hash of an id_token", {{"at_hash", "'MTIz'"}}, "it has at_hash: " ELSE, NULL},
    {"c_hash of an id_token", {{"c_hash", "'MTIz'"}}, "it has c_hash", NULL},
    {"s_hash of an id_token", {{"s_hash", "'MTIz'"}}, "it has s_hash", NULL},
    {"nonce of an id_token", {{"nonce", "'n'"}, {"scope", NULL}, {"scp", NULL}}, "it has nonce and no scope", NULL},
    {"nonce beside scope", {{"nonce", "'n'"}, {"scope", "'openid'"}}, NULL, NULL},
    {"events of a logout token", {{"events", "{'http://schemas.openid.net/event/backchannel-logout':{}}"}}, "it has events", NULL},
    {"events null", {{"events", "null"}}, "it has events", NULL},
};

/* -- payloads that nobody should make, RFC 7519 7.2; $all are its claims -- */

static const struct {
    const char *name;
    const char *payload;
    const char *want;
} payloads[] = {
    {"blanks around", " \t{$all}\r\n ", NULL},
    {"what nobody knows", "{$all,'x':{'y':[null,1.5e3,'\\u00e9']}}", NULL},
    {"nested 60 levels deep", "{$all,'x':$60}", NULL},
    {"nested 70 levels deep", "{$all,'x':$70}", "not JSON"},
    {"nested 4000 levels deep", "{$all,'x':$4000}", "not JSON"},
    {"sub twice", "{$all,'sub':'eve'}", "not JSON"},
    {"sub twice, once escaped", "{$all,'\\u0073ub':'eve'}", "not JSON"},
    {"iss twice with one value", "{$all,'iss':'$iss'}", "not JSON"},
    {"a member twice, deep down", "{$all,'x':{'y':1,'y':2}}", "not JSON"},
    {"exp 1e400", "{'exp':1e400,'iss':'$iss'}", "not JSON"},
    {"exp 2^63", "{'exp':9223372036854775808,'iss':'$iss'}", "not JSON"},
    {"exp NaN", "{'exp':NaN,'iss':'$iss'}", "not JSON"},
    {"exp in hexadecimal", "{'exp':0x7fffffff,'iss':'$iss'}", "not JSON"},
    {"exp with a zero in front", "{'exp':01800000300,'iss':'$iss'}", "not JSON"},
    {"a BOM in front", "\xef\xbb\xbf{$all}", "not JSON"},
    {"something behind", "{$all}x", "not JSON"},
    {"two objects", "{$all}{$all}", "not JSON"},
    {"a comma too many", "{$all,}", "not JSON"},
    {"a comment", "{$all/**/}", "not JSON"},
    {"not closed", "{$all", "not JSON"},
    {"bad UTF-8", "{$all,'x':'\xc3\x28'}", "not JSON"},
    {"overlong UTF-8", "{$all,'x':'\xc0\xaf'}", "not JSON"},
    {"half a surrogate", "{$all,'x':'\\ud800'}", "not JSON"},
    {"NUL in a string", "{$all,'x':'a\\u0000b'}", "not JSON"},
    {"NUL in a name", "{$all,'a\\u0000b':1}", "not JSON"},
    {"a control character", "{$all,'x':'a\nb'}", "not JSON"},
    {"an array", "[{$all}]", "not a JSON object"},
    {"a string", "'{}'", "not a JSON object"},
    {"null", "null", "not a JSON object"},
    {"nothing", "", "not JSON"},
    {"an empty object", "{}", "iss is missing"},
};
/* clang-format on */

static const char *deep(int levels, apr_pool_t *pool)
{
    char *text = apr_palloc(pool, 2 * (apr_size_t)levels + 1);

    memset(text, '[', (size_t)levels);
    memset(text + levels, ']', (size_t)levels);
    text[2 * levels] = '\0';
    return text;
}

static const char *payload_make(const char *payload, const issued_t *by,
                                const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    const char *all = issued_claims(by, NULL, idp, cx);

    all = apr_pstrmemdup(cx->pool, all + 1, strlen(all) - 2);
    payload = replaced(json(payload, cx), "$all", all, cx);
    payload = replaced(payload, "$60", deep(60, cx->pool), cx);
    payload = replaced(payload, "$70", deep(70, cx->pool), cx);
    payload = replaced(payload, "$4000", deep(4000, cx->pool), cx);
    return issued_words(payload, by, idp, cx);
}

static void test_rows(world_t *w, const issued_t *by, mcp_ctx_t *cx)
{
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const char *want = !by->aud && rows[i].bare ? rows[i].bare
                                                    : rows[i].want;
        const char *claims = issued_claims(by, rows[i].changes, &w->idp, cx);

        judged(w, issued_token(by, claims, cx), want, rows[i].name, cx);
    }
    for (i = 0; i < sizeof(payloads) / sizeof(*payloads); i++)
        judged(w,
               issued_token(
                   by, payload_make(payloads[i].payload, by, &w->idp, cx), cx),
               payloads[i].want, payloads[i].name, cx);
}

/* -- what is known of who brings one -- */

static const struct {
    const char *preset;
    const char *subject, *client, *scope;
} known[] = {
    {"auth0", "auth0|5f7c8ec7", "app", "tasks:read"},
    {"authentik", "5f7c8ec7", "app", "openid"},
    {"clerk", "user_5f7c", "app", "email"},
    {"cognito", "5f7c-8ec7", "app", "openid"},
    {"entra", "AAAAAAAA5f7c", "app", "tasks.read"},
    {"keycloak", "f:5f7c:ada", "app", "openid"},
    {"oidc", "ldap|people:bob@2", "app", "openid"},
    {"okta", "00u5f7c", "app", "openid"},
    {"pingone", "5f7c-8ec7", "app", "openid"},
    {"scalekit", "usr_5", "app", "openid"},
    {"supabase", "5f7c-8ec7", "app", "openid"},
    {"workos", "user_5", NULL, NULL},
};

static void test_known(world_t *w, const issued_t *by, mcp_ctx_t *cx)
{
    mcp_idp_bearer_t bearer;
    size_t i = 0;

    while (strcmp(known[i].preset, w->idp.preset->name) != 0)
        i++;
    fine(mcp_idp_bearer_read(
             &bearer,
             issued_token(by, issued_claims(by, NULL, &w->idp, cx), cx),
             RESOURCE, &w->remote, cx),
         known[i].preset);
    is(bearer.mapped.identity.subject, known[i].subject, "its subject");
    is(bearer.mapped.identity.issuer, w->idp.issuer, "its issuer");
    is(bearer.mapped.client, known[i].client, "its client");
    ok(known[i].scope ? mcp_scope_has(bearer.mapped.scopes, known[i].scope)
                      : !bearer.mapped.scopes,
       "its scopes");
    ok(bearer.expires == 1800000300 && !bearer.was_asked, "for how long");
}

/* -- as it may be configured otherwise -- */

/* clang-format off */
static const struct {
    const char *name;
    const char *audience, *client; /* Audience and Client, or NULL */
    const char *resource;
    change_t changes[CHANGES];
    const char *want;
} configured[] = {
    {"RFC 3986 6.2.3: the resource is a bare origin, aud has a slash",
     "x", NULL, "https://mcp.example", {{"aud", "'https://mcp.example/'"}}, NULL},
    {"and no slash", "x", NULL, "https://mcp.example", {{"aud", "'https://mcp.example'"}}, NULL},
    {"and two", "x", NULL, "https://mcp.example", {{"aud", "'https://mcp.example//'"}}, NOT_FOR_US},
    {"and a path", "x", NULL, "https://mcp.example", {{"aud", "'https://mcp.example/mcp'"}}, NOT_FOR_US},
    {"the second of Audience", "x api", NULL, RESOURCE, {END}, NULL},
    {"two of Audience in one", "x api", NULL, RESOURCE, {{"aud", "'x api'"}}, NOT_FOR_US},
    {"Client alone, for it", NULL, CLIENT, RESOURCE, {{"aud", "'" CLIENT "'"}}, NULL},
    {"Client alone, for another", NULL, CLIENT, RESOURCE, {END}, NOT_FOR_US},
    {"Client alone, for another, given to it", NULL, CLIENT, RESOURCE, {{"client_id", "'" CLIENT "'"}}, NOT_FOR_US},
    {"Client alone, for nobody, given to it", NULL, CLIENT, RESOURCE, {{"aud", NULL}, {"azp", "'" CLIENT "'"}}, NULL},
    {"Client alone, for the resource", NULL, CLIENT, RESOURCE, {{"aud", "'" RESOURCE "'"}}, NULL},
    {"Audience and Client, for the latter", "api", CLIENT, RESOURCE, {{"aud", "'" CLIENT "'"}}, NOT_FOR_US},
    {"Audience and Client, for nobody, given to the latter", "api", CLIENT, RESOURCE, {{"aud", NULL}, {"client_id", "'" CLIENT "'"}}, NULL},
    {"neither, for the resource", NULL, NULL, RESOURCE, {{"aud", "'" RESOURCE "'"}}, NULL},
    {"neither, for another", NULL, NULL, RESOURCE, {END}, NOT_FOR_US},
    {"neither, for nobody", NULL, NULL, RESOURCE, {{"aud", NULL}}, NOT_FOR_US},
};
/* clang-format on */

static void test_configured(world_t *w, const issued_t *by, mcp_ctx_t *cx)
{
    mcp_idp_bearer_t bearer;
    const mcp_error_t *e;
    size_t i;

    for (i = 0; i < sizeof(configured) / sizeof(*configured); i++) {
        const char *audience = configured[i].audience, *text;

        w->idp.audiences = list_of(cx->pool, "api");
        text = issued_token(
            by, issued_claims(by, configured[i].changes, &w->idp, cx), cx);
        w->idp.audiences = audience ? list_of(cx->pool, audience) : NULL;
        w->idp.client = configured[i].client ? &w->client : NULL;
        e = mcp_idp_bearer_read(&bearer, text, configured[i].resource,
                                &w->remote, cx);
        ok(configured[i].want ? e && e->code == MCP_E_INVALID_TOKEN &&
                                    tells(e, configured[i].want)
                              : !e,
           "%s: %s", configured[i].name, e ? e->detail : "taken");
    }
}

static void body(mcp_ctx_t *cx)
{
    const char *keys = issued_keys_make(cx);
    world_t w;
    size_t i;

    world_make(&w, cx);
    for (i = 0; i < ISSUERS; i++) {
        issuer_make(&w, &issued[i], keys, cx);
        test_rows(&w, &issued[i], cx);
        test_known(&w, &issued[i], cx);
        if (issued[i].claims == issued_oidc)
            test_configured(&w, &issued[i], cx);
    }
}

TAP_MAIN(body)
