/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <string.h>

#include "base/encode.h"
#include "base/random.h"
#include "mcp/answers.h"
#include "mcp/call.h"
#include "mcp/era.h"
#include "mcp/notification.h"
#include "mcp/question.h"
#include "mcp/question_answer.h"
#include "mcp/stream.h"

/* The questions of a call as requests of the server, for clients of the legacy
 * era: each goes out on the stream of the answer, and what the client says to
 * it comes in a POST of its own, to any child. */

#define NAME_BYTES 12
#define CANNOT                                                                \
    "This has to ask something before it can act, and this client cannot be " \
    "asked: "

/* What a question needs of the client; NULL: it can be asked. */
static const char *obstacle(const mcp_call_run_t *run)
{
    const mcp_error_t *e;

    if (!mcp_stream_is_possible(run->t))
        return CANNOT "it takes no event stream.";
    e = run->questions ? mcp_question_check(run->t, run->questions) : NULL;
    return e ? apr_pstrcat(run->call.pool, CANNOT "it does not have ", e->data,
                           NULL)
             : NULL;
}

/* An error of 2025-11-25 for clients that can be sent to a URL and take no
 * stream: they come back when the user has been there. NULL: it is none for
 * this. */
static const mcp_error_t *url_required(const mcp_call_run_t *run,
                                       const char *name)
{
    mcp_writer_t *w = mcp_writer_make(run->call.pool);
    mcp_error_t *e;
    int i;

    if (mcp_stream_is_possible(run->t) || !run->questions ||
        mcp_era_legacy_number(run->t->session.version) < MCP_ERA_RESUMABLE ||
        !mcp_session_can(&run->t->session, "/elicitation/url"))
        return NULL;
    mcp_writer_open(w, '{');
    mcp_writer_name(w, "elicitations");
    mcp_writer_open(w, '[');
    for (i = 0; i < run->questions->nelts; i++) {
        const mcp_question_t *question =
            &APR_ARRAY_IDX(run->questions, i, mcp_question_t);

        if (!mcp_question_is_url(question))
            return NULL;
        mcp_writer_raw(w, mcp_question_params_with_id(
                              question,
                              mcp_answers_id(name, i + 1, run->call.pool),
                              run->call.pool));
    }
    mcp_writer_close(w);
    mcp_writer_close(w);
    e = mcp_error_make(MCP_E_URL_ELICITATION, run->t->cx,
                       "the user must visit a URL first");
    e->data = mcp_writer_text(w, NULL);
    return e;
}

static const char *params_of(const mcp_question_t *question, const char *id,
                             apr_pool_t *pool)
{
    return mcp_question_is_url(question)
               ? mcp_question_params_with_id(question, id, pool)
               : question->params;
}

/* The number of a question of this round, among all of the call. */
static int number_of(const mcp_call_run_t *run, int i)
{
    return run->put + i + 1;
}

static const char *id_of(const mcp_call_run_t *run, int i)
{
    return mcp_answers_id(run->name, number_of(run, i), run->call.pool);
}

static void put(mcp_call_run_t *run, int i)
{
    const mcp_question_t *question =
        &APR_ARRAY_IDX(run->questions, i, mcp_question_t);
    const char *id = id_of(run, i);
    const char *params = params_of(question, id, run->call.pool);
    mcp_writer_t *w = mcp_writer_make(run->call.pool);
    const char *text;
    apr_size_t len;

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "jsonrpc", "2.0");
    mcp_writer_member(w, "id", id);
    mcp_writer_member(w, "method", question->method);
    if (params) {
        mcp_writer_name(w, "params");
        mcp_writer_raw(w, params);
    }
    mcp_writer_close(w);
    text = mcp_writer_text(w, &len);
    mcp_stream_send(run->t, text, len);
}

/* -- what comes back -- */

static const char *said(const mcp_json_t *error, apr_pool_t *pool)
{
    const char *message = mcp_json_string(mcp_json_get(error, "message"));

    return apr_pstrcat(pool, "The client could not answer: ",
                       message ? mcp_encode_log(message, 200, pool)
                               : "it did not say why",
                       ".", NULL);
}

/* The result in letter; NULL and *why when there is none. */
static const mcp_json_t *result_read(const char **why,
                                     const mcp_letter_t *letter,
                                     const mcp_call_run_t *run)
{
    const mcp_json_t *message, *result;

    if (mcp_json_read(&message, letter->text, letter->len, run->t->cx)) {
        *why = "The client's answer could not be read.";
        return NULL;
    }
    result = mcp_json_get(message, "result");
    if (mcp_json_type(result) == MCP_JSON_OBJECT)
        return result;
    *why = said(mcp_json_get(message, "error"), run->call.pool);
    return NULL;
}

/* The answer to a question of this round; 0: it is not there. */
static int letter_read(mcp_letter_t *letter, const mcp_call_run_t *run, int i,
                       apr_pool_t *pool)
{
    letter->number = 0;
    letter->kind = (apr_uint32_t)number_of(run, i);
    return !mcp_box_read(letter, &run->box, run->t, pool);
}

/* That of the i'th question; *why also where it is none to that. */
static const mcp_json_t *answer_read(const char **why,
                                     const mcp_call_run_t *run, int i)
{
    const mcp_question_t *question =
        &APR_ARRAY_IDX(run->questions, i, mcp_question_t);
    const mcp_json_t *result;
    mcp_letter_t letter;
    const char *wrong;

    if (!letter_read(&letter, run, i, run->call.pool)) {
        *why = "The client's answer got lost.";
        return NULL;
    }
    result = result_read(why, &letter, run);
    wrong = result ? mcp_question_answer_check(
                         question->method, question->json, result, run->t->cx)
                   : NULL;
    if (wrong)
        *why = apr_pstrcat(run->call.pool,
                           "The client's answer is none to "
                           "what it was asked: ",
                           wrong, ".", NULL);
    return result;
}

static int all_are_there(const mcp_call_run_t *run)
{
    mcp_letter_t letter;
    int i;

    for (i = 0; i < run->questions->nelts; i++)
        if (!letter_read(&letter, run, i, run->t->cx->pool))
            return 0;
    return 1;
}

/* The answers, as the members of an object. */
static const char *collect(const char **why, mcp_call_run_t *run)
{
    mcp_writer_t *w = mcp_writer_make(run->call.pool);
    int i;

    mcp_writer_open(w, '{');
    for (i = 0; i < run->questions->nelts && !*why; i++) {
        mcp_writer_name(w,
                        APR_ARRAY_IDX(run->questions, i, mcp_question_t).key);
        mcp_writer_json(w, answer_read(why, run, i));
    }
    mcp_writer_close(w);
    return mcp_writer_text(w, NULL);
}

int mcp_call_ask_has(const char **why, mcp_call_run_t *run)
{
    mcp_ctx_t cx = *run->t->cx;
    const char *answers;

    if (!all_are_there(run))
        return 0;
    cx.pool = run->call.pool;
    answers = collect(why, run);
    if (!*why && mcp_json_read(&run->answers, answers, strlen(answers), &cx))
        *why = "The client's answers could not be read.";
    run->put += run->questions->nelts;
    return 1;
}

/* 2025-11-25 lifecycle, Timeouts: "the sender SHOULD issue a cancellation
 * notification for that request and stop waiting". */
static void withdraw(mcp_call_run_t *run, const char *why)
{
    apr_pool_t *pool = run->call.pool;
    mcp_letter_t letter;
    mcp_writer_t *w;
    const char *text;
    apr_size_t len;
    int i;

    for (i = 0; i < run->questions->nelts; i++) {
        if (letter_read(&letter, run, i, pool))
            continue;
        w = mcp_notification_begin("notifications/cancelled", pool);
        mcp_writer_member(w, "requestId", id_of(run, i));
        mcp_writer_member(w, "reason", why);
        text = mcp_notification_end(w, &len);
        mcp_stream_send(run->t, text, len);
    }
}

void mcp_call_ask_end(mcp_call_run_t *run, const char *why)
{
    if (!run->name)
        return;
    if (why && run->waits_for == MCP_CALL_WAITS_FOR_ANSWERS)
        withdraw(run, why);
    mcp_box_close(&run->box, run->t);
}

/* All questions of a call have one box. */
const mcp_error_t *mcp_call_ask_name(mcp_call_run_t *run)
{
    const char *name;

    if (run->name)
        return NULL;
    MCP_TRY(mcp_random_text(&name, NAME_BYTES, run->t->cx));
    run->name = apr_pstrdup(run->t->pool, name);
    run->box = mcp_box_of(run->t, MCP_BOX_ANSWERS, run->name);
    return NULL;
}

/* NULL: they are put. */
static const char *put_all(mcp_call_run_t *run)
{
    int i;

    if (mcp_answers_expect(&run->box, run->t))
        return "This server cannot ask at the moment; try again.";
    if (mcp_call_wait(run, MCP_CALL_WAITS_FOR_ANSWERS))
        return "Too many clients are being asked at the moment; try again.";
    for (i = 0; i < run->questions->nelts; i++)
        put(run, i);
    return NULL;
}

const mcp_error_t *mcp_call_ask(int *again, const char **why,
                                mcp_call_run_t *run)
{
    MCP_TRY(mcp_call_ask_name(run));
    MCP_TRY(url_required(run, run->name));
    *why = run->questions ? obstacle(run) : NULL;
    if (*why)
        return NULL;
    run->remembered = run->remember;
    run->answers = NULL;
    if (run->questions)
        *why = put_all(run);
    else
        *again = 1;
    return NULL;
}
