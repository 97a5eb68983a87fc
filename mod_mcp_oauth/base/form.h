/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_FORM_H
#define MCP_BASE_FORM_H

#include <apr_tables.h>

#include "base/error.h"

#define MCP_FORM_MAX_FIELDS 64

/* Reads application/x-www-form-urlencoded text (a body or a query string):
 * bounded, UTF-8, without NUL, every name once except `resource`, which RFC
 * 8707 2 allows more than once (then the values are kept as several table
 * entries). INVALID_REQUEST otherwise; the description names the field, never
 * its value. Names with a capital letter are left out: parameter names are
 * case sensitive (RFC 6749 1.8), apr tables are not. text may be NULL: an
 * empty table. */
const mcp_error_t *mcp_form_read(apr_table_t **form, const char *text,
                                 apr_size_t len, mcp_ctx_t *cx);
/* "a=b&c=d": the fields in the order of the table; "" when it is empty. */
const char *mcp_form_text(const apr_table_t *form, apr_pool_t *pool);
/* "a=b&c=d" appended to uri, before a fragment-less end, with ? or &. A NULL
 * value leaves its field out. Pairs end with a NULL name. */
const char *mcp_form_append(apr_pool_t *pool, const char *uri, ...)
    __attribute__((sentinel));

#endif
