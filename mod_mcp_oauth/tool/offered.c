/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tool/offered.h"

#include <apr_fnmatch.h>
#include <apr_strings.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef mcp_tool_provider_t provider_t;

static const char *const plurals[] = {"tools", "resources", "prompts"};

/* -- names -- */

static const char *module_of(const char *name, apr_pool_t *pool)
{
    return apr_pstrmemdup(pool, name, strcspn(name, ":"));
}

/* What one is told apart by: a tool's name, a resource's URI. NULL where the
 * struct is too short to have any: then it is refused. */
static const char *key_of(int kind, const void *what)
{
    static const apr_size_t keys[] = {offsetof(mcp_tool_t, name),
                                      offsetof(mcp_resource_t, uri),
                                      offsetof(mcp_prompt_t, name)};
    apr_size_t size = *(const apr_size_t *)what; /* the first of each */

    if (size < keys[kind] + sizeof(const char *))
        return NULL;
    return *(const char *const *)((const char *)what + keys[kind]);
}

/* Whether [MODULE:]GLOB names the provider MODULE:NAME. */
static int is_named(const char *word, const char *name)
{
    const char *colon = strchr(word, ':'), *rest = strchr(name, ':');
    apr_size_t module = rest ? (apr_size_t)(rest - name) : 0;

    if (colon) {
        if ((apr_size_t)(colon - word) != module ||
            strncmp(word, name, module) != 0)
            return 0;
        word = colon + 1;
    }
    return apr_fnmatch(word, rest ? rest + 1 : name, 0) == APR_SUCCESS;
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const provider_t *const *)a)->name,
                  (*(const provider_t *const *)b)->name);
}

/* -- what is wrong -- */

static const char *stranger(const provider_t *provider, apr_pool_t *pool)
{
    return apr_psprintf(
        pool,
        "the module %s was compiled with another mod_mcp_oauth.h (what it "
        "offers has version %s, not " MCP_OFFER_VERSION "), so it offers "
        "nothing",
        module_of(provider->name, pool), provider->version);
}

static const char *nothing_fits(const char *word,
                                const mcp_tool_providers_t *providers,
                                apr_pool_t *pool)
{
    apr_array_header_t *names = apr_array_make(pool, 16, sizeof(const char *));
    const provider_t *provider;
    int kind, i;

    for (kind = 0; kind < MCP_TOOL_OFFERED_KINDS; kind++)
        for (i = 0; i < providers->of[kind]->nelts; i++) {
            provider = &APR_ARRAY_IDX(providers->of[kind], i, provider_t);
            if (provider->what)
                APR_ARRAY_PUSH(names, const char *) = provider->name;
            else if (is_named(word, provider->name))
                return apr_psprintf(
                    pool, "MCPOffer %s: %s; " MCP_TOOL_OFFERED_REMEDY, word,
                    stranger(provider, pool));
        }
    if (!names->nelts)
        return apr_psprintf(pool,
                            "MCPOffer %s: no module that is loaded offers "
                            "tools, resources or prompts; load one, for "
                            "example LoadModule mcp_demo_module "
                            "modules/mod_mcp_demo.so",
                            word);
    return apr_psprintf(pool,
                        "MCPOffer %s fits no tool, resource or prompt of the "
                        "modules that are loaded; write one of: %s",
                        word, apr_array_pstrcat(pool, names, ' '));
}

/* -- choosing -- */

typedef struct choice_t {
    apr_array_header_t *of[MCP_TOOL_OFFERED_KINDS]; /* of provider_t * */
} choice_t;

/* NULL: chosen already, or now. */
static const char *choose(choice_t *choice, int kind,
                          const provider_t *provider, apr_pool_t *pool)
{
    const char *key = key_of(kind, provider->what), *other_key;
    const provider_t *other;
    int i;

    for (i = 0; i < choice->of[kind]->nelts; i++) {
        other = APR_ARRAY_IDX(choice->of[kind], i, const provider_t *);
        if (other->what == provider->what)
            return NULL;
        other_key = key_of(kind, other->what);
        if (key && other_key && !strcmp(key, other_key))
            return apr_psprintf(pool,
                                "MCPOffer would offer two %s with the name "
                                "%s; write %s or %s, not both",
                                plurals[kind], key, other->name,
                                provider->name);
    }
    APR_ARRAY_PUSH(choice->of[kind], const provider_t *) = provider;
    return NULL;
}

static apr_array_header_t *named_by(const char *word,
                                    const apr_array_header_t *providers,
                                    apr_pool_t *pool)
{
    apr_array_header_t *named =
        apr_array_make(pool, 8, sizeof(const provider_t *));
    const provider_t *provider;
    int i;

    for (i = 0; i < providers->nelts; i++) {
        provider = &APR_ARRAY_IDX(providers, i, provider_t);
        if (provider->what && is_named(word, provider->name))
            APR_ARRAY_PUSH(named, const provider_t *) = provider;
    }
    qsort(named->elts, (size_t)named->nelts, sizeof(const provider_t *),
          by_name);
    return named;
}

static const char *choose_all(choice_t *choice, const char *word,
                              const mcp_tool_providers_t *providers,
                              apr_pool_t *pool)
{
    apr_array_header_t *named;
    const char *complaint;
    int kind, i, any = 0;

    for (kind = 0; kind < MCP_TOOL_OFFERED_KINDS; kind++) {
        named = named_by(word, providers->of[kind], pool);
        any |= named->nelts;
        for (i = 0; i < named->nelts; i++) {
            complaint = choose(choice, kind,
                               APR_ARRAY_IDX(named, i, const provider_t *),
                               pool);
            if (complaint)
                return complaint;
        }
    }
    return any ? NULL : nothing_fits(word, providers, pool);
}

static apr_array_header_t *offered_make(const apr_array_header_t *chosen,
                                        apr_pool_t *pool)
{
    apr_array_header_t *offered =
        apr_array_make(pool, chosen->nelts, sizeof(mcp_offered_t));
    const provider_t *provider;
    mcp_offered_t *one;
    int i;

    for (i = 0; i < chosen->nelts; i++) {
        provider = APR_ARRAY_IDX(chosen, i, const provider_t *);
        one = apr_array_push(offered);
        one->module = module_of(provider->name, pool);
        one->what = provider->what;
    }
    return offered;
}

const char *mcp_tool_offered_select(mcp_tool_offered_t *offered,
                                    const apr_array_header_t *words,
                                    const mcp_tool_providers_t *providers,
                                    apr_pool_t *pool)
{
    const char *complaint;
    choice_t choice;
    int kind, i;

    for (kind = 0; kind < MCP_TOOL_OFFERED_KINDS; kind++)
        choice.of[kind] = apr_array_make(pool, 16, sizeof(const provider_t *));
    for (i = 0; words && i < words->nelts; i++) {
        complaint = choose_all(&choice, APR_ARRAY_IDX(words, i, const char *),
                               providers, pool);
        if (complaint)
            return complaint;
    }
    for (kind = 0; kind < MCP_TOOL_OFFERED_KINDS; kind++)
        offered->of[kind] = offered_make(choice.of[kind], pool);
    return NULL;
}

/* -- other versions -- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Each once: a module has one version. */
static void drop_repeated(apr_array_header_t *sorted)
{
    int i, kept = 0;

    for (i = 0; i < sorted->nelts; i++) {
        const char *text = APR_ARRAY_IDX(sorted, i, const char *);

        if (!kept ||
            strcmp(text, APR_ARRAY_IDX(sorted, kept - 1, const char *)) != 0)
            APR_ARRAY_IDX(sorted, kept++, const char *) = text;
    }
    sorted->nelts = kept;
}

apr_array_header_t *
mcp_tool_offered_strangers(const mcp_tool_providers_t *providers,
                           apr_pool_t *pool)
{
    apr_array_header_t *told = apr_array_make(pool, 2, sizeof(const char *));
    const provider_t *provider;
    int kind, i;

    for (kind = 0; kind < MCP_TOOL_OFFERED_KINDS; kind++)
        for (i = 0; i < providers->of[kind]->nelts; i++) {
            provider = &APR_ARRAY_IDX(providers->of[kind], i, provider_t);
            if (!provider->what)
                APR_ARRAY_PUSH(told, const char *) = stranger(provider, pool);
        }
    qsort(told->elts, (size_t)told->nelts, sizeof(const char *), by_text);
    drop_repeated(told);
    return told;
}
