/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_file_info.h>
#include <apr_strings.h>
#include <stddef.h>

#include "base/uri.h"
#include "config/amount.h"
#include "config/kind.h"

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

/* what they have in common */
#define proxy_show text_show
#define file_show text_show
#define proxy_is_set text_is_set
#define file_is_set text_is_set

#define DEFAULT_time(key, fallback) key "=" fallback " "
#define DEFAULT_proxy(key, fallback)
#define DEFAULT_file(key, fallback)

const char mcp_config_kind_fetch_defaults[] =
#define MCP_FETCH(key, kind, member, fallback, limits, help)                  \
    DEFAULT_##kind(key, fallback)
#include "config/directives.def"
    ;

static const struct {
    const char *key;
    apr_size_t offset;
    apr_size_t size;
    const char *limits;
    const char *(*read)(void *member, const char *text, const char *limits,
                        const mcp_config_line_t *line);
    const char *(*show)(const void *member, apr_pool_t *pool);
    int (*is_set)(const void *member);
} rows[] = {
#define MCP_FETCH(key, kind, member, fallback, limits, help)                  \
    {key,                                                                     \
     offsetof(mcp_fetch_setting_t, member),                                   \
     sizeof(MCP_FETCH_##kind),                                                \
     limits,                                                                  \
     kind##_read,                                                             \
     kind##_show,                                                             \
     kind##_is_set},
#include "config/directives.def"
};

#define ROWS (sizeof(rows) / sizeof(*rows))

static void *member(const mcp_fetch_setting_t *setting, apr_size_t row)
{
    return (char *)setting + rows[row].offset;
}

static const char *pair_read(mcp_fetch_setting_t *setting,
                             const mcp_config_line_t *line, int i)
{
    const char *key, *text, *wrong, *known = "";
    apr_size_t row;

    wrong = mcp_config_line_pair(&key, &text, line, i);
    if (wrong)
        return wrong;
    for (row = 0; row < ROWS; row++) {
        if (!strcmp(rows[row].key, key)) {
            wrong = rows[row].read(member(setting, row), text,
                                   rows[row].limits, line);
            return wrong ? mcp_config_line_refuse(line, "%s=%s", key, wrong)
                         : NULL;
        }
        known = apr_pstrcat(line->pool, known, row ? " " : "", rows[row].key,
                            NULL);
    }
    return mcp_config_line_refuse(
        line, "\"%s\" is not a key. The keys are %s.", key, known);
}

static const char *fetch_parse(void *value, const mcp_config_line_t *line)
{
    const mcp_fetch_setting_t **setting = value;
    mcp_fetch_setting_t *own = apr_pcalloc(line->pool, sizeof(*own));
    const char *wrong = NULL;
    int i;

    if (*setting)
        *own = **setting;
    for (i = 0; i < line->words->nelts && !wrong; i++)
        wrong = pair_read(own, line, i);
    *setting = own;
    return wrong;
}

static void fetch_merge(void *value, const void *outer, apr_pool_t *pool)
{
    const mcp_fetch_setting_t **setting = value, *inner = *setting;
    const mcp_fetch_setting_t *below =
        *(const mcp_fetch_setting_t *const *)outer;
    mcp_fetch_setting_t *merged;
    apr_size_t row;

    if (!inner || !below) {
        *setting = inner ? inner : below;
        return;
    }
    merged = apr_pmemdup(pool, below, sizeof(*merged));
    for (row = 0; row < ROWS; row++)
        if (rows[row].is_set(member(inner, row)))
            memcpy(member(merged, row), member(inner, row), rows[row].size);
    *setting = merged;
}

static const char *fetch_show(const void *value, const char *limits,
                              apr_pool_t *pool)
{
    const mcp_fetch_setting_t *setting =
        *(const mcp_fetch_setting_t *const *)value;
    const char *out = NULL;
    apr_size_t row;

    for (row = 0; setting && row < ROWS; row++)
        if (rows[row].is_set(member(setting, row)))
            out = apr_pstrcat(
                pool, out ? out : "", out ? " " : "", rows[row].key, "=",
                rows[row].show(member(setting, row), pool), NULL);
    return out;
}

const mcp_config_kind_t mcp_config_kind_fetch = {fetch_parse, fetch_merge,
                                                 fetch_show};
