/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <string.h>

#include "mcp/content.h"
#include "mcp/era.h"
#include "mcp/method.h"

/* resources/read */

static const mcp_resource_t *resource_of(const mcp_call_run_t *run)
{
    const mcp_listed_resource_t *listed = run->listed;

    return listed->resource;
}

/* -- what came -- */

static const mcp_error_t *not_found(mcp_call_run_t *run)
{
    return mcp_resources_not_found(run->t, run->call.name);
}

static const mcp_error_t *uri_read(mcp_call_run_t *run)
{
    mcp_turn_t *t = run->t;
    const char *uri = mcp_json_string(mcp_json_get(t->rpc.params, "uri"));
    const mcp_listed_resource_t *listed;

    if (!uri)
        return mcp_turn_refuse(run->t, "uri must be a string");
    run->call.name = uri;
    t->x->rpc_target = mcp_turn_shown(t, uri);
    MCP_TRY(mcp_resources_find(&listed, &run->arguments,
                               t->x->server->resources, uri, t->cx));
    /* a URI, so it can be shown as it is */
    t->x->rpc_target = uri;
    if (!listed)
        return not_found(run);
    run->listed = listed;
    run->module = listed->module;
    run->function = listed->resource->read;
    run->baton = listed->resource->baton;
    return mcp_call_params_read(run);
}

/* -- what goes -- */

static void begin(mcp_call_run_t *run)
{
    mcp_turn_begin(run->t, "complete");
    mcp_writer_name(run->t->w, "contents");
    mcp_writer_open(run->t->w, '[');
}

static void start(mcp_call_run_t *run, const char *media_type)
{
    mcp_writer_open(run->t->w, '{');
    mcp_writer_member(run->t->w, "uri", run->call.name);
    mcp_writer_member(run->t->w, "mimeType", media_type);
}

static const char *text(mcp_call_run_t *run, const char *text, apr_size_t len)
{
    start(run, resource_of(run)->media_type);
    mcp_writer_name(run->t->w, "text");
    mcp_writer_string_n(run->t->w, text, len);
    mcp_writer_close(run->t->w);
    return NULL;
}

static const char *medium(mcp_call_run_t *run, const mcp_medium_t *medium)
{
    if (strcmp(medium->kind, "blob") != 0)
        return "the kind of a medium that it gave is not blob";
    start(run, medium->media_type);
    mcp_writer_member(run->t->w, "blob", medium->base64);
    mcp_writer_close(run->t->w);
    return NULL;
}

static const char *content(mcp_call_run_t *run, const mcp_json_t *block,
                           const char *json)
{
    const char *wrong = mcp_content_resource_check(block, run->t->cx);

    if (!wrong)
        mcp_writer_raw(run->t->w, json);
    return wrong;
}

/* "Results produced by retrying a request MUST NOT be cached" */
static apr_int64_t ttl_of(const mcp_call_run_t *run)
{
    const mcp_json_t *params = run->t->rpc.params;

    if (mcp_json_get(params, "inputResponses") ||
        mcp_json_get(params, "requestState"))
        return 0;
    return apr_time_as_msec(resource_of(run)->fresh);
}

static const char *done(mcp_call_run_t *run)
{
    if (!run->blocks)
        return "it is done, and gave no contents (that there is no such "
               "resource is MCP_CALL_NOT_FOUND, an empty one has an empty "
               "text)";
    mcp_writer_close(run->t->w);
    run->t->era->write_caching(run->t, ttl_of(run));
    return NULL;
}

static const mcp_call_kind_t kind = {"resource",    0,        begin, text,
                                     medium,        content,  done,  NULL,
                                     mcp_call_fail, not_found};

const mcp_error_t *mcp_resources_read(mcp_turn_t *t)
{
    mcp_call_run_t *run = apr_pcalloc(t->pool, sizeof(*run));

    run->t = t;
    run->kind = &kind;
    run->call.pool = t->pool;
    MCP_TRY(uri_read(run));
    return mcp_call_run(run);
}
