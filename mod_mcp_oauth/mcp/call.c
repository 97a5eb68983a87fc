/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/call.h"

#include <apr_strings.h>

#include "base/encode.h"
#include "mcp/era.h"
#include "mcp/method.h"
#include "mcp/mirror.h"
#include "mcp/question.h"
#include "mcp/request_state.h"

static const mcp_error_t *refuse(const mcp_call_run_t *run, const char *what)
{
    return mcp_error_tell(MCP_E_INVALID_PARAMS, run->t->cx,
                          "Invalid params: %s", what);
}

/* -- what came -- */

static const mcp_error_t *tool_read(mcp_call_run_t *run)
{
    mcp_exchange_t *x = run->t->x;
    const char *name =
        mcp_json_string(mcp_json_get(run->t->rpc.params, "name"));

    if (!name)
        return refuse(run, "name must be a string");
    run->listed = mcp_tools_find(x->server->tools, name);
    if (!run->listed) {
        x->rpc_target = mcp_turn_shown(run->t, name);
        return mcp_error_tell(MCP_E_INVALID_PARAMS, run->t->cx,
                              "Unknown tool: %s", x->rpc_target);
    }
    x->rpc_target = run->call.name = run->listed->tool->name;
    return NULL;
}

static const mcp_error_t *arguments_read(mcp_call_run_t *run)
{
    const mcp_turn_t *t = run->t;

    run->arguments = mcp_json_get(t->rpc.params, "arguments");
    if (!run->arguments)
        run->arguments = mcp_tools_no_arguments(t->x->server->tools);
    if (t->era->bit == MCP_ERA_MODERN)
        MCP_TRY(mcp_mirror_check(t, run->listed->mirrored, run->arguments));
    if (mcp_json_type(run->arguments) != MCP_JSON_OBJECT)
        return refuse(run, "arguments must be an object");
    return NULL;
}

/* All results of the three kinds of questions are objects. */
static const mcp_error_t *answers_read(mcp_call_run_t *run)
{
    const mcp_json_t *answers =
        mcp_json_get(run->t->rpc.params, "inputResponses");
    mcp_json_iter_t *i;

    if (answers && mcp_json_type(answers) != MCP_JSON_OBJECT)
        return refuse(run, "inputResponses must be an object");
    for (i = mcp_json_first(answers); i; i = mcp_json_next(answers, i))
        if (mcp_json_type(mcp_json_iter_value(i)) != MCP_JSON_OBJECT)
            return refuse(run, "each of inputResponses must be an object");
    run->answers = answers;
    return NULL;
}

static const mcp_error_t *state_read(mcp_call_run_t *run)
{
    const mcp_json_t *state = mcp_json_get(run->t->rpc.params, "requestState");

    if (!state)
        return NULL;
    if (!mcp_json_string(state))
        return refuse(run, "requestState must be a string");
    MCP_TRY(mcp_request_state_open(&run->remembered, mcp_json_string(state),
                                   run->t, run->arguments));
    return run->remembered
               ? NULL
               : refuse(run, "requestState is not one of this request, or "
                             "too old: call without it");
}

static const mcp_error_t *params_read(mcp_call_run_t *run)
{
    MCP_TRY(tool_read(run));
    MCP_TRY(arguments_read(run));
    if (run->t->era->bit != MCP_ERA_MODERN)
        return NULL;
    MCP_TRY(answers_read(run));
    return state_read(run);
}

/* -- what goes -- */

static void begin_content(mcp_call_run_t *run)
{
    mcp_turn_begin(run->t, "complete");
    mcp_writer_name(run->t->w, "content");
    mcp_writer_open(run->t->w, '[');
}

static void write_text(mcp_call_run_t *run, const char *text)
{
    mcp_writer_open(run->t->w, '{');
    mcp_writer_member(run->t->w, "type", "text");
    mcp_writer_member(run->t->w, "text", text);
    mcp_writer_close(run->t->w);
}

static void end_content(mcp_call_run_t *run, int is_error)
{
    mcp_writer_t *w = run->t->w;

    if (run->structured && !run->blocks)
        write_text(run, run->structured);
    mcp_writer_close(w);
    if (run->structured) {
        mcp_writer_name(w, "structuredContent");
        mcp_writer_raw(w, run->structured);
    }
    if (is_error)
        mcp_writer_member_boolean(w, "isError", 1);
}

/* An error for the model to read, in place of whatever was written. */
static const mcp_error_t *answer_with(mcp_call_run_t *run, const char *text)
{
    run->structured = NULL;
    begin_content(run);
    write_text(run, text);
    end_content(run, 1);
    return NULL;
}

static const mcp_error_t *answer_breach(mcp_call_run_t *run)
{
    mcp_ctx_log(run->t->cx, MCP_LOG_WARNING, 250,
                "the tool %s answered what cannot be passed on: %s; correct "
                "the module that offers it (mod_mcp_oauth.h says what a tool "
                "may answer), or take it out of MCPOffer",
                run->call.name,
                mcp_encode_log(run->breach, 500, run->call.pool));
    return answer_with(run,
                       apr_pstrcat(run->call.pool, "The tool ", run->call.name,
                                   " failed: its answer is broken.", NULL));
}

/* -- outcomes -- */

static const mcp_error_t *answer_done(mcp_call_run_t *run)
{
    const mcp_schema_t *schema = run->listed->output;

    if (schema && !run->structured_json)
        run->breach = "it has an output_schema, and gave no structured "
                      "content";
    else if (schema)
        run->breach =
            mcp_schema_check(schema, run->structured_json, run->call.pool);
    if (run->breach)
        return answer_breach(run);
    end_content(run, 0);
    return NULL;
}

static const mcp_error_t *answer_failed(mcp_call_run_t *run)
{
    if (!run->blocks && !run->structured) {
        run->breach = "it failed, and did not say why";
        return answer_breach(run);
    }
    end_content(run, 1);
    return NULL;
}

static const mcp_error_t *answer_asking(mcp_call_run_t *run)
{
    mcp_turn_t *t = run->t;
    const char *state = NULL;

    if (!run->questions && !run->remember) {
        run->breach = "it requires input, and asked for none";
        return answer_breach(run);
    }
    if (t->era->mute)
        return answer_with(run, t->era->mute);
    if (run->questions)
        MCP_TRY(mcp_question_check(t, run->questions));
    if (run->remember)
        MCP_TRY(
            mcp_request_state_make(&state, run->remember, t, run->arguments));
    mcp_turn_begin(t, "input_required");
    if (run->questions)
        mcp_question_write(t, run->questions);
    mcp_writer_member(t->w, "requestState", state);
    return NULL;
}

static const mcp_error_t *answer_forbidden(mcp_call_run_t *run)
{
    if (!run->scopes) {
        run->breach = "it is forbidden, and names no scope that would allow "
                      "it";
        return answer_breach(run);
    }
    run->t->x->required_scopes = run->scopes;
    return mcp_error_make(MCP_E_INSUFFICIENT_SCOPE, run->t->cx,
                          "the tool %s requires more scope", run->call.name);
}

static const mcp_error_t *finish(mcp_call_run_t *run, mcp_outcome_t outcome)
{
    if (run->breach)
        return answer_breach(run);
    switch (outcome) {
    case MCP_CALL_DONE:
        return answer_done(run);
    case MCP_CALL_FAILED:
        return answer_failed(run);
    case MCP_CALL_INPUT_REQUIRED:
        return answer_asking(run);
    case MCP_CALL_FORBIDDEN:
        return answer_forbidden(run);
    default:
        break;
    }
    run->breach = "its outcome is none";
    return answer_breach(run);
}

const mcp_error_t *mcp_call_answer(mcp_turn_t *t)
{
    mcp_call_run_t *run = apr_pcalloc(t->cx->pool, sizeof(*run));
    const mcp_tool_t *tool;
    const char *complaint;

    run->t = t;
    run->call.pool = t->cx->pool;
    run->call.api = &mcp_call_api;
    run->call.principal = t->x->principal;
    MCP_TRY(params_read(run));
    tool = run->listed->tool;
    complaint =
        mcp_schema_check(run->listed->input, run->arguments, run->call.pool);
    if (complaint)
        return answer_with(run, apr_pstrcat(run->call.pool,
                                            "Invalid arguments: ", complaint,
                                            NULL));
    begin_content(run);
    return finish(run, tool->call(&run->call, tool->baton));
}
