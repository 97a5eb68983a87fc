/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "target.h"

#include "base/encode.h"
#include "base/uri_template.h"

/* A template and a URI, divided by a line feed. What a URI is read as makes
 * that URI again, and no value is one that a template does not give. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_value(const char *value)
{
    PROMISE(*value && mcp_encode_is_utf8(value, strlen(value)));
    PROMISE(strcmp(value, ".") && strcmp(value, ".."));
    PROMISE(!strstr(value, "/../") && strncmp(value, "../", 3));
}

/* What the template makes of these values, none of which needs an escape. */
static const char *expand(const char *text, const apr_array_header_t *values,
                          apr_pool_t *pool)
{
    const char *made = "";
    apr_size_t len;
    int i = 0;

    while (*text) {
        len = strcspn(text, "{");
        made = apr_pstrcat(pool, made, apr_pstrmemdup(pool, text, len), NULL);
        text += len;
        if (!*text)
            break;
        made = apr_pstrcat(pool, made,
                           APR_ARRAY_IDX(values, i++, const char *), NULL);
        text = strchr(text, '}') + 1;
    }
    return made;
}

static void check(const mcp_uri_template_t *t, const char *text,
                  const char *uri, apr_pool_t *pool)
{
    const apr_array_header_t *values = mcp_uri_template_match(t, uri, pool);
    int i;

    if (!values)
        return;
    PROMISE(values->nelts == mcp_uri_template_variables(t)->nelts);
    for (i = 0; i < values->nelts; i++)
        check_value(APR_ARRAY_IDX(values, i, const char *));
    if (!strchr(uri, '%'))
        PROMISE(!strcmp(expand(text, values, pool), uri));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    char *text = apr_pstrmemdup(cx.pool, (const char *)data, (apr_size_t)size);
    char *uri = strchr(text, '\n');
    const mcp_uri_template_t *t;
    const mcp_uri_t *read;
    const mcp_error_t *e;

    if (uri)
        *uri++ = '\0';
    e = mcp_uri_template_make(&t, text, &cx);
    if (e)
        PROMISE(e->code == MCP_E_INVALID_REQUEST);
    else if (uri && !mcp_uri_read(&read, uri, &cx))
        check(t, text, uri, cx.pool);
    target_end(&cx);
    return 0;
}
