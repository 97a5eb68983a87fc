/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/outbound.h"

#include "live/board.h"
#include "net/curl.h"

#define DOCUMENTS 512 /* kept in a child */
#define DOCUMENT_BYTES (4 * 1024 * 1024)
#define READ_DOCUMENTS 64 /* of identity providers, which have two each */

/* A test module may have hosts of its own. */
static const mcp_net_dial_t *dial_find(void)
{
    APR_OPTIONAL_FN_TYPE(mcp_net_dial) *dial =
        APR_RETRIEVE_OPTIONAL_FN(mcp_net_dial);

    return dial ? dial() : NULL;
}

const mcp_error_t *
mcp_server_outbound_open(mcp_oauth_works_t *works,
                         const mcp_server_settings_t *settings, mcp_ctx_t *cx)
{
    mcp_net_crowd_t *crowd = apr_pcalloc(cx->pool, sizeof(*crowd));
    const mcp_net_board_t board = {mcp_live_board_read, mcp_live_board_claim,
                                   mcp_live_board_post, mcp_live_board_release,
                                   works->shared};
    const mcp_net_document_limits_t limits = {settings->limit->fetches,
                                              DOCUMENTS, DOCUMENT_BYTES, crowd,
                                              works->shared ? &board : NULL};
    mcp_net_fetcher_t fetcher;

    crowd->most = limits.fetches;
    MCP_TRY(mcp_net_curl_make(&fetcher, limits.fetches, dial_find(), cx));
    works->memo = mcp_memo_make(READ_DOCUMENTS, cx->pool);
    works->exchanges = mcp_net_exchange_make(crowd, &fetcher, cx->pool);
    return mcp_net_document_make(&works->documents, &limits, &fetcher, cx);
}
