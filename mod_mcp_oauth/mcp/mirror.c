/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/mirror.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "mcp/header.h"

#define ANNOTATION "x-mcp-header"
#define HEADER_PREFIX "Mcp-Param-"

/* -- reading the schema -- */

typedef struct walk_t {
    apr_array_header_t *mirrored;
    const char *complaint;
    apr_pool_t *pool;
} walk_t;

static int is_in(const char *const *words, const char *word)
{
    for (; *words; words++)
        if (!strcmp(*words, word))
            return 1;
    return 0;
}

/* RFC 9110 5.6.2 */
static int is_token(const char *text)
{
    const char *s;

    for (s = text; *s; s++)
        if (!apr_isalnum(*s) && !strchr("!#$%&'*+-.^_`|~", *s))
            return 0;
    return s > text;
}

static int is_taken(const apr_array_header_t *mirrored, const char *header)
{
    int i;

    for (i = 0; i < mirrored->nelts; i++)
        if (!strcasecmp(APR_ARRAY_IDX(mirrored, i, mcp_mirror_t).header,
                        header))
            return 1;
    return 0;
}

static void annotation_read(walk_t *walk, const mcp_json_t *node,
                            const char *pointer)
{
    static const char *const types[] = {"string", "integer", "boolean", NULL};
    const mcp_json_t *annotation = mcp_json_get(node, ANNOTATION);
    const char *name = mcp_json_string(annotation);
    const char *type = mcp_json_string(mcp_json_get(node, "type"));
    mcp_mirror_t *mirror;
    const char *header;

    if (!annotation)
        return;
    if (!name || !is_token(name))
        walk->complaint = "is not the name of a header";
    else if (!pointer)
        walk->complaint = "stands where no chain of properties leads";
    else if (!type || !is_in(types, type))
        walk->complaint = "needs the type string, integer or boolean";
    if (walk->complaint)
        return;
    header = apr_pstrcat(walk->pool, HEADER_PREFIX, name, NULL);
    if (is_taken(walk->mirrored, header)) {
        walk->complaint = "names the same header twice";
        return;
    }
    mirror = &APR_ARRAY_PUSH(walk->mirrored, mcp_mirror_t);
    mirror->header = header;
    mirror->pointer = pointer;
}

static void schema_read(walk_t *walk, const mcp_json_t *node,
                        const char *pointer);

/* RFC 6901 3 */
static const char *pointer_of(const char *base, const char *name,
                              apr_pool_t *pool)
{
    char *pointer = apr_palloc(pool, strlen(base) + 2 * strlen(name) + 2);
    char *to = apr_cpystrn(pointer, base, strlen(base) + 1);

    for (*to++ = '/'; *name; name++) {
        if (*name == '~' || *name == '/') {
            *to++ = '~';
            *to++ = *name == '~' ? '0' : '1';
        }
        else {
            *to++ = *name;
        }
    }
    *to = '\0';
    return pointer;
}

/* An object whose members are schemas; pointer as in schema_read. */
static void schemas_read(walk_t *walk, const mcp_json_t *map,
                         const char *pointer)
{
    mcp_json_iter_t *i;

    for (i = mcp_json_first(map); i; i = mcp_json_next(map, i))
        schema_read(
            walk, mcp_json_iter_value(i),
            pointer ? pointer_of(pointer, mcp_json_iter_name(i), walk->pool)
                    : NULL);
}

static void keyword_read(walk_t *walk, const char *name,
                         const mcp_json_t *value, const char *pointer)
{
    static const char *const data[] = {"enum", "const", "default", "examples",
                                       NULL};
    static const char *const maps[] = {
        "$defs", "definitions", "patternProperties", "dependentSchemas", NULL};
    apr_size_t i;

    if (is_in(data, name))
        return;
    if (!strcmp(name, "properties"))
        schemas_read(walk, value, pointer);
    else if (is_in(maps, name))
        schemas_read(walk, value, NULL);
    else if (mcp_json_type(value) == MCP_JSON_OBJECT)
        schema_read(walk, value, NULL);
    else if (mcp_json_type(value) == MCP_JSON_ARRAY)
        for (i = 0; i < mcp_json_size(value); i++)
            schema_read(walk, mcp_json_at(value, i), NULL);
}

/* pointer: of the argument that the schema is for; NULL where the way to it is
 * not one of properties alone. */
static void schema_read(walk_t *walk, const mcp_json_t *node,
                        const char *pointer)
{
    mcp_json_iter_t *i;

    if (mcp_json_type(node) != MCP_JSON_OBJECT)
        return;
    annotation_read(walk, node, pointer);
    for (i = mcp_json_first(node); i && !walk->complaint;
         i = mcp_json_next(node, i))
        keyword_read(walk, mcp_json_iter_name(i), mcp_json_iter_value(i),
                     pointer);
}

const char *mcp_mirror_read(apr_array_header_t **mirrored,
                            const mcp_json_t *schema, apr_pool_t *pool)
{
    walk_t walk = {NULL, NULL, pool};

    walk.mirrored = apr_array_make(pool, 2, sizeof(mcp_mirror_t));
    schema_read(&walk, schema, "");
    *mirrored = walk.mirrored->nelts ? walk.mirrored : NULL;
    return walk.complaint
               ? apr_pstrcat(pool, ANNOTATION " ", walk.complaint, NULL)
               : NULL;
}

/* -- checking a call -- */

/* "42.0" is 42 (Server Validation) */
static int is_same_integer(const char *header, apr_int64_t value)
{
    apr_size_t len = strcspn(header, ".");
    apr_int64_t number;
    char *end;

    number = apr_strtoi64(header, &end, 10);
    if (!len || end != header + len || number != value ||
        strspn(header, "-0123456789") != len)
        return 0;
    return !header[len] || (header[len + 1] &&
                            !header[len + 1 + strspn(header + len + 1, "0")]);
}

static int is_same(const char *header, const mcp_json_t *value)
{
    apr_int64_t number;

    if (mcp_json_integer(&number, value))
        return is_same_integer(header, number);
    if (mcp_json_type(value) == MCP_JSON_BOOLEAN)
        return !strcmp(header, mcp_json_is_true(value) ? "true" : "false");
    return mcp_json_string(value) && !strcmp(header, mcp_json_string(value));
}

static const mcp_error_t *check(const mcp_turn_t *t,
                                const mcp_mirror_t *mirror,
                                const mcp_json_t *arguments)
{
    const char *header = mcp_turn_header(t, mirror->header);
    const mcp_json_t *value = mcp_json_pointer(arguments, mirror->pointer);
    mcp_json_type_t type = mcp_json_type(value);

    if (type == MCP_JSON_NONE || type == MCP_JSON_NULL)
        return header ? mcp_header_mismatch(t, mirror->header,
                                            "mirrors no argument")
                      : NULL;
    if (!header)
        return mcp_header_mismatch(t, mirror->header, "is missing");
    header = mcp_header_value_read(header, t->cx->pool);
    if (!header)
        return mcp_header_mismatch(t, mirror->header, "is malformed");
    if (!is_same(header, value))
        return mcp_header_mismatch(t, mirror->header,
                                   "does not match the body");
    return NULL;
}

const mcp_error_t *mcp_mirror_check(const mcp_turn_t *t,
                                    const apr_array_header_t *mirrored,
                                    const mcp_json_t *arguments)
{
    int i;

    for (i = 0; mirrored && i < mirrored->nelts; i++)
        MCP_TRY(
            check(t, &APR_ARRAY_IDX(mirrored, i, mcp_mirror_t), arguments));
    return NULL;
}
