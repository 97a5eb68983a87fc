/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_JOSE_KEYPLACE_H
#define MCP_JOSE_KEYPLACE_H

#include "base/error.h"

/* Where the keys are kept as one text: the key file of a node
 * (jose/keyfile.h), or what all nodes share. The first member of each place's
 * own struct; immutable, used by all threads and, after a fork, by all
 * children. */
typedef struct mcp_jose_keyplace_t mcp_jose_keyplace_t;

struct mcp_jose_keyplace_t {
    const char *name; /* for messages: "key file /var/lib/..." */
    /* who is no node of ours may write there, too: what is not sealed may be
     * anybody's */
    int is_shared;
    /* *stamp names what was read and is never 0; comes in with the one that
     * the caller has read before, or 0. *text is NULL when it is that still,
     * and when there is none at all: then *stamp is 0. */
    const mcp_error_t *(*read)(const char **text, apr_uint64_t *stamp,
                               const mcp_jose_keyplace_t *place,
                               mcp_ctx_t *cx);
    /* Puts text in the place of what has this stamp (0: of none), whole or
     * not at all. *done is 0 when somebody else was there first. */
    const mcp_error_t *(*replace)(int *done, apr_uint64_t stamp,
                                  const char *text,
                                  const mcp_jose_keyplace_t *place,
                                  mcp_ctx_t *cx);
};

#endif
