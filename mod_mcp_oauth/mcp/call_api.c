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
        run->breach = what; /* NULL: nothing is wrong */
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

    if (!make_room(run, len))
        return;
    run->blocks++;
    if (!text || !mcp_encode_is_utf8(text, len))
        breach(run, "a text that it gave is not UTF-8");
    else
        breach(run, run->kind->text(run, text, len));
    if (!run->said && !run->breach)
        run->said = apr_pstrmemdup(call->pool, text, len);
}

static void add_media(mcp_call_t *call, const char *kind,
                      const char *media_type, const void *data, apr_size_t len)
{
    mcp_call_run_t *run = run_of(call);
    mcp_medium_t medium = {kind, media_type, NULL};

    if (!kind || !media_type || !strchr(media_type, '/') ||
        !mcp_encode_is_utf8(media_type, strlen(media_type))) {
        breach(run, "a media type that it gave is none");
        return;
    }
    if (!make_room(run, len))
        return;
    run->blocks++;
    medium.base64 = mcp_encode_base64(data, len, call->pool);
    breach(run, run->kind->medium(run, &medium));
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
    run->blocks++;
    breach(run, run->kind->content(run, block, json));
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

static void set_role(mcp_call_t *call, const char *role)
{
    mcp_call_run_t *run = run_of(call);

    if (!role || (strcmp(role, "user") != 0 && strcmp(role, "assistant") != 0))
        breach(run, "a role that it gave is neither user nor assistant");
    else
        run->role = apr_pstrdup(call->pool, role);
}

static void add_value(mcp_call_t *call, const char *value)
{
    mcp_call_run_t *run = run_of(call);

    if (!value || !mcp_encode_is_utf8(value, strlen(value)))
        breach(run, "a value that it gave is not UTF-8");
    else if (!run->values)
        breach(run, "it gives values, and completes nothing");
    else if (run->values->nelts == MCP_CALL_MAX_VALUES)
        run->more_values++;
    else
        APR_ARRAY_PUSH(run->values, const char *) =
            apr_pstrdup(call->pool, value);
}

/* 2026-07-28 basic/index "_meta": a prefix, so that none is the protocol's */
static void add_meta(mcp_call_t *call, const char *name, const char *json)
{
    mcp_call_run_t *run = run_of(call);
    const mcp_json_t *value;
    apr_size_t len = json ? strlen(json) : 0;

    if (!make_room(run, len))
        return;
    if (!name || !strchr(name, '/') || !mcp_encode_is_utf8(name, strlen(name)))
        breach(run, "a name in _meta has no prefix of its own");
    else if (!json || mcp_json_read(&value, json, len, run->t->cx))
        breach(run, "a value in _meta that it gave is not JSON");
    else
        mcp_turn_add_meta(run->t, apr_pstrdup(call->pool, name),
                          mcp_json_text(value, call->pool));
}

static void set_error(mcp_call_t *call, int code, const char *message)
{
    mcp_call_run_t *run = run_of(call);
    int is_reserved = code >= -32768 && code <= -32000;

    if (is_reserved && code != -32602 && code != -32603)
        breach(run, "its error has a code that is not its own to give");
    else if (!message || !mcp_encode_is_utf8(message, strlen(message)))
        breach(run, "its error has no message in UTF-8");
    else {
        run->error_code = code;
        run->error_message = apr_pstrdup(call->pool, message);
    }
}

static void set_later(mcp_call_t *call, apr_interval_time_t delay)
{
    run_of(call)->delay = delay;
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
    return text_at(mcp_json_get(run_of(call)->t->rpc.params, "_meta"), pointer,
                   call->pool);
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
    .role = set_role,
    .value = add_value,
    .meta = add_meta,
    .error = set_error,
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
