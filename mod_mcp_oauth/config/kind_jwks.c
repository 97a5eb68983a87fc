/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>

#include "config/file.h"
#include "config/kind.h"
#include "jose/jwk.h"

#define MAX_BYTES 65536

static const char *key_check(const mcp_json_t *key, int number,
                             const char *path, const mcp_config_line_t *line)
{
    mcp_ctx_t *cx = mcp_config_line_ctx(line);
    const mcp_error_t *e;
    mcp_jose_jwk_t *jwk;

    if (mcp_json_get(key, "d") || mcp_json_get(key, "k"))
        return mcp_config_line_refuse(
            line,
            "key %d of %s is a private or secret key. Leave that with the "
            "client, and make a new one, since this was in two places: only "
            "the public part belongs here.",
            number, path);
    e = mcp_jose_jwk_read(&jwk, key, cx);
    return e ? mcp_config_line_refuse(line, "key %d of %s: %s.", number, path,
                                      e->detail)
             : NULL;
}

static const char *set_check(const mcp_json_t *json, const char *path,
                             const mcp_config_line_t *line)
{
    const mcp_json_t *keys = mcp_json_get(json, "keys");
    const char *wrong = NULL;
    apr_size_t i;

    if (mcp_json_type(keys) != MCP_JSON_ARRAY || !mcp_json_size(keys))
        return mcp_config_line_refuse(
            line,
            "%s is not a JSON Web Key Set. It begins with {\"keys\": [ and "
            "has a key or more.",
            path);
    for (i = 0; i < mcp_json_size(keys) && !wrong; i++)
        wrong = key_check(mcp_json_at(keys, i), (int)i + 1, path, line);
    return wrong;
}

static const char *jwks_parse(void *value, const mcp_config_line_t *line)
{
    mcp_jwks_setting_t *made = apr_pcalloc(line->pool, sizeof(*made));
    const char *word = mcp_config_line_word(line, 0), *wrong;
    apr_size_t len;
    char *text;

    made->path = mcp_config_file_path(word, line);
    if (!made->path)
        return mcp_config_line_refuse(line, "\"%s\" names no file.", word);
    wrong = mcp_config_file_read(&text, &len, made->path, MAX_BYTES, line);
    if (wrong)
        return wrong;
    if (len > MAX_BYTES)
        return mcp_config_line_refuse(line, "%s has more than %d bytes.",
                                      made->path, MAX_BYTES);
    if (mcp_json_read(&made->jwks, text, len, mcp_config_line_ctx(line)))
        return mcp_config_line_refuse(line, "%s is not JSON.", made->path);
    *(const mcp_jwks_setting_t **)value = made;
    return set_check(made->jwks, made->path, line);
}

static const char *jwks_show(const void *value, const char *limits,
                             apr_pool_t *pool)
{
    const mcp_jwks_setting_t *set = *(const mcp_jwks_setting_t *const *)value;

    return set ? mcp_config_kind_string(&set->path, NULL, pool) : NULL;
}

const mcp_config_kind_t mcp_config_kind_jwks = {
    jwks_parse, mcp_config_kind_replace, jwks_show};
