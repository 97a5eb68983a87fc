/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/rule.h"

#include <apr_fnmatch.h>
#include <apr_strings.h>
#include <http_config.h>

#include "server/endpoint.h"

#define WELL_KNOWN "/.well-known"

/* A path that no endpoint has: a pattern that fits it too names nothing. */
#define NEUTRAL "/.mcp-oauth/no-such-endpoint"

/* How a section says which paths it is about: one member is set. */
typedef struct rule_t {
    const char *prefix; /* without a last slash */
    const char *glob;
    const ap_regex_t *regex;
} rule_t;

static int is_at_or_below(const char *path, const char *prefix)
{
    apr_size_t len = strlen(prefix);

    return !strncmp(path, prefix, len) &&
           (path[len] == '\0' || path[len] == '/');
}

static int rule_fits(const rule_t *rule, const char *uri)
{
    if (rule->prefix)
        return is_at_or_below(uri, rule->prefix);
    if (rule->glob)
        return !apr_fnmatch(rule->glob, uri, APR_FNM_PATHNAME);
    return !ap_regexec(rule->regex, uri, 0, NULL, 0);
}

/* a path that belongs to endpoints and to nothing else, so that a section
 * above its endpoints names them too */
static int rule_is_on(const rule_t *rule, const char *home, const char *path)
{
    if (!rule->prefix)
        return rule_fits(rule, path);
    return (*home && is_at_or_below(rule->prefix, home) &&
            is_at_or_below(path, rule->prefix)) ||
           is_at_or_below(rule->prefix, path);
}

static int rule_names_base(const rule_t *rule, const char *base,
                           apr_pool_t *pool)
{
    int i;

    for (i = 0; i < MCP_ENDPOINT_COUNT; i++) {
        const mcp_server_endpoint_t *e = &mcp_server_endpoint_table[i];

        if (e->place != MCP_PLACE_WELL_KNOWN &&
            rule_is_on(rule, base,
                       apr_pstrcat(pool, base, "/", e->path, NULL)))
            return 1;
    }
    return 0;
}

/* home: what /.well-known is below, which is the path of an issuer or "" */
static int rule_names_well_known(const rule_t *rule, const char *home,
                                 apr_pool_t *pool)
{
    const char *base = apr_pstrcat(pool, home, WELL_KNOWN, NULL);
    int i;

    for (i = 0; i < MCP_ENDPOINT_COUNT; i++) {
        const mcp_server_endpoint_t *e = &mcp_server_endpoint_table[i];

        if (e->place == MCP_PLACE_WELL_KNOWN &&
            rule_is_on(rule, base,
                       apr_pstrcat(pool, base, "/", e->path, NULL)))
            return 1;
    }
    return 0;
}

static const char *issuer_path(const mcp_oauth_service_t *service)
{
    apr_size_t len = strlen(service->origin);

    return strncmp(service->issuer, service->origin, len)
               ? ""
               : service->issuer + len;
}

static int rule_names(const rule_t *rule, const mcp_oauth_service_t *service,
                      apr_pool_t *pool)
{
    int i;

    if (!rule->prefix && rule_fits(rule, NEUTRAL))
        return 0;
    if (rule_names_well_known(rule, "", pool))
        return 1;
    if (!service)
        return 0;
    if (rule_names_well_known(rule, issuer_path(service), pool))
        return 1;
    for (i = 0; i < service->aliases->nelts; i++)
        if (rule_names_base(
                rule, APR_ARRAY_IDX(service->aliases, i, const char *), pool))
            return 1;
    return rule_names_base(rule, service->path, pool);
}

static int has_require(const ap_directive_t *d)
{
    for (; d; d = d->next) {
        if (!ap_cstr_casecmp(d->directive, "Require") ||
            !ap_cstr_casecmpn(d->directive, "<Require", 8) ||
            has_require(d->first_child))
            return 1;
    }
    return 0;
}

/* AuthType mcp: the section demands tokens for what is at its own URL. An
 * endpoint below it is where clients get them. */
static int is_resource(const ap_directive_t *d, apr_pool_t *pool)
{
    for (; d; d = d->next) {
        const char *args = d->args;

        if (!ap_cstr_casecmp(d->directive, "AuthType") &&
            !ap_cstr_casecmp(ap_getword_conf(pool, &args), "mcp"))
            return 1;
    }
    return 0;
}

/* The words of <Location ...> or <LocationMatch ...>; NULL: another one. */
static const rule_t *rule_of(const ap_directive_t *d, apr_pool_t *pool)
{
    rule_t *rule = apr_pcalloc(pool, sizeof(*rule));
    int is_match = !ap_cstr_casecmp(d->directive, "<LocationMatch");
    const char *args = d->args;
    const char *end = ap_strrchr_c(args, '>');
    char *word;

    if (!is_match && ap_cstr_casecmp(d->directive, "<Location"))
        return NULL;
    if (end)
        args = apr_pstrmemdup(pool, args, end - args);
    word = ap_getword_conf(pool, &args);
    if (!is_match && !strcmp(word, "~")) {
        is_match = 1;
        word = ap_getword_conf(pool, &args);
    }
    if (is_match) {
        rule->regex = ap_pregcomp(pool, word, AP_REG_EXTENDED);
        return rule->regex ? rule : NULL;
    }
    if (apr_fnmatch_test(word)) {
        rule->glob = word;
        return rule;
    }
    while (*word && word[strlen(word) - 1] == '/')
        word[strlen(word) - 1] = '\0';
    rule->prefix = word;
    return *word ? rule : NULL; /* "/" names no endpoint */
}

static void read_level(apr_array_header_t *rules, const ap_directive_t *d,
                       const mcp_oauth_service_t *service, apr_pool_t *pool)
{
    for (; d; d = d->next) {
        const rule_t *rule = rule_of(d, pool);

        if (rule && has_require(d->first_child) &&
            !is_resource(d->first_child, pool) &&
            rule_names(rule, service, pool))
            APR_ARRAY_PUSH(rules, const rule_t *) = rule;
    }
}

/* Sections outside any virtual host count in each of them. */
apr_array_header_t *mcp_server_rule_read(const mcp_config_site_t *site,
                                         const mcp_oauth_service_t *service,
                                         apr_pool_t *pool)
{
    apr_array_header_t *rules = apr_array_make(pool, 2, sizeof(rule_t *));
    const server_rec *s = site->server;
    const ap_directive_t *d;

    read_level(rules, ap_conftree, service, pool);
    for (d = ap_conftree; d && s->is_virtual; d = d->next)
        if (!ap_cstr_casecmp(d->directive, "<VirtualHost") && s->defn_name &&
            !strcmp(d->filename, s->defn_name) &&
            (unsigned)d->line_num == s->defn_line_number)
            read_level(rules, d->first_child, service, pool);
    return rules;
}

int mcp_server_rule_applies(const apr_array_header_t *rules, const char *uri)
{
    int i;

    for (i = 0; i < rules->nelts; i++)
        if (rule_fits(APR_ARRAY_IDX(rules, i, const rule_t *), uri))
            return 1;
    return 0;
}
