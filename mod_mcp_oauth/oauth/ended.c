/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/ended.h"

#include <apr_strings.h>
#include <string.h>

#include "base/random.h"

#define MARK_BYTES 12
/* seconds: a browser stays signed in for a week at most, all else that is
 * begun is gone after a day (MCPLifetime) */
#define SESSION_KEPT (8 * 24 * 3600)

static void key_of(unsigned char key[MCP_DIGEST_SIZE], const char *kind,
                   const char *name, apr_pool_t *pool)
{
    const char *text = apr_pstrcat(pool, kind, name, NULL);

    mcp_digest_sha256_text(key, text);
}

static void user_key(unsigned char key[MCP_DIGEST_SIZE],
                     const mcp_identity_t *identity, apr_pool_t *pool)
{
    key_of(key, "user:", mcp_oauth_identity_index(identity, pool), pool);
}

/* JSON, so that no two can be spelt the same. */
static void session_key(unsigned char key[MCP_DIGEST_SIZE],
                        const mcp_identity_t *identity, apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);

    mcp_writer_open(w, '[');
    mcp_writer_string(w, identity->issuer);
    mcp_writer_string(w, identity->session);
    mcp_writer_close(w);
    key_of(key, "session:", mcp_writer_text(w, NULL), pool);
}

static void client_key(unsigned char key[MCP_DIGEST_SIZE],
                       const char *client_id, apr_pool_t *pool)
{
    key_of(key, "client:", client_id, pool);
}

/* -- reading -- */

static const mcp_error_t *get(const char **mark,
                              const unsigned char key[MCP_DIGEST_SIZE],
                              const mcp_oauth_works_t *works, mcp_ctx_t *cx)
{
    const mcp_record_t *record;
    const mcp_json_t *json;

    *mark = NULL;
    MCP_TRY(mcp_store_get(&record, works->store, MCP_RECORD_ENDED, key, cx));
    if (!record)
        return NULL;
    MCP_TRY(mcp_json_read(&json, record->value, record->len, cx));
    *mark = mcp_json_string(mcp_json_get(json, "mark"));
    return NULL;
}

const mcp_error_t *mcp_oauth_ended_user_mark(const char **mark,
                                             const mcp_identity_t *identity,
                                             const mcp_oauth_works_t *works,
                                             mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];
    const char *session;

    user_key(key, identity, cx->pool);
    MCP_TRY(get(mark, key, works, cx));
    if (!identity->session)
        return NULL;
    session_key(key, identity, cx->pool);
    MCP_TRY(get(&session, key, works, cx));
    if (session)
        *mark = apr_pstrcat(cx->pool, *mark ? *mark : "", ".", session, NULL);
    return NULL;
}

const mcp_error_t *mcp_oauth_ended_client_mark(const char **mark,
                                               const char *client_id,
                                               const mcp_oauth_works_t *works,
                                               mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];

    client_key(key, client_id, cx->pool);
    return get(mark, key, works, cx);
}

int mcp_oauth_ended_same(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

const mcp_error_t *mcp_oauth_ended_since(int *is,
                                         const mcp_oauth_begun_t *begun,
                                         const mcp_oauth_works_t *works,
                                         mcp_ctx_t *cx)
{
    const char *user = begun->user_mark, *client = begun->client_mark;

    *is = 1;
    if (begun->identity)
        MCP_TRY(mcp_oauth_ended_user_mark(&user, begun->identity, works, cx));
    if (begun->client_id)
        MCP_TRY(
            mcp_oauth_ended_client_mark(&client, begun->client_id, works, cx));
    *is = !mcp_oauth_ended_same(user, begun->user_mark) ||
          !mcp_oauth_ended_same(client, begun->client_mark);
    return NULL;
}

/* -- ending -- */

static const mcp_error_t *replace(const unsigned char key[MCP_DIGEST_SIZE],
                                  apr_int64_t expires,
                                  const mcp_oauth_works_t *works,
                                  mcp_ctx_t *cx)
{
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    mcp_record_t record;
    const char *mark;

    MCP_TRY(mcp_random_text(&mark, MARK_BYTES, cx));
    mcp_writer_open(w, '{');
    mcp_writer_member(w, "mark", mark);
    mcp_writer_close(w);
    memset(&record, 0, sizeof(record));
    record.value = mcp_writer_text(w, &record.len);
    record.expires = expires;
    return mcp_store_put(works->store, MCP_RECORD_ENDED, key, &record, cx);
}

const mcp_error_t *mcp_oauth_ended_user(const mcp_identity_t *identity,
                                        const mcp_oauth_works_t *works,
                                        mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];

    user_key(key, identity, cx->pool);
    return replace(key, MCP_UNLIMITED, works, cx);
}

const mcp_error_t *mcp_oauth_ended_session(const mcp_identity_t *identity,
                                           const mcp_oauth_works_t *works,
                                           mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];

    session_key(key, identity, cx->pool);
    return replace(key, mcp_ctx_seconds(cx) + SESSION_KEPT, works, cx);
}

const mcp_error_t *mcp_oauth_ended_client(const char *client_id,
                                          const mcp_oauth_works_t *works,
                                          mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];

    client_key(key, client_id, cx->pool);
    return replace(key, MCP_UNLIMITED, works, cx);
}
