/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_IDENTITY_H
#define MCP_OAUTH_IDENTITY_H

#include "base/writer.h"
#include "idp/preset.h"
#include "mod_mcp_oauth.h"

/* Who signed in, as records keep it. */

/* an object; what the provider did not say is not in it */
void mcp_oauth_identity_write(mcp_writer_t *w, const mcp_identity_t *identity);
/* 0 when json is not one. Texts live as long as json, arrays in pool. */
int mcp_oauth_identity_read(mcp_identity_t *identity, const mcp_json_t *json,
                            apr_pool_t *pool);
/* The index under which records of one user are found. */
const char *mcp_oauth_identity_index(const mcp_identity_t *identity,
                                     apr_pool_t *pool);
/* Sets all that a principal says of its user, and nothing else. */
void mcp_oauth_identity_tell(mcp_principal_t *who,
                             const mcp_identity_t *identity);

#endif
