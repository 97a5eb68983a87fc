/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/password.h"

#include <httpd.h>

#include <ap_provider.h>
#include <apr_strings.h>
#include <http_config.h>
#include <mod_auth.h>

#include "base/name.h"
#include "server/request.h"

/* What a provider has read of the user: mod_authnz_ldap the attributes that
 * AuthLDAPURL names, mod_authn_dbd the further columns of its query. */
#define TOLD "AUTHENTICATE_"
#define TOLD_LEN (sizeof(TOLD) - 1)
#define BETWEEN "; " /* several values of one attribute */

typedef struct asking_t {
    request_rec *r;
    const mcp_idp_t *idp;
    const char *name, *password;
    const char *provider; /* the one asked last */
    authn_status status;  /* what it said */
} asking_t;

/* -- asking -- */

static void ask(asking_t *asking, const authn_provider *provider)
{
    request_rec *r = asking->r;

    apr_table_setn(r->notes, AUTHN_PROVIDER_NAME_NOTE, asking->provider);
    asking->status =
        provider->check_password(r, asking->name, asking->password);
    apr_table_unset(r->notes, AUTHN_PROVIDER_NAME_NOTE);
}

static int is_answer(authn_status status)
{
    return status == AUTH_GRANTED || status == AUTH_DENIED ||
           status == AUTH_USER_NOT_FOUND;
}

static const mcp_error_t *ask_all(asking_t *asking)
{
    mcp_ctx_t *cx = &mcp_server_request_get(asking->r)->cx;
    const apr_array_header_t *names = asking->idp->arguments;
    int i;

    asking->status = AUTH_USER_NOT_FOUND;
    for (i = 0; i < names->nelts && asking->status == AUTH_USER_NOT_FOUND;
         i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);
        const authn_provider *provider = ap_lookup_provider(
            AUTHN_PROVIDER_GROUP, name, AUTHN_PROVIDER_VERSION);

        if (!provider || !provider->check_password)
            return mcp_error_fault(
                MCP_E_UNAVAILABLE, cx,
                apr_psprintf(cx->pool,
                             "Load the module that has it, such as "
                             "mod_authn_%s, or write another one.",
                             name),
                "MCPIdentityProvider httpd %s: no such authentication "
                "provider",
                name);
        asking->provider = name;
        ask(asking, provider);
        if (!is_answer(asking->status))
            return mcp_error_fault(
                MCP_E_UNAVAILABLE, cx,
                "See what the module of that provider logged; some say more "
                "with LogLevel info.",
                "the authentication provider \"%s\" cannot answer", name);
    }
    return NULL;
}

/* -- the name to go by -- */

/* The one of several values that is the name, loosely compared, or NULL. */
static const char *value_like(const char *values, const char *name,
                              apr_pool_t *pool)
{
    const char *folded = mcp_name_fold(name, pool);

    while (*values) {
        const char *end = strstr(values, BETWEEN);
        const char *value = apr_pstrmemdup(
            pool, values, end ? (apr_size_t)(end - values) : strlen(values));

        if (!strcmp(mcp_name_fold(value, pool), folded))
            return value;
        values = end ? end + strlen(BETWEEN) : "";
    }
    return NULL;
}

/* The name as the provider spells it, or NULL. *first: what was told first. */
static const char *told_name(const char **first, const asking_t *asking)
{
    const apr_array_header_t *all = apr_table_elts(asking->r->subprocess_env);
    const char *value;
    int i;

    *first = NULL;
    for (i = 0; i < all->nelts; i++) {
        const apr_table_entry_t *one =
            &APR_ARRAY_IDX(all, i, apr_table_entry_t);

        if (!one->key || strncmp(one->key, TOLD, TOLD_LEN))
            continue;
        value = value_like(one->val, asking->name, asking->r->pool);
        if (value)
            return value;
        if (!*first)
            *first = one->val;
    }
    return NULL;
}

/* LDAP lets ada in as "ADA" and as " ada ", and so do some databases. That is
 * one user, who has the name that is kept there. Where LDAP took still other
 * letters for equal, the attribute told first is the one that names users. */
static const char *kept_name(const asking_t *asking)
{
    const char *first, *name = told_name(&first, asking);

    if (name)
        return name;
    if (!strcmp(asking->provider, "ldap") && first && *first &&
        !strstr(first, BETWEEN))
        return first;
    return asking->name;
}

static const mcp_error_t *check(const char **user, asking_t *asking)
{
    request_rec *r = asking->r;
    const char *name;

    r->user = apr_pstrdup(r->pool, asking->name);
    MCP_TRY(ask_all(asking));
    if (asking->status != AUTH_GRANTED)
        return NULL;
    /* the administrator has said what REMOTE_USER is */
    if (r->user && *r->user && strcmp(r->user, asking->name)) {
        *user = r->user;
        return NULL;
    }
    name = kept_name(asking);
    if (strcmp(name, asking->name)) {
        /* by that name a provider asked before may know somebody else */
        asking->name = name;
        MCP_TRY(ask_all(asking));
    }
    if (asking->status == AUTH_GRANTED)
        *user = name;
    return NULL;
}

/* Providers find their settings in r->per_dir_config, and may put the name
 * that a directory has for the user into r->user. */
const mcp_error_t *mcp_server_password_check(const char **user, void *baton,
                                             const mcp_idp_t *idp,
                                             const char *name,
                                             const char *password)
{
    request_rec *r = baton;
    ap_conf_vector_t *config = r->per_dir_config;
    asking_t asking = {r, idp, name, password, NULL, AUTH_USER_NOT_FOUND};
    char *was = r->user;
    const mcp_error_t *e;

    *user = NULL;
    if (idp->section)
        r->per_dir_config =
            ap_merge_per_dir_configs(r->pool, config, idp->section);
    e = check(user, &asking);
    r->user = was;
    r->per_dir_config = config;
    return e;
}
