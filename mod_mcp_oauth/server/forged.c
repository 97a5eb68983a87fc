/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/forged.h"

#include <apr_lib.h>
#include <apr_strings.h>

#include "server/site.h"

#define HEADERS MCP_SERVER_HEADERS
#define HEADERS_LEN (sizeof(HEADERS) - 1)
#define BETWEEN ", \t\r\n\v\f" /* tokens, as mod_proxy cuts them */

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

/* as CGI sees one */
static int is_identity_variable(const char *name)
{
    return !strncmp(name, "HTTP_", 5) && is_identity_header(name + 5);
}

static void remove_all(apr_table_t *table, int (*is_ours)(const char *name))
{
    const apr_array_header_t *all = apr_table_elts(table);
    int i = 0;

    while (i < all->nelts) {
        const char *name = APR_ARRAY_IDX(all, i, apr_table_entry_t).key;

        if (is_ours(name))
            apr_table_unset(table, name); /* what follows moves up */
        else
            i++;
    }
}

/* "Connection: X-MCP-Auth-Subject" would make a proxy drop what we set. */
static const char *connection_without(const char *text, apr_pool_t *pool)
{
    const char *kept = "";
    char *token, *last;

    for (token = apr_strtok(apr_pstrdup(pool, text), BETWEEN, &last); token;
         token = apr_strtok(NULL, BETWEEN, &last))
        if (!is_identity_header(token))
            kept = apr_pstrcat(pool, kept, *kept ? ", " : "", token, NULL);
    return kept;
}

static void remove_named(request_rec *r)
{
    const char *text = apr_table_getm(r->pool, r->headers_in, "Connection");
    const char *kept;

    if (!text || !ap_strcasestr(text, "mcp"))
        return;
    kept = connection_without(text, r->pool);
    if (*kept)
        apr_table_setn(r->headers_in, "Connection", kept);
    else
        apr_table_unset(r->headers_in, "Connection");
}

void mcp_server_forged_remove(request_rec *r)
{
    remove_all(r->headers_in, is_identity_header);
    if (r->main) /* mod_include has put them there for the page around it */
        remove_all(r->subprocess_env, is_identity_variable);
    remove_named(r);
}

int mcp_server_forged_strip(request_rec *r)
{
    if (mcp_server_site_of(r->server))
        mcp_server_forged_remove(r);
    return DECLINED;
}
