/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth_journey.h"

#include <apr_thread_proc.h>

#include "base/scope.h"
#include "oauth/grant.h"
#include "oauth/verify.h"

#define RACERS 12
#define REFUSED "error 400 invalid_grant"

static const char *token_in(const char *json, mcp_ctx_t *cx)
{
    return text_in(json, "refresh_token", cx);
}

static int opens(world_t *w, const char *json, mcp_ctx_t *cx)
{
    const char *token = text_in(json, "access_token", cx);
    const mcp_principal_t *who;

    return token &&
           !verify_header(&who, apr_pstrcat(cx->pool, "Bearer ", token, NULL),
                          &w->tasks, cx);
}

static void test_turns(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *first = tokens_for(w, client, cx), *second, *third;

    second = refresh(w, client, token_in(first, cx), NULL, cx);
    ok(opens(w, second, cx), "a refresh token gives an access token");
    ok(strcmp(token_in(second, cx), token_in(first, cx)) != 0,
       "and its successor");
    is(text_in(second, "scope", cx), "tasks:write tasks:read",
       "of the same scope");
    third = refresh(w, client, token_in(second, cx), NULL, cx);
    ok(opens(w, third, cx), "which does the same");
    ok(opens(w, first, cx), "older access tokens go on");
}

/* Lost replies and racing processes ask twice. */
static void test_grace(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *first = tokens_for(w, client, cx), *second, *again;

    second = refresh(w, client, token_in(first, cx), NULL, cx);
    again = refresh(w, client, token_in(first, cx), NULL, cx);
    is(token_in(again, cx), token_in(second, cx),
       "within the grace window the one before gets the same successor");
    ok(opens(w, again, cx), "and an access token of its own");
    ok(strcmp(text_in(again, "access_token", cx),
              text_in(second, "access_token", cx)) != 0,
       "a fresh one");
    pass_seconds(120);
    again = refresh(w, client, token_in(first, cx), NULL, cx);
    is(token_in(again, cx), token_in(second, cx),
       "to the last second of the window");
    pass_seconds(-86400);
    again = refresh(w, client, token_in(first, cx), NULL, cx);
    is(token_in(again, cx), token_in(second, cx),
       "a clock that goes back a day is no reuse");
    pass_seconds(86400);
    ok(opens(w, refresh(w, client, token_in(second, cx), NULL, cx), cx),
       "the family lives");
}

static void test_reuse(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *first = tokens_for(w, client, cx), *second, *third;

    second = refresh(w, client, token_in(first, cx), NULL, cx);
    pass_seconds(121);
    is(refresh(w, client, token_in(first, cx), NULL, cx), REFUSED,
       "after the grace window the one before is reuse");
    is(refresh(w, client, token_in(second, cx), NULL, cx), REFUSED,
       "RFC 9700 4.14.2: the whole family is revoked");
    ok(!opens(w, first, cx) && !opens(w, second, cx),
       "its access tokens end at once, though remembered as good");
    ok(has_text(tap_log, "refresh token of 'ada' was used again") &&
           !has_text(tap_log, token_in(first, cx)),
       "it is logged, without the token");

    first = tokens_for(w, client, cx);
    second = refresh(w, client, token_in(first, cx), NULL, cx);
    third = refresh(w, client, token_in(second, cx), NULL, cx);
    is(refresh(w, client, token_in(first, cx), NULL, cx), REFUSED,
       "one before the one before is reuse at any time");
    is(refresh(w, client, token_in(third, cx), NULL, cx), REFUSED,
       "and ends the family");
}

/* What the audit log says of a family, in words. */
static void test_audit(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *first = tokens_for(w, client, cx), *second, *word, *at;
    const char *words = "";

    *tap_audit = '\0';
    second = refresh(w, client, token_in(first, cx), NULL, cx);
    refresh(w, client, token_in(first, cx), NULL, cx);
    refresh(w, client, token_in(second, cx), NULL, cx);
    refresh(w, client, token_in(first, cx), NULL, cx);
    refresh(w, client, token_in(second, cx), NULL, cx);
    for (at = tap_audit; (at = strstr(at, "{\"event\":\"")); at = word) {
        word = at + 10;
        words = apr_pstrcat(
            cx->pool, words,
            apr_pstrmemdup(cx->pool, word, strcspn(word, "\"")), " ", NULL);
    }
    is(words, "refreshed refresh-repeated refreshed refresh-reused revoked ",
       "each turn is an event, and what comes after the end is none");
    ok(!has_text(tap_audit, token_in(first, cx)) &&
           !has_text(tap_audit, client) &&
           has_text(tap_audit, "\"user\":\"ada\""),
       "with the user, without a token");
}

static void test_bound(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *first = tokens_for(w, client, cx);
    const char *token = token_in(first, cx);
    const char *other =
        text_in(client_register(w,
                                "{\"redirect_uris\":[\"" CALLBACK "\"],"
                                "\"token_endpoint_auth_method\":\"none\"}",
                                cx),
                "client_id", cx);
    char *changed = apr_pstrdup(cx->pool, token);
    static const char *const strange[] = {"",
                                          "x",
                                          "r1-",
                                          "r1-0",
                                          "r1-0.a.1.",
                                          "r1-1.a.1.",
                                          "r1-1.a.0.",
                                          "r1-1.a.99999999999999999999.x",
                                          "r1-x.a.1.",
                                          "r1-1..1.",
                                          "r2-1.a.1.abc"};
    apr_size_t i, good = 0;

    is(refresh(w, other, token, NULL, cx), REFUSED,
       "RFC 6749 6: another client cannot use it");
    for (i = 0; changed[i]; i++) {
        char was = changed[i];

        changed[i] = was == 'A' ? 'B' : 'A';
        good += strcmp(refresh(w, client, changed, NULL, cx), REFUSED) != 0;
        changed[i] = was;
    }
    ok(good == 0, "no changed one is taken");
    for (i = 0; i < sizeof(strange) / sizeof(strange[0]); i++)
        ok(!strncmp(refresh(w, client, strange[i], NULL, cx), "error 400 ",
                    10),
           "'%s' is refused", strange[i]);
    is(refresh(w, client, text_in(first, "access_token", cx), NULL, cx),
       REFUSED, "an access token is none");
    ok(opens(w, refresh(w, client, token, NULL, cx), cx),
       "and the family lives");
}

static void test_scope(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *first = tokens_for(w, client, cx), *second;
    const char *token = token_in(first, cx);

    is(refresh(w, client, token, "tasks:write tasks:admin", cx),
       "error 400 invalid_scope", "more than was granted is refused");
    is(refresh(w, client, token, "a\"b", cx), "error 400 invalid_scope",
       "so is what is no scope");
    is(token_post(w, NULL,
                  form_of(cx->pool, "grant_type", "refresh_token", "client_id",
                          client, "refresh_token", token, "resource", WIKI,
                          NULL),
                  cx),
       "error 400 invalid_target", "RFC 8707: and another resource");
    second = refresh(w, client, token, "tasks:read", cx);
    is(text_in(second, "scope", cx), "tasks:read",
       "RFC 6749 6: less may be asked for");
    is(text_in(refresh(w, client, token_in(second, cx), NULL, cx), "scope",
               cx),
       "tasks:write tasks:read", "which leaves the grant as it is");
}

static void test_lifetimes(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *json = tokens_for(w, client, cx);
    const apr_time_t was = tap_now;
    int i;

    pass_seconds(30 * 86400 - 1);
    json = refresh(w, client, token_in(json, cx), NULL, cx);
    ok(opens(w, json, cx), "unused for nearly 30 days it is good");
    pass_seconds(30 * 86400 + 1);
    is(refresh(w, client, token_in(json, cx), NULL, cx), REFUSED,
       "unused for longer it is not");
    json = tokens_for(w, client, cx);
    for (i = 0; i < 8; i++) {
        pass_seconds(11 * 86400);
        json = refresh(w, client, token_in(json, cx), NULL, cx);
    }
    ok(opens(w, json, cx), "used it goes on");
    pass_seconds(2 * 86400 - 600);
    json = refresh(w, client, token_in(json, cx), NULL, cx);
    ok(number_in(json, "expires_in", cx) == 600,
       "an access token ends with the grant");
    pass_seconds(600);
    ok(!opens(w, json, cx), "the grant ends after 90 days");
    is(refresh(w, client, token_in(json, cx), NULL, cx), REFUSED,
       "however often it was refreshed");
    tap_now = was;
}

/* The store was put back, or a machine lost its last seconds. */
static void test_lost_turn(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *first = tokens_for(w, client, cx), *second;
    mcp_oauth_grant_t *grant, *now;
    const mcp_principal_t *who = NULL;
    int done;

    verify_header(&who,
                  apr_pstrcat(cx->pool, "Bearer ",
                              text_in(first, "access_token", cx), NULL),
                  &w->tasks, cx);
    fine(mcp_oauth_grant_get(&grant, who->grant, &w->works, cx), "a grant");
    second = refresh(w, client, token_in(first, cx), NULL, cx);
    fine(mcp_oauth_grant_get(&now, who->grant, &w->works, cx), "turned");
    grant->version = now->version;
    fine(mcp_oauth_grant_replace(&done, grant, &w->works, cx), "put back");
    ok(done &&
           opens(w, refresh(w, client, token_in(second, cx), NULL, cx), cx),
       "a token that the store forgot is good: its MAC is ours");
}

static void test_restart(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *json = tokens_for(w, client, cx);

    fine(keys_open(&w->works.keys, w->directory,
                   list_of(cx->pool, ISSUER, NULL), cx),
         "a restart");
    w->works.verified = mcp_live_seen_make(256, cx->pool);
    ok(opens(w, json, cx), "forgets no access token");
    ok(opens(w, refresh(w, client, token_in(json, cx), NULL, cx), cx),
       "and no refresh token");
}

/* -- many at once -- */

typedef struct racer_t {
    world_t *w;
    const char *client;
    const char *token;
    char got[512];
    int opens;
    apr_thread_t *thread;
} racer_t;

static void *APR_THREAD_FUNC race(apr_thread_t *thread, void *data)
{
    racer_t *racer = data;
    mcp_ctx_t context, *cx = &context;
    const char *json;

    apr_pool_create(&context.pool, NULL);
    context.host = &tap_host;
    context.baton = NULL;
    json = refresh(racer->w, racer->client, racer->token, NULL, cx);
    racer->opens = opens(racer->w, json, cx);
    apr_cpystrn(racer->got, token_in(json, cx) ? token_in(json, cx) : json,
                sizeof(racer->got));
    apr_pool_destroy(context.pool);
    (void)thread;
    return NULL;
}

static void test_race(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *json = tokens_for(w, client, cx);
    racer_t racers[RACERS];
    apr_status_t rv;
    int i, same = 0, good = 0;

    memset(racers, 0, sizeof(racers));
    for (i = 0; i < RACERS; i++) {
        racers[i].w = w;
        racers[i].client = client;
        racers[i].token = token_in(json, cx);
        apr_thread_create(&racers[i].thread, NULL, race, &racers[i], cx->pool);
    }
    for (i = 0; i < RACERS; i++)
        apr_thread_join(&rv, racers[i].thread);
    for (i = 0; i < RACERS; i++) {
        same += !strcmp(racers[i].got, racers[0].got);
        good += racers[i].opens;
    }
    if (!ok(same == RACERS && good == RACERS,
            "of %d at once one turns the family, all get the same", RACERS))
        printf("# same %d, good %d: %s\n", same, good, racers[0].got);
    ok(opens(w, refresh(w, client, racers[0].got, NULL, cx), cx),
       "and it is good");
}

static void test(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);
    const char *client = public_client(w, cx);

    test_turns(w, client, cx);
    test_grace(w, client, cx);
    test_reuse(w, client, cx);
    test_audit(w, client, cx);
    test_bound(w, client, cx);
    test_scope(w, client, cx);
    test_lifetimes(w, client, cx);
    test_lost_turn(w, client, cx);
    test_restart(w, client, cx);
    test_race(w, client, cx);
}

TAP_MAIN(test)
