/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CTL_HOLDING_H
#define MCP_CTL_HOLDING_H

#include "ctl/state.h"
#include "oauth/identity.h"

/* What a record ties together: a user and a client by a grant or a remembered
 * consent, a user and a browser by a sign-in, a client and nobody by a denial.
 * A member that the kind has not is NULL, or -1. */
typedef struct mcp_ctl_holding_t {
    mcp_record_kind_t kind; /* GRANT, CONSENT, SIGNIN or DENIED */
    const char *digest;     /* SHA-256 of what names it: of a grant's id, as
                             * the logs have it */
    const char *grant;      /* of a grant: its id */
    mcp_identity_t identity;
    const char *client_id;
    const char *client_name;
    const char *resource;
    const char *scope;
    apr_int64_t created;
    apr_int64_t refreshed;
    apr_int64_t expires;
} mcp_ctl_holding_t;

/* Those that --user and --client let pass, by user, client and time: an array
 * of mcp_ctl_holding_t *. */
const mcp_error_t *mcp_ctl_holding_read(apr_array_header_t **holdings,
                                        const mcp_ctl_state_t *state,
                                        const mcp_ctl_arguments_t *arguments,
                                        mcp_ctx_t *cx);

/* How people name a digest: by its beginning, of 8 characters at least. */
int mcp_ctl_holding_is_digest(const char *digest, const char *given);
/* How they name a client: by its id, its brief form, or the digest of its id.
 */
int mcp_ctl_holding_is_client(const char *id, const char *given,
                              apr_pool_t *pool);
/* How they name a user: by the name to go by, or the subject. */
int mcp_ctl_holding_is_user(const mcp_identity_t *identity, const char *given);

#endif
