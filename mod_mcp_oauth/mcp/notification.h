/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_NOTIFICATION_H
#define MCP_MCP_NOTIFICATION_H

#include "base/writer.h"

/* A notification of the server, while it is written. */

/* Up to the members of params. */
mcp_writer_t *mcp_notification_begin(const char *method, apr_pool_t *pool);
/* The member _meta with the id of the subscriptions/listen that hears of it.
 */
void mcp_notification_add_subscription(mcp_writer_t *w, const mcp_json_t *id);
/* The whole message, on one line. */
const char *mcp_notification_end(mcp_writer_t *w, apr_size_t *len);

#endif
