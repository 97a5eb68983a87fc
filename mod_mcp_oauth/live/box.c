/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/box.h"

#include <string.h>

#include "live/account.h"
#include "live/expiry.h"
#include "live/letter.h"

/* A part of the digest that its name has, as good as any. */
static apr_uint32_t *head_of(mcp_live_mail_t *mail, const unsigned char *id)
{
    apr_uint32_t part;

    memcpy(&part, id, sizeof(part));
    return mcp_live_mail_heads(mail) +
           ((apr_uint64_t)part * mail->blocks >> 32);
}

mcp_live_box_t *mcp_live_box_at(mcp_live_mail_t *mail, apr_uint32_t box)
{
    return &mcp_live_mail_block(mail, box)->is.box;
}

apr_uint32_t mcp_live_box_find(mcp_live_mail_t *mail, const unsigned char *id)
{
    apr_uint32_t box = *head_of(mail, id);

    while (box && memcmp(mcp_live_box_at(mail, box)->id, id, MCP_LIVE_BOX_ID))
        box = mcp_live_box_at(mail, box)->next;
    return box;
}

apr_uint32_t mcp_live_box_find_open(mcp_live_mail_t *mail,
                                    const unsigned char *id, apr_int64_t now)
{
    apr_uint32_t box = mcp_live_box_find(mail, id);

    if (!box || mcp_live_box_at(mail, box)->expires > now)
        return box;
    mcp_live_box_close(mail, box);
    return 0;
}

apr_uint32_t mcp_live_box_make(mcp_live_mail_t *mail, const unsigned char *id,
                               const mcp_box_terms_t *terms)
{
    apr_uint32_t *head = head_of(mail, id), made;
    mcp_live_box_t *box;

    if (!mcp_live_box_room(mail, terms->owner, 1, terms->now))
        return 0;
    made = mcp_live_mail_take(mail, 1);
    box = mcp_live_box_at(mail, made);
    memset(box, 0, sizeof(*box));
    memcpy(box->id, id, MCP_LIVE_BOX_ID);
    box->owner = terms->owner;
    box->expires = terms->expires;
    box->limit = terms->limit;
    box->next = *head;
    *head = made;
    mcp_live_expiry_add(mail, made);
    mcp_live_account_add(mail, box->owner, 1);
    return made;
}

void mcp_live_box_close(mcp_live_mail_t *mail, apr_uint32_t closed)
{
    mcp_live_box_t *box = mcp_live_box_at(mail, closed);
    apr_uint32_t *link = head_of(mail, box->id);

    mcp_live_letter_drop(mail, box, 0, ~(apr_uint64_t)0);
    while (*link != closed)
        link = &mcp_live_box_at(mail, *link)->next;
    *link = box->next;
    mcp_live_expiry_remove(mail, closed);
    mcp_live_account_take(mail, box->owner, 1);
    mcp_live_mail_give(mail, closed, 1);
}

static int tidy_one(mcp_live_mail_t *mail, apr_int64_t now)
{
    apr_uint32_t first = mcp_live_expiry_first(mail);

    if (!first || mcp_live_box_at(mail, first)->expires > now)
        return 0;
    mcp_live_box_close(mail, first);
    return 1;
}

void mcp_live_box_tidy(mcp_live_mail_t *mail, apr_int64_t now, int most)
{
    while (most-- > 0 && tidy_one(mail, now))
        ;
}

int mcp_live_box_room(mcp_live_mail_t *mail, apr_uint64_t owner,
                      apr_uint32_t blocks, apr_int64_t now)
{
    while (mail->blocks - mail->used < blocks ||
           !mcp_live_account_may(mail, owner, blocks))
        if (!tidy_one(mail, now))
            return 0;
    return 1;
}
