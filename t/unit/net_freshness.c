/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "net/freshness.h"
#include "tap.h"

static const struct {
    const char *cache_control;
    apr_int64_t age;
    int is_said;
    apr_int64_t seconds;
    int may_be_stale;
} rows[] = {
    {NULL, 0, 0, 0, 1},
    {"", 0, 0, 0, 1},
    {"public", 0, 0, 0, 1},
    {"max-age=300", 0, 1, 300, 1},
    {"Max-Age=300", 0, 1, 300, 1},
    {"max-age=\"300\"", 0, 1, 300, 1},
    {"max-age=0", 0, 1, 0, 1},
    {"max-age=300", 100, 1, 200, 1},
    {"max-age=300", 300, 1, 0, 1},
    {"max-age=300", 9999, 1, 0, 1},
    {"max-age=300", -100, 1, 300, 1},
    {"no-store", -0x7fffffffffffffff - 1, 1, 0, 0},
    {"public, max-age=300", 0, 1, 300, 1},
    {"public,max-age=300,immutable", 0, 1, 300, 1},
    {"  max-age=300  ", 0, 1, 300, 1},
    {",, max-age=300", 0, 1, 300, 1},
    {"max-age=600, max-age=300", 0, 1, 300, 1},
    {"max-age=300, max-age=600", 0, 1, 300, 1},
    {"no-cache", 0, 1, 0, 1},
    {"no-cache=\"set-cookie\"", 0, 1, 0, 1},
    {"no-store", 0, 1, 0, 0},
    {"NO-STORE", 0, 1, 0, 0},
    {"max-age=300, no-store", 0, 1, 0, 0},
    {"no-store, max-age=300", 0, 1, 0, 0},
    {"private, max-age=0, must-revalidate", 0, 1, 0, 1},
    {"max-age=", 0, 1, 0, 1},
    {"max-age", 0, 1, 0, 1},
    {"max-age=-1", 0, 1, 0, 1},
    {"max-age=a", 0, 1, 0, 1},
    {"max-age=99999999999999999999", 0, 1, 0x7fffffff, 1},
    {"x-max-age=5", 0, 0, 0, 1},
    {"max-ages=5", 0, 0, 0, 1},
    {"s-maxage=5", 0, 0, 0, 1},
    {"no-storeroom", 0, 0, 0, 1},
    {"extension=\"max-age=5, no-store\"", 0, 0, 0, 1},
    {"extension=\"a\\\", no-store\", max-age=7", 0, 1, 7, 1},
    {"extension=\"unclosed, max-age=5", 0, 0, 0, 1},
};

static void test(mcp_ctx_t *cx)
{
    size_t i;

    (void)cx;
    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        mcp_net_freshness_t f =
            mcp_net_freshness_read(rows[i].cache_control, rows[i].age);

        if (!ok(f.is_said == rows[i].is_said && f.seconds == rows[i].seconds &&
                    f.may_be_stale == rows[i].may_be_stale,
                "RFC 9111 5.2.2: %s",
                rows[i].cache_control ? rows[i].cache_control : "nothing"))
            printf("# %d %ld %d\n", f.is_said, (long)f.seconds,
                   f.may_be_stale);
    }
}

TAP_MAIN(test)
