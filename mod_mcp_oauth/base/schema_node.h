/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_SCHEMA_NODE_H
#define MCP_BASE_SCHEMA_NODE_H

#include <apr_hash.h>
#include <apr_tables.h>

#include "base/schema.h"

/* What schema_make.c makes and schema_check.c reads; nobody else includes
 * this. */

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

/* Of what there may be rules: values of these types, */
#define MCP_SCHEMA_OF_NUMBER (1u << MCP_SCHEMA_NUMBER)
#define MCP_SCHEMA_OF_STRING (1u << MCP_SCHEMA_STRING)
#define MCP_SCHEMA_OF_ARRAY (1u << MCP_SCHEMA_ARRAY)
#define MCP_SCHEMA_OF_OBJECT (1u << MCP_SCHEMA_OBJECT)
/* other schemas that the value has to fit, or not, */
#define MCP_SCHEMA_OF_OTHERS (1u << MCP_SCHEMA_TYPE_COUNT)
/* and what no other rule looked at. */
#define MCP_SCHEMA_OF_REST (2u << MCP_SCHEMA_TYPE_COUNT)

/* how many there may be */
typedef struct mcp_schema_count_t {
    apr_int64_t min;
    apr_int64_t max; /* -1 = any number */
} mcp_schema_count_t;

/* A regular expression. */
typedef struct mcp_schema_pattern_t {
    const char *text;
    void *code; /* PCRE2's */
} mcp_schema_pattern_t;

/* patternProperties: what members of such names must be */
typedef struct mcp_schema_named_t {
    const mcp_schema_pattern_t *pattern;
    const mcp_schema_t *schema;
} mcp_schema_named_t;

/* dependentRequired, dependentSchemas: what follows from a member being there;
 * one of the two is NULL */
typedef struct mcp_schema_dependent_t {
    const char *name;
    const mcp_json_t *required;
    const mcp_schema_t *schema;
} mcp_schema_dependent_t;

/* What has a URI of its own (Core 4.3.5): the whole text, and what in it has
 * an $id. The hashes go from a name to its mcp_schema_t; NULL: no names. */
typedef struct mcp_schema_resource_t {
    const char *uri; /* without a fragment; "" = none was said */
    const mcp_json_t *json;
    unsigned dialect;
    apr_hash_t *anchors; /* $anchor and $dynamicAnchor */
    apr_hash_t *dynamic; /* $dynamicAnchor alone */
} mcp_schema_resource_t;

/* One schema; what its text does not say is NULL, 0 or any number. The lists
 * without a type hold const mcp_schema_t *. */
struct mcp_schema_t {
    const mcp_json_t *json;
    int never;      /* the schema false: no value passes */
    unsigned types; /* 1 << MCP_SCHEMA_STRING etc.; 0 = any */
    unsigned asks;  /* MCP_SCHEMA_OF_...: what there are rules of */
    const mcp_schema_resource_t *resource; /* that it is in */
    const mcp_schema_t *ref, *dynamic_ref;
    const char *dynamic_name; /* NULL: dynamic_ref leads nowhere else */
    const mcp_json_t *values; /* enum */
    const mcp_json_t *constant;
    /* numbers */
    const mcp_json_t *minimum, *above, *maximum, *below, *multiple_of;
    /* strings */
    mcp_schema_count_t length;
    const mcp_schema_pattern_t *pattern;
    /* arrays */
    mcp_schema_count_t size;
    const apr_array_header_t *prefix;
    const mcp_schema_t *items, *unevaluated_items;
    const mcp_schema_t *contains;
    mcp_schema_count_t contained;
    int unique;
    /* objects */
    mcp_schema_count_t members;
    const mcp_json_t *required;
    apr_hash_t *properties;          /* name to mcp_schema_t */
    const apr_array_header_t *named; /* mcp_schema_named_t */
    const mcp_schema_t *additional, *unevaluated_properties;
    const mcp_schema_t *names;
    apr_array_header_t *dependents; /* mcp_schema_dependent_t */
    /* any value */
    const apr_array_header_t *all_of, *any_of, *one_of;
    const mcp_schema_t *is_not;
    const mcp_schema_t *if_passes, *then, *otherwise;
};

/* schema.c, which alone knows PCRE2 */
typedef enum {
    MCP_SCHEMA_MATCHES,
    MCP_SCHEMA_DIFFERS,
    MCP_SCHEMA_UNDECIDED /* it would take too long to say */
} mcp_schema_match_t;

/* NULL when text is no regular expression */
mcp_schema_pattern_t *mcp_schema_pattern_make(const char *text,
                                              apr_pool_t *pool);
/* Whether text has a part that pattern describes. effort: how much work there
 * may be; what was done is taken off. */
mcp_schema_match_t mcp_schema_match(const mcp_schema_pattern_t *pattern,
                                    const char *text, apr_size_t len,
                                    apr_size_t *effort);

/* schema_ecma.c: for PCRE2, a regular expression of ECMA-262 with the flag u,
 * in which what needs no escape may have one; NULL when it is none. What PCRE2
 * has not: halves of a surrogate pair, look-behind of no fixed length, and
 * groups that forget what they matched when they are repeated. */
const char *mcp_schema_ecma_read(const char *text, apr_pool_t *pool);

/* schema_make.c */
const mcp_error_t *mcp_schema_make_text(const mcp_schema_t **schema,
                                        const char *text, mcp_ctx_t *cx);
/* without a word of what is no keyword */
const mcp_error_t *mcp_schema_make_json(const mcp_schema_t **schema,
                                        const mcp_json_t *json, mcp_ctx_t *cx);

/* schema_check.c: mcp_schema_check of a schema that is not NULL */
const char *mcp_schema_check_value(const mcp_schema_t *schema,
                                   const mcp_json_t *value, apr_pool_t *pool);

/* schema_unique.c: whether no two items are equal. work: how many bytes were
 * compared. */
int mcp_schema_unique_items(const mcp_json_t *array, apr_size_t *work,
                            apr_pool_t *pool);

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
