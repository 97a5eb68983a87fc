/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_PASSWORD_H
#define MCP_SERVER_PASSWORD_H

#include "idp/preset.h"

/* mcp_idp_password_t.check: asks httpd's authn providers that the identity
 * provider's arguments name, in their order, as AuthBasicProvider does. They
 * see the Auth... directives inside the container. baton is the request. */
const mcp_error_t *mcp_server_password_check(const char **user, void *baton,
                                             const mcp_idp_t *idp,
                                             const char *name,
                                             const char *password);

#endif
