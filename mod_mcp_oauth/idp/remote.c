/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/remote.h"

#include <apr_strings.h>
#include <string.h>

#include "idp/argument.h"
#include "idp/verify.h"

#define OIDC "/.well-known/openid-configuration"
#define OAUTH "/.well-known/oauth-authorization-server"

typedef const char *word_t;

/* -- lists -- */

static apr_array_header_t *words(const char *text, apr_pool_t *pool)
{
    apr_array_header_t *list = apr_array_make(pool, 4, sizeof(word_t));
    char *rest = apr_pstrdup(pool, text ? text : ""), *last;
    const char *one;

    for (one = apr_strtok(rest, " ", &last); one;
         one = apr_strtok(NULL, " ", &last))
        APR_ARRAY_PUSH(list, word_t) = one;
    return list;
}

static int has(const apr_array_header_t *list, const char *word)
{
    int i;

    for (i = 0; list && i < list->nelts; i++)
        if (!strcmp(APR_ARRAY_IDX(list, i, word_t), word))
            return 1;
    return 0;
}

int mcp_idp_remote_has_scope(const mcp_idp_t *idp, const char *scope)
{
    return has(idp->scopes, scope);
}

/* text with the argument in place of its %s */
static const char *filled(const char *text, const char *argument,
                          apr_pool_t *pool)
{
    const char *mark = strstr(text, "%s");

    return mark ? apr_pstrcat(
                      pool,
                      apr_pstrmemdup(pool, text, (apr_size_t)(mark - text)),
                      argument, mark + 2, NULL)
                : text;
}

/* -- endpoints -- */

const char *mcp_idp_remote_endpoint(const mcp_idp_t *idp,
                                    mcp_idp_endpoint_t kind)
{
    int i;

    for (i = 0; idp->endpoints && i < idp->endpoints->nelts; i++) {
        const mcp_idp_endpoint_setting_t *one =
            &APR_ARRAY_IDX(idp->endpoints, i, mcp_idp_endpoint_setting_t);

        if (one->kind == (int)kind)
            return one->url;
    }
    return NULL;
}

/* Those that are written count. */
static void endpoint_add(mcp_idp_t *idp, mcp_idp_endpoint_t kind,
                         const char *url)
{
    mcp_idp_endpoint_setting_t *one;

    if (mcp_idp_remote_endpoint(idp, kind))
        return;
    one = apr_array_push(idp->endpoints);
    one->kind = (int)kind;
    one->url = url;
}

/* RFC 8414 3.1 puts its well-known before the path, OpenID Connect Discovery 4
 * behind it; neither has a slash twice. */
static const char *document_url(const char *issuer, mcp_idp_discovery_t form,
                                apr_pool_t *pool)
{
    const char *path = strchr(strstr(issuer, "://") + 3, '/');
    apr_size_t len = strlen(issuer), origin;

    origin = path ? (apr_size_t)(path - issuer) : len;
    if (path && issuer[len - 1] == '/')
        len--;
    if (form == MCP_IDP_DISCOVERY_OIDC)
        return apr_pstrcat(pool, apr_pstrmemdup(pool, issuer, len), OIDC,
                           NULL);
    return apr_pstrcat(pool, apr_pstrmemdup(pool, issuer, origin), OAUTH,
                       apr_pstrmemdup(pool, issuer + origin, len - origin),
                       NULL);
}

static void endpoints_fill(mcp_idp_t *idp, const char *issuer,
                           apr_pool_t *pool)
{
    const mcp_idp_facts_t *facts = idp->preset->facts;
    const mcp_idp_endpoint_fact_t *fact = facts->endpoints;
    apr_size_t len = strlen(issuer);
    const char *base =
        apr_pstrmemdup(pool, issuer, len - (issuer[len - 1] == '/'));

    if (!idp->endpoints)
        idp->endpoints =
            apr_array_make(pool, 2, sizeof(mcp_idp_endpoint_setting_t));
    for (; fact && fact->kind; fact++)
        endpoint_add(idp, fact->kind, filled(fact->url, base, pool));
    if (facts->discovery != MCP_IDP_DISCOVERY_NONE)
        endpoint_add(idp, MCP_IDP_ENDPOINT_DISCOVERY,
                     document_url(issuer, facts->discovery, pool));
}

/* -- what is asked for -- */

/* Those of the administrator behind those of the preset. */
static void parameters_fill(mcp_idp_t *idp, apr_pool_t *pool)
{
    const char *const *fact = idp->preset->facts->parameters;
    apr_array_header_t *all =
        apr_array_make(pool, 2, sizeof(mcp_idp_parameter_setting_t));

    for (; fact && *fact; fact += 2) {
        mcp_idp_parameter_setting_t *one = apr_array_push(all);

        one->name = fact[0];
        one->value = fact[1];
    }
    if (idp->parameters)
        apr_array_cat(all, idp->parameters);
    idp->parameters = all;
}

static void asked_fill(mcp_idp_t *idp, apr_pool_t *pool)
{
    const mcp_idp_facts_t *facts = idp->preset->facts;

    if (!idp->scopes)
        idp->scopes = words(facts->scopes, pool);
    if (!idp->audiences && facts->accepts)
        idp->audiences = words(facts->accepts, pool);
    parameters_fill(idp, pool);
}

/* -- how it is judged -- */

static const char *algorithms_fill(mcp_idp_t *idp, apr_pool_t *pool)
{
    const char *known = idp->preset->facts->algorithms;

    if (has(idp->algorithms, "HS256") && !idp->shared_secret)
        return "HS256 needs the key that the provider signs with. Add "
               "\"SharedSecret file:PATH\", or drop Algorithms";
    if (idp->shared_secret && idp->algorithms &&
        (idp->algorithms->nelts > 1 || !has(idp->algorithms, "HS256")))
        return "SharedSecret is the key of HS256, which goes with no other "
               "algorithm: whoever has a public key of the provider could "
               "sign with it. Drop Algorithms, or SharedSecret";
    if (!known && (idp->shared_secret || idp->algorithms))
        return "this provider signs nothing that could be verified. Drop "
               "Algorithms and SharedSecret";
    if (idp->shared_secret)
        idp->algorithms = words("HS256", pool);
    else if (!idp->algorithms)
        idp->algorithms = words(known, pool);
    return NULL;
}

/* -- all -- */

static const char *told(const mcp_idp_t *idp, const char *wrong,
                        apr_pool_t *pool)
{
    return apr_psprintf(pool, "%s: %s.", idp->preset->name, wrong);
}

const char *mcp_idp_remote_fill(mcp_idp_t *idp, const char *issuer,
                                apr_pool_t *pool)
{
    const char *wrong;

    idp->issuer = idp->issuers ? APR_ARRAY_IDX(idp->issuers, 0, word_t)
                               : issuer;
    if (!idp->label)
        idp->label = mcp_idp_argument_host(idp->issuer, pool);
    endpoints_fill(idp, issuer, pool);
    asked_fill(idp, pool);
    wrong = algorithms_fill(idp, pool);
    if (wrong)
        return told(idp, wrong, pool);
    mcp_idp_verify_fill(idp, pool);
    if (idp->signin_fault && idp->bearer_fault)
        return idp->signin_fault;
    if (!idp->key)
        idp->key = apr_pstrcat(pool, idp->preset->name, " ", issuer, NULL);
    return NULL;
}

const char *mcp_idp_remote_check(mcp_idp_t *idp, apr_pool_t *pool)
{
    const mcp_idp_facts_t *facts = idp->preset->facts;
    const char *argument = "", *wrong;

    switch (facts->kind) {
    case MCP_IDP_ARGUMENT_DOMAIN:
        wrong = mcp_idp_argument_domain(&argument, idp, pool);
        break;
    case MCP_IDP_ARGUMENT_ISSUER:
        wrong = mcp_idp_argument_issuer(&argument, idp, pool);
        break;
    default:
        wrong = mcp_idp_argument_one(&argument, idp, pool);
    }
    return wrong ? wrong
                 : mcp_idp_remote_fill(
                       idp, filled(facts->issuer, argument, pool), pool);
}
