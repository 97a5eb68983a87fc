/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/mail.h"

#include <string.h>

/* Blocks come in eights, so that what precedes them ends on a line. */
#define TOGETHER 8

/* What precedes the blocks, for each of them. */
#define BESIDE (2 * sizeof(apr_uint32_t) + 2 * sizeof(mcp_live_account_t))

apr_uint32_t mcp_live_mail_blocks(apr_uint32_t bytes)
{
    apr_uint32_t blocks = bytes / MCP_LIVE_BLOCK / TOGETHER * TOGETHER;

    return blocks ? blocks : TOGETHER;
}

apr_size_t mcp_live_mail_size(apr_uint32_t blocks)
{
    return sizeof(mcp_live_mail_t) +
           (apr_size_t)blocks * (BESIDE + sizeof(mcp_live_block_t));
}

void mcp_live_mail_make(mcp_live_mail_t *mail, apr_uint32_t blocks)
{
    mail->blocks = blocks;
    mail->fresh = 1;
}

/* Not the blocks, which are written before they are used. */
void mcp_live_mail_clear(mcp_live_mail_t *mail)
{
    memset(mail + 1, 0, (apr_size_t)mail->blocks * BESIDE);
    mail->used = mail->free = mail->boxes = 0;
    mail->fresh = 1;
}

apr_uint32_t *mcp_live_mail_heads(mcp_live_mail_t *mail)
{
    return (apr_uint32_t *)(mail + 1);
}

apr_uint32_t *mcp_live_mail_heap(mcp_live_mail_t *mail)
{
    return mcp_live_mail_heads(mail) + mail->blocks;
}

mcp_live_account_t *mcp_live_mail_accounts(mcp_live_mail_t *mail)
{
    return (mcp_live_account_t *)(mcp_live_mail_heap(mail) + mail->blocks);
}

mcp_live_block_t *mcp_live_mail_block(mcp_live_mail_t *mail,
                                      apr_uint32_t number)
{
    mcp_live_account_t *accounts = mcp_live_mail_accounts(mail);

    return (mcp_live_block_t *)(accounts + 2 * (apr_size_t)mail->blocks) +
           (number - 1);
}

static apr_uint32_t take_one(mcp_live_mail_t *mail)
{
    apr_uint32_t one = mail->free;

    if (!one)
        return mail->fresh++;
    mail->free = mcp_live_mail_block(mail, one)->next;
    return one;
}

apr_uint32_t mcp_live_mail_take(mcp_live_mail_t *mail, apr_uint32_t count)
{
    apr_uint32_t first = take_one(mail), last = first, i;

    for (i = 1; i < count; i++) {
        apr_uint32_t next = take_one(mail);

        mcp_live_mail_block(mail, last)->next = next;
        last = next;
    }
    mcp_live_mail_block(mail, last)->next = 0;
    mcp_live_mail_block(mail, first)->last = last;
    mail->used += count;
    return first;
}

void mcp_live_mail_give(mcp_live_mail_t *mail, apr_uint32_t first,
                        apr_uint32_t count)
{
    apr_uint32_t last = mcp_live_mail_block(mail, first)->last;

    mcp_live_mail_block(mail, last)->next = mail->free;
    mail->free = first;
    mail->used -= count;
}
