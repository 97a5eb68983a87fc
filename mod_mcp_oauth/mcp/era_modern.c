/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/era.h"

#include <string.h>

#include "mcp/header.h"
#include "mcp/level.h"
#include "mcp/method.h"

/* From 2026-07-28 on: every request says all about itself in params._meta, and
 * headers mirror what intermediaries want to see. */

static const mcp_error_t *refuse(const mcp_turn_t *t, const char *what)
{
    return mcp_error_tell(MCP_E_RPC_ENVELOPE, t->cx, "Invalid params: %s",
                          what);
}

static int is_absent_or(const mcp_json_t *json, mcp_json_type_t type)
{
    return !json || mcp_json_type(json) == type;
}

/* basic/index "_meta": what must be there, and what may be */
static const mcp_error_t *check_envelope(mcp_turn_t *t)
{
    const mcp_json_t *level = mcp_era_meta(t, MCP_ERA_META_LOG_LEVEL);
    const mcp_json_t *token = mcp_era_meta(t, "progressToken");
    apr_int64_t number;

    t->capabilities = mcp_era_meta(t, MCP_ERA_META_CAPABILITIES);
    if (!mcp_json_string(mcp_era_meta(t, MCP_ERA_META_VERSION)))
        return refuse(t, "_meta must name " MCP_ERA_META_VERSION);
    if (mcp_json_type(t->capabilities) != MCP_JSON_OBJECT)
        return refuse(t,
                      "_meta must have the object " MCP_ERA_META_CAPABILITIES);
    if (!is_absent_or(mcp_era_meta(t, "io.modelcontextprotocol/clientInfo"),
                      MCP_JSON_OBJECT))
        return refuse(t, "io.modelcontextprotocol/clientInfo must be an "
                         "object");
    if (level && mcp_level_of(mcp_json_string(level)) < 0)
        return refuse(t, MCP_ERA_META_LOG_LEVEL " is not a level");
    if (token && !mcp_json_string(token) && !mcp_json_integer(&number, token))
        return refuse(t, "progressToken must be a string or an integer");
    return NULL;
}

static const mcp_error_t *unsupported(const mcp_turn_t *t, const char *version)
{
    mcp_writer_t *w = mcp_writer_make(t->cx->pool);
    mcp_error_t *e = mcp_error_tell(MCP_E_UNSUPPORTED_VERSION, t->cx,
                                    "Unsupported protocol version: %s",
                                    mcp_turn_shown(t, version));

    mcp_writer_open(w, '{');
    mcp_writer_name(w, "supported");
    mcp_writer_raw(w, "[\"" MCP_ERA_MODERN_VERSION "\"]");
    mcp_writer_member(w, "requested", version);
    mcp_writer_close(w);
    e->data = mcp_writer_text(w, NULL);
    return e;
}

static const mcp_error_t *check_version(mcp_turn_t *t, const char *version)
{
    if (strcmp(version, MCP_ERA_MODERN_VERSION) != 0)
        return unsupported(t, version);
    t->x->era = MCP_ERA_MODERN_VERSION;
    return NULL;
}

/* Which headers a notification must bear is left open by the revision: those
 * that are there must fit. */
static const mcp_error_t *admit_notification(mcp_turn_t *t)
{
    const char *header = mcp_turn_header(t, "MCP-Protocol-Version");
    const mcp_json_t *claim = mcp_era_meta(t, MCP_ERA_META_VERSION);
    const char *version = claim ? mcp_json_string(claim) : header;

    if (!version)
        return refuse(t, MCP_ERA_META_VERSION " must be a string");
    if (header)
        MCP_TRY(mcp_header_check(t, "MCP-Protocol-Version", version));
    return check_version(t, version);
}

/* The order of these checks is the specification's: Server Validation, and
 * what its error codes imply. */
static const mcp_error_t *admit(mcp_turn_t *t)
{
    const char *version;

    if (t->rpc.kind == MCP_RPC_NOTIFICATION)
        return admit_notification(t);
    MCP_TRY(check_envelope(t));
    version = mcp_json_string(mcp_era_meta(t, MCP_ERA_META_VERSION));
    MCP_TRY(mcp_header_check(t, "MCP-Protocol-Version", version));
    MCP_TRY(check_version(t, version));
    MCP_TRY(mcp_header_check(t, "Mcp-Method", t->rpc.method));
    if (!t->method || !t->method->target)
        return NULL;
    return mcp_header_check_encoded(
        t, "Mcp-Name",
        mcp_json_string(mcp_json_get(t->rpc.params, t->method->target)));
}

static int status(const mcp_error_t *e)
{
    return mcp_error_http(e);
}

static void begin(mcp_turn_t *t, const char *type)
{
    mcp_writer_member(t->w, "resultType", type);
}

static void end(mcp_turn_t *t)
{
    mcp_writer_name(t->w, "_meta");
    mcp_writer_open(t->w, '{');
    mcp_writer_name(t->w, "io.modelcontextprotocol/serverInfo");
    mcp_turn_write_server(t);
    mcp_turn_write_meta(t);
    mcp_writer_close(t->w);
}

static void write_caching(mcp_turn_t *t, apr_int64_t ttl)
{
    mcp_writer_member_integer(t->w, "ttlMs", ttl);
    mcp_writer_member(t->w, "cacheScope",
                      t->x->principal ? "private" : "public");
}

/* client/elicitation: an empty object means that forms are supported */
static int can(const mcp_turn_t *t, const char *pointer)
{
    const mcp_json_t *elicitation;

    if (mcp_json_type(mcp_json_pointer(t->capabilities, pointer)) ==
        MCP_JSON_OBJECT)
        return 1;
    if (strcmp(pointer, "/elicitation/form") != 0)
        return 0;
    elicitation = mcp_json_get(t->capabilities, "elicitation");
    return mcp_json_type(elicitation) == MCP_JSON_OBJECT &&
           mcp_json_size(elicitation) == 0;
}

const mcp_era_t mcp_era_modern = {
    MCP_ERA_MODERN, admit, status, begin, end, write_caching, can,
};
