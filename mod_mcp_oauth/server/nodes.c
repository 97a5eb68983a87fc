/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/nodes.h"

#include "mcp/news.h"

/* of this child, while news knows of tell */
static mcp_store_t *shared_store;

static void tell(const mcp_note_t *note)
{
    mcp_store_tell(shared_store, note);
}

static apr_status_t end(void *unused)
{
    mcp_news_set_nodes(NULL);
    return APR_SUCCESS;
}

void mcp_server_nodes_open(mcp_store_t *store, apr_pool_t *pool)
{
    shared_store = store;
    mcp_news_set_nodes(tell);
    apr_pool_pre_cleanup_register(pool, NULL, end);
}

void mcp_server_nodes_hear(mcp_live_shared_t *shared, const mcp_note_t *notes,
                           apr_size_t count)
{
    apr_size_t i;

    if (!count)
        mcp_news_miss(shared);
    for (i = 0; i < count; i++)
        mcp_news_hear(shared, &notes[i]);
}
