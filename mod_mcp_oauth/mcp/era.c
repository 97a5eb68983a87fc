/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/era.h"

#include <string.h>

const mcp_json_t *mcp_era_meta(const mcp_turn_t *t, const char *name)
{
    return mcp_json_get(t->rpc.meta, name);
}

const mcp_error_t *mcp_era_choose(mcp_turn_t *t)
{
    const char *version = mcp_turn_header(t, "MCP-Protocol-Version");
    int other = version && !mcp_era_legacy_is(version);

    t->era = &mcp_era_legacy;
    if (t->rpc.kind == MCP_RPC_RESPONSE || t->x->server->is_sse)
        return NULL;
    if (mcp_era_meta(t, MCP_ERA_META_VERSION)) {
        t->era = &mcp_era_modern;
        return NULL;
    }
    if (!other)
        return NULL;
    if (!strcmp(t->rpc.method, "initialize"))
        return mcp_error_tell(MCP_E_HEADER_MISMATCH, t->cx,
                              "Header mismatch: initialize is a request of "
                              "the versions until %s, MCP-Protocol-Version "
                              "names another",
                              mcp_era_legacy_latest());
    t->era = &mcp_era_modern;
    return NULL;
}
