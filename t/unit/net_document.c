/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_thread_cond.h>
#include <apr_thread_mutex.h>
#include <apr_thread_proc.h>

#include "net/document.h"
#include "tap.h"

#define URL "https://app.example.com/client.json"
#define MOST_THREADS 24

/* A network of one site: what it answers next, and how often it was asked. */
typedef struct site_t {
    mcp_net_outcome_t outcome;
    const char *body;
    const char *cache_control;
    apr_int64_t age;
    int asked; /* under the mutex: */
    int is_slow;
    int at_once, most_at_once;
    apr_thread_mutex_t *mutex;
    apr_thread_cond_t *go;
} site_t;

static const mcp_fetch_setting_t setting = {5, 2, NULL, NULL};
static const mcp_fetch_setting_t other_ca = {5, 2, NULL, "/ca.pem"};

static void answer(mcp_net_reply_t *reply, void *baton,
                   const mcp_net_request_t *request, mcp_ctx_t *cx)
{
    site_t *site = baton;

    (void)request;
    apr_thread_mutex_lock(site->mutex);
    site->asked++;
    if (++site->at_once > site->most_at_once)
        site->most_at_once = site->at_once;
    while (site->is_slow)
        apr_thread_cond_wait(site->go, site->mutex);
    site->at_once--;
    reply->outcome = site->outcome;
    reply->why = site->outcome == MCP_NET_OK ? NULL : "of the test";
    reply->body = apr_pstrdup(cx->pool, site->body ? site->body : "");
    reply->len = strlen(reply->body);
    reply->content_type = "application/json";
    reply->cache_control = site->cache_control;
    reply->age = site->age;
    apr_thread_mutex_unlock(site->mutex);
}

static site_t *site_make(mcp_ctx_t *cx)
{
    site_t *site = apr_pcalloc(cx->pool, sizeof(*site));

    site->body = "one";
    apr_thread_mutex_create(&site->mutex, APR_THREAD_MUTEX_DEFAULT, cx->pool);
    apr_thread_cond_create(&site->go, cx->pool);
    return site;
}

static mcp_net_documents_t *shelf(site_t *site, apr_uint32_t fetches,
                                  apr_uint32_t documents, apr_size_t bytes,
                                  mcp_ctx_t *cx)
{
    const mcp_net_document_limits_t limits = {fetches, documents, bytes};
    const mcp_net_fetcher_t fetcher = {answer, site};
    mcp_net_documents_t *made = NULL;

    if (mcp_net_document_make(&made, &limits, &fetcher, cx))
        ok(0, "documents are made");
    return made;
}

static mcp_net_request_t request_of(const char *url)
{
    mcp_net_request_t request = {url, 0, 100, &setting};

    return request;
}

/* what is got, in one word: the body, "passed", "refused" or "busy" */
static const char *got(mcp_net_documents_t *d, const char *url, mcp_ctx_t *cx)
{
    mcp_net_request_t request = request_of(url);
    mcp_net_document_t document;

    if (mcp_net_document_get(&document, d, &request, cx))
        return "busy";
    return document.outcome == MCP_NET_OK       ? document.body
           : document.outcome == MCP_NET_PASSED ? "passed"
                                                : "refused";
}

static const char *renewed(mcp_net_documents_t *d, const char *url,
                           mcp_ctx_t *cx)
{
    mcp_net_request_t request = request_of(url);
    mcp_net_document_t document;

    if (mcp_net_document_renew(&document, d, &request, cx))
        return "busy";
    return document.outcome == MCP_NET_OK ? document.body : "failed";
}

static void pass(apr_int64_t seconds)
{
    tap_now += apr_time_from_sec(seconds);
}

/* -- how long -- */

/* lives: seconds after which it is asked for again */
static const struct {
    const char *cache_control;
    apr_int64_t age;
    apr_int64_t lives;
} lives[] = {
    {NULL, 0, 3600},
    {"public", 0, 3600},
    {"max-age=300", 0, 300},
    {"max-age=300", 100, 200},
    {"max-age=60", 0, 60},
    {"max-age=59", 0, 60},
    {"max-age=5", 0, 60},
    {"max-age=0", 0, 60},
    {"max-age=0, must-revalidate", 0, 60},
    {"no-cache", 0, 60},
    {"no-store", 0, 60},
    {"max-age=300", 9999, 60},
    {"max-age=86400", 0, 86400},
    {"max-age=86401", 0, 86400},
    {"max-age=31536000, immutable", 0, 86400},
    {"max-age=99999999999999", 0, 86400},
};

static void test_lives(mcp_ctx_t *cx)
{
    size_t i;

    for (i = 0; i < sizeof(lives) / sizeof(*lives); i++) {
        site_t *site = site_make(cx);
        mcp_net_documents_t *d = shelf(site, 4, 8, 1000, cx);
        const char *name = lives[i].cache_control ? lives[i].cache_control
                                                  : "nothing said";

        site->cache_control = lives[i].cache_control;
        site->age = lives[i].age;
        got(d, URL, cx);
        site->body = "two";
        pass(lives[i].lives - 1);
        is(got(d, URL, cx), "one", name);
        pass(1);
        is(got(d, URL, cx), "two", "and then it is fetched anew");
        ok(site->asked == 2, "twice in all");
    }
}

/* -- failures -- */

static void test_failures(mcp_ctx_t *cx)
{
    site_t *site = site_make(cx);
    mcp_net_documents_t *d = shelf(site, 4, 8, 1000, cx);
    mcp_net_request_t request = request_of(URL);
    mcp_net_document_t document;

    site->outcome = MCP_NET_PASSED;
    is(got(d, URL, cx), "passed", "a failure is told");
    pass(20);
    fine(mcp_net_document_get(&document, d, &request, cx), "and kept");
    ok(document.outcome == MCP_NET_PASSED && document.retry_after == 40,
       "with the time until it is tried again");
    ok(site->asked == 1, "so the site is left alone");
    site->outcome = MCP_NET_OK;
    pass(39);
    is(got(d, URL, cx), "passed", "for a minute");
    pass(1);
    is(got(d, URL, cx), "one", "and not longer");
    ok(strstr(tap_log, "was not fetched: of the test") != NULL,
       "the log has the reason");
    tap_log[0] = '\0';
    site->outcome = MCP_NET_REFUSED;
    is(got(d, "https://b.example/", cx), "refused", "so has one that lasts");
    site->outcome = MCP_NET_OK;
    pass(59);
    is(got(d, "https://b.example/", cx), "refused", "a minute too");
    pass(1);
    is(got(d, "https://b.example/", cx), "one", "no longer than that");
}

static void test_stale(mcp_ctx_t *cx)
{
    site_t *site = site_make(cx);
    mcp_net_documents_t *d = shelf(site, 4, 8, 1000, cx);

    site->cache_control = "max-age=300";
    got(d, URL, cx);
    site->outcome = MCP_NET_PASSED;
    pass(300);
    is(got(d, URL, cx), "one",
       "RFC 5861: while its site is down, a document "
       "serves on");
    ok(site->asked == 2, "though it was asked for");
    pass(59);
    is(got(d, URL, cx), "one", "it is not asked for");
    ok(site->asked == 2, "in the minute after the failure");
    pass(1);
    is(got(d, URL, cx), "one", "and stays");
    ok(site->asked == 3, "while it is asked for each minute");
    pass(86400 - 61);
    is(got(d, URL, cx), "one", "for a day");
    pass(61);
    is(got(d, URL, cx), "passed", "and not longer");
    site->outcome = MCP_NET_OK;
    site->body = "two";
    pass(60);
    is(got(d, URL, cx), "two", "until the site is back");
    site->outcome = MCP_NET_REFUSED;
    pass(300);
    is(got(d, URL, cx), "refused", "one that was taken away serves no more");
    site->outcome = MCP_NET_PASSED;
    pass(60);
    is(got(d, URL, cx), "passed", "also when the site is down after that");
}

static void test_no_store(mcp_ctx_t *cx)
{
    site_t *site = site_make(cx);
    mcp_net_documents_t *d = shelf(site, 4, 8, 1000, cx);

    site->cache_control = "no-store";
    got(d, URL, cx);
    site->outcome = MCP_NET_PASSED;
    pass(60);
    is(got(d, URL, cx), "passed", "no-store: no copy serves on");
    site->cache_control = "max-age=0, must-revalidate";
    site->outcome = MCP_NET_OK;
    pass(60);
    got(d, URL, cx);
    site->outcome = MCP_NET_PASSED;
    pass(60);
    is(got(d, URL, cx), "one", "one that is asked for each time does");
}

static void test_clock(mcp_ctx_t *cx)
{
    site_t *site = site_make(cx);
    mcp_net_documents_t *d = shelf(site, 4, 8, 1000, cx);

    got(d, URL, cx);
    site->body = "two";
    pass(-86400);
    is(got(d, URL, cx), "two", "a clock set back makes nothing last longer");
    site->outcome = MCP_NET_PASSED;
    pass(-86400);
    is(got(d, URL, cx), "passed", "nor serve on");
    site->outcome = MCP_NET_OK;
    pass(-86400);
    is(got(d, URL, cx), "two", "nor a failure last");
    pass(4 * 86400);
}

/* -- blame, renew -- */

static void test_blame(mcp_ctx_t *cx)
{
    site_t *site = site_make(cx);
    mcp_net_documents_t *d = shelf(site, 4, 8, 1000, cx);
    mcp_net_request_t request = request_of(URL);

    site->cache_control = "max-age=86400";
    got(d, URL, cx);
    mcp_net_document_blame(d, &request, cx);
    site->body = "two";
    pass(59);
    is(got(d, URL, cx), "one", "what is of no use is kept for a minute");
    pass(1);
    is(got(d, URL, cx), "two", "whatever its headers say");
    mcp_net_document_blame(d, &request, cx);
    site->outcome = MCP_NET_PASSED;
    pass(60);
    is(got(d, URL, cx), "passed", "and does not serve on");
    request.url = "https://nowhere.example/";
    mcp_net_document_blame(d, &request, cx);
    ok(site->asked == 3, "blaming what is not there does nothing");
}

/* A stranger's client can name another one's document as its jwks_uri. */
static void test_blame_apart(mcp_ctx_t *cx)
{
    site_t *site = site_make(cx);
    mcp_net_documents_t *d = shelf(site, 4, 8, 1000, cx);
    mcp_net_request_t other = request_of(URL);
    mcp_net_document_t document;

    site->cache_control = "max-age=86400";
    got(d, URL, cx);
    other.max_bytes = 200;
    fine(mcp_net_document_get(&document, d, &other, cx),
         "what is read for another purpose");
    mcp_net_document_blame(d, &other, cx);
    site->outcome = MCP_NET_PASSED;
    pass(60);
    is(got(d, URL, cx), "one", "and of no use for that serves for the first");
}

static void test_renew(mcp_ctx_t *cx)
{
    site_t *site = site_make(cx);
    mcp_net_documents_t *d = shelf(site, 4, 8, 1000, cx);

    is(renewed(d, URL, cx), "one", "what is not there yet is fetched");
    site->body = "two";
    pass(59);
    is(renewed(d, URL, cx), "one", "a young copy is not renewed");
    pass(1);
    is(got(d, URL, cx), "one", "one that is fresh is used");
    is(renewed(d, URL, cx), "two", "but can be renewed");
    is(renewed(d, URL, cx), "two", "not twice in a minute");
    ok(site->asked == 2, "the site was asked twice");
    site->outcome = MCP_NET_PASSED;
    pass(60);
    is(renewed(d, URL, cx), "two", "when that fails, the copy stays");
    is(got(d, URL, cx), "two", "for others too");
}

/* -- what is kept apart, and how much is kept -- */

static void test_apart(mcp_ctx_t *cx)
{
    site_t *site = site_make(cx);
    mcp_net_documents_t *d = shelf(site, 4, 8, 1000, cx);
    mcp_net_request_t request = request_of(URL);
    mcp_net_document_t document;

    got(d, URL, cx);
    site->body = "two";
    is(got(d, URL "?", cx), "two", "another URL is another document");
    site->body = "three";
    request.setting = &other_ca;
    fine(mcp_net_document_get(&document, d, &request, cx), "one that others");
    is(document.body, "three", "vouch for is another document");
    site->body = "four";
    request.is_trusted = 1;
    fine(mcp_net_document_get(&document, d, &request, cx), "what is trusted");
    is(document.body, "four", "is another document");
    is(got(d, URL, cx), "one", "and this is still the one");
    is(document.content_type, "application/json", "its type is kept");
}

static const char *numbered(const char *host, int i, mcp_ctx_t *cx)
{
    return apr_psprintf(cx->pool, "https://%s%d.example/x", host, i);
}

static void test_room(mcp_ctx_t *cx)
{
    site_t *site = site_make(cx);
    mcp_net_documents_t *d = shelf(site, 1, 4, 1000, cx);
    int i;

    for (i = 0; i < 4; i++)
        got(d, numbered("a", i, cx), cx);
    got(d, numbered("a", 0, cx), cx);
    got(d, numbered("a", 4, cx), cx);
    ok(site->asked == 5, "five documents where four have room");
    got(d, numbered("a", 0, cx), cx);
    got(d, numbered("a", 4, cx), cx);
    ok(site->asked == 5, "the ones used last are there");
    got(d, numbered("a", 1, cx), cx);
    ok(site->asked == 6, "the one not used for longest is gone");
    site->outcome = MCP_NET_REFUSED;
    for (i = 0; i < 50; i++)
        got(d, numbered("junk", i, cx), cx);
    site->outcome = MCP_NET_OK;
    i = site->asked;
    got(d, numbered("a", 0, cx), cx);
    got(d, numbered("a", 4, cx), cx);
    got(d, numbered("a", 1, cx), cx);
    ok(site->asked == i, "junk drives nothing out that serves");
}

static void test_bytes(mcp_ctx_t *cx)
{
    site_t *site = site_make(cx);
    mcp_net_documents_t *d = shelf(site, 1, 100, 25, cx);
    int i;

    site->body = "0123456789";
    for (i = 0; i < 3; i++)
        got(d, numbered("b", i, cx), cx);
    got(d, numbered("b", 2, cx), cx);
    got(d, numbered("b", 1, cx), cx);
    ok(site->asked == 3, "two documents of ten bytes where 25 have room");
    got(d, numbered("b", 0, cx), cx);
    ok(site->asked == 4, "the third is gone");
}

/* -- many at once -- */

typedef struct caller_t {
    mcp_net_documents_t *d;
    const char *url;
    const char *result;
    mcp_ctx_t cx;
    apr_thread_t *thread;
} caller_t;

static void *APR_THREAD_FUNC call(apr_thread_t *thread, void *data)
{
    caller_t *caller = data;

    caller->result = got(caller->d, caller->url, &caller->cx);
    apr_thread_exit(thread, APR_SUCCESS);
    return NULL;
}

static void quiet(void *baton, mcp_log_level_t level, int number,
                  const char *line)
{
    (void)baton, (void)level, (void)number, (void)line;
}

static void caller_start(caller_t *caller, mcp_net_documents_t *d,
                         const char *url, mcp_ctx_t *cx)
{
    static const mcp_host_t host = {tap_clock, mcp_random_system, quiet, NULL};

    caller->d = d;
    caller->url = url;
    caller->cx.host = &host;
    apr_pool_create(&caller->cx.pool, NULL);
    apr_thread_create(&caller->thread, NULL, call, caller, cx->pool);
}

static void wait_until_asked(site_t *site, int asked)
{
    int now = 0;

    while (now < asked) {
        apr_sleep(1000);
        apr_thread_mutex_lock(site->mutex);
        now = site->asked;
        apr_thread_mutex_unlock(site->mutex);
    }
}

static void let_go(site_t *site)
{
    apr_thread_mutex_lock(site->mutex);
    site->is_slow = 0;
    apr_thread_cond_broadcast(site->go);
    apr_thread_mutex_unlock(site->mutex);
}

/* how many got this; all threads have ended then */
static int count(caller_t *callers, int n, const char *result)
{
    int i, found = 0;

    for (i = 0; i < n; i++) {
        apr_status_t rv;

        if (callers[i].thread)
            apr_thread_join(&rv, callers[i].thread);
        callers[i].thread = NULL;
        found += !strcmp(callers[i].result, result);
    }
    return found;
}

static void callers_end(caller_t *callers, int n)
{
    int i;

    for (i = 0; i < n; i++)
        apr_pool_destroy(callers[i].cx.pool);
}

static void test_single_flight(mcp_ctx_t *cx)
{
    site_t *site = site_make(cx);
    mcp_net_documents_t *d = shelf(site, 20, 8, 1000, cx);
    caller_t callers[MOST_THREADS];
    int i;

    memset(callers, 0, sizeof(callers));
    site->is_slow = 1;
    for (i = 0; i < 12; i++)
        caller_start(&callers[i], d, URL, cx);
    wait_until_asked(site, 1);
    apr_sleep(50000);
    let_go(site);
    ok(count(callers, 12, "one") == 12, "twelve who ask at once all get it");
    ok(site->asked == 1, "and the site is asked once");
    callers_end(callers, 12);
    pass(3600);
    site->is_slow = 1;
    caller_start(&callers[0], d, URL, cx);
    wait_until_asked(site, 2);
    is(got(d, URL, cx), "one",
       "who asks while it is fetched anew gets the "
       "copy of before, at once");
    site->body = "two";
    let_go(site);
    ok(count(callers, 1, "two") == 1, "and who fetches the new one");
    callers_end(callers, 1);
}

static void test_limit(mcp_ctx_t *cx)
{
    site_t *site = site_make(cx);
    mcp_net_documents_t *d = shelf(site, 3, 8, 1000, cx);
    mcp_net_request_t request = request_of("https://c9.example/x");
    mcp_net_document_t document;
    caller_t callers[MOST_THREADS];
    const mcp_error_t *e;
    int i;

    memset(callers, 0, sizeof(callers));
    got(d, URL, cx);
    site->is_slow = 1;
    caller_start(&callers[0], d, numbered("c", 0, cx), cx);
    caller_start(&callers[1], d, numbered("c", 1, cx), cx);
    wait_until_asked(site, 3);
    /* this one waits for the first */
    caller_start(&callers[2], d, numbered("c", 0, cx), cx);
    apr_sleep(50000);
    e = mcp_net_document_get(&document, d, &request, cx);
    fails(e, MCP_E_UNAVAILABLE,
          "MCPLimit fetches: more than that at once are "
          "told to come again");
    ok(e && e->retry_after > 0, "after some time");
    is(got(d, numbered("c", 0, cx), cx), "busy",
       "also who would only wait, as that holds a thread");
    is(got(d, URL, cx), "one", "what is kept is had nevertheless");
    pass(3600);
    is(got(d, URL, cx), "one", "even when it is time to renew it");
    let_go(site);
    ok(count(callers, 3, "one") == 3, "those who were in time get theirs");
    callers_end(callers, 3);
    for (i = 0; i < 3; i++)
        is(got(d, numbered("d", i, cx), cx), "one", "and then it goes on");
}

static void test_host(mcp_ctx_t *cx)
{
    site_t *site = site_make(cx);
    mcp_net_documents_t *d = shelf(site, 20, 100, 10000, cx);
    caller_t callers[MOST_THREADS];
    const char *url;
    int i, before, served = 0;

    memset(callers, 0, sizeof(callers));
    site->cache_control = "max-age=60";
    pass(60 - apr_time_sec(tap_now) % 60);
    got(d, URL, cx);
    pass(60);
    for (i = 0; i < 40; i++) {
        url = apr_psprintf(cx->pool, "https://app.example.com/%d", i);
        served += !strcmp(got(d, url, cx), "one");
    }
    ok(served == MCP_DOCUMENT_HOST_RATE,
       "a host is asked for %d new documents in a minute at most",
       MCP_DOCUMENT_HOST_RATE);
    is(got(d, "https://other.example/x", cx), "one",
       "another one is not "
       "concerned");
    site->body = "two";
    is(got(d, URL, cx), "two",
       "nor is a document that is known: it is "
       "renewed");
    pass(60);
    is(got(d, "https://app.example.com/new", cx), "two",
       "a minute later it goes on");
    site->is_slow = 1;
    site->most_at_once = 0;
    before = site->asked;
    for (i = 0; i < 8; i++)
        caller_start(&callers[i], d,
                     apr_psprintf(cx->pool, "https://slow.example/%d", i), cx);
    wait_until_asked(site, before + MCP_DOCUMENT_HOST_AT_ONCE);
    apr_sleep(50000);
    let_go(site);
    ok(count(callers, 8, "two") == MCP_DOCUMENT_HOST_AT_ONCE &&
           count(callers, 8, "busy") == 8 - MCP_DOCUMENT_HOST_AT_ONCE,
       "a slow host holds %d threads at most", MCP_DOCUMENT_HOST_AT_ONCE);
    ok(site->most_at_once == MCP_DOCUMENT_HOST_AT_ONCE, "as the site sees");
    callers_end(callers, 8);
}

static void test(mcp_ctx_t *cx)
{
    test_lives(cx);
    test_failures(cx);
    test_stale(cx);
    test_no_store(cx);
    test_clock(cx);
    test_blame(cx);
    test_blame_apart(cx);
    test_renew(cx);
    test_apart(cx);
    test_room(cx);
    test_bytes(cx);
    test_single_flight(cx);
    test_limit(cx);
    test_host(cx);
}

TAP_MAIN(test)
