/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "tool/offered.h"

#define TOOL(n)                                                               \
    {                                                                         \
        .size = sizeof(mcp_tool_t), .name = n                                 \
    }
#define RESOURCE(u)                                                           \
    {                                                                         \
        .size = sizeof(mcp_resource_t), .uri = u                              \
    }
#define PROMPT(n)                                                             \
    {                                                                         \
        .size = sizeof(mcp_prompt_t), .name = n                               \
    }

static const mcp_tool_t hello = TOOL("hello"), add = TOOL("add"),
                        echo = TOOL("echo"), other = TOOL("hello"),
                        price = TOOL("stock_price");
static const mcp_resource_t all_tasks = RESOURCE("tasks://all"),
                            task = RESOURCE("tasks://{id}"),
                            same_task = RESOURCE("tasks://{id}");
static const mcp_prompt_t greet = PROMPT("hello"), plan = PROMPT("plan");

/* found: NULL: of another version */
static const struct {
    int kind;
    mcp_tool_provider_t provider;
} all[] = {
    {MCP_TOOL_OFFERED_TOOLS, {"shop:stock_price", &price, "1"}},
    {MCP_TOOL_OFFERED_TOOLS, {"demo:hello", &hello, "1"}},
    {MCP_TOOL_OFFERED_TOOLS, {"demo:echo", &echo, "1"}},
    {MCP_TOOL_OFFERED_TOOLS, {"demo:add", &add, "1"}},
    {MCP_TOOL_OFFERED_TOOLS, {"shop:hello", &other, "1"}},
    {MCP_TOOL_OFFERED_TOOLS, {"old:ping", NULL, "0"}},
    {MCP_TOOL_OFFERED_TOOLS, {"old:hello", NULL, "0"}},
    {MCP_TOOL_OFFERED_RESOURCES, {"task:tasks://{id}", &task, "1"}},
    {MCP_TOOL_OFFERED_RESOURCES, {"task:tasks://all", &all_tasks, "1"}},
    {MCP_TOOL_OFFERED_RESOURCES, {"shop:tasks://{id}", &same_task, "1"}},
    {MCP_TOOL_OFFERED_RESOURCES, {"new:x://y", NULL, "2"}},
    {MCP_TOOL_OFFERED_PROMPTS, {"demo:hello", &greet, "1"}},
    {MCP_TOOL_OFFERED_PROMPTS, {"task:plan", &plan, "1"}},
};

/* words divided by blanks; want: tools, resources and prompts, MODULE:NAME;
 * NULL: refused, and the sentence has part in it */
static const struct {
    const char *words;
    const char *want;
    const char *part;
} rows[] = {
    {"demo:echo", "demo:echo | |", NULL},
    {"demo:hello", "demo:hello | | demo:hello", NULL},
    {"demo:*", "demo:add demo:echo demo:hello | | demo:hello", NULL},
    {"demo:echo demo:*", "demo:echo demo:add demo:hello | | demo:hello", NULL},
    {"demo:echo demo:echo", "demo:echo | |", NULL},
    {"shop:stock_*", "shop:stock_price | |", NULL},
    {"stock_price", "shop:stock_price | |", NULL},
    {"e*", "demo:echo | |", NULL},
    {"demo:[ae]*", "demo:add demo:echo | |", NULL},
    {"demo:??d", "demo:add | |", NULL},
    {"a* demo:h*", "demo:add demo:hello | | demo:hello", NULL},
    {"", "| |", NULL},

    /* resources: the module is what stands before the first colon */
    {"task:tasks://all", "| task:tasks://all |", NULL},
    {"task:tasks://{id}", "| task:tasks://{id} |", NULL},
    {"task:tasks://*", "| task:tasks://all task:tasks://{id} |", NULL},
    {"task:*", "| task:tasks://all task:tasks://{id} | task:plan", NULL},
    {"task:p* task:*", "| task:tasks://all task:tasks://{id} | task:plan",
     NULL},
    {"*all", "| task:tasks://all |", NULL},
    {"shop:*", "shop:hello shop:stock_price | shop:tasks://{id} |", NULL},
    {"tasks://all", NULL, "fits no tool, resource or prompt"},
    {"all", NULL, "fits no tool, resource or prompt"},

    /* one name, twice */
    {"hello", NULL,
     "two tools with the name hello; write demo:hello or "
     "shop:hello, not both"},
    {"*", NULL, "two tools"},
    {"demo:* shop:*", NULL, "two tools"},
    {"task:* shop:*", NULL,
     "two resources with the name tasks://{id}; write "
     "task:tasks://{id} or shop:tasks://{id}"},

    /* nothing fits */
    {"demo:nothing", NULL, "demo:nothing"},
    {"nothing", NULL, "write one of: shop:stock_price demo:hello"},
    {"nothing", NULL, "task:tasks://all"},
    {"nothing", NULL, "task:plan"},
    {"de*:hello", NULL, "fits no tool"},
    {"demo", NULL, "fits no tool"},
    {"demo:", NULL, "fits no tool"},
    {":hello", NULL, "fits no tool"},
    {"Demo:hello", NULL, "fits no tool"},

    /* another version of the header */
    {"old:ping", NULL,
     "MCPOffer old:ping: the module old was compiled with another "
     "mod_mcp_oauth.h (what it offers has version 0, not " MCP_OFFER_VERSION
     "), so it offers nothing; compile it again with the mod_mcp_oauth.h of "
     "this server"},
    {"new:*", NULL, "version 2, not " MCP_OFFER_VERSION},
    {"ping", NULL, "the module old was compiled"},
    {"old:nothing", NULL, "fits no tool"},
};

static apr_array_header_t *words_of(const char *text, apr_pool_t *pool)
{
    apr_array_header_t *words = apr_array_make(pool, 2, sizeof(const char *));
    char *word, *rest, *copy = apr_pstrdup(pool, text);

    for (word = apr_strtok(copy, " ", &rest); word;
         word = apr_strtok(NULL, " ", &rest))
        APR_ARRAY_PUSH(words, const char *) = word;
    return words;
}

static const char *name_of(int kind, const mcp_offered_t *one,
                           apr_pool_t *pool)
{
    const char *name = ((const mcp_tool_t *)one->what)->name;

    if (kind == MCP_TOOL_OFFERED_RESOURCES)
        name = ((const mcp_resource_t *)one->what)->uri;
    else if (kind == MCP_TOOL_OFFERED_PROMPTS)
        name = ((const mcp_prompt_t *)one->what)->name;
    return apr_pstrcat(pool, one->module, ":", name, NULL);
}

static const char *names_of(const mcp_tool_offered_t *offered,
                            apr_pool_t *pool)
{
    apr_array_header_t *names = apr_array_make(pool, 8, sizeof(const char *));
    int kind, i;

    for (kind = 0; kind < MCP_TOOL_OFFERED_KINDS; kind++) {
        if (kind)
            APR_ARRAY_PUSH(names, const char *) = "|";
        for (i = 0; i < offered->of[kind]->nelts; i++)
            APR_ARRAY_PUSH(names, const char *) = name_of(
                kind, &APR_ARRAY_IDX(offered->of[kind], i, mcp_offered_t),
                pool);
    }
    return apr_array_pstrcat(pool, names, ' ');
}

static void providers_make(mcp_tool_providers_t *providers, int n,
                           apr_pool_t *pool)
{
    int i;

    for (i = 0; i < MCP_TOOL_OFFERED_KINDS; i++)
        providers->of[i] =
            apr_array_make(pool, 5, sizeof(mcp_tool_provider_t));
    for (i = 0; i < n; i++)
        APR_ARRAY_PUSH(providers->of[all[i].kind], mcp_tool_provider_t) =
            all[i].provider;
}

static void test_words(const mcp_tool_providers_t *providers, apr_pool_t *pool)
{
    mcp_tool_offered_t offered;
    const char *why;
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        why = mcp_tool_offered_select(&offered, words_of(rows[i].words, pool),
                                      providers, pool);
        if (rows[i].want)
            is(why ? why : names_of(&offered, pool), rows[i].want,
               rows[i].words);
        else if (!ok(why && strstr(why, rows[i].part), "refused: %s",
                     rows[i].words))
            printf("# %s\n", why ? why : "(chosen)");
    }
    ok(!mcp_tool_offered_select(&offered, NULL, providers, pool) &&
           !strcmp(names_of(&offered, pool), "| |"),
       "a location without MCPOffer offers nothing");
}

static void body(mcp_ctx_t *cx)
{
    mcp_tool_providers_t providers;
    apr_array_header_t *strangers;
    mcp_tool_offered_t offered;
    const char *why;

    providers_make(&providers, 0, cx->pool);
    why = mcp_tool_offered_select(&offered, words_of("demo:*", cx->pool),
                                  &providers, cx->pool);
    ok(why && strstr(why, "LoadModule"), "where nothing is loaded, load it");
    strangers = mcp_tool_offered_strangers(&providers, cx->pool);
    ok(!strangers->nelts, "and no module is strange");
    providers_make(&providers, sizeof(all) / sizeof(all[0]), cx->pool);
    test_words(&providers, cx->pool);
    strangers = mcp_tool_offered_strangers(&providers, cx->pool);
    ok(strangers->nelts == 2, "two modules are of another version");
    ok(strstr(APR_ARRAY_IDX(strangers, 0, const char *), "the module new") &&
           strstr(APR_ARRAY_IDX(strangers, 1, const char *), "the module old"),
       "each is told of once, however much it offers");
}

TAP_MAIN(body)
