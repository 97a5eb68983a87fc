/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/name.h"

#include <apr_lib.h>
#include <string.h>

const char *mcp_name_fold(const char *name, apr_pool_t *pool)
{
    char *folded = apr_palloc(pool, strlen(name) + 1), *end = folded;

    for (; *name; name++) {
        if (!apr_isspace(*name))
            *end++ = apr_tolower(*name);
        else if (end > folded && end[-1] != ' ')
            *end++ = ' ';
    }
    if (end > folded && end[-1] == ' ')
        end--;
    *end = '\0';
    return folded;
}
