/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "net/curl.h"

#include <apr_strings.h>
#include <apr_thread_mutex.h>
#include <curl/curl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/uri.h"
#include "net/guard.h"

#define USER_AGENT "mod_mcp_oauth"
#define MOST_HEADER_BYTES 32768
#define MOST_WHY 200

/* Handles that wait for the next request. */
typedef struct idle_t {
    CURL **handles;
    apr_uint32_t count;
} idle_t;

typedef struct net_t {
    const mcp_net_dial_t *dial; /* or NULL */
    apr_thread_mutex_t *mutex;  /* over idle */
    apr_uint32_t most;
    idle_t idle[2]; /* untrusted, trusted */
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

static const struct {
    CURLoption option;
    long value;
} numbers[] = {
    {CURLOPT_NOSIGNAL, 1},
    {CURLOPT_HTTPGET, 1},
    {CURLOPT_FOLLOWLOCATION, 0},
    {CURLOPT_NETRC, CURL_NETRC_IGNORED},
    {CURLOPT_SSL_VERIFYPEER, 1},
    {CURLOPT_SSL_VERIFYHOST, 2},
    {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
    {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
    {CURLOPT_HTTP09_ALLOWED, 0},
    {CURLOPT_DISALLOW_USERNAME_IN_URL, 1},
    {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
    /* getaddrinfo cannot be stopped: do not wait for it past the deadline */
    {CURLOPT_QUICK_EXIT, 1},
};

/* An empty proxy: none of the environment either. */
static const struct {
    CURLoption option;
    const char *value;
} texts[] = {
    {CURLOPT_PROTOCOLS_STR, "https"},
    {CURLOPT_USERAGENT, USER_AGENT},
    {CURLOPT_NOPROXY, ""},
};

static CURLcode set_fixed(CURL *curl)
{
    CURLcode rc = CURLE_OK;
    size_t i;

    for (i = 0; !rc && i < sizeof(numbers) / sizeof(*numbers); i++)
        rc = curl_easy_setopt(curl, numbers[i].option, numbers[i].value);
    for (i = 0; !rc && i < sizeof(texts) / sizeof(*texts); i++)
        rc = curl_easy_setopt(curl, texts[i].option, texts[i].value);
    return rc;
}

static CURLcode set_route(CURL *curl, const mcp_net_request_t *request)
{
    const mcp_fetch_setting_t *s = request->setting;
    long once = !request->is_trusted;
    CURLcode rc;

    if ((rc = curl_easy_setopt(curl, CURLOPT_URL, request->url)) ||
        (rc = curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)s->timeout)) ||
        (rc = curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT,
                               (long)s->connect_timeout)) ||
        (rc = curl_easy_setopt(curl, CURLOPT_PROXY,
                               s->proxy ? s->proxy : "")) ||
        (rc = curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE,
                               (curl_off_t)request->max_bytes)) ||
        (rc = curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, once)) ||
        (rc = curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, once)))
        return rc;
    if (!s->ca_file || !*s->ca_file)
        return CURLE_OK;
    if ((rc = curl_easy_setopt(curl, CURLOPT_CAINFO, s->ca_file)) ||
        (rc = curl_easy_setopt(curl, CURLOPT_PROXY_CAINFO, s->ca_file)) ||
        (rc = curl_easy_setopt(curl, CURLOPT_CAPATH, NULL)))
        return rc;
    return curl_easy_setopt(curl, CURLOPT_PROXY_CAPATH, NULL);
}

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
    const char *addresses =
        t->net->dial ? t->net->dial->resolve(t->uri->host, t->cx->pool) : NULL;

    if (!addresses)
        return NULL;
    return curl_slist_append(
        NULL, apr_psprintf(t->cx->pool, "%s:%d:%s", t->uri->host,
                           t->uri->port ? t->uri->port : 443, addresses));
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
    mcp_net_fetch_judge(reply, status, t->cx->pool);
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

/* -- handles -- */

static CURL *handle_take(net_t *net, int kind)
{
    idle_t *idle = &net->idle[kind];
    CURL *curl = NULL;

    apr_thread_mutex_lock(net->mutex);
    if (idle->count)
        curl = idle->handles[--idle->count];
    apr_thread_mutex_unlock(net->mutex);
    return curl ? curl : curl_easy_init();
}

static void handle_keep(net_t *net, int kind, CURL *curl)
{
    idle_t *idle = &net->idle[kind];

    curl_easy_reset(curl);
    apr_thread_mutex_lock(net->mutex);
    if (idle->count < net->most) {
        idle->handles[idle->count++] = curl;
        curl = NULL;
    }
    apr_thread_mutex_unlock(net->mutex);
    if (curl)
        curl_easy_cleanup(curl);
}

static void exchange(mcp_net_reply_t *reply, CURL *curl, transfer_t *t)
{
    struct curl_slist *accept =
        curl_slist_append(NULL, "Accept: application/json");
    struct curl_slist *addresses = resolve(t);
    CURLcode rc = set_fixed(curl);

    if (!rc)
        rc = set_route(curl, t->request);
    if (!rc)
        rc = set_callbacks(curl, t);
    if (!rc)
        rc = curl_easy_setopt(curl, CURLOPT_HTTPHEADER, accept);
    if (!rc && addresses)
        rc = curl_easy_setopt(curl, CURLOPT_RESOLVE, addresses);
    if (!rc)
        rc = curl_easy_perform(curl);
    if (rc)
        failure_judge(reply, rc, t);
    else
        answer_judge(reply, curl, t);
    curl_slist_free_all(accept);
    curl_slist_free_all(addresses);
}

static void fetch(mcp_net_reply_t *reply, void *baton,
                  const mcp_net_request_t *request, mcp_ctx_t *cx)
{
    transfer_t t = {baton, request, NULL, cx, NULL, 0, 0, 0, 0, NULL, ""};
    const char *fault = mcp_net_fetch_fault(&t.uri, request, cx);
    CURL *curl;

    memset(reply, 0, sizeof(*reply));
    if (fault) {
        settle(reply, MCP_NET_REFUSED, fault);
        return;
    }
    settle(reply, MCP_NET_PASSED, "no memory for a request");
    curl = t.net->process == getpid()
               ? handle_take(t.net, request->is_trusted != 0)
               : NULL;
    if (!curl)
        return;
    exchange(reply, curl, &t);
    handle_keep(t.net, request->is_trusted != 0, curl);
}

/* No curl_global_cleanup: the process ends, and a thread of it may still be in
 * a request. */
static apr_status_t end(void *data)
{
    net_t *net = data;
    int kind;

    for (kind = 0; net->process == getpid() && kind < 2; kind++)
        while (net->idle[kind].count)
            curl_easy_cleanup(
                net->idle[kind].handles[--net->idle[kind].count]);
    return APR_SUCCESS;
}

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
    net->most = most;
    net->process = getpid();
    for (kind = 0; kind < 2; kind++)
        net->idle[kind].handles = apr_pcalloc(cx->pool, most * sizeof(CURL *));
    if (apr_thread_mutex_create(&net->mutex, APR_THREAD_MUTEX_DEFAULT,
                                cx->pool) != APR_SUCCESS)
        return mcp_error_fault(MCP_E_SERVER_ERROR, cx, "Check free memory.",
                               "net: no mutex to be had");
    apr_pool_cleanup_register(cx->pool, net, end, apr_pool_cleanup_null);
    fetcher->fetch = fetch;
    fetcher->baton = net;
    return NULL;
}
