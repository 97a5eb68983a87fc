/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/kind.h"

#include <apr_strings.h>
#include <apr_tables.h>

void mcp_config_kind_replace(void *value, const void *outer, apr_pool_t *pool)
{
    if (!*(void **)value)
        *(void **)value = *(void *const *)outer;
}

static const char *quoted(const char *text, apr_pool_t *pool)
{
    char *out, *to;

    if (*text && !strpbrk(text, " \t\r\n\"'#"))
        return text;
    to = out = apr_palloc(pool, 2 * strlen(text) + 3);
    *to++ = '"';
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            *to++ = '\\';
        *to++ = *text == '\n' || *text == '\r' ? ' ' : *text;
    }
    *to++ = '"';
    *to = '\0';
    return out;
}

const char *mcp_config_kind_string(const void *value, const char *limits,
                                   apr_pool_t *pool)
{
    const char *text = *(const char *const *)value;

    return text ? quoted(text, pool) : NULL;
}

const char *mcp_config_kind_strings(const void *value, const char *limits,
                                    apr_pool_t *pool)
{
    const apr_array_header_t *words =
        *(const apr_array_header_t *const *)value;
    const char *out = "";
    int i;

    for (i = 0; words && i < words->nelts; i++)
        out = apr_pstrcat(pool, out, i ? " " : "",
                          quoted(APR_ARRAY_IDX(words, i, const char *), pool),
                          NULL);
    return words ? out : NULL;
}
