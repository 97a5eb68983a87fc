/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_lib.h>
#include <apr_strings.h>

#include "config/kind.h"

#define MAX_HOST 255

/* -- any|none|[!]HOST-GLOB -- */

static const char *glob_check(const char *word, const mcp_config_line_t *line)
{
    const char *host = word + (*word == '!'), *c;

    if (!*host || strlen(host) > MAX_HOST)
        return mcp_config_line_refuse(
            line, "\"%s\" is not a host, such as claude.ai or *.example.com.",
            word);
    if (strstr(host, "://") || strchr(host, '/'))
        return mcp_config_line_refuse(
            line, "\"%s\" is a URL. Write its host only, as in claude.ai.",
            word);
    for (c = host; *c; c++)
        if (!apr_isalnum(*c) && !strchr("-._*?", *c))
            return mcp_config_line_refuse(
                line, "\"%s\" holds a character that no host has.", word);
    return NULL;
}

static const char *globs_parse(void *value, const mcp_config_line_t *line)
{
    apr_array_header_t *globs =
        apr_array_make(line->pool, line->words->nelts, sizeof(char *));
    const char *wrong;
    char *word;
    int i;

    for (i = 0; i < line->words->nelts; i++) {
        word = apr_pstrdup(line->pool, mcp_config_line_word(line, i));
        ap_str_tolower(word);
        wrong = glob_check(word, line);
        if (wrong)
            return wrong;
        if (!strcmp(word, "none") && line->words->nelts > 1)
            return mcp_config_line_refuse(line, "none stands alone.");
        if (!strcmp(word, "!any") || !strcmp(word, "!none"))
            return mcp_config_line_refuse(
                line, "\"%s\": a ! stands before a host only.", word);
        APR_ARRAY_PUSH(globs, const char *) = word;
    }
    *(apr_array_header_t **)value = globs;
    return NULL;
}

const mcp_config_kind_t mcp_config_kind_host_globs = {
    globs_parse, mcp_config_kind_replace, mcp_config_kind_strings};
