/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <string.h>

#include "base/principal.h"
#include "live/process.h"
#include "live/signal.h"
#include "mcp/era.h"
#include "mcp/question.h"
#include "mcp/task.h"
#include "mcp/tools_call.h"

/* Working on a task, in a thread of its own: the call goes on as in a request
 * that nobody waits for. */

#define LONGEST_NAP apr_time_from_sec(1)
#define SHORTEST_NAP apr_time_from_msec(10)

/* Lives in a pool of its own. */
typedef struct job_t {
    apr_pool_t *pool;
    mcp_exchange_t x;
    mcp_works_t works;
    const char *id;
    mcp_ctx_t *cx; /* while it is worked on */
} job_t;

/* -- the exchange that it pretends -- */

static const char *no_header(void *baton, const char *name)
{
    return NULL;
}

static job_t *job_make(const mcp_task_t *task, const mcp_turn_t *t)
{
    const mcp_exchange_t *x = t->x;
    apr_size_t len;
    const void *packed;
    apr_pool_t *pool;
    job_t *job;

    apr_pool_create(&pool, NULL);
    job = apr_pcalloc(pool, sizeof(*job));
    job->pool = pool;
    job->works = *x->works;
    job->id = apr_pstrdup(pool, task->id);
    job->x.server = x->server;
    job->x.works = &job->works;
    job->x.method = "POST";
    job->x.header = no_header;
    job->x.baton = job;
    if (x->principal) {
        packed = mcp_principal_pack(&len, x->principal, t->cx->pool);
        job->x.principal =
            mcp_principal_unpack(apr_pmemdup(pool, packed, len), len, pool);
    }
    return job;
}

static void turn_make(mcp_turn_t *t, job_t *job, mcp_ctx_t *cx)
{
    memset(t, 0, sizeof(*t));
    t->x = &job->x;
    t->cx = cx;
    t->pool = cx->pool;
    t->era = &mcp_era_modern;
    t->task = job->id;
    job->x.rpc_method = "tools/call";
}

/* -- keys -- */

/* "Each request key in inputRequests MUST be unique over the lifetime of a
 * single task", but a tool may ask again with the same one: behind a mark
 * stands then how many times it had asked. */
#define MARK '#'

static const char *key_make(const char *own, apr_int64_t asked,
                            apr_pool_t *pool)
{
    if (asked == 1 && !strchr(own, MARK))
        return own;
    return apr_psprintf(pool, "%s%c%" APR_INT64_T_FMT, own, MARK, asked);
}

static const char *own_key(const char *key, apr_pool_t *pool)
{
    const char *mark = strrchr(key, MARK);

    return mark ? apr_pstrmemdup(pool, key, (apr_size_t)(mark - key)) : key;
}

/* Answers under the keys that the tool asked with. */
static const mcp_error_t *own_answers(const mcp_json_t **own,
                                      const mcp_json_t *answers, mcp_ctx_t *cx)
{
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    mcp_json_iter_t *i;
    const char *text;
    apr_size_t len;

    *own = NULL;
    if (!answers)
        return NULL;
    mcp_writer_open(w, '{');
    for (i = mcp_json_first(answers); i; i = mcp_json_next(answers, i)) {
        mcp_writer_name(w, own_key(mcp_json_iter_name(i), cx->pool));
        mcp_writer_json(w, mcp_json_iter_value(i));
    }
    mcp_writer_close(w);
    text = mcp_writer_text(w, &len);
    return mcp_json_read(own, text, len, cx);
}

/* -- one round after the other -- */

/* What the client's request said of itself, as if it had said it now. */
static const mcp_error_t *params_make(mcp_turn_t *t, const mcp_task_t *task)
{
    mcp_writer_t *w = mcp_writer_make(t->cx->pool);
    const char *text;
    apr_size_t len;

    mcp_writer_open(w, '{');
    mcp_writer_name(w, "_meta");
    mcp_writer_json(w, task->meta);
    mcp_writer_close(w);
    text = mcp_writer_text(w, &len);
    MCP_TRY(mcp_json_read(&t->rpc.params, text, len, t->cx));
    t->rpc.meta = mcp_json_get(t->rpc.params, "_meta");
    t->capabilities = mcp_era_meta(t, MCP_ERA_META_CAPABILITIES);
    return NULL;
}

static int is_stopping(const mcp_turn_t *t)
{
    return t->x->works->is_stopping && t->x->works->is_stopping();
}

static void nap(const mcp_call_run_t *run)
{
    const mcp_turn_t *t = run->t;
    apr_interval_time_t delay = run->delay < SHORTEST_NAP ? SHORTEST_NAP
                                                          : run->delay;
    apr_time_t end = mcp_ctx_now(t->cx) + delay;
    apr_interval_time_t rest;
    apr_uint32_t seen;

    while ((rest = end - mcp_ctx_now(t->cx)) > 0) {
        seen = mcp_live_signal_count(t->x->works->shared);
        if (mcp_task_is_cancelled(t) || is_stopping(t))
            return;
        mcp_live_signal_wait(t->x->works->shared, seen,
                             rest < LONGEST_NAP ? rest : LONGEST_NAP);
    }
}

/* Whether it goes on by itself: what only remembered something asked nobody.
 */
static int is_put_off(const mcp_call_run_t *run, mcp_outcome_t outcome)
{
    if (run->breach)
        return 0;
    return outcome == MCP_CALL_LATER || (outcome == MCP_CALL_INPUT_REQUIRED &&
                                         !run->questions && run->remember);
}

static mcp_outcome_t work(mcp_call_run_t *run)
{
    mcp_outcome_t outcome;

    for (;;) {
        outcome = mcp_call_round(run);
        if (!is_put_off(run, outcome) || mcp_task_is_cancelled(run->t) ||
            is_stopping(run->t))
            return outcome;
        nap(run);
        run->remembered = run->remember;
        run->answers = NULL;
    }
}

/* -- what became of it -- */

/* The member of the message that was written: "result" or "error". */
static const char *part_of(const mcp_turn_t *t, const char *name)
{
    const mcp_json_t *message, *part;

    if (mcp_json_read(&message, t->x->json, t->x->json_len, t->cx))
        return NULL;
    part = mcp_json_get(message, name);
    return part ? mcp_json_text(part, t->cx->pool) : NULL;
}

static const mcp_error_t *ask(mcp_task_t *task, mcp_call_run_t *run)
{
    mcp_turn_t *t = run->t;
    const mcp_json_t *asked;
    const char *text;
    int i;

    MCP_TRY(mcp_question_check(t, run->questions));
    task->asked++;
    for (i = 0; i < run->questions->nelts; i++) {
        mcp_question_t *one =
            &APR_ARRAY_IDX(run->questions, i, mcp_question_t);

        one->key = key_make(one->key, task->asked, t->cx->pool);
    }
    text = mcp_question_render(run->questions, t->cx->pool);
    MCP_TRY(mcp_json_read(&asked, text, strlen(text), t->cx));
    task->requests = asked;
    task->answers = NULL;
    task->remembered = run->remember;
    task->status = MCP_TASK_INPUT_REQUIRED;
    return NULL;
}

static const mcp_error_t *finish(mcp_task_t *task, mcp_call_run_t *run,
                                 mcp_outcome_t outcome)
{
    if (is_put_off(run, outcome)) {
        mcp_task_lose(task);
        return NULL;
    }
    if (outcome == MCP_CALL_INPUT_REQUIRED && !run->breach) {
        if (run->questions)
            return ask(task, run);
        run->breach = "it requires input, and asked for none";
    }
    MCP_TRY(mcp_call_answer(run, outcome));
    mcp_turn_end(run->t);
    task->status = MCP_TASK_COMPLETED;
    task->outcome = part_of(run->t, "result");
    return NULL;
}

static void fail(mcp_task_t *task, mcp_turn_t *t, const mcp_error_t *e)
{
    mcp_turn_fail(t, e);
    mcp_ctx_log(t->cx, MCP_LOG_INFO, 794, "the task of the tool %s failed: %s",
                task->tool, e->detail ? e->detail : mcp_error_text(e));
    task->status = MCP_TASK_FAILED;
    task->outcome = part_of(t, "error");
}

/* One that was cancelled meanwhile stays so. */
static void keep(mcp_task_t *task, mcp_turn_t *t)
{
    if (mcp_task_store(task, t) != MCP_BOX_FULL)
        return;
    fail(task, t,
         mcp_error_make(MCP_E_UNAVAILABLE, t->cx,
                        "there is no room for what came of it"));
    mcp_task_store(task, t);
}

static const mcp_error_t *go_on(mcp_task_t *task, mcp_turn_t *t)
{
    mcp_call_run_t run;

    memset(&run, 0, sizeof(run));
    MCP_TRY(params_make(t, task));
    if (!mcp_tools_run_make(&run, t, task->tool, task->arguments))
        return mcp_error_make(MCP_E_SERVER_ERROR, t->cx,
                              "it is not offered any more");
    MCP_TRY(own_answers(&run.answers, task->answers, t->cx));
    run.remembered = task->remembered;
    return finish(task, &run, work(&run));
}

static void do_task(mcp_ctx_t *cx, void *baton)
{
    job_t *job = baton;
    const mcp_error_t *e;
    mcp_task_t task;
    mcp_turn_t t;

    turn_make(&t, job, cx);
    if (mcp_task_read(&task, job->id, &t) && task.status == MCP_TASK_WORKING) {
        e = go_on(&task, &t);
        if (e)
            fail(&task, &t, e);
        keep(&task, &t);
    }
    apr_pool_destroy(job->pool);
}

int mcp_task_go_on(const mcp_task_t *task, const mcp_turn_t *t)
{
    job_t *job = job_make(task, t);

    if (t->x->works->run && t->x->works->run(do_task, job))
        return 1;
    apr_pool_destroy(job->pool);
    return 0;
}

/* Looked at again and again: what that takes is given back. */
int mcp_task_is_cancelled(const mcp_turn_t *t)
{
    mcp_ctx_t cx = *t->cx;
    mcp_turn_t look = *t;
    mcp_task_t task;
    int works;

    apr_pool_create(&cx.pool, t->pool);
    look.cx = &cx;
    works = mcp_task_read(&task, t->task, &look) &&
            task.status == MCP_TASK_WORKING;
    apr_pool_destroy(cx.pool);
    return !works;
}

const mcp_error_t *mcp_task_begin(mcp_call_run_t *run)
{
    mcp_turn_t *t = run->t;
    mcp_task_t task;

    MCP_TRY(mcp_task_make(&task, run));
    task.worker = mcp_live_process_self();
    if (mcp_task_store(&task, t) || !mcp_task_go_on(&task, t)) {
        mcp_box_close(&task.box, t);
        return mcp_error_make(MCP_E_UNAVAILABLE, t->cx,
                              "too many tasks wait for a thread, or there is "
                              "no room for another");
    }
    mcp_turn_begin(t, "task");
    mcp_task_write(t->w, &task, 1, t);
    return NULL;
}
