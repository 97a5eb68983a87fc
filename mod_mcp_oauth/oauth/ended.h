/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_ENDED_H
#define MCP_OAUTH_ENDED_H

#include "oauth/identity.h"
#include "oauth/service.h"

/* Ending everything of a user, of a client, or of a session that a user has at
 * an identity provider reaches what is stored. What is
 * on its way there (a sign-in page, a consent page, a code that is just being
 * redeemed) notes the mark of its client when the client asks, and that of its
 * user, and of the session, when the provider has said who it is; it is void
 * once one of them is another.
 *
 * Whoever ends something replaces the mark BEFORE looking for what to end, and
 * whoever stores a grant compares the marks AFTERWARDS: either the grant is
 * found, or the new mark is seen. No clock is asked.
 *
 * A mark is random, and NULL for who was never ended. It is kept for good, as
 * remembered consent may be: one small record for each who was ever ended.
 * That of a session is kept for longer than what is only begun. */

/* What was begun, by whom. identity or client_id may be NULL: nobody. */
typedef struct mcp_oauth_begun_t {
    const mcp_identity_t *identity;
    const char *user_mark;
    const char *client_id;
    const char *client_mark;
} mcp_oauth_begun_t;

/* of the user, and of his session */
const mcp_error_t *mcp_oauth_ended_user_mark(const char **mark,
                                             const mcp_identity_t *identity,
                                             const mcp_oauth_works_t *works,
                                             mcp_ctx_t *cx);
const mcp_error_t *mcp_oauth_ended_client_mark(const char **mark,
                                               const char *client_id,
                                               const mcp_oauth_works_t *works,
                                               mcp_ctx_t *cx);
/* *is: the user or the client was ended since. */
const mcp_error_t *mcp_oauth_ended_since(int *is,
                                         const mcp_oauth_begun_t *begun,
                                         const mcp_oauth_works_t *works,
                                         mcp_ctx_t *cx);
/* Whether two marks are the same; each may be NULL. */
int mcp_oauth_ended_same(const char *a, const char *b);
/* Makes void whatever was begun. See oauth/revoke.h for all of it. */
const mcp_error_t *mcp_oauth_ended_user(const mcp_identity_t *identity,
                                        const mcp_oauth_works_t *works,
                                        mcp_ctx_t *cx);
/* issuer and session of identity are asked for */
const mcp_error_t *mcp_oauth_ended_session(const mcp_identity_t *identity,
                                           const mcp_oauth_works_t *works,
                                           mcp_ctx_t *cx);
const mcp_error_t *mcp_oauth_ended_client(const char *client_id,
                                          const mcp_oauth_works_t *works,
                                          mcp_ctx_t *cx);

#endif
