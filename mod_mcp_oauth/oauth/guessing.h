/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_GUESSING_H
#define MCP_OAUTH_GUESSING_H

#include "oauth/exchange.h"

/* Slows down who guesses passwords, without locking users out: over the
 * limit are addresses, and users only for addresses that failed for them
 * before. */

/* TOO_MANY_REQUESTS with the seconds to wait, or NULL. */
const mcp_error_t *mcp_oauth_guessing_check(const mcp_oauth_exchange_t *x,
                                            const char *user, mcp_ctx_t *cx);
void mcp_oauth_guessing_failed(const mcp_oauth_exchange_t *x, const char *user,
                               mcp_ctx_t *cx);
void mcp_oauth_guessing_succeeded(const mcp_oauth_exchange_t *x,
                                  const char *user, mcp_ctx_t *cx);

#endif
