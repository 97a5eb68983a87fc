/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/container.h"

#include <apr_strings.h>

#include "config/kind_client.h"
#include "config/kind_idp.h"

/* "PRESET ARG>" without the bracket; NULL when it is not there */
static const char *args_of(const char *args, apr_pool_t *pool)
{
    const char *end = strrchr(args, '>');

    if (!end || end[1 + strspn(end + 1, " \t")])
        return NULL;
    return apr_pstrmemdup(pool, args, (apr_size_t)(end - args));
}

/* Cuts the container's own line. */
static const char *line_read(mcp_config_line_t *line, const char *args,
                             const mcp_config_row_t *row)
{
    const char *wrong;

    args = args_of(args, line->pool);
    if (!args)
        return mcp_config_line_refuse(
            line, "the line ends without >. Write <%s %s>.", row->name,
            row->syntax);
    wrong = mcp_config_line_read(line, args);
    if (!wrong && !line->words->nelts)
        wrong = mcp_config_line_refuse(line, "which one? Write <%s %s>.",
                                       row->name, row->syntax);
    return wrong;
}

/* Directives of httpd that mean something in a provider: how they begin. */
static const char *const auth[] = {"Auth", "Anonymous", "LDAPReferral"};

static int is_auth(const char *name)
{
    apr_size_t i;

    if (!strcasecmp(name, "AuthType") || !strcasecmp(name, "AuthName"))
        return 0;
    for (i = 0; i < sizeof(auth) / sizeof(*auth); i++)
        if (!strncasecmp(name, auth[i], strlen(auth[i])))
            return 1;
    return 0;
}

typedef struct inside_t {
    const char *container;
    void *object; /* that its words fill in */
    int has_auth; /* Auth... directives belong inside */
} inside_t;

/* All else would be lost silently. */
static const char *inside_check(const inside_t *inside, cmd_parms *cmd)
{
    const ap_directive_t *one;

    for (one = cmd->directive->first_child; one; one = one->next) {
        if (mcp_config_row_word(inside->container, one->directive) ||
            (inside->has_auth && is_auth(one->directive)))
            continue;
        cmd->err_directive = one;
        return apr_psprintf(
            cmd->pool, "%s does not belong inside <%s>. Its words are %s%s.",
            one->directive, inside->container,
            mcp_config_row_words_of(inside->container, cmd->pool),
            inside->has_auth ? "; besides, the Auth... directives of httpd's "
                               "authentication providers"
                             : "");
    }
    return NULL;
}

static const char *inside_read(ap_conf_vector_t **section,
                               const inside_t *inside, cmd_parms *cmd)
{
    const ap_directive_t *directive = cmd->directive;
    const char *wrong = inside_check(inside, cmd);
    int override = cmd->override;
    mcp_config_dir_t *dir;

    if (wrong)
        return wrong;
    *section = ap_create_per_dir_config(cmd->pool);
    dir = mcp_config_dir_of(*section, cmd->pool);
    dir->container = inside->container;
    dir->object = inside->object;
    cmd->override |= OR_AUTHCFG | ACCESS_CONF;
    wrong = ap_walk_config(directive->first_child, cmd, *section);
    cmd->override = override;
    cmd->directive = (ap_directive_t *)directive;
    return wrong;
}

const char *mcp_config_container_idp(void *values, const mcp_config_row_t *row,
                                     const char *args, cmd_parms *cmd)
{
    mcp_config_line_t line = {row->name, row->limits, NULL, cmd->pool, cmd};
    inside_t inside = {row->name, NULL, 1};
    ap_conf_vector_t *section = NULL;
    mcp_config_kind_idp_t *made;
    const char *wrong = line_read(&line, args, row);

    if (!wrong)
        wrong = mcp_config_kind_idp_read(&made, &line);
    if (wrong)
        return wrong;
    inside.object = &made->idp;
    wrong = inside_read(&section, &inside, cmd);
    if (wrong)
        return wrong;
    made->idp.section = section;
    return mcp_config_kind_idp_add((char *)values + row->offset, made, &line);
}

const char *mcp_config_container_client(void *values,
                                        const mcp_config_row_t *row,
                                        const char *args, cmd_parms *cmd)
{
    mcp_config_line_t line = {row->name, row->limits, NULL, cmd->pool, cmd};
    inside_t inside = {row->name, NULL, 0};
    ap_conf_vector_t *section;
    mcp_client_setting_t *made;
    const char *wrong = line_read(&line, args, row);

    if (!wrong)
        wrong = mcp_config_kind_client_read(&made, &line);
    if (wrong)
        return wrong;
    inside.object = made;
    wrong = inside_read(&section, &inside, cmd);
    return wrong ? wrong
                 : mcp_config_kind_client_add((char *)values + row->offset,
                                              made, &line);
}

const char *mcp_config_container_word(mcp_config_dir_t *dir, const char *name,
                                      const char *args, cmd_parms *cmd)
{
    const mcp_config_row_t *row =
        dir->container ? mcp_config_row_word(dir->container, name) : NULL;

    if (!row)
        return apr_psprintf(cmd->pool, "%s belongs inside %s.", name,
                            mcp_config_row_containers_of(name, cmd->pool));
    return mcp_config_row_parse(row, dir->object, args, cmd);
}
