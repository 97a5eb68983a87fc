/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "net/document.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <string.h>

#include "base/uri.h"
#include "net/document_board.h"
#include "net/place.h"

typedef mcp_net_document_ask_t ask_t;
typedef mcp_net_shelf_place_t place_t;

/* -- what is there; the mutex is held -- */

static void give_copy(mcp_net_document_t *out, const place_t *place,
                      const ask_t *ask, apr_int64_t now)
{
    apr_pool_t *pool = ask->cx->pool;

    out->outcome = MCP_NET_OK;
    out->body = apr_pstrmemdup(pool, place->body, place->len);
    out->len = place->len;
    out->content_type = apr_pstrdup(pool, place->content_type);
    out->fetched = place->fetched;
    out->is_stale = !mcp_net_place_is_fresh(place, now);
}

static int pause_of(const ask_t *ask)
{
    return ask->request.is_trusted ? MCP_DOCUMENT_PAUSE_SHORT
                                   : MCP_DOCUMENT_PAUSE;
}

static void give_failure(mcp_net_document_t *out, const place_t *place,
                         const ask_t *ask, apr_int64_t now)
{
    out->outcome = place->failure;
    out->fetched = place->failed;
    out->retry_after = (int)(place->failed + pause_of(ask) - now);
    out->why = apr_pstrdup(ask->cx->pool, place->why);
    out->status = place->status;
}

static int is_good(const place_t *place, const ask_t *ask, apr_int64_t now)
{
    return mcp_net_place_is_fresh(place, now) && place->fetched >= ask->since;
}

/* 1 when there is an answer without asking the network. */
static int give_known(mcp_net_document_t *out, const place_t *place,
                      const ask_t *ask, apr_int64_t now)
{
    int is_paused = mcp_net_place_is_paused(place, pause_of(ask), now);

    if (is_good(place, ask, now))
        give_copy(out, place, ask, now);
    else if (mcp_net_place_is_servable(place, now) &&
             (is_paused || (place->is_busy && !ask->since)))
        give_copy(out, place, ask, now);
    else if (is_paused && !place->is_busy)
        give_failure(out, place, ask, now);
    else
        return 0;
    return 1;
}

/* Whether nobody need wait for the network. */
static int is_renewed_behind(const ask_t *ask, const place_t *place,
                             apr_int64_t now)
{
    return place && ask->request.is_trusted && !ask->since &&
           mcp_net_place_is_recent(place, now);
}

/* -- asking -- */

/* *is_given: out has the copy of before. Else the answer is to be looked for
 * once more. */
static const mcp_error_t *get_new(mcp_net_document_t *out, int *is_given,
                                  const ask_t *ask, place_t *place)
{
    apr_int64_t now = mcp_ctx_seconds(ask->cx);
    int is_behind = is_renewed_behind(ask, place, now);
    const mcp_error_t *e = NULL;

    *is_given = is_behind && ask->d->renewals >= MCP_DOCUMENT_RENEWALS;
    if (!*is_given) {
        e = mcp_net_document_fetch_admit(ask, place, now);
        *is_given = e ? place && mcp_net_place_is_servable(place, now)
                      : is_behind && mcp_net_document_fetch_behind(ask, place);
    }
    if (*is_given) {
        give_copy(out, place, ask, now);
        return NULL;
    }
    return e ? e : mcp_net_document_fetch_now(ask, place);
}

/* The place, NULL when nothing is known, as of now in all children where what
 * this one knows is not good enough. */
static place_t *find(const ask_t *ask)
{
    place_t *place = mcp_net_shelf_find(&ask->d->shelf, ask->key);

    if (!place || !is_good(place, ask, mcp_ctx_seconds(ask->cx)))
        mcp_net_document_board_take(&place, ask);
    return place;
}

/* Each round has the answer, fetches it, or waits for who does. */
static const mcp_error_t *get_locked(mcp_net_document_t *out, const ask_t *ask)
{
    place_t *place;
    int is_given;

    for (;;) {
        place = find(ask);
        if (place && give_known(out, place, ask, mcp_ctx_seconds(ask->cx)))
            return NULL;
        MCP_TRY(get_new(out, &is_given, ask, place));
        if (is_given)
            return NULL;
    }
}

/* -- calls -- */

static mcp_net_document_host_t *host_of(mcp_net_documents_t *documents,
                                        const char *url, mcp_ctx_t *cx)
{
    apr_ssize_t len = APR_HASH_KEY_STRING;
    const mcp_uri_t *uri;
    unsigned hash;

    if (!mcp_uri_read(&uri, url, cx) && uri->host)
        url = uri->host;
    hash = apr_hashfunc_default(url, &len);
    return &documents->hosts[hash % MCP_DOCUMENT_HOSTS];
}

/* What is fetched through another door is another document, and so is what may
 * have another size: it has another use, and may be blamed for that alone. */
static void ask_make(ask_t *ask, mcp_net_documents_t *documents,
                     const mcp_net_request_t *request, mcp_ctx_t *cx)
{
    const mcp_fetch_setting_t *s = request->setting;

    memset(ask, 0, sizeof(*ask));
    ask->d = documents;
    ask->request.url = request->url;
    ask->request.is_trusted = request->is_trusted;
    ask->request.max_bytes = request->max_bytes;
    ask->request.setting = s;
    ask->request.accept = request->accept;
    ask->cx = cx;
    ask->host = host_of(documents, request->url, cx);
    ask->key =
        apr_psprintf(cx->pool, "%s %" APR_SIZE_T_FMT " %s %s %s %s",
                     request->is_trusted ? "t" : "u", request->max_bytes,
                     s->ca_file ? s->ca_file : "", s->proxy ? s->proxy : "",
                     request->accept ? request->accept : "", request->url);
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
    ask.since =
        mcp_ctx_seconds(cx) + 1 -
        (request->is_trusted ? MCP_DOCUMENT_AGAIN : MCP_DOCUMENT_LEAST);
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
    if (place && mcp_net_place_blame(place) && !place->is_busy)
        mcp_net_document_board_correct(&ask, place);
    apr_thread_mutex_unlock(documents->mutex);
}

/* -- making -- */

static apr_status_t drop_all(void *data)
{
    mcp_net_documents_t *d = data;

    mcp_net_shelf_empty(&d->shelf);
    return APR_SUCCESS;
}

static mcp_net_crowd_t *crowd_make(const mcp_net_document_limits_t *limits,
                                   apr_pool_t *pool)
{
    mcp_net_crowd_t *crowd = apr_pcalloc(pool, sizeof(*crowd));

    crowd->most = limits->fetches;
    return crowd;
}

const mcp_error_t *
mcp_net_document_make(mcp_net_documents_t **documents,
                      const mcp_net_document_limits_t *limits,
                      const mcp_net_fetcher_t *fetcher, mcp_ctx_t *cx)
{
    mcp_net_documents_t *d = apr_pcalloc(cx->pool, sizeof(*d));

    d->fetcher = *fetcher;
    d->cx = *cx;
    if (limits->board)
        d->board = apr_pmemdup(cx->pool, limits->board, sizeof(*d->board));
    d->crowd = limits->crowd ? limits->crowd : crowd_make(limits, cx->pool);
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
    MCP_TRY(mcp_net_crew_make(&d->crew, MCP_DOCUMENT_RENEWALS, cx));
    *documents = d;
    return NULL;
}
