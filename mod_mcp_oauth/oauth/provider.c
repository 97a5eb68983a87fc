/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/provider.h"

#include <apr_strings.h>
#include <string.h>

#include "idp/metadata.h"

/* What is asked of a provider: one member of it has to be this text. */
typedef const char *member_fn(const mcp_idp_t *idp);

static const char *label_of(const mcp_idp_t *idp)
{
    return idp->label;
}

static const char *key_of(const mcp_idp_t *idp)
{
    return idp->key;
}

static const mcp_idp_t *find(const mcp_oauth_resource_t *resource,
                             member_fn *member, const char *text)
{
    const apr_array_header_t *idps = resource->settings->idps;
    int i;

    for (i = 0; text && idps && i < idps->nelts; i++) {
        const mcp_idp_t *idp = APR_ARRAY_IDX(idps, i, const mcp_idp_t *);
        const char *has = member(idp);

        if (has && !strcmp(has, text))
            return idp;
    }
    return NULL;
}

const mcp_idp_t *mcp_oauth_provider_only(const mcp_oauth_resource_t *resource)
{
    const apr_array_header_t *idps = resource->settings->idps;

    return idps && idps->nelts == 1 ? APR_ARRAY_IDX(idps, 0, mcp_idp_t *)
                                    : NULL;
}

const mcp_idp_t *
mcp_oauth_provider_labelled(const mcp_oauth_resource_t *resource,
                            const char *label)
{
    return find(resource, label_of, label);
}

const mcp_idp_t *mcp_oauth_provider_keyed(const mcp_oauth_resource_t *resource,
                                          const char *key)
{
    return find(resource, key_of, key);
}

const mcp_idp_t *
mcp_oauth_provider_remote_of(const mcp_oauth_resource_t *resource,
                             const char *issuer)
{
    const apr_array_header_t *idps = resource->settings->idps;
    int i;

    for (i = 0; idps && i < idps->nelts; i++) {
        const mcp_idp_t *idp = APR_ARRAY_IDX(idps, i, const mcp_idp_t *);

        if (mcp_idp_preset_is_remote(idp) &&
            mcp_idp_metadata_is_issuer(idp, issuer))
            return idp;
    }
    return NULL;
}

int mcp_oauth_provider_is_called(const mcp_oauth_resource_t *resource,
                                 const char *issuer, const char *name)
{
    const mcp_idp_t *idp = mcp_oauth_provider_labelled(resource, name);

    return issuer && (!strcmp(issuer, name) ||
                      (idp && mcp_idp_metadata_is_issuer(idp, issuer)));
}

mcp_idp_remote_t mcp_oauth_provider_remote(const mcp_idp_t *idp,
                                           const mcp_oauth_service_t *service)
{
    const mcp_oauth_works_t *works = service->works;
    const mcp_idp_remote_t remote = {idp,
                                     works->documents,
                                     works->exchanges,
                                     service->settings->fetch,
                                     works->memo,
                                     NULL};

    return remote;
}

mcp_idp_remote_t
mcp_oauth_provider_remote_for(const mcp_idp_t *idp,
                              const mcp_oauth_resource_t *resource)
{
    mcp_idp_remote_t remote =
        mcp_oauth_provider_remote(idp, resource->service);

    if (mcp_oauth_service_relays(resource))
        remote.relayed = resource->url;
    return remote;
}

const char *mcp_oauth_provider_callback(const mcp_idp_t *idp,
                                        const mcp_oauth_service_t *service,
                                        apr_pool_t *pool)
{
    return apr_pstrcat(pool, mcp_oauth_service_url(service, "callback", pool),
                       idp->callback ? idp->callback : "", NULL);
}
