/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/redis_listen.h"

#include <errno.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <apr_strings.h>

#include "base/thread.h"
#include "store/deadline.h"
#include "store/redis_fault.h"
#include "store/redis_greeting.h"
#include "store/redis_tell.h"

#define CHANNELS 2
#define PING_INTERVAL apr_time_from_sec(1)
/* between attempts to connect: twice as long each time */
#define LEAST_PAUSE_MILLISECONDS 100
#define MOST_PAUSE_MILLISECONDS 1000

struct mcp_store_redis_listen_t {
    mcp_store_redis_target_t *target;
    mcp_store_redis_connection_t connection;
    mcp_thread_t self; /* its pool is cleared now and then */
    apr_time_t asked;  /* when the question was sent that is not answered; 0 */
    /* atomic: what was announced before has come; 0 = nobody listens. It is
     * when the last question was sent that is answered, not the answer's own
     * time: that may have lain here while this process slept. */
    apr_time_t proven;
    int is_failing; /* and was logged */
    int stop[2];    /* a pipe: closed at its writing end to stop */
};

const char *
mcp_store_redis_listen_channel(const mcp_store_redis_target_t *target,
                               apr_pool_t *pool)
{
    return apr_psprintf(pool, "mcp:announcements:%d", target->config->db);
}

static apr_interval_time_t patience(const mcp_store_redis_listen_t *listen)
{
    return 2 * PING_INTERVAL + listen->target->config->timeout;
}

int mcp_store_redis_listen_is_hearing(const mcp_store_redis_listen_t *listen)
{
    apr_time_t proven = __atomic_load_n(&listen->proven, __ATOMIC_ACQUIRE);

    return proven && mcp_store_deadline_now() - proven < patience(listen);
}

/* Says so once when it does not hear any more, and once when it does again. */
static void report(mcp_store_redis_listen_t *listen, const mcp_error_t *e)
{
    if (e && !listen->is_failing)
        mcp_ctx_log(&listen->self.cx, MCP_LOG_WARNING, 802,
                    "what other nodes revoke is not heard, so nothing that "
                    "is remembered is trusted: %s. %s",
                    e->detail, e->remedy);
    if (!e && listen->is_failing)
        mcp_ctx_log(&listen->self.cx, MCP_LOG_NOTICE, 803,
                    "what other nodes revoke is heard again");
    listen->is_failing = e != NULL;
}

static void ask(mcp_store_redis_listen_t *listen,
                const mcp_store_redis_command_t *command)
{
    mcp_store_redis_connection_send(&listen->connection, command);
    listen->asked = mcp_store_deadline_now();
}

static void ask_ping(mcp_store_redis_listen_t *listen)
{
    mcp_store_redis_command_t command = {{NULL}, {0}, 0};

    mcp_store_redis_connection_text(&command, "PING");
    ask(listen, &command);
}

static void prove(mcp_store_redis_listen_t *listen)
{
    __atomic_store_n(&listen->proven, listen->asked, __ATOMIC_RELEASE);
    listen->asked = 0;
}

static void tell(const mcp_store_redis_listen_t *listen)
{
    listen->target->config->heard(listen->target->config->baton);
}

/* What is no message of ours may be one of a later version: something may
 * have changed. */
static void tell_change(const mcp_store_redis_listen_t *listen,
                        const redisReply *message)
{
    const mcp_store_redis_config_t *config = listen->target->config;
    mcp_note_t notes[MCP_STORE_REDIS_NOTES];
    int count = message ? mcp_store_redis_tell_count(message->len) : 0;

    if (count > 0)
        memcpy(notes, message->str, message->len);
    if (config->told)
        config->told(config->baton, notes, count > 0 ? (apr_size_t)count : 0);
}

/* Asks for both channels; each is answered. */
static const mcp_error_t *channels_ask(mcp_store_redis_listen_t *listen,
                                       apr_time_t deadline)
{
    mcp_store_redis_target_t *target = listen->target;
    mcp_store_redis_command_t command = {{NULL}, {0}, 0};
    const redisReply *reply;
    int i;

    mcp_store_redis_connection_text(&command, "SUBSCRIBE");
    mcp_store_redis_connection_text(
        &command,
        mcp_store_redis_listen_channel(target, listen->self.cx.pool));
    mcp_store_redis_connection_text(
        &command, mcp_store_redis_tell_channel(target, listen->self.cx.pool));
    ask(listen, &command);
    for (i = 0; i < CHANNELS; i++) {
        MCP_TRY(mcp_store_redis_connection_receive(
            &reply, &listen->connection, target, deadline, &listen->self.cx));
        MCP_TRY(mcp_store_redis_fault_of_reply(reply, target->where,
                                               &listen->self.cx));
    }
    return NULL;
}

/* Connects and subscribes. What was announced while nobody listened is made
 * up for before anybody relies on hearing. */
static const mcp_error_t *subscribe(mcp_store_redis_listen_t *listen)
{
    mcp_store_redis_target_t *target = listen->target;
    apr_time_t deadline;

    mcp_store_redis_address_resolve(target->address);
    deadline = mcp_store_deadline_now() + target->config->timeout;
    MCP_TRY(mcp_store_redis_greeting(&listen->connection, target, deadline,
                                     &listen->self.cx));
    MCP_TRY(channels_ask(listen, deadline));
    tell(listen);
    tell_change(listen, NULL);
    prove(listen);
    return NULL;
}

static int is_of(const redisReply *reply, const char *type)
{
    return reply->type == REDIS_REPLY_ARRAY && reply->elements &&
           reply->element[0]->str && !strcmp(reply->element[0]->str, type);
}

/* A message: its type, its channel, what it says. */
static int is_message(const redisReply *reply)
{
    return is_of(reply, "message") && reply->elements == 3 &&
           reply->element[1]->str && reply->element[2]->str;
}

static void message_read(const mcp_store_redis_listen_t *listen,
                         const redisReply *reply)
{
    if (!strcmp(reply->element[1]->str,
                mcp_store_redis_tell_channel(listen->target,
                                             listen->self.cx.pool)))
        tell_change(listen, reply->element[2]);
    else
        tell(listen);
}

/* All that has come. */
static const mcp_error_t *hear(mcp_store_redis_listen_t *listen)
{
    const char *where = listen->target->where;
    const redisReply *reply;

    for (;;) {
        MCP_TRY(mcp_store_redis_connection_poll(
            &reply, &listen->connection, listen->target, &listen->self.cx));
        if (!reply)
            return NULL;
        MCP_TRY(
            mcp_store_redis_fault_of_reply(reply, where, &listen->self.cx));
        if (is_message(reply))
            message_read(listen, reply);
        else if (is_of(reply, "pong") && listen->asked)
            prove(listen);
        else
            return mcp_store_redis_fault_of_shape(where, &listen->self.cx);
    }
}

/* When the next question is due, or its answer overdue. */
static apr_time_t due(const mcp_store_redis_listen_t *listen)
{
    return listen->asked ? listen->proven + patience(listen)
                         : listen->proven + PING_INTERVAL;
}

/* Until the connection is lost, or NULL: this thread shall stop. */
static const mcp_error_t *listen_on(mcp_store_redis_listen_t *listen)
{
    struct pollfd both[2] = {{listen->stop[0], POLLIN, 0}, {-1, POLLIN, 0}};

    both[1].fd = mcp_store_redis_connection_descriptor(&listen->connection);
    for (;;) {
        int left = mcp_store_deadline_left(due(listen));

        if (!left && listen->asked)
            return mcp_store_redis_fault_of_system(ETIMEDOUT, "no answer",
                                                   listen->target->where,
                                                   &listen->self.cx);
        if (!left)
            ask_ping(listen);
        /* also sends what is asked */
        MCP_TRY(hear(listen));
        apr_pool_clear(listen->self.cx.pool);
        left = mcp_store_deadline_left(due(listen));
        if (poll(both, 2, left) > 0 && both[0].revents)
            return NULL;
    }
}

static void *APR_THREAD_FUNC run(apr_thread_t *thread, void *data)
{
    mcp_store_redis_listen_t *listen = data;
    struct pollfd stop = {listen->stop[0], POLLIN, 0};
    int pause = LEAST_PAUSE_MILLISECONDS, event = 0;
    const mcp_error_t *e;

    while (event <= 0) {
        e = subscribe(listen);
        if (!e) {
            pause = LEAST_PAUSE_MILLISECONDS;
            report(listen, NULL);
            e = listen_on(listen);
            __atomic_store_n(&listen->proven, 0, __ATOMIC_RELEASE);
        }
        if (e)
            report(listen, e);
        mcp_store_redis_connection_close(&listen->connection);
        apr_pool_clear(listen->self.cx.pool);
        event = poll(&stop, 1, pause);
        pause = pause * 2 < MOST_PAUSE_MILLISECONDS ? pause * 2
                                                    : MOST_PAUSE_MILLISECONDS;
    }
    apr_pool_destroy(listen->self.cx.pool);
    return NULL;
}

static apr_status_t stop(void *data)
{
    mcp_store_redis_listen_t *listen = data;

    if (!mcp_thread_is_here(&listen->self))
        return APR_SUCCESS;
    close(listen->stop[1]);
    mcp_thread_join(&listen->self);
    close(listen->stop[0]);
    return APR_SUCCESS;
}

const mcp_error_t *
mcp_store_redis_listen_start(mcp_store_redis_listen_t **out,
                             mcp_store_redis_target_t *target, mcp_ctx_t *cx)
{
    mcp_store_redis_listen_t *listen = apr_pcalloc(cx->pool, sizeof(*listen));
    const mcp_error_t *e;

    listen->target = target;
    if (pipe2(listen->stop, O_CLOEXEC) != 0)
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                               "Raise the limit of open files.",
                               "store: no pipe for the listening thread");
    e = mcp_thread_start_beside(&listen->self, run, listen, "listening", cx);
    if (e) {
        close(listen->stop[0]);
        close(listen->stop[1]);
        return e;
    }
    apr_pool_pre_cleanup_register(cx->pool, listen, stop);
    *out = listen;
    return NULL;
}
