/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <apr_strings.h>

#include "base/file.h"
#include "base/scope.h"
#include "oauth/known.h"

#define MOST_BYTES (16 * 1024 * 1024)

/* A key that a server of before does not know is unlimited: then nothing ends
 * too early. */
static const mcp_lifetime_t *lifetime_read(const mcp_json_t *json,
                                           apr_pool_t *pool)
{
    mcp_lifetime_t *lifetime = apr_palloc(pool, sizeof(*lifetime));
    const char *key;
    apr_int64_t *at;
    apr_size_t i;

    for (i = 0; (at = mcp_oauth_known_lifetime(&key, lifetime, i)) != NULL;
         i++)
        if (!mcp_json_integer(at, mcp_json_get(json, key)))
            *at = MCP_UNLIMITED;
    return lifetime;
}

static int resource_read(mcp_oauth_service_t *service, const mcp_json_t *json,
                         mcp_ctx_t *cx)
{
    mcp_oauth_resource_t *resource = apr_pcalloc(cx->pool, sizeof(*resource));
    mcp_settings_t *settings = apr_pcalloc(cx->pool, sizeof(*settings));
    apr_array_header_t *required;

    resource->url = mcp_json_string(mcp_json_get(json, "resource"));
    if (!resource->url ||
        mcp_scope_read(&required,
                       mcp_json_string(mcp_json_get(json, "required")), cx))
        return 0;
    settings->auth_mode = mcp_json_is_true(mcp_json_get(json, "relayed"))
                              ? MCP_MODE_RELAY
                              : MCP_MODE_BROKER;
    settings->lifetime =
        lifetime_read(mcp_json_get(json, "lifetime"), cx->pool);
    resource->settings = settings;
    resource->required = resource->scopes = required;
    resource->service = service;
    APR_ARRAY_PUSH((apr_array_header_t *)service->resources,
                   const mcp_oauth_resource_t *) = resource;
    return 1;
}

static int client_read(apr_array_header_t *clients, const mcp_json_t *json)
{
    mcp_client_setting_t *client = apr_pcalloc(clients->pool, sizeof(*client));

    client->id = mcp_json_string(mcp_json_get(json, "id"));
    client->label = mcp_json_string(mcp_json_get(json, "name"));
    APR_ARRAY_PUSH(clients, const mcp_client_setting_t *) = client;
    return client->id != NULL;
}

static int service_read(apr_array_header_t *services, const mcp_json_t *json,
                        const mcp_oauth_works_t *works, mcp_ctx_t *cx)
{
    mcp_oauth_service_t *service = apr_pcalloc(cx->pool, sizeof(*service));
    mcp_server_settings_t *settings = apr_pcalloc(cx->pool, sizeof(*settings));
    const mcp_json_t *clients = mcp_json_get(json, "clients");
    const mcp_json_t *resources = mcp_json_get(json, "resources");
    apr_size_t i;

    service->issuer = service->origin =
        mcp_json_string(mcp_json_get(json, "issuer"));
    service->path = "";
    settings->audit_log = mcp_json_string(mcp_json_get(json, "audit_log"));
    service->works = works;
    service->settings = settings;
    service->resources =
        apr_array_make(cx->pool, 4, sizeof(const mcp_oauth_resource_t *));
    settings->clients =
        apr_array_make(cx->pool, 4, sizeof(const mcp_client_setting_t *));
    for (i = 0; i < mcp_json_size(clients); i++)
        if (!client_read(settings->clients, mcp_json_at(clients, i)))
            return 0;
    for (i = 0; i < mcp_json_size(resources); i++)
        if (!resource_read(service, mcp_json_at(resources, i), cx))
            return 0;
    APR_ARRAY_PUSH(services, const mcp_oauth_service_t *) = service;
    return service->issuer != NULL;
}

static const char *string_in(const mcp_json_t *json, const char *pointer)
{
    return mcp_json_string(mcp_json_pointer(json, pointer));
}

static int integer_in(const mcp_json_t *json, const char *name)
{
    apr_int64_t value = 0;

    mcp_json_integer(&value, mcp_json_get(json, name));
    return value < 0 || value > APR_INT32_MAX ? 0 : (int)value;
}

/* NULL when it has no name. */
static const mcp_store_setting_t *store_read(const mcp_json_t *json,
                                             apr_pool_t *pool)
{
    mcp_store_setting_t *store = apr_pcalloc(pool, sizeof(*store));
    mcp_secret_setting_t *password = apr_pcalloc(pool, sizeof(*password));

    store->name = string_in(json, "/name");
    store->url = string_in(json, "/url");
    store->host = string_in(json, "/host");
    store->port = integer_in(json, "port");
    store->path = string_in(json, "/path");
    store->db = integer_in(json, "db");
    store->tls = mcp_json_is_true(mcp_json_get(json, "tls"));
    store->user = string_in(json, "/user");
    store->timeout = integer_in(json, "timeout");
    password->source = string_in(json, "/password");
    if (password->source)
        store->password = password;
    return store->name ? store : NULL;
}

static int members_read(mcp_oauth_known_t *known, const mcp_json_t *json,
                        const mcp_oauth_works_t *works, mcp_ctx_t *cx)
{
    const mcp_json_t *issuers = mcp_json_get(json, "issuers");
    apr_array_header_t *services =
        apr_array_make(cx->pool, 2, sizeof(const mcp_oauth_service_t *));
    apr_size_t i;

    known->store = store_read(mcp_json_get(json, "store"), cx->pool);
    known->ca_file = string_in(json, "/store/ca_file");
    known->sealing_key = string_in(json, "/sealing_key");
    known->sealing_key_before = string_in(json, "/sealing_key_before");
    known->services = services;
    for (i = 0; i < mcp_json_size(issuers); i++)
        if (!service_read(services, mcp_json_at(issuers, i), works, cx))
            return 0;
    return known->store && mcp_json_type(issuers) == MCP_JSON_ARRAY &&
           mcp_json_integer(&known->written, mcp_json_get(json, "written"));
}

/* What is wrong with text, or NULL. */
static const char *text_read(mcp_oauth_known_t *known, const char *text,
                             const mcp_oauth_works_t *works, mcp_ctx_t *cx)
{
    const mcp_json_t *json;
    const char *format;
    apr_int64_t version;

    if (mcp_json_read(&json, text, strlen(text), cx))
        return "it is truncated or not JSON";
    format = mcp_json_string(mcp_json_get(json, "format"));
    if (!format || strcmp(format, MCP_KNOWN_FORMAT) != 0 ||
        !mcp_json_integer(&version, mcp_json_get(json, "version")))
        return "it is not what this module writes";
    if (version != MCP_KNOWN_VERSION)
        return "it was written by another version of this module";
    return members_read(known, json, works, cx) ? NULL
                                                : "it is not well-formed";
}

static const char *file_text(mcp_oauth_known_t *known, int descriptor,
                             apr_pool_t *pool)
{
    struct stat status;

    if (fstat(descriptor, &status) != 0)
        return NULL;
    errno = EINVAL;
    if (!S_ISREG(status.st_mode) || status.st_size > MOST_BYTES)
        return NULL;
    known->is_of_root = status.st_uid == 0;
    return mcp_file_read(descriptor, (apr_size_t)status.st_size, pool);
}

const mcp_error_t *mcp_oauth_known_read(const mcp_oauth_known_t **out,
                                        const char *directory,
                                        const mcp_oauth_works_t *works,
                                        mcp_ctx_t *cx)
{
    const char *path =
        apr_pstrcat(cx->pool, directory, "/" MCP_KNOWN_FILE, NULL);
    mcp_oauth_known_t *known = apr_pcalloc(cx->pool, sizeof(*known));
    const char *text = NULL, *wrong;
    int descriptor =
        open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    *out = NULL;
    if (descriptor < 0 && errno == ENOENT)
        return NULL;
    if (descriptor >= 0) {
        text = file_text(known, descriptor, cx->pool);
        close(descriptor);
    }
    wrong = text ? text_read(known, text, works, cx) : strerror(errno);
    if (wrong)
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                               "Restart httpd, which writes it anew.",
                               "%s: %s", path, wrong);
    *out = known;
    return NULL;
}

const mcp_oauth_resource_t *
mcp_oauth_known_resource(const mcp_oauth_known_t *known, const char *url)
{
    const mcp_oauth_resource_t *found = NULL;
    int i;

    for (i = 0; !found && i < known->services->nelts; i++)
        found = mcp_oauth_service_resource(
            APR_ARRAY_IDX(known->services, i, const mcp_oauth_service_t *),
            url);
    return found;
}
