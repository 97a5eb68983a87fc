/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <string.h>

#include "base/encode.h"
#include "base/schema_build.h"

typedef mcp_schema_build_t build_t;
typedef mcp_schema_keyword_t keyword_t;

const mcp_error_t *mcp_schema_make_refuse(build_t *b, const char *name,
                                          const char *why)
{
    return mcp_error_fault(MCP_E_SERVER_ERROR, b->cx,
                           "Correct the JSON Schema.",
                           "JSON Schema at \"%s\": %s %s", b->where,
                           mcp_encode_log(name, 60, b->cx->pool), why);
}

/* -- the keywords -- */

#define SETS(member) offsetof(mcp_schema_t, member)
#define VALUE(name) mcp_schema_make_value_##name
#define PARTS(name) mcp_schema_make_parts_##name
#define NEW MCP_SCHEMA_2020_12
#define OLD MCP_SCHEMA_DRAFT_07
#define NUMBER MCP_SCHEMA_OF_NUMBER
#define STRING MCP_SCHEMA_OF_STRING
#define ARRAY MCP_SCHEMA_OF_ARRAY
#define OBJECT MCP_SCHEMA_OF_OBJECT
#define OTHERS MCP_SCHEMA_OF_OTHERS
#define REST MCP_SCHEMA_OF_REST

/* The first four mcp_schema_resource_enter reads. */
static const keyword_t keywords[] = {
    {"$schema", NULL},
    {"$id", NULL},
    {"$anchor", NULL, 0, 0, NEW},
    {"$dynamicAnchor", NULL, 0, 0, NEW},
    {"$ref", mcp_schema_resource_link, SETS(ref), OTHERS},
    {"$dynamicRef", mcp_schema_resource_link, SETS(dynamic_ref), OTHERS, NEW},
    {"$defs", PARTS(definitions)},
    {"definitions", PARTS(definitions)},
    {"type", VALUE(type)},
    {"enum", VALUE(enum)},
    {"const", VALUE(any), SETS(constant)},
    {"minimum", VALUE(number), SETS(minimum), NUMBER},
    {"exclusiveMinimum", VALUE(number), SETS(above), NUMBER},
    {"maximum", VALUE(number), SETS(maximum), NUMBER},
    {"exclusiveMaximum", VALUE(number), SETS(below), NUMBER},
    {"multipleOf", VALUE(multiple), 0, NUMBER},
    {"minLength", VALUE(count), SETS(length.min), STRING},
    {"maxLength", VALUE(count), SETS(length.max), STRING},
    {"pattern", VALUE(pattern), 0, STRING},
    {"minItems", VALUE(count), SETS(size.min), ARRAY},
    {"maxItems", VALUE(count), SETS(size.max), ARRAY},
    {"uniqueItems", VALUE(unique), 0, ARRAY},
    {"prefixItems", PARTS(list), SETS(prefix), ARRAY, NEW},
    {"items", PARTS(one), SETS(items), ARRAY, NEW},
    {"items", PARTS(items), SETS(items), ARRAY, OLD},
    {"additionalItems", PARTS(rest), SETS(items), ARRAY, OLD},
    {"contains", PARTS(one), SETS(contains), ARRAY},
    {"minContains", VALUE(count), SETS(contained.min), ARRAY, NEW},
    {"maxContains", VALUE(count), SETS(contained.max), ARRAY, NEW},
    {"unevaluatedItems", PARTS(one), SETS(unevaluated_items), REST, NEW},
    {"minProperties", VALUE(count), SETS(members.min), OBJECT},
    {"maxProperties", VALUE(count), SETS(members.max), OBJECT},
    {"required", VALUE(required), 0, OBJECT},
    {"properties", PARTS(map), SETS(properties), OBJECT},
    {"patternProperties", PARTS(named), 0, OBJECT},
    {"additionalProperties", PARTS(one), SETS(additional), OBJECT},
    {"propertyNames", PARTS(one), SETS(names), OBJECT},
    {"dependentRequired", PARTS(dependent_required), 0, OBJECT, NEW},
    {"dependentSchemas", PARTS(dependent_schemas), 0, OBJECT, NEW},
    {"dependencies", PARTS(dependencies), 0, OBJECT},
    {"unevaluatedProperties", PARTS(one), SETS(unevaluated_properties), REST,
     NEW},
    {"allOf", PARTS(list), SETS(all_of), OTHERS},
    {"anyOf", PARTS(list), SETS(any_of), OTHERS},
    {"oneOf", PARTS(list), SETS(one_of), OTHERS},
    {"not", PARTS(one), SETS(is_not), OTHERS},
    {"if", PARTS(one), SETS(if_passes), OTHERS},
    {"then", PARTS(one), SETS(then), OTHERS},
    {"else", PARTS(one), SETS(otherwise), OTHERS},
    {"$comment", NULL},
    {"$vocabulary", NULL},
    {"title", NULL},
    {"description", NULL},
    {"default", NULL},
    {"examples", NULL},
    {"deprecated", NULL},
    {"readOnly", NULL},
    {"writeOnly", NULL},
    {"format", NULL}, /* an annotation unless a vocabulary says else */
    {"contentEncoding", NULL},
    {"contentMediaType", NULL},
    {"contentSchema", NULL},
};

static const keyword_t *find_keyword(const char *name, const build_t *b)
{
    const keyword_t *k;

    for (k = keywords; k < keywords + sizeof(keywords) / sizeof(*k); k++)
        if (!strcmp(name, k->name) &&
            (!k->dialects || (k->dialects & b->dialect)))
            return k;
    return NULL;
}

/* -- schemas -- */

/* What is not known is an annotation (Core 6.5), or misspelt. */
static void note_unknown(build_t *b, const char *name)
{
    /* extensions, such as MCP's x-mcp-header */
    if (!b->is_silent && strncmp(name, "x-", 2) != 0)
        mcp_ctx_log(b->cx, MCP_LOG_WARNING, 20,
                    "JSON Schema at \"%s\": %s is no keyword of its draft, so "
                    "nothing is checked by it; correct its name, or begin it "
                    "with x-",
                    b->where, mcp_encode_log(name, 60, b->cx->pool));
}

static const mcp_error_t *fill_member(mcp_schema_t *s, const char *name,
                                      const mcp_json_t *value, build_t *b)
{
    const keyword_t *k = find_keyword(name, b);

    if (!k)
        note_unknown(b, name);
    if (!k || !k->make)
        return NULL;
    s->asks |= k->asks;
    return k->make(s, k, value, b);
}

static const mcp_error_t *fill(mcp_schema_t *s, build_t *b)
{
    const mcp_json_t *ref = mcp_json_get(s->json, "$ref");
    mcp_json_iter_t *i;

    MCP_TRY(mcp_schema_resource_enter(s, b));
    s->resource = b->resource;
    /* draft-07, Core 8.3: beside $ref there is nothing */
    if (ref && b->dialect == MCP_SCHEMA_DRAFT_07)
        return fill_member(s, "$ref", ref, b);
    for (i = mcp_json_first(s->json); i; i = mcp_json_next(s->json, i))
        MCP_TRY(
            fill_member(s, mcp_json_iter_name(i), mcp_json_iter_value(i), b));
    return NULL;
}

static const mcp_error_t *make_schema(const mcp_schema_t **schema,
                                      const mcp_json_t *json, build_t *b)
{
    mcp_schema_resource_t *resource = b->resource;
    mcp_schema_t *s = apr_hash_get(b->made, &json, sizeof(json));
    unsigned dialect = b->dialect;

    *schema = s;
    if (s)
        return NULL;
    if (mcp_json_type(json) != MCP_JSON_OBJECT &&
        mcp_json_type(json) != MCP_JSON_BOOLEAN)
        return mcp_schema_make_refuse(b, "it",
                                      "must be an object or a boolean");

    *schema = s = apr_pcalloc(b->cx->pool, sizeof(*s));
    s->json = json;
    s->never = mcp_json_type(json) == MCP_JSON_BOOLEAN &&
               !mcp_json_is_true(json);
    s->length.max = s->size.max = s->members.max = s->contained.max = -1;
    s->contained.min = 1;
    apr_hash_set(b->made, &s->json, sizeof(json), s);
    MCP_TRY(fill(s, b));
    b->resource = resource;
    b->dialect = dialect;
    return NULL;
}

const mcp_error_t *mcp_schema_make_part(const mcp_schema_t **schema,
                                        const mcp_json_t *json,
                                        const char *name, build_t *b)
{
    const char *where = b->where;

    b->where = apr_pstrcat(b->cx->pool, where, "/", name, NULL);
    MCP_TRY(make_schema(schema, json, b));
    b->where = where;
    return NULL;
}

/* The whole of it, which is b->resource->json. */
static const mcp_error_t *make_whole(const mcp_schema_t **schema, build_t *b)
{
    apr_pool_t *pool = b->cx->pool;
    const mcp_schema_t *made;
    int i;

    b->made = apr_hash_make(pool);
    b->resources = apr_hash_make(pool);
    apr_hash_set(b->resources, "", APR_HASH_KEY_STRING, b->resource);
    b->links = apr_array_make(pool, 4, sizeof(mcp_schema_link_t));
    MCP_TRY(make_schema(&made, b->resource->json, b));
    /* what they lead to may hold others */
    for (i = 0; i < b->links->nelts; i++)
        MCP_TRY(mcp_schema_resource_follow(
            &APR_ARRAY_IDX(b->links, i, mcp_schema_link_t), b));
    *schema = made;
    return NULL;
}

static build_t begin(mcp_ctx_t *cx)
{
    mcp_schema_resource_t whole = {""};
    build_t b = {cx};

    b.where = "";
    b.dialect = MCP_SCHEMA_2020_12;
    b.resource = apr_pmemdup(cx->pool, &whole, sizeof(whole));
    return b;
}

const mcp_error_t *mcp_schema_make_text(const mcp_schema_t **schema,
                                        const char *text, mcp_ctx_t *cx)
{
    build_t b = begin(cx);
    const mcp_error_t *e =
        mcp_json_read(&b.resource->json, text, strlen(text), cx);

    return e ? mcp_schema_make_refuse(&b, "it", e->detail)
             : make_whole(schema, &b);
}

const mcp_error_t *mcp_schema_make_json(const mcp_schema_t **schema,
                                        const mcp_json_t *json, mcp_ctx_t *cx)
{
    build_t b = begin(cx);

    b.is_silent = 1;
    b.resource->json = json;
    return make_whole(schema, &b);
}
