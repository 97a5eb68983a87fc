/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_URI_TEMPLATE_H
#define MCP_BASE_URI_TEMPLATE_H

#include <apr_tables.h>

#include "base/uri.h"

/* A URI Template (RFC 6570) read backwards: which URIs it can make, and of
 * what. Its expressions are {name} and {+name}, its length is that of a URI.
 * Compiled once, read by many threads. */
typedef struct mcp_uri_template_t mcp_uri_template_t;

#define MCP_URI_TEMPLATE_MAX_VARIABLES 16

/* INVALID_REQUEST with a sentence when text is no template, or one of those
 * that cannot be read backwards: other operators and modifiers, a variable
 * that is named twice, two side by side. Lives in cx->pool. */
const mcp_error_t *mcp_uri_template_make(const mcp_uri_template_t **made,
                                         const char *text, mcp_ctx_t *cx);

/* The names of its variables, in the order of the template: const char * */
const apr_array_header_t *
mcp_uri_template_variables(const mcp_uri_template_t *t);

/* The values of the variables of a URI that mcp_uri_read() takes, decoded and
 * in their order: const char *, from pool. NULL when the template does not fit
 * it.
 *
 * No value is empty. One of {name} begins and ends where a "/", "?" or "#"
 * stands, unless that is encoded; one of {+name} may hold them. Where several
 * values fit, an earlier variable takes as much as it can. A value that is no
 * UTF-8, or holds a NUL or the segment "." or "..", fits nothing: RFC 3986
 * takes such segments out of a path, so who sends them has something else in
 * mind than a resource. */
const apr_array_header_t *mcp_uri_template_match(const mcp_uri_template_t *t,
                                                 const char *uri,
                                                 apr_pool_t *pool);

#endif
