/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "ctl/token.h"

#include <apr_lib.h>
#include <string.h>

#include "ctl/answer.h"
#include "ctl/state.h"
#include "jose/jws.h"
#include "oauth/about.h"
#include "oauth/refresh.h"
#include "oauth/revoke.h"
#include "oauth/verify.h"

#define MOST_BYTES (2 * MCP_JWS_MAX)
#define PREFIX "Bearer "

/* Not as an argument: other users of the machine see those. */
const mcp_error_t *mcp_ctl_token_read(const char **token, FILE *in,
                                      mcp_ctx_t *cx)
{
    char *text = apr_palloc(cx->pool, MOST_BYTES + 1);
    apr_size_t len = fread(text, 1, MOST_BYTES, in);

    while (len && apr_isspace(text[len - 1]))
        len--;
    text[len] = '\0';
    while (apr_isspace(*text))
        text++;
    if (!strncasecmp(text, PREFIX, sizeof(PREFIX) - 1))
        text += sizeof(PREFIX) - 1;
    *token = text;
    if (!*text)
        return mcp_error_make(MCP_E_INVALID_REQUEST, cx,
                              "the token is read from standard input, where "
                              "there is none");
    return NULL;
}

/* -- revoking -- */

/* A refresh token takes its grant with it. Judged by the very code that lets
 * tokens in: nobody shall end another's grant by having an administrator
 * revoke what he made up. */
static const mcp_error_t *refresh_token_revoke(int *done, const char *token,
                                               const mcp_oauth_service_t *of,
                                               mcp_ctx_t *cx)
{
    mcp_oauth_grant_t *grant;

    MCP_TRY(mcp_oauth_refresh_find(&grant, token, of, cx));
    return grant ? mcp_oauth_revoke_grant(done, grant->id, of->works, cx)
                 : NULL;
}

static const mcp_error_t *access_token_revoke(const mcp_principal_t **who,
                                              const char *token,
                                              const mcp_oauth_service_t *of,
                                              mcp_ctx_t *cx)
{
    const mcp_error_t *e = mcp_oauth_verify_token(who, token, of, cx);
    mcp_audit_about_t about;

    if (e && e->code == MCP_E_INVALID_TOKEN)
        return NULL;
    MCP_TRY(e);
    MCP_TRY(mcp_oauth_revoke_token(*who, of->works, cx));
    about = mcp_oauth_about_principal(*who, NULL, cx->pool);
    about.reason = "administrator, one access token";
    mcp_audit(cx, MCP_AUDIT_REVOKED, &about);
    return NULL;
}

/* *who: it was an access token; *done: it was a refresh token. */
static const mcp_error_t *either_revoke(const mcp_principal_t **who, int *done,
                                        const char *token,
                                        const mcp_ctl_state_t *state,
                                        mcp_ctx_t *cx)
{
    const apr_array_header_t *services = state->known->services;
    int i;

    *who = NULL;
    *done = 0;
    for (i = 0; i < services->nelts && !*who && !*done; i++) {
        const mcp_oauth_service_t *of =
            APR_ARRAY_IDX(services, i, const mcp_oauth_service_t *);

        MCP_TRY(refresh_token_revoke(done, token, of, cx));
        if (!*done)
            MCP_TRY(access_token_revoke(who, token, of, cx));
    }
    return NULL;
}

static const mcp_error_t *unknown(mcp_ctx_t *cx)
{
    return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                           "Restart httpd, which writes it; or revoke the "
                           "grant that \"mcpctl verify\" names.",
                           "whose token it is cannot be told without "
                           "service.json");
}

const mcp_error_t *mcp_ctl_token_revoke(int *answer,
                                        const mcp_ctl_arguments_t *arguments,
                                        mcp_ctx_t *cx)
{
    const mcp_principal_t *who;
    mcp_ctl_answer_t said = {"tokens", 1};
    mcp_ctl_state_t *state;
    const char *token;
    int done;

    MCP_TRY(mcp_ctl_token_read(&token, stdin, cx));
    MCP_TRY(mcp_ctl_state_open(&state, arguments, cx));
    MCP_TRY(mcp_ctl_state_open_keys(state, cx));
    if (!state->known)
        return unknown(cx);
    MCP_TRY(either_revoke(&who, &done, token, state, cx));
    if (!who && !done)
        return mcp_error_make(MCP_E_NOT_FOUND, cx,
                              "it is no token of this server that would still "
                              "be good");
    if (done)
        said.name = "grants";
    mcp_ctl_answer_print(
        &said, arguments, cx->pool, "%s%s",
        done ? "The refresh token and its grant are revoked: nothing of it is "
               "good any more."
             : "The access token is revoked. Its grant lives on; to end that, "
               "too: mcpctl revoke grant ",
        done ? "" : mcp_digest_text(who->grant, cx->pool));
    return NULL;
}
