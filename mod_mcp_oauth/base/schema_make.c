/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_escape.h>
#include <apr_strings.h>
#include <stddef.h>
#include <string.h>

#include "base/encode.h"
#include "base/schema_node.h"

#define MAX_DEPTH 128 /* schemas inside schemas, through $ref too */

typedef struct build_t {
    mcp_ctx_t *cx;
    const mcp_json_t *root;
    apr_hash_t *made;  /* mcp_json_t * to its mcp_schema_t: a $ref may lead
                        * back to a schema that is being made */
    const char *where; /* the schema being made, as a JSON Pointer */
    int depth;
} build_t;

typedef struct keyword_t keyword_t;
struct keyword_t {
    const char *name;
    /* NULL: an annotation */
    const mcp_error_t *(*make)(mcp_schema_t *s, const keyword_t *k,
                               const mcp_json_t *value, build_t *b);
    apr_size_t offset; /* of the member of mcp_schema_t that it sets */
};

#define MEMBER(s, k, type) ((type *)(void *)((char *)(s) + (k)->offset))

static const mcp_error_t *refuse(build_t *b, const char *name, const char *why)
{
    return mcp_error_fault(MCP_E_SERVER_ERROR, b->cx,
                           "Correct the JSON Schema.",
                           "JSON Schema at \"%s\": %s %s", b->where,
                           mcp_encode_log(name, 60, b->cx->pool), why);
}

/* -- schemas inside a schema -- */

static const mcp_error_t *fill(mcp_schema_t *s, build_t *b);

static const mcp_error_t *make_schema(const mcp_schema_t **schema,
                                      const mcp_json_t *json, build_t *b)
{
    mcp_schema_t *s = apr_hash_get(b->made, &json, sizeof(json));

    *schema = s;
    if (s)
        return NULL;
    if (mcp_json_type(json) != MCP_JSON_OBJECT &&
        mcp_json_type(json) != MCP_JSON_BOOLEAN)
        return refuse(b, "it", "must be an object or a boolean");
    if (b->depth == MAX_DEPTH)
        return refuse(b, "it", "is nested too deeply");

    *schema = s = apr_pcalloc(b->cx->pool, sizeof(*s));
    s->json = json;
    s->length.max = s->size.max = s->members.max = -1;
    apr_hash_set(b->made, apr_pmemdup(b->cx->pool, &json, sizeof(json)),
                 sizeof(json), s);
    b->depth++;
    MCP_TRY(fill(s, b));
    b->depth--;
    return NULL;
}

static const mcp_error_t *make_part(const mcp_schema_t **schema,
                                    const mcp_json_t *json, const char *name,
                                    build_t *b)
{
    const char *where = b->where;

    b->where = apr_pstrcat(b->cx->pool, where, "/", name, NULL);
    MCP_TRY(make_schema(schema, json, b));
    b->where = where;
    return NULL;
}

/* -- one function per form of a keyword's value -- */

static const mcp_error_t *make_one(mcp_schema_t *s, const keyword_t *k,
                                   const mcp_json_t *value, build_t *b)
{
    return make_part(MEMBER(s, k, const mcp_schema_t *), value, k->name, b);
}

static const mcp_error_t *make_list(mcp_schema_t *s, const keyword_t *k,
                                    const mcp_json_t *value, build_t *b)
{
    apr_size_t i, count = mcp_json_size(value);
    apr_array_header_t *list;
    const char *name;

    if (mcp_json_type(value) != MCP_JSON_ARRAY || !count)
        return refuse(b, k->name, "must be a list of schemas");
    list = apr_array_make(b->cx->pool, (int)count, sizeof(mcp_schema_t *));
    for (i = 0; i < count; i++) {
        const mcp_schema_t **to = apr_array_push(list);

        name = apr_psprintf(b->cx->pool, "%s/%d", k->name, (int)i);
        MCP_TRY(make_part(to, mcp_json_at(value, i), name, b));
    }
    *MEMBER(s, k, const apr_array_header_t *) = list;
    return NULL;
}

static const mcp_error_t *make_map(mcp_schema_t *s, const keyword_t *k,
                                   const mcp_json_t *value, build_t *b)
{
    apr_hash_t *map = apr_hash_make(b->cx->pool);
    const mcp_schema_t *part;
    mcp_json_iter_t *i;
    const char *name;

    if (mcp_json_type(value) != MCP_JSON_OBJECT)
        return refuse(b, k->name, "must be an object of schemas");
    for (i = mcp_json_first(value); i; i = mcp_json_next(value, i)) {
        name = apr_pstrcat(b->cx->pool, k->name, "/", mcp_json_iter_name(i),
                           NULL);
        MCP_TRY(make_part(&part, mcp_json_iter_value(i), name, b));
        apr_hash_set(map, mcp_json_iter_name(i), APR_HASH_KEY_STRING, part);
    }
    *MEMBER(s, k, apr_hash_t *) = map;
    return NULL;
}

/* Nothing of it is checked unless a $ref leads there, yet a mistake in it is
 * one. */
static const mcp_error_t *make_definitions(mcp_schema_t *s, const keyword_t *k,
                                           const mcp_json_t *value, build_t *b)
{
    mcp_schema_t unused;

    return make_map(&unused, k, value, b);
}

/* A JSON Pointer in a fragment (RFC 6901 6); anchors and other documents are
 * not followed. */
static const mcp_error_t *make_ref(mcp_schema_t *s, const keyword_t *k,
                                   const mcp_json_t *value, build_t *b)
{
    const char *ref = mcp_json_string(value);
    const mcp_json_t *target;

    if (!ref || ref[0] != '#' || (ref[1] && ref[1] != '/'))
        return refuse(b, k->name, "must be \"#\" or begin with \"#/\"");
    ref = apr_punescape_url(b->cx->pool, ref + 1, NULL, NULL, 0);
    target = ref ? mcp_json_pointer(b->root, ref) : NULL;
    if (!target)
        return refuse(b, k->name, "leads nowhere");
    return make_part(&s->ref, target, k->name, b);
}

static const mcp_error_t *make_number(mcp_schema_t *s, const keyword_t *k,
                                      const mcp_json_t *value, build_t *b)
{
    double number;

    if (!mcp_json_number(&number, value))
        return refuse(b, k->name, "must be a number");
    *MEMBER(s, k, const mcp_json_t *) = value;
    return NULL;
}

static const mcp_error_t *make_multiple(mcp_schema_t *s, const keyword_t *k,
                                        const mcp_json_t *value, build_t *b)
{
    double number;

    if (!mcp_json_number(&number, value) || number <= 0)
        return refuse(b, k->name, "must be a number greater than 0");
    s->multiple_of = value;
    return NULL;
}

static const mcp_error_t *make_count(mcp_schema_t *s, const keyword_t *k,
                                     const mcp_json_t *value, build_t *b)
{
    apr_int64_t *count = MEMBER(s, k, apr_int64_t);

    if (!mcp_json_integer(count, value) || *count < 0)
        return refuse(b, k->name, "must be an integer from 0 up");
    return NULL;
}

static const mcp_error_t *make_any(mcp_schema_t *s, const keyword_t *k,
                                   const mcp_json_t *value, build_t *b)
{
    *MEMBER(s, k, const mcp_json_t *) = value;
    return NULL;
}

static const mcp_error_t *make_enum(mcp_schema_t *s, const keyword_t *k,
                                    const mcp_json_t *value, build_t *b)
{
    if (mcp_json_type(value) != MCP_JSON_ARRAY)
        return refuse(b, k->name, "must be a list");
    s->values = value;
    return NULL;
}

static const mcp_error_t *make_required(mcp_schema_t *s, const keyword_t *k,
                                        const mcp_json_t *value, build_t *b)
{
    apr_size_t i;

    if (mcp_json_type(value) != MCP_JSON_ARRAY)
        return refuse(b, k->name, "must be a list of names");
    for (i = 0; i < mcp_json_size(value); i++)
        if (!mcp_json_string(mcp_json_at(value, i)))
            return refuse(b, k->name, "must be a list of names");
    s->required = value;
    return NULL;
}

static const mcp_error_t *make_unique(mcp_schema_t *s, const keyword_t *k,
                                      const mcp_json_t *value, build_t *b)
{
    if (mcp_json_type(value) != MCP_JSON_BOOLEAN)
        return refuse(b, k->name, "must be a boolean");
    s->unique = mcp_json_is_true(value);
    return NULL;
}

static unsigned type_bit(const mcp_json_t *value)
{
    static const char *const names[] = {
#define MCP_SCHEMA_TYPE(NAME, name, text) name,
        MCP_SCHEMA_TYPES(MCP_SCHEMA_TYPE)
#undef MCP_SCHEMA_TYPE
    };
    const char *name = mcp_json_string(value);
    unsigned i;

    for (i = 0; name && i < MCP_SCHEMA_TYPE_COUNT; i++)
        if (!strcmp(name, names[i]))
            return 1u << i;
    return 0;
}

static const mcp_error_t *make_type(mcp_schema_t *s, const keyword_t *k,
                                    const mcp_json_t *value, build_t *b)
{
    apr_size_t i;

    if (mcp_json_type(value) != MCP_JSON_ARRAY) {
        s->types = type_bit(value);
        return s->types ? NULL : refuse(b, k->name, "is not one");
    }
    for (i = 0; i < mcp_json_size(value); i++) {
        unsigned bit = type_bit(mcp_json_at(value, i));

        if (!bit)
            return refuse(b, k->name, "lists one that is none");
        s->types |= bit;
    }
    return s->types ? NULL : refuse(b, k->name, "must not be empty");
}

/* draft-07 says the same of the keywords known here, but for the list form of
 * items, which is refused anyway. */
static const mcp_error_t *make_dialect(mcp_schema_t *s, const keyword_t *k,
                                       const mcp_json_t *value, build_t *b)
{
    static const char *const known[] = {
        "https://json-schema.org/draft/2020-12/schema",
        "https://json-schema.org/draft/2020-12/schema#",
        "http://json-schema.org/draft-07/schema",
        "http://json-schema.org/draft-07/schema#"};
    const char *uri = mcp_json_string(value);
    apr_size_t i;

    for (i = 0; uri && i < sizeof(known) / sizeof(*known); i++)
        if (!strcmp(uri, known[i]))
            return NULL;
    return refuse(b, k->name, "must name the draft 2020-12 (or draft-07)");
}

static const mcp_error_t *make_pattern(mcp_schema_t *s, const keyword_t *k,
                                       const mcp_json_t *value, build_t *b)
{
    s->pattern_text = mcp_json_string(value);
    if (!s->pattern_text)
        return refuse(b, k->name, "must be a string");
    s->pattern = mcp_schema_pattern_make(s->pattern_text, b->cx->pool);
    return s->pattern ? NULL
                      : refuse(b, k->name, "is not a regular expression");
}

/* -- the keywords -- */

#define SETS(member) offsetof(mcp_schema_t, member)

static const keyword_t keywords[] = {
    {"$schema", make_dialect, 0},
    {"$ref", make_ref, 0},
    {"$defs", make_definitions, SETS(properties)},
    {"definitions", make_definitions, SETS(properties)},
    {"type", make_type, 0},
    {"enum", make_enum, 0},
    {"const", make_any, SETS(constant)},
    {"minimum", make_number, SETS(minimum)},
    {"exclusiveMinimum", make_number, SETS(above)},
    {"maximum", make_number, SETS(maximum)},
    {"exclusiveMaximum", make_number, SETS(below)},
    {"multipleOf", make_multiple, 0},
    {"minLength", make_count, SETS(length.min)},
    {"maxLength", make_count, SETS(length.max)},
    {"pattern", make_pattern, 0},
    {"minItems", make_count, SETS(size.min)},
    {"maxItems", make_count, SETS(size.max)},
    {"uniqueItems", make_unique, 0},
    {"prefixItems", make_list, SETS(prefix)},
    {"items", make_one, SETS(items)},
    {"minProperties", make_count, SETS(members.min)},
    {"maxProperties", make_count, SETS(members.max)},
    {"required", make_required, 0},
    {"properties", make_map, SETS(properties)},
    {"additionalProperties", make_one, SETS(additional)},
    {"allOf", make_list, SETS(all_of)},
    {"anyOf", make_list, SETS(any_of)},
    {"oneOf", make_list, SETS(one_of)},
    {"not", make_one, SETS(is_not)},
    {"$comment", NULL, 0},
    {"title", NULL, 0},
    {"description", NULL, 0},
    {"default", NULL, 0},
    {"examples", NULL, 0},
    {"deprecated", NULL, 0},
    {"readOnly", NULL, 0},
    {"writeOnly", NULL, 0},
    {"format", NULL, 0}, /* an annotation unless a vocabulary says else */
    {"contentEncoding", NULL, 0},
    {"contentMediaType", NULL, 0},
    {"contentSchema", NULL, 0},
};

static const keyword_t *find_keyword(const char *name)
{
    apr_size_t i;

    for (i = 0; i < sizeof(keywords) / sizeof(*keywords); i++)
        if (!strcmp(name, keywords[i].name))
            return &keywords[i];
    return NULL;
}

static const mcp_error_t *fill(mcp_schema_t *s, build_t *b)
{
    const keyword_t *k;
    mcp_json_iter_t *i;

    s->never = mcp_json_type(s->json) == MCP_JSON_BOOLEAN &&
               !mcp_json_is_true(s->json);
    for (i = mcp_json_first(s->json); i; i = mcp_json_next(s->json, i)) {
        const char *name = mcp_json_iter_name(i);

        /* extensions, such as MCP's x-mcp-header */
        if (!strncmp(name, "x-", 2))
            continue;
        k = find_keyword(name);
        if (!k)
            return refuse(b, name, "is a keyword that is not supported");
        if (k->make)
            MCP_TRY(k->make(s, k, mcp_json_iter_value(i), b));
    }
    return NULL;
}

const mcp_error_t *mcp_schema_make_text(const mcp_schema_t **schema,
                                        const char *text, mcp_ctx_t *cx)
{
    build_t b = {cx, NULL, NULL, "", 0};
    const mcp_schema_t *made;
    const mcp_error_t *e = mcp_json_read(&b.root, text, strlen(text), cx);

    if (e)
        return refuse(&b, "it", e->detail);
    b.made = apr_hash_make(cx->pool);
    MCP_TRY(make_schema(&made, b.root, &b));
    *schema = made;
    return NULL;
}
