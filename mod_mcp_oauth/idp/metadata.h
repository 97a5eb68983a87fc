/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_METADATA_H
#define MCP_IDP_METADATA_H

#include "idp/works.h"

/* What a provider says of itself (OpenID Connect Discovery 1.0, RFC 8414), and
 * what the administrator says instead (Endpoint). It is asked for when
 * somebody needs it, and kept as net/document.h keeps documents. What it says
 * of algorithms is not read: Algorithms is a closed list. Nor is what it says
 * of PKCE: one that does not know it ignores it. */

#define MCP_IDP_METADATA_MAX 65536 /* bytes of the document */

typedef struct mcp_idp_metadata_t {
    const mcp_idp_remote_t *remote; /* whose it is */
    const char *issuer; /* as the document has it; NULL: there is none */
    const char *endpoints[MCP_IDP_ENDPOINT_COUNT]; /* by kind; NULL: none */
    int methods; /* bits 1 << mcp_idp_method_t that its token endpoint takes;
                  * 0: it does not say */
    int says_issuer; /* its answers have iss (RFC 9207) */
} mcp_idp_metadata_t;

/* SERVER_ERROR: there is no document, or one that cannot be used. UNAVAILABLE:
 * it cannot be had at the moment. */
const mcp_error_t *mcp_idp_metadata_get(const mcp_idp_metadata_t **metadata,
                                        const mcp_idp_remote_t *remote,
                                        mcp_ctx_t *cx);
/* The document as the provider wrote it. Errors as before, and SERVER_ERROR
 * where there is none. */
const mcp_error_t *mcp_idp_metadata_document(const mcp_json_t **json,
                                             const mcp_idp_remote_t *remote,
                                             mcp_ctx_t *cx);
/* The document alone; remote stays NULL. SERVER_ERROR: it is none, it is
 * another provider's, or an endpoint is not a URL of https. On this machine
 * are those alone whose document is there, too; http is enough then. */
const mcp_error_t *mcp_idp_metadata_read(mcp_idp_metadata_t *metadata,
                                         const char *text, apr_size_t len,
                                         const mcp_idp_t *idp, mcp_ctx_t *cx);
/* SERVER_ERROR where there is no such endpoint. */
const mcp_error_t *
mcp_idp_metadata_endpoint(const char **url, const mcp_idp_metadata_t *metadata,
                          mcp_idp_endpoint_t kind, mcp_ctx_t *cx);
/* Whether the provider calls itself so: byte for byte. NULL is nobody. */
int mcp_idp_metadata_is_issuer(const mcp_idp_t *idp, const char *issuer);
/* The same where it only says whose answer something is: where the issuer is a
 * guess, also one below it. */
int mcp_idp_metadata_may_be_issuer(const mcp_idp_t *idp, const char *issuer);

#endif
