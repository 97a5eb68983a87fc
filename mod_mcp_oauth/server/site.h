/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_SITE_H
#define MCP_SERVER_SITE_H

#include "config/site.h"
#include "mcp/server.h"
#include "oauth/service.h"

/* What requests to a virtual host need at hand, made from the configuration:
 * the runtime members of config/site.h. Immutable once children run, but for
 * the works, which each child fills in. */

typedef struct mcp_server_site_t {
    const mcp_oauth_service_t *service; /* whose endpoints are here; NULL when
                                         * another virtual host has them */
    const mcp_oauth_service_t *described; /* the same with the resources of
                                           * this virtual host alone: what its
                                           * RFC 9728 documents are about */
    int is_issuer;  /* its service issues tokens for some location, of this
                     * virtual host or of another: without one it needs no
                     * endpoints */
    int has_issuer; /* some location here takes the tokens of such an issuer,
                     * which may be in another virtual host */
    int has_signer; /* its keys sign assertions (MCPPass assertion) */
    int shows_provider;      /* MCPProviderMetadata: there is no such issuer */
    const char *issuer_path; /* "" or "/tenant" */
    const apr_array_header_t *rules; /* server/rule */
    int httpd_signs_in; /* the authorize endpoint is left to httpd's
                         * authentication where it has any */
    int has_signin;     /* and it has some: AuthType, SSLUserName */
    mcp_works_t works;
} mcp_server_site_t;

typedef struct mcp_server_section_t {
    const char *origin;                   /* of its URL */
    const mcp_oauth_resource_t *resource; /* NULL unless protected */
    const mcp_server_t *server;           /* NULL unless a server */
    const mcp_works_t *works;
    const apr_array_header_t *asked; /* of const char *: the scopes that a
                                      * first sign-in should ask for */
} mcp_server_section_t;

/* Sets the runtime of all sites (mcp_config_site_t *) and their sections. An
 * error that teaches is logged; APR_EGENERAL then. Runs for httpd -t too, so
 * it touches no file. */
apr_status_t mcp_server_site_make(const apr_array_header_t *sites,
                                  const mcp_oauth_works_t *works,
                                  apr_pool_t *pconf);
/* When keys and shared memory are there. */
void mcp_server_site_open(const apr_array_header_t *sites,
                          const mcp_oauth_works_t *works,
                          const mcp_limit_t *limit);

/* The authorization servers of these sites: of const mcp_oauth_service_t * */
apr_array_header_t *mcp_server_site_services(const apr_array_header_t *sites,
                                             apr_pool_t *pool);
/* NULL where nothing of ours is used */
const mcp_server_site_t *mcp_server_site_of(const server_rec *s);
const mcp_server_section_t *
mcp_server_site_section(const mcp_config_section_t *section);

#endif
