/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_file_io.h>
#include <apr_lib.h>
#include <apr_strings.h>

#include "base/encode.h"
#include "config/kind.h"

#define FILE_PREFIX "file:"

/* limits: "LEAST-MOST" bytes */
static const char *text_check(const char *text, apr_size_t len, int lines,
                              const mcp_config_line_t *line)
{
    char *dash;
    unsigned long least = strtoul(line->limits, &dash, 10);
    unsigned long most = strtoul(dash + 1, NULL, 10);
    apr_size_t i;

    if (len < least)
        return mcp_config_line_refuse(line, "the text is empty.");
    if (len > most)
        return mcp_config_line_refuse(
            line, "the text has %lu bytes; %lu are the most.",
            (unsigned long)len, most);
    if (!mcp_encode_is_utf8(text, len))
        return mcp_config_line_refuse(
            line, "the text is not UTF-8. Save the file as UTF-8.");
    for (i = 0; i < len; i++)
        if (apr_iscntrl(text[i]) && !(lines && strchr("\r\n\t", text[i])))
            return mcp_config_line_refuse(
                line, "the text holds a control character.");
    return NULL;
}

static const char *text_parse(void *value, const mcp_config_line_t *line)
{
    const char *text = mcp_config_line_word(line, 0);

    *(const char **)value = text;
    return text_check(text, strlen(text), 0, line);
}

static const char *file_read(char **text, apr_size_t *len, const char *path,
                             const mcp_config_line_t *line)
{
    apr_size_t most = strtoul(strchr(line->limits, '-') + 1, NULL, 10);
    apr_file_t *file;
    apr_status_t rv;
    char reason[120];

    rv = apr_file_open(&file, path, APR_READ, APR_OS_DEFAULT, line->pool);
    if (rv != APR_SUCCESS)
        return mcp_config_line_refuse(
            line, "cannot read %s: %s.", path,
            apr_strerror(rv, reason, sizeof(reason)));
    *text = apr_palloc(line->pool, most + 2);
    rv = apr_file_read_full(file, *text, most + 1, len);
    apr_file_close(file);
    if (rv != APR_SUCCESS && !APR_STATUS_IS_EOF(rv))
        return mcp_config_line_refuse(
            line, "cannot read %s: %s.", path,
            apr_strerror(rv, reason, sizeof(reason)));
    (*text)[*len] = '\0';
    return NULL;
}

static const char *textfile_parse(void *value, const mcp_config_line_t *line)
{
    const char *word = mcp_config_line_word(line, 0), *path, *wrong;
    char *text = NULL;
    apr_size_t len;

    *(const char **)value = word;
    if (strncmp(word, FILE_PREFIX, strlen(FILE_PREFIX)) != 0)
        return text_check(word, strlen(word), 0, line);
    path = ap_server_root_relative(line->pool, word + strlen(FILE_PREFIX));
    if (!path || !word[strlen(FILE_PREFIX)])
        return mcp_config_line_refuse(line, "\"%s\" names no file.", word);
    wrong = file_read(&text, &len, path, line);
    if (wrong)
        return wrong;
    *(const char **)value = text;
    return text_check(text, len, 1, line);
}

const mcp_config_kind_t mcp_config_kind_text = {
    text_parse, mcp_config_kind_replace, mcp_config_kind_string};

const mcp_config_kind_t mcp_config_kind_textfile = {
    textfile_parse, mcp_config_kind_replace, mcp_config_kind_string};
