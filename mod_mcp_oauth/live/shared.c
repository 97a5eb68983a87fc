/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/shared.h"

#include <string.h>

#include <apr_shm.h>

#include "base/random.h"
#include "live/layout.h"

/* A part of a digest picks the bucket, another one the slot in it. */
#define BUCKET_OFFSET 8

/* Proofs are never forgotten to make room: with four words for each that is
 * asked for, one bucket in 200,000 is full when as many are there. */
#define WORDS_FOR_PROOF 4

static apr_uint32_t buckets_for(apr_uint32_t entries)
{
    return entries / MCP_LIVE_WAYS + (entries % MCP_LIVE_WAYS != 0) +
           (entries == 0);
}

static apr_uint32_t room_for(const mcp_live_limits_t *limits)
{
    return mcp_live_mail_blocks(limits->mailbox_bytes
                                    ? limits->mailbox_bytes
                                    : MCP_LIVE_MAILBOX_BYTES);
}

static apr_uint32_t proof_buckets_for(apr_uint32_t proofs)
{
    return proofs / (MCP_LIVE_PROOF_WAYS / WORDS_FOR_PROOF) + 1;
}

/* The header comes first: with all its parts laid out in it. All of it is
 * aligned, which the memory is not. */
static apr_size_t size_of(const mcp_live_shared_t *header)
{
    return MCP_LIVE_LINE + sizeof(*header) +
           ((apr_size_t)header->session_buckets + header->throttle_buckets) *
               sizeof(mcp_live_bucket_t) +
           (apr_size_t)header->proof_buckets *
               sizeof(mcp_live_proof_bucket_t) +
           MCP_LIVE_NOTES *
               (sizeof(mcp_live_note_t) + 2 * sizeof(mcp_live_sheet_t)) +
           MCP_RINGS * sizeof(mcp_live_ring_t) + sizeof(mcp_live_peers_t) +
           MCP_PLACE_KINDS * sizeof(mcp_live_rows_t) +
           mcp_live_mail_size(room_for(&header->limits));
}

/* The parts of which not all is 0 at first; an errno, 0 is success. */
static int parts_make(mcp_live_shared_t *shared)
{
    mcp_live_mail_t *mail = mcp_live_shared_mail(shared);
    mcp_live_ring_t *ring = mcp_live_shared_ring(shared);
    mcp_live_rows_t *rows = mcp_live_shared_rows(shared);
    int status = mcp_live_lock_make(&mcp_live_shared_peers(shared)->lock), i;

    for (i = 0; i < MCP_RINGS && !status; i++)
        status = mcp_live_lock_make(&ring[i].lock);
    for (i = 0; i < MCP_PLACE_KINDS && !status; i++)
        status = mcp_live_lock_make(&rows[i].lock);
    if (!status)
        status = mcp_live_lock_make(&mail->lock);
    mcp_live_mail_make(mail, room_for(&shared->limits));
    return status;
}

static const mcp_error_t *failed(apr_size_t size, apr_status_t status,
                                 mcp_ctx_t *cx)
{
    char why[120];

    return mcp_error_fault(
        MCP_E_UNAVAILABLE, cx,
        "Lower MCPLimit sessions, proofs or messages, or free "
        "memory.",
        "no %" APR_SIZE_T_FMT " bytes of shared memory: %s", size,
        apr_strerror(status, why, sizeof(why)));
}

const mcp_error_t *mcp_live_shared_make(mcp_live_shared_t **out,
                                        const mcp_live_limits_t *limits,
                                        apr_pool_t *pool, mcp_ctx_t *cx)
{
    const mcp_live_shared_t header = {
        MCP_LIVE_MAGIC,
        MCP_LIVE_VERSION,
        *limits,
        buckets_for(limits->sessions),
        buckets_for(limits->counters),
        proof_buckets_for(limits->proofs),
        mcp_ctx_seconds(cx),
    };
    apr_size_t size = size_of(&header);
    mcp_live_shared_t *shared;
    apr_status_t status;
    apr_shm_t *memory;

    /* without a file it is mapped anonymously: all zero, and nothing to leave
     * behind */
    status = apr_shm_create(&memory, size, NULL, pool);
    if (status != APR_SUCCESS)
        return failed(size, status, cx);
    /* APR keeps its own size in front, so the memory begins unaligned */
    shared = (mcp_live_shared_t *)APR_ALIGN(
        (apr_uintptr_t)apr_shm_baseaddr_get(memory), MCP_LIVE_LINE);
    *shared = header;
    MCP_TRY(mcp_random_bytes(shared->salt, sizeof(shared->salt), cx));
    MCP_TRY(mcp_random_bytes((unsigned char *)&shared->node,
                             sizeof(shared->node), cx));
    shared->node |= 1;
    status = parts_make(shared);
    if (status != APR_SUCCESS)
        return failed(size, status, cx);
    *out = shared;
    return NULL;
}

int mcp_live_shared_fits(const mcp_live_shared_t *shared,
                         const mcp_live_limits_t *limits)
{
    return shared && shared->magic == MCP_LIVE_MAGIC &&
           shared->version == MCP_LIVE_VERSION &&
           shared->limits.sessions == limits->sessions &&
           shared->limits.counters == limits->counters &&
           shared->limits.proofs == limits->proofs &&
           room_for(&shared->limits) == room_for(limits);
}

/* Even over any number of buckets, as the bits of part are. */
static apr_uint32_t spread(apr_uint32_t part, apr_uint32_t buckets)
{
    return (apr_uint32_t)((apr_uint64_t)part * buckets >> 32);
}

static apr_uint32_t pick(const unsigned char *digest, apr_uint32_t buckets)
{
    apr_uint32_t part;

    memcpy(&part, digest + BUCKET_OFFSET, sizeof(part));
    return spread(part, buckets);
}

mcp_live_bucket_t *
mcp_live_shared_session_bucket(const mcp_live_shared_t *shared,
                               const unsigned char *digest)
{
    return (mcp_live_bucket_t *)(shared + 1) +
           pick(digest, shared->session_buckets);
}

mcp_live_bucket_t *
mcp_live_shared_throttle_bucket(const mcp_live_shared_t *shared,
                                apr_uint64_t hash)
{
    return (mcp_live_bucket_t *)(shared + 1) + shared->session_buckets +
           spread((apr_uint32_t)(hash >> 32), shared->throttle_buckets);
}

/* Behind the buckets of sessions and of counters. */
static mcp_live_proof_bucket_t *proof_buckets(const mcp_live_shared_t *shared)
{
    return (mcp_live_proof_bucket_t *)((mcp_live_bucket_t *)(shared + 1) +
                                       shared->session_buckets +
                                       shared->throttle_buckets);
}

mcp_live_proof_bucket_t *
mcp_live_shared_proof_bucket(const mcp_live_shared_t *shared,
                             const unsigned char *digest)
{
    return proof_buckets(shared) + pick(digest, shared->proof_buckets);
}

mcp_live_note_t *mcp_live_shared_notes(const mcp_live_shared_t *shared)
{
    return (mcp_live_note_t *)(proof_buckets(shared) + shared->proof_buckets);
}

mcp_live_sheet_t *mcp_live_shared_sheet(const mcp_live_shared_t *shared,
                                        const mcp_live_note_t *note,
                                        unsigned half)
{
    mcp_live_note_t *notes = mcp_live_shared_notes(shared);

    return (mcp_live_sheet_t *)(notes + MCP_LIVE_NOTES) + 2 * (note - notes) +
           half;
}

mcp_live_ring_t *mcp_live_shared_ring(const mcp_live_shared_t *shared)
{
    mcp_live_note_t *notes = mcp_live_shared_notes(shared);

    return (mcp_live_ring_t *)((mcp_live_sheet_t *)(notes + MCP_LIVE_NOTES) +
                               2 * MCP_LIVE_NOTES);
}

mcp_live_peers_t *mcp_live_shared_peers(const mcp_live_shared_t *shared)
{
    return (mcp_live_peers_t *)(mcp_live_shared_ring(shared) + MCP_RINGS);
}

mcp_live_rows_t *mcp_live_shared_rows(const mcp_live_shared_t *shared)
{
    return (mcp_live_rows_t *)(mcp_live_shared_peers(shared) + 1);
}

mcp_live_mail_t *mcp_live_shared_mail(const mcp_live_shared_t *shared)
{
    return (mcp_live_mail_t *)(mcp_live_shared_rows(shared) + MCP_PLACE_KINDS);
}

apr_uint64_t mcp_live_shared_key(const unsigned char *digest)
{
    apr_uint64_t key;

    memcpy(&key, digest, sizeof(key));
    return key ? key : 1;
}
