/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/target.h"

#include <string.h>

const mcp_error_t *mcp_oauth_target_read(const mcp_oauth_resource_t **resource,
                                         const apr_table_t *form,
                                         const mcp_oauth_service_t *service,
                                         mcp_ctx_t *cx)
{
    const apr_array_header_t *fields = apr_table_elts(form);
    const mcp_oauth_resource_t *one;
    int i;

    *resource = NULL;
    for (i = 0; i < fields->nelts; i++) {
        apr_table_entry_t field = APR_ARRAY_IDX(fields, i, apr_table_entry_t);

        if (strcmp(field.key, "resource") != 0 || !*field.val)
            continue;
        one = mcp_oauth_service_resource(service, field.val);
        if (!one)
            return mcp_error_make(MCP_E_INVALID_TARGET, cx,
                                  "the resource asked for is not protected "
                                  "here");
        if (*resource && *resource != one)
            return mcp_error_tell(MCP_E_INVALID_TARGET, cx,
                                  "A token is for one resource only.");
        *resource = one;
    }
    return NULL;
}

const mcp_oauth_resource_t *
mcp_oauth_target_default(const mcp_oauth_service_t *service)
{
    if (service->root)
        return service->root;
    if (service->resources->nelts != 1)
        return NULL;
    return APR_ARRAY_IDX(service->resources, 0, const mcp_oauth_resource_t *);
}
