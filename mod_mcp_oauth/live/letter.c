/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/letter.h"

#include <string.h>

#include "live/account.h"

typedef char
    letter_fits_its_block[sizeof(mcp_live_block_t) == MCP_LIVE_BLOCK ? 1 : -1];

apr_uint32_t mcp_live_letter_blocks(apr_size_t len)
{
    if (len <= MCP_LIVE_FIRST_TEXT)
        return 1;
    return (apr_uint32_t)(1 + (len - MCP_LIVE_FIRST_TEXT + MCP_LIVE_TEXT - 1) /
                                  MCP_LIVE_TEXT);
}

mcp_live_letter_t *mcp_live_letter_at(mcp_live_mail_t *mail,
                                      apr_uint32_t letter)
{
    return &mcp_live_mail_block(mail, letter)->is.letter;
}

/* -- the text -- */

/* One part of it after the other: of a letter, where it is in a block. */
typedef struct part_t {
    mcp_live_block_t *block;
    char *text;
    apr_size_t len;
    apr_size_t left; /* behind this part */
} part_t;

static part_t part_first(mcp_live_mail_t *mail, apr_uint32_t letter)
{
    part_t part = {mcp_live_mail_block(mail, letter)};

    part.text = part.block->is.letter.text;
    part.left = part.block->is.letter.len;
    part.len = part.left < MCP_LIVE_FIRST_TEXT ? part.left
                                               : MCP_LIVE_FIRST_TEXT;
    part.left -= part.len;
    return part;
}

static void part_next(part_t *part, mcp_live_mail_t *mail)
{
    part->len = part->left < MCP_LIVE_TEXT ? part->left : MCP_LIVE_TEXT;
    part->left -= part->len;
    if (!part->len)
        return;
    part->block = mcp_live_mail_block(mail, part->block->next);
    part->text = part->block->is.text;
}

static void fill(mcp_live_mail_t *mail, apr_uint32_t letter, const char *text)
{
    part_t part;

    for (part = part_first(mail, letter); part.len; part_next(&part, mail)) {
        memcpy(part.text, text, part.len);
        text += part.len;
    }
}

void mcp_live_letter_copy(char *to, mcp_live_mail_t *mail, apr_uint32_t letter)
{
    part_t part;

    for (part = part_first(mail, letter); part.len; part_next(&part, mail)) {
        memcpy(to, part.text, part.len);
        to += part.len;
    }
}

/* -- the lists -- */

static apr_uint32_t *lane_of(mcp_live_box_t *box, apr_uint32_t kind)
{
    return box->lanes[kind % MCP_LIVE_LANES];
}

/* In how many levels a letter is linked; the same each time. */
static int levels_of(apr_uint64_t number)
{
    apr_uint64_t mixed = number * APR_UINT64_C(0x9e3779b97f4a7c15);
    int levels = 1;

    for (; levels < MCP_LIVE_LEVELS && !(mixed >> 62); levels++)
        mixed <<= 2;
    return levels;
}

/* For each level the links of the last letter below number, else the lane's
 * own. */
static void seek(apr_uint32_t **path, mcp_live_mail_t *mail,
                 apr_uint32_t *lane, apr_uint64_t number)
{
    apr_uint32_t *links = lane;
    int level;

    for (level = MCP_LIVE_LEVELS; level-- > 0;) {
        while (links[level] &&
               mcp_live_letter_at(mail, links[level])->number < number)
            links = mcp_live_letter_at(mail, links[level])->ahead;
        path[level] = links;
    }
}

static apr_uint32_t find_in(mcp_live_mail_t *mail, apr_uint32_t *lane,
                            apr_uint64_t number, apr_uint32_t kind)
{
    apr_uint32_t *path[MCP_LIVE_LEVELS], found;

    seek(path, mail, lane, number);
    for (found = path[0][0]; kind && found;
         found = mcp_live_letter_at(mail, found)->ahead[0])
        if (mcp_live_letter_at(mail, found)->kind == kind)
            break;
    return found;
}

apr_uint32_t mcp_live_letter_find(mcp_live_mail_t *mail, mcp_live_box_t *box,
                                  apr_uint64_t number, apr_uint32_t kind)
{
    apr_uint32_t first = 0, i;

    if (kind)
        return find_in(mail, lane_of(box, kind), number, kind);
    for (i = 0; i < MCP_LIVE_LANES; i++) {
        apr_uint32_t found = find_in(mail, box->lanes[i], number, 0);

        if (found && (!first || mcp_live_letter_at(mail, found)->number <
                                    mcp_live_letter_at(mail, first)->number))
            first = found;
    }
    return first;
}

void mcp_live_letter_add(mcp_live_mail_t *mail, mcp_live_box_t *box,
                         mcp_letter_t *letter)
{
    apr_uint32_t blocks = mcp_live_letter_blocks(letter->len);
    apr_uint32_t added = mcp_live_mail_take(mail, blocks);
    mcp_live_letter_t *to = mcp_live_letter_at(mail, added);
    apr_uint32_t *path[MCP_LIVE_LEVELS];
    int level;

    letter->number = to->number = ++box->last;
    to->kind = letter->kind;
    to->len = (apr_uint32_t)letter->len;
    fill(mail, added, letter->text);
    seek(path, mail, lane_of(box, letter->kind), to->number);
    for (level = 0; level < levels_of(to->number); level++) {
        to->ahead[level] = 0; /* it is the last */
        path[level][level] = added;
    }
    box->bytes += to->len;
    mcp_live_account_add(mail, box->owner, blocks);
}

static void drop_in(mcp_live_mail_t *mail, mcp_live_box_t *box,
                    apr_uint32_t *lane, apr_uint64_t first, apr_uint64_t last)
{
    apr_uint32_t *path[MCP_LIVE_LEVELS], found;

    seek(path, mail, lane, first);
    while ((found = path[0][0]) &&
           mcp_live_letter_at(mail, found)->number <= last) {
        mcp_live_letter_t *letter = mcp_live_letter_at(mail, found);
        apr_uint32_t blocks = mcp_live_letter_blocks(letter->len);
        int level;

        for (level = 0; level < levels_of(letter->number); level++)
            path[level][level] = letter->ahead[level];
        box->bytes -= letter->len;
        mcp_live_account_take(mail, box->owner, blocks);
        mcp_live_mail_give(mail, found, blocks);
    }
}

void mcp_live_letter_drop(mcp_live_mail_t *mail, mcp_live_box_t *box,
                          apr_uint64_t first, apr_uint64_t last)
{
    int i;

    for (i = 0; i < MCP_LIVE_LANES; i++)
        drop_in(mail, box, box->lanes[i], first, last);
}
