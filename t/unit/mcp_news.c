/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/digest.h"
#include "live_shared.h"
#include "mcp/news.h"
#include "mcp_world.h"

/* Changes between two nodes: each has shared memory of its own. */

#define MANY 16

static mcp_note_t told[MANY];
static int tellings;

static void tell(const mcp_note_t *note)
{
    told[tellings++ % MANY] = *note;
}

static void change(mcp_live_shared_t *at, const char *what, apr_uint64_t whose,
                   int is_local)
{
    const mcp_news_t news = {"test", what, whose, is_local};

    tellings = 0;
    mcp_news_tell(at, &news);
}

/* One who listens, as principal 7, at a server that has the module "test". */
static mcp_news_watch_t watch_at(mcp_live_shared_t *shared, mcp_ctx_t *cx)
{
    mcp_server_t *server = apr_pcalloc(cx->pool, sizeof(*server));
    apr_array_header_t *modules =
        apr_array_make(cx->pool, 1, sizeof(const char *));
    mcp_news_watch_t watch;

    APR_ARRAY_PUSH(modules, const char *) = "test";
    server->modules = modules;
    mcp_news_watch(&watch, server, shared, 7);
    return watch;
}

static int has(mcp_news_watch_t *watch, const char *what, mcp_ctx_t *cx)
{
    return mcp_news_look(watch, cx->pool) && mcp_news_has(watch, what);
}

static void test_told(mcp_ctx_t *cx)
{
    mcp_live_shared_t *here = make(SMALL, cx), *there = make(SMALL, cx);
    mcp_news_watch_t own = watch_at(here, cx), other = watch_at(there, cx);

    change(here, "tools", 0, 0);
    ok(tellings == 0 && has(&own, "tools", cx), "there is no other node");
    mcp_news_set_nodes(tell);
    change(here, "tools", 0, 0);
    ok(tellings == 1 && has(&own, "tools", cx), "there is: it is told");
    mcp_news_hear(there, &told[0]);
    ok(mcp_news_look(&other, cx->pool) && mcp_news_has(&other, "tools") &&
           !mcp_news_has(&other, "prompts"),
       "who listens at another node hears what has changed");
    mcp_news_hear(there, &told[0]);
    ok(!mcp_news_look(&other, cx->pool),
       "what another child of that node has heard is not told again");
    mcp_news_hear(here, &told[0]);
    ok(!mcp_news_look(&own, cx->pool), "and nothing of a node to itself");
    change(here, "file:///a", 7, 0);
    mcp_news_hear(there, &told[0]);
    ok(has(&other, "file:///a", cx), "what is the principal's alone, too");
    change(here, "file:///a", 8, 0);
    mcp_news_hear(there, &told[0]);
    ok(!has(&other, "file:///a", cx), "what is another's is not his to hear");
    change(here, "task", 0, 1);
    ok(tellings == 0 && has(&own, "task", cx),
       "what is here alone is told here alone");
    mcp_news_set_nodes(NULL);
    change(here, "tools", 0, 0);
    ok(tellings == 0, "when the store is closed nobody is told");
}

static void test_anything(mcp_ctx_t *cx)
{
    static const mcp_note_t anything = {{1}, {0}};
    mcp_live_shared_t *here = make(SMALL, cx), *there = make(SMALL, cx);
    mcp_news_watch_t watch = watch_at(here, cx), other = watch_at(there, cx);
    apr_uint32_t before = mcp_news_missed();

    mcp_news_hear(here, &anything);
    ok(mcp_news_look(&watch, cx->pool) && mcp_news_has(&watch, "tools") &&
           mcp_news_has(&watch, "file:///a"),
       "of too many changes a node tells that anything has changed");
    ok(!mcp_news_look(&watch, cx->pool) && !mcp_news_look(&other, cx->pool),
       "once, and there");
    mcp_news_miss(here);
    ok(mcp_news_missed() == before + 1 && mcp_news_look(&watch, cx->pool) &&
           mcp_news_has(&watch, "tools") && mcp_news_has(&watch, "file:///a"),
       "some were missed: anything may have changed");
    ok(!mcp_news_look(&watch, cx->pool), "once");
    watch = watch_at(here, cx);
    ok(!mcp_news_look(&watch, cx->pool), "not to who began later");
}

/* Nodes of other machines read it, whatever the order of their bytes. */
static void test_bytes(mcp_ctx_t *cx)
{
    static const unsigned char second[] = {0, 0, 0, 0, 0, 0, 0, 2};
    mcp_live_shared_t *here = make(SMALL, cx);
    unsigned char digest[MCP_DIGEST_SIZE];

    mcp_news_set_nodes(tell);
    change(here, "tools", 0, 0);
    change(here, "tools", 0, 0);
    mcp_news_set_nodes(NULL);
    mcp_digest_sha256_two(digest, "test", "tools");
    ok(!memcmp(told[0].mark + 8, second, sizeof(second)) &&
           !memcmp(told[0].what, digest, 8),
       "the greatest byte of a number comes first, and the first of a digest");
}

static void body(mcp_ctx_t *cx)
{
    test_told(cx);
    test_anything(cx);
    test_bytes(cx);
}

TAP_MAIN(body)
