/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "demo/answer.h"

#include <apr_strings.h>

/* What text and structuredContent may hold together: a tool whose caller can
 * ask for more than the header allows says so itself. */
#define MOST (1024 * 1024 - 256)

mcp_outcome_t mcp_demo_answer_say(mcp_call_t *call, const char *text,
                                  const char *member, const char *value)
{
    const char *quoted = call->api->quote(call, value);

    if (strlen(text) + strlen(quoted) > MOST)
        return mcp_demo_answer_fail(call,
                                    "That is too long to be given back.");
    call->api->text(call, text);
    call->api->structured(call, apr_pstrcat(call->pool, "{\"", member,
                                            "\":", quoted, "}", NULL));
    return MCP_CALL_DONE;
}

mcp_outcome_t mcp_demo_answer_fail(mcp_call_t *call, const char *sentence)
{
    call->api->text(call, sentence);
    return MCP_CALL_FAILED;
}
