/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/listener.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "live/session.h"
#include "mcp/era.h"
#include "mcp/header.h"
#include "mcp/notification.h"
#include "mcp/record.h"
#include "mcp/resume.h"
#include "mcp/watch.h"
#include "mcp/worker.h"

#define NAME_BYTES 12
#define PREFIX "news." /* of its event ids */
#define QUEUE_BYTES (4 * 1024 * 1024)
#define LINGER apr_time_from_sec(10)

typedef struct listener_t {
    mcp_watch_t watch; /* first */
    mcp_turn_t *t;
    const char *name; /* of this stream, among those of the session */
    mcp_news_watch_t news;
    apr_uint64_t told; /* the change up to which all was told */
    apr_uint64_t events;
    mcp_box_t queue;   /* HTTP+SSE */
    apr_time_t leaves; /* since when it lingers; 0: it does not */
} listener_t;

/* -- messages -- */

/* That of a list has params only where a subscription is named. */
const char *mcp_listener_message(const char *what,
                                 const mcp_json_t *subscription,
                                 apr_size_t *len, apr_pool_t *pool)
{
    const char *method = "notifications/resources/updated", *text;
    int is_list = mcp_news_is_list(what);
    mcp_writer_t *w;

    if (is_list)
        method =
            apr_pstrcat(pool, "notifications/", what, "/list_changed", NULL);
    if (is_list && !subscription) {
        text = apr_pstrcat(pool, "{\"jsonrpc\":\"2.0\",\"method\":\"", method,
                           "\"}", NULL);
        *len = strlen(text);
        return text;
    }
    w = mcp_notification_begin(method, pool);
    if (subscription)
        mcp_notification_add_subscription(w, subscription);
    if (!is_list)
        mcp_writer_member(w, "uri", what);
    return mcp_notification_end(w, len);
}

/* -- what changed -- */

/* Says from where the stream can be resumed: of what changed at once some may
 * be told twice then, none is missed. No other event of the session has this
 * id. */
static const char *event_id(listener_t *l, apr_pool_t *pool)
{
    return apr_psprintf(pool,
                        PREFIX "%" APR_UINT64_T_FMT ".%s.%" APR_UINT64_T_FMT,
                        l->told, l->name, l->events++);
}

static int tell(listener_t *l, const char *what)
{
    mcp_event_t event = {NULL};

    event.data = mcp_listener_message(what, NULL, &event.len, l->t->cx->pool);
    if (l->t->x->server->is_sse)
        event.name = "message";
    else
        event.id = event_id(l, l->t->cx->pool);
    return mcp_stream_event(l->t, &event);
}

/* Those of the changes looked at that the session hears of. */
static apr_array_header_t *heard(listener_t *l)
{
    static const char *const lists[] = {"tools", "prompts", "resources"};
    apr_array_header_t *uris = mcp_record_subscriptions(l->t, l->t->cx->pool);
    apr_array_header_t *heard =
        apr_array_make(l->t->cx->pool, 3, sizeof(const char *));
    int i;

    for (i = 0; i < 3; i++)
        if (mcp_news_has(&l->news, lists[i]))
            APR_ARRAY_PUSH(heard, const char *) = lists[i];
    for (i = 0; i < uris->nelts; i++)
        if (mcp_news_has(&l->news, APR_ARRAY_IDX(uris, i, const char *)))
            APR_ARRAY_PUSH(heard, const char *) =
                APR_ARRAY_IDX(uris, i, const char *);
    return heard;
}

static int tell_news(listener_t *l)
{
    const apr_array_header_t *news;
    int goes_on = 1, i;

    while (goes_on && mcp_news_look(&l->news, l->t->cx->pool)) {
        news = heard(l);
        for (i = 0; i < news->nelts && goes_on; i++) {
            /* who has the last of them has them all */
            if (i == news->nelts - 1)
                l->told = l->news.last;
            goes_on = tell(l, APR_ARRAY_IDX(news, i, const char *));
        }
        l->told = l->news.last;
    }
    return goes_on;
}

/* -- the queue of HTTP+SSE -- */

static int tell_queue(listener_t *l)
{
    mcp_event_t event = {"message"};
    mcp_letter_t letter = {0};

    letter.kind = 0;
    while (!mcp_box_read(&letter, &l->queue, l->t, l->t->cx->pool)) {
        event.data = letter.text;
        event.len = letter.len;
        if (!mcp_stream_event(l->t, &event))
            return 0;
        mcp_live_mailbox_drop(l->news.shared, l->queue.id, letter.number,
                              letter.number);
        apr_pool_clear(l->t->cx->pool);
        letter.kind = 0;
    }
    return 1;
}

/* The answers to what children had at work that were killed. */
static int tell_orphans(listener_t *l)
{
    mcp_event_t event = {"message"};

    while ((event.data = mcp_record_take_orphan(l->t, &event.len))) {
        if (!mcp_stream_event(l->t, &event))
            return 0;
        apr_pool_clear(l->t->cx->pool);
    }
    return 1;
}

/* Before the orphans: what was answered is not lost. */
static int tell_answers(listener_t *l)
{
    if (!tell_queue(l) || !tell_orphans(l))
        return 0;
    l->watch.due = mcp_record_is_at_work(l->t)
                       ? mcp_ctx_now(l->t->cx) + MCP_WORKER_PULSE
                       : 0;
    return 1;
}

static mcp_box_status_t keep_queue(listener_t *l)
{
    return mcp_box_open(&l->queue, l->t, l->t->x->server->session_lifetime,
                        QUEUE_BYTES);
}

/* -- the stream -- */

/* What belongs to no request goes to one stream of a session alone, the
 * newest: whoever comes back after a broken connection is not kept waiting by
 * it. */
static int is_newest(const listener_t *l)
{
    const char *newest = mcp_record_get(l->t, MCP_RECORD_LISTENER);

    return newest && !strcmp(newest, l->name);
}

static int is_alive(const listener_t *l)
{
    return mcp_live_session_state(l->news.shared, l->t->session.digest,
                                  mcp_ctx_seconds(l->t->cx)) !=
           MCP_SESSION_ENDED;
}

static int look(mcp_watch_t *watch)
{
    listener_t *l = (listener_t *)watch;

    if (!(l->leaves || is_alive(l)) || !is_newest(l) || !tell_news(l))
        return 0;
    if (!l->t->x->server->is_sse)
        return 1;
    return mcp_box_is_open(&l->queue, l->t) && tell_answers(l);
}

/* Over HTTP+SSE what was taken is answered here or nowhere: when the server
 * stops it waits for that, and nothing more is taken. */
static int lingers(void *baton)
{
    listener_t *l = baton;
    mcp_turn_t *t = l->t;
    apr_time_t now = mcp_ctx_now(t->cx);

    if (!l->leaves) {
        l->leaves = now;
        mcp_session_end(&t->session, t->x, t->cx);
    }
    return now - l->leaves < LINGER && mcp_record_is_at_work(t);
}

static const mcp_error_t *begin(listener_t *l, const mcp_event_t *first)
{
    mcp_turn_t *t = l->t;

    MCP_TRY(mcp_record_set(t, MCP_RECORD_LISTENER, l->name));
    if (t->x->server->is_sse) {
        l->queue = mcp_box_of(t, MCP_BOX_QUEUE, NULL);
        if (keep_queue(l))
            return mcp_error_make(MCP_E_UNAVAILABLE, t->cx,
                                  "no room for the session's queue");
        l->watch.wait.lingers = lingers;
        l->watch.wait.baton = l;
    }
    if (first->id || first->len)
        mcp_stream_event(t, first);
    else
        mcp_stream_comment(t);
    return NULL;
}

/* Clients of before 2025-11-25 take an event without data for a broken one. */
static int knows_places(const listener_t *l)
{
    return !l->t->x->server->is_sse &&
           mcp_era_legacy_number(l->t->session.version) >= MCP_ERA_RESUMABLE;
}

/* Where it ends though it might go on, whoever is there may come back; not so
 * over HTTP+SSE, where the session is the stream. */
static void end(mcp_watch_t *watch, int goes_on)
{
    listener_t *l = (listener_t *)watch;
    mcp_turn_t *t = watch->t;

    if (goes_on && knows_places(l))
        mcp_stream_leave(t, event_id(l, t->cx->pool));
    if (goes_on && t->x->server->is_sse)
        tell_queue(l);
    t->x->outlet->end(t->x->baton);
    if (!t->x->server->is_sse)
        return;
    mcp_session_end(&t->session, t->x, t->cx);
    mcp_record_end(t);
}

static void hear_box(listener_t *l, mcp_box_use_t use)
{
    mcp_box_t box = mcp_box_of(l->t, use, NULL);

    mcp_watch_hear_box(&l->watch, &box);
}

/* What it tells of changes with what the session subscribes to. */
static void hear(listener_t *l)
{
    mcp_watch_hear(&l->watch, MCP_RING_NEWS, 0);
    hear_box(l, MCP_BOX_SESSION);
    if (l->t->x->server->is_sse)
        hear_box(l, MCP_BOX_QUEUE);
}

static const mcp_error_t *run(listener_t *l, const mcp_event_t *first)
{
    mcp_watch_use_t use = l->t->x->server->is_sse ? MCP_WATCH_SSE
                                                  : MCP_WATCH_GET;
    const mcp_error_t *e;

    MCP_TRY(mcp_watch_begin(&l->watch, l->t, use, look, end));
    hear(l);
    e = begin(l, first);
    if (e)
        mcp_watch_drop(&l->watch);
    return e;
}

static const mcp_error_t *prepare(listener_t **out, mcp_turn_t *t)
{
    listener_t *l = *out = apr_pcalloc(t->pool, sizeof(*l));

    l->t = t;
    mcp_news_watch(&l->news, t->x->server, t->x->works->shared,
                   mcp_box_principal(t->x->principal, t->cx->pool));
    return mcp_random_text(&l->name, NAME_BYTES, t->cx);
}

const mcp_error_t *mcp_listener_run(mcp_turn_t *t, const mcp_event_t *first)
{
    listener_t *l;

    MCP_TRY(prepare(&l, t));
    return run(l, first);
}

/* -- GET -- */

/* "news.NUMBER.": from where on it is told again */
static int id_read(apr_uint64_t *last, const char *id)
{
    const char *number = id + sizeof(PREFIX) - 1;
    apr_size_t digits;

    if (strncmp(id, PREFIX, sizeof(PREFIX) - 1) != 0)
        return 0;
    digits = strspn(number, "0123456789");
    if (!digits || digits > 18 || number[digits] != '.')
        return 0;
    *last = (apr_uint64_t)apr_strtoi64(number, NULL, 10);
    return 1;
}

static const mcp_error_t *begin_new(mcp_turn_t *t, const char *id)
{
    mcp_event_t first = {NULL};
    listener_t *l;

    MCP_TRY(prepare(&l, t));
    if (id && !id_read(&l->news.last, id))
        return mcp_error_make(MCP_E_STREAM_GONE, t->cx,
                              "no stream has this Last-Event-ID");
    l->told = l->news.last;
    if (knows_places(l))
        first.id = event_id(l, t->cx->pool);
    return run(l, &first);
}

const mcp_error_t *mcp_listener_open(mcp_turn_t *t)
{
    const char *accept = mcp_turn_header(t, "Accept");
    const char *id = mcp_turn_header(t, "Last-Event-ID");
    int found = 0;

    if (!t->x->outlet || !mcp_header_accepts_stream(accept))
        return mcp_error_tell(MCP_E_NOT_ACCEPTABLE, t->cx,
                              "Not Acceptable: the client must accept "
                              "text/event-stream");
    if (id)
        MCP_TRY(mcp_resume(&found, t, id));
    return found ? NULL : begin_new(t, id);
}
