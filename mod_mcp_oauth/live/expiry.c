/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/expiry.h"

static mcp_live_box_t *box_at(mcp_live_mail_t *mail, apr_uint32_t position)
{
    return &mcp_live_mail_block(mail, mcp_live_mail_heap(mail)[position])
                ->is.box;
}

static void put(mcp_live_mail_t *mail, apr_uint32_t box, apr_uint32_t position)
{
    mcp_live_mail_heap(mail)[position] = box;
    box_at(mail, position)->position = position;
}

static int is_before(mcp_live_mail_t *mail, apr_uint32_t a, apr_uint32_t b)
{
    return box_at(mail, a)->expires < box_at(mail, b)->expires;
}

static void swap(mcp_live_mail_t *mail, apr_uint32_t a, apr_uint32_t b)
{
    apr_uint32_t *heap = mcp_live_mail_heap(mail), box = heap[a];

    put(mail, heap[b], a);
    put(mail, box, b);
}

/* To where it belongs, up or down. */
static void settle(mcp_live_mail_t *mail, apr_uint32_t at)
{
    apr_uint32_t child;

    for (; at && is_before(mail, at, (at - 1) / 2); at = (at - 1) / 2)
        swap(mail, at, (at - 1) / 2);
    for (; (child = 2 * at + 1) < mail->boxes; at = child) {
        if (child + 1 < mail->boxes && is_before(mail, child + 1, child))
            child++;
        if (!is_before(mail, child, at))
            break;
        swap(mail, child, at);
    }
}

apr_uint32_t mcp_live_expiry_first(mcp_live_mail_t *mail)
{
    return mail->boxes ? mcp_live_mail_heap(mail)[0] : 0;
}

void mcp_live_expiry_add(mcp_live_mail_t *mail, apr_uint32_t box)
{
    put(mail, box, mail->boxes++);
    settle(mail, mail->boxes - 1);
}

void mcp_live_expiry_remove(mcp_live_mail_t *mail, apr_uint32_t box)
{
    apr_uint32_t at = mcp_live_mail_block(mail, box)->is.box.position;
    apr_uint32_t last = mcp_live_mail_heap(mail)[--mail->boxes];

    if (at == mail->boxes)
        return;
    put(mail, last, at);
    settle(mail, at);
}

void mcp_live_expiry_change(mcp_live_mail_t *mail, apr_uint32_t box,
                            apr_int64_t expires)
{
    mcp_live_box_t *changed = &mcp_live_mail_block(mail, box)->is.box;

    changed->expires = expires;
    settle(mail, changed->position);
}
