/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_thread_cond.h>
#include <apr_thread_mutex.h>
#include <apr_thread_proc.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live/board.h"
#include "net/document.h"
#include "net_threads.h"
#include "tap.h"

/* Documents that several children share. Each has documents of its own, as a
 * process has; some are processes. */

#define URL "https://sso.example/realms/staff"
#define CHILDREN 4
#define THREADS 8

/* A network of one site, in memory that processes share: what it answers next,
 * and how often it was asked. */
typedef struct site_t {
    apr_uint32_t outcome, asked, is_slow, max_age, size;
    char body[100];
} site_t;

static const mcp_fetch_setting_t setting = {1, 1, NULL, NULL};
static const mcp_fetch_setting_t other_ca = {1, 1, NULL, "/ca.pem"};

static apr_uint32_t read32(const apr_uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static void set32(apr_uint32_t *word, apr_uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static void answer(mcp_net_reply_t *reply, void *baton,
                   const mcp_net_request_t *request, mcp_ctx_t *cx)
{
    site_t *site = baton;

    __atomic_add_fetch(&site->asked, 1, __ATOMIC_ACQ_REL);
    do
        apr_sleep(20000); /* so that the others come meanwhile */
    while (read32(&site->is_slow) &&
           !(request->stop && read32(request->stop)));
    reply->outcome = (mcp_net_outcome_t)read32(&site->outcome);
    reply->why = reply->outcome == MCP_NET_OK ? NULL : "it answered 418";
    reply->status = reply->outcome == MCP_NET_OK ? 200 : 418;
    reply->len = strlen(site->body) + read32(&site->size);
    reply->body =
        memset(apr_pcalloc(cx->pool, reply->len + 1), ' ', reply->len);
    memcpy((char *)reply->body, site->body, strlen(site->body));
    reply->content_type = "application/json";
    reply->cache_control =
        apr_psprintf(cx->pool, "max-age=%u", read32(&site->max_age));
}

/* -- children -- */

typedef struct child_t {
    mcp_net_documents_t *d;
    mcp_net_crowd_t crowd;
    apr_pool_t *pool; /* of d */
} child_t;

typedef struct world_t {
    site_t *site;
    mcp_net_board_t board;
    child_t children[CHILDREN];
    apr_pool_t *pool;
} world_t;

static void child_start(world_t *w, child_t *child)
{
    const mcp_net_fetcher_t fetcher = {answer, w->site};
    const mcp_net_document_limits_t limits = {4 * THREADS, 50, 1000000,
                                              &child->crowd, &w->board};
    mcp_ctx_t cx = {NULL, &host, NULL};

    apr_pool_create(&child->pool, NULL);
    cx.pool = child->pool;
    child->crowd.most = limits.fetches;
    if (mcp_net_document_make(&child->d, &limits, &fetcher, &cx))
        ok(0, "documents are made");
}

static void child_end(child_t *child)
{
    apr_pool_destroy(child->pool);
    child->pool = NULL;
}

static world_t *world_make(mcp_ctx_t *cx)
{
    const mcp_live_limits_t limits = {8, 8};
    world_t *w = apr_pcalloc(cx->pool, sizeof(*w));
    mcp_live_shared_t *shared;
    int i;

    w->pool = cx->pool;
    w->site = mmap(NULL, sizeof(*w->site), PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    w->site->max_age = 300;
    apr_cpystrn(w->site->body, "one", sizeof(w->site->body));
    if (mcp_live_shared_make(&shared, &limits, cx->pool, cx))
        ok(0, "shared memory is made");
    w->board.read = mcp_live_board_read;
    w->board.claim = mcp_live_board_claim;
    w->board.post = mcp_live_board_post;
    w->board.release = mcp_live_board_release;
    w->board.baton = shared;
    for (i = 0; i < CHILDREN; i++)
        child_start(w, &w->children[i]);
    tap_log[0] = '\0';
    return w;
}

static void world_end(world_t *w)
{
    int i;

    for (i = 0; i < CHILDREN; i++)
        if (w->children[i].pool)
            child_end(&w->children[i]);
}

static void site_set(world_t *w, mcp_net_outcome_t outcome, const char *body)
{
    apr_cpystrn(w->site->body, body, sizeof(w->site->body));
    set32(&w->site->outcome, outcome);
}

static apr_uint32_t asked(world_t *w)
{
    return read32(&w->site->asked);
}

/* -- requests -- */

typedef const mcp_error_t *(*way_t)(mcp_net_document_t *,
                                    mcp_net_documents_t *,
                                    const mcp_net_request_t *, mcp_ctx_t *);

static mcp_net_request_t request_of(const char *url)
{
    mcp_net_request_t request = {url, 1, 100000, &setting};

    return request;
}

static mcp_net_document_t ask(child_t *child, way_t way,
                              const mcp_net_request_t *request,
                              apr_pool_t *pool)
{
    mcp_ctx_t cx = {pool, &host, NULL};
    mcp_net_document_t document;

    if (way(&document, child->d, request, &cx))
        document.outcome = (mcp_net_outcome_t)-1;
    return document;
}

/* what is got, in a word or two */
static const char *in_words(const mcp_net_document_t *document,
                            apr_pool_t *pool)
{
    if (document->outcome == (mcp_net_outcome_t)-1)
        return "busy";
    if (document->outcome != MCP_NET_OK)
        return document->outcome == MCP_NET_PASSED ? "passed" : "refused";
    return apr_pstrcat(pool, document->body,
                       document->is_stale ? " of before" : "", NULL);
}

static const char *got(world_t *w, int child, way_t way)
{
    mcp_net_request_t request = request_of(URL);
    mcp_net_document_t document =
        ask(&w->children[child], way, &request, w->pool);

    return in_words(&document, w->pool);
}

static void settle(world_t *w)
{
    int i;

    for (i = 0; i < CHILDREN; i++)
        while (read32(&w->children[i].crowd.count))
            apr_sleep(1000);
}

/* -- many at once -- */

typedef struct caller_t {
    child_t *child;
    way_t way;
    const char *url;
    const char *result;
    apr_pool_t *pool;
    apr_thread_t *thread;
} caller_t;

static void *APR_THREAD_FUNC call(apr_thread_t *thread, void *data)
{
    caller_t *caller = data;
    mcp_net_request_t request = request_of(caller->url);
    mcp_net_document_t document =
        ask(caller->child, caller->way, &request, caller->pool);

    (void)thread;
    caller->result = in_words(&document, caller->pool);
    return NULL;
}

static void caller_start(caller_t *caller, child_t *child, way_t way,
                         const char *url)
{
    caller->child = child;
    caller->way = way;
    caller->url = url;
    caller->result = NULL;
    apr_pool_create(&caller->pool, NULL);
    apr_thread_create(&caller->thread, NULL, call, caller, caller->pool);
}

static int caller_had(caller_t *caller, const char *result)
{
    apr_status_t unused;
    int same;

    apr_thread_join(&unused, caller->thread);
    same = !strcmp(caller->result, result);
    apr_pool_destroy(caller->pool);
    return same;
}

/* How many of all threads of all children got this. */
static int all_at_once(world_t *w, way_t way, const char *result)
{
    caller_t callers[CHILDREN * THREADS];
    int i, same = 0;

    for (i = 0; i < CHILDREN * THREADS; i++)
        caller_start(&callers[i], &w->children[i % CHILDREN], way, URL);
    for (i = 0; i < CHILDREN * THREADS; i++)
        same += caller_had(&callers[i], result);
    return same;
}

#define ALL (CHILDREN * THREADS)

static void test_once(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);
    int i;

    ok(all_at_once(w, mcp_net_document_get, "one") == ALL,
       "%d threads of %d children meet a document", ALL, CHILDREN);
    ok(asked(w) == 1, "that is fetched once");
    site_set(w, MCP_NET_OK, "two");
    pass(MCP_DOCUMENT_AGAIN);
    ok(all_at_once(w, mcp_net_document_renew, "two") == ALL,
       "all of them miss something");
    ok(asked(w) == 2, "it is fetched anew once");
    site_set(w, MCP_NET_OK, "three");
    pass(300);
    for (i = 0; i < CHILDREN; i++)
        is(got(w, i, mcp_net_document_get), "two of before",
           "it is old: nobody waits");
    settle(w);
    ok(asked(w) == 3, "while it is renewed once");
    for (i = 0; i < CHILDREN; i++)
        is(got(w, i, mcp_net_document_get), "three", "for all");
    ok(asked(w) == 3, "with no request of their own");
    site_set(w, MCP_NET_OK, "four");
    pass(300 + MCP_DOCUMENT_BEHIND);
    all_at_once(w, mcp_net_document_get, "four");
    ok(all_at_once(w, mcp_net_document_get, "four") == ALL,
       "what is too old is waited for");
    ok(asked(w) == 4, "and fetched once");
    ok(!strcmp(tap_log, ""), "all that is no news for the log");
    world_end(w);
}

/* Tokens with names of keys that nobody has. */
static void test_flood(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);
    apr_pool_t *pool;
    int i;

    apr_pool_create(&pool, cx->pool);
    got(w, 0, mcp_net_document_get);
    pass(MCP_DOCUMENT_AGAIN);
    for (i = 0; i < 10000; i++) {
        mcp_net_request_t request = request_of(URL);

        ask(&w->children[i % CHILDREN], mcp_net_document_renew, &request,
            pool);
        if (i % 1000 == 999)
            pass(1);
        apr_pool_clear(pool);
    }
    ok(asked(w) == 3,
       "10000 requests in 10 s make two fetches of all children");
    world_end(w);
}

/* -- failures -- */

static int lines(const char *text)
{
    const char *at = tap_log;
    int found = 0;

    while ((at = strstr(at, text))) {
        at += strlen(text);
        found++;
    }
    return found;
}

static void test_down(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);
    mcp_net_request_t request = request_of(URL);
    mcp_net_document_t document;

    site_set(w, MCP_NET_PASSED, "");
    ok(all_at_once(w, mcp_net_document_get, "passed") == ALL,
       "a site is down: all are told");
    ok(asked(w) == 1, "and one asked");
    ok(lines("was not fetched: it answered 418") == 1, "and said so");
    pass(MCP_DOCUMENT_PAUSE_SHORT - 3);
    document = ask(&w->children[3], mcp_net_document_get, &request, cx->pool);
    is(document.why, "it answered 418", "all know why");
    ok(document.status == 418 && document.retry_after == 3,
       "and until when it is not asked");
    ok(all_at_once(w, mcp_net_document_renew, "passed") == ALL &&
           asked(w) == 1,
       "by anybody");
    pass(3);
    site_set(w, MCP_NET_OK, "one");
    is(got(w, 2, mcp_net_document_get), "one", "then one finds it up");
    is(got(w, 1, mcp_net_document_get), "one", "for all");
    ok(asked(w) == 2, "of them");
    world_end(w);
}

/* A graceful restart, and then an outage. */
static void test_survives(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);
    int i;

    got(w, 0, mcp_net_document_get);
    for (i = 0; i < CHILDREN; i++) {
        child_end(&w->children[i]);
        child_start(w, &w->children[i]);
    }
    ok(all_at_once(w, mcp_net_document_get, "one") == ALL,
       "children that are new have what is known");
    ok(asked(w) == 1, "and ask nobody");
    pass(300);
    site_set(w, MCP_NET_PASSED, "");
    child_end(&w->children[0]);
    child_start(w, &w->children[0]);
    is(got(w, 0, mcp_net_document_get), "one of before",
       "and it serves at once");
    settle(w);
    pass(MCP_DOCUMENT_STALE - 100);
    child_end(&w->children[1]);
    child_start(w, &w->children[1]);
    is(got(w, 1, mcp_net_document_get), "one of before",
       "for as long as its site is down");
    settle(w);
    is(got(w, 2, mcp_net_document_get), "one of before", "in all");
    settle(w);
    ok(asked(w) == 3, "it was asked in vain, twice for all");
    ok(lines("MCP00601") == 2, "which is told");
    pass(101);
    is(got(w, 3, mcp_net_document_get), "passed", "not longer than a day");
    site_set(w, MCP_NET_OK, "two");
    pass(MCP_DOCUMENT_PAUSE_SHORT);
    ok(all_at_once(w, mcp_net_document_get, "two") == ALL, "until it is back");
    world_end(w);
}

static void test_clock(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);

    all_at_once(w, mcp_net_document_get, "one");
    site_set(w, MCP_NET_OK, "two");
    pass(-86400);
    ok(all_at_once(w, mcp_net_document_get, "two") == ALL && asked(w) == 2,
       "a clock set back makes one fetch");
    site_set(w, MCP_NET_PASSED, "");
    pass(-86400);
    ok(all_at_once(w, mcp_net_document_get, "passed") == ALL && asked(w) == 3,
       "or shows one failure");
    pass(-86400);
    site_set(w, MCP_NET_OK, "three");
    ok(all_at_once(w, mcp_net_document_get, "three") == ALL && asked(w) == 4,
       "that makes nobody wait");
    site_set(w, MCP_NET_OK, "four");
    pass(3 * 86400);
    ok(all_at_once(w, mcp_net_document_get, "four") == ALL && asked(w) == 5,
       "one set forward makes one, too");
    world_end(w);
}

/* -- what was got is of no use -- */

static void test_blame(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);
    mcp_net_request_t request = request_of(URL);
    mcp_ctx_t own = *cx;

    got(w, 0, mcp_net_document_get);
    got(w, 1, mcp_net_document_get);
    mcp_net_document_blame(w->children[0].d, &request, &own);
    mcp_net_document_blame(w->children[1].d, &request, &own);
    site_set(w, MCP_NET_OK, "two");
    pass(MCP_DOCUMENT_PAUSE - 1);
    is(got(w, 0, mcp_net_document_get), "one",
       "what is blamed stays a minute");
    is(got(w, 2, mcp_net_document_get), "one", "for all that did not know it");
    pass(1);
    is(got(w, 3, mcp_net_document_get), "two", "and no longer");
    is(got(w, 0, mcp_net_document_get), "two", "for anybody");
    ok(asked(w) == 2, "with one fetch");
    mcp_net_document_blame(w->children[1].d, &request, &own);
    pass(MCP_DOCUMENT_PAUSE);
    is(got(w, 2, mcp_net_document_get), "two", "who blames an older one");
    ok(asked(w) == 2, "is not heard");
    world_end(w);
}

/* -- what is not shared -- */

static void test_apart(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);
    mcp_net_request_t request = request_of(URL);
    mcp_net_document_t document;

    got(w, 0, mcp_net_document_get);
    site_set(w, MCP_NET_OK, "two");
    request.setting = &other_ca;
    document = ask(&w->children[1], mcp_net_document_get, &request, cx->pool);
    is(document.body, "two", "what others vouch for is another document");
    request = request_of(URL "?");
    document = ask(&w->children[1], mcp_net_document_get, &request, cx->pool);
    is(document.body, "two", "so is that of another URL");
    request = request_of(URL);
    request.is_trusted = 0;
    document = ask(&w->children[1], mcp_net_document_get, &request, cx->pool);
    is(document.body, "two", "and that of a stranger");
    ok(asked(w) == 4, "(each was asked for)");
    ask(&w->children[2], mcp_net_document_get, &request, cx->pool);
    ok(asked(w) == 5, "which each child asks for");
    is(got(w, 1, mcp_net_document_get), "one", "this is still the one");
    is(document.content_type, "application/json", "a type is kept");
    document = ask(&w->children[3], mcp_net_document_get, &request, cx->pool);
    is(document.content_type, "application/json", "with what is shared, too");
    world_end(w);
}

static void test_too_large(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);
    int i;

    w->site->size = MCP_BOARD_MAX;
    for (i = 0; i < CHILDREN; i++)
        ok(!strncmp(got(w, i, mcp_net_document_get), "one ", 4),
           "what has no room on the board is got");
    ok(asked(w) == CHILDREN, "by each child for itself");
    w->site->size = 0;
    pass(300 + MCP_DOCUMENT_BEHIND);
    all_at_once(w, mcp_net_document_get, "one");
    ok(all_at_once(w, mcp_net_document_get, "one") == ALL &&
           asked(w) == CHILDREN + 1,
       "until it is smaller");
    world_end(w);
}

static void test_no_room(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);
    int i, served = 0;

    for (i = 0; i < 200; i++) {
        mcp_net_request_t request =
            request_of(apr_psprintf(cx->pool, URL "/%d", i % 100));
        mcp_net_document_t document = ask(
            &w->children[i / 100], mcp_net_document_get, &request, cx->pool);

        served += document.outcome == MCP_NET_OK;
    }
    ok(served == 200, "more documents than the board has room for");
    ok(asked(w) < 200 && asked(w) > 100, "the others each child fetches");
    world_end(w);
}

/* -- who never comes back -- */

static int refuse(apr_uint64_t *claim, void *baton,
                  const unsigned char name[MCP_DIGEST_SIZE], int milliseconds)
{
    (void)baton, (void)name, (void)milliseconds;
    *claim = 0;
    return 0;
}

/* Somebody was faster, and is done. */
static world_t *late_world;

static int be_late(apr_uint64_t *claim, void *baton,
                   const unsigned char name[MCP_DIGEST_SIZE], int milliseconds)
{
    got(late_world, 1, mcp_net_document_renew);
    return mcp_live_board_claim(claim, baton, name, milliseconds);
}

static void test_late(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);

    late_world = w;
    w->board.claim = be_late;
    child_end(&w->children[0]);
    child_start(w, &w->children[0]);
    is(got(w, 0, mcp_net_document_get), "one",
       "who is let when another is just done takes what that has");
    pass(MCP_DOCUMENT_AGAIN);
    is(got(w, 0, mcp_net_document_renew), "one", "also of what is missing");
    ok(asked(w) == 2, "and does not ask again");
    pass(MCP_DOCUMENT_AGAIN);
    is(got(w, 1, mcp_net_document_renew), "one", "and it is the other's turn");
    ok(asked(w) == 3, "then");
    world_end(w);
}

static void test_in_vain(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);
    apr_time_t began;
    int i;

    got(w, 0, mcp_net_document_get);
    w->board.claim = refuse;
    for (i = 0; i < 2; i++) {
        child_end(&w->children[i]);
        child_start(w, &w->children[i]);
    }
    pass(300 + MCP_DOCUMENT_BEHIND);
    began = apr_time_now();
    is(got(w, 0, mcp_net_document_get), "one of before",
       "another child never ends: the copy serves on");
    ok(apr_time_now() - began >= apr_time_from_sec(1), "after some time");
    ok(lines("another process did not end fetching it") == 1, "which is told");
    pass(MCP_DOCUMENT_STALE);
    is(got(w, 1, mcp_net_document_get), "passed", "where there is one");
    pass(1);
    began = apr_time_now();
    is(got(w, 1, mcp_net_document_get), "passed", "who asks soon after that");
    ok(apr_time_now() - began < apr_time_from_sec(1), "does not wait again");
    world_end(w);
    ok(!w->children[0].crowd.count, "nobody stays in the crowd");
}

static void test_stop(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);
    apr_time_t began;

    got(w, 0, mcp_net_document_get);
    w->board.claim = refuse;
    child_end(&w->children[0]);
    child_start(w, &w->children[0]);
    pass(300);
    is(got(w, 0, mcp_net_document_get), "one of before", "it is renewed");
    began = apr_time_now();
    child_end(&w->children[0]);
    ok(apr_time_now() - began < apr_time_from_sec(1),
       "a child that ends does not wait for another");
    is(tap_log, "", "of which there is nothing to tell");
    world_end(w);
}

/* A child that asks, and is killed at it. */
static void test_killed(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);
    caller_t callers[ALL];
    int i, same = 0;
    pid_t pid;

    set32(&w->site->is_slow, 1);
    fflush(stdout);
    pid = fork();
    if (!pid) {
        child_t child = {NULL};

        child_start(w, &child);
        w->children[0] = child;
        got(w, 0, mcp_net_document_get);
        _exit(0);
    }
    while (asked(w) < 1)
        apr_sleep(1000);
    for (i = 0; i < ALL; i++)
        caller_start(&callers[i], &w->children[i % CHILDREN],
                     mcp_net_document_get, URL);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    set32(&w->site->is_slow, 0);
    for (i = 0; i < ALL; i++)
        same += caller_had(&callers[i], "one");
    ok(same == ALL, "the child that fetched was killed: all get it");
    ok(asked(w) == 2, "from one of the others");
    world_end(w);
}

/* -- processes -- */

static void serve(world_t *w, apr_uint32_t *ready)
{
    child_t child = {NULL};
    int i, good = 1;

    child_start(w, &child);
    for (i = 0; i < CHILDREN; i++)
        w->children[i] = child;
    __atomic_add_fetch(ready, 1, __ATOMIC_ACQ_REL);
    while (read32(ready) < CHILDREN)
        apr_sleep(500);
    good &= all_at_once(w, mcp_net_document_get, "one") == ALL;
    pass(MCP_DOCUMENT_AGAIN);
    __atomic_add_fetch(ready, 1, __ATOMIC_ACQ_REL);
    while (read32(ready) < 2 * CHILDREN)
        apr_sleep(500);
    good &= all_at_once(w, mcp_net_document_renew, "one") == ALL;
    child_end(&child);
    _exit(!good);
}

static void test_processes(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);
    apr_uint32_t *ready;
    int i, status, good = 1;

    ready = mmap(NULL, sizeof(*ready), PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    fflush(stdout);
    for (i = 0; i < CHILDREN; i++)
        if (!fork())
            serve(w, ready);
    while (wait(&status) > 0)
        good &= status == 0;
    ok(good, "%d threads in each of %d processes", ALL, CHILDREN);
    ok(asked(w) == 2, "make one fetch, and one when they miss something");
    world_end(w);
}

static void test(mcp_ctx_t *cx)
{
    apr_thread_mutex_create(&log_mutex, APR_THREAD_MUTEX_DEFAULT, cx->pool);
    test_once(cx);
    test_flood(cx);
    test_down(cx);
    test_survives(cx);
    test_clock(cx);
    test_blame(cx);
    test_apart(cx);
    test_too_large(cx);
    test_no_room(cx);
    test_late(cx);
    test_in_vain(cx);
    test_stop(cx);
    test_killed(cx);
    test_processes(cx);
}

TAP_MAIN(test)
