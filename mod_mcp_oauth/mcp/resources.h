/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_RESOURCES_H
#define MCP_MCP_RESOURCES_H

#include "base/uri_template.h"
#include "mcp/offered.h"
#include "mcp/page.h"
#include "mod_mcp_oauth.h"

/* The resources of one server and their templates, in the order they are
 * listed: checked, templates compiled, and both lists rendered once.
 * Immutable. */
typedef struct mcp_resources_t mcp_resources_t;

/* offered: of mcp_offered_t, each URI and template once. An error says which
 * resource breaks the contract of mod_mcp_oauth.h and how. Lives in cx->pool.
 */
const mcp_error_t *mcp_resources_make(mcp_resources_t **made,
                                      const apr_array_header_t *offered,
                                      mcp_ctx_t *cx);

/* One of them. */
typedef struct mcp_listed_resource_t {
    const mcp_resource_t *resource;
    const char *module;                 /* that offers it */
    const mcp_uri_template_t *template; /* NULL: it is one resource */
} mcp_listed_resource_t;

/* The resource that has this URI, or else the first template that fits it;
 * *found is NULL when there is neither. *variables are those of the template,
 * an object of strings; it is empty without. INVALID_PARAMS for what is no
 * URI. */
const mcp_error_t *mcp_resources_find(const mcp_listed_resource_t **found,
                                      const mcp_json_t **variables,
                                      const mcp_resources_t *resources,
                                      const char *uri, mcp_ctx_t *cx);
/* The one with this URI or this template, character by character; NULL. */
const mcp_listed_resource_t *
mcp_resources_named(const mcp_resources_t *resources, const char *uri);

/* The member resources of ListResourcesResult, and resourceTemplates of
 * ListResourceTemplatesResult. */
const mcp_page_list_t *mcp_resources_pages(const mcp_resources_t *resources);
const mcp_page_list_t *
mcp_resources_template_pages(const mcp_resources_t *resources);
/* Whether there is neither resource nor template. */
int mcp_resources_is_empty(const mcp_resources_t *resources);
/* Whether a template completes its variables. */
int mcp_resources_complete(const mcp_resources_t *resources);

#endif
