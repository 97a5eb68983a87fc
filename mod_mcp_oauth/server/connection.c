/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/connection.h"

#include <http_config.h>

extern module AP_MODULE_DECLARE_DATA mcp_oauth_module;

mcp_server_connection_t *mcp_server_connection_find(const conn_rec *c)
{
    return ap_get_module_config(c->conn_config, &mcp_oauth_module);
}

mcp_server_connection_t *mcp_server_connection_get(conn_rec *c)
{
    mcp_server_connection_t *known = mcp_server_connection_find(c);

    if (known)
        return known;
    known = apr_pcalloc(c->pool, sizeof(*known));
    ap_set_module_config(c->conn_config, &mcp_oauth_module, known);
    return known;
}
