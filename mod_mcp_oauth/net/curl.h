/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_NET_CURL_H
#define MCP_NET_CURL_H

#include "net/dial.h"
#include "net/fetch.h"

/* Fetches through libcurl. Handles are kept for the next request, those for
 * trusted and for untrusted URLs apart, so that no connection made for the one
 * serves the other. */

/* In a child, after the fork; ends with cx->pool. most: handles kept of each
 * kind. dial may be NULL. */
const mcp_error_t *mcp_net_curl_make(mcp_net_fetcher_t *fetcher,
                                     apr_uint32_t most,
                                     const mcp_net_dial_t *dial,
                                     mcp_ctx_t *cx);

#endif
