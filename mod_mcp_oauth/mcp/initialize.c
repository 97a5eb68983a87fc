/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/capabilities.h"
#include "mcp/era.h"
#include "mcp/method.h"
#include "mcp/sse.h"

static int is_object_or_absent(const mcp_turn_t *t, const char *name)
{
    const mcp_json_t *json = mcp_json_get(t->rpc.params, name);

    return !json || mcp_json_type(json) == MCP_JSON_OBJECT;
}

/* Over HTTP+SSE the session was there before. */
static const mcp_error_t *begin(mcp_turn_t *t, const char *version,
                                unsigned capabilities)
{
    if (t->x->server->is_sse)
        return mcp_sse_agree(t, version, capabilities);
    MCP_TRY(mcp_session_make(&t->x->session_id, version, capabilities, t->x,
                             t->cx));
    t->x->session = mcp_digest_text(t->x->session_id, t->cx->pool);
    return NULL;
}

/* 2025-11-25 lifecycle: a version that is not spoken is answered with one that
 * is, and the client decides whether to go on. */
const mcp_error_t *mcp_initialize_answer(mcp_turn_t *t)
{
    const mcp_json_t *declared = mcp_json_get(t->rpc.params, "capabilities");
    const char *asked, *version;

    asked = mcp_json_string(mcp_json_get(t->rpc.params, "protocolVersion"));
    if (!asked)
        return mcp_turn_refuse(t, "protocolVersion must be a string");
    if (!is_object_or_absent(t, "capabilities"))
        return mcp_turn_refuse(t, "capabilities must be an object");
    if (!is_object_or_absent(t, "clientInfo"))
        return mcp_turn_refuse(t, "clientInfo must be an object");
    version = mcp_era_legacy_version(asked, t->x->server);
    if (!version)
        version = mcp_era_legacy_latest();
    t->x->era = version;
    MCP_TRY(begin(t, version, mcp_session_capabilities(declared)));

    mcp_turn_begin(t, NULL);
    mcp_writer_member(t->w, "protocolVersion", version);
    mcp_capabilities_write(t);
    mcp_writer_name(t->w, "serverInfo");
    mcp_turn_write_server(t);
    mcp_writer_member(t->w, "instructions", t->x->server->instructions);
    return NULL;
}
