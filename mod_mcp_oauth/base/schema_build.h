/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_SCHEMA_BUILD_H
#define MCP_BASE_SCHEMA_BUILD_H

#include <stddef.h>

#include "base/schema_node.h"

/* The making of a schema, for schema_make*.c and schema_resource.c alone. */

/* the dialects, as bits; a keyword may be of some of them */
#define MCP_SCHEMA_2020_12 1u
#define MCP_SCHEMA_DRAFT_07 2u

typedef struct mcp_schema_build_t {
    mcp_ctx_t *cx;
    int is_silent;             /* of what is no keyword */
    apr_hash_t *made;          /* mcp_json_t * to its mcp_schema_t */
    apr_hash_t *resources;     /* URI to mcp_schema_resource_t */
    apr_array_header_t *links; /* mcp_schema_link_t: $refs to be followed when
                                * all that they can lead to has its name */
    /* of the schema being made */
    mcp_schema_resource_t *resource;
    unsigned dialect;
    const char *where; /* as a JSON Pointer */
} mcp_schema_build_t;

typedef struct mcp_schema_keyword_t mcp_schema_keyword_t;
struct mcp_schema_keyword_t {
    const char *name;
    /* NULL: there is nothing to make of it */
    const mcp_error_t *(*make)(mcp_schema_t *s, const mcp_schema_keyword_t *k,
                               const mcp_json_t *value, mcp_schema_build_t *b);
    apr_size_t offset; /* of the member of mcp_schema_t that it sets */
    unsigned asks;     /* what it adds to that of mcp_schema_t */
    unsigned dialects; /* 0 = each */
};

#define MCP_SCHEMA_MEMBER(s, k, type)                                         \
    ((type *)(void *)((char *)(s) + (k)->offset))

/* A function of a keyword's value. */
#define MCP_SCHEMA_MAKER(name)                                                \
    const mcp_error_t *name(mcp_schema_t *s, const mcp_schema_keyword_t *k,   \
                            const mcp_json_t *value, mcp_schema_build_t *b)

/* schema_make.c */
const mcp_error_t *mcp_schema_make_refuse(mcp_schema_build_t *b,
                                          const char *name, const char *why);
/* json as a schema, found at where/name */
const mcp_error_t *mcp_schema_make_part(const mcp_schema_t **schema,
                                        const mcp_json_t *json,
                                        const char *name,
                                        mcp_schema_build_t *b);

/* schema_make_value.c: keywords that say something themselves */
MCP_SCHEMA_MAKER(mcp_schema_make_value_any);
MCP_SCHEMA_MAKER(mcp_schema_make_value_number);
MCP_SCHEMA_MAKER(mcp_schema_make_value_multiple);
MCP_SCHEMA_MAKER(mcp_schema_make_value_count);
MCP_SCHEMA_MAKER(mcp_schema_make_value_enum);
MCP_SCHEMA_MAKER(mcp_schema_make_value_required);
MCP_SCHEMA_MAKER(mcp_schema_make_value_unique);
MCP_SCHEMA_MAKER(mcp_schema_make_value_type);
MCP_SCHEMA_MAKER(mcp_schema_make_value_pattern);
int mcp_schema_make_value_is_names(const mcp_json_t *value);

/* schema_make_parts.c: keywords that hold schemas */
MCP_SCHEMA_MAKER(mcp_schema_make_parts_one);
MCP_SCHEMA_MAKER(mcp_schema_make_parts_list);
MCP_SCHEMA_MAKER(mcp_schema_make_parts_map);
MCP_SCHEMA_MAKER(mcp_schema_make_parts_definitions);
MCP_SCHEMA_MAKER(mcp_schema_make_parts_named);
MCP_SCHEMA_MAKER(mcp_schema_make_parts_dependent_required);
MCP_SCHEMA_MAKER(mcp_schema_make_parts_dependent_schemas);
MCP_SCHEMA_MAKER(mcp_schema_make_parts_dependencies);
MCP_SCHEMA_MAKER(mcp_schema_make_parts_items);
MCP_SCHEMA_MAKER(mcp_schema_make_parts_rest);

/* schema_resource.c */
typedef struct mcp_schema_link_t {
    mcp_schema_t *from;
    const mcp_schema_keyword_t *keyword;
    const char *uri;
    const char *where;
} mcp_schema_link_t;

/* What $schema, $id and the anchors say of s, before anything else of it is
 * made. */
const mcp_error_t *mcp_schema_resource_enter(mcp_schema_t *s,
                                             mcp_schema_build_t *b);
MCP_SCHEMA_MAKER(mcp_schema_resource_link);
/* Follows a link. */
const mcp_error_t *mcp_schema_resource_follow(const mcp_schema_link_t *link,
                                              mcp_schema_build_t *b);

#endif
