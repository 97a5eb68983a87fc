/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <string.h>

#include "base/writer.h"
#include "oauth/dpop.h"
#include "oauth/endpoint.h"

/* What the path form of a well-known appends for this resource. */
static int has_path(const mcp_oauth_resource_t *resource, const char *suffix)
{
    const char *path = resource->path ? resource->path : "";

    return !strcmp(path, suffix);
}

static const mcp_oauth_resource_t *find(const mcp_oauth_exchange_t *x)
{
    const mcp_oauth_resource_t *resource;
    int i;

    if (!*x->suffix || !strcmp(x->suffix, "/"))
        return x->service->root;
    for (i = 0; i < x->service->resources->nelts; i++) {
        resource = APR_ARRAY_IDX(x->service->resources, i,
                                 const mcp_oauth_resource_t *);
        if (has_path(resource, x->suffix))
            return resource;
    }
    return NULL;
}

/* offline_access is the client's business with the authorization server, not
 * a scope of the resource. */
static void write_scopes(mcp_writer_t *w, const apr_array_header_t *scopes)
{
    int i, open = 0;

    for (i = 0; scopes && i < scopes->nelts; i++) {
        const char *scope = APR_ARRAY_IDX(scopes, i, const char *);

        if (!strcmp(scope, "offline_access"))
            continue;
        if (!open) {
            mcp_writer_name(w, "scopes_supported");
            mcp_writer_open(w, '[');
            open = 1;
        }
        mcp_writer_string(w, scope);
    }
    if (open)
        mcp_writer_close(w);
}

static void write_list(mcp_writer_t *w, const char *name, const char *value)
{
    mcp_writer_name(w, name);
    mcp_writer_open(w, '[');
    mcp_writer_string(w, value);
    mcp_writer_close(w);
}

static void write_names(mcp_writer_t *w, const apr_array_header_t *names)
{
    int i;

    for (i = 0; i < names->nelts; i++)
        mcp_writer_string(w, APR_ARRAY_IDX(names, i, const char *));
}

/* Who issues its access tokens: this server, or identity providers. */
static void write_issuers(mcp_writer_t *w,
                          const mcp_oauth_resource_t *resource)
{
    const apr_array_header_t *idps = resource->settings->idps;
    int i;

    if (mcp_oauth_service_grants(resource)) {
        write_list(w, "authorization_servers", resource->service->issuer);
        return;
    }
    mcp_writer_name(w, "authorization_servers");
    mcp_writer_open(w, '[');
    for (i = 0; i < idps->nelts; i++) {
        const mcp_idp_t *idp = APR_ARRAY_IDX(idps, i, const mcp_idp_t *);

        if (idp->issuers)
            write_names(w, idp->issuers);
        else
            mcp_writer_string(w, idp->issuer);
    }
    mcp_writer_close(w);
}

/* RFC 9728 */
const mcp_error_t *mcp_oauth_resource_metadata_handle(mcp_oauth_exchange_t *x,
                                                      mcp_ctx_t *cx)
{
    const mcp_oauth_resource_t *resource = find(x);
    mcp_writer_t *w = mcp_writer_make(cx->pool);

    if (!resource)
        return mcp_error_make(MCP_E_NOT_FOUND, cx,
                              "no protected location has this path");
    mcp_writer_open(w, '{');
    mcp_writer_member(w, "resource", resource->url);
    write_issuers(w, resource);
    write_scopes(w, resource->scopes);
    write_list(w, "bearer_methods_supported", "header");
    if (mcp_oauth_dpop_is_taken(resource) &&
        !mcp_oauth_service_relays(resource)) {
        mcp_oauth_dpop_write_algorithms(w);
        mcp_writer_member_boolean(w, "dpop_bound_access_tokens_required",
                                  mcp_oauth_dpop_is_required(resource));
    }
    mcp_writer_member(w, "resource_name", resource->settings->title);
    mcp_writer_member(w, "resource_documentation",
                      resource->settings->documentation);
    mcp_writer_close(w);
    mcp_oauth_exchange_public(x, mcp_writer_text(w, NULL));
    return NULL;
}
