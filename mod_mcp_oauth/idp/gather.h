/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_GATHER_H
#define MCP_IDP_GATHER_H

#include "idp/metadata.h"
#include "idp/tokens.h"

/* Who a user is, out of all that a provider says: what Verify names, the
 * id_token, and where a word is missing the access token and userinfo, as far
 * as they can be had. */

typedef struct mcp_idp_gather_t {
    const mcp_idp_tokens_t *tokens; /* as one answer brought them */
    const char *nonce;              /* of the id_token; NULL: it came with a
                                     * refresh */
    const mcp_json_t *before; /* the claims of an id_token that came before,
                               * where none did now: they fill in; or NULL */
    int is_question; /* whether the provider still takes the access token: who
                      * can tell is asked, whatever is known */
} mcp_idp_gather_t;

/* identity->subject and issuer are set. *is_whole is 0 when somebody who may
 * know more did not answer. INVALID_GRANT: the provider does not take the
 * access token. SERVER_ERROR: it says what cannot be believed, or not who the
 * user is. UNAVAILABLE: whoever has to say it does not answer. */
const mcp_error_t *mcp_idp_gather_identity(mcp_identity_t *identity,
                                           int *is_whole,
                                           const mcp_idp_gather_t *from,
                                           const mcp_idp_metadata_t *metadata,
                                           mcp_ctx_t *cx);
/* Whether there is somebody to ask whether an access token is still good. */
int mcp_idp_gather_can_ask(const mcp_idp_metadata_t *metadata);

#endif
