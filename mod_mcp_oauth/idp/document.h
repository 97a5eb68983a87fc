/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_DOCUMENT_H
#define MCP_IDP_DOCUMENT_H

#include "idp/works.h"

/* A document that a provider publishes, and what the log says where there is
 * none: "its NAME URL cannot be fetched", "there NONE at URL". */
typedef struct mcp_idp_document_t {
    const char *url;
    apr_size_t max_bytes;
    const char *name;   /* "keys at" */
    const char *none;   /* "are no keys" */
    const char *remedy; /* where there is none */
} mcp_idp_document_t;

/* One way to get it: mcp_net_document_get, or mcp_net_document_renew. */
typedef const mcp_error_t *(*mcp_idp_document_way_t)(
    mcp_net_document_t *got, mcp_net_documents_t *documents,
    const mcp_net_request_t *request, mcp_ctx_t *cx);

/* got->outcome is MCP_NET_OK. SERVER_ERROR: there is none. UNAVAILABLE: it
 * cannot be had at the moment, or nothing can in this child. */
const mcp_error_t *mcp_idp_document_get(mcp_net_document_t *got,
                                        const mcp_idp_document_t *document,
                                        mcp_idp_document_way_t way,
                                        const mcp_idp_remote_t *remote,
                                        mcp_ctx_t *cx);
/* What was got is of no use: it may be better in a minute. */
void mcp_idp_document_blame(const mcp_idp_document_t *document,
                            const mcp_idp_remote_t *remote, mcp_ctx_t *cx);

#endif
