/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/provider_metadata.h"

#include <string.h>

#include "base/writer.h"
#include "idp/metadata.h"
#include "oauth/provider.h"

#define REGISTRATION "registration_endpoint"

static const mcp_oauth_resource_t *at(const mcp_oauth_service_t *service,
                                      int i)
{
    return APR_ARRAY_IDX(service->resources, i, const mcp_oauth_resource_t *);
}

int mcp_oauth_provider_metadata_is_meant(const mcp_oauth_exchange_t *x)
{
    int i;

    for (i = 0; i < x->service->resources->nelts; i++)
        if (mcp_oauth_service_grants(at(x->service, i)))
            return 0;
    return x->service->resources->nelts > 0;
}

static const mcp_oauth_resource_t *find(const mcp_oauth_exchange_t *x)
{
    int i;

    if (!*x->suffix || !strcmp(x->suffix, "/"))
        return x->service->root;
    for (i = 0; i < x->service->resources->nelts; i++)
        if (!strcmp(at(x->service, i)->path, x->suffix))
            return at(x->service, i);
    return NULL;
}

/* Clients that are to use the one that is registered cannot register. */
static const char *text_of(const mcp_json_t *document, const mcp_idp_t *idp,
                           apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);
    mcp_json_iter_t *i;

    mcp_writer_open(w, '{');
    for (i = mcp_json_first(document); i; i = mcp_json_next(document, i)) {
        if (idp->client && !strcmp(mcp_json_iter_name(i), REGISTRATION))
            continue;
        mcp_writer_name(w, mcp_json_iter_name(i));
        mcp_writer_json(w, mcp_json_iter_value(i));
    }
    mcp_writer_close(w);
    return mcp_writer_text(w, NULL);
}

const mcp_error_t *mcp_oauth_provider_metadata_show(mcp_oauth_exchange_t *x,
                                                    mcp_ctx_t *cx)
{
    const mcp_oauth_resource_t *resource = find(x);
    const mcp_json_t *document;
    mcp_idp_remote_t remote;

    if (!resource)
        return mcp_error_make(MCP_E_NOT_FOUND, cx,
                              "no protected location has this path");
    remote = mcp_oauth_provider_remote(
        APR_ARRAY_IDX(resource->settings->idps, 0, const mcp_idp_t *),
        resource->service);
    MCP_TRY(mcp_idp_metadata_document(&document, &remote, cx));
    mcp_oauth_exchange_public(x, text_of(document, remote.idp, cx->pool));
    return NULL;
}
