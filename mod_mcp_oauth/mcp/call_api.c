/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/call.h"

#include <apr_strings.h>
#include <string.h>

#include "base/encode.h"
#include "base/scope.h"
#include "mcp/era.h"
#include "mcp/question.h"

/* The functions of mcp_call_api_t. A tool that breaks a rule is not told: it
 * runs to its end, and then its answer is thrown away. */

static mcp_call_run_t *run_of(mcp_call_t *call)
{
    return (mcp_call_run_t *)call;
}

void mcp_call_breach(mcp_call_run_t *run, const char *what)
{
    if (!run->breach)
        run->breach = what;
}

int mcp_call_make_room(mcp_call_run_t *run, apr_size_t len)
{
    if (len > MCP_CALL_MAX_RESULT - run->written)
        mcp_call_breach(run, "its result is larger than 1 MiB");
    if (run->breach)
        return 0;
    run->written += len;
    return 1;
}

/* -- arguments -- */

static const mcp_json_t *argument(mcp_call_t *call, const char *pointer)
{
    return mcp_json_pointer(run_of(call)->arguments, pointer);
}

static const char *get_string(mcp_call_t *call, const char *pointer)
{
    return mcp_json_string(argument(call, pointer));
}

static int get_integer(mcp_call_t *call, const char *pointer,
                       apr_int64_t *value)
{
    apr_int64_t unwanted;

    value = value ? value : &unwanted;
    *value = 0;
    return mcp_json_integer(value, argument(call, pointer));
}

static int get_number(mcp_call_t *call, const char *pointer, double *value)
{
    double unwanted;

    value = value ? value : &unwanted;
    *value = 0;
    return mcp_json_number(value, argument(call, pointer));
}

static int get_boolean(mcp_call_t *call, const char *pointer, int *value)
{
    const mcp_json_t *json = argument(call, pointer);

    if (value)
        *value = mcp_json_is_true(json);
    return mcp_json_type(json) == MCP_JSON_BOOLEAN;
}

static const char *get_json(mcp_call_t *call, const char *pointer)
{
    const mcp_json_t *json = argument(call, pointer);

    return json ? mcp_json_text(json, call->pool) : NULL;
}

/* -- writing JSON -- */

static const char *quote(mcp_call_t *call, const char *text)
{
    mcp_writer_t *w = mcp_writer_make(call->pool);

    mcp_writer_string(w, text ? text : "");
    return mcp_writer_text(w, NULL);
}

static void set_later(mcp_call_t *call, apr_interval_time_t delay)
{
    run_of(call)->delay = delay < MCP_CALL_MAX_DELAY ? delay
                                                     : MCP_CALL_MAX_DELAY;
}

/* -- asking -- */

static int can(mcp_call_t *call, const char *pointer)
{
    const mcp_turn_t *t = run_of(call)->t;

    return pointer && t->era->can(t, pointer);
}

static int is_asked(const mcp_call_run_t *run, const char *key)
{
    int i;

    for (i = 0; i < run->questions->nelts; i++)
        if (!strcmp(APR_ARRAY_IDX(run->questions, i, mcp_question_t).key, key))
            return 1;
    return 0;
}

static apr_size_t length_of(const char *text)
{
    return text ? strlen(text) : 0;
}

static void ask(mcp_call_t *call, const char *key, const char *method,
                const char *params)
{
    mcp_call_run_t *run = run_of(call);
    mcp_question_t question;
    const char *why;

    if (!mcp_call_make_room(run, length_of(key) + length_of(params)))
        return;
    why = mcp_question_read(&question, apr_pstrdup(call->pool, key), method,
                            params, run->t->cx);
    if (!run->questions)
        run->questions = apr_array_make(call->pool, 4, sizeof(question));
    if (why)
        mcp_call_breach(run, why);
    else if (run->questions->nelts == MCP_CALL_MAX_QUESTIONS)
        mcp_call_breach(run, "it asks more than 100 questions at once");
    else if (is_asked(run, question.key))
        mcp_call_breach(run, "it asks two questions with one key");
    else
        APR_ARRAY_PUSH(run->questions, mcp_question_t) = question;
}

static const char *answer(mcp_call_t *call, const char *key)
{
    const mcp_json_t *json = mcp_json_get(run_of(call)->answers, key);

    return json ? mcp_json_text(json, call->pool) : NULL;
}

static void remember(mcp_call_t *call, const char *text)
{
    mcp_call_run_t *run = run_of(call);

    if (length_of(text) > MCP_CALL_MAX_REMEMBERED)
        mcp_call_breach(run, "it remembers more than 16 KiB");
    else if (text && !mcp_encode_is_utf8(text, strlen(text)))
        mcp_call_breach(run, "what it remembers is not UTF-8");
    else
        run->remember = apr_pstrdup(call->pool, text);
}

static const char *remembered(mcp_call_t *call)
{
    return run_of(call)->remembered;
}

/* -- step-up -- */

static void require_scope(mcp_call_t *call, const char *scope)
{
    mcp_call_run_t *run = run_of(call);

    if (!run->scopes)
        run->scopes = apr_array_make(call->pool, 2, sizeof(const char *));
    if (!scope || !mcp_scope_is_token(scope))
        mcp_call_breach(run, "a scope that it requires is none");
    else
        mcp_scope_add(run->scopes, apr_pstrdup(call->pool, scope));
}

/* -- who asks -- */

/* a string as it is, all else as JSON text */
static const char *text_at(const mcp_json_t *json, const char *pointer,
                           apr_pool_t *pool)
{
    json = mcp_json_pointer(json, pointer);
    if (mcp_json_string(json))
        return mcp_json_string(json);
    return json ? mcp_json_text(json, pool) : NULL;
}

static const char *claim(mcp_call_t *call, const char *pointer)
{
    const mcp_principal_t *who = call->principal;
    mcp_ctx_t *cx = run_of(call)->t->cx;
    const mcp_json_t *json;

    if (!who || !who->claims ||
        mcp_json_read(&json, who->claims, strlen(who->claims), cx))
        return NULL;
    return text_at(json, pointer, call->pool);
}

static const char *request_meta(mcp_call_t *call, const char *pointer)
{
    return text_at(run_of(call)->t->rpc.meta, pointer, call->pool);
}

const mcp_call_api_t mcp_call_api = {
    .size = sizeof(mcp_call_api_t),
    .string = get_string,
    .integer = get_integer,
    .number = get_number,
    .boolean = get_boolean,
    .json = get_json,
    .quote = quote,
    .text = mcp_call_result_text,
    .media = mcp_call_result_media,
    .content = mcp_call_result_content,
    .structured = mcp_call_result_structured,
    .role = mcp_call_result_role,
    .value = mcp_call_result_value,
    .meta = mcp_call_result_meta,
    .error = mcp_call_result_error,
    .can = can,
    .ask = ask,
    .answer = answer,
    .remember = remember,
    .remembered = remembered,
    .require_scope = require_scope,
    .later = set_later,
    .progress = mcp_call_tell_progress,
    .log = mcp_call_tell_log,
    .cancelled = mcp_call_tell_cancelled,
    .part = mcp_call_tell_part,
    .changed = mcp_call_tell_changed,
    .updated = mcp_call_tell_updated,
    .claim = claim,
    .request_meta = request_meta,
};
