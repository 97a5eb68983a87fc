/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_REVOKE_H
#define MCP_OAUTH_REVOKE_H

#include "mod_mcp_oauth.h"
#include "oauth/ended.h"

/* Ending what was granted: a revocation is a tombstone, stored before what it
 * ends is dropped, and then announced, so that the access tokens fail at once
 * in all children of all nodes. No configuration is needed.
 *
 * Who is ended may begin anew: whom nobody shall let in again is another
 * matter (oauth/client.h, the users' passwords). When one of these fails,
 * something may be ended and something not: ask again. */

/* *was_there: it was alive. */
const mcp_error_t *mcp_oauth_revoke_grant(int *was_there, const char *id,
                                          const mcp_oauth_works_t *works,
                                          mcp_ctx_t *cx);
/* Everything of a user: grants (*count of them), browsers that are signed in,
 * open pages, remembered consent; and what is only begun, such as codes, gives
 * nothing any more. Issuer and subject are asked for alone. why: for the audit
 * log, "administrator" or "logout". */
const mcp_error_t *mcp_oauth_revoke_user(int *count,
                                         const mcp_identity_t *identity,
                                         const char *why,
                                         const mcp_oauth_works_t *works,
                                         mcp_ctx_t *cx);
/* Grants, browsers that are signed in, and what is only begun in one session
 * at an identity provider: issuer and session of identity are asked for, and
 * subject. Where that is known, what nobody knows the session of ends too;
 * else all that is stored is looked at. */
const mcp_error_t *mcp_oauth_revoke_session(int *count,
                                            const mcp_identity_t *identity,
                                            const mcp_oauth_works_t *works,
                                            mcp_ctx_t *cx);
/* The same of a client; its users stay signed in. Looks at all grants. */
const mcp_error_t *mcp_oauth_revoke_client(int *count, const char *client_id,
                                           const mcp_oauth_works_t *works,
                                           mcp_ctx_t *cx);

/* One access token, that verify found good; its grant lives on. */
const mcp_error_t *mcp_oauth_revoke_token(const mcp_principal_t *who,
                                          const mcp_oauth_works_t *works,
                                          mcp_ctx_t *cx);
const mcp_error_t *mcp_oauth_revoke_has_token(int *has,
                                              const mcp_principal_t *who,
                                              const mcp_oauth_works_t *works,
                                              mcp_ctx_t *cx);

#endif
