/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "service.h"

#include "oauth/client.h"

/* The text is a client_id: it is found only if it is one that was issued, byte
 * for byte. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    mcp_oauth_service_t *service = service_make(cx.pool);
    const char *id = apr_pstrmemdup(cx.pool, (const char *)data, size);
    const mcp_oauth_client_t *client;

    if (!mcp_oauth_client_find(&client, service, id, &cx) && client) {
        PROMISE(!strcmp(client->id, id) && strlen(id) <= MCP_CLIENT_ID_MAX);
        PROMISE(client->redirect_uris->nelts >= 1);
        PROMISE(!mcp_oauth_client_may(client, MCP_GRANTS_CLIENT));
    }
    target_end(&cx);
    return 0;
}
