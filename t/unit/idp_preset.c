/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "idp/argument.h"
#include "idp/remote.h"

/* What a line of configuration makes of each preset: the line, and the issuer,
 * where its discovery document is (NULL: there is none) and its label; or a
 * part of what is said. */

#define GUID "0f14d0ab-9605-4a62-a9e4-5ed26688389b"
#define OIDC "/.well-known/openid-configuration"
#define OAUTH "/.well-known/oauth-authorization-server"
#define ENTRA "https://login.microsoftonline.com/" GUID "/v2.0"
#define KC "https://sso.example.com/realms/staff"
#define AK "https://auth.example.com/application/o/mcp/"
#define POOL "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123"

/* Why users cannot sign in there. */
static const char *fault(mcp_idp_t *idp, apr_pool_t *pool)
{
    const char *wrong = idp->preset->check(idp, pool);

    return wrong ? wrong : idp->signin_fault;
}

static const struct {
    const char *line;
    const char *issuer; /* NULL: it is refused */
    const char *discovery;
    const char *label; /* or what is said */
} rows[] = {
    /* domains */
    {"auth0 example.us.auth0.com", "https://example.us.auth0.com/",
     "https://example.us.auth0.com" OIDC, "example.us.auth0.com"},
    {"auth0 https://example.us.auth0.com/", "https://example.us.auth0.com/",
     "https://example.us.auth0.com" OIDC, "example.us.auth0.com"},
    {"auth0 Example.US.auth0.com", "https://example.us.auth0.com/",
     "https://example.us.auth0.com" OIDC, "example.us.auth0.com"},
    {"clerk https://clerk.example.com" OIDC, "https://clerk.example.com",
     "https://clerk.example.com" OIDC, "clerk.example.com"},
    {"auth0 localhost:8443", "https://localhost:8443/",
     "https://localhost:8443" OIDC, "localhost"},
    {"auth0", NULL, NULL,
     "auth0 needs the domain of a tenant. Write \"auth0 "
     "example.us.auth0.com\"."},
    {"auth0 example", NULL, NULL,
     "\"example\" is not the domain of a tenant. Write \"auth0 "
     "example.us.auth0.com\"."},
    {"auth0 http://example.us.auth0.com", NULL, NULL, "is not the domain"},
    {"auth0 a_b\\c.com", NULL, NULL, "is not the domain"},
    {"auth0 https://example.us.auth0.com/authorize", NULL, NULL,
     "is more than the domain of a tenant. Write \"auth0 "
     "example.us.auth0.com\"."},
    {"auth0 ada@example.us.auth0.com", NULL, NULL, "is more than"},
    {"auth0 example.us.auth0.com x", NULL, NULL,
     "\"x\" is one argument too many. Write \"auth0 DOMAIN\"."},
    {"clerk example.clerk.accounts.dev", "https://example.clerk.accounts.dev",
     "https://example.clerk.accounts.dev" OIDC, "example.clerk.accounts.dev"},
    {"clerk https://clerk.example.com/", "https://clerk.example.com",
     "https://clerk.example.com" OIDC, "clerk.example.com"},
    {"workos example.authkit.app", "https://example.authkit.app",
     "https://example.authkit.app" OAUTH, "example.authkit.app"},
    {"okta example.okta.com", "https://example.okta.com/oauth2/default",
     "https://example.okta.com/oauth2/default" OIDC, "example.okta.com"},
    {"okta https://example.okta.com/oauth2/aus1/",
     "https://example.okta.com/oauth2/aus1",
     "https://example.okta.com/oauth2/aus1" OIDC, "example.okta.com"},
    {"okta https://example.okta.com", NULL, NULL,
     "can be two authorization servers. Write \"okta example.okta.com\" for "
     "the one called default"},
    {"okta example-admin.okta.com", NULL, NULL,
     "is the admin console. Write \"okta example.okta.com\"."},

    /* issuers */
    {"oidc https://sso.example.com", "https://sso.example.com",
     "https://sso.example.com" OIDC, "sso.example.com"},
    {"oidc https://sso.example.com/", "https://sso.example.com/",
     "https://sso.example.com" OIDC, "sso.example.com"},
    {"oidc https://sso.example.com:8443/t/", "https://sso.example.com:8443/t/",
     "https://sso.example.com:8443/t" OIDC, "sso.example.com"},
    {"oidc http://localhost:9000", "http://localhost:9000",
     "http://localhost:9000" OIDC, "localhost"},
    {"oidc http://[::1]:9000/t", "http://[::1]:9000/t",
     "http://[::1]:9000/t" OIDC, "[::1]"},
    {"oidc", NULL, NULL, "oidc needs the URL of an issuer."},
    {"oidc sso.example.com", NULL, NULL,
     "is not the URL of an issuer. Write \"oidc https://sso.example.com\"."},
    {"oidc http://sso.example.com", NULL, NULL,
     "is without TLS: whoever is on the way could sign in as anybody"},
    {"oidc ldap://sso.example.com", NULL, NULL,
     "is not the URL of a provider"},
    {"oidc https://ada:x@sso.example.com", NULL, NULL,
     "\"sso.example.com\" holds a user name"},
    {"oidc https://sso.example.com?x=1", NULL, NULL, "has a query"},
    {"oidc https://sso.example.com#x", NULL, NULL, "has a fragment"},
    {"oidc https://SSO.example.com", NULL, NULL,
     "is not as providers spell it. Write \"https://sso.example.com\"."},
    {"oidc https://sso.example.com:443/t", NULL, NULL,
     "Write \"https://sso.example.com/t\"."},
    {"oidc https://sso.example.com" OIDC, NULL, NULL,
     "is where the discovery document is. Write the issuer"},
    {"keycloak " KC, KC, KC OIDC, "sso.example.com"},
    {"keycloak " KC "/", KC, KC OIDC, "sso.example.com"},
    {"keycloak " KC OIDC, KC, KC OIDC, "sso.example.com"},
    {"keycloak https://sso.example.com/auth/realms/staff",
     "https://sso.example.com/auth/realms/staff",
     "https://sso.example.com/auth/realms/staff" OIDC, "sso.example.com"},
    {"keycloak https://sso.example.com", NULL, NULL,
     "is not the URL of a realm, which ends in /realms/NAME"},
    {"keycloak " KC "/account", NULL, NULL, "is not the URL of a realm"},
    {"keycloak https://sso.example.com/admin/master/console/#/staff", NULL,
     NULL, "has a fragment"},
    {"authentik " AK, AK, "https://auth.example.com/application/o/mcp" OIDC,
     "auth.example.com"},
    {"authentik https://auth.example.com/application/o/mcp", AK,
     "https://auth.example.com/application/o/mcp" OIDC, "auth.example.com"},
    {"authentik https://auth.example.com", NULL, NULL,
     "is not the issuer of a provider, which ends in /application/o/NAME/"},
    {"authentik https://auth.example.com/application/o/", NULL, NULL,
     "is not the issuer of a provider"},
    {"scalekit https://example.scalekit.com/", "https://example.scalekit.com",
     "https://example.scalekit.com" OIDC, "example.scalekit.com"},
    {"scalekit example.scalekit.com", NULL, NULL,
     "Write \"scalekit https://example.scalekit.com\"."},

    /* names */
    {"supabase abcdefghijklmnop",
     "https://abcdefghijklmnop.supabase.co/auth/v1",
     "https://abcdefghijklmnop.supabase.co" OAUTH "/auth/v1",
     "abcdefghijklmnop.supabase.co"},
    {"supabase abcdefghijklmnop.supabase.co",
     "https://abcdefghijklmnop.supabase.co/auth/v1",
     "https://abcdefghijklmnop.supabase.co" OAUTH "/auth/v1",
     "abcdefghijklmnop.supabase.co"},
    {"supabase https://supabase.example.com",
     "https://supabase.example.com/auth/v1",
     "https://supabase.example.com" OAUTH "/auth/v1", "supabase.example.com"},
    {"supabase http://127.0.0.1:54321/auth/v1/",
     "http://127.0.0.1:54321/auth/v1",
     "http://127.0.0.1:54321" OAUTH "/auth/v1", "127.0.0.1"},
    {"supabase My_Project", NULL, NULL,
     "is not a project's reference: small letters and digits"},
    {"entra " GUID, ENTRA, ENTRA OIDC, "login.microsoftonline.com"},
    {"entra https://login.microsoftonline.us/" GUID "/v2.0",
     "https://login.microsoftonline.us/" GUID "/v2.0",
     "https://login.microsoftonline.us/" GUID "/v2.0" OIDC,
     "login.microsoftonline.us"},
    {"entra contoso.onmicrosoft.com", NULL, NULL,
     "is not a tenant's id: tokens have the GUID, never a domain"},
    {"entra common", NULL, NULL,
     "would let users of every tenant in. Write the id of yours"},
    {"entra consumers", NULL, NULL,
     "Write \"entra 9188040d-6c67-4c5b-b112-36a304b66dad\"."},
    {"entra " GUID "0", NULL, NULL, "is not a tenant's id"},
    {"pingone " GUID, "https://auth.pingone.com/" GUID "/as",
     "https://auth.pingone.com/" GUID "/as" OIDC, "auth.pingone.com"},
    {"pingone " GUID " eu", "https://auth.pingone.eu/" GUID "/as",
     "https://auth.pingone.eu/" GUID "/as" OIDC, "auth.pingone.eu"},
    {"pingone " GUID " auth.pingone.com.au",
     "https://auth.pingone.com.au/" GUID "/as",
     "https://auth.pingone.com.au/" GUID "/as" OIDC, "auth.pingone.com.au"},
    {"pingone https://auth.example.com/as/", "https://auth.example.com/as",
     "https://auth.example.com/as" OIDC, "auth.example.com"},
    {"pingone " GUID " de", NULL, NULL,
     "\"de\" is not a region of PingOne. Write com, eu, ca, asia, sg or "
     "com.au."},
    {"pingone staff", NULL, NULL, "is not an environment's id, a GUID"},
    {"pingone", NULL, NULL, "pingone needs an environment's id"},
    {"pingone " GUID " eu x", NULL, NULL, "is one argument too many"},
    {"cognito eu-west-1_AbC123", POOL, POOL OIDC,
     "cognito-idp.eu-west-1.amazonaws.com"},
    {"cognito " POOL "/", POOL, POOL OIDC,
     "cognito-idp.eu-west-1.amazonaws.com"},
    {"cognito cn-north-1_AbC123",
     "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_AbC123",
     "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_AbC123" OIDC,
     "cognito-idp.cn-north-1.amazonaws.com.cn"},
    {"cognito AbC123", NULL, NULL,
     "is not a user pool's id, which begins with its region"},
    {"cognito eu-west-1_", NULL, NULL, "is not a user pool's id"},
    {"google", "https://accounts.google.com",
     "https://accounts.google.com" OIDC, "accounts.google.com"},
    {"google example.com", NULL, NULL,
     "\"example.com\" is one argument too many. Write \"google\"."},
    {"github", "https://github.com/login/oauth", NULL, "github.com"},
    {"oauth2", NULL, NULL, "oauth2: where do users sign in?"},
    {"oauth2 https://a.example", NULL, NULL,
     "oauth2: where do users sign in? Add \"Endpoint authorization URL\""},
    {"oauth2 a.example", NULL, NULL, "Write \"oauth2 https://a.example\"."},
    {"oauth2 https://a.example x", NULL, NULL, "is one argument too many"},
};

static void words_split(mcp_idp_t *idp, const char *line, apr_pool_t *pool)
{
    char *rest = apr_pstrdup(pool, line), *last, *one;
    apr_array_header_t *arguments =
        apr_array_make(pool, 2, sizeof(const char *));

    memset(idp, 0, sizeof(*idp));
    idp->preset = mcp_idp_preset_find(apr_strtok(rest, " ", &last));
    while ((one = apr_strtok(NULL, " ", &last)))
        APR_ARRAY_PUSH(arguments, const char *) = one;
    idp->arguments = arguments;
}

static void check_row(apr_size_t i, mcp_ctx_t *cx)
{
    mcp_idp_t idp;
    const char *wrong;

    words_split(&idp, rows[i].line, cx->pool);
    wrong = fault(&idp, cx->pool);
    if (!rows[i].issuer) {
        if (!ok(wrong && strstr(wrong, rows[i].label), "%s is refused",
                rows[i].line))
            printf("#  got: %s\n# want: %s\n", wrong ? wrong : idp.issuer,
                   rows[i].label);
        return;
    }
    is(wrong, NULL, rows[i].line);
    is(idp.issuer, rows[i].issuer, "its issuer");
    is(mcp_idp_remote_endpoint(&idp, MCP_IDP_ENDPOINT_DISCOVERY),
       rows[i].discovery, "its discovery document");
    is(idp.label, rows[i].label, "its label");
}

/* -- what the words of the container change -- */

static apr_array_header_t *list(const char *text, apr_pool_t *pool)
{
    apr_array_header_t *all = apr_array_make(pool, 2, sizeof(const char *));
    char *rest = apr_pstrdup(pool, text), *last, *one;

    for (one = apr_strtok(rest, " ", &last); one;
         one = apr_strtok(NULL, " ", &last))
        APR_ARRAY_PUSH(all, const char *) = one;
    return all;
}

static void endpoint(mcp_idp_t *idp, int kind, const char *url,
                     apr_pool_t *pool)
{
    mcp_idp_endpoint_setting_t one = {kind, url};

    if (!idp->endpoints)
        idp->endpoints = apr_array_make(pool, 2, sizeof(one));
    APR_ARRAY_PUSH(idp->endpoints, mcp_idp_endpoint_setting_t) = one;
}

static const char *joined(const apr_array_header_t *all, apr_pool_t *pool)
{
    return all ? apr_array_pstrcat(pool, all, ' ') : NULL;
}

static void refused(mcp_idp_t *idp, const char *want, mcp_ctx_t *cx)
{
    const char *wrong = fault(idp, cx->pool);

    if (!ok(wrong && strstr(wrong, want), "%s: %s", idp->preset->name, want))
        printf("#  got: %s\n", wrong ? wrong : "nothing");
}

static const mcp_secret_setting_t secret = {
    "0123456789012345678901234567890123456789", "a literal"};
static const mcp_idp_verify_setting_t id_token = {MCP_IDP_VERIFY_ID_TOKEN,
                                                  NULL};
static const mcp_idp_verify_setting_t jwt = {MCP_IDP_VERIFY_JWT, NULL};
static const mcp_idp_verify_setting_t introspection = {
    MCP_IDP_VERIFY_INTROSPECTION, NULL};

static void test_facts(mcp_ctx_t *cx)
{
    mcp_idp_t idp;

    words_split(&idp, "auth0 example.us.auth0.com", cx->pool);
    is(fault(&idp, cx->pool), NULL, "auth0");
    is(joined(idp.scopes, cx->pool), "openid profile email offline_access",
       "scopes of the preset");
    is(joined(idp.algorithms, cx->pool), "RS256 PS256", "its algorithms");
    ok(idp.verify == MCP_IDP_VERIFY_ID_TOKEN, "the id_token counts");
    ok(!idp.audiences, "no audience is invented");

    words_split(&idp, "auth0 example.us.auth0.com", cx->pool);
    idp.scopes = list("openid read:todos", cx->pool);
    idp.algorithms = list("ES256", cx->pool);
    idp.label = "Staff";
    is(fault(&idp, cx->pool), NULL, "with words of its own");
    is(joined(idp.scopes, cx->pool), "openid read:todos", "scopes");
    is(joined(idp.algorithms, cx->pool), "ES256", "algorithms");
    is(idp.label, "Staff", "a label");

    words_split(&idp, "google", cx->pool);
    idp.parameters =
        apr_array_make(cx->pool, 1, sizeof(mcp_idp_parameter_setting_t));
    memset(apr_array_push(idp.parameters), 0,
           sizeof(mcp_idp_parameter_setting_t));
    is(fault(&idp, cx->pool), NULL, "google");
    ok(idp.parameters->nelts == 3, "parameters add up");
    is(APR_ARRAY_IDX(idp.parameters, 0, mcp_idp_parameter_setting_t).name,
       "access_type", "those of the preset first");

    words_split(&idp, "github", cx->pool);
    is(fault(&idp, cx->pool), NULL, "github");
    is(mcp_idp_remote_endpoint(&idp, MCP_IDP_ENDPOINT_TOKEN),
       "https://github.com/login/oauth/access_token", "has known endpoints");
    is(mcp_idp_remote_endpoint(&idp, MCP_IDP_ENDPOINT_USERINFO),
       "https://api.github.com/user", "all three");
    ok(idp.verify == MCP_IDP_VERIFY_USERINFO, "and no id_token");
    ok(!idp.algorithms->nelts, "nor anything signed");

    words_split(&idp, "supabase abcdefghijklmnop", cx->pool);
    is(fault(&idp, cx->pool), NULL, "supabase");
    is(joined(idp.audiences, cx->pool), "authenticated", "its one audience");
    words_split(&idp, "supabase abcdefghijklmnop", cx->pool);
    idp.shared_secret = &secret;
    is(fault(&idp, cx->pool), NULL, "supabase with a secret");
    is(joined(idp.algorithms, cx->pool), "HS256", "HS256 alone");
    is(joined(idp.scopes, cx->pool), "profile email",
       "no id_token is asked for");
    ok(idp.verify == MCP_IDP_VERIFY_JWT, "the access token counts");
}

static void test_judged(mcp_ctx_t *cx)
{
    mcp_idp_t idp;

    words_split(&idp, "clerk clerk.example.com", cx->pool);
    idp.scopes = list("profile email", cx->pool);
    is(fault(&idp, cx->pool), NULL, "scopes without openid");
    ok(idp.verify == MCP_IDP_VERIFY_USERINFO, "bring userinfo in");
    words_split(&idp, "clerk clerk.example.com", cx->pool);
    idp.scopes = list("profile email", cx->pool);
    idp.verify_setting = &id_token;
    refused(&idp, "but Scopes has no openid", cx);

    words_split(&idp, "oidc https://sso.example.com", cx->pool);
    idp.algorithms = list("HS256", cx->pool);
    refused(&idp, "HS256 needs the key that the provider signs with", cx);
    words_split(&idp, "oidc https://sso.example.com", cx->pool);
    idp.algorithms = list("HS256 RS256", cx->pool);
    idp.shared_secret = &secret;
    refused(&idp, "which goes with no other algorithm", cx);
    words_split(&idp, "oidc https://sso.example.com", cx->pool);
    idp.algorithms = list("RS256", cx->pool);
    idp.shared_secret = &secret;
    refused(&idp, "which goes with no other algorithm", cx);
    words_split(&idp, "oidc https://sso.example.com", cx->pool);
    idp.algorithms = list("HS256", cx->pool);
    idp.shared_secret = &secret;
    is(fault(&idp, cx->pool), NULL, "HS256 with its secret");

    words_split(&idp, "github", cx->pool);
    idp.verify_setting = &id_token;
    refused(&idp, "signs no tokens. Drop Verify", cx);
    words_split(&idp, "github", cx->pool);
    idp.shared_secret = &secret;
    refused(&idp, "signs nothing that could be verified", cx);
}

/* In the order in which an administrator hears it. */
static void test_oauth2(mcp_ctx_t *cx)
{
    mcp_idp_t idp;

    words_split(&idp, "oauth2", cx->pool);
    endpoint(&idp, MCP_IDP_ENDPOINT_AUTHORIZATION,
             "https://sso.example.com/login?tenant=1", cx->pool);
    refused(&idp, "where are tokens given? Add \"Endpoint token URL\"", cx);
    endpoint(&idp, MCP_IDP_ENDPOINT_TOKEN, "https://sso.example.com/token",
             cx->pool);
    refused(&idp, "Add \"Endpoint userinfo URL\"", cx);
    endpoint(&idp, MCP_IDP_ENDPOINT_USERINFO, "https://sso.example.com/me",
             cx->pool);
    is(fault(&idp, cx->pool), NULL, "oauth2 with three endpoints");
    is(idp.issuer, "https://sso.example.com", "its issuer is where users go");
    ok(idp.is_guess, "which is a guess");
    is(joined(idp.scopes, cx->pool), "", "no scope is asked for");
    idp.verify_setting = &introspection;
    refused(&idp, "Add \"Endpoint introspection URL\"", cx);
    idp.verify_setting = &jwt;
    refused(&idp, "Add \"Endpoint keys URL\"", cx);
    endpoint(&idp, MCP_IDP_ENDPOINT_KEYS, "https://sso.example.com/keys",
             cx->pool);
    is(fault(&idp, cx->pool), NULL, "and signed tokens");

    words_split(&idp, "oauth2 https://tickets.example/t", cx->pool);
    endpoint(&idp, MCP_IDP_ENDPOINT_AUTHORIZATION, "https://a.example/login",
             cx->pool);
    endpoint(&idp, MCP_IDP_ENDPOINT_TOKEN, "https://a.example/token",
             cx->pool);
    endpoint(&idp, MCP_IDP_ENDPOINT_USERINFO, "https://a.example/me",
             cx->pool);
    is(fault(&idp, cx->pool), NULL, "oauth2 with an issuer");
    is(idp.issuer, "https://tickets.example/t", "is that");
    ok(!idp.is_guess, "and no guess");

    words_split(&idp, "oauth2", cx->pool);
    endpoint(&idp, MCP_IDP_ENDPOINT_DISCOVERY,
             "https://sso.example.com/metadata", cx->pool);
    idp.issuers = list("https://issuer.example.com", cx->pool);
    is(fault(&idp, cx->pool), NULL, "oauth2 with a document");
    is(idp.issuer, "https://issuer.example.com", "Issuer says who it is");
    ok(!idp.is_guess, "so it is none here either");
}

static void test_issuers(mcp_ctx_t *cx)
{
    mcp_idp_t idp;

    words_split(&idp, "entra organizations", cx->pool);
    idp.issuers =
        list(ENTRA " https://login.microsoftonline.com/x/v2.0", cx->pool);
    is(fault(&idp, cx->pool), NULL, "tenants that are named");
    is(idp.issuer, ENTRA, "the first is its name");
    is(mcp_idp_remote_endpoint(&idp, MCP_IDP_ENDPOINT_DISCOVERY),
       "https://login.microsoftonline.com/organizations/v2.0" OIDC,
       "one document is for all");

    words_split(&idp, "okta https://example.okta.com", cx->pool);
    idp.issuers = list("https://example.okta.com", cx->pool);
    is(fault(&idp, cx->pool), NULL, "the org's own server");
    is(mcp_idp_remote_endpoint(&idp, MCP_IDP_ENDPOINT_DISCOVERY),
       "https://example.okta.com" OIDC, "has its document at the root");

    words_split(&idp, "keycloak http://127.0.0.1:8080/realms/staff", cx->pool);
    idp.issuers = list(KC, cx->pool);
    is(fault(&idp, cx->pool), NULL, "an inner address");
    is(idp.issuer, KC, "does not change who it is");
    is(mcp_idp_remote_endpoint(&idp, MCP_IDP_ENDPOINT_DISCOVERY),
       "http://127.0.0.1:8080/realms/staff" OIDC, "but where it is asked");
}

static void test(mcp_ctx_t *cx)
{
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        check_row(i, cx);
    test_facts(cx);
    test_judged(cx);
    test_oauth2(cx);
    test_issuers(cx);
    ok(!mcp_idp_argument_is_guid(""), "nothing is no GUID");
}

TAP_MAIN(test)
