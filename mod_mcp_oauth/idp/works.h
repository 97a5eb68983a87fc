/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_WORKS_H
#define MCP_IDP_WORKS_H

#include "base/memo.h"
#include "idp/preset.h"
#include "net/document.h"
#include "net/exchange.h"

/* A remote provider and what is needed to talk to it. */
typedef struct mcp_idp_remote_t {
    const mcp_idp_t *idp;
    mcp_net_documents_t *documents; /* metadata and keys */
    mcp_net_exchanges_t *exchanges; /* all else */
    const mcp_fetch_setting_t *fetch;
    mcp_memo_t *memo; /* what was read of documents; or NULL */
    /* The resource that clients bring its access tokens to: then these are
     * handed on to them, and have to be good there (MCPAuthMode relay). NULL:
     * they are ours alone. */
    const char *relayed;
} mcp_idp_remote_t;

#endif
