/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/method.h"

#include <string.h>

#include "mcp/era.h"

static const mcp_method_t methods[] = {
#define MCP_METHOD(name, eras, needs, target, handler)                        \
    {name, eras, needs, target, handler},
#include "mcp/method.def"
#undef MCP_METHOD
};

const mcp_method_t *mcp_method_find(const char *name)
{
    apr_size_t i;

    for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        if (!strcmp(methods[i].name, name))
            return &methods[i];
    return NULL;
}

const mcp_error_t *mcp_method_ping(mcp_turn_t *t)
{
    mcp_turn_begin(t, NULL);
    return NULL;
}
