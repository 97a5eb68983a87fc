/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>

#include "config/kind.h"
#include "config/secret.h"

#define TOKEN_LIMITS "16-1024"

static const struct {
    const char *word;
    mcp_registration_mode_t mode;
} modes[] = {
    {"open", MCP_REGISTRATION_OPEN},
    {"closed", MCP_REGISTRATION_CLOSED},
    {"token", MCP_REGISTRATION_TOKEN},
};

#define MODES ((int)(sizeof(modes) / sizeof(*modes)))

static const char *registration_parse(void *value,
                                      const mcp_config_line_t *line)
{
    mcp_registration_setting_t *made = apr_pcalloc(line->pool, sizeof(*made));
    const char *word = mcp_config_line_word(line, 0);
    int i, has_secret = line->words->nelts > 1;

    for (i = 0; i < MODES && strcmp(modes[i].word, word) != 0; i++)
        ;
    if (i == MODES)
        return mcp_config_line_refuse(
            line,
            "\"%s\" is not known here. Write open, closed or token "
            "SECRET.",
            word);
    made->mode = modes[i].mode;
    if (has_secret != (made->mode == MCP_REGISTRATION_TOKEN))
        return mcp_config_line_refuse(
            line, has_secret ? "only \"token\" has a secret."
                             : "which token? Write token file:PATH.");
    *(const mcp_registration_setting_t **)value = made;
    return has_secret ? mcp_config_secret_read(&made->token,
                                               mcp_config_line_word(line, 1),
                                               TOKEN_LIMITS, line)
                      : NULL;
}

static const char *registration_show(const void *value, const char *limits,
                                     apr_pool_t *pool)
{
    const mcp_registration_setting_t *set =
        *(const mcp_registration_setting_t *const *)value;
    int i;

    if (!set)
        return NULL;
    for (i = 0; modes[i].mode != set->mode; i++)
        ;
    if (!set->token)
        return modes[i].word;
    return apr_pstrcat(pool, modes[i].word, " ",
                       mcp_config_kind_string(&set->token->source, NULL, pool),
                       NULL);
}

const mcp_config_kind_t mcp_config_kind_registration = {
    registration_parse, mcp_config_kind_replace, registration_show};
