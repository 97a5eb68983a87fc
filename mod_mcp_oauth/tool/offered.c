/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tool/offered.h"

#include <apr_fnmatch.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

typedef const mcp_tool_provider_t *provider_t;

/* Whether [MODULE:]GLOB names the provider MODULE:TOOL. */
static int is_named(const char *word, const char *name)
{
    const char *colon = strchr(word, ':'), *tool = strchr(name, ':');
    apr_size_t module = tool ? (apr_size_t)(tool - name) : 0;

    if (colon) {
        if ((apr_size_t)(colon - word) != module ||
            strncmp(word, name, module) != 0)
            return 0;
        word = colon + 1;
    }
    return apr_fnmatch(word, tool ? tool + 1 : name, 0) == APR_SUCCESS;
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const provider_t *)a)->name,
                  (*(const provider_t *)b)->name);
}

static apr_array_header_t *named_by(const char *word,
                                    const apr_array_header_t *providers,
                                    apr_pool_t *pool)
{
    apr_array_header_t *named = apr_array_make(pool, 8, sizeof(provider_t));
    provider_t provider;
    int i;

    for (i = 0; i < providers->nelts; i++) {
        provider = &APR_ARRAY_IDX(providers, i, mcp_tool_provider_t);
        if (is_named(word, provider->name))
            APR_ARRAY_PUSH(named, provider_t) = provider;
    }
    qsort(named->elts, (size_t)named->nelts, sizeof(provider_t), by_name);
    return named;
}

static const char *nothing_fits(const char *word,
                                const apr_array_header_t *providers,
                                apr_pool_t *pool)
{
    apr_array_header_t *names =
        apr_array_make(pool, providers->nelts, sizeof(const char *));
    int i;

    if (!providers->nelts)
        return apr_psprintf(pool,
                            "MCPOffer %s: no module that is loaded offers "
                            "tools; load one, for example LoadModule "
                            "mcp_demo_module modules/mod_mcp_demo.so",
                            word);
    for (i = 0; i < providers->nelts; i++)
        APR_ARRAY_PUSH(names, const char *) =
            APR_ARRAY_IDX(providers, i, mcp_tool_provider_t).name;
    return apr_psprintf(pool,
                        "MCPOffer %s fits no tool of the modules that are "
                        "loaded; write one of: %s",
                        word, apr_array_pstrcat(pool, names, ' '));
}

/* chosen: of provider_t. NULL: chosen already, or now. */
static const char *choose(apr_array_header_t *chosen, provider_t provider,
                          apr_pool_t *pool)
{
    provider_t other;
    int i;

    for (i = 0; i < chosen->nelts; i++) {
        other = APR_ARRAY_IDX(chosen, i, provider_t);
        if (other->tool == provider->tool)
            return NULL;
        if (!strcmp(other->tool->name, provider->tool->name))
            return apr_psprintf(pool,
                                "MCPOffer would offer two tools with the name "
                                "%s; write %s or %s, not both",
                                other->tool->name, other->name,
                                provider->name);
    }
    APR_ARRAY_PUSH(chosen, provider_t) = provider;
    return NULL;
}

static const char *choose_all(apr_array_header_t *chosen, const char *word,
                              const apr_array_header_t *providers,
                              apr_pool_t *pool)
{
    apr_array_header_t *named = named_by(word, providers, pool);
    const char *complaint;
    int i;

    if (!named->nelts)
        return nothing_fits(word, providers, pool);
    for (i = 0; i < named->nelts; i++) {
        complaint = choose(chosen, APR_ARRAY_IDX(named, i, provider_t), pool);
        if (complaint)
            return complaint;
    }
    return NULL;
}

const char *mcp_tool_offered_select(apr_array_header_t **tools,
                                    const apr_array_header_t *words,
                                    const apr_array_header_t *providers,
                                    apr_pool_t *pool)
{
    apr_array_header_t *chosen = apr_array_make(pool, 16, sizeof(provider_t));
    const char *complaint;
    int i;

    for (i = 0; words && i < words->nelts; i++) {
        complaint = choose_all(chosen, APR_ARRAY_IDX(words, i, const char *),
                               providers, pool);
        if (complaint)
            return complaint;
    }
    *tools = apr_array_make(pool, chosen->nelts, sizeof(const mcp_tool_t *));
    for (i = 0; i < chosen->nelts; i++)
        APR_ARRAY_PUSH(*tools, const mcp_tool_t *) =
            APR_ARRAY_IDX(chosen, i, provider_t)->tool;
    return NULL;
}
