/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/audience.h"

#include <apr_strings.h>
#include <string.h>

#include "base/scope.h"
#include "idp/claim.h"
#include "idp/fault.h"

/* What the client is called that it was given to: RFC 9068, OpenID Connect,
 * Okta, Entra 1.0. */
static const char *const client_names[] = {"client_id", "azp", "cid", "appid"};
#define CLIENT_NAMES (sizeof(client_names) / sizeof(*client_names))

static const char *client_of(const mcp_json_t *claims, apr_size_t i)
{
    return mcp_json_string(mcp_json_get(claims, client_names[i]));
}

int mcp_idp_audience_is_ours(const mcp_json_t *claims, const mcp_idp_t *idp)
{
    apr_size_t i;

    if (!idp->client || mcp_idp_jwt_is_for_us(claims, idp))
        return idp->client != NULL;
    for (i = 0; i < CLIENT_NAMES; i++) {
        const char *said = client_of(claims, i);

        if (said && !strcmp(said, idp->client->id))
            return 1;
    }
    return 0;
}

int mcp_idp_audience_names_client(const mcp_json_t *claims)
{
    apr_size_t i;

    for (i = 0; i < CLIENT_NAMES; i++)
        if (mcp_json_get(claims, client_names[i]))
            return 1;
    return 0;
}

static int has_audiences(const mcp_idp_t *idp)
{
    return idp->audiences && idp->audiences->nelts;
}

/* Whether its aud has one of Audience. */
static int is_for_one(const mcp_json_t *claims, const mcp_idp_t *idp)
{
    int i;

    for (i = 0; has_audiences(idp) && i < idp->audiences->nelts; i++)
        if (mcp_idp_jwt_is_for(claims,
                               APR_ARRAY_IDX(idp->audiences, i, const char *)))
            return 1;
    return 0;
}

/* Those that it names, with blanks between them. */
static const char *names_of(const mcp_json_t *aud, apr_pool_t *pool)
{
    const apr_array_header_t *names = mcp_idp_claim_list(aud, 0, pool);

    return names ? apr_array_pstrcat(pool, names, ' ')
                 : mcp_json_text(aud, pool);
}

/* aud is not one of Audience: it is "account" */
static const mcp_error_t *refuse(const mcp_json_t *claims,
                                 const mcp_idp_jwt_use_t *use,
                                 const char *remedy, const mcp_idp_t *idp,
                                 mcp_ctx_t *cx)
{
    const mcp_json_t *aud = mcp_json_get(claims, "aud");

    remedy =
        mcp_idp_fault_hint(remedy, idp->preset->facts->hints.audience, cx);
    if (!aud)
        return mcp_idp_jwt_refuse(use, remedy, cx,
                                  "aud is not one of Audience: there is none");
    return mcp_idp_jwt_refuse(
        use, remedy, cx, "aud is not one of Audience: it is \"%s\"",
        mcp_idp_fault_quote(names_of(aud, cx->pool), cx));
}

const mcp_error_t *mcp_idp_audience_check(const mcp_json_t *claims,
                                          const mcp_idp_jwt_use_t *use,
                                          const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    if (is_for_one(claims, idp))
        return NULL;
    if ((!has_audiences(idp) || !mcp_json_get(claims, "aud")) &&
        mcp_idp_audience_is_ours(claims, idp))
        return NULL;
    return refuse(claims, use,
                  "Write what it has as aud: Audience inside "
                  "<MCPIdentityProvider>.",
                  idp, cx);
}

/* -- as a client brings it -- */

/* https://h and https://h/ are one resource. */
static int is_for_resource(const mcp_json_t *claims, const char *resource,
                           apr_pool_t *pool)
{
    const char *host = strstr(resource, "://");

    if (mcp_idp_jwt_is_for(claims, resource))
        return 1;
    return host && !strchr(host + 3, '/') &&
           mcp_idp_jwt_is_for(claims, apr_pstrcat(pool, resource, "/", NULL));
}

static int is_given_to_one(const mcp_json_t *claims, const mcp_idp_t *idp)
{
    apr_size_t i;

    for (i = 0; has_audiences(idp) && i < CLIENT_NAMES; i++) {
        const char *said = client_of(claims, i);

        if (said && mcp_scope_has(idp->audiences, said))
            return 1;
    }
    return mcp_idp_audience_is_ours(claims, idp);
}

const mcp_error_t *mcp_idp_audience_check_bearer(const mcp_json_t *claims,
                                                 const mcp_idp_jwt_use_t *use,
                                                 const char *resource,
                                                 const mcp_idp_t *idp,
                                                 mcp_ctx_t *cx)
{
    int is_good;

    if (!mcp_json_get(claims, "aud"))
        is_good = is_given_to_one(claims, idp);
    else
        is_good = is_for_resource(claims, resource, cx->pool) ||
                  is_for_one(claims, idp) ||
                  (!has_audiences(idp) && mcp_idp_jwt_is_for_us(claims, idp));
    if (is_good)
        return NULL;
    return refuse(
        claims, use,
        apr_psprintf(cx->pool,
                     "It has to be for %s, or for what Audience names inside "
                     "<MCPIdentityProvider>; where the provider writes no "
                     "aud, Audience names the clients.",
                     resource),
        idp, cx);
}
