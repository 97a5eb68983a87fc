/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_SERVER_H
#define MCP_MCP_SERVER_H

#include "jose/keyring.h"
#include "live/place.h"
#include "live/throttle.h"
#include "mcp/prompts.h"
#include "mcp/resources.h"
#include "mcp/tools.h"

/* One MCP server: a location with `SetHandler mcp-server`. Made from the
 * configuration; immutable while requests run. */
typedef struct mcp_server_t {
    const char *name;         /* serverInfo.name: stable, programmatic */
    const char *title;        /* or NULL */
    const char *version;      /* of this module */
    const char *instructions; /* or NULL */
    const char *url; /* identifies the server in what it seals and MACs */
    int is_sse;      /* MCPTransport sse: HTTP+SSE of 2024-11-05 */
    const char *documentation; /* a URL, or NULL */
    const mcp_icon_t *icons;   /* or NULL */
    const mcp_tools_t *tools;
    const mcp_resources_t *resources;
    const mcp_prompts_t *prompts;
    const apr_array_header_t *modules; /* of const char *: who offers them */
    apr_int64_t session_lifetime;      /* seconds */
    apr_int64_t task_lifetime;         /* seconds */
} mcp_server_t;

/* What a child works with; filled in after the fork. */
typedef struct mcp_works_t {
    const mcp_jose_keyring_t *keys;
    const char *issuer; /* whose keys */
    mcp_live_shared_t *shared;
    mcp_place_limits_t places[MCP_PLACE_KINDS]; /* for what waits */
    mcp_live_rate_t calls;                      /* of tools, by one user */
    mcp_live_rate_t completions;                /* of one user */
    /* Has work done in a thread of its own, with a context that ends with it;
     * 0: too much waits for one already. NULL: there are no threads. */
    int (*run)(void (*work)(mcp_ctx_t *cx, void *baton), void *baton);
    /* Whether this child ends, and its threads should; NULL: never. */
    int (*is_stopping)(void);
    /* Tries to have the keys, where this child has not, or not the latest;
     * UNAVAILABLE while it cannot. NULL: it has. */
    const mcp_error_t *(*ready)(mcp_ctx_t *cx);
} mcp_works_t;

/* Whether a capability is declared, since something is offered that needs it:
 * "tools", "resources", "prompts", "completions", "logging", "tasks". */
int mcp_server_has(const mcp_server_t *server, const char *capability);
/* Whether a resource or a template fits uri. */
int mcp_server_has_resource(const mcp_server_t *server, const char *uri,
                            mcp_ctx_t *cx);
/* Who calls what, for what is bound to both: the server's URL, and issuer,
 * subject and client of the principal; as members of an open array. */
void mcp_server_write_call(mcp_writer_t *w, const mcp_server_t *server,
                           const mcp_principal_t *who);

#endif
