/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/service.h"

#include <apr_strings.h>
#include <string.h>

/* The length of url without its query and the slash of an empty path. */
static apr_size_t significant(const char *url)
{
    const char *authority = strstr(url, "://");
    apr_size_t len = strlen(url);
    const char *slash;

    /* RFC 8707 2: a fragment makes it no resource */
    if (!strchr(url, '#'))
        len = strcspn(url, "?");
    slash = authority ? strchr(authority + 3, '/') : NULL;
    return slash && slash + 1 == url + len ? len - 1 : len;
}

/* https://h and https://h/ are the same: URL.href of JavaScript adds the
 * slash. Some clients add a query, which leads to the same location. */
static int is_same(const char *a, const char *b)
{
    apr_size_t len = significant(a);

    return len == significant(b) && !memcmp(a, b, len);
}

const mcp_oauth_resource_t *
mcp_oauth_service_resource(const mcp_oauth_service_t *service, const char *url)
{
    const mcp_oauth_resource_t *resource;
    int i;

    for (i = 0; i < service->resources->nelts; i++) {
        resource =
            APR_ARRAY_IDX(service->resources, i, const mcp_oauth_resource_t *);
        if (is_same(resource->url, url))
            return resource;
    }
    return NULL;
}

int mcp_oauth_service_issues(const mcp_oauth_resource_t *resource)
{
    return resource->settings->auth_mode == MCP_MODE_BROKER;
}

int mcp_oauth_service_relays(const mcp_oauth_resource_t *resource)
{
    return resource->settings->auth_mode == MCP_MODE_RELAY;
}

int mcp_oauth_service_grants(const mcp_oauth_resource_t *resource)
{
    return mcp_oauth_service_issues(resource) ||
           mcp_oauth_service_relays(resource);
}

int mcp_oauth_service_registers(const mcp_oauth_service_t *service)
{
    const mcp_registration_setting_t *set = service->settings->registration;

    return !set || set->mode != MCP_REGISTRATION_CLOSED;
}

const char *mcp_oauth_service_url(const mcp_oauth_service_t *service,
                                  const char *endpoint, apr_pool_t *pool)
{
    return apr_pstrcat(pool, service->origin, service->path, "/", endpoint,
                       NULL);
}

const mcp_error_t *mcp_oauth_service_announce(const mcp_oauth_works_t *works,
                                              mcp_ctx_t *cx)
{
    mcp_store_sequence_bump(works->revocations);
    return mcp_store_announce(works->store, cx);
}

const mcp_error_t *mcp_oauth_service_keyless(mcp_ctx_t *cx)
{
    return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                           "See what was logged when the keys were read.",
                           "this child has no keys");
}
