/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_LIVE_BOX_H
#define MCP_LIVE_BOX_H

#include "live/mail.h"
#include "live/mailbox.h"

/* The boxes in the store of blocks, for this folder only. They are named by
 * their block; 0 is none. */

mcp_live_box_t *mcp_live_box_at(mcp_live_mail_t *mail, apr_uint32_t box);
/* Also one that has expired, as long as it is there. */
apr_uint32_t mcp_live_box_find(mcp_live_mail_t *mail, const unsigned char *id);
/* One that has expired is closed. */
apr_uint32_t mcp_live_box_find_open(mcp_live_mail_t *mail,
                                    const unsigned char *id, apr_int64_t now);
/* 0: there is no room. */
apr_uint32_t mcp_live_box_make(mcp_live_mail_t *mail, const unsigned char *id,
                               const mcp_box_terms_t *terms);
void mcp_live_box_close(mcp_live_mail_t *mail, apr_uint32_t box);
/* Closes up to most of those that have expired. */
void mcp_live_box_tidy(mcp_live_mail_t *mail, apr_int64_t now, int most);
/* Whether an owner may have so many blocks more, and there are as many:
 * closes as many that have expired as that takes. */
int mcp_live_box_room(mcp_live_mail_t *mail, apr_uint64_t owner,
                      apr_uint32_t blocks, apr_int64_t now);

#endif
