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

static void breach(mcp_call_run_t *run, const char *what)
{
    if (!run->breach)
        run->breach = what;
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
    *value = 0;
    return mcp_json_integer(value, argument(call, pointer));
}

static int get_number(mcp_call_t *call, const char *pointer, double *value)
{
    *value = 0;
    return mcp_json_number(value, argument(call, pointer));
}

static int get_boolean(mcp_call_t *call, const char *pointer, int *value)
{
    const mcp_json_t *json = argument(call, pointer);

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

/* -- results -- */

/* Whether len more bytes may be written. */
static int make_room(mcp_call_run_t *run, apr_size_t len)
{
    if (len > MCP_CALL_MAX_RESULT - run->written)
        breach(run, "its result is larger than 1 MiB");
    if (run->breach)
        return 0;
    run->written += len;
    return 1;
}

/* What a tool calls JSON, if it is an object: *text stays as it is when that
 * is one line already. */
static const mcp_json_t *object_read(mcp_call_run_t *run, const char **text,
                                     const char *else_breach)
{
    const mcp_json_t *json = NULL;
    const mcp_error_t *e;
    apr_size_t len = *text ? strlen(*text) : 0;

    if (!make_room(run, len))
        return NULL;
    e = mcp_json_read(&json, *text, len, run->t->cx);
    if (e || mcp_json_type(json) != MCP_JSON_OBJECT) {
        breach(run, else_breach);
        return NULL;
    }
    *text = strpbrk(*text, "\r\n")
                ? mcp_json_text(json, run->call.pool)
                : apr_pstrmemdup(run->call.pool, *text, len);
    return json;
}

static void add_text(mcp_call_t *call, const char *text)
{
    mcp_call_run_t *run = run_of(call);
    apr_size_t len = text ? strlen(text) : 0;
    mcp_writer_t *w = run->t->w;

    if (!make_room(run, len))
        return;
    if (!text || !mcp_encode_is_utf8(text, len)) {
        breach(run, "a text that it gave is not UTF-8");
        return;
    }
    run->blocks++;
    mcp_writer_open(w, '{');
    mcp_writer_member(w, "type", "text");
    mcp_writer_name(w, "text");
    mcp_writer_string_n(w, text, len);
    mcp_writer_close(w);
}

static void add_media(mcp_call_t *call, const char *kind,
                      const char *media_type, const void *data, apr_size_t len)
{
    mcp_call_run_t *run = run_of(call);
    mcp_writer_t *w = run->t->w;

    if (!kind || (strcmp(kind, "image") != 0 && strcmp(kind, "audio") != 0)) {
        breach(run, "the kind of a medium that it gave is neither image nor "
                    "audio");
        return;
    }
    if (!media_type || !strchr(media_type, '/') ||
        !mcp_encode_is_utf8(media_type, strlen(media_type))) {
        breach(run, "a media type that it gave is none");
        return;
    }
    if (!make_room(run, len))
        return;
    run->blocks++;
    mcp_writer_open(w, '{');
    mcp_writer_member(w, "type", kind);
    mcp_writer_member(w, "data", mcp_encode_base64(data, len, call->pool));
    mcp_writer_member(w, "mimeType", media_type);
    mcp_writer_close(w);
}

static void add_content(mcp_call_t *call, const char *json)
{
    mcp_call_run_t *run = run_of(call);
    const mcp_json_t *block =
        object_read(run, &json,
                    "a content block that it gave is not a JSON "
                    "object");

    if (!block)
        return;
    if (!mcp_json_string(mcp_json_get(block, "type"))) {
        breach(run, "a content block that it gave has no type");
        return;
    }
    run->blocks++;
    mcp_writer_raw(run->t->w, json);
}

static void set_structured(mcp_call_t *call, const char *json)
{
    mcp_call_run_t *run = run_of(call);

    run->structured_json =
        object_read(run, &json,
                    "the structured content that it gave is not a JSON "
                    "object");
    run->structured = run->structured_json ? json : NULL;
}

/* -- asking -- */

static int can(mcp_call_t *call, const char *pointer)
{
    const mcp_turn_t *t = run_of(call)->t;

    return t->era->can(t, pointer);
}

static int is_asked(const mcp_call_run_t *run, const char *key)
{
    int i;

    for (i = 0; i < run->questions->nelts; i++)
        if (!strcmp(APR_ARRAY_IDX(run->questions, i, mcp_question_t).key, key))
            return 1;
    return 0;
}

static void ask(mcp_call_t *call, const char *key, const char *method,
                const char *params)
{
    mcp_call_run_t *run = run_of(call);
    mcp_question_t question;
    const char *why;

    if (!make_room(run, params ? strlen(params) : 0))
        return;
    why = mcp_question_read(&question, apr_pstrdup(call->pool, key), method,
                            params, run->t->cx);
    if (!run->questions)
        run->questions = apr_array_make(call->pool, 4, sizeof(question));
    if (why)
        breach(run, why);
    else if (is_asked(run, question.key))
        breach(run, "it asks two questions with one key");
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

    if (text && strlen(text) > MCP_CALL_MAX_REMEMBERED)
        breach(run, "it remembers more than 16 KiB");
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
        breach(run, "a scope that it requires is none");
    else
        mcp_scope_add(run->scopes, apr_pstrdup(call->pool, scope));
}

/* -- while it runs -- */

/* An answer that is one JSON object has no room for notifications, which a
 * server need not send (patterns/progress, server/utilities/logging). */
static void progress(mcp_call_t *call, double done, double total,
                     const char *message)
{
}

static void log_line(mcp_call_t *call, const char *level, const char *data)
{
}

static int cancelled(mcp_call_t *call)
{
    const mcp_exchange_t *x = run_of(call)->t->x;

    return x->cancelled && x->cancelled(x->baton);
}

static const char *claim(mcp_call_t *call, const char *pointer)
{
    const mcp_principal_t *who = call->principal;
    mcp_ctx_t *cx = run_of(call)->t->cx;
    const mcp_json_t *json;

    if (!who || !who->claims ||
        mcp_json_read(&json, who->claims, strlen(who->claims), cx))
        return NULL;
    json = mcp_json_pointer(json, pointer);
    if (mcp_json_string(json))
        return mcp_json_string(json);
    return json ? mcp_json_text(json, call->pool) : NULL;
}

const mcp_call_api_t mcp_call_api = {
    .size = sizeof(mcp_call_api_t),
    .string = get_string,
    .integer = get_integer,
    .number = get_number,
    .boolean = get_boolean,
    .json = get_json,
    .quote = quote,
    .text = add_text,
    .media = add_media,
    .content = add_content,
    .structured = set_structured,
    .can = can,
    .ask = ask,
    .answer = answer,
    .remember = remember,
    .remembered = remembered,
    .require_scope = require_scope,
    .progress = progress,
    .log = log_line,
    .cancelled = cancelled,
    .claim = claim,
};
