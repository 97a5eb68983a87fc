/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/binding.h"

#include "oauth/dpop.h"

/* A token of a provider's is bound to what it bound it to. */
static int is_taken(const mcp_oauth_resource_t *resource)
{
    return mcp_oauth_service_issues(resource) &&
           mcp_oauth_dpop_is_taken(resource);
}

/* RFC 9449 5.2: what the client registered counts where proofs are taken. */
static int is_needed(const mcp_oauth_binding_t *binding,
                     const mcp_oauth_resource_t *resource, const char *wanted)
{
    if (wanted || !is_taken(resource))
        return wanted != NULL;
    return mcp_oauth_dpop_is_required(resource) || binding->client->has_dpop;
}

const mcp_error_t *mcp_oauth_binding_make(mcp_oauth_binding_t *binding,
                                          const mcp_oauth_resource_t *resource,
                                          const char *wanted, mcp_ctx_t *cx)
{
    const mcp_oauth_exchange_t *x = binding->x;
    const mcp_oauth_dpop_t dpop = {x->dpop, x->method, x->url};
    int needed = is_needed(binding, resource, wanted);

    binding->shown = binding->jkt = NULL;
    if (!needed && !(x->dpop && is_taken(resource)))
        return NULL;
    MCP_TRY(mcp_oauth_dpop_check(&binding->shown, &dpop,
                                 resource->service->works, cx));
    MCP_TRY(mcp_oauth_binding_check(binding, wanted, cx));
    if (is_taken(resource))
        binding->jkt = binding->shown;
    return NULL;
}

const mcp_error_t *mcp_oauth_binding_check(const mcp_oauth_binding_t *binding,
                                           const char *wanted, mcp_ctx_t *cx)
{
    if (!wanted || mcp_digest_equal(wanted, binding->shown))
        return NULL;
    return mcp_error_tell(MCP_E_INVALID_GRANT, cx,
                          "What is redeemed is bound to another key than the "
                          "DPoP proof has.");
}

const char *mcp_oauth_binding_refresh(const mcp_oauth_binding_t *binding)
{
    return binding->client->method == MCP_CLIENT_NONE ? binding->jkt : NULL;
}
