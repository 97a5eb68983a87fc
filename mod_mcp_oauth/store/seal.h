/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_STORE_SEAL_H
#define MCP_STORE_SEAL_H

#include "base/digest.h"

/* Authenticated encryption (AES-256-GCM, random 96-bit nonce) of a text that
 * somebody else keeps for us. bound is what the opener must know too: a
 * purpose, a user, a digest. The result is base64url text. */
const mcp_error_t *
mcp_store_seal_make(const char **sealed,
                    const unsigned char key[MCP_DIGEST_SIZE],
                    const char *bound, const char *text, mcp_ctx_t *cx);
/* *text = NULL when sealed is not what we made under this key and bound. */
const mcp_error_t *
mcp_store_seal_open(const char **text,
                    const unsigned char key[MCP_DIGEST_SIZE],
                    const char *bound, const char *sealed, mcp_ctx_t *cx);

#endif
