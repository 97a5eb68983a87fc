/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_offer.h"
#include "tap.h"

#include "mcp/prompts.h"

static mcp_outcome_t get(mcp_call_t *call, void *baton)
{
    return MCP_CALL_DONE;
}

static void complete(mcp_call_t *call, const char *argument, const char *value,
                     void *baton)
{
}

#define SIZE sizeof(mcp_prompt_t)
#define PROMPT(s, n, d, g) .size = s, .name = n, .description = d, .get = g
#define GOOD PROMPT(SIZE, "review", "d", get)
#define ARGUMENTS(what, ...)                                                  \
    static const mcp_prompt_argument_t what[] = {__VA_ARGS__, {NULL}}

ARGUMENTS(two, {"code", NULL, "The code", 1}, {"style", "A \"style\""});
ARGUMENTS(none, {NULL});
ARGUMENTS(unicode, {"st\xc3\xa4rke"});
ARGUMENTS(nameless, {""});
ARGUMENTS(latin1, {"\xe9"});
ARGUMENTS(latin1_title, {"a", "\xe9"});
ARGUMENTS(latin1_text, {"a", NULL, "\xe9"});
ARGUMENTS(twice, {"a"}, {"b"}, {"a"});
static const mcp_icon_t icon[] = {{"https://example.com/a.png"}, {NULL}};
static const mcp_icon_t bad_icon[] = {{"ftp://example.com/a.png"}, {NULL}};

/* part: of the sentence that refuses it; NULL: it is a prompt */
static const struct {
    const char *name;
    mcp_prompt_t prompt;
    const char *part;
} rows[] = {
    {"a prompt", {GOOD}, NULL},
    {"a longer struct of a later header", {PROMPT(4096, "p", "d", get)}, NULL},
    {"no size", {PROMPT(0, "p", "d", get)}, "size"},
    {"a shorter struct", {PROMPT(8, "p", "d", get)}, "size"},
    {"no name", {PROMPT(SIZE, NULL, "d", get)}, "name"},
    {"an empty name", {PROMPT(SIZE, "", "d", get)}, "name"},
    {"a name with a blank", {PROMPT(SIZE, "a b", "d", get)}, "name"},
    {"no description", {PROMPT(SIZE, "p", NULL, get)}, "description"},
    {"an empty description", {PROMPT(SIZE, "p", "", get)}, "description"},
    {"a description in Latin-1", {PROMPT(SIZE, "p", "\xe9", get)}, "UTF-8"},
    {"a title in Latin-1", {GOOD, .title = "\xe9"}, "UTF-8"},
    {"no function", {PROMPT(SIZE, "p", "d", NULL)}, "function"},
    {"arguments", {GOOD, .arguments = two}, NULL},
    {"no arguments", {GOOD, .arguments = none}, NULL},
    {"an argument beyond ASCII", {GOOD, .arguments = unicode}, NULL},
    {"an argument without name", {GOOD, .arguments = nameless}, "argument"},
    {"an argument in Latin-1", {GOOD, .arguments = latin1}, "argument"},
    {"its title too", {GOOD, .arguments = latin1_title}, "argument"},
    {"its description too", {GOOD, .arguments = latin1_text}, "argument"},
    {"an argument twice", {GOOD, .arguments = twice}, "one name"},
    {"a meta", {GOOD, .meta = "{}"}, NULL},
    {"a meta that is none", {GOOD, .meta = "\"a\""}, "meta"},
    {"an icon", {GOOD, .icons = icon}, NULL},
    {"an icon over ftp", {GOOD, .icons = bad_icon}, "icon"},
};

/* prompts end with NULL */
static const mcp_error_t *
make(mcp_prompts_t **made, const mcp_prompt_t *const *prompts, mcp_ctx_t *cx)
{
    return mcp_prompts_make(
        made, offer_of("acme", (const void *const *)prompts, cx), cx);
}

static void test_contract(mcp_ctx_t *cx)
{
    const mcp_prompt_t *list[] = {NULL, NULL, NULL};
    const mcp_error_t *e;
    mcp_prompts_t *made;
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        list[0] = &rows[i].prompt;
        e = make(&made, list, cx);
        if (!rows[i].part)
            fine(e, rows[i].name);
        else if (!ok(e && strstr(e->detail, rows[i].part) && e->remedy,
                     "refused: %s", rows[i].name))
            printf("# %s\n", e ? e->detail : "(made)");
    }
    list[0] = list[1] = &rows[0].prompt;
    e = make(&made, list, cx);
    is(e ? e->detail : NULL,
       "the prompt review of the module acme: two prompts have this name",
       "refused: two of one name");
}

static void test_list(mcp_ctx_t *cx)
{
    static const mcp_prompt_t plain = {PROMPT(SIZE, "b", "d", get),
                                       .arguments = none},
                              full = {PROMPT(SIZE, "a", "d", get),
                                      .title = "A prompt",
                                      .arguments = two,
                                      .icons = icon,
                                      .meta = "{ \"com.example/a\" : null}",
                                      .complete = complete};
    const mcp_prompt_t *const list[] = {&plain, &full, NULL};
    const mcp_prompt_t *const one[] = {&plain, NULL};
    const mcp_listed_prompt_t *found;
    mcp_prompts_t *made;

    fine(make(&made, list, cx), "two prompts");
    is(mcp_page_text(mcp_prompts_pages(made), 0),
       "[{\"name\":\"b\",\"description\":\"d\"},{\"name\":\"a\",\"title\":"
       "\"A prompt\",\"description\":\"d\",\"arguments\":[{\"name\":\"code\","
       "\"description\":\"The code\",\"required\":true},{\"name\":\"style\","
       "\"title\":\"A \\\"style\\\"\",\"required\":false}],\"icons\":[{"
       "\"src\":\"https://example.com/a.png\"}],\"_meta\":{\"com.example/a\":"
       "null}}]",
       "they are listed as they were given, on one line");
    found = mcp_prompts_find(made, "a");
    ok(found && found->prompt == &full, "a prompt is found by its name");
    is(found ? found->module : NULL, "acme", "with the module that offers it");
    ok(!mcp_prompts_find(made, "A"), "names are case-sensitive");
    ok(mcp_prompts_argument(&full, "style") == &two[1],
       "an argument is found by its name");
    ok(!mcp_prompts_argument(&full, "Style") &&
           !mcp_prompts_argument(&plain, "style"),
       "or is not there");
    ok(mcp_prompts_complete(made), "one of them completes");
    fine(make(&made, one, cx), "one prompt");
    ok(!mcp_prompts_complete(made), "that does not complete");
}

static void body(mcp_ctx_t *cx)
{
    test_contract(cx);
    test_list(cx);
}

TAP_MAIN(body)
