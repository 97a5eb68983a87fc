/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_OAUTH_WORLD_H
#define MCP_T_UNIT_OAUTH_WORLD_H

#include "base/encode.h"
#include "base/form.h"
#include "base/json.h"
#include "oauth/endpoint.h"
#include "store/sqlite.h"
#include "tempdir.h"

/* An authorization server without httpd: a real keyring and a real store in a
 * folder of its own, two protected locations, and one user, ada. */

#define ISSUER "https://mcp.example.com"
#define TASKS ISSUER "/tasks"
#define WIKI ISSUER "/wiki"
#define CALLBACK "http://127.0.0.1:33418/cb"
#define STATE "xyz/+=~"
#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
#define FORM "application/x-www-form-urlencoded"

typedef struct world_t {
    mcp_oauth_service_t service;
    mcp_oauth_works_t works;
    mcp_oauth_resource_t tasks, wiki;
    mcp_settings_t tasks_settings, wiki_settings;
    mcp_server_settings_t settings;
    mcp_lifetime_t lifetime;
    mcp_limit_t limit;
    mcp_idp_t idp;
    const char *directory;
    const char *cookie; /* as a browser keeps it */
    const char *address;
    int passwords; /* asked for */
} world_t;

/* -- small things -- */

static inline apr_array_header_t *list_of(apr_pool_t *pool, const char *first,
                                          ...)
{
    apr_array_header_t *list = apr_array_make(pool, 4, sizeof(char *));
    va_list args;

    va_start(args, first);
    for (; first; first = va_arg(args, const char *))
        APR_ARRAY_PUSH(list, const char *) = first;
    va_end(args);
    return list;
}

static inline void scope_push(apr_array_header_t *list, const char *name,
                              const char *text, int is_default,
                              apr_array_header_t *includes)
{
    mcp_scope_setting_t *s = apr_array_push(list);

    s->name = name;
    s->text = text;
    s->is_default = is_default;
    s->includes = includes;
}

static inline const mcp_json_t *json_of(const char *text, mcp_ctx_t *cx)
{
    const mcp_json_t *json = NULL;

    if (!text || mcp_json_read(&json, text, strlen(text), cx))
        return NULL;
    return json;
}

/* a string member of JSON text, NULL when it is not there */
static inline const char *text_in(const char *text, const char *name,
                                  mcp_ctx_t *cx)
{
    return mcp_json_string(mcp_json_get(json_of(text, cx), name));
}

static inline apr_int64_t number_in(const char *text, const char *name,
                                    mcp_ctx_t *cx)
{
    apr_int64_t value = -1;

    mcp_json_integer(&value, mcp_json_get(json_of(text, cx), name));
    return value;
}

static inline int has_text(const char *text, const char *part)
{
    return text && strstr(text, part) != NULL;
}

static inline void pass_seconds(apr_int64_t seconds)
{
    tap_now += apr_time_from_sec(seconds);
}

/* -- making it -- */

static inline const mcp_error_t *password_check(const char **user, void *baton,
                                                const mcp_idp_t *idp,
                                                const char *name,
                                                const char *password)
{
    world_t *w = baton;

    (void)idp;
    w->passwords++;
    *user = !strcasecmp(name, "ada") && !strcmp(password, "lovelace") ? "ada"
                                                                      : NULL;
    return NULL;
}

static inline void lifetime_set(mcp_lifetime_t *lifetime)
{
    lifetime->access_token = 3600;
    lifetime->refresh_token = 30 * 86400;
    lifetime->grant = 90 * 86400;
    lifetime->refresh_grace = 120;
    lifetime->code = 60;
    lifetime->sign_in = 900;
    lifetime->registration = MCP_UNLIMITED;
    lifetime->session = 3600;
}

static inline void settings_make(world_t *w, apr_pool_t *pool)
{
    apr_array_header_t *scopes =
        apr_array_make(pool, 2, sizeof(mcp_scope_setting_t));
    apr_array_header_t *idps = apr_array_make(pool, 1, sizeof(mcp_idp_t *));

    lifetime_set(&w->lifetime);
    w->limit.sign_in_failures.count = 3;
    w->limit.sign_in_failures.window = 60;
    w->settings.limit = &w->limit;
    w->settings.redirect_schemes = list_of(pool, "cursor", "vscode", NULL);
    scope_push(scopes, "tasks:read", "See your tasks", 1, NULL);
    scope_push(scopes, "tasks:write", "Change your <b>tasks</b>", 0,
               list_of(pool, "tasks:read", NULL));
    w->idp.preset = mcp_idp_preset_find("httpd");
    w->idp.arguments = list_of(pool, "file", NULL);
    w->idp.preset->check(&w->idp, pool);
    APR_ARRAY_PUSH(idps, const mcp_idp_t *) = &w->idp;
    w->tasks_settings.lifetime = w->wiki_settings.lifetime = &w->lifetime;
    w->tasks_settings.idps = w->wiki_settings.idps = idps;
    w->tasks_settings.scopes = scopes;
    w->tasks_settings.title = "Tasks";
    w->tasks_settings.documentation = "https://docs.example.com/";
}

static inline void resource_make(mcp_oauth_resource_t *r, const world_t *w,
                                 const char *url, const mcp_settings_t *s)
{
    r->url = url;
    r->path = url + strlen(ISSUER);
    r->metadata_url = "https://mcp.example.com/.well-known/"
                      "oauth-protected-resource/tasks";
    r->settings = s;
    r->service = &w->service;
}

static inline void works_make(world_t *w, mcp_ctx_t *cx)
{
    mcp_store_sqlite_config_t config;
    mcp_live_limits_t limits = {64, 64};

    memset(&config, 0, sizeof(config));
    config.directory = w->directory;
    config.connections = 4;
    fine(mcp_jose_keyring_open(
             &w->works.keys, w->directory,
             list_of(cx->pool, ISSUER, "https://other.example.com", NULL), cx),
         "world: keys");
    fine(mcp_store_sqlite_prepare(&config, cx), "world: the state file");
    fine(mcp_store_sqlite_open(&w->works.store, &config, cx), "world: store");
    fine(mcp_store_sequence_open(&w->works.revocations, w->directory, cx),
         "world: revocations");
    fine(mcp_live_shared_make(&w->works.shared, &limits, cx->pool, cx),
         "world: shared memory");
    w->works.verified = mcp_live_seen_make(256, cx->pool);
}

static inline apr_status_t world_end(void *data)
{
    tempdir_end(((world_t *)data)->directory);
    return APR_SUCCESS;
}

static inline world_t *world_make(mcp_ctx_t *cx)
{
    world_t *w = apr_pcalloc(cx->pool, sizeof(*w));

    w->directory = tempdir(cx->pool);
    apr_pool_cleanup_register(cx->pool, w, world_end, apr_pool_cleanup_null);
    settings_make(w, cx->pool);
    resource_make(&w->tasks, w, TASKS, &w->tasks_settings);
    resource_make(&w->wiki, w, WIKI, &w->wiki_settings);
    w->tasks.scopes =
        list_of(cx->pool, "tasks:read", "tasks:write", "tasks:admin", NULL);
    w->service.issuer = w->service.origin = ISSUER;
    w->service.path = "/oauth";
    w->service.resources = apr_array_make(cx->pool, 2, sizeof(void *));
    APR_ARRAY_PUSH((apr_array_header_t *)w->service.resources,
                   const mcp_oauth_resource_t *) = &w->tasks;
    APR_ARRAY_PUSH((apr_array_header_t *)w->service.resources,
                   const mcp_oauth_resource_t *) = &w->wiki;
    w->service.root = &w->tasks;
    w->service.settings = &w->settings;
    w->service.works = &w->works;
    w->address = "192.0.2.1";
    works_make(w, cx);
    return w;
}

/* -- HTTP, so to speak -- */

static inline mcp_oauth_exchange_t *exchange(world_t *w, const char *method,
                                             mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x = apr_pcalloc(cx->pool, sizeof(*x));
    mcp_idp_password_t *password = apr_palloc(cx->pool, sizeof(*password));

    password->check = password_check;
    password->baton = w;
    x->service = &w->service;
    x->method = method;
    x->suffix = "";
    x->password = password;
    x->status = 200;
    x->headers = apr_table_make(cx->pool, 8);
    x->address = w->address;
    x->cookie = w->cookie;
    return x;
}

static inline mcp_oauth_exchange_t *posting(world_t *w, const char *type,
                                            const char *body, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x = exchange(w, "POST", cx);

    x->content_type = type;
    x->body = body;
    x->body_len = strlen(body);
    return x;
}

static inline const char *header(const mcp_oauth_exchange_t *x,
                                 const char *name)
{
    return apr_table_get(x->headers, name);
}

/* a parameter of where the browser is sent, decoded */
static inline const char *sent(const char *location, const char *name,
                               mcp_ctx_t *cx)
{
    const char *query = location ? strchr(location, '?') : NULL;
    apr_table_t *form;

    if (!query || mcp_form_read(&form, query + 1, strlen(query + 1), cx))
        return NULL;
    return apr_table_get(form, name);
}

/* "a=b&c=d" of pairs; a NULL value is left out; a NULL name ends */
static inline const char *form_of(apr_pool_t *pool, ...)
{
    const char *text = "", *name, *value;
    va_list args;

    va_start(args, pool);
    while ((name = va_arg(args, const char *)) != NULL) {
        value = va_arg(args, const char *);
        if (value)
            text = apr_pstrcat(pool, text, *text ? "&" : "", name, "=",
                               mcp_encode_percent(value, pool), NULL);
    }
    va_end(args);
    return text;
}

/* -- the steps of the journey -- */

/* the 201's body, NULL when it is refused */
static inline const char *client_register(world_t *w, const char *metadata,
                                          mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x = posting(w, "application/json", metadata, cx);

    return mcp_oauth_register_handle(x, cx) ? NULL : x->json;
}

static inline const char *public_client(world_t *w, mcp_ctx_t *cx)
{
    return text_in(
        client_register(w,
                        "{\"redirect_uris\":[\"" CALLBACK "\","
                        "\"https://claude.ai/api/mcp/auth_callback\","
                        "\"cursor://anysphere.cursor-mcp/oauth/callback\"],"
                        "\"client_name\":\"Test <client>\","
                        "\"token_endpoint_auth_method\":\"none\","
                        "\"grant_types\":[\"authorization_code\","
                        "\"refresh_token\"]}",
                        cx),
        "client_id", cx);
}

static inline const char *authorize_query(const char *client, const char *uri,
                                          const char *resource,
                                          const char *scope, mcp_ctx_t *cx)
{
    return form_of(cx->pool, "response_type", "code", "client_id", client,
                   "redirect_uri", uri, "state", STATE, "code_challenge",
                   CHALLENGE, "code_challenge_method", "S256", "resource",
                   resource, "scope", scope, NULL);
}

/* the hidden field of our sign-in page */
static inline const char *transaction_of(world_t *w, const char *query,
                                         mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x = exchange(w, "GET", cx);

    x->query = query;
    if (mcp_oauth_authorize_handle(x, cx) || !x->page)
        return NULL;
    return text_in(x->page_values, "transaction", cx);
}

static inline void cookie_keep(world_t *w, const mcp_oauth_exchange_t *x,
                               mcp_ctx_t *cx)
{
    const char *set = header(x, "Set-Cookie");

    if (set)
        w->cookie = apr_pstrmemdup(cx->pool, set, strcspn(set, ";"));
}

/* the answer to the sign-in page */
static inline mcp_oauth_exchange_t *signing_in(world_t *w, const char *query,
                                               const char *user,
                                               const char *password,
                                               mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x =
        posting(w, FORM,
                form_of(cx->pool, "transaction", transaction_of(w, query, cx),
                        "username", user, "password", password, NULL),
                cx);
    const mcp_error_t *e = mcp_oauth_authorize_handle(x, cx);

    if (e) {
        x->status = mcp_error_http(e);
        x->page = NULL;
    }
    cookie_keep(w, x, cx);
    return x;
}

/* the hidden field of the consent page */
static inline const char *flow_of(world_t *w, const char *query, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x = signing_in(w, query, "ada", "lovelace", cx);

    return x->page ? text_in(x->page_values, "flow", cx) : NULL;
}

static inline mcp_oauth_exchange_t *
deciding(world_t *w, const char *flow, const char *decision, mcp_ctx_t *cx)
{
    return posting(w, FORM,
                   form_of(cx->pool, "flow", flow, "decision", decision, NULL),
                   cx);
}

/* all of it: a code */
static inline const char *code_for(world_t *w, const char *query,
                                   mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x =
        deciding(w, flow_of(w, query, cx), "approve", cx);

    if (mcp_oauth_authorize_handle(x, cx))
        return NULL;
    return sent(header(x, "Location"), "code", cx);
}

/* the body of the token endpoint's answer, or "error STATUS NAME" */
static inline const char *token_post(world_t *w, const char *authorization,
                                     const char *body, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x = posting(w, FORM, body, cx);
    const mcp_error_t *e;

    x->authorization = authorization;
    e = mcp_oauth_token_handle(x, cx);
    if (e)
        return apr_psprintf(cx->pool, "error %d %s", mcp_error_http(e),
                            mcp_error_oauth(e));
    return x->json;
}

static inline const char *redeem(world_t *w, const char *client,
                                 const char *code, mcp_ctx_t *cx)
{
    return token_post(w, NULL,
                      form_of(cx->pool, "grant_type", "authorization_code",
                              "client_id", client, "code", code,
                              "redirect_uri", CALLBACK, "code_verifier",
                              VERIFIER, NULL),
                      cx);
}

static inline const char *refresh(world_t *w, const char *client,
                                  const char *token, const char *scope,
                                  mcp_ctx_t *cx)
{
    return token_post(w, NULL,
                      form_of(cx->pool, "grant_type", "refresh_token",
                              "client_id", client, "refresh_token", token,
                              "scope", scope, NULL),
                      cx);
}

/* tokens of ada for the tasks, as the token endpoint answers */
static inline const char *tokens_for(world_t *w, const char *client,
                                     mcp_ctx_t *cx)
{
    return redeem(
        w, client,
        code_for(w,
                 authorize_query(client, CALLBACK, TASKS, "tasks:write", cx),
                 cx),
        cx);
}

#endif
