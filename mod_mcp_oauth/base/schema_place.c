/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <string.h>

#include "base/schema_node.h"

#define SHOWN 200 /* bytes of a name or a rule in a sentence */

const char *mcp_schema_place_shown(const char *text, apr_pool_t *pool)
{
    apr_size_t len = SHOWN;

    if (strlen(text) <= SHOWN)
        return text;
    /* cut between runes */
    while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
        len--;
    return apr_pstrcat(pool, apr_pstrmemdup(pool, text, len), "...", NULL);
}

/* RFC 6901 3 */
static const char *token_text(const char *name, apr_pool_t *pool)
{
    char *out = apr_palloc(pool, strlen(name) * 2 + 1), *to = out;

    for (; *name; name++) {
        if (*name == '~' || *name == '/') {
            *to++ = '~';
            *to++ = *name == '~' ? '0' : '1';
        }
        else {
            *to++ = *name;
        }
    }
    *to = '\0';
    return out;
}

const char *mcp_schema_place_text(const mcp_schema_place_t *at,
                                  apr_pool_t *pool)
{
    const char *text = "", *name;

    for (; at && at->up; at = at->up) {
        if (at->name)
            name = token_text(mcp_schema_place_shown(at->name, pool), pool);
        else
            name = apr_psprintf(pool, "%" APR_SIZE_T_FMT, at->index);
        text = apr_pstrcat(pool, "/", name, text, NULL);
    }
    return *text ? text : "/";
}
