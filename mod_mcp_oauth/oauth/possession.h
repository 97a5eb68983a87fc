/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_POSSESSION_H
#define MCP_OAUTH_POSSESSION_H

#include "base/json.h"
#include "oauth/last.h"
#include "oauth/service.h"

/* What an access token is bound to, so that it is of no use to who steals it
 * (RFC 7800): a key that the client proves to have (DPoP, RFC 9449 6), or the
 * certificate of its TLS connection (RFC 8705 3). */

/* SHA-256 in base64url, with NUL */
#define MCP_POSSESSION_SIZE 44

/* "": not bound so. Plain bytes: it can be copied as a block. */
typedef struct mcp_oauth_possession_t {
    char jkt[MCP_POSSESSION_SIZE]; /* of a JWK, RFC 7638 */
    char x5t[MCP_POSSESSION_SIZE]; /* of a certificate's DER */
} mcp_oauth_possession_t;

/* What a request brings to a protected location. Texts live as long as it. */
typedef struct mcp_oauth_presented_t {
    const char *authorization; /* the header, or NULL */
    const char *dpop;          /* the header, or NULL */
    const char *method;
    const char *url;     /* as the client sees it; no query; only for dpop */
    const char *address; /* the client's, for throttling; or NULL */
    mcp_oauth_last_t *last; /* of its connection, or NULL */
    /* PEM of the certificate that the client's TLS connection proved to have,
     * or NULL; asked only where a token is bound to one */
    const char *(*certificate)(void *baton);
    void *baton;
} mcp_oauth_presented_t;

/* An access token as it came, and by which scheme. */
typedef struct mcp_oauth_brought_t {
    const char *text; /* NULL: there is none */
    apr_size_t len;
    int is_dpop; /* Authorization: DPoP, and not Bearer */
} mcp_oauth_brought_t;

/* cnf of a token's claims. INVALID_TOKEN: it names nothing that is known here,
 * and a token bound to what nobody looks at would be bound to nothing. */
const mcp_error_t *
mcp_oauth_possession_read(mcp_oauth_possession_t *possession,
                          const mcp_json_t *claims, mcp_ctx_t *cx);
/* Whether who brings the token has what it is bound to. INVALID_TOKEN,
 * DPOP_PROOF_REFUSED, UNAVAILABLE. */
const mcp_error_t *mcp_oauth_possession_check(
    const mcp_oauth_possession_t *possession,
    const mcp_oauth_brought_t *brought, const mcp_oauth_presented_t *presented,
    const mcp_oauth_resource_t *resource, mcp_ctx_t *cx);

#endif
