/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_ARGUMENT_H
#define MCP_IDP_ARGUMENT_H

#include "idp/preset.h"

/* The argument of a preset, read forgivingly where there is no doubt what is
 * meant. All of these give NULL, or what is wrong and what to write instead;
 * at configuration time only. */

/* *text is the only argument; NULL where the preset takes none. */
const char *mcp_idp_argument_one(const char **text, const mcp_idp_t *idp,
                                 apr_pool_t *pool);
/* A host, in lower case; "https://HOST/" is understood too, and where its
 * discovery document is. */
const char *mcp_idp_argument_domain(const char **domain, const mcp_idp_t *idp,
                                    apr_pool_t *pool);
/* The URL of an issuer, as it is written. */
const char *mcp_idp_argument_issuer(const char **url, const mcp_idp_t *idp,
                                    apr_pool_t *pool);
/* The same without a last slash. */
const char *mcp_idp_argument_base(const char **url, const mcp_idp_t *idp,
                                  apr_pool_t *pool);
/* Whether the only argument is a URL, not a name. */
int mcp_idp_argument_is_url(const mcp_idp_t *idp);
/* "ffffffff-ffff-ffff-ffff-ffffffffffff" */
int mcp_idp_argument_is_guid(const char *text);
/* "Write \"auth0 example.us.auth0.com\"." */
const char *mcp_idp_argument_example(const mcp_idp_t *idp, apr_pool_t *pool);
/* What is wrong with the URL of an issuer or an endpoint: a sentence that
 * begins with it. */
const char *mcp_idp_argument_url_fault(const char *url, apr_pool_t *pool);
/* Its host, in lower case; url has been found good. */
const char *mcp_idp_argument_host(const char *url, apr_pool_t *pool);

#endif
