/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/mailbox.h"

#include <apr_strings.h>

#include "live/box.h"
#include "live/expiry.h"
#include "live/layout.h"
#include "live/letter.h"

/* Expired boxes that go when another is opened: more than one, or they would
 * never become fewer. */
#define TIDY_AT_OPEN 4

/* A shorter letter is copied while the lock is held the first time. */
#define SHORT 4096

typedef mcp_live_mail_t mail_t;

/* -- the lock -- */

/* NULL: it cannot be had. Who was killed while he only looked has spoiled
 * nothing. */
static mail_t *enter(mcp_live_shared_t *shared)
{
    mail_t *mail = mcp_live_shared_mail(shared);

    switch (mcp_live_lock_enter(&mail->lock)) {
    case MCP_LOCK_LEFT:
        if (mail->is_changing)
            mcp_live_mail_clear(mail);
        __atomic_store_n(&mail->is_changing, 0, __ATOMIC_SEQ_CST);
        mcp_live_lock_repair(&mail->lock);
        return mail;
    case MCP_LOCK_HELD:
        return mail;
    default:
        return NULL;
    }
}

static void leave(mail_t *mail)
{
    mcp_live_lock_leave(&mail->lock);
}

/* As enter and leave, for who changes something meanwhile. */
static mail_t *begin(mcp_live_shared_t *shared)
{
    mail_t *mail = enter(shared);

    if (!mail)
        return NULL;
    __atomic_store_n(&mail->is_changing, 1, __ATOMIC_SEQ_CST);
    /* nothing that follows is done before it */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return mail;
}

static void end(mail_t *mail)
{
    __atomic_store_n(&mail->is_changing, 0, __ATOMIC_SEQ_CST);
    leave(mail);
}

/* -- boxes -- */

mcp_box_status_t mcp_live_mailbox_open(mcp_live_shared_t *shared,
                                       const unsigned char id[MCP_DIGEST_SIZE],
                                       const mcp_box_terms_t *terms)
{
    mail_t *mail = begin(shared);
    apr_uint32_t box;

    if (!mail)
        return MCP_BOX_FULL;
    box = mcp_live_box_find_open(mail, id, terms->now);
    mcp_live_box_tidy(mail, terms->now, TIDY_AT_OPEN);
    if (box)
        mcp_live_expiry_change(mail, box, terms->expires);
    else
        box = mcp_live_box_make(mail, id, terms);
    end(mail);
    return box ? MCP_BOX_OK : MCP_BOX_FULL;
}

int mcp_live_mailbox_is_open(mcp_live_shared_t *shared,
                             const unsigned char id[MCP_DIGEST_SIZE],
                             apr_int64_t now)
{
    mail_t *mail = enter(shared);
    apr_uint32_t box;

    if (!mail)
        return 0;
    box = mcp_live_box_find(mail, id);
    if (box && mcp_live_box_at(mail, box)->expires <= now)
        box = 0;
    leave(mail);
    return box != 0;
}

void mcp_live_mailbox_close(mcp_live_shared_t *shared,
                            const unsigned char id[MCP_DIGEST_SIZE])
{
    mail_t *mail = begin(shared);
    apr_uint32_t box;

    if (!mail)
        return;
    box = mcp_live_box_find(mail, id);
    if (box)
        mcp_live_box_close(mail, box);
    end(mail);
}

/* -- letters that come -- */

/* In the place of another one, 0: of none. */
static mcp_box_status_t put(mail_t *mail, mcp_live_box_t *box,
                            mcp_letter_t *letter, apr_uint32_t other,
                            apr_int64_t now)
{
    apr_uint64_t number = 0;
    apr_uint32_t bytes = box->bytes, blocks, spared = 0;

    if (other) {
        const mcp_live_letter_t *goes = mcp_live_letter_at(mail, other);

        number = goes->number;
        bytes -= goes->len;
        spared = mcp_live_letter_blocks(goes->len);
    }
    if (letter->len > box->limit || bytes > box->limit - letter->len)
        return MCP_BOX_FULL;
    blocks = mcp_live_letter_blocks(letter->len);
    if (blocks > spared &&
        !mcp_live_box_room(mail, box->owner, blocks - spared, now))
        return MCP_BOX_FULL;
    if (other)
        mcp_live_letter_drop(mail, box, number, number);
    mcp_live_letter_add(mail, box, letter);
    return MCP_BOX_OK;
}

mcp_box_status_t mcp_live_mailbox_post(mcp_live_shared_t *shared,
                                       const unsigned char id[MCP_DIGEST_SIZE],
                                       mcp_letter_t *letter, apr_int64_t now)
{
    mail_t *mail = begin(shared);
    mcp_box_status_t status = MCP_BOX_NONE;
    apr_uint32_t box;

    if (!mail)
        return MCP_BOX_NONE;
    box = mcp_live_box_find_open(mail, id, now);
    if (box)
        status = put(mail, mcp_live_box_at(mail, box), letter, 0, now);
    end(mail);
    return status;
}

static mcp_box_status_t replace(mail_t *mail, mcp_live_box_t *box,
                                mcp_letter_t *letter, apr_uint64_t expected,
                                apr_int64_t now)
{
    apr_uint32_t other =
        mcp_live_letter_find(mail, box, expected, letter->kind);

    if (!expected)
        return other ? MCP_BOX_CHANGED : put(mail, box, letter, 0, now);
    if (!other || mcp_live_letter_at(mail, other)->number != expected)
        return MCP_BOX_CHANGED;
    return put(mail, box, letter, other, now);
}

mcp_box_status_t mcp_live_mailbox_replace(
    mcp_live_shared_t *shared, const unsigned char id[MCP_DIGEST_SIZE],
    mcp_letter_t *letter, apr_uint64_t expected, apr_int64_t now)
{
    mail_t *mail = begin(shared);
    mcp_box_status_t status = MCP_BOX_NONE;
    apr_uint32_t box;

    if (!mail)
        return MCP_BOX_NONE;
    box = mcp_live_box_find_open(mail, id, now);
    if (box)
        status =
            replace(mail, mcp_live_box_at(mail, box), letter, expected, now);
    end(mail);
    return status;
}

/* -- letters that are read -- */

/* Where a letter is copied to; when it is too small only len is set. */
typedef struct copy_t {
    char *text;
    apr_size_t room;
} copy_t;

typedef struct wanted_t {
    const unsigned char *id;
    apr_uint64_t after;
    apr_uint32_t kind;
} wanted_t;

static mcp_box_status_t look(mcp_letter_t *letter, const copy_t *copy,
                             mcp_live_shared_t *shared, const wanted_t *wanted)
{
    mail_t *mail = enter(shared);
    const mcp_live_letter_t *read;
    apr_uint32_t box, found = 0;

    if (!mail)
        return MCP_BOX_NONE;
    box = mcp_live_box_find(mail, wanted->id);
    if (box)
        found = mcp_live_letter_find(mail, mcp_live_box_at(mail, box),
                                     wanted->after + 1, wanted->kind);
    if (found) {
        read = mcp_live_letter_at(mail, found);
        letter->number = read->number;
        letter->kind = read->kind;
        letter->len = read->len;
        if (letter->len <= copy->room)
            mcp_live_letter_copy(copy->text, mail, found);
    }
    leave(mail);
    return found ? MCP_BOX_OK : MCP_BOX_NONE;
}

/* house: six arguments, since a letter is named by a number and a kind */
mcp_box_status_t mcp_live_mailbox_read(mcp_letter_t *letter,
                                       mcp_live_shared_t *shared,
                                       const unsigned char id[MCP_DIGEST_SIZE],
                                       apr_uint64_t after, apr_uint32_t kind,
                                       apr_pool_t *pool)
{
    const wanted_t wanted = {id, after, kind};
    char brief[SHORT];
    copy_t copy = {brief, sizeof(brief)};
    mcp_box_status_t status = MCP_BOX_NONE;

    if (after < ~(apr_uint64_t)0)
        status = look(letter, &copy, shared, &wanted);
    /* another may be the first when it is looked for again */
    while (status == MCP_BOX_OK && letter->len > copy.room) {
        copy.room = letter->len;
        copy.text = apr_palloc(pool, copy.room + 1);
        status = look(letter, &copy, shared, &wanted);
    }
    if (status != MCP_BOX_OK)
        return status;
    if (copy.text == brief)
        copy.text = apr_pstrmemdup(pool, brief, letter->len);
    copy.text[letter->len] = '\0';
    letter->text = copy.text;
    return MCP_BOX_OK;
}

void mcp_live_mailbox_drop(mcp_live_shared_t *shared,
                           const unsigned char id[MCP_DIGEST_SIZE],
                           apr_uint64_t first, apr_uint64_t last)
{
    mail_t *mail = begin(shared);
    apr_uint32_t box;

    if (!mail)
        return;
    box = mcp_live_box_find(mail, id);
    if (box)
        mcp_live_letter_drop(mail, mcp_live_box_at(mail, box), first, last);
    end(mail);
}

/* -- status -- */

void mcp_live_mailbox_use(mcp_mailbox_use_t *use, mcp_live_shared_t *shared)
{
    mail_t *mail = enter(shared);

    use->boxes = 0;
    use->bytes = use->room = 0;
    if (!mail)
        return;
    use->boxes = mail->boxes;
    use->bytes = (apr_uint64_t)mail->used * MCP_LIVE_BLOCK;
    use->room = (apr_uint64_t)mail->blocks * MCP_LIVE_BLOCK;
    leave(mail);
}
