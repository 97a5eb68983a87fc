/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/password.h"

#include <httpd.h>

#include <ap_provider.h>
#include <apr_strings.h>
#include <http_config.h>
#include <mod_auth.h>

#include "server/request.h"

static authn_status ask(request_rec *r, const char *provider_name,
                        const authn_provider *provider, const char *name,
                        const char *password)
{
    authn_status status;

    apr_table_setn(r->notes, AUTHN_PROVIDER_NAME_NOTE, provider_name);
    status = provider->check_password(r, name, password);
    apr_table_unset(r->notes, AUTHN_PROVIDER_NAME_NOTE);
    return status;
}

static const mcp_error_t *ask_all(authn_status *status, request_rec *r,
                                  const mcp_idp_t *idp, const char *name,
                                  const char *password)
{
    mcp_ctx_t *cx = &mcp_server_request_get(r)->cx;
    int i;

    *status = AUTH_USER_NOT_FOUND;
    for (i = 0; i < idp->arguments->nelts && *status == AUTH_USER_NOT_FOUND;
         i++) {
        const char *provider_name =
            APR_ARRAY_IDX(idp->arguments, i, const char *);
        const authn_provider *provider = ap_lookup_provider(
            AUTHN_PROVIDER_GROUP, provider_name, AUTHN_PROVIDER_VERSION);

        if (!provider || !provider->check_password)
            return mcp_error_fault(
                MCP_E_UNAVAILABLE, cx,
                apr_psprintf(r->pool,
                             "Load the module that has it, such as "
                             "mod_authn_%s, or write another one.",
                             provider_name),
                "MCPIdentityProvider httpd %s: no such authentication "
                "provider",
                provider_name);
        *status = ask(r, provider_name, provider, name, password);
        if (*status != AUTH_GRANTED && *status != AUTH_DENIED &&
            *status != AUTH_USER_NOT_FOUND)
            return mcp_error_fault(
                MCP_E_UNAVAILABLE, cx,
                "See what the module of that provider logged.",
                "the authentication provider \"%s\" cannot answer",
                provider_name);
    }
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
    char *was = r->user, *given = apr_pstrdup(r->pool, name);
    authn_status status;
    const mcp_error_t *e;

    *user = NULL;
    if (idp->section)
        r->per_dir_config =
            ap_merge_per_dir_configs(r->pool, config, idp->section);
    r->user = given;
    e = ask_all(&status, r, idp, name, password);
    if (!e && status == AUTH_GRANTED)
        *user = r->user && *r->user ? r->user : given;
    r->user = was;
    r->per_dir_config = config;
    return e;
}
