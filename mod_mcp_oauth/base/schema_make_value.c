/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <string.h>

#include "base/schema_build.h"

#define MAKER(name) MCP_SCHEMA_MAKER(mcp_schema_make_value_##name)

MAKER(any)
{
    *MCP_SCHEMA_MEMBER(s, k, const mcp_json_t *) = value;
    return NULL;
}

MAKER(number)
{
    double number;

    if (!mcp_json_number(&number, value))
        return mcp_schema_make_refuse(b, k->name, "must be a number");
    *MCP_SCHEMA_MEMBER(s, k, const mcp_json_t *) = value;
    return NULL;
}

MAKER(multiple)
{
    double number;

    if (!mcp_json_number(&number, value) || number <= 0)
        return mcp_schema_make_refuse(b, k->name,
                                      "must be a number greater than 0");
    s->multiple_of = value;
    return NULL;
}

MAKER(count)
{
    apr_int64_t *count = MCP_SCHEMA_MEMBER(s, k, apr_int64_t);

    if (!mcp_json_integer(count, value) || *count < 0)
        return mcp_schema_make_refuse(b, k->name,
                                      "must be an integer from 0 up");
    return NULL;
}

MAKER(enum)
{
    if (mcp_json_type(value) != MCP_JSON_ARRAY)
        return mcp_schema_make_refuse(b, k->name, "must be a list");
    s->values = value;
    return NULL;
}

int mcp_schema_make_value_is_names(const mcp_json_t *value)
{
    apr_size_t i;

    for (i = 0; i < mcp_json_size(value); i++)
        if (!mcp_json_string(mcp_json_at(value, i)))
            return 0;
    return mcp_json_type(value) == MCP_JSON_ARRAY;
}

MAKER(required)
{
    if (!mcp_schema_make_value_is_names(value))
        return mcp_schema_make_refuse(b, k->name, "must be a list of names");
    s->required = value;
    return NULL;
}

MAKER(unique)
{
    if (mcp_json_type(value) != MCP_JSON_BOOLEAN)
        return mcp_schema_make_refuse(b, k->name, "must be a boolean");
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

MAKER(type)
{
    apr_size_t i;

    if (mcp_json_type(value) != MCP_JSON_ARRAY) {
        s->types = type_bit(value);
        return s->types ? NULL
                        : mcp_schema_make_refuse(b, k->name, "is not one");
    }
    for (i = 0; i < mcp_json_size(value); i++) {
        unsigned bit = type_bit(mcp_json_at(value, i));

        if (!bit)
            return mcp_schema_make_refuse(b, k->name,
                                          "lists one that is "
                                          "none");
        s->types |= bit;
    }
    return s->types ? NULL
                    : mcp_schema_make_refuse(b, k->name, "must not be empty");
}

MAKER(pattern)
{
    const char *text = mcp_json_string(value);

    if (!text)
        return mcp_schema_make_refuse(b, k->name, "must be a string");
    s->pattern = mcp_schema_pattern_make(text, b->cx->pool);
    return s->pattern ? NULL
                      : mcp_schema_make_refuse(b, k->name,
                                               "is not a regular expression");
}
