/* Licensed under the Apache License, Version 2.0; see LICENSE. */

/* mod_probe: what our own tests of calls and streams need and the official
 * suite does not ask for. What became of a call that nobody waits for is in
 * the error log, as "probe: LABEL ...".
 *
 *     MCPOffer probe:*
 *     MCPOffer many:*          more than fits a page, of each kind */

#include <string.h>

#include <httpd.h>
#include <http_config.h>
#include <http_log.h>
#include <http_main.h>
#include <ap_provider.h>
#include <apr_strings.h>

#include "mod_mcp_oauth.h"

#define STEP 20 /* ms */
#define MANY 1200

static void note(mcp_call_t *call, const char *what)
{
    const char *label = call->api->string(call, "/label");

    ap_log_error(APLOG_MARK, APLOG_INFO, 0, ap_server_conf, "probe: %s %s",
                 label ? label : "a call", what);
}

/* -- a call that takes its time -- */

/* With "said" it says so often, all the way, how far it is: as a line of the
 * log and as progress. */
static mcp_outcome_t wait_for(mcp_call_t *call, void *baton)
{
    apr_int64_t ms = 0, said = 0, i, told = 0;

    call->api->integer(call, "/ms", &ms);
    call->api->integer(call, "/said", &said);
    note(call, "begins");
    for (i = 0; i <= ms; i += STEP) {
        if (call->api->cancelled(call)) {
            note(call, "is cancelled");
            call->api->text(call, "cancelled");
            return MCP_CALL_FAILED;
        }
        while (told < said && told * ms <= i * said) {
            told++;
            call->api->log(call, "info",
                           apr_psprintf(call->pool, "%d", (int)told));
            call->api->progress(call, (double)told, (double)said, NULL);
        }
        apr_sleep(apr_time_from_msec(STEP));
    }
    note(call, "is done");
    call->api->text(call, "done");
    return MCP_CALL_DONE;
}

/* Lets the connection go between the first line of the log and the second. */
static mcp_outcome_t part(mcp_call_t *call, void *baton)
{
    apr_int64_t ms = 0;

    call->api->integer(call, "/ms", &ms);
    call->api->log(call, "info", "\"before\"");
    call->api->part(call, apr_time_from_msec(100));
    apr_sleep(apr_time_from_msec(ms));
    call->api->log(call, "info", "\"after\"");
    note(call, "is done");
    call->api->text(call, "done");
    return MCP_CALL_DONE;
}

/* Goes on later, twice, with what it remembered. */
static mcp_outcome_t later(mcp_call_t *call, void *baton)
{
    const char *so_far = call->api->remembered(call);
    apr_int64_t ms = 100;

    call->api->integer(call, "/ms", &ms);
    if (so_far && !strcmp(so_far, "xx")) {
        call->api->text(call, so_far);
        return MCP_CALL_DONE;
    }
    call->api->remember(
        call, apr_pstrcat(call->pool, so_far ? so_far : "", "x", NULL));
    call->api->later(call, apr_time_from_msec(ms));
    note(call, "is put off");
    return MCP_CALL_LATER;
}

/* Is put off, and asks then. */
static mcp_outcome_t later_ask(mcp_call_t *call, void *baton)
{
    const char *answer = call->api->answer(call, "roots");

    if (answer) {
        call->api->text(call, answer);
        return MCP_CALL_DONE;
    }
    if (call->api->remembered(call)) {
        call->api->ask(call, "roots", "roots/list", NULL);
        return MCP_CALL_INPUT_REQUIRED;
    }
    call->api->remember(call, "that it was put off");
    call->api->later(call, apr_time_from_msec(500));
    return MCP_CALL_LATER;
}

/* -- a task, and what its child has -- */

static apr_pool_t *of_child;

static apr_status_t note_end(void *label)
{
    ap_log_error(APLOG_MARK, APLOG_INFO, 0, ap_server_conf,
                 "probe: %s loses what its child has", (const char *)label);
    return APR_SUCCESS;
}

/* Uses what is made when somebody needs it first. */
static mcp_outcome_t in_child(mcp_call_t *call, void *baton)
{
    apr_pool_t *pool;

    if (!call->api->remembered(call)) {
        call->api->remember(call, "that it is a task");
        call->api->later(call, 0);
        return MCP_CALL_LATER;
    }
    apr_pool_create(&pool, of_child);
    apr_pool_cleanup_register(
        pool, apr_pstrdup(pool, call->api->string(call, "/label")), note_end,
        apr_pool_cleanup_null);
    note(call, "begins");
    apr_sleep(apr_time_from_msec(1000));
    note(call, "is done");
    call->api->text(call, "done");
    return MCP_CALL_DONE;
}

/* -- what is said while it runs -- */

static const char *const levels[] = {"debug",   "info",     "notice",
                                     "warning", "error",    "critical",
                                     "alert",   "emergency"};

static mcp_outcome_t each_level(mcp_call_t *call, void *baton)
{
    apr_size_t i;

    for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
        call->api->log(call, levels[i], "{\"of\":\"each\"}");
    call->api->text(call, "done");
    return MCP_CALL_DONE;
}

static mcp_outcome_t odd_progress(mcp_call_t *call, void *baton)
{
    call->api->progress(call, 1, 0, "one");
    call->api->progress(call, 1, 0, "again");
    call->api->progress(call, 0.5, 0, "back");
    call->api->progress(call, 2.5, 0, NULL);
    call->api->text(call, "done");
    return MCP_CALL_DONE;
}

/* -- what changed -- */

static mcp_outcome_t changed(mcp_call_t *call, void *baton)
{
    call->api->changed(call, call->api->string(call, "/list"));
    call->api->text(call, "done");
    return MCP_CALL_DONE;
}

static mcp_outcome_t updated(mcp_call_t *call, void *baton)
{
    int mine = 0;

    call->api->boolean(call, "/private", &mine);
    call->api->updated(call, call->api->string(call, "/uri"), mine);
    call->api->text(call, "done");
    return MCP_CALL_DONE;
}

static mcp_outcome_t read_uri(mcp_call_t *call, void *baton)
{
    call->api->text(call, call->name);
    return MCP_CALL_DONE;
}

static mcp_outcome_t read_missing(mcp_call_t *call, void *baton)
{
    return MCP_CALL_NOT_FOUND;
}

/* -- questions -- */

static mcp_outcome_t ask(mcp_call_t *call, void *baton)
{
    const char *method = call->api->string(call, "/method");
    const char *params = call->api->json(call, "/params");
    const char *answer = call->api->answer(call, "question");

    if (answer) {
        note(call, "is answered");
        call->api->text(call, answer);
        return MCP_CALL_DONE;
    }
    call->api->ask(call, "question", method, params);
    call->api->remember(call, "that it was asked");
    return MCP_CALL_INPUT_REQUIRED;
}

#define FORM                                                                  \
    "{\"message\":\"%s?\",\"requestedSchema\":{\"type\":\"object\","          \
    "\"properties\":{}}}"

/* Two at once, then one more: three answers in two rounds. */
static mcp_outcome_t ask_on(mcp_call_t *call, void *baton)
{
    const char *so_far = call->api->remembered(call);
    const char *one = call->api->answer(call, "one");
    const char *two = call->api->answer(call, "two");
    const char *three = call->api->answer(call, "three");

    if (so_far && three) {
        call->api->text(call,
                        apr_pstrcat(call->pool, so_far, " ", three, NULL));
        return MCP_CALL_DONE;
    }
    if (one && two) {
        call->api->remember(call,
                            apr_pstrcat(call->pool, one, " ", two, NULL));
        call->api->ask(call, "three", "elicitation/create",
                       apr_psprintf(call->pool, FORM, "three"));
        return MCP_CALL_INPUT_REQUIRED;
    }
    call->api->ask(call, "one", "elicitation/create",
                   apr_psprintf(call->pool, FORM, "one"));
    call->api->ask(call, "two", "roots/list", NULL);
    return MCP_CALL_INPUT_REQUIRED;
}

/* -- tasks -- */

static int is_there(const char *path, apr_pool_t *pool)
{
    apr_finfo_t info;

    return !path || !apr_stat(&info, path, APR_FINFO_TYPE, pool);
}

/* Whether this is the call in the request. */
static int is_put_off(mcp_call_t *call)
{
    if (call->api->remembered(call))
        return 0;
    call->api->remember(call, "begun");
    return 1;
}

/* Works until there is a file. */
static mcp_outcome_t task(mcp_call_t *call, void *baton)
{
    const char *until = call->api->string(call, "/until");

    if (is_put_off(call))
        return MCP_CALL_LATER;
    note(call, "begins");
    while (!is_there(until, call->pool)) {
        if (call->api->cancelled(call)) {
            note(call, "is cancelled");
            call->api->text(call, "cancelled");
            return MCP_CALL_FAILED;
        }
        apr_sleep(apr_time_from_msec(STEP));
    }
    note(call, "is done");
    call->api->text(call, "done");
    return MCP_CALL_DONE;
}

/* Asks twice, with the same key. */
static mcp_outcome_t task_ask(mcp_call_t *call, void *baton)
{
    const char *so_far = call->api->remembered(call);
    const char *answer = call->api->answer(call, "question");

    if (is_put_off(call))
        return MCP_CALL_LATER;
    if (answer && *so_far == '{') {
        note(call, "is done");
        call->api->text(call,
                        apr_pstrcat(call->pool, so_far, " ", answer, NULL));
        return MCP_CALL_DONE;
    }
    if (answer)
        note(call, "is answered");
    call->api->ask(call, "question", "roots/list", NULL);
    call->api->remember(call, answer ? answer : so_far);
    return MCP_CALL_INPUT_REQUIRED;
}

static mcp_outcome_t task_error(mcp_call_t *call, void *baton)
{
    if (is_put_off(call))
        return MCP_CALL_LATER;
    call->api->error(call, -32603, "It does not work.");
    return MCP_CALL_ERROR;
}

/* -- the module -- */

#define TOOL(tool_name, function, properties)                                 \
    {                                                                         \
        .size = sizeof(mcp_tool_t), .name = tool_name,                        \
        .description = "For tests.", .call = function,                        \
        .input_schema = "{\"type\":\"object\",\"properties\":{" properties    \
                        "\"label\":{\"type\":\"string\"}}}"                   \
    }
#define TASK(tool_name, function, support)                                    \
    {                                                                         \
        .size = sizeof(mcp_tool_t), .name = tool_name,                        \
        .description = "For tests.", .call = function, .task = support,       \
        .input_schema = "{\"type\":\"object\",\"properties\":{"               \
                        "\"until\":{\"type\":\"string\"},"                    \
                        "\"label\":{\"type\":\"string\"}}}"                   \
    }
#define INTEGER(name) "\"" name "\":{\"type\":\"integer\"},"
#define STRING(name) "\"" name "\":{\"type\":\"string\"},"

static const mcp_tool_t tools[] = {
    TOOL("wait", wait_for, INTEGER("ms") INTEGER("said")),
    TOOL("part", part, INTEGER("ms")),
    TOOL("later", later, INTEGER("ms")),
    TOOL("later_ask", later_ask, ""),
    TOOL("each_level", each_level, ""),
    TOOL("odd_progress", odd_progress, ""),
    TOOL("changed", changed, STRING("list")),
    TOOL("updated", updated,
         STRING("uri") "\"private\":{\"type\":\"boolean\"},"),
    TOOL("ask", ask, STRING("method") "\"params\":{\"type\":\"object\"},"),
    TOOL("ask_on", ask_on, ""),
    TASK("task", task, MCP_TASK_OPTIONAL),
    TASK("task_ask", task_ask, MCP_TASK_OPTIONAL),
    TASK("task_error", task_error, MCP_TASK_REQUIRED),
    {.size = sizeof(mcp_tool_t),
     .name = "in_child",
     .description = "For tests.",
     .call = in_child,
     .input_schema = "{\"type\":\"object\",\"properties\":{"
                     "\"label\":{\"type\":\"string\"}}}",
     .task = MCP_TASK_REQUIRED},
};

#define RESOURCE(resource_uri, function)                                      \
    {                                                                         \
        .size = sizeof(mcp_resource_t), .uri = resource_uri,                  \
        .name = "a name", .media_type = "text/plain", .read = function        \
    }

static const mcp_resource_t resources[] = {
    RESOURCE("probe://one", read_uri),
    RESOURCE("probe://two", read_uri),
    RESOURCE("probe://each/{id}", read_uri),
    RESOURCE("probe://none/{id}", read_missing),
};

static const mcp_prompt_t prompt = {
    .size = sizeof(mcp_prompt_t),
    .name = "prompt",
    .description = "For tests.",
    .get = read_uri,
};

static void offer(apr_pool_t *pool, const char *group, const char *name,
                  const void *what)
{
    ap_register_provider(pool, group, name, MCP_OFFER_VERSION, what);
}

static void offer_many(apr_pool_t *pool)
{
    mcp_tool_t *tool;
    mcp_resource_t *resource, *template;
    mcp_prompt_t *another;
    int i;

    for (i = 0; i < MANY; i++) {
        const char *name = apr_psprintf(pool, "n%04d", i);

        tool = apr_pmemdup(pool, &tools[2], sizeof(*tool));
        tool->name = name;
        another = apr_pmemdup(pool, &prompt, sizeof(prompt));
        another->name = name;
        resource = apr_pmemdup(pool, &resources[0], sizeof(*resource));
        resource->uri = apr_pstrcat(pool, "many://", name, NULL);
        template = apr_pmemdup(pool, &resources[2], sizeof(*template));
        template->uri = apr_pstrcat(pool, "many://", name, "/{id}", NULL);
        name = apr_pstrcat(pool, "many:", name, NULL);
        offer(pool, MCP_TOOL_GROUP, name, tool);
        offer(pool, MCP_PROMPT_GROUP, name, another);
        offer(pool, MCP_RESOURCE_GROUP,
              apr_pstrcat(pool, "many:", resource->uri, NULL), resource);
        offer(pool, MCP_RESOURCE_GROUP,
              apr_pstrcat(pool, "many:", template->uri, NULL), template);
    }
}

static void child_init(apr_pool_t *pool, server_rec *s)
{
    of_child = pool;
}

static void register_hooks(apr_pool_t *pool)
{
    apr_size_t i;

    ap_hook_child_init(child_init, NULL, NULL, APR_HOOK_MIDDLE);

    for (i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
        offer(pool, MCP_TOOL_GROUP,
              apr_pstrcat(pool, "probe:", tools[i].name, NULL), &tools[i]);
    for (i = 0; i < sizeof(resources) / sizeof(resources[0]); i++)
        offer(pool, MCP_RESOURCE_GROUP,
              apr_pstrcat(pool, "probe:", resources[i].uri, NULL),
              &resources[i]);
    offer(pool, MCP_PROMPT_GROUP, "probe:prompt", &prompt);
    offer_many(pool);
}

AP_DECLARE_MODULE(probe) = {
    STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, register_hooks,
    AP_MODULE_FLAG_NONE,
};
