/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/plan.h"

#include <apr_strings.h>
#include <http_main.h>

#include "base/scope.h"
#include "server/site.h"

static apr_int64_t longer(apr_int64_t a, apr_int64_t b)
{
    return a > b ? a : b;
}

/* The longest life of what master secrets make for a location: its clients'
 * ids, the forms and cookies of sign-ins, refresh tokens, MCP sessions. */
static apr_int64_t longest(const mcp_lifetime_t *lifetime)
{
    apr_int64_t refresh = lifetime->refresh_token < lifetime->grant
                              ? lifetime->refresh_token
                              : lifetime->grant;

    return longer(
        longer(lifetime->registration, refresh),
        longer(lifetime->session,
               longer(lifetime->sign_in, lifetime->browser_session)));
}

static void lives_read(mcp_jose_lives_t *lives, const mcp_config_site_t *site)
{
    int i;

    for (i = 0; i < site->sections->nelts; i++) {
        const mcp_lifetime_t *lifetime =
            APR_ARRAY_IDX(site->sections, i, const mcp_config_section_t *)
                ->settings->lifetime;

        if (lifetime->signing_key < lives->key)
            lives->key = lifetime->signing_key;
        lives->made = longer(lives->made, longest(lifetime));
    }
}

/* A relative program is in ServerRoot; its arguments are not paths of ours,
 * and one in quotes is as it is. */
static const char *command_of(const char *command, apr_pool_t *pool)
{
    apr_size_t len = strcspn(command, " \t");

    if (strchr("/\"'\\", *command))
        return command;
    return apr_pstrcat(
        pool,
        ap_server_root_relative(pool, apr_pstrmemdup(pool, command, len)),
        command + len, NULL);
}

/* Where a secret is read from, as any other program finds it; a literal stays
 * in the configuration. */
static const char *source_of(const mcp_secret_setting_t *secret,
                             apr_pool_t *pool)
{
    const char *source = secret ? secret->source : NULL;

    if (source && !strncmp(source, "file:", 5))
        return apr_pstrcat(
            pool, "file:", ap_server_root_relative(pool, source + 5), NULL);
    if (source && !strncmp(source, "exec:", 5))
        return apr_pstrcat(pool, "exec:", command_of(source + 5, pool), NULL);
    return source;
}

static const mcp_store_setting_t *store_of(const mcp_store_setting_t *store,
                                           apr_pool_t *pool)
{
    mcp_store_setting_t *told = apr_pmemdup(pool, store, sizeof(*store));
    mcp_secret_setting_t *password = apr_pcalloc(pool, sizeof(*password));

    password->source = source_of(store->password, pool);
    if (store->password)
        told->password = password;
    return told;
}

static void known_make(mcp_oauth_known_t *known,
                       const apr_array_header_t *sites, mcp_ctx_t *cx)
{
    const mcp_server_settings_t *settings =
        mcp_config_site_of(ap_server_conf)->settings;
    const mcp_sealing_setting_t *sealing = settings->sealing;

    known->written = mcp_ctx_seconds(cx);
    known->store = store_of(settings->store, cx->pool);
    known->ca_file = settings->fetch->ca_file;
    known->services = mcp_server_site_services(sites, cx->pool);
    if (!sealing)
        return;
    known->sealing_key = source_of(sealing->key, cx->pool);
    known->sealing_key_before = source_of(sealing->previous, cx->pool);
}

const mcp_server_plan_t *mcp_server_plan_make(const apr_array_header_t *sites,
                                              mcp_ctx_t *cx)
{
    mcp_server_plan_t *made = apr_pcalloc(cx->pool, sizeof(*made));
    apr_array_header_t *issuers = apr_array_make(cx->pool, 2, sizeof(char *));
    int i;

    made->issuers = issuers;
    made->lives.key = MCP_UNLIMITED;
    for (i = 0; i < sites->nelts; i++) {
        const mcp_config_site_t *site =
            APR_ARRAY_IDX(sites, i, const mcp_config_site_t *);

        if (site->issuer)
            mcp_scope_add(issuers, site->issuer);
        lives_read(&made->lives, site);
    }
    known_make(&made->known, sites, cx);
    return made;
}
