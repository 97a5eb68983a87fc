/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_HTTPD_H
#define MCP_IDP_HTTPD_H

#include "idp/preset.h"

/* Apache's own authentication. With arguments our sign-in form asks these
 * authn providers of httpd; without, whoever sets the user on the authorize
 * endpoint has signed the user in. */
extern const mcp_idp_preset_t mcp_idp_httpd;

#endif
