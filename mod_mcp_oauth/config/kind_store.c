/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/uri.h"
#include "config/amount.h"
#include "config/keys.h"
#include "config/secret.h"
#include "store/redis.h"

#define REDIS_PORT 6379
#define MOST_DATABASE 9999
#define USUAL_TIMEOUT 300 /* milliseconds */
#define EXAMPLE "redis://redis.example.com:6379"

/* -- KEY=VALUE of redis -- */

static const char *password_read(void *member, const char *text,
                                 const char *limits,
                                 const mcp_config_line_t *line)
{
    const char *wrong = mcp_config_secret_read(member, text, limits, line);

    /* the caller puts the name of the directive before it again */
    return wrong ? apr_pstrcat(line->pool, "SECRET: ",
                               wrong + strlen(line->name) + strlen(": "), NULL)
                 : NULL;
}

static const char *password_show(const void *member, apr_pool_t *pool)
{
    return (*(const mcp_secret_setting_t *const *)member)->source;
}

static int password_is_set(const void *member)
{
    return *(const mcp_secret_setting_t *const *)member != NULL;
}

static const char *timeout_read(void *member, const char *text,
                                const char *limits,
                                const mcp_config_line_t *line)
{
    const char *wrong =
        mcp_config_amount_milliseconds(member, text, limits, line->pool);

    return wrong ? apr_pstrcat(line->pool, wrong, ".", NULL) : NULL;
}

static const char *timeout_show(const void *member, apr_pool_t *pool)
{
    return mcp_config_amount_show_milliseconds(*(const apr_int64_t *)member,
                                               pool);
}

static int timeout_is_set(const void *member)
{
    return *(const apr_int64_t *)member != 0;
}

static const mcp_config_keys_type_t password = {password_read, password_show,
                                                password_is_set};
static const mcp_config_keys_type_t timeout = {timeout_read, timeout_show,
                                               timeout_is_set};

static const mcp_config_keys_row_t rows[] = {
    {"password", offsetof(mcp_store_setting_t, password),
     sizeof(const mcp_secret_setting_t *), "1-1024", &password},
    {"timeout", offsetof(mcp_store_setting_t, timeout), sizeof(apr_int64_t),
     "10ms-10s", &timeout},
};

static const mcp_config_keys_t keys = {rows, sizeof(rows) / sizeof(*rows),
                                       sizeof(mcp_store_setting_t), 0};

/* -- its URL -- */

static const struct {
    const char *scheme;
    int tls, is_path;
} schemes[] = {{"redis", 0, 0}, {"rediss", 1, 0}, {"redis+unix", 0, 1}};

#define SCHEMES ((int)(sizeof(schemes) / sizeof(*schemes)))

/* What is wrong is said without the URL where it may hold a password. */
static const char *malformed(const mcp_config_line_t *line, const char *url,
                             const char *what)
{
    return mcp_config_line_refuse(
        line, "%s: %s Write " EXAMPLE ", or redis+unix:/run/redis/redis.sock.",
        strchr(url, '@') ? "the URL"
                         : apr_pstrcat(line->pool, "\"", url, "\"", NULL),
        what);
}

static const char *user_read(mcp_store_setting_t *store, const mcp_uri_t *uri,
                             const mcp_config_line_t *line)
{
    if (!uri->userinfo)
        return NULL;
    if (strchr(uri->userinfo, ':'))
        return mcp_config_line_refuse(
            line,
            "the URL holds a password, which logs and -D DUMP_MCP would show. "
            "Write redis://%sHOST password=file:PATH.",
            *uri->userinfo == ':'
                ? ""
                : apr_pstrcat(line->pool,
                              apr_pstrmemdup(line->pool, uri->userinfo,
                                             strcspn(uri->userinfo, ":")),
                              "@", NULL));
    if (!*uri->userinfo || strchr(uri->userinfo, '%'))
        return mcp_config_line_refuse(
            line, "the user in the URL is empty or has a %% in it.");
    store->user = uri->userinfo;
    return NULL;
}

static const char *database_read(mcp_store_setting_t *store,
                                 const mcp_uri_t *uri,
                                 const mcp_config_line_t *line)
{
    const char *digits = uri->path + (*uri->path == '/');
    apr_size_t len = strlen(digits);

    if (strspn(digits, "0123456789") != len || len > 4)
        return mcp_config_line_refuse(
            line,
            "\"%s\" is not a database of Redis; write its number, from 0 to "
            "%d, as in " EXAMPLE "/2.",
            uri->path, MOST_DATABASE);
    store->db = atoi(digits);
    return NULL;
}

static const char *place_read(mcp_store_setting_t *store, const mcp_uri_t *uri,
                              int is_path, const mcp_config_line_t *line)
{
    const char *wrong;

    if (uri->query || uri->fragment)
        return malformed(line, uri->text, "it ends in a ? or a # too many.");
    if (is_path) {
        if (uri->host || *uri->path != '/' || !uri->path[1])
            return malformed(line, uri->text, "it names no socket.");
        store->path = uri->path;
        return NULL;
    }
    if (!uri->host || !*uri->host)
        return malformed(line, uri->text, "it names no host.");
    wrong = user_read(store, uri, line);
    if (wrong)
        return wrong;
    store->host = uri->host;
    store->port = uri->port ? uri->port : REDIS_PORT;
    return database_read(store, uri, line);
}

static const char *url_read(mcp_store_setting_t *store,
                            const mcp_config_line_t *line)
{
    const char *text = mcp_config_line_word(line, 1);
    const mcp_error_t *error;
    const mcp_uri_t *uri;
    int i;

    if (!text)
        return mcp_config_line_refuse(
            line, "where is Redis? Write redis " EXAMPLE ".");
    error = mcp_uri_read(&uri, text, mcp_config_line_ctx(line));
    if (error)
        return malformed(line, text, mcp_error_text(error));
    for (i = 0; i < SCHEMES && strcmp(schemes[i].scheme, uri->scheme); i++)
        ;
    if (i == SCHEMES)
        return malformed(line, text, "it is not the URL of a Redis.");
    store->url = text;
    store->tls = schemes[i].tls;
    return place_read(store, uri, schemes[i].is_path, line);
}

/* -- the stores -- */

static const char *sqlite_parse(mcp_store_setting_t **store,
                                const mcp_config_line_t *line)
{
    const char *option = mcp_config_line_word(line, 1);

    if ((option && strcmp(option, "sync=full") != 0) || line->words->nelts > 2)
        return mcp_config_line_refuse(
            line,
            "\"%s\" is not a setting of sqlite. The only one is "
            "sync=full.",
            mcp_config_line_word(line, line->words->nelts > 2 ? 2 : 1));
    (*store)->sync_full = option != NULL;
    return NULL;
}

/* The words behind the URL, as a line of their own. */
static mcp_config_line_t rest_of(const mcp_config_line_t *line)
{
    apr_array_header_t *words =
        apr_array_make(line->pool, 2, sizeof(const char *));
    mcp_config_line_t rest = *line;
    int i;

    for (i = 2; i < line->words->nelts; i++)
        APR_ARRAY_PUSH(words, const char *) = mcp_config_line_word(line, i);
    rest.words = words;
    return rest;
}

static const char *redis_parse(mcp_store_setting_t **store,
                               const mcp_config_line_t *line)
{
    const mcp_config_line_t rest = rest_of(line);
    const char *wrong = url_read(*store, line);

    if (!wrong)
        wrong = mcp_store_redis_missing((*store)->tls)
                    ? mcp_config_line_refuse(
                          line, "%s", mcp_store_redis_missing((*store)->tls))
                    : mcp_config_keys_parse(store, &keys, &rest);
    if (wrong)
        return wrong;
    if ((*store)->user && !(*store)->password)
        return mcp_config_line_refuse(
            line, "user %s has no password. Add password=file:PATH.",
            (*store)->user);
    if (!(*store)->timeout)
        (*store)->timeout = USUAL_TIMEOUT;
    return NULL;
}

static const struct {
    const char *name;
    const char *(*parse)(mcp_store_setting_t **store,
                         const mcp_config_line_t *line);
} stores[] = {{"sqlite", sqlite_parse}, {"redis", redis_parse}};

#define STORES ((int)(sizeof(stores) / sizeof(*stores)))

static const char *store_parse(void *value, const mcp_config_line_t *line)
{
    const char *name = mcp_config_line_word(line, 0), *wrong;
    mcp_store_setting_t *store = apr_pcalloc(line->pool, sizeof(*store));
    int i;

    for (i = 0; i < STORES && strcmp(stores[i].name, name) != 0; i++)
        ;
    if (i == STORES)
        return mcp_config_line_refuse(
            line, "\"%s\" is not a store. Write sqlite, or redis URL.", name);
    store->name = name;
    wrong = stores[i].parse(&store, line);
    *(const mcp_store_setting_t **)value = store;
    return wrong;
}

static const char *store_show(const void *value, const char *limits,
                              apr_pool_t *pool)
{
    const mcp_store_setting_t *store =
        *(const mcp_store_setting_t *const *)value;

    if (!store)
        return NULL;
    if (!store->url)
        return apr_pstrcat(pool, store->name,
                           store->sync_full ? " sync=full" : "", NULL);
    return apr_pstrcat(pool, store->name, " ", store->url, " ",
                       mcp_config_keys_show(&store, &keys, pool), NULL);
}

const mcp_config_kind_t mcp_config_kind_store = {
    store_parse, mcp_config_kind_replace, store_show};
