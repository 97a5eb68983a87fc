/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/challenge.h"

#include <apr_strings.h>

#include "base/encode.h"
#include "base/scope.h"
#include "oauth/dpop.h"
const char *mcp_oauth_challenge_text(const mcp_oauth_resource_t *resource,
                                     const mcp_error_t *error,
                                     const apr_array_header_t *scopes,
                                     int is_dpop, apr_pool_t *pool)
{
    const char *text = "Bearer ";

    if (is_dpop || mcp_oauth_dpop_is_required(resource))
        text = apr_pstrcat(pool, "DPoP algs=\"",
                           mcp_oauth_dpop_algorithms(pool), "\", ", NULL);
    /* RFC 6750 3: no error where there was no token */
    if (error)
        text = apr_pstrcat(pool, text, "error=\"", mcp_error_oauth(error),
                           "\", error_description=\"",
                           mcp_encode_quoted(mcp_error_text(error), pool),
                           "\", ", NULL);
    if (scopes && scopes->nelts)
        text =
            apr_pstrcat(pool, text, "scope=\"",
                        mcp_encode_quoted(mcp_scope_text(scopes, pool), pool),
                        "\", ", NULL);
    return apr_pstrcat(pool, text, "resource_metadata=\"",
                       mcp_encode_quoted(resource->metadata_url, pool), "\"",
                       NULL);
}
