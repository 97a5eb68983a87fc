/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/kind.h"
#include "config/secret.h"

static const char *secret_parse(void *value, const mcp_config_line_t *line)
{
    return mcp_config_secret_read(value, mcp_config_line_word(line, 0),
                                  line->limits, line);
}

static const char *secret_show(const void *value, const char *limits,
                               apr_pool_t *pool)
{
    const mcp_secret_setting_t *secret =
        *(const mcp_secret_setting_t *const *)value;

    return secret ? mcp_config_kind_string(&secret->source, NULL, pool) : NULL;
}

const mcp_config_kind_t mcp_config_kind_secret = {
    secret_parse, mcp_config_kind_replace, secret_show};
