/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/capabilities.h"
#include "mcp/era.h"
#include "mcp/method.h"

/* server/discover: only the modern revision is named, since who asks in this
 * way is not to choose one that needs a handshake. */
const mcp_error_t *mcp_discover_answer(mcp_turn_t *t)
{
    mcp_turn_begin(t, "complete");
    mcp_writer_name(t->w, "supportedVersions");
    mcp_writer_raw(t->w, "[\"" MCP_ERA_MODERN_VERSION "\"]");
    mcp_capabilities_write(t);
    mcp_writer_member(t->w, "instructions", t->x->server->instructions);
    t->era->write_caching(t, MCP_ERA_LIST_TTL);
    return NULL;
}
