/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/known.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <apr_strings.h>

#include "base/file.h"
#include "base/scope.h"
#include "base/writer.h"

static const struct {
    const char *key;
    apr_size_t offset;
} lifetimes[] = {
#define MCP_LIFETIME(key, member, fallback, limits, help)                     \
    {key, offsetof(mcp_lifetime_t, member)},
#include "config/directives.def"
};

#define LIFETIMES (sizeof(lifetimes) / sizeof(*lifetimes))

apr_int64_t *mcp_oauth_known_lifetime(const char **key,
                                      const mcp_lifetime_t *lifetime,
                                      apr_size_t i)
{
    if (i >= LIFETIMES)
        return NULL;
    *key = lifetimes[i].key;
    return (apr_int64_t *)((char *)lifetime + lifetimes[i].offset);
}

static void resource_write(mcp_writer_t *w,
                           const mcp_oauth_resource_t *resource,
                           apr_pool_t *pool)
{
    const apr_int64_t *at;
    const char *key;
    apr_size_t i;

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "resource", resource->url);
    if (mcp_oauth_service_relays(resource))
        mcp_writer_member_boolean(w, "relayed", 1);
    mcp_writer_member(w, "required", mcp_scope_text(resource->required, pool));
    mcp_writer_name(w, "lifetime");
    mcp_writer_open(w, '{');
    for (i = 0; (at = mcp_oauth_known_lifetime(
                     &key, resource->settings->lifetime, i)) != NULL;
         i++)
        mcp_writer_member_integer(w, key, *at);
    mcp_writer_close(w);
    mcp_writer_close(w);
}

static void client_write(mcp_writer_t *w, const mcp_client_setting_t *client)
{
    mcp_writer_open(w, '{');
    mcp_writer_member(w, "id", client->id);
    mcp_writer_member(w, "name", client->label);
    mcp_writer_close(w);
}

/* A file; of a pipe, that it is one. */
static const char *audit_log_shown(const char *name)
{
    if (!name || !strcmp(name, "none"))
        return NULL;
    return *name == '|' ? "|" : name;
}

static void service_write(mcp_writer_t *w, const mcp_oauth_service_t *service,
                          apr_pool_t *pool)
{
    const apr_array_header_t *clients = service->settings->clients;
    int i;

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "issuer", service->issuer);
    mcp_writer_member(w, "audit_log",
                      audit_log_shown(service->settings->audit_log));
    mcp_writer_name(w, "clients");
    mcp_writer_open(w, '[');
    for (i = 0; clients && i < clients->nelts; i++)
        client_write(w,
                     APR_ARRAY_IDX(clients, i, const mcp_client_setting_t *));
    mcp_writer_close(w);
    mcp_writer_name(w, "resources");
    mcp_writer_open(w, '[');
    for (i = 0; i < service->resources->nelts; i++)
        resource_write(
            w,
            APR_ARRAY_IDX(service->resources, i, const mcp_oauth_resource_t *),
            pool);
    mcp_writer_close(w);
    mcp_writer_close(w);
}

static void store_write(mcp_writer_t *w, const mcp_oauth_known_t *known)
{
    const mcp_store_setting_t *store = known->store;

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "name", store->name);
    if (store->url) {
        mcp_writer_member(w, "url", store->url);
        mcp_writer_member(w, "host", store->host);
        mcp_writer_member_integer(w, "port", store->port);
        mcp_writer_member(w, "path", store->path);
        mcp_writer_member_integer(w, "db", store->db);
        mcp_writer_member_boolean(w, "tls", store->tls);
        mcp_writer_member(w, "user", store->user);
        mcp_writer_member_integer(w, "timeout", store->timeout);
        mcp_writer_member(w, "ca_file", known->ca_file);
    }
    if (store->password)
        mcp_writer_member(w, "password", store->password->source);
    mcp_writer_close(w);
}

static const char *text_of(const mcp_oauth_known_t *known, apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);
    int i;

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "format", MCP_KNOWN_FORMAT);
    mcp_writer_member_integer(w, "version", MCP_KNOWN_VERSION);
    mcp_writer_member_integer(w, "written", known->written);
    mcp_writer_name(w, "store");
    store_write(w, known);
    mcp_writer_member(w, "sealing_key", known->sealing_key);
    mcp_writer_member(w, "sealing_key_before", known->sealing_key_before);
    mcp_writer_name(w, "issuers");
    mcp_writer_open(w, '[');
    for (i = 0; i < known->services->nelts; i++)
        service_write(
            w, APR_ARRAY_IDX(known->services, i, const mcp_oauth_service_t *),
            pool);
    mcp_writer_close(w);
    mcp_writer_close(w);
    return mcp_writer_text(w, NULL);
}

const mcp_error_t *mcp_oauth_known_write(const mcp_oauth_known_t *known,
                                         const char *directory, mcp_ctx_t *cx)
{
    int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int good = folder >= 0 &&
               mcp_file_write(folder, MCP_KNOWN_FILE, text_of(known, cx->pool),
                              MCP_KNOWN_MODE, 0);
    int error = errno;

    if (folder >= 0)
        close(folder);
    return good ? NULL
                : mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                                  "Check that its file system has space.",
                                  "%s/" MCP_KNOWN_FILE ": %s", directory,
                                  strerror(error));
}
