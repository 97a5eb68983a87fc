/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/info.h"

#include "mcp/icon.h"

void mcp_info_write(mcp_writer_t *w, const mcp_server_t *server,
                    apr_pool_t *pool)
{
    mcp_writer_open(w, '{');
    mcp_writer_member(w, "name", server->name);
    mcp_writer_member(w, "title", server->title);
    mcp_writer_member(w, "version", server->version);
    mcp_writer_member(w, "websiteUrl", server->documentation);
    mcp_icon_write(w, server->icons, pool);
    mcp_writer_close(w);
}
