/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/check_idp.h"

#include <ap_provider.h>
#include <mod_auth.h>

#include <apr_strings.h>

#include "config/block.h"

/* Where httpd's own providers are. */
static const struct {
    const char *provider;
    const char *module;
} modules[] = {
    {"file", "authn_file"},  {"dbm", "authn_dbm"},
    {"dbd", "authn_dbd"},    {"anon", "authn_anon"},
    {"ldap", "authnz_ldap"}, {"socache", "authn_socache"},
    {"fcgi", "authnz_fcgi"},
};

typedef struct looking_t {
    const mcp_config_section_t *section;
    const apr_array_header_t *blocks;
    mcp_config_report_t *report;
    const char *where; /* the provider's line */
} looking_t;

/* Where the authorize endpoint is: 0 as it is advertised, else an alias. */
static const char *authorize_path(const looking_t *looking, int i)
{
    const mcp_server_settings_t *settings =
        looking->section->site->endpoints->settings;
    const char *base = APR_ARRAY_IDX(settings->auth_path, i, const char *);

    return apr_pstrcat(looking->report->pool, strcmp(base, "/") ? base : "",
                       "/authorize", NULL);
}

/* A block that httpd merges into requests for this path of the endpoints and
 * that has such a directive. */
static int has_directive(const looking_t *looking, const char *path,
                         const char *directive)
{
    const server_rec *s = looking->section->site->endpoints->server;
    int i;

    for (i = 0; i < looking->blocks->nelts; i++) {
        const mcp_config_block_t *block =
            APR_ARRAY_IDX(looking->blocks, i, mcp_config_block_t *);
        const ap_directive_t *one = block->directive->first_child;

        if (!mcp_config_block_covers(block, s, path) ||
            mcp_config_block_is_protected(block))
            continue;
        for (; one; one = one->next)
            if (!strcasecmp(one->directive, directive))
                return 1;
    }
    return 0;
}

static int has_inside(const mcp_config_kind_idp_t *made, const char *directive)
{
    const ap_directive_t *one = made->directive->first_child;

    for (; one; one = one->next)
        if (!strcasecmp(one->directive, directive))
            return 1;
    return 0;
}

static const char *loaded(apr_pool_t *pool)
{
    const apr_array_header_t *all = ap_list_provider_names(
        pool, AUTHN_PROVIDER_GROUP, AUTHN_PROVIDER_VERSION);
    const char *names = NULL;
    int i;

    for (i = 0; i < all->nelts; i++) {
        const char *name =
            APR_ARRAY_IDX(all, i, ap_list_provider_names_t).provider_name;

        names = names ? apr_pstrcat(pool, names, ", ", name, NULL) : name;
    }
    return names ? names : "none";
}

static const char *cure(const char *provider, apr_pool_t *pool)
{
    apr_size_t i;

    for (i = 0; i < sizeof(modules) / sizeof(*modules); i++)
        if (!strcmp(modules[i].provider, provider))
            return apr_psprintf(pool, "Load mod_%s (a2enmod %s).",
                                modules[i].module, modules[i].module);
    return "Correct the name, or load the module that provides it.";
}

static void provider_check(const looking_t *looking,
                           const mcp_config_kind_idp_t *made, const char *name)
{
    apr_pool_t *pool = looking->report->pool;

    if (!ap_lookup_provider(AUTHN_PROVIDER_GROUP, name,
                            AUTHN_PROVIDER_VERSION))
        mcp_config_problem_report(looking->report, looking->where,
                                  MCP_PROBLEM_UNKNOWN_AUTHN, name,
                                  cure(name, pool), loaded(pool));
    else if (!strcmp(name, "file") && !has_inside(made, "AuthUserFile") &&
             !has_directive(looking, authorize_path(looking, 0),
                            "AuthUserFile"))
        mcp_config_problem_report(looking->report, looking->where,
                                  MCP_PROBLEM_NO_USER_FILE);
}

/* Our form is answered at the advertised path alone; a user that httpd sets
 * is needed wherever the endpoint is. */
static void user_check(const looking_t *looking)
{
    const mcp_config_site_t *site = looking->section->site->endpoints;
    int i;

    for (i = 0; i < site->settings->auth_path->nelts; i++) {
        const char *path = authorize_path(looking, i);

        if (!has_directive(looking, path, "AuthType"))
            mcp_config_problem_report(looking->report, looking->where,
                                      MCP_PROBLEM_NO_USER, path, path);
    }
}

static void httpd_check(const looking_t *looking,
                        const mcp_config_kind_idp_t *made)
{
    const apr_array_header_t *names = made->idp.arguments;
    int i;

    for (i = 0; i < names->nelts; i++)
        provider_check(looking, made, APR_ARRAY_IDX(names, i, const char *));
    if (!names->nelts)
        user_check(looking);
}

const char *mcp_config_check_idp_where(const mcp_config_kind_idp_t *made,
                                       apr_pool_t *pool)
{
    return apr_psprintf(pool, "%s %s, %s", made->directive->directive,
                        made->directive->args,
                        mcp_config_block_where(made->directive, pool));
}

void mcp_config_check_idp_section(const mcp_config_section_t *section,
                                  const apr_array_header_t *blocks,
                                  mcp_config_report_t *report)
{
    const apr_array_header_t *idps = section->settings->idps;
    looking_t looking = {section, blocks, report, NULL};
    int i;

    if (!idps)
        mcp_config_problem_report(report, section->where,
                                  MCP_PROBLEM_NO_PROVIDER);
    for (i = 0; idps && i < idps->nelts; i++) {
        /* config/kind_idp.c made each of them */
        const mcp_config_kind_idp_t *made =
            (const void *)APR_ARRAY_IDX(idps, i, const mcp_idp_t *);

        looking.where = mcp_config_check_idp_where(made, report->pool);
        if (!strcmp(made->idp.preset->name, "httpd"))
            httpd_check(&looking, made);
    }
}
