/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_ICON_H
#define MCP_MCP_ICON_H

#include "base/writer.h"
#include "mod_mcp_oauth.h"

/* Icons of MCP (basic/index, icons): an array that ends with one without src.
 */

/* The sentence that says what is wrong with them; NULL: nothing, also where
 * there are none. Clients must reject what is neither https nor data. */
const char *mcp_icon_check(const mcp_icon_t *icons, mcp_ctx_t *cx);
/* The member icons; nothing at all where there are none. */
void mcp_icon_write(mcp_writer_t *w, const mcp_icon_t *icons,
                    apr_pool_t *pool);

#endif
