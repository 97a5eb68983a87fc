/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "base/schema.h"

#include <pcre2.h>

#include "base/schema_node.h"

#define MATCH_LIMIT 100000 /* steps of one pattern on one string */
#define MATCH_HEAP 1024    /* KiB for backtracking */

/* -- patterns -- */

static apr_status_t free_pattern(void *pattern)
{
    pcre2_code_free(pattern);
    return APR_SUCCESS;
}

/* Patterns are ECMA-262's (JSON Schema 6.4): the options bring PCRE2 there. */
void *mcp_schema_pattern_make(const char *text, apr_pool_t *pool)
{
    const apr_uint32_t options = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY |
                                 PCRE2_ALT_BSUX | PCRE2_MATCH_UNSET_BACKREF |
                                 PCRE2_NEVER_BACKSLASH_C;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    PCRE2_SIZE at;
    void *pattern;
    int why;

    if (!context)
        return NULL;
    pcre2_set_compile_extra_options(context, PCRE2_EXTRA_ALT_BSUX);
    pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
    pattern = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, options,
                            &why, &at, context);
    pcre2_compile_context_free(context);
    if (pattern)
        apr_pool_cleanup_register(pool, pattern, free_pattern,
                                  apr_pool_cleanup_null);
    return pattern;
}

mcp_schema_match_t mcp_schema_match(const mcp_schema_t *schema,
                                    const char *text, apr_size_t len)
{
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    pcre2_match_data *data =
        pcre2_match_data_create_from_pattern(schema->pattern, NULL);
    int rc = PCRE2_ERROR_NOMEMORY;

    if (context && data) {
        pcre2_set_match_limit(context, MATCH_LIMIT);
        pcre2_set_heap_limit(context, MATCH_HEAP);
        rc = pcre2_match(schema->pattern, (PCRE2_SPTR)text, len, 0,
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

const mcp_json_t *mcp_schema_json(const mcp_schema_t *schema)
{
    return schema ? schema->json : NULL;
}

const char *mcp_schema_check(const mcp_schema_t *schema,
                             const mcp_json_t *value, apr_pool_t *pool)
{
    return schema ? mcp_schema_check_value(schema, value, pool) : NULL;
}
