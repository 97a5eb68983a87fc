/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/schema_check.h"

static const char *not_allowed(check_t *c, const char *name, const place_t *at)
{
    return mcp_schema_check_fail(c, at, "member \"%s\" is not allowed",
                                 mcp_schema_check_shown(c, name));
}

/* -- members -- */

static const char *check_name(check_t *c, const mcp_schema_t *names,
                              const char *name, const place_t *at)
{
    const mcp_json_t *text = mcp_json_make_string(name, c->pool);
    const char *why = mcp_schema_check_part(c, names, text, NULL);

    return why ? mcp_schema_check_fail(c, at, "the name \"%s\" %s",
                                       mcp_schema_check_shown(c, name), why)
               : NULL;
}

/* known: whether a pattern fits the name of the member */
static const char *check_named(check_t *c, int *known,
                               const apr_array_header_t *named,
                               mcp_json_iter_t *i, const place_t *member)
{
    const char *why = NULL;
    int n, matches;

    for (n = 0; n < named->nelts && !why; n++) {
        const mcp_schema_named_t *rule =
            &APR_ARRAY_IDX(named, n, mcp_schema_named_t);

        why = mcp_schema_check_match(c, &matches, rule->pattern, member->name,
                                     member);
        if (why || !matches)
            continue;
        *known = 1;
        why = mcp_schema_check_part(c, rule->schema, mcp_json_iter_value(i),
                                    member);
    }
    return why;
}

static const char *check_member(check_t *c, const mcp_schema_t *s,
                                mcp_json_iter_t *i, int *known,
                                const place_t *at)
{
    place_t member = {at, mcp_json_iter_name(i), 0};
    const mcp_schema_t *rule = NULL;
    const char *why = NULL;

    *known = 0;
    if (s->names)
        why = check_name(c, s->names, member.name, at);
    if (s->properties)
        rule = apr_hash_get(s->properties, member.name, APR_HASH_KEY_STRING);
    if (rule && !why) {
        *known = 1;
        why = mcp_schema_check_part(c, rule, mcp_json_iter_value(i), &member);
    }
    if (s->named && !why)
        why = check_named(c, known, s->named, i, &member);
    if (*known || !s->additional || why)
        return why;
    if (s->additional->never)
        return not_allowed(c, member.name, at);
    *known = 1;
    return mcp_schema_check_part(c, s->additional, mcp_json_iter_value(i),
                                 &member);
}

static const char *check_members(check_t *c, const mcp_schema_t *s,
                                 const mcp_json_t *value, const place_t *at)
{
    const char *why = NULL;
    mcp_json_iter_t *m;
    apr_size_t n = 0;
    int known;

    for (m = mcp_json_first(value); m && !why; m = mcp_json_next(value, m)) {
        why = check_member(c, s, m, &known, at);
        if (c->marks && known)
            c->marks->flags[n] = 1;
        n++;
    }
    return why;
}

/* -- what must be there -- */

static const char *find_missing(const mcp_json_t *value,
                                const mcp_json_t *required)
{
    apr_size_t i;

    for (i = 0; i < mcp_json_size(required); i++) {
        const char *name = mcp_json_string(mcp_json_at(required, i));

        if (!mcp_json_get(value, name))
            return name;
    }
    return NULL;
}

static const char *check_dependent(check_t *c, const mcp_json_t *value,
                                   const mcp_schema_dependent_t *dependent,
                                   const place_t *at)
{
    const char *missing;

    if (!mcp_json_get(value, dependent->name))
        return NULL;
    if (dependent->schema)
        return mcp_schema_check_same(c, dependent->schema, value, at);
    missing = find_missing(value, dependent->required);
    return missing ? mcp_schema_check_fail(
                         c, at, "member \"%s\" is missing, which \"%s\" needs",
                         mcp_schema_check_shown(c, missing),
                         mcp_schema_check_shown(c, dependent->name))
                   : NULL;
}

const char *mcp_schema_check_object(check_t *c, const mcp_schema_t *s,
                                    const mcp_json_t *value, const place_t *at)
{
    const char *missing = find_missing(value, s->required), *why;
    int i;

    if (missing)
        return mcp_schema_check_fail(c, at, "member \"%s\" is missing",
                                     mcp_schema_check_shown(c, missing));
    why = mcp_schema_check_count(c, &s->members, mcp_json_size(value),
                                 "members", at);
    if (!why && (s->properties || s->additional || s->named || s->names))
        why = check_members(c, s, value, at);
    for (i = 0; s->dependents && i < s->dependents->nelts && !why; i++)
        why = check_dependent(
            c, value, &APR_ARRAY_IDX(s->dependents, i, mcp_schema_dependent_t),
            at);
    return why;
}

const char *mcp_schema_check_object_rest(check_t *c, const mcp_schema_t *s,
                                         const mcp_json_t *value,
                                         const place_t *at)
{
    const char *why = NULL;
    mcp_json_iter_t *m = mcp_json_first(value);
    apr_size_t n = 0;

    for (; m && !why; m = mcp_json_next(value, m), n++) {
        place_t member = {at, mcp_json_iter_name(m), 0};

        if (c->marks->flags[n])
            continue;
        if (s->unevaluated_properties->never)
            return not_allowed(c, member.name, at);
        why = mcp_schema_check_part(c, s->unevaluated_properties,
                                    mcp_json_iter_value(m), &member);
        c->marks->flags[n] = 1;
    }
    return why;
}
