/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_REQUEST_H
#define MCP_SERVER_REQUEST_H

#include <httpd.h>

#include "config/site.h"
#include "mod_mcp_oauth.h"
#include "server/account.h"
#include "server/endpoint.h"

/* What we know of one request_rec. Subrequests and internal redirects have
 * their own. Only requests that concern us have one at all. */

#define MCP_SERVER_HANDLER "mcp-server" /* as SetHandler names it */

typedef enum {
    MCP_REQUEST_PASSES,   /* some other handler answers */
    MCP_REQUEST_ENDPOINT, /* an OAuth endpoint or well-known */
    MCP_REQUEST_SERVER    /* SetHandler mcp-server */
} mcp_server_claim_t;

typedef enum {
    MCP_AUTHZ_OURS,      /* httpd's authorization was not asked yet */
    MCP_AUTHZ_ASKING,    /* it is being asked */
    MCP_AUTHZ_COLLECTING /* again, to learn which scopes are missing */
} mcp_server_authz_t;

typedef struct mcp_server_request_t {
    mcp_ctx_t cx;
    mcp_server_claim_t claim;
    const mcp_server_endpoint_t *endpoint; /* MCP_REQUEST_ENDPOINT */
    const char *suffix;                    /* of a well-known */
    const mcp_config_section_t *section;   /* it is in, or NULL */
    const mcp_principal_t *principal;      /* from its access token */
    mcp_server_authz_t authz;
    apr_array_header_t *missing; /* of const char *: scopes collected */
    apr_array_header_t *unmet;   /* of const char *: words of ours that were
                                  * denied meanwhile */
    const mcp_error_t *fault;    /* why one cannot be answered, or NULL */
    mcp_server_account_t account;
} mcp_server_request_t;

/* NULL when nothing was noted yet */
mcp_server_request_t *mcp_server_request_find(const request_rec *r);
/* finds it or makes it */
mcp_server_request_t *mcp_server_request_get(request_rec *r);
/* The section that r is in now, or NULL; then nothing is noted either. */
const mcp_config_section_t *mcp_server_request_section(request_rec *r);

/* Whoever the request behind r is from, where r is httpd's own doing: a
 * subrequest or an internal redirect in the same resource, after
 * mcp_server_request_section(). NULL: nobody. */
const mcp_principal_t *mcp_server_request_inherited(const request_rec *r);

#endif
