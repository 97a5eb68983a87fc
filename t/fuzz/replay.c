/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <dirent.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "target.h"

/* Feeds every file named, and every file in a folder named, to the fuzz
 * target that this is linked with. A folder is the target's corpus. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern target_goal_t target_goals[] __attribute__((weak));

static int fed, has_corpus;

static int feed_file(const char *path, off_t size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data;
    int good;

    if (!file)
        return 0;
    /* exactly as large as the input, so that a sanitizer sees its end */
    data = malloc(size ? (size_t)size : 1);
    good = data && fread(data, 1, (size_t)size, file) == (size_t)size;
    fclose(file);
    if (good) {
        LLVMFuzzerTestOneInput(data, (size_t)size);
        fed++;
    }
    free(data);
    return good;
}

static int feed(const char *path);

static int feed_folder(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    char name[PATH_MAX];
    int good = folder != NULL;

    has_corpus = 1;
    while (good && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        if (snprintf(name, sizeof(name), "%s/%s", path, entry->d_name) >=
            (int)sizeof(name))
            good = 0;
        else
            good = feed(name);
    }
    if (folder)
        closedir(folder);
    return good;
}

static int feed(const char *path)
{
    struct stat info;
    int good = stat(path, &info) == 0 &&
               (S_ISDIR(info.st_mode) ? feed_folder(path)
                                      : feed_file(path, info.st_size));

    if (!good)
        fprintf(stderr, "%s: cannot be read\n", path);
    return good;
}

static int is_complete(void)
{
    target_goal_t *goal = has_corpus ? target_goals : NULL;
    int good = 1;

    for (; goal && goal->name; goal++)
        if (!goal->is_reached) {
            fprintf(stderr, "no input of the corpus is one where %s\n",
                    goal->name);
            good = 0;
        }
    return good;
}

int main(int argc, char **argv)
{
    int i, good = 1;

    for (i = 1; i < argc; i++)
        good &= feed(argv[i]);
    if (good && !fed) {
        fprintf(stderr, "usage: %s FILE|FOLDER...: no file was given\n",
                argv[0]);
        good = 0;
    }
    good = good && is_complete();
    if (good)
        printf("%d inputs replayed\n", fed);
    return !good;
}
