/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_TURN_H
#define MCP_MCP_TURN_H

#include "base/writer.h"
#include "mcp/dispatch.h"
#include "mcp/rpc.h"
#include "mcp/session.h"

typedef struct mcp_era_t mcp_era_t;
typedef struct mcp_method_t mcp_method_t;
typedef struct mcp_stream_t mcp_stream_t;
struct mcp_watch_t;

/* One exchange while it is being answered. */
typedef struct mcp_turn_t {
    mcp_exchange_t *x;
    mcp_ctx_t *cx;
    apr_pool_t *pool; /* of the exchange; cx->pool may be one of a round */
    mcp_rpc_t rpc;
    const mcp_era_t *era;           /* NULL until it is known */
    const mcp_method_t *method;     /* NULL: no such method */
    int is_part;                    /* of a batch */
    int is_cancelled;               /* by its client: legacy era */
    const mcp_json_t *capabilities; /* the client's: modern era */
    const char *task;               /* the id of the one that it works on */
    mcp_session_t session;          /* legacy era, after initialize */
    mcp_stream_t *stream;           /* the answer, if it may become one */
    struct mcp_watch_t *watch;      /* the answer goes on, or NULL */
    apr_uint64_t posted;            /* over HTTP+SSE: see mcp/record */
    mcp_writer_t *w;                /* the answer, from mcp_turn_begin on */
    apr_array_header_t *meta;       /* of mcp_turn_meta_t: _meta of the result,
                                     * or NULL */
} mcp_turn_t;

typedef struct mcp_turn_meta_t {
    const char *name;
    const char *json; /* rendered */
} mcp_turn_meta_t;

/* Begins the result; type is the modern resultType, NULL where the result must
 * stay empty. Called again, it begins anew: what was written is forgotten. */
void mcp_turn_begin(mcp_turn_t *t, const char *type);
/* Adds a member to the result's _meta; one of the same name is replaced. Begin
 * anew, and there is none. */
void mcp_turn_add_meta(mcp_turn_t *t, const char *name, const char *json);
/* The members of _meta. */
void mcp_turn_write_meta(mcp_turn_t *t);
/* Ends the result: it is the answer, on the stream where one was begun. */
void mcp_turn_end(mcp_turn_t *t);
/* The answer is this error. */
void mcp_turn_fail(mcp_turn_t *t, const mcp_error_t *e);
/* Its session is known now: for the log. */
void mcp_turn_note_session(mcp_turn_t *t);
/* INVALID_PARAMS with this sentence behind "Invalid params: ". */
const mcp_error_t *mcp_turn_refuse(const mcp_turn_t *t, const char *what);
/* The server as MCP's Implementation object. */
void mcp_turn_write_server(mcp_turn_t *t);
const char *mcp_turn_header(const mcp_turn_t *t, const char *name);
/* Something that the client sent, fit to be shown in an error's text. */
const char *mcp_turn_shown(const mcp_turn_t *t, const char *text);

#endif
