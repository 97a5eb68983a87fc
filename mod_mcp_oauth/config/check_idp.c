/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/check_idp.h"

#include <ap_provider.h>
#include <mod_auth.h>

#include <apr_strings.h>

#include "config/block.h"
#include "config/check_certificate.h"

/* httpd's own providers: where they are, and what they cannot do without. */
static const struct {
    const char *provider;
    const char *module;
    const char *lacks; /* NULL: nothing */
    const char *cure;  /* a directive and an example */
} modules[] = {
    {"file", "authn_file", "no password file", "AuthUserFile PATH"},
    {"dbm", "authn_dbm", "no password file", "AuthDBMUserFile PATH"},
    {"dbd", "authn_dbd", "no query",
     "AuthDBDUserPWQuery \"SELECT password, name FROM users "
     "WHERE name = %s\""},
    {"anon", "authn_anon", "no name that everyone may use", "Anonymous NAME"},
    {"ldap", "authnz_ldap", "no directory to ask",
     "AuthLDAPURL \"ldaps://ldap.example.com/ou=People,dc=example,dc=com"
     "?uid\""},
    {"socache", "authn_socache", NULL, NULL},
    {"fcgi", "authnz_fcgi", NULL, NULL},
};
#define MODULES (sizeof(modules) / sizeof(*modules))

typedef struct looking_t {
    const mcp_config_section_t *section;
    mcp_config_signin_t signin;
    mcp_config_report_t *report;
    const char *where; /* the provider's line */
} looking_t;

/* Where the authorize endpoint is: 0 as it is advertised, else an alias. */
static const char *authorize_path(const looking_t *looking, int i)
{
    const mcp_server_settings_t *settings =
        looking->section->site->endpoints->settings;

    return mcp_config_signin_path(
        APR_ARRAY_IDX(settings->auth_path, i, const char *),
        looking->report->pool);
}

const char *mcp_config_check_idp_registered(const char *group,
                                            const char *version,
                                            apr_pool_t *pool)
{
    const apr_array_header_t *all =
        ap_list_provider_names(pool, group, version);
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

    for (i = 0; i < MODULES; i++)
        if (!strcmp(modules[i].provider, provider))
            return apr_psprintf(pool, "Load mod_%s (a2enmod %s).",
                                modules[i].module, modules[i].module);
    return "Correct the name, or load the module that provides it.";
}

static void setting_check(const looking_t *looking,
                          const mcp_config_kind_idp_t *made, const char *name)
{
    const char *args, *directive;
    apr_size_t i;

    for (i = 0; i < MODULES && strcmp(modules[i].provider, name); i++)
        ;
    if (i == MODULES || !modules[i].lacks)
        return;
    args = modules[i].cure;
    directive = ap_getword_white(looking->report->pool, &args);
    if (!mcp_config_block_inside(made->directive, directive) &&
        !mcp_config_signin_section(&looking->signin,
                                   authorize_path(looking, 0), directive))
        mcp_config_problem_report(looking->report, looking->where,
                                  MCP_PROBLEM_NO_SETTING, name,
                                  modules[i].lacks, name, modules[i].cure);
}

static void provider_check(const looking_t *looking,
                           const mcp_config_kind_idp_t *made, const char *name)
{
    apr_pool_t *pool = looking->report->pool;

    if (!ap_lookup_provider(AUTHN_PROVIDER_GROUP, name,
                            AUTHN_PROVIDER_VERSION))
        mcp_config_problem_report(
            looking->report, looking->where, MCP_PROBLEM_UNKNOWN_AUTHN, name,
            cure(name, pool),
            mcp_config_check_idp_registered(AUTHN_PROVIDER_GROUP,
                                            AUTHN_PROVIDER_VERSION, pool));
    else
        setting_check(looking, made, name);
}

/* Our form is answered at the advertised path alone; a user that httpd sets
 * is needed wherever the endpoint is. */
static void user_check(const looking_t *looking)
{
    const mcp_config_site_t *site = looking->section->site->endpoints;
    int i;

    for (i = 0; i < site->settings->auth_path->nelts; i++) {
        const char *path = authorize_path(looking, i);

        if (!mcp_config_signin_is_there(&looking->signin, path))
            mcp_config_problem_report(looking->report, looking->where,
                                      MCP_PROBLEM_NO_USER, path, path);
        else
            mcp_config_check_certificate(&looking->signin, path,
                                         looking->where, looking->report);
    }
}

/* Users of two would have one name space, and be asked by one form. */
static void first_check(const looking_t *looking,
                        const mcp_config_kind_idp_t *made)
{
    const apr_array_header_t *idps = looking->section->settings->idps;
    int i;

    for (i = 0; APR_ARRAY_IDX(idps, i, const mcp_idp_t *) != &made->idp; i++)
        if (!mcp_idp_preset_is_remote(
                APR_ARRAY_IDX(idps, i, const mcp_idp_t *)))
            mcp_config_problem_report(looking->report, looking->where,
                                      MCP_PROBLEM_SECOND_HTTPD);
}

static void httpd_check(const looking_t *looking,
                        const mcp_config_kind_idp_t *made)
{
    const apr_array_header_t *names = made->idp.arguments;
    int i;

    first_check(looking, made);
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
    looking_t looking = {
        section,
        {section->site->endpoints->server, report->server, blocks},
        report,
        NULL};
    int is_broker = section->settings->auth_mode == MCP_MODE_BROKER;
    int i;

    if (!idps)
        mcp_config_problem_report(report, section->where,
                                  is_broker ? MCP_PROBLEM_NO_PROVIDER
                                            : MCP_PROBLEM_NO_TOKEN_ISSUER);
    for (i = 0; idps && i < idps->nelts; i++) {
        /* config/kind_idp.c made each of them */
        const mcp_config_kind_idp_t *made =
            (const void *)APR_ARRAY_IDX(idps, i, const mcp_idp_t *);

        looking.where = mcp_config_check_idp_where(made, report->pool);
        if (mcp_idp_preset_is_remote(&made->idp))
            continue;
        if (is_broker)
            httpd_check(&looking, made);
        else
            mcp_config_problem_report(report, looking.where,
                                      MCP_PROBLEM_HTTPD_ISSUES_NOTHING);
    }
}
