/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include "mod_mcp_oauth.h"

/* What the files of mod_conformance share. */

/* JSON as it is written, as a C string */
#define JSON(...) #__VA_ARGS__

#define DESCRIPTION "For the conformance suite."
#define TOOL(tool_name, function, schema)                                     \
    {                                                                         \
        .size = sizeof(mcp_tool_t), .name = tool_name,                        \
        .description = DESCRIPTION, .input_schema = schema, .call = function  \
    }

/* Each ends with one without name. */
extern const mcp_tool_t conformance_content_tools[];
extern const mcp_tool_t conformance_asking_tools[];
extern const mcp_tool_t conformance_session_tools[];
extern const mcp_tool_t conformance_task_tools[];
extern const mcp_resource_t conformance_resources[];
extern const mcp_prompt_t conformance_prompts[];

/* kind as in mcp_call_api_t.media */
void conformance_png(mcp_call_t *call, const char *kind);
/* the texts one after the other, as content; the last is NULL */
void conformance_say(mcp_call_t *call, ...);
/* Waits; 0 as soon as nobody waits for the result any more. */
int conformance_pause(mcp_call_t *call, int ms);

#endif
