/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_WORDS_H
#define MCP_OAUTH_WORDS_H

#include "base/identity.h"
#include "base/writer.h"

/* The identity words that an administrator names (MCPTokenClaims, MCPPass), as
 * claims of what we say of a user. */

typedef struct mcp_oauth_words_t {
    const apr_array_header_t *named; /* of const char *; NULL: none */
    const char *const *written;      /* those that the object has anyway; NULL
                                      * ends them */
    apr_size_t most;                 /* bytes that the object may have */
    const char *what;                /* it is, for the log */
} mcp_oauth_words_t;

int mcp_oauth_words_has(const apr_array_header_t *named, const char *word);
/* Adds them to the object that w is writing, in the order of the table. Of
 * what makes it too long nothing is written; the log says so. */
void mcp_oauth_words_write(mcp_writer_t *w, const mcp_principal_t *who,
                           const mcp_oauth_words_t *words, mcp_ctx_t *cx);

#endif
