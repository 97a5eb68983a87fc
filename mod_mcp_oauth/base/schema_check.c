/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>

#include "base/schema_node.h"

/* Bounds on the work that a value can cause, whatever the schema says. */
#define MAX_DEPTH 200    /* schemas being checked inside each other */
#define MAX_STEPS 400000 /* schemas checked in all */

typedef mcp_schema_place_t place_t;

typedef struct check_t {
    apr_pool_t *pool;
    int silent;          /* only whether it passes matters */
    const char *gave_up; /* why there is no answer; then nothing passes */
    int depth;
    int steps;
} check_t;

/* NULL = passes, else a sentence (any text when silent) */
static const char *check(check_t *c, const mcp_schema_t *s,
                         const mcp_json_t *value, const place_t *at);

/* -- sentences -- */

static const char *fail(check_t *c, const place_t *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static const char *fail(check_t *c, const place_t *at, const char *format, ...)
{
    const char *rule;
    va_list args;

    if (c->silent)
        return "it fails";
    va_start(args, format);
    rule = apr_pvsprintf(c->pool, format, args);
    va_end(args);
    return apr_pstrcat(c->pool, mcp_schema_place_text(at, c->pool), ": ", rule,
                       NULL);
}

static const char *give_up(check_t *c, const place_t *at, const char *why)
{
    if (!c->gave_up)
        c->gave_up = apr_pstrcat(c->pool, mcp_schema_place_text(at, c->pool),
                                 ": ", why, NULL);
    return c->gave_up;
}

static const char *json_shown(check_t *c, const mcp_json_t *json)
{
    return c->silent
               ? ""
               : mcp_schema_place_shown(mcp_json_text(json, c->pool), c->pool);
}

static const char *check_count(check_t *c, const mcp_schema_count_t *bounds,
                               apr_size_t count, const char *what,
                               const place_t *at)
{
    apr_int64_t n = (apr_int64_t)count;

    if (n < bounds->min)
        return fail(c, at, "must have at least %" APR_INT64_T_FMT " %s",
                    bounds->min, what);
    if (bounds->max >= 0 && n > bounds->max)
        return fail(c, at, "must have at most %" APR_INT64_T_FMT " %s",
                    bounds->max, what);
    return NULL;
}

/* -- any value -- */

static unsigned types_of(const mcp_json_t *value)
{
    switch (mcp_json_type(value)) {
    case MCP_JSON_NULL:
        return 1u << MCP_SCHEMA_NULL;
    case MCP_JSON_BOOLEAN:
        return 1u << MCP_SCHEMA_BOOLEAN;
    case MCP_JSON_INTEGER:
    case MCP_JSON_REAL:
        if (mcp_schema_number_is_integer(value))
            return 1u << MCP_SCHEMA_NUMBER | 1u << MCP_SCHEMA_INTEGER;
        return 1u << MCP_SCHEMA_NUMBER;
    case MCP_JSON_STRING:
        return 1u << MCP_SCHEMA_STRING;
    case MCP_JSON_ARRAY:
        return 1u << MCP_SCHEMA_ARRAY;
    case MCP_JSON_OBJECT:
        return 1u << MCP_SCHEMA_OBJECT;
    case MCP_JSON_NONE:
        break;
    }
    return 0;
}

static const char *check_type(check_t *c, const mcp_schema_t *s,
                              const mcp_json_t *value, const place_t *at)
{
    static const char *const texts[] = {
#define MCP_SCHEMA_TYPE(NAME, name, text) text,
        MCP_SCHEMA_TYPES(MCP_SCHEMA_TYPE)
#undef MCP_SCHEMA_TYPE
    };
    const char *wanted = "";
    unsigned i;

    if (!s->types || (s->types & types_of(value)))
        return NULL;
    for (i = 0; !c->silent && i < MCP_SCHEMA_TYPE_COUNT; i++)
        if (s->types & 1u << i)
            wanted = apr_pstrcat(c->pool, wanted, *wanted ? " or " : "",
                                 texts[i], NULL);
    return fail(c, at, "must be %s", wanted);
}

static const char *check_values(check_t *c, const mcp_schema_t *s,
                                const mcp_json_t *value, const place_t *at)
{
    apr_size_t i;

    if (s->constant && !mcp_json_equal(s->constant, value))
        return fail(c, at, "must be %s", json_shown(c, s->constant));
    for (i = 0; i < mcp_json_size(s->values); i++)
        if (mcp_json_equal(mcp_json_at(s->values, i), value))
            return NULL;
    return !s->values
               ? NULL
               : fail(c, at, "must be one of %s", json_shown(c, s->values));
}

/* -- numbers -- */

static const char *check_number(check_t *c, const mcp_schema_t *s,
                                const mcp_json_t *value, const place_t *at)
{
    if (s->minimum && mcp_schema_number_compare(value, s->minimum) < 0)
        return fail(c, at, "must be at least %s", json_shown(c, s->minimum));
    if (s->above && mcp_schema_number_compare(value, s->above) <= 0)
        return fail(c, at, "must be more than %s", json_shown(c, s->above));
    if (s->maximum && mcp_schema_number_compare(value, s->maximum) > 0)
        return fail(c, at, "must be at most %s", json_shown(c, s->maximum));
    if (s->below && mcp_schema_number_compare(value, s->below) >= 0)
        return fail(c, at, "must be less than %s", json_shown(c, s->below));
    if (s->multiple_of &&
        !mcp_schema_number_is_multiple(value, s->multiple_of))
        return fail(c, at, "must be a multiple of %s",
                    json_shown(c, s->multiple_of));
    return NULL;
}

/* -- strings -- */

static const char *check_string(check_t *c, const mcp_schema_t *s,
                                const mcp_json_t *value, const place_t *at)
{
    const char *text = mcp_json_string(value), *why;
    apr_size_t len = mcp_json_string_length(value), i, runes = 0;

    for (i = 0; i < len; i++)
        runes += ((unsigned char)text[i] & 0xc0) != 0x80;
    why = check_count(c, &s->length, runes, "characters", at);
    if (why || !s->pattern)
        return why;
    switch (mcp_schema_match(s, text, len)) {
    case MCP_SCHEMA_MATCHES:
        return NULL;
    case MCP_SCHEMA_DIFFERS:
        return fail(
            c, at, "must match the pattern %s",
            c->silent ? "" : mcp_schema_place_shown(s->pattern_text, c->pool));
    default:
        return give_up(c, at, "takes too long to match against its pattern");
    }
}

/* -- arrays -- */

static const char *check_array(check_t *c, const mcp_schema_t *s,
                               const mcp_json_t *value, const place_t *at)
{
    apr_size_t i, count = mcp_json_size(value);
    apr_size_t prefix = s->prefix ? (apr_size_t)s->prefix->nelts : 0;
    const char *why = check_count(c, &s->size, count, "items", at);

    for (i = 0; i < count && !why; i++) {
        place_t item = {at, NULL, i};
        const mcp_schema_t *rule =
            i < prefix ? APR_ARRAY_IDX(s->prefix, i, const mcp_schema_t *)
                       : s->items;

        if (!rule)
            break;
        why = check(c, rule, mcp_json_at(value, i), &item);
    }
    if (!why && s->unique && !mcp_schema_unique_items(value, c->pool))
        why = fail(c, at, "must not have equal items");
    return why;
}

/* -- objects -- */

static const char *check_member(check_t *c, const mcp_schema_t *s,
                                mcp_json_iter_t *i, const place_t *at)
{
    place_t member = {at, mcp_json_iter_name(i), 0};
    const mcp_schema_t *rule = NULL;

    if (s->properties)
        rule = apr_hash_get(s->properties, member.name, APR_HASH_KEY_STRING);
    if (!rule && s->additional && s->additional->never)
        return fail(c, at, "member \"%s\" is not allowed",
                    c->silent ? ""
                              : mcp_schema_place_shown(member.name, c->pool));
    if (!rule)
        rule = s->additional;
    return rule ? check(c, rule, mcp_json_iter_value(i), &member) : NULL;
}

static const char *check_object(check_t *c, const mcp_schema_t *s,
                                const mcp_json_t *value, const place_t *at)
{
    const char *why, *name;
    mcp_json_iter_t *m;
    apr_size_t i;

    for (i = 0; i < mcp_json_size(s->required); i++) {
        name = mcp_json_string(mcp_json_at(s->required, i));
        if (!mcp_json_get(value, name))
            return fail(c, at, "member \"%s\" is missing",
                        c->silent ? ""
                                  : mcp_schema_place_shown(name, c->pool));
    }
    why = check_count(c, &s->members, mcp_json_size(value), "members", at);
    if (!s->properties && !s->additional)
        return why;
    for (m = mcp_json_first(value); m && !why; m = mcp_json_next(value, m))
        why = check_member(c, s, m, at);
    return why;
}

/* -- schemas of one value -- */

static int passes(check_t *c, const mcp_schema_t *s, const mcp_json_t *value,
                  const place_t *at)
{
    int was_silent = c->silent, pass;

    c->silent = 1;
    pass = check(c, s, value, at) == NULL;
    c->silent = was_silent;
    return pass;
}

static int count_passes(check_t *c, const apr_array_header_t *list,
                        const mcp_json_t *value, const place_t *at)
{
    int i, count = 0;

    for (i = 0; i < list->nelts; i++)
        count +=
            passes(c, APR_ARRAY_IDX(list, i, const mcp_schema_t *), value, at);
    return count;
}

static const char *check_all(check_t *c, const apr_array_header_t *list,
                             const mcp_json_t *value, const place_t *at)
{
    const char *why = NULL;
    int i;

    for (i = 0; list && i < list->nelts && !why; i++)
        why =
            check(c, APR_ARRAY_IDX(list, i, const mcp_schema_t *), value, at);
    return why;
}

static const char *check_alternatives(check_t *c, const mcp_schema_t *s,
                                      const mcp_json_t *value,
                                      const place_t *at)
{
    const apr_array_header_t *list = s->any_of;
    int count = list ? count_passes(c, list, value, at) : 1;

    if (count && s->one_of) {
        list = s->one_of;
        count = count_passes(c, list, value, at);
        if (count > 1)
            return fail(c, at, "fits more than one of its alternatives");
    }
    if (count)
        return NULL;
    if (c->silent)
        return fail(c, at, "fits none");
    return fail(
        c, at, "fits none of its %d alternatives; for the first, %s",
        list->nelts,
        check(c, APR_ARRAY_IDX(list, 0, const mcp_schema_t *), value, at));
}

static const char *check_by_type(check_t *c, const mcp_schema_t *s,
                                 const mcp_json_t *value, const place_t *at)
{
    switch (mcp_json_type(value)) {
    case MCP_JSON_INTEGER:
    case MCP_JSON_REAL:
        return check_number(c, s, value, at);
    case MCP_JSON_STRING:
        return check_string(c, s, value, at);
    case MCP_JSON_ARRAY:
        return check_array(c, s, value, at);
    case MCP_JSON_OBJECT:
        return check_object(c, s, value, at);
    default:
        return NULL;
    }
}

static const char *check_rules(check_t *c, const mcp_schema_t *s,
                               const mcp_json_t *value, const place_t *at)
{
    const char *why = NULL;

    if (s->never)
        return fail(c, at, "is not allowed");
    why = check_type(c, s, value, at);
    if (!why)
        why = check_values(c, s, value, at);
    if (!why && s->ref)
        why = check(c, s->ref, value, at);
    if (!why)
        why = check_by_type(c, s, value, at);
    if (!why)
        why = check_all(c, s->all_of, value, at);
    if (!why)
        why = check_alternatives(c, s, value, at);
    if (!why && s->is_not && passes(c, s->is_not, value, at))
        why = fail(c, at, "must not be what its schema excludes");
    return why;
}

static const char *check(check_t *c, const mcp_schema_t *s,
                         const mcp_json_t *value, const place_t *at)
{
    const char *why;

    if (c->gave_up)
        return c->gave_up;
    if (c->depth == MAX_DEPTH || c->steps == MAX_STEPS)
        return give_up(c, at, "takes too long to check");
    c->depth++;
    c->steps++;
    why = check_rules(c, s, value, at);
    c->depth--;
    return why;
}

const char *mcp_schema_check_value(const mcp_schema_t *schema,
                                   const mcp_json_t *value, apr_pool_t *pool)
{
    check_t c = {pool, 0, NULL, 0, 0};
    place_t root = {NULL, NULL, 0};
    const char *why = check(&c, schema, value, &root);

    return c.gave_up ? c.gave_up : why;
}
