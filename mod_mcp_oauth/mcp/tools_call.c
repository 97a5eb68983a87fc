/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>

#include "mcp/content.h"
#include "mcp/era.h"
#include "mcp/method.h"
#include "mcp/mirror.h"
#include "mcp/rate.h"
#include "mcp/task.h"
#include "mcp/tools_call.h"
#include "mcp/tools.h"

/* tools/call */

static const mcp_call_kind_t kind;

static void set_tool(mcp_call_run_t *run, const mcp_listed_tool_t *listed)
{
    run->kind = &kind;
    run->listed = listed;
    run->module = listed->module;
    run->function = listed->tool->call;
    run->baton = listed->tool->baton;
    run->t->x->rpc_target = run->call.name = listed->tool->name;
}

static const mcp_listed_tool_t *listed_of(const mcp_call_run_t *run)
{
    return run->listed;
}

/* -- what came -- */

static const mcp_error_t *tool_read(mcp_call_run_t *run)
{
    mcp_exchange_t *x = run->t->x;
    const char *name =
        mcp_json_string(mcp_json_get(run->t->rpc.params, "name"));
    const mcp_listed_tool_t *listed;

    if (!name)
        return mcp_turn_refuse(run->t, "name must be a string");
    listed = mcp_tools_find(x->server->tools, name);
    if (!listed) {
        x->rpc_target = mcp_turn_shown(run->t, name);
        return mcp_error_tell(MCP_E_INVALID_PARAMS, run->t->cx,
                              "Unknown tool: %s", x->rpc_target);
    }
    set_tool(run, listed);
    return NULL;
}

static const mcp_error_t *arguments_read(mcp_call_run_t *run)
{
    const mcp_turn_t *t = run->t;

    run->arguments = mcp_json_get(t->rpc.params, "arguments");
    if (!run->arguments)
        run->arguments = mcp_tools_no_arguments(t->x->server->tools);
    if (t->era->bit == MCP_ERA_MODERN)
        MCP_TRY(mcp_mirror_check(t, listed_of(run)->mirrored, run->arguments));
    if (mcp_json_type(run->arguments) != MCP_JSON_OBJECT)
        return mcp_turn_refuse(run->t, "arguments must be an object");
    return mcp_call_params_read(run);
}

/* -- what goes -- */

static void begin(mcp_call_run_t *run)
{
    mcp_turn_begin(run->t, "complete");
    mcp_writer_name(run->t->w, "content");
    mcp_writer_open(run->t->w, '[');
}

static const char *text(mcp_call_run_t *run, const char *text, apr_size_t len)
{
    return mcp_content_text(run->t->w, text, len);
}

static const char *medium(mcp_call_run_t *run, const mcp_medium_t *medium)
{
    return mcp_content_medium(run->t, medium);
}

static const char *content(mcp_call_run_t *run, const mcp_json_t *block,
                           const char *json)
{
    return mcp_content_block(run->t, block, json);
}

static void end(mcp_call_run_t *run, int is_error)
{
    mcp_writer_t *w = run->t->w;

    if (run->structured && !run->blocks)
        mcp_content_text(w, run->structured, strlen(run->structured));
    mcp_writer_close(w);
    if (run->structured) {
        mcp_writer_name(w, "structuredContent");
        mcp_writer_raw(w, run->structured);
    }
    if (is_error)
        mcp_writer_member_boolean(w, "isError", 1);
}

static const char *done(mcp_call_run_t *run)
{
    const mcp_schema_t *schema = listed_of(run)->output;
    const char *wrong;

    if (schema && !run->structured_json)
        return "it has an output_schema, and gave no structured content";
    wrong =
        schema ? mcp_schema_check(schema, run->structured_json, run->call.pool)
               : NULL;
    if (!wrong)
        end(run, 0);
    return wrong;
}

static const char *failed(mcp_call_run_t *run)
{
    if (!run->blocks && !run->structured)
        return "it failed, and did not say why";
    end(run, 1);
    return NULL;
}

/* An error for the model to read, in place of whatever was written. */
static const mcp_error_t *refuse(mcp_call_run_t *run, const char *why)
{
    run->structured = NULL;
    run->blocks = 0;
    begin(run);
    mcp_content_text(run->t->w, why, strlen(why));
    end(run, 1);
    return NULL;
}

static const mcp_call_kind_t kind = {"tool", MCP_CALL_GIVES_STRUCTURED,
                                     begin,  text,
                                     medium, content,
                                     done,   failed,
                                     refuse, NULL};

/* -- the call -- */

int mcp_tools_run_make(mcp_call_run_t *run, mcp_turn_t *t, const char *name,
                       const mcp_json_t *arguments)
{
    const mcp_listed_tool_t *listed =
        mcp_tools_find(t->x->server->tools, name);

    if (!listed)
        return 0;
    run->t = t;
    run->call.pool = t->pool;
    run->arguments = arguments;
    set_tool(run, listed);
    return 1;
}

/* Who can only be a task is none for clients that know nothing of them. */
static const mcp_error_t *run_as_may_be(mcp_call_run_t *run)
{
    const mcp_turn_t *t = run->t;
    mcp_task_support_t support = listed_of(run)->tool->task;

    if (support != MCP_TASK_NEVER && mcp_task_client_knows(t))
        run->as_task = mcp_task_begin;
    else if (support == MCP_TASK_REQUIRED) {
        if (t->era->bit == MCP_ERA_MODERN)
            return mcp_task_check_client(t);
        return refuse(run, "This tool takes long and needs a client that "
                           "knows tasks (io.modelcontextprotocol/tasks).");
    }
    return mcp_call_run(run);
}

const mcp_error_t *mcp_tools_call(mcp_turn_t *t)
{
    mcp_call_run_t *run = apr_pcalloc(t->pool, sizeof(*run));
    const char *complaint;

    run->t = t;
    run->call.pool = t->pool;
    MCP_TRY(mcp_rate_take(t, "calls", &t->x->works->calls));
    MCP_TRY(tool_read(run));
    MCP_TRY(arguments_read(run));
    complaint = mcp_schema_check(listed_of(run)->input, run->arguments,
                                 run->call.pool);
    if (complaint)
        return refuse(run, apr_pstrcat(run->call.pool, "Invalid arguments: ",
                                       complaint, NULL));
    return run_as_may_be(run);
}
