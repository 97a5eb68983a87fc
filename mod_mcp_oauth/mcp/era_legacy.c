/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/era.h"

#include <string.h>

#include "mcp/stream.h"

/* Until 2025-11-25: an initialize handshake begins a session, the rest is said
 * once and kept in the session id. */

static const struct {
    const char *name;
    apr_uint32_t number;
} versions[] = {
    {"2025-11-25", 20251125}, /* the newest stands first */
    {"2025-06-18", 20250618},
    {"2025-03-26", 20250326},
    {"2024-11-05", 20241105},
};

#define VERSIONS (sizeof(versions) / sizeof(versions[0]))
#define FIRST_CONTEXT 20251125
#define FIRST_STREAMABLE 20250326 /* HTTP+SSE before it, and with it */

const char *mcp_era_legacy_version(const char *name,
                                   const mcp_server_t *server)
{
    apr_size_t i;

    for (i = 0; i < VERSIONS; i++)
        if (!strcmp(versions[i].name, name) &&
            (server->is_sse || versions[i].number >= FIRST_STREAMABLE))
            return versions[i].name;
    return NULL;
}

int mcp_era_legacy_is(const char *name)
{
    return mcp_era_legacy_number(name) != 0;
}

const char *mcp_era_legacy_latest(void)
{
    return versions[0].name;
}

apr_uint32_t mcp_era_legacy_number(const char *version)
{
    apr_size_t i;

    for (i = 0; i < VERSIONS; i++)
        if (!strcmp(versions[i].name, version))
            return versions[i].number;
    return 0;
}

const char *mcp_era_legacy_of_number(apr_uint32_t number)
{
    apr_size_t i;

    for (i = 0; i < VERSIONS; i++)
        if (versions[i].number == number)
            return versions[i].name;
    return NULL;
}

/* 2025-11-25 transports, Protocol Version Header. A version that is another
 * than the session's is let pass: clients that went through a gateway send the
 * gateway's. */
const mcp_error_t *mcp_era_legacy_check_version(const mcp_turn_t *t)
{
    const char *version = mcp_turn_header(t, "MCP-Protocol-Version");

    if (!version || mcp_era_legacy_version(version, t->x->server))
        return NULL;
    return mcp_error_tell(MCP_E_RPC_REQUEST, t->cx,
                          "Unsupported protocol version: %s",
                          mcp_turn_shown(t, version));
}

/* Over HTTP+SSE the session was looked up before the message was read. */
static const mcp_error_t *admit(mcp_turn_t *t)
{
    if (t->x->server->is_sse)
        return NULL;
    if (t->rpc.method && !strcmp(t->rpc.method, "initialize"))
        return NULL;
    MCP_TRY(mcp_session_get(&t->session, t->x, t->cx));
    mcp_turn_note_session(t);
    return mcp_era_legacy_check_version(t);
}

/* An unknown method is an ordinary answer here; 404 would end the session. */
static int status(const mcp_error_t *e)
{
    return e->code == MCP_E_METHOD_NOT_FOUND ? 200 : mcp_error_http(e);
}

static void begin(mcp_turn_t *t, const char *type)
{
}

static void end(mcp_turn_t *t)
{
    if (!t->meta)
        return;
    mcp_writer_name(t->w, "_meta");
    mcp_writer_open(t->w, '{');
    mcp_turn_write_meta(t);
    mcp_writer_close(t->w);
}

static void write_caching(mcp_turn_t *t, apr_int64_t ttl)
{
}

/* Until 2025-06-18 all that can sample include context. */
static int can(const mcp_turn_t *t, const char *pointer)
{
    if (!strcmp(pointer, "/sampling/context") && t->session.version &&
        mcp_era_legacy_number(t->session.version) < FIRST_CONTEXT)
        pointer = "/sampling";
    return mcp_stream_is_possible(t) && mcp_session_can(&t->session, pointer);
}

const mcp_era_t mcp_era_legacy = {
    MCP_ERA_LEGACY, admit, status, begin, end, write_caching, can,
};
