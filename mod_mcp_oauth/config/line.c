/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/line.h"

#include <apr_strings.h>

const char *mcp_config_line_word(const mcp_config_line_t *line, int i)
{
    return i < line->words->nelts ? APR_ARRAY_IDX(line->words, i, const char *)
                                  : NULL;
}

const char *mcp_config_line_refuse(const mcp_config_line_t *line,
                                   const char *format, ...)
{
    const char *text;
    va_list args;

    va_start(args, format);
    text = apr_pvsprintf(line->pool, format, args);
    va_end(args);
    return apr_pstrcat(line->pool, line->name, ": ", text, NULL);
}

/* A quote that ap_getword_conf would let run to the end of the line. */
static int is_closed(const char *text)
{
    char quote = *text;

    for (text++; *text && *text != quote; text++)
        if (*text == '\\' && text[1])
            text++;
    return *text == quote;
}

static const char *word_check(const mcp_config_line_t *line, const char *args)
{
    apr_size_t len = strcspn(args, " \t");
    const char *quote;

    if (*args == '"' || *args == '\'')
        return is_closed(args) ? NULL
                               : mcp_config_line_refuse(
                                     line, "a quote is not closed: %s", args);
    if (*args == '#')
        return mcp_config_line_refuse(
            line,
            "httpd knows no comment behind a directive. Put \"%s\" on a line "
            "of its own; an argument that begins with # goes in quotes.",
            args);
    quote = memchr(args, '"', len);
    if (quote && quote[-1] == '=')
        return mcp_config_line_refuse(
            line,
            "httpd would cut %s at a blank. Quote the whole argument: "
            "\"KEY=VALUE\".",
            apr_pstrmemdup(line->pool, args, len));
    return NULL;
}

/* httpd leaves a variable that nobody has set as it is, and only warns. */
static const char *variable_check(const mcp_config_line_t *line,
                                  const char *word)
{
    const char *begin = strstr(word, "${");
    const char *end = begin ? strchr(begin, '}') : NULL;

    if (!end)
        return NULL;
    return mcp_config_line_refuse(
        line,
        "%s is not set. Set it with Define, or in the environment that httpd "
        "starts in: in /etc/apache2/envvars, or in the service's unit.",
        apr_pstrmemdup(line->pool, begin, (apr_size_t)(end + 1 - begin)));
}

const char *mcp_config_line_read(mcp_config_line_t *line, const char *args)
{
    apr_array_header_t *words =
        apr_array_make(line->pool, 4, sizeof(const char *));
    const char *word, *wrong;

    line->words = words;
    for (args += strspn(args, " \t"); *args; args += strspn(args, " \t")) {
        wrong = word_check(line, args);
        if (wrong)
            return wrong;
        word = ap_getword_conf(line->pool, &args);
        wrong = variable_check(line, word);
        if (wrong)
            return wrong;
        APR_ARRAY_PUSH(words, const char *) = word;
    }
    return NULL;
}

const char *mcp_config_line_whole(mcp_config_line_t *line, const char *args)
{
    apr_array_header_t *words =
        apr_array_make(line->pool, 1, sizeof(const char *));
    const char *word = args, *rest = args;

    line->words = words;
    if (*args == '"' && is_closed(args)) {
        word = ap_getword_conf(line->pool, &rest);
        if (*rest)
            word = args; /* the quotes belong to its beginning */
    }
    if (*args)
        APR_ARRAY_PUSH(words, const char *) = word;
    return variable_check(line, word);
}

const char *mcp_config_line_pair(const char **key, const char **value,
                                 const mcp_config_line_t *line, int i)
{
    const char *word = mcp_config_line_word(line, i);
    const char *equal = strchr(word, '=');

    if (!equal || equal == word || !equal[1])
        return mcp_config_line_refuse(
            line, "\"%s\" is not KEY=VALUE, without blanks around the =.",
            word);
    *key = apr_pstrmemdup(line->pool, word, (apr_size_t)(equal - word));
    *value = equal + 1;
    return NULL;
}

mcp_ctx_t *mcp_config_line_ctx(const mcp_config_line_t *line)
{
    static const mcp_host_t host = {NULL, NULL, NULL, NULL};
    mcp_ctx_t *cx = apr_pcalloc(line->pool, sizeof(*cx));

    cx->pool = line->pool;
    cx->host = &host;
    return cx;
}
