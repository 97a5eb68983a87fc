/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/request_state.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "mcp/key.h"
#include "store/seal.h"

#define LIFETIME 600 /* seconds */
#define KEY_DIGITS 9 /* of a key's number; more is none of ours */

/* "KEY.SEALED"; sealed is "EXPIRY TEXT" */

static const char *bound_to(const mcp_turn_t *t, const mcp_json_t *arguments)
{
    mcp_writer_t *w = mcp_writer_make(t->cx->pool);

    mcp_writer_open(w, '[');
    mcp_server_write_call(w, t->x->server, t->x->principal);
    mcp_writer_string(w, t->rpc.method);
    mcp_writer_string(w, t->x->rpc_target);
    mcp_writer_json(w, arguments);
    mcp_writer_close(w);
    return mcp_digest_text(mcp_writer_text(w, NULL), t->cx->pool);
}

const mcp_error_t *mcp_request_state_make(const char **sealed,
                                          const char *text,
                                          const mcp_turn_t *t,
                                          const mcp_json_t *arguments)
{
    apr_int64_t expires = mcp_ctx_seconds(t->cx) + LIFETIME;
    mcp_key_t key;

    MCP_TRY(mcp_key_current(&key, MCP_KEY_REQUEST_STATE, t->x->works, t->cx));
    text = apr_psprintf(t->cx->pool, "%" APR_INT64_T_FMT " %s", expires, text);
    MCP_TRY(mcp_store_seal_make(sealed, key.bytes, bound_to(t, arguments),
                                text, t->cx));
    *sealed = apr_psprintf(t->cx->pool, "%d.%s", key.id, *sealed);
    return NULL;
}

const mcp_error_t *mcp_request_state_open(const char **text,
                                          const char *sealed,
                                          const mcp_turn_t *t,
                                          const mcp_json_t *arguments)
{
    apr_size_t digits = strspn(sealed, "0123456789");
    const char *opened;
    mcp_key_t key;
    char *end;

    *text = NULL;
    if (!digits || digits > KEY_DIGITS || sealed[digits] != '.' ||
        (digits > 1 && sealed[0] == '0'))
        return NULL;
    MCP_TRY(mcp_key_get(&key, atoi(sealed), MCP_KEY_REQUEST_STATE, t->x->works,
                        t->cx));
    if (!key.id)
        return NULL;
    MCP_TRY(mcp_store_seal_open(&opened, key.bytes, bound_to(t, arguments),
                                sealed + digits + 1, t->cx));
    if (!opened || apr_strtoi64(opened, &end, 10) <= mcp_ctx_seconds(t->cx) ||
        *end != ' ')
        return NULL;
    *text = end + 1;
    return NULL;
}
