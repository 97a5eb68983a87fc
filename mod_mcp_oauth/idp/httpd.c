/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/preset.h"

#include <apr_strings.h>
#include <string.h>

#include "base/encode.h"

#define MAX_NAME 256
#define MAX_USER 1024 /* of a directory or a certificate; it is in tokens */
#define MAX_PASSWORD 1024 /* some hashes take long over long ones */

static const char *httpd_check(mcp_idp_t *idp, apr_pool_t *pool)
{
    int i;

    for (i = 0; idp->arguments && i < idp->arguments->nelts; i++) {
        const char *name = APR_ARRAY_IDX(idp->arguments, i, const char *);

        if (!*name || strpbrk(name, "=/:"))
            return apr_psprintf(pool,
                                "\"%s\" is not the name of an authentication "
                                "provider. Write \"httpd file\" for a "
                                "password file, or \"httpd\" alone where "
                                "another module signs users in.",
                                name);
    }
    if (!idp->issuer)
        idp->issuer = "httpd";
    if (!idp->label)
        idp->label = "httpd";
    if (!idp->key)
        idp->key = idp->issuer;
    return NULL;
}

/* What is no text would be replaced by something in records and tokens, so
 * that two users could be one. */
static const mcp_error_t *done(mcp_idp_step_t *step, const mcp_idp_t *idp,
                               const char *user, mcp_ctx_t *cx)
{
    apr_size_t len = strlen(user);

    if (len > MAX_USER || !mcp_encode_is_utf8(user, len))
        return mcp_error_fault(
            MCP_E_SERVER_ERROR, cx,
            "Let httpd take another name of its users, such as with "
            "SSLUserName, AuthLDAPRemoteUserAttribute or GssapiLocalName.",
            "The name of the user who signed in is %s.",
            len > MAX_USER ? "longer than 1024 bytes" : "not in UTF-8");
    step->next = MCP_IDP_DONE;
    step->identity.issuer = idp->issuer;
    step->identity.subject = user;
    step->identity.user = user;
    return NULL;
}

/* Another module has signed the user in before we were called. */
static const mcp_error_t *
from_httpd(mcp_idp_step_t *step, const mcp_idp_login_t *login, mcp_ctx_t *cx)
{
    if (login->httpd_user && *login->httpd_user)
        return done(step, login->idp, login->httpd_user, cx);
    step->next = MCP_IDP_NOBODY;
    if (!login->may_have_user)
        return mcp_error_fault(
            MCP_E_SERVER_ERROR, cx,
            "Protect the authorize endpoint with an authentication of httpd, "
            "such as <Location \"/oauth/authorize\"> with AuthType Basic, "
            "AuthName, AuthUserFile and Require valid-user; or let our form "
            "ask for the password: MCPIdentityProvider httpd file.",
            "The identity provider is \"httpd\" alone, but httpd has "
            "authenticated nobody.");
    return NULL;
}

static const mcp_error_t *
from_form(mcp_idp_step_t *step, const mcp_idp_login_t *login, mcp_ctx_t *cx)
{
    const char *name = apr_table_get(login->form, "username");
    const char *password = apr_table_get(login->form, "password");
    const char *user = NULL;

    step->next = MCP_IDP_REFUSED;
    if (!name || !*name || strlen(name) > MAX_NAME)
        return NULL;
    if (!password || !*password || strlen(password) > MAX_PASSWORD)
        return NULL;
    if (!login->password)
        return mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                               "Load the modules of the providers named in "
                               "MCPIdentityProvider httpd.",
                               "There is nobody to ask for passwords.");
    MCP_TRY(login->password->check(&user, login->password->baton, login->idp,
                                   name, password));
    return user ? done(step, login->idp, apr_pstrdup(cx->pool, user), cx)
                : NULL;
}

static const mcp_error_t *
httpd_step(mcp_idp_step_t *step, const mcp_idp_login_t *login, mcp_ctx_t *cx)
{
    memset(step, 0, sizeof(*step));
    if (!login->idp->arguments || !login->idp->arguments->nelts)
        return from_httpd(step, login, cx);
    if (login->form)
        return from_form(step, login, cx);
    step->next = MCP_IDP_FORM;
    return NULL;
}

const mcp_idp_preset_t mcp_idp_httpd = {
    "httpd",
    httpd_check,
    httpd_step,
    NULL,
};
