/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "base/schema.h"

#include <pcre2.h>

#include "base/schema_node.h"

#define MATCH_LIMIT 100000 /* steps from one place of a string */
#define MATCH_HEAP 1024    /* KiB for backtracking */

/* -- patterns -- */

static apr_status_t free_code(void *code)
{
    pcre2_code_free(code);
    return APR_SUCCESS;
}

/* Patterns are ECMA-262's with the flag u (JSON Schema 6.4): the options bring
 * PCRE2 there, together with what mcp_schema_ecma_read does. */
mcp_schema_pattern_t *mcp_schema_pattern_make(const char *text,
                                              apr_pool_t *pool)
{
    /* the callouts count the work */
    const apr_uint32_t options = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY |
                                 PCRE2_MATCH_UNSET_BACKREF |
                                 PCRE2_ALLOW_EMPTY_CLASS |
                                 PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT;
    const char *translated = mcp_schema_ecma_read(text, pool);
    mcp_schema_pattern_t *pattern;
    PCRE2_SIZE at;
    void *code;
    int why;

    if (!translated)
        return NULL;
    code = pcre2_compile((PCRE2_SPTR)translated, PCRE2_ZERO_TERMINATED,
                         options, &why, &at, NULL);
    if (!code)
        return NULL;
    apr_pool_cleanup_register(pool, code, free_code, apr_pool_cleanup_null);
    pattern = apr_palloc(pool, sizeof(*pattern));
    pattern->text = text;
    pattern->code = code;
    return pattern;
}

typedef struct effort_t {
    apr_size_t *left;
    PCRE2_SIZE at;
} effort_t;

/* Before each item of the pattern: an item costs 1, and what the one before it
 * went over. PCRE2's own limit begins anew at each place of the string, and
 * counts no characters. */
static int spend(pcre2_callout_block *block, void *data)
{
    effort_t *effort = data;
    PCRE2_SIZE at = block->current_position;
    apr_size_t cost = 1 + (at > effort->at ? at - effort->at : 0);

    effort->at = at;
    if (cost > *effort->left)
        return PCRE2_ERROR_CALLOUT;
    *effort->left -= cost;
    return 0;
}

mcp_schema_match_t mcp_schema_match(const mcp_schema_pattern_t *pattern,
                                    const char *text, apr_size_t len,
                                    apr_size_t *effort)
{
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    effort_t spent = {effort, 0};
    int rc = PCRE2_ERROR_NOMEMORY;

    if (context && data) {
        pcre2_set_match_limit(context, MATCH_LIMIT);
        pcre2_set_heap_limit(context, MATCH_HEAP);
        pcre2_set_callout(context, spend, &spent);
        rc = pcre2_match(pattern->code, (PCRE2_SPTR)text, len, 0,
                         PCRE2_NO_UTF_CHECK, data, context);
    }
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
    if (rc >= 0)
        return MCP_SCHEMA_MATCHES;
    return rc == PCRE2_ERROR_NOMATCH ? MCP_SCHEMA_DIFFERS
                                     : MCP_SCHEMA_UNDECIDED;
}

/* -- what others call -- */

const mcp_error_t *mcp_schema_make(const mcp_schema_t **schema,
                                   const char *text, mcp_ctx_t *cx)
{
    *schema = NULL;
    return text ? mcp_schema_make_text(schema, text, cx) : NULL;
}

const mcp_error_t *mcp_schema_make_form(const mcp_schema_t **schema,
                                        const mcp_json_t *json, mcp_ctx_t *cx)
{
    *schema = NULL;
    return mcp_schema_make_json(schema, json, cx);
}

const mcp_json_t *mcp_schema_json(const mcp_schema_t *schema)
{
    return schema ? schema->json : NULL;
}

const char *mcp_schema_check(const mcp_schema_t *schema,
                             const mcp_json_t *value, apr_pool_t *pool)
{
    return schema ? mcp_schema_check_value(schema, value, pool) : NULL;
}
