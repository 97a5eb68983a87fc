/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/presented.h"

#include <apr_strings.h>
#include <http_ssl.h>

#include "config/block.h"
#include "server/connection.h"

static const char *certificate_of(void *baton)
{
    request_rec *r = baton;
    const char *pem = ap_ssl_var_lookup(r->pool, r->server, r->connection, r,
                                        "SSL_CLIENT_CERT");

    return pem && *pem ? pem : NULL;
}

/* What follows the section's path, with its slash; NULL: it is written so that
 * it cannot be told. */
static const char *behind(const char *path, const mcp_config_block_t *block)
{
    apr_size_t len = strlen(block->path);

    while (len && block->path[len - 1] == '/')
        len--;
    return !strncmp(path, block->path, len) && (!path[len] || path[len] == '/')
               ? path + len
               : NULL;
}

/* The URL that the client used, from the configuration as all our URLs are;
 * MCPPublicURL stands for the path of its section. "" fits no proof. */
static const char *url_of(const request_rec *r,
                          const mcp_config_section_t *section)
{
    const char *path = r->parsed_uri.path ? r->parsed_uri.path : r->uri;
    const char *rest;

    if (!section->settings->public_url)
        return apr_pstrcat(r->pool, section->site->origin, path, NULL);
    if (section->block->kind != MCP_BLOCK_LOCATION)
        return section->url;
    rest = behind(path, section->block);
    return rest ? apr_pstrcat(r->pool, section->url, rest, NULL) : "";
}

/* None of a stream of HTTP/2, which is a connection for one request. */
static mcp_oauth_last_t *last_of(conn_rec *c)
{
    mcp_server_connection_t *known;

    if (c->master)
        return NULL;
    known = mcp_server_connection_get(c);
    if (!known->last)
        known->last = mcp_oauth_last_make(c->pool);
    return known->last;
}

void mcp_server_presented_read(mcp_oauth_presented_t *presented,
                               request_rec *r,
                               const mcp_config_section_t *section)
{
    presented->authorization = apr_table_get(r->headers_in, "Authorization");
    presented->dpop = apr_table_get(r->headers_in, "DPoP");
    presented->method = r->method;
    presented->url = presented->dpop ? url_of(r, section) : NULL;
    presented->address = r->useragent_ip;
    presented->last = last_of(r->connection);
    presented->certificate = certificate_of;
    presented->baton = r;
}
