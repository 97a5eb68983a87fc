/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/sealed_keys.h"

#include <string.h>

#include "base/writer.h"
#include "store/seal.h"

#define FORMAT "mcp_oauth sealed keys"
#define VERSION 1
#define PURPOSE "keys" /* of what is derived from the sealing key, too */

typedef struct sealed_keys_t {
    mcp_jose_keyplace_t place;
    const mcp_jose_keyplace_t *inner;
    const mcp_sealing_setting_t *sealing;
} sealed_keys_t;

static void key_of(unsigned char key[MCP_DIGEST_SIZE],
                   const mcp_secret_setting_t *secret)
{
    unsigned char digest[MCP_DIGEST_SIZE];

    mcp_digest_sha256_text(digest, secret->text);
    mcp_digest_hkdf(key, digest, PURPOSE, sizeof(PURPOSE) - 1);
}

/* The box in text, or NULL where it is not sealed. */
static const mcp_json_t *sealed_read(const char *text, mcp_ctx_t *cx)
{
    const mcp_json_t *json;
    const char *format;

    if (mcp_json_read(&json, text, strlen(text), cx))
        return NULL;
    format = mcp_json_string(mcp_json_get(json, "format"));
    return format && !strcmp(format, FORMAT) ? json : NULL;
}

static const mcp_error_t *box_read(const char **box,
                                   const sealed_keys_t *sealed,
                                   const mcp_json_t *json, mcp_ctx_t *cx)
{
    apr_int64_t version;

    *box = mcp_json_string(mcp_json_get(json, "sealed"));
    if (!mcp_json_integer(&version, mcp_json_get(json, "version")) || !*box)
        return mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                               "Restore it from a backup.",
                               "%s: it is damaged", sealed->place.name);
    if (version != VERSION)
        return mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                               "Install the newer module again.",
                               "%s: it was sealed by another version of this "
                               "module",
                               sealed->place.name);
    return NULL;
}

static const mcp_error_t *open_box(const char **text,
                                   const sealed_keys_t *sealed,
                                   const char *box, mcp_ctx_t *cx)
{
    const mcp_secret_setting_t *tried[] = {NULL, NULL};
    unsigned char key[MCP_DIGEST_SIZE];
    int i;

    if (sealed->sealing) {
        tried[0] = sealed->sealing->key;
        tried[1] = sealed->sealing->previous;
    }
    *text = NULL;
    for (i = 0; i < 2 && !*text; i++) {
        if (!tried[i])
            continue;
        key_of(key, tried[i]);
        MCP_TRY(mcp_store_seal_open(text, key, PURPOSE, box, cx));
    }
    if (*text)
        return NULL;
    return mcp_error_fault(
        MCP_E_SERVER_ERROR, cx,
        "Give MCPSealingKey the key that sealed it, as its second argument "
        "if there is a new one.",
        sealed->sealing ? "%s: it is sealed under another key"
                        : "%s: it is sealed, and there is no MCPSealingKey",
        sealed->place.name);
}

/* A node's own file is sealed when it is written the next time. */
static const mcp_error_t *bare_check(const sealed_keys_t *sealed,
                                     mcp_ctx_t *cx)
{
    if (!sealed->inner->is_shared)
        return NULL;
    return mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                           "Find out who writes to the store: no node of ours "
                           "put them there. Then drop that record: nodes that "
                           "run put back the keys that they know.",
                           "%s: they are not sealed", sealed->place.name);
}

static const mcp_error_t *sealed_keys_read(const char **text,
                                           apr_uint64_t *stamp,
                                           const mcp_jose_keyplace_t *place,
                                           mcp_ctx_t *cx)
{
    const sealed_keys_t *sealed = (const sealed_keys_t *)place;
    const mcp_json_t *json;
    const char *box;

    MCP_TRY(sealed->inner->read(text, stamp, sealed->inner, cx));
    if (!*text)
        return NULL;
    json = sealed_read(*text, cx);
    if (!json)
        return bare_check(sealed, cx);
    MCP_TRY(box_read(&box, sealed, json, cx));
    return open_box(text, sealed, box, cx);
}

static const mcp_error_t *sealed_keys_replace(int *done, apr_uint64_t stamp,
                                              const char *text,
                                              const mcp_jose_keyplace_t *place,
                                              mcp_ctx_t *cx)
{
    const sealed_keys_t *sealed = (const sealed_keys_t *)place;
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    unsigned char key[MCP_DIGEST_SIZE];
    const char *box;

    if (!sealed->sealing)
        return sealed->inner->replace(done, stamp, text, sealed->inner, cx);
    key_of(key, sealed->sealing->key);
    MCP_TRY(mcp_store_seal_make(&box, key, PURPOSE, text, cx));
    mcp_writer_open(w, '{');
    mcp_writer_member(w, "format", FORMAT);
    mcp_writer_member_integer(w, "version", VERSION);
    mcp_writer_member(w, "sealed", box);
    mcp_writer_close(w);
    return sealed->inner->replace(done, stamp, mcp_writer_text(w, NULL),
                                  sealed->inner, cx);
}

const mcp_jose_keyplace_t *
mcp_oauth_sealed_keys_place(const mcp_jose_keyplace_t *inner,
                            const mcp_sealing_setting_t *sealing,
                            apr_pool_t *pool)
{
    sealed_keys_t *sealed = apr_pcalloc(pool, sizeof(*sealed));

    sealed->place.name = inner->name;
    sealed->place.read = sealed_keys_read;
    sealed->place.replace = sealed_keys_replace;
    sealed->inner = inner;
    sealed->sealing = sealing;
    return &sealed->place;
}

static const mcp_error_t *touch(int *changed, mcp_jose_keyset_t *set,
                                const void *unused, mcp_ctx_t *cx)
{
    *changed = 1;
    return NULL;
}

const mcp_error_t *
mcp_oauth_sealed_keys_renew(mcp_jose_keyring_t *ring,
                            const mcp_jose_keyplace_t *place, mcp_ctx_t *cx)
{
    const sealed_keys_t *sealed = (const sealed_keys_t *)place;
    const mcp_json_t *json;
    const char *text, *box = NULL;
    unsigned char key[MCP_DIGEST_SIZE];
    apr_uint64_t stamp = 0;

    if (!sealed->sealing)
        return NULL;
    MCP_TRY(sealed->inner->read(&text, &stamp, sealed->inner, cx));
    json = text ? sealed_read(text, cx) : NULL;
    text = NULL;
    if (json) {
        key_of(key, sealed->sealing->key);
        MCP_TRY(box_read(&box, sealed, json, cx));
        MCP_TRY(mcp_store_seal_open(&text, key, PURPOSE, box, cx));
    }
    return text ? NULL : mcp_jose_keyring_change(ring, touch, NULL, cx);
}
