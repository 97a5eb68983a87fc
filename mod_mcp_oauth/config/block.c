/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/block.h"

#include <http_core.h>

#include <apr_fnmatch.h>
#include <apr_strings.h>

static const struct {
    const char *directive;
    mcp_config_block_kind_t kind;
} kinds[] = {
    {"<Location", MCP_BLOCK_LOCATION},
    {"<LocationMatch", MCP_BLOCK_PATTERN},
    {"<Directory", MCP_BLOCK_DIRECTORY},
    {"<DirectoryMatch", MCP_BLOCK_DIRECTORY},
    {"<Files", MCP_BLOCK_OTHER},
    {"<FilesMatch", MCP_BLOCK_OTHER},
    {"<Proxy", MCP_BLOCK_OTHER},
    {"<ProxyMatch", MCP_BLOCK_OTHER},
    {"<If", MCP_BLOCK_OTHER},
    {"<ElseIf", MCP_BLOCK_OTHER},
    {"<Else", MCP_BLOCK_OTHER},
};

typedef struct reading_t {
    apr_array_header_t *blocks;
    server_rec *main, *server;
    apr_pool_t *pool;
} reading_t;

const char *mcp_config_block_where(const ap_directive_t *directive,
                                   apr_pool_t *pool)
{
    return apr_psprintf(pool, "line %d of %s", directive->line_num,
                        directive->filename);
}

/* -- what stands in a section -- */

static int begins_with(const char *text, const char *word)
{
    return !strncasecmp(text, word, strlen(word));
}

const char *mcp_config_block_require(const char **word,
                                     const ap_directive_t *directive,
                                     apr_pool_t *pool)
{
    const char *args = directive->args;

    *word = ap_getword_conf(pool, &args);
    if (!strcasecmp(*word, "not"))
        *word = ap_getword_conf(pool, &args);
    return args;
}

static void require_read(mcp_config_block_t *block,
                         const ap_directive_t *directive, apr_pool_t *pool)
{
    const char *word;

    block->requires ++;
    mcp_config_block_require(&word, directive, pool);
    if (!strcasecmp(word, "mcp-issuer"))
        APR_ARRAY_PUSH(block->issuers, const ap_directive_t *) = directive;
    if (directive->parent != block->directive)
        return;
    block->loose++;
    block->loose_valid_user += !strcasecmp(word, "valid-user");
    if (!begins_with(word, "mcp-"))
        return;
    block->loose_mcp++;
    if (!block->first_loose_mcp)
        block->first_loose_mcp = directive;
}

/* <Limit> and <RequireAll> belong to the section around them. */
static int is_transparent(const ap_directive_t *directive)
{
    return begins_with(directive->directive, "<Limit") ||
           begins_with(directive->directive, "<Require");
}

static void inside_read(mcp_config_block_t *block, const ap_directive_t *one,
                        apr_pool_t *pool)
{
    for (; one; one = one->next) {
        if (is_transparent(one))
            inside_read(block, one->first_child, pool);
        else if (!strcasecmp(one->directive, "Require"))
            require_read(block, one, pool);
        else if (!strcasecmp(one->directive, "AuthType"))
            block->auth_type = one;
        else if (!strcasecmp(one->directive, "SetHandler"))
            block->handler = one;
    }
}

/* "~ \"^/x\">" and "\"/x\">": httpd keeps the bracket. */
static void path_read(mcp_config_block_t *block, apr_pool_t *pool)
{
    const char *args = block->directive->args, *word;
    const char *end = strrchr(args, '>');

    args = apr_pstrmemdup(pool, args,
                          end ? (apr_size_t)(end - args) : strlen(args));
    word = ap_getword_conf(pool, &args);
    if (!strcmp(word, "~") && block->kind == MCP_BLOCK_LOCATION) {
        block->kind = MCP_BLOCK_PATTERN;
        word = ap_getword_conf(pool, &args);
    }
    block->path = word;
    if (block->kind == MCP_BLOCK_LOCATION &&
        (*word != '/' || apr_fnmatch_test(word)))
        block->kind = MCP_BLOCK_PATTERN;
}

/* -- all sections -- */

static void tree_read(reading_t *reading, const ap_directive_t *one);

static void block_read(reading_t *reading, const ap_directive_t *directive,
                       mcp_config_block_kind_t kind)
{
    mcp_config_block_t *block = apr_pcalloc(reading->pool, sizeof(*block));

    block->kind = kind;
    block->directive = directive;
    block->server = reading->server;
    block->where = apr_psprintf(
        reading->pool, "%s %s, %s", directive->directive, directive->args,
        mcp_config_block_where(directive, reading->pool));
    block->issuers =
        apr_array_make(reading->pool, 1, sizeof(const ap_directive_t *));
    path_read(block, reading->pool);
    inside_read(block, directive->first_child, reading->pool);
    APR_ARRAY_PUSH(reading->blocks, mcp_config_block_t *) = block;
    tree_read(reading, directive->first_child);
}

static server_rec *host_of(const ap_directive_t *directive, server_rec *s)
{
    for (; s; s = s->next)
        if (s->defn_name && (int)s->defn_line_number == directive->line_num &&
            !strcmp(s->defn_name, directive->filename))
            return s;
    return NULL;
}

static void host_read(reading_t *reading, const ap_directive_t *directive)
{
    server_rec *host = host_of(directive, reading->main->next);

    if (!host)
        return;
    reading->server = host;
    tree_read(reading, directive->first_child);
    reading->server = reading->main;
}

static void tree_read(reading_t *reading, const ap_directive_t *one)
{
    apr_size_t i;

    for (; one; one = one->next) {
        if (!strcasecmp(one->directive, "<VirtualHost")) {
            host_read(reading, one);
            continue;
        }
        for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
            if (!strcasecmp(one->directive, kinds[i].directive)) {
                block_read(reading, one, kinds[i].kind);
                break;
            }
    }
}

/* -- the per-directory configuration of a section -- */

static const char *vector_path(const ap_conf_vector_t *vector)
{
    const core_dir_config *core =
        ap_get_core_module_config((ap_conf_vector_t *)vector);

    return core->d ? core->d : "";
}

/* httpd writes <Directory /a> as "/a/". */
static int is_path_of(const mcp_config_block_t *block, const char *path)
{
    apr_size_t len = strlen(block->path);

    if (!strcmp(block->path, path))
        return 1;
    return block->kind == MCP_BLOCK_DIRECTORY &&
           !strncmp(block->path, path, len) && !strcmp(path + len, "/");
}

static int is_taken(const apr_array_header_t *blocks, int before,
                    const ap_conf_vector_t *vector)
{
    int i;

    for (i = 0; i < before; i++)
        if (APR_ARRAY_IDX(blocks, i, mcp_config_block_t *)->vector == vector)
            return 1;
    return 0;
}

/* A virtual host's list begins with the main server's. Sections are in it in
 * the order of the configuration, those of equal path at any rate. */
static ap_conf_vector_t *vector_find(const apr_array_header_t *blocks, int i)
{
    const mcp_config_block_t *block =
        APR_ARRAY_IDX(blocks, i, mcp_config_block_t *);
    core_server_config *core =
        ap_get_core_module_config(block->server->module_config);
    apr_array_header_t *list =
        block->kind == MCP_BLOCK_DIRECTORY ? core->sec_dir : core->sec_url;
    int k;

    for (k = 0; k < list->nelts; k++) {
        ap_conf_vector_t *vector = APR_ARRAY_IDX(list, k, ap_conf_vector_t *);

        if (is_path_of(block, vector_path(vector)) &&
            !is_taken(blocks, i, vector))
            return vector;
    }
    return NULL;
}

apr_array_header_t *mcp_config_block_list(server_rec *main, apr_pool_t *pool)
{
    reading_t reading = {NULL, main, main, pool};
    int i;

    reading.blocks = apr_array_make(pool, 16, sizeof(mcp_config_block_t *));
    tree_read(&reading, ap_conftree);
    for (i = 0; i < reading.blocks->nelts; i++) {
        mcp_config_block_t *block =
            APR_ARRAY_IDX(reading.blocks, i, mcp_config_block_t *);

        if (block->kind == MCP_BLOCK_OTHER)
            continue;
        block->vector = vector_find(reading.blocks, i);
        if (block->vector)
            mcp_config_dir_of(block->vector, pool);
    }
    return reading.blocks;
}

/* -- looking -- */

static const ap_directive_t *line_find(const char *name,
                                       const ap_directive_t *one)
{
    for (; one; one = one->next)
        if (!strcasecmp(one->directive, name))
            return one;
    return NULL;
}

const ap_directive_t *mcp_config_block_line(const char *name,
                                            const server_rec *s)
{
    const ap_directive_t *one;

    if (!s->is_virtual)
        return line_find(name, ap_conftree);
    for (one = ap_conftree; one; one = one->next)
        if (!strcasecmp(one->directive, "<VirtualHost") && s->defn_name &&
            one->line_num == (int)s->defn_line_number &&
            !strcmp(one->filename, s->defn_name))
            return line_find(name, one->first_child);
    return NULL;
}

const ap_directive_t *mcp_config_block_inside(const ap_directive_t *section,
                                              const char *name)
{
    const ap_directive_t *one = section->first_child, *last = NULL;

    for (; one; one = one->next)
        if (!strcasecmp(one->directive, name))
            last = one;
    return last;
}

static int has_word(const ap_directive_t *directive, const char *word)
{
    apr_size_t len = strlen(word);
    const char *args;

    if (!directive)
        return 0;
    args = directive->args + (directive->args[0] == '"');
    return !strncasecmp(args, word, len) &&
           strspn(args + len, "\" \t") == strlen(args + len);
}

int mcp_config_block_is_protected(const mcp_config_block_t *block)
{
    return has_word(block->auth_type, "mcp");
}

int mcp_config_block_is_served(const mcp_config_block_t *block)
{
    return has_word(block->handler, "mcp-server");
}

int mcp_config_block_is_mcp(const mcp_config_block_t *block)
{
    return mcp_config_block_is_protected(block) ||
           mcp_config_block_is_served(block);
}

/* as ap_location_walk() does it */
int mcp_config_block_covers(const mcp_config_block_t *block,
                            const server_rec *s, const char *path)
{
    const core_dir_config *core;
    apr_size_t len = strlen(block->path);

    if (!block->vector || (block->server->is_virtual && block->server != s))
        return 0;
    core = ap_get_core_module_config(block->vector);
    if (block->kind == MCP_BLOCK_PATTERN)
        return core->r ? !ap_regexec(core->r, path, 0, NULL, 0)
                       : !apr_fnmatch(block->path, path, APR_FNM_PATHNAME);
    return block->kind == MCP_BLOCK_LOCATION &&
           !strncmp(block->path, path, len) &&
           (block->path[len - 1] == '/' || path[len] == '/' || !path[len]);
}
