/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_TURN_H
#define MCP_MCP_TURN_H

#include "base/writer.h"
#include "mcp/dispatch.h"
#include "mcp/rpc.h"
#include "mcp/session.h"

typedef struct mcp_era_t mcp_era_t;
typedef struct mcp_method_t mcp_method_t;

/* One exchange while it is being answered. */
typedef struct mcp_turn_t {
    mcp_exchange_t *x;
    mcp_ctx_t *cx;
    mcp_rpc_t rpc;
    const mcp_era_t *era;           /* NULL until it is known */
    const mcp_method_t *method;     /* NULL: no such method */
    const mcp_json_t *capabilities; /* the client's: modern era */
    mcp_session_t session;          /* legacy era, after initialize */
    mcp_writer_t *w;                /* the answer, from mcp_turn_begin on */
} mcp_turn_t;

/* Begins the result; type is the modern resultType, NULL where the result must
 * stay empty. Called again, it begins anew: what was written is forgotten. */
void mcp_turn_begin(mcp_turn_t *t, const char *type);
/* Ends the result: it is the answer. */
void mcp_turn_end(mcp_turn_t *t);
/* The answer is this error. */
void mcp_turn_fail(mcp_turn_t *t, const mcp_error_t *e);
/* The server as MCP's Implementation object. */
void mcp_turn_write_server(mcp_turn_t *t);
const char *mcp_turn_header(const mcp_turn_t *t, const char *name);
/* Something that the client sent, fit to be shown in an error's text. */
const char *mcp_turn_shown(const mcp_turn_t *t, const char *text);

#endif
