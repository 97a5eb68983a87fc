/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/tools.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <stddef.h>
#include <string.h>

#include "mcp/contract.h"
#include "mcp/icon.h"
#include "mcp/method.h"
#include "mcp/mirror.h"

#define NO_ARGUMENTS "{\"type\":\"object\",\"additionalProperties\":false}"

/* A module that was compiled when the struct was shorter may stay. */
#define FIRST_SIZE (offsetof(mcp_tool_t, task) + sizeof(mcp_task_support_t))

struct mcp_tools_t {
    apr_hash_t *by_name; /* of mcp_listed_tool_t * */
    const mcp_json_t *no_arguments;
    mcp_page_list_t *pages;
    int have_tasks;
};

/* -- the contract -- */

/* The sentence that says what is wrong with a tool; NULL: nothing so far. */
static const char *breach_of(const mcp_tool_t *tool, mcp_ctx_t *cx)
{
    const mcp_json_t *meta;

    if (!tool->name || !mcp_contract_is_name(tool->name))
        return "its name is not 1 to 128 of A-Z a-z 0-9 _ . -";
    if (!tool->description || !*tool->description)
        return "it has no description";
    if (!mcp_contract_is_text(tool->title) ||
        !mcp_contract_is_text(tool->description))
        return "its title or description is not UTF-8";
    if (!tool->call)
        return "it has no function to call";
    if (tool->meta && !mcp_contract_object_read(&meta, tool->meta, cx))
        return "its meta is no JSON object";
    if (tool->task != MCP_TASK_NEVER && tool->task != MCP_TASK_OPTIONAL &&
        tool->task != MCP_TASK_REQUIRED)
        return "its task is none of MCP_TASK_...";
    return mcp_icon_check(tool->icons, cx);
}

static const mcp_error_t *refuse(const mcp_offered_t *offered, const char *why,
                                 mcp_ctx_t *cx)
{
    const mcp_tool_t *tool = offered->what;

    return mcp_contract_refuse("tool", offered,
                               tool->size >= FIRST_SIZE ? tool->name : NULL,
                               why, cx);
}

/* Both eras want an object: the older in schema, and structuredContent is one
 * by our own contract. */
static const mcp_error_t *schema_make(const mcp_schema_t **schema,
                                      const mcp_offered_t *offered,
                                      const char *what, const char *text,
                                      mcp_ctx_t *cx)
{
    const mcp_error_t *e = mcp_schema_make(schema, text, cx);
    const char *type;

    if (e)
        return refuse(
            offered,
            apr_pstrcat(cx->pool, "its ", what, ": ", e->detail, NULL), cx);
    type = mcp_json_string(mcp_json_get(mcp_schema_json(*schema), "type"));
    if (text && (!type || strcmp(type, "object") != 0))
        return refuse(offered,
                      apr_pstrcat(cx->pool, "its ", what,
                                  " has not the type object", NULL),
                      cx);
    return NULL;
}

static const mcp_error_t *listed_make(mcp_listed_tool_t *listed,
                                      const mcp_offered_t *offered,
                                      mcp_ctx_t *cx)
{
    const mcp_tool_t *tool = offered->what;
    const char *input = NO_ARGUMENTS, *why;
    apr_array_header_t *mirrored;

    if (tool->size < FIRST_SIZE)
        return refuse(offered, "its size is not sizeof(mcp_tool_t)", cx);
    why = breach_of(tool, cx);
    if (why)
        return refuse(offered, why, cx);
    if (tool->input_schema)
        input = tool->input_schema;
    MCP_TRY(schema_make(&listed->input, offered, "input_schema", input, cx));
    MCP_TRY(schema_make(&listed->output, offered, "output_schema",
                        tool->output_schema, cx));
    why = mcp_mirror_read(&mirrored, mcp_schema_json(listed->input), cx->pool);
    if (why)
        return refuse(offered, why, cx);
    listed->tool = tool;
    listed->module = offered->module;
    listed->mirrored = mirrored;
    return NULL;
}

/* -- the list -- */

/* What is not said has a default that is not the same for each hint: whoever
 * says one has said the others. */
static void write_hints(mcp_writer_t *w, unsigned hints)
{
    static const struct {
        const char *name;
        unsigned bit;
    } rows[] = {
        {"readOnlyHint", MCP_TOOL_READ_ONLY},
        {"destructiveHint", MCP_TOOL_DESTRUCTIVE},
        {"idempotentHint", MCP_TOOL_IDEMPOTENT},
        {"openWorldHint", MCP_TOOL_OPEN_WORLD},
    };
    apr_size_t i;

    if (!hints)
        return;
    mcp_writer_name(w, "annotations");
    mcp_writer_open(w, '{');
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        mcp_writer_member_boolean(w, rows[i].name, (hints & rows[i].bit) != 0);
    mcp_writer_close(w);
}

/* Nothing here says that a call may become a task: the client has no part in
 * it (extension tasks, Capability Negotiation). */
static void write_tool(mcp_writer_t *w, const mcp_listed_tool_t *listed,
                       mcp_ctx_t *cx)
{
    const mcp_tool_t *tool = listed->tool;
    const mcp_json_t *meta;

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "name", tool->name);
    mcp_writer_member(w, "title", tool->title);
    mcp_writer_member(w, "description", tool->description);
    mcp_writer_name(w, "inputSchema");
    mcp_writer_json(w, mcp_schema_json(listed->input));
    if (listed->output) {
        mcp_writer_name(w, "outputSchema");
        mcp_writer_json(w, mcp_schema_json(listed->output));
    }
    write_hints(w, tool->hints);
    mcp_icon_write(w, tool->icons, cx->pool);
    if (mcp_contract_object_read(&meta, tool->meta, cx)) {
        mcp_writer_name(w, "_meta");
        mcp_writer_json(w, meta);
    }
    mcp_writer_close(w);
}

static const mcp_error_t *add(mcp_tools_t *t, const mcp_offered_t *offered,
                              mcp_ctx_t *cx)
{
    mcp_listed_tool_t *listed = apr_pcalloc(cx->pool, sizeof(*listed));

    MCP_TRY(listed_make(listed, offered, cx));
    if (mcp_tools_find(t, listed->tool->name))
        return refuse(offered, "two tools have this name", cx);
    apr_hash_set(t->by_name, listed->tool->name, APR_HASH_KEY_STRING, listed);
    t->have_tasks |= listed->tool->task != MCP_TASK_NEVER;
    write_tool(mcp_page_next(t->pages), listed, cx);
    return NULL;
}

const mcp_error_t *mcp_tools_make(mcp_tools_t **made,
                                  const apr_array_header_t *offered,
                                  mcp_ctx_t *cx)
{
    mcp_tools_t *t = apr_pcalloc(cx->pool, sizeof(*t));
    int i;

    t->by_name = apr_hash_make(cx->pool);
    t->pages = mcp_page_begin("tools", cx->pool);
    MCP_TRY(mcp_json_read(&t->no_arguments, "{}", 2, cx));
    for (i = 0; i < offered->nelts; i++)
        MCP_TRY(add(t, &APR_ARRAY_IDX(offered, i, mcp_offered_t), cx));
    mcp_page_end(t->pages);
    *made = t;
    return NULL;
}

const mcp_listed_tool_t *mcp_tools_find(const mcp_tools_t *tools,
                                        const char *name)
{
    return apr_hash_get(tools->by_name, name, APR_HASH_KEY_STRING);
}

const mcp_json_t *mcp_tools_no_arguments(const mcp_tools_t *tools)
{
    return tools->no_arguments;
}

const mcp_page_list_t *mcp_tools_pages(const mcp_tools_t *tools)
{
    return tools->pages;
}

int mcp_tools_have_tasks(const mcp_tools_t *tools)
{
    return tools->have_tasks;
}

const mcp_error_t *mcp_tools_list(mcp_turn_t *t)
{
    return mcp_page_answer(t, t->x->server->tools->pages);
}
