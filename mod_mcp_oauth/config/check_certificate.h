/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_CHECK_CERTIFICATE_H
#define MCP_CONFIG_CHECK_CERTIFICATE_H

#include "config/problem.h"
#include "config/signin.h"

/* Whether mod_ssl asks browsers for a certificate so that they answer, and
 * looks at who signed it, where users sign in with one. where: the line of the
 * identity provider. */
void mcp_config_check_certificate(const mcp_config_signin_t *signin,
                                  const char *path, const char *where,
                                  mcp_config_report_t *report);

#endif
