/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/revoke.h"

#include <apr_strings.h>
#include <string.h>

#include "base/encode.h"
#include "oauth/about.h"

#define SKEW 60 /* seconds that another node's clock may be behind */

/* -- a grant -- */

static const mcp_error_t *grant_end(const mcp_oauth_grant_t *grant,
                                    const char *why,
                                    const mcp_oauth_works_t *works,
                                    mcp_ctx_t *cx)
{
    MCP_TRY(mcp_oauth_grant_revoke(grant, works, cx));
    mcp_oauth_about_grant_tell(MCP_AUDIT_REVOKED, grant, why, cx);
    return NULL;
}

const mcp_error_t *mcp_oauth_revoke_grant(int *was_there, const char *id,
                                          const mcp_oauth_works_t *works,
                                          mcp_ctx_t *cx)
{
    mcp_oauth_grant_t *grant;

    *was_there = 0;
    MCP_TRY(mcp_oauth_grant_get(&grant, id, works, cx));
    if (!grant)
        return NULL;
    MCP_TRY(grant_end(grant, "administrator", works, cx));
    *was_there = 1;
    return NULL;
}

/* -- a user, a client -- */

/* Looking through the store. */
typedef struct sweep_t {
    const mcp_oauth_works_t *works;
    const char *why;
    const char *index;             /* of the records to look at; NULL: all */
    const char *client_id;         /* whose they have to be; NULL: anybody's */
    const mcp_identity_t *session; /* in which they began; NULL: any */
    mcp_record_kind_t kind;
    int grants; /* that were ended */
} sweep_t;

/* Grants and consents have the client at the top, flows in the request. */
static int is_of_client(const mcp_json_t *json, const char *client_id)
{
    const mcp_json_t *id = mcp_json_get(json, "client_id");
    const char *text;

    if (!id)
        id = mcp_json_get(mcp_json_get(json, "request"), "client_id");
    text = mcp_json_string(id);
    return text && !strcmp(text, client_id);
}

static int is_text(const mcp_json_t *json, const char *name, const char *want)
{
    const char *text = mcp_json_string(mcp_json_get(json, name));

    return text && !strcmp(text, want);
}

/* Grants have the identity at the top, all else in the login. */
static int is_of_session(const mcp_json_t *json, const mcp_identity_t *session)
{
    const mcp_json_t *identity = mcp_json_get(json, "identity");

    if (!identity)
        identity = mcp_json_get(mcp_json_get(json, "login"), "identity");
    if (!is_text(identity, "issuer", session->issuer))
        return 0;
    return is_text(identity, "session", session->session) ||
           (session->subject && !mcp_json_get(identity, "session"));
}

static const mcp_error_t *end(sweep_t *sweep, const unsigned char *key,
                              const mcp_record_t *record, mcp_ctx_t *cx)
{
    mcp_oauth_grant_t *grant = NULL;
    const mcp_json_t *json;

    if (sweep->client_id || sweep->session) {
        MCP_TRY(mcp_json_read(&json, record->value, record->len, cx));
        if (sweep->client_id ? !is_of_client(json, sweep->client_id)
                             : !is_of_session(json, sweep->session))
            return NULL;
    }
    if (sweep->kind == MCP_RECORD_GRANT)
        MCP_TRY(mcp_oauth_grant_read(&grant, record, cx));
    if (!grant)
        return mcp_store_drop(sweep->works->store, sweep->kind, key, cx);
    sweep->grants++;
    return grant_end(grant, sweep->why, sweep->works, cx);
}

/* There may be very many: each has memory of its own, which an error keeps. */
static const mcp_error_t *look(void *baton, const unsigned char *key,
                               const mcp_record_t *record, mcp_ctx_t *cx)
{
    mcp_ctx_t one = *cx;

    apr_pool_create(&one.pool, cx->pool);
    MCP_TRY(end(baton, key, record, &one));
    apr_pool_destroy(one.pool);
    return NULL;
}

static const mcp_error_t *sweep_all(sweep_t *sweep,
                                    const mcp_record_kind_t *kinds, int count,
                                    mcp_ctx_t *cx)
{
    int i;

    for (i = 0; i < count; i++) {
        sweep->kind = kinds[i];
        MCP_TRY(mcp_store_each(sweep->works->store, sweep->kind, sweep->index,
                               look, sweep, cx));
    }
    return NULL;
}

const mcp_error_t *mcp_oauth_revoke_user(int *count,
                                         const mcp_identity_t *identity,
                                         const char *why,
                                         const mcp_oauth_works_t *works,
                                         mcp_ctx_t *cx)
{
    static const mcp_record_kind_t kinds[] = {
        MCP_RECORD_GRANT, MCP_RECORD_SIGNIN, MCP_RECORD_FLOW,
        MCP_RECORD_CONSENT};
    sweep_t sweep = {works, why, NULL, NULL, NULL, MCP_RECORD_GRANT, 0};

    *count = 0;
    sweep.index = mcp_oauth_identity_index(identity, cx->pool);
    MCP_TRY(mcp_oauth_ended_user(identity, works, cx));
    MCP_TRY(sweep_all(&sweep, kinds, 4, cx));
    *count = sweep.grants;
    mcp_ctx_log(cx, MCP_LOG_NOTICE, 162,
                "everything of the user '%s' was ended (%s): grants %d",
                mcp_encode_log(identity->subject, 80, cx->pool), why, *count);
    return NULL;
}

const mcp_error_t *mcp_oauth_revoke_session(int *count,
                                            const mcp_identity_t *identity,
                                            const mcp_oauth_works_t *works,
                                            mcp_ctx_t *cx)
{
    static const mcp_record_kind_t kinds[] = {
        MCP_RECORD_FLOW, MCP_RECORD_SIGNIN, MCP_RECORD_GRANT};
    sweep_t sweep = {works,    "logout",         NULL, NULL,
                     identity, MCP_RECORD_GRANT, 0};

    *count = 0;
    if (identity->subject)
        sweep.index = mcp_oauth_identity_index(identity, cx->pool);
    MCP_TRY(mcp_oauth_ended_session(identity, works, cx));
    MCP_TRY(sweep_all(&sweep, kinds, 3, cx));
    *count = sweep.grants;
    mcp_ctx_log(cx, MCP_LOG_NOTICE, 164,
                "a session at %s was ended there: grants %d", identity->issuer,
                *count);
    return NULL;
}

const mcp_error_t *mcp_oauth_revoke_client(int *count, const char *client_id,
                                           const mcp_oauth_works_t *works,
                                           mcp_ctx_t *cx)
{
    static const mcp_record_kind_t kinds[] = {
        MCP_RECORD_GRANT, MCP_RECORD_FLOW, MCP_RECORD_CONSENT};
    sweep_t sweep = {works, "administrator",  NULL, NULL,
                     NULL,  MCP_RECORD_GRANT, 0};

    *count = 0;
    sweep.client_id = client_id;
    MCP_TRY(mcp_oauth_ended_client(client_id, works, cx));
    MCP_TRY(sweep_all(&sweep, kinds, 3, cx));
    *count = sweep.grants;
    mcp_ctx_log(cx, MCP_LOG_NOTICE, 163,
                "everything of the client '%s' was ended: grants %d",
                mcp_encode_log(client_id, 80, cx->pool), *count);
    return NULL;
}

/* -- one access token -- */

/* By its jti: a signature has more than one spelling (ECDSA). */
static void key_of(unsigned char key[MCP_DIGEST_SIZE],
                   const mcp_principal_t *who, apr_pool_t *pool)
{
    const char *text = apr_pstrcat(pool, "jti:", who->jti, NULL);

    mcp_digest_sha256_text(key, text);
}

const mcp_error_t *mcp_oauth_revoke_token(const mcp_principal_t *who,
                                          const mcp_oauth_works_t *works,
                                          mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];
    mcp_record_t tombstone;

    key_of(key, who, cx->pool);
    memset(&tombstone, 0, sizeof(tombstone));
    tombstone.value = "{}";
    tombstone.len = 2;
    tombstone.expires = apr_time_sec(who->expires) + SKEW;
    MCP_TRY(
        mcp_store_put(works->store, MCP_RECORD_TOKEN, key, &tombstone, cx));
    return mcp_oauth_service_announce(works, cx);
}

const mcp_error_t *mcp_oauth_revoke_has_token(int *has,
                                              const mcp_principal_t *who,
                                              const mcp_oauth_works_t *works,
                                              mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];
    const mcp_record_t *tombstone;

    *has = 1;
    key_of(key, who, cx->pool);
    MCP_TRY(
        mcp_store_get(&tombstone, works->store, MCP_RECORD_TOKEN, key, cx));
    *has = tombstone != NULL;
    return NULL;
}
