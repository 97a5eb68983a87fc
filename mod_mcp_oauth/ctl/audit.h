/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CTL_AUDIT_H
#define MCP_CTL_AUDIT_H

#include "base/audit.h"
#include "oauth/known.h"

/* The server's audit logs, for what the administrator does here. */
typedef struct mcp_ctl_audit_t mcp_ctl_audit_t;

/* Opens those that are files and there, as the user that this process is of
 * now. cx's events go there from then on. */
void mcp_ctl_audit_open(const mcp_oauth_known_t *known, mcp_ctx_t *cx);

/* mcp_host_t.audit: a line in the log of the issuer that the event is about,
 * or in all. What cannot be written is said. */
void mcp_ctl_audit_note(mcp_ctx_t *cx, int event,
                        const mcp_audit_about_t *about);

#endif
