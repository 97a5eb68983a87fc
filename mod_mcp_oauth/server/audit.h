/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_AUDIT_H
#define MCP_SERVER_AUDIT_H

#include <httpd.h>

#include "base/audit.h"
#include "base/error.h"

/* MCPAuditLog: a JSON object on a line for each event, in one write of at most
 * 4 KiB, so that lines of many children do not mix in a file or a pipe. What
 * cannot be written is lost and said once in the error log; no request fails
 * for it. A pipe that nobody reads makes writers wait, as those of CustomLog
 * do. MCPLimit audit= bounds each kind of event. */

/* In the parent, as the user that httpd starts as: opens what the sites
 * (mcp_config_site_t *) name, anew at each restart. */
const mcp_error_t *mcp_server_audit_open(const apr_array_header_t *sites,
                                         mcp_ctx_t *cx);
/* monitor, in the parent: writes how many events were left out */
int mcp_server_audit_monitor(apr_pool_t *pool, server_rec *s);

/* mcp_host_t.audit of a request, and of a server */
void mcp_server_audit_request(mcp_ctx_t *cx, int event,
                              const mcp_audit_about_t *about);
void mcp_server_audit_server(mcp_ctx_t *cx, int event,
                             const mcp_audit_about_t *about);

#endif
