/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/require.h"

#include "oauth/client_pattern.h"
#include "server/request.h"

static const char *client_read(const void **parsed,
                               const mcp_config_line_t *line)
{
    int i;

    for (i = 0; i < line->words->nelts; i++) {
        const char *pattern = mcp_config_line_word(line, i);
        const char *fault =
            mcp_oauth_client_pattern_fault(pattern, line->pool);

        if (fault)
            return mcp_config_line_refuse(line, "\"%s\": %s.", pattern, fault);
    }
    *parsed = line->words;
    return NULL;
}

static const mcp_error_t *client_ask(int *fits, const void *parsed,
                                     request_rec *r)
{
    const mcp_principal_t *who = mcp_server_request_find(r)->principal;
    const apr_array_header_t *patterns = parsed;
    int i;

    for (i = 0; i < patterns->nelts && !*fits; i++)
        *fits = mcp_oauth_client_pattern_fits(
            APR_ARRAY_IDX(patterns, i, const char *), who->client, r->pool);
    return NULL;
}

const mcp_server_require_t mcp_server_require_client = {client_read,
                                                        client_ask};
