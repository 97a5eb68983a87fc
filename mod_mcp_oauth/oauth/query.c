/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/query.h"

#include <apr_strings.h>
#include <string.h>

#include "base/encode.h"
#include "base/form.h"

static const char *const needed[] = {"client_id", "redirect_uri", "state"};

static int is_named(const char *field, apr_size_t len, const char *name,
                    apr_pool_t *pool)
{
    const char *equals = memchr(field, '=', len), *found;

    if (equals)
        len = (apr_size_t)(equals - field);
    found = mcp_encode_form_value_read(field, len, pool);
    return found && !strcmp(found, name);
}

/* All fields of a name, as they came. */
static const char *fields_of(const char *query, const char *name,
                             apr_pool_t *pool)
{
    const char *fields = "";
    apr_size_t len;

    for (; *query; query += len + (query[len] == '&')) {
        len = strcspn(query, "&");
        if (is_named(query, len, name, pool))
            fields = apr_pstrcat(pool, fields, "&",
                                 apr_pstrmemdup(pool, query, len), NULL);
    }
    return fields;
}

void mcp_oauth_query_read(apr_table_t **form, const mcp_error_t **fault,
                          const char *query, mcp_ctx_t *cx)
{
    apr_table_t *clear, *one;
    apr_size_t i;

    if (!query)
        query = "";
    *fault = mcp_form_read(form, query, strlen(query), cx);
    if (!*fault)
        return;
    clear = apr_table_make(cx->pool, 3);
    for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        const char *fields = fields_of(query, needed[i], cx->pool), *value;

        if (mcp_form_read(&one, fields, strlen(fields), cx))
            continue;
        value = apr_table_get(one, needed[i]);
        if (value)
            apr_table_setn(clear, needed[i], value);
    }
    *form = clear;
}
