/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/document.h"

#include <string.h>

#include "idp/fault.h"

/* The administrator named the provider: its addresses are trusted. */
static mcp_net_request_t request_make(const mcp_idp_document_t *document,
                                      const mcp_idp_remote_t *remote)
{
    mcp_net_request_t request;

    memset(&request, 0, sizeof(request));
    request.url = document->url;
    request.is_trusted = 1;
    request.max_bytes = document->max_bytes;
    request.setting = remote->fetch;
    return request;
}

const mcp_error_t *mcp_idp_document_get(mcp_net_document_t *got,
                                        const mcp_idp_document_t *document,
                                        mcp_idp_document_way_t way,
                                        const mcp_idp_remote_t *remote,
                                        mcp_ctx_t *cx)
{
    const mcp_net_request_t request = request_make(document, remote);

    if (!remote->documents)
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                               "See what this child logged when it started.",
                               "nothing can be fetched in this child");
    MCP_TRY(way(got, remote->documents, &request, cx));
    if (got->outcome == MCP_NET_OK)
        return NULL;
    if (got->outcome == MCP_NET_PASSED)
        return mcp_idp_fault_outage(
            remote->idp, cx, got->retry_after,
            "its %s %s cannot be fetched at the moment: %s", document->name,
            document->url, got->why);
    return mcp_idp_fault_make(remote->idp, cx, document->remedy,
                              "there %s at %s: %s", document->none,
                              document->url, got->why);
}

void mcp_idp_document_blame(const mcp_idp_document_t *document,
                            const mcp_idp_remote_t *remote, mcp_ctx_t *cx)
{
    const mcp_net_request_t request = request_make(document, remote);

    if (remote->documents)
        mcp_net_document_blame(remote->documents, &request, cx);
}
