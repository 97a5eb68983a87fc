/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_MCP_OFFER_H
#define MCP_T_UNIT_MCP_OFFER_H

#include <apr_tables.h>

#include "base/ctx.h"
#include "mcp/offered.h"

/* What a module offers: things end with NULL; they may be NULL: none. */
static inline apr_array_header_t *
offer_of(const char *module, const void *const *things, mcp_ctx_t *cx)
{
    apr_array_header_t *offered =
        apr_array_make(cx->pool, 8, sizeof(mcp_offered_t));
    mcp_offered_t *one;

    for (; things && *things; things++) {
        one = apr_array_push(offered);
        one->module = module;
        one->what = *things;
    }
    return offered;
}

#endif
