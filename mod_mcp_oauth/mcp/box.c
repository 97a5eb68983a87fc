/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/box.h"

#include <string.h>

#include "live/change.h"
#include "live/signal.h"

mcp_box_t mcp_box_of(const mcp_turn_t *t, mcp_box_use_t use, const char *name)
{
    unsigned char facts[1 + MCP_DIGEST_SIZE];
    mcp_box_t box;

    facts[0] = (unsigned char)use;
    memcpy(facts + 1, t->session.digest, MCP_DIGEST_SIZE);
    mcp_digest_sha256_behind(box.id, facts, sizeof(facts), name ? name : "");
    return box;
}

apr_uint64_t mcp_box_principal(const mcp_principal_t *who, apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);
    unsigned char digest[MCP_DIGEST_SIZE];
    apr_uint64_t part;

    mcp_writer_open(w, '[');
    mcp_writer_string(w, who ? who->issuer : NULL);
    mcp_writer_string(w, who ? who->subject : NULL);
    mcp_writer_close(w);
    mcp_digest_sha256_text(digest, mcp_writer_text(w, NULL));
    memcpy(&part, digest, sizeof(part));
    return part ? part : 1;
}

mcp_box_status_t mcp_box_open(const mcp_box_t *box, const mcp_turn_t *t,
                              apr_int64_t seconds, apr_uint32_t limit)
{
    apr_int64_t now = mcp_ctx_seconds(t->cx);
    mcp_box_terms_t terms = {now, now + seconds, limit,
                             mcp_box_principal(t->x->principal, t->cx->pool)};

    return mcp_live_mailbox_open(t->x->works->shared, box->id, &terms);
}

apr_uint64_t mcp_box_key(const mcp_box_t *box)
{
    apr_uint64_t key;

    memcpy(&key, box->id, sizeof(key));
    return key;
}

void mcp_box_ring(const mcp_box_t *box, const mcp_turn_t *t)
{
    mcp_live_shared_t *shared = t->x->works->shared;
    mcp_change_t change = {mcp_box_key(box), 0};

    mcp_live_change_tell(shared, MCP_RING_LETTERS, &change);
    mcp_live_signal_raise(shared);
}

mcp_box_status_t mcp_box_post(const mcp_box_t *box, const mcp_turn_t *t,
                              mcp_letter_t *letter)
{
    mcp_live_shared_t *shared = t->x->works->shared;
    mcp_box_status_t status =
        mcp_live_mailbox_post(shared, box->id, letter, mcp_ctx_seconds(t->cx));

    if (status == MCP_BOX_OK)
        mcp_box_ring(box, t);
    return status;
}

mcp_box_status_t mcp_box_read(mcp_letter_t *letter, const mcp_box_t *box,
                              const mcp_turn_t *t, apr_pool_t *pool)
{
    return mcp_live_mailbox_read(letter, t->x->works->shared, box->id,
                                 letter->number, letter->kind, pool);
}

int mcp_box_is_open(const mcp_box_t *box, const mcp_turn_t *t)
{
    return mcp_live_mailbox_is_open(t->x->works->shared, box->id,
                                    mcp_ctx_seconds(t->cx));
}

void mcp_box_close(const mcp_box_t *box, const mcp_turn_t *t)
{
    mcp_live_mailbox_close(t->x->works->shared, box->id);
    mcp_box_ring(box, t);
}
