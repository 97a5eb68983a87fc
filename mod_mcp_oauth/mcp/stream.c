/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/stream.h"

#include <apr_strings.h>
#include <string.h>

#include "base/random.h"
#include "mcp/box.h"
#include "mcp/era.h"
#include "mcp/header.h"
#include "mcp/watch.h"
#include "mcp/worker.h"

#define NAME_BYTES 12
#define KEPT_FOR 300 /* seconds that a stream can be resumed */
#define KEPT_BYTES (4 * 1024 * 1024)
#define RETRY apr_time_from_sec(1)

struct mcp_stream_t {
    apr_pool_t *scratch; /* of one message */
    int is_queued;       /* HTTP+SSE: box is the client's queue */
    int is_begun;
    int is_ended;      /* the HTTP answer is, or nobody reads it */
    const char *name;  /* by which it is resumed, or NULL */
    apr_uint64_t last; /* number of the letter that was kept last */
    mcp_box_t box;
};

/* Older clients take the first event, which has no data, for a broken message.
 */
static int is_resumable(const mcp_turn_t *t)
{
    return t->era->bit == MCP_ERA_LEGACY && t->session.version &&
           mcp_era_legacy_number(t->session.version) >= MCP_ERA_RESUMABLE;
}

/* Beyond the round of a call in which it begins. */
static mcp_stream_t *make(mcp_turn_t *t)
{
    return apr_pcalloc(t->pool, sizeof(mcp_stream_t));
}

/* Before a message: most requests are answered without one. */
static void clear(mcp_turn_t *t)
{
    if (t->watch && t->watch->use != MCP_WATCH_CALL)
        t->stream->scratch = t->watch->scratch; /* is cleared by its watch */
    else if (t->stream->scratch)
        apr_pool_clear(t->stream->scratch);
    else
        apr_pool_create(&t->stream->scratch, t->pool);
}

void mcp_stream_make(mcp_turn_t *t)
{
    const char *accept = mcp_turn_header(t, "Accept");

    if (t->x->server->is_sse) {
        t->stream = make(t);
        t->stream->is_queued = t->stream->is_begun = 1;
        t->stream->box = mcp_box_of(t, MCP_BOX_QUEUE, NULL);
    }
    else if (t->x->outlet && accept && mcp_header_accepts_stream(accept))
        t->stream = make(t);
}

int mcp_stream_is_possible(const mcp_turn_t *t)
{
    return t->stream != NULL;
}

int mcp_stream_is_begun(const mcp_turn_t *t)
{
    return t->stream && t->stream->is_begun;
}

int mcp_stream_is_open(const mcp_turn_t *t)
{
    const mcp_stream_t *stream = t->stream;

    return stream && stream->is_begun && !stream->is_ended &&
           !stream->is_queued;
}

/* What is posted over HTTP+SSE is answered as long as the session's queue is
 * there, whatever became of the POST. */
int mcp_stream_is_lost(const mcp_turn_t *t)
{
    const mcp_stream_t *stream = t->stream;
    const mcp_exchange_t *x = t->x;
    mcp_box_t queue;

    if (x->server->is_sse && (!stream || stream->is_queued)) {
        queue = mcp_box_of(t, MCP_BOX_QUEUE, NULL);
        return !mcp_box_is_open(&queue, t);
    }
    if (stream && stream->name)
        return 0;
    return x->outlet && x->outlet->gone(x->baton);
}

/* -- events -- */

static char *put(char *to, const char *from, apr_size_t len)
{
    memcpy(to, from, len);
    return to + len;
}

static char *put_field(char *to, const char *field, const char *value)
{
    if (!value)
        return to;
    to = put(to, field, strlen(field));
    to = put(to, value, strlen(value));
    return put(to, "\n", 1);
}

static int send_event(const mcp_turn_t *t, const mcp_event_t *event,
                      apr_pool_t *pool)
{
    const char *retry = event->retry
                            ? apr_psprintf(pool, "%" APR_TIME_T_FMT,
                                           apr_time_as_msec(event->retry))
                            : NULL;
    apr_size_t most = event->len + 64;
    char *text, *end;

    most += event->name ? strlen(event->name) : 0;
    most += event->id ? strlen(event->id) : 0;
    text = end = apr_palloc(pool, most);
    end = put_field(end, "event: ", event->name);
    end = put_field(end, "id: ", event->id);
    end = put_field(end, "retry: ", retry);
    end = put(end, "data: ", 6);
    if (event->len)
        end = put(end, event->data, event->len);
    end = put(end, "\n\n", 2);
    return t->x->outlet->send(t->x->baton, text, (apr_size_t)(end - text));
}

int mcp_stream_event(mcp_turn_t *t, const mcp_event_t *event)
{
    if (!t->stream)
        t->stream = make(t);
    t->stream->is_begun = 1;
    clear(t);
    return send_event(t, event, t->stream->scratch);
}

int mcp_stream_comment(mcp_turn_t *t)
{
    if (!t->stream)
        t->stream = make(t);
    t->stream->is_begun = 1;
    return t->x->outlet->send(t->x->baton, ": \n\n", 4);
}

void mcp_stream_leave(mcp_turn_t *t, const char *id)
{
    mcp_event_t event = {NULL};

    event.id = id;
    event.retry = RETRY;
    mcp_stream_event(t, &event);
}

/* -- the stream of an answer -- */

const char *mcp_stream_event_id(const char *name, apr_uint64_t number,
                                apr_pool_t *pool)
{
    return apr_psprintf(pool, "%s.%" APR_UINT64_T_FMT, name, number);
}

static void box_open(mcp_turn_t *t)
{
    mcp_stream_t *stream = t->stream;
    mcp_letter_t letter = {0, MCP_STREAM_WORKER, NULL, 0};

    if (mcp_random_text(&stream->name, NAME_BYTES, t->cx))
        return;
    letter.text = mcp_worker_note(t, stream->scratch);
    letter.len = strlen(letter.text);
    stream->box = mcp_box_of(t, MCP_BOX_STREAM, stream->name);
    if (mcp_box_open(&stream->box, t,
                     KEPT_FOR + apr_time_sec(t->x->outlet->patience),
                     KEPT_BYTES) ||
        mcp_box_post(&stream->box, t, &letter)) {
        mcp_box_close(&stream->box, t);
        stream->name = NULL;
        return;
    }
    stream->name = apr_pstrdup(t->pool, stream->name);
    stream->last = letter.number;
}

/* What cannot be kept cannot be resumed, and is a stream all the same. */
static void begin(mcp_turn_t *t)
{
    mcp_stream_t *stream = t->stream;
    mcp_event_t first = {NULL};

    clear(t);
    stream->is_begun = 1;
    if (is_resumable(t))
        box_open(t);
    if (!stream->name)
        return;
    first.id =
        mcp_stream_event_id(stream->name, stream->last, stream->scratch);
    stream->is_ended = !send_event(t, &first, stream->scratch);
}

/* The event's id, or NULL where it is not kept. */
static const char *keep(mcp_turn_t *t, mcp_letter_t *letter)
{
    mcp_stream_t *stream = t->stream;

    if (!stream->name)
        return NULL;
    if (!mcp_box_post(&stream->box, t, letter)) {
        stream->last = letter->number;
        return mcp_stream_event_id(stream->name, letter->number,
                                   stream->scratch);
    }
    mcp_box_close(&stream->box, t);
    stream->name = NULL;
    return NULL;
}

/* A queue that is full or gone ends its stream: the client begins anew. */
static void queue(mcp_turn_t *t, mcp_letter_t *letter)
{
    mcp_stream_t *stream = t->stream;
    mcp_box_status_t status = mcp_box_post(&stream->box, t, letter);

    if (status == MCP_BOX_OK)
        return;
    if (status == MCP_BOX_FULL)
        mcp_box_close(&stream->box, t);
    stream->is_ended = 1;
}

static void send_letter(mcp_turn_t *t, mcp_letter_t *letter)
{
    mcp_stream_t *stream = t->stream;
    mcp_event_t event = {NULL, NULL, letter->text, letter->len, 0};

    if (stream->is_queued) {
        queue(t, letter);
        return;
    }
    if (!stream->is_begun)
        begin(t);
    clear(t);
    event.id = keep(t, letter);
    if (!stream->is_ended && letter->len)
        stream->is_ended = !send_event(t, &event, stream->scratch);
}

void mcp_stream_send(mcp_turn_t *t, const char *json, apr_size_t len)
{
    mcp_letter_t letter = {0, MCP_STREAM_MESSAGE, json, len};

    if (t->stream)
        send_letter(t, &letter);
}

void mcp_stream_part(mcp_turn_t *t, apr_interval_time_t retry)
{
    mcp_stream_t *stream = t->stream;
    mcp_event_t event = {NULL};

    if (!stream || stream->is_queued || stream->is_ended || !is_resumable(t))
        return;
    if (!stream->is_begun)
        begin(t);
    if (!stream->name || stream->is_ended)
        return;
    clear(t);
    /* from there on it is told again */
    event.id =
        mcp_stream_event_id(stream->name, stream->last, stream->scratch);
    event.retry = retry;
    send_event(t, &event, stream->scratch);
    stream->is_ended = 1;
    t->x->outlet->end(t->x->baton);
}

void mcp_stream_finish(mcp_turn_t *t, const char *json, apr_size_t len)
{
    mcp_letter_t letter = {0, MCP_STREAM_LAST, json, len};
    mcp_stream_t *stream = t->stream;

    if (!stream->is_queued || len)
        send_letter(t, &letter);
    if (!stream->is_queued && !stream->is_ended)
        t->x->outlet->end(t->x->baton);
    stream->is_ended = 1;
}
