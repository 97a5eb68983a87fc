/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <math.h>

#include "base/schema_node.h"

/* from here on every double is an integer */
#define ALL_WHOLE 0x1p53

int mcp_schema_number_is_integer(const mcp_json_t *number)
{
    apr_int64_t integer;
    double value = 0;

    mcp_json_number(&value, number);
    return mcp_json_integer(&integer, number) || fabs(value) >= ALL_WHOLE;
}

int mcp_schema_number_compare(const mcp_json_t *a, const mcp_json_t *b)
{
    apr_int64_t i, k;
    double x = 0, y = 0;

    if (mcp_json_integer(&i, a) && mcp_json_integer(&k, b))
        return (i > k) - (i < k);
    mcp_json_number(&x, a);
    mcp_json_number(&y, b);
    return (x > y) - (x < y);
}

int mcp_schema_number_is_multiple(const mcp_json_t *number,
                                  const mcp_json_t *of)
{
    apr_int64_t i, k;
    double x = 0, y = 1, quotient, whole;

    if (mcp_json_integer(&i, number) && mcp_json_integer(&k, of))
        return i % k == 0;
    mcp_json_number(&x, number);
    mcp_json_number(&y, of);
    if (y == floor(y))
        return fmod(x, y) == 0;
    quotient = fabs(x / y);
    if (quotient >= ALL_WHOLE)
        return isfinite(quotient) || fmod(x, y) == 0;
    /* 0.3 is a multiple of 0.1, though not to a processor */
    whole = (double)(apr_int64_t)(quotient + 0.5);
    return fabs(quotient - whole) <= 1e-12 * (1 + quotient);
}
