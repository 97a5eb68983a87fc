/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/preset.h"

#include <apr_strings.h>
#include <string.h>

#include "idp/httpd.h"

static const mcp_idp_preset_t *const presets[] = {&mcp_idp_httpd};

#define PRESETS (sizeof(presets) / sizeof(presets[0]))

const mcp_idp_preset_t *mcp_idp_preset_find(const char *name)
{
    apr_size_t i;

    for (i = 0; i < PRESETS; i++)
        if (!strcmp(presets[i]->name, name))
            return presets[i];
    return NULL;
}

const char *mcp_idp_preset_names(apr_pool_t *pool)
{
    const char *names = presets[0]->name;
    apr_size_t i;

    for (i = 1; i < PRESETS; i++)
        names = apr_pstrcat(pool, names, ", ", presets[i]->name, NULL);
    return names;
}

int mcp_idp_preset_is_remote(const mcp_idp_t *idp)
{
    return !idp->preset->step;
}
