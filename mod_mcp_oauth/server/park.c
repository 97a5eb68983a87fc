/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/park.h"

#include <signal.h>
#include <sys/socket.h>

#include <ap_mpm.h>
#include <apr_portable.h>
#include <apr_ring.h>
#include <apr_thread_cond.h>
#include <http_config.h>
#include <http_connection.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>

#include "live/change.h"
#include "live/signal.h"
#include "server/request.h"
#include "store/sequence.h"

/* `make fallback` builds what there is for others. */
#if AP_MODULE_MAGIC_AT_LEAST(20120211, 137) && !defined(MCP_STREAMS_FALLBACK)

extern module AP_MODULE_DECLARE_DATA mcp_oauth_module;

#define BUCKETS 4096 /* of keys */
#define AT_ONCE 64   /* changes */
#define NAP apr_time_from_sec(1)
#define RETRY apr_time_from_msec(200) /* while a client takes nothing */
#define LAST_WORDS apr_time_from_sec(2)

typedef struct parked_t parked_t;

/* One key that a stream is woken by. */
typedef struct tie_t {
    APR_RING_ENTRY(tie_t) link; /* in its bucket */
    mcp_watch_key_t key;
    parked_t *parked;
} tie_t;

APR_RING_HEAD(ties_t, tie_t);

/* In the request's pool. */
struct parked_t {
    APR_RING_ENTRY(parked_t) all;
    APR_RING_ENTRY(parked_t) queue;
    request_rec *r;
    mcp_server_outlet_t *outlet;
    mcp_watch_t *watch;
    void (*done)(void *baton);
    void *baton;
    tie_t *ties;
    apr_time_t due;
    apr_uint32_t seen; /* of the signal, when it was parked */
    int is_shown;      /* it is in `all` */
    int is_queued;
    int is_running; /* a thread looks after it */
    int is_ready;   /* something happened meanwhile */
    int is_ending;  /* it was shut down */
    int is_stalled; /* its client takes nothing */
};

APR_RING_HEAD(all_t, parked_t);
APR_RING_HEAD(queue_t, parked_t);

/* Of a connection. */
typedef struct seat_t {
    int is_entered;
    parked_t *parked;
} seat_t;

/* Of a child; all but the first six under the mutex. */
static struct {
    int can;
    const mcp_oauth_works_t *works;
    mcp_live_shared_t *shared;
    apr_pool_t *pool;
    apr_thread_mutex_t *mutex;
    apr_thread_cond_t *left; /* a thread has left a stream */
    apr_thread_t *thread;
    int is_stopping, is_over;
    struct all_t all;
    struct queue_t queue;
    struct ties_t buckets[BUCKETS];
    apr_uint64_t seen[MCP_RINGS]; /* changes */
    apr_uint64_t revoked;         /* the sequence of revocations */
    apr_time_t due;               /* of the first */
    int helpers, most_helpers;
} park;

static void lock(void)
{
    apr_thread_mutex_lock(park.mutex);
}

static void unlock(void)
{
    apr_thread_mutex_unlock(park.mutex);
}

/* -- the queue of those to be looked after -- */

static void ready(parked_t *p)
{
    if (p->is_ending)
        return;
    p->is_ready = 1;
    if (p->is_running || p->is_queued)
        return;
    p->is_queued = 1;
    APR_RING_INSERT_TAIL(&park.queue, p, parked_t, queue);
}

static parked_t *next(void)
{
    parked_t *p = APR_RING_FIRST(&park.queue);

    if (p == APR_RING_SENTINEL(&park.queue, parked_t, queue))
        return NULL;
    APR_RING_REMOVE(p, queue);
    p->is_queued = p->is_ready = 0;
    p->is_running = 1;
    return p;
}

static void ready_all(void)
{
    parked_t *p;

    APR_RING_FOREACH(p, &park.all, parked_t, all)
    ready(p);
}

/* What is left is done where httpd calls for the connection. */
static void hang_up(parked_t *p)
{
    apr_socket_t *socket = ap_get_conn_socket(p->r->connection);
    apr_os_sock_t fd;

    p->is_ending = 1;
    if (socket && !apr_os_sock_get(&fd, socket))
        shutdown(fd, SHUT_RD);
}

/* -- keys -- */

static struct ties_t *bucket_of(const mcp_watch_key_t *key)
{
    return &park.buckets[(key->key ^ (apr_uint64_t)key->ring) % BUCKETS];
}

static void tie(parked_t *p)
{
    const apr_array_header_t *keys = p->watch->keys;
    int i;

    for (i = 0; keys && i < keys->nelts; i++) {
        p->ties[i].key = APR_ARRAY_IDX(keys, i, mcp_watch_key_t);
        p->ties[i].parked = p;
        APR_RING_INSERT_TAIL(bucket_of(&p->ties[i].key), &p->ties[i], tie_t,
                             link);
    }
}

static void untie(parked_t *p)
{
    const apr_array_header_t *keys = p->watch->keys;
    int i;

    for (i = 0; keys && i < keys->nelts; i++)
        APR_RING_REMOVE(&p->ties[i], link);
}

static void ready_by(int ring, apr_uint64_t what)
{
    mcp_watch_key_t key = {ring, what};
    struct ties_t *bucket = bucket_of(&key);
    tie_t *each;

    APR_RING_FOREACH(each, bucket, tie_t, link)
    if (each->key.key == what && each->key.ring == ring)
        ready(each->parked);
}

static void hear(mcp_ring_t ring)
{
    mcp_change_t changes[AT_ONCE];
    int count, i;

    do {
        count = mcp_live_change_read(changes, AT_ONCE, &park.seen[ring],
                                     park.shared, ring);
        if (count < 0)
            ready_all();
        if (count > 0)
            ready_by(ring, 0);
        for (i = 0; i < count; i++)
            ready_by(ring, changes[i].what);
    } while (count > 0);
}

/* -- looking after one -- */

static apr_time_t due_of(const parked_t *p)
{
    return p->outlet->kept_len ? apr_time_now() + RETRY
                               : mcp_watch_due(p->watch);
}

/* 0: it is over. While the client takes nothing there is nothing to say: what
 * changes is told as one then. */
static int look(parked_t *p, apr_pool_t *scratch)
{
    int is_stalled = !mcp_server_outlet_flush(p->outlet);

    if (p->is_stalled != is_stalled)
        mcp_watch_stall(p->watch, is_stalled);
    p->is_stalled = is_stalled;
    if (is_stalled)
        return !p->outlet->is_over && mcp_wait_goes_on(&p->watch->wait);
    return mcp_watch_step(p->watch, scratch);
}

static void look_after(parked_t *p, apr_pool_t *scratch)
{
    int goes_on;

    unlock();
    goes_on = look(p, scratch);
    lock();
    p->is_running = 0;
    p->due = due_of(p);
    if (park.due > p->due)
        park.due = p->due;
    if (!goes_on && !p->is_ending)
        hang_up(p);
    else if (p->is_ready)
        ready(p);
    apr_thread_cond_broadcast(park.left);
}

/* A thread of the MPM, until nobody is left. */
static void help(void *unused)
{
    apr_pool_t *scratch;
    parked_t *p;

    apr_pool_create(&scratch, NULL);
    lock();
    while ((p = next()))
        look_after(p, scratch);
    park.helpers--;
    unlock();
    apr_pool_destroy(scratch);
}

static void call_helpers(void)
{
    const parked_t *end = APR_RING_SENTINEL(&park.queue, parked_t, queue);
    const parked_t *p = APR_RING_FIRST(&park.queue);

    for (; p != end && park.helpers < park.most_helpers;
         p = APR_RING_NEXT(p, queue)) {
        if (ap_mpm_register_timed_callback(0, help, NULL))
            break;
        park.helpers++;
    }
}

/* -- the thread that hears -- */

static void look_at_clock(apr_time_t now)
{
    parked_t *p;

    if (now < park.due)
        return;
    park.due = now + apr_time_from_sec(3600);
    APR_RING_FOREACH(p, &park.all, parked_t, all)
    {
        if (p->due <= now)
            ready(p);
        else if (p->due < park.due)
            park.due = p->due;
    }
}

static void end_all(void)
{
    parked_t *p;

    APR_RING_FOREACH(p, &park.all, parked_t, all)
    if (!p->is_ending)
        hang_up(p);
}

/* Whoever came in by an access token that was revoked is sent away. */
static void hear_of_revocations(void)
{
    apr_uint64_t sequence =
        park.works->revocations
            ? mcp_store_sequence_get(park.works->revocations)
            : 0;

    if (sequence != park.revoked)
        ready_all();
    park.revoked = sequence;
}

static apr_interval_time_t hear_all(void)
{
    apr_time_t now = apr_time_now();
    int ring;

    for (ring = 0; ring < MCP_RINGS; ring++)
        hear((mcp_ring_t)ring);
    hear_of_revocations();
    look_at_clock(now);
    if (park.is_stopping)
        end_all();
    call_helpers();
    return park.due - now < NAP ? park.due - now : NAP;
}

static void *APR_THREAD_FUNC run(apr_thread_t *thread, void *unused)
{
    apr_interval_time_t nap;
    apr_uint32_t seen;
    int is_over;

    do {
        seen = mcp_live_signal_count(park.shared);
        lock();
        nap = hear_all();
        is_over = park.is_over;
        unlock();
        if (!is_over && nap > 0)
            mcp_live_signal_wait(park.shared, seen, nap);
    } while (!is_over);
    return NULL;
}

/* It gets no signal that is for the process. */
static int thread_start(void)
{
    sigset_t all, before;
    int ring;

    if (park.thread)
        return 1;
    for (ring = 0; ring < MCP_RINGS; ring++)
        park.seen[ring] = mcp_live_change_last(park.shared, (mcp_ring_t)ring);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (apr_thread_create(&park.thread, NULL, run, NULL, park.pool))
        park.thread = NULL;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return park.thread != NULL;
}

static apr_status_t thread_end(void *unused)
{
    apr_status_t status;

    lock();
    park.is_over = 1;
    unlock();
    mcp_live_signal_raise(park.shared);
    if (park.thread)
        apr_thread_join(&status, park.thread);
    park.thread = NULL;
    return APR_SUCCESS;
}

void mcp_server_park_open(apr_pool_t *pchild, const mcp_oauth_works_t *works)
{
    int can = 0, threads = 1, i;

    memset(&park, 0, sizeof(park));
    park.works = works;
    park.shared = works->shared;
    APR_RING_INIT(&park.all, parked_t, all);
    APR_RING_INIT(&park.queue, parked_t, queue);
    for (i = 0; i < BUCKETS; i++)
        APR_RING_INIT(&park.buckets[i], tie_t, link);
    ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads);
    park.most_helpers = threads > 7 ? threads / 4 : 1;
    apr_pool_create(&park.pool, pchild);
    if (ap_mpm_query(AP_MPMQ_CAN_WAITIO, &can) || !can ||
        apr_thread_mutex_create(&park.mutex, APR_THREAD_MUTEX_DEFAULT,
                                park.pool) ||
        apr_thread_cond_create(&park.left, park.pool))
        return;
    apr_pool_pre_cleanup_register(pchild, NULL, thread_end);
    park.can = 1;
}

void mcp_server_park_stop(void)
{
    if (!park.can)
        return;
    lock();
    park.is_stopping = 1;
    unlock();
}

/* -- where a stream comes and goes -- */

int mcp_server_park_can(const request_rec *r)
{
    const conn_rec *c = r->connection;

    return park.can && !r->main && !r->prev && !c->master && c->cs &&
           ap_get_module_config(c->conn_config, &mcp_oauth_module);
}

int mcp_server_park(mcp_server_outlet_t *outlet, mcp_watch_t *watch,
                    void (*done)(void *baton), void *baton)
{
    request_rec *r = outlet->r;
    seat_t *seat =
        ap_get_module_config(r->connection->conn_config, &mcp_oauth_module);
    int is_there, keys = watch->keys ? watch->keys->nelts : 0;
    parked_t *p;

    lock();
    is_there = !park.is_stopping && thread_start();
    unlock();
    if (!is_there)
        return 0;
    p = apr_pcalloc(r->pool, sizeof(*p));
    p->r = r;
    p->outlet = outlet;
    p->watch = watch;
    p->done = done;
    p->baton = baton;
    p->ties = apr_pcalloc(r->pool, sizeof(tie_t) * (apr_size_t)keys);
    p->seen = mcp_live_signal_count(park.shared);
    outlet->is_parked = 1;
    r->connection->keepalive = AP_CONN_CLOSE;
    seat->parked = p;
    return 1;
}

/* From here on others may look after it. */
static void show(parked_t *p)
{
    lock();
    p->is_shown = 1;
    p->due = mcp_watch_due(p->watch);
    if (park.due > p->due)
        park.due = p->due;
    tie(p);
    APR_RING_INSERT_TAIL(&park.all, p, parked_t, all);
    ready(p); /* something may have happened before */
    if (park.is_stopping)
        hang_up(p);
    call_helpers();
    unlock();
}

/* Nobody looks after it any more. */
static void hide(parked_t *p)
{
    lock();
    if (p->is_queued)
        APR_RING_REMOVE(p, queue);
    p->is_queued = 0;
    p->is_ready = 0;
    while (p->is_running)
        apr_thread_cond_wait(park.left, park.mutex);
    if (p->is_queued)
        APR_RING_REMOVE(p, queue);
    if (p->is_shown) {
        untie(p);
        APR_RING_REMOVE(p, all);
    }
    p->is_shown = 0;
    unlock();
}

static void finish(seat_t *seat, const char *why)
{
    parked_t *p = seat->parked;
    request_rec *r = p->r;
    mcp_ctx_t *cx = &mcp_server_request_get(r)->cx;
    int was_ending = p->is_ending;
    apr_pool_t *scratch;

    hide(p);
    seat->parked = NULL;
    was_ending |= p->is_ending;
    if (!why && !was_ending && mcp_server_outlet_gone(p->outlet)) {
        p->outlet->is_over = 1;
        why = "its client has gone";
    }
    if (!why)
        why = p->watch->is_over    ? "nothing will follow"
              : p->watch->wait.why ? p->watch->wait.why
              : p->outlet->is_over ? "its client reads nothing"
              : park.is_stopping   ? "the server stops"
                                   : "its client sent something";
    mcp_ctx_log(cx, MCP_LOG_DEBUG, 962, "the stream ends: %s", why);
    apr_pool_create(&scratch, r->pool);
    mcp_watch_end(p->watch, scratch);
    mcp_server_outlet_close(p->outlet, park.is_stopping ? 0 : LAST_WORDS);
    p->done(p->baton);
    ap_finalize_request_protocol(r);
    ap_process_request_after_handler(r);
}

static seat_t *seat_of(conn_rec *c)
{
    return ap_get_module_config(c->conn_config, &mcp_oauth_module);
}

static seat_t *seat_make(conn_rec *c)
{
    seat_t *seat = apr_pcalloc(c->pool, sizeof(*seat));

    ap_set_module_config(c->conn_config, &mcp_oauth_module, seat);
    return seat;
}

/* Around all others, since httpd sets the state when the handler has returned.
 */
int mcp_server_park_process_connection(conn_rec *c)
{
    seat_t *seat = park.can && !c->master && c->cs ? seat_of(c) : NULL;
    int status;

    if (!park.can || c->master || !c->cs || (seat && seat->is_entered))
        return DECLINED;
    if (!seat)
        seat = seat_make(c);
    if (seat->parked) {
        finish(seat, NULL);
        c->cs->state = CONN_STATE_LINGER;
        return OK;
    }
    seat->is_entered = 1;
    status = ap_run_process_connection(c);
    seat->is_entered = 0;
    if (seat->parked && c->cs->state == CONN_STATE_SUSPENDED) {
        c->cs->state = CONN_STATE_ASYNC_WAITIO;
        c->cs->sense = CONN_SENSE_WANT_READ;
    }
    return status;
}

void mcp_server_park_suspend_connection(conn_rec *c, request_rec *unused)
{
    seat_t *seat = park.can && !c->master ? seat_of(c) : NULL;

    if (seat && seat->parked && !seat->parked->is_shown &&
        c->cs->state == CONN_STATE_ASYNC_WAITIO)
        show(seat->parked);
}

/* TimeOut is over where the state says so; else the pool of the connection
 * goes, with the child. */
void mcp_server_park_resume_connection(conn_rec *c, request_rec *unused)
{
    seat_t *seat = park.can && !c->master ? seat_of(c) : NULL;

    if (!seat || !seat->parked)
        return;
    if (c->cs->state == CONN_STATE_LINGER) {
        finish(seat, "its time is over");
        c->cs->state = CONN_STATE_LINGER;
    }
    else if (c->cs->state == CONN_STATE_ASYNC_WAITIO) {
        hide(seat->parked);
        seat->parked = NULL;
    }
}

#else

int mcp_server_park_can(const request_rec *r)
{
    return 0;
}

int mcp_server_park(mcp_server_outlet_t *outlet, mcp_watch_t *watch,
                    void (*done)(void *baton), void *baton)
{
    return 0;
}

int mcp_server_park_process_connection(conn_rec *c)
{
    return DECLINED;
}

void mcp_server_park_suspend_connection(conn_rec *c, request_rec *r)
{
}

void mcp_server_park_resume_connection(conn_rec *c, request_rec *r)
{
}

void mcp_server_park_open(apr_pool_t *pchild, const mcp_oauth_works_t *works)
{
}

void mcp_server_park_stop(void)
{
}
#endif
