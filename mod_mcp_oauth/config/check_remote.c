/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/check_remote.h"

#include <ap_provider.h>

#include <apr_strings.h>

#include "base/scope.h"
#include "config/callback.h"
#include "config/check_idp.h"
#include "config/kind_idp.h"
#include "idp/bearer.h"
#include "idp/metadata.h"
#include "mod_mcp_oauth.h"

#define IDP(idps, i) APR_ARRAY_IDX(idps, i, const mcp_idp_t *)

typedef struct looking_t {
    const mcp_config_section_t *section;
    mcp_config_report_t *report;
    mcp_config_kind_idp_t *made;
    const char *where; /* the provider's line */
} looking_t;

/* "auth0 example.us.auth0.com" */
static const char *written(const mcp_idp_t *idp, apr_pool_t *pool)
{
    return apr_pstrcat(pool, idp->preset->name,
                       idp->arguments->nelts ? " " : "",
                       apr_array_pstrcat(pool, idp->arguments, ' '), NULL);
}

/* -- each for itself -- */

static void client_check(const looking_t *looking)
{
    const mcp_idp_t *idp = &looking->made->idp;
    apr_pool_t *pool = looking->report->pool;

    if (!idp->client)
        mcp_config_problem_report(
            looking->report, looking->where, MCP_PROBLEM_NO_CLIENT, idp->label,
            mcp_config_callback_url(idp, looking->section->site->endpoints,
                                    pool),
            written(idp, pool));
    else if (!idp->client->secret)
        mcp_config_problem_report(looking->report, looking->where,
                                  MCP_PROBLEM_NO_SECRET, idp->client->id,
                                  idp->client->id);
}

static void audience_check(const looking_t *looking)
{
    const mcp_idp_t *idp = &looking->made->idp;
    const mcp_idp_facts_t *facts = idp->preset->facts;

    if (facts->needs_audience && !idp->audiences && !idp->verify_setting)
        mcp_config_problem_report(looking->report, looking->where,
                                  MCP_PROBLEM_NO_AUDIENCE,
                                  facts->hints.opaque);
}

/* Words that somebody decides by. */
static int is_believed(const char *word)
{
    return strcmp(word, "name") != 0 && strcmp(word, "picture") != 0;
}

static void editable_check(const looking_t *looking,
                           const mcp_idp_claim_setting_t *claim)
{
    const mcp_idp_t *idp = &looking->made->idp;
    const char *editable = idp->preset->facts->editable;
    int i;

    for (i = 0; editable && i < claim->pointers->nelts; i++) {
        const char *pointer = APR_ARRAY_IDX(claim->pointers, i, const char *);

        if (is_believed(claim->word) &&
            !strncmp(pointer, editable, strlen(editable)))
            mcp_config_problem_report(looking->report, looking->where,
                                      MCP_PROBLEM_EDITABLE, claim->word,
                                      pointer, idp->label);
    }
}

/* -- what other modules registered -- */

static void claim_resolve(const looking_t *looking,
                          mcp_idp_claim_setting_t *claim)
{
    apr_pool_t *pool = looking->report->pool;
    apr_array_header_t *mappings = apr_array_make(
        pool, claim->pointers->nelts, sizeof(const mcp_claim_mapping_t *));
    int i;

    for (i = 0; i < claim->pointers->nelts; i++) {
        const char *name = APR_ARRAY_IDX(claim->pointers, i, const char *);
        const mcp_claim_mapping_t *mapping =
            *name == '/'
                ? NULL
                : ap_lookup_provider(MCP_CLAIM_GROUP, name, MCP_CLAIM_VERSION);

        if (*name != '/' && !mapping)
            mcp_config_problem_report(
                looking->report, looking->where, MCP_PROBLEM_UNKNOWN_MAPPING,
                claim->word, name,
                mcp_config_check_idp_registered(MCP_CLAIM_GROUP,
                                                MCP_CLAIM_VERSION, pool));
        APR_ARRAY_PUSH(mappings, const mcp_claim_mapping_t *) = mapping;
    }
    claim->mappings = mappings;
}

static void verifier_resolve(const looking_t *looking)
{
    mcp_idp_t *idp = &looking->made->idp;

    if (!idp->verify_setting ||
        idp->verify_setting->how != MCP_IDP_VERIFY_MODULE)
        return;
    idp->verifier = ap_lookup_provider(
        MCP_VERIFIER_GROUP, idp->verify_setting->name, MCP_VERIFIER_VERSION);
    if (!idp->verifier)
        mcp_config_problem_report(looking->report, looking->where,
                                  MCP_PROBLEM_UNKNOWN_VERIFIER,
                                  idp->verify_setting->name,
                                  mcp_config_check_idp_registered(
                                      MCP_VERIFIER_GROUP, MCP_VERIFIER_VERSION,
                                      looking->report->pool));
}

static void claims_check(const looking_t *looking)
{
    apr_array_header_t *claims = looking->made->idp.claims;
    int i;

    for (i = 0; claims && i < claims->nelts; i++) {
        mcp_idp_claim_setting_t *claim =
            &APR_ARRAY_IDX(claims, i, mcp_idp_claim_setting_t);

        editable_check(looking, claim);
        claim_resolve(looking, claim);
    }
}

/* -- beside each other -- */

static int is_alone(const mcp_idp_t *idp)
{
    return !mcp_idp_preset_is_remote(idp) && !idp->arguments->nelts;
}

/* Whether users of the one can be users of the other. */
static int is_same(const mcp_idp_t *idp, const mcp_idp_t *other)
{
    int i;

    for (i = 0; idp->issuers && i < idp->issuers->nelts; i++)
        if (mcp_idp_metadata_is_issuer(
                other, APR_ARRAY_IDX(idp->issuers, i, const char *)))
            return 1;
    return mcp_idp_metadata_is_issuer(other, idp->issuer);
}

static void other_check(const looking_t *looking, const mcp_idp_t *other)
{
    const mcp_idp_t *idp = &looking->made->idp;
    apr_pool_t *pool = looking->report->pool;

    if (is_alone(other))
        mcp_config_problem_report(looking->report, looking->where,
                                  MCP_PROBLEM_HTTPD_ALONE, idp->label);
    else if (is_same(idp, other))
        mcp_config_problem_report(looking->report, looking->where,
                                  MCP_PROBLEM_SAME_PROVIDER,
                                  written(other, pool));
    else if (!strcasecmp(idp->label, other->label))
        mcp_config_problem_report(looking->report, looking->where,
                                  MCP_PROBLEM_SAME_LABEL, other->label);
}

/* Of two that do not go together the later line is named; of httpd and a
 * remote one that of the remote one. */
static void others_check(const looking_t *looking, int place)
{
    const apr_array_header_t *idps = looking->section->settings->idps;
    int i;

    for (i = 0; i < idps->nelts; i++)
        if (i < place || !mcp_idp_preset_is_remote(IDP(idps, i)))
            other_check(looking, IDP(idps, i));
}

/* -- as a resource server -- */

/* A token of one is none of the other's business. */
static void opaque_check(const looking_t *looking)
{
    const apr_array_header_t *idps = looking->section->settings->idps;
    int i;

    if (!mcp_idp_bearer_takes_opaque(&looking->made->idp))
        return;
    for (i = 0; IDP(idps, i) != &looking->made->idp; i++)
        if (mcp_idp_preset_is_remote(IDP(idps, i)) &&
            mcp_idp_bearer_takes_opaque(IDP(idps, i)))
            mcp_config_problem_report(looking->report, looking->where,
                                      MCP_PROBLEM_SECOND_OPAQUE,
                                      IDP(idps, i)->label);
}

/* RFC 8707: what clients ask the provider for is the resource. */
static void resource_check(const looking_t *looking)
{
    const mcp_idp_t *idp = &looking->made->idp;
    const char *resource = looking->section->url;

    if (looking->section->settings->auth_mode == MCP_MODE_RESOURCE_SERVER &&
        idp->bearer == MCP_IDP_VERIFY_JWT && idp->audiences &&
        !idp->preset->facts->has_no_aud && !idp->preset->facts->accepts &&
        !mcp_scope_has(idp->audiences, resource))
        mcp_config_problem_report(
            looking->report, looking->where, MCP_PROBLEM_OTHER_AUDIENCE,
            APR_ARRAY_IDX(idp->audiences, 0, const char *), resource,
            resource);
}

static void bearer_check(const looking_t *looking)
{
    const mcp_idp_t *idp = &looking->made->idp;

    if (idp->bearer_fault) {
        mcp_config_problem_report(looking->report, looking->where,
                                  MCP_PROBLEM_NO_BEARER, idp->bearer_fault);
        return;
    }
    if (idp->bearer == MCP_IDP_VERIFY_USERINFO)
        mcp_config_problem_report(looking->report, looking->where,
                                  MCP_PROBLEM_ANY_CLIENT, idp->label);
    opaque_check(looking);
    resource_check(looking);
}

static void signin_check(const looking_t *looking)
{
    const mcp_idp_t *idp = &looking->made->idp;

    if (idp->signin_fault) {
        mcp_config_problem_report(looking->report, looking->where,
                                  MCP_PROBLEM_NO_SIGNIN, idp->signin_fault);
        return;
    }
    client_check(looking);
    audience_check(looking);
}

/* -- all -- */

void mcp_config_check_remote_section(const mcp_config_section_t *section,
                                     mcp_config_report_t *report)
{
    const apr_array_header_t *idps = section->settings->idps;
    looking_t looking = {section, report, NULL, NULL};
    int i;

    for (i = 0; idps && i < idps->nelts; i++) {
        if (!mcp_idp_preset_is_remote(IDP(idps, i)))
            continue;
        /* config/section.c made a copy for this section */
        looking.made = (void *)IDP(idps, i);
        looking.where = mcp_config_check_idp_where(looking.made, report->pool);
        others_check(&looking, i);
        if (section->settings->auth_mode != MCP_MODE_RESOURCE_SERVER)
            signin_check(&looking);
        if (section->settings->auth_mode != MCP_MODE_BROKER)
            bearer_check(&looking);
        claims_check(&looking);
        verifier_resolve(&looking);
    }
}
