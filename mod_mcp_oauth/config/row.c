/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/row.h"

#include <apr_strings.h>
#include <stddef.h>

#include "idp/preset.h"

/* What the words of a container fill in. */
#define MCP_CONTAINER_idp mcp_idp_t
#define MCP_CONTAINER_client mcp_client_setting_t

enum {
#define MCP_KIND(kind, syntax, few, many, accepted)                           \
    few_##kind = few, many_##kind = many,
#include "config/kinds.def"
};

#define MCP_KIND(kind, syntax, few, many, accepted)                           \
    static const char syntax_##kind[] = syntax;
#include "config/kinds.def"

#define MCP_CONTAINER(container, name, plain, help)                           \
    static const char name_##container[] = name;
#include "config/directives.def"

#define KIND(kind)                                                            \
    &mcp_config_kind_##kind, syntax_##kind, few_##kind, many_##kind
#define END                                                                   \
    {                                                                         \
        NULL, NULL, NULL, 0, 0, 0, NULL, NULL, NULL, NULL                     \
    }

/* clang-format off */
const mcp_config_row_t mcp_config_row_servers[] = {
#define MCP_SERVER_DIRECTIVE(name, kind, member, fallback, limits, ctx, help) \
    {name, KIND(kind), offsetof(mcp_server_settings_t, member), fallback,     \
     limits, #ctx, NULL},
#include "config/directives.def"
    END};

const mcp_config_row_t mcp_config_row_locations[] = {
#define MCP_LOCATION_DIRECTIVE(name, kind, member, fallback, limits, ctx,     \
                               help)                                          \
    {name, KIND(kind), offsetof(mcp_settings_t, member), fallback, limits,    \
     #ctx, NULL},
#include "config/directives.def"
    END};

const mcp_config_row_t mcp_config_row_words[] = {
#define MCP_WORD(container, name, kind, member, fallback, limits, help)       \
    {name, KIND(kind), offsetof(MCP_CONTAINER_##container, member), fallback, \
     limits, NULL, name_##container},
#include "config/directives.def"
    END};
/* clang-format on */

static void *member_of(const mcp_config_row_t *row, const void *values)
{
    return (char *)values + row->offset;
}

static const char *usage(const mcp_config_row_t *row, apr_pool_t *pool)
{
    int listed = *row->syntax == '|';

    return apr_pstrcat(pool, row->name, " ", listed ? row->limits : "",
                       row->syntax + listed, NULL);
}

static const char *count_refuse(const mcp_config_row_t *row,
                                const mcp_config_line_t *line)
{
    const char *last = mcp_config_line_word(line, row->many);

    if (line->words->nelts < row->few)
        return mcp_config_line_refuse(line, "something is missing. Write %s.",
                                      usage(row, line->pool));
    return mcp_config_line_refuse(
        line,
        "\"%s\" is one argument too many. Write %s; an argument with blanks "
        "goes in quotes.",
        last, usage(row, line->pool));
}

const char *mcp_config_row_parse(const mcp_config_row_t *row, void *values,
                                 const char *args, cmd_parms *cmd)
{
    mcp_config_line_t line = {row->name, row->limits, NULL, cmd->pool, cmd};
    const char *wrong = mcp_config_line_read(&line, args);

    if (wrong)
        return wrong;
    if (line.words->nelts < row->few ||
        (row->many && line.words->nelts > row->many))
        return count_refuse(row, &line);
    return row->kind->parse(member_of(row, values), &line);
}

void mcp_config_row_merge(const mcp_config_row_t *rows, void *values,
                          const void *outer, apr_pool_t *pool)
{
    for (; rows->name; rows++)
        rows->kind->merge(member_of(rows, values), member_of(rows, outer),
                          pool);
}

void mcp_config_row_defaults(const mcp_config_row_t *rows, void *values,
                             apr_size_t size, apr_pool_t *pool)
{
    void *defaults = apr_pcalloc(pool, size);
    const mcp_config_row_t *row;
    cmd_parms cmd = {0};

    cmd.pool = pool;
    for (row = rows; row->name; row++)
        if (row->fallback)
            mcp_config_row_parse(row, defaults, row->fallback, &cmd);
    mcp_config_row_merge(rows, values, defaults, pool);
}

const char *mcp_config_row_show(const mcp_config_row_t *row,
                                const void *values, apr_pool_t *pool)
{
    return row->kind->show(member_of(row, values), row->limits, pool);
}

void mcp_config_row_word_defaults(const char *container, void *object,
                                  apr_size_t size, apr_pool_t *pool)
{
    void *defaults = apr_pcalloc(pool, size);
    const mcp_config_row_t *row;
    cmd_parms cmd = {0};

    cmd.pool = pool;
    for (row = mcp_config_row_words; row->name; row++) {
        if (strcmp(row->container, container) != 0)
            continue;
        if (row->fallback)
            mcp_config_row_parse(row, defaults, row->fallback, &cmd);
        row->kind->merge(member_of(row, object), member_of(row, defaults),
                         pool);
    }
}

const char *mcp_config_row_words_of(const char *container, apr_pool_t *pool)
{
    const mcp_config_row_t *row;
    const char *names = NULL;

    for (row = mcp_config_row_words; row->name; row++)
        if (!strcasecmp(row->container, container))
            names = names ? apr_pstrcat(pool, names, ", ", row->name, NULL)
                          : row->name;
    return names;
}

const char *mcp_config_row_containers_of(const char *name, apr_pool_t *pool)
{
    const mcp_config_row_t *row;
    const char *containers = NULL;

    for (row = mcp_config_row_words; row->name; row++)
        if (!strcasecmp(row->name, name))
            containers = apr_pstrcat(pool, containers ? containers : "",
                                     containers ? " or " : "", "<",
                                     row->container, ">", NULL);
    return containers;
}

const mcp_config_row_t *mcp_config_row_word(const char *container,
                                            const char *name)
{
    const mcp_config_row_t *row;

    for (row = mcp_config_row_words; row->name; row++)
        if (!strcasecmp(row->container, container) &&
            !strcasecmp(row->name, name))
            return row;
    return NULL;
}
