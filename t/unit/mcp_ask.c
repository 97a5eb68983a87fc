/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_asking.h"

/* Multi round-trip requests (2026-07-28, patterns/mrtr). */

#define FORM                                                                  \
    "{\"message\":\"Who?\",\"requestedSchema\":{\"type\":\"object\","         \
    "\"properties\":{\"name\":{\"type\":\"string\"}}}}"

/* asks for a name, and remembers nothing */
static mcp_outcome_t ask_name(mcp_call_t *call, void *baton)
{
    const char *answer = call->api->answer(call, "user_name");

    if (!answer) {
        call->api->ask(call, "user_name", "elicitation/create", FORM);
        return MCP_CALL_INPUT_REQUIRED;
    }
    call->api->text(call, answer);
    return MCP_CALL_DONE;
}

/* two rounds: what it remembers counts them */
static mcp_outcome_t ask_rounds(mcp_call_t *call, void *baton)
{
    const char *round = call->api->remembered(call);

    if (round && !strcmp(round, "two \"\xe2\x82\xac\"")) {
        call->api->text(call, "done");
        return MCP_CALL_DONE;
    }
    call->api->ask(call, "q", "elicitation/create", FORM);
    call->api->remember(call, round ? "two \"\xe2\x82\xac\"" : "one");
    return MCP_CALL_INPUT_REQUIRED;
}

static mcp_outcome_t ask_all(mcp_call_t *call, void *baton)
{
    call->api->ask(call, "a", "elicitation/create", FORM);
    call->api->ask(call, "b", "sampling/createMessage",
                   "{\"messages\":[],\n\"maxTokens\":1}");
    call->api->ask(call, "c", "roots/list", NULL);
    return MCP_CALL_INPUT_REQUIRED;
}

static mcp_outcome_t ask_hard(mcp_call_t *call, void *baton)
{
    call->api->ask(call, "a", "elicitation/create",
                   "{\"mode\":\"url\",\"message\":\"Go\","
                   "\"url\":\"https://x.example\"}");
    call->api->ask(call, "b", "sampling/createMessage",
                   "{\"messages\":[],\"maxTokens\":1,\"tools\":[]}");
    return MCP_CALL_INPUT_REQUIRED;
}

static mcp_outcome_t ask_around(mcp_call_t *call, void *baton)
{
    call->api->ask(call, "q", "sampling/createMessage",
                   "{\"messages\":[],\"maxTokens\":1,"
                   "\"includeContext\":\"allServers\"}");
    return MCP_CALL_INPUT_REQUIRED;
}

/* asks only what it may */
static mcp_outcome_t ask_politely(mcp_call_t *call, void *baton)
{
    static const char *const pointers[] = {"/sampling",
                                           "/sampling/tools",
                                           "/elicitation",
                                           "/elicitation/form",
                                           "/elicitation/url",
                                           "/roots",
                                           "/none"};
    char found[8] = "";
    int i;

    for (i = 0; i < 7; i++)
        found[i] = call->api->can(call, pointers[i]) ? '1' : '0';
    call->api->text(call, found);
    return MCP_CALL_DONE;
}

static mcp_outcome_t only_remember(mcp_call_t *call, void *baton)
{
    call->api->remember(call, "");
    return MCP_CALL_INPUT_REQUIRED;
}

TOOL("name", ask_name);
TOOL("rounds", ask_rounds);
TOOL("all", ask_all);
TOOL("hard", ask_hard);
TOOL("around", ask_around);
TOOL("polite", ask_politely);
TOOL("load", only_remember);

static const mcp_tool_t *const tools[] = {
    &ask_name_tool,   &ask_rounds_tool,   &ask_all_tool,       &ask_hard_tool,
    &ask_around_tool, &ask_politely_tool, &only_remember_tool, NULL};

#define ANSWER                                                                \
    "\"inputResponses\":{\"user_name\":{\"action\":\"accept\",\"content\":{"  \
    "\"name\":\"Al\"}}},"

static const struct {
    const char *name;
    const char *more;
    const char *type; /* resultType; NULL: -32602 */
} replies[] = {
    {"no answer is asked for again", "", "\"input_required\""},
    {"nor does an empty one help", "\"inputResponses\":{},",
     "\"input_required\""},
    {"an answer to another question is ignored",
     "\"inputResponses\":{\"other\":{}},", "\"input_required\""},
    {"the answer", ANSWER, "\"complete\""},
    {"the answer among others",
     "\"inputResponses\":{\"other\":{},\"user_name\":{\"action\":"
     "\"decline\"}},",
     "\"complete\""},
    {"null is no map of answers", "\"inputResponses\":null,", NULL},
    {"nor is an array", "\"inputResponses\":[],", NULL},
    {"a number is no answer", "\"inputResponses\":{\"user_name\":12345},",
     NULL},
    {"null is no answer", "\"inputResponses\":{\"user_name\":null},", NULL},
    {"nor where nobody asked", "\"inputResponses\":{\"other\":\"x\"},", NULL},
    {"a state that we never made", ANSWER "\"requestState\":\"1.AAAA\",",
     NULL},
    {"an empty state", ANSWER "\"requestState\":\"\",", NULL},
    {"a state that is no string", ANSWER "\"requestState\":{},", NULL},
    {"state null", ANSWER "\"requestState\":null,", NULL},
};

static void test_replies(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = &w->alice};
    apr_size_t i;

    for (i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
        call_tool(&x, w, "name", ALL, replies[i].more, cx);
        is(world_at(&x, "/result/resultType", cx), replies[i].type,
           replies[i].name);
        ok(x.status == 200 &&
               world_code(&x, cx) == (replies[i].type ? 0 : -32602),
           "its status and code");
    }
    call_tool(&x, w, "name", ALL, "", cx);
    is(world_at(&x, "/result/inputRequests", cx),
       "{\"user_name\":{\"method\":\"elicitation/create\",\"params\":" FORM
       "}}",
       "the question");
    call_tool(&x, w, "around", "{\"sampling\":{\"context\":{}}}", "", cx);
    ok(world_at(&x, "/result/inputRequests/q", cx) &&
           !world_at(&x, "/result/requestState", cx),
       "what need not be remembered is not sent");
    ok(!world_at(&x, "/result/content", cx) &&
           !world_at(&x, "/result/ttlMs", cx),
       "an input_required result has no content and is not kept");
    call_tool(&x, w, "name", ALL, ANSWER, cx);
    is(world_at(&x, "/result/content/0/text", cx),
       "\"{\\\"action\\\":\\\"accept\\\",\\\"content\\\":{\\\"name\\\":"
       "\\\"Al\\\"}}\"",
       "the tool gets the answer as JSON");
    call_tool(&x, w, "all", ALL, "", cx);
    is(world_at(&x, "/result/inputRequests/b", cx),
       "{\"method\":\"sampling/createMessage\",\"params\":{\"messages\":[],"
       "\"maxTokens\":1}}",
       "one of several questions");
    is(world_at(&x, "/result/inputRequests/c", cx),
       "{\"method\":\"roots/list\"}", "one without params");
}

/* what a client can be asked, and what it is told that it would need */
static const struct {
    const char *tool;
    const char *capabilities;
    const char *missing; /* NULL: asked */
} needs[] = {
    {"name", "{\"elicitation\":{}}", NULL},
    {"name", "{\"elicitation\":{\"form\":{}}}", NULL},
    {"name", "{\"elicitation\":{\"form\":{},\"url\":{}}}", NULL},
    {"name", "{\"elicitation\":{\"url\":{}}}",
     "{\"elicitation\":{\"form\":{}}}"},
    {"name", "{}", "{\"elicitation\":{\"form\":{}}}"},
    {"name", "{\"elicitation\":true}", "{\"elicitation\":{\"form\":{}}}"},
    {"name", "{\"sampling\":{}}", "{\"elicitation\":{\"form\":{}}}"},
    {"all", ALL, NULL},
    {"all", "{}",
     "{\"elicitation\":{\"form\":{}},\"sampling\":{},\"roots\":{}}"},
    {"all", "{\"sampling\":{},\"elicitation\":{}}", "{\"roots\":{}}"},
    {"all", "{\"roots\":{\"listChanged\":true}}",
     "{\"elicitation\":{\"form\":{}},\"sampling\":{}}"},
    {"hard", ALL,
     "{\"elicitation\":{\"url\":{}},\"sampling\":{\"tools\":{}}}"},
    {"hard", "{\"elicitation\":{\"url\":{}},\"sampling\":{\"tools\":{}}}",
     NULL},
    {"around", ALL, "{\"sampling\":{\"context\":{}}}"},
    {"around", "{\"sampling\":{\"context\":{}}}", NULL},
};

static void test_needs(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = &w->alice};
    apr_size_t i;

    for (i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
        call_tool(&x, w, needs[i].tool, needs[i].capabilities, "", cx);
        is(world_at(&x, "/error/data/requiredCapabilities", cx),
           needs[i].missing,
           apr_pstrcat(cx->pool, needs[i].tool, " with ",
                       needs[i].capabilities, NULL));
        ok(needs[i].missing ? x.status == 400 && world_code(&x, cx) == -32021
                            : x.status == 200 && world_code(&x, cx) == 0,
           "MissingRequiredClientCapability is 400 -32021");
    }
    call_tool(&x, w, "polite", "{\"sampling\":{},\"elicitation\":{}}", "", cx);
    is(world_at(&x, "/result/content/0/text", cx), "\"1011000\"",
       "a tool can look first");
    call_tool(&x, w, "polite",
              "{\"sampling\":{\"tools\":{}},\"elicitation\":{\"url\":{}},"
              "\"roots\":{}}",
              "", cx);
    is(world_at(&x, "/result/content/0/text", cx), "\"1110110\"",
       "also for parts");
}

/* -- requestState -- */

static const char *state_of(const mcp_exchange_t *x, mcp_ctx_t *cx)
{
    const char *text = world_at(x, "/result/requestState", cx);

    return text ? apr_pstrmemdup(cx->pool, text + 1, strlen(text) - 2) : NULL;
}

static const char *with(const char *state, const char *arguments,
                        mcp_ctx_t *cx)
{
    return apr_pstrcat(
        cx->pool,
        "\"inputResponses\":{\"q\":{\"action\":\"accept\"}},\"arguments\":",
        arguments, ",\"requestState\":\"", state, "\",", NULL);
}

#define ARGUMENTS "{\"city\":\"Rome\",\"n\":[1,2]}"

/* whether the state is taken, by this principal */
static int is_taken(const world_t *w, const mcp_principal_t *who,
                    const char *tool, const char *more, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = who};

    call_tool(&x, w, tool, ALL, more, cx);
    if (x.status != 200 ||
        (world_code(&x, cx) != 0 && world_code(&x, cx) != -32602))
        ok(0, "neither taken nor -32602: %s", x.json);
    return world_code(&x, cx) == 0;
}

static void test_rounds(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = &w->alice};
    const char *one, *two;

    call_tool(&x, w, "rounds", ALL, "\"arguments\":" ARGUMENTS ",", cx);
    one = state_of(&x, cx);
    ok(one && !strstr(x.json, "one"), "what is remembered cannot be read");
    call_tool(&x, w, "rounds", ALL, with(one, ARGUMENTS, cx), cx);
    is(world_at(&x, "/result/resultType", cx), "\"input_required\"",
       "a tool may ask again");
    two = state_of(&x, cx);
    ok(two && strcmp(one, two) != 0, "with another state");
    call_tool(&x, w, "rounds", ALL, with(two, ARGUMENTS, cx), cx);
    is(world_at(&x, "/result/content/0/text", cx), "\"done\"",
       "what was remembered comes back as it was");
    call_tool(&x, w, "load", ALL, "", cx);
    ok(state_of(&x, cx) && !world_at(&x, "/result/inputRequests", cx),
       "a state alone is enough");
    ok(is_taken(w, &w->alice, "load", with(state_of(&x, cx), "{}", cx), cx) ==
           1,
       "an empty memory is one; absent arguments are empty ones");
}

static void test_bound(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = &w->alice};
    const char *state, *mine;
    mcp_principal_t other = w->alice;
    world_t elsewhere = *w;

    call_tool(&x, w, "rounds", ALL, "\"arguments\":" ARGUMENTS ",", cx);
    state = state_of(&x, cx);
    mine = with(state, ARGUMENTS, cx);
    ok(is_taken(w, &w->alice, "rounds", mine, cx), "mine");
    ok(!is_taken(w, &w->bob, "rounds", mine, cx), "another principal");
    ok(!is_taken(w, NULL, "rounds", mine, cx), "nobody");
    other.client = "client-2";
    ok(!is_taken(w, &other, "rounds", mine, cx), "another client");
    ok(!is_taken(w, &w->alice, "load", mine, cx), "another tool");
    ok(!is_taken(w, &w->alice, "rounds",
                 with(state, "{\"city\":\"Oslo\",\"n\":[1,2]}", cx), cx),
       "other arguments");
    ok(!is_taken(w, &w->alice, "rounds", with(state, "{}", cx), cx),
       "no arguments");
    elsewhere.server.url = "https://mcp.example/other";
    ok(!is_taken(&elsewhere, &w->alice, "rounds", mine, cx), "another server");
    world_keys(&elsewhere, cx);
    elsewhere.server.url = w->server.url;
    ok(!is_taken(&elsewhere, &w->alice, "rounds", mine, cx), "other keys");
    world_end(&elsewhere);
    tap_now += apr_time_from_sec(599);
    ok(is_taken(w, &w->alice, "rounds", mine, cx), "before 10 minutes");
    tap_now += apr_time_from_sec(1);
    ok(!is_taken(w, &w->alice, "rounds", mine, cx), "after 10 minutes");
}

static void test_tampered(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = &w->alice};
    const char *state;
    apr_size_t i, taken = 0;
    char *forged;

    call_tool(&x, w, "rounds", ALL, "", cx);
    state = state_of(&x, cx);
    for (i = 0; i < strlen(state); i++) {
        forged = apr_pstrdup(cx->pool, state);
        forged[i] = forged[i] == '2' ? '3' : '2';
        taken += (apr_size_t)is_taken(w, &w->alice, "rounds",
                                      with(forged, "{}", cx), cx);
        taken += (apr_size_t)is_taken(
            w, &w->alice, "rounds",
            with(apr_pstrmemdup(cx->pool, state, i), "{}", cx), cx);
    }
    ok(!taken, "no character can be changed or left out");
    ok(!is_taken(
           w, &w->alice, "rounds",
           with(apr_pstrcat(cx->pool, state, "-TAMPERED", NULL), "{}", cx),
           cx),
       "nor can any be added");
    ok(!is_taken(w, &w->alice, "rounds",
                 with(apr_pstrcat(cx->pool, "0", state, NULL), "{}", cx), cx),
       "nor in front");
}

/* A client of the legacy era cannot be asked in an answer that is one JSON
 * object. */
static void test_legacy(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = &w->alice};
    const char *headers;

    world_send(
        &x, w, "POST", "",
        BODY("initialize",
             "\"protocolVersion\":\"2025-11-25\",\"capabilities\":" ALL),
        cx);
    headers = apr_pstrcat(cx->pool, "Mcp-Session-Id: ", x.session_id, NULL);
    world_send(&x, w, "POST", headers,
               BODY("tools/call", "\"name\":\"rounds\""), cx);
    is(world_at(&x, "/result/isError", cx), "true",
       "a legacy client that takes no stream cannot be asked");
    ok(strstr(x.json, "it takes no event stream") != NULL, "and is told so");
    world_send(&x, w, "POST", headers,
               BODY("tools/call", "\"name\":\"polite\""), cx);
    is(world_at(&x, "/result/content/0/text", cx), "\"0000000\"",
       "so a tool that looks first asks nothing");
    world_send(
        &x, w, "POST", headers,
        BODY("tools/call", "\"name\":\"name\"," ANSWER "\"requestState\":1"),
        cx);
    is(world_at(&x, "/result/isError", cx), "true",
       "members of the other era are not looked at");
}

static void body(mcp_ctx_t *cx)
{
    world_t w;

    world_make(&w, tools, cx);
    test_replies(&w, cx);
    test_needs(&w, cx);
    test_rounds(&w, cx);
    test_bound(&w, cx);
    test_tampered(&w, cx);
    test_legacy(&w, cx);
    is(tap_log, "", "nothing of this is worth a line in the log");
    world_end(&w);
}

TAP_MAIN(body)
