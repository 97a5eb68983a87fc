/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "net/curl_options.h"

#include <apr_strings.h>
#include <string.h>

#include "base/version.h"

#define USER_AGENT "mod_mcp_oauth/" MCP_VERSION
#define USUAL_ACCEPT "application/json"
#define LENGTH(rows) (sizeof(rows) / sizeof(*(rows)))

/* something other than 0 makes curl stop */
static int is_stopped(void *stop, curl_off_t to_come, curl_off_t come,
                      curl_off_t to_go, curl_off_t gone)
{
    return __atomic_load_n((const apr_uint32_t *)stop, __ATOMIC_ACQUIRE) != 0;
}

typedef struct number_t {
    CURLoption option;
    long value;
} number_t;

typedef struct text_t {
    CURLoption option;
    const char *value;
} text_t;

static const number_t numbers[] = {
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
static const text_t texts[] = {
    {CURLOPT_USERAGENT, USER_AGENT},
    {CURLOPT_NOPROXY, ""},
};

static CURLcode set_numbers(CURL *curl, const number_t *rows, size_t count)
{
    CURLcode rc = CURLE_OK;
    size_t i;

    for (i = 0; !rc && i < count; i++)
        rc = curl_easy_setopt(curl, rows[i].option, rows[i].value);
    return rc;
}

static CURLcode set_texts(CURL *curl, const text_t *rows, size_t count)
{
    CURLcode rc = CURLE_OK;
    size_t i;

    for (i = 0; !rc && i < count; i++)
        rc = curl_easy_setopt(curl, rows[i].option, rows[i].value);
    return rc;
}

/* instead of the system's */
static CURLcode set_ca(CURL *curl, const char *file)
{
    const text_t rows[] = {
        {CURLOPT_CAINFO, file},
        {CURLOPT_PROXY_CAINFO, file},
        {CURLOPT_CAPATH, NULL},
        {CURLOPT_PROXY_CAPATH, NULL},
    };

    return file && *file ? set_texts(curl, rows, LENGTH(rows)) : CURLE_OK;
}

/* What is POSTed goes over a new connection: curl sends what it sent over a
 * kept one again when that ends without an answer, and a code or a refresh
 * token that is redeemed twice is taken for stolen. */
static CURLcode set_route(CURL *curl, const mcp_net_request_t *request,
                          const mcp_uri_t *uri)
{
    const mcp_fetch_setting_t *setting = request->setting;
    const number_t route_numbers[] = {
        {CURLOPT_TIMEOUT, (long)setting->timeout},
        {CURLOPT_CONNECTTIMEOUT, (long)setting->connect_timeout},
        {CURLOPT_FRESH_CONNECT, !request->is_trusted || request->form},
        {CURLOPT_FORBID_REUSE, !request->is_trusted},
    };
    const text_t route_texts[] = {
        {CURLOPT_URL, request->url},
        {CURLOPT_PROTOCOLS_STR, uri->scheme},
        {CURLOPT_PROXY, mcp_net_fetch_proxy(request, uri)},
    };
    CURLcode rc = set_ca(curl, setting->ca_file);

    if (!rc)
        rc = set_numbers(curl, route_numbers, LENGTH(route_numbers));
    if (!rc)
        rc = set_texts(curl, route_texts, LENGTH(route_texts));
    return rc;
}

/* CURLOPT_POSTFIELDS makes it a POST of that media type. */
static CURLcode set_body(CURL *curl, const mcp_net_request_t *request)
{
    const char *form = request->form;
    CURLcode rc = curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE,
                                   (curl_off_t)request->max_bytes);

    if (!rc && form)
        rc = curl_easy_setopt(curl, CURLOPT_POSTFIELDS, form);
    if (!rc && form)
        rc = curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                              (curl_off_t)strlen(form));
    return rc;
}

static CURLcode set_stop(CURL *curl, const apr_uint32_t *stop)
{
    CURLcode rc;

    if (!stop)
        return CURLE_OK;
    if ((rc = curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, is_stopped)) ||
        (rc = curl_easy_setopt(curl, CURLOPT_XFERINFODATA, stop)))
        return rc;
    return curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
}

CURLcode mcp_net_curl_options_set(CURL *curl, const mcp_net_request_t *request,
                                  const mcp_uri_t *uri)
{
    CURLcode rc = set_numbers(curl, numbers, LENGTH(numbers));

    if (!rc)
        rc = set_texts(curl, texts, LENGTH(texts));
    if (!rc)
        rc = set_route(curl, request, uri);
    if (!rc)
        rc = set_body(curl, request);
    return rc ? rc : set_stop(curl, request->stop);
}

/* 0 when there is no memory */
static int add_field(struct curl_slist **fields, const char *name,
                     const char *value, apr_pool_t *pool)
{
    struct curl_slist *more = curl_slist_append(
        *fields, apr_pstrcat(pool, name, ":", *value ? " " : "", value, NULL));

    if (more)
        *fields = more;
    return more != NULL;
}

/* No Expect: curl would wait for an answer to it before it sends what is
 * large. */
struct curl_slist *
mcp_net_curl_options_fields(const mcp_net_request_t *request, apr_pool_t *pool)
{
    const char *accept = request->accept ? request->accept : USUAL_ACCEPT;
    struct curl_slist *fields = NULL;

    if (add_field(&fields, "Accept", accept, pool) &&
        add_field(&fields, "Expect", "", pool) &&
        (!request->authorization ||
         add_field(&fields, "Authorization", request->authorization, pool)))
        return fields;
    curl_slist_free_all(fields);
    return NULL;
}
