/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_DIR_H
#define MCP_CONFIG_DIR_H

#include <httpd.h>
#include <http_config.h>

#include "base/settings.h"

/* Our part of a per-directory configuration of httpd: what one section says.
 * httpd merges the sections of a request over each other; that only chains
 * them and picks the key, because requests find their settings by the key. */
typedef struct mcp_config_dir_t mcp_config_dir_t;
struct mcp_config_dir_t {
    const char *key;            /* of an mcp_config_section_t */
    mcp_settings_t *settings;   /* what is written here; NULL: nothing */
    apr_array_header_t *scopes; /* of Require mcp-scope here; NULL: none */
    const mcp_config_dir_t *outer, *inner; /* of a merged one */
    const char *container; /* inside this: "MCPIdentityProvider" */
    void *object;          /* what its words fill in */
};

mcp_config_dir_t *mcp_config_dir_make(apr_pool_t *pool);
mcp_config_dir_t *mcp_config_dir_merge(const mcp_config_dir_t *outer,
                                       const mcp_config_dir_t *inner,
                                       apr_pool_t *pool);
/* Ours in a vector, made when it is not there. */
mcp_config_dir_t *mcp_config_dir_of(ap_conf_vector_t *vector,
                                    apr_pool_t *pool);
/* What is written in dir and in what it was merged from. */
const mcp_settings_t *mcp_config_dir_settings(const mcp_config_dir_t *dir,
                                              apr_pool_t *pool);
/* MCPPass, as the innermost of these says it; NULL where none does. */
const apr_array_header_t *mcp_config_dir_pass(const mcp_config_dir_t *dir);

#endif
