/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/turn.h"

#include <apr_strings.h>
#include <string.h>

#include "base/encode.h"
#include "mcp/era.h"
#include "mcp/info.h"
#include "mcp/stream.h"

#define SHOWN_MAX 100

static void open_message(mcp_turn_t *t)
{
    t->w = mcp_writer_make(t->cx->pool);
    mcp_writer_open(t->w, '{');
    mcp_writer_member(t->w, "jsonrpc", "2.0");
    /* an id that could not be read is left out: null is against the schema */
    if (t->rpc.id) {
        mcp_writer_name(t->w, "id");
        mcp_writer_json(t->w, t->rpc.id);
    }
}

/* A request that its client has cancelled is not answered (2025-11-25
 * cancellation: "Not send a response"). */
static void close_message(mcp_turn_t *t, int status)
{
    mcp_exchange_t *x = t->x;

    mcp_writer_close(t->w);
    x->json = mcp_writer_text(t->w, &x->json_len);
    x->status = t->is_cancelled ? 202 : status;
    if (t->is_cancelled) {
        x->json = NULL;
        x->json_len = 0;
    }
    if (!mcp_stream_is_begun(t))
        return;
    mcp_stream_finish(t, x->json, x->json_len);
    x->json = NULL;
    x->status = 0;
}

void mcp_turn_begin(mcp_turn_t *t, const char *type)
{
    open_message(t);
    mcp_writer_name(t->w, "result");
    mcp_writer_open(t->w, '{');
    t->meta = NULL;
    t->era->begin(t, type);
}

void mcp_turn_add_meta(mcp_turn_t *t, const char *name, const char *json)
{
    mcp_turn_meta_t *meta;
    int i;

    if (!t->meta)
        t->meta = apr_array_make(t->cx->pool, 2, sizeof(*meta));
    for (i = 0; i < t->meta->nelts; i++)
        if (!strcmp(APR_ARRAY_IDX(t->meta, i, mcp_turn_meta_t).name, name))
            break;
    meta = i < t->meta->nelts ? &APR_ARRAY_IDX(t->meta, i, mcp_turn_meta_t)
                              : apr_array_push(t->meta);
    meta->name = name;
    meta->json = json;
}

void mcp_turn_write_meta(mcp_turn_t *t)
{
    const mcp_turn_meta_t *meta;
    int i;

    for (i = 0; t->meta && i < t->meta->nelts; i++) {
        meta = &APR_ARRAY_IDX(t->meta, i, mcp_turn_meta_t);
        mcp_writer_name(t->w, meta->name);
        mcp_writer_raw(t->w, meta->json);
    }
}

void mcp_turn_end(mcp_turn_t *t)
{
    t->era->end(t);
    mcp_writer_close(t->w);
    close_message(t, 200);
}

void mcp_turn_fail(mcp_turn_t *t, const mcp_error_t *e)
{
    t->x->failure = e;
    open_message(t);
    mcp_writer_name(t->w, "error");
    mcp_writer_open(t->w, '{');
    mcp_writer_member_integer(t->w, "code", mcp_error_jsonrpc(e));
    mcp_writer_member(t->w, "message", mcp_error_text(e));
    if (e->data) {
        mcp_writer_name(t->w, "data");
        mcp_writer_raw(t->w, e->data);
    }
    mcp_writer_close(t->w);
    close_message(t, t->era ? t->era->status(e) : mcp_error_http(e));
}

void mcp_turn_note_session(mcp_turn_t *t)
{
    t->x->era = t->session.version;
    t->x->session = apr_pstrdup(t->cx->pool, t->session.name);
}

void mcp_turn_write_server(mcp_turn_t *t)
{
    mcp_info_write(t->w, t->x->server, t->cx->pool);
}

const mcp_error_t *mcp_turn_refuse(const mcp_turn_t *t, const char *what)
{
    return mcp_error_tell(MCP_E_INVALID_PARAMS, t->cx, "Invalid params: %s",
                          what);
}

const char *mcp_turn_header(const mcp_turn_t *t, const char *name)
{
    return t->x->header(t->x->baton, name);
}

const char *mcp_turn_shown(const mcp_turn_t *t, const char *text)
{
    return mcp_encode_log(text, SHOWN_MAX, t->cx->pool);
}
