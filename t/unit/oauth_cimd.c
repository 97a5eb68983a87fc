/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth_journey.h"

#include "oauth/cimd.h"
#include "oauth/client_keys.h"

#define APP "https://app.example.com/client.json"
#define KEYS "https://app.example.com/keys.json"
#define EC                                                                    \
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"a\",\"x\":\"AA\","           \
    "\"y\":\"AA\"}"

/* -- a network without one: documents by URL -- */

typedef struct published_t {
    const char *url;
    mcp_net_outcome_t outcome;
    const char *body;
    const char *type;
    int asked;
} published_t;

static published_t published[2];

static void publish(const char *url, mcp_net_outcome_t outcome,
                    const char *body)
{
    published_t *p = &published[strcmp(url, KEYS) == 0];

    p->url = url;
    p->outcome = outcome;
    p->body = body;
    p->type = "application/json";
}

static void answer(mcp_net_reply_t *reply, void *baton,
                   const mcp_net_request_t *request, mcp_ctx_t *cx)
{
    int i;

    (void)baton;
    ok(!request->is_trusted, "the guard is asked to watch");
    ok(request->max_bytes ==
           (strcmp(request->url, KEYS) ? MCP_CIMD_MAX : MCP_CLIENT_KEYS_MAX),
       "how large the document can be");
    mcp_net_fetch_judge(reply, request, 404, cx->pool);
    for (i = 0; i < 2; i++) {
        published_t *p = &published[i];

        if (!p->url || strcmp(p->url, request->url) != 0)
            continue;
        p->asked++;
        reply->outcome = p->outcome;
        reply->why = "of the test";
        reply->body = p->body;
        reply->len = p->body ? strlen(p->body) : 0;
        reply->content_type = p->type;
    }
}

static void network_make(world_t *w, mcp_ctx_t *cx)
{
    static const mcp_net_document_limits_t limits = {4, 50, 100000};
    static const mcp_net_fetcher_t fetcher = {answer, NULL};
    static const mcp_fetch_setting_t setting = {10, 3, NULL, NULL};

    w->settings.fetch = &setting;
    fine(mcp_net_document_make(&w->works.documents, &limits, &fetcher, cx),
         "world: documents");
}

/* -- the URL -- */

static const struct {
    const char *url;
    const char *fault; /* part of it; NULL: it can be a client_id */
} urls[] = {
    {"https://claude.ai/oauth/claude-code-client-metadata", NULL},
    {"https://vscode.dev/oauth/client-metadata.json", NULL},
    {"https://app.example.com:8443/c", NULL},
    {"https://app.example.com/c?x=1", NULL},
    {"https://app.example.com/c/", NULL},
    {"https://app.example.com/..c", NULL},
    {"https://App.Example.com/c", NULL},
    {"https://app_1.example.com/c", NULL},
    {"https://app.example.com", "no path"},
    {"https://app.example.com/", "no path"},
    {"https://app.example.com?x", "no path"},
    {"https://app.example.com/c#", "fragment"},
    {"https://app.example.com/c#a", "fragment"},
    {"https://me@app.example.com/c", "user name"},
    {"https://me:pw@app.example.com/c", "user name"},
    {"https://@app.example.com/c", "user name"},
    {"https://app.example.com/a/../c", "dot segments"},
    {"https://app.example.com/./c", "dot segments"},
    {"https://app.example.com/a/%2e%2E/c", "dot segments"},
    {"https://app.example.com/..", "dot segments"},
    {"http://app.example.com/c", "https"},
    {"HTTPS://app.example.com/c", NULL},
    {"ftp://app.example.com/c", "https"},
    {"https:///c", "well-formed"},
    {"https://app.example.com:0/c", "well-formed"},
    {"https://app.example.com:/c", "well-formed"},
    {"https://app.example.com:99999/c", "well-formed"},
    {"https://app example.com/c", "well-formed"},
    {"https://app.example.com/c d", "well-formed"},
    {"https://app.example.com/%zz", "well-formed"},
    {"https://app.example.com\\@evil/c", "well-formed"},
    {"https://app.ex%61mple.com/c", "well-formed"},
    {"https://b\xc3\xbc.example/c", "well-formed"},
    {"https://a,b.example/c", "unusual character"},
    {"https://a'b.example/c", "unusual character"},
    {"https://evil.org./c", "a dot at the end"},
    {"https://app.example.com.:8443/c", "a dot at the end"},
    {"https://127.0.0.1/c", "an address instead of a name"},
    {"https://[::1]/c", "an address instead of a name"},
    {"https://[2606:4700::1]/c", "an address instead of a name"},
    {"https://0x7f.0.0.1/c", "an address instead of a name"},
    {"https://2130706433/c", "an address instead of a name"},
    {"https://localhost/c", "a name without a domain"},
    {"https://intranet/c", "a name without a domain"},
    {"https://metadata.google.internal/c", "a local network"},
    {"https://app.localhost/c", "a local network"},
};

static void test_urls(mcp_ctx_t *cx)
{
    const char *host, *fault;
    char *huge = apr_palloc(cx->pool, 3001);
    size_t i;

    for (i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
        fault = mcp_oauth_cimd_fault(&host, urls[i].url, cx);
        ok(urls[i].fault ? fault && has_text(fault, urls[i].fault) : !fault,
           "CIMD 3: %s %s", mcp_encode_log(urls[i].url, 80, cx->pool),
           urls[i].fault ? urls[i].fault : "can be a client_id");
    }
    memset(huge, 'a', 3000);
    memcpy(huge, "https://a.example/", 18);
    huge[2048] = '\0';
    ok(!mcp_oauth_cimd_fault(&host, huge, cx), "2048 bytes are the most");
    is(host, "a.example", "the host of it");
    huge[2048] = 'a';
    huge[2049] = '\0';
    ok(has_text(mcp_oauth_cimd_fault(&host, huge, cx), "2048"), "not more");
    ok(mcp_oauth_cimd_is_url("https://x") && !mcp_oauth_cimd_is_url("c1-1.A"),
       "an id that begins with https:// is meant as one");
}

/* -- MCPClientMetadata -- */

static const struct {
    const char *words[4];
    const char *host;
    int is_allowed;
} hosts[] = {
    {{"any", NULL}, "app.example.com", 1},
    {{"app.example.com", NULL}, "app.example.com", 1},
    {{"app.example.com", NULL}, "APP.example.com", 1},
    {{"app.example.com", NULL}, "example.com", 0},
    {{"app.example.com", NULL}, "x.app.example.com", 0},
    {{"app.example.com", NULL}, "app.example.com.evil.org", 0},
    {{"app.example.com", NULL}, "appxexample.com", 0},
    {{"*.example.com", NULL}, "app.example.com", 1},
    {{"*.example.com", NULL}, "a.b.example.com", 1},
    {{"*.example.com", NULL}, "example.com", 0},
    {{"*.example.com", NULL}, "evilexample.com", 0},
    {{"claude.ai", "*.example.com", NULL}, "claude.ai", 1},
    {{"claude.ai", "*.example.com", NULL}, "vscode.dev", 0},
    {{"*.example.com", "!evil.example.com", NULL}, "app.example.com", 1},
    {{"*.example.com", "!evil.example.com", NULL}, "evil.example.com", 0},
    {{"!evil.example.com", "*.example.com", NULL}, "evil.example.com", 0},
    {{"any", "!*.evil.org", NULL}, "claude.ai", 1},
    {{"any", "!*.evil.org", NULL}, "a.evil.org", 0},
    {{"!evil.org", NULL}, "claude.ai", 1},
    {{"!evil.org", NULL}, "evil.org", 0},
    {{"app?.example.com", NULL}, "app1.example.com", 1},
};

static void test_hosts(world_t *w, mcp_ctx_t *cx)
{
    size_t i;
    int k;

    for (i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
        apr_array_header_t *globs = list_of(cx->pool, NULL);
        const char *said = "";

        for (k = 0; hosts[i].words[k]; k++) {
            APR_ARRAY_PUSH(globs, const char *) = hosts[i].words[k];
            said = apr_pstrcat(cx->pool, said, " ", hosts[i].words[k], NULL);
        }
        ok(mcp_oauth_cimd_is_allowed(hosts[i].host, globs) ==
               hosts[i].is_allowed,
           "MCPClientMetadata%s: %s %s", said, hosts[i].host,
           hosts[i].is_allowed ? "counts" : "does not");
    }
    ok(mcp_oauth_cimd_is_allowed("x.example", NULL), "any is the default");
    ok(mcp_oauth_cimd_is_supported(&w->service), "which supports them");
    w->settings.client_metadata = list_of(cx->pool, "none", NULL);
    ok(!mcp_oauth_cimd_is_supported(&w->service), "none does not");
    w->settings.client_metadata = NULL;
}

/* -- the document -- */

#define ID "\"client_id\":\"" APP "\","
#define NAME "\"client_name\":\"App\","
#define URIS "\"redirect_uris\":[\"" CALLBACK "\"]"
#define KEYED                                                                 \
    ID NAME URIS ",\"token_endpoint_auth_method\":\"private_key_jwt\""

static const struct {
    const char *text;
    const char *fault; /* part of it; NULL: it is good */
} documents[] = {
    {"{" ID NAME URIS "}", NULL},
    {" {" ID NAME URIS "}\n", NULL},
    {"{" ID NAME URIS ",\"unknown\":{\"a\":[1]}}", NULL},
    {"{" ID NAME URIS ",\"logo_uri\":null,\"scope\":null}", NULL},
    {"{" ID NAME URIS ",\"logo_uri\":\"https://a.example/l.png\"}", NULL},
    {"{" ID NAME URIS ",\"token_endpoint_auth_method\":\"none\"}", NULL},
    {"{" ID NAME URIS ",\"token_endpoint_auth_method\":null}", NULL},
    {"{" ID NAME URIS ",\"grant_types\":[\"authorization_code\"],"
     "\"response_types\":[\"code\"]}",
     NULL},
    {"{" ID NAME URIS ",\"grant_types\":[\"authorization_code\","
     "\"refresh_token\",\"urn:ietf:params:oauth:grant-type:device_code\"]}",
     NULL},
    {"{" ID NAME URIS ",\"application_type\":\"native\"}", NULL},
    {"{" ID NAME "\"redirect_uris\":[\"http://localhost/callback\","
     "\"http://127.0.0.1/callback\"]}",
     NULL},
    {"{" ID NAME "\"redirect_uris\":[\"javascript:alert(1)\","
     "\"https://app.example.com/cb\"]}",
     NULL},
    {"", "not a JSON object"},
    {"null", "not a JSON object"},
    {"[]", "not a JSON object"},
    {"\"" APP "\"", "not a JSON object"},
    {"{" ID NAME URIS, "not a JSON object"},
    {"{" ID NAME URIS "}}", "not a JSON object"},
    {"{" ID NAME URIS "} {}", "not a JSON object"},
    {"{" ID ID NAME URIS "}", "not a JSON object"},
    {"\xef\xbb\xbf{" ID NAME URIS "}", "not a JSON object"},
    {"{" ID "\"client_name\":\"\xff\"," URIS "}", "not a JSON object"},
    {"<html>404</html>", "not a JSON object"},
    {"{" NAME URIS "}", "client_id is missing"},
    {"{\"client_id\":null," NAME URIS "}", "client_id is missing"},
    {"{\"client_id\":7," NAME URIS "}", "client_id is missing"},
    {"{\"client_id\":[\"" APP "\"]," NAME URIS "}", "client_id is missing"},
    {"{\"client_id\":\"\"," NAME URIS "}", "not exactly the URL"},
    {"{\"client_id\":\"" APP "/\"," NAME URIS "}", "not exactly the URL"},
    {"{\"client_id\":\"" APP "?\"," NAME URIS "}", "not exactly the URL"},
    {"{\"client_id\":\" " APP "\"," NAME URIS "}", "not exactly the URL"},
    {"{\"client_id\":\"https://APP.example.com/client.json\"," NAME URIS "}",
     "not exactly the URL"},
    {"{\"client_id\":\"https://app.example.com:443/client.json\"," NAME URIS
     "}",
     "not exactly the URL"},
    {"{\"client_id\":\"https://app.example.com/client%2Ejson\"," NAME URIS "}",
     "not exactly the URL"},
    {"{\"client_id\":\"https://evil.example/client.json\"," NAME URIS "}",
     "not exactly the URL"},
    {"{\"client_id\":\"" APP "\\u0000x\"," NAME URIS "}", "not a JSON object"},
    {"{" ID URIS "}", "client_name is missing"},
    {"{" ID "\"client_name\":null," URIS "}", "client_name is missing"},
    {"{" ID "\"client_name\":\"\"," URIS "}", "client_name is missing"},
    {"{" ID "\"client_name\":7," URIS "}", "client_name is not a string"},
    {"{" ID NAME "\"x\":1}", "redirect_uris has to be a list"},
    {"{" ID NAME "\"redirect_uris\":null}", "redirect_uris has to be a list"},
    {"{" ID NAME "\"redirect_uris\":[]}", "redirect_uris has to be a list"},
    {"{" ID NAME "\"redirect_uris\":{}}", "redirect_uris has to be a list"},
    {"{" ID NAME "\"redirect_uris\":\"" CALLBACK "\"}",
     "redirect_uris has to be a list"},
    {"{" ID NAME "\"redirect_uris\":[7]}", "No redirect URI is acceptable"},
    {"{" ID NAME "\"redirect_uris\":[\"http://app.example.com/cb\"]}",
     "No redirect URI is acceptable"},
    {"{" ID NAME "\"redirect_uris\":[\"https://app.example.com/cb#a\"]}",
     "No redirect URI is acceptable"},
    {"{" ID NAME "\"redirect_uris\":[\"data:text/html,x\"]}",
     "No redirect URI is acceptable"},
    {"{" ID NAME "\"redirect_uris\":[\"nobody:/cb\"]}",
     "No redirect URI is acceptable"},
    {"{" ID NAME "\"redirect_uris\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\","
     "\"g\",\"h\",\"i\",\"j\",\"k\"]}",
     "redirect_uris has to be a list of 1 to 10"},
    {"{" ID NAME URIS ",\"grant_types\":[\"refresh_token\"]}",
     "authorization_code"},
    {"{" ID NAME URIS ",\"grant_types\":[]}", "authorization_code"},
    {"{" ID NAME URIS ",\"grant_types\":\"authorization_code\"}",
     "not a list"},
    {"{" ID NAME URIS ",\"grant_types\":[7]}", "other than strings"},
    {"{" ID NAME URIS ",\"response_types\":[\"token\"]}", "has to have code"},
    {"{" ID NAME URIS ",\"scope\":7}", "scope is not a string"},
    {"{" ID NAME URIS ",\"scope\":\"a\\\"b\"}", "scope is not a list"},
    {"{" ID NAME URIS ",\"client_secret\":\"x\"}", "client_secret"},
    {"{" ID NAME URIS ",\"client_secret_expires_at\":0}", "client_secret"},
    {"{" ID NAME URIS
     ",\"token_endpoint_auth_method\":\"client_secret_basic\"}",
     "none or private_key_jwt"},
    {"{" ID NAME URIS
     ",\"token_endpoint_auth_method\":\"client_secret_post\"}",
     "none or private_key_jwt"},
    {"{" ID NAME URIS ",\"token_endpoint_auth_method\":\"client_secret_jwt\"}",
     "none or private_key_jwt"},
    {"{" ID NAME URIS ",\"token_endpoint_auth_method\":\"tls_client_auth\"}",
     "none or private_key_jwt"},
    {"{" ID NAME URIS ",\"token_endpoint_auth_method\":\"\"}",
     "none or private_key_jwt"},
    {"{" ID NAME URIS ",\"token_endpoint_auth_method\":[\"none\"]}",
     "not a string"},
    {"{" KEYED "}", "either jwks or jwks_uri"},
    {"{" KEYED ",\"jwks\":null}", "either jwks or jwks_uri"},
    {"{" KEYED ",\"jwks_uri\":\"" KEYS "\"}", NULL},
    {"{" KEYED ",\"jwks_uri\":\"" KEYS "\",\"jwks\":{\"keys\":[" EC "]}}",
     "either jwks or jwks_uri"},
    {"{" KEYED ",\"jwks_uri\":7}", "not a string"},
    {"{" KEYED ",\"jwks_uri\":\"http://app.example.com/k\"}", "public https"},
    {"{" KEYED ",\"jwks_uri\":\"https://127.0.0.1/k\"}", "public https"},
    {"{" KEYED ",\"jwks_uri\":\"https://localhost/k\"}", "public https"},
    {"{" KEYED ",\"jwks_uri\":\"https://me@app.example.com/k\"}",
     "public https"},
    {"{" KEYED ",\"jwks_uri\":\"file:///etc/passwd\"}", "public https"},
    {"{" KEYED ",\"jwks\":{\"keys\":[" EC "]}}", NULL},
    {"{" KEYED ",\"jwks\":{\"keys\":[" EC "," EC "]},"
     "\"token_endpoint_auth_signing_alg\":\"ES256\"}",
     NULL},
    {"{" KEYED ",\"jwks\":{\"keys\":[]}}", "not a set of keys"},
    {"{" KEYED ",\"jwks\":[" EC "]}", "not a set of keys"},
    {"{" KEYED ",\"jwks\":\"x\"}", "not a set of keys"},
    {"{" KEYED ",\"jwks\":{\"keys\":{\"a\":" EC "}}}", "not a set of keys"},
    {"{" KEYED ",\"jwks\":{\"keys\":[7]}}", "other than keys"},
    {"{" KEYED ",\"jwks\":{\"keys\":[{}]}}", "other than keys"},
    {"{" KEYED ",\"jwks\":{\"keys\":[" EC ",{\"kty\":\"EC\",\"d\":\"AA\"}]}}",
     "private or symmetric"},
    {"{" KEYED ",\"jwks\":{\"keys\":[{\"kty\":\"oct\",\"k\":\"AA\"}]}}",
     "private or symmetric"},
    {"{" KEYED ",\"jwks\":{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AA\","
     "\"e\":\"AQAB\",\"p\":\"AA\"}]}}",
     "private or symmetric"},
    {"{" KEYED ",\"jwks\":{\"keys\":[" EC "]},"
     "\"token_endpoint_auth_signing_alg\":\"none\"}",
     "private key"},
    {"{" KEYED ",\"jwks\":{\"keys\":[" EC "]},"
     "\"token_endpoint_auth_signing_alg\":\"HS256\"}",
     "private key"},
    {"{" KEYED ",\"jwks\":{\"keys\":[" EC "]},"
     "\"token_endpoint_auth_signing_alg\":7}",
     "not a string"},
};

static void test_documents(world_t *w, mcp_ctx_t *cx)
{
    size_t i;

    for (i = 0; i < sizeof(documents) / sizeof(*documents); i++) {
        const char *text = documents[i].text;
        mcp_oauth_client_t client;
        const mcp_error_t *e;

        memset(&client, 0, sizeof(client));
        client.id = APP;
        e = mcp_oauth_cimd_read(&client, text, strlen(text), &w->service, cx);
        if (!ok(documents[i].fault
                    ? e && mcp_error_http(e) == 400 &&
                          has_text(mcp_error_text(e), documents[i].fault)
                    : !e,
                "CIMD 4: %s: %s", mcp_encode_log(text, 160, cx->pool),
                documents[i].fault ? documents[i].fault : "good"))
            printf("# %s\n", e ? mcp_error_text(e) : "no fault");
    }
}

/* -- finding it -- */

#define GOOD                                                                  \
    "{" ID "\"client_name\":\"Caf\xc3\xa9\",\"redirect_uris\":"               \
    "[\"http://localhost/callback\",\"http://127.0.0.1:1/callback\"],"        \
    "\"grant_types\":[\"authorization_code\",\"refresh_token\"],"             \
    "\"scope\":\"tasks:read nonsense\"}"

static void test_find(world_t *w, mcp_ctx_t *cx)
{
    const mcp_oauth_client_t *client;
    const mcp_error_t *e;

    publish(APP, MCP_NET_OK, GOOD);
    fine(mcp_oauth_client_find(&client, &w->service, APP, cx),
         "a client that publishes its metadata");
    if (!ok(client != NULL, "is found by its URL"))
        return;
    is(client->id, APP, "which is its id");
    is(client->host, "app.example.com", "its host is sure");
    is(client->name, "Caf\xc3\xa9", "its name");
    is(client->scope, "tasks:read", "the scope that is known here");
    ok(client->redirect_uris->nelts == 2, "its redirect URIs");
    ok(client->may_refresh && client->method == MCP_CLIENT_NONE,
       "its grant types and method");
    ok(!mcp_oauth_client_secret(client, &w->service, cx->pool),
       "it has no secret");
    fine(mcp_oauth_client_find(&client, &w->service, APP, cx), "again");
    ok(published[0].asked == 1, "the document is kept");

    w->settings.client_metadata = list_of(cx->pool, "claude.ai", NULL);
    e = mcp_oauth_client_find(&client, &w->service, APP, cx);
    fails(e, MCP_E_INVALID_METADATA, "MCPClientMetadata refuses others");
    ok(!client && has_text(mcp_error_text(e), "Apps of app.example.com"),
       "naming the host");
    w->settings.client_metadata = list_of(cx->pool, "none", NULL);
    fine(mcp_oauth_client_find(&client, &w->service, APP, cx), "none:");
    ok(!client, "then a URL is an id like any other, and not known");
    w->settings.client_metadata = NULL;
    e = mcp_oauth_client_find(&client, &w->service, APP "#x", cx);
    fails(e, MCP_E_INVALID_METADATA, "a URL that can be no client_id");
    ok(has_text(mcp_error_text(e), "is a URL that has a fragment"),
       "says why");
}

static void test_changes(world_t *w, mcp_ctx_t *cx)
{
    const mcp_oauth_client_t *client;
    const mcp_error_t *e;

    pass_seconds(3600);
    publish(APP, MCP_NET_OK, "{" NAME URIS "}");
    e = mcp_oauth_client_find(&client, &w->service, APP, cx);
    fails(e, MCP_E_INVALID_METADATA, "a document that became bad");
    ok(!client && has_text(mcp_error_text(e), "client_id is missing"),
       "is no client, and why");
    publish(APP, MCP_NET_OK, GOOD);
    pass_seconds(60);
    fine(mcp_oauth_client_find(&client, &w->service, APP, cx),
         "it can be mended within a minute");
    ok(client != NULL, "and is a client again");
    pass_seconds(3600);
    publish(APP, MCP_NET_OK, GOOD);
    published[0].type = "text/html";
    e = mcp_oauth_client_find(&client, &w->service, APP, cx);
    fails(e, MCP_E_INVALID_METADATA, "CIMD 4: another media type is an error");
    pass_seconds(60);
    published[0].type = "application/app+json";
    fine(mcp_oauth_client_find(&client, &w->service, APP, cx),
         "CIMD 4: application/...+json is none");
    pass_seconds(3600);
    published[0].type = NULL;
    fails(mcp_oauth_client_find(&client, &w->service, APP, cx),
          MCP_E_INVALID_METADATA, "a document without a type is");
    pass_seconds(60);
    publish(APP, MCP_NET_REFUSED, NULL);
    e = mcp_oauth_client_find(&client, &w->service, APP, cx);
    fails(e, MCP_E_INVALID_METADATA, "one that is taken away");
    pass_seconds(60);
}

static mcp_oauth_exchange_t *asked(world_t *w, const char *id,
                                   const mcp_error_t **e, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x = exchange(w, "GET", cx);

    x->query =
        query_with(id, "redirect_uri", "http://localhost:5/callback", cx);
    *e = mcp_oauth_authorize_handle(x, cx);
    return x;
}

static mcp_oauth_exchange_t *redeemed(world_t *w, const char *id,
                                      const mcp_error_t **e, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x =
        posting(w, FORM,
                form_of(cx->pool, "grant_type", "authorization_code", "code",
                        "x", "code_verifier", VERIFIER, "client_id", id, NULL),
                cx);

    *e = mcp_oauth_token_handle(x, cx);
    return x;
}

static void test_endpoints(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x;
    const mcp_error_t *e;

    publish(APP, MCP_NET_OK, "{}");
    x = asked(w, APP, &e, cx);
    fails(e, MCP_E_INVALID_METADATA, "authorize: a bad document is an error");
    ok(mcp_error_http(e) == 400, "with 400");
    ok(has_text(header(x, "Link"), "/oauth/register"),
       "and the way to registration");
    x = redeemed(w, APP, &e, cx);
    fails(e, MCP_E_INVALID_CLIENT, "token: RFC 6749 5.2: invalid_client");
    ok(has_text(e->detail, "client_id is missing"), "the log says why");
    pass_seconds(60);

    publish(APP, MCP_NET_PASSED, NULL);
    asked(w, APP, &e, cx);
    fails(e, MCP_E_UNAVAILABLE, "authorize: no answer for now: try again");
    ok(mcp_error_http(e) == 503 && e->retry_after == 60, "in a minute");
    ok(has_text(mcp_error_text(e), "app.example.com"), "it names the host");
    pass_seconds(15);
    redeemed(w, APP, &e, cx);
    fails(e, MCP_E_UNAVAILABLE, "token: 503, not an unknown client");
    ok(e->retry_after == 45, "with the seconds left");
    pass_seconds(45);

    publish(APP, MCP_NET_OK, GOOD);
    x = asked(w, APP, &e, cx);
    fine(e, "authorize: a good one");
    is(x->page, "signin", "the user signs in; RFC 8252 7.3: any port goes");
    redeemed(w, APP, &e, cx);
    fails(e, MCP_E_INVALID_GRANT, "token: it is the code that is unknown");
    publish(APP, MCP_NET_PASSED, NULL);
    pass_seconds(3600);
    redeemed(w, APP, &e, cx);
    fails(e, MCP_E_INVALID_GRANT, "the same while its site is down");
}

static void test_secret(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x;

    publish(APP, MCP_NET_OK, GOOD);
    pass_seconds(90000);
    x = posting(w, FORM,
                form_of(cx->pool, "grant_type", "authorization_code", "code",
                        "x", "code_verifier", VERIFIER, "client_id", APP,
                        "client_secret", "guess", NULL),
                cx);
    fails(mcp_oauth_token_handle(x, cx), MCP_E_INVALID_CLIENT,
          "a public client that sends a secret is refused");
}

/* -- its keys -- */

static void test_keys(world_t *w, mcp_ctx_t *cx)
{
    const mcp_oauth_client_t *client;
    const mcp_json_t *jwks;
    const mcp_error_t *e;

    publish(APP, MCP_NET_OK,
            "{" KEYED ",\"jwks\":{\"keys\":[" EC "]},"
            "\"token_endpoint_auth_signing_alg\":\"ES256\"}");
    pass_seconds(90000);
    fine(mcp_oauth_client_find(&client, &w->service, APP, cx),
         "a client with a key in its document");
    ok(client->method == MCP_CLIENT_KEY, "authenticates with it");
    is(client->alg, "ES256", "its algorithm");
    fine(mcp_oauth_client_keys_get(&jwks, client, &w->service, 1, cx),
         "its keys");
    is(mcp_json_string(mcp_json_pointer(jwks, "/keys/0/kid")), "a",
       "are there");
    publish(APP, MCP_NET_OK, "{" KEYED ",\"jwks_uri\":\"" KEYS "\"}");
    publish(KEYS, MCP_NET_OK, "{\"keys\":[" EC "]}");
    pass_seconds(90000);
    fine(mcp_oauth_client_find(&client, &w->service, APP, cx),
         "a client with its keys elsewhere");
    fine(mcp_oauth_client_keys_get(&jwks, client, &w->service, 0, cx),
         "they are fetched");
    fine(mcp_oauth_client_keys_get(&jwks, client, &w->service, 1, cx),
         "and, as they are new,");
    ok(published[1].asked == 1, "not again");
    pass_seconds(60);
    fine(mcp_oauth_client_keys_get(&jwks, client, &w->service, 1, cx),
         "a minute later, if a key is missing,");
    ok(published[1].asked == 2, "they are");
    publish(KEYS, MCP_NET_PASSED, NULL);
    pass_seconds(90000);
    e = mcp_oauth_client_keys_get(&jwks, client, &w->service, 0, cx);
    fails(e, MCP_E_UNAVAILABLE, "keys that cannot be had now: try again");
    ok(e->retry_after > 0, "later");
    pass_seconds(60);
    publish(KEYS, MCP_NET_REFUSED, NULL);
    fails(mcp_oauth_client_keys_get(&jwks, client, &w->service, 0, cx),
          MCP_E_INVALID_CLIENT, "keys that are not there are none");
    pass_seconds(60);
    publish(KEYS, MCP_NET_OK, "{\"keys\":[{\"kty\":\"EC\",\"d\":\"A\"}]}");
    fails(mcp_oauth_client_keys_get(&jwks, client, &w->service, 0, cx),
          MCP_E_INVALID_CLIENT, "nor is a private one");
}

static void test(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);

    test_urls(cx);
    test_hosts(w, cx);
    fails(mcp_oauth_cimd_find(&(const mcp_oauth_client_t *){NULL}, &w->service,
                              APP, cx),
          MCP_E_UNAVAILABLE, "a child that can fetch nothing says so");
    network_make(w, cx);
    test_documents(w, cx);
    test_find(w, cx);
    test_changes(w, cx);
    test_endpoints(w, cx);
    test_secret(w, cx);
    test_keys(w, cx);
}

TAP_MAIN(test)
