/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/version.h"
#include "net/curl.h"
#include "net/document.h"
#include "net_site.h"

#define CLOSE "Connection: close\r\n"
#define FINE "HTTP/1.1 200 OK\r\n" CLOSE "Content-Length: 2\r\n\r\n{}"
#define KEPT "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
#define SECRET "c2VjcmV0OnNlY3JldA"
#define SLOW 5 /* seconds in which what takes one ends on a busy machine */

/* Requests of the administrator to a real server, in plain http on loopback.
 */

static const mcp_fetch_setting_t usual = {10, 2, NULL, NULL};
static const mcp_fetch_setting_t brief = {1, 1, NULL, NULL};
static const mcp_fetch_setting_t patient = {60, 2, NULL, NULL};
static const mcp_fetch_setting_t proxied = {10, 2, "http://127.0.0.1:9", NULL};

typedef struct world_t {
    mcp_net_fetcher_t fetcher;
    site_t site;
    const char *url; /* of the site */
    mcp_ctx_t *cx;
} world_t;

static mcp_net_request_t request_of(const world_t *w)
{
    mcp_net_request_t request = {w->url, 1, 100, &usual};

    return request;
}

static mcp_net_reply_t ask(const world_t *w, const mcp_net_request_t *request)
{
    mcp_net_reply_t reply;

    memset(&reply, 0xff, sizeof(reply));
    w->fetcher.fetch(&reply, w->fetcher.baton, request, w->cx);
    return reply;
}

static int seen(world_t *w, const char *text)
{
    return strstr(site_request(&w->site, w->cx->pool), text) != NULL;
}

/* -- what is sent -- */

static void test_get(world_t *w)
{
    mcp_net_request_t request = request_of(w);
    mcp_net_reply_t reply;

    site_set(&w->site, SITE_ANSWERS, FINE);
    reply = ask(w, &request);
    ok(reply.outcome == MCP_NET_OK && reply.status == 200 && !reply.why &&
           !reply.is_unsent,
       "plain http on loopback is for the administrator");
    is(reply.body, "{}", "and answered");
    ok(seen(w, "GET /token?a=b HTTP/1.1\r\n"), "GET");
    ok(seen(w, "\r\nUser-Agent: mod_mcp_oauth/" MCP_VERSION "\r\n"),
       "saying who asks");
    ok(seen(w, "\r\nAccept: application/json\r\n"), "for JSON");
    ok(!seen(w, "Authorization:") && !seen(w, "Cookie:") &&
           !seen(w, "Content-") && !seen(w, "Expect") &&
           !seen(w, "Accept-Encoding"),
       "and nothing else");
    request.accept = "application/jwt, application/json;q=0.5";
    request.authorization = "Bearer " SECRET;
    ask(w, &request);
    ok(seen(w, "\r\nAccept: application/jwt, application/json;q=0.5\r\n"),
       "or for something else");
    ok(seen(w, "\r\nAuthorization: Bearer " SECRET "\r\n"),
       "with an Authorization");
    ok(seen(w, "GET "), "still by GET");
    request = request_of(w);
    ask(w, &request);
    ok(!seen(w, "Authorization:") && seen(w, "Accept: application/json"),
       "which the next request has not");
}

static void test_post(world_t *w)
{
    mcp_net_request_t request = request_of(w);
    mcp_net_reply_t reply;
    char *large = apr_palloc(w->cx->pool, 2000001);

    site_set(&w->site, SITE_ANSWERS, FINE);
    request.form = "grant_type=authorization_code&code=a%20b%26";
    request.authorization = "Basic " SECRET;
    reply = ask(w, &request);
    ok(reply.outcome == MCP_NET_OK && reply.status == 200, "a form is sent");
    ok(seen(w, "POST /token?a=b HTTP/1.1\r\n"), "by POST");
    ok(seen(w, "\r\nContent-Type: application/x-www-form-urlencoded\r\n"),
       "as one");
    ok(seen(w, "\r\nAuthorization: Basic " SECRET "\r\n"), "authorised");
    ok(seen(w, "\r\n\r\ngrant_type=authorization_code&code=a%20b%26"),
       "as it is");
    request.form = "";
    reply = ask(w, &request);
    ok(reply.outcome == MCP_NET_OK && seen(w, "POST ") &&
           seen(w, "\r\nContent-Length: 0\r\n"),
       "an empty one is POSTed too");
    memset(large, 'a', 2000000);
    large[2000000] = '\0';
    request.form = large;
    reply = ask(w, &request);
    ok(reply.outcome == MCP_NET_OK && seen(w, "Content-Length: 2000000\r\n") &&
           !seen(w, "Expect:"),
       "a large one at once");
    request = request_of(w);
    ask(w, &request);
    ok(seen(w, "GET ") && !seen(w, "Content-"), "the next request is a GET");
}

static const char *const split[] = {"Bearer a\r\nX: y", "Bearer a\nX: y",
                                    "Bearer a\r", "Bearer \x7f"};

static void test_split(world_t *w)
{
    mcp_net_request_t request = request_of(w);
    mcp_net_reply_t reply;
    size_t i;

    site_set(&w->site, SITE_ANSWERS, FINE);
    for (i = 0; i < sizeof(split) / sizeof(*split); i++) {
        request.accept = NULL;
        request.authorization = split[i];
        reply = ask(w, &request);
        ok(reply.outcome == MCP_NET_REFUSED && reply.is_unsent &&
               strstr(reply.why, "control character"),
           "a field is not made two");
        request.authorization = NULL;
        request.accept = split[i];
        reply = ask(w, &request);
        ok(reply.outcome == MCP_NET_REFUSED && reply.is_unsent, "nor Accept");
    }
    ok(site_requests(&w->site) == 0, "nothing was sent");
}

static void test_where(world_t *w)
{
    mcp_net_request_t request = request_of(w);
    mcp_net_reply_t reply;

    site_set(&w->site, SITE_ANSWERS, FINE);
    request.setting = &proxied;
    reply = ask(w, &request);
    ok(reply.outcome == MCP_NET_OK, "no proxy stands before loopback");
    request.url =
        apr_psprintf(w->cx->pool, "http://localhost:%d/", w->site.port);
    reply = ask(w, &request);
    ok(reply.outcome == MCP_NET_OK, "localhost is loopback");
    request.is_trusted = 0;
    reply = ask(w, &request);
    ok(reply.outcome == MCP_NET_REFUSED && reply.is_unsent,
       "but not for strangers");
    ok(site_requests(&w->site) == 2, "who ask nobody");
}

/* -- what comes back -- */

#define ANSWER(status, body)                                                  \
    "HTTP/1.1 " status " X\r\nContent-Type: application/json\r\n" CLOSE       \
    "\r\n" body

static const struct {
    int status;
    const char *answer;
    mcp_net_outcome_t of_get, of_post;
    const char *body;
} answers[] = {
    {200, ANSWER("200", "{}"), MCP_NET_OK, MCP_NET_OK, "{}"},
    {201, ANSWER("201", "{}"), MCP_NET_REFUSED, MCP_NET_OK, "{}"},
    {204, ANSWER("204", ""), MCP_NET_REFUSED, MCP_NET_OK, ""},
    {302, ANSWER("302", "x"), MCP_NET_REFUSED, MCP_NET_REFUSED, "x"},
    {400, ANSWER("400", "{\"error\":\"invalid_grant\"}"), MCP_NET_REFUSED,
     MCP_NET_REFUSED, "{\"error\":\"invalid_grant\"}"},
    {401, ANSWER("401", "{\"error\":\"invalid_client\"}"), MCP_NET_REFUSED,
     MCP_NET_REFUSED, "{\"error\":\"invalid_client\"}"},
    {404, ANSWER("404", ""), MCP_NET_REFUSED, MCP_NET_REFUSED, ""},
    {429, ANSWER("429", "slow"), MCP_NET_PASSED, MCP_NET_PASSED, "slow"},
    {503, ANSWER("503", "down"), MCP_NET_PASSED, MCP_NET_PASSED, "down"},
};

static void test_answers(world_t *w)
{
    mcp_net_request_t request;
    size_t i;
    int k;

    for (i = 0; i < sizeof(answers) / sizeof(*answers); i++)
        for (k = 0; k < 2; k++) {
            mcp_net_reply_t reply;

            site_set(&w->site, SITE_ANSWERS, answers[i].answer);
            request = request_of(w);
            request.form = k ? "a=b" : NULL;
            reply = ask(w, &request);
            ok(reply.outcome == (k ? answers[i].of_post : answers[i].of_get) &&
                   reply.status == answers[i].status && !reply.is_unsent,
               "%d of a %s", answers[i].status, k ? "form" : "GET");
            is(reply.body, answers[i].body, "with its body");
            ok(reply.len == strlen(answers[i].body), "and its length");
            is(reply.content_type, "application/json", "and its type");
        }
}

static void test_redirect(world_t *w)
{
    mcp_net_request_t request = request_of(w);
    mcp_net_reply_t reply;

    site_set(&w->site, SITE_ANSWERS,
             apr_psprintf(w->cx->pool,
                          "HTTP/1.1 307 X\r\n" CLOSE
                          "Location: %s\r\nContent-Length: 0\r\n\r\n",
                          w->url));
    request.form = "a=b";
    reply = ask(w, &request);
    ok(reply.outcome == MCP_NET_REFUSED && reply.status == 307 &&
           strstr(reply.why, "redirects are not followed"),
       "a redirect of a form is not followed");
    ok(site_requests(&w->site) == 1, "it is sent once");
}

static const struct {
    site_manner_t manner;
    const char *answer;
    const char *name;
} larger[] = {
    {SITE_ANSWERS, "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n",
     "a body whose length says it"},
    {SITE_FLOODS, "HTTP/1.1 200 OK\r\n" CLOSE "\r\n", "one without an end"},
    {SITE_FLOODS, "HTTP/1.1 400 X\r\n" CLOSE "\r\n", "that of an error"},
    {SITE_FLOODS, "HTTP/1.1 200 OK\r\nX: ", "header fields"},
};

static void test_larger(world_t *w)
{
    mcp_net_request_t request = request_of(w);
    mcp_net_reply_t reply;
    size_t i;

    for (i = 0; i < sizeof(larger) / sizeof(*larger); i++) {
        site_set(&w->site, larger[i].manner, larger[i].answer);
        request.form = i % 2 ? "a=b" : NULL;
        reply = ask(w, &request);
        ok(reply.outcome != MCP_NET_OK && !reply.body && !reply.len &&
               !reply.status && !reply.is_unsent,
           "%s beyond the limit: no answer", larger[i].name);
    }
}

/* -- no answer -- */

static const struct {
    site_manner_t manner;
    const char *name;
} silent[] = {
    {SITE_HANGS, "a server that hangs"},
    {SITE_DRIPS, "one that drips"},
};

static void test_silent(world_t *w)
{
    mcp_net_request_t request = request_of(w);
    mcp_net_reply_t reply;
    apr_time_t began;
    size_t i;

    request.setting = &brief;
    for (i = 0; i < sizeof(silent) / sizeof(*silent); i++) {
        site_set(&w->site, silent[i].manner, FINE);
        request.form = i % 2 ? NULL : "a=b";
        began = apr_time_now();
        reply = ask(w, &request);
        ok(reply.outcome == MCP_NET_PASSED && !reply.status && !reply.body,
           "%s gives no answer", silent[i].name);
        ok(apr_time_now() - began < apr_time_from_sec(SLOW), "in time");
        ok(!reply.is_unsent, "though it may have the request");
    }
}

static void test_unsent(world_t *w)
{
    mcp_net_request_t request = request_of(w);
    mcp_net_reply_t reply;

    site_set(&w->site, SITE_CLOSES, FINE);
    request.form = "a=b";
    reply = ask(w, &request);
    ok(reply.outcome == MCP_NET_PASSED && !reply.is_unsent && !reply.status,
       "a server that goes away may have done what it was asked for");
    ok(site_requests(&w->site) == 1, "it was asked once");
    request.url = "http://127.0.0.1:9/";
    reply = ask(w, &request);
    ok(reply.outcome == MCP_NET_PASSED && reply.is_unsent,
       "one that is not there cannot");
    request.setting = &brief;
    request.url =
        apr_psprintf(w->cx->pool, "https://127.0.0.1:%d/", w->site.port);
    reply = ask(w, &request);
    ok(reply.outcome == MCP_NET_PASSED && reply.is_unsent,
       "nor one that does not speak TLS");
}

/* A connection that the server closes when it gets its second request. */
static void test_once(world_t *w)
{
    mcp_net_request_t request = request_of(w);
    mcp_net_reply_t reply;

    site_set(&w->site, SITE_ANSWERS, KEPT);
    ask(w, &request);
    ask(w, &request);
    ok(site_connections(&w->site) == 1,
       "a connection is kept for the next request");
    site_set(&w->site, SITE_CLOSES, KEPT);
    request.form = "code=once";
    reply = ask(w, &request);
    ok(reply.outcome == MCP_NET_PASSED && site_requests(&w->site) == 1,
       "a form that was not answered is not sent again");
}

/* -- what is given up -- */

typedef struct stopping_t {
    world_t *w;
    apr_uint32_t stop;
} stopping_t;

static void *APR_THREAD_FUNC stop_later(apr_thread_t *thread, void *data)
{
    stopping_t *stopping = data;

    (void)thread;
    while (!site_requests(&stopping->w->site))
        apr_sleep(1000);
    __atomic_store_n(&stopping->stop, 1, __ATOMIC_RELEASE);
    return NULL;
}

static void test_stop(world_t *w)
{
    mcp_net_request_t request = request_of(w);
    stopping_t stopping = {w, 0};
    mcp_net_reply_t reply;
    apr_thread_t *thread;
    apr_status_t unused;
    apr_time_t began;

    request.stop = &stopping.stop;
    request.setting = &patient;
    site_set(&w->site, SITE_ANSWERS, FINE);
    reply = ask(w, &request);
    ok(reply.outcome == MCP_NET_OK, "a request that could be given up");
    site_set(&w->site, SITE_HANGS, FINE);
    apr_thread_create(&thread, NULL, stop_later, &stopping, w->cx->pool);
    began = apr_time_now();
    reply = ask(w, &request);
    apr_thread_join(&unused, thread);
    ok(reply.outcome == MCP_NET_PASSED && !reply.is_unsent, "and one that is");
    is(reply.why, "this process ends", "for a reason");
    ok(apr_time_now() - began < apr_time_from_sec(SLOW), "at once");
    reply = ask(w, &request);
    ok(reply.outcome == MCP_NET_PASSED && reply.is_unsent &&
           site_requests(&w->site) == 1,
       "no further one is begun");
}

/* A child that ends while a provider hangs. */
static void test_end(world_t *w)
{
    static const mcp_net_document_limits_t limits = {4, 8, 1000};
    mcp_net_request_t request = request_of(w);
    mcp_net_documents_t *documents = NULL;
    mcp_net_document_t document;
    mcp_ctx_t child = *w->cx;
    apr_time_t began;

    request.setting = &patient;
    apr_pool_create(&child.pool, w->cx->pool);
    fine(mcp_net_document_make(&documents, &limits, &w->fetcher, &child),
         "documents");
    site_set(&w->site, SITE_ANSWERS, FINE);
    fine(mcp_net_document_get(&document, documents, &request, w->cx), "one");
    tap_now += apr_time_from_sec(3600);
    site_set(&w->site, SITE_HANGS, FINE);
    fine(mcp_net_document_get(&document, documents, &request, w->cx), "of it");
    ok(document.is_stale && document.outcome == MCP_NET_OK,
       "the copy of before serves while its site hangs");
    while (!site_requests(&w->site))
        apr_sleep(1000);
    began = apr_time_now();
    apr_pool_destroy(child.pool);
    ok(apr_time_now() - began < apr_time_from_sec(SLOW),
       "which holds up no end");
}

static void test(mcp_ctx_t *cx)
{
    world_t w;

    w.cx = cx;
    site_start(&w.site, cx->pool);
    w.url =
        apr_psprintf(cx->pool, "http://127.0.0.1:%d/token?a=b", w.site.port);
    fine(mcp_net_curl_make(&w.fetcher, 2, NULL, cx), "curl");
    test_get(&w);
    test_post(&w);
    test_split(&w);
    test_where(&w);
    test_answers(&w);
    test_redirect(&w);
    test_larger(&w);
    test_silent(&w);
    test_unsent(&w);
    test_once(&w);
    test_stop(&w);
    test_end(&w);
    site_end(&w.site);
    is(tap_log, "", "nothing is logged, least of all a secret");
}

TAP_MAIN(test)
