/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "ctl/holding.h"

#include <stdlib.h>
#include <string.h>

#include <apr_hash.h>
#include <apr_strings.h>

#include "base/encode.h"
#include "oauth/client.h"
#include "oauth/grant.h"
#include "oauth/session.h"

#define LEAST_DIGEST 8

typedef struct reading_t {
    const mcp_ctl_state_t *state;
    const mcp_ctl_arguments_t *arguments;
    mcp_record_kind_t kind;
    apr_hash_t *revoked; /* keys of grants that are; they may be there yet */
    apr_hash_t *texts;   /* that were kept */
    apr_array_header_t *found;
    apr_pool_t *scratch;
} reading_t;

/* -- names -- */

int mcp_ctl_holding_is_digest(const char *digest, const char *given)
{
    apr_size_t len = strlen(given);

    return len >= LEAST_DIGEST && !strncmp(digest, given, len);
}

int mcp_ctl_holding_is_client(const char *id, const char *given,
                              apr_pool_t *pool)
{
    return !strcmp(id, given) ||
           !strcmp(mcp_oauth_client_brief(id, pool), given) ||
           mcp_ctl_holding_is_digest(mcp_digest_text(id, pool), given);
}

int mcp_ctl_holding_is_user(const mcp_identity_t *identity, const char *given)
{
    return (identity->user && !strcmp(identity->user, given)) ||
           (identity->subject && !strcmp(identity->subject, given));
}

static int is_wanted(const mcp_ctl_holding_t *holding, const reading_t *r,
                     apr_pool_t *pool)
{
    const char *user = r->arguments->option[MCP_CTL_USER];
    const char *client = r->arguments->option[MCP_CTL_CLIENT];

    return (!user || mcp_ctl_holding_is_user(&holding->identity, user)) &&
           (!client ||
            (holding->client_id &&
             mcp_ctl_holding_is_client(holding->client_id, client, pool)));
}

/* -- each kind -- */

static int grant_read(mcp_ctl_holding_t *holding, const mcp_record_t *record,
                      mcp_ctx_t *cx)
{
    mcp_oauth_grant_t *grant;

    if (mcp_oauth_grant_read(&grant, record, cx) || !grant)
        return 0;
    holding->grant = grant->id;
    holding->identity = grant->identity;
    holding->client_id = grant->client_id;
    holding->resource = grant->resource;
    holding->scope = grant->scope;
    holding->created = grant->created;
    if (grant->turned != grant->created)
        holding->refreshed = grant->turned;
    return 1;
}

static int consent_read(mcp_ctl_holding_t *holding, const mcp_json_t *json,
                        apr_pool_t *pool)
{
    holding->client_id = mcp_json_string(mcp_json_get(json, "client_id"));
    holding->client_name = mcp_json_string(mcp_json_get(json, "client_name"));
    holding->resource = mcp_json_string(mcp_json_get(json, "resource"));
    holding->scope = mcp_json_string(mcp_json_get(json, "scope"));
    mcp_json_integer(&holding->created, mcp_json_get(json, "when"));
    return mcp_oauth_identity_read(&holding->identity,
                                   mcp_json_get(json, "identity"), pool) &&
           holding->client_id;
}

static int sign_in_read(mcp_ctl_holding_t *holding, const mcp_json_t *json,
                        apr_pool_t *pool)
{
    const mcp_oauth_login_t *login =
        mcp_oauth_session_login_read(mcp_json_get(json, "login"), pool);

    if (!login)
        return 0;
    holding->identity = login->identity;
    holding->created = login->when;
    return 1;
}

static int denial_read(mcp_ctl_holding_t *holding, const mcp_json_t *json)
{
    holding->client_id = mcp_json_string(mcp_json_get(json, "client_id"));
    mcp_json_integer(&holding->created, mcp_json_get(json, "denied"));
    return holding->client_id != NULL;
}

/* A record that nobody understands ties nobody. */
static int holding_read(mcp_ctl_holding_t *holding, const mcp_record_t *record,
                        mcp_ctx_t *cx)
{
    const mcp_json_t *json;

    if (holding->kind == MCP_RECORD_GRANT)
        return grant_read(holding, record, cx);
    if (mcp_json_read(&json, record->value, record->len, cx))
        return 0;
    if (holding->kind == MCP_RECORD_CONSENT)
        return consent_read(holding, json, cx->pool);
    if (holding->kind == MCP_RECORD_SIGNIN)
        return sign_in_read(holding, json, cx->pool);
    return denial_read(holding, json);
}

/* -- all of them -- */

/* Users, clients and resources come again and again. */
static const char *keep(reading_t *r, const char *text)
{
    const char *kept = text ? apr_hash_get(r->texts, text, APR_HASH_KEY_STRING)
                            : NULL;

    if (!text || kept)
        return kept;
    kept = apr_pstrdup(r->found->pool, text);
    apr_hash_set(r->texts, kept, APR_HASH_KEY_STRING, kept);
    return kept;
}

static void holding_keep(reading_t *r, const mcp_ctl_holding_t *read)
{
    apr_pool_t *pool = r->found->pool;
    mcp_ctl_holding_t *holding = apr_pmemdup(pool, read, sizeof(*read));

    memset(&holding->identity, 0, sizeof(holding->identity));
    holding->digest = apr_pstrdup(pool, read->digest);
    holding->grant = apr_pstrdup(pool, read->grant);
    holding->identity.issuer = keep(r, read->identity.issuer);
    holding->identity.subject = keep(r, read->identity.subject);
    holding->identity.user = keep(r, read->identity.user);
    holding->identity.email = keep(r, read->identity.email);
    holding->identity.name = keep(r, read->identity.name);
    holding->client_id = keep(r, read->client_id);
    holding->client_name = keep(r, read->client_name);
    holding->resource = keep(r, read->resource);
    holding->scope = keep(r, read->scope);
    APR_ARRAY_PUSH(r->found, mcp_ctl_holding_t *) = holding;
}

/* There may be very many: each is read in memory that is used again. */
static const mcp_error_t *note(void *baton, const unsigned char *key,
                               const mcp_record_t *record, mcp_ctx_t *cx)
{
    reading_t *r = baton;
    mcp_ctl_holding_t holding;
    mcp_ctx_t one = *cx;

    if (apr_hash_get(r->revoked, key, MCP_DIGEST_SIZE))
        return NULL;
    one.pool = r->scratch;
    memset(&holding, 0, sizeof(holding));
    holding.kind = r->kind;
    holding.created = holding.refreshed = -1;
    holding.expires = record->expires;
    holding.digest = mcp_encode_base64url(key, MCP_DIGEST_SIZE, r->scratch);
    if (holding_read(&holding, record, &one) &&
        is_wanted(&holding, r, r->scratch))
        holding_keep(r, &holding);
    apr_pool_clear(r->scratch);
    return NULL;
}

static const mcp_error_t *revoked_note(void *baton, const unsigned char *key,
                                       const mcp_record_t *record,
                                       mcp_ctx_t *cx)
{
    reading_t *r = baton;

    apr_hash_set(r->revoked, apr_pmemdup(cx->pool, key, MCP_DIGEST_SIZE),
                 MCP_DIGEST_SIZE, r);
    return NULL;
}

static int compare(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) : (a != NULL) - (b != NULL);
}

static int by_user(const void *one, const void *other)
{
    const mcp_ctl_holding_t *a = *(const mcp_ctl_holding_t *const *)one;
    const mcp_ctl_holding_t *b = *(const mcp_ctl_holding_t *const *)other;
    int order = compare(a->identity.user, b->identity.user);

    if (!order)
        order = compare(a->client_id, b->client_id);
    if (!order)
        order = a->created < b->created ? -1 : a->created > b->created;
    return order ? order : strcmp(a->digest, b->digest);
}

const mcp_error_t *mcp_ctl_holding_read(apr_array_header_t **holdings,
                                        const mcp_ctl_state_t *state,
                                        const mcp_ctl_arguments_t *arguments,
                                        mcp_ctx_t *cx)
{
    static const mcp_record_kind_t kinds[] = {
        MCP_RECORD_GRANT, MCP_RECORD_CONSENT, MCP_RECORD_SIGNIN,
        MCP_RECORD_DENIED};
    mcp_store_t *store = state->works.store;
    reading_t r;
    apr_size_t i;

    memset(&r, 0, sizeof(r));
    r.state = state;
    r.arguments = arguments;
    r.revoked = apr_hash_make(cx->pool);
    r.texts = apr_hash_make(cx->pool);
    apr_pool_create(&r.scratch, cx->pool);
    r.found = apr_array_make(cx->pool, 64, sizeof(mcp_ctl_holding_t *));
    MCP_TRY(mcp_store_each(store, MCP_RECORD_REVOCATION, NULL, revoked_note,
                           &r, cx));
    for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        r.kind = kinds[i];
        MCP_TRY(mcp_store_each(store, r.kind, NULL, note, &r, cx));
    }
    qsort(r.found->elts, (size_t)r.found->nelts, r.found->elt_size, by_user);
    *holdings = r.found;
    return NULL;
}
