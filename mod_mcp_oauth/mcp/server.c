/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/server.h"

#include <string.h>

static int has_tools(const mcp_server_t *server)
{
    return !mcp_page_is_empty(mcp_tools_pages(server->tools));
}

static int has_tasks(const mcp_server_t *server)
{
    return mcp_tools_have_tasks(server->tools);
}

static int has_resources(const mcp_server_t *server)
{
    return !mcp_resources_is_empty(server->resources);
}

static int has_prompts(const mcp_server_t *server)
{
    return !mcp_page_is_empty(mcp_prompts_pages(server->prompts));
}

static int has_completions(const mcp_server_t *server)
{
    return mcp_prompts_complete(server->prompts) ||
           mcp_resources_complete(server->resources);
}

/* any function of another module may log */
static int has_logging(const mcp_server_t *server)
{
    return has_tools(server) || has_resources(server) || has_prompts(server);
}

int mcp_server_has(const mcp_server_t *server, const char *capability)
{
    static const struct {
        const char *name;
        int (*has)(const mcp_server_t *server);
    } rows[] = {
        {"tools", has_tools},     {"resources", has_resources},
        {"prompts", has_prompts}, {"completions", has_completions},
        {"logging", has_logging}, {"tasks", has_tasks},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (!strcmp(rows[i].name, capability))
            return rows[i].has(server);
    return 0;
}

int mcp_server_has_resource(const mcp_server_t *server, const char *uri,
                            mcp_ctx_t *cx)
{
    const mcp_listed_resource_t *found;
    const mcp_json_t *variables;

    return !mcp_resources_find(&found, &variables, server->resources, uri,
                               cx) &&
           found;
}

void mcp_server_write_call(mcp_writer_t *w, const mcp_server_t *server,
                           const mcp_principal_t *who)
{
    mcp_writer_string(w, server->url);
    mcp_writer_string(w, who ? who->issuer : NULL);
    mcp_writer_string(w, who ? who->subject : NULL);
    mcp_writer_string(w, who ? who->client : NULL);
}
