/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/server.h"

#include <string.h>

int mcp_server_has(const mcp_server_t *server, const char *list)
{
    return !strcmp(list, "tools");
}

int mcp_server_has_resource(const mcp_server_t *server, const char *uri,
                            mcp_ctx_t *cx)
{
    return 0;
}
