/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_KIND_H
#define MCP_CONFIG_KIND_H

#include "base/settings.h"
#include "config/line.h"

/* A kind of value: how it is read, merged and shown. A value is a pointer or
 * an int of the type that base/settings.h gives it; NULL or 0 is not set. */
typedef struct mcp_config_kind_t {
    /* Reads the words into *value, on top of what earlier lines of the same
     * section left there. NULL, or why it cannot. */
    const char *(*parse)(void *value, const mcp_config_line_t *line);
    /* Puts *value over *outer, which it inherits. */
    void (*merge)(void *value, const void *outer, apr_pool_t *pool);
    /* as an administrator would write it; NULL when it is not set. limits are
     * those of the row */
    const char *(*show)(const void *value, const char *limits,
                        apr_pool_t *pool);
} mcp_config_kind_t;

#define MCP_KIND(kind, syntax, few, many, accepted)                           \
    extern const mcp_config_kind_t mcp_config_kind_##kind;
#include "config/kinds.def"

/* Their keys with the defaults, as a line of configuration. */
extern const char mcp_config_kind_lifetime_defaults[];
extern const char mcp_config_kind_limit_defaults[];
extern const char mcp_config_kind_fetch_defaults[];

/* What kinds have in common: */

/* a set pointer replaces the inherited one */
void mcp_config_kind_replace(void *value, const void *outer, apr_pool_t *pool);
/* a string, in quotes where it needs them */
const char *mcp_config_kind_string(const void *value, const char *limits,
                                   apr_pool_t *pool);
/* an array of strings */
const char *mcp_config_kind_strings(const void *value, const char *limits,
                                    apr_pool_t *pool);

#endif
