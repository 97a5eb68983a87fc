/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_DEMO_ANSWER_H
#define MCP_DEMO_ANSWER_H

#include "mod_mcp_oauth.h"

/* Answers that several tools give: a text for people and models, and the same
 * for programs as structuredContent. */

/* {MEMBER: VALUE}; a failure where both together are too long. */
mcp_outcome_t mcp_demo_answer_say(mcp_call_t *call, const char *text,
                                  const char *member, const char *value);
/* It went wrong: a sentence that the model reads. */
mcp_outcome_t mcp_demo_answer_fail(mcp_call_t *call, const char *sentence);

#endif
