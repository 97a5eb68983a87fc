/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_ROW_H
#define MCP_CONFIG_ROW_H

#include "config/kind.h"

/* A row of directives.def as data. */
typedef struct mcp_config_row_t {
    const char *name;
    const mcp_config_kind_t *kind;
    const char *syntax; /* the kind's */
    int few, many;      /* arguments; many 0: any number */
    apr_size_t offset;  /* of its member in its struct */
    const char *fallback;
    const char *limits;
    const char *context;   /* "S" "V" "L" "P"; NULL: a word */
    const char *container; /* a word's, by name */
} mcp_config_row_t;

/* Their places in the tables. */
enum {
#define MCP_SERVER_DIRECTIVE(name, kind, member, fallback, limits, ctx, help) \
    MCP_ROW_SERVER_##member,
#include "config/directives.def"
    MCP_ROW_SERVER_END
};
enum {
#define MCP_LOCATION_DIRECTIVE(name, kind, member, fallback, limits, ctx,     \
                               help)                                          \
    MCP_ROW_LOCATION_##member,
#include "config/directives.def"
    MCP_ROW_LOCATION_END
};

/* The tables; each ends with a row without a name. */
extern const mcp_config_row_t mcp_config_row_servers[];
extern const mcp_config_row_t mcp_config_row_locations[];
extern const mcp_config_row_t mcp_config_row_words[];

/* Reads a line into the struct that the row's member is in. NULL, or what is
 * wrong. */
const char *mcp_config_row_parse(const mcp_config_row_t *row, void *values,
                                 const char *args, cmd_parms *cmd);
/* Puts values over outer, for all rows of a table. */
void mcp_config_row_merge(const mcp_config_row_t *rows, void *values,
                          const void *outer, apr_pool_t *pool);
/* Puts values over the defaults. */
void mcp_config_row_defaults(const mcp_config_row_t *rows, void *values,
                             apr_size_t size, apr_pool_t *pool);
/* Puts the words of a container over their defaults. */
void mcp_config_row_word_defaults(const char *container, void *object,
                                  apr_size_t size, apr_pool_t *pool);
/* The value as it would be written; NULL when it is not set. */
const char *mcp_config_row_show(const mcp_config_row_t *row,
                                const void *values, apr_pool_t *pool);
/* "Label, Client": the words of a container. */
const char *mcp_config_row_words_of(const char *container, apr_pool_t *pool);
/* "<MCPIdentityProvider> or <...>": where a word belongs. */
const char *mcp_config_row_containers_of(const char *name, apr_pool_t *pool);
/* The word of this name in this container, or NULL. */
const mcp_config_row_t *mcp_config_row_word(const char *container,
                                            const char *name);

#endif
