/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_STORE_REDIS_CONNECTION_H
#define MCP_STORE_REDIS_CONNECTION_H

#include "store/redis_address.h"
#include "store/redis_tls.h"

/* One connection to Redis, used by one thread at a time. Whatever waits does
 * so until a deadline (store/deadline.h), and then the connection is of no use
 * any more: an answer may still be on its way. */

struct redisContext;
struct redisReply;

typedef struct mcp_store_redis_connection_t mcp_store_redis_connection_t;
struct mcp_store_redis_connection_t {
    struct redisContext *context; /* NULL = closed */
    int is_down;  /* the last failure: Redis did not answer, or let us in */
    int is_probe; /* the pool's: others wait for what becomes of it */
    mcp_store_redis_connection_t *next; /* the pool's */
};

/* What connections are made to; it outlives them. */
typedef struct mcp_store_redis_target_t {
    const mcp_store_redis_config_t *config;
    const char *where; /* for the log */
    mcp_store_redis_address_t *address;
    mcp_store_redis_tls_t *tls; /* NULL = none */
    int has_warned;             /* atomic: of how Redis is configured */
} mcp_store_redis_target_t;

const mcp_error_t *
mcp_store_redis_connection_target(mcp_store_redis_target_t **target,
                                  const mcp_store_redis_config_t *config,
                                  mcp_ctx_t *cx);

/* Connects only; store/redis_greeting.h signs in. */
const mcp_error_t *
mcp_store_redis_connection_open(mcp_store_redis_connection_t *connection,
                                const mcp_store_redis_target_t *target,
                                apr_time_t deadline, mcp_ctx_t *cx);
void mcp_store_redis_connection_close(
    mcp_store_redis_connection_t *connection);
/* Whether an idle connection is still open, as far as can be seen here. */
int mcp_store_redis_connection_is_usable(
    const mcp_store_redis_connection_t *connection);

/* A command: its words, which need not live longer than until it is sent. */
#define MCP_REDIS_WORDS 16
typedef struct mcp_store_redis_command_t {
    const char *words[MCP_REDIS_WORDS];
    apr_size_t lens[MCP_REDIS_WORDS];
    int count;
} mcp_store_redis_command_t;

void mcp_store_redis_connection_word(mcp_store_redis_command_t *command,
                                     const void *word, apr_size_t len);
void mcp_store_redis_connection_text(mcp_store_redis_command_t *command,
                                     const char *text);
/* Queues it: several may be sent before their answers are received. */
void mcp_store_redis_connection_send(mcp_store_redis_connection_t *connection,
                                     const mcp_store_redis_command_t *command);
/* The next answer, which lives in cx->pool; it may be an error of Redis. */
const mcp_error_t *
mcp_store_redis_connection_receive(const struct redisReply **reply,
                                   mcp_store_redis_connection_t *connection,
                                   const mcp_store_redis_target_t *target,
                                   apr_time_t deadline, mcp_ctx_t *cx);
/* The same without waiting: *reply = NULL when none has come yet. */
const mcp_error_t *mcp_store_redis_connection_poll(
    const struct redisReply **reply, mcp_store_redis_connection_t *connection,
    const mcp_store_redis_target_t *target, mcp_ctx_t *cx);
/* To poll for something to read. */
int mcp_store_redis_connection_descriptor(
    const mcp_store_redis_connection_t *connection);

#endif
