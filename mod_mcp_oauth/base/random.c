/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/random.h"

#include <limits.h>
#include <openssl/rand.h>

#include "base/encode.h"

const mcp_error_t *mcp_random_bytes(unsigned char *buf, apr_size_t len,
                                    mcp_ctx_t *cx)
{
    if (cx->host->random(cx->baton, buf, len))
        return NULL;
    return mcp_error_fault(
        MCP_E_SERVER_ERROR, cx,
        "Check that the system's random generator (getrandom, /dev/urandom) "
        "is available to the server.",
        "no randomness to be had");
}

const mcp_error_t *mcp_random_text(const char **text, apr_size_t bytes,
                                   mcp_ctx_t *cx)
{
    unsigned char *buf = apr_palloc(cx->pool, bytes);

    MCP_TRY(mcp_random_bytes(buf, bytes, cx));
    *text = mcp_encode_base64url(buf, bytes, cx->pool);
    return NULL;
}

int mcp_random_system(void *unused, unsigned char *buf, apr_size_t len)
{
    if (len > INT_MAX)
        return 0;
    return RAND_bytes(buf, (int)len) == 1;
}
