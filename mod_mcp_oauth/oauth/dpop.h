/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_DPOP_H
#define MCP_OAUTH_DPOP_H

#include "base/writer.h"
#include "oauth/service.h"

/* Proofs of possession (DPoP, RFC 9449): a JWT in the DPoP header by which a
 * client shows, for one request, that it has the private key that its tokens
 * are bound to. Proofs have no nonce (RFC 9449 8 and 9, where it is optional):
 * what it would bound, the reuse of a proof and one that was made beforehand,
 * the memory of used proofs and iat bound without a second round trip. */

/* Seconds that iat may lie behind and ahead: half of the former for the way.
 * RFC 9449 11.1 wants it brief; the profile of MCP allows five minutes. */
#define MCP_DPOP_BEHIND 120
#define MCP_DPOP_AHEAD 60
#define MCP_DPOP_JTI_MAX 256 /* bytes */

typedef struct mcp_oauth_dpop_t {
    const char *proof;  /* the header's text; NULL: there is none. Two headers
                         * that httpd joined are no proof */
    const char *method; /* of the request */
    const char *url;    /* of the request, as clients know it; a query does not
                         * count */
    const char *access_token; /* that comes with it; NULL at the token
                               * endpoint */
    apr_size_t access_token_len;
} mcp_oauth_dpop_t;

/* RFC 9449 4.3, and that it is used for the first time, over all children:
 * nothing is used up unless all else is right. *jkt: the thumbprint of its key
 * (RFC 7638), base64url of SHA-256; compare with mcp_digest_equal.
 *
 * INVALID_DPOP_PROOF otherwise, which is a 400; at a resource it goes out with
 * a 401 (RFC 9449 7.1). UNAVAILABLE where nobody can say whether it was used
 * before. */
const mcp_error_t *mcp_oauth_dpop_check(const char **jkt,
                                        const mcp_oauth_dpop_t *dpop,
                                        const mcp_oauth_works_t *works,
                                        mcp_ctx_t *cx);

/* Whether text can be a thumbprint as *jkt is. */
int mcp_oauth_dpop_is_jkt(const char *text, apr_pool_t *pool);
/* Whether tokens for it can be bound to a key (MCPDPoP), or have to be. */
int mcp_oauth_dpop_is_taken(const mcp_oauth_resource_t *resource);
int mcp_oauth_dpop_is_required(const mcp_oauth_resource_t *resource);
/* Whether tokens for any resource can. */
int mcp_oauth_dpop_is_offered(const mcp_oauth_service_t *service);
/* The algorithms of proofs, blank-separated. */
const char *mcp_oauth_dpop_algorithms(apr_pool_t *pool);
/* The member dpop_signing_alg_values_supported (RFC 9449 5.1, RFC 9728 2). */
void mcp_oauth_dpop_write_algorithms(mcp_writer_t *w);

#endif
