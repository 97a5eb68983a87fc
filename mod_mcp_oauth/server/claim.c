/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/claim.h"

#include <ap_expr.h>
#include <apr_strings.h>
#include <http_config.h>
#include <http_core.h>
#include <http_request.h>

#include "server/request.h"
#include "server/rule.h"
#include "server/site.h"

#define WELL_KNOWN "/.well-known/"
#define WELL_KNOWN_LEN (sizeof(WELL_KNOWN) - 1)

/* What mod_mime and others read extensions from: without any. */
#define FILENAME "/mcp-oauth"

static const mcp_server_endpoint_t *find_well_known(const char **suffix,
                                                    const char *rest)
{
    int i;

    for (i = 0; i < MCP_ENDPOINT_COUNT; i++) {
        const mcp_server_endpoint_t *e = &mcp_server_endpoint_table[i];
        const char *end = rest + e->path_len;

        if (e->place != MCP_PLACE_WELL_KNOWN ||
            strncmp(rest, e->path, e->path_len) || (*end && *end != '/'))
            continue;
        *suffix = strcmp(end, "/") ? end : "";
        return e;
    }
    return NULL;
}

static const mcp_server_endpoint_t *
find_below(const char **suffix, const char *base, const char *uri)
{
    apr_size_t len = strlen(base);
    int i;

    if (strncmp(uri, base, len) || uri[len] != '/')
        return NULL;
    uri += len + 1;
    for (i = 0; i < MCP_ENDPOINT_COUNT; i++) {
        const mcp_server_endpoint_t *e = &mcp_server_endpoint_table[i];
        const char *end = uri + e->path_len;

        if (e->place == MCP_PLACE_WELL_KNOWN ||
            strncmp(uri, e->path, e->path_len) ||
            (*end && (e->place != MCP_PLACE_PATHS || *end != '/')))
            continue;
        *suffix = end;
        return e;
    }
    return NULL;
}

/* OpenID Connect Discovery 4.1 puts the well-known behind the issuer's path;
 * RFC 9728 knows no such form. */
static const mcp_server_endpoint_t *
find_behind_issuer(const char **suffix, const mcp_server_site_t *site,
                   const char *uri)
{
    apr_size_t len = strlen(site->issuer_path);
    const mcp_server_endpoint_t *e;

    if (!len || strncmp(uri, site->issuer_path, len) ||
        strncmp(uri + len, WELL_KNOWN, WELL_KNOWN_LEN))
        return NULL;
    e = find_well_known(suffix, uri + len + WELL_KNOWN_LEN);
    if (!e || **suffix ||
        e == &mcp_server_endpoint_table[MCP_ENDPOINT_PROTECTED_RESOURCE])
        return NULL;
    *suffix = site->issuer_path;
    return e;
}

/* A location whose tokens come from elsewhere has its document alone, but for
 * MCPProviderMetadata: what else is under /.well-known/ may be that of whoever
 * is behind this server. */
static const mcp_server_endpoint_t *find_known(const char **suffix,
                                               const mcp_server_site_t *site,
                                               const char *rest)
{
    const mcp_server_endpoint_t *e = find_well_known(suffix, rest);
    const mcp_server_endpoint_t *resource =
        &mcp_server_endpoint_table[MCP_ENDPOINT_PROTECTED_RESOURCE];

    if (e == resource)
        return site->described->resources->nelts || site->is_issuer ? e : NULL;
    return site->is_issuer || site->has_issuer || site->shows_provider ? e
                                                                       : NULL;
}

static const mcp_server_endpoint_t *
find(const char **suffix, const mcp_server_site_t *site, const char *uri)
{
    const mcp_server_endpoint_t *jwks =
        &mcp_server_endpoint_table[MCP_ENDPOINT_JWKS];
    const mcp_server_endpoint_t *e;
    int i;

    *suffix = "";
    if (!strncmp(uri, WELL_KNOWN, WELL_KNOWN_LEN))
        return find_known(suffix, site, uri + WELL_KNOWN_LEN);
    if (!site->service || (!site->is_issuer && !site->has_signer))
        return NULL;
    e = find_below(suffix, site->service->path, uri);
    if (!site->is_issuer)
        return e == jwks ? e : NULL;
    for (i = 0; !e && i < site->service->aliases->nelts; i++)
        e = find_below(suffix,
                       APR_ARRAY_IDX(site->service->aliases, i, const char *),
                       uri);
    return e ? e : find_behind_issuer(suffix, site, uri);
}

static const mcp_config_section_t *find_server(const request_rec *r)
{
    const mcp_config_section_t *section = mcp_config_site_section(r);

    return section && section->is_server ? section : NULL;
}

/* A section inside an MCP server can have another handler. */
static int is_handler(request_rec *r)
{
    const core_dir_config *core = ap_get_core_module_config(r->per_dir_config);
    const char *handler = NULL, *err = NULL;

    if (core->expr_handler)
        handler = ap_expr_str_exec(r, core->expr_handler, &err);
    return handler && !err && !strcmp(handler, MCP_SERVER_HANDLER);
}

static const mcp_server_site_t *site_of(const request_rec *r)
{
    if (r->proxyreq || !r->uri || *r->uri != '/')
        return NULL;
    return mcp_server_site_of(r->server);
}

int mcp_server_claim_pre_translate_name(request_rec *r)
{
    const mcp_server_site_t *site = site_of(r);
    const char *suffix;

    if (!site)
        return DECLINED;
    if (find(&suffix, site, r->uri) || find_server(r))
        return OK; /* no `ProxyPass mapping=encoded` */
    return DECLINED;
}

static int take(request_rec *r, mcp_server_claim_t claim, const char *handler)
{
    mcp_server_request_get(r)->claim = claim;
    r->filename = apr_pstrdup(r->pool, FILENAME);
    r->handler = handler;
    return OK;
}

int mcp_server_claim_translate_name(request_rec *r)
{
    const mcp_server_site_t *site = site_of(r);
    const mcp_config_section_t *section;
    const mcp_server_endpoint_t *e;
    mcp_server_request_t *q;
    const char *suffix;

    if (!site)
        return DECLINED;
    e = find(&suffix, site, r->uri);
    if (e) {
        q = mcp_server_request_get(r);
        q->endpoint = e;
        q->suffix = suffix;
        return take(r, MCP_REQUEST_ENDPOINT, "mcp-oauth");
    }
    section = find_server(r);
    if (!section || !is_handler(r))
        return DECLINED;
    mcp_server_request_get(r)->section = section;
    return take(r, MCP_REQUEST_SERVER, MCP_SERVER_HANDLER);
}

static int is_claimed(const request_rec *r)
{
    const mcp_server_request_t *q = mcp_server_request_find(r);

    return q && q->claim != MCP_REQUEST_PASSES;
}

int mcp_server_claim_map_to_storage(request_rec *r)
{
    return is_claimed(r) ? OK : DECLINED;
}

int mcp_server_claim_access_checker_ex(request_rec *r)
{
    const mcp_server_request_t *q = mcp_server_request_find(r);
    const mcp_server_site_t *site;
    const char *type;

    if (!q || q->claim != MCP_REQUEST_ENDPOINT)
        return DECLINED;
    site = mcp_server_site_of(r->server);
    if (mcp_server_rule_applies(site->rules, r->uri))
        return DECLINED;
    type = ap_auth_type(r);
    if (q->endpoint == &mcp_server_endpoint_table[MCP_ENDPOINT_AUTHORIZE] &&
        site->httpd_signs_in && type && ap_cstr_casecmp(type, "mcp"))
        return DECLINED;
    return OK;
}

int mcp_server_claim_type_checker(request_rec *r)
{
    return is_claimed(r) ? OK : DECLINED;
}
