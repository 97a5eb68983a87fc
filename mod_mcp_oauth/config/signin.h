/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_SIGNIN_H
#define MCP_CONFIG_SIGNIN_H

#include "config/block.h"

/* What httpd does on the authorize endpoint before we are asked: how the
 * configuration for it is written. */

/* Where to look. */
typedef struct mcp_config_signin_t {
    const server_rec *server; /* that has the endpoints */
    const server_rec *main;
    const apr_array_header_t *blocks; /* that hold for the server */
} mcp_config_signin_t;

/* A directive of a section that httpd merges into requests for this path: the
 * last one, or NULL. "AuthType mcp" is none, for it signs nobody in. */
const ap_directive_t *
mcp_config_signin_section(const mcp_config_signin_t *signin, const char *path,
                          const char *directive);
/* The one outside all sections: the virtual host's, else the main server's. */
const ap_directive_t *
mcp_config_signin_server(const mcp_config_signin_t *signin,
                         const char *directive);
/* The one of a section, else of the server. */
const ap_directive_t *
mcp_config_signin_directive(const mcp_config_signin_t *signin,
                            const char *path, const char *directive);
/* Whether something can set the user there: an AuthType, or mod_ssl's
 * SSLUserName, which needs none. */
int mcp_config_signin_is_there(const mcp_config_signin_t *signin,
                               const char *path);
/* The path of the authorize endpoint below one of MCPAuthPath. */
const char *mcp_config_signin_path(const char *base, apr_pool_t *pool);

#endif
