/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/turn.h"

#include "base/encode.h"
#include "mcp/era.h"
#include "mcp/info.h"

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

static void close_message(mcp_turn_t *t)
{
    mcp_writer_close(t->w);
    t->x->json = mcp_writer_text(t->w, &t->x->json_len);
}

void mcp_turn_begin(mcp_turn_t *t, const char *type)
{
    open_message(t);
    mcp_writer_name(t->w, "result");
    mcp_writer_open(t->w, '{');
    t->era->begin(t, type);
}

void mcp_turn_end(mcp_turn_t *t)
{
    t->era->end(t);
    mcp_writer_close(t->w);
    close_message(t);
    t->x->status = 200;
}

void mcp_turn_fail(mcp_turn_t *t, const mcp_error_t *e)
{
    t->x->failure = e;
    t->x->status = t->era ? t->era->status(e) : mcp_error_http(e);
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
    close_message(t);
}

void mcp_turn_write_server(mcp_turn_t *t)
{
    mcp_info_write(t->w, t->x->server, t->cx->pool);
}

const char *mcp_turn_header(const mcp_turn_t *t, const char *name)
{
    return t->x->header(t->x->baton, name);
}

const char *mcp_turn_shown(const mcp_turn_t *t, const char *text)
{
    return mcp_encode_log(text, SHOWN_MAX, t->cx->pool);
}
