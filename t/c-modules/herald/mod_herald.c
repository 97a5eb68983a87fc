/* Licensed under the Apache License, Version 2.0; see LICENSE. */

/* mod_herald: announces changes for the module "probe", outside of any call.
 * SetHandler herald: a request announces what its query says,
 *
 *     GET /herald?tools           a list, or the URI of a resource
 *     GET /herald?nothing         NULL
 *
 * for whoever's access token it brought, or where it brought none for all.
 * With the header X-Thread a thread of its own does it. HeraldModule names
 * another module than "probe", - one without a name. It also announces before
 * anybody can listen: in the parent and when a child begins. */

#include <string.h>

#include <httpd.h>
#include <http_config.h>
#include <http_log.h>
#include <http_protocol.h>
#include <apr_optional_hooks.h>
#include <apr_strings.h>
#include <apr_thread_proc.h>

#include "mod_mcp_oauth.h"

static APR_OPTIONAL_FN_TYPE(mcp_oauth_announce) * announce;
static APR_OPTIONAL_FN_TYPE(mcp_oauth_principal) * principal;
static const char *speaks_for = "probe";

typedef struct change_t {
    const char *what;
    const mcp_principal_t *whose;
} change_t;

static void *APR_THREAD_FUNC tell(apr_thread_t *thread, void *data)
{
    const change_t *change = data;

    announce(speaks_for, change->what, change->whose);
    return NULL;
}

static int tell_in_thread(change_t *change, apr_pool_t *pool)
{
    apr_thread_t *thread;
    apr_status_t status;

    if (apr_thread_create(&thread, NULL, tell, change, pool))
        return HTTP_INTERNAL_SERVER_ERROR;
    return apr_thread_join(&status, thread) ? HTTP_INTERNAL_SERVER_ERROR : OK;
}

static int handle(request_rec *r)
{
    change_t change = {r->args, NULL};

    if (!r->handler || strcmp(r->handler, "herald") != 0)
        return DECLINED;
    if (!announce)
        return HTTP_SERVICE_UNAVAILABLE;
    if (!r->args || !strcmp(r->args, "nothing"))
        change.what = NULL;
    change.whose = principal ? principal(r) : NULL;
    ap_set_content_type(r, "text/plain");
    ap_rputs("told\n", r);
    if (apr_table_get(r->headers_in, "X-Thread"))
        return tell_in_thread(&change, r->pool);
    tell(NULL, &change);
    return OK;
}

static void retrieve(void)
{
    announce = APR_RETRIEVE_OPTIONAL_FN(mcp_oauth_announce);
    principal = APR_RETRIEVE_OPTIONAL_FN(mcp_oauth_principal);
}

static int in_parent(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                     server_rec *s)
{
    if (announce)
        announce(speaks_for, "tools", NULL);
    return OK;
}

static void before_child(apr_pool_t *pchild, server_rec *s)
{
    if (!announce)
        return;
    announce(speaks_for, "tools", NULL);
    announce(NULL, NULL, NULL);
    ap_log_error(APLOG_MARK, APLOG_INFO, 0, s, "herald: told nobody");
}

static const char *set_module(cmd_parms *cmd, void *unused, const char *name)
{
    speaks_for = strcmp(name, "-") ? name : "";
    return NULL;
}

static const command_rec commands[] = {
    AP_INIT_TAKE1("HeraldModule", set_module, NULL, RSRC_CONF,
                  "the module whose changes are announced; - is none"),
    {NULL}};

static void register_hooks(apr_pool_t *pool)
{
    ap_hook_optional_fn_retrieve(retrieve, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_config(in_parent, NULL, NULL, APR_HOOK_REALLY_LAST);
    ap_hook_child_init(before_child, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_handler(handle, NULL, NULL, APR_HOOK_MIDDLE);
}

AP_DECLARE_MODULE(herald) = {
    STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, commands, register_hooks,
    AP_MODULE_FLAG_NONE,
};
