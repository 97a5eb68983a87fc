/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "keys.h"
#include "tempdir.h"

#include <sys/wait.h>

#include "jose/keyset.h"

#define ONE "https://one.example"
#define TWO "https://two.example"
#define DAY 86400
#define UNLIMITED (APR_INT64_MAX / 4)

static int turned;

static void pass_seconds(apr_int64_t seconds)
{
    tap_now += apr_time_from_sec(seconds);
}

static apr_array_header_t *issuers_of(apr_pool_t *pool, const char *first,
                                      const char *second)
{
    apr_array_header_t *all = apr_array_make(pool, 2, sizeof(const char *));

    APR_ARRAY_PUSH(all, const char *) = first;
    if (second)
        APR_ARRAY_PUSH(all, const char *) = second;
    return all;
}

static const char *kid_in(const mcp_jose_keyring_t *ring, const char *issuer,
                          mcp_jose_key_state_t state)
{
    const mcp_jose_issuer_t *found =
        mcp_jose_keyset_issuer(mcp_jose_keyring_set(ring), issuer);
    const mcp_jose_jwk_t *jwk = found ? mcp_jose_keyset_key(found, state)
                                      : NULL;

    return jwk ? mcp_jose_jwk_kid(jwk) : NULL;
}

static int count_keys(const mcp_jose_keyring_t *ring, mcp_ctx_t *cx)
{
    const char *text = mcp_jose_keyring_jwks(ring, ONE, cx->pool);
    const mcp_json_t *json;

    mcp_json_read(&json, text, strlen(text), cx);
    return (int)mcp_json_size(mcp_json_get(json, "keys"));
}

static const mcp_error_t *turn(int *changed, mcp_jose_keyset_t *set,
                               const void *unused, mcp_ctx_t *cx)
{
    *changed = 1;
    return mcp_jose_rotation_turn(set, cx);
}

static const mcp_error_t *replace(int *changed, mcp_jose_keyset_t *set,
                                  const void *unused, mcp_ctx_t *cx)
{
    *changed = 1;
    return mcp_jose_rotation_replace(set, cx);
}

/* -- by command -- */

static void test_turn(mcp_ctx_t *cx)
{
    const char *directory = tempdir(cx->pool), *current, *next;
    unsigned char old[MCP_DIGEST_SIZE], same[MCP_DIGEST_SIZE];
    mcp_jose_keyring_t *ring, *other;
    apr_uint64_t serial;

    fine(keys_open(&ring, directory, issuers_of(cx->pool, ONE, NULL), cx),
         "a keyring");
    fine(keys_open(&other, directory, issuers_of(cx->pool, ONE, NULL), cx),
         "and another child's");
    current = kid_in(ring, ONE, MCP_KEY_STATE_CURRENT);
    next = kid_in(ring, ONE, MCP_KEY_STATE_NEXT);
    serial = mcp_jose_keyring_serial(other);
    mcp_jose_keyring_derive(old, ring, 1, MCP_KEY_COOKIE, ONE);

    fails(mcp_jose_keyring_change(ring, turn, NULL, cx), MCP_E_INVALID_REQUEST,
          "a next key that nobody can have seen yet does not sign");
    is(kid_in(ring, ONE, MCP_KEY_STATE_CURRENT), current, "nothing turned");
    pass_seconds(MCP_ROTATION_SHOWN);
    fine(mcp_jose_keyring_change(ring, turn, NULL, cx), "after some time: ok");
    is(kid_in(ring, ONE, MCP_KEY_STATE_CURRENT), next,
       "the next key is the current one");
    is(kid_in(ring, ONE, MCP_KEY_STATE_PREVIOUS), current,
       "the current one is a previous one");
    ok(count_keys(ring, cx) == 3, "JWKS: next, current, previous");
    ok(mcp_jose_keyring_find(ring, ONE, current) != NULL,
       "what the previous one signed is good");
    ok(mcp_jose_keyring_current(ring) == 2, "a new master secret");
    ok(mcp_jose_keyring_derive(same, ring, 1, MCP_KEY_COOKIE, ONE) &&
           !memcmp(old, same, sizeof(old)),
       "and the old one opens what it made");

    /* the other child has not looked */
    ok(mcp_jose_keyring_current(other) == 1, "another child does not know");
    ok(mcp_jose_keyring_find(other, ONE,
                             kid_in(ring, ONE, MCP_KEY_STATE_NEXT)) != NULL,
       "but finds a kid that it does not know in the file");
    ok(mcp_jose_keyring_current(other) == 2 &&
           mcp_jose_keyring_serial(other) > serial,
       "and then knows all");
    pass_seconds(MCP_ROTATION_SHOWN);
    fine(mcp_jose_keyring_change(ring, turn, NULL, cx), "and once more");
    ok(mcp_jose_keyring_derive(same, other, 3, MCP_KEY_COOKIE, ONE),
       "the number of a new master secret is looked for, too");
    ok(!mcp_jose_keyring_derive(same, other, 4, MCP_KEY_COOKIE, ONE),
       "one that is not there is not found");
    tempdir_end(directory);
}

static void test_replace(mcp_ctx_t *cx)
{
    const char *directory = tempdir(cx->pool), *current, *next;
    unsigned char key[MCP_DIGEST_SIZE];
    mcp_jose_keyring_t *ring, *other;

    keys_open(&ring, directory, issuers_of(cx->pool, ONE, TWO), cx);
    keys_open(&other, directory, issuers_of(cx->pool, ONE, TWO), cx);
    current = kid_in(ring, ONE, MCP_KEY_STATE_CURRENT);
    next = kid_in(ring, ONE, MCP_KEY_STATE_NEXT);
    fine(mcp_jose_keyring_change(ring, replace, NULL, cx),
         "compromised keys are replaced at once");
    ok(!mcp_jose_keyring_find(ring, ONE, current) &&
           !mcp_jose_keyring_find(ring, ONE, next),
       "neither the current nor the next key is good for anything");
    ok(count_keys(ring, cx) == 2, "JWKS: two new ones");
    ok(kid_in(ring, TWO, MCP_KEY_STATE_CURRENT) != NULL, "of each issuer");
    ok(mcp_jose_keyring_current(ring) == 2 &&
           !mcp_jose_keyring_derive(key, ring, 1, MCP_KEY_COOKIE, ONE),
       "the master secret is gone, its number is not used again");
    ok(mcp_jose_keyring_find(other, ONE, current) != NULL,
       "a child that was not told still knows it");
    fine(mcp_jose_keyring_follow(&turned, other, 1, cx), "it is told");
    ok(!mcp_jose_keyring_find(other, ONE, current), "and knows it no more");
    tempdir_end(directory);
}

/* -- by age -- */

static mcp_jose_keyring_t *aging(const char *directory, apr_int64_t key,
                                 apr_int64_t made, mcp_ctx_t *cx)
{
    mcp_jose_keyring_t *ring = mcp_jose_keyring_make(cx->pool);
    mcp_jose_lives_t lives;

    lives.key = key;
    lives.made = made;
    fine(mcp_jose_keyring_open(ring,
                               mcp_jose_keyfile_place(directory, cx->pool),
                               issuers_of(cx->pool, ONE, NULL), &lives, cx),
         "a keyring whose keys turn");
    return ring;
}

static void test_age(mcp_ctx_t *cx)
{
    const char *directory = tempdir(cx->pool), *current, *next;
    mcp_jose_keyring_t *ring = aging(directory, 90 * DAY, 10 * DAY, cx);
    unsigned char key[MCP_DIGEST_SIZE];

    current = kid_in(ring, ONE, MCP_KEY_STATE_CURRENT);
    next = kid_in(ring, ONE, MCP_KEY_STATE_NEXT);
    pass_seconds(90 * DAY - 1);
    fine(mcp_jose_keyring_follow(&turned, ring, 0, cx), "89 days");
    is(kid_in(ring, ONE, MCP_KEY_STATE_CURRENT), current, "nothing turns");
    pass_seconds(1);
    *tap_log = '\0';
    fine(mcp_jose_keyring_follow(&turned, ring, 0, cx), "90 days");
    is(kid_in(ring, ONE, MCP_KEY_STATE_CURRENT), next, "the next one signs");
    ok(mcp_jose_keyring_current(ring) == 2, "the master secret turned, too");
    ok(turned, "who asked is told");
    ok(strstr(tap_log, "MCP00863") != NULL, "the log says so");
    ok(strstr(tap_audit, "key-rotated") && strstr(tap_audit, next),
       "so does the audit log, which key signs now");
    pass_seconds(MCP_ROTATION_OVERLAP - 1);
    mcp_jose_keyring_follow(&turned, ring, 0, cx);
    ok(mcp_jose_keyring_find(ring, ONE, current) != NULL,
       "what was signed is good as long as it can live");
    pass_seconds(1);
    mcp_jose_keyring_follow(&turned, ring, 0, cx);
    ok(!mcp_jose_keyring_find(ring, ONE, current), "and then its key goes");
    ok(mcp_jose_keyring_derive(key, ring, 1, MCP_KEY_REFRESH_TOKEN, ONE),
       "what master secret 1 made lives longer");
    pass_seconds(10 * DAY);
    mcp_jose_keyring_follow(&turned, ring, 0, cx);
    ok(!mcp_jose_keyring_derive(key, ring, 1, MCP_KEY_REFRESH_TOKEN, ONE) &&
           mcp_jose_keyring_derive(key, ring, 2, MCP_KEY_REFRESH_TOKEN, ONE),
       "and then it goes as well");

    /* a clock that is wrong for a while */
    current = kid_in(ring, ONE, MCP_KEY_STATE_CURRENT);
    pass_seconds(-200 * DAY);
    mcp_jose_keyring_follow(&turned, ring, 0, cx);
    is(kid_in(ring, ONE, MCP_KEY_STATE_CURRENT), current,
       "a clock set back turns nothing");
    pass_seconds(200 * DAY);
    tempdir_end(directory);
}

static void test_for_ever(mcp_ctx_t *cx)
{
    const char *directory = tempdir(cx->pool);
    mcp_jose_keyring_t *ring = aging(directory, DAY, UNLIMITED, cx);
    unsigned char key[MCP_DIGEST_SIZE];
    int i;

    for (i = 0; i < 20; i++) {
        pass_seconds(DAY);
        mcp_jose_keyring_follow(&turned, ring, 0, cx);
    }
    ok(mcp_jose_keyring_current(ring) == 21, "20 days, 20 turns");
    ok(count_keys(ring, cx) == 5,
       "JWKS: next, current and those of three days");
    ok(mcp_jose_keyring_derive(key, ring, 1, MCP_KEY_CLIENT_ID, ONE),
       "where registrations never end, no master secret goes");
    tempdir_end(directory);
}

static void test_age_race(mcp_ctx_t *cx)
{
    const char *directory = tempdir(cx->pool);
    mcp_jose_keyring_t *ring = aging(directory, DAY, UNLIMITED, cx);
    int i;

    pass_seconds(DAY);
    fflush(stdout);
    for (i = 0; i < 6; i++)
        if (fork() == 0) {
            mcp_jose_keyring_follow(&turned, ring, 0, cx);
            _exit(mcp_jose_keyring_current(ring) != 2);
        }
    for (i = 0; wait(&i) > 0;)
        ok(i == 0, "a child has turned its keys, or knows who did");
    mcp_jose_keyring_look(ring, cx);
    ok(mcp_jose_keyring_current(ring) == 2 && count_keys(ring, cx) == 3,
       "6 children: turned once");
    tempdir_end(directory);
}

/* -- places -- */

/* A place that can lose what it has, and fail. */
typedef struct memory_t {
    mcp_jose_keyplace_t place;
    const char *text;
    apr_uint64_t stamp;
    int is_down;
} memory_t;

static const mcp_error_t *memory_read(const char **text, apr_uint64_t *stamp,
                                      const mcp_jose_keyplace_t *place,
                                      mcp_ctx_t *cx)
{
    const memory_t *memory = (const memory_t *)place;

    if (memory->is_down)
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx, "Mend it.", "down");
    *text = *stamp == memory->stamp ? NULL : memory->text;
    *stamp = memory->stamp;
    return NULL;
}

static const mcp_error_t *memory_replace(int *done, apr_uint64_t stamp,
                                         const char *text,
                                         const mcp_jose_keyplace_t *place,
                                         mcp_ctx_t *cx)
{
    memory_t *memory = (memory_t *)place;

    *done = stamp == memory->stamp;
    if (!*done)
        return NULL;
    memory->text = apr_pstrdup(cx->pool, text);
    memory->stamp++;
    return NULL;
}

static void test_lost(mcp_ctx_t *cx)
{
    memory_t memory = {
        {"the memory", 0, memory_read, memory_replace}, NULL, 0, 0};
    mcp_jose_keyring_t *ring = mcp_jose_keyring_make(cx->pool);
    mcp_jose_keyring_t *reader = mcp_jose_keyring_make(cx->pool);
    const char *kid, *before;

    faults(mcp_jose_keyring_open(reader, &memory.place, NULL, NULL, cx),
           "Start httpd", "who only reads finds no keys");
    ok(!mcp_jose_keyring_set(reader) &&
           !mcp_jose_keyring_signer(reader, ONE) &&
           !mcp_jose_keyring_current(reader),
       "and an empty keyring signs nothing");
    fine(mcp_jose_keyring_open(ring, &memory.place,
                               issuers_of(cx->pool, ONE, NULL), NULL, cx),
         "keys are made there");
    kid = kid_in(ring, ONE, MCP_KEY_STATE_CURRENT);
    before = memory.text;

    memory.is_down = 1;
    fails(mcp_jose_keyring_follow(&turned, ring, 1, cx), MCP_E_UNAVAILABLE,
          "news, and the place is down: nobody knows what is good");
    fine(mcp_jose_keyring_follow(&turned, ring, 0, cx),
         "no news: no question");
    ok(mcp_jose_keyring_find(ring, ONE, kid) != NULL, "the keys are known");
    memory.is_down = 0;
    memory.stamp = 0;
    memory.text = NULL;
    *tap_log = '\0';
    fine(mcp_jose_keyring_follow(&turned, ring, 2, cx),
         "the place has lost all");
    is(memory.text, before, "and gets the keys back");
    ok(strstr(tap_log, "MCP00861") != NULL, "the log says so");
    fine(mcp_jose_keyring_open(reader, &memory.place, NULL, NULL, cx),
         "who comes now finds them");
    is(kid_in(reader, ONE, MCP_KEY_STATE_CURRENT), kid, "the same");

    memory.stamp = 0;
    memory.text = NULL;
    pass_seconds(MCP_ROTATION_SHOWN);
    fine(mcp_jose_keyring_change(ring, turn, NULL, cx),
         "keys that turn while the place has lost them");
    is(kid_in(ring, ONE, MCP_KEY_STATE_PREVIOUS), kid,
       "are put back first, so that what they made lives on");
    kid = kid_in(ring, ONE, MCP_KEY_STATE_CURRENT);

    memory.stamp++;
    memory.text = "rubbish";
    faults(mcp_jose_keyring_look(ring, cx), "Restore", "rubbish is a fault");
    is(kid_in(ring, ONE, MCP_KEY_STATE_CURRENT), kid, "the keys stay");
}

/* A place that says what was there before, once. */
static const char *late_text;

static const mcp_error_t *late_read(const char **text, apr_uint64_t *stamp,
                                    const mcp_jose_keyplace_t *place,
                                    mcp_ctx_t *cx)
{
    const memory_t *memory = (const memory_t *)place;

    if (!late_text)
        return memory_read(text, stamp, place, cx);
    *text = late_text;
    *stamp = memory->stamp - 1;
    late_text = NULL;
    return NULL;
}

static void test_late(mcp_ctx_t *cx)
{
    memory_t memory = {
        {"the memory", 0, late_read, memory_replace}, NULL, 0, 0};
    mcp_jose_keyring_t *ring = mcp_jose_keyring_make(cx->pool);
    const char *before;

    mcp_jose_keyring_open(ring, &memory.place, issuers_of(cx->pool, ONE, NULL),
                          NULL, cx);
    before = memory.text;
    pass_seconds(MCP_ROTATION_SHOWN);
    fine(mcp_jose_keyring_change(ring, turn, NULL, cx), "they turn");
    late_text = before;
    fine(mcp_jose_keyring_look(ring, cx), "what was there before is read");
    ok(mcp_jose_keyring_current(ring) == 2, "and not believed");
    memory.text = before;
    memory.stamp++;
    fine(mcp_jose_keyring_look(ring, cx), "it was put there again");
    ok(mcp_jose_keyring_current(ring) == 1, "and that is believed");
}

/* -- issuers -- */

static void test_issuers(mcp_ctx_t *cx)
{
    const char *directory = tempdir(cx->pool);
    mcp_jose_keyring_t *ring;
    const char *kid;

    *tap_log = '\0';
    keys_open(&ring, directory, issuers_of(cx->pool, ONE, NULL), cx);
    keys_open(&ring, directory, issuers_of(cx->pool, ONE, TWO), cx);
    is(tap_log, "", "a first start and one more issuer: nothing to say");
    kid = kid_in(ring, ONE, MCP_KEY_STATE_CURRENT);
    keys_open(&ring, directory, issuers_of(cx->pool, TWO, ONE "/x"), cx);
    ok(strstr(tap_log, "MCP00860") && strstr(tap_log, "issuer " ONE ",") &&
           strstr(tap_log, "now it is for " ONE "/x") &&
           strstr(tap_log, "MCPAuthIssuer " ONE),
       "an issuer that changed is noticed and explained");
    ok(strstr(tap_audit, "issuer-changed") && strstr(tap_audit, ONE),
       "and audited");
    *tap_log = '\0';
    keys_open(&ring, directory, issuers_of(cx->pool, TWO, ONE "/x"), cx);
    is(tap_log, "", "once");
    keys_open(&ring, directory, issuers_of(cx->pool, ONE, TWO), cx);
    is(kid_in(ring, ONE, MCP_KEY_STATE_CURRENT), kid,
       "who puts it back has its keys back");
    tempdir_end(directory);
}

/* -- version 1 -- */

static void test_version_1(mcp_ctx_t *cx)
{
    const char *directory = tempdir(cx->pool), *text, *path;
    mcp_jose_keyring_t *ring;
    const char *jwk;

    keys_open(&ring, directory, issuers_of(cx->pool, ONE, NULL), cx);
    jwk = mcp_jose_jwk_text(mcp_jose_keyring_signer(ring, ONE), 1, cx->pool);
    text = apr_psprintf(
        cx->pool,
        "{\"format\":\"mcp_oauth keys\",\"version\":1,\"master\":[{\"id\":1,"
        "\"created\":1,\"secret\":"
        "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}],\"issuers\":{\"%s\""
        ":[{\"state\":\"current\",\"created\":1799999000,\"jwk\":%s}]}}",
        ONE, jwk);
    path = apr_pstrcat(cx->pool, directory, "/" MCP_KEYFILE_NAME, NULL);
    file_put(path, text, strlen(text));
    fine(keys_open(&ring, directory, issuers_of(cx->pool, ONE, NULL), cx),
         "a key file of before is read");
    ok(strstr(
           mcp_jose_jwk_text(mcp_jose_keyring_signer(ring, ONE), 1, cx->pool),
           jwk) != NULL,
       "with its keys");
    ok(strstr(file_get(path, cx->pool), "\"version\":2") != NULL,
       "and is written as it is now when something changes");
    tempdir_end(directory);
}

static void body(mcp_ctx_t *cx)
{
    test_turn(cx);
    test_replace(cx);
    test_age(cx);
    test_for_ever(cx);
    test_age_race(cx);
    test_lost(cx);
    test_late(cx);
    test_issuers(cx);
    test_version_1(cx);
}

TAP_MAIN(body)
