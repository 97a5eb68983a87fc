/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <string.h>

#include "base/encode.h"
#include "mcp/call.h"
#include "mcp/contract.h"

/* What a function gives as its result. */

static mcp_call_run_t *run_of(mcp_call_t *call)
{
    return (mcp_call_run_t *)call;
}

static int is_utf8(const char *text)
{
    return text && mcp_encode_is_utf8(text, strlen(text));
}

/* Whether there may be one more, of so many bytes. */
static int begin_block(mcp_call_run_t *run, apr_size_t len)
{
    if (run->blocks == MCP_CALL_MAX_BLOCKS)
        mcp_call_breach(run, "its result has more than 10000 blocks");
    if (!mcp_call_make_room(run, len))
        return 0;
    run->blocks++;
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

    if (!mcp_call_make_room(run, len))
        return NULL;
    e = mcp_json_read(&json, *text, len, run->t->cx);
    if (e || mcp_json_type(json) != MCP_JSON_OBJECT) {
        mcp_call_breach(run, else_breach);
        return NULL;
    }
    *text = strpbrk(*text, "\r\n")
                ? mcp_json_text(json, run->call.pool)
                : apr_pstrmemdup(run->call.pool, *text, len);
    return json;
}

/* -- content -- */

void mcp_call_result_text(mcp_call_t *call, const char *text)
{
    mcp_call_run_t *run = run_of(call);
    apr_size_t len = text ? strlen(text) : 0;

    if (!begin_block(run, len))
        return;
    if (!is_utf8(text))
        mcp_call_breach(run, "a text that it gave is not UTF-8");
    else
        mcp_call_breach(run, run->kind->text(run, text, len));
    if (!run->said && !run->breach)
        run->said = apr_pstrmemdup(call->pool, text, len);
}

void mcp_call_result_media(mcp_call_t *call, const char *kind,
                           const char *media_type, const void *data,
                           apr_size_t len)
{
    mcp_call_run_t *run = run_of(call);
    mcp_medium_t medium = {kind, media_type, NULL};

    if (!kind || !media_type || !mcp_contract_is_media_type(media_type))
        mcp_call_breach(run, "a media type that it gave is none");
    else if (len && !data)
        mcp_call_breach(run, "a medium that it gave has no data");
    if (!begin_block(run, len))
        return;
    medium.base64 = mcp_encode_base64(len ? data : "", len, call->pool);
    mcp_call_breach(run, run->kind->medium(run, &medium));
}

void mcp_call_result_content(mcp_call_t *call, const char *json)
{
    mcp_call_run_t *run = run_of(call);
    const mcp_json_t *block =
        object_read(run, &json,
                    "a content block that it gave is not a JSON "
                    "object");

    if (block && begin_block(run, 0))
        mcp_call_breach(run, run->kind->content(run, block, json));
}

/* -- what only some kinds have -- */

static int may_give(mcp_call_run_t *run, unsigned what, const char *breach)
{
    if (!(run->kind->gives & what))
        mcp_call_breach(run, breach);
    return !run->breach;
}

void mcp_call_result_structured(mcp_call_t *call, const char *json)
{
    mcp_call_run_t *run = run_of(call);

    if (!may_give(run, MCP_CALL_GIVES_STRUCTURED,
                  "it gives structured content, and is no tool"))
        return;
    run->structured_json =
        object_read(run, &json,
                    "the structured content that it gave is not a JSON "
                    "object");
    run->structured = run->structured_json ? json : NULL;
}

void mcp_call_result_role(mcp_call_t *call, const char *role)
{
    mcp_call_run_t *run = run_of(call);

    if (!may_give(run, MCP_CALL_GIVES_ROLES,
                  "it gives a role, and is no prompt"))
        return;
    if (!role || (strcmp(role, "user") != 0 && strcmp(role, "assistant") != 0))
        mcp_call_breach(run,
                        "a role that it gave is neither user nor assistant");
    else
        run->role = apr_pstrdup(call->pool, role);
}

void mcp_call_result_value(mcp_call_t *call, const char *value)
{
    mcp_call_run_t *run = run_of(call);

    if (!may_give(run, MCP_CALL_GIVES_VALUES,
                  "it gives values, and completes nothing"))
        return;
    if (!is_utf8(value))
        mcp_call_breach(run, "a value that it gave is not UTF-8");
    else if (run->values->nelts == MCP_CALL_MAX_VALUES)
        run->more_values++;
    else if (mcp_call_make_room(run, strlen(value)))
        APR_ARRAY_PUSH(run->values, const char *) =
            apr_pstrdup(call->pool, value);
}

/* -- beside the content -- */

void mcp_call_result_meta(mcp_call_t *call, const char *name, const char *json)
{
    mcp_call_run_t *run = run_of(call);
    const mcp_json_t *value;
    apr_size_t len = json ? strlen(json) : 0;

    if (!mcp_call_make_room(run, len + (name ? strlen(name) : 0)))
        return;
    if (!name || !mcp_contract_is_meta_name(name))
        mcp_call_breach(run, "a name in _meta that it gave is none, or has no "
                             "prefix of its own");
    else if (!json || mcp_json_read(&value, json, len, run->t->cx))
        mcp_call_breach(run, "a value in _meta that it gave is not JSON");
    else
        mcp_turn_add_meta(run->t, apr_pstrdup(call->pool, name),
                          mcp_json_text(value, call->pool));
}

void mcp_call_result_error(mcp_call_t *call, int code, const char *message)
{
    mcp_call_run_t *run = run_of(call);
    int is_reserved = code >= -32768 && code <= -32000;

    if (!mcp_call_make_room(run, message ? strlen(message) : 0))
        return;
    if (is_reserved && code != -32602 && code != -32603)
        mcp_call_breach(run,
                        "its error has a code that is not its own to give");
    else if (!is_utf8(message) || !*message)
        mcp_call_breach(run, "its error has no message in UTF-8");
    else {
        run->error_code = code;
        run->error_message = apr_pstrdup(call->pool, message);
    }
}
