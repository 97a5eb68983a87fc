/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_QUESTION_FORM_H
#define MCP_MCP_QUESTION_FORM_H

#include "base/json.h"

/* The params of elicitation/create: a form or a URL (client/elicitation). What
 * a form may ask for is a small part of JSON Schema, so that clients can draw
 * it. */

/* The sentence that says what is wrong with them; NULL: nothing. */
const char *mcp_question_form_check(const mcp_json_t *params, mcp_ctx_t *cx);

#endif
