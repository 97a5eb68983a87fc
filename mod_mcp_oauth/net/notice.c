/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "net/notice.h"

#include <stdlib.h>
#include <string.h>

/* What comes first; the texts and the body follow. */
typedef struct head_t {
    apr_int64_t fetched, fresh_until, stale_until, failed;
    apr_int32_t failure, status;
    /* with their NUL; 0: there is none */
    apr_uint32_t type_size, why_size, body_size;
} head_t;

typedef mcp_net_shelf_place_t place_t;

static apr_uint32_t size_of(const char *text)
{
    return text ? (apr_uint32_t)strlen(text) + 1 : 0;
}

static char *append(char *at, const char *bytes, apr_size_t size)
{
    if (size)
        memcpy(at, bytes, size);
    return at + size;
}

const void *mcp_net_notice_make(apr_size_t *len, const place_t *place,
                                apr_pool_t *pool)
{
    head_t head;
    char *block, *at;

    memset(&head, 0, sizeof(head));
    head.fetched = place->fetched;
    head.fresh_until = place->fresh_until;
    head.stale_until = place->stale_until;
    head.failed = place->failed;
    head.failure = place->failure;
    head.status = place->status;
    head.type_size = size_of(place->content_type);
    head.why_size = size_of(place->why);
    head.body_size = place->body ? (apr_uint32_t)place->len + 1 : 0;
    *len = sizeof(head) + head.type_size + head.why_size + head.body_size;
    block = apr_palloc(pool, *len);
    at = append(block, (const char *)&head, sizeof(head));
    at = append(at, place->content_type, head.type_size);
    at = append(at, place->why, head.why_size);
    append(at, place->body, head.body_size);
    return block;
}

static void put(mcp_net_shelf_t *shelf, place_t *place, const head_t *head,
                const char *texts)
{
    const char *why = texts + head->type_size;
    mcp_net_reply_t reply;

    place->fetched = head->fetched;
    place->fresh_until = head->fresh_until;
    place->stale_until = head->stale_until;
    place->failed = head->failed;
    place->failure = (mcp_net_outcome_t)head->failure;
    place->status = head->status;
    free(place->why);
    place->why = head->why_size ? strdup(why) : NULL;
    if (!head->body_size) {
        mcp_net_shelf_clear(shelf, place);
        return;
    }
    memset(&reply, 0, sizeof(reply));
    reply.content_type = head->type_size ? texts : NULL;
    reply.body = why + head->why_size;
    reply.len = head->body_size - 1;
    mcp_net_shelf_put(shelf, place, &reply);
}

void mcp_net_notice_put(mcp_net_shelf_t *shelf, place_t *place,
                        const void *block, apr_size_t len)
{
    int was_busy = place->is_busy;
    head_t head;

    if (len < sizeof(head))
        return;
    memcpy(&head, block, sizeof(head));
    if (len != sizeof(head) + (apr_size_t)head.type_size + head.why_size +
                   head.body_size)
        return;
    place->is_busy = 1; /* what makes room for it leaves it alone */
    put(shelf, place, &head, (const char *)block + sizeof(head));
    place->is_busy = was_busy;
}
