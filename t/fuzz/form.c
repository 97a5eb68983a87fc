/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "target.h"

#include "base/encode.h"
#include "base/form.h"

/* What the form reader lets through is UTF-8 and survives being written as a
 * query and read again. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *write_again(const apr_table_t *form, apr_pool_t *pool)
{
    const apr_array_header_t *fields = apr_table_elts(form);
    const char *text = "x:y";
    int i;

    for (i = 0; i < fields->nelts; i++) {
        apr_table_entry_t *e = &APR_ARRAY_IDX(fields, i, apr_table_entry_t);

        PROMISE(mcp_encode_is_utf8(e->key, strlen(e->key)));
        PROMISE(mcp_encode_is_utf8(e->val, strlen(e->val)));
        text = mcp_form_append(pool, text, e->key, e->val, NULL);
    }
    text = strchr(text, '?');
    return text ? text + 1 : "";
}

static void check_same(const apr_table_t *a, const apr_table_t *b)
{
    const apr_array_header_t *x = apr_table_elts(a), *y = apr_table_elts(b);
    int i;

    PROMISE(x->nelts == y->nelts);
    for (i = 0; i < x->nelts; i++) {
        apr_table_entry_t *e = &APR_ARRAY_IDX(x, i, apr_table_entry_t);
        apr_table_entry_t *f = &APR_ARRAY_IDX(y, i, apr_table_entry_t);

        PROMISE(!strcmp(e->key, f->key) && !strcmp(e->val, f->val));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    const mcp_error_t *e;
    apr_table_t *form, *again;
    const char *text;

    e = mcp_form_read(&form, (const char *)data, size, &cx);
    if (e) {
        PROMISE(e->code == MCP_E_INVALID_REQUEST);
    }
    else {
        PROMISE(apr_table_elts(form)->nelts <= MCP_FORM_MAX_FIELDS);
        text = write_again(form, cx.pool);
        PROMISE(!mcp_form_read(&again, text, strlen(text), &cx));
        check_same(form, again);
    }
    target_end(&cx);
    return 0;
}
