/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/worker.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "live/process.h"

#define ERROR                                                                 \
    "\"error\":{\"code\":-32603,\"message\":\"The server ended before it "    \
    "answered; what was asked may have been done.\"}}"

const char *mcp_worker_note(const mcp_turn_t *t, apr_pool_t *pool)
{
    const char *id = t->rpc.id ? mcp_json_text(t->rpc.id, pool) : "";

    return apr_psprintf(pool, "%" APR_UINT64_T_HEX_FMT " %s",
                        mcp_live_process_self(), id);
}

int mcp_worker_lives(const char *note)
{
    return mcp_live_process_lives((apr_uint64_t)strtoull(note, NULL, 16));
}

const char *mcp_worker_obituary(const char *note, apr_size_t *len,
                                apr_pool_t *pool)
{
    const char *id = strchr(note, ' '), *text;

    if (!id || !id[1])
        return NULL;
    text = apr_pstrcat(pool, "{\"jsonrpc\":\"2.0\",\"id\":", id + 1, ",",
                       ERROR, NULL);
    *len = strlen(text);
    return text;
}
