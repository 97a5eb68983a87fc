/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_JSON_H
#define MCP_BASE_JSON_H

#include "base/error.h"

/* JSON values (RFC 8259), through jansson. A value read lives until the
 * context's pool is cleared; everything returned from it as long. Values are
 * not changed after reading. */
typedef struct json_t mcp_json_t;

#define MCP_JSON_MAX_DEPTH 64

typedef enum {
    MCP_JSON_NONE, /* NULL pointer: absent */
    MCP_JSON_NULL,
    MCP_JSON_BOOLEAN,
    MCP_JSON_INTEGER,
    MCP_JSON_REAL,
    MCP_JSON_STRING,
    MCP_JSON_ARRAY,
    MCP_JSON_OBJECT
} mcp_json_type_t;

/* One JSON text, nothing behind it but white space; duplicate names, NUL in
 * strings, invalid UTF-8 and nesting beyond MCP_JSON_MAX_DEPTH are refused
 * with PARSE_ERROR. The caller bounds len. */
const mcp_error_t *mcp_json_read(const mcp_json_t **json, const char *text,
                                 apr_size_t len, mcp_ctx_t *cx);

/* NULL is a value that is absent, so look-ups chain. */
mcp_json_type_t mcp_json_type(const mcp_json_t *json);
const mcp_json_t *mcp_json_get(const mcp_json_t *object, const char *name);
/* Whether text is a JSON Pointer (RFC 6901 3) that leads into a value. */
int mcp_json_is_pointer(const char *text);
/* RFC 6901 JSON Pointer; "" is the value itself, NULL leads nowhere */
const mcp_json_t *mcp_json_pointer(const mcp_json_t *json,
                                   const char *pointer);
/* NULL unless it is a string */
const char *mcp_json_string(const mcp_json_t *json);
apr_size_t mcp_json_string_length(const mcp_json_t *json);
/* 0 unless it is an integer (42.0 counts, 42.5 does not) */
int mcp_json_integer(apr_int64_t *value, const mcp_json_t *json);
/* 0 unless it is a number */
int mcp_json_number(double *value, const mcp_json_t *json);
/* 0 unless it is a NumericDate (RFC 7519 2), which may have a fraction */
int mcp_json_date(apr_int64_t *seconds, const mcp_json_t *json);
int mcp_json_is_true(const mcp_json_t *json);
apr_size_t mcp_json_size(const mcp_json_t *array_or_object);
const mcp_json_t *mcp_json_at(const mcp_json_t *array, apr_size_t index);
int mcp_json_equal(const mcp_json_t *a, const mcp_json_t *b);
/* text is UTF-8 */
const mcp_json_t *mcp_json_make_string(const char *text, apr_pool_t *pool);

/* for (i = mcp_json_first(o); i; i = mcp_json_next(o, i)) */
typedef struct mcp_json_iter_t mcp_json_iter_t;
mcp_json_iter_t *mcp_json_first(const mcp_json_t *object);
mcp_json_iter_t *mcp_json_next(const mcp_json_t *object,
                               mcp_json_iter_t *iter);
const char *mcp_json_iter_name(mcp_json_iter_t *iter);
const mcp_json_t *mcp_json_iter_value(mcp_json_iter_t *iter);

/* Compact, on one line. NULL gives "null". */
const char *mcp_json_text(const mcp_json_t *json, apr_pool_t *pool);

#endif
