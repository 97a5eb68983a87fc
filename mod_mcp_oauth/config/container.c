/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/container.h"

#include <apr_strings.h>

#include "config/kind_idp.h"

/* "PRESET ARG>" without the bracket; NULL when it is not there */
static const char *args_of(const char *args, apr_pool_t *pool)
{
    const char *end = strrchr(args, '>');

    if (!end || end[1 + strspn(end + 1, " \t")])
        return NULL;
    return apr_pstrmemdup(pool, args, (apr_size_t)(end - args));
}

/* What is inside is either a word of the container or one of httpd's
 * directives about authentication; all else would be lost silently. */
static const char *inside_check(const char *container, cmd_parms *cmd)
{
    const ap_directive_t *one;

    for (one = cmd->directive->first_child; one; one = one->next) {
        if (mcp_config_row_word(container, one->directive) ||
            (!strncasecmp(one->directive, "Auth", 4) &&
             strcasecmp(one->directive, "AuthType") != 0 &&
             strcasecmp(one->directive, "AuthName") != 0))
            continue;
        cmd->err_directive = one;
        return apr_psprintf(cmd->pool,
                            "%s does not belong inside <%s>. Its words are "
                            "%s; besides, the Auth... directives of httpd's "
                            "authentication providers.",
                            one->directive, container,
                            mcp_config_row_words_of(container, cmd->pool));
    }
    return NULL;
}

static const char *inside_read(mcp_config_kind_idp_t *made,
                               const char *container, cmd_parms *cmd)
{
    ap_conf_vector_t *section = ap_create_per_dir_config(cmd->pool);
    mcp_config_dir_t *dir = mcp_config_dir_of(section, cmd->pool);
    const ap_directive_t *directive = cmd->directive;
    const char *wrong = inside_check(container, cmd);
    int override = cmd->override;

    if (wrong)
        return wrong;
    dir->container = container;
    dir->object = &made->idp;
    cmd->override |= OR_AUTHCFG | ACCESS_CONF;
    wrong = ap_walk_config(directive->first_child, cmd, section);
    cmd->override = override;
    cmd->directive = (ap_directive_t *)directive;
    made->idp.section = section;
    return wrong;
}

const char *mcp_config_container_idp(mcp_config_dir_t *dir,
                                     const mcp_config_row_t *row,
                                     const char *args, cmd_parms *cmd)
{
    mcp_config_line_t line = {row->name, row->limits, NULL, cmd->pool, cmd};
    mcp_config_kind_idp_t *made;
    const char *wrong;

    args = args_of(args, cmd->pool);
    if (!args)
        return mcp_config_line_refuse(
            &line, "the line ends without >. Write <%s %s>.", row->name,
            row->syntax);
    wrong = mcp_config_line_read(&line, args);
    if (!wrong && !line.words->nelts)
        wrong = mcp_config_line_refuse(&line, "which one? Write <%s %s>.",
                                       row->name, row->syntax);
    if (!wrong)
        wrong = mcp_config_kind_idp_read(&made, &line);
    if (!wrong)
        wrong = inside_read(made, row->name, cmd);
    if (wrong)
        return wrong;
    return mcp_config_kind_idp_add((char *)dir->settings + row->offset, made,
                                   &line);
}

const char *mcp_config_container_word(mcp_config_dir_t *dir,
                                      const mcp_config_row_t *row,
                                      const char *args, cmd_parms *cmd)
{
    if (!dir->container || strcmp(dir->container, row->container) != 0)
        return apr_psprintf(cmd->pool, "%s belongs inside <%s>.", row->name,
                            row->container);
    return mcp_config_row_parse(row, dir->object, args, cmd);
}
