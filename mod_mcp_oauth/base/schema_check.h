/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_SCHEMA_CHECK_H
#define MCP_BASE_SCHEMA_CHECK_H

#include "base/schema_node.h"

/* The checking of a value, for schema_check*.c alone. What returns text says
 * NULL = passes, else a sentence; any text when silent. */

typedef mcp_schema_place_t place_t;

/* Which members or items of a value a schema has looked at (Core 11), by
 * their number. */
typedef struct marks_t {
    char *flags;
    apr_size_t count;
} marks_t;

/* The resources that the check came through, from the innermost. */
typedef struct scope_t scope_t;
struct scope_t {
    const scope_t *up;
    const mcp_schema_resource_t *resource;
};

typedef struct check_t {
    apr_pool_t *pool;
    int silent;          /* only whether it passes matters */
    const char *gave_up; /* why there is no answer; then nothing passes */
    int depth;
    apr_size_t steps;  /* that were made */
    apr_size_t effort; /* that is left for patterns */
    const scope_t *scope;
    marks_t *marks; /* of the value being checked; NULL: nobody asks */
} check_t;

/* schema_check.c */
const char *mcp_schema_check_fail(check_t *c, const place_t *at,
                                  const char *format, ...)
    __attribute__((format(printf, 3, 4)));
const char *mcp_schema_check_give_up(check_t *c, const place_t *at,
                                     const char *why);
/* name as a sentence shows it */
const char *mcp_schema_check_shown(check_t *c, const char *name);
const char *mcp_schema_check_count(check_t *c,
                                   const mcp_schema_count_t *bounds,
                                   apr_size_t count, const char *what,
                                   const place_t *at);
/* another schema of the same value */
const char *mcp_schema_check_same(check_t *c, const mcp_schema_t *s,
                                  const mcp_json_t *value, const place_t *at);
/* a member or an item of it */
const char *mcp_schema_check_part(check_t *c, const mcp_schema_t *s,
                                  const mcp_json_t *value, const place_t *at);
/* whether it passes; leaves no marks */
int mcp_schema_check_fits(check_t *c, const mcp_schema_t *s,
                          const mcp_json_t *value, const place_t *at);
/* as mcp_schema_match */
const char *mcp_schema_check_match(check_t *c, int *matches,
                                   const mcp_schema_pattern_t *pattern,
                                   const char *text, const place_t *at);

/* schema_check_value.c */
/* 1 << MCP_SCHEMA_STRING etc.; an integer is a number too */
unsigned mcp_schema_check_value_types(const mcp_json_t *value);
/* the sentence for a value that is of none of these types */
const char *mcp_schema_check_value_not_of(check_t *c, unsigned types,
                                          const place_t *at);
/* const and enum */
const char *mcp_schema_check_value_given(check_t *c, const mcp_schema_t *s,
                                         const mcp_json_t *value,
                                         const place_t *at);
const char *mcp_schema_check_value_number(check_t *c, const mcp_schema_t *s,
                                          const mcp_json_t *value,
                                          const place_t *at);
const char *mcp_schema_check_value_string(check_t *c, const mcp_schema_t *s,
                                          const mcp_json_t *value,
                                          const place_t *at);

/* schema_check_array.c, schema_check_object.c; rest: unevaluatedItems and
 * unevaluatedProperties */
const char *mcp_schema_check_array(check_t *c, const mcp_schema_t *s,
                                   const mcp_json_t *value, const place_t *at);
const char *mcp_schema_check_array_rest(check_t *c, const mcp_schema_t *s,
                                        const mcp_json_t *value,
                                        const place_t *at);
const char *mcp_schema_check_object(check_t *c, const mcp_schema_t *s,
                                    const mcp_json_t *value,
                                    const place_t *at);
const char *mcp_schema_check_object_rest(check_t *c, const mcp_schema_t *s,
                                         const mcp_json_t *value,
                                         const place_t *at);

#endif
