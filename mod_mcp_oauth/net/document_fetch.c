/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "net/document_fetch.h"

#include <apr_strings.h>
#include <string.h>

#include "base/encode.h"
#include "net/document_board.h"
#include "net/place.h"

#define WAIT_MORE 2 /* seconds past the deadline of who fetches */
#define MOST_URL_IN_LOG 300
#define BUSY_RETRY 5

typedef mcp_net_document_ask_t ask_t;
typedef mcp_net_document_host_t host_t;
typedef mcp_net_shelf_place_t place_t;

static const mcp_error_t *busy(const char *what, int retry_after,
                               mcp_ctx_t *cx)
{
    mcp_error_t *e = mcp_error_make(MCP_E_UNAVAILABLE, cx, "%s", what);

    e->retry_after = retry_after;
    return e;
}

static const mcp_error_t *host_admit(const ask_t *ask, const place_t *place,
                                     apr_int64_t now)
{
    host_t *host = ask->host;

    if (place && place->is_busy)
        return NULL;
    if (host->at_once >= MCP_DOCUMENT_HOST_AT_ONCE)
        return busy("too many documents of one host are being fetched",
                    BUSY_RETRY, ask->cx);
    /* what is known is renewed, whatever else of its host is asked for */
    if (ask->request.is_trusted || (place && place->body))
        return NULL;
    if (host->minute != now / 60) {
        host->minute = now / 60;
        host->count = 0;
    }
    if (host->count >= MCP_DOCUMENT_HOST_RATE)
        return busy("too many new documents of one host in this minute",
                    (int)(60 - now % 60), ask->cx);
    host->count++;
    return NULL;
}

/* Whoever waits holds a thread that others need: waiting counts too. */
const mcp_error_t *mcp_net_document_fetch_admit(const ask_t *ask,
                                                const place_t *place,
                                                apr_int64_t now)
{
    mcp_net_crowd_t *crowd = ask->d->crowd;
    const mcp_error_t *e;

    if (!mcp_net_crowd_enter(crowd, ask->request.is_trusted))
        return busy("MCPLimit fetches: too many requests wait for other "
                    "servers",
                    BUSY_RETRY, ask->cx);
    e = host_admit(ask, place, now);
    if (e)
        mcp_net_crowd_leave(crowd);
    return e;
}

/* Where a copy serves on, nobody else tells that there is none newer. */
static void log_failure(const ask_t *ask, const char *why, int has_copy)
{
    const char *url =
        mcp_encode_log(ask->request.url, MOST_URL_IN_LOG, ask->cx->pool);

    if (ask->request.is_trusted && has_copy)
        mcp_ctx_log(ask->cx, MCP_LOG_WARNING, 601,
                    "%s was not fetched anew: %s. See that it can be reached "
                    "from here: what was fetched before serves for a day at "
                    "most",
                    url, why);
    else
        mcp_ctx_log(ask->cx, MCP_LOG_INFO, 600, "%s was not fetched: %s", url,
                    why);
}

int mcp_net_document_fetch_is_given_up(const ask_t *ask)
{
    const apr_uint32_t *stop = ask->request.stop;

    return stop && __atomic_load_n(stop, __ATOMIC_ACQUIRE);
}

static void hold(const ask_t *ask, place_t *place)
{
    place->is_busy = 1;
    ask->host->at_once++;
}

/* What a stranger took away is gone. An identity provider whose document is
 * not there is not rightly set up just now. */
static void keep(const ask_t *ask, place_t *place,
                 const mcp_net_reply_t *reply)
{
    mcp_net_shelf_t *shelf = &ask->d->shelf;

    if (reply->outcome == MCP_NET_REFUSED && !ask->request.is_trusted)
        mcp_net_shelf_clear(shelf, place);
    mcp_net_place_keep(shelf, place, reply, mcp_ctx_seconds(ask->cx));
}

/* Without the mutex: what came of the network, or turn->news. */
static void obtain(mcp_net_reply_t *reply, mcp_net_document_turn_t *turn,
                   int has_copy)
{
    const ask_t *ask = turn->ask;
    const mcp_net_fetcher_t *fetcher = &ask->d->fetcher;

    if (mcp_net_document_board_await(turn))
        fetcher->fetch(reply, fetcher->baton, &ask->request, ask->cx);
    else if (!turn->news) {
        reply->outcome = MCP_NET_PASSED;
        reply->why = "another process did not end fetching it";
    }
    if (reply->outcome != MCP_NET_OK &&
        !mcp_net_document_fetch_is_given_up(ask))
        log_failure(ask, reply->why, has_copy);
}

/* What is given up is no failure, and what had no room here is no document. */
static int is_news(const ask_t *ask, const place_t *place,
                   const mcp_net_reply_t *reply)
{
    return reply->outcome == MCP_NET_OK
               ? !place->failed
               : !mcp_net_document_fetch_is_given_up(ask);
}

static void settle(mcp_net_document_turn_t *turn, place_t *place,
                   const mcp_net_reply_t *reply)
{
    if (turn->news) {
        mcp_net_document_board_hear(turn, place);
        return;
    }
    keep(turn->ask, place, reply);
    if (is_news(turn->ask, place, reply))
        mcp_net_document_board_tell(turn, place);
    mcp_net_document_board_end(turn);
}

/* Of a place that is held until then. The mutex is let go meanwhile. */
static void fetch(const ask_t *ask, place_t *place)
{
    mcp_net_documents_t *d = ask->d;
    int has_copy = mcp_net_place_is_servable(place, mcp_ctx_seconds(ask->cx));
    mcp_net_document_turn_t turn;
    mcp_net_reply_t reply;

    mcp_net_document_board_begin(&turn, ask, place);
    apr_thread_mutex_unlock(d->mutex);
    memset(&reply, 0, sizeof(reply));
    obtain(&reply, &turn, has_copy);
    apr_thread_mutex_lock(d->mutex);
    ask->host->at_once--;
    settle(&turn, place, &reply);
    place->is_busy = 0;
    apr_thread_cond_broadcast(d->fetched);
}

static const mcp_error_t *wait_for(const ask_t *ask)
{
    mcp_net_documents_t *d = ask->d;
    apr_int64_t seconds = ask->request.setting->timeout + WAIT_MORE;

    return apr_thread_cond_timedwait(d->fetched, d->mutex,
                                     apr_time_from_sec(seconds))
               ? busy("another thread did not end fetching a document",
                      BUSY_RETRY, ask->cx)
               : NULL;
}

static const mcp_error_t *fetch_or_wait(const ask_t *ask, place_t *place)
{
    if (place && place->is_busy)
        return wait_for(ask);
    if (!place)
        place = mcp_net_shelf_add(&ask->d->shelf, ask->key);
    if (!place)
        return busy("no room for a document", BUSY_RETRY, ask->cx);
    hold(ask, place);
    fetch(ask, place);
    return NULL;
}

const mcp_error_t *mcp_net_document_fetch_now(const ask_t *ask, place_t *place)
{
    const mcp_error_t *e = fetch_or_wait(ask, place);

    mcp_net_crowd_leave(ask->d->crowd);
    return e;
}

/* -- renewals that no request waits for -- */

typedef struct renewal_t {
    mcp_net_crew_job_t job;
    ask_t ask;
    place_t *place; /* held */
    mcp_ctx_t cx;   /* its pool is the renewal's own */
} renewal_t;

static void renew(mcp_net_crew_job_t *job)
{
    renewal_t *renewal = (renewal_t *)job;
    mcp_net_documents_t *d = renewal->ask.d;

    apr_thread_mutex_lock(d->mutex);
    fetch(&renewal->ask, renewal->place);
    d->renewals--;
    apr_thread_mutex_unlock(d->mutex);
    mcp_net_crowd_leave(d->crowd);
    apr_pool_destroy(renewal->cx.pool);
}

/* NULL when there is no memory. */
static renewal_t *renewal_make(const ask_t *ask, place_t *place)
{
    mcp_net_documents_t *d = ask->d;
    renewal_t *renewal;
    apr_pool_t *pool;

    if (apr_pool_create(&pool, NULL))
        return NULL;
    renewal = apr_pcalloc(pool, sizeof(*renewal));
    renewal->job.work = renew;
    renewal->place = place;
    renewal->cx = d->cx;
    renewal->cx.pool = pool;
    renewal->ask = *ask;
    renewal->ask.cx = &renewal->cx;
    renewal->ask.key = apr_pstrdup(pool, ask->key);
    renewal->ask.request.url = apr_pstrdup(pool, ask->request.url);
    renewal->ask.request.accept = apr_pstrdup(pool, ask->request.accept);
    renewal->ask.request.stop = mcp_net_crew_stop(d->crew);
    return renewal;
}

int mcp_net_document_fetch_behind(const ask_t *ask, place_t *place)
{
    renewal_t *renewal = renewal_make(ask, place);

    if (!renewal)
        return 0;
    if (!mcp_net_crew_give(ask->d->crew, &renewal->job)) {
        apr_pool_destroy(renewal->cx.pool);
        return 0;
    }
    hold(ask, place);
    ask->d->renewals++;
    return 1;
}
