/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/question.h"

#include <apr_strings.h>
#include <string.h>

#include "base/encode.h"
#include "mcp/era.h"
#include "mcp/question_form.h"
#include "mcp/question_sampling.h"

#define NEEDS_FORM 0x01u
#define NEEDS_URL 0x02u
#define NEEDS_SAMPLING 0x04u
#define NEEDS_SAMPLING_TOOLS 0x08u
#define NEEDS_SAMPLING_CONTEXT 0x10u
#define NEEDS_ROOTS 0x20u

static unsigned needs_of_elicitation(const mcp_json_t *params)
{
    const char *mode = mcp_json_string(mcp_json_get(params, "mode"));

    return mode && !strcmp(mode, "url") ? NEEDS_URL : NEEDS_FORM;
}

/* includeContext: servers "SHOULD NOT use them unless the client declares
 * sampling.context capability" */
static unsigned needs_of_sampling(const mcp_json_t *params)
{
    unsigned needs = 0;

    if (mcp_json_get(params, "tools") || mcp_json_get(params, "toolChoice"))
        needs |= NEEDS_SAMPLING_TOOLS;
    if (mcp_question_sampling_wants_context(params))
        needs |= NEEDS_SAMPLING_CONTEXT;
    return needs ? needs : NEEDS_SAMPLING;
}

static unsigned needs_of_roots(const mcp_json_t *params)
{
    return NEEDS_ROOTS;
}

static const char *sampling_check(const mcp_json_t *params, mcp_ctx_t *cx)
{
    return mcp_question_sampling_check(params);
}

static const struct {
    const char *method;
    unsigned (*needs_of)(const mcp_json_t *params);
    /* what is wrong with them; NULL: it need not have any */
    const char *(*check)(const mcp_json_t *params, mcp_ctx_t *cx);
} kinds[] = {
    {"elicitation/create", needs_of_elicitation, mcp_question_form_check},
    {"sampling/createMessage", needs_of_sampling, sampling_check},
    {"roots/list", needs_of_roots, NULL},
};

/* each need in the client's capabilities: member of a member */
static const struct {
    unsigned bit;
    const char *pointer;
    const char *member;
    const char *part; /* NULL: the member alone */
} needs[] = {
    {NEEDS_FORM, "/elicitation/form", "elicitation", "form"},
    {NEEDS_URL, "/elicitation/url", "elicitation", "url"},
    {NEEDS_SAMPLING, "/sampling", "sampling", NULL},
    {NEEDS_SAMPLING_TOOLS, "/sampling/tools", "sampling", "tools"},
    {NEEDS_SAMPLING_CONTEXT, "/sampling/context", "sampling", "context"},
    {NEEDS_ROOTS, "/roots", "roots", NULL},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))
#define NEEDS (sizeof(needs) / sizeof(needs[0]))

/* -- reading -- */

/* NULL when text is no object */
static const mcp_json_t *object_read(const char *text, mcp_ctx_t *cx)
{
    const mcp_json_t *json;

    if (mcp_json_read(&json, text, strlen(text), cx))
        return NULL;
    return mcp_json_type(json) == MCP_JSON_OBJECT ? json : NULL;
}

const char *mcp_question_read(mcp_question_t *question, const char *key,
                              const char *method, const char *params,
                              mcp_ctx_t *cx)
{
    const mcp_json_t *json = params ? object_read(params, cx) : NULL;
    const char *wrong;
    apr_size_t i;

    if (!key || !*key || !mcp_encode_is_utf8(key, strlen(key)))
        return "it asks a question without a key in UTF-8";
    for (i = 0; method && i < KINDS; i++)
        if (!strcmp(kinds[i].method, method))
            break;
    if (!method || i == KINDS)
        return "it asks with a method that no client answers";
    if (params ? !json : kinds[i].check != NULL)
        return "the params of its question are not a JSON object";
    wrong = kinds[i].check ? kinds[i].check(json, cx) : NULL;
    if (wrong)
        return wrong;
    question->key = key;
    question->method = kinds[i].method;
    /* the answer is one line, whatever the tool's JSON was */
    question->params = json ? mcp_json_text(json, cx->pool) : NULL;
    question->json = json;
    question->needs = kinds[i].needs_of(json);
    return NULL;
}

/* -- checking -- */

/* ClientCapabilities with just these; bits of one member stand together */
static const char *render_needs(unsigned bits, apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);
    const char *open = NULL;
    apr_size_t i;

    mcp_writer_open(w, '{');
    for (i = 0; i < NEEDS; i++) {
        if (!(bits & needs[i].bit))
            continue;
        if (open && strcmp(open, needs[i].member) != 0)
            mcp_writer_close(w);
        if (!open || strcmp(open, needs[i].member) != 0) {
            mcp_writer_name(w, needs[i].member);
            mcp_writer_open(w, '{');
        }
        open = needs[i].member;
        if (needs[i].part) {
            mcp_writer_name(w, needs[i].part);
            mcp_writer_raw(w, "{}");
        }
    }
    mcp_writer_close(w);
    mcp_writer_close(w);
    return mcp_writer_text(w, NULL);
}

const mcp_error_t *mcp_question_check(const mcp_turn_t *t,
                                      const apr_array_header_t *questions)
{
    unsigned missing = 0;
    mcp_error_t *e;
    apr_size_t i;
    int n;

    for (n = 0; n < questions->nelts; n++)
        missing |= APR_ARRAY_IDX(questions, n, mcp_question_t).needs;
    for (i = 0; i < NEEDS; i++)
        if ((missing & needs[i].bit) && t->era->can(t, needs[i].pointer))
            missing &= ~needs[i].bit;
    if (!missing)
        return NULL;
    e = mcp_error_make(MCP_E_MISSING_CAPABILITY, t->cx,
                       "the tool asks for what the client did not declare");
    e->data = apr_pstrcat(t->cx->pool, "{\"requiredCapabilities\":",
                          render_needs(missing, t->cx->pool), "}", NULL);
    return e;
}

/* -- writing -- */

const mcp_error_t *mcp_question_answers_read(const mcp_json_t **answers,
                                             const mcp_turn_t *t)
{
    const mcp_json_t *given = mcp_json_get(t->rpc.params, "inputResponses");
    mcp_json_iter_t *i;

    if (given && mcp_json_type(given) != MCP_JSON_OBJECT)
        return mcp_turn_refuse(t, "inputResponses must be an object");
    for (i = mcp_json_first(given); i; i = mcp_json_next(given, i))
        if (mcp_json_type(mcp_json_iter_value(i)) != MCP_JSON_OBJECT)
            return mcp_turn_refuse(t, "each of inputResponses must be an "
                                      "object");
    *answers = given;
    return NULL;
}

int mcp_question_is_url(const mcp_question_t *question)
{
    return question->needs == NEEDS_URL;
}

int mcp_question_is_form(const mcp_question_t *question)
{
    return question->needs == NEEDS_FORM;
}

const char *mcp_question_params_with_id(const mcp_question_t *question,
                                        const char *id, apr_pool_t *pool)
{
    if (mcp_json_get(question->json, "elicitationId"))
        return question->params;
    return apr_pstrcat(pool, "{\"elicitationId\":\"", id, "\",",
                       question->params + 1, NULL);
}

typedef const char *params_fn(const mcp_question_t *question,
                              apr_pool_t *pool);

static const char *render(const apr_array_header_t *questions,
                          params_fn *params_of, apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);
    const mcp_question_t *question;
    const char *params;
    int i;

    mcp_writer_open(w, '{');
    for (i = 0; i < questions->nelts; i++) {
        question = &APR_ARRAY_IDX(questions, i, mcp_question_t);
        params = params_of(question, pool);
        mcp_writer_name(w, question->key);
        mcp_writer_open(w, '{');
        mcp_writer_member(w, "method", question->method);
        if (params) {
            mcp_writer_name(w, "params");
            mcp_writer_raw(w, params);
        }
        mcp_writer_close(w);
    }
    mcp_writer_close(w);
    return mcp_writer_text(w, NULL);
}

static const char *all_params(const mcp_question_t *question, apr_pool_t *pool)
{
    return question->params;
}

static const char *params_to_check(const mcp_question_t *question,
                                   apr_pool_t *pool)
{
    const mcp_json_t *schema = mcp_json_get(question->json, "requestedSchema");

    return schema ? apr_pstrcat(pool, "{\"requestedSchema\":",
                                mcp_json_text(schema, pool), "}", NULL)
                  : NULL;
}

const char *mcp_question_render(const apr_array_header_t *questions,
                                apr_pool_t *pool)
{
    return render(questions, all_params, pool);
}

const char *mcp_question_render_checks(const apr_array_header_t *questions,
                                       apr_pool_t *pool)
{
    return render(questions, params_to_check, pool);
}
