/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <stdio.h>

#include "base/encode.h"
#include "base/random.h"
#include "base/writer.h"
#include "ctl/answer.h"
#include "ctl/state.h"
#include "oauth/key_turn.h"

#define SEALING_BYTES 32

const mcp_error_t *mcp_ctl_key_new(int *answer,
                                   const mcp_ctl_arguments_t *arguments,
                                   mcp_ctx_t *cx)
{
    unsigned char key[SEALING_BYTES];
    const char *text;
    mcp_writer_t *w;

    MCP_TRY(mcp_random_bytes(key, sizeof(key), cx));
    text = mcp_encode_base64(key, sizeof(key), cx->pool);
    if (arguments->option[MCP_CTL_JSON]) {
        w = mcp_writer_make(cx->pool);
        mcp_writer_open(w, '{');
        mcp_writer_member(w, "key", text);
        mcp_writer_close(w);
        text = mcp_writer_text(w, NULL);
    }
    printf("%s\n", text);
    return NULL;
}

/* -- turning -- */

const mcp_error_t *mcp_ctl_key_rotate(int *answer,
                                      const mcp_ctl_arguments_t *arguments,
                                      mcp_ctx_t *cx)
{
    const char *compromised = arguments->option[MCP_CTL_COMPROMISED];
    const mcp_ctl_answer_t done = {"rotated", 1};
    mcp_ctl_state_t *state;
    const mcp_error_t *e;

    MCP_TRY(mcp_ctl_state_open(&state, arguments, cx));
    MCP_TRY(mcp_ctl_state_open_keys(state, cx));
    e = mcp_oauth_key_turn(compromised ? MCP_KEY_TURN_COMPROMISED
                                       : MCP_KEY_TURN_ORDERLY,
                           &state->works, cx);
    if (e && e->code == MCP_E_INVALID_REQUEST)
        return mcp_error_make(MCP_E_NOT_FOUND, cx, "%s", e->detail);
    MCP_TRY(e);
    mcp_ctl_answer_print(
        &done, arguments, cx->pool, "%s",
        compromised ? "All keys are new. What the old ones made is good for "
                      "nothing: clients register and users sign in again."
                    : "The next keys sign from now on. What those before made "
                      "stays good until it expires.");
    return NULL;
}
