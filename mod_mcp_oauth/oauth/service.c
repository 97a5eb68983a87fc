/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/service.h"

#include <apr_strings.h>
#include <string.h>

/* The length of url without the slash of an empty path. */
static apr_size_t significant(const char *url)
{
    const char *authority = strstr(url, "://");
    const char *slash = authority ? strchr(authority + 3, '/') : NULL;

    return slash && !slash[1] ? (apr_size_t)(slash - url) : strlen(url);
}

/* https://h and https://h/ are the same: URL.href of JavaScript adds the
 * slash. */
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

const char *mcp_oauth_service_url(const mcp_oauth_service_t *service,
                                  const char *endpoint, apr_pool_t *pool)
{
    return apr_pstrcat(pool, service->origin, service->path, "/", endpoint,
                       NULL);
}
