/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_ERA_H
#define MCP_MCP_ERA_H

#include "mcp/turn.h"

#define MCP_ERA_LEGACY 1u
#define MCP_ERA_MODERN 2u

#define MCP_ERA_MODERN_VERSION "2026-07-28"

/* An era of the protocol: how a request is judged before its method is looked
 * at, and how answers are shaped. Tools never know theirs. */
struct mcp_era_t {
    unsigned bit; /* MCP_ERA_... */
    /* whether this message may go on to its method */
    const mcp_error_t *(*admit)(mcp_turn_t *t);
    /* the HTTP status of an error */
    int (*status)(const mcp_error_t *e);
    /* what a result begins and ends with; type as in mcp_turn_begin */
    void (*begin)(mcp_turn_t *t, const char *type);
    void (*end)(mcp_turn_t *t);
    /* how long (milliseconds) and by whom a result may be kept */
    void (*write_caching)(mcp_turn_t *t, apr_int64_t ttl);
    /* whether the client can be asked for what needs this capability */
    int (*can)(const mcp_turn_t *t, const char *pointer);
};

/* What is listed changes with the configuration, or is told of. */
#define MCP_ERA_LIST_TTL 60000 /* milliseconds */

extern const mcp_era_t mcp_era_legacy;
extern const mcp_era_t mcp_era_modern;

/* The era of the message read, by its body first (versioning: "a dual-era
 * server selects its behavior from how the client opens"). HEADER_MISMATCH
 * where header and body contradict each other. */
const mcp_error_t *mcp_era_choose(mcp_turn_t *t);

#define MCP_ERA_META_VERSION "io.modelcontextprotocol/protocolVersion"
#define MCP_ERA_META_CAPABILITIES "io.modelcontextprotocol/clientCapabilities"
#define MCP_ERA_META_LOG_LEVEL "io.modelcontextprotocol/logLevel"
#define MCP_ERA_META_SUBSCRIPTION "io.modelcontextprotocol/subscriptionId"
/* What the request says of itself in params._meta; NULL when absent. */
const mcp_json_t *mcp_era_meta(const mcp_turn_t *t, const char *name);

/* The legacy version named, if it is spoken over this server's transport; else
 * NULL. The result is static. */
const char *mcp_era_legacy_version(const char *name,
                                   const mcp_server_t *server);
/* Whether this is a version of the legacy era, of whichever transport. */
int mcp_era_legacy_is(const char *name);
/* Refuses an MCP-Protocol-Version that no session can have. */
const mcp_error_t *mcp_era_legacy_check_version(const mcp_turn_t *t);
/* From this one on streams begin with an event without data and can be
 * resumed. */
#define MCP_ERA_RESUMABLE 20251125
/* The newest one. */
const char *mcp_era_legacy_latest(void);
/* A legacy version as a number and back, for a session id; NULL for a number
 * that is none. */
apr_uint32_t mcp_era_legacy_number(const char *version);
const char *mcp_era_legacy_of_number(apr_uint32_t number);

#endif
