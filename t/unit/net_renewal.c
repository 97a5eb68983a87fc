/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_thread_cond.h>
#include <apr_thread_mutex.h>
#include <apr_thread_proc.h>

#include "net/document.h"
#include "net_threads.h"
#include "tap.h"

#define URL "https://sso.example/realms/staff"
#define SLOW                                                                  \
    5 /* seconds in which what is done at once ends on any machine            \
       */

/* Documents of the administrator's hosts, renewed behind requests. */

/* A network of one site: what it answers next, and how often it was asked. */
typedef struct site_t {
    apr_thread_mutex_t *mutex; /* over all that follows */
    apr_thread_cond_t *news;
    mcp_net_outcome_t outcome;
    const char *body;
    const char *cache_control;
    int is_slow;
    int asked, answered;
    char accept[100];
    int was_stopped;
    int had_secrets;
} site_t;

static const mcp_fetch_setting_t setting = {5, 2, NULL, NULL};

/* A slow answer comes when the site is let go, or when nobody wants it. */
static void linger(site_t *site, const apr_uint32_t *stop)
{
    while (site->is_slow && !site->was_stopped) {
        apr_thread_cond_timedwait(site->news, site->mutex, 1000);
        site->was_stopped = stop &&
                            __atomic_load_n(stop, __ATOMIC_ACQUIRE) != 0;
    }
}

static void answer(mcp_net_reply_t *reply, void *baton,
                   const mcp_net_request_t *request, mcp_ctx_t *cx)
{
    site_t *site = baton;

    apr_thread_mutex_lock(site->mutex);
    site->asked++;
    apr_cpystrn(site->accept, request->accept ? request->accept : "",
                sizeof(site->accept));
    site->had_secrets = request->form || request->authorization;
    apr_thread_cond_broadcast(site->news);
    linger(site, request->stop);
    reply->outcome = site->outcome;
    if (site->outcome != MCP_NET_OK) {
        reply->why = "it answered 418";
        reply->status = 418;
    }
    reply->body = apr_pstrdup(cx->pool, site->body);
    reply->len = strlen(reply->body);
    reply->cache_control = site->cache_control;
    site->answered++;
    apr_thread_cond_broadcast(site->news);
    apr_thread_mutex_unlock(site->mutex);
}

typedef struct world_t {
    site_t site;
    mcp_net_documents_t *d;
    mcp_net_crowd_t crowd;
    apr_pool_t *pool; /* of d */
    mcp_ctx_t cx;     /* of requests */
} world_t;

static world_t *world_make(apr_uint32_t fetches, mcp_ctx_t *cx)
{
    world_t *w = apr_pcalloc(cx->pool, sizeof(*w));
    const mcp_net_fetcher_t fetcher = {answer, &w->site};
    const mcp_net_document_limits_t limits = {fetches, 50, 10000, &w->crowd};
    mcp_ctx_t child = {NULL, &host, NULL};

    w->crowd.most = fetches;
    w->site.body = "one";
    w->cx = child;
    w->cx.pool = cx->pool;
    apr_thread_mutex_create(&w->site.mutex, APR_THREAD_MUTEX_DEFAULT,
                            cx->pool);
    apr_thread_cond_create(&w->site.news, cx->pool);
    apr_pool_create(&w->pool, cx->pool);
    child.pool = w->pool;
    if (mcp_net_document_make(&w->d, &limits, &fetcher, &child))
        ok(0, "documents are made");
    tap_log[0] = '\0';
    return w;
}

static void world_end(world_t *w)
{
    apr_pool_destroy(w->pool);
}

static void site_set(world_t *w, mcp_net_outcome_t outcome, const char *body)
{
    apr_thread_mutex_lock(w->site.mutex);
    w->site.outcome = outcome;
    w->site.body = body;
    apr_thread_mutex_unlock(w->site.mutex);
}

static void site_slow(world_t *w, int is_slow)
{
    apr_thread_mutex_lock(w->site.mutex);
    w->site.is_slow = is_slow;
    apr_thread_cond_broadcast(w->site.news);
    apr_thread_mutex_unlock(w->site.mutex);
}

static int asked(world_t *w)
{
    int count;

    apr_thread_mutex_lock(w->site.mutex);
    count = w->site.asked;
    apr_thread_mutex_unlock(w->site.mutex);
    return count;
}

static void wait_until(world_t *w, const int *counter, int count)
{
    apr_thread_mutex_lock(w->site.mutex);
    while (*counter < count)
        apr_thread_cond_wait(w->site.news, w->site.mutex);
    apr_thread_mutex_unlock(w->site.mutex);
}

static mcp_net_request_t request_of(const char *url)
{
    mcp_net_request_t request = {url, 1, 100, &setting};

    return request;
}

static mcp_net_document_t get(world_t *w, const char *url)
{
    mcp_net_request_t request = request_of(url);
    mcp_net_document_t document;

    if (mcp_net_document_get(&document, w->d, &request, &w->cx))
        document.outcome = (mcp_net_outcome_t)-1;
    return document;
}

/* what is got, in a word or two */
static const char *got(world_t *w, const char *url)
{
    mcp_net_document_t document = get(w, url);

    if (document.outcome == (mcp_net_outcome_t)-1)
        return "busy";
    if (document.outcome != MCP_NET_OK)
        return document.outcome == MCP_NET_PASSED ? "passed" : "refused";
    return document.is_stale
               ? apr_pstrcat(w->cx.pool, document.body, " of before", NULL)
               : document.body;
}

static apr_uint32_t crowd(world_t *w)
{
    return __atomic_load_n(&w->crowd.count, __ATOMIC_RELAXED);
}

/* Whoever was admitted has left when what it fetched is in its place. */
static void settle(world_t *w)
{
    while (crowd(w))
        apr_sleep(1000);
}

/* -- behind requests -- */

static void test_behind(mcp_ctx_t *cx)
{
    world_t *w = world_make(4, cx);

    w->site.cache_control = "max-age=300";
    is(got(w, URL), "one", "what is not there yet is waited for");
    site_set(w, MCP_NET_OK, "two");
    pass(299);
    is(got(w, URL), "one", "it is kept");
    ok(asked(w) == 1, "and not asked for");
    pass(1);
    site_slow(w, 1);
    is(got(w, URL), "one of before", "after that the copy serves at once");
    wait_until(w, &w->site.asked, 2);
    is(got(w, URL), "one of before", "to all");
    ok(asked(w) == 2, "while one renewal is under way");
    ok(crowd(w) == 1, "which is counted");
    site_slow(w, 0);
    settle(w);
    is(got(w, URL), "two", "and then the new one serves");
    pass(299);
    is(got(w, URL), "two", "for its time");
    ok(asked(w) == 2, "as if somebody had waited for it");
    world_end(w);
    ok(w->crowd.count == 0, "the crowd is empty at the end");
    is(tap_log, "", "all that is no news for the log");
}

static void test_how_long(mcp_ctx_t *cx)
{
    world_t *w = world_make(4, cx);

    w->site.cache_control = "max-age=300";
    got(w, URL);
    site_set(w, MCP_NET_OK, "two");
    pass(300 + MCP_DOCUMENT_BEHIND);
    is(got(w, URL), "two", "what nobody wanted for an hour is waited for");
    site_set(w, MCP_NET_OK, "three");
    pass(300 + MCP_DOCUMENT_BEHIND - 1);
    is(got(w, URL), "two of before", "within it is not");
    settle(w);
    is(got(w, URL), "three", "but renewed");
    w->site.cache_control = "no-store";
    pass(300);
    got(w, URL);
    settle(w);
    site_set(w, MCP_NET_OK, "four");
    pass(60);
    is(got(w, URL), "four", "what is not to be kept is waited for");
    world_end(w);
}

/* Down, or not set up: 404. */
static void test_down(mcp_net_outcome_t outcome, mcp_ctx_t *cx)
{
    world_t *w = world_make(4, cx);
    mcp_net_document_t document;
    int i;

    w->site.cache_control = "max-age=300";
    got(w, URL);
    site_set(w, outcome, "");
    pass(300);
    is(got(w, URL), "one of before", "its site is down: the copy serves on");
    settle(w);
    for (i = 1; i < 100; i++) {
        pass(60 * 14);
        is(got(w, URL), "one of before", "nobody waits for it");
        settle(w);
        ok(asked(w) == 2 + i, "it is asked for again");
    }
    ok(strstr(tap_log, "1 MCP00601: " URL " was not fetched anew: it answered "
                       "418. See ") != NULL,
       "the log has the reason and a cure");
    pass(86400 - 99 * 60 * 14);
    document = get(w, URL);
    ok(document.outcome == outcome, "after a day it serves no more");
    is(document.why, "it answered 418", "why, is told");
    ok(document.status == 418, "and with which status");
    site_set(w, MCP_NET_OK, "two");
    is(got(w, URL), outcome == MCP_NET_PASSED ? "passed" : "refused",
       "for a minute");
    pass(60);
    is(got(w, URL), "two", "until its site is back");
    world_end(w);
}

static void test_back(mcp_ctx_t *cx)
{
    world_t *w = world_make(4, cx);

    got(w, URL);
    site_set(w, MCP_NET_PASSED, "");
    pass(3600 + MCP_DOCUMENT_BEHIND);
    is(got(w, URL), "one of before", "after a failure that was waited for");
    site_set(w, MCP_NET_OK, "two");
    pass(MCP_DOCUMENT_PAUSE_SHORT - 1);
    is(got(w, URL), "one of before", "there is a pause");
    ok(asked(w) == 2, "in which it is not asked");
    pass(1);
    is(got(w, URL), "one of before", "then it is renewed");
    settle(w);
    is(got(w, URL), "two", "behind requests");
    world_end(w);
}

static void test_renew(mcp_ctx_t *cx)
{
    world_t *w = world_make(4, cx);
    mcp_net_request_t request = request_of(URL);
    mcp_net_document_t document;

    got(w, URL);
    site_set(w, MCP_NET_OK, "two");
    pass(60);
    fine(mcp_net_document_renew(&document, w->d, &request, &w->cx),
         "who wants something newer");
    is(document.body, "two", "waits for it");
    site_set(w, MCP_NET_OK, "three");
    pass(3600);
    got(w, URL);
    fine(mcp_net_document_renew(&document, w->d, &request, &w->cx),
         "also while it is renewed");
    is(document.body, "three", "behind others");
    ok(asked(w) == 3, "with no request of their own");
    world_end(w);
}

/* -- how many at once -- */

static const char *numbered(int i, mcp_ctx_t *cx)
{
    return apr_psprintf(cx->pool, "https://sso%d.example/", i);
}

static void test_many(mcp_ctx_t *cx)
{
    world_t *w = world_make(20, cx);
    int i, most = MCP_DOCUMENT_RENEWALS;

    for (i = 0; i < most + 2; i++)
        got(w, numbered(i, cx));
    pass(3600);
    site_slow(w, 1);
    for (i = 0; i < most + 2; i++)
        is(got(w, numbered(i, cx)), "one of before", "each serves at once");
    wait_until(w, &w->site.asked, most + 2 + most);
    ok(asked(w) == most + 2 + most, "%d are renewed at once", most);
    ok(crowd(w) == (apr_uint32_t)most, "no further one stands in a queue");
    site_slow(w, 0);
    settle(w);
    for (i = 0; i < most + 2; i++)
        got(w, numbered(i, cx));
    settle(w);
    ok(asked(w) == 2 * (most + 2), "the others in their turn");
    world_end(w);
}

static void test_crowded(mcp_ctx_t *cx)
{
    world_t *w = world_make(1, cx);

    got(w, URL);
    pass(3600);
    ok(mcp_net_crowd_enter(&w->crowd, 1), "who waits for something else");
    is(got(w, URL), "one of before", "does not keep a copy from serving");
    ok(asked(w) == 1, "but a renewal from being begun");
    mcp_net_crowd_leave(&w->crowd);
    got(w, URL);
    settle(w);
    ok(asked(w) == 2, "until there is room");
    world_end(w);
}

/* What strangers publish is asked for first; see also net_document.c. */
static void test_strangers(mcp_ctx_t *cx)
{
    world_t *w = world_make(4, cx);
    mcp_net_request_t request = request_of(URL);
    mcp_net_document_t document;

    request.is_trusted = 0;
    fine(mcp_net_document_get(&document, w->d, &request, &w->cx),
         "a stranger's document");
    site_set(w, MCP_NET_OK, "two");
    pass(3600);
    fine(mcp_net_document_get(&document, w->d, &request, &w->cx),
         "that is not fresh");
    is(document.body, "two", "is waited for");
    site_set(w, MCP_NET_REFUSED, "");
    pass(3600);
    fine(mcp_net_document_get(&document, w->d, &request, &w->cx),
         "when it is taken away");
    ok(document.outcome == MCP_NET_REFUSED, "it is gone");
    ok(!strstr(tap_log, "MCP00601") && strstr(tap_log, "3 MCP00600"),
       "which is nothing to warn of");
    world_end(w);
}

static void test_rate(mcp_ctx_t *cx)
{
    world_t *w = world_make(4, cx);
    int i, served = 0, most = 2 * MCP_DOCUMENT_HOST_RATE;

    for (i = 0; i < most; i++)
        served += !strcmp(got(w, apr_psprintf(cx->pool, URL "/%d", i)), "one");
    ok(served == most, "the administrator's hosts have no rate");
    world_end(w);
}

static int was_asked_for(world_t *w, const char *type)
{
    int same;

    apr_thread_mutex_lock(w->site.mutex);
    same = !strcmp(w->site.accept, type);
    apr_thread_mutex_unlock(w->site.mutex);
    return same;
}

static void test_asked_how(mcp_ctx_t *cx)
{
    world_t *w = world_make(4, cx);
    mcp_net_request_t request = request_of(URL);
    mcp_net_document_t document;

    request.accept = "application/jwk-set+json";
    request.authorization = "Bearer secret";
    request.form = "a=b";
    fine(mcp_net_document_get(&document, w->d, &request, &w->cx), "a type");
    ok(was_asked_for(w, request.accept), "is asked for");
    ok(!w->site.had_secrets, "and no secret told: what is kept is for all");
    site_set(w, MCP_NET_OK, "two");
    is(got(w, URL), "two", "another type is another document");
    pass(3600);
    site_set(w, MCP_NET_OK, "three");
    fine(mcp_net_document_get(&document, w->d, &request, &w->cx), "behind");
    ok(document.is_stale, "a request");
    settle(w);
    ok(was_asked_for(w, "application/jwk-set+json"), "asks for the same");
    world_end(w);
}

/* -- the end -- */

static void test_end(mcp_ctx_t *cx)
{
    world_t *w = world_make(4, cx);
    apr_time_t began;
    int i;

    for (i = 0; i < 3; i++)
        got(w, numbered(i, cx));
    pass(3600);
    site_slow(w, 1);
    for (i = 0; i < 3; i++)
        got(w, numbered(i, cx));
    wait_until(w, &w->site.asked, 4);
    site_set(w, MCP_NET_PASSED, "");
    began = apr_time_now();
    world_end(w);
    ok(w->site.was_stopped, "a child that ends does not wait for a site");
    ok(apr_time_now() - began < apr_time_from_sec(SLOW), "it ends at once");
    ok(w->site.answered == w->site.asked && w->crowd.count == 0,
       "with all that it had begun");
    is(tap_log, "", "of which there is nothing to tell");
}

static void test(mcp_ctx_t *cx)
{
    apr_thread_mutex_create(&log_mutex, APR_THREAD_MUTEX_DEFAULT, cx->pool);
    test_behind(cx);
    test_how_long(cx);
    test_down(MCP_NET_PASSED, cx);
    test_down(MCP_NET_REFUSED, cx);
    test_back(cx);
    test_renew(cx);
    test_many(cx);
    test_crowded(cx);
    test_strangers(cx);
    test_rate(cx);
    test_asked_how(cx);
    test_end(cx);
}

TAP_MAIN(test)
