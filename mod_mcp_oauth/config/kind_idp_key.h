/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_KIND_IDP_KEY_H
#define MCP_CONFIG_KIND_IDP_KEY_H

#include "config/kind_idp.h"

/* Reads the keys of a provider: that of Client with private-key-jwt,
 * SharedSecret and DecryptionKey. NULL, or what is wrong with one; httpd is
 * told its line. They live as long as the configuration. */
const char *mcp_config_kind_idp_key_read(mcp_config_kind_idp_t *made,
                                         const mcp_config_line_t *line);
/* What tells the provider from those that are configured otherwise: all that
 * is written but what it is called and how we prove who we are. A digest, for
 * there may be secrets in it. */
const char *mcp_config_kind_idp_key_text(const mcp_config_kind_idp_t *made,
                                         apr_pool_t *pool);

#endif
