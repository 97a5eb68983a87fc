/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/token_answer.h"

#include <apr_lib.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/form.h"
#include "base/scope.h"
#include "base/json.h"

/* seconds: what is said to last longer does not */
#define YEARS_10 315360000
#define MOST_ERROR 1024 /* bytes of error and of error_description */

/* Where members are read from: one of the two. */
typedef struct members_t {
    const mcp_json_t *json;
    const apr_table_t *form;
} members_t;

static const mcp_error_t *refuse(mcp_ctx_t *cx, const char *what,
                                 const char *why)
{
    return mcp_error_make(MCP_E_INVALID_REQUEST, cx, "%s %s", what, why);
}

/* -- JSON or a form -- */

static int is_json(const char *text, apr_size_t len, const char *type)
{
    apr_size_t size = type ? strlen(type) : 0;

    if (type && !strcmp(type, "application/x-www-form-urlencoded"))
        return 0;
    if (type && (!strcmp(type, "application/json") ||
                 (size > 5 && !strcmp(type + size - 5, "+json"))))
        return 1;
    while (len && apr_isspace(*text)) {
        text++;
        len--;
    }
    return len && *text == '{';
}

static const mcp_error_t *members_read(members_t *members, const char *text,
                                       apr_size_t len, const char *type,
                                       mcp_ctx_t *cx)
{
    apr_table_t *form = NULL;

    memset(members, 0, sizeof(*members));
    if (len > MCP_IDP_TOKEN_ANSWER_MAX)
        return refuse(cx, "it", "is too long");
    if (!is_json(text, len, type)) {
        MCP_TRY(mcp_form_read(&form, text, len, cx));
        members->form = form;
        return NULL;
    }
    MCP_TRY(mcp_json_read(&members->json, text, len, cx));
    if (mcp_json_type(members->json) != MCP_JSON_OBJECT)
        return refuse(cx, "it", "is not a JSON object");
    return NULL;
}

/* *text is NULL where it is missing, null or empty. */
static const mcp_error_t *text_read(const char **text,
                                    const members_t *members, const char *name,
                                    apr_size_t most, mcp_ctx_t *cx)
{
    const mcp_json_t *json = mcp_json_get(members->json, name);

    *text = members->form ? apr_table_get(members->form, name)
                          : mcp_json_string(json);
    if (mcp_json_type(json) > MCP_JSON_NULL && !*text)
        return refuse(cx, name, "is not a string");
    if (*text && strlen(*text) > most)
        return refuse(cx, name, "is too long");
    if (*text && !**text)
        *text = NULL;
    return NULL;
}

/* RFC 6749 A.12, A.17; without least, it is sent in a header. */
static const mcp_error_t *token_check(const char *token, char least,
                                      const char *name, mcp_ctx_t *cx)
{
    for (; token && *token; token++)
        if (*token < least || *token > '~')
            return refuse(cx, name, "has a character that no token has");
    return NULL;
}

/* -- its members -- */

/* A number, or one in a string. Whoever says something else has not said. */
static apr_int64_t seconds_of(const members_t *members)
{
    const mcp_json_t *json = mcp_json_get(members->json, "expires_in");
    const char *text = members->form
                           ? apr_table_get(members->form, "expires_in")
                           : mcp_json_string(json);
    double number = 0;
    char *end;

    if (text) {
        number = strtod(text, &end);
        if (!apr_isdigit(*text) || *end)
            return 0;
    }
    else if (!mcp_json_number(&number, json)) {
        return 0;
    }
    if (!(number > 0))
        return 0;
    return number > YEARS_10 ? YEARS_10 : (apr_int64_t)number;
}

/* RFC 6749 7.1: one that is of another type cannot be used. Some leave out
 * what they all mean. */
static const mcp_error_t *type_check(const members_t *members, mcp_ctx_t *cx)
{
    const char *type;

    MCP_TRY(text_read(&type, members, "token_type", MOST_ERROR, cx));
    if (type && strcasecmp(type, "Bearer") != 0)
        return refuse(cx, "token_type", "is not Bearer");
    return NULL;
}

/* RFC 6749 5.1. What is none is not heard: nothing else depends on it. */
static const mcp_error_t *scope_read(mcp_idp_token_answer_t *answer,
                                     const members_t *members, mcp_ctx_t *cx)
{
    apr_array_header_t *scopes;
    const char *text = NULL;

    if (mcp_json_type(mcp_json_get(members->json, "scope")) != MCP_JSON_ARRAY)
        MCP_TRY(
            text_read(&text, members, "scope", MCP_IDP_TOKEN_ANSWER_MAX, cx));
    if (text && !mcp_scope_read(&scopes, text, cx))
        answer->scope = mcp_scope_text(scopes, cx->pool);
    return NULL;
}

static const mcp_error_t *tokens_read(mcp_idp_token_answer_t *answer,
                                      const members_t *members, mcp_ctx_t *cx)
{
    MCP_TRY(text_read(&answer->access_token, members, "access_token",
                      MCP_IDP_ACCESS_TOKEN_MAX, cx));
    if (!answer->access_token)
        return refuse(cx, "access_token", "is missing");
    MCP_TRY(token_check(answer->access_token, '!', "access_token", cx));
    MCP_TRY(type_check(members, cx));
    MCP_TRY(text_read(&answer->refresh_token, members, "refresh_token",
                      MCP_IDP_REFRESH_TOKEN_MAX, cx));
    MCP_TRY(token_check(answer->refresh_token, ' ', "refresh_token", cx));
    MCP_TRY(text_read(&answer->id_token, members, "id_token",
                      MCP_IDP_ID_TOKEN_MAX, cx));
    MCP_TRY(token_check(answer->id_token, '!', "id_token", cx));
    answer->expires_in = seconds_of(members);
    return scope_read(answer, members, cx);
}

/* RFC 6749 5.2. Supabase answers who refreshes in the words of its other
 * endpoints: {"code":400,"error_code":"session_not_found","msg":"..."}. */
static const mcp_error_t *error_read(mcp_idp_token_answer_t *answer,
                                     const members_t *members, mcp_ctx_t *cx)
{
    const char *more = "error_description";

    MCP_TRY(text_read(&answer->error, members, "error", MOST_ERROR, cx));
    if (!answer->error) {
        more = "msg";
        MCP_TRY(
            text_read(&answer->error, members, "error_code", MOST_ERROR, cx));
    }
    if (!answer->error)
        return NULL;
    return text_read(&answer->error_description, members, more,
                     MCP_IDP_TOKEN_ANSWER_MAX, cx);
}

const mcp_error_t *mcp_idp_token_answer_read(mcp_idp_token_answer_t *answer,
                                             const char *text, apr_size_t len,
                                             const char *type, mcp_ctx_t *cx)
{
    members_t members;

    memset(answer, 0, sizeof(*answer));
    MCP_TRY(members_read(&members, text, len, type, cx));
    MCP_TRY(error_read(answer, &members, cx));
    return answer->error ? NULL : tokens_read(answer, &members, cx);
}
