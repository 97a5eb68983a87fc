/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_SCHEMA_NODE_H
#define MCP_BASE_SCHEMA_NODE_H

#include <apr_hash.h>
#include <apr_tables.h>

#include "base/schema.h"

/* What schema.c makes and schema_check.c reads; nobody else includes this. */

/* MCP_SCHEMA_TYPE(NAME, name, text): the values of the keyword type */
#define MCP_SCHEMA_TYPES(MCP_SCHEMA_TYPE)                                     \
    MCP_SCHEMA_TYPE(NULL, "null", "null")                                     \
    MCP_SCHEMA_TYPE(BOOLEAN, "boolean", "a boolean")                          \
    MCP_SCHEMA_TYPE(INTEGER, "integer", "an integer")                         \
    MCP_SCHEMA_TYPE(NUMBER, "number", "a number")                             \
    MCP_SCHEMA_TYPE(STRING, "string", "a string")                             \
    MCP_SCHEMA_TYPE(ARRAY, "array", "an array")                               \
    MCP_SCHEMA_TYPE(OBJECT, "object", "an object")

enum {
#define MCP_SCHEMA_TYPE(NAME, name, text) MCP_SCHEMA_##NAME,
    MCP_SCHEMA_TYPES(MCP_SCHEMA_TYPE)
#undef MCP_SCHEMA_TYPE
        MCP_SCHEMA_TYPE_COUNT
};

/* how many there may be */
typedef struct mcp_schema_count_t {
    apr_int64_t min;
    apr_int64_t max; /* -1 = any number */
} mcp_schema_count_t;

/* One schema; what its text does not say is NULL, 0 or any number. The lists
 * hold const mcp_schema_t *. */
struct mcp_schema_t {
    const mcp_json_t *json;
    int never;      /* the schema false: no value passes */
    unsigned types; /* 1 << MCP_SCHEMA_STRING etc.; 0 = any */
    const mcp_schema_t *ref;
    const mcp_json_t *values; /* enum */
    const mcp_json_t *constant;
    /* numbers */
    const mcp_json_t *minimum, *above, *maximum, *below, *multiple_of;
    /* strings */
    mcp_schema_count_t length;
    void *pattern;
    const char *pattern_text;
    /* arrays */
    mcp_schema_count_t size;
    const apr_array_header_t *prefix;
    const mcp_schema_t *items;
    int unique;
    /* objects */
    mcp_schema_count_t members;
    const mcp_json_t *required;
    apr_hash_t *properties; /* name to mcp_schema_t */
    const mcp_schema_t *additional;
    /* any value */
    const apr_array_header_t *all_of, *any_of, *one_of;
    const mcp_schema_t *is_not;
};

/* schema.c, which alone knows PCRE2 */
typedef enum {
    MCP_SCHEMA_MATCHES,
    MCP_SCHEMA_DIFFERS,
    MCP_SCHEMA_UNDECIDED /* it would take too long to say */
} mcp_schema_match_t;

/* NULL when text is no regular expression */
void *mcp_schema_pattern_make(const char *text, apr_pool_t *pool);
/* Whether text has a part that schema->pattern describes. */
mcp_schema_match_t mcp_schema_match(const mcp_schema_t *schema,
                                    const char *text, apr_size_t len);

/* schema_make.c */
const mcp_error_t *mcp_schema_make_text(const mcp_schema_t **schema,
                                        const char *text, mcp_ctx_t *cx);

/* schema_check.c: mcp_schema_check of a schema that is not NULL */
const char *mcp_schema_check_value(const mcp_schema_t *schema,
                                   const mcp_json_t *value, apr_pool_t *pool);

/* schema_unique.c: whether no two items are equal */
int mcp_schema_unique_items(const mcp_json_t *array, apr_pool_t *pool);

/* schema_number.c; of is greater than 0 */
int mcp_schema_number_is_integer(const mcp_json_t *number);
int mcp_schema_number_is_multiple(const mcp_json_t *number,
                                  const mcp_json_t *of);
/* below, equal or above 0; exact where both are integers of 64 bits, which a
 * double could not hold */
int mcp_schema_number_compare(const mcp_json_t *a, const mcp_json_t *b);

/* schema_place.c: where in the value a check is, a list from the leaf to the
 * root */
typedef struct mcp_schema_place_t mcp_schema_place_t;
struct mcp_schema_place_t {
    const mcp_schema_place_t *up; /* NULL: the value itself */
    const char *name;             /* of the member; NULL: an item */
    apr_size_t index;
};

/* As a JSON Pointer; "/" is the value itself. */
const char *mcp_schema_place_text(const mcp_schema_place_t *at,
                                  apr_pool_t *pool);
/* text as far as it fits into a sentence */
const char *mcp_schema_place_shown(const char *text, apr_pool_t *pool);

#endif
