/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "keys.h"
#include "tempdir.h"

#include "jose/keyset.h"
#include "oauth/sealed_keys.h"
#include "oauth/stored_keys.h"
#include "store/sqlite.h"

#define ISSUER "https://one.example"

static const mcp_secret_setting_t first = {"0123456789abcdef0123456789abcdef",
                                           "a literal"};
static const mcp_secret_setting_t second = {"fedcba9876543210fedcba9876543210",
                                            "a literal"};
static const mcp_sealing_setting_t by_first = {&first, NULL};
static const mcp_sealing_setting_t by_second = {&second, NULL};
static const mcp_sealing_setting_t by_both = {&second, &first};

static const mcp_error_t *ring_open(mcp_jose_keyring_t **ring,
                                    const mcp_jose_keyplace_t *inner,
                                    const mcp_sealing_setting_t *sealing,
                                    mcp_ctx_t *cx)
{
    apr_array_header_t *issuers =
        apr_array_make(cx->pool, 1, sizeof(const char *));
    const mcp_jose_keyplace_t *place =
        mcp_oauth_sealed_keys_place(inner, sealing, cx->pool);

    APR_ARRAY_PUSH(issuers, const char *) = ISSUER;
    *ring = mcp_jose_keyring_make(cx->pool);
    MCP_TRY(mcp_jose_keyring_open(*ring, place, issuers, NULL, cx));
    return mcp_oauth_sealed_keys_renew(*ring, place, cx);
}

static const char *kid_of(const mcp_jose_keyring_t *ring)
{
    return mcp_jose_jwk_kid(mcp_jose_keyring_signer(ring, ISSUER));
}

static const char newer[] = "{\"format\":\"mcp_oauth sealed keys\","
                            "\"version\":2,\"sealed\":\"x\"}";

static void test_file(mcp_ctx_t *cx)
{
    const char *directory = tempdir(cx->pool), *kid, *before;
    const char *path =
        apr_pstrcat(cx->pool, directory, "/" MCP_KEYFILE_NAME, NULL);
    const mcp_jose_keyplace_t *file =
        mcp_jose_keyfile_place(directory, cx->pool);
    mcp_jose_keyring_t *ring;

    fine(ring_open(&ring, file, NULL, cx), "without a sealing key");
    kid = kid_of(ring);
    ok(strstr(file_get(path, cx->pool), "\"secret\"") != NULL,
       "the file itself is all that has to be kept secret");
    fine(ring_open(&ring, file, &by_first, cx), "with one");
    is(kid_of(ring), kid, "the keys are the same");
    before = file_get(path, cx->pool);
    ok(!strstr(before, "\"secret\"") && !strstr(before, "\"d\"") &&
           !strstr(before, kid) && strstr(before, "sealed"),
       "the file has nothing of them in clear");
    ok(mode_of(path) == 0600, "and is 0600 still");
    fine(ring_open(&ring, file, &by_first, cx), "once more");
    is(file_get(path, cx->pool), before, "nothing is written");
    faults(ring_open(&ring, file, NULL, cx), "MCPSealingKey",
           "without the sealing key: a fault");
    faults(ring_open(&ring, file, &by_second, cx), "second argument",
           "under another one: a fault");
    is(file_get(path, cx->pool), before, "nothing is overwritten");
    fine(ring_open(&ring, file, &by_both, cx),
         "a new sealing key, and the one before");
    is(kid_of(ring), kid, "the keys are the same");
    ok(strcmp(file_get(path, cx->pool), before) != 0, "they are sealed anew");
    fine(ring_open(&ring, file, &by_second, cx), "the new one is enough");
    faults(ring_open(&ring, file, &by_first, cx), "second argument",
           "the one before is not");
    file_put(path, newer, sizeof(newer) - 1);
    faults(ring_open(&ring, file, &by_second, cx), "newer",
           "of a newer version");
    tempdir_end(directory);
}

/* Who can write to the store has keys of his own in it. */
static void test_planted(mcp_jose_keyring_t *ring, mcp_store_t *store,
                         mcp_ctx_t *cx)
{
    const char *directory = tempdir(cx->pool), *kid = kid_of(ring);
    const mcp_jose_keyplace_t *place =
        mcp_oauth_stored_keys_place(store, cx->pool);
    unsigned char key[MCP_DIGEST_SIZE];
    mcp_jose_keyring_t *his;
    mcp_record_t record;

    fine(
        ring_open(&his, mcp_jose_keyfile_place(directory, cx->pool), NULL, cx),
        "keys of somebody else");
    memset(&record, 0, sizeof(record));
    record.value = mcp_jose_keyset_text(mcp_jose_keyring_set(his), cx->pool);
    record.len = strlen(record.value);
    record.expires = MCP_UNLIMITED;
    mcp_digest_sha256(key, "keys", 4);
    fine(mcp_store_put(store, MCP_RECORD_KEYS, key, &record, cx),
         "are put into the store");
    faults(mcp_jose_keyring_look(ring, cx), "who writes to the store",
           "what is not sealed is not taken");
    is(kid_of(ring), kid, "the keys are as before");
    faults(ring_open(&his, place, &by_first, cx), "who writes to the store",
           "nor by a node that starts");
    tempdir_end(directory);
}

static void test_store(mcp_ctx_t *cx)
{
    const char *directory = tempdir(cx->pool), *kid;
    const mcp_jose_keyplace_t *place;
    mcp_store_sqlite_config_t config;
    mcp_jose_keyring_t *ring, *node;
    const mcp_record_t *record;
    unsigned char key[MCP_DIGEST_SIZE];
    mcp_ctx_t of_store = *cx;
    mcp_store_t *store;

    memset(&config, 0, sizeof(config));
    config.directory = directory;
    config.connections = 1;
    apr_pool_create(&of_store.pool, cx->pool);
    fine(mcp_store_sqlite_prepare(&config, cx), "a store");
    fine(mcp_store_sqlite_open(&store, &config, &of_store), "is open");
    place = mcp_oauth_stored_keys_place(store, cx->pool);
    fine(ring_open(&ring, place, &by_first, cx), "keys in a store");
    kid = kid_of(ring);
    mcp_digest_sha256(key, "keys", 4);
    fine(mcp_store_get(&record, store, MCP_RECORD_KEYS, key, cx),
         "a record of it");
    ok(record && !strstr(record->value, kid) &&
           !strstr(record->value, "\"secret\""),
       "which is sealed");
    fine(ring_open(&node, place, &by_first, cx), "a second node");
    is(kid_of(node), kid, "has the same keys");
    fine(mcp_store_drop(store, MCP_RECORD_KEYS, key, cx), "it is lost");
    fine(mcp_jose_keyring_look(node, cx), "a node looks");
    fine(mcp_jose_keyring_look(ring, cx), "and the other");
    is(kid_of(node), kid, "the keys are back");
    test_planted(ring, store, cx);
    apr_pool_destroy(of_store.pool);
    tempdir_end(directory);
}

static void body(mcp_ctx_t *cx)
{
    test_file(cx);
    test_store(cx);
}

TAP_MAIN(body)
