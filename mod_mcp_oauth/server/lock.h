/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_LOCK_H
#define MCP_SERVER_LOCK_H

#include <httpd.h>

#include "store/sqlite.h"

/* The mutex "mcp-oauth-store" (see Mutex): spares writers of the store to wait
 * in SQLite. Nothing depends on it, so whoever does not get it soon, because
 * its owner was killed, goes on without. */

/* pre_config */
apr_status_t mcp_server_lock_register(apr_pool_t *pconf);
/* post_config */
apr_status_t mcp_server_lock_make(server_rec *s, apr_pool_t *pconf);
/* child_init */
void mcp_server_lock_child(server_rec *s, apr_pool_t *pchild);

extern const mcp_store_lock_t mcp_server_lock;

#endif
