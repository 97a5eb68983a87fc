/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/redis_connection.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "store/deadline.h"
#include "store/redis_fault.h"

/* bytes of one answer: an index of 100,000 records, a page of large ones */
#define MOST_BYTES (32 * 1024 * 1024)

const mcp_error_t *
mcp_store_redis_connection_target(mcp_store_redis_target_t **out,
                                  const mcp_store_redis_config_t *config,
                                  mcp_ctx_t *cx)
{
    mcp_store_redis_target_t *target = apr_pcalloc(cx->pool, sizeof(*target));

    target->config = config;
    MCP_TRY(mcp_store_redis_address_make(&target->address, config, cx));
    target->where = mcp_store_redis_address_name(target->address);
    if (config->tls)
        MCP_TRY(mcp_store_redis_tls_make(&target->tls, config, cx));
    *out = target;
    return NULL;
}

/* -- connecting -- */

/* 0, or an errno */
static int connected(int descriptor, apr_time_t deadline)
{
    struct pollfd socket = {descriptor, POLLOUT, 0};
    int error = 0, event;
    socklen_t len = sizeof(error);

    do
        event = poll(&socket, 1, mcp_store_deadline_left(deadline));
    while (event < 0 && errno == EINTR);
    if (event < 0)
        return errno;
    if (event == 0)
        return ETIMEDOUT;
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &len);
    return error;
}

/* 0, or an errno */
static int dial(int *descriptor, const mcp_store_redis_endpoint_t *endpoint,
                apr_time_t deadline)
{
    const struct sockaddr *address =
        (const struct sockaddr *)&endpoint->address;
    int on = 1, error = 0;
    int made = socket(address->sa_family,
                      SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (made < 0)
        return errno;
    if (address->sa_family != AF_UNIX) {
        setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        setsockopt(made, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    }
    if (connect(made, address, endpoint->len) != 0)
        error = errno == EINPROGRESS ? connected(made, deadline) : errno;
    if (error)
        close(made);
    else
        *descriptor = made;
    return error;
}

/* Each address gets its share of the time, so that one that is dead does not
 * hide the others. */
static const mcp_error_t *dial_any(int *descriptor,
                                   const mcp_store_redis_target_t *target,
                                   apr_time_t deadline, mcp_ctx_t *cx)
{
    mcp_store_redis_endpoint_t endpoints[MCP_REDIS_ADDRESSES];
    int count, i, error = 0;

    MCP_TRY(mcp_store_redis_address_get(endpoints, &count, target->address,
                                        deadline, cx));
    for (i = 0; i < count; i++) {
        apr_time_t now = mcp_store_deadline_now();

        error = dial(descriptor, &endpoints[i],
                     now + (deadline - now) / (count - i));
        if (!error)
            return NULL;
    }
    return mcp_store_redis_fault_of_system(error, "no connection",
                                           target->where, cx);
}

static const mcp_error_t *connect_to(mcp_store_redis_connection_t *connection,
                                     const mcp_store_redis_target_t *target,
                                     apr_time_t deadline, mcp_ctx_t *cx)
{
    int descriptor;

    MCP_TRY(dial_any(&descriptor, target, deadline, cx));
    connection->context = redisConnectFd(descriptor);
    if (!connection->context || connection->context->err) {
        if (!connection->context)
            close(descriptor);
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx, "Check free memory.",
                               "Redis at %s: no memory to be had",
                               target->where);
    }
    /* it never waits: that is ours, for we know how long */
    connection->context->flags &= ~REDIS_BLOCK;
    return target->tls ? mcp_store_redis_tls_start(connection->context,
                                                   target->tls, deadline, cx)
                       : NULL;
}

const mcp_error_t *
mcp_store_redis_connection_open(mcp_store_redis_connection_t *connection,
                                const mcp_store_redis_target_t *target,
                                apr_time_t deadline, mcp_ctx_t *cx)
{
    const mcp_error_t *e = connect_to(connection, target, deadline, cx);

    connection->is_down = e != NULL;
    if (e)
        mcp_store_redis_connection_close(connection);
    return e;
}

void mcp_store_redis_connection_close(mcp_store_redis_connection_t *connection)
{
    if (connection->context)
        redisFree(connection->context);
    connection->context = NULL;
}

int mcp_store_redis_connection_descriptor(
    const mcp_store_redis_connection_t *connection)
{
    return (int)connection->context->fd;
}

/* An idle one has nothing to read but its end. */
int mcp_store_redis_connection_is_usable(
    const mcp_store_redis_connection_t *connection)
{
    struct pollfd socket = {-1, POLLIN, 0};

    if (!connection->context)
        return 0;
    socket.fd = mcp_store_redis_connection_descriptor(connection);
    return poll(&socket, 1, 0) == 0;
}

/* -- commands -- */

void mcp_store_redis_connection_word(mcp_store_redis_command_t *command,
                                     const void *word, apr_size_t len)
{
    command->words[command->count] = word;
    command->lens[command->count] = len;
    command->count++;
}

void mcp_store_redis_connection_text(mcp_store_redis_command_t *command,
                                     const char *text)
{
    mcp_store_redis_connection_word(command, text, strlen(text));
}

void mcp_store_redis_connection_send(mcp_store_redis_connection_t *connection,
                                     const mcp_store_redis_command_t *command)
{
    /* a failure stays with the context and is told when answers are asked
     * for */
    redisAppendCommandArgv(connection->context, command->count,
                           (const char **)command->words, command->lens);
}

static apr_status_t reply_free(void *reply)
{
    freeReplyObject(reply);
    return APR_SUCCESS;
}

static const mcp_error_t *broken(mcp_store_redis_connection_t *connection,
                                 const mcp_store_redis_target_t *target,
                                 int error, mcp_ctx_t *cx)
{
    const redisContext *context = connection->context;

    if (!error && context->err == REDIS_ERR_IO)
        error = errno;
    if (!error && context->err == REDIS_ERR_PROTOCOL)
        return mcp_store_redis_fault_of_shape(target->where, cx);
    return mcp_store_redis_fault_of_system(error ? error : ECONNRESET,
                                           "the connection is lost",
                                           target->where, cx);
}

/* Writes what is queued as far as it goes, and reads what is there. *is_sent:
 * all was written. */
static const mcp_error_t *advance(const redisReply **reply, int *is_sent,
                                  mcp_store_redis_connection_t *connection,
                                  const mcp_store_redis_target_t *target,
                                  mcp_ctx_t *cx)
{
    redisContext *context = connection->context;
    void *found = NULL;

    *reply = NULL;
    *is_sent = 0;
    if (context->err || redisBufferWrite(context, is_sent) != REDIS_OK ||
        redisGetReplyFromReader(context, &found) != REDIS_OK)
        return broken(connection, target, 0, cx);
    if (!found && (redisBufferRead(context) != REDIS_OK ||
                   redisGetReplyFromReader(context, &found) != REDIS_OK))
        return broken(connection, target, 0, cx);
    if (!found && context->reader->len > MOST_BYTES)
        return broken(connection, target, EMSGSIZE, cx);
    if (!found)
        return NULL;
    apr_pool_cleanup_register(cx->pool, found, reply_free,
                              apr_pool_cleanup_null);
    *reply = found;
    return NULL;
}

const mcp_error_t *mcp_store_redis_connection_poll(
    const redisReply **reply, mcp_store_redis_connection_t *connection,
    const mcp_store_redis_target_t *target, mcp_ctx_t *cx)
{
    int is_sent;

    return advance(reply, &is_sent, connection, target, cx);
}

const mcp_error_t *mcp_store_redis_connection_receive(
    const redisReply **reply, mcp_store_redis_connection_t *connection,
    const mcp_store_redis_target_t *target, apr_time_t deadline, mcp_ctx_t *cx)
{
    struct pollfd socket = {mcp_store_redis_connection_descriptor(connection),
                            0, 0};
    int is_sent, left;

    for (;;) {
        MCP_TRY(advance(reply, &is_sent, connection, target, cx));
        if (*reply)
            return NULL;
        left = mcp_store_deadline_left(deadline);
        if (!left)
            break;
        socket.events = is_sent ? POLLIN : POLLIN | POLLOUT;
        if (poll(&socket, 1, left) < 0 && errno != EINTR)
            return broken(connection, target, errno, cx);
    }
    connection->is_down = 1;
    return mcp_store_redis_fault_of_system(ETIMEDOUT, "no answer",
                                           target->where, cx);
}
