/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/scopes.h"

#include <string.h>

static void add_all(apr_array_header_t *to, const apr_array_header_t *scopes)
{
    int i;

    for (i = 0; scopes && i < scopes->nelts; i++)
        mcp_scope_add(to, APR_ARRAY_IDX(scopes, i, const char *));
}

/* MCPScope of this name, or NULL */
static const mcp_scope_setting_t *
setting_of(const mcp_oauth_resource_t *resource, const char *scope)
{
    const apr_array_header_t *settings = resource->settings->scopes;
    int i;

    for (i = 0; settings && i < settings->nelts; i++) {
        mcp_scope_setting_t *s =
            &APR_ARRAY_IDX(settings, i, mcp_scope_setting_t);

        if (!strcmp(s->name, scope))
            return s;
    }
    return NULL;
}

/* Named by a Require line, by MCPScope, or by an includes= of it. */
static apr_array_header_t *known(const mcp_oauth_resource_t *resource,
                                 apr_pool_t *pool)
{
    apr_array_header_t *scopes = apr_array_make(pool, 8, sizeof(char *));
    const apr_array_header_t *settings = resource->settings->scopes;
    int i;

    add_all(scopes, resource->scopes);
    for (i = 0; settings && i < settings->nelts; i++) {
        mcp_scope_setting_t *s =
            &APR_ARRAY_IDX(settings, i, mcp_scope_setting_t);

        mcp_scope_add(scopes, s->name);
        add_all(scopes, s->includes);
    }
    return scopes;
}

const apr_array_header_t *
mcp_oauth_scopes_all(const mcp_oauth_service_t *service, apr_pool_t *pool)
{
    apr_array_header_t *scopes = apr_array_make(pool, 8, sizeof(char *));
    int i;

    for (i = 0; i < service->resources->nelts; i++)
        add_all(scopes, known(APR_ARRAY_IDX(service->resources, i,
                                            const mcp_oauth_resource_t *),
                              pool));
    mcp_scope_add(scopes, MCP_SCOPE_OFFLINE);
    return scopes;
}

/* Adds the known ones of a list; how many of the resource it names at all. */
static int add_known(apr_array_header_t *to, const apr_array_header_t *asked,
                     const apr_array_header_t *all)
{
    int i, named = 0;

    for (i = 0; i < asked->nelts; i++) {
        const char *scope = APR_ARRAY_IDX(asked, i, const char *);
        int is_offline = !strcmp(scope, MCP_SCOPE_OFFLINE);

        named += !is_offline;
        if (is_offline || mcp_scope_has(all, scope))
            mcp_scope_add(to, scope);
    }
    return named;
}

/* Whether any scope but offline_access is there. */
static int has_some(const apr_array_header_t *scopes)
{
    return scopes->nelts > mcp_scope_has(scopes, MCP_SCOPE_OFFLINE);
}

static void add_defaults(apr_array_header_t *to,
                         const mcp_oauth_resource_t *resource,
                         const apr_array_header_t *all)
{
    const apr_array_header_t *settings = resource->settings->scopes;
    int i;

    for (i = 0; settings && i < settings->nelts; i++) {
        mcp_scope_setting_t *s =
            &APR_ARRAY_IDX(settings, i, mcp_scope_setting_t);

        if (s->is_default)
            mcp_scope_add(to, s->name);
    }
    if (!has_some(to))
        add_all(to, all);
}

/* The list grows while it is read, so what is included includes more. */
static void add_included(apr_array_header_t *scopes,
                         const mcp_oauth_resource_t *resource)
{
    int i;

    for (i = 0; i < scopes->nelts; i++) {
        const mcp_scope_setting_t *s =
            setting_of(resource, APR_ARRAY_IDX(scopes, i, const char *));

        if (s)
            add_all(scopes, s->includes);
    }
}

/* offline_access is not of a resource: grant types decide on it. */
static const mcp_error_t *lower(apr_array_header_t *scopes,
                                const mcp_oauth_scopes_ask_t *ask,
                                mcp_ctx_t *cx)
{
    apr_array_header_t *most;
    int i, kept = 0;

    if (!ask->ceiling)
        return NULL;
    MCP_TRY(mcp_scope_read(&most, ask->ceiling, cx));
    add_included(most, ask->resource);
    mcp_scope_add(most, MCP_SCOPE_OFFLINE);
    for (i = 0; i < scopes->nelts; i++) {
        const char *scope = APR_ARRAY_IDX(scopes, i, const char *);

        if (mcp_scope_has(most, scope))
            APR_ARRAY_IDX(scopes, kept++, const char *) = scope;
    }
    scopes->nelts = kept;
    return NULL;
}

const mcp_error_t *mcp_oauth_scopes_choose(apr_array_header_t **chosen,
                                           const mcp_oauth_scopes_ask_t *ask,
                                           mcp_ctx_t *cx)
{
    const apr_array_header_t *all = known(ask->resource, cx->pool);
    apr_array_header_t *asked, *registered;
    int named;

    *chosen = apr_array_make(cx->pool, 8, sizeof(char *));
    MCP_TRY(mcp_scope_read(&asked, ask->asked, cx));
    named = add_known(*chosen, asked, all);
    if (named && !has_some(*chosen))
        return mcp_error_tell(MCP_E_INVALID_SCOPE, cx,
                              "None of the scopes asked for exists here.");
    if (!named && ask->registered) {
        MCP_TRY(mcp_scope_read(&registered, ask->registered, cx));
        add_known(*chosen, registered, all);
    }
    if (!has_some(*chosen))
        add_defaults(*chosen, ask->resource, all);
    add_included(*chosen, ask->resource);
    MCP_TRY(lower(*chosen, ask, cx));
    if (named && !has_some(*chosen))
        return mcp_error_tell(MCP_E_INVALID_SCOPE, cx,
                              "This client may have none of the scopes asked "
                              "for.");
    /* what goes into a token has to be readable as a list again */
    while ((*chosen)->nelts > MCP_SCOPE_MAX)
        apr_array_pop(*chosen);
    return NULL;
}

/* -- for one user -- */

static const mcp_error_t *is_allowed(int *is, const char *scope,
                                     const mcp_oauth_scopes_limit_t *to)
{
    const mcp_scope_setting_t *s = setting_of(to->resource, scope);

    *is = !s || !s->expr;
    if (*is || !to->expr)
        return NULL;
    return to->expr->is_true(is, to->expr->baton, s->expr, to->who);
}

/* A scope is also taken for those that it includes, whether or not a token
 * names them: it is for those who may have all of them. */
static const mcp_error_t *are_allowed(int *are, const char *scope,
                                      const mcp_oauth_scopes_limit_t *to,
                                      mcp_ctx_t *cx)
{
    apr_array_header_t *all = apr_array_make(cx->pool, 4, sizeof(char *));
    int i;

    *are = 1;
    mcp_scope_add(all, scope);
    add_included(all, to->resource);
    for (i = 0; *are && i < all->nelts; i++)
        MCP_TRY(is_allowed(are, APR_ARRAY_IDX(all, i, const char *), to));
    return NULL;
}

const mcp_error_t *mcp_oauth_scopes_limit(apr_array_header_t **left,
                                          const mcp_oauth_scopes_limit_t *to,
                                          mcp_ctx_t *cx)
{
    const apr_array_header_t *required = to->resource->required;
    apr_array_header_t *scopes;
    int i, is;

    MCP_TRY(mcp_scope_read(&scopes, to->scopes, cx));
    *left = apr_array_make(cx->pool, scopes->nelts + 1, sizeof(char *));
    for (i = 0; i < scopes->nelts; i++) {
        const char *scope = APR_ARRAY_IDX(scopes, i, const char *);

        MCP_TRY(are_allowed(&is, scope, to, cx));
        if (is)
            mcp_scope_add(*left, scope);
    }
    if (has_some(scopes) && !has_some(*left) && required && required->nelts)
        return mcp_error_tell(MCP_E_ACCESS_DENIED, cx,
                              "This account may have none of the scopes "
                              "asked for.");
    return NULL;
}

const char *mcp_oauth_scopes_words(const mcp_oauth_resource_t *resource,
                                   const char *scope)
{
    const mcp_scope_setting_t *s = setting_of(resource, scope);

    if (s && s->text)
        return s->text;
    if (!strcmp(scope, MCP_SCOPE_OFFLINE))
        return "Stay signed in, so that you are not asked each time";
    return scope;
}
