/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_BENCH_BENCH_H
#define MCP_T_BENCH_BENCH_H

#include <stdlib.h>
#include <time.h>

/* What the measurements in C have in common. */

static inline int number_of(const char *name, int otherwise)
{
    const char *text = getenv(name);

    return text && *text ? atoi(text) : otherwise;
}

/* of the monotonic clock */
static inline double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

#endif
