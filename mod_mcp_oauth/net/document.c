/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "net/document.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <apr_thread_cond.h>
#include <apr_thread_mutex.h>
#include <string.h>

#include "base/encode.h"
#include "base/uri.h"
#include "net/freshness.h"
#include "net/shelf.h"

#define HOSTS 512
#define WAIT_MORE 2 /* seconds past the deadline of who fetches */
#define MOST_URL_IN_LOG 300
#define BUSY_RETRY 5

typedef mcp_net_shelf_place_t place_t;

/* Hosts that share one of these share what they are allowed. */
typedef struct host_t {
    apr_uint32_t at_once;
    apr_uint32_t count; /* new documents in ... */
    apr_int64_t minute;
} host_t;

struct mcp_net_documents_t {
    mcp_net_fetcher_t fetcher;
    apr_uint32_t fetches;
    apr_thread_mutex_t *mutex; /* over all that follows */
    apr_thread_cond_t *fetched;
    mcp_net_shelf_t shelf;
    apr_uint32_t under_way;
    host_t hosts[HOSTS];
};

/* One call. */
typedef struct ask_t {
    mcp_net_documents_t *d;
    const mcp_net_request_t *request;
    const char *key;
    host_t *host;
    apr_int64_t since; /* a copy from before is not wanted */
    mcp_ctx_t *cx;
} ask_t;

/* -- what is there; the mutex is held -- */

/* A clock that was set back makes nothing fresh for longer. */
static int is_fresh(const place_t *place, const ask_t *ask, apr_int64_t now)
{
    return place->body && place->fetched <= now && now < place->fresh_until &&
           place->fetched >= ask->since;
}

static int is_servable(const place_t *place, apr_int64_t now)
{
    return place->body && place->fetched <= now && now < place->stale_until;
}

static int is_paused(const place_t *place, apr_int64_t now)
{
    return place->failed && place->failed <= now &&
           now < place->failed + MCP_DOCUMENT_PAUSE;
}

static void give_copy(mcp_net_document_t *out, const place_t *place,
                      apr_pool_t *pool)
{
    out->outcome = MCP_NET_OK;
    out->body = apr_pstrmemdup(pool, place->body, place->len);
    out->len = place->len;
    out->content_type =
        place->content_type ? apr_pstrdup(pool, place->content_type) : NULL;
    out->fetched = place->fetched;
}

static void give_failure(mcp_net_document_t *out, const place_t *place,
                         apr_int64_t now)
{
    out->outcome = place->failure;
    out->fetched = place->failed;
    out->retry_after = (int)(place->failed + MCP_DOCUMENT_PAUSE - now);
}

/* 1 when there is an answer without asking the network. */
static int give_known(mcp_net_document_t *out, const place_t *place,
                      const ask_t *ask, apr_int64_t now)
{
    if (is_fresh(place, ask, now))
        give_copy(out, place, ask->cx->pool);
    else if (is_servable(place, now) &&
             (is_paused(place, now) || (place->is_busy && !ask->since)))
        give_copy(out, place, ask->cx->pool);
    else if (is_paused(place, now) && !place->is_busy)
        give_failure(out, place, now);
    else
        return 0;
    return 1;
}

/* -- what came; the mutex is held -- */

static void times_set(place_t *place, const mcp_net_reply_t *reply,
                      apr_int64_t now)
{
    mcp_net_freshness_t said =
        mcp_net_freshness_read(reply->cache_control, reply->age);
    apr_int64_t seconds = said.is_said ? said.seconds : MCP_DOCUMENT_USUAL;

    if (seconds < MCP_DOCUMENT_LEAST)
        seconds = MCP_DOCUMENT_LEAST;
    if (seconds > MCP_DOCUMENT_MOST)
        seconds = MCP_DOCUMENT_MOST;
    place->fetched = now;
    place->fresh_until = place->stale_until = now + seconds;
    /* also what is to be asked for each time: while its site is down it is
     * better to have it than to sign people out */
    if (said.may_be_stale)
        place->stale_until += MCP_DOCUMENT_STALE;
}

static void keep(mcp_net_documents_t *d, place_t *place,
                 const mcp_net_reply_t *reply, apr_int64_t now)
{
    place->failed = reply->outcome == MCP_NET_OK ? 0 : now;
    place->failure = reply->outcome;
    if (reply->outcome == MCP_NET_REFUSED)
        mcp_net_shelf_clear(&d->shelf, place);
    if (reply->outcome != MCP_NET_OK)
        return;
    times_set(place, reply, now);
    if (!mcp_net_shelf_put(&d->shelf, place, reply)) {
        place->failed = now;
        place->failure = MCP_NET_PASSED;
    }
}

/* -- the network -- */

static const mcp_error_t *busy(const char *what, int retry_after,
                               mcp_ctx_t *cx)
{
    mcp_error_t *e = mcp_error_make(MCP_E_UNAVAILABLE, cx, "%s", what);

    e->retry_after = retry_after;
    return e;
}

/* Whoever waits holds a thread that others need: waiting counts too. */
static const mcp_error_t *admit(const ask_t *ask, const place_t *place,
                                apr_int64_t now)
{
    host_t *host = ask->host;

    if (ask->d->under_way >= ask->d->fetches)
        return busy("MCPLimit fetches: too many documents are being fetched",
                    BUSY_RETRY, ask->cx);
    if (place && place->is_busy)
        return NULL;
    if (host->at_once >= MCP_DOCUMENT_HOST_AT_ONCE)
        return busy("too many documents of one host are being fetched",
                    BUSY_RETRY, ask->cx);
    /* what is known is renewed, whatever else of its host is asked for */
    if (place && place->body)
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

static void log_failure(const ask_t *ask, const mcp_net_reply_t *reply)
{
    mcp_ctx_log(
        ask->cx, MCP_LOG_INFO, 600, "%s was not fetched: %s",
        mcp_encode_log(ask->request->url, MOST_URL_IN_LOG, ask->cx->pool),
        reply->why);
}

/* The mutex is let go meanwhile. */
static void fetch(const ask_t *ask, place_t *place)
{
    mcp_net_documents_t *d = ask->d;
    mcp_net_reply_t reply;

    place->is_busy = 1;
    d->under_way++;
    ask->host->at_once++;
    apr_thread_mutex_unlock(d->mutex);
    memset(&reply, 0, sizeof(reply));
    d->fetcher.fetch(&reply, d->fetcher.baton, ask->request, ask->cx);
    if (reply.outcome != MCP_NET_OK)
        log_failure(ask, &reply);
    apr_thread_mutex_lock(d->mutex);
    ask->host->at_once--;
    d->under_way--;
    keep(d, place, &reply, mcp_ctx_seconds(ask->cx));
    place->is_busy = 0;
    apr_thread_cond_broadcast(d->fetched);
}

static const mcp_error_t *wait_for(const ask_t *ask)
{
    mcp_net_documents_t *d = ask->d;
    apr_int64_t seconds = ask->request->setting->timeout + WAIT_MORE;
    apr_status_t rv;

    d->under_way++;
    rv = apr_thread_cond_timedwait(d->fetched, d->mutex,
                                   apr_time_from_sec(seconds));
    d->under_way--;
    return rv ? busy("another thread did not end fetching a document",
                     BUSY_RETRY, ask->cx)
              : NULL;
}

/* *place is NULL as long as nothing is known of the document. */
static const mcp_error_t *fetch_or_wait(const ask_t *ask, place_t **place)
{
    if (*place && (*place)->is_busy)
        return wait_for(ask);
    if (!*place)
        *place = mcp_net_shelf_add(&ask->d->shelf, ask->key);
    if (!*place)
        return busy("no room for a document", BUSY_RETRY, ask->cx);
    fetch(ask, *place);
    return NULL;
}

/* Each round has the answer, fetches it, or waits for who does. */
static const mcp_error_t *get_locked(mcp_net_document_t *out, const ask_t *ask)
{
    const mcp_error_t *e;
    apr_int64_t now;
    place_t *place;

    for (;;) {
        now = mcp_ctx_seconds(ask->cx);
        place = mcp_net_shelf_find(&ask->d->shelf, ask->key);
        if (place && give_known(out, place, ask, now))
            return NULL;
        e = admit(ask, place, now);
        if (e && place && is_servable(place, now)) {
            give_copy(out, place, ask->cx->pool);
            return NULL;
        }
        if (!e)
            e = fetch_or_wait(ask, &place);
        if (e)
            return e;
    }
}

/* -- calls -- */

/* What is fetched through another door is another document, and so is what may
 * have another size: it has another use, and may be blamed for that alone. */
static void ask_make(ask_t *ask, mcp_net_documents_t *documents,
                     const mcp_net_request_t *request, mcp_ctx_t *cx)
{
    const mcp_fetch_setting_t *s = request->setting;
    apr_ssize_t len = APR_HASH_KEY_STRING;
    const char *host = request->url;
    const mcp_uri_t *uri;

    if (!mcp_uri_read(&uri, request->url, cx) && uri->host)
        host = uri->host;
    ask->d = documents;
    ask->request = request;
    ask->cx = cx;
    ask->since = 0;
    ask->key = apr_psprintf(cx->pool, "%s %" APR_SIZE_T_FMT " %s %s %s",
                            request->is_trusted ? "t" : "u",
                            request->max_bytes, s->ca_file ? s->ca_file : "",
                            s->proxy ? s->proxy : "", request->url);
    ask->host = &documents->hosts[apr_hashfunc_default(host, &len) % HOSTS];
}

static const mcp_error_t *get(mcp_net_document_t *out, const ask_t *ask)
{
    const mcp_error_t *e;

    memset(out, 0, sizeof(*out));
    apr_thread_mutex_lock(ask->d->mutex);
    e = get_locked(out, ask);
    apr_thread_mutex_unlock(ask->d->mutex);
    return e;
}

const mcp_error_t *mcp_net_document_get(mcp_net_document_t *document,
                                        mcp_net_documents_t *documents,
                                        const mcp_net_request_t *request,
                                        mcp_ctx_t *cx)
{
    ask_t ask;

    ask_make(&ask, documents, request, cx);
    return get(document, &ask);
}

const mcp_error_t *mcp_net_document_renew(mcp_net_document_t *document,
                                          mcp_net_documents_t *documents,
                                          const mcp_net_request_t *request,
                                          mcp_ctx_t *cx)
{
    ask_t ask;

    ask_make(&ask, documents, request, cx);
    ask.since = mcp_ctx_seconds(cx) - MCP_DOCUMENT_LEAST + 1;
    return get(document, &ask);
}

void mcp_net_document_blame(mcp_net_documents_t *documents,
                            const mcp_net_request_t *request, mcp_ctx_t *cx)
{
    place_t *place;
    ask_t ask;

    ask_make(&ask, documents, request, cx);
    apr_thread_mutex_lock(documents->mutex);
    place = mcp_net_shelf_find(&documents->shelf, ask.key);
    if (place && place->body)
        place->fresh_until = place->stale_until = place->fetched +
                                                  MCP_DOCUMENT_PAUSE;
    apr_thread_mutex_unlock(documents->mutex);
}

/* -- making -- */

static apr_status_t drop_all(void *data)
{
    mcp_net_documents_t *d = data;

    mcp_net_shelf_empty(&d->shelf);
    return APR_SUCCESS;
}

const mcp_error_t *
mcp_net_document_make(mcp_net_documents_t **documents,
                      const mcp_net_document_limits_t *limits,
                      const mcp_net_fetcher_t *fetcher, mcp_ctx_t *cx)
{
    mcp_net_documents_t *d = apr_pcalloc(cx->pool, sizeof(*d));

    d->fetcher = *fetcher;
    d->fetches = limits->fetches;
    /* room for all that are busy at once */
    d->shelf.most = limits->documents > 2 * limits->fetches
                        ? limits->documents
                        : 2 * limits->fetches;
    d->shelf.most_bytes = limits->bytes;
    if (apr_thread_mutex_create(&d->mutex, APR_THREAD_MUTEX_DEFAULT,
                                cx->pool) != APR_SUCCESS ||
        apr_thread_cond_create(&d->fetched, cx->pool) != APR_SUCCESS)
        return mcp_error_fault(MCP_E_SERVER_ERROR, cx, "Check free memory.",
                               "net: no mutex to be had");
    apr_pool_cleanup_register(cx->pool, d, drop_all, apr_pool_cleanup_null);
    *documents = d;
    return NULL;
}
