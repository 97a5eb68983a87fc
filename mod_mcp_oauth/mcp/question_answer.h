/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_QUESTION_ANSWER_H
#define MCP_MCP_QUESTION_ANSWER_H

#include "mcp/turn.h"

/* What clients answer to what they were asked: an ElicitResult, whose content
 * is what the form asked for ("Servers SHOULD validate received data matches
 * the requested schema", client/elicitation), a CreateMessageResult or a
 * ListRootsResult. */

/* NULL when it answers a question with this method and these params; else the
 * sentence that says what is wrong, for the client. */
const char *mcp_question_answer_check(const char *method,
                                      const mcp_json_t *params,
                                      const mcp_json_t *answer, mcp_ctx_t *cx);
/* INVALID_PARAMS when one of answers does not answer the request of the same
 * key. What has no request is not looked at. */
const mcp_error_t *mcp_question_answers_check(const mcp_json_t *requests,
                                              const mcp_json_t *answers,
                                              const mcp_turn_t *t);

#endif
