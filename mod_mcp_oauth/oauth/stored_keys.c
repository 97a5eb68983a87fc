/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/stored_keys.h"

#include <apr_strings.h>
#include <string.h>

#include "base/settings.h"

typedef struct stored_t {
    mcp_jose_keyplace_t place;
    mcp_store_t *store;
} stored_t;

/* there is one */
static void key_make(unsigned char key[MCP_DIGEST_SIZE])
{
    static const char name[] = "keys";

    mcp_digest_sha256(key, name, sizeof(name) - 1);
}

static const mcp_error_t *stored_read(const char **text, apr_uint64_t *stamp,
                                      const mcp_jose_keyplace_t *place,
                                      mcp_ctx_t *cx)
{
    const stored_t *stored = (const stored_t *)place;
    unsigned char key[MCP_DIGEST_SIZE];
    const mcp_record_t *record;
    apr_uint64_t known = *stamp;

    *text = NULL;
    *stamp = 0;
    key_make(key);
    MCP_TRY(mcp_store_get(&record, stored->store, MCP_RECORD_KEYS, key, cx));
    if (!record)
        return NULL;
    *stamp = (apr_uint64_t)record->version;
    if (*stamp != known)
        *text = apr_pstrmemdup(cx->pool, record->value, record->len);
    return NULL;
}

static const mcp_error_t *stored_replace(int *done, apr_uint64_t stamp,
                                         const char *text,
                                         const mcp_jose_keyplace_t *place,
                                         mcp_ctx_t *cx)
{
    const stored_t *stored = (const stored_t *)place;
    unsigned char key[MCP_DIGEST_SIZE];
    mcp_record_t record;

    memset(&record, 0, sizeof(record));
    record.value = text;
    record.len = strlen(text);
    record.expires = MCP_UNLIMITED;
    record.version = (apr_int64_t)stamp;
    key_make(key);
    return stamp ? mcp_store_replace(done, stored->store, MCP_RECORD_KEYS, key,
                                     &record, cx)
                 : mcp_store_add(done, stored->store, MCP_RECORD_KEYS, key,
                                 &record, cx);
}

const mcp_jose_keyplace_t *mcp_oauth_stored_keys_place(mcp_store_t *store,
                                                       apr_pool_t *pool)
{
    stored_t *stored = apr_pcalloc(pool, sizeof(*stored));

    stored->place.name = "the keys in the store";
    stored->place.is_shared = 1;
    stored->place.read = stored_read;
    stored->place.replace = stored_replace;
    stored->store = store;
    return &stored->place;
}
