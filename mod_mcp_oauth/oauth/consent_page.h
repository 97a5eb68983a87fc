/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_CONSENT_PAGE_H
#define MCP_OAUTH_CONSENT_PAGE_H

#include "oauth/request.h"
#include "oauth/session.h"

/* The page that says what a client wants and asks whether it may: of a user
 * who has signed in, or, where users sign in at an identity provider, before
 * they are sent there (the MCP specification wants consent before the
 * provider is asked). Then it also asks at which one. */
typedef struct mcp_oauth_consent_page_t {
    const mcp_oauth_request_t *request;
    const mcp_oauth_resource_t *resource;
    const mcp_oauth_login_t *login; /* NULL: nobody has signed in yet */
    const char *flow;               /* what the form carries: this, or */
    const char *transaction;        /* this before somebody has signed in */
    int is_out;                     /* somebody has just signed out */
} mcp_oauth_consent_page_t;

const mcp_error_t *
mcp_oauth_consent_page_show(mcp_oauth_exchange_t *x,
                            const mcp_oauth_consent_page_t *page,
                            mcp_ctx_t *cx);

#endif
