/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <math.h>
#include <string.h>

#include "base/encode.h"
#include "base/uri.h"
#include "live/signal.h"
#include "mcp/answers.h"
#include "mcp/call.h"
#include "mcp/era.h"
#include "mcp/level.h"
#include "mcp/news.h"
#include "mcp/notification.h"
#include "mcp/stream.h"
#include "mcp/task.h"

/* What a function tells others while it runs. */

#define TELL_AT_ONCE 200
#define TELL_RATE 100 /* a second */

static mcp_call_run_t *run_of(mcp_call_t *call)
{
    return (mcp_call_run_t *)call;
}

/* What is told is forgotten at once: a function may tell a lot. */
typedef struct telling_t {
    const mcp_call_run_t *run;
    apr_pool_t *pool;
    mcp_writer_t *w;
} telling_t;

static void begin(telling_t *telling, const mcp_call_run_t *run)
{
    telling->run = run;
    telling->w = NULL;
    apr_pool_create(&telling->pool, run->call.pool);
}

static mcp_writer_t *open_params(telling_t *telling, const char *method)
{
    return telling->w = mcp_notification_begin(method, telling->pool);
}

/* Sends what was written, if anything was. */
static void end(telling_t *telling)
{
    const char *text;
    apr_size_t len;

    if (telling->w) {
        text = mcp_notification_end(telling->w, &len);
        mcp_stream_send(telling->run->t, text, len);
    }
    apr_pool_destroy(telling->pool);
}

/* Whether one more may be told: progress "SHOULD implement rate limiting to
 * prevent flooding", and so should logging. */
static int may_tell(mcp_call_run_t *run)
{
    apr_time_t now = mcp_ctx_now(run->t->cx);
    apr_int64_t more = (now - run->told) / (APR_USEC_PER_SEC / TELL_RATE);

    if (!mcp_stream_is_possible(run->t))
        return 0;
    if (!run->told || more < 0 || more > TELL_AT_ONCE - run->may_tell) {
        run->may_tell = run->told && more < 0 ? run->may_tell : TELL_AT_ONCE;
        run->told = now;
    }
    else {
        run->may_tell += (int)more;
        run->told += more * (APR_USEC_PER_SEC / TELL_RATE);
    }
    return run->may_tell > 0 && run->may_tell--;
}

/* "Progress tokens MUST be a string or integer value" */
static const mcp_json_t *token_of(const mcp_turn_t *t)
{
    const mcp_json_t *token = mcp_era_meta(t, "progressToken");
    apr_int64_t number;

    return mcp_json_string(token) || mcp_json_integer(&number, token) ? token
                                                                      : NULL;
}

/* progress: "The progress value MUST increase with each notification" */
void mcp_call_tell_progress(mcp_call_t *call, double done, double total,
                            const char *message)
{
    mcp_call_run_t *run = run_of(call);
    const mcp_json_t *token = token_of(run->t);
    telling_t telling;
    mcp_writer_t *w;

    if (message && !mcp_encode_is_utf8(message, strlen(message)))
        mcp_call_breach(run, "what it says of its progress is not UTF-8");
    if (!token || !isfinite(done) ||
        (run->has_progress && done <= run->progress) || !may_tell(run))
        return;
    run->has_progress = 1;
    run->progress = done;
    begin(&telling, run);
    w = open_params(&telling, "notifications/progress");
    mcp_writer_name(w, "progressToken");
    mcp_writer_json(w, token);
    mcp_writer_name(w, "progress");
    mcp_writer_number(w, done);
    if (total > 0 && isfinite(total)) {
        mcp_writer_name(w, "total");
        mcp_writer_number(w, total);
    }
    mcp_writer_member(w, "message", message);
    end(&telling);
}

static int is_wanted(mcp_call_run_t *run, int level)
{
    if (!mcp_stream_is_possible(run->t))
        return 0;
    if (!run->is_level_known)
        run->level = mcp_level_wanted(run->t);
    run->is_level_known = 1;
    return level >= run->level;
}

/* The sentence that says what is wrong with a line of the log, which is in
 * *json else. */
static const char *line_read(const mcp_json_t **json, int level,
                             const char *data, mcp_ctx_t *cx)
{
    apr_size_t len = data ? strlen(data) : 0;

    if (level < 0)
        return "a log line that it gave has no level";
    if (len > MCP_CALL_MAX_RESULT)
        return "a log line that it gave is larger than 1 MiB";
    return data && !mcp_json_read(json, data, len, cx)
               ? NULL
               : "a log line that it gave is not JSON";
}

void mcp_call_tell_log(mcp_call_t *call, const char *level, const char *data)
{
    mcp_call_run_t *run = run_of(call);
    mcp_ctx_t cx = *run->t->cx;
    int number = mcp_level_of(level);
    const mcp_json_t *json;
    const char *wrong;
    telling_t telling;
    mcp_writer_t *w;

    begin(&telling, run);
    cx.pool = telling.pool;
    wrong = line_read(&json, number, data, &cx);
    mcp_call_breach(run, wrong);
    if (!wrong && is_wanted(run, number) && may_tell(run)) {
        w = open_params(&telling, "notifications/message");
        mcp_writer_member(w, "level", level);
        mcp_writer_member(w, "logger", run->module);
        mcp_writer_name(w, "data");
        mcp_writer_json(w, json);
    }
    end(&telling);
}

const mcp_box_t *mcp_call_note(mcp_call_run_t *run)
{
    if (!run->has_note)
        run->note = mcp_answers_note(run->t, run->t->rpc.id);
    run->has_note = 1;
    return &run->note;
}

static int is_noted(mcp_call_run_t *run)
{
    return mcp_answers_were_cancelled(run->t) &&
           mcp_answers_is_cancelled(mcp_call_note(run), run->t);
}

/* Over HTTP+SSE no session outlives its stream. */
static int is_cancelled(mcp_call_run_t *run)
{
    const mcp_turn_t *t = run->t;

    if (t->task)
        return mcp_task_is_cancelled(t);
    return is_noted(run) || (t->x->server->is_sse && mcp_stream_is_lost(t));
}

/* Legacy requests and tasks are cancelled by what wakes all; as long as nobody
 * was woken since it was looked for there is none. */
int mcp_call_is_cancelled(mcp_call_run_t *run)
{
    const mcp_turn_t *t = run->t;
    apr_uint32_t count;

    if (!t->task && t->era->bit == MCP_ERA_MODERN)
        return mcp_stream_is_lost(t);
    count = mcp_live_signal_count(t->x->works->shared);
    if (count != run->signal) {
        run->signal = count;
        run->is_cancelled = is_cancelled(run);
    }
    return run->is_cancelled;
}

int mcp_call_tell_cancelled(mcp_call_t *call)
{
    mcp_call_run_t *run = run_of(call);
    const mcp_works_t *works = run->t->x->works;

    return mcp_call_is_cancelled(run) ||
           (works->is_stopping && works->is_stopping());
}

void mcp_call_tell_part(mcp_call_t *call, apr_interval_time_t retry)
{
    if (retry > MCP_CALL_MAX_DELAY)
        retry = MCP_CALL_MAX_DELAY;
    mcp_stream_part(run_of(call)->t, retry > 0 ? retry : 0);
}

static void announce(mcp_call_run_t *run, const char *what, int private)
{
    mcp_exchange_t *x = run->t->x;
    mcp_news_t news = {run->module, what, 0};

    if (private)
        news.whose = mcp_box_principal(x->principal, run->call.pool);
    mcp_news_tell(x->works->shared, &news);
}

void mcp_call_tell_changed(mcp_call_t *call, const char *list)
{
    mcp_call_run_t *run = run_of(call);

    if (!list || !mcp_news_is_list(list))
        mcp_call_breach(run, "what it says has changed is no list");
    else
        announce(run, list, 0);
}

void mcp_call_tell_updated(mcp_call_t *call, const char *uri, int private)
{
    mcp_call_run_t *run = run_of(call);
    const mcp_uri_t *read;

    if (!uri || mcp_uri_read(&read, uri, run->t->cx))
        mcp_call_breach(run, "what it says has changed is no URI");
    else
        announce(run, uri, private);
}
