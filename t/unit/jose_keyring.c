/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "keys.h"
#include "tempdir.h"

#include <sys/wait.h>

#include "jose/jws.h"
#include "jose/keyring.h"

#define ONE "https://one.example"
#define TWO "https://two.example"

static const mcp_error_t *ring_open(mcp_jose_keyring_t **ring,
                                    const char *directory, const char *issuer,
                                    const char *more, mcp_ctx_t *cx)
{
    apr_array_header_t *issuers =
        apr_array_make(cx->pool, 2, sizeof(const char *));

    APR_ARRAY_PUSH(issuers, const char *) = issuer;
    if (more)
        APR_ARRAY_PUSH(issuers, const char *) = more;
    return keys_open(ring, directory, issuers, cx);
}

static const char *keys_path(const char *directory, mcp_ctx_t *cx)
{
    return apr_pstrcat(cx->pool, directory, "/keys.json", NULL);
}

static void test_make(const char *directory, mcp_ctx_t *cx)
{
    const char *path = keys_path(directory, cx), *jwks, *token;
    const mcp_jose_jwk_t *signer;
    const mcp_jose_jws_t *jws;
    mcp_jose_keyring_t *ring;
    const mcp_json_t *json;
    mode_t mask = umask(0);

    fine(ring_open(&ring, directory, ONE, NULL, cx), "a keyring is made");
    umask(mask);
    ok(mode_of(path) == 0600, "its file is 0600 whatever the umask");
    signer = mcp_jose_keyring_signer(ring, ONE);
    is(mcp_jose_jwk_alg(signer), "ES256", "it signs with ES256");
    ok(mcp_jose_keyring_find(ring, ONE, mcp_jose_jwk_kid(signer)) == signer,
       "the signer is found by its kid");
    ok(!mcp_jose_keyring_find(ring, ONE, "other"), "another kid is not");
    ok(!mcp_jose_keyring_find(ring, ONE, NULL), "no kid is not");
    ok(!mcp_jose_keyring_find(ring, TWO, mcp_jose_jwk_kid(signer)),
       "nor for another issuer");
    jwks = mcp_jose_keyring_jwks(ring, ONE, cx->pool);
    ok(!strstr(jwks, "\"d\""), "the JWK Set has no private member");
    fine(mcp_json_read(&json, jwks, strlen(jwks), cx), "it is JSON");
    ok(mcp_json_size(mcp_json_get(json, "keys")) == 2,
       "with the current and the next key");
    is(mcp_jose_keyring_jwks(ring, TWO, cx->pool), "{\"keys\":[]}",
       "an unknown issuer has none");
    mcp_jose_jws_sign(&token, "{}", "at+jwt", signer, cx);
    mcp_jose_jws_read(&jws, token, strlen(token), cx);
    fine(mcp_jose_jws_verify(jws, mcp_jose_keyring_find(ring, ONE, jws->kid),
                             cx),
         "a token finds its key by kid");
}

static int derive_all(unsigned char keys[][MCP_DIGEST_SIZE],
                      const mcp_jose_keyring_t *ring, int id)
{
    int i, all = 1;

    for (i = 0; i < MCP_KEY_PURPOSES; i++)
        all &= mcp_jose_keyring_derive(keys[i], ring, id,
                                       (mcp_jose_purpose_t)i, ONE);
    return all;
}

static void test_again(const char *directory, mcp_ctx_t *cx)
{
    const char *path = keys_path(directory, cx);
    const char *before = file_get(path, cx->pool), *kid, *jwks;
    unsigned char keys[MCP_KEY_PURPOSES][MCP_DIGEST_SIZE];
    unsigned char same[MCP_KEY_PURPOSES][MCP_DIGEST_SIZE];
    mcp_jose_keyring_t *ring, *again;
    int id;

    fine(ring_open(&ring, directory, ONE, NULL, cx), "it opens again");
    is(file_get(path, cx->pool), before, "the file is untouched");
    kid = mcp_jose_jwk_kid(mcp_jose_keyring_signer(ring, ONE));
    jwks = mcp_jose_keyring_jwks(ring, ONE, cx->pool);
    id = mcp_jose_keyring_current(ring);
    ok(derive_all(keys, ring, id), "it derives keys");

    fine(ring_open(&again, directory, TWO, NULL, cx), "a second issuer comes");
    ok(strcmp(file_get(path, cx->pool), before) != 0, "the file has grown");
    ok(mode_of(path) == 0600, "and is 0600");
    is(mcp_jose_jwk_kid(mcp_jose_keyring_signer(again, ONE)), kid,
       "the first issuer keeps its signer, named or not");
    is(mcp_jose_keyring_jwks(again, ONE, cx->pool), jwks, "and its keys");
    ok(mcp_jose_keyring_signer(again, TWO) != NULL, "the second has its own");
    ok(strcmp(kid, mcp_jose_jwk_kid(mcp_jose_keyring_signer(again, TWO))) != 0,
       "another one");
    ok(mcp_jose_keyring_current(again) == id && derive_all(same, again, id) &&
           !memcmp(keys, same, sizeof(keys)),
       "the master secret is the same, whatever is derived from it");
    ok(access(apr_pstrcat(cx->pool, path, ".new", NULL), F_OK) != 0,
       "no temporary file is left");
}

static void test_derive(const char *directory, mcp_ctx_t *cx)
{
    static const char *const issuers[] = {ONE, TWO};
    unsigned char keys[2 * MCP_KEY_PURPOSES][MCP_DIGEST_SIZE];
    mcp_jose_keyring_t *ring;
    int purpose, issuer, count = 0, i, j, different = 1;

    ring_open(&ring, directory, ONE, TWO, cx);
    for (purpose = 0; purpose < MCP_KEY_PURPOSES; purpose++)
        for (issuer = 0; issuer < 2; issuer++)
            mcp_jose_keyring_derive(keys[count++], ring, 1,
                                    (mcp_jose_purpose_t)purpose,
                                    issuers[issuer]);
    for (i = 0; i < count; i++)
        for (j = 0; j < i; j++)
            different &= memcmp(keys[i], keys[j], MCP_DIGEST_SIZE) != 0;
    ok(count == 16 && different, "16 purposes and issuers, 16 keys");
    ok(!mcp_jose_keyring_derive(keys[0], ring, 0, MCP_KEY_COOKIE, ONE) &&
           !mcp_jose_keyring_derive(keys[0], ring, 2, MCP_KEY_COOKIE, ONE) &&
           !mcp_jose_keyring_derive(keys[0], ring, -1, MCP_KEY_COOKIE, ONE),
       "no key from a master secret that is not there");
}

#define HEAD "{\"format\":\"mcp_oauth keys\",\"version\":2,\"revision\":1,"
#define MASTER                                                                \
    "{\"id\":1,\"created\":1,"                                                \
    "\"secret\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}"

static const struct {
    const char *name;
    const char *text;
    const char *remedy;
} bad_files[] = {
    {"an empty file", "", "Restore"},
    {"a truncated file", HEAD "\"master\":[" MASTER, "Restore"},
    {"not JSON", "-----BEGIN PRIVATE KEY-----\n", "Restore"},
    {"an array", "[]", "Restore"},
    {"foreign JSON", "{\"keys\":[]}", "Restore"},
    {"another format",
     "{\"format\":\"x\",\"version\":2,\"revision\":1,\"master\":[" MASTER
     "],\"issuers\":{}}",
     "Restore"},
    {"a newer version",
     "{\"format\":\"mcp_oauth keys\",\"version\":3,\"new\":1}", "newer"},
    {"no revision",
     "{\"format\":\"mcp_oauth keys\",\"version\":2,\"master\":[" MASTER
     "],\"issuers\":{}}",
     "Restore"},
    {"a version that is a text",
     "{\"format\":\"mcp_oauth keys\",\"version\":\"1\"}", "Restore"},
    {"a member too many",
     HEAD "\"master\":[" MASTER "],\"issuers\":{},\"extra\":1}", "Restore"},
    {"no master secret", HEAD "\"master\":[],\"issuers\":{}}", "Restore"},
    {"a master secret that is short",
     HEAD "\"master\":[{\"id\":1,\"created\":1,\"secret\":\"AAAA\"}],"
          "\"issuers\":{}}",
     "Restore"},
    {"a master secret number 0",
     HEAD "\"master\":[{\"id\":0,\"created\":1,\"secret\":"
          "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}],\"issuers\":{}}",
     "Restore"},
    {"two of one number",
     HEAD "\"master\":[" MASTER "," MASTER "],\"issuers\":{}}", "Restore"},
    {"issuers as an array", HEAD "\"master\":[" MASTER "],\"issuers\":[]}",
     "Restore"},
    {"an issuer without keys",
     HEAD "\"master\":[" MASTER "],\"issuers\":{\"" ONE
          "\":{\"served\":true,\"keys\":[]}}}",
     "Restore"},
    {"an issuer as version 1 had it",
     HEAD "\"master\":[" MASTER "],\"issuers\":{\"" ONE "\":[]}}", "Restore"},
    {"an issuer's key that is none",
     HEAD "\"master\":[" MASTER "],\"issuers\":{\"" ONE
          "\":{\"served\":true,\"keys\":[{\"state\":\"current\",\"since\":1,"
          "\"jwk\":{}}]}}}",
     "Restore"},
    {"a key in an unknown state",
     HEAD "\"master\":[" MASTER "],\"issuers\":{\"" ONE
          "\":{\"served\":true,\"keys\":[{\"state\":\"old\",\"since\":1,"
          "\"jwk\":{}}]}}}",
     "Restore"},
    {"an issuer twice",
     HEAD "\"master\":[" MASTER "],\"issuers\":{\"" ONE
          "\":{\"served\":true,\"keys\":[]},\"" ONE
          "\":{\"served\":true,\"keys\":[]}}}",
     "Restore"},
};

static void test_bad_files(const char *directory, mcp_ctx_t *cx)
{
    const char *path = keys_path(directory, cx);
    mcp_jose_keyring_t *ring;
    apr_size_t i;

    for (i = 0; i < sizeof(bad_files) / sizeof(bad_files[0]); i++) {
        file_put(path, bad_files[i].text, strlen(bad_files[i].text));
        faults(ring_open(&ring, directory, ONE, NULL, cx), bad_files[i].remedy,
               bad_files[i].name);
        ok(strcmp(file_get(path, cx->pool), bad_files[i].text) == 0,
           "it is not overwritten");
    }
    unlink(path);
}

static void test_permissions(const char *directory, mcp_ctx_t *cx)
{
    static const int modes[] = {0640, 0604, 0620, 0602, 0666, 0610};
    const char *path = keys_path(directory, cx);
    mcp_jose_keyring_t *ring;
    apr_size_t i;

    fine(ring_open(&ring, directory, ONE, NULL, cx), "made anew");
    for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        chmod(path, modes[i]);
        faults(ring_open(&ring, directory, ONE, NULL, cx), "chmod 600",
               apr_psprintf(cx->pool, "mode %04o is refused", modes[i]));
    }
    chmod(path, 0600);
    fine(ring_open(&ring, directory, ONE, NULL, cx), "mode 0600 is not");
    chmod(path, 0400);
    fine(ring_open(&ring, directory, ONE, NULL, cx), "mode 0400 is not");
    unlink(path);
    if (symlink("/etc/passwd", path) == 0)
        faults(ring_open(&ring, directory, ONE, NULL, cx), "regular file",
               "a link is not followed");
    unlink(path);
    if (mkfifo(path, 0600) == 0)
        faults(ring_open(&ring, directory, ONE, NULL, cx), "Move it away",
               "a FIFO does not stop the start");
    unlink(path);
    mkdir(path, 0700);
    faults(ring_open(&ring, directory, ONE, NULL, cx), "Move it away",
           "nor a directory");
    rmdir(path);
    faults(ring_open(&ring, "/nonexistent/state", ONE, NULL, cx), "Create",
           "a directory that is not there");
    file_put(apr_pstrcat(cx->pool, path, ".new", NULL), "left", 4);
    fine(ring_open(&ring, directory, ONE, NULL, cx),
         "what a crash left behind does no harm");
}

/* As a user who may not write there; root may, so it is asked to be nobody. */
static void test_read_only(const char *directory, mcp_ctx_t *cx)
{
    mcp_jose_keyring_t *ring;
    int status = 0;

    unlink(keys_path(directory, cx));
    chmod(directory, 0555);
    fflush(stdout);
    if (fork() == 0) {
        const mcp_error_t *e = NULL;

        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(2);
        e = ring_open(&ring, directory, ONE, NULL, cx);
        _exit(!(e && e->remedy && strstr(e->remedy, "written")));
    }
    wait(&status);
    chmod(directory, 0755);
    ok(status == 0, "a directory that cannot be written is a fault");
}

/* Servers that start at once, each with an issuer of its own. */
/* Tried apart, in a pool that can go. */
static void test_take_over(const char *directory, mcp_ctx_t *cx)
{
    mcp_jose_keyring_t *ring = mcp_jose_keyring_make(cx->pool), *tried;
    unsigned char key[MCP_DIGEST_SIZE], same[MCP_DIGEST_SIZE];
    apr_uint64_t serial = mcp_jose_keyring_serial(ring);
    const mcp_jose_jwk_t *signer;
    mcp_ctx_t apart = *cx;

    apr_pool_create(&apart.pool, cx->pool);
    fine(ring_open(&tried, directory, ONE, NULL, &apart), "one tries");
    ok(!mcp_jose_keyring_derive(key, ring, 1, MCP_KEY_SESSION, ONE) &&
           !mcp_jose_keyring_derive(key, ring, 9, MCP_KEY_SESSION, ONE),
       "another, which is empty, looks nowhere meanwhile");
    signer = mcp_jose_keyring_signer(tried, ONE);
    mcp_jose_keyring_derive(key, tried, 1, MCP_KEY_SESSION, ONE);
    mcp_jose_keyring_take_over(ring, tried);
    ok(!mcp_jose_keyring_set(tried) && mcp_jose_keyring_set(ring),
       "then it has it all");
    ok(mcp_jose_keyring_signer(ring, ONE) == signer &&
           mcp_jose_keyring_derive(same, ring, 1, MCP_KEY_SESSION, ONE) &&
           !memcmp(key, same, sizeof(key)),
       "the same keys");
    ok(mcp_jose_keyring_serial(ring) > serial, "nobody takes it for empty");
    fine(mcp_jose_keyring_look(ring, cx), "and the same place");
}

static void test_race(const char *directory, mcp_ctx_t *cx)
{
    mcp_jose_keyring_t *ring;
    int i, kept = 0;

    unlink(keys_path(directory, cx));
    fflush(stdout);
    for (i = 0; i < 8; i++)
        if (fork() == 0)
            _exit(ring_open(&ring, directory,
                            apr_psprintf(cx->pool, "https://%d.example", i),
                            NULL, cx) != NULL);
    while (wait(NULL) > 0)
        ;
    ring_open(&ring, directory, ONE, NULL, cx);
    for (i = 0; i < 8; i++)
        kept += mcp_jose_keyring_signer(
                    ring, apr_psprintf(cx->pool, "https://%d.example", i)) !=
                NULL;
    ok(kept == 8, "8 servers start at once: %d issuers kept", kept);
}

static void body(mcp_ctx_t *cx)
{
    const char *directory = tempdir(cx->pool);

    test_make(directory, cx);
    test_again(directory, cx);
    test_derive(directory, cx);
    test_bad_files(directory, cx);
    test_permissions(directory, cx);
    test_read_only(directory, cx);
    unlink(keys_path(directory, cx));
    test_take_over(directory, cx);
    test_race(directory, cx);
    tempdir_end(directory);
}

TAP_MAIN(body)
