/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CTL_STATE_H
#define MCP_CTL_STATE_H

#include <apr_hash.h>

#include "ctl/command.h"
#include "oauth/known.h"

/* The state of a server, which may be running. Nothing of it is made here:
 * what is not there, the server makes. */
typedef struct mcp_ctl_state_t {
    const char *directory;
    const char *owner;                    /* as which this process works */
    const mcp_oauth_known_t *known;       /* NULL: the server wrote none, or */
    const mcp_error_t *unknown;           /* why it cannot be read */
    const mcp_sealing_setting_t *sealing; /* NULL: there is none, or */
    const mcp_error_t *unsealed;          /* why it cannot be had */
    const mcp_secret_setting_t *password; /* of the store: the same */
    const mcp_error_t *locked;
    mcp_oauth_works_t works;
    apr_hash_t *names; /* of client ids that were read: to the name in it, or
                        * to "" */
} mcp_ctl_state_t;

/* Where it is: --state, MCP_STATE, or Debian's place. This process is its
 * owner's from then on. What is in it may be damaged. */
const mcp_error_t *mcp_ctl_state_find(mcp_ctl_state_t **state,
                                      const mcp_ctl_arguments_t *arguments,
                                      mcp_ctx_t *cx);
/* The same, and opens records and revocations, which are whole and of this
 * version. */
const mcp_error_t *mcp_ctl_state_open(mcp_ctl_state_t **state,
                                      const mcp_ctl_arguments_t *arguments,
                                      mcp_ctx_t *cx);
/* A part of it; UNAVAILABLE where it is not there. The keys of nodes that
 * share a store are in it. */
const mcp_error_t *mcp_ctl_state_open_store(mcp_ctl_state_t *state,
                                            mcp_ctx_t *cx);
const mcp_error_t *mcp_ctl_state_open_revocations(mcp_ctl_state_t *state,
                                                  mcp_ctx_t *cx);
const mcp_error_t *mcp_ctl_state_open_keys(mcp_ctl_state_t *state,
                                           mcp_ctx_t *cx);
/* The path of a file in it. */
const char *mcp_ctl_state_path(const mcp_ctl_state_t *state, const char *name,
                               apr_pool_t *pool);
/* Whether the records are in state.db. */
int mcp_ctl_state_is_sqlite(const mcp_ctl_state_t *state);

#endif
