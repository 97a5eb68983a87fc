/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_file_info.h>
#include <apr_strings.h>
#include <stddef.h>

#include "base/uri.h"
#include "config/amount.h"
#include "config/keys.h"

/* Kinds of values: times, where 0 is not set, and texts, where NULL is not set
 * and "" is "none". */

static const char *time_read(void *member, const char *text,
                             const char *limits, const mcp_config_line_t *line)
{
    const char *wrong =
        mcp_config_amount_time(member, text, limits, line->pool);

    return wrong ? apr_pstrcat(line->pool, wrong, ".", NULL) : NULL;
}

/* What curl reads as a proxy: an origin, nothing more. */
static const char *proxy_read(void *member, const char *text,
                              const char *limits,
                              const mcp_config_line_t *line)
{
    const mcp_uri_t *uri;
    const mcp_error_t *error;

    *(const char **)member = strcmp(text, "none") ? text : "";
    if (!**(const char **)member)
        return NULL;
    error = mcp_uri_read(&uri, text, mcp_config_line_ctx(line));
    if (error)
        return apr_psprintf(line->pool, "\"%s\": %s", text,
                            mcp_error_text(error));
    if (!mcp_uri_is_web(uri) || !uri->port || uri->userinfo || uri->query ||
        uri->fragment || (*uri->path && strcmp(uri->path, "/") != 0))
        return apr_psprintf(line->pool,
                            "\"%s\" is not the URL of a proxy; write "
                            "http://proxy.example.com:3128, or none.",
                            text);
    return NULL;
}

static const char *file_read(void *member, const char *text,
                             const char *limits, const mcp_config_line_t *line)
{
    const char *path = ap_server_root_relative(line->pool, text);
    char reason[120];
    apr_finfo_t info;
    apr_status_t rv;

    *(const char **)member = "";
    if (!strcmp(text, "none"))
        return NULL;
    *(const char **)member = path;
    rv = path ? apr_stat(&info, path, APR_FINFO_TYPE | APR_FINFO_SIZE,
                         line->pool)
              : APR_EBADPATH;
    if (rv)
        return apr_psprintf(line->pool, "\"%s\" cannot be read: %s.", text,
                            apr_strerror(rv, reason, sizeof(reason)));
    if (info.filetype != APR_REG || !info.size)
        return apr_psprintf(line->pool, "\"%s\" is no file of certificates.",
                            text);
    return NULL;
}

static const char *time_show(const void *member, apr_pool_t *pool)
{
    return mcp_config_amount_show_time(*(const apr_int64_t *)member, pool);
}

static const char *text_show(const void *member, apr_pool_t *pool)
{
    const char *text = *(const char *const *)member;

    return *text ? text : "none";
}

static int time_is_set(const void *member)
{
    return *(const apr_int64_t *)member != 0;
}

static int text_is_set(const void *member)
{
    return *(const char *const *)member != NULL;
}

#define DEFAULT_time(key, fallback) key "=" fallback " "
#define DEFAULT_proxy(key, fallback)
#define DEFAULT_file(key, fallback)

const char mcp_config_kind_fetch_defaults[] =
#define MCP_FETCH(key, kind, member, fallback, limits, help)                  \
    DEFAULT_##kind(key, fallback)
#include "config/directives.def"
    ;

static const mcp_config_keys_type_t types[] = {
    {time_read, time_show, time_is_set},
    {proxy_read, text_show, text_is_set},
    {file_read, text_show, text_is_set},
};

#define TYPE_time &types[0]
#define TYPE_proxy &types[1]
#define TYPE_file &types[2]

static const mcp_config_keys_row_t rows[] = {
#define MCP_FETCH(key, kind, member, fallback, limits, help)                  \
    {key, offsetof(mcp_fetch_setting_t, member), sizeof(MCP_FETCH_##kind),    \
     limits, TYPE_##kind},
#include "config/directives.def"
};

static const mcp_config_keys_t keys = {rows, sizeof(rows) / sizeof(*rows),
                                       sizeof(mcp_fetch_setting_t), 0};

static const char *fetch_parse(void *value, const mcp_config_line_t *line)
{
    return mcp_config_keys_parse(value, &keys, line);
}

static void fetch_merge(void *value, const void *outer, apr_pool_t *pool)
{
    mcp_config_keys_merge(value, outer, &keys, pool);
}

static const char *fetch_show(const void *value, const char *limits,
                              apr_pool_t *pool)
{
    return mcp_config_keys_show(value, &keys, pool);
}

const mcp_config_kind_t mcp_config_kind_fetch = {fetch_parse, fetch_merge,
                                                 fetch_show};
