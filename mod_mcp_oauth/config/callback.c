/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/callback.h"

#include <apr_lib.h>
#include <apr_strings.h>

#include "config/section.h"

#define SITE(sites, i) APR_ARRAY_IDX(sites, i, mcp_config_site_t *)
#define SECTION(site, i)                                                      \
    APR_ARRAY_IDX((site)->sections, i, mcp_config_section_t *)
#define IDP(idps, i) APR_ARRAY_IDX(idps, i, const mcp_idp_t *)

#define CALLBACK "/callback"

static const char *client_of(const mcp_idp_t *idp)
{
    return idp->client ? idp->client->id : "";
}

static const mcp_idp_t *find(const apr_array_header_t *idps,
                             const mcp_idp_t *idp)
{
    int i;

    for (i = 0; i < idps->nelts; i++)
        if (!strcmp(IDP(idps, i)->issuer, idp->issuer) &&
            !strcmp(client_of(IDP(idps, i)), client_of(idp)))
            return IDP(idps, i);
    return NULL;
}

/* -- names -- */

/* Its label in a URL: letters and digits, all else becomes one hyphen. */
static const char *name_of(const mcp_idp_t *idp, apr_pool_t *pool)
{
    char *out = apr_palloc(pool, strlen(idp->label) + 2), *to = out;
    const char *c;

    *to++ = '/';
    for (c = idp->label; *c; c++) {
        if (apr_isalnum(*c))
            *to++ = (char)apr_tolower(*c);
        else if (to[-1] != '-' && to[-1] != '/')
            *to++ = '-';
    }
    while (to[-1] == '-')
        to--;
    *to = '\0';
    return out[1] ? out : apr_pstrcat(pool, "/", idp->preset->name, NULL);
}

static int is_taken(const apr_array_header_t *idps, const char *name)
{
    int i;

    for (i = 0; i < idps->nelts; i++)
        if (!strcmp(IDP(idps, i)->callback, name))
            return 1;
    return 0;
}

static const char *name_make(const apr_array_header_t *idps,
                             const mcp_idp_t *idp, apr_pool_t *pool)
{
    const char *base = name_of(idp, pool), *name = base;
    int number;

    if (!idps->nelts)
        return "";
    for (number = 2; is_taken(idps, name); number++)
        name = apr_psprintf(pool, "%s-%d", base, number);
    return name;
}

/* -- all -- */

static void section_add(apr_array_header_t *list,
                        const mcp_config_section_t *section, apr_pool_t *pool)
{
    const apr_array_header_t *idps = section->settings->idps;
    int i;

    /* nobody signs in through us */
    if (!mcp_config_section_grants(section))
        return;
    for (i = 0; idps && i < idps->nelts; i++) {
        /* config/section.c made a copy for this section */
        mcp_idp_t *idp = (mcp_idp_t *)IDP(idps, i);
        const mcp_idp_t *same;

        if (!mcp_idp_preset_is_remote(idp))
            continue;
        same = find(list, idp);
        if (!idp->callback)
            idp->callback = same ? same->callback : name_make(list, idp, pool);
        if (!same)
            APR_ARRAY_PUSH(list, const mcp_idp_t *) = idp;
    }
}

static void site_add(apr_array_header_t *list, const mcp_config_site_t *site,
                     apr_pool_t *pool)
{
    int i;

    for (i = 0; site->sections && i < site->sections->nelts; i++)
        section_add(list, SECTION(site, i), pool);
}

/* httpd has its virtual hosts in reverse order, behind the main server. */
apr_array_header_t *mcp_config_callback_list(const mcp_config_site_t *site,
                                             const apr_array_header_t *sites,
                                             apr_pool_t *pool)
{
    apr_array_header_t *list =
        apr_array_make(pool, 2, sizeof(const mcp_idp_t *));
    int i;

    for (i = 0; i < sites->nelts; i++) {
        const mcp_config_site_t *user = SITE(sites, i ? sites->nelts - i : 0);

        if (user->endpoints == site)
            site_add(list, user, pool);
    }
    return list;
}

void mcp_config_callback_assign(const apr_array_header_t *sites,
                                apr_pool_t *pool)
{
    int i;

    for (i = 0; i < sites->nelts; i++)
        if (SITE(sites, i)->has_endpoints)
            mcp_config_callback_list(SITE(sites, i), sites, pool);
}

const char *mcp_config_callback_url(const mcp_idp_t *idp,
                                    const mcp_config_site_t *endpoints,
                                    apr_pool_t *pool)
{
    const char *base =
        APR_ARRAY_IDX(endpoints->settings->auth_path, 0, const char *);

    return apr_pstrcat(pool, endpoints->origin, strcmp(base, "/") ? base : "",
                       CALLBACK, idp->callback ? idp->callback : "", NULL);
}
