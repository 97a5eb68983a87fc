/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_STORE_STORE_H
#define MCP_STORE_STORE_H

#include "base/digest.h"
#include "base/note.h"

/* Records that outlive the server (D6): small values under a kind and a
 * 32-byte key, which is the SHA-256 of the secret that names the record.
 * Absence means no; a store that fails is a fault (UNAVAILABLE), never a yes.
 * All functions may be called by any thread of any child. */

typedef enum {
#define MCP_RECORD(name, number, single_use, index) MCP_RECORD_##name = number,
#include "store/record.def"
#undef MCP_RECORD
} mcp_record_kind_t;

typedef struct mcp_record_t {
    const void *value;
    apr_size_t len;
    const char *index;   /* finds records of one user, say; NULL = none */
    apr_int64_t expires; /* seconds since the epoch; gone afterwards */
    apr_int64_t version; /* set by get: what replace compares */
    int spent;           /* set by get and take: it was taken before */
} mcp_record_t;

typedef struct mcp_store_t mcp_store_t;
typedef struct mcp_store_provider_t mcp_store_provider_t;

/* The first member of every store's own struct. */
struct mcp_store_t {
    const mcp_store_provider_t *provider;
};

typedef const mcp_error_t *mcp_store_each_fn(void *baton,
                                             const unsigned char *key,
                                             const mcp_record_t *record,
                                             mcp_ctx_t *cx);

/* Stores record; an older one of the same kind and key is replaced, except
 * that a spent one stays spent: then this fails with INVALID_REQUEST. */
const mcp_error_t *mcp_store_put(mcp_store_t *store, mcp_record_kind_t kind,
                                 const unsigned char key[MCP_DIGEST_SIZE],
                                 const mcp_record_t *record, mcp_ctx_t *cx);
/* Stores record where there is none of the kind and key, not even one that
 * expired; *added says so: for one of those who come at once, over all
 * threads, children, restarts and clock steps. */
const mcp_error_t *mcp_store_add(int *added, mcp_store_t *store,
                                 mcp_record_kind_t kind,
                                 const unsigned char key[MCP_DIGEST_SIZE],
                                 const mcp_record_t *record, mcp_ctx_t *cx);
/* *record = NULL when there is none, or it expired. */
const mcp_error_t *mcp_store_get(const mcp_record_t **record,
                                 mcp_store_t *store, mcp_record_kind_t kind,
                                 const unsigned char key[MCP_DIGEST_SIZE],
                                 mcp_ctx_t *cx);
/* Hands a record out once: the first call gives it with spent = 0, every later
 * one until it expires with spent = 1, over all threads, children, restarts
 * and clock steps. *record = NULL when there is none. */
const mcp_error_t *mcp_store_take(const mcp_record_t **record,
                                  mcp_store_t *store, mcp_record_kind_t kind,
                                  const unsigned char key[MCP_DIGEST_SIZE],
                                  mcp_ctx_t *cx);
/* Stores record if the stored one still has record->version; *done says so. */
const mcp_error_t *mcp_store_replace(int *done, mcp_store_t *store,
                                     mcp_record_kind_t kind,
                                     const unsigned char key[MCP_DIGEST_SIZE],
                                     const mcp_record_t *record,
                                     mcp_ctx_t *cx);
const mcp_error_t *mcp_store_drop(mcp_store_t *store, mcp_record_kind_t kind,
                                  const unsigned char key[MCP_DIGEST_SIZE],
                                  mcp_ctx_t *cx);
/* Every live record of kind whose index is index (all when NULL). */
const mcp_error_t *mcp_store_each(mcp_store_t *store, mcp_record_kind_t kind,
                                  const char *index, mcp_store_each_fn *fn,
                                  void *baton, mcp_ctx_t *cx);
/* Tells the other nodes that something was revoked or that the keys changed;
 * nothing where there are no others. After the change was stored. */
const mcp_error_t *mcp_store_announce(mcp_store_t *store, mcp_ctx_t *cx);
/* Whether what other nodes announce arrives here. While it does not, nothing
 * that is remembered may be trusted: it may have been revoked. */
int mcp_store_is_hearing(mcp_store_t *store);
/* Tells the other nodes what has changed that is in no record: soon, by a
 * thread of the store, and to those that listen then; who has not listened for
 * a while is told that. It neither waits nor fails. A note that says the same
 * as one that still waits is left out; of too many that wait one becomes, of
 * anything. Nothing where there are no others. */
void mcp_store_tell(mcp_store_t *store, const mcp_note_t *note);
/* Removes what expired more than a clock step ago (MCP_STORE_CLOCK_STEP), at
 * most a bounded number at once. */
#define MCP_STORE_CLOCK_STEP (2 * 24 * 3600)
const mcp_error_t *mcp_store_purge(mcp_store_t *store, mcp_ctx_t *cx);

/* What a kind of store is: one const struct in its own file (D2). */
struct mcp_store_provider_t {
    const char *name;
    const mcp_error_t *(*put)(mcp_store_t *, mcp_record_kind_t,
                              const unsigned char *, const mcp_record_t *,
                              mcp_ctx_t *);
    const mcp_error_t *(*add)(int *, mcp_store_t *, mcp_record_kind_t,
                              const unsigned char *, const mcp_record_t *,
                              mcp_ctx_t *);
    const mcp_error_t *(*get)(const mcp_record_t **, mcp_store_t *,
                              mcp_record_kind_t, const unsigned char *,
                              mcp_ctx_t *);
    const mcp_error_t *(*take)(const mcp_record_t **, mcp_store_t *,
                               mcp_record_kind_t, const unsigned char *,
                               mcp_ctx_t *);
    const mcp_error_t *(*replace)(int *, mcp_store_t *, mcp_record_kind_t,
                                  const unsigned char *, const mcp_record_t *,
                                  mcp_ctx_t *);
    const mcp_error_t *(*drop)(mcp_store_t *, mcp_record_kind_t,
                               const unsigned char *, mcp_ctx_t *);
    const mcp_error_t *(*each)(mcp_store_t *, mcp_record_kind_t, const char *,
                               mcp_store_each_fn *, void *, mcp_ctx_t *);
    const mcp_error_t *(*purge)(mcp_store_t *, mcp_ctx_t *);
    /* all NULL: the store of one node */
    const mcp_error_t *(*announce)(mcp_store_t *, mcp_ctx_t *);
    int (*is_hearing)(mcp_store_t *);
    void (*tell)(mcp_store_t *, const mcp_note_t *);
};

#endif
