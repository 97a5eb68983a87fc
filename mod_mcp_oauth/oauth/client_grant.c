/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/client_grant.h"

#include <apr_strings.h>
#include <string.h>

#include "oauth/ended.h"
#include "oauth/scopes.h"
#include "oauth/target.h"

#define DAY 86400

/* What it is about, once that is known. */
typedef struct wanted_t {
    const mcp_oauth_client_t *client;
    const mcp_oauth_resource_t *resource;
    mcp_identity_t identity;
    const char *mark; /* the client's, when it asked: oauth/ended.h */
    const char *scope;
    apr_int64_t until; /* the last token would live as long */
    mcp_oauth_grant_t *found;
} wanted_t;

static const mcp_error_t *resource_choose(wanted_t *wanted,
                                          const mcp_oauth_resource_t *asked,
                                          const mcp_oauth_service_t *service,
                                          mcp_ctx_t *cx)
{
    wanted->resource = asked ? asked : mcp_oauth_target_default(service);
    if (!wanted->resource)
        return mcp_error_tell(MCP_E_INVALID_TARGET, cx,
                              "There are several resources here: say which "
                              "one with the resource parameter (RFC 8707).");
    if (!mcp_oauth_service_issues(wanted->resource))
        return mcp_error_tell(MCP_E_INVALID_TARGET, cx,
                              "An identity provider issues the tokens for "
                              "this resource, and only to users.");
    return NULL;
}

static const mcp_error_t *scope_choose(wanted_t *wanted,
                                       const mcp_oauth_client_grant_ask_t *ask,
                                       mcp_ctx_t *cx)
{
    const mcp_oauth_scopes_ask_t choice = {
        wanted->resource, ask->scope, ask->client->scope, ask->client->scope};
    mcp_oauth_scopes_limit_t limit = {wanted->resource, NULL, NULL, ask->expr};
    apr_array_header_t *chosen;
    mcp_principal_t who;

    MCP_TRY(mcp_oauth_scopes_choose(&chosen, &choice, cx));
    mcp_scope_remove(chosen, MCP_SCOPE_OFFLINE);
    memset(&who, 0, sizeof(who));
    mcp_oauth_identity_tell(&who, &wanted->identity);
    who.client = ask->client->id;
    who.scopes = chosen;
    limit.who = &who;
    limit.scopes = mcp_scope_text(chosen, cx->pool);
    MCP_TRY(mcp_oauth_scopes_limit(&chosen, &limit, cx));
    wanted->scope = mcp_scope_text(chosen, cx->pool);
    return NULL;
}

static int fits(const mcp_oauth_grant_t *grant, const wanted_t *wanted)
{
    return !strcmp(grant->client_id, wanted->client->id) &&
           !strcmp(grant->resource, wanted->resource->url) &&
           !strcmp(grant->scope, wanted->scope) &&
           grant->expires >= wanted->until &&
           mcp_oauth_grant_end(grant, wanted->resource) >= wanted->until;
}

static const mcp_error_t *look(void *baton, const unsigned char *key,
                               const mcp_record_t *record, mcp_ctx_t *cx)
{
    wanted_t *wanted = baton;
    mcp_oauth_grant_t *grant;

    (void)key;
    if (wanted->found)
        return NULL;
    MCP_TRY(mcp_oauth_grant_read(&grant, record, cx));
    if (grant && fits(grant, wanted))
        wanted->found = grant;
    return NULL;
}

/* After the grant was stored, and not before: see oauth/ended.h. */
static const mcp_error_t *ended_check(const wanted_t *wanted,
                                      const mcp_oauth_works_t *works,
                                      mcp_ctx_t *cx)
{
    const mcp_oauth_begun_t begun = {NULL, NULL, wanted->client->id,
                                     wanted->mark};
    int ended;

    MCP_TRY(mcp_oauth_ended_since(&ended, &begun, works, cx));
    if (!ended)
        return NULL;
    MCP_TRY(mcp_oauth_grant_revoke(wanted->found, works, cx));
    return mcp_error_make(MCP_E_INVALID_GRANT, cx,
                          "everything of the client was ended meanwhile");
}

static const mcp_error_t *make(wanted_t *wanted, mcp_ctx_t *cx)
{
    const mcp_oauth_works_t *works = wanted->resource->service->works;
    mcp_oauth_grant_t *grant = apr_pcalloc(cx->pool, sizeof(*grant));
    apr_int64_t end;

    MCP_TRY(mcp_oauth_grant_make_id(&grant->id, cx));
    grant->client_id = wanted->client->id;
    grant->identity = wanted->identity;
    grant->resource = wanted->resource->url;
    grant->scope = wanted->scope;
    grant->created = grant->turned = mcp_ctx_seconds(cx);
    end = mcp_oauth_grant_end(grant, wanted->resource);
    grant->expires = wanted->until + DAY < end ? wanted->until + DAY : end;
    wanted->found = grant;
    MCP_TRY(mcp_oauth_grant_put(grant, works, cx));
    return ended_check(wanted, works, cx);
}

const mcp_error_t *
mcp_oauth_client_grant_get(mcp_oauth_grant_t **grant,
                           const mcp_oauth_client_grant_ask_t *ask,
                           const mcp_oauth_service_t *service, mcp_ctx_t *cx)
{
    mcp_store_t *store = service->works->store;
    wanted_t wanted;

    memset(&wanted, 0, sizeof(wanted));
    wanted.client = ask->client;
    wanted.identity.issuer = service->issuer;
    wanted.identity.subject = ask->client->id;
    wanted.identity.user =
        apr_pstrcat(cx->pool, MCP_CLIENT_USER, ask->client->id, NULL);
    MCP_TRY(mcp_oauth_ended_client_mark(&wanted.mark, ask->client->id,
                                        service->works, cx));
    MCP_TRY(resource_choose(&wanted, ask->resource, service, cx));
    MCP_TRY(scope_choose(&wanted, ask, cx));
    wanted.until = mcp_ctx_seconds(cx) +
                   wanted.resource->settings->lifetime->access_token;
    MCP_TRY(
        mcp_store_each(store, MCP_RECORD_GRANT,
                       mcp_oauth_identity_index(&wanted.identity, cx->pool),
                       look, &wanted, cx));
    if (wanted.found)
        MCP_TRY(mcp_oauth_grant_get(&wanted.found, wanted.found->id,
                                    service->works, cx));
    if (!wanted.found)
        MCP_TRY(make(&wanted, cx));
    *grant = wanted.found;
    return NULL;
}
