/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_LIVE_MAILBOX_H
#define MCP_LIVE_MAILBOX_H

#include "base/digest.h"
#include "live/shared.h"

/* Letters between children: a box is found by a digest, from any child, and
 * holds letters in the order they came, numbered from 1. What is behind it:
 * the client's answers to what a tool asked, requests that were cancelled,
 * streams that can be resumed, the queue of an HTTP+SSE session, what a
 * session subscribed to, and tasks.
 *
 * All lies in one store of blocks of shared memory, under one lock that is
 * held for copying only. When a child is killed while it changes something,
 * the store is not trusted any more: there are no boxes then, which costs
 * clients what a restart would. Whoever changes a box raises the signal
 * (live/signal) afterwards; these functions do not. Boxes go by themselves
 * some time after they expired: when another is opened, or their room is
 * needed. Times are seconds since the epoch. */

typedef enum {
    MCP_BOX_OK,
    MCP_BOX_NONE,   /* there is no such box, or it has expired */
    MCP_BOX_FULL,   /* the box would exceed its limit, or all of them theirs */
    MCP_BOX_CHANGED /* what was expected in it is not there */
} mcp_box_status_t;

typedef struct mcp_box_terms_t {
    apr_int64_t now;
    apr_int64_t expires;
    apr_uint32_t limit; /* bytes of text that its letters may have together */
    apr_uint64_t owner; /* whose it is, such as a part of a digest of the
                         * principal: the boxes of one owner may take a quarter
                         * of all room, counted in blocks of 512 bytes: one
                         * for a box, one or more for a letter. 0: nobody's,
                         * unlimited */
} mcp_box_terms_t;

typedef struct mcp_letter_t {
    apr_uint64_t number; /* set by the box */
    apr_uint32_t kind;   /* the caller's word for what is in it; not 0 */
    const char *text;    /* any bytes; a copy from pool, with a NUL behind, in
                          * one that was read */
    apr_size_t len;
} mcp_letter_t;

/* Makes it, or if it is there gives it a new expiry. OK or FULL. One that has
 * expired is made anew: its letters are gone, and numbers begin at 1. */
mcp_box_status_t mcp_live_mailbox_open(mcp_live_shared_t *shared,
                                       const unsigned char id[MCP_DIGEST_SIZE],
                                       const mcp_box_terms_t *terms);
/* Whether it is there, and has not expired. */
int mcp_live_mailbox_is_open(mcp_live_shared_t *shared,
                             const unsigned char id[MCP_DIGEST_SIZE],
                             apr_int64_t now);
/* With all its letters. None of this name: nothing happens. */
void mcp_live_mailbox_close(mcp_live_shared_t *shared,
                            const unsigned char id[MCP_DIGEST_SIZE]);
/* Adds a letter; its number is set. OK, NONE or FULL. */
mcp_box_status_t mcp_live_mailbox_post(mcp_live_shared_t *shared,
                                       const unsigned char id[MCP_DIGEST_SIZE],
                                       mcp_letter_t *letter, apr_int64_t now);
/* Puts a letter in the place of the one of its kind that has the number
 * expected; 0 expects none of this kind. CHANGED where it is otherwise; else
 * as post. It is the last letter then, with a number of its own. */
mcp_box_status_t mcp_live_mailbox_replace(
    mcp_live_shared_t *shared, const unsigned char id[MCP_DIGEST_SIZE],
    mcp_letter_t *letter, apr_uint64_t expected, apr_int64_t now);
/* The first letter with a number above after, of this kind (0: of any); NONE
 * also where there is no such letter. The box keeps it. A box that has expired
 * can be read as long as it is there. */
mcp_box_status_t mcp_live_mailbox_read(mcp_letter_t *letter,
                                       mcp_live_shared_t *shared,
                                       const unsigned char id[MCP_DIGEST_SIZE],
                                       apr_uint64_t after, apr_uint32_t kind,
                                       apr_pool_t *pool);
/* Takes out the letters from number first to number last. */
void mcp_live_mailbox_drop(mcp_live_shared_t *shared,
                           const unsigned char id[MCP_DIGEST_SIZE],
                           apr_uint64_t first, apr_uint64_t last);

/* -- for status -- */
typedef struct mcp_mailbox_use_t {
    apr_uint32_t boxes;
    apr_uint64_t bytes; /* of blocks in use */
    apr_uint64_t room;  /* of all blocks */
} mcp_mailbox_use_t;

void mcp_live_mailbox_use(mcp_mailbox_use_t *use, mcp_live_shared_t *shared);

#endif
