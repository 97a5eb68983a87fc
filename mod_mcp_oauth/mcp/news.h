/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_NEWS_H
#define MCP_MCP_NEWS_H

#include "base/note.h"
#include "live/change.h"
#include "mcp/server.h"

/* What modules say has changed, and who listens for it: in any child of any
 * node, at any location that offers something of that module. */

typedef struct mcp_news_t {
    const char *module; /* "": of this server itself */
    const char *what;   /* "tools", "prompts", "resources", or a URI */
    apr_uint64_t whose; /* mcp_box_principal; 0: everybody's */
    int is_local;       /* nothing to those who listen at another node */
} mcp_news_t;

/* Whether what is a list. */
int mcp_news_is_list(const char *what);
/* Tells all children, and other nodes. Any thread. */
void mcp_news_tell(mcp_live_shared_t *shared, const mcp_news_t *news);

/* -- between nodes, each with shared memory of its own -- */

/* By whom this process tells others, in any thread; NULL, as at first: there
 * are none. */
void mcp_news_set_nodes(void (*tell)(const mcp_note_t *note));
/* What came from others; it may be what this node has told, and what another
 * child has heard. One thread at a time. */
void mcp_news_hear(mcp_live_shared_t *shared, const mcp_note_t *note);
/* Some may have been missed, so that anything may have changed to who listens
 * in this process. */
void mcp_news_miss(mcp_live_shared_t *shared);
/* How often that was so. Any thread. */
apr_uint32_t mcp_news_missed(void);

#define MCP_NEWS_AT_ONCE 64

/* One who listens. */
typedef struct mcp_news_watch_t {
    const mcp_server_t *server;
    mcp_live_shared_t *shared;
    apr_uint64_t whose;  /* sees what is this principal's alone, too */
    apr_uint64_t last;   /* change that was looked at */
    apr_uint32_t missed; /* mcp_news_missed then */
    const mcp_change_t *changes;
    int count; /* of them; -1: anything may have changed */
} mcp_news_watch_t;

/* From now on. */
void mcp_news_watch(mcp_news_watch_t *watch, const mcp_server_t *server,
                    mcp_live_shared_t *shared, apr_uint64_t whose);
/* Whether there are changes that were not looked at yet: watch has them then,
 * in pool, and there may be more. */
int mcp_news_look(mcp_news_watch_t *watch, apr_pool_t *pool);
/* Whether what is among those changes. */
int mcp_news_has(const mcp_news_watch_t *watch, const char *what);

/* Adds to keys, of apr_uint64_t: by what one who listens for what is
 * woken (mcp/watch.h). */
void mcp_news_keys(apr_array_header_t *keys, const mcp_server_t *server,
                   const char *what);

#endif
