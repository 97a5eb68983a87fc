/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_AUDIT_H
#define MCP_BASE_AUDIT_H

#include "base/ctx.h"
#include "base/writer.h"

/* What is worth remembering of who got access to what: typed events for the
 * audit log. They are at the bottom, for oauth/ and mcp/ cause most of them,
 * and the command that works on the state beside a server knows no httpd. */

typedef enum {
#define MCP_AUDIT(name, word, class, help) MCP_AUDIT_##name,
#include "base/audit.def"
    MCP_AUDIT_COUNT
} mcp_audit_event_t;

/* What an event is about; a member that is NULL is left out. None holds a
 * token, a code, a cookie or a password. */
typedef struct mcp_audit_about_t {
#define MCP_AUDIT_MEMBER(name, most, help) const char *name;
#include "base/audit.def"
} mcp_audit_about_t;

/* Tells the context's host. about->grant is the grant's id: who writes it
 * writes its digest. Cannot fail: nobody is refused for what is remembered of
 * him. */
void mcp_audit(mcp_ctx_t *cx, mcp_audit_event_t event,
               const mcp_audit_about_t *about);

/* -- for hosts -- */

const char *mcp_audit_word(int event);
/* now, as the log has it: 2026-11-28T02:03:04.123456Z */
const char *mcp_audit_time(mcp_ctx_t *cx);
/* whether requests can cause it as often as they like */
int mcp_audit_is_bounded(int event);
/* The members into an object that is open, each at most as long as its row
 * says. */
void mcp_audit_write(mcp_writer_t *w, const mcp_audit_about_t *about,
                     apr_pool_t *pool);
/* One member of the host's own; nothing when value is NULL. */
void mcp_audit_member(mcp_writer_t *w, const char *name, const char *value,
                      apr_size_t most, apr_pool_t *pool);

#endif
