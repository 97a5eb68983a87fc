/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_MESSAGE_H
#define MCP_MCP_MESSAGE_H

#include "mcp/turn.h"

/* What a message that is read leads to, alone or in a batch. */

/* Looks up the method that the message names. */
void mcp_message_find_method(mcp_turn_t *t);
/* Answers the request that is read and admitted. */
const mcp_error_t *mcp_message_answer(mcp_turn_t *t);
/* Takes note of a message that is no request. */
const mcp_error_t *mcp_message_note(mcp_turn_t *t);

#endif
