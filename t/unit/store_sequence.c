/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tempdir.h"

#include <sys/wait.h>

#include "store/sequence.h"

#define BUMPS 10000

static void test_use(const char *directory, const char *path, mcp_ctx_t *cx)
{
    mcp_store_sequence_t *seq, *again;
    mode_t mask = umask(0);
    int i, status, good = 1;

    fine(mcp_store_sequence_open(&seq, directory, cx), "it is made");
    umask(mask);
    ok(mode_of(path) == 0600, "0600 whatever the umask");
    ok(mcp_store_sequence_get(seq) == 0, "it begins at 0");
    mcp_store_sequence_bump(seq);
    fine(mcp_store_sequence_open(&again, directory, cx), "it opens again");
    ok(mcp_store_sequence_get(again) == 1, "and has moved");
    fflush(stdout);
    for (i = 0; i < 4; i++)
        if (fork() == 0) {
            int j;

            mcp_store_sequence_open(&seq, directory, cx);
            for (j = 0; j < BUMPS; j++)
                mcp_store_sequence_bump(seq);
            _exit(0);
        }
    while (wait(&status) > 0)
        good &= status == 0;
    ok(good && mcp_store_sequence_get(again) == 1 + 4 * BUMPS,
       "4 processes move it: no step is lost, all see it");
}

static void test_race(const char *directory, const char *path, mcp_ctx_t *cx)
{
    mcp_store_sequence_t *seq;
    int i, status, good = 1;

    unlink(path);
    fflush(stdout);
    for (i = 0; i < 16; i++)
        if (fork() == 0) {
            if (mcp_store_sequence_open(&seq, directory, cx))
                _exit(1);
            mcp_store_sequence_bump(seq);
            _exit(0);
        }
    while (wait(&status) > 0)
        good &= status == 0;
    fine(mcp_store_sequence_open(&seq, directory, cx), "made by many at once");
    ok(good && mcp_store_sequence_get(seq) == 16, "it is one file");
}

static void test_bad(const char *directory, const char *path, mcp_ctx_t *cx)
{
    mcp_store_sequence_t *seq;

    chmod(path, 0660);
    faults(mcp_store_sequence_open(&seq, directory, cx), "chmod 600",
           "a file that others may open");
    file_put(path, "", 0);
    faults(mcp_store_sequence_open(&seq, directory, cx), "moved away",
           "an empty file");
    file_put(path, "123456789", 9);
    faults(mcp_store_sequence_open(&seq, directory, cx), "moved away",
           "a file of 9 bytes");
    unlink(path);
    if (symlink("/etc/passwd", path) == 0)
        faults(mcp_store_sequence_open(&seq, directory, cx), "moved away",
               "a link is not followed");
    unlink(path);
    faults(mcp_store_sequence_open(&seq, "/nonexistent", cx), "exists",
           "a directory that is not there");
}

static void body(mcp_ctx_t *cx)
{
    const char *directory = tempdir(cx->pool);
    const char *path = apr_pstrcat(cx->pool, directory, "/revocations", NULL);

    test_use(directory, path, cx);
    test_race(directory, path, cx);
    test_bad(directory, path, cx);
    tempdir_end(directory);
}

TAP_MAIN(body)
