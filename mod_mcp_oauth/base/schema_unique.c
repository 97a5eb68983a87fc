/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <stdlib.h>
#include <string.h>

#include "base/schema_node.h"
#include "base/writer.h"

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void write_canonical(mcp_writer_t *w, const mcp_json_t *json,
                            apr_pool_t *pool);

static void write_sorted(mcp_writer_t *w, const mcp_json_t *json,
                         apr_pool_t *pool)
{
    apr_size_t count = mcp_json_size(json), i = 0;
    const char **names = apr_palloc(pool, (count + 1) * sizeof(*names));
    mcp_json_iter_t *m;

    for (m = mcp_json_first(json); m; m = mcp_json_next(json, m))
        names[i++] = mcp_json_iter_name(m);
    qsort(names, count, sizeof(*names), compare_names);
    mcp_writer_open(w, '{');
    for (i = 0; i < count; i++) {
        mcp_writer_name(w, names[i]);
        write_canonical(w, mcp_json_get(json, names[i]), pool);
    }
    mcp_writer_close(w);
}

/* Equal values have equal texts. */
static void write_canonical(mcp_writer_t *w, const mcp_json_t *json,
                            apr_pool_t *pool)
{
    apr_int64_t integer;
    apr_size_t i;

    if (mcp_json_type(json) == MCP_JSON_OBJECT) {
        write_sorted(w, json, pool);
    }
    else if (mcp_json_type(json) == MCP_JSON_ARRAY) {
        mcp_writer_open(w, '[');
        for (i = 0; i < mcp_json_size(json); i++)
            write_canonical(w, mcp_json_at(json, i), pool);
        mcp_writer_close(w);
    }
    else if (mcp_json_integer(&integer, json)) {
        mcp_writer_integer(w, integer);
    }
    else {
        mcp_writer_json(w, json);
    }
}

/* By their texts in a table: to compare each item with each takes minutes for
 * an array as long as a request may be. */
int mcp_schema_unique_items(const mcp_json_t *array, apr_size_t *work,
                            apr_pool_t *parent)
{
    apr_size_t i, count = mcp_json_size(array), *ends;
    const char *text, *item;
    apr_hash_t *seen;
    apr_pool_t *pool;
    mcp_writer_t *w;
    apr_ssize_t len;

    *work = 0;
    if (count < 2)
        return 1;
    apr_pool_create(&pool, parent);
    ends = apr_palloc(pool, count * sizeof(*ends));
    w = mcp_writer_make(pool);
    mcp_writer_open(w, '[');
    for (i = 0; i < count; i++) {
        write_canonical(w, mcp_json_at(array, i), pool);
        mcp_writer_text(w, &ends[i]);
    }
    text = mcp_writer_text(w, work);
    seen = apr_hash_make(pool);
    for (i = 0; i < count; i++) {
        item = text + (i ? ends[i - 1] + 1 : 1); /* behind "," or "[" */
        len = text + ends[i] - item;
        if (apr_hash_get(seen, item, len))
            break;
        apr_hash_set(seen, item, len, "");
    }
    apr_pool_destroy(pool);
    return i == count;
}
