/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "demo/task_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include <apr_strings.h>

/* In reading, what is said ends with what to do. */
#define MEND "mend the file, or move it away to begin without tasks"

static const char *failed(const mcp_demo_task_file_t *file, const char *what)
{
    char why[120];

    apr_strerror(errno, why, sizeof(why));
    return apr_psprintf(file->pool,
                        "%s: %s; see that its folder is there, has "
                        "room, and may be written by the user that httpd runs "
                        "as",
                        what, why);
}

/* -- versions of the file -- */

static void mark_of(mcp_demo_task_mark_t *mark, const struct stat *status)
{
    mark->device = (apr_uint64_t)status->st_dev;
    mark->inode = (apr_uint64_t)status->st_ino;
    mark->size = status->st_size;
    mark->seconds = status->st_mtim.tv_sec;
    mark->nanoseconds = status->st_mtim.tv_nsec;
}

static int is_same(const mcp_demo_task_mark_t *a,
                   const mcp_demo_task_mark_t *b)
{
    return a->device == b->device && a->inode == b->inode &&
           a->size == b->size && a->seconds == b->seconds &&
           a->nanoseconds == b->nanoseconds;
}

int mcp_demo_task_file_is(const mcp_demo_task_file_t *file)
{
    mcp_demo_task_mark_t now = {0};
    struct stat status;

    if (lstat(file->path, &status) == 0)
        mark_of(&now, &status);
    else if (errno != ENOENT)
        return 0;
    return is_same(&now, &file->marks->is) ||
           is_same(&now, &file->marks->next);
}

/* -- reading -- */

static const char *string_of(const json_t *json, const char *name)
{
    const char *text = json_string_value(json_object_get(json, name));

    return text ? text : "";
}

/* Strict, for what is not understood here would be lost at the next writing.
 */
static const char *task_read(mcp_demo_task_t *task, const char *id,
                             const json_t *json)
{
    static const char *const members[] = {"id", "title", "status", "priority",
                                          "owner"};
    const json_t *owner = json_object_get(json, "owner");
    const char *why;
    size_t i, known = 0;

    for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        known += json_is_string(json_object_get(json, members[i]));
    if (known != json_object_size(json) || known < (owner ? 5 : 4))
        return "it is no object with the strings id, title, status, priority "
               "and perhaps owner";
    if (strcmp(string_of(json, "id"), id) != 0)
        return "its id is another one";
    if (owner && !*string_of(json, "owner"))
        return "its owner is empty";
    why = mcp_demo_task_id_set(task, id);
    if (!why)
        why = mcp_demo_task_title_set(task, string_of(json, "title"));
    if (!why)
        why = mcp_demo_task_status_set(task, string_of(json, "status"));
    if (!why)
        why = mcp_demo_task_priority_set(task, string_of(json, "priority"));
    return why ? why : mcp_demo_task_owner_set(task, string_of(json, "owner"));
}

static const char *tasks_read(mcp_demo_task_t *tasks, apr_uint32_t *count,
                              apr_uint32_t most, json_t *root,
                              apr_pool_t *pool)
{
    const char *id, *why;
    json_t *json;

    if (!json_is_object(root))
        return "it is no JSON object; " MEND;
    if (json_object_size(root) > most)
        return apr_psprintf(pool, "it has more than %u tasks; " MEND, most);
    json_object_foreach(root, id, json)
    {
        memset(&tasks[*count], 0, sizeof(tasks[*count]));
        why = task_read(&tasks[*count], id, json);
        if (why)
            return apr_psprintf(pool, "task %.9s: %s; " MEND, id, why);
        ++*count;
    }
    return NULL;
}

static const char *descriptor_read(json_t **root, int descriptor,
                                   const mcp_demo_task_file_t *file)
{
    struct stat status;
    json_error_t error;

    if (fstat(descriptor, &status) != 0)
        return failed(file, "it cannot be read");
    if (!S_ISREG(status.st_mode) || status.st_size > MCP_DEMO_TASK_FILE_MOST)
        return "it is no file of at most 16 MiB; name another one";
    mark_of(&file->marks->is, &status);
    *root = json_loadfd(descriptor, JSON_REJECT_DUPLICATES, &error);
    return *root ? NULL
                 : apr_psprintf(file->pool,
                                "it is not JSON at line %d, column %d; " MEND,
                                error.line, error.column);
}

/* A new one needs its folder. */
static const char *absent(const mcp_demo_task_file_t *file)
{
    const char *slash = strrchr(file->path, '/');
    const char *folder =
        apr_pstrmemdup(file->pool, file->path, slash - file->path + 1);
    struct stat status;

    return stat(folder, &status) == 0 ? NULL
                                      : failed(file, "it cannot be made");
}

const char *mcp_demo_task_file_read(mcp_demo_task_t *tasks,
                                    apr_uint32_t *count, apr_uint32_t most,
                                    const mcp_demo_task_file_t *file)
{
    int descriptor = open(file->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    json_t *root = NULL;
    const char *why;

    *count = 0;
    memset(file->marks, 0, sizeof(*file->marks));
    if (descriptor < 0)
        return errno == ENOENT ? absent(file)
                               : failed(file, "it cannot be read");
    why = descriptor_read(&root, descriptor, file);
    close(descriptor);
    if (!why)
        why = tasks_read(tasks, count, most, root, file->pool);
    json_decref(root);
    file->marks->next = file->marks->is;
    return why;
}

/* -- writing -- */

static char *text_of(const mcp_demo_task_t *tasks, apr_uint32_t count)
{
    json_t *root = json_object();
    apr_uint32_t i;
    char *text;

    for (i = 0; i < count; i++) {
        char id[12];
        json_t *task;

        apr_snprintf(id, sizeof(id), "%u", tasks[i].id);
        task = json_pack("{ssssssss}", "id", id, "title", tasks[i].title,
                         "status", mcp_demo_task_status(&tasks[i]), "priority",
                         mcp_demo_task_priority(&tasks[i]));
        if (*tasks[i].owner)
            json_object_set_new(task, "owner", json_string(tasks[i].owner));
        json_object_set_new(root, id, task);
    }
    text = json_object_size(root) == count
               ? json_dumps(root, JSON_INDENT(2) | JSON_ENSURE_ASCII)
               : NULL;
    json_decref(root);
    return text;
}

static int all_written(int descriptor, const char *text)
{
    size_t left = strlen(text);

    while (left) {
        ssize_t done = write(descriptor, text, left);

        if (done < 0 && errno != EINTR)
            return 0;
        text += done > 0 ? done : 0;
        left -= done > 0 ? (size_t)done : 0;
    }
    return fsync(descriptor) == 0;
}

/* Only its owner may read a new file; one that is there keeps its mode. */
static mode_t mode_of(const char *path)
{
    struct stat status;

    return lstat(path, &status) == 0 ? status.st_mode & 0777 : 0600;
}

static int new_written(const char *new_path, const char *text,
                       const mcp_demo_task_file_t *file)
{
    mcp_demo_task_mark_t mark = {0};
    int descriptor, error, good;
    struct stat status;

    unlink(new_path); /* of a process that was killed here */
    descriptor = open(new_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return 0;
    good = fchmod(descriptor, mode_of(file->path)) == 0 &&
           all_written(descriptor, text) && fstat(descriptor, &status) == 0;
    if (good) {
        mark_of(&mark, &status);
        file->marks->next = mark;
    }
    error = errno;
    close(descriptor);
    errno = error;
    return good;
}

/* So that the new name outlives the machine's fall. */
static int folder_synced(const char *path, apr_pool_t *pool)
{
    const char *folder =
        apr_pstrmemdup(pool, path, strrchr(path, '/') - path + 1);
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int good = descriptor >= 0 && fsync(descriptor) == 0;
    int error = errno;

    if (descriptor >= 0)
        close(descriptor);
    errno = error;
    return good;
}

const char *mcp_demo_task_file_write(const mcp_demo_task_t *tasks,
                                     apr_uint32_t count,
                                     const mcp_demo_task_file_t *file)
{
    const char *new_path = apr_pstrcat(file->pool, file->path, ".new", NULL);
    char *text;
    int good;

    if (!mcp_demo_task_file_is(file))
        return "something else has changed it; restart httpd, which then "
               "reads it anew";
    text = text_of(tasks, count);
    if (!text)
        return "there is no memory for its text; free some";
    good = new_written(new_path, text, file);
    free(text);
    if (!good || rename(new_path, file->path) != 0) {
        const char *why = failed(file, "it cannot be written");

        unlink(new_path);
        return why;
    }
    file->marks->is = file->marks->next;
    return folder_synced(file->path, file->pool)
               ? NULL
               : failed(file, "its folder cannot be synced");
}
