/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/rate.h"

#include <apr_strings.h>

static const char *key_of(const mcp_turn_t *t)
{
    const mcp_principal_t *who = t->x->principal;

    return who ? apr_pstrcat(t->pool, who->subject, "\n", who->issuer, NULL)
               : t->x->address;
}

const mcp_error_t *mcp_rate_take(const mcp_turn_t *t, const char *what,
                                 const mcp_live_rate_t *rate)
{
    const char *key = key_of(t);
    mcp_error_t *e;
    int wait;

    if (!key || !rate->count)
        return NULL;
    wait = mcp_live_throttle_take(t->x->works->shared, what, key, rate,
                                  mcp_ctx_now(t->cx));
    if (!wait)
        return NULL;
    e = mcp_error_make(MCP_E_TOO_MANY_REQUESTS, t->cx,
                       "more than MCPLimit %s= allows", what);
    e->retry_after = wait;
    return e;
}
