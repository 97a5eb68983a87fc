/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/presented.h"

#include <apr_strings.h>
#include <http_ssl.h>

#include "config/block.h"

static const char *certificate_of(void *baton)
{
    request_rec *r = baton;
    const char *pem = ap_ssl_var_lookup(r->pool, r->server, r->connection, r,
                                        "SSL_CLIENT_CERT");

    return pem && *pem ? pem : NULL;
}

/* The URL that the client used, from the configuration as all our URLs are;
 * MCPPublicURL stands for the path of its section. */
static const char *url_of(const request_rec *r,
                          const mcp_config_section_t *section)
{
    const char *path = r->parsed_uri.path ? r->parsed_uri.path : r->uri;
    const mcp_config_block_t *block = section->block;
    apr_size_t len = strlen(block->path);

    if (section->settings->public_url && block->kind == MCP_BLOCK_LOCATION &&
        !strncmp(path, block->path, len))
        return apr_pstrcat(r->pool, section->url, path + len, NULL);
    if (section->settings->public_url)
        return section->url;
    return apr_pstrcat(r->pool, section->site->origin, path, NULL);
}

void mcp_server_presented_read(mcp_oauth_presented_t *presented,
                               request_rec *r,
                               const mcp_config_section_t *section)
{
    presented->authorization = apr_table_get(r->headers_in, "Authorization");
    presented->dpop = apr_table_get(r->headers_in, "DPoP");
    presented->method = r->method;
    presented->url = url_of(r, section);
    presented->address = r->useragent_ip;
    presented->certificate = certificate_of;
    presented->baton = r;
}
