/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/announce.h"

#include "base/encode.h"
#include "base/uri.h"
#include "mcp/box.h"
#include "mcp/news.h"
#include "mod_mcp_oauth.h"
#include "server/context.h"

#define SHOWN_MAX 200

/* of this child; nothing until it is opened */
static struct {
    server_rec *s;
    mcp_live_shared_t *shared;
} announcer;

static int is_announceable(const char *module, const char *what, mcp_ctx_t *cx)
{
    const mcp_uri_t *uri;

    /* "" is this server itself to those who listen */
    return module && *module && what &&
           (mcp_news_is_list(what) || !mcp_uri_read(&uri, what, cx));
}

static const char *shown(const char *text, mcp_ctx_t *cx)
{
    return mcp_encode_log(text ? text : "(NULL)", SHOWN_MAX, cx->pool);
}

static void tell(const char *module, const char *what,
                 const mcp_principal_t *whose, mcp_ctx_t *cx)
{
    mcp_news_t news = {module, what, 0};

    if (!is_announceable(module, what, cx)) {
        mcp_ctx_log(cx, MCP_LOG_WARNING, 100,
                    "the module %s announces %s, which is none of tools, "
                    "prompts, resources and the URI of a resource; correct "
                    "its call of mcp_oauth_announce",
                    shown(module, cx), shown(what, cx));
        return;
    }
    if (whose)
        news.whose = mcp_box_principal(whose, cx->pool);
    mcp_news_tell(announcer.shared, &news);
}

/* From any thread, so with a pool of its own. */
static void mcp_oauth_announce(const char *module, const char *what,
                               const mcp_principal_t *whose)
{
    apr_pool_t *pool;
    mcp_ctx_t cx;

    if (!announcer.shared || apr_pool_create(&pool, NULL))
        return;
    mcp_server_context_of_server(&cx, announcer.s, pool);
    tell(module, what, whose, &cx);
    apr_pool_destroy(pool);
}

void mcp_server_announce_register(void)
{
    announcer.shared = NULL;
    APR_REGISTER_OPTIONAL_FN(mcp_oauth_announce);
}

void mcp_server_announce_open(server_rec *s, mcp_live_shared_t *shared)
{
    announcer.s = s;
    announcer.shared = shared;
}
