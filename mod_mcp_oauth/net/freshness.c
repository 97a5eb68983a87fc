/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "net/freshness.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MOST_DIGITS 10 /* RFC 9111 1.2.2: 2^31 at least */

/* Where the directive ends: at a comma that is in no quotes. */
static const char *end_of(const char *text)
{
    int quoted = 0;

    for (; *text && (quoted || *text != ','); text++) {
        if (*text == '"')
            quoted = !quoted;
        else if (*text == '\\' && quoted && text[1])
            text++;
    }
    return text;
}

static int is_named(const char *text, const char *name)
{
    size_t len = strlen(name);

    return !strncasecmp(text, name, len) &&
           (!text[len] || strchr("=, \t", text[len]));
}

/* The number behind "max-age="; 0, which is stale, where it is malformed
 * (RFC 9111 4.2.1). */
static apr_int64_t seconds_read(const char *text)
{
    size_t digits;

    text += strcspn(text, "=");
    text += *text == '=';
    text += *text == '"';
    digits = strspn(text, "0123456789");
    if (digits > MOST_DIGITS)
        return 0x7fffffff;
    return digits ? strtoll(text, NULL, 10) : 0;
}

mcp_net_freshness_t mcp_net_freshness_read(const char *cache_control,
                                           apr_int64_t age)
{
    mcp_net_freshness_t found = {0, 0, 1};
    const char *text = cache_control ? cache_control : "";
    int is_kept = 1;

    for (; *text; text = end_of(text)) {
        text += strspn(text, ", \t");
        if (is_named(text, "max-age")) {
            apr_int64_t seconds = seconds_read(text);

            /* of several the shorter one counts (RFC 9111 4.2.1) */
            if (!found.is_said || seconds < found.seconds)
                found.seconds = seconds;
            found.is_said = 1;
        }
        else if (is_named(text, "no-store") || is_named(text, "no-cache")) {
            is_kept = 0;
            if (is_named(text, "no-store"))
                found.may_be_stale = 0;
        }
    }
    if (!is_kept)
        found.is_said = 1;
    if (age < 0) /* malformed (RFC 9111 5.1) */
        age = 0;
    found.seconds = is_kept && found.seconds > age ? found.seconds - age : 0;
    return found;
}
