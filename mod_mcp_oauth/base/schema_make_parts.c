/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <string.h>

#include "base/schema_build.h"

#define MAKER(name) MCP_SCHEMA_MAKER(mcp_schema_make_parts_##name)

MAKER(one)
{
    return mcp_schema_make_part(MCP_SCHEMA_MEMBER(s, k, const mcp_schema_t *),
                                value, k->name, b);
}

static const mcp_error_t *list_make(const apr_array_header_t **made,
                                    const char *keyword,
                                    const mcp_json_t *value,
                                    mcp_schema_build_t *b)
{
    apr_size_t i, count = mcp_json_size(value);
    apr_array_header_t *list;
    const char *name;

    if (mcp_json_type(value) != MCP_JSON_ARRAY || !count)
        return mcp_schema_make_refuse(b, keyword, "must be a list of schemas");
    list = apr_array_make(b->cx->pool, (int)count, sizeof(mcp_schema_t *));
    for (i = 0; i < count; i++) {
        const mcp_schema_t **to = apr_array_push(list);

        name = apr_psprintf(b->cx->pool, "%s/%d", keyword, (int)i);
        MCP_TRY(mcp_schema_make_part(to, mcp_json_at(value, i), name, b));
    }
    *made = list;
    return NULL;
}

MAKER(list)
{
    return list_make(MCP_SCHEMA_MEMBER(s, k, const apr_array_header_t *),
                     k->name, value, b);
}

/* -- objects whose members are schemas -- */

static const mcp_error_t *member_make(const mcp_schema_t **part,
                                      const char *keyword, mcp_json_iter_t *i,
                                      mcp_schema_build_t *b)
{
    const char *name =
        apr_pstrcat(b->cx->pool, keyword, "/", mcp_json_iter_name(i), NULL);

    return mcp_schema_make_part(part, mcp_json_iter_value(i), name, b);
}

static const mcp_error_t *map_make(apr_hash_t *map, const char *keyword,
                                   const mcp_json_t *value,
                                   mcp_schema_build_t *b)
{
    const mcp_schema_t *part;
    mcp_json_iter_t *i;

    if (mcp_json_type(value) != MCP_JSON_OBJECT)
        return mcp_schema_make_refuse(b, keyword,
                                      "must be an object of schemas");
    for (i = mcp_json_first(value); i; i = mcp_json_next(value, i)) {
        MCP_TRY(member_make(&part, keyword, i, b));
        apr_hash_set(map, mcp_json_iter_name(i), APR_HASH_KEY_STRING, part);
    }
    return NULL;
}

MAKER(map)
{
    apr_hash_t *map = apr_hash_make(b->cx->pool);

    *MCP_SCHEMA_MEMBER(s, k, apr_hash_t *) = map;
    return map_make(map, k->name, value, b);
}

/* Nothing of it is checked unless a $ref leads there, yet a mistake in it is
 * one. */
MAKER(definitions)
{
    return map_make(apr_hash_make(b->cx->pool), k->name, value, b);
}

MAKER(named)
{
    apr_array_header_t *list;
    mcp_schema_named_t *named;
    mcp_json_iter_t *i;

    if (mcp_json_type(value) != MCP_JSON_OBJECT)
        return mcp_schema_make_refuse(b, k->name,
                                      "must be an object of schemas");
    list = apr_array_make(b->cx->pool, (int)mcp_json_size(value),
                          sizeof(mcp_schema_named_t));
    for (i = mcp_json_first(value); i; i = mcp_json_next(value, i)) {
        named = apr_array_push(list);
        named->pattern =
            mcp_schema_pattern_make(mcp_json_iter_name(i), b->cx->pool);
        if (!named->pattern)
            return mcp_schema_make_refuse(
                b, k->name, "has a name that is not a regular expression");
        MCP_TRY(member_make(&named->schema, k->name, i, b));
    }
    s->named = list;
    return NULL;
}

/* -- what follows from a member -- */

typedef const mcp_error_t *dependent_maker_t(mcp_schema_dependent_t *dependent,
                                             const char *keyword,
                                             mcp_json_iter_t *i,
                                             mcp_schema_build_t *b);

static const mcp_error_t *names_make(mcp_schema_dependent_t *dependent,
                                     const char *keyword, mcp_json_iter_t *i,
                                     mcp_schema_build_t *b)
{
    dependent->required = mcp_json_iter_value(i);
    if (mcp_schema_make_value_is_names(dependent->required))
        return NULL;
    return mcp_schema_make_refuse(b, keyword,
                                  "must be an object of lists of names");
}

static const mcp_error_t *schema_make(mcp_schema_dependent_t *dependent,
                                      const char *keyword, mcp_json_iter_t *i,
                                      mcp_schema_build_t *b)
{
    return member_make(&dependent->schema, keyword, i, b);
}

static const mcp_error_t *either_make(mcp_schema_dependent_t *dependent,
                                      const char *keyword, mcp_json_iter_t *i,
                                      mcp_schema_build_t *b)
{
    dependent_maker_t *make =
        mcp_json_type(mcp_json_iter_value(i)) == MCP_JSON_ARRAY ? names_make
                                                                : schema_make;

    return make(dependent, keyword, i, b);
}

static const mcp_error_t *dependents_make(mcp_schema_t *s, const char *keyword,
                                          const mcp_json_t *value,
                                          dependent_maker_t *make,
                                          mcp_schema_build_t *b)
{
    mcp_schema_dependent_t *dependent;
    mcp_json_iter_t *i;

    if (mcp_json_type(value) != MCP_JSON_OBJECT)
        return mcp_schema_make_refuse(b, keyword, "must be an object");
    if (!s->dependents)
        s->dependents = apr_array_make(b->cx->pool, 4, sizeof(*dependent));
    for (i = mcp_json_first(value); i; i = mcp_json_next(value, i)) {
        dependent = apr_array_push(s->dependents);
        memset(dependent, 0, sizeof(*dependent));
        dependent->name = mcp_json_iter_name(i);
        MCP_TRY(make(dependent, keyword, i, b));
    }
    return NULL;
}

MAKER(dependent_required)
{
    return dependents_make(s, k->name, value, names_make, b);
}

MAKER(dependent_schemas)
{
    return dependents_make(s, k->name, value, schema_make, b);
}

/* both in one, before draft 2019-09 */
MAKER(dependencies)
{
    return dependents_make(s, k->name, value, either_make, b);
}

/* -- arrays in draft-07 -- */

MAKER(items)
{
    if (mcp_json_type(value) == MCP_JSON_ARRAY)
        return list_make(&s->prefix, k->name, value, b);
    return mcp_schema_make_parts_one(s, k, value, b);
}

/* It says nothing unless items is a list. */
MAKER(rest)
{
    const mcp_schema_t *unused;
    const mcp_json_t *items = mcp_json_get(s->json, "items");

    if (mcp_json_type(items) == MCP_JSON_ARRAY)
        return mcp_schema_make_parts_one(s, k, value, b);
    return mcp_schema_make_part(&unused, value, k->name, b);
}
