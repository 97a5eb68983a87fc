/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_PROPERTY_STORES_H
#define MCP_T_PROPERTY_STORES_H

#include "store_redis.h"
#include "store_sqlite.h"

/* The stores that the properties are tested on: MCP_STORE names one. */

static const store_kind_t *const store_kinds[] = {&kind_sqlite, &kind_redis};

/* NULL when there is none of this name */
static inline const store_kind_t *store_kind_find(const char *name)
{
    size_t i;

    for (i = 0; i < sizeof(store_kinds) / sizeof(store_kinds[0]); i++)
        if (!strcmp(store_kinds[i]->name, name))
            return store_kinds[i];
    return NULL;
}

#endif
