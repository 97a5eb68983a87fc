/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_NET_CURL_OPTIONS_H
#define MCP_NET_CURL_OPTIONS_H

#include <curl/curl.h>

#include "net/fetch.h"

/* What libcurl is told to do for a request, and what it never does. */

/* All but callbacks and lists. The request outlives the transfer. */
CURLcode mcp_net_curl_options_set(CURL *curl, const mcp_net_request_t *request,
                                  const mcp_uri_t *uri);
/* The header fields, for CURLOPT_HTTPHEADER; freed by the caller. NULL when
 * there is no memory. */
struct curl_slist *
mcp_net_curl_options_fields(const mcp_net_request_t *request,
                            apr_pool_t *pool);

#endif
