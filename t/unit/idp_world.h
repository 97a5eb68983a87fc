/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_IDP_WORLD_H
#define MCP_T_UNIT_IDP_WORLD_H

#include "tap.h"

#include "base/encode.h"
#include "base/form.h"
#include "base/json.h"
#include "idp/works.h"
#include "jose/jws.h"
#include "net/exchange.h"

/* A provider that is not there: what is at its URLs, a test says; what was
 * asked, a test can see. */

#define IDP "https://idp.example"
#define METADATA IDP "/.well-known/openid-configuration"
#define AUTHORIZE IDP "/authorize"
#define TOKEN IDP "/token"
#define USERINFO IDP "/userinfo"
#define INTROSPECT IDP "/introspect"
#define REVOKE IDP "/revoke"
#define KEYS IDP "/keys"
#define CALLBACK "https://mcp.example/oauth/callback"
#define CLIENT "client 1"
#define SECRET "s:e/c+r e"

#define FORM_TYPE "application/x-www-form-urlencoded"
#define JSON_TYPE "application/json"

/* -- text -- */

/* JSON with ' instead of " */
static inline const char *json(const char *text, mcp_ctx_t *cx)
{
    char *copy = apr_pstrdup(cx->pool, text), *at;

    for (at = copy; *at; at++)
        if (*at == '\'')
            *at = '"';
    return copy;
}

static inline int has(const char *text, const char *part)
{
    return text && strstr(text, part) != NULL;
}

/* What the log would have of it. */
static inline int tells(const mcp_error_t *e, const char *part)
{
    return e && (has(e->detail, part) || has(e->remedy, part));
}

/* -- the network -- */

typedef struct page_t {
    const char *url;
    int status; /* 0: nobody answers */
    const char *type;
    const char *body;
    const char *then; /* the next body, with ... */
    int then_status;  /* 0: as before */
    int asked;
    const char *form, *authorization, *accept; /* of the last request */
} page_t;

static page_t pages[16];
static mcp_ctx_t *pages_cx;

static inline page_t *page_of(const char *url)
{
    page_t *page = pages;

    while (page->url && strcmp(page->url, url) != 0)
        page++;
    page->url = url;
    return page;
}

/* What is at url from now on. */
static inline page_t *put(const char *url, int status, const char *body)
{
    page_t *page = page_of(url);

    memset(page, 0, sizeof(*page));
    page->url = url;
    page->status = status;
    page->type = JSON_TYPE;
    page->body = json(body, pages_cx);
    return page;
}

static inline const char *copied(const char *text)
{
    return text ? apr_pstrdup(pages_cx->pool, text) : NULL;
}

static inline void page_give(mcp_net_reply_t *reply, page_t *page,
                             const mcp_net_request_t *request, mcp_ctx_t *cx)
{
    page->asked++;
    page->form = copied(request->form);
    page->authorization = copied(request->authorization);
    page->accept = copied(request->accept);
    if (!page->status) {
        reply->outcome = MCP_NET_PASSED;
        reply->why = "it did not answer";
        return;
    }
    mcp_net_fetch_judge(reply, request, page->status, cx->pool);
    reply->body = page->body;
    reply->len = page->body ? strlen(page->body) : 0;
    reply->content_type = page->type;
    if (page->then) {
        page->body = json(page->then, pages_cx);
        page->status = page->then_status ? page->then_status : page->status;
        page->then = NULL;
    }
}

static inline void fetch(mcp_net_reply_t *reply, void *baton,
                         const mcp_net_request_t *request, mcp_ctx_t *cx)
{
    int i;

    (void)baton;
    memset(reply, 0, sizeof(*reply));
    mcp_net_fetch_judge(reply, request, 404, cx->pool);
    reply->body = "";
    for (i = 0; pages[i].url; i++)
        if (!strcmp(pages[i].url, request->url))
            page_give(reply, &pages[i], request, cx);
    if (!request->is_trusted || request->max_bytes > 65536)
        ok(0, "%s is asked for as the administrator's, and bounded",
           request->url);
}

/* -- the provider -- */

typedef struct world_t {
    mcp_idp_facts_t facts;
    mcp_idp_preset_t preset;
    mcp_idp_client_setting_t client;
    mcp_idp_t idp;
    mcp_idp_remote_t remote;
    mcp_jose_jwk_t *key; /* that it signs with: ES256 */
} world_t;

static inline apr_array_header_t *list_of(apr_pool_t *pool, const char *words)
{
    apr_array_header_t *list = apr_array_make(pool, 4, sizeof(const char *));
    char *rest = apr_pstrdup(pool, words), *last = NULL, *one;

    for (one = apr_strtok(rest, " ", &last); one;
         one = apr_strtok(NULL, " ", &last))
        APR_ARRAY_PUSH(list, const char *) = one;
    return list;
}

static inline void endpoint_set(world_t *w, mcp_idp_endpoint_t kind,
                                const char *url)
{
    mcp_idp_endpoint_setting_t *row = apr_array_push(w->idp.endpoints);

    row->kind = (int)kind;
    row->url = url;
}

static inline void client_set(world_t *w, const char *secret, int method,
                              mcp_ctx_t *cx)
{
    mcp_secret_setting_t *setting = apr_pcalloc(cx->pool, sizeof(*setting));

    setting->text = secret;
    setting->source = "a literal";
    w->client.id = CLIENT;
    w->client.secret = secret ? setting : NULL;
    w->client.method = method;
    w->idp.client = &w->client;
}

static inline void publish_keys(const mcp_jose_jwk_t *key, mcp_ctx_t *cx)
{
    put(KEYS, 200,
        apr_pstrcat(cx->pool, "{\"keys\":[",
                    mcp_jose_jwk_text(key, 0, cx->pool), "]}", NULL));
}

#define METADATA_MEMBERS                                                      \
    "'issuer':'" IDP "','authorization_endpoint':'" AUTHORIZE "',"            \
    "'token_endpoint':'" TOKEN "','jwks_uri':'" KEYS "',"                     \
    "'userinfo_endpoint':'" USERINFO "',"                                     \
    "'introspection_endpoint':'" INTROSPECT "',"                              \
    "'revocation_endpoint':'" REVOKE "'"

/* Another network, without what the one before remembers. */
static inline void network_make(world_t *w, mcp_ctx_t *cx)
{
    static const mcp_net_document_limits_t limits = {4, 50, 1000000};
    static const mcp_net_fetcher_t fetcher = {fetch, NULL};
    static const mcp_fetch_setting_t setting = {10, 3, NULL, NULL};
    static mcp_net_crowd_t crowd = {4, 0};

    memset(pages, 0, sizeof(pages));
    pages_cx = cx;
    w->remote.fetch = &setting;
    w->remote.memo = mcp_memo_make(2, cx->pool);
    w->remote.exchanges = mcp_net_exchange_make(&crowd, &fetcher, cx->pool);
    if (mcp_net_document_make(&w->remote.documents, &limits, &fetcher, cx))
        ok(0, "world: the network");
    put(METADATA, 200, "{" METADATA_MEMBERS "}");
    publish_keys(w->key, cx);
}

static const mcp_idp_claim_fact_t world_claims[] = {
    {"subject", "/sub"},         {"user", "/preferred_username"},
    {"email", "/email"},         {"name", "/name"},
    {"picture", "/picture"},     {"roles", "/roles"},
    {"permissions", "/permits"}, {NULL, NULL},
};

static inline void world_make(world_t *w, mcp_ctx_t *cx)
{
    memset(w, 0, sizeof(*w));
    w->facts.claims = world_claims;
    w->facts.email = MCP_IDP_EMAIL_ALWAYS;
    w->preset.name = "test";
    w->preset.facts = &w->facts;
    w->idp.preset = &w->preset;
    w->idp.label = "Test";
    w->idp.issuer = IDP;
    w->idp.scopes = list_of(cx->pool, "openid email");
    w->idp.algorithms = list_of(cx->pool, "ES256 EdDSA");
    w->idp.verify = MCP_IDP_VERIFY_ID_TOKEN;
    w->idp.endpoints =
        apr_array_make(cx->pool, 4, sizeof(mcp_idp_endpoint_setting_t));
    endpoint_set(w, MCP_IDP_ENDPOINT_DISCOVERY, METADATA);
    client_set(w, SECRET, 0, cx);
    w->remote.idp = &w->idp;
    if (mcp_jose_jwk_make(&w->key, cx))
        ok(0, "world: a key");
    network_make(w, cx);
}

/* -- tokens -- */

typedef struct change_t {
    const char *name;
    const char *value; /* JSON with '; "@60" is a time, in seconds from now;
                        * NULL: not there */
} change_t;

#define CHANGES 5 /* those that follow the last one have no name */

static inline const char *value_of(const char *value, mcp_ctx_t *cx)
{
    return *value == '@' ? apr_psprintf(cx->pool, "%" APR_INT64_T_FMT,
                                        mcp_ctx_seconds(cx) + atoi(value + 1))
                         : value;
}

static inline int change_of(const change_t *changes, const char *name)
{
    int i;

    for (i = 0; changes && i < CHANGES && changes[i].name; i++)
        if (!strcmp(changes[i].name, name))
            return 1;
    return 0;
}

static inline const char *claim_add(const char *text, const change_t *claim,
                                    mcp_ctx_t *cx)
{
    if (!claim->value)
        return text;
    return apr_pstrcat(cx->pool, text, *text ? "," : "", "'", claim->name,
                       "':", value_of(claim->value, cx), NULL);
}

/* The claims, which end with NULL, with these changes. */
static inline const char *claims_make(const change_t *claims,
                                      const change_t *changes, mcp_ctx_t *cx)
{
    const char *text = "";
    int i;

    for (; claims->name; claims++)
        if (!change_of(changes, claims->name))
            text = claim_add(text, claims, cx);
    for (i = 0; changes && i < CHANGES && changes[i].name; i++)
        text = claim_add(text, &changes[i], cx);
    return json(apr_pstrcat(cx->pool, "{", text, "}", NULL), cx);
}

static inline const char *sign_as(const char *claims, const char *typ,
                                  const mcp_jose_jwk_t *key, mcp_ctx_t *cx)
{
    const char *text = "";

    if (mcp_jose_jws_sign(&text, claims, typ, key, cx))
        ok(0, "world: signing");
    return text;
}

#endif
