/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_file_info.h>
#include <apr_lib.h>
#include <apr_strings.h>

#include "base/uri.h"
#include "config/kind.h"

#define WELL_KNOWN "/.well-known"

/* A URL path as httpd compares it: decoded, so a "%" would never match. */
static const char *path_read(const char **path, const char *word,
                             const mcp_config_line_t *line)
{
    apr_size_t len = strlen(word), i;
    const mcp_uri_t *uri;

    *path = word;
    if (*word != '/')
        return mcp_config_line_refuse(
            line, "\"%s\" is not a URL path: it begins with a slash.", word);
    for (i = 0; i < len; i++)
        if (!apr_isgraph(word[i]) || strchr("?#%\\\"<>*", word[i]))
            return mcp_config_line_refuse(
                line,
                "\"%s\" holds a character that is not allowed in this "
                "path.",
                word);
    if (mcp_uri_read(&uri, apr_pstrcat(line->pool, "x:", word, NULL),
                     mcp_config_line_ctx(line)) ||
        mcp_uri_has_dots(uri) || strstr(word, "//"))
        return mcp_config_line_refuse(
            line,
            "\"%s\" has segments that URLs lose on their way: write it "
            "without //, /./ and /../.",
            word);
    if (len > 1 && word[len - 1] == '/')
        return mcp_config_line_refuse(line, "\"%s\": drop the last slash.",
                                      word);
    return NULL;
}

static const char *path_parse(void *value, const mcp_config_line_t *line)
{
    return path_read(value, mcp_config_line_word(line, 0), line);
}

static int is_well_known(const char *path)
{
    apr_size_t len = sizeof(WELL_KNOWN) - 1;

    return !strncmp(path, WELL_KNOWN, len) && (!path[len] || path[len] == '/');
}

static const char *list_parse(void *value, const mcp_config_line_t *line)
{
    apr_array_header_t *paths =
        apr_array_make(line->pool, line->words->nelts, sizeof(const char *));
    const char *path, *wrong;
    int i, j;

    for (i = 0; i < line->words->nelts; i++) {
        wrong = path_read(&path, mcp_config_line_word(line, i), line);
        if (wrong)
            return wrong;
        if (is_well_known(path))
            return mcp_config_line_refuse(
                line, "\"%s\": " WELL_KNOWN " is for metadata alone.", path);
        for (j = 0; j < i; j++)
            if (!strcmp(path, APR_ARRAY_IDX(paths, j, const char *)))
                return mcp_config_line_refuse(line, "\"%s\" is there twice.",
                                              path);
        APR_ARRAY_PUSH(paths, const char *) = path;
    }
    *(apr_array_header_t **)value = paths;
    return NULL;
}

static const char *state_parse(void *value, const mcp_config_line_t *line)
{
    const char *word = mcp_config_line_word(line, 0);
    const char *path = ap_server_root_relative(line->pool, word);

    *(const char **)value = path;
    if (!*word || !path)
        return mcp_config_line_refuse(line, "\"%s\" is not a path.", word);
    return NULL;
}

/* "||COMMAND" and "|$COMMAND" are httpd's own ways to say how it is run. */
static const char *log_command_check(const char *word,
                                     const mcp_config_line_t *line)
{
    const char *command = word + 1;

    command += *command == '|' || *command == '$';
    if (command[strspn(command, " \t")])
        return NULL;
    return mcp_config_line_refuse(line, "\"%s\" names no command.", word);
}

static int is_directory(const char *path, apr_pool_t *pool)
{
    apr_finfo_t info;

    return !apr_stat(&info, path, APR_FINFO_TYPE, pool) &&
           info.filetype == APR_DIR;
}

static const char *log_parse(void *value, const mcp_config_line_t *line)
{
    const char *word = mcp_config_line_word(line, 0);
    const char *path;

    *(const char **)value = word;
    if (*word == '|')
        return log_command_check(word, line);
    if (!strcmp(word, "none"))
        return NULL;
    path = ap_server_root_relative(line->pool, word);
    *(const char **)value = path;
    if (!*word || !path)
        return mcp_config_line_refuse(line, "\"%s\" is not a path.", word);
    if (is_directory(path, line->pool))
        return mcp_config_line_refuse(
            line, "\"%s\" is a directory. Name a file in it.", word);
    return NULL;
}

const mcp_config_kind_t mcp_config_kind_path = {
    path_parse, mcp_config_kind_replace, mcp_config_kind_string};

const mcp_config_kind_t mcp_config_kind_path_list = {
    list_parse, mcp_config_kind_replace, mcp_config_kind_strings};

const mcp_config_kind_t mcp_config_kind_path_state = {
    state_parse, mcp_config_kind_replace, mcp_config_kind_string};

const mcp_config_kind_t mcp_config_kind_path_log = {
    log_parse, mcp_config_kind_replace, mcp_config_kind_string};
