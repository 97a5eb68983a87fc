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

/* "KEY.SEALED"; sealed is "EXPIRY ASKED", and a line behind it what the tool
 * remembered, if it did */

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

static const char *render(const mcp_request_state_t *state, mcp_ctx_t *cx)
{
    return apr_psprintf(cx->pool, "%" APR_INT64_T_FMT " %s%s%s",
                        mcp_ctx_seconds(cx) + LIFETIME,
                        state->asked ? state->asked : "",
                        state->remembered ? "\n" : "",
                        state->remembered ? state->remembered : "");
}

/* 0: it has expired. */
static int parse(mcp_request_state_t *state, const char *text, mcp_ctx_t *cx)
{
    const char *line = strchr(text, '\n');
    char *end;

    if (apr_strtoi64(text, &end, 10) <= mcp_ctx_seconds(cx) || *end++ != ' ')
        return 0;
    state->asked =
        line ? apr_pstrmemdup(cx->pool, end, (apr_size_t)(line - end)) : end;
    if (!*state->asked)
        state->asked = NULL;
    state->remembered = line ? line + 1 : NULL;
    return 1;
}

const mcp_error_t *mcp_request_state_make(const char **sealed,
                                          const mcp_request_state_t *state,
                                          const mcp_turn_t *t,
                                          const mcp_json_t *arguments)
{
    mcp_key_t key;

    MCP_TRY(mcp_key_current(&key, MCP_KEY_REQUEST_STATE, t->x->works, t->cx));
    MCP_TRY(mcp_store_seal_make(sealed, key.bytes, bound_to(t, arguments),
                                render(state, t->cx), t->cx));
    *sealed = apr_psprintf(t->cx->pool, "%d.%s", key.id, *sealed);
    return NULL;
}

const mcp_error_t *mcp_request_state_open(int *found,
                                          mcp_request_state_t *state,
                                          const char *sealed,
                                          const mcp_turn_t *t,
                                          const mcp_json_t *arguments)
{
    apr_size_t digits = strspn(sealed, "0123456789");
    const char *opened;
    mcp_key_t key;

    *found = 0;
    if (!digits || digits > KEY_DIGITS || sealed[digits] != '.' ||
        (digits > 1 && sealed[0] == '0'))
        return NULL;
    MCP_TRY(mcp_key_get(&key, atoi(sealed), MCP_KEY_REQUEST_STATE, t->x->works,
                        t->cx));
    if (!key.id)
        return NULL;
    MCP_TRY(mcp_store_seal_open(&opened, key.bytes, bound_to(t, arguments),
                                sealed + digits + 1, t->cx));
    *found = opened && parse(state, opened, t->cx);
    return NULL;
}
