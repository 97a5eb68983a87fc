/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_lib.h>
#include <apr_strings.h>

#include "base/encode.h"
#include "config/file.h"
#include "config/kind.h"

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

static const char *textfile_parse(void *value, const mcp_config_line_t *line)
{
    const char *word = mcp_config_line_word(line, 0), *path, *wrong;
    apr_size_t most = strtoul(strchr(line->limits, '-') + 1, NULL, 10), len;
    char *text = NULL;

    *(const char **)value = word;
    if (strncmp(word, MCP_FILE_PREFIX, strlen(MCP_FILE_PREFIX)) != 0)
        return text_check(word, strlen(word), 0, line);
    path = mcp_config_file_path(word, line);
    if (!path)
        return mcp_config_line_refuse(line, "\"%s\" names no file.", word);
    wrong = mcp_config_file_read(&text, &len, path, most, line);
    if (wrong)
        return wrong;
    *(const char **)value = text;
    return text_check(text, len, 1, line);
}

const mcp_config_kind_t mcp_config_kind_text = {
    text_parse, mcp_config_kind_replace, mcp_config_kind_string};

const mcp_config_kind_t mcp_config_kind_textfile = {
    textfile_parse, mcp_config_kind_replace, mcp_config_kind_string};
