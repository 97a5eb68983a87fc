/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/preset.h"

#include <apr_strings.h>
#include <string.h>

static const struct {
    const mcp_idp_preset_t *preset;
    const char *usage;
} presets[] = {
#define MCP_PRESET(name, usage, help) {&mcp_idp_##name, usage},
#include "idp/preset.def"
};

#define PRESETS (sizeof(presets) / sizeof(presets[0]))

const mcp_idp_preset_t *mcp_idp_preset_find(const char *name)
{
    apr_size_t i;

    for (i = 0; i < PRESETS; i++)
        if (!strcmp(presets[i].preset->name, name))
            return presets[i].preset;
    return NULL;
}

const char *mcp_idp_preset_names(apr_pool_t *pool)
{
    const char *names = presets[0].preset->name;
    apr_size_t i;

    for (i = 1; i < PRESETS; i++)
        names = apr_pstrcat(pool, names, ", ", presets[i].preset->name, NULL);
    return names;
}

const char *mcp_idp_preset_usage(const mcp_idp_preset_t *preset,
                                 apr_pool_t *pool)
{
    apr_size_t i;

    for (i = 0; presets[i].preset != preset; i++)
        ;
    return apr_pstrcat(pool, preset->name, *presets[i].usage ? " " : "",
                       presets[i].usage, NULL);
}

int mcp_idp_preset_is_remote(const mcp_idp_t *idp)
{
    return !idp->preset->step;
}
