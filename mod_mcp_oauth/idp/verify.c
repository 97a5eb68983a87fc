/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/verify.h"

#include <apr_strings.h>

#include "idp/remote.h"

/* -- what they have in common -- */

/* What Verify needs and discovery cannot give. */
static const struct {
    int how;
    mcp_idp_endpoint_t kind;
    const char *fault;
} needs[] = {
    {MCP_IDP_VERIFY_USERINFO, MCP_IDP_ENDPOINT_USERINFO,
     "who the user is, its userinfo endpoint says. Add \"Endpoint userinfo "
     "URL\"; or let its tokens say it, with Verify"},
    {MCP_IDP_VERIFY_INTROSPECTION, MCP_IDP_ENDPOINT_INTROSPECTION,
     "\"Verify introspection\" asks its introspection endpoint. Add "
     "\"Endpoint introspection URL\""},
};

static int is_signed(int how)
{
    return how == MCP_IDP_VERIFY_JWT || how == MCP_IDP_VERIFY_ID_TOKEN;
}

static int has_document(const mcp_idp_t *idp)
{
    return mcp_idp_remote_endpoint(idp, MCP_IDP_ENDPOINT_DISCOVERY) != NULL;
}

static const char *needs_fault(const mcp_idp_t *idp, int how)
{
    apr_size_t i;

    if (is_signed(how) && !idp->preset->facts->algorithms)
        return "this provider signs no tokens. Drop Verify";
    if (has_document(idp))
        return NULL;
    if (is_signed(how) && !idp->shared_secret &&
        !mcp_idp_remote_endpoint(idp, MCP_IDP_ENDPOINT_KEYS))
        return "its tokens cannot be verified without its keys. Add "
               "\"Endpoint keys URL\"";
    for (i = 0; i < sizeof(needs) / sizeof(*needs); i++)
        if (how == needs[i].how &&
            !mcp_idp_remote_endpoint(idp, needs[i].kind))
            return needs[i].fault;
    return NULL;
}

/* -- signing in -- */

/* Without openid nobody gives an id_token (OpenID Connect Core 3.1.2.1). */
static int signin_how(const mcp_idp_t *idp)
{
    int how = idp->verify ? idp->verify : (int)idp->preset->facts->verify;

    if (idp->verify_setting)
        return idp->verify_setting->how;
    return how == MCP_IDP_VERIFY_ID_TOKEN &&
                   !mcp_idp_remote_has_scope(idp, "openid")
               ? MCP_IDP_VERIFY_USERINFO
               : how;
}

static const char *signin_fault(const mcp_idp_t *idp)
{
    if (!has_document(idp)) {
        if (!mcp_idp_remote_endpoint(idp, MCP_IDP_ENDPOINT_AUTHORIZATION))
            return "where do users sign in? Add \"Endpoint authorization "
                   "URL\"; or \"Endpoint discovery URL\", where there is such "
                   "a document";
        if (!mcp_idp_remote_endpoint(idp, MCP_IDP_ENDPOINT_TOKEN))
            return "where are tokens given? Add \"Endpoint token URL\"";
    }
    if (idp->verify == MCP_IDP_VERIFY_ID_TOKEN &&
        idp->preset->facts->algorithms &&
        !mcp_idp_remote_has_scope(idp, "openid"))
        return "\"Verify id-token\", but Scopes has no openid, without which "
               "there is no id_token. Add it, or write \"Verify userinfo\"";
    return needs_fault(idp, idp->verify);
}

/* -- tokens that clients bring -- */

static int bearer_how(const mcp_idp_t *idp)
{
    return idp->verify_setting ? idp->verify_setting->how
                               : (int)idp->preset->facts->bearer;
}

static const char *bearer_fault(const mcp_idp_t *idp)
{
    const mcp_idp_facts_t *facts = idp->preset->facts;

    if (!idp->bearer)
        return "its access tokens say nothing that could be verified, and "
               "whom one was given to it does not say either. Where any "
               "application's token may come in, write \"Verify userinfo\"; "
               "else let this server issue the tokens, with \"MCPAuthMode "
               "broker\"";
    if (idp->is_guess)
        return "whose access tokens they are, nothing says. Write its issuer, "
               "as in \"oauth2 https://login.example.com\"";
    if (idp->bearer == MCP_IDP_VERIFY_INTROSPECTION && !idp->client &&
        !facts->is_tokeninfo)
        return "its introspection endpoint answers its clients alone. Add "
               "\"Client ID SECRET\"";
    if (idp->bearer == MCP_IDP_VERIFY_ID_TOKEN && !idp->client &&
        !idp->audiences)
        return "id_tokens are for a client. Name those whose users may come: "
               "\"Audience CLIENT-ID\"";
    if (idp->bearer == MCP_IDP_VERIFY_JWT && facts->has_no_aud &&
        !idp->client && !idp->audiences)
        return "its access tokens do not say whom they are for. Name the "
               "clients whose users may come: \"Audience CLIENT-ID\"";
    return needs_fault(idp, idp->bearer);
}

/* -- both -- */

static const char *told(const mcp_idp_t *idp, const char *wrong,
                        apr_pool_t *pool)
{
    return wrong ? apr_psprintf(pool, "%s: %s.", idp->preset->name, wrong)
                 : NULL;
}

void mcp_idp_verify_fill(mcp_idp_t *idp, apr_pool_t *pool)
{
    idp->verify = signin_how(idp);
    idp->bearer = bearer_how(idp);
    idp->signin_fault = told(idp, signin_fault(idp), pool);
    idp->bearer_fault = told(idp, bearer_fault(idp), pool);
}
