/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>

#include "mcp/content.h"
#include "mcp/era.h"
#include "mcp/method.h"

/* prompts/get */

static const mcp_prompt_t *prompt_of(const mcp_call_run_t *run)
{
    const mcp_listed_prompt_t *listed = run->listed;

    return listed->prompt;
}

/* -- what came -- */

static const mcp_error_t *prompt_read(mcp_call_run_t *run)
{
    mcp_exchange_t *x = run->t->x;
    const char *name =
        mcp_json_string(mcp_json_get(run->t->rpc.params, "name"));
    const mcp_listed_prompt_t *listed;

    if (!name)
        return mcp_turn_refuse(run->t, "name must be a string");
    listed = mcp_prompts_find(x->server->prompts, name);
    if (!listed) {
        x->rpc_target = mcp_turn_shown(run->t, name);
        return mcp_error_tell(MCP_E_INVALID_PARAMS, run->t->cx,
                              "Unknown prompt: %s", x->rpc_target);
    }
    x->rpc_target = run->call.name = listed->prompt->name;
    run->listed = listed;
    run->module = listed->module;
    run->function = listed->prompt->get;
    run->baton = listed->prompt->baton;
    return NULL;
}

/* Those that the prompt does not know are passed over. */
static const mcp_error_t *arguments_read(mcp_call_run_t *run)
{
    const mcp_json_t *all = mcp_json_get(run->t->rpc.params, "arguments");
    const mcp_prompt_argument_t *a;
    mcp_json_iter_t *i;

    if (all && mcp_json_type(all) != MCP_JSON_OBJECT)
        return mcp_turn_refuse(run->t, "arguments must be an object");
    for (i = mcp_json_first(all); i; i = mcp_json_next(all, i))
        if (!mcp_json_string(mcp_json_iter_value(i)))
            return mcp_turn_refuse(run->t,
                                   "each of arguments must be a string");
    for (a = prompt_of(run)->arguments; a && a->name; a++)
        if (a->required && !mcp_json_get(all, a->name))
            return mcp_turn_refuse(run->t,
                                   apr_pstrcat(run->t->pool, "the argument ",
                                               a->name, " is missing", NULL));
    run->arguments = all ? all
                         : mcp_tools_no_arguments(run->t->x->server->tools);
    return mcp_call_params_read(run);
}

/* -- what goes -- */

static void begin(mcp_call_run_t *run)
{
    mcp_turn_begin(run->t, "complete");
    mcp_writer_member(run->t->w, "description", prompt_of(run)->description);
    mcp_writer_name(run->t->w, "messages");
    mcp_writer_open(run->t->w, '[');
}

static mcp_writer_t *start(mcp_call_run_t *run)
{
    mcp_writer_open(run->t->w, '{');
    mcp_writer_member(run->t->w, "role", run->role);
    mcp_writer_name(run->t->w, "content");
    return run->t->w;
}

static const char *text(mcp_call_run_t *run, const char *text, apr_size_t len)
{
    const char *wrong = mcp_content_text(start(run), text, len);

    mcp_writer_close(run->t->w);
    return wrong;
}

static const char *medium(mcp_call_run_t *run, const mcp_medium_t *medium)
{
    const char *wrong;

    start(run);
    wrong = mcp_content_medium(run->t, medium);
    mcp_writer_close(run->t->w);
    return wrong;
}

static const char *content(mcp_call_run_t *run, const mcp_json_t *block,
                           const char *json)
{
    const char *wrong;

    start(run);
    wrong = mcp_content_block(run->t, block, json);
    mcp_writer_close(run->t->w);
    return wrong;
}

static const char *done(mcp_call_run_t *run)
{
    if (!run->blocks)
        return "it is done, and gave no message";
    mcp_writer_close(run->t->w);
    return NULL;
}

static const mcp_call_kind_t kind = {
    "prompt", MCP_CALL_GIVES_ROLES, begin, text, medium, content, done,
    NULL,     mcp_call_fail,        NULL};

const mcp_error_t *mcp_prompts_get(mcp_turn_t *t)
{
    mcp_call_run_t *run = apr_pcalloc(t->pool, sizeof(*run));

    run->t = t;
    run->kind = &kind;
    run->call.pool = t->pool;
    MCP_TRY(prompt_read(run));
    MCP_TRY(arguments_read(run));
    return mcp_call_run(run);
}
