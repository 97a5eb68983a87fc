/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <apr_strings.h>

#define MOST_NAME 64

static int all_written(int descriptor, const char *text, int mode)
{
    apr_size_t left = strlen(text);

    while (left) {
        ssize_t done = write(descriptor, text, left);

        if (done < 0 && errno != EINTR)
            return 0;
        text += done > 0 ? done : 0;
        left -= done > 0 ? done : 0;
    }
    /* the mode given to open is cut by the umask */
    return fchmod(descriptor, (mode_t)mode) == 0 && fsync(descriptor) == 0;
}

static int owner_set(int directory, int descriptor)
{
    struct stat status;

    return geteuid() != 0 ||
           (fstat(directory, &status) == 0 &&
            fchown(descriptor, status.st_uid, status.st_gid) == 0);
}

static int file_make(int *descriptor, int directory, const char *name)
{
    /* left behind by a process that died here */
    unlinkat(directory, name, 0);
    *descriptor = openat(directory, name,
                         O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                         S_IRUSR | S_IWUSR);
    return *descriptor >= 0;
}

int mcp_file_write(int directory, const char *name, const char *text, int mode,
                   int is_given)
{
    char new_name[MOST_NAME];
    int descriptor, error, good;

    apr_snprintf(new_name, sizeof(new_name), "%s.new", name);
    if (!file_make(&descriptor, directory, new_name))
        return 0;
    good = (!is_given || owner_set(directory, descriptor)) &&
           all_written(descriptor, text, mode);
    good = close(descriptor) == 0 && good &&
           renameat(directory, new_name, directory, name) == 0 &&
           fsync(directory) == 0;
    error = errno;
    if (!good)
        unlinkat(directory, new_name, 0);
    errno = error;
    return good;
}

const char *mcp_file_read(int descriptor, apr_size_t size, apr_pool_t *pool)
{
    char *text = apr_palloc(pool, size + 1);
    apr_size_t used = 0;
    ssize_t got = 1;

    while (used < size && got) {
        got = read(descriptor, text + used, size - used);
        if (got < 0 && errno != EINTR)
            return NULL;
        used += got > 0 ? got : 0;
    }
    text[used] = '\0';
    return text;
}
