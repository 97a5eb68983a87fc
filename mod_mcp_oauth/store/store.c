/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/store.h"

#include <string.h>

/* bytes of a value and of an index text */
#define VALUE_MAX (256 * 1024)
#define INDEX_MAX 2048

static const mcp_error_t *misuse(mcp_ctx_t *cx, const char *what)
{
    return mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                           "This is a defect of the module: please report it.",
                           "store: %s", what);
}

static const mcp_error_t *kind_check(mcp_record_kind_t kind, mcp_ctx_t *cx)
{
    switch (kind) {
#define MCP_RECORD(name, number, single_use, index) case MCP_RECORD_##name:
#include "store/record.def"
#undef MCP_RECORD
        return NULL;
    }
    return misuse(cx, "no such kind of record");
}

static int is_single_use(mcp_record_kind_t kind)
{
    switch (kind) {
#define MCP_RECORD(name, number, single_use, index)                           \
    case MCP_RECORD_##name:                                                   \
        return single_use;
#include "store/record.def"
#undef MCP_RECORD
    }
    return 0;
}

static const mcp_error_t *
record_check(mcp_record_kind_t kind, const mcp_record_t *record, mcp_ctx_t *cx)
{
    MCP_TRY(kind_check(kind, cx));
    if (record->len && !record->value)
        return misuse(cx, "a record without a value");
    if (record->len > VALUE_MAX)
        return mcp_error_make(MCP_E_INVALID_REQUEST, cx,
                              "store: a record of %" APR_SIZE_T_FMT
                              " bytes, more than %d",
                              record->len, VALUE_MAX);
    if (record->index && strlen(record->index) > INDEX_MAX)
        return mcp_error_make(MCP_E_INVALID_REQUEST, cx,
                              "store: an index longer than %d bytes",
                              INDEX_MAX);
    return NULL;
}

const mcp_error_t *mcp_store_put(mcp_store_t *store, mcp_record_kind_t kind,
                                 const unsigned char key[MCP_DIGEST_SIZE],
                                 const mcp_record_t *record, mcp_ctx_t *cx)
{
    MCP_TRY(record_check(kind, record, cx));
    return store->provider->put(store, kind, key, record, cx);
}

/* house: six arguments, since a record is named by a kind and a key */
const mcp_error_t *mcp_store_add(int *added, mcp_store_t *store,
                                 mcp_record_kind_t kind,
                                 const unsigned char key[MCP_DIGEST_SIZE],
                                 const mcp_record_t *record, mcp_ctx_t *cx)
{
    *added = 0;
    MCP_TRY(record_check(kind, record, cx));
    return store->provider->add(added, store, kind, key, record, cx);
}

const mcp_error_t *mcp_store_get(const mcp_record_t **record,
                                 mcp_store_t *store, mcp_record_kind_t kind,
                                 const unsigned char key[MCP_DIGEST_SIZE],
                                 mcp_ctx_t *cx)
{
    *record = NULL;
    MCP_TRY(kind_check(kind, cx));
    return store->provider->get(record, store, kind, key, cx);
}

const mcp_error_t *mcp_store_take(const mcp_record_t **record,
                                  mcp_store_t *store, mcp_record_kind_t kind,
                                  const unsigned char key[MCP_DIGEST_SIZE],
                                  mcp_ctx_t *cx)
{
    *record = NULL;
    if (!is_single_use(kind))
        return misuse(cx, "take of a kind that is not for single use");
    return store->provider->take(record, store, kind, key, cx);
}

/* house: six arguments, since a record is named by a kind and a key */
const mcp_error_t *mcp_store_replace(int *done, mcp_store_t *store,
                                     mcp_record_kind_t kind,
                                     const unsigned char key[MCP_DIGEST_SIZE],
                                     const mcp_record_t *record, mcp_ctx_t *cx)
{
    *done = 0;
    MCP_TRY(record_check(kind, record, cx));
    return store->provider->replace(done, store, kind, key, record, cx);
}

const mcp_error_t *mcp_store_drop(mcp_store_t *store, mcp_record_kind_t kind,
                                  const unsigned char key[MCP_DIGEST_SIZE],
                                  mcp_ctx_t *cx)
{
    MCP_TRY(kind_check(kind, cx));
    return store->provider->drop(store, kind, key, cx);
}

/* house: six arguments, since a function and its baton count as one */
const mcp_error_t *mcp_store_each(mcp_store_t *store, mcp_record_kind_t kind,
                                  const char *index, mcp_store_each_fn *fn,
                                  void *baton, mcp_ctx_t *cx)
{
    MCP_TRY(kind_check(kind, cx));
    return store->provider->each(store, kind, index, fn, baton, cx);
}

const mcp_error_t *mcp_store_purge(mcp_store_t *store, mcp_ctx_t *cx)
{
    return store->provider->purge(store, cx);
}

const mcp_error_t *mcp_store_announce(mcp_store_t *store, mcp_ctx_t *cx)
{
    return store->provider->announce ? store->provider->announce(store, cx)
                                     : NULL;
}

int mcp_store_is_hearing(mcp_store_t *store)
{
    return !store->provider->is_hearing || store->provider->is_hearing(store);
}

void mcp_store_tell(mcp_store_t *store, const mcp_note_t *note)
{
    if (store->provider->tell)
        store->provider->tell(store, note);
}
