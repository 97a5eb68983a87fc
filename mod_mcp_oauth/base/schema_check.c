/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/schema_check.h"

#include <apr_strings.h>
#include <string.h>

/* Bounds on the work that a value can cause, whatever the schema says. */
#define MAX_DEPTH 200       /* schemas being checked inside each other */
#define MAX_STEPS 400000    /* schemas checked in all */
#define MAX_EFFORT 10000000 /* of patterns in all, see mcp_schema_match */
#define SIZE_OF_STEP 16     /* members or items passed over for one step */

/* -- sentences -- */

/* at NULL: the rule alone */
const char *mcp_schema_check_fail(check_t *c, const place_t *at,
                                  const char *format, ...)
{
    const char *rule;
    va_list args;

    if (c->silent)
        return "it fails";
    va_start(args, format);
    rule = apr_pvsprintf(c->pool, format, args);
    va_end(args);
    return at ? apr_pstrcat(c->pool, mcp_schema_place_text(at, c->pool), ": ",
                            rule, NULL)
              : rule;
}

const char *mcp_schema_check_give_up(check_t *c, const place_t *at,
                                     const char *why)
{
    if (!c->gave_up)
        c->gave_up = apr_pstrcat(c->pool, mcp_schema_place_text(at, c->pool),
                                 ": ", why, NULL);
    return c->gave_up;
}

const char *mcp_schema_check_shown(check_t *c, const char *name)
{
    return c->silent ? "" : mcp_schema_place_shown(name, c->pool);
}

/* -- what several keywords say -- */

const char *mcp_schema_check_count(check_t *c,
                                   const mcp_schema_count_t *bounds,
                                   apr_size_t count, const char *what,
                                   const place_t *at)
{
    apr_int64_t n = (apr_int64_t)count;

    if (n < bounds->min)
        return mcp_schema_check_fail(
            c, at, "must have at least %" APR_INT64_T_FMT " %s", bounds->min,
            what);
    if (bounds->max >= 0 && n > bounds->max)
        return mcp_schema_check_fail(
            c, at, "must have at most %" APR_INT64_T_FMT " %s", bounds->max,
            what);
    return NULL;
}

const char *mcp_schema_check_match(check_t *c, int *matches,
                                   const mcp_schema_pattern_t *pattern,
                                   const char *text, const place_t *at)
{
    mcp_schema_match_t match =
        mcp_schema_match(pattern, text, strlen(text), &c->effort);

    *matches = match == MCP_SCHEMA_MATCHES;
    return match == MCP_SCHEMA_UNDECIDED
               ? mcp_schema_check_give_up(
                     c, at, "takes too long to match against its pattern")
               : NULL;
}

/* -- marks -- */

static marks_t *marks_make(check_t *c, const mcp_json_t *value)
{
    marks_t *marks = apr_palloc(c->pool, sizeof(*marks));

    marks->count = mcp_json_size(value);
    marks->flags = apr_pcalloc(c->pool, marks->count + 1);
    c->steps += marks->count / SIZE_OF_STEP;
    return marks;
}

static void marks_add(marks_t *to, const marks_t *from)
{
    apr_size_t i;

    for (i = 0; i < to->count; i++)
        to->flags[i] |= from->flags[i];
}

/* -- schemas of one value -- */

int mcp_schema_check_fits(check_t *c, const mcp_schema_t *s,
                          const mcp_json_t *value, const place_t *at)
{
    int was_silent = c->silent, pass;

    c->silent = 1;
    pass = mcp_schema_check_part(c, s, value, at) == NULL;
    c->silent = was_silent;
    return pass;
}

/* Leaves its marks if it passes. */
static int passes(check_t *c, const mcp_schema_t *s, const mcp_json_t *value,
                  const place_t *at)
{
    marks_t *marks = c->marks;
    int was_silent = c->silent, pass;

    if (!marks)
        return mcp_schema_check_fits(c, s, value, at);
    c->silent = 1;
    c->marks = marks_make(c, value);
    pass = mcp_schema_check_same(c, s, value, at) == NULL;
    if (pass)
        marks_add(marks, c->marks);
    c->silent = was_silent;
    c->marks = marks;
    return pass;
}

/* how many pass, or enough */
static int count_passes(check_t *c, const apr_array_header_t *list, int enough,
                        const mcp_json_t *value, const place_t *at)
{
    int i, count = 0;

    for (i = 0; i < list->nelts && count < enough; i++)
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
        why = mcp_schema_check_same(
            c, APR_ARRAY_IDX(list, i, const mcp_schema_t *), value, at);
    return why;
}

static const char *check_alternatives(check_t *c, const mcp_schema_t *s,
                                      const mcp_json_t *value,
                                      const place_t *at)
{
    const apr_array_header_t *list = s->any_of;
    int count = 1;

    /* each that passes leaves marks */
    if (list)
        count = count_passes(c, list, c->marks ? list->nelts : 1, value, at);
    if (count && s->one_of) {
        list = s->one_of;
        count = count_passes(c, list, 2, value, at);
        if (count > 1)
            return mcp_schema_check_fail(
                c, at, "fits more than one of its alternatives");
    }
    if (count)
        return NULL;
    if (c->silent)
        return mcp_schema_check_fail(c, at, "fits none");
    return mcp_schema_check_fail(
        c, at, "fits none of its %d alternatives; for the first, %s",
        list->nelts,
        mcp_schema_check_same(c, APR_ARRAY_IDX(list, 0, const mcp_schema_t *),
                              value, at));
}

static const char *check_condition(check_t *c, const mcp_schema_t *s,
                                   const mcp_json_t *value, const place_t *at)
{
    const mcp_schema_t *branch =
        passes(c, s->if_passes, value, at) ? s->then : s->otherwise;

    return branch ? mcp_schema_check_same(c, branch, value, at) : NULL;
}

/* Core 8.2.3.2: of the resources that the check came through, the outermost
 * that has such an anchor */
static const mcp_schema_t *dynamic_target(const check_t *c,
                                          const mcp_schema_t *s)
{
    const mcp_schema_t *target = s->dynamic_ref, *found;
    const scope_t *scope;

    if (!s->dynamic_name)
        return target;
    for (scope = c->scope; scope; scope = scope->up) {
        if (!scope->resource->dynamic)
            continue;
        found = apr_hash_get(scope->resource->dynamic, s->dynamic_name,
                             APR_HASH_KEY_STRING);
        if (found)
            target = found;
    }
    return target;
}

static const char *check_others(check_t *c, const mcp_schema_t *s,
                                const mcp_json_t *value, const place_t *at)
{
    const char *why = NULL;

    if (s->ref)
        why = mcp_schema_check_same(c, s->ref, value, at);
    if (!why && s->dynamic_ref)
        why = mcp_schema_check_same(c, dynamic_target(c, s), value, at);
    if (!why)
        why = check_all(c, s->all_of, value, at);
    if (!why)
        why = check_alternatives(c, s, value, at);
    if (!why && s->if_passes)
        why = check_condition(c, s, value, at);
    if (!why && s->is_not && mcp_schema_check_fits(c, s->is_not, value, at))
        why = mcp_schema_check_fail(c, at,
                                    "must not be what its schema excludes");
    return why;
}

/* asks: of the value's type, one at most */
static const char *check_by_type(check_t *c, const mcp_schema_t *s,
                                 unsigned asks, const mcp_json_t *value,
                                 const place_t *at)
{
    switch (asks) {
    case MCP_SCHEMA_OF_NUMBER:
        return mcp_schema_check_value_number(c, s, value, at);
    case MCP_SCHEMA_OF_STRING:
        return mcp_schema_check_value_string(c, s, value, at);
    case MCP_SCHEMA_OF_ARRAY:
        c->steps += mcp_json_size(value) / SIZE_OF_STEP;
        return mcp_schema_check_array(c, s, value, at);
    case MCP_SCHEMA_OF_OBJECT:
        c->steps += mcp_json_size(value) / SIZE_OF_STEP;
        return mcp_schema_check_object(c, s, value, at);
    default:
        return NULL;
    }
}

static const char *check_rules(check_t *c, const mcp_schema_t *s,
                               const mcp_json_t *value, const place_t *at)
{
    unsigned types = mcp_schema_check_value_types(value);
    const char *why = NULL;

    if (s->never)
        return mcp_schema_check_fail(c, at, "is not allowed");
    if (s->types && !(s->types & types))
        return mcp_schema_check_value_not_of(c, s->types, at);
    if (s->constant || s->values)
        why = mcp_schema_check_value_given(c, s, value, at);
    if (!why && (s->asks & types))
        why = check_by_type(c, s, s->asks & types, value, at);
    if (!why && (s->asks & MCP_SCHEMA_OF_OTHERS))
        why = check_others(c, s, value, at);
    return why;
}

/* With marks of its own, for unevaluatedItems and unevaluatedProperties see
 * what this schema looked at, and not its neighbours. */
static const char *check_rest(check_t *c, const mcp_schema_t *s,
                              const mcp_json_t *value, const place_t *at)
{
    marks_t *outer = c->marks;
    const char *why;

    c->marks = marks_make(c, value);
    why = check_rules(c, s, value, at);
    if (!why && s->unevaluated_items && mcp_json_type(value) == MCP_JSON_ARRAY)
        why = mcp_schema_check_array_rest(c, s, value, at);
    if (!why && s->unevaluated_properties &&
        mcp_json_type(value) == MCP_JSON_OBJECT)
        why = mcp_schema_check_object_rest(c, s, value, at);
    if (!why && outer)
        marks_add(outer, c->marks);
    c->marks = outer;
    return why;
}

static const char *check_marking(check_t *c, const mcp_schema_t *s,
                                 const mcp_json_t *value, const place_t *at)
{
    return s->asks & MCP_SCHEMA_OF_REST ? check_rest(c, s, value, at)
                                        : check_rules(c, s, value, at);
}

static const char *check_elsewhere(check_t *c, const mcp_schema_t *s,
                                   const mcp_json_t *value, const place_t *at)
{
    scope_t scope = {c->scope, s->resource};
    const char *why;

    c->scope = &scope;
    why = check_marking(c, s, value, at);
    c->scope = scope.up;
    return why;
}

const char *mcp_schema_check_same(check_t *c, const mcp_schema_t *s,
                                  const mcp_json_t *value, const place_t *at)
{
    const char *why;

    if (c->gave_up)
        return c->gave_up;
    if (c->depth == MAX_DEPTH || c->steps >= MAX_STEPS)
        return mcp_schema_check_give_up(c, at, "takes too long to check");
    c->depth++;
    c->steps++;
    if (s->resource != c->scope->resource)
        why = check_elsewhere(c, s, value, at);
    else
        why = check_marking(c, s, value, at);
    c->depth--;
    return why;
}

const char *mcp_schema_check_part(check_t *c, const mcp_schema_t *s,
                                  const mcp_json_t *value, const place_t *at)
{
    marks_t *marks = c->marks;
    const char *why;

    if (!marks)
        return mcp_schema_check_same(c, s, value, at);
    c->marks = NULL;
    why = mcp_schema_check_same(c, s, value, at);
    c->marks = marks;
    return why;
}

const char *mcp_schema_check_value(const mcp_schema_t *schema,
                                   const mcp_json_t *value, apr_pool_t *pool)
{
    check_t c = {pool};
    place_t root = {NULL, NULL, 0};
    scope_t scope = {NULL, schema->resource};
    const char *why;

    c.effort = MAX_EFFORT;
    c.scope = &scope;
    why = mcp_schema_check_same(&c, schema, value, &root);
    return c.gave_up ? c.gave_up : why;
}
