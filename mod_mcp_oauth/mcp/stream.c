/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/stream.h"

#include <apr_strings.h>
#include <string.h>

#include "base/random.h"
#include "live/place.h"
#include "mcp/box.h"
#include "mcp/era.h"
#include "mcp/header.h"
#include "mcp/wait.h"

#define NAME_BYTES 12
#define KEPT_FOR 300 /* seconds that a stream can be resumed */
#define KEPT_BYTES (4 * 1024 * 1024)
#define RETRY apr_time_from_sec(1)

/* kinds of letters */
#define MESSAGE 1
#define LAST 2

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
    if (t->stream->scratch)
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

static int is_there(const mcp_box_t *box, const mcp_turn_t *t)
{
    apr_int64_t now = mcp_ctx_seconds(t->cx);

    return mcp_live_mailbox_is_open(t->x->works->shared, box->id, now);
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
        return !is_there(&queue, t);
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

/* -- the stream of an answer -- */

static const char *event_id(const char *name, apr_uint64_t number,
                            apr_pool_t *pool)
{
    return apr_psprintf(pool, "%s.%" APR_UINT64_T_FMT, name, number);
}

/* What cannot be kept cannot be resumed, and is a stream all the same. */
static void begin(mcp_turn_t *t)
{
    mcp_stream_t *stream = t->stream;
    mcp_event_t first = {NULL};

    clear(t);
    stream->is_begun = 1;
    if (!is_resumable(t) || mcp_random_text(&stream->name, NAME_BYTES, t->cx))
        return;
    stream->name = apr_pstrdup(t->pool, stream->name);
    stream->box = mcp_box_of(t, MCP_BOX_STREAM, stream->name);
    if (mcp_box_open(&stream->box, t,
                     KEPT_FOR + apr_time_sec(t->x->outlet->patience),
                     KEPT_BYTES)) {
        stream->name = NULL;
        return;
    }
    first.id = event_id(stream->name, 0, stream->scratch);
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
        return event_id(stream->name, letter->number, stream->scratch);
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
    mcp_letter_t letter = {0, MESSAGE, json, len};

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
    event.id = event_id(stream->name, stream->last, stream->scratch);
    event.retry = retry;
    send_event(t, &event, stream->scratch);
    stream->is_ended = 1;
    t->x->outlet->end(t->x->baton);
}

void mcp_stream_finish(mcp_turn_t *t, const char *json, apr_size_t len)
{
    mcp_letter_t letter = {0, LAST, json, len};
    mcp_stream_t *stream = t->stream;

    if (!stream->is_queued || len)
        send_letter(t, &letter);
    if (!stream->is_queued && !stream->is_ended)
        t->x->outlet->end(t->x->baton);
    stream->is_ended = 1;
}

/* -- resuming one -- */

/* "NAME.NUMBER": the name in *name, or 0 */
static int id_read(const char **name, apr_uint64_t *number, const char *id,
                   apr_pool_t *pool)
{
    const char *dot = strchr(id, '.');
    apr_size_t digits = dot ? strspn(dot + 1, "0123456789") : 0;

    if (!digits || digits > 18 || dot[1 + digits] || dot == id)
        return 0;
    *name = apr_pstrmemdup(pool, id, (apr_size_t)(dot - id));
    *number = (apr_uint64_t)apr_strtoi64(dot + 1, NULL, 10);
    return 1;
}

/* Whether something may come behind the letter that was told last. */
static int goes_on(const mcp_turn_t *t, const mcp_letter_t *told)
{
    mcp_stream_t *stream = t->stream;
    mcp_letter_t letter = {0, LAST, NULL, 0};

    return is_there(&stream->box, t) &&
           (mcp_box_read(&letter, &stream->box, t, stream->scratch) ||
            letter.number > told->number);
}

/* Whether nothing is left behind it, nor will be. */
static int is_over(mcp_turn_t *t, const mcp_letter_t *told)
{
    mcp_letter_t next = {told->number, 0, NULL, 0};

    clear(t);
    if (mcp_box_read(&next, &t->stream->box, t, t->stream->scratch))
        return !goes_on(t, told);
    return next.kind == LAST && !next.len;
}

/* 0: the stream is at its end, or nobody reads */
static int tell(mcp_turn_t *t, const char *name, mcp_letter_t *last)
{
    mcp_stream_t *stream = t->stream;
    mcp_event_t event = {NULL};
    mcp_letter_t letter;

    for (;;) {
        clear(t);
        letter.number = last->number;
        letter.kind = 0;
        if (mcp_box_read(&letter, &stream->box, t, stream->scratch))
            return goes_on(t, last);
        last->number = letter.number;
        event.id = event_id(name, letter.number, stream->scratch);
        event.data = letter.text;
        event.len = letter.len;
        if (letter.len && !send_event(t, &event, stream->scratch))
            return 0;
        if (letter.kind == LAST)
            return 0;
    }
}

void mcp_stream_leave(mcp_turn_t *t, const char *id)
{
    mcp_event_t event = {NULL};

    event.id = id;
    event.retry = RETRY;
    mcp_stream_event(t, &event);
}

/* Tells on from last, to the end of the stream or of patience. */
static const mcp_error_t *tell_on(mcp_turn_t *t, const char *name,
                                  mcp_letter_t *last)
{
    mcp_event_t first = {NULL};
    mcp_wait_t wait;
    int goes_on;

    MCP_TRY(mcp_wait_begin(&wait, t));
    /* for clients that forget where they were if no event follows */
    first.id = event_id(name, last->number, t->cx->pool);
    mcp_stream_event(t, &first);
    do {
        mcp_wait_look(&wait);
        goes_on = tell(t, name, last);
    } while (goes_on && mcp_wait(&wait));
    mcp_wait_end(&wait);
    if (goes_on)
        mcp_stream_leave(t, event_id(name, last->number, t->cx->pool));
    t->x->outlet->end(t->x->baton);
    return NULL;
}

const mcp_error_t *mcp_stream_resume(int *found, mcp_turn_t *t, const char *id)
{
    mcp_letter_t last = {0};
    const char *name;

    *found = 0;
    if (!id_read(&name, &last.number, id, t->cx->pool))
        return NULL;
    t->stream = make(t);
    t->stream->box = mcp_box_of(t, MCP_BOX_STREAM, name);
    if (!is_there(&t->stream->box, t))
        return NULL;
    *found = 1;
    if (is_over(t, &last)) {
        /* clients come back to a stream that ends without a response */
        t->x->status = 204;
        return NULL;
    }
    return tell_on(t, name, &last);
}
