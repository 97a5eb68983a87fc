/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "tool/offered.h"

static const mcp_tool_t hello = {.name = "hello"}, add = {.name = "add"},
                        echo = {.name = "echo"}, other = {.name = "hello"},
                        price = {.name = "stock_price"};

static const mcp_tool_provider_t all[] = {
    {"shop:stock_price", &price}, {"demo:hello", &hello}, {"demo:echo", &echo},
    {"demo:add", &add},           {"shop:hello", &other},
};

/* words and names divided by blanks; want NULL: refused, and the sentence has
 * part in it */
static const struct {
    const char *words;
    const char *want;
    const char *part;
} rows[] = {
    {"demo:hello", "hello", NULL},
    {"demo:*", "add echo hello", NULL},
    {"demo:echo demo:*", "echo add hello", NULL},
    {"demo:hello demo:hello", "hello", NULL},
    {"shop:stock_*", "stock_price", NULL},
    {"stock_price", "stock_price", NULL},
    {"e*", "echo", NULL},
    {"demo:[ae]*", "add echo", NULL},
    {"demo:??d", "add", NULL},
    {"shop:*", "hello stock_price", NULL},
    {"a* demo:h*", "add hello", NULL},
    {"", "", NULL},
    {"hello", NULL, "demo:hello or shop:hello"},
    {"*", NULL, "hello"},
    {"demo:* shop:*", NULL, "two tools"},
    {"demo:nothing", NULL, "demo:nothing"},
    {"nothing", NULL, "write one of: shop:stock_price demo:hello"},
    {"de*:hello", NULL, "fits no tool"},
    {"demo", NULL, "fits no tool"},
    {"demo:", NULL, "fits no tool"},
    {":hello", NULL, "fits no tool"},
    {"Demo:hello", NULL, "fits no tool"},
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

static const char *names_of(const apr_array_header_t *tools, apr_pool_t *pool)
{
    apr_array_header_t *names = apr_array_make(pool, 8, sizeof(const char *));
    int i;

    for (i = 0; i < tools->nelts; i++)
        APR_ARRAY_PUSH(names, const char *) =
            APR_ARRAY_IDX(tools, i, const mcp_tool_t *)->name;
    return apr_array_pstrcat(pool, names, ' ');
}

static void body(mcp_ctx_t *cx)
{
    apr_array_header_t *providers, *tools;
    const char *why;
    apr_size_t i;

    providers = apr_array_make(cx->pool, 5, sizeof(mcp_tool_provider_t));
    why = mcp_tool_offered_select(&tools, words_of("demo:*", cx->pool),
                                  providers, cx->pool);
    ok(why && strstr(why, "LoadModule"), "where nothing is loaded, load it");
    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        APR_ARRAY_PUSH(providers, mcp_tool_provider_t) = all[i];
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        why = mcp_tool_offered_select(
            &tools, words_of(rows[i].words, cx->pool), providers, cx->pool);
        if (rows[i].want)
            is(why ? why : names_of(tools, cx->pool), rows[i].want,
               rows[i].words);
        else if (!ok(why && strstr(why, rows[i].part), "refused: %s",
                     rows[i].words))
            printf("# %s\n", why ? why : "(chosen)");
    }
    ok(!mcp_tool_offered_select(&tools, NULL, providers, cx->pool) &&
           tools->nelts == 0,
       "a location without MCPOffer has no tools");
}

TAP_MAIN(body)
