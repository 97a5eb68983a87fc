/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/call.h"

#include <apr_strings.h>
#include <string.h>

#include "base/encode.h"
#include "live/signal.h"
#include "mcp/answers.h"
#include "mcp/era.h"
#include "mcp/question.h"
#include "mcp/question_answer.h"
#include "mcp/request_state.h"

#define MAX_ROUNDS 32 /* of questions: a function that only asks is broken */
#define MIN_DELAY apr_time_from_msec(10)
#define MAX_SAID 1000 /* bytes of the message of an error */

const mcp_error_t *mcp_call_fail(mcp_call_run_t *run, const char *why)
{
    return mcp_error_tell(MCP_E_CALL_ERROR, run->t->cx, "%s", why);
}

/* -- what came -- */

/* What was asked is in the state, and answers must be to that. */
static const mcp_error_t *asked_check(const mcp_call_run_t *run,
                                      const char *asked)
{
    const mcp_json_t *requests;

    if (!asked || !run->answers)
        return NULL;
    MCP_TRY(mcp_json_read(&requests, asked, strlen(asked), run->t->cx));
    return mcp_question_answers_check(requests, run->answers, run->t);
}

static const mcp_error_t *state_read(mcp_call_run_t *run)
{
    const mcp_json_t *json = mcp_json_get(run->t->rpc.params, "requestState");
    mcp_request_state_t state = {NULL};
    int found;

    if (!json)
        return NULL;
    if (!mcp_json_string(json))
        return mcp_turn_refuse(run->t, "requestState must be a string");
    MCP_TRY(mcp_request_state_open(&found, &state, mcp_json_string(json),
                                   run->t, run->arguments));
    if (!found)
        return mcp_turn_refuse(run->t, "requestState is not one of this "
                                       "request, or too old: call without it");
    run->remembered = state.remembered;
    return asked_check(run, state.asked);
}

const mcp_error_t *mcp_call_params_read(mcp_call_run_t *run)
{
    if (run->t->era->bit != MCP_ERA_MODERN)
        return NULL;
    MCP_TRY(mcp_question_answers_read(&run->answers, run->t));
    return state_read(run);
}

/* -- outcomes -- */

static const mcp_error_t *answer_breach(mcp_call_run_t *run, const char *what)
{
    const char *failed = apr_pstrcat(run->call.pool, "The ", run->kind->what,
                                     " ", run->call.name,
                                     " failed: its answer is broken.", NULL);

    mcp_ctx_log(run->t->cx, MCP_LOG_WARNING, 250,
                "the %s %s answered what cannot be passed on: %s; correct "
                "the module that offers it (mod_mcp_oauth.h says what a %s "
                "may answer), or take it out of MCPOffer",
                run->kind->what, run->call.name,
                mcp_encode_log(what, 500, run->call.pool), run->kind->what);
    return run->kind->refuse(run, failed);
}

static int asks_with_form(const mcp_call_run_t *run)
{
    int i;

    for (i = 0; run->questions && i < run->questions->nelts; i++)
        if (mcp_question_is_form(
                &APR_ARRAY_IDX(run->questions, i, mcp_question_t)))
            return 1;
    return 0;
}

/* What comes back with the answers; NULL: nothing needs to. */
static const mcp_error_t *state_make(const char **sealed,
                                     const mcp_call_run_t *run)
{
    mcp_request_state_t state = {NULL, run->remember};

    *sealed = NULL;
    if (asks_with_form(run))
        state.asked =
            mcp_question_render_checks(run->questions, run->call.pool);
    return state.asked || state.remembered
               ? mcp_request_state_make(sealed, &state, run->t, run->arguments)
               : NULL;
}

static const mcp_error_t *answer_asking(mcp_call_run_t *run)
{
    mcp_turn_t *t = run->t;
    const char *state;

    if (run->questions)
        MCP_TRY(mcp_question_check(t, run->questions));
    MCP_TRY(state_make(&state, run));
    mcp_turn_begin(t, "input_required");
    if (run->questions) {
        mcp_writer_name(t->w, "inputRequests");
        mcp_writer_raw(t->w,
                       mcp_question_render(run->questions, run->call.pool));
    }
    mcp_writer_member(t->w, "requestState", state);
    return NULL;
}

static const mcp_error_t *answer_forbidden(mcp_call_run_t *run)
{
    if (!run->scopes)
        return answer_breach(run, "it is forbidden, and names no scope that "
                                  "would allow it");
    run->t->x->required_scopes = run->scopes;
    return mcp_error_make(MCP_E_INSUFFICIENT_SCOPE, run->t->cx,
                          "the %s %s requires more scope", run->kind->what,
                          run->call.name);
}

static const mcp_error_t *answer_error(mcp_call_run_t *run)
{
    mcp_error_t *e;

    if (!run->error_message)
        return answer_breach(run, "it has an error, and does not say which");
    e = mcp_error_tell(MCP_E_CALL_ERROR, run->t->cx, "%s", run->error_message);
    e->jsonrpc = run->error_code;
    return e;
}

/* Not longer than a message may be, and no rune cut in two. */
static const char *message_of(const char *said, apr_pool_t *pool)
{
    apr_size_t len = strlen(said);

    if (len > MAX_SAID)
        for (len = MAX_SAID; ((unsigned char)said[len] & 0xc0) == 0x80; len--)
            ;
    return apr_pstrmemdup(pool, said, len);
}

/* Where no result can say that it is an error. */
static const mcp_error_t *answer_failed(mcp_call_run_t *run)
{
    if (!run->said || !*run->said)
        return answer_breach(run, "it failed, and did not say why");
    return run->kind->refuse(run, message_of(run->said, run->call.pool));
}

static const mcp_error_t *answer_with(mcp_call_run_t *run,
                                      const char *(*finish)(mcp_call_run_t *))
{
    const char *wrong = run->breach ? run->breach : finish(run);

    return wrong ? answer_breach(run, wrong) : NULL;
}

const mcp_error_t *mcp_call_answer(mcp_call_run_t *run, mcp_outcome_t outcome)
{
    if (run->breach)
        return answer_breach(run, run->breach);
    switch (outcome) {
    case MCP_CALL_DONE:
        return answer_with(run, run->kind->done);
    case MCP_CALL_FAILED:
        return run->kind->failed ? answer_with(run, run->kind->failed)
                                 : answer_failed(run);
    case MCP_CALL_INPUT_REQUIRED:
        return answer_asking(run);
    case MCP_CALL_FORBIDDEN:
        return answer_forbidden(run);
    case MCP_CALL_NOT_FOUND:
        if (run->kind->not_found)
            return run->kind->not_found(run);
        break;
    case MCP_CALL_ERROR:
        return answer_error(run);
    default:
        break;
    }
    return answer_breach(run, "its outcome is none that it may have");
}

/* -- rounds -- */

static void begin_round(mcp_call_run_t *run)
{
    mcp_ctx_t *cx = run->t->cx;
    apr_pool_t **pool = &run->pools[run->rounds & 1];

    if (!run->rounds++) {
        run->call.pool = cx->pool;
        /* a cancellation may have overtaken its request */
        run->signal = mcp_live_signal_count(run->t->x->works->shared) - 1;
    }
    else {
        if (*pool)
            apr_pool_clear(*pool);
        else
            apr_pool_create(pool, run->t->pool);
        run->call.pool = cx->pool = *pool;
    }
    run->written = 0;
    run->blocks = run->more_values = 0;
    run->role = "user";
    run->said = run->structured = NULL;
    run->structured_json = NULL;
    run->values = run->questions = run->scopes = NULL;
    run->remember = run->error_message = run->breach = NULL;
    run->delay = 0;
    run->kind->begin(run);
}

/* What follows a round: *again another one at once, or waiting, or with *why
 * that there can be none. */
static const mcp_error_t *go_on(int *again, const char **why,
                                mcp_call_run_t *run, mcp_outcome_t outcome)
{
    *again = 0;
    if (run->breach)
        return NULL;
    if (outcome == MCP_CALL_LATER && run->t->x->outlet) {
        run->watch.due = mcp_ctx_now(run->t->cx) + run->delay;
        run->remembered = run->remember;
        run->answers = NULL;
        return mcp_call_wait(run, MCP_CALL_WAITS_FOR_TIME);
    }
    if (outcome != MCP_CALL_INPUT_REQUIRED)
        return NULL;
    if (!run->questions && !run->remember)
        run->breach = "it requires input, and asked for none";
    else if (run->t->era->bit == MCP_ERA_LEGACY && run->asked++ >= MAX_ROUNDS)
        run->breach = "it asks again and again";
    else if (run->t->era->bit == MCP_ERA_LEGACY)
        return mcp_call_ask(again, why, run);
    return NULL;
}

mcp_outcome_t mcp_call_round(mcp_call_run_t *run)
{
    mcp_outcome_t outcome;

    run->call.api = &mcp_call_api;
    run->call.principal = run->t->x->principal;
    begin_round(run);
    outcome = run->function(&run->call, run->baton);
    if (run->delay < MIN_DELAY)
        run->delay = MIN_DELAY;
    return outcome;
}

const mcp_error_t *mcp_call_run(mcp_call_run_t *run)
{
    const char *why = NULL;
    mcp_outcome_t outcome;
    int again;

    run->waits_for = MCP_CALL_WAITS_FOR_NOTHING;
    do {
        outcome = mcp_call_round(run);
        if (outcome == MCP_CALL_LATER && run->as_task && !run->breach)
            return run->as_task(run);
        MCP_TRY(go_on(&again, &why, run, outcome));
    } while (again);
    if (run->waits_for != MCP_CALL_WAITS_FOR_NOTHING)
        return NULL;
    if (run->t->era->bit == MCP_ERA_LEGACY)
        run->t->is_cancelled = mcp_call_is_cancelled(run);
    return why ? run->kind->refuse(run, why) : mcp_call_answer(run, outcome);
}
