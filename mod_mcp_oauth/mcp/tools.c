/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/tools.h"

#include <apr_hash.h>
#include <apr_lib.h>
#include <stddef.h>
#include <string.h>

#include "base/encode.h"
#include "base/writer.h"
#include "mcp/era.h"
#include "mcp/method.h"
#include "mcp/mirror.h"

#define NAME_MAX_LENGTH 128
#define NO_ARGUMENTS "{\"type\":\"object\",\"additionalProperties\":false}"
#define REMEDY "correct the module that offers it, or take it out of MCPOffer"

/* A module that was compiled when the struct was shorter may stay. */
#define FIRST_SIZE (offsetof(mcp_tool_t, task) + sizeof(mcp_task_support_t))

struct mcp_tools_t {
    apr_hash_t *by_name; /* of mcp_listed_tool_t * */
    const mcp_json_t *no_arguments;
    const char *rendered;
};

/* -- the contract -- */

static int is_name(const char *name)
{
    const char *s;

    for (s = name; *s; s++)
        if (!apr_isalnum(*s) && !strchr("_.-", *s))
            return 0;
    return s > name && s - name <= NAME_MAX_LENGTH;
}

static int is_text(const char *text)
{
    return mcp_encode_is_utf8(text, strlen(text));
}

/* The sentence that says what is wrong with a tool; NULL: nothing so far. */
static const char *breach_of(const mcp_tool_t *tool)
{
    if (tool->size < FIRST_SIZE)
        return "its size is not sizeof(mcp_tool_t)";
    if (!tool->name || !is_name(tool->name))
        return "its name is not 1 to 128 of A-Z a-z 0-9 _ . -";
    if (!tool->description || !*tool->description)
        return "it has no description";
    if (!is_text(tool->description) || (tool->title && !is_text(tool->title)))
        return "its title or description is not UTF-8";
    if (!tool->call)
        return "it has no function to call";
    return NULL;
}

static const mcp_error_t *refuse(const mcp_tool_t *tool, const char *why,
                                 mcp_ctx_t *cx)
{
    const char *name = tool->size >= FIRST_SIZE && tool->name ? tool->name
                                                              : "(no name)";

    return mcp_error_fault(MCP_E_SERVER_ERROR, cx, REMEDY, "the tool %s: %s",
                           mcp_encode_log(name, NAME_MAX_LENGTH, cx->pool),
                           why);
}

/* Both eras want an object: the older in schema, and structuredContent is one
 * by our own contract. */
static const mcp_error_t *schema_make(const mcp_schema_t **schema,
                                      const mcp_tool_t *tool, const char *what,
                                      const char *text, mcp_ctx_t *cx)
{
    const mcp_error_t *e = mcp_schema_make(schema, text, cx);
    const char *type;

    if (e)
        return mcp_error_fault(MCP_E_SERVER_ERROR, cx, REMEDY,
                               "the tool %s: its %s: %s", tool->name, what,
                               e->detail);
    type = mcp_json_string(mcp_json_get(mcp_schema_json(*schema), "type"));
    if (text && (!type || strcmp(type, "object") != 0))
        return mcp_error_fault(MCP_E_SERVER_ERROR, cx, REMEDY,
                               "the tool %s: its %s has not the type object",
                               tool->name, what);
    return NULL;
}

static const mcp_error_t *listed_make(mcp_listed_tool_t *listed,
                                      const mcp_tool_t *tool, mcp_ctx_t *cx)
{
    const char *input = NO_ARGUMENTS, *why = breach_of(tool);
    apr_array_header_t *mirrored;

    if (why)
        return refuse(tool, why, cx);
    if (tool->input_schema)
        input = tool->input_schema;
    MCP_TRY(schema_make(&listed->input, tool, "input_schema", input, cx));
    MCP_TRY(schema_make(&listed->output, tool, "output_schema",
                        tool->output_schema, cx));
    why = mcp_mirror_read(&mirrored, mcp_schema_json(listed->input), cx->pool);
    if (why)
        return refuse(tool, why, cx);
    listed->tool = tool;
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

static void write_tool(mcp_writer_t *w, const mcp_listed_tool_t *listed)
{
    mcp_writer_open(w, '{');
    mcp_writer_member(w, "name", listed->tool->name);
    mcp_writer_member(w, "title", listed->tool->title);
    mcp_writer_member(w, "description", listed->tool->description);
    mcp_writer_name(w, "inputSchema");
    mcp_writer_json(w, mcp_schema_json(listed->input));
    if (listed->output) {
        mcp_writer_name(w, "outputSchema");
        mcp_writer_json(w, mcp_schema_json(listed->output));
    }
    write_hints(w, listed->tool->hints);
    mcp_writer_close(w);
}

const mcp_error_t *mcp_tools_make(mcp_tools_t **made,
                                  const apr_array_header_t *tools,
                                  mcp_ctx_t *cx)
{
    mcp_tools_t *t = apr_pcalloc(cx->pool, sizeof(*t));
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    mcp_listed_tool_t *listed;
    int i;

    t->by_name = apr_hash_make(cx->pool);
    MCP_TRY(mcp_json_read(&t->no_arguments, "{}", 2, cx));
    mcp_writer_open(w, '[');
    for (i = 0; i < tools->nelts; i++) {
        listed = apr_pcalloc(cx->pool, sizeof(*listed));
        MCP_TRY(
            listed_make(listed, APR_ARRAY_IDX(tools, i, mcp_tool_t *), cx));
        if (mcp_tools_find(t, listed->tool->name))
            return refuse(listed->tool, "two tools have this name", cx);
        apr_hash_set(t->by_name, listed->tool->name, APR_HASH_KEY_STRING,
                     listed);
        write_tool(w, listed);
    }
    mcp_writer_close(w);
    t->rendered = mcp_writer_text(w, NULL);
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

const char *mcp_tools_rendered(const mcp_tools_t *tools)
{
    return tools->rendered;
}

/* -- tools/list -- */

const mcp_error_t *mcp_tools_list(mcp_turn_t *t)
{
    /* the list is one page, so no cursor ever came from here */
    if (mcp_json_get(t->rpc.params, "cursor"))
        return mcp_error_tell(MCP_E_INVALID_PARAMS, t->cx,
                              "Invalid params: unknown cursor");
    mcp_turn_begin(t, "complete");
    mcp_writer_name(t->w, "tools");
    mcp_writer_raw(t->w, mcp_tools_rendered(t->x->server->tools));
    t->era->write_caching(t);
    return NULL;
}
