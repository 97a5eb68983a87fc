/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <string.h>

#include "config/kind.h"
#include "config/secret.h"

#define KEY_LIMITS "32-1024"

static const char *sealing_parse(void *value, const mcp_config_line_t *line)
{
    mcp_sealing_setting_t *made = apr_pcalloc(line->pool, sizeof(*made));
    const char *wrong = mcp_config_secret_read(
        &made->key, mcp_config_line_word(line, 0), KEY_LIMITS, line);

    if (!wrong && line->words->nelts > 1)
        wrong = mcp_config_secret_read(
            &made->previous, mcp_config_line_word(line, 1), KEY_LIMITS, line);
    if (!wrong && made->previous &&
        !strcmp(made->key->text, made->previous->text))
        wrong = mcp_config_line_refuse(
            line, "both keys are the same. The first one seals, the second "
                  "one only opens what was sealed before.");
    *(const mcp_sealing_setting_t **)value = made;
    return wrong;
}

static const char *sealing_show(const void *value, const char *limits,
                                apr_pool_t *pool)
{
    const mcp_sealing_setting_t *set =
        *(const mcp_sealing_setting_t *const *)value;
    const char *key;

    if (!set)
        return NULL;
    key = mcp_config_kind_string(&set->key->source, NULL, pool);
    return set->previous ? apr_pstrcat(pool, key, " ",
                                       mcp_config_kind_string(
                                           &set->previous->source, NULL, pool),
                                       NULL)
                         : key;
}

const mcp_config_kind_t mcp_config_kind_sealing = {
    sealing_parse, mcp_config_kind_replace, sealing_show};
