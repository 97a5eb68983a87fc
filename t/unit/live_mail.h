/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_LIVE_MAIL_H
#define MCP_T_UNIT_LIVE_MAIL_H

#include "live_shared.h"

#include "live/account.h"
#include "live/layout.h"
#include "live/mailbox.h"

/* Boxes by small numbers, and whether the store of letters is whole. */

#define NOW 1800000000
#define LATER (NOW + 3600)

/* Room for letters of so many bytes; 0: as much as there is without a word. */
#define MAIL(bytes) LIMITS(8, 8, 8, bytes)

typedef struct box_id_t {
    unsigned char digest[MCP_DIGEST_SIZE];
} box_id_t;

static inline box_id_t id_of(apr_uint32_t number)
{
    box_id_t id;

    mcp_digest_sha256(id.digest, &number, sizeof(number));
    return id;
}

/* Owners by small numbers, too; 0 is nobody. */
static inline apr_uint64_t owner_of(apr_uint64_t number)
{
    box_id_t id = id_of((apr_uint32_t)number);
    apr_uint64_t owner;

    memcpy(&owner, id.digest, sizeof(owner));
    return number ? owner : 0;
}

static inline mcp_box_status_t opened(mcp_live_shared_t *shared,
                                      apr_uint32_t number, apr_uint32_t limit,
                                      apr_uint64_t owner)
{
    const mcp_box_terms_t terms = {NOW, LATER, limit, owner_of(owner)};
    box_id_t id = id_of(number);

    return mcp_live_mailbox_open(shared, id.digest, &terms);
}

static inline void closed(mcp_live_shared_t *shared, apr_uint32_t number)
{
    box_id_t id = id_of(number);

    mcp_live_mailbox_close(shared, id.digest);
}

/* The letter's number, 0: not taken. */
static inline apr_uint64_t posted_bytes(mcp_live_shared_t *shared,
                                        apr_uint32_t number, apr_uint32_t kind,
                                        const char *text, apr_size_t len)
{
    mcp_letter_t letter = {0, kind, text, len};
    box_id_t id = id_of(number);

    return mcp_live_mailbox_post(shared, id.digest, &letter, NOW) == MCP_BOX_OK
               ? letter.number
               : 0;
}

static inline apr_uint64_t posted(mcp_live_shared_t *shared,
                                  apr_uint32_t number, apr_uint32_t kind,
                                  const char *text)
{
    return posted_bytes(shared, number, kind, text, strlen(text));
}

/* NULL: there is none. */
static inline const mcp_letter_t *
letter_read(mcp_live_shared_t *shared, apr_uint32_t number, apr_uint64_t after,
            apr_uint32_t kind, apr_pool_t *pool)
{
    mcp_letter_t *letter = apr_pcalloc(pool, sizeof(*letter));
    box_id_t id = id_of(number);

    return mcp_live_mailbox_read(letter, shared, id.digest, after, kind,
                                 pool) == MCP_BOX_OK
               ? letter
               : NULL;
}

static inline void dropped(mcp_live_shared_t *shared, apr_uint32_t number,
                           apr_uint64_t first, apr_uint64_t last)
{
    box_id_t id = id_of(number);

    mcp_live_mailbox_drop(shared, id.digest, first, last);
}

static inline mcp_mailbox_use_t use_of(mcp_live_shared_t *shared)
{
    mcp_mailbox_use_t use;

    mcp_live_mailbox_use(&use, shared);
    return use;
}

/* -- whether all adds up -- */

/* The blocks of a box, 0: something is wrong with it. */
static inline apr_uint32_t box_blocks(mcp_live_mail_t *mail,
                                      mcp_live_box_t *box)
{
    apr_uint32_t blocks = 1, bytes = 0, lane, level, at;

    for (lane = 0; lane < MCP_LIVE_LANES; lane++)
        for (level = 0; level < MCP_LIVE_LEVELS; level++) {
            apr_uint64_t before = 0;

            for (at = box->lanes[lane][level]; at;) {
                mcp_live_block_t *block = mcp_live_mail_block(mail, at);
                mcp_live_letter_t *letter = &block->is.letter;

                if (letter->number <= before || letter->number > box->last ||
                    letter->kind % MCP_LIVE_LANES != lane)
                    return 0;
                before = letter->number;
                if (level == 0) {
                    apr_uint32_t chain = at;

                    bytes += letter->len;
                    for (blocks++; chain != block->last; blocks++)
                        chain = mcp_live_mail_block(mail, chain)->next;
                }
                at = letter->ahead[level];
            }
        }
    return bytes == box->bytes && bytes <= box->limit ? blocks : 0;
}

static inline int account_is_right(mcp_live_mail_t *mail, apr_uint64_t owner)
{
    apr_uint32_t i, blocks = 0, said = 0, times = 0;

    for (i = 0; i < mail->boxes; i++) {
        mcp_live_box_t *box =
            &mcp_live_mail_block(mail, mcp_live_mail_heap(mail)[i])->is.box;

        if (box->owner == owner)
            blocks += box_blocks(mail, box);
    }
    for (i = 0; i < 2 * mail->blocks; i++)
        if (mcp_live_mail_accounts(mail)[i].owner == owner) {
            said += mcp_live_mail_accounts(mail)[i].blocks;
            times++;
        }
    return said == blocks && times == (blocks != 0) &&
           blocks <= mail->blocks / MCP_LIVE_SHARE &&
           mcp_live_account_may(mail, owner,
                                mail->blocks / MCP_LIVE_SHARE - blocks);
}

/* NULL: it is whole. Owners are 1 to owners. Nobody is at it. */
static inline const char *flaw_of(mcp_live_shared_t *shared,
                                  apr_uint64_t owners)
{
    mcp_live_mail_t *mail = mcp_live_shared_mail(shared);
    apr_uint32_t i, at, boxes = 0, blocks = 0, given = 0;

    for (i = 0; i < mail->blocks; i++)
        for (at = mcp_live_mail_heads(mail)[i]; at; boxes++) {
            mcp_live_box_t *box = &mcp_live_mail_block(mail, at)->is.box;
            apr_uint32_t own = box_blocks(mail, box);

            if (!own)
                return "the letters of a box";
            if (box->position >= mail->boxes ||
                mcp_live_mail_heap(mail)[box->position] != at)
                return "a box's place in the heap";
            blocks += own;
            at = box->next;
        }
    if (boxes != mail->boxes)
        return "how many boxes there are";
    for (i = 1; i < mail->boxes; i++) {
        apr_uint32_t *heap = mcp_live_mail_heap(mail);

        if (mcp_live_mail_block(mail, heap[i])->is.box.expires <
            mcp_live_mail_block(mail, heap[(i - 1) / 2])->is.box.expires)
            return "the order of the heap";
    }
    if (blocks != mail->used)
        return "how many blocks are used";
    for (at = mail->free; at; at = mcp_live_mail_block(mail, at)->next)
        given++;
    if (given + mail->used != mail->fresh - 1 ||
        mail->fresh > mail->blocks + 1)
        return "how many blocks are free";
    for (; owners; owners--)
        if (!account_is_right(mail, owner_of(owners)))
            return "an owner's account";
    return NULL;
}

#endif
