/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_LIVE_MAIL_H
#define MCP_LIVE_MAIL_H

#include <apr.h>

#include "live/lock.h"

/* How boxes and letters lie in shared memory, for this folder only: a store of
 * blocks, named by numbers from 1; 0 is none. A box has one, with what is
 * known of it; a letter has a chain of them. Behind this header follow, one
 * for each block: the heads of chains of boxes by their name (live/box), the
 * heap of boxes by their expiry (live/expiry), two accounts of owners
 * (live/account); then the blocks. Only who has the lock looks at any of it.
 */

typedef struct mcp_live_mail_t {
    mcp_live_lock_t lock;
    apr_uint32_t is_changing; /* by who has the lock */
    apr_uint32_t blocks;      /* that there are */
    apr_uint32_t used;
    apr_uint32_t free;  /* the first of those that were given back */
    apr_uint32_t fresh; /* those from this one on were never used */
    apr_uint32_t boxes;
} __attribute__((aligned(64))) mcp_live_mail_t;

typedef struct mcp_live_account_t {
    apr_uint64_t owner;  /* 0 = unused */
    apr_uint32_t blocks; /* of all its boxes */
} mcp_live_account_t;

/* Most messages fit one block, and a page has a whole number of them. */
#define MCP_LIVE_BLOCK 512

/* Letters are found by their number in skip lists (Pugh 1990): the higher the
 * level, the fewer are linked in it, a quarter each. Kinds share a few lists,
 * so that who looks for one kind need not pass by all others. */
#define MCP_LIVE_LEVELS 6
#define MCP_LIVE_LANES 8

#define MCP_LIVE_BOX_ID 16 /* bytes of its digest */

typedef struct mcp_live_box_t {
    unsigned char id[MCP_LIVE_BOX_ID];
    apr_uint64_t owner;
    apr_int64_t expires;
    apr_uint64_t last;     /* the number of the last letter there ever was */
    apr_uint32_t limit;    /* bytes of text */
    apr_uint32_t bytes;    /* of text, in all letters */
    apr_uint32_t next;     /* box of the same head */
    apr_uint32_t position; /* in the heap */
    apr_uint32_t lanes[MCP_LIVE_LANES][MCP_LIVE_LEVELS];
} mcp_live_box_t;

#define MCP_LIVE_CHAIN (2 * sizeof(apr_uint32_t))
#define MCP_LIVE_TEXT (MCP_LIVE_BLOCK - MCP_LIVE_CHAIN)
#define MCP_LIVE_LETTER                                                       \
    (sizeof(apr_uint64_t) + (2 + MCP_LIVE_LEVELS) * sizeof(apr_uint32_t))
#define MCP_LIVE_FIRST_TEXT (MCP_LIVE_TEXT - MCP_LIVE_LETTER)

typedef struct mcp_live_letter_t {
    apr_uint64_t number;
    apr_uint32_t kind;
    apr_uint32_t len;
    apr_uint32_t ahead[MCP_LIVE_LEVELS];
    char text[MCP_LIVE_FIRST_TEXT];
} mcp_live_letter_t;

typedef struct mcp_live_block_t {
    apr_uint32_t next; /* in its chain, or of those that are free */
    apr_uint32_t last; /* of its chain; the first one knows */
    union {
        mcp_live_box_t box;
        mcp_live_letter_t letter;
        char text[MCP_LIVE_TEXT]; /* the further blocks of a letter */
    } is;
} mcp_live_block_t;

/* As many as so many bytes have room for. */
apr_uint32_t mcp_live_mail_blocks(apr_uint32_t bytes);
apr_size_t mcp_live_mail_size(apr_uint32_t blocks);
/* In memory that is all 0, without its lock. */
void mcp_live_mail_make(mcp_live_mail_t *mail, apr_uint32_t blocks);
/* No box any more, whatever it looks like. */
void mcp_live_mail_clear(mcp_live_mail_t *mail);

/* one for each block */
apr_uint32_t *mcp_live_mail_heads(mcp_live_mail_t *mail);
apr_uint32_t *mcp_live_mail_heap(mcp_live_mail_t *mail);
/* two for each block, so that half of them are unused */
mcp_live_account_t *mcp_live_mail_accounts(mcp_live_mail_t *mail);
mcp_live_block_t *mcp_live_mail_block(mcp_live_mail_t *mail,
                                      apr_uint32_t number);

/* A chain of count blocks; there must be as many. */
apr_uint32_t mcp_live_mail_take(mcp_live_mail_t *mail, apr_uint32_t count);
/* Gives a chain back. */
void mcp_live_mail_give(mcp_live_mail_t *mail, apr_uint32_t first,
                        apr_uint32_t count);

#endif
