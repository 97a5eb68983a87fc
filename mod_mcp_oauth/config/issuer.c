/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/issuer.h"

#include <ap_listen.h>

#include <apr_strings.h>

#include "base/uri.h"
#include "config/block.h"
#include "config/line.h"

const char *mcp_config_issuer_name(const server_rec *s, apr_pool_t *pool)
{
    const ap_directive_t *line = mcp_config_block_line("ServerName", s);
    const char *args = line ? line->args : NULL;

    return line ? ap_getword_conf(pool, &args) : NULL;
}

/* ServerName's; else that of <VirtualHost *:8443> or of the first Listen. A
 * scheme in ServerName says that the port there counts, even if it is none. */
static int port_of(const server_rec *s)
{
    if (s->port || s->server_scheme)
        return s->port;
    if (s->is_virtual && s->addrs)
        return s->addrs->host_port;
    return ap_listeners && ap_listeners->bind_addr
               ? ap_listeners->bind_addr->port
               : 0;
}

/* Listen 8443 https */
static int listens_https(apr_port_t port)
{
    const ap_listen_rec *listener;

    for (listener = ap_listeners; listener; listener = listener->next)
        if (listener->bind_addr && listener->bind_addr->port == port &&
            listener->protocol && !strcmp(listener->protocol, "https"))
            return 1;
    return 0;
}

static int engine_is_on(const server_rec *s, apr_pool_t *pool)
{
    const ap_directive_t *line = mcp_config_block_line("SSLEngine", s);
    const char *args = line ? line->args : NULL, *word;

    word = line ? ap_getword_conf(pool, &args) : "off";
    return strcasecmp(word, "off") != 0;
}

static int has_tls(const server_rec *s, apr_pool_t *pool)
{
    const server_addr_rec *addr;

    if (s->port == 443 || listens_https(s->port) || engine_is_on(s, pool))
        return 1;
    for (addr = s->is_virtual ? s->addrs : NULL; addr; addr = addr->next)
        if (addr->host_port == 443 || listens_https(addr->host_port))
            return 1;
    return 0;
}

const char *mcp_config_issuer_origin(const server_rec *s, apr_pool_t *pool)
{
    const char *scheme = s->server_scheme;
    char *host = apr_pstrdup(pool, s->server_hostname ? s->server_hostname
                                                      : "localhost");
    int port = port_of(s);

    if (!scheme)
        scheme = has_tls(s, pool) ? "https" : "http";
    ap_str_tolower(host);
    if (strchr(host, ':') && *host != '[')
        host = apr_pstrcat(pool, "[", host, "]", NULL);
    if (!port || port == (strcmp(scheme, "https") ? 80 : 443))
        return apr_pstrcat(pool, scheme, "://", host, NULL);
    return apr_psprintf(pool, "%s://%s:%d", scheme, host, port);
}

const char *mcp_config_issuer_derive(const server_rec *s, apr_pool_t *pool)
{
    const char *origin = mcp_config_issuer_origin(s, pool);
    mcp_config_line_t line = {"ServerName", NULL, NULL, pool, NULL};
    const mcp_uri_t *uri;

    if (!mcp_config_issuer_name(s, pool) ||
        mcp_uri_read(&uri, origin, mcp_config_line_ctx(&line)))
        return NULL;
    if (strcmp(uri->scheme, "https") != 0 && !mcp_uri_is_loopback(uri))
        return NULL;
    return origin;
}
