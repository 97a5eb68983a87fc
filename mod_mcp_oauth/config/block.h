/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_BLOCK_H
#define MCP_CONFIG_BLOCK_H

#include <httpd.h>
#include <http_config.h>

#include "config/dir.h"

/* The sections of the configuration as they are written, read from httpd's
 * tree (ap_conftree): AuthType, Require and their line numbers stand nowhere
 * else. Include, IfDefine and macros are expanded there. */

typedef enum {
    MCP_BLOCK_LOCATION, /* <Location> without a pattern */
    MCP_BLOCK_PATTERN,  /* <LocationMatch>, <Location ~> */
    MCP_BLOCK_DIRECTORY,
    MCP_BLOCK_OTHER /* <Files>, <Proxy>, <If>, ...: nothing of ours */
} mcp_config_block_kind_t;

typedef struct mcp_config_block_t {
    mcp_config_block_kind_t kind;
    const ap_directive_t *directive;
    server_rec *server; /* where it stands */
    const char *path;   /* as written, without quotes */
    const char *where;  /* "<Location "/mcp">, line 12 of FILE" */
    const ap_directive_t *auth_type, *handler; /* the last ones; NULL: none */
    int requires;  /* Require lines, also inside <RequireAll> */
    int loose;     /* those directly in the section */
    int loose_mcp; /* those of ours among them */
    int loose_valid_user;
    const ap_directive_t *first_loose_mcp;
    apr_array_header_t *issuers; /* of const ap_directive_t *: Require
                                  * mcp-issuer lines, as in requires */
    ap_conf_vector_t *vector;    /* its per-directory configuration */
} mcp_config_block_t;

/* All sections of all servers, in the order in which they are written (of
 * mcp_config_block_t *). Their vectors are found and, where nothing of ours is
 * in them yet, made ready for a key. */
apr_array_header_t *mcp_config_block_list(server_rec *main, apr_pool_t *pool);
/* The line of this directive in a server, outside all sections, or NULL. */
const ap_directive_t *mcp_config_block_line(const char *name,
                                            const server_rec *s);
/* The last line of this directive directly in a section, or NULL. */
const ap_directive_t *mcp_config_block_inside(const ap_directive_t *section,
                                              const char *name);
/* A Require line: its word, behind any "not"; gives what follows that. */
const char *mcp_config_block_require(const char **word,
                                     const ap_directive_t *directive,
                                     apr_pool_t *pool);
/* "line 12 of FILE" */
const char *mcp_config_block_where(const ap_directive_t *directive,
                                   apr_pool_t *pool);
int mcp_config_block_is_mcp(const mcp_config_block_t *block);
/* AuthType mcp */
int mcp_config_block_is_protected(const mcp_config_block_t *block);
/* SetHandler mcp-server */
int mcp_config_block_is_served(const mcp_config_block_t *block);
/* Whether httpd merges the block into requests for this path of s. */
int mcp_config_block_covers(const mcp_config_block_t *block,
                            const server_rec *s, const char *path);

#endif
