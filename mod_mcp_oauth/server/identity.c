/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/identity.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <http_protocol.h>

#include "base/digest.h"
#include "base/encode.h"
#include "server/request.h"
#include "server/site.h"

#define HEADERS "X-MCP-Auth-"
#define HEADERS_LEN (sizeof(HEADERS) - 1)

/* -- what a client sends -- */

/* CGI and its kin fold every other character to '_' */
static int is_identity_header(const char *name)
{
    apr_size_t i;

    for (i = 0; i < HEADERS_LEN; i++) {
        char want = HEADERS[i];
        int same = want == '-' ? name[i] && !apr_isalnum(name[i])
                               : apr_toupper(name[i]) == apr_toupper(want);

        if (!same)
            return 0;
    }
    return 1;
}

static const char *forged(const apr_table_t *headers)
{
    const apr_array_header_t *all = apr_table_elts(headers);
    int i;

    for (i = 0; i < all->nelts; i++) {
        const char *name = APR_ARRAY_IDX(all, i, apr_table_entry_t).key;

        if (name && is_identity_header(name))
            return name;
    }
    return NULL;
}

/* "Connection: X-MCP-Auth-Subject" would make a proxy drop what we set. */
static void strip_connection(request_rec *r)
{
    const char *text = apr_table_get(r->headers_in, "Connection");
    const char *kept = "";
    char *token, *last;
    int found = 0;

    if (!text || !ap_strcasestr(text, "mcp"))
        return;
    for (token = apr_strtok(apr_pstrdup(r->pool, text), ", \t", &last); token;
         token = apr_strtok(NULL, ", \t", &last)) {
        if (is_identity_header(token))
            found = 1;
        else
            kept = apr_pstrcat(r->pool, kept, *kept ? ", " : "", token, NULL);
    }
    if (found)
        apr_table_setn(r->headers_in, "Connection", kept);
}

int mcp_server_identity_strip(request_rec *r)
{
    const char *name;

    if (!mcp_server_site_of(r->server))
        return DECLINED;
    while ((name = forged(r->headers_in)))
        apr_table_unset(r->headers_in, name);
    strip_connection(r);
    return DECLINED;
}

/* -- what handlers and backends see -- */

static const char *scopes_text(const mcp_principal_t *who, const char *between,
                               apr_pool_t *pool)
{
    const char *text = "";
    int i;

    for (i = 0; who->scopes && i < who->scopes->nelts; i++)
        text = apr_pstrcat(pool, text, i ? between : "",
                           APR_ARRAY_IDX(who->scopes, i, const char *), NULL);
    return text;
}

static const char *percent_encoded(const char *text, apr_pool_t *pool)
{
    return mcp_encode_percent(text ? text : "", pool);
}

static const char *scopes_header(const mcp_principal_t *who, apr_pool_t *pool)
{
    const char *text = "";
    int i;

    for (i = 0; who->scopes && i < who->scopes->nelts; i++)
        text = apr_pstrcat(
            pool, text, i ? "," : "",
            percent_encoded(APR_ARRAY_IDX(who->scopes, i, const char *), pool),
            NULL);
    return text;
}

/* Its digest is for whoever answers: our own handler needs none. */
static void set_grant(request_rec *r, const mcp_principal_t *who)
{
    if (who->grant)
        apr_table_setn(r->subprocess_env, "MCP_GRANT",
                       mcp_digest_text(who->grant, r->pool));
}

void mcp_server_identity_tell(request_rec *r, const mcp_principal_t *who)
{
    apr_table_setn(r->subprocess_env, "MCP_SUBJECT", who->subject);
    apr_table_setn(r->subprocess_env, "MCP_CLIENT", who->client);
    apr_table_setn(r->subprocess_env, "MCP_SCOPES",
                   scopes_text(who, " ", r->pool));
}

static void set_headers(request_rec *r, const mcp_principal_t *who)
{
    apr_table_t *in = r->headers_in;

    apr_table_setn(in, HEADERS "Subject",
                   percent_encoded(who->subject, r->pool));
    apr_table_setn(in, HEADERS "User", percent_encoded(who->user, r->pool));
    apr_table_setn(in, HEADERS "Client",
                   percent_encoded(who->client, r->pool));
    apr_table_setn(in, HEADERS "Scopes", scopes_header(who, r->pool));
}

int mcp_server_identity_fixups(request_rec *r)
{
    const mcp_config_section_t *section;
    mcp_server_request_t *q = mcp_server_request_find(r);

    if (!q || !q->section)
        return DECLINED;
    section = q->section;
    if (q->claim == MCP_REQUEST_ENDPOINT || !section->is_protected)
        return DECLINED;
    if (!q->principal) { /* httpd leaves out authn where nothing changed */
        q->principal = mcp_server_request_inherited(r);
        if (q->principal)
            mcp_server_identity_tell(r, q->principal);
    }
    if (!q->account.decision)
        mcp_server_account_decide(r, MCP_DECISION_GRANTED, NULL);
    if (q->claim == MCP_REQUEST_SERVER)
        return DECLINED; /* the tool's call says who calls */
    apr_table_unset(r->headers_in, "Authorization");
    if (q->principal) {
        set_headers(r, q->principal);
        set_grant(r, q->principal);
    }
    return DECLINED;
}
