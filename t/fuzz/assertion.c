/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "service.h"

#include "oauth/assertion.h"

/* The text is a client assertion of a client whose keys are KEYS: one that is
 * read is for us and short-lived; one that is verified is signed by the
 * client, and is good once. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* that of RFC 7515 A.3 */
#define KEYS                                                                  \
    "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\","                           \
    "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","                  \
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    mcp_oauth_service_t *service = service_make(cx.pool);
    const char *text = apr_pstrmemdup(cx.pool, (const char *)data, size);
    apr_int64_t now = mcp_ctx_seconds(&cx);
    mcp_oauth_assertion_t assertion;
    mcp_oauth_client_t client;

    memset(&client, 0, sizeof(client));
    client.method = MCP_CLIENT_KEY;
    PROMISE(!mcp_json_read(&client.jwks, KEYS, strlen(KEYS), &cx));
    if (!mcp_oauth_assertion_read(&assertion, text, service, &cx)) {
        PROMISE(assertion.client_id && *assertion.client_id);
        PROMISE(assertion.jti && *assertion.jti);
        PROMISE(assertion.expires > now && assertion.expires <= now + 330);
        client.id = assertion.client_id;
        if (!mcp_oauth_assertion_verify(&assertion, &client, service, &cx)) {
            PROMISE(!strcmp(assertion.jws->alg, "ES256"));
            PROMISE(mcp_oauth_assertion_verify(&assertion, &client, service,
                                               &cx) != NULL);
        }
    }
    target_end(&cx);
    return 0;
}
