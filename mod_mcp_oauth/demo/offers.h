/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_DEMO_OFFERS_H
#define MCP_DEMO_OFFERS_H

#include "mod_mcp_oauth.h"

/* What the files of this folder offer, for mod_mcp_demo.c to register. */

extern const mcp_tool_t mcp_demo_greeting_hello;
extern const mcp_resource_t mcp_demo_greeting_cities;
extern const mcp_resource_t mcp_demo_greeting_of;

extern const mcp_tool_t mcp_demo_number_add;
extern const mcp_tool_t mcp_demo_number_sum;

extern const mcp_tool_t mcp_demo_echo;

extern const mcp_tool_t mcp_demo_stock_price;

extern const mcp_tool_t mcp_demo_caller_whoami;
extern const mcp_tool_t mcp_demo_caller_info;
extern const mcp_tool_t mcp_demo_caller_permissions;

extern const mcp_tool_t mcp_demo_task_tools_create;
extern const mcp_tool_t mcp_demo_task_tools_list;
extern const mcp_resource_t mcp_demo_task_resources_all;
extern const mcp_resource_t mcp_demo_task_resources_one;
extern const mcp_prompt_t mcp_demo_task_prompt;

#endif
