/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/lot.h"

#include <string.h>
#include <sys/socket.h>

#include <ap_mpm.h>
#include <apr_portable.h>
#include <apr_thread_cond.h>
#include <http_core.h>

#include "base/thread.h"
#include "live/change.h"
#include "live/signal.h"
#include "mcp/news.h"
#include "server/context.h"
#include "server/ties.h"
#include "store/sequence.h"

#define AT_ONCE 64 /* changes */
#define NAP apr_time_from_sec(1)
#define RETRY apr_time_from_msec(200) /* while a client takes nothing */

APR_RING_HEAD(all_t, mcp_server_parked_t);
APR_RING_HEAD(queue_t, mcp_server_parked_t);

/* Of a child; what follows the mutex is used under it. */
static struct {
    int is_open;
    const mcp_oauth_works_t *works;
    mcp_live_shared_t *shared;
    apr_pool_t *pool;
    mcp_ctx_t cx;
    apr_thread_mutex_t *mutex;
    apr_thread_cond_t *left; /* a thread has left a stream */
    apr_thread_t *thread;
    int is_stopping, is_over;
    struct all_t all;
    struct queue_t queue;
    apr_uint64_t seen[MCP_RINGS]; /* changes */
    apr_uint32_t missed;          /* of the news of other nodes */
    apr_uint64_t revoked;         /* the sequence of revocations */
    apr_time_t due;               /* of the first */
    apr_time_t wake;              /* when the thread looks at the clock */
    int helpers, most_helpers;
} lot;

static void lock(void)
{
    apr_thread_mutex_lock(lot.mutex);
}

static void unlock(void)
{
    apr_thread_mutex_unlock(lot.mutex);
}

/* -- the queue of those to be looked after -- */

static void ready(mcp_server_parked_t *p)
{
    if (p->is_ending)
        return;
    p->is_ready = 1;
    if (p->is_running || p->is_queued)
        return;
    p->is_queued = 1;
    APR_RING_INSERT_TAIL(&lot.queue, p, mcp_server_parked_t, queue);
}

static mcp_server_parked_t *next(void)
{
    mcp_server_parked_t *p = APR_RING_FIRST(&lot.queue);

    if (p == APR_RING_SENTINEL(&lot.queue, mcp_server_parked_t, queue))
        return NULL;
    APR_RING_REMOVE(p, queue);
    p->is_queued = p->is_ready = 0;
    p->is_running = 1;
    return p;
}

static void ready_all(void)
{
    mcp_server_parked_t *p;

    APR_RING_FOREACH(p, &lot.all, mcp_server_parked_t, all)
    ready(p);
}

/* What is left is done where httpd calls for the connection. */
static void hang_up(mcp_server_parked_t *p)
{
    apr_socket_t *socket = ap_get_conn_socket(p->r->connection);
    apr_os_sock_t fd;

    p->is_ending = 1;
    if (socket && !apr_os_sock_get(&fd, socket))
        shutdown(fd, SHUT_RD);
}

/* The server stops. */
static void send_away(mcp_server_parked_t *p)
{
    if (p->watch->wait.lingers)
        ready(p);
    else if (!p->is_ending)
        hang_up(p);
}

/* -- what changes -- */

static void hear(mcp_ring_t ring)
{
    mcp_change_t changes[AT_ONCE];
    int count, i;

    do {
        count = mcp_live_change_read(changes, AT_ONCE, &lot.seen[ring],
                                     lot.shared, ring);
        if (count < 0)
            ready_all();
        if (count > 0)
            mcp_server_ties_each(ready, ring, 0);
        for (i = 0; i < count; i++)
            if (changes[i].what == MCP_CHANGE_ANYTHING)
                ready_all();
            else
                mcp_server_ties_each(ready, ring, changes[i].what);
    } while (count > 0);
}

/* -- looking after one -- */

static apr_time_t due_of(const mcp_server_parked_t *p)
{
    return p->outlet->kept_len ? mcp_ctx_now(&lot.cx) + RETRY
                               : mcp_watch_due(p->watch);
}

/* 0: it is over. While the client takes nothing there is nothing to say: what
 * changes is told as one then. */
static int look(mcp_server_parked_t *p, apr_pool_t *scratch)
{
    int is_stalled = !mcp_server_outlet_flush(p->outlet);

    if (p->is_stalled != is_stalled)
        mcp_watch_stall(p->watch, is_stalled);
    p->is_stalled = is_stalled;
    if (is_stalled)
        return !p->outlet->is_over && mcp_wait_goes_on(&p->watch->wait);
    return mcp_watch_step(p->watch, scratch);
}

/* The thread is woken where it would come too late. */
static void set_due(mcp_server_parked_t *p, apr_time_t due)
{
    p->due = due;
    if (lot.due > due)
        lot.due = due;
    if (due < lot.wake)
        mcp_live_signal_raise(lot.shared);
}

static void look_after(mcp_server_parked_t *p, apr_pool_t *scratch)
{
    int goes_on;

    unlock();
    goes_on = look(p, scratch);
    lock();
    p->is_running = 0;
    set_due(p, due_of(p));
    if (!goes_on && !p->is_ending)
        hang_up(p);
    else if (p->is_ready)
        ready(p);
    apr_thread_cond_broadcast(lot.left);
}

/* A thread of the MPM, until nobody is left. */
static void help(void *unused)
{
    apr_pool_t *scratch;
    mcp_server_parked_t *p;

    apr_pool_create(&scratch, NULL);
    lock();
    while ((p = next()))
        look_after(p, scratch);
    lot.helpers--;
    unlock();
    apr_pool_destroy(scratch);
}

static void call_helpers(void)
{
    const mcp_server_parked_t *end =
        APR_RING_SENTINEL(&lot.queue, mcp_server_parked_t, queue);
    const mcp_server_parked_t *p = APR_RING_FIRST(&lot.queue);

    for (; p != end && lot.helpers < lot.most_helpers;
         p = APR_RING_NEXT(p, queue)) {
        if (ap_mpm_register_timed_callback(0, help, NULL))
            break;
        lot.helpers++;
    }
}

/* -- the thread that hears -- */

static void look_at_clock(apr_time_t now)
{
    mcp_server_parked_t *p;

    if (now < lot.due)
        return;
    lot.due = now + apr_time_from_sec(3600);
    APR_RING_FOREACH(p, &lot.all, mcp_server_parked_t, all)
    {
        if (p->due <= now)
            ready(p);
        else if (p->due < lot.due)
            lot.due = p->due;
    }
}

static void end_all(void)
{
    mcp_server_parked_t *p;

    APR_RING_FOREACH(p, &lot.all, mcp_server_parked_t, all)
    send_away(p);
}

/* Whoever came in by an access token that was revoked is sent away. */
static void hear_of_revocations(void)
{
    apr_uint64_t sequence =
        lot.works->revocations ? mcp_store_sequence_get(lot.works->revocations)
                               : 0;

    if (sequence != lot.revoked)
        ready_all();
    lot.revoked = sequence;
}

static void hear_of_what_was_missed(void)
{
    apr_uint32_t missed = mcp_news_missed();

    if (missed != lot.missed)
        ready_all();
    lot.missed = missed;
}

static apr_interval_time_t hear_all(void)
{
    apr_time_t now = mcp_ctx_now(&lot.cx);
    int ring;

    for (ring = 0; ring < MCP_RINGS; ring++)
        hear((mcp_ring_t)ring);
    hear_of_what_was_missed();
    hear_of_revocations();
    look_at_clock(now);
    if (lot.is_stopping)
        end_all();
    call_helpers();
    lot.wake = lot.due - now < NAP ? lot.due : now + NAP;
    return lot.wake - now;
}

static void *APR_THREAD_FUNC run(apr_thread_t *thread, void *unused)
{
    apr_interval_time_t nap;
    apr_uint32_t seen;
    int is_over;

    do {
        seen = mcp_live_signal_count(lot.shared);
        lock();
        nap = hear_all();
        is_over = lot.is_over;
        unlock();
        if (!is_over && nap > 0)
            mcp_live_signal_wait(lot.shared, seen, nap);
    } while (!is_over);
    return NULL;
}

static int thread_start(void)
{
    int ring;

    if (lot.thread)
        return 1;
    for (ring = 0; ring < MCP_RINGS; ring++)
        lot.seen[ring] = mcp_live_change_last(lot.shared, (mcp_ring_t)ring);
    if (!mcp_thread_start(&lot.thread, run, NULL, lot.pool))
        lot.thread = NULL;
    return lot.thread != NULL;
}

static apr_status_t thread_end(void *unused)
{
    apr_status_t status;

    lock();
    lot.is_over = 1;
    unlock();
    mcp_live_signal_raise(lot.shared);
    if (lot.thread)
        apr_thread_join(&status, lot.thread);
    lot.thread = NULL;
    lot.is_open = 0; /* the mutex goes, too */
    return APR_SUCCESS;
}

void mcp_server_lot_open(server_rec *s, apr_pool_t *pchild,
                         const mcp_oauth_works_t *works)
{
    int threads = 1;

    memset(&lot, 0, sizeof(lot));
    lot.works = works;
    lot.shared = works->shared;
    APR_RING_INIT(&lot.all, mcp_server_parked_t, all);
    APR_RING_INIT(&lot.queue, mcp_server_parked_t, queue);
    mcp_server_ties_open();
    ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads);
    lot.most_helpers = threads > 3 ? threads / 2 : 1;
    apr_pool_create(&lot.pool, pchild);
    mcp_server_context_of_server(&lot.cx, s, lot.pool);
    if (apr_thread_mutex_create(&lot.mutex, APR_THREAD_MUTEX_DEFAULT,
                                lot.pool) ||
        apr_thread_cond_create(&lot.left, lot.pool))
        return;
    apr_pool_pre_cleanup_register(pchild, NULL, thread_end);
    lot.is_open = 1;
}

void mcp_server_lot_stop(void)
{
    if (!lot.is_open)
        return;
    lock();
    lot.is_stopping = 1;
    unlock();
}

void mcp_server_lot_show(mcp_server_parked_t *p)
{
    lock();
    p->is_shown = 1;
    set_due(p, mcp_watch_due(p->watch));
    mcp_server_ties_add(p);
    APR_RING_INSERT_TAIL(&lot.all, p, mcp_server_parked_t, all);
    ready(p); /* something may have happened before */
    if (lot.is_stopping)
        send_away(p);
    call_helpers();
    unlock();
}

void mcp_server_lot_hide(mcp_server_parked_t *p)
{
    lock();
    while (p->is_running)
        apr_thread_cond_wait(lot.left, lot.mutex);
    if (p->is_queued)
        APR_RING_REMOVE(p, queue);
    if (p->is_shown) {
        mcp_server_ties_remove(p);
        APR_RING_REMOVE(p, all);
    }
    p->is_shown = 0;
    unlock();
}

int mcp_server_lot_is_open(void)
{
    return lot.is_open;
}

int mcp_server_lot_is_stopping(void)
{
    return lot.is_stopping;
}

int mcp_server_lot_start(void)
{
    int is_there;

    lock();
    is_there = !lot.is_stopping && thread_start();
    unlock();
    return is_there;
}
