/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The tick is counted from the 22nd field; behind the name, which is in
 * brackets and may hold anything, the first is the state. */
#define STATE_FIELD 3
#define START_FIELD 22

/* What is said of a process: the fields behind its name, in buffer; NULL when
 * nothing is. */
static const char *fields_read(char *buffer, size_t size, pid_t pid)
{
    ssize_t len;
    int file;

    snprintf(buffer, size, "/proc/%ld/stat", (long)pid);
    file = open(buffer, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return NULL;
    len = read(file, buffer, size - 1);
    close(file);
    if (len <= 0)
        return NULL;
    buffer[len] = '\0';
    buffer = strrchr(buffer, ')');
    return buffer && buffer[1] == ' ' ? buffer + 2 : NULL;
}

/* A part of it; 0: not known. */
static apr_uint32_t start_of(const char *fields)
{
    int field;

    for (field = STATE_FIELD; fields && field < START_FIELD; field++) {
        fields = strchr(fields, ' ');
        if (fields)
            fields++;
    }
    return fields ? (apr_uint32_t)strtoull(fields, NULL, 10) : 0;
}

static apr_uint64_t process_make(pid_t pid, apr_uint32_t start)
{
    return (apr_uint64_t)pid << 32 | start;
}

static pid_t pid_of(apr_uint64_t process)
{
    return (pid_t)(process >> 32);
}

apr_uint64_t mcp_live_process_self(void)
{
    static apr_uint64_t known;
    apr_uint64_t self = __atomic_load_n(&known, __ATOMIC_RELAXED);
    pid_t pid = getpid();
    char buffer[1024];

    /* who was forked has another pid than what was known */
    if (pid_of(self) == pid)
        return self;
    self =
        process_make(pid, start_of(fields_read(buffer, sizeof(buffer), pid)));
    __atomic_store_n(&known, self, __ATOMIC_RELAXED);
    return self;
}

int mcp_live_process_lives(apr_uint64_t process)
{
    apr_uint32_t start = (apr_uint32_t)process;
    char buffer[1024];
    const char *fields;

    if (process == mcp_live_process_self())
        return 1;
    if (kill(pid_of(process), 0) != 0 && errno == ESRCH)
        return 0;
    fields = fields_read(buffer, sizeof(buffer), pid_of(process));
    if (!fields)
        return 1;
    return *fields != 'Z' && *fields != 'X' &&
           (!start || start == start_of(fields));
}
