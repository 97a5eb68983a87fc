/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/redis_tell.h"

#include <string.h>
#include <unistd.h>

#include <apr_strings.h>

#include "base/thread.h"
#include "store/deadline.h"

#define PAUSE apr_time_from_msec(500)
#define FOREVER apr_time_from_sec(3600)

struct mcp_store_redis_tell_t {
    mcp_store_redis_pool_t *pool;
    const char *channel;
    mcp_thread_t self;               /* its pool is cleared now and then */
    int is_failing;                  /* and was logged */
    mcp_store_deadline_lock_t *lock; /* of what follows */
    int is_stopping;
    int count;
    mcp_note_t notes[MCP_STORE_REDIS_NOTES];
};

const char *
mcp_store_redis_tell_channel(const mcp_store_redis_target_t *target,
                             apr_pool_t *pool)
{
    return apr_psprintf(pool, "mcp:changes:%d", target->config->db);
}

int mcp_store_redis_tell_count(apr_size_t len)
{
    if (!len || len % sizeof(mcp_note_t) ||
        len / sizeof(mcp_note_t) > MCP_STORE_REDIS_NOTES)
        return -1;
    return (int)(len / sizeof(mcp_note_t));
}

/* -- what waits; the lock is held -- */

static int waits(const mcp_store_redis_tell_t *tell, const mcp_note_t *note)
{
    int i;

    for (i = 0; i < tell->count; i++)
        if (!memcmp(tell->notes[i].what, note->what, sizeof(note->what)))
            return 1;
    return 0;
}

static void add(mcp_store_redis_tell_t *tell, const mcp_note_t *note)
{
    static const mcp_note_t anything = {{0}, {0}};

    if (waits(tell, &anything) || waits(tell, note))
        return;
    if (tell->count < MCP_STORE_REDIS_NOTES) {
        tell->notes[tell->count++] = *note;
        return;
    }
    tell->notes[0] = *note;
    memset(tell->notes[0].what, 0, sizeof(note->what));
    tell->count = 1;
}

/* -- the thread -- */

static const mcp_error_t *publish(mcp_store_redis_tell_t *tell,
                                  const mcp_note_t *notes, int count)
{
    mcp_store_redis_command_t command = {{NULL}, {0}, 0};
    const struct redisReply *reply;

    mcp_store_redis_connection_text(&command, "PUBLISH");
    mcp_store_redis_connection_text(&command, tell->channel);
    mcp_store_redis_connection_word(&command, notes,
                                    (apr_size_t)count * sizeof(*notes));
    return mcp_store_redis_pool_ask(&reply, tell->pool, &command,
                                    &tell->self.cx);
}

/* Says so once when it cannot tell any more, and once when it can again. */
static void report(mcp_store_redis_tell_t *tell, const mcp_error_t *e)
{
    if (e && !tell->is_failing)
        mcp_ctx_log(&tell->self.cx, MCP_LOG_WARNING, 101,
                    "other nodes hear later of what has changed: %s. %s",
                    e->detail, e->remedy);
    if (!e && tell->is_failing)
        mcp_ctx_log(&tell->self.cx, MCP_LOG_NOTICE, 107,
                    "other nodes hear of what has changed again");
    tell->is_failing = e != NULL;
}

/* Takes all that waits; returns how many. With the lock. */
static int take(mcp_store_redis_tell_t *tell, mcp_note_t *notes)
{
    int count;

    while (!tell->count && !tell->is_stopping)
        mcp_store_deadline_lock_wait(tell->lock,
                                     mcp_store_deadline_now() + FOREVER);
    count = tell->count;
    memcpy(notes, tell->notes, (apr_size_t)count * sizeof(*notes));
    tell->count = 0;
    return count;
}

/* What could not be told waits again, behind what has come since. With the
 * lock. */
static void put_back(mcp_store_redis_tell_t *tell, const mcp_note_t *notes,
                     int count)
{
    apr_time_t until = mcp_store_deadline_now() + PAUSE;
    int i;

    for (i = 0; i < count; i++)
        add(tell, &notes[i]);
    while (!tell->is_stopping &&
           mcp_store_deadline_lock_wait(tell->lock, until))
        continue;
}

static void *APR_THREAD_FUNC run(apr_thread_t *thread, void *data)
{
    mcp_store_redis_tell_t *tell = data;
    mcp_note_t notes[MCP_STORE_REDIS_NOTES];
    const mcp_error_t *e;
    int count, is_over = 0;

    while (!is_over) {
        mcp_store_deadline_lock_acquire(tell->lock);
        count = take(tell, notes);
        is_over = tell->is_stopping;
        mcp_store_deadline_lock_release(tell->lock);
        e = count ? publish(tell, notes, count) : NULL;
        if (count)
            report(tell, e);
        if (e && !is_over) {
            mcp_store_deadline_lock_acquire(tell->lock);
            put_back(tell, notes, count);
            mcp_store_deadline_lock_release(tell->lock);
        }
        apr_pool_clear(tell->self.cx.pool);
    }
    apr_pool_destroy(tell->self.cx.pool);
    return NULL;
}

/* -- for others -- */

void mcp_store_redis_tell(mcp_store_redis_tell_t *tell, const mcp_note_t *note)
{
    mcp_store_deadline_lock_acquire(tell->lock);
    add(tell, note);
    mcp_store_deadline_lock_wake(tell->lock);
    mcp_store_deadline_lock_release(tell->lock);
}

static apr_status_t stop(void *data)
{
    mcp_store_redis_tell_t *tell = data;

    if (!mcp_thread_is_here(&tell->self))
        return APR_SUCCESS;
    mcp_store_deadline_lock_acquire(tell->lock);
    tell->is_stopping = 1;
    mcp_store_deadline_lock_wake(tell->lock);
    mcp_store_deadline_lock_release(tell->lock);
    mcp_thread_join(&tell->self);
    return APR_SUCCESS;
}

const mcp_error_t *mcp_store_redis_tell_start(
    mcp_store_redis_tell_t **out, mcp_store_redis_pool_t *pool,
    const mcp_store_redis_target_t *target, mcp_ctx_t *cx)
{
    mcp_store_redis_tell_t *tell = apr_pcalloc(cx->pool, sizeof(*tell));

    tell->pool = pool;
    tell->channel = mcp_store_redis_tell_channel(target, cx->pool);
    MCP_TRY(mcp_store_deadline_lock_make(&tell->lock, cx));
    MCP_TRY(mcp_thread_start_beside(&tell->self, run, tell, "telling", cx));
    apr_pool_pre_cleanup_register(cx->pool, tell, stop);
    *out = tell;
    return NULL;
}
