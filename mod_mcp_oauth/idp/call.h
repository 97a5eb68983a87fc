/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_CALL_H
#define MCP_IDP_CALL_H

#include "idp/metadata.h"

/* One request to an endpoint of a provider. */

#define MCP_IDP_CALL_MAX 65536 /* bytes of an answer */

typedef struct mcp_idp_call_t {
    const char *url;
    apr_table_t *form;         /* POSTed; NULL: a GET */
    const char *authorization; /* or NULL */
    const char *accept;        /* NULL: application/json */
} mcp_idp_call_t;

/* reply has a whole answer with a status that is final: 200 or 401, say.
 * UNAVAILABLE: there was none, or one that is to be asked for later (429,
 * 5xx). */
const mcp_error_t *mcp_idp_call_do(mcp_net_reply_t *reply,
                                   const mcp_idp_call_t *call,
                                   const mcp_idp_remote_t *remote,
                                   mcp_ctx_t *cx);
/* The same as the provider's client (idp/client_auth.h). Where nobody wrote
 * how it is done, what the provider does not know is tried in the other way
 * once. */
const mcp_error_t *mcp_idp_call_as_client(mcp_net_reply_t *reply,
                                          const mcp_idp_call_t *call,
                                          const mcp_idp_metadata_t *metadata,
                                          mcp_ctx_t *cx);
/* Whether the provider did not take us for its client. */
int mcp_idp_call_is_stranger(const mcp_net_reply_t *reply, mcp_ctx_t *cx);
/* The remedy for it. */
#define MCP_IDP_CALL_STRANGER                                                 \
    "The secret of Client is wrong or has expired, or it is to be sent in "   \
    "another way: see the application at the provider, and Client ID SECRET " \
    "basic|post|private-key-jwt inside <MCPIdentityProvider>."

#endif
