/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_SITE_H
#define MCP_CONFIG_SITE_H

#include <httpd.h>
#include <http_config.h>

#include "base/settings.h"

/* What the configuration says once it is read whole: virtual hosts and the
 * sections in them that are protected or served. Made in post_config, in
 * pconf; immutable afterwards. */

typedef struct mcp_config_site_t mcp_config_site_t;

/* A section with "AuthType mcp" or "SetHandler mcp-server" in a virtual host.
 * A section of the main server that virtual hosts inherit is one in each. */
typedef struct mcp_config_section_t {
    const char *key;  /* finds it from a request: mcp_config_section() */
    const char *path; /* of its URL */
    const char *url;  /* THE resource string (MCPPublicURL, else issuer's
                       * origin and path); no last slash but the root's */
    const mcp_settings_t *settings;       /* merged, defaults filled in */
    const apr_array_header_t *own_scopes; /* named by its Require lines */
    const apr_array_header_t *scopes;     /* and by those of sections inside */
    int is_protected;                     /* AuthType mcp */
    int is_server;                        /* SetHandler mcp-server */
    const char *where; /* "<Location /mcp>, line 12 of FILE", for messages */
    const mcp_config_site_t *site;
    const struct mcp_config_block_t *block; /* as it is written */
    void *runtime;                          /* server/'s */
} mcp_config_section_t;

struct mcp_config_site_t {
    server_rec *server;
    const mcp_server_settings_t *settings;
    const char *issuer;  /* NULL where nothing of ours is used */
    const char *origin;  /* of its URLs: the issuer's where the endpoints are
                          * here, else that of ServerName; NULL until the
                          * sites are read where neither may be used */
    const char *derived; /* the issuer that ServerName gives, or NULL */
    int has_endpoints;   /* 0: another virtual host has this issuer's */
    int has_signin;      /* httpd may name the user on its authorize endpoint
                          * by itself: config/signin */
    const mcp_config_site_t *endpoints; /* that one, or this */
    apr_array_header_t *sections;       /* of mcp_config_section_t * */
    void *runtime;                      /* server/'s */
    void *audit;                        /* server/audit's */
};

/* All virtual hosts (mcp_config_site_t *). Every error that teaches is logged
 * with its line; APR_EGENERAL when one of them stops the start. A second call
 * with the same pconf gives the same sites and says nothing again. */
apr_status_t mcp_config_site_read(apr_array_header_t **sites, server_rec *main,
                                  apr_pool_t *pconf, apr_pool_t *ptemp);
/* The section that a request is in, or NULL. Valid from translate_name on
 * (httpd has walked the locations by then). */
const mcp_config_section_t *mcp_config_site_section(const request_rec *r);
/* What MCPPass says for a request in this section: its handler may have a
 * <Location> of its own inside. */
const apr_array_header_t *
mcp_config_site_pass(const request_rec *r,
                     const mcp_config_section_t *section);
/* The site of a server, or NULL before post_config. */
const mcp_config_site_t *mcp_config_site_of(const server_rec *s);
/* -D DUMP_MCP: writes what the sites say to standard output. */
void mcp_config_site_dump(const apr_array_header_t *sites, apr_pool_t *pool);

#endif
