/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <apr_strings.h>

#include "demo/answer.h"
#include "demo/offers.h"

/* -- add: integers, and a failure that the model can understand -- */

static mcp_outcome_t call_add(mcp_call_t *call, void *baton)
{
    apr_int64_t a, b, sum;
    const char *text;

    /* the schema requires both; too large for 64 bits they are still not
     * integers here */
    if (!call->api->integer(call, "/a", &a) ||
        !call->api->integer(call, "/b", &b) ||
        __builtin_add_overflow(a, b, &sum))
        return mcp_demo_answer_fail(call, "The numbers or their sum exceed 64 "
                                          "bits.");
    text = apr_psprintf(call->pool, "%" APR_INT64_T_FMT, sum);
    call->api->text(call, text);
    call->api->structured(
        call, apr_pstrcat(call->pool, "{\"result\":", text, "}", NULL));
    return MCP_CALL_DONE;
}

const mcp_tool_t mcp_demo_number_add = {
    .size = sizeof(mcp_tool_t),
    .name = "add",
    .title = "Add",
    .description = "Add two numbers together.",
    .input_schema = "{\"type\":\"object\",\"additionalProperties\":false,"
                    "\"properties\":{\"a\":{\"type\":\"integer\"},"
                    "\"b\":{\"type\":\"integer\"}},"
                    "\"required\":[\"a\",\"b\"]}",
    .output_schema = "{\"type\":\"object\",\"properties\":{"
                     "\"result\":{\"type\":\"integer\"}},"
                     "\"required\":[\"result\"],"
                     "\"x-fastmcp-wrap-result\":true}",
    .hints = MCP_TOOL_READ_ONLY | MCP_TOOL_IDEMPOTENT,
    .call = call_add,
};

/* -- sum: numbers of any kind -- */

/* The shortest text that is read as the same number again. */
static const char *number(mcp_call_t *call, double value)
{
    char text[32];
    int digits;

    for (digits = 15; digits < 18; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return apr_pstrdup(call->pool, text);
}

static mcp_outcome_t call_sum(mcp_call_t *call, void *baton)
{
    char text[1100]; /* three numbers of at most 313 characters */
    double a = 0, b = 0;

    call->api->number(call, "/a", &a);
    call->api->number(call, "/b", &b);
    if (!isfinite(a + b))
        return mcp_demo_answer_fail(call, "The sum is too large a number.");
    snprintf(text, sizeof(text), "The sum of %.2f and %.2f is %.2f", a, b,
             a + b);
    call->api->text(call, text);
    call->api->structured(call, apr_pstrcat(call->pool, "{\"result\":",
                                            number(call, a + b), "}", NULL));
    return MCP_CALL_DONE;
}

const mcp_tool_t mcp_demo_number_sum = {
    .size = sizeof(mcp_tool_t),
    .name = "sum",
    .title = "Sum",
    .description = "Add two numbers together",
    .input_schema =
        "{\"type\":\"object\",\"additionalProperties\":false,"
        "\"properties\":{"
        "\"a\":{\"type\":\"number\",\"description\":\"The first number\"},"
        "\"b\":{\"type\":\"number\",\"description\":\"The second number\"}},"
        "\"required\":[\"a\",\"b\"]}",
    .output_schema = "{\"type\":\"object\",\"properties\":{"
                     "\"result\":{\"type\":\"number\"}},"
                     "\"required\":[\"result\"],"
                     "\"additionalProperties\":false}",
    .hints = MCP_TOOL_READ_ONLY | MCP_TOOL_IDEMPOTENT,
    .call = call_sum,
};
