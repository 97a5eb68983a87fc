/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/amount.h"

#include <apr_strings.h>

#define MAX_DIGITS 9 /* no product with a unit overflows */

static const struct {
    const char *name;
    apr_int64_t seconds; /* 0: shorter */
    apr_int64_t milliseconds;
} units[] = {{"d", 86400, 86400000},
             {"h", 3600, 3600000},
             {"min", 60, 60000},
             {"s", 1, 1000},
             {"ms", 0, 1}};

#define UNITS (sizeof(units) / sizeof(*units))

/* what other programs call them */
static const struct {
    const char *name;
    const char *unit;
} spellings[] = {
    {"", "s"},       {"m", "min"},       {"mins", "min"}, {"minute", "min"},
    {"M", "min"},    {"minutes", "min"}, {"sec", "s"},    {"secs", "s"},
    {"second", "s"}, {"seconds", "s"},   {"S", "s"},      {"hr", "h"},
    {"H", "h"},      {"hour", "h"},      {"hours", "h"},  {"D", "d"},
    {"day", "d"},    {"days", "d"},
};

/* -1 when it is none */
static int unit_find(const char *name)
{
    apr_size_t i;

    for (i = 0; i < UNITS; i++)
        if (!strcmp(units[i].name, name))
            return (int)i;
    return -1;
}

/* The digits at the start of text; 0 when there are none or too many. */
static apr_size_t digits(const char *text)
{
    apr_size_t len = strspn(text, "0123456789");

    return len > MAX_DIGITS ? 0 : len;
}

/* usual: the unit of a number that has none */
static const char *unit_refuse(const char *text, const char *name,
                               const char *usual, apr_pool_t *pool)
{
    apr_size_t i;
    int len = (int)(name - text);

    for (i = 0; i < sizeof(spellings) / sizeof(*spellings); i++)
        if (!strcmp(spellings[i].name, name))
            return apr_psprintf(
                pool, "\"%s\" %s; write %.*s%s (units: ms s min h d)", text,
                *name ? "has a unit that is spelt otherwise" : "has no unit",
                len, text, *name ? spellings[i].unit : usual);
    return apr_psprintf(pool,
                        "\"%s\" has an unknown unit; the units are "
                        "ms s min h d, as in 15min",
                        text);
}

/* MCP_UNLIMITED and 0 stand for the words. */
static const char *milliseconds_read(apr_int64_t *milliseconds,
                                     const char *text, const char *usual,
                                     apr_pool_t *pool)
{
    apr_size_t len = digits(text);
    int unit;

    if (!strcmp(text, "unlimited")) {
        *milliseconds = MCP_UNLIMITED;
        return NULL;
    }
    if (!strcmp(text, "none")) {
        *milliseconds = 0;
        return NULL;
    }
    if (*text == '-' || (len && !strtol(text, NULL, 10)))
        return apr_psprintf(pool,
                            "\"%s\" is not a time; no limit is "
                            "\"unlimited\", nothing is \"none\"",
                            text);
    if (!len)
        return apr_psprintf(pool,
                            "\"%s\" is not a time; write a number and its "
                            "unit (ms s min h d), as in 15min",
                            text);
    unit = unit_find(text + len);
    if (unit < 0)
        return unit_refuse(text, text + len, usual, pool);
    *milliseconds = units[unit].milliseconds * strtol(text, NULL, 10);
    return NULL;
}

static const char *seconds_read(apr_int64_t *seconds, const char *text,
                                apr_pool_t *pool)
{
    apr_int64_t read;
    const char *wrong = milliseconds_read(&read, text, "s", pool);

    if (wrong)
        return wrong;
    *seconds = read == MCP_UNLIMITED ? read : read / 1000;
    return *seconds || !read
               ? NULL
               : apr_psprintf(pool,
                              "\"%s\" is less than a second; whole seconds "
                              "are counted here",
                              text);
}

/* Cuts "LEAST-MOST". */
static void limits_cut(const char **least, const char **most,
                       const char *limits, apr_pool_t *pool)
{
    const char *dash = strchr(limits, '-');

    *least = apr_pstrmemdup(pool, limits, (apr_size_t)(dash - limits));
    *most = dash + 1;
}

static const char *out_of_range(const char *text, const char *limits,
                                apr_pool_t *pool)
{
    const char *least, *most;

    limits_cut(&least, &most, limits, pool);
    return apr_psprintf(pool, "\"%s\" is out of range; it goes from %s to %s",
                        text, least, most);
}

const char *mcp_config_amount_time(apr_int64_t *seconds, const char *text,
                                   const char *limits, apr_pool_t *pool)
{
    const char *wrong = seconds_read(seconds, text, pool), *least, *most;
    apr_int64_t lower, upper;

    if (wrong)
        return wrong;
    limits_cut(&least, &most, limits, pool);
    seconds_read(&lower, least, pool);
    seconds_read(&upper, most, pool);
    return *seconds >= lower && *seconds <= upper
               ? NULL
               : out_of_range(text, limits, pool);
}

const char *mcp_config_amount_milliseconds(apr_int64_t *milliseconds,
                                           const char *text,
                                           const char *limits,
                                           apr_pool_t *pool)
{
    const char *wrong = milliseconds_read(milliseconds, text, "ms", pool);
    const char *least, *most;
    apr_int64_t lower, upper;

    if (wrong)
        return wrong;
    limits_cut(&least, &most, limits, pool);
    milliseconds_read(&lower, least, "ms", pool);
    milliseconds_read(&upper, most, "ms", pool);
    return *milliseconds >= lower && *milliseconds <= upper
               ? NULL
               : out_of_range(text, limits, pool);
}

const char *mcp_config_amount_count(apr_uint32_t *count, const char *text,
                                    const char *limits, apr_pool_t *pool)
{
    apr_size_t len = digits(text);
    const char *least, *most;

    limits_cut(&least, &most, limits, pool);
    if (len && !text[len]) {
        *count = (apr_uint32_t)strtoul(text, NULL, 10);
        if (*count >= strtoul(least, NULL, 10) &&
            *count <= strtoul(most, NULL, 10))
            return NULL;
    }
    return apr_psprintf(pool, "\"%s\" is not a number from %s to %s", text,
                        least, most);
}

/* how far K, M and G shift, and which there are from the largest down */
static const struct {
    char name;
    int shift;
} sizes[] = {{'G', 30}, {'M', 20}, {'K', 10}};

#define SIZES (sizeof(sizes) / sizeof(sizes[0]))
#define SIZE_DIGITS 4

/* 0: it is none */
static apr_uint64_t size_read(const char *text)
{
    apr_size_t len = digits(text), i;

    for (i = 0; len && len <= SIZE_DIGITS && i < SIZES; i++)
        if (text[len] == sizes[i].name && !text[len + 1])
            return (apr_uint64_t)strtoul(text, NULL, 10) << sizes[i].shift;
    return 0;
}

const char *mcp_config_amount_size(apr_uint32_t *bytes, const char *text,
                                   const char *limits, apr_pool_t *pool)
{
    apr_uint64_t size = size_read(text);
    const char *least, *most;

    if (!size)
        return apr_psprintf(pool,
                            "\"%s\" is not a size; write a number and its "
                            "unit (K M G), as in 32M",
                            text);
    limits_cut(&least, &most, limits, pool);
    if (size < size_read(least) || size > size_read(most))
        return out_of_range(text, limits, pool);
    *bytes = (apr_uint32_t)size;
    return NULL;
}

const char *mcp_config_amount_show_size(apr_uint32_t bytes, apr_pool_t *pool)
{
    apr_size_t i;

    for (i = 0; bytes & ((1u << sizes[i].shift) - 1); i++)
        ;
    return apr_psprintf(pool, "%u%c", bytes >> sizes[i].shift, sizes[i].name);
}

const char *mcp_config_amount_rate(mcp_rate_setting_t *rate, const char *text,
                                   const char *limits, apr_pool_t *pool)
{
    const char *slash = strchr(text, '/'), *wrong;
    int unit;

    if (!slash)
        return apr_psprintf(pool,
                            "\"%s\" is not a rate; write N/UNIT, as in "
                            "10/min (units: s min h d)",
                            text);
    unit = unit_find(slash + 1);
    if (unit < 0 || !units[unit].seconds)
        return apr_psprintf(pool,
                            "\"%s\" has an unknown unit; write "
                            "%.*s/min (units: s min h d)",
                            text, (int)(slash - text), text);
    rate->window = (apr_uint32_t)units[unit].seconds;
    wrong = mcp_config_amount_count(
        &rate->count, apr_pstrmemdup(pool, text, (apr_size_t)(slash - text)),
        limits, pool);
    return wrong;
}

const char *mcp_config_amount_show_time(apr_int64_t seconds, apr_pool_t *pool)
{
    apr_size_t i;

    if (seconds >= MCP_UNLIMITED)
        return "unlimited";
    if (!seconds)
        return "none";
    for (i = 0; seconds % units[i].seconds; i++)
        ;
    return apr_psprintf(pool, "%" APR_INT64_T_FMT "%s",
                        seconds / units[i].seconds, units[i].name);
}

const char *mcp_config_amount_show_milliseconds(apr_int64_t milliseconds,
                                                apr_pool_t *pool)
{
    if (milliseconds % 1000 == 0)
        return mcp_config_amount_show_time(milliseconds / 1000, pool);
    return apr_psprintf(pool, "%" APR_INT64_T_FMT "ms", milliseconds);
}

const char *mcp_config_amount_show_rate(const mcp_rate_setting_t *rate,
                                        apr_pool_t *pool)
{
    apr_size_t i;

    for (i = 0; units[i].seconds != (apr_int64_t)rate->window; i++)
        ;
    return apr_psprintf(pool, "%u/%s", rate->count, units[i].name);
}
