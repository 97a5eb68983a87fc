/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/notification.h"

#include "mcp/era.h"

mcp_writer_t *mcp_notification_begin(const char *method, apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "jsonrpc", "2.0");
    mcp_writer_member(w, "method", method);
    mcp_writer_name(w, "params");
    mcp_writer_open(w, '{');
    return w;
}

void mcp_notification_add_subscription(mcp_writer_t *w, const mcp_json_t *id)
{
    mcp_writer_name(w, "_meta");
    mcp_writer_open(w, '{');
    mcp_writer_name(w, MCP_ERA_META_SUBSCRIPTION);
    mcp_writer_json(w, id);
    mcp_writer_close(w);
}

const char *mcp_notification_end(mcp_writer_t *w, apr_size_t *len)
{
    mcp_writer_close(w);
    mcp_writer_close(w);
    return mcp_writer_text(w, len);
}
