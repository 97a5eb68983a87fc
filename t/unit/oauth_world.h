/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_OAUTH_WORLD_H
#define MCP_T_UNIT_OAUTH_WORLD_H

#include "base/encode.h"
#include "base/form.h"
#include "base/json.h"
#include "oauth/endpoint.h"
#include "oauth/verify.h"
#include "store/sqlite.h"
#include "keys.h"
#include "tempdir.h"

/* An authorization server without httpd: a real keyring and a real store in a
 * folder of its own, two protected locations, and two users, ada and bob. */

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
    *user = NULL;
    if (!strcasecmp(name, "ada") && !strcmp(password, "lovelace"))
        *user = "ada";
    if (!strcmp(name, "bob") && !strcmp(password, "boole"))
        *user = "bob";
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
    lifetime->consent = 90 * 86400;
    lifetime->browser_session = 8 * 3600;
    lifetime->registration = MCP_UNLIMITED;
    lifetime->assertion = 300;
    lifetime->identity = 60;
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
    w->limit.registrations.count = 600;
    w->limit.registrations.window = 3600;
    w->settings.limit = &w->limit;
    w->settings.redirect_schemes = list_of(pool, "cursor", "vscode", NULL);
    scope_push(scopes, "tasks:read", "See your tasks", 1, NULL);
    scope_push(scopes, "tasks:write", "Change your <b>tasks</b>", 0,
               list_of(pool, "tasks:read", NULL));
    w->idp.preset = mcp_idp_preset_find("httpd");
    w->idp.arguments = list_of(pool, "file", NULL);
    w->idp.preset->check(&w->idp, pool);
    APR_ARRAY_PUSH(idps, const mcp_idp_t *) = &w->idp;
    w->tasks_settings.auth_mode = MCP_MODE_BROKER;
    w->wiki_settings.auth_mode = MCP_MODE_BROKER;
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

/* A request with this Authorization header, and nothing else to show. */
static inline const mcp_error_t *
verify_header(const mcp_principal_t **who, const char *authorization,
              const mcp_oauth_resource_t *resource, mcp_ctx_t *cx)
{
    const mcp_oauth_presented_t presented = {.authorization = authorization};

    return mcp_oauth_verify_bearer(who, &presented, resource, cx);
}

static inline mcp_store_t *store_make(const char *directory, mcp_ctx_t *cx)
{
    mcp_store_sqlite_config_t config;
    mcp_store_t *store = NULL;

    memset(&config, 0, sizeof(config));
    config.directory = directory;
    config.connections = 4;
    fine(mcp_store_sqlite_prepare(&config, cx), "world: the state file");
    fine(mcp_store_sqlite_open(&store, &config, cx), "world: store");
    return store;
}

/* those that have keys */
static inline const apr_array_header_t *issuers_make(apr_pool_t *pool)
{
    return list_of(pool, ISSUER, "https://other.example.com", NULL);
}

static inline void works_make(world_t *w, mcp_ctx_t *cx)
{
    mcp_live_limits_t limits = {64, 64, 1000};

    fine(mcp_store_sequence_open(&w->works.revocations, w->directory, cx),
         "world: revocations");
    fine(mcp_live_shared_make(&w->works.shared, &limits, cx->pool, cx),
         "world: shared memory");
    w->works.verified = mcp_live_seen_make(256, cx->pool);
    w->works.refused = mcp_live_seen_make(256, cx->pool);
    w->works.asking = mcp_live_flight_make(cx->pool);
}

/* One whose keys may be anywhere. */
static inline world_t *world_with(const char *directory,
                                  mcp_jose_keyring_t *keys, mcp_store_t *store,
                                  mcp_ctx_t *cx)
{
    world_t *w = apr_pcalloc(cx->pool, sizeof(*w));

    w->directory = directory;
    w->works.keys = keys;
    w->works.store = store;
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

/* One of those that share a state folder. */
static inline world_t *world_in(const char *directory, mcp_store_t *store,
                                mcp_ctx_t *cx)
{
    mcp_jose_keyring_t *keys;

    fine(keys_open(&keys, directory, issuers_make(cx->pool), cx),
         "world: keys");
    return world_with(directory, keys, store, cx);
}

static inline apr_status_t directory_end(void *directory)
{
    tempdir_end(directory);
    return APR_SUCCESS;
}

/* one of its own, which goes with the pool */
static inline const char *directory_make(apr_pool_t *pool)
{
    const char *directory = tempdir(pool);

    apr_pool_cleanup_register(pool, directory, directory_end,
                              apr_pool_cleanup_null);
    return directory;
}

static inline world_t *world_make(mcp_ctx_t *cx)
{
    const char *directory = directory_make(cx->pool);

    return world_in(directory, store_make(directory, cx), cx);
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

#endif
