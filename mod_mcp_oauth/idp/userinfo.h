/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_USERINFO_H
#define MCP_IDP_USERINFO_H

#include "idp/metadata.h"

/* What a provider says of the user to who has an access token (OpenID Connect
 * Core 5.3): a JSON object, as such or in a JWT; or what an API of its own
 * answers, as GitHub's. */

/* subject: the sub of the id_token, which it has to be about (5.3.2); NULL:
 * there is none. INVALID_GRANT: the access token is not, or no more, good.
 * UNAVAILABLE. SERVER_ERROR: it does not answer us, or not as it should. */
const mcp_error_t *mcp_idp_userinfo_get(const mcp_json_t **claims,
                                        const char *access_token,
                                        const char *subject,
                                        const mcp_idp_metadata_t *metadata,
                                        mcp_ctx_t *cx);
/* The same of a token that anybody brings us. INVALID_TOKEN: the provider does
 * not take it. */
const mcp_error_t *mcp_idp_userinfo_judge(const mcp_json_t **claims,
                                          const char *access_token,
                                          const mcp_idp_metadata_t *metadata,
                                          mcp_ctx_t *cx);

#endif
