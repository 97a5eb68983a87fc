/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_wire.h"

#include "mcp/news.h"

/* What another node tells of changes, note by note: each is told here once,
 * as it says. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NEW, KNOWN };
target_goal_t target_goals[] = {
    {"a note is news", 0}, {"a note was heard before", 0}, {NULL, 0}};

static apr_uint64_t number_of(const unsigned char *bytes)
{
    apr_uint64_t number = 0;
    int i;

    for (i = 0; i < 8; i++)
        number = number * 256 + bytes[i];
    return number;
}

/* Whether it was told here. */
static int hear(mcp_live_shared_t *shared, const mcp_note_t *note)
{
    apr_uint64_t last = mcp_live_change_last(shared, MCP_RING_NEWS);
    mcp_change_t change;
    int count;

    mcp_news_hear(shared, note);
    count = mcp_live_change_read(&change, 1, &last, shared, MCP_RING_NEWS);
    PROMISE(count == 0 || count == 1);
    PROMISE(!count || (!memcmp(&change.what, note->what, 8) &&
                       !memcmp(&change.whose, note->what + 8, 8)));
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    apr_uint64_t number, greatest = 0;
    mcp_note_t note;
    wire_t w;

    wire_open(&w, &cx);
    for (; size >= sizeof(note); size -= sizeof(note), data += sizeof(note)) {
        memcpy(&note, data, sizeof(note));
        target_goals[hear(w.works.shared, &note) ? NEW : KNOWN].is_reached = 1;
        number = number_of(note.mark + 8);
        if (number >= greatest)
            greatest = number;
        /* of one that is too old nobody knows */
        PROMISE(!hear(w.works.shared, &note) || number < greatest);
    }
    target_end(&cx);
    return 0;
}
