/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_ISSUER_H
#define MCP_CONFIG_ISSUER_H

#include <httpd.h>

/* Where a virtual host is, as far as its configuration says. */

/* The ServerName line's name, or NULL when there is no such line. */
const char *mcp_config_issuer_name(const server_rec *s, apr_pool_t *pool);
/* "https://h[:p]" or "http://h[:p]"; never NULL. */
const char *mcp_config_issuer_origin(const server_rec *s, apr_pool_t *pool);
/* The origin when an issuer may have it: with TLS or on a loopback host, and
 * not guessed by httpd. NULL otherwise. */
const char *mcp_config_issuer_derive(const server_rec *s, apr_pool_t *pool);

#endif
