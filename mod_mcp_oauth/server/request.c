/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/request.h"

#include <http_config.h>

#include "server/context.h"

extern module AP_MODULE_DECLARE_DATA mcp_oauth_module;

mcp_server_request_t *mcp_server_request_find(const request_rec *r)
{
    return ap_get_module_config(r->request_config, &mcp_oauth_module);
}

mcp_server_request_t *mcp_server_request_get(request_rec *r)
{
    mcp_server_request_t *q = mcp_server_request_find(r);

    if (!q) {
        q = apr_pcalloc(r->pool, sizeof(*q));
        mcp_server_context_of_request(&q->cx, r);
        ap_set_module_config(r->request_config, &mcp_oauth_module, q);
    }
    return q;
}

const mcp_config_section_t *mcp_server_request_section(request_rec *r)
{
    mcp_server_request_t *q = mcp_server_request_find(r);
    const mcp_config_section_t *section;

    if (q && q->section)
        return q->section;
    section = mcp_config_site_section(r);
    if (section)
        mcp_server_request_get(r)->section = section;
    return section;
}

/* A token is for one resource: what httpd does for its bearer stays there. */
static int is_same_resource(const mcp_server_request_t *a,
                            const mcp_server_request_t *b)
{
    return a->section && b->section &&
           !strcmp(a->section->url, b->section->url);
}

const mcp_principal_t *mcp_server_request_inherited(const request_rec *r)
{
    const mcp_server_request_t *own = mcp_server_request_find(r);
    const request_rec *from;

    if (!own)
        return NULL;
    for (from = r->main ? r->main : r->prev; from;
         from = from->main ? from->main : from->prev) {
        const mcp_server_request_t *q = mcp_server_request_find(from);

        if (q && q->principal && is_same_resource(q, own))
            return q->principal;
    }
    return NULL;
}
