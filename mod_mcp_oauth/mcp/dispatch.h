/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_DISPATCH_H
#define MCP_MCP_DISPATCH_H

#include "mcp/server.h"

/* One HTTP request of the Streamable HTTP transport, without httpd, and its
 * answer. Origin, CORS, authorization, the body's size and its Content-Type
 * are settled before (facts: decision order 1 to 5); everything from parsing
 * the body on happens here. */

/* The stream that an answer may become (text/event-stream): how server/ lets
 * bytes out while the request is still being answered. */
struct mcp_watch_t;

typedef struct mcp_outlet_t {
    /* bytes of the stream, sent at once; the first ones begin the answer. 0:
     * nobody reads any more */
    int (*send)(void *baton, const char *bytes, apr_size_t len);
    /* the answer is over, though the request may go on */
    void (*end)(void *baton);
    /* instead of a stream: 202 is the answer now, and the request goes on */
    void (*accept)(void *baton);
    /* whether the client has gone */
    int (*gone)(void *baton);
    /* whether long answers must end: the server stops */
    int (*stopping)(void *baton);
    apr_interval_time_t patience; /* how long a stream may live, and a client
                                   * may think about a question */
    /* whether the client may still have it: its access token was not revoked.
     * NULL: always */
    int (*entitled)(void *baton);
    /* takes over a stream that goes on after mcp_dispatch() has returned: see
     * mcp/watch.h. 0: it cannot. NULL: never */
    int (*park)(void *baton, struct mcp_watch_t *watch);
} mcp_outlet_t;

typedef struct mcp_exchange_t {
    const mcp_server_t *server;
    const mcp_works_t *works;
    const mcp_principal_t *principal; /* NULL: the location needs no login */

    /* -- what came -- */
    const char *method; /* POST, GET, DELETE */
    const char *body;
    apr_size_t body_len;
    /* a request header by name, NULL when absent. httpd joins repeated ones
     * with ", " */
    const char *(*header)(void *baton, const char *name);
    const char *address;     /* of the client, or NULL */
    const char *session_key; /* sessionId of the query (HTTP+SSE), or NULL */
    const mcp_outlet_t *outlet; /* NULL: the answer is one body */
    void *baton;

    /* -- what goes -- */
    int status;       /* always set; 0 when a stream was the answer */
    const char *json; /* the body, or NULL for none */
    apr_size_t json_len;
    const char *session_id; /* Mcp-Session-Id to send, or NULL */
    const char *allow;      /* Allow to send with 405, or NULL */
    int closes;             /* the connection ends with the answer */
    const apr_array_header_t
        *required_scopes; /* of const char *: the answer
                           * is 403 with a step-up challenge for these */

    /* -- for the log -- */
    const char *rpc_method;     /* "tools/call", or NULL */
    const char *rpc_target;     /* the tool's name, or NULL */
    const char *era;            /* "2026-07-28", "2025-11-25", ... or NULL */
    const char *session;        /* the SHA-256 of its id, or NULL */
    const mcp_error_t *failure; /* what went into a JSON-RPC error, or NULL */
} mcp_exchange_t;

/* Always leaves an answer in x; never fails. A stream that its outlet parked
 * is not over then: x and all it points to stay until it is. */
void mcp_dispatch(mcp_exchange_t *x, mcp_ctx_t *cx);

#endif
