/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_LIVE_EXPIRY_H
#define MCP_LIVE_EXPIRY_H

#include "live/mail.h"

/* Which box expires first, for this folder only: a binary heap. Boxes are
 * named by their blocks. It knows how many there are, as all in it are. */

/* 0: there is none. */
apr_uint32_t mcp_live_expiry_first(mcp_live_mail_t *mail);
/* The box has its expiry already. */
void mcp_live_expiry_add(mcp_live_mail_t *mail, apr_uint32_t box);
void mcp_live_expiry_remove(mcp_live_mail_t *mail, apr_uint32_t box);
void mcp_live_expiry_change(mcp_live_mail_t *mail, apr_uint32_t box,
                            apr_int64_t expires);

#endif
