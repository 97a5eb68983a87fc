/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_KIND_IDP_H
#define MCP_CONFIG_KIND_IDP_H

#include "config/line.h"
#include "idp/preset.h"

/* A provider and the line that it stands on. */
typedef struct mcp_config_kind_idp_t {
    mcp_idp_t idp; /* what the settings point to */
    const ap_directive_t *directive;
} mcp_config_kind_idp_t;

/* The two steps of a provider that is a container: its own line, and after
 * the words inside have been read, adding it to *value. */
const char *mcp_config_kind_idp_read(mcp_config_kind_idp_t **made,
                                     const mcp_config_line_t *line);
const char *mcp_config_kind_idp_add(void *value, mcp_config_kind_idp_t *made,
                                    const mcp_config_line_t *line);

/* The same providers once more (const mcp_idp_t *), so that what config/ finds
 * out about them in one virtual host does not hold in another. */
apr_array_header_t *mcp_config_kind_idp_copy(const apr_array_header_t *idps,
                                             apr_pool_t *pool);

#endif
