/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/redis.h"

/* In the place of all other files of this noun where hiredis is missing. */

const char *mcp_store_redis_missing(int tls)
{
    return "This build knows no Redis. Install hiredis with its headers "
           "(Debian: libhiredis-dev) and build mod_mcp_oauth again.";
}

static const mcp_error_t *absent(mcp_ctx_t *cx)
{
    return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                           "Install hiredis with its headers (Debian: "
                           "libhiredis-dev) and build mod_mcp_oauth again.",
                           "this build knows no Redis");
}

const mcp_error_t *
mcp_store_redis_check(const mcp_store_redis_config_t *config, mcp_ctx_t *cx)
{
    return absent(cx);
}

const mcp_error_t *mcp_store_redis_open(mcp_store_t **store,
                                        const mcp_store_redis_config_t *config,
                                        mcp_ctx_t *cx)
{
    return absent(cx);
}
