/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <string.h>

#include "mcp/call.h"
#include "mcp/method.h"
#include "mcp/rate.h"

/* completion/complete */

typedef struct completing_t {
    mcp_complete_t complete; /* NULL: nobody completes it */
    void *baton;
    const char *argument;
    const char *value;
} completing_t;

/* -- what came: which argument of what -- */

static const mcp_error_t *unknown(const mcp_call_run_t *run,
                                  const char *argument)
{
    return mcp_turn_refuse(
        run->t, apr_pstrcat(run->t->pool, "there is no argument ",
                            mcp_turn_shown(run->t, argument), NULL));
}

static const mcp_error_t *prompt_read(completing_t *c, mcp_call_run_t *run,
                                      const mcp_json_t *ref)
{
    const char *name = mcp_json_string(mcp_json_get(ref, "name"));
    const mcp_listed_prompt_t *listed;

    if (!name)
        return mcp_turn_refuse(run->t, "ref.name must be a string");
    run->t->x->rpc_target = mcp_turn_shown(run->t, name);
    listed = mcp_prompts_find(run->t->x->server->prompts, name);
    if (!listed)
        return mcp_error_tell(MCP_E_INVALID_PARAMS, run->t->cx,
                              "Unknown prompt: %s", run->t->x->rpc_target);
    if (!mcp_prompts_argument(listed->prompt, c->argument))
        return unknown(run, c->argument);
    run->call.name = listed->prompt->name;
    run->module = listed->module;
    c->complete = listed->prompt->complete;
    c->baton = listed->prompt->baton;
    return NULL;
}

static int is_variable(const mcp_uri_template_t *t, const char *name)
{
    const apr_array_header_t *names = mcp_uri_template_variables(t);
    int i;

    for (i = 0; i < names->nelts; i++)
        if (!strcmp(APR_ARRAY_IDX(names, i, const char *), name))
            return 1;
    return 0;
}

/* "uri is a URI or URI template" */
static const mcp_error_t *resource_read(completing_t *c, mcp_call_run_t *run,
                                        const mcp_json_t *ref)
{
    const mcp_resources_t *resources = run->t->x->server->resources;
    const char *uri = mcp_json_string(mcp_json_get(ref, "uri"));
    const mcp_listed_resource_t *listed;
    const mcp_json_t *variables;

    if (!uri)
        return mcp_turn_refuse(run->t, "ref.uri must be a string");
    run->t->x->rpc_target = mcp_turn_shown(run->t, uri);
    listed = mcp_resources_named(resources, uri);
    if (!listed)
        MCP_TRY(mcp_resources_find(&listed, &variables, resources, uri,
                                   run->t->cx));
    if (!listed)
        return mcp_error_tell(MCP_E_INVALID_PARAMS, run->t->cx,
                              "Unknown resource: %s", run->t->x->rpc_target);
    if (listed->template && !is_variable(listed->template, c->argument))
        return unknown(run, c->argument);
    run->call.name = listed->resource->uri;
    run->module = listed->module;
    c->complete = listed->resource->complete;
    c->baton = listed->resource->baton;
    return NULL;
}

static const mcp_error_t *ref_read(completing_t *c, mcp_call_run_t *run)
{
    const mcp_json_t *ref = mcp_json_get(run->t->rpc.params, "ref");
    const char *type = mcp_json_string(mcp_json_get(ref, "type"));

    if (type && !strcmp(type, "ref/prompt"))
        return prompt_read(c, run, ref);
    if (type && !strcmp(type, "ref/resource"))
        return resource_read(c, run, ref);
    return mcp_turn_refuse(run->t, "ref must be an object whose type is "
                                   "ref/prompt or ref/resource");
}

static const mcp_error_t *argument_read(completing_t *c, mcp_call_run_t *run)
{
    const mcp_json_t *argument = mcp_json_get(run->t->rpc.params, "argument");

    c->argument = mcp_json_string(mcp_json_get(argument, "name"));
    c->value = mcp_json_string(mcp_json_get(argument, "value"));
    return c->argument && c->value
               ? NULL
               : mcp_turn_refuse(run->t, "argument must be an object with the "
                                         "strings name and value");
}

/* The arguments that are settled already are those of the call. */
static const mcp_error_t *context_read(mcp_call_run_t *run)
{
    const mcp_json_t *context = mcp_json_get(run->t->rpc.params, "context");
    const mcp_json_t *all = mcp_json_get(context, "arguments");
    mcp_json_iter_t *i;

    if ((context && mcp_json_type(context) != MCP_JSON_OBJECT) ||
        (all && mcp_json_type(all) != MCP_JSON_OBJECT))
        return mcp_turn_refuse(run->t, "context and its arguments must be "
                                       "objects");
    for (i = mcp_json_first(all); i; i = mcp_json_next(all, i))
        if (!mcp_json_string(mcp_json_iter_value(i)))
            return mcp_turn_refuse(run->t,
                                   "each of context.arguments must be a "
                                   "string");
    run->arguments = all ? all
                         : mcp_tools_no_arguments(run->t->x->server->tools);
    return NULL;
}

/* -- what goes -- */

static void begin(mcp_call_run_t *run)
{
    mcp_turn_begin(run->t, "complete");
    run->values = apr_array_make(run->call.pool, 8, sizeof(const char *));
}

static const char *text(mcp_call_run_t *run, const char *text, apr_size_t len)
{
    return "it completes, and gave a text";
}

static const char *medium(mcp_call_run_t *run, const mcp_medium_t *medium)
{
    return "it completes, and gave a medium";
}

static const char *content(mcp_call_run_t *run, const mcp_json_t *block,
                           const char *json)
{
    return "it completes, and gave content";
}

static const char *done(mcp_call_run_t *run)
{
    mcp_writer_t *w = run->t->w;
    int i;

    mcp_writer_name(w, "completion");
    mcp_writer_open(w, '{');
    mcp_writer_name(w, "values");
    mcp_writer_open(w, '[');
    for (i = 0; i < run->values->nelts; i++)
        mcp_writer_string(w, APR_ARRAY_IDX(run->values, i, const char *));
    mcp_writer_close(w);
    mcp_writer_member_integer(w, "total",
                              run->values->nelts + run->more_values);
    mcp_writer_member_boolean(w, "hasMore", run->more_values > 0);
    mcp_writer_close(w);
    return NULL;
}

static const mcp_call_kind_t kind = {
    "completion", MCP_CALL_GIVES_VALUES, begin, text, medium, content, done,
    NULL,         mcp_call_fail,         NULL};

static mcp_outcome_t complete(mcp_call_t *call, void *baton)
{
    completing_t *c = baton;

    if (c->complete)
        c->complete(call, c->argument, c->value, c->baton);
    return MCP_CALL_DONE;
}

const mcp_error_t *mcp_completion_answer(mcp_turn_t *t)
{
    mcp_call_run_t *run = apr_pcalloc(t->pool, sizeof(*run));
    completing_t *c = apr_pcalloc(t->pool, sizeof(*c));

    run->t = t;
    run->kind = &kind;
    run->call.pool = t->pool;
    MCP_TRY(mcp_rate_take(t, "completions", &t->x->works->completions));
    MCP_TRY(argument_read(c, run));
    MCP_TRY(ref_read(c, run));
    MCP_TRY(context_read(run));
    run->function = complete;
    run->baton = c;
    return mcp_call_run(run);
}
