/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/signin.h"

#include <apr_strings.h>
#include <string.h>

#include "idp/metadata.h"
#include "idp/fault.h"
#include "idp/gather.h"
#include "idp/token_request.h"

#define CODE_MAX 4096 /* bytes */

/* -- what the provider sent the browser back with -- */

/* RFC 9207 2.4: an answer of another provider, that somebody mixed up. */
static const mcp_error_t *issuer_check(const apr_table_t *query,
                                       const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    const char *iss = apr_table_get(query, "iss");

    if (!iss || mcp_idp_metadata_may_be_issuer(idp, iss))
        return NULL;
    return mcp_idp_fault_make(
        idp, cx,
        "It is the answer of another provider. If that is the same one, write "
        "so, byte for byte: Issuer inside <MCPIdentityProvider>.",
        "iss of the callback is \"%s\", expected is \"%s\"",
        mcp_idp_fault_quote(iss, cx), idp->issuer);
}

/* RFC 6749 4.1.2.1. Auth0 calls a user whom it does not let in unauthorized.
 */
static const mcp_error_t *error_read(const apr_table_t *query,
                                     const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    const char *word = apr_table_get(query, "error");
    const char *remedy = "See how the application is set up at the provider.";
    const char *error = mcp_idp_fault_quote(word, cx);
    const char *more =
        mcp_idp_fault_quote(apr_table_get(query, "error_description"), cx);
    mcp_error_t *e;

    if (!strcmp(word, "access_denied") || !strcmp(word, "unauthorized"))
        return mcp_idp_fault_no(idp, cx, MCP_E_ACCESS_DENIED,
                                "it says %s \"%s\"", error, more);
    if (!strcmp(word, "temporarily_unavailable"))
        return mcp_idp_fault_outage(idp, cx, 0, "it says %s \"%s\"", error,
                                    more);
    if (!strcmp(word, "invalid_scope"))
        remedy =
            mcp_idp_fault_hint("Ask for what the application may have: Scopes "
                               "inside <MCPIdentityProvider>.",
                               idp->preset->facts->hints.invalid_scope, cx);
    e = mcp_idp_fault_make(idp, cx, remedy, "it says %s \"%s\"", error, more);
    if (!strcmp(word, "invalid_scope"))
        e->code = MCP_E_INVALID_SCOPE;
    return e;
}

static const mcp_error_t *code_read(const char **code,
                                    const apr_table_t *query,
                                    const mcp_idp_metadata_t *metadata,
                                    mcp_ctx_t *cx)
{
    const mcp_idp_t *idp = metadata->remote->idp;

    if (metadata->says_issuer && !apr_table_get(query, "iss"))
        return mcp_idp_fault_make(
            idp, cx,
            "Somebody may have sent the answer of another provider. Otherwise "
            "what is between it and the browser drops iss.",
            "the callback has no iss, which it says that it sends");
    *code = apr_table_get(query, "code");
    if (!*code || !**code)
        return mcp_idp_fault_make(idp, cx,
                                  "The response_type of the application at "
                                  "the provider has to be code.",
                                  "the callback has neither code nor error");
    if (strlen(*code) > CODE_MAX)
        return mcp_idp_fault_make(idp, cx, "That is none of its codes.",
                                  "the code in the callback is too long");
    return NULL;
}

/* -- what it is worth -- */

/* That the provider says no is, where somebody has just come from there,
 * something to look into. */
static const mcp_error_t *as_fault(const mcp_error_t *e, const char *remedy,
                                   mcp_ctx_t *cx)
{
    if (!e || e->code != MCP_E_INVALID_GRANT)
        return e;
    return mcp_error_fault(MCP_E_SERVER_ERROR, cx, remedy, "%s", e->detail);
}

static const mcp_error_t *exchange(mcp_idp_tokens_t *tokens, const char *code,
                                   const mcp_idp_signin_begun_t *begun,
                                   const mcp_idp_metadata_t *metadata,
                                   mcp_ctx_t *cx)
{
    apr_table_t *form = apr_table_make(cx->pool, 8);

    apr_table_setn(form, "grant_type", "authorization_code");
    apr_table_setn(form, "code", code);
    apr_table_setn(form, "redirect_uri", begun->callback);
    apr_table_setn(form, "code_verifier", begun->verifier);
    return as_fault(
        mcp_idp_token_request_do(tokens, form, metadata, cx),
        apr_psprintf(cx->pool,
                     "If it happens each time: the redirect URI at the "
                     "provider has to be %s, byte for byte, and a code is "
                     "good once and for a short time.",
                     begun->callback),
        cx);
}

static const mcp_error_t *identify(mcp_idp_signin_done_t *done,
                                   const mcp_idp_signin_begun_t *begun,
                                   const mcp_idp_metadata_t *metadata,
                                   mcp_ctx_t *cx)
{
    const mcp_idp_gather_t from = {&done->tokens, begun->nonce, NULL, 0};
    int is_whole;

    return as_fault(mcp_idp_gather_identity(&done->identity, &is_whole, &from,
                                            metadata, cx),
                    "It gave that access token itself: see that Endpoint, "
                    "inside <MCPIdentityProvider>, names none of another "
                    "provider.",
                    cx);
}

static void advise(const mcp_idp_tokens_t *tokens, const mcp_idp_t *idp,
                   mcp_ctx_t *cx)
{
    const char *hint = idp->preset->facts->hints.no_refresh;

    if (!tokens->refresh_token && hint)
        mcp_ctx_log(cx, MCP_LOG_INFO, 183,
                    "identity provider \"%s\" gave no refresh token. %s",
                    idp->label, hint);
}

const mcp_error_t *mcp_idp_signin_finish(mcp_idp_signin_done_t *done,
                                         const mcp_idp_signin_begun_t *begun,
                                         const apr_table_t *query,
                                         const mcp_idp_remote_t *remote,
                                         mcp_ctx_t *cx)
{
    const mcp_idp_metadata_t *metadata;
    const char *code = NULL;

    memset(done, 0, sizeof(*done));
    MCP_TRY(issuer_check(query, remote->idp, cx));
    if (apr_table_get(query, "error"))
        return error_read(query, remote->idp, cx);
    MCP_TRY(mcp_idp_metadata_get(&metadata, remote, cx));
    MCP_TRY(code_read(&code, query, metadata, cx));
    MCP_TRY(exchange(&done->tokens, code, begun, metadata, cx));
    MCP_TRY(identify(done, begun, metadata, cx));
    advise(&done->tokens, remote->idp, cx);
    return NULL;
}
