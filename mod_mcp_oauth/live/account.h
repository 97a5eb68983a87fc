/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_LIVE_ACCOUNT_H
#define MCP_LIVE_ACCOUNT_H

#include "live/mail.h"

/* How many blocks the boxes of each owner have together, for this folder only.
 * Owner 0 has no account. One that has nothing any more takes no room. */

/* one may have a quarter of them */
#define MCP_LIVE_SHARE 4

/* Whether it may have so many more. */
int mcp_live_account_may(mcp_live_mail_t *mail, apr_uint64_t owner,
                         apr_uint32_t more);
void mcp_live_account_add(mcp_live_mail_t *mail, apr_uint64_t owner,
                          apr_uint32_t blocks);
void mcp_live_account_take(mcp_live_mail_t *mail, apr_uint64_t owner,
                           apr_uint32_t blocks);

#endif
