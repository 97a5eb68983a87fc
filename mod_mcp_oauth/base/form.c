/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/form.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "base/encode.h"

#define NAME_SHOWN 40 /* bytes of a name that an error may repeat */

typedef struct field_t {
    const char *text; /* name[=value], not yet decoded */
    apr_size_t len;
    const char *name;
    const char *value;
} field_t;

/* What is not the name of a parameter may be anything, a secret too. */
static const char *shown(const char *name)
{
    apr_size_t i;

    if (!name || !*name || strlen(name) > NAME_SHOWN)
        return "(unnamed)";
    for (i = 0; name[i]; i++)
        if (!apr_isalpha(name[i]) && name[i] != '_')
            return "(unnamed)";
    return name;
}

static const mcp_error_t *field_read(field_t *field, mcp_ctx_t *cx)
{
    const char *equals = memchr(field->text, '=', field->len);
    apr_size_t len = equals ? (apr_size_t)(equals - field->text) : field->len;
    const char *value = equals ? equals + 1 : "";

    field->name = mcp_encode_form_value_read(field->text, len, cx->pool);
    if (!field->name || !*field->name ||
        !mcp_encode_is_utf8(field->name, strlen(field->name)))
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "The name of a field is malformed.");

    len = equals ? field->len - len - 1 : 0;
    field->value = mcp_encode_form_value_read(value, len, cx->pool);
    if (!field->value ||
        !mcp_encode_is_utf8(field->value, strlen(field->value)))
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "The value of the field %s is malformed.",
                              equals ? shown(field->name) : "(unnamed)");
    return NULL;
}

static int has_capital(const char *name)
{
    for (; *name; name++)
        if (apr_isupper(*name))
            return 1;
    return 0;
}

static const mcp_error_t *field_add(apr_table_t *form, const field_t *field,
                                    mcp_ctx_t *cx)
{
    /* To apr tables "Scope" is "scope", to RFC 6749 1.8 it is another name,
     * so one that 3.1 has us ignore. */
    if (has_capital(field->name))
        return NULL;
    if (strcmp(field->name, "resource") != 0 &&
        apr_table_get(form, field->name))
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "The field %s appears more than once.",
                              shown(field->name));
    apr_table_addn(form, field->name, field->value);
    return NULL;
}

const mcp_error_t *mcp_form_read(apr_table_t **form, const char *text,
                                 apr_size_t len, mcp_ctx_t *cx)
{
    const char *end = text ? text + len : NULL, *next;
    field_t field = {NULL, 0, NULL, NULL};
    int fields = 0;

    *form = apr_table_make(cx->pool, 16);
    for (; text < end; text = next + 1) {
        next = memchr(text, '&', (apr_size_t)(end - text));
        if (!next)
            next = end;
        if (next == text)
            continue;
        if (++fields > MCP_FORM_MAX_FIELDS)
            return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                                  "There are more than %d fields.",
                                  MCP_FORM_MAX_FIELDS);
        field.text = text;
        field.len = (apr_size_t)(next - text);
        MCP_TRY(field_read(&field, cx));
        MCP_TRY(field_add(*form, &field, cx));
    }
    return NULL;
}

const char *mcp_form_text(const apr_table_t *form, apr_pool_t *pool)
{
    const apr_array_header_t *rows = apr_table_elts(form);
    apr_array_header_t *parts =
        apr_array_make(pool, rows->nelts, sizeof(const char *));
    int i;

    for (i = 0; i < rows->nelts; i++) {
        const apr_table_entry_t *row =
            &APR_ARRAY_IDX(rows, i, const apr_table_entry_t);

        APR_ARRAY_PUSH(parts, const char *) =
            apr_pstrcat(pool, mcp_encode_percent(row->key, pool), "=",
                        mcp_encode_percent(row->val, pool), NULL);
    }
    return apr_array_pstrcat(pool, parts, '&');
}

const char *mcp_form_append(apr_pool_t *pool, const char *uri, ...)
{
    apr_size_t len = strlen(uri);
    const char *name, *value, *join;
    va_list args;

    join = !strchr(uri, '?') ? "?" : strchr("?&", uri[len - 1]) ? "" : "&";
    va_start(args, uri);
    while ((name = va_arg(args, const char *)) != NULL) {
        value = va_arg(args, const char *);
        if (!value)
            continue;
        uri = apr_pstrcat(pool, uri, join, mcp_encode_percent(name, pool), "=",
                          mcp_encode_percent(value, pool), NULL);
        join = "&";
    }
    va_end(args);
    return uri;
}
