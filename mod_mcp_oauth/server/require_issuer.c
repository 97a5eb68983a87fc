/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/require.h"

#include "oauth/provider.h"
#include "server/request.h"
#include "server/site.h"

static const mcp_error_t *issuer_ask(int *fits, const void *parsed,
                                     request_rec *r)
{
    const mcp_server_request_t *q = mcp_server_request_find(r);
    const mcp_server_section_t *own = mcp_server_site_section(q->section);
    const apr_array_header_t *names = parsed;
    int i;

    for (i = 0; own->resource && i < names->nelts && !*fits; i++)
        *fits = mcp_oauth_provider_is_called(
            own->resource, q->principal->issuer,
            APR_ARRAY_IDX(names, i, const char *));
    return NULL;
}

const mcp_server_require_t mcp_server_require_issuer = {
    mcp_server_require_arguments, issuer_ask};
