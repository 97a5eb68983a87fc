/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_CLAIM_H
#define MCP_SERVER_CLAIM_H

#include <httpd.h>

/* Takes the requests that are ours before a rewrite, a proxy, an alias or an
 * .htaccess can, and leaves them to the handler phase, so that <Location>,
 * Header and LimitRequestBody still apply (D9). All are hooks of the same
 * name, to be run first. */

int mcp_server_claim_pre_translate_name(request_rec *r);
int mcp_server_claim_translate_name(request_rec *r);
int mcp_server_claim_map_to_storage(request_rec *r);
/* public endpoints, whatever / demands */
int mcp_server_claim_access_checker_ex(request_rec *r);
int mcp_server_claim_type_checker(request_rec *r);

#endif
