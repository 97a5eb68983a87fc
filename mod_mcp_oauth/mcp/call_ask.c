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
#include "mcp/stream.h"
#include "mcp/wait.h"

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

static void put(mcp_call_run_t *run, const char *name, int number)
{
    const mcp_question_t *question =
        &APR_ARRAY_IDX(run->questions, number, mcp_question_t);
    const char *id = mcp_answers_id(name, number + 1, run->call.pool);
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

/* Waits for all answers, which become the members of *answers. */
static const char *collect(const char **answers, mcp_call_run_t *run,
                           const mcp_box_t *box)
{
    mcp_writer_t *w = mcp_writer_make(run->call.pool);
    const mcp_json_t *result;
    const char *why = NULL;
    mcp_letter_t letter;
    mcp_wait_t wait;
    int waits = 1, i;

    if (mcp_wait_begin(&wait, run->t, MCP_PLACE_THREAD))
        return "Too many clients are being asked at the moment; try again.";
    mcp_writer_open(w, '{');
    for (i = 0; i < run->questions->nelts && waits && !why; i++) {
        do {
            mcp_wait_look(&wait);
            letter.number = 0;
            letter.kind = (apr_uint32_t)i + 1;
            waits = !mcp_call_is_cancelled(run);
        } while (waits && mcp_box_read(&letter, box, run->t, run->call.pool) &&
                 (waits = mcp_wait(&wait)));
        result = waits ? result_read(&why, &letter, run) : NULL;
        mcp_writer_name(w,
                        APR_ARRAY_IDX(run->questions, i, mcp_question_t).key);
        mcp_writer_json(w, result);
    }
    mcp_wait_end(&wait);
    mcp_writer_close(w);
    *answers = mcp_writer_text(w, NULL);
    return waits ? why : "The client did not answer in time.";
}

/* 2025-11-25 lifecycle, Timeouts: "the sender SHOULD issue a cancellation
 * notification for that request and stop waiting". */
static void withdraw(mcp_call_run_t *run, const char *name,
                     const mcp_box_t *box, const char *why)
{
    apr_pool_t *pool = run->call.pool;
    mcp_letter_t letter;
    mcp_writer_t *w;
    const char *text;
    apr_size_t len;
    int i;

    for (i = 0; i < run->questions->nelts; i++) {
        letter.number = 0;
        letter.kind = (apr_uint32_t)i + 1;
        if (!mcp_box_read(&letter, box, run->t, pool))
            continue;
        w = mcp_notification_begin("notifications/cancelled", pool);
        mcp_writer_member(w, "requestId", mcp_answers_id(name, i + 1, pool));
        mcp_writer_member(w, "reason", why);
        text = mcp_notification_end(w, &len);
        mcp_stream_send(run->t, text, len);
    }
}

const mcp_error_t *mcp_call_ask_now(const char **why, mcp_call_run_t *run)
{
    mcp_turn_t *t = run->t;
    const char *name, *answers = "{}";
    mcp_box_t box;
    int i;

    MCP_TRY(mcp_random_text(&name, NAME_BYTES, t->cx));
    MCP_TRY(url_required(run, name));
    *why = run->questions ? obstacle(run) : NULL;
    if (*why)
        return NULL;
    run->remembered = run->remember;
    run->answers = NULL;
    if (!run->questions)
        return NULL;
    box = mcp_box_of(t, MCP_BOX_ANSWERS, name);
    if (mcp_answers_expect(&box, t)) {
        *why = "This server cannot ask at the moment; try again.";
        return NULL;
    }
    for (i = 0; i < run->questions->nelts; i++)
        put(run, name, i);
    *why = collect(&answers, run, &box);
    if (*why && !mcp_call_is_cancelled(run))
        withdraw(run, name, &box, *why);
    mcp_box_close(&box, t);
    return *why
               ? NULL
               : mcp_json_read(&run->answers, answers, strlen(answers), t->cx);
}
