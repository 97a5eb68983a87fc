/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_VERIFIED_H
#define MCP_OAUTH_VERIFIED_H

#include "oauth/judge.h"

/* What a child remembers of access tokens: of each, and of each resource that
 * it was brought to, that it was good there and whose it is (works->verified),
 * or that it was refused (works->refused). */

typedef enum {
    MCP_VERIFIED_UNKNOWN,
    MCP_VERIFIED_REFUSED, /* a moment ago */
    MCP_VERIFIED_STALE,   /* it was good: whether it ended has to be asked */
    MCP_VERIFIED_GOOD
} mcp_oauth_verified_t;

/* finding->who lives in pool. */
mcp_oauth_verified_t mcp_oauth_verified_get(mcp_oauth_finding_t *finding,
                                            const mcp_oauth_judging_t *judging,
                                            const mcp_oauth_judge_t *judge,
                                            apr_pool_t *pool);
void mcp_oauth_verified_put(const mcp_oauth_finding_t *finding,
                            const mcp_oauth_judging_t *judging,
                            apr_pool_t *pool);
void mcp_oauth_verified_put_refusal(const mcp_oauth_judging_t *judging,
                                    int seconds);

#endif
