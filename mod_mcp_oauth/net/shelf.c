/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "net/shelf.h"

#include <apr_hash.h>
#include <stdlib.h>
#include <string.h>

/* Of malloc: a pool would grow with every document. */

static unsigned hash_of(const char *key)
{
    apr_ssize_t len = APR_HASH_KEY_STRING;

    return apr_hashfunc_default(key, &len);
}

void mcp_net_shelf_clear(mcp_net_shelf_t *shelf, mcp_net_shelf_place_t *place)
{
    shelf->bytes -= place->len;
    free(place->body);
    free(place->content_type);
    place->body = place->content_type = NULL;
    place->len = 0;
}

static void drop(mcp_net_shelf_t *shelf, mcp_net_shelf_place_t **at)
{
    mcp_net_shelf_place_t *place = *at;

    *at = place->next;
    mcp_net_shelf_clear(shelf, place);
    free(place->key);
    free(place->why);
    free(place);
    shelf->count--;
}

void mcp_net_shelf_empty(mcp_net_shelf_t *shelf)
{
    while (shelf->places)
        drop(shelf, &shelf->places);
}

mcp_net_shelf_place_t *mcp_net_shelf_find(mcp_net_shelf_t *shelf,
                                          const char *key)
{
    mcp_net_shelf_place_t **at = &shelf->places, *place;
    unsigned hash = hash_of(key);

    while (*at && ((*at)->hash != hash || strcmp((*at)->key, key) != 0))
        at = &(*at)->next;
    place = *at;
    if (place) {
        *at = place->next;
        place->next = shelf->places;
        shelf->places = place;
    }
    return place;
}

/* Drops the one that was not used for longest: one without a copy, if there
 * is any, so that junk cannot drive out what serves. 0 when all are busy. */
static int make_room(mcp_net_shelf_t *shelf)
{
    mcp_net_shelf_place_t **at, **last = NULL, **last_empty = NULL;

    for (at = &shelf->places; *at; at = &(*at)->next) {
        if ((*at)->is_busy)
            continue;
        last = at;
        if (!(*at)->body)
            last_empty = at;
    }
    if (last)
        drop(shelf, last_empty ? last_empty : last);
    return last != NULL;
}

mcp_net_shelf_place_t *mcp_net_shelf_add(mcp_net_shelf_t *shelf,
                                         const char *key)
{
    mcp_net_shelf_place_t *place;

    if (shelf->count >= shelf->most && !make_room(shelf))
        return NULL;
    place = calloc(1, sizeof(*place));
    if (place)
        place->key = strdup(key);
    if (!place || !place->key) {
        free(place);
        return NULL;
    }
    place->hash = hash_of(key);
    place->next = shelf->places;
    shelf->places = place;
    shelf->count++;
    return place;
}

int mcp_net_shelf_put(mcp_net_shelf_t *shelf, mcp_net_shelf_place_t *place,
                      const mcp_net_reply_t *reply)
{
    mcp_net_shelf_clear(shelf, place);
    place->body = malloc(reply->len + 1);
    if (!place->body)
        return 0;
    memcpy(place->body, reply->body, reply->len);
    place->body[reply->len] = '\0';
    place->len = reply->len;
    shelf->bytes += place->len;
    if (reply->content_type)
        place->content_type = strdup(reply->content_type);
    while (shelf->bytes > shelf->most_bytes && make_room(shelf))
        ;
    return 1;
}
