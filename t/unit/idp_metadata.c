/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp_world.h"

#include "idp/metadata.h"

/* -- what a document says -- */

#define LOCAL(url) "{'issuer':'" IDP "','token_endpoint':'" url "'}"

static const struct {
    const char *name;
    const char *text;
    const char *want; /* part of why it is refused; NULL: it is good */
} documents[] = {
    {"as OpenID Connect Discovery 3 has it", "{" METADATA_MEMBERS "}", NULL},
    {"with no more than its issuer", "{'issuer':'" IDP "'}", NULL},
    {"with members that are null",
     "{'issuer':'" IDP "','userinfo_endpoint':null}", NULL},
    {"with an endpoint that has a query",
     "{'issuer':'" IDP "','token_endpoint':'https://a.example/t?p=1'}", NULL},
    {"in which PKCE is plain alone",
     "{'issuer':'" IDP "','code_challenge_methods_supported':['plain']}",
     NULL},
    {"without an issuer", "{'token_endpoint':'" TOKEN "'}", "no issuer"},
    {"whose issuer is no string", "{'issuer':1}", "no issuer"},
    {"of another one", "{'issuer':'https://other.example'}",
     "is that of \"https://other.example\", expected is \"" IDP "\""},
    {"whose issuer has a slash more", "{'issuer':'" IDP "/'}",
     "is that of \"" IDP "/\""},
    {"whose issuer is in capitals", "{'issuer':'https://IDP.example'}",
     "expected is"},
    {"for all tenants", "{'issuer':'https://login.example/{tenantid}/v2.0'}",
     "Name one tenant by its id"},
    {"with an endpoint in clear",
     "{'issuer':'" IDP "','token_endpoint':'http://idp.example/t'}",
     "token_endpoint in its discovery document is not a URL of https"},
    {"with an endpoint on this machine", LOCAL("http://127.0.0.1:8080/t"),
     "or is on this machine"},
    {"with one by its name, and with TLS", LOCAL("https://localhost/t"),
     "or is on this machine"},
    {"with an endpoint of another scheme",
     "{'issuer':'" IDP "','jwks_uri':'file:///etc/passwd'}",
     "Endpoint keys URL"},
    {"with an endpoint that has a password",
     "{'issuer':'" IDP "','userinfo_endpoint':'https://a:b@idp.example/'}",
     "userinfo_endpoint"},
    {"with an endpoint that has a fragment",
     "{'issuer':'" IDP "','authorization_endpoint':'" AUTHORIZE "#x'}",
     "authorization_endpoint"},
    {"with an endpoint that is no string",
     "{'issuer':'" IDP "','revocation_endpoint':[]}", "revocation_endpoint"},
    {"with two of a name",
     "{'issuer':'" IDP "','token_endpoint':'" TOKEN
     "','token_endpoint':'https://evil.example/'}",
     "not a JSON object"},
    {"that is a list", "['" IDP "']", "not a JSON object"},
    {"that is HTML", "<html></html>", "not a JSON object"},
    {"that is empty", "", "not a JSON object"},
};

static void test_documents(world_t *w, mcp_ctx_t *cx)
{
    mcp_idp_metadata_t got;
    const mcp_error_t *e;
    const char *text;
    size_t i;

    for (i = 0; i < sizeof(documents) / sizeof(*documents); i++) {
        text = json(documents[i].text, cx);
        e = mcp_idp_metadata_read(&got, text, strlen(text), &w->idp, cx);
        ok(documents[i].want ? e && e->code == MCP_E_SERVER_ERROR &&
                                   e->remedy && tells(e, documents[i].want)
                             : !e,
           "a document %s is %s", documents[i].name,
           documents[i].want ? "refused" : "taken");
        ok(!e || has(e->detail, "\"Test\""), "and whose it is, the log hears");
    }
}

/* Behind a proxy a provider is asked without it. */
static void test_local(world_t *w, mcp_ctx_t *cx)
{
    const char *text = json(LOCAL("http://localhost:8080/t"), cx);
    mcp_idp_metadata_t got;

    w->idp.endpoints =
        apr_array_make(cx->pool, 1, sizeof(mcp_idp_endpoint_setting_t));
    endpoint_set(w, MCP_IDP_ENDPOINT_DISCOVERY, "http://[::1]:8080/d");
    fine(mcp_idp_metadata_read(&got, text, strlen(text), &w->idp, cx),
         "a document on this machine names an endpoint there");
    text = json(LOCAL("http://idp.example/t"), cx);
    fails(mcp_idp_metadata_read(&got, text, strlen(text), &w->idp, cx),
          MCP_E_SERVER_ERROR, "but none elsewhere in clear");
    w->idp.endpoints->nelts = 0;
    endpoint_set(w, MCP_IDP_ENDPOINT_DISCOVERY, METADATA);
}

/* -- client authentication, RFC 9207 -- */

static void test_members(world_t *w, mcp_ctx_t *cx)
{
    const char *text =
        json("{'issuer':'" IDP "','token_endpoint_auth_methods_supported':"
             "['client_secret_post','tls_client_auth',1,'private_key_jwt'],"
             "'authorization_response_iss_parameter_supported':true}",
             cx);
    mcp_idp_metadata_t got;

    fine(mcp_idp_metadata_read(&got, text, strlen(text), &w->idp, cx),
         "a document with more members");
    ok(got.methods == (1 << MCP_IDP_POST | 1 << MCP_IDP_PRIVATE_KEY_JWT),
       "which methods its token endpoint takes");
    ok(got.says_issuer, "RFC 9207 3: that its answers have iss");
    text = json("{'issuer':'" IDP "'}", cx);
    fine(mcp_idp_metadata_read(&got, text, strlen(text), &w->idp, cx),
         "one without them");
    ok(!got.methods && !got.says_issuer, "says neither");
}

/* -- several issuers -- */

static void test_issuers(world_t *w, mcp_ctx_t *cx)
{
    const char *all =
        json("{'issuer':'https://login.example/{tenantid}/v2.0'}", cx);
    const char *one = json("{'issuer':'" IDP "'}", cx);
    mcp_idp_metadata_t got;

    w->idp.issuers = list_of(cx->pool, "https://login.example/a/v2.0 "
                                       "https://login.example/b/v2.0");
    fine(mcp_idp_metadata_read(&got, all, strlen(all), &w->idp, cx),
         "a document for all tenants, and Issuer for those that are meant");
    ok(mcp_idp_metadata_is_issuer(&w->idp, "https://login.example/b/v2.0") &&
           !mcp_idp_metadata_is_issuer(&w->idp,
                                       "https://login.example/c/v2.0"),
       "those, and no other tenant");
    fails(mcp_idp_metadata_read(&got, one, strlen(one), &w->idp, cx),
          MCP_E_SERVER_ERROR, "with Issuer, that alone is its name");
    w->idp.issuers =
        list_of(cx->pool, "https://login.example/v2.0 https://login.example/");
    fails(mcp_idp_metadata_read(&got, all, strlen(all), &w->idp, cx),
          MCP_E_SERVER_ERROR, "a tenant is not empty");
    w->idp.issuers = list_of(cx->pool, "https://other.example/a/v2.0");
    fails(mcp_idp_metadata_read(&got, all, strlen(all), &w->idp, cx),
          MCP_E_SERVER_ERROR, "nor at another host");
    w->idp.issuers = list_of(cx->pool, "https://login.example/a/b/v2.0");
    fails(mcp_idp_metadata_read(&got, all, strlen(all), &w->idp, cx),
          MCP_E_SERVER_ERROR, "nor two parts of a path");
    w->idp.issuers = NULL;
    ok(!mcp_idp_metadata_is_issuer(&w->idp, NULL), "nobody is no issuer");
}

/* -- getting it -- */

static void test_get(world_t *w, mcp_ctx_t *cx)
{
    const mcp_idp_metadata_t *got;
    const char *url;

    network_make(w, cx);
    fine(mcp_idp_metadata_get(&got, &w->remote, cx), "metadata is fetched");
    is(got->endpoints[MCP_IDP_ENDPOINT_TOKEN], TOKEN, "with its endpoints");
    is(got->issuer, IDP, "and its issuer");
    fine(mcp_idp_metadata_get(&got, &w->remote, cx), "and asked for again");
    tap_now += apr_time_from_sec(MCP_DOCUMENT_PAUSE);
    fine(mcp_idp_metadata_get(&got, &w->remote, cx), "and a minute later");
    ok(page_of(METADATA)->asked == 1, "it is fetched once");
    fine(mcp_idp_metadata_endpoint(&url, got, MCP_IDP_ENDPOINT_TOKEN, cx),
         "an endpoint that is needed");
    is(url, TOKEN, "is there");

    endpoint_set(w, MCP_IDP_ENDPOINT_TOKEN, "https://other.example/t");
    fine(mcp_idp_metadata_get(&got, &w->remote, cx), "with an Endpoint line");
    is(got->endpoints[MCP_IDP_ENDPOINT_TOKEN], "https://other.example/t",
       "which wins");
    w->idp.endpoints->nelts--;

    put(METADATA, 200, "{'issuer':'" IDP "'}");
    network_make(w, cx);
    put(METADATA, 200, "{'issuer':'" IDP "'}");
    fine(mcp_idp_metadata_get(&got, &w->remote, cx), "one without endpoints");
    ok(tells(mcp_idp_metadata_endpoint(&url, got, MCP_IDP_ENDPOINT_TOKEN, cx),
             "\"Endpoint token URL\""),
       "an endpoint that is needed and missing: the log hears what to write");
}

static void test_trouble(world_t *w, mcp_ctx_t *cx)
{
    const mcp_idp_metadata_t *got;
    const mcp_error_t *e;

    network_make(w, cx);
    put(METADATA, 404, "");
    w->facts.hints.no_discovery = "Is it the right tenant?";
    e = mcp_idp_metadata_get(&got, &w->remote, cx);
    fails(e, MCP_E_SERVER_ERROR, "there is no document");
    ok(tells(e, METADATA) && tells(e, "Is it the right tenant?"),
       "the log has the URL and what the preset knows");
    w->facts.hints.no_discovery = NULL;

    network_make(w, cx);
    put(METADATA, 0, "");
    e = mcp_idp_metadata_get(&got, &w->remote, cx);
    fails(e, MCP_E_UNAVAILABLE, "nobody answers");
    ok(e && e->retry_after == MCP_DOCUMENT_PAUSE_SHORT, "when to come again");
    put(METADATA, 200, "{" METADATA_MEMBERS "}");
    tap_now += apr_time_from_sec(MCP_DOCUMENT_PAUSE);
    fine(mcp_idp_metadata_get(&got, &w->remote, cx), "then it is back");

    network_make(w, cx);
    put(METADATA, 200, "oops");
    fails(mcp_idp_metadata_get(&got, &w->remote, cx), MCP_E_SERVER_ERROR,
          "a document that cannot be read");
    put(METADATA, 200, "{" METADATA_MEMBERS "}");
    tap_now += apr_time_from_sec(MCP_DOCUMENT_PAUSE);
    fine(mcp_idp_metadata_get(&got, &w->remote, cx),
         "is not kept longer than a failure");
    w->remote.documents = NULL;
    fails(mcp_idp_metadata_get(&got, &w->remote, cx), MCP_E_UNAVAILABLE,
          "in a child that can fetch nothing");
}

/* A provider that has none. */
static void test_without(world_t *w, mcp_ctx_t *cx)
{
    const mcp_idp_metadata_t *got;

    network_make(w, cx);
    w->idp.endpoints->nelts = 0;
    endpoint_set(w, MCP_IDP_ENDPOINT_TOKEN, TOKEN);
    fine(mcp_idp_metadata_get(&got, &w->remote, cx),
         "a provider without a document");
    is(got->endpoints[MCP_IDP_ENDPOINT_TOKEN], TOKEN, "has its endpoints");
    ok(!got->issuer && !page_of(METADATA)->asked, "and is not asked for one");
}

static void body(mcp_ctx_t *cx)
{
    world_t w;

    world_make(&w, cx);
    test_documents(&w, cx);
    test_local(&w, cx);
    test_members(&w, cx);
    test_issuers(&w, cx);
    test_get(&w, cx);
    test_trouble(&w, cx);
    test_without(&w, cx);
}

TAP_MAIN(body)
