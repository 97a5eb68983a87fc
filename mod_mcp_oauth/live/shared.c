/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/shared.h"

#include <string.h>

#include <apr_shm.h>

#include "live/layout.h"

/* A part of a digest picks the bucket, another one the slot in it. */
#define BUCKET_OFFSET 8

static apr_uint32_t buckets_for(apr_uint32_t entries)
{
    return entries / MCP_LIVE_WAYS + (entries % MCP_LIVE_WAYS != 0) +
           (entries == 0);
}

const mcp_error_t *mcp_live_shared_make(mcp_live_shared_t **out,
                                        const mcp_live_limits_t *limits,
                                        apr_pool_t *pool, mcp_ctx_t *cx)
{
    apr_uint32_t sessions = buckets_for(limits->sessions);
    apr_uint32_t counters = buckets_for(limits->counters);
    apr_size_t size =
        sizeof(mcp_live_shared_t) +
        ((apr_size_t)sessions + counters) * sizeof(mcp_live_bucket_t) +
        MCP_LIVE_NOTES *
            (sizeof(mcp_live_note_t) + 2 * sizeof(mcp_live_sheet_t));
    mcp_live_shared_t *shared;
    apr_status_t status;
    apr_shm_t *memory;

    /* without a file it is mapped anonymously: all zero, and nothing to leave
     * behind */
    status = apr_shm_create(&memory, size, NULL, pool);
    if (status != APR_SUCCESS) {
        char why[120];

        return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                               "Lower the limits of sessions, or free memory.",
                               "no %" APR_SIZE_T_FMT
                               " bytes of shared memory: %s",
                               size, apr_strerror(status, why, sizeof(why)));
    }
    /* APR keeps its own size in front, so the memory begins unaligned */
    shared = (mcp_live_shared_t *)APR_ALIGN(
        (apr_uintptr_t)apr_shm_baseaddr_get(memory), MCP_LIVE_LINE);
    shared->version = MCP_LIVE_VERSION;
    shared->limits = *limits;
    shared->session_buckets = sessions;
    shared->throttle_buckets = counters;
    shared->magic = MCP_LIVE_MAGIC;
    *out = shared;
    return NULL;
}

int mcp_live_shared_fits(const mcp_live_shared_t *shared,
                         const mcp_live_limits_t *limits)
{
    return shared && shared->magic == MCP_LIVE_MAGIC &&
           shared->version == MCP_LIVE_VERSION &&
           shared->limits.sessions == limits->sessions &&
           shared->limits.counters == limits->counters;
}

/* Even over any number of buckets, as a digest's bits are. */
static apr_uint32_t pick(const unsigned char *digest, apr_uint32_t buckets)
{
    apr_uint32_t part;

    memcpy(&part, digest + BUCKET_OFFSET, sizeof(part));
    return (apr_uint32_t)((apr_uint64_t)part * buckets >> 32);
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
                                const unsigned char *digest)
{
    return (mcp_live_bucket_t *)(shared + 1) + shared->session_buckets +
           pick(digest, shared->throttle_buckets);
}

mcp_live_note_t *mcp_live_shared_notes(const mcp_live_shared_t *shared)
{
    return (mcp_live_note_t *)((mcp_live_bucket_t *)(shared + 1) +
                               shared->session_buckets +
                               shared->throttle_buckets);
}

mcp_live_sheet_t *mcp_live_shared_sheet(const mcp_live_shared_t *shared,
                                        const mcp_live_note_t *note,
                                        unsigned half)
{
    mcp_live_note_t *notes = mcp_live_shared_notes(shared);

    return (mcp_live_sheet_t *)(notes + MCP_LIVE_NOTES) + 2 * (note - notes) +
           half;
}

apr_uint64_t mcp_live_shared_key(const unsigned char *digest)
{
    apr_uint64_t key;

    memcpy(&key, digest, sizeof(key));
    return key ? key : 1;
}
