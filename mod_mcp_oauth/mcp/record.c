/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/record.h"

#include <string.h>

#include "mcp/worker.h"

#define MAX_BYTES (256 * 1024)

static const mcp_error_t *full(const mcp_turn_t *t)
{
    return mcp_error_make(MCP_E_UNAVAILABLE, t->cx,
                          "no room for what the session sets");
}

static mcp_box_status_t open_box(mcp_box_t *box, const mcp_turn_t *t)
{
    *box = mcp_box_of(t, MCP_BOX_SESSION, NULL);
    return mcp_box_open(box, t, t->x->server->session_lifetime, MAX_BYTES);
}

static mcp_letter_t read_one(const mcp_box_t *box, const mcp_turn_t *t,
                             mcp_record_kind_t kind)
{
    mcp_letter_t letter = {0, kind, NULL, 0};

    if (mcp_box_read(&letter, box, t, t->cx->pool))
        letter.number = 0;
    return letter;
}

const char *mcp_record_get(const mcp_turn_t *t, mcp_record_kind_t kind)
{
    mcp_box_t box = mcp_box_of(t, MCP_BOX_SESSION, NULL);
    mcp_letter_t letter = read_one(&box, t, kind);

    if (!letter.number)
        return NULL;
    open_box(&box, t); /* it was used */
    return letter.text;
}

/* The last of those who set it at once wins. */
const mcp_error_t *mcp_record_set(const mcp_turn_t *t, mcp_record_kind_t kind,
                                  const char *text)
{
    mcp_live_shared_t *shared = t->x->works->shared;
    mcp_letter_t letter = {0, kind, text, strlen(text)};
    mcp_box_status_t status;
    mcp_box_t box;

    if (open_box(&box, t))
        return full(t);
    do
        status = mcp_live_mailbox_replace(shared, box.id, &letter,
                                          read_one(&box, t, kind).number,
                                          mcp_ctx_seconds(t->cx));
    while (status == MCP_BOX_CHANGED);
    if (status)
        return full(t);
    mcp_box_ring(&box, t); /* who is not the newest any more ends */
    return NULL;
}

/* The letter of this URI; 0: none */
static apr_uint64_t find(const mcp_box_t *box, const mcp_turn_t *t,
                         const char *uri)
{
    mcp_letter_t letter = {0};

    for (;;) {
        letter.kind = MCP_RECORD_SUBSCRIPTION;
        if (mcp_box_read(&letter, box, t, t->cx->pool))
            return 0;
        if (!strcmp(letter.text, uri))
            return letter.number;
    }
}

const mcp_error_t *mcp_record_subscribe(const mcp_turn_t *t, const char *uri)
{
    mcp_letter_t letter = {0, MCP_RECORD_SUBSCRIPTION, uri, strlen(uri)};
    mcp_box_t box;

    if (open_box(&box, t))
        return full(t);
    if (find(&box, t, uri))
        return NULL;
    return mcp_box_post(&box, t, &letter) ? full(t) : NULL;
}

void mcp_record_unsubscribe(const mcp_turn_t *t, const char *uri)
{
    mcp_box_t box = mcp_box_of(t, MCP_BOX_SESSION, NULL);
    apr_uint64_t number;

    while ((number = find(&box, t, uri)))
        mcp_live_mailbox_drop(t->x->works->shared, box.id, number, number);
}

apr_array_header_t *mcp_record_subscriptions(const mcp_turn_t *t,
                                             apr_pool_t *pool)
{
    mcp_box_t box = mcp_box_of(t, MCP_BOX_SESSION, NULL);
    apr_array_header_t *uris = apr_array_make(pool, 8, sizeof(const char *));
    mcp_letter_t letter = {0};

    for (;;) {
        letter.kind = MCP_RECORD_SUBSCRIPTION;
        if (mcp_box_read(&letter, &box, t, pool))
            return uris;
        APR_ARRAY_PUSH(uris, const char *) = letter.text;
    }
}

apr_uint64_t mcp_record_begin(const mcp_turn_t *t)
{
    mcp_letter_t letter = {0, MCP_RECORD_POSTED, NULL, 0};
    mcp_box_t box;

    letter.text = mcp_worker_note(t, t->cx->pool);
    letter.len = strlen(letter.text);
    if (open_box(&box, t) || mcp_box_post(&box, t, &letter))
        return 0;
    return letter.number;
}

void mcp_record_done(const mcp_turn_t *t, apr_uint64_t number)
{
    mcp_box_t box = mcp_box_of(t, MCP_BOX_SESSION, NULL);

    mcp_live_mailbox_drop(t->x->works->shared, box.id, number, number);
    mcp_box_ring(&box, t);
}

/* The next message at work behind letter->number, whose worker lives, or not.
 */
static int find_posted(mcp_letter_t *letter, const mcp_box_t *box, int lives,
                       const mcp_turn_t *t)
{
    do {
        letter->kind = MCP_RECORD_POSTED;
        if (mcp_box_read(letter, box, t, t->cx->pool))
            return 0;
    } while (mcp_worker_lives(letter->text) != lives);
    return 1;
}

int mcp_record_is_at_work(const mcp_turn_t *t)
{
    mcp_box_t box = mcp_box_of(t, MCP_BOX_SESSION, NULL);
    mcp_letter_t letter = {0};

    return find_posted(&letter, &box, 1, t);
}

const char *mcp_record_take_orphan(const mcp_turn_t *t, apr_size_t *len)
{
    mcp_box_t box = mcp_box_of(t, MCP_BOX_SESSION, NULL);
    const char *obituary = NULL;
    mcp_letter_t letter = {0};

    while (!obituary && find_posted(&letter, &box, 0, t)) {
        obituary = mcp_worker_obituary(letter.text, len, t->cx->pool);
        mcp_live_mailbox_drop(t->x->works->shared, box.id, letter.number,
                              letter.number);
    }
    return obituary;
}

void mcp_record_end(const mcp_turn_t *t)
{
    mcp_box_t box = mcp_box_of(t, MCP_BOX_SESSION, NULL);

    mcp_box_close(&box, t);
    box = mcp_box_of(t, MCP_BOX_QUEUE, NULL);
    mcp_box_close(&box, t);
}
