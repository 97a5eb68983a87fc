/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_QUESTION_H
#define MCP_MCP_QUESTION_H

#include "mcp/turn.h"

/* What a tool asks the client: an InputRequest (patterns/mrtr). */
typedef struct mcp_question_t {
    const char *key;
    const char *method;
    const char *params;     /* a rendered object, or NULL */
    const mcp_json_t *json; /* the same as it was read */
    unsigned needs;         /* capabilities of the client, this file's bits */
} mcp_question_t;

/* Reads what a tool gave. Returns NULL, or what breaks the contract. All must
 * outlive the question. */
const char *mcp_question_read(mcp_question_t *question, const char *key,
                              const char *method, const char *params,
                              mcp_ctx_t *cx);
/* MISSING_CAPABILITY when the client cannot be asked one of these
 * (mcp_question_t). */
const mcp_error_t *mcp_question_check(const mcp_turn_t *t,
                                      const apr_array_header_t *questions);
/* params.inputResponses, or NULL where there are none: an object of objects,
 * for all results of the three kinds of questions are. */
const mcp_error_t *mcp_question_answers_read(const mcp_json_t **answers,
                                             const mcp_turn_t *t);
/* Whether it sends the user to a URL. */
int mcp_question_is_url(const mcp_question_t *question);
/* Its params with this elicitationId, which 2025-11-25 wants of such a one,
 * unless they have one. */
const char *mcp_question_params_with_id(const mcp_question_t *question,
                                        const char *id, apr_pool_t *pool);
/* Whether it is a form: what its answer must be is known. */
int mcp_question_is_form(const mcp_question_t *question);
/* InputRequests, rendered. */
const char *mcp_question_render(const apr_array_header_t *questions,
                                apr_pool_t *pool);
/* The same with no more than their answers can be checked by
 * (mcp/question_answer). */
const char *mcp_question_render_checks(const apr_array_header_t *questions,
                                       apr_pool_t *pool);

#endif
