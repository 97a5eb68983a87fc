/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_LIVE_LETTER_H
#define MCP_LIVE_LETTER_H

#include "live/mail.h"
#include "live/mailbox.h"

/* The letters of a box in the store of blocks, for this folder only. They are
 * named by their first block; 0 is none. */

/* The blocks that a letter of so many bytes has. */
apr_uint32_t mcp_live_letter_blocks(apr_size_t len);
mcp_live_letter_t *mcp_live_letter_at(mcp_live_mail_t *mail,
                                      apr_uint32_t letter);
/* The first with this number or a higher one, of this kind (0: of any). */
apr_uint32_t mcp_live_letter_find(mcp_live_mail_t *mail, mcp_live_box_t *box,
                                  apr_uint64_t number, apr_uint32_t kind);
/* Adds one, for which there is room, and sets its number. */
void mcp_live_letter_add(mcp_live_mail_t *mail, mcp_live_box_t *box,
                         mcp_letter_t *letter);
/* Those from number first to number last. */
void mcp_live_letter_drop(mcp_live_mail_t *mail, mcp_live_box_t *box,
                          apr_uint64_t first, apr_uint64_t last);
/* Its text to where there is room for len bytes. */
void mcp_live_letter_copy(char *to, mcp_live_mail_t *mail,
                          apr_uint32_t letter);

#endif
