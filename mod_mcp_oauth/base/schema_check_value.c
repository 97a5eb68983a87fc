/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>

#include "base/schema_check.h"

static const char *json_shown(check_t *c, const mcp_json_t *json)
{
    return c->silent
               ? ""
               : mcp_schema_place_shown(mcp_json_text(json, c->pool), c->pool);
}

/* -- any value -- */

unsigned mcp_schema_check_value_types(const mcp_json_t *value)
{
    switch (mcp_json_type(value)) {
    case MCP_JSON_NULL:
        return 1u << MCP_SCHEMA_NULL;
    case MCP_JSON_BOOLEAN:
        return 1u << MCP_SCHEMA_BOOLEAN;
    case MCP_JSON_INTEGER:
        return 1u << MCP_SCHEMA_NUMBER | 1u << MCP_SCHEMA_INTEGER;
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

const char *mcp_schema_check_value_not_of(check_t *c, unsigned types,
                                          const place_t *at)
{
    static const char *const texts[] = {
#define MCP_SCHEMA_TYPE(NAME, name, text) text,
        MCP_SCHEMA_TYPES(MCP_SCHEMA_TYPE)
#undef MCP_SCHEMA_TYPE
    };
    const char *wanted = "";
    unsigned i;

    for (i = 0; !c->silent && i < MCP_SCHEMA_TYPE_COUNT; i++)
        if (types & 1u << i)
            wanted = apr_pstrcat(c->pool, wanted, *wanted ? " or " : "",
                                 texts[i], NULL);
    return mcp_schema_check_fail(c, at, "must be %s", wanted);
}

const char *mcp_schema_check_value_given(check_t *c, const mcp_schema_t *s,
                                         const mcp_json_t *value,
                                         const place_t *at)
{
    apr_size_t i;

    if (s->constant && !mcp_json_equal(s->constant, value))
        return mcp_schema_check_fail(c, at, "must be %s",
                                     json_shown(c, s->constant));
    for (i = 0; i < mcp_json_size(s->values); i++)
        if (mcp_json_equal(mcp_json_at(s->values, i), value))
            return NULL;
    return !s->values ? NULL
                      : mcp_schema_check_fail(c, at, "must be one of %s",
                                              json_shown(c, s->values));
}

/* -- numbers -- */

const char *mcp_schema_check_value_number(check_t *c, const mcp_schema_t *s,
                                          const mcp_json_t *value,
                                          const place_t *at)
{
    if (s->minimum && mcp_schema_number_compare(value, s->minimum) < 0)
        return mcp_schema_check_fail(c, at, "must be at least %s",
                                     json_shown(c, s->minimum));
    if (s->above && mcp_schema_number_compare(value, s->above) <= 0)
        return mcp_schema_check_fail(c, at, "must be more than %s",
                                     json_shown(c, s->above));
    if (s->maximum && mcp_schema_number_compare(value, s->maximum) > 0)
        return mcp_schema_check_fail(c, at, "must be at most %s",
                                     json_shown(c, s->maximum));
    if (s->below && mcp_schema_number_compare(value, s->below) >= 0)
        return mcp_schema_check_fail(c, at, "must be less than %s",
                                     json_shown(c, s->below));
    if (s->multiple_of &&
        !mcp_schema_number_is_multiple(value, s->multiple_of))
        return mcp_schema_check_fail(c, at, "must be a multiple of %s",
                                     json_shown(c, s->multiple_of));
    return NULL;
}

/* -- strings -- */

const char *mcp_schema_check_value_string(check_t *c, const mcp_schema_t *s,
                                          const mcp_json_t *value,
                                          const place_t *at)
{
    const char *text = mcp_json_string(value), *why;
    apr_size_t len = mcp_json_string_length(value), i, runes = 0;
    int matches;

    if (s->length.min || s->length.max >= 0) {
        for (i = 0; i < len; i++)
            runes += ((unsigned char)text[i] & 0xc0) != 0x80;
        why = mcp_schema_check_count(c, &s->length, runes, "characters", at);
        if (why)
            return why;
    }
    if (!s->pattern)
        return NULL;
    why = mcp_schema_check_match(c, &matches, s->pattern, text, at);
    if (why || matches)
        return why;
    return mcp_schema_check_fail(c, at, "must match the pattern %s",
                                 mcp_schema_check_shown(c, s->pattern->text));
}
