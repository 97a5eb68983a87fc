/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_TAP_H
#define MCP_T_UNIT_TAP_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_pools.h>
#include <apr_strings.h>

#include "base/audit.h"
#include "base/error.h"
#include "base/random.h"

/* A TAP program: TAP_MAIN(body) with ok() and is() inside. The context `cx`
 * has a clock that the test sets (tap_now), the system's randomness and a log
 * that is kept in tap_log; audit events are in tap_audit, a JSON object on a
 * line each. */

static int tap_count, tap_failed;
static int tap_is_quiet; /* tells failures only */
static apr_time_t tap_now = APR_TIME_C(1800000000) * APR_USEC_PER_SEC;
static char tap_log[65536];
static char tap_audit[65536];

static inline int ok(int pass, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline int ok(int pass, const char *format, ...)
{
    va_list args;

    tap_count++;
    tap_failed += !pass;
    if (pass && tap_is_quiet)
        return pass;
    printf("%sok %d - ", pass ? "" : "not ", tap_count);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
    fflush(stdout);
    return pass;
}

/* Same text; NULL is itself only. */
static inline int is(const char *got, const char *want, const char *name)
{
    int same = got && want ? strcmp(got, want) == 0 : got == want;

    if (!ok(same, "%s", name))
        printf("#  got: %s\n# want: %s\n", got ? got : "(null)",
               want ? want : "(null)");
    return same;
}

/* No error. */
static inline int fine(const mcp_error_t *e, const char *name)
{
    if (!ok(!e, "%s", name))
        printf("# %s: %s\n", mcp_error_oauth(e),
               e->detail ? e->detail : mcp_error_text(e));
    return !e;
}

/* This error. */
static inline int fails(const mcp_error_t *e, mcp_error_code_t code,
                        const char *name)
{
    int same = e && e->code == code;

    if (!ok(same, "%s", name))
        printf("#  got: %s\n", e ? mcp_error_text(e) : "no error");
    return same;
}

static inline apr_time_t tap_clock(void *baton)
{
    (void)baton;
    return tap_now;
}

static inline void tap_write(void *baton, mcp_log_level_t level, int number,
                             const char *line)
{
    size_t used = strlen(tap_log);

    (void)baton;
    snprintf(tap_log + used, sizeof(tap_log) - used, "%d MCP%05d: %s\n",
             (int)level, number, line);
}

static inline void tap_note(mcp_ctx_t *cx, int event,
                            const mcp_audit_about_t *about)
{
    size_t used = strlen(tap_audit);
    mcp_writer_t *w = mcp_writer_make(cx->pool);

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "event", mcp_audit_word(event));
    mcp_audit_write(w, about, cx->pool);
    mcp_writer_close(w);
    snprintf(tap_audit + used, sizeof(tap_audit) - used, "%s\n",
             mcp_writer_text(w, NULL));
}

static const mcp_host_t tap_host = {tap_clock, mcp_random_system, tap_write,
                                    tap_note};

#define TAP_MAIN(body)                                                        \
    int main(int argc, const char *const *argv)                               \
    {                                                                         \
        apr_pool_t *pool;                                                     \
        mcp_ctx_t context, *cx = &context;                                    \
        apr_app_initialize(&argc, &argv, NULL);                               \
        apr_pool_create(&pool, NULL);                                         \
        context.pool = pool;                                                  \
        context.host = &tap_host;                                             \
        context.baton = NULL;                                                 \
        body(cx);                                                             \
        if (!tap_is_quiet)                                                    \
            printf("1..%d\n", tap_count);                                     \
        apr_pool_destroy(pool);                                               \
        apr_terminate();                                                      \
        return tap_failed != 0;                                               \
    }

#endif
