/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_KEYS_H
#define MCP_CONFIG_KEYS_H

#include "config/kind.h"

/* What the kinds have in common whose words are KEY=VALUE: a table of keys,
 * each a member of one struct. A setting is a pointer to such a struct; NULL
 * is not set. */

/* How the value of a key is written. */
typedef struct mcp_config_keys_type_t {
    /* NULL, or a sentence that begins with text: why it cannot be */
    const char *(*read)(void *member, const char *text, const char *limits,
                        const mcp_config_line_t *line);
    const char *(*show)(const void *member, apr_pool_t *pool);
    int (*is_set)(const void *member);
} mcp_config_keys_type_t;

typedef struct mcp_config_keys_row_t {
    const char *key;
    apr_size_t offset; /* of the member */
    apr_size_t size;
    const char *limits;
    const mcp_config_keys_type_t *type;
} mcp_config_keys_row_t;

typedef struct mcp_config_keys_t {
    const mcp_config_keys_row_t *rows;
    apr_size_t count;
    apr_size_t size; /* of the struct */
    int unset;       /* the byte that a struct without any key consists of */
} mcp_config_keys_t;

/* The parse, merge and show of a kind (config/kind.h). */
const char *mcp_config_keys_parse(void *value, const mcp_config_keys_t *keys,
                                  const mcp_config_line_t *line);
void mcp_config_keys_merge(void *value, const void *outer,
                           const mcp_config_keys_t *keys, apr_pool_t *pool);
const char *mcp_config_keys_show(const void *value,
                                 const mcp_config_keys_t *keys,
                                 apr_pool_t *pool);

#endif
