/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "net/curl.h"

#include <apr_strings.h>
#include <curl/curl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/uri.h"
#include "net/curl_options.h"
#include "net/guard.h"
#include "net/idle.h"

#define MOST_HEADER_BYTES 32768
#define MOST_WHY 200

typedef struct net_t {
    const mcp_net_dial_t *dial; /* or NULL */
    mcp_net_idle_t *idle[2];    /* untrusted, trusted */
    pid_t process;
} net_t;

/* One request under way. */
typedef struct transfer_t {
    net_t *net;
    const mcp_net_request_t *request;
    const mcp_uri_t *uri;
    mcp_ctx_t *cx;
    char *body;
    apr_size_t len;
    apr_size_t header_bytes;
    int is_too_large;
    int has_dialled;
    const char *refused; /* the last address that the guard refused */
    char error[CURL_ERROR_SIZE];
} transfer_t;

/* -- what curl asks us -- */

static const char *address_text(const struct sockaddr *address,
                                apr_pool_t *pool)
{
    char text[NI_MAXHOST] = "?";
    socklen_t len = address->sa_family == AF_INET6
                        ? sizeof(struct sockaddr_in6)
                        : sizeof(struct sockaddr_in);

    getnameinfo(address, len, text, sizeof(text), NULL, 0, NI_NUMERICHOST);
    return apr_pstrdup(pool, text);
}

/* The address that is judged is the one that is dialled: no second look-up of
 * the name can come between. */
static curl_socket_t open_socket(void *baton, curlsocktype purpose,
                                 struct curl_sockaddr *address)
{
    transfer_t *t = baton;
    const char *fault = mcp_net_fetch_is_guarded(t->request)
                            ? mcp_net_guard_fault(&address->addr)
                            : NULL;

    if (fault || purpose != CURLSOCKTYPE_IPCXN) {
        t->refused =
            apr_pstrcat(t->cx->pool, address_text(&address->addr, t->cx->pool),
                        ", ", fault ? fault : "not for a connection", NULL);
        return CURL_SOCKET_BAD;
    }
    if (t->net->dial)
        t->net->dial->divert(&address->addr);
    t->has_dialled = 1;
    return socket(address->family, address->socktype | SOCK_CLOEXEC,
                  address->protocol);
}

/* fewer bytes than came make curl stop */
static size_t take_body(char *data, size_t size, size_t count, void *baton)
{
    transfer_t *t = baton;
    size_t len = size * count;

    if (len > t->request->max_bytes - t->len) {
        t->is_too_large = 1;
        return 0;
    }
    if (!t->body)
        t->body = apr_palloc(t->cx->pool, t->request->max_bytes + 1);
    memcpy(t->body + t->len, data, len);
    t->len += len;
    return len;
}

static size_t take_header(char *data, size_t size, size_t count, void *baton)
{
    transfer_t *t = baton;

    t->header_bytes += size * count;
    t->is_too_large = t->header_bytes > MOST_HEADER_BYTES;
    return t->is_too_large ? 0 : size * count;
}

/* -- what we ask curl -- */

static CURLcode set_callbacks(CURL *curl, transfer_t *t)
{
    CURLcode rc;

    if ((rc = curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION,
                               open_socket)) ||
        (rc = curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, t)) ||
        (rc = curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body)) ||
        (rc = curl_easy_setopt(curl, CURLOPT_WRITEDATA, t)) ||
        (rc = curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header)) ||
        (rc = curl_easy_setopt(curl, CURLOPT_HEADERDATA, t)))
        return rc;
    return curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, t->error);
}

/* NULL where the system's resolver is asked. */
static struct curl_slist *resolve(const transfer_t *t)
{
    int usual = strcmp(t->uri->scheme, "http") ? 443 : 80;
    const char *addresses =
        t->net->dial ? t->net->dial->resolve(t->uri->host, t->cx->pool) : NULL;

    if (!addresses)
        return NULL;
    return curl_slist_append(
        NULL, apr_psprintf(t->cx->pool, "%s:%d:%s", t->uri->host,
                           t->uri->port ? t->uri->port : usual, addresses));
}

/* -- the answer -- */

static const char *header(CURL *curl, const char *name, transfer_t *t)
{
    struct curl_header *found;
    const char *joined = NULL;
    size_t i, count = 1;

    for (i = 0; i < count; i++) {
        if (curl_easy_header(curl, name, i, CURLH_HEADER, -1, &found))
            break;
        count = found->amount;
        joined =
            joined ? apr_pstrcat(t->cx->pool, joined, ", ", found->value, NULL)
                   : apr_pstrdup(t->cx->pool, found->value);
    }
    return joined;
}

static void settle(mcp_net_reply_t *reply, mcp_net_outcome_t outcome,
                   const char *why)
{
    reply->outcome = outcome;
    reply->why = why;
}

/* What is left to ask in this hour, in GitHub's words. */
static int is_none(CURL *curl, transfer_t *t)
{
    const char *left = header(curl, "x-ratelimit-remaining", t);

    return left && !strcmp(left, "0");
}

static void answer_judge(mcp_net_reply_t *reply, CURL *curl, transfer_t *t)
{
    const char *age = header(curl, "Age", t);
    long status = 0;

    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    reply->body = t->body ? t->body : "";
    reply->len = t->len;
    reply->content_type =
        mcp_net_fetch_media_type(header(curl, "Content-Type", t), t->cx->pool);
    reply->cache_control = header(curl, "Cache-Control", t);
    reply->age = age ? apr_atoi64(age) : 0;
    reply->is_limited = header(curl, "Retry-After", t) || is_none(curl, t);
    mcp_net_fetch_judge(reply, t->request, status, t->cx->pool);
}

/* Whether a name cannot be resolved, resolves to an address of ours, or does
 * not answer is one outcome: nobody shall learn from us what our network
 * knows. */
static void failure_judge(mcp_net_reply_t *reply, CURLcode rc, transfer_t *t)
{
    if (t->is_too_large || rc == CURLE_FILESIZE_EXCEEDED)
        settle(reply, MCP_NET_REFUSED,
               apr_psprintf(t->cx->pool, "it is larger than %lu bytes",
                            (unsigned long)t->request->max_bytes));
    else if (rc == CURLE_ABORTED_BY_CALLBACK)
        settle(reply, MCP_NET_PASSED, "this process ends");
    else if (t->refused && !t->has_dialled)
        settle(reply, MCP_NET_PASSED,
               apr_psprintf(t->cx->pool,
                            "its host is at %s; only public addresses are "
                            "dialled",
                            t->refused));
    else
        settle(reply, MCP_NET_PASSED,
               mcp_encode_log(*t->error ? t->error : curl_easy_strerror(rc),
                              MOST_WHY, t->cx->pool));
}

/* -- a request -- */

static CURLcode perform(CURL *curl, transfer_t *t,
                        const struct curl_slist *fields)
{
    CURLcode rc = mcp_net_curl_options_set(curl, t->request, t->uri);

    if (!rc)
        rc = set_callbacks(curl, t);
    if (!rc)
        rc = curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
    return rc ? rc : curl_easy_perform(curl);
}

static void exchange(mcp_net_reply_t *reply, CURL *curl, transfer_t *t)
{
    struct curl_slist *fields =
        mcp_net_curl_options_fields(t->request, t->cx->pool);
    struct curl_slist *addresses = resolve(t);
    CURLcode rc = fields ? CURLE_OK : CURLE_OUT_OF_MEMORY;
    long sent = 0;

    if (!rc && addresses)
        rc = curl_easy_setopt(curl, CURLOPT_RESOLVE, addresses);
    if (!rc)
        rc = perform(curl, t, fields);
    curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &sent);
    reply->is_unsent = !sent;
    if (rc)
        failure_judge(reply, rc, t);
    else
        answer_judge(reply, curl, t);
    curl_slist_free_all(fields);
    curl_slist_free_all(addresses);
}

static CURL *handle_take(net_t *net, int kind)
{
    CURL *curl = mcp_net_idle_take(net->idle[kind]);

    return curl ? curl : curl_easy_init();
}

static void fetch(mcp_net_reply_t *reply, void *baton,
                  const mcp_net_request_t *request, mcp_ctx_t *cx)
{
    transfer_t t = {baton, request, NULL, cx};
    const char *fault = mcp_net_fetch_fault(&t.uri, request, cx);
    int kind = request->is_trusted != 0;
    CURL *curl;

    memset(reply, 0, sizeof(*reply));
    reply->is_unsent = 1;
    if (fault) {
        settle(reply, MCP_NET_REFUSED, fault);
        return;
    }
    settle(reply, MCP_NET_PASSED, "no memory for a request");
    curl = t.net->process == getpid() ? handle_take(t.net, kind) : NULL;
    if (!curl)
        return;
    exchange(reply, curl, &t);
    /* nothing of this request stays, secrets least of all */
    curl_easy_reset(curl);
    mcp_net_idle_keep(t.net->idle[kind], curl);
}

/* No curl_global_cleanup: the process ends, and a thread of it may still be in
 * a request. */
const mcp_error_t *mcp_net_curl_make(mcp_net_fetcher_t *fetcher,
                                     apr_uint32_t most,
                                     const mcp_net_dial_t *dial, mcp_ctx_t *cx)
{
    net_t *net = apr_pcalloc(cx->pool, sizeof(*net));
    int kind;

    if (curl_global_init(CURL_GLOBAL_DEFAULT))
        return mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                               "Check free memory and the TLS library that "
                               "libcurl was built with.",
                               "libcurl cannot be initialised");
    net->dial = dial;
    net->process = getpid();
    for (kind = 0; kind < 2; kind++) {
        net->idle[kind] = mcp_net_idle_make(most, curl_easy_cleanup, cx->pool);
        if (!net->idle[kind])
            return mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                                   "Check free memory.",
                                   "net: no mutex to be had");
    }
    fetcher->fetch = fetch;
    fetcher->baton = net;
    return NULL;
}
