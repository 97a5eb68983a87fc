/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_QUESTION_SAMPLING_H
#define MCP_MCP_QUESTION_SAMPLING_H

#include "base/json.h"

/* The params of sampling/createMessage (client/sampling). */

/* The sentence that says what is wrong with them; NULL: nothing. */
const char *mcp_question_sampling_check(const mcp_json_t *params);
/* Whether they ask for what other servers told the client. */
int mcp_question_sampling_wants_context(const mcp_json_t *params);

#endif
