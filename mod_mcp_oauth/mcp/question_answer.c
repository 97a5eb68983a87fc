/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/question_answer.h"

#include <apr_strings.h>
#include <string.h>

#include "base/schema.h"

static const char *string_of(const mcp_json_t *object, const char *name)
{
    return mcp_json_string(mcp_json_get(object, name));
}

/* -- elicitation/create -- */

/* A form without fields may come back without content. */
static const char *form_check(const mcp_json_t *schema,
                              const mcp_json_t *content, mcp_ctx_t *cx)
{
    const mcp_schema_t *form;
    const char *wrong;

    if (mcp_json_type(content) == MCP_JSON_NULL)
        content = NULL;
    if ((!content && mcp_json_read(&content, "{}", 2, cx)) ||
        mcp_schema_make_form(&form, schema, cx))
        return "its form cannot be checked";
    wrong = mcp_schema_check(form, content, cx->pool);
    return wrong ? apr_pstrcat(cx->pool, "content", wrong, NULL) : NULL;
}

static const char *elicitation_check(const mcp_json_t *params,
                                     const mcp_json_t *answer, mcp_ctx_t *cx)
{
    const mcp_json_t *schema = mcp_json_get(params, "requestedSchema");
    const char *action = string_of(answer, "action");

    if (!action ||
        (strcmp(action, "accept") != 0 && strcmp(action, "decline") != 0 &&
         strcmp(action, "cancel") != 0))
        return "action must be accept, decline or cancel";
    return schema && !strcmp(action, "accept")
               ? form_check(schema, mcp_json_get(answer, "content"), cx)
               : NULL;
}

/* -- sampling/createMessage -- */

static int is_block(const mcp_json_t *json)
{
    return string_of(json, "type") != NULL;
}

/* one block, or since 2025-11-25 a list */
static int is_content(const mcp_json_t *json)
{
    apr_size_t i;

    if (mcp_json_type(json) != MCP_JSON_ARRAY)
        return is_block(json);
    for (i = 0; i < mcp_json_size(json); i++)
        if (!is_block(mcp_json_at(json, i)))
            return 0;
    return 1;
}

static const char *sampling_check(const mcp_json_t *params,
                                  const mcp_json_t *answer, mcp_ctx_t *cx)
{
    const char *role = string_of(answer, "role");

    if (!role || (strcmp(role, "assistant") != 0 && strcmp(role, "user") != 0))
        return "role must be assistant or user";
    return is_content(mcp_json_get(answer, "content"))
               ? NULL
               : "content must be a block of content, or several";
}

/* -- roots/list -- */

static const char *roots_check(const mcp_json_t *params,
                               const mcp_json_t *answer, mcp_ctx_t *cx)
{
    const mcp_json_t *roots = mcp_json_get(answer, "roots");
    apr_size_t i;

    if (mcp_json_type(roots) != MCP_JSON_ARRAY)
        return "roots must be a list";
    for (i = 0; i < mcp_json_size(roots); i++)
        if (!string_of(mcp_json_at(roots, i), "uri"))
            return "each of roots must have a uri";
    return NULL;
}

/* -- all -- */

const char *mcp_question_answer_check(const char *method,
                                      const mcp_json_t *params,
                                      const mcp_json_t *answer, mcp_ctx_t *cx)
{
    static const struct {
        const char *method;
        const char *(*check)(const mcp_json_t *params,
                             const mcp_json_t *answer, mcp_ctx_t *cx);
    } kinds[] = {
        {"elicitation/create", elicitation_check},
        {"sampling/createMessage", sampling_check},
        {"roots/list", roots_check},
    };
    apr_size_t i;

    for (i = 0; method && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (!strcmp(kinds[i].method, method))
            return kinds[i].check(params, answer, cx);
    return NULL;
}

const mcp_error_t *mcp_question_answers_check(const mcp_json_t *requests,
                                              const mcp_json_t *answers,
                                              const mcp_turn_t *t)
{
    const mcp_json_t *request;
    mcp_json_iter_t *i;
    const char *wrong;

    for (i = mcp_json_first(answers); i; i = mcp_json_next(answers, i)) {
        request = mcp_json_get(requests, mcp_json_iter_name(i));
        wrong = mcp_question_answer_check(string_of(request, "method"),
                                          mcp_json_get(request, "params"),
                                          mcp_json_iter_value(i), t->cx);
        if (wrong)
            return mcp_turn_refuse(
                t, apr_pstrcat(t->cx->pool, "inputResponses.",
                               mcp_json_iter_name(i), ": ", wrong, NULL));
    }
    return NULL;
}
