/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_LIVE_LAYOUT_H
#define MCP_LIVE_LAYOUT_H

#include "live/board.h"
#include "live/change.h"
#include "live/lock.h"
#include "live/mail.h"
#include "live/place.h"

/* How the shared memory is laid out, for this folder only. Its parts follow
 * each other: this header, the session buckets, the throttle buckets, the
 * proof buckets, the notes of the board, two sheets for each of them, the
 * rings of changes, the peers, the places, the letters (live/mail.h). Change
 * MCP_LIVE_VERSION with anything here: an older module's memory may outlive
 * it. */
#define MCP_LIVE_MAGIC 0x6d63705f6c697665 /* "mcp_live" */
#define MCP_LIVE_VERSION 7

/* A key is looked for in one bucket: two cache lines. */
#define MCP_LIVE_WAYS 8
#define MCP_LIVE_LINE 64

typedef struct mcp_live_slot_t {
    apr_uint64_t key;   /* of a digest or a hash; 0 = never used */
    apr_uint64_t value; /* what session.c and throttle.c make of it */
} mcp_live_slot_t;

typedef struct mcp_live_bucket_t {
    mcp_live_slot_t slots[MCP_LIVE_WAYS];
} mcp_live_bucket_t;

/* What live/proof.c makes of a word fits one, so that a bucket has more. */
#define MCP_LIVE_PROOF_WAYS 16

typedef struct mcp_live_proof_bucket_t {
    apr_uint64_t words[MCP_LIVE_PROOF_WAYS]; /* 0 = never used */
} mcp_live_proof_bucket_t;

/* As many as 32 providers have. Pages that nothing is written on take no
 * memory. */
#define MCP_LIVE_NOTES 64
#define MCP_LIVE_SHEET_WORDS (MCP_BOARD_MAX / sizeof(apr_uint64_t))
#define MCP_LIVE_MARK_WORDS (MCP_DIGEST_SIZE / sizeof(apr_uint64_t))

/* What board.c makes of these is said there. */
typedef struct mcp_live_note_t {
    apr_uint64_t key; /* 0 = never used */
    apr_uint64_t claim;
    apr_uint64_t current;
} __attribute__((aligned(MCP_LIVE_LINE))) mcp_live_note_t;

typedef struct mcp_live_sheet_t {
    apr_uint64_t len;
    apr_uint64_t mark[MCP_LIVE_MARK_WORDS];
    apr_uint64_t words[MCP_LIVE_SHEET_WORDS];
} __attribute__((aligned(MCP_LIVE_LINE))) mcp_live_sheet_t;

/* What live/signal.c makes of these is said there. */
typedef struct mcp_live_bell_t {
    apr_uint32_t count;
    apr_uint32_t waiters;
} __attribute__((aligned(MCP_LIVE_LINE))) mcp_live_bell_t;

#define MCP_LIVE_CHANGES 4096

typedef struct mcp_live_ring_t {
    mcp_live_lock_t lock;
    apr_uint64_t last; /* the number of the last change */
    mcp_change_t changes[MCP_LIVE_CHANGES];
} __attribute__((aligned(MCP_LIVE_LINE))) mcp_live_ring_t;

/* What live/peer.c makes of these is said there. */
#define MCP_LIVE_PEERS 32
#define MCP_LIVE_PEER_WORDS 64

typedef struct mcp_live_peer_t {
    apr_uint64_t node; /* its name; 0 = never used */
    apr_uint64_t greatest;
    apr_uint64_t used;
    apr_uint64_t heard[MCP_LIVE_PEER_WORDS];
} mcp_live_peer_t;

typedef struct mcp_live_peers_t {
    mcp_live_lock_t lock;
    apr_uint64_t told; /* how many notes this node has told; atomic */
    apr_uint64_t clock;
    mcp_live_peer_t rows[MCP_LIVE_PEERS];
} __attribute__((aligned(MCP_LIVE_LINE))) mcp_live_peers_t;

/* What live/place.c makes of these is said there. */
typedef struct mcp_live_row_t {
    apr_uint64_t holder; /* 0 = free */
    apr_uint64_t owner;
    apr_uint64_t use;
} mcp_live_row_t;

typedef struct mcp_live_rows_t {
    mcp_live_lock_t lock;
    apr_uint32_t end; /* behind the last row that is taken */
    mcp_live_row_t rows[MCP_PLACES];
} __attribute__((aligned(MCP_LIVE_LINE))) mcp_live_rows_t;

/* What live/trace.c makes of these is said there. */
#define MCP_LIVE_TRACES 256

#define MCP_LIVE_SALT_SIZE 16

struct mcp_live_shared_t {
    apr_uint64_t magic;
    apr_uint32_t version;
    mcp_live_limits_t limits;
    apr_uint32_t session_buckets;
    apr_uint32_t throttle_buckets;
    apr_uint32_t proof_buckets;
    apr_int64_t born;         /* seconds; nothing is known of before */
    apr_uint64_t proof_floor; /* live/proof.c */
    apr_uint64_t tickets;     /* that the board gave out */
    unsigned char salt[MCP_LIVE_SALT_SIZE]; /* of the counters' keys */
    apr_uint64_t node;                      /* live/peer.h; random, never 0 */
    mcp_live_bell_t bell;
    apr_uint32_t traces[MCP_LIVE_TRACES];
} __attribute__((aligned(MCP_LIVE_LINE)));

/* The bucket for a digest, or for a hash. */
mcp_live_bucket_t *
mcp_live_shared_session_bucket(const mcp_live_shared_t *shared,
                               const unsigned char *digest);
mcp_live_bucket_t *
mcp_live_shared_throttle_bucket(const mcp_live_shared_t *shared,
                                apr_uint64_t hash);
mcp_live_proof_bucket_t *
mcp_live_shared_proof_bucket(const mcp_live_shared_t *shared,
                             const unsigned char *digest);
/* The first of MCP_LIVE_NOTES. */
mcp_live_note_t *mcp_live_shared_notes(const mcp_live_shared_t *shared);
/* One of the two of a note: half is 0 or 1. */
mcp_live_sheet_t *mcp_live_shared_sheet(const mcp_live_shared_t *shared,
                                        const mcp_live_note_t *note,
                                        unsigned half);
/* The first of MCP_RINGS. */
mcp_live_ring_t *mcp_live_shared_ring(const mcp_live_shared_t *shared);
mcp_live_peers_t *mcp_live_shared_peers(const mcp_live_shared_t *shared);
/* The first of MCP_PLACE_KINDS. */
mcp_live_rows_t *mcp_live_shared_rows(const mcp_live_shared_t *shared);
mcp_live_mail_t *mcp_live_shared_mail(const mcp_live_shared_t *shared);
/* The part of a digest that a slot keeps, a note has less; never 0. */
apr_uint64_t mcp_live_shared_key(const unsigned char *digest);

#endif
