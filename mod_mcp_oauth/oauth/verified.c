/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/verified.h"

#include <string.h>

#include "base/principal.h"

/* Seconds that nobody looks at the store for a token where nothing was
 * revoked: whoever revokes may be killed before all hear of it. */
#define UNASKED 60

/* What stands before the principal; alone where the token was refused. */
typedef struct head_t {
    const mcp_oauth_resource_t *resource;
    apr_uint64_t keys;
    apr_int64_t asked; /* the store, in seconds */
    mcp_oauth_possession_t possession;
} head_t;

static const mcp_oauth_works_t *works_of(const mcp_oauth_judging_t *judging)
{
    return judging->resource->service->works;
}

/* Whole, so that no padding is copied. */
static head_t head_of(const mcp_oauth_judging_t *judging)
{
    head_t head;

    memset(&head, 0, sizeof(head));
    head.resource = judging->resource;
    head.keys = judging->keys;
    head.asked = judging->now;
    return head;
}

/* Nothing was revoked since. */
static int is_fresh(const mcp_live_fact_t *fact, const head_t *head,
                    const mcp_oauth_judging_t *judging)
{
    return fact->sequence == judging->sequence &&
           head->asked <= judging->now &&
           judging->now - head->asked < UNASKED &&
           mcp_store_is_hearing(works_of(judging)->store);
}

/* Of the same resource, and not of when the clock was ahead: children that
 * never saw the token refuse it. */
static int is_usable(const mcp_live_fact_t *fact, const head_t *head,
                     const mcp_oauth_judging_t *judging, apr_int64_t most)
{
    return head->resource == judging->resource &&
           head->keys == judging->keys && fact->expires - judging->now <= most;
}

static int recall(mcp_live_fact_t *fact, head_t *head, mcp_live_seen_t *memory,
                  const mcp_oauth_judging_t *judging, apr_pool_t *pool)
{
    if (!mcp_live_seen_get(fact, memory, judging->place, judging->now, pool) ||
        fact->len < sizeof(*head))
        return 0;
    memcpy(head, fact->block, sizeof(*head));
    return 1;
}

static int was_refused(const mcp_oauth_judging_t *judging,
                       const mcp_oauth_judge_t *judge, apr_pool_t *pool)
{
    mcp_live_fact_t fact;
    head_t head;

    return judge->refusals &&
           recall(&fact, &head, works_of(judging)->refused, judging, pool) &&
           is_usable(&fact, &head, judging, judge->refusals);
}

mcp_oauth_verified_t mcp_oauth_verified_get(mcp_oauth_finding_t *finding,
                                            const mcp_oauth_judging_t *judging,
                                            const mcp_oauth_judge_t *judge,
                                            apr_pool_t *pool)
{
    mcp_live_fact_t fact;
    head_t head;

    finding->who = NULL;
    if (recall(&fact, &head, works_of(judging)->verified, judging, pool) &&
        is_usable(&fact, &head, judging, judge->most(judging->resource)))
        finding->who =
            mcp_principal_unpack((const char *)fact.block + sizeof(head),
                                 fact.len - sizeof(head), pool);
    if (!finding->who)
        return was_refused(judging, judge, pool) ? MCP_VERIFIED_REFUSED
                                                 : MCP_VERIFIED_UNKNOWN;
    finding->possession = head.possession;
    finding->until = fact.expires;
    return !judge->confirm || is_fresh(&fact, &head, judging)
               ? MCP_VERIFIED_GOOD
               : MCP_VERIFIED_STALE;
}

void mcp_oauth_verified_put(const mcp_oauth_finding_t *finding,
                            const mcp_oauth_judging_t *judging,
                            apr_pool_t *pool)
{
    mcp_live_fact_t fact;
    apr_size_t len;
    const void *packed = mcp_principal_pack(&len, finding->who, pool);
    char *block = apr_palloc(pool, sizeof(head_t) + len);
    head_t head = head_of(judging);

    head.possession = finding->possession;
    memcpy(block, &head, sizeof(head));
    memcpy(block + sizeof(head), packed, len);
    fact.block = block;
    fact.len = sizeof(head) + len;
    fact.expires = finding->until;
    fact.sequence = judging->sequence;
    mcp_live_seen_put(works_of(judging)->verified, judging->place, &fact);
}

void mcp_oauth_verified_put_refusal(const mcp_oauth_judging_t *judging,
                                    int seconds)
{
    const head_t head = head_of(judging);
    const mcp_live_fact_t fact = {&head, sizeof(head), judging->now + seconds,
                                  judging->sequence};

    mcp_live_seen_put(works_of(judging)->refused, judging->place, &fact);
}
