/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_TEMPDIR_H
#define MCP_T_UNIT_TEMPDIR_H

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"

/* A directory for one test; tempdir_end removes it with its files. */
static inline const char *tempdir(apr_pool_t *pool)
{
    const char *parent = getenv("TMPDIR");
    char *path =
        apr_pstrcat(pool, parent ? parent : "/tmp", "/mcp_unit_XXXXXX", NULL);

    if (!mkdtemp(path)) {
        perror(path);
        exit(99);
    }
    return path;
}

static inline void tempdir_end(const char *path)
{
    DIR *directory = opendir(path);
    struct dirent *entry;

    while (directory && (entry = readdir(directory)) != NULL)
        unlinkat(dirfd(directory), entry->d_name, 0);
    if (directory)
        closedir(directory);
    rmdir(path);
}

/* bits of a file's mode, -1 when there is none */
static inline int mode_of(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 ? (int)(status.st_mode & 07777) : -1;
}

static inline void file_put(const char *path, const char *text, size_t len)
{
    FILE *file = fopen(path, "wb");

    if (!file || fwrite(text, 1, len, file) != len || fclose(file) != 0) {
        perror(path);
        exit(99);
    }
    chmod(path, 0600);
}

/* "" when there is none */
static inline const char *file_get(const char *path, apr_pool_t *pool)
{
    static char buf[65536];
    FILE *file = fopen(path, "rb");
    size_t len = file ? fread(buf, 1, sizeof(buf) - 1, file) : 0;

    if (file)
        fclose(file);
    return apr_pstrmemdup(pool, buf, len);
}

/* This error, with a remedy that holds a word. */
static inline void faults(const mcp_error_t *e, const char *word,
                          const char *name)
{
    if (!ok(e && e->remedy && e->detail && strstr(e->remedy, word), "%s",
            name))
        printf("#  got: %s / %s\n", e ? e->detail : "no error",
               e && e->remedy ? e->remedy : "no remedy");
}

#endif
