/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_STORE_CASES_H
#define MCP_T_UNIT_STORE_CASES_H

#include "tempdir.h"

#include "store/store.h"

/* What store/store.h promises, of any store: store_cases(store, cx). */

#define DAY (24 * 3600)

static inline void set_now(apr_int64_t seconds)
{
    tap_now = apr_time_from_sec(seconds);
}

static inline const unsigned char *key_of(int number)
{
    static unsigned char key[MCP_DIGEST_SIZE];

    mcp_digest_sha256(key, &number, sizeof(number));
    return key;
}

static inline mcp_record_t record_of(const char *value, apr_int64_t expires)
{
    mcp_record_t record = {value, strlen(value), NULL, expires, 0, 0};

    return record;
}

static inline const char *value_of(const mcp_record_t *record, mcp_ctx_t *cx)
{
    return record ? apr_pstrmemdup(cx->pool, record->value, record->len)
                  : NULL;
}

static inline const char *get(mcp_store_t *store, mcp_record_kind_t kind,
                              int number, mcp_ctx_t *cx)
{
    const mcp_record_t *record;
    const mcp_error_t *e =
        mcp_store_get(&record, store, kind, key_of(number), cx);

    return e ? "error" : value_of(record, cx);
}

static inline const mcp_error_t *put(mcp_store_t *store,
                                     mcp_record_kind_t kind, int number,
                                     const mcp_record_t *record, mcp_ctx_t *cx)
{
    return mcp_store_put(store, kind, key_of(number), record, cx);
}

static inline void test_basics(mcp_store_t *store, mcp_ctx_t *cx)
{
    apr_int64_t now = mcp_ctx_seconds(cx);
    mcp_record_t record = record_of("one", now + 60);
    const mcp_record_t *found;
    char *large = apr_palloc(cx->pool, 300000);

    is(get(store, MCP_RECORD_GRANT, 1, cx), NULL, "absence means no");
    fine(put(store, MCP_RECORD_GRANT, 1, &record, cx), "put");
    is(get(store, MCP_RECORD_GRANT, 1, cx), "one", "get");
    is(get(store, MCP_RECORD_REVOCATION, 1, cx), NULL,
       "another kind is another record");
    is(get(store, MCP_RECORD_GRANT, 2, cx), NULL, "another key, too");
    record = record_of("two", now + 60);
    record.index = "user a";
    fine(put(store, MCP_RECORD_GRANT, 1, &record, cx), "put again");
    mcp_store_get(&found, store, MCP_RECORD_GRANT, key_of(1), cx);
    is(value_of(found, cx), "two", "replaces the value");
    is(found->index, "user a", "and the index");
    ok(found->expires == now + 60 && !found->spent, "expiry as given");
    fine(mcp_store_drop(store, MCP_RECORD_GRANT, key_of(1), cx), "drop");
    is(get(store, MCP_RECORD_GRANT, 1, cx), NULL, "it is gone");
    fine(mcp_store_drop(store, MCP_RECORD_GRANT, key_of(1), cx),
         "dropping nothing is no failure");
    record = record_of("", now + 60);
    put(store, MCP_RECORD_GRANT, 3, &record, cx);
    is(get(store, MCP_RECORD_GRANT, 3, cx), "", "an empty value");
    memset(large, 0, 300000);
    record.value = large;
    record.len = 200000;
    fine(put(store, MCP_RECORD_GRANT, 3, &record, cx), "a value with NULs");
    mcp_store_get(&found, store, MCP_RECORD_GRANT, key_of(3), cx);
    ok(found && found->len == 200000, "comes back whole");
    record.len = 300000;
    fails(put(store, MCP_RECORD_GRANT, 3, &record, cx), MCP_E_INVALID_REQUEST,
          "a value beyond the ceiling");
    fails(put(store, 99, 3, &record, cx), MCP_E_SERVER_ERROR,
          "a kind that is not in record.def");
}

static inline void test_expiry(mcp_store_t *store, mcp_ctx_t *cx)
{
    apr_int64_t now = mcp_ctx_seconds(cx);
    mcp_record_t record = record_of("x", now + 60);
    const mcp_record_t *found;
    int done;

    put(store, MCP_RECORD_CODE, 10, &record, cx);
    put(store, MCP_RECORD_GRANT, 10, &record, cx);
    mcp_store_get(&found, store, MCP_RECORD_GRANT, key_of(10), cx);
    record.version = found->version;
    set_now(now + 59);
    is(get(store, MCP_RECORD_CODE, 10, cx), "x", "a second before it expires");
    set_now(now + 60);
    is(get(store, MCP_RECORD_CODE, 10, cx), NULL, "when it expires");
    fine(mcp_store_take(&found, store, MCP_RECORD_CODE, key_of(10), cx),
         "taking what expired");
    ok(!found, "gives nothing");
    fine(mcp_store_replace(&done, store, MCP_RECORD_GRANT, key_of(10), &record,
                           cx),
         "replacing what expired");
    ok(!done, "does nothing");
    set_now(now);
}

static inline int take(mcp_store_t *store, int number, mcp_ctx_t *cx)
{
    const mcp_record_t *found;

    if (mcp_store_take(&found, store, MCP_RECORD_CODE, key_of(number), cx))
        return -1;
    return !found ? 0 : found->spent ? 2 : 1;
}

static inline void test_take(mcp_store_t *store, mcp_ctx_t *cx)
{
    apr_int64_t now = mcp_ctx_seconds(cx);
    mcp_record_t record = record_of("code", now + 60);
    const mcp_record_t *found;
    int done;

    ok(take(store, 20, cx) == 0, "nothing to take");
    record.index = "grant";
    put(store, MCP_RECORD_CODE, 20, &record, cx);
    mcp_store_get(&found, store, MCP_RECORD_CODE, key_of(20), cx);
    record.version = found->version;
    fine(mcp_store_take(&found, store, MCP_RECORD_CODE, key_of(20), cx),
         "take");
    ok(found && !found->spent, "RFC 6749 4.1.2: the first gets it");
    is(value_of(found, cx), "code", "its value");
    is(found->index, "grant", "and index");
    fine(mcp_store_take(&found, store, MCP_RECORD_CODE, key_of(20), cx),
         "take again");
    ok(found && found->spent, "RFC 6749 4.1.2: the second learns it is spent");
    is(value_of(found, cx), "code", "and what it was");
    mcp_store_get(&found, store, MCP_RECORD_CODE, key_of(20), cx);
    ok(found && found->spent, "get says so, too");
    fails(put(store, MCP_RECORD_CODE, 20, &record, cx), MCP_E_INVALID_REQUEST,
          "what is spent stays spent");
    fine(mcp_store_replace(&done, store, MCP_RECORD_CODE, key_of(20), &record,
                           cx),
         "replace of what is spent");
    ok(!done, "does nothing");
    record.version = found->version;
    mcp_store_replace(&done, store, MCP_RECORD_CODE, key_of(20), &record, cx);
    ok(!done && take(store, 20, cx) == 2, "with its version neither");
    put(store, MCP_RECORD_GRANT, 20, &record, cx);
    fails(mcp_store_take(&found, store, MCP_RECORD_GRANT, key_of(20), cx),
          MCP_E_SERVER_ERROR, "a kind that is used many times is not taken");
}

/* D14: a clock step of a day either way, and back, with purges between. */
static inline void test_clock_steps(mcp_store_t *store, mcp_ctx_t *cx)
{
    static const int steps[][3] = {
        {DAY, 0, 0},    {-DAY, 0, 0},      {DAY, -DAY, 0},
        {-DAY, DAY, 0}, {2 * DAY, 0, -60}, {0, DAY, DAY - 1},
    };
    apr_int64_t now = mcp_ctx_seconds(cx);
    apr_size_t i, j;

    for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        int number = 100 + (int)i, twice = 0;
        mcp_record_t record = record_of("code", now + 60);

        set_now(now);
        put(store, MCP_RECORD_CODE, number, &record, cx);
        ok(take(store, number, cx) == 1, "taken, then the clock steps");
        for (j = 0; j < 3; j++) {
            set_now(now + steps[i][j]);
            mcp_store_purge(store, cx);
            twice |= take(store, number, cx) == 1;
        }
        ok(!twice, "by %d, %d and %d seconds: not taken twice", steps[i][0],
           steps[i][1], steps[i][2]);
    }
    set_now(now);
}

/* An unspent code that the clock skipped is still good for one use only. */
static inline void test_clock_unspent(mcp_store_t *store, mcp_ctx_t *cx)
{
    apr_int64_t now = mcp_ctx_seconds(cx);
    mcp_record_t record = record_of("code", now + 60);

    put(store, MCP_RECORD_CODE, 120, &record, cx);
    set_now(now + DAY);
    mcp_store_purge(store, cx);
    ok(take(store, 120, cx) == 0, "expired while the clock was ahead");
    set_now(now);
    ok(take(store, 120, cx) == 1 && take(store, 120, cx) == 2,
       "when it is set back: taken once");
}

/* Whatever of a record changes with the value, and where nothing does. */
static inline void test_replace_parts(mcp_store_t *store, mcp_ctx_t *cx)
{
    static const struct {
        const char *name, *index;
        int later;
    } rows[] = {
        {"the value alone", "ada", 0}, {"the time too", "ada", 5},
        {"the index too", "bob", 5},   {"no index any more", NULL, 5},
        {"still none", NULL, 5},       {"one again, all at once", "eve", 9},
    };
    apr_int64_t now = mcp_ctx_seconds(cx), before = 0;
    mcp_record_t record = record_of("begin", now + 60);
    const mcp_record_t *found;
    apr_size_t i;
    int done;

    record.index = "ada";
    put(store, MCP_RECORD_GRANT, 31, &record, cx);
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        mcp_store_get(&found, store, MCP_RECORD_GRANT, key_of(31), cx);
        before = found->version;
        record = record_of(rows[i].name, now + 60 + rows[i].later);
        record.index = rows[i].index;
        record.version = before;
        mcp_store_replace(&done, store, MCP_RECORD_GRANT, key_of(31), &record,
                          cx);
        mcp_store_get(&found, store, MCP_RECORD_GRANT, key_of(31), cx);
        ok(done && found && found->version != before &&
               found->expires == record.expires &&
               (found->index && record.index
                    ? !strcmp(found->index, record.index)
                    : found->index == record.index) &&
               !strcmp(value_of(found, cx), rows[i].name),
           "replace: %s", rows[i].name);
        mcp_store_replace(&done, store, MCP_RECORD_GRANT, key_of(31), &record,
                          cx);
        ok(!done, "once");
    }
    mcp_store_drop(store, MCP_RECORD_GRANT, key_of(31), cx);
}

static inline void test_replace(mcp_store_t *store, mcp_ctx_t *cx)
{
    apr_int64_t now = mcp_ctx_seconds(cx);
    mcp_record_t record = record_of("a", now + 60), stale;
    const mcp_record_t *found;
    int done;

    fine(mcp_store_replace(&done, store, MCP_RECORD_GRANT, key_of(30), &record,
                           cx),
         "replacing nothing");
    ok(!done, "does nothing");
    put(store, MCP_RECORD_GRANT, 30, &record, cx);
    mcp_store_get(&found, store, MCP_RECORD_GRANT, key_of(30), cx);
    stale = record_of("stale", now + 60);
    record = record_of("b", now + 90);
    record.version = stale.version = found->version;
    mcp_store_replace(&done, store, MCP_RECORD_GRANT, key_of(30), &record, cx);
    ok(done, "the first with the version replaces");
    mcp_store_replace(&done, store, MCP_RECORD_GRANT, key_of(30), &stale, cx);
    ok(!done, "the second does not");
    is(get(store, MCP_RECORD_GRANT, 30, cx), "b", "the first stays");
    mcp_store_drop(store, MCP_RECORD_GRANT, key_of(30), cx);
    put(store, MCP_RECORD_GRANT, 30, &record, cx);
    mcp_store_replace(&done, store, MCP_RECORD_GRANT, key_of(30), &stale, cx);
    ok(!done, "nor after it was dropped and put again");
}

typedef struct count_t {
    mcp_store_t *store;
    int count;
    int last;
    int stop; /* after so many */
} count_t;

static inline const mcp_error_t *count_one(void *baton,
                                           const unsigned char *key,
                                           const mcp_record_t *record,
                                           mcp_ctx_t *cx)
{
    count_t *count = baton;

    count->last = atoi(value_of(record, cx));
    count->count++;
    if (count->count == count->stop)
        return mcp_error_make(MCP_E_ACCESS_DENIED, cx, "enough");
    /* the store may be used meanwhile */
    return mcp_store_drop(count->store, MCP_RECORD_REVOCATION, key, cx);
}

static inline void test_add(mcp_store_t *store, mcp_ctx_t *cx)
{
    apr_int64_t now = mcp_ctx_seconds(cx);
    mcp_record_t one = record_of("one", now + 10), two = record_of("two", 1);
    int added = -1;

    two.expires = now + 100;
    fine(mcp_store_add(&added, store, MCP_RECORD_USED, key_of(70), &one, cx),
         "a record is added");
    ok(added == 1, "where there is none");
    fine(mcp_store_add(&added, store, MCP_RECORD_USED, key_of(70), &two, cx),
         "and added again");
    ok(added == 0, "where there is one");
    is(get(store, MCP_RECORD_USED, 70, cx), "one", "which stays");
    fine(mcp_store_add(&added, store, MCP_RECORD_GRANT, key_of(70), &two, cx),
         "another kind");
    ok(added == 1, "is another record");
    set_now(now + 11);
    is(get(store, MCP_RECORD_USED, 70, cx), NULL, "one that expired is gone");
    fine(mcp_store_add(&added, store, MCP_RECORD_USED, key_of(70), &two, cx),
         "added after that");
    ok(added == 0, "there was one nevertheless");
    set_now(now);
    is(get(store, MCP_RECORD_USED, 70, cx), "one",
       "a clock that goes back finds it");
    fine(mcp_store_drop(store, MCP_RECORD_USED, key_of(70), cx), "dropped");
    fine(mcp_store_add(&added, store, MCP_RECORD_USED, key_of(70), &two, cx),
         "it can be added");
    ok(added == 1, "anew");
    one.value = NULL;
    fails(mcp_store_add(&added, store, MCP_RECORD_USED, key_of(71), &one, cx),
          MCP_E_SERVER_ERROR, "a length without a value is a defect");
    ok(added == 0, "and nothing is added");
    fine(mcp_store_drop(store, MCP_RECORD_GRANT, key_of(70), cx), "tidied up");
}

static inline void test_each(mcp_store_t *store, mcp_ctx_t *cx)
{
    apr_int64_t now = mcp_ctx_seconds(cx);
    count_t count = {store, 0, 0, 0};
    mcp_record_t record;
    int i;

    for (i = 0; i < 350; i++) {
        record = record_of(apr_psprintf(cx->pool, "%d", i), now + 60);
        record.index = i % 7 ? i % 2 ? "odd" : "even" : NULL;
        put(store, MCP_RECORD_REVOCATION, 2000 + i, &record, cx);
    }
    count.stop = 3;
    fails(mcp_store_each(store, MCP_RECORD_REVOCATION, "odd", count_one,
                         &count, cx),
          MCP_E_ACCESS_DENIED, "each ends with the caller's error");
    count.count = count.stop = 0;
    fine(mcp_store_each(store, MCP_RECORD_REVOCATION, "odd", count_one, &count,
                        cx),
         "each of an index");
    /* 150 odd ones, two dropped before */
    ok(count.count == 148, "gives each of it once: %d", count.count);
    count.count = 0;
    mcp_store_each(store, MCP_RECORD_REVOCATION, "od", count_one, &count, cx);
    ok(count.count == 0, "and none of another");
    fine(mcp_store_each(store, MCP_RECORD_REVOCATION, NULL, count_one, &count,
                        cx),
         "each of a kind");
    ok(count.count == 200, "gives all that are left: %d", count.count);
    count.count = 0;
    mcp_store_each(store, MCP_RECORD_REVOCATION, NULL, count_one, &count, cx);
    ok(count.count == 0, "and none when all are gone");
}

static inline void store_cases(mcp_store_t *store, mcp_ctx_t *cx)
{
    test_basics(store, cx);
    test_expiry(store, cx);
    test_take(store, cx);
    test_clock_steps(store, cx);
    test_clock_unspent(store, cx);
    test_replace(store, cx);
    test_replace_parts(store, cx);
    test_add(store, cx);
    test_each(store, cx);
}

#endif
