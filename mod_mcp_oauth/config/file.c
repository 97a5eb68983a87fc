/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/file.h"

#include <apr_file_io.h>

const char *mcp_config_file_path(const char *word,
                                 const mcp_config_line_t *line)
{
    if (!strncmp(word, MCP_FILE_PREFIX, strlen(MCP_FILE_PREFIX)))
        word += strlen(MCP_FILE_PREFIX);
    return *word ? ap_server_root_relative(line->pool, word) : NULL;
}

const char *mcp_config_file_read(char **text, apr_size_t *len,
                                 const char *path, apr_size_t most,
                                 const mcp_config_line_t *line)
{
    apr_file_t *file;
    apr_status_t rv;
    char reason[120];

    rv = apr_file_open(&file, path, APR_READ, APR_OS_DEFAULT, line->pool);
    if (rv == APR_SUCCESS) {
        *text = apr_palloc(line->pool, most + 2);
        rv = apr_file_read_full(file, *text, most + 1, len);
        apr_file_close(file);
    }
    if (rv != APR_SUCCESS && !APR_STATUS_IS_EOF(rv))
        return mcp_config_line_refuse(
            line, "cannot read %s: %s.", path,
            apr_strerror(rv, reason, sizeof(reason)));
    (*text)[*len] = '\0';
    return NULL;
}

int mcp_config_file_is_open(const char *path, apr_pool_t *pool)
{
    apr_finfo_t info;

    return apr_stat(&info, path, APR_FINFO_PROT, pool) == APR_SUCCESS &&
           (info.protection & APR_FPROT_WREAD);
}
