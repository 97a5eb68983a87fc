/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp.h"

#include "base/uri.h"

/* The text is a provider's discovery document: one that is taken is that of
 * the provider that was meant, and names no URL that would be asked in clear.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void url_check(const char *url, mcp_ctx_t *cx)
{
    const mcp_uri_t *uri;

    PROMISE(!mcp_uri_read(&uri, url, cx));
    PROMISE(!strcmp(uri->scheme, "https") || mcp_uri_is_loopback(uri));
    PROMISE(!uri->userinfo && !uri->fragment);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    mcp_idp_t *idp = idp_make(cx.pool);
    mcp_idp_metadata_t metadata;
    const mcp_error_t *e;
    int i;

    e = mcp_idp_metadata_read(&metadata, (const char *)data, size, idp, &cx);
    if (e) {
        PROMISE(e->code == MCP_E_SERVER_ERROR && e->detail && e->remedy);
    }
    else {
        PROMISE(!strcmp(metadata.issuer, ISSUER));
        for (i = 0; i < MCP_IDP_ENDPOINT_COUNT; i++)
            if (metadata.endpoints[i])
                url_check(metadata.endpoints[i], &cx);
    }
    target_end(&cx);
    return 0;
}
