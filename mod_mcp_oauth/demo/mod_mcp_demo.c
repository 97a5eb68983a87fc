/* Licensed under the Apache License, Version 2.0; see LICENSE. */

/* mod_mcp_demo: small tools, resources and a prompt, and the worked example of
 * mod_mcp_oauth.h.
 *
 *     LoadModule mcp_oauth_module modules/mod_mcp_oauth.so
 *     LoadModule mcp_demo_module  modules/mod_mcp_demo.so
 *     DemoTasksFile /var/lib/mcp-demo/tasks.json
 *     <Location "/mcp">
 *         SetHandler mcp-server
 *         MCPOffer demo:*
 *     </Location>
 *
 * A module that offers something needs the header and httpd, nothing else: it
 * does not link against mod_mcp_oauth, and can be loaded without it. Read
 *
 *     echo.c            a tool at its smallest
 *     number.c          arguments that are numbers; failures a model can read
 *     stock.c           a result for people and for programs
 *     greeting.c        a resource, and a template of many
 *     caller.c          who calls
 *     task_tools.c      a tool that changes something, and says so to those
 *                       who listen
 *     task_resources.c  resources that are each user's own; not found;
 *                       completion
 *     task_prompt.c     a prompt and its argument
 *
 * and below how they are registered. What all children share is in
 * task_store.c, and in a file by task_file.c, for which this module links
 * jansson. */

#include <httpd.h>
#include <http_config.h>
#include <http_log.h>
#include <ap_provider.h>

#include "demo/offers.h"
#include "demo/task_call.h"
#include "demo/task_store.h"

/* -- directives, for the whole server wherever they stand -- */

static const char *tasks_file;
static const char *tasks_mode;

static int pre_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp)
{
    tasks_file = tasks_mode = NULL;
    return OK;
}

static const char *set_tasks(cmd_parms *cmd, void *unused, const char *mode)
{
    if (strcmp(mode, "user") != 0 && strcmp(mode, "common") != 0)
        return "DemoTasks is user or common";
    if (tasks_mode && strcmp(tasks_mode, mode) != 0)
        return "DemoTasks is for the whole server: write it once";
    tasks_mode = mode;
    return NULL;
}

static const char *set_tasks_file(cmd_parms *cmd, void *unused,
                                  const char *name)
{
    const char *path = ap_server_root_relative(cmd->pool, name);

    if (!path || !*name)
        return "DemoTasksFile is the path of a file";
    if (tasks_file && strcmp(tasks_file, path) != 0)
        return "DemoTasksFile is for the whole server: write it once";
    tasks_file = path;
    return NULL;
}

static const command_rec directives[] = {
    AP_INIT_TAKE1("DemoTasks", set_tasks, NULL, RSRC_CONF,
                  "user: everybody who signs in has tasks of their own (the "
                  "default); common: all share them"),
    AP_INIT_TAKE1("DemoTasksFile", set_tasks_file, NULL, RSRC_CONF,
                  "the file that keeps the tasks, in a folder that the user "
                  "httpd runs as may write; without it they live as long as "
                  "httpd does"),
    {NULL},
};

/* -- life: the tasks are there before there are children -- */

static int refused(server_rec *s, const char *why)
{
    if (!why)
        return OK;
    ap_log_error(APLOG_MARK, APLOG_EMERG | APLOG_STARTUP, 0, s,
                 "MCP00960: DemoTasksFile %s: %s",
                 tasks_file ? tasks_file : "(none)", why);
    return HTTP_INTERNAL_SERVER_ERROR;
}

/* also of httpd -t */
static int check_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                        server_rec *s)
{
    return tasks_file
               ? refused(s, mcp_demo_task_store_check(tasks_file, ptemp))
               : OK;
}

static int post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                       server_rec *s)
{
    mcp_demo_task_call_share(tasks_mode && !strcmp(tasks_mode, "common"));
    return refused(
        s, mcp_demo_task_store_open(tasks_file, s->process->pool, ptemp));
}

static void child_init(apr_pool_t *pchild, server_rec *s)
{
    mcp_demo_task_store_child(pchild);
}

/* -- what is offered -- */

static const struct {
    const char *name;
    const mcp_tool_t *tool;
} tools[] = {
    {"demo:hello", &mcp_demo_greeting_hello},
    {"demo:add", &mcp_demo_number_add},
    {"demo:sum", &mcp_demo_number_sum},
    {"demo:echo", &mcp_demo_echo},
    {"demo:stock_price", &mcp_demo_stock_price},
    {"demo:whoami", &mcp_demo_caller_whoami},
    {"demo:get-user-info", &mcp_demo_caller_info},
    {"demo:get-user-permissions", &mcp_demo_caller_permissions},
    {"demo:create_task", &mcp_demo_task_tools_create},
    {"demo:list_tasks", &mcp_demo_task_tools_list},
};

static const struct {
    const char *name;
    const mcp_resource_t *resource;
} resources[] = {
    {"demo:data://cities", &mcp_demo_greeting_cities},
    {"demo:greeting://{name}", &mcp_demo_greeting_of},
    {"demo:tasks://all", &mcp_demo_task_resources_all},
    {"demo:tasks://{id}", &mcp_demo_task_resources_one},
};

static void register_hooks(apr_pool_t *pool)
{
    apr_size_t i;

    ap_hook_pre_config(pre_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_check_config(check_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_config(post_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_child_init(child_init, NULL, NULL, APR_HOOK_MIDDLE);
    for (i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
        ap_register_provider(pool, MCP_TOOL_GROUP, tools[i].name,
                             MCP_OFFER_VERSION, tools[i].tool);
    for (i = 0; i < sizeof(resources) / sizeof(resources[0]); i++)
        ap_register_provider(pool, MCP_RESOURCE_GROUP, resources[i].name,
                             MCP_OFFER_VERSION, resources[i].resource);
    ap_register_provider(pool, MCP_PROMPT_GROUP, "demo:prioritize_tasks",
                         MCP_OFFER_VERSION, &mcp_demo_task_prompt);
}

AP_DECLARE_MODULE(mcp_demo) = {
    STANDARD20_MODULE_STUFF,
    NULL,
    NULL,
    NULL,
    NULL,
    directives,
    register_hooks,
    AP_MODULE_FLAG_NONE,
};
