/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/question_sampling.h"

#include <string.h>

static int is(const mcp_json_t *object, const char *name, const char *value)
{
    const char *text = mcp_json_string(mcp_json_get(object, name));

    return text && !strcmp(text, value);
}

/* -- the blocks of a message: an array of them, or one -- */

static apr_size_t blocks_of(const mcp_json_t *message)
{
    const mcp_json_t *content = mcp_json_get(message, "content");

    return mcp_json_type(content) == MCP_JSON_ARRAY ? mcp_json_size(content)
                                                    : content != NULL;
}

static const mcp_json_t *block_of(const mcp_json_t *message, apr_size_t i)
{
    const mcp_json_t *content = mcp_json_get(message, "content");

    return mcp_json_type(content) == MCP_JSON_ARRAY ? mcp_json_at(content, i)
                                                    : content;
}

static apr_size_t count(const mcp_json_t *message, const char *type)
{
    apr_size_t i, found = 0;

    for (i = 0; i < blocks_of(message); i++)
        found += is(block_of(message, i), "type", type);
    return found;
}

static int has_result(const mcp_json_t *message, const char *id)
{
    apr_size_t i;

    for (i = 0; id && i < blocks_of(message); i++)
        if (is(block_of(message, i), "toolUseId", id))
            return 1;
    return 0;
}

/* -- the rules -- */

static int is_message(const mcp_json_t *message)
{
    apr_size_t i;

    if (!is(message, "role", "user") && !is(message, "role", "assistant"))
        return 0;
    for (i = 0; i < blocks_of(message); i++)
        if (!mcp_json_string(mcp_json_get(block_of(message, i), "type")))
            return 0;
    return mcp_json_get(message, "content") != NULL;
}

/* "every assistant message containing ToolUseContent blocks MUST be followed
 * by a user message that consists entirely of ToolResultContent blocks, with
 * each tool use matched" */
static int is_followed(const mcp_json_t *message, const mcp_json_t *next)
{
    const mcp_json_t *block;
    apr_size_t i;

    if (!count(message, "tool_use"))
        return 1;
    if (!is(next, "role", "user"))
        return 0;
    for (i = 0; i < blocks_of(message); i++) {
        block = block_of(message, i);
        if (is(block, "type", "tool_use") &&
            !has_result(next, mcp_json_string(mcp_json_get(block, "id"))))
            return 0;
    }
    return 1;
}

static const char *messages_check(const mcp_json_t *messages)
{
    const mcp_json_t *message;
    apr_size_t i, results;

    if (mcp_json_type(messages) != MCP_JSON_ARRAY)
        return "its question to the model has no messages";
    for (i = 0; i < mcp_json_size(messages); i++) {
        message = mcp_json_at(messages, i);
        if (!is_message(message))
            return "a message of its question to the model has no role or no "
                   "content";
        results = count(message, "tool_result");
        if (results && results != blocks_of(message))
            return "a message of its question to the model mixes tool results "
                   "with other content";
        if (!is_followed(message, mcp_json_at(messages, i + 1)))
            return "a tool use in its question to the model has no result in "
                   "the next message";
    }
    return NULL;
}

const char *mcp_question_sampling_check(const mcp_json_t *params)
{
    const mcp_json_t *context = mcp_json_get(params, "includeContext");
    apr_int64_t most;

    if (!mcp_json_integer(&most, mcp_json_get(params, "maxTokens")))
        return "its question to the model has no maxTokens";
    if (context && !is(params, "includeContext", "none") &&
        !mcp_question_sampling_wants_context(params))
        return "the includeContext of its question to the model is none";
    return messages_check(mcp_json_get(params, "messages"));
}

int mcp_question_sampling_wants_context(const mcp_json_t *params)
{
    return is(params, "includeContext", "thisServer") ||
           is(params, "includeContext", "allServers");
}
