/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/grant.h"

#include <string.h>

#include "base/random.h"

#define ID_BYTES 16

const mcp_error_t *mcp_oauth_grant_make_id(const char **id, mcp_ctx_t *cx)
{
    return mcp_random_text(id, ID_BYTES, cx);
}

/* -- the record -- */

/* Nothing of it for those who signed in at httpd. */
static void write_upstream(mcp_writer_t *w, const mcp_oauth_grant_t *grant)
{
    if (!grant->upstream)
        return;
    mcp_writer_member(w, "upstream", grant->upstream);
    mcp_writer_member_integer(w, "confirmed", grant->confirmed);
    mcp_writer_member_integer(w, "lease", grant->lease);
    mcp_writer_member_integer(w, "pause", grant->pause);
}

static mcp_record_t record_of(const mcp_oauth_grant_t *grant, apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);
    mcp_record_t record;

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "id", grant->id);
    mcp_writer_member(w, "client_id", grant->client_id);
    mcp_writer_name(w, "identity");
    mcp_oauth_identity_write(w, &grant->identity);
    mcp_writer_member(w, "resource", grant->resource);
    mcp_writer_member(w, "scope", grant->scope);
    mcp_writer_member_integer(w, "created", grant->created);
    mcp_writer_member_integer(w, "turned", grant->turned);
    mcp_writer_member_integer(w, "generation", grant->generation);
    mcp_writer_member(w, "jkt", grant->jkt);
    write_upstream(w, grant);
    mcp_writer_close(w);

    memset(&record, 0, sizeof(record));
    record.value = mcp_writer_text(w, &record.len);
    record.index = mcp_oauth_identity_index(&grant->identity, pool);
    record.expires = grant->expires;
    record.version = grant->version;
    return record;
}

static int upstream_read(mcp_oauth_grant_t *grant, const mcp_json_t *json)
{
    grant->upstream = mcp_json_string(mcp_json_get(json, "upstream"));
    return !grant->upstream ||
           (mcp_json_integer(&grant->confirmed,
                             mcp_json_get(json, "confirmed")) &&
            mcp_json_integer(&grant->lease, mcp_json_get(json, "lease")) &&
            mcp_json_integer(&grant->pause, mcp_json_get(json, "pause")));
}

static int members_read(mcp_oauth_grant_t *grant, const mcp_json_t *json,
                        apr_pool_t *pool)
{
    grant->id = mcp_json_string(mcp_json_get(json, "id"));
    grant->client_id = mcp_json_string(mcp_json_get(json, "client_id"));
    grant->resource = mcp_json_string(mcp_json_get(json, "resource"));
    grant->scope = mcp_json_string(mcp_json_get(json, "scope"));
    grant->jkt = mcp_json_string(mcp_json_get(json, "jkt"));
    return grant->id && grant->client_id && grant->resource && grant->scope &&
           mcp_oauth_identity_read(&grant->identity,
                                   mcp_json_get(json, "identity"), pool) &&
           mcp_json_integer(&grant->created, mcp_json_get(json, "created")) &&
           mcp_json_integer(&grant->turned, mcp_json_get(json, "turned")) &&
           mcp_json_integer(&grant->generation,
                            mcp_json_get(json, "generation")) &&
           upstream_read(grant, json);
}

const mcp_error_t *mcp_oauth_grant_read(mcp_oauth_grant_t **grant,
                                        const mcp_record_t *record,
                                        mcp_ctx_t *cx)
{
    mcp_oauth_grant_t *found = apr_pcalloc(cx->pool, sizeof(*found));
    const mcp_json_t *json;

    *grant = NULL;
    MCP_TRY(mcp_json_read(&json, record->value, record->len, cx));
    if (!members_read(found, json, cx->pool))
        return NULL;
    found->expires = record->expires;
    found->version = record->version;
    *grant = found;
    return NULL;
}

/* -- the store -- */

const mcp_error_t *mcp_oauth_grant_put(const mcp_oauth_grant_t *grant,
                                       const mcp_oauth_works_t *works,
                                       mcp_ctx_t *cx)
{
    mcp_record_t record = record_of(grant, cx->pool);
    unsigned char key[MCP_DIGEST_SIZE];

    mcp_digest_sha256_text(key, grant->id);
    return mcp_store_put(works->store, MCP_RECORD_GRANT, key, &record, cx);
}

const mcp_error_t *mcp_oauth_grant_add(const mcp_oauth_grant_t *grant,
                                       const mcp_oauth_works_t *works,
                                       mcp_ctx_t *cx)
{
    mcp_record_t record = record_of(grant, cx->pool);
    unsigned char key[MCP_DIGEST_SIZE];
    int added;

    mcp_digest_sha256_text(key, grant->id);
    return mcp_store_add(&added, works->store, MCP_RECORD_GRANT, key, &record,
                         cx);
}

const mcp_error_t *mcp_oauth_grant_get(mcp_oauth_grant_t **grant,
                                       const char *id,
                                       const mcp_oauth_works_t *works,
                                       mcp_ctx_t *cx)
{
    mcp_store_t *store = works->store;
    const mcp_record_t *record, *revoked;
    unsigned char key[MCP_DIGEST_SIZE];

    *grant = NULL;
    mcp_digest_sha256_text(key, id);
    MCP_TRY(mcp_store_get(&record, store, MCP_RECORD_GRANT, key, cx));
    if (!record)
        return NULL;
    /* A revocation may have come before the grant was stored. */
    MCP_TRY(mcp_store_get(&revoked, store, MCP_RECORD_REVOCATION, key, cx));
    return revoked ? NULL : mcp_oauth_grant_read(grant, record, cx);
}

const mcp_error_t *mcp_oauth_grant_replace(int *done,
                                           const mcp_oauth_grant_t *grant,
                                           const mcp_oauth_works_t *works,
                                           mcp_ctx_t *cx)
{
    mcp_record_t record = record_of(grant, cx->pool);
    unsigned char key[MCP_DIGEST_SIZE];

    mcp_digest_sha256_text(key, grant->id);
    return mcp_store_replace(done, works->store, MCP_RECORD_GRANT, key,
                             &record, cx);
}

/* Somebody may refresh it at this very moment: then its record lives as long
 * again as it did since it turned. The tombstone outlives that one too. */
static apr_int64_t longest(const mcp_oauth_grant_t *grant)
{
    return grant->expires + (grant->expires - grant->turned);
}

const mcp_error_t *mcp_oauth_grant_revoke(const mcp_oauth_grant_t *grant,
                                          const mcp_oauth_works_t *works,
                                          mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];
    mcp_record_t tombstone;

    memset(&tombstone, 0, sizeof(tombstone));
    tombstone.value = "{}";
    tombstone.len = 2;
    tombstone.index = grant->id;
    tombstone.expires = longest(grant);
    mcp_digest_sha256_text(key, grant->id);
    MCP_TRY(mcp_store_put(works->store, MCP_RECORD_REVOCATION, key, &tombstone,
                          cx));
    /* the tombstone is enough: a store that cannot drop must not keep others
     * from hearing of it */
    MCP_TRY(mcp_oauth_service_announce(works, cx));
    return mcp_store_drop(works->store, MCP_RECORD_GRANT, key, cx);
}

/* -- time -- */

apr_int64_t mcp_oauth_grant_end(const mcp_oauth_grant_t *grant,
                                const mcp_oauth_resource_t *resource)
{
    return grant->created + resource->settings->lifetime->grant;
}

/* A provider's access token may last longer than ours would, and without a
 * refresh token. */
static apr_int64_t idle_of(const mcp_oauth_grant_t *grant,
                           const mcp_oauth_resource_t *resource)
{
    const mcp_lifetime_t *lifetime = resource->settings->lifetime;
    int is_long = grant->generation || mcp_oauth_service_relays(resource);

    return is_long && lifetime->refresh_token > lifetime->access_token
               ? lifetime->refresh_token
               : lifetime->access_token;
}

int mcp_oauth_grant_is_idle(const mcp_oauth_grant_t *grant,
                            const mcp_oauth_resource_t *resource,
                            apr_int64_t now)
{
    return now - grant->turned >= idle_of(grant, resource);
}

/* A little later, so that a refresh seldom moves it: an index of the store
 * would have to be written with it. */
#define PARTS 512

static apr_int64_t rounded(apr_int64_t end, apr_int64_t idle)
{
    apr_int64_t step = idle / PARTS + 1;

    return (end + step - 1) / step * step;
}

void mcp_oauth_grant_extend(mcp_oauth_grant_t *grant,
                            const mcp_oauth_resource_t *resource,
                            apr_int64_t now)
{
    apr_int64_t end = mcp_oauth_grant_end(grant, resource);
    apr_int64_t idle = idle_of(grant, resource);

    grant->expires = now + idle < end ? rounded(now + idle, idle) : end;
    if (grant->expires > end)
        grant->expires = end;
}
