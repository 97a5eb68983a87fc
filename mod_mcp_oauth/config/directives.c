/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/directives.h"

#include <apr_strings.h>

#include "base/scope.h"
#include "config/container.h"
#include "config/server.h"

extern module AP_MODULE_DECLARE_DATA mcp_oauth_module;

/* -- where a directive may stand -- */

static const char *const sections[] = {"<Location", "<LocationMatch",
                                       "<Directory", "<DirectoryMatch"};

static int is_section(const ap_directive_t *directive)
{
    apr_size_t i;

    for (i = 0; i < sizeof(sections) / sizeof(*sections); i++)
        if (!strcasecmp(directive->directive, sections[i]))
            return 1;
    return 0;
}

static const char *outside_refuse(const char *whose, const char *name,
                                  const cmd_parms *cmd)
{
    const ap_directive_t *parent = cmd->directive->parent;

    return apr_psprintf(cmd->pool, "%s is for %s: write it outside %s %s.",
                        name, whose, parent->directive, parent->args);
}

static const char *place_check(const mcp_config_row_t *row, cmd_parms *cmd)
{
    const ap_directive_t *parent = cmd->directive->parent;
    int in_server = !parent || !strcasecmp(parent->directive, "<VirtualHost");

    switch (*row->context) {
    case 'S':
        return parent ? outside_refuse("the whole server", row->name, cmd)
                      : NULL;
    case 'V':
        return in_server
                   ? NULL
                   : outside_refuse("a whole virtual host", row->name, cmd);
    case 'P':
        return !in_server && is_section(parent)
                   ? NULL
                   : apr_psprintf(cmd->pool,
                                  "%s belongs inside <Location>, "
                                  "<LocationMatch> or <Directory>.",
                                  row->name);
    default:
        return in_server || is_section(parent)
                   ? NULL
                   : outside_refuse("a server, virtual host, <Location> or "
                                    "<Directory>",
                                    row->name, cmd);
    }
}

/* -- reading a line -- */

static const char *set_server(cmd_parms *cmd, void *dummy, const char *args)
{
    mcp_config_server_t *server =
        ap_get_module_config(cmd->server->module_config, &mcp_oauth_module);
    const char *wrong = place_check(cmd->info, cmd);

    return wrong
               ? wrong
               : mcp_config_row_parse(cmd->info, &server->settings, args, cmd);
}

static mcp_config_dir_t *dir_open(void *config, apr_pool_t *pool)
{
    mcp_config_dir_t *dir = config;

    if (!dir->settings)
        dir->settings = apr_pcalloc(pool, sizeof(*dir->settings));
    return dir;
}

static const char *set_location(cmd_parms *cmd, void *config, const char *args)
{
    const char *wrong = place_check(cmd->info, cmd);

    return wrong ? wrong
                 : mcp_config_row_parse(cmd->info,
                                        dir_open(config, cmd->pool)->settings,
                                        args, cmd);
}

static const char *set_word(cmd_parms *cmd, void *config, const char *args)
{
    return mcp_config_container_word(config, cmd->cmd->name, args, cmd);
}

static const char *open_idp(cmd_parms *cmd, void *config, const char *args)
{
    const mcp_config_row_t *row =
        &mcp_config_row_locations[MCP_ROW_LOCATION_idps];
    const char *wrong = place_check(row, cmd);

    return wrong ? wrong
                 : mcp_config_container_idp(
                       dir_open(config, cmd->pool)->settings, row, args, cmd);
}

static const char *open_client(cmd_parms *cmd, void *dummy, const char *args)
{
    mcp_config_server_t *server =
        ap_get_module_config(cmd->server->module_config, &mcp_oauth_module);
    const mcp_config_row_t *row =
        &mcp_config_row_servers[MCP_ROW_SERVER_clients];
    const char *wrong = place_check(row, cmd);

    return wrong ? wrong
                 : mcp_config_container_client(&server->settings, row, args,
                                               cmd);
}

/* No override of a .htaccess file is among these. */
#define ANYWHERE (RSRC_CONF | ACCESS_CONF)

/* clang-format off */
const command_rec mcp_config_directives[] = {
#define MCP_SERVER_DIRECTIVE(name, kind, member, fallback, limits, ctx, help) \
    AP_INIT_RAW_ARGS(name, set_server,                                        \
        (void *)&mcp_config_row_servers[MCP_ROW_SERVER_##member], ANYWHERE,   \
        help),
#define MCP_LOCATION_DIRECTIVE(name, kind, member, fallback, limits, ctx,     \
                               help)                                          \
    AP_INIT_RAW_ARGS(name, set_location,                                      \
        (void *)&mcp_config_row_locations[MCP_ROW_LOCATION_##member],         \
        ANYWHERE, help),
#define MCP_CONTAINER(container, name, plain, help)                           \
    AP_INIT_RAW_ARGS("<" name, open_##container, NULL, ANYWHERE, help),
#define MCP_WORD(container, name, kind, member, fallback, limits, help)       \
    AP_INIT_RAW_ARGS(name, set_word, NULL, ANYWHERE, help),
#include "config/directives.def"
    {NULL, {NULL}, NULL, 0, RAW_ARGS, NULL}};
/* clang-format on */

/* -- making and merging -- */

void *mcp_config_directives_create_dir(apr_pool_t *pool, char *path)
{
    return mcp_config_dir_make(pool);
}

void *mcp_config_directives_merge_dir(apr_pool_t *pool, void *base, void *add)
{
    return mcp_config_dir_merge(base, add, pool);
}

void *mcp_config_directives_create_server(apr_pool_t *pool, server_rec *s)
{
    return apr_pcalloc(pool, sizeof(mcp_config_server_t));
}

void *mcp_config_directives_merge_server(apr_pool_t *pool, void *base,
                                         void *add)
{
    const mcp_config_server_t *outer = base, *inner = add;
    mcp_config_server_t *merged = apr_pmemdup(pool, inner, sizeof(*merged));

    mcp_config_row_merge(mcp_config_row_servers, &merged->settings,
                         &outer->settings, pool);
    return merged;
}

void mcp_config_directives_scope(cmd_parms *cmd, const char *scope)
{
    mcp_config_dir_t *dir = mcp_config_dir_of(cmd->context, cmd->pool);

    if (!dir->scopes)
        dir->scopes = apr_array_make(cmd->pool, 4, sizeof(const char *));
    mcp_scope_add(dir->scopes, apr_pstrdup(cmd->pool, scope));
}
