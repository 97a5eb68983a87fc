/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/question_form.h"

#include <string.h>

#include "base/schema.h"
#include "base/uri.h"

static const char *string_of(const mcp_json_t *object, const char *name)
{
    return mcp_json_string(mcp_json_get(object, name));
}

static int is_type(const mcp_json_t *schema, const char *type)
{
    const char *is = string_of(schema, "type");

    return is && !strcmp(is, type);
}

static int are_strings(const mcp_json_t *array)
{
    apr_size_t i;

    if (mcp_json_type(array) != MCP_JSON_ARRAY)
        return 0;
    for (i = 0; i < mcp_json_size(array); i++)
        if (!mcp_json_string(mcp_json_at(array, i)))
            return 0;
    return 1;
}

/* [{"const": VALUE, "title": TEXT}, ...] */
static int are_choices(const mcp_json_t *array)
{
    apr_size_t i;

    if (mcp_json_type(array) != MCP_JSON_ARRAY)
        return 0;
    for (i = 0; i < mcp_json_size(array); i++)
        if (!string_of(mcp_json_at(array, i), "const") ||
            !string_of(mcp_json_at(array, i), "title"))
            return 0;
    return 1;
}

/* -- the fields of a form -- */

static int is_format(const mcp_json_t *format)
{
    static const char *const formats[] = {"email", "uri", "date", "date-time"};
    const char *text = mcp_json_string(format);
    apr_size_t i;

    for (i = 0; text && i < sizeof(formats) / sizeof(formats[0]); i++)
        if (!strcmp(formats[i], text))
            return 1;
    return !format;
}

static int is_text_field(const mcp_json_t *field)
{
    const mcp_json_t *choices = mcp_json_get(field, "oneOf");
    const mcp_json_t *values = mcp_json_get(field, "enum");
    const mcp_json_t *standard = mcp_json_get(field, "default");

    return (!choices || are_choices(choices)) &&
           (!values || are_strings(values)) &&
           (!standard || mcp_json_string(standard)) &&
           is_format(mcp_json_get(field, "format"));
}

static int is_number_field(const mcp_json_t *field)
{
    const mcp_json_t *standard = mcp_json_get(field, "default");
    double number;

    return !standard || mcp_json_number(&number, standard);
}

static int is_boolean_field(const mcp_json_t *field)
{
    const mcp_json_t *standard = mcp_json_get(field, "default");

    return !standard || mcp_json_type(standard) == MCP_JSON_BOOLEAN;
}

static int is_choice_field(const mcp_json_t *field)
{
    const mcp_json_t *items = mcp_json_get(field, "items");
    const mcp_json_t *standard = mcp_json_get(field, "default");

    if (standard && !are_strings(standard))
        return 0;
    return are_choices(mcp_json_get(items, "anyOf")) ||
           (is_type(items, "string") &&
            are_strings(mcp_json_get(items, "enum")));
}

static int is_field(const mcp_json_t *field)
{
    static const struct {
        const char *type;
        int (*is)(const mcp_json_t *field);
    } rows[] = {
        {"string", is_text_field},    {"number", is_number_field},
        {"integer", is_number_field}, {"boolean", is_boolean_field},
        {"array", is_choice_field},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (is_type(field, rows[i].type))
            return rows[i].is(field);
    return 0;
}

/* "limited to flat objects with primitive properties only" */
static const char *schema_check(const mcp_json_t *schema, mcp_ctx_t *cx)
{
    const mcp_json_t *properties = mcp_json_get(schema, "properties");
    const mcp_json_t *required = mcp_json_get(schema, "required");
    const mcp_schema_t *made;
    mcp_json_iter_t *i;

    if (!is_type(schema, "object") ||
        mcp_json_type(properties) != MCP_JSON_OBJECT)
        return "the requestedSchema of its question is no object with "
               "properties";
    if (required && !are_strings(required))
        return "the requestedSchema of its question requires what is no name";
    for (i = mcp_json_first(properties); i; i = mcp_json_next(properties, i))
        if (!is_field(mcp_json_iter_value(i)))
            return "the requestedSchema of its question has a property that "
                   "is no string, number, integer, boolean or choice";
    return mcp_schema_make_form(&made, schema, cx)
               ? "the requestedSchema of its question is no JSON Schema"
               : NULL;
}

/* -- both modes -- */

static const char *url_check(const char *url, mcp_ctx_t *cx)
{
    const mcp_uri_t *uri;

    return url && !mcp_uri_read(&uri, url, cx) && uri->host
               ? NULL
               : "the url of its question is none";
}

const char *mcp_question_form_check(const mcp_json_t *params, mcp_ctx_t *cx)
{
    const mcp_json_t *said = mcp_json_get(params, "mode");
    const char *mode = said ? mcp_json_string(said) : "form";

    if (!string_of(params, "message"))
        return "its question has no message";
    if (mode && !strcmp(mode, "url"))
        return url_check(string_of(params, "url"), cx);
    if (mode && !strcmp(mode, "form"))
        return schema_check(mcp_json_get(params, "requestedSchema"), cx);
    return "the mode of its question is neither form nor url";
}
