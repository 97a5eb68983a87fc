/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_CONSENT_H
#define MCP_OAUTH_CONSENT_H

#include "oauth/flow.h"

/* What a user who has signed in is asked, and what a yes brings about. */
typedef struct mcp_oauth_consent_ask_t {
    const mcp_oauth_request_t *request;
    const mcp_oauth_resource_t *resource;
    const mcp_oauth_login_t *login;
    int is_approved; /* the user has said yes before signing in */
} mcp_oauth_consent_ask_t;

/* Shows the consent page. Where nothing has to be asked, for the user agreed
 * before, or just now, or the administrator wants it so, the client gets its
 * code at once. */
const mcp_error_t *mcp_oauth_consent_ask(mcp_oauth_exchange_t *x,
                                         const mcp_oauth_consent_ask_t *ask,
                                         mcp_ctx_t *cx);
/* The user has said yes: a code for the client. */
const mcp_error_t *mcp_oauth_consent_give(mcp_oauth_exchange_t *x,
                                          const mcp_oauth_consent_ask_t *ask,
                                          mcp_ctx_t *cx);

/* Whether the request is one that the user sees: a frame or a script that gets
 * a code unseen is no user's doing. */
int mcp_oauth_consent_is_seen(const mcp_oauth_exchange_t *x);

#endif
