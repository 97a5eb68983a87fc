/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "net/place.h"

#include <stdlib.h>
#include <string.h>

#include "net/document.h"
#include "net/freshness.h"

typedef mcp_net_shelf_place_t place_t;

static int is_until(const place_t *place, apr_int64_t end, apr_int64_t now)
{
    return place->body && place->fetched <= now && now < end;
}

int mcp_net_place_is_fresh(const place_t *place, apr_int64_t now)
{
    return is_until(place, place->fresh_until, now);
}

int mcp_net_place_is_servable(const place_t *place, apr_int64_t now)
{
    return is_until(place, place->stale_until, now);
}

int mcp_net_place_is_recent(const place_t *place, apr_int64_t now)
{
    return mcp_net_place_is_servable(place, now) &&
           (place->failed || now < place->fresh_until + MCP_DOCUMENT_BEHIND);
}

int mcp_net_place_is_paused(const place_t *place, apr_int64_t seconds,
                            apr_int64_t now)
{
    return place->failed && place->failed <= now &&
           now < place->failed + seconds;
}

static void times_set(place_t *place, const mcp_net_reply_t *reply,
                      apr_int64_t now)
{
    mcp_net_freshness_t said =
        mcp_net_freshness_read(reply->cache_control, reply->age);
    apr_int64_t seconds = said.is_said ? said.seconds : MCP_DOCUMENT_USUAL;

    if (seconds < MCP_DOCUMENT_LEAST)
        seconds = MCP_DOCUMENT_LEAST;
    if (seconds > MCP_DOCUMENT_MOST)
        seconds = MCP_DOCUMENT_MOST;
    place->fetched = now;
    place->fresh_until = place->stale_until = now + seconds;
    /* also what is to be asked for each time: while its site is down it is
     * better to have it than to sign people out */
    if (said.may_be_stale)
        place->stale_until += MCP_DOCUMENT_STALE;
}

static void failure_set(place_t *place, const mcp_net_reply_t *reply,
                        apr_int64_t now)
{
    place->failed = reply->outcome == MCP_NET_OK ? 0 : now;
    place->failure = reply->outcome;
    place->status = reply->status;
    free(place->why);
    place->why = reply->why ? strdup(reply->why) : NULL;
}

void mcp_net_place_keep(mcp_net_shelf_t *shelf, place_t *place,
                        const mcp_net_reply_t *reply, apr_int64_t now)
{
    failure_set(place, reply, now);
    if (reply->outcome != MCP_NET_OK)
        return;
    times_set(place, reply, now);
    if (!mcp_net_shelf_put(shelf, place, reply)) {
        place->failed = now;
        place->failure = MCP_NET_PASSED;
    }
}

int mcp_net_place_blame(place_t *place)
{
    apr_int64_t end = place->fetched + MCP_DOCUMENT_PAUSE;

    if (!place->body ||
        (place->fresh_until == end && place->stale_until == end))
        return 0;
    place->fresh_until = place->stale_until = end;
    return 1;
}
