/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/board.h"

#include <string.h>
#include <time.h>

#include "live/layout.h"

/* A note has a key: part of its name, and the hour in which it was claimed the
 * last time. Another name may have it when that is so long ago that nobody has
 * any use for what is posted. Its claim is the millisecond until which it
 * lasts, on a clock that only goes forward, and below that a ticket, so that
 * no two are the same; 0 when nobody has it. current is the ticket of what is
 * posted, and which sheet that is on; 0 when nothing is.
 *
 * Who has the claim writes on the other sheet and then swaps current: whoever
 * is killed before leaves what was posted. One that was stopped for longer
 * than its claim lasts may write where others read or write, and a note may go
 * to another name meanwhile. So each sheet has a mark, the MAC of its words by
 * the name: what is torn, or another name's, is not read. */
#define TICKET_BITS 20
#define TICKET_MASK ((apr_uint64_t)(1 << TICKET_BITS) - 1)
#define HOUR_BITS 24
#define HOUR_MASK ((apr_uint64_t)(1 << HOUR_BITS) - 1)
#define HOURS_KEPT 72
#define HOUR (3600 * 1000)
#define MOST_TRIES 4
#define WORD sizeof(apr_uint64_t)

typedef mcp_live_note_t note_t;
typedef mcp_live_sheet_t sheet_t;

static apr_uint64_t milliseconds_now(void)
{
    struct timespec now;

    /* house: this is not the time of day, which the context tells */
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (apr_uint64_t)now.tv_sec * 1000 +
           (apr_uint64_t)now.tv_nsec / 1000000;
}

static apr_uint64_t load(const apr_uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static int swap(apr_uint64_t *word, apr_uint64_t from, apr_uint64_t to)
{
    return __atomic_compare_exchange_n(word, &from, to, 0, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

static apr_uint64_t ticket_take(mcp_live_shared_t *shared)
{
    return __atomic_add_fetch(&shared->tickets, 1, __ATOMIC_RELAXED);
}

static apr_uint64_t end_of(apr_uint64_t claim)
{
    return claim >> TICKET_BITS;
}

/* -- the note of a name -- */

/* Never 0: that is a note that was never used. */
static apr_uint64_t key_at(const unsigned char *name, apr_uint64_t now)
{
    return ((mcp_live_shared_key(name) | (HOUR_MASK + 1)) & ~HOUR_MASK) |
           (now / HOUR & HOUR_MASK);
}

static int is_same_name(apr_uint64_t key, apr_uint64_t other)
{
    return !((key ^ other) & ~HOUR_MASK);
}

static int is_free(apr_uint64_t key, apr_uint64_t now)
{
    return !key || (key & HOUR_MASK) + HOURS_KEPT < now / HOUR;
}

/* The note of a name, else the first that is free, and its key. All look in
 * the same order: of those who take one for the same name only one can, and
 * the others find it. */
static note_t *scan(apr_uint64_t *was, const mcp_live_shared_t *shared,
                    apr_uint64_t key, apr_uint64_t now)
{
    note_t *notes = mcp_live_shared_notes(shared), *room = NULL;
    int i;

    for (i = 0; i < MCP_LIVE_NOTES; i++) {
        apr_uint64_t read = load(&notes[i].key);

        if (!is_same_name(read, key) && (room || !is_free(read, now)))
            continue;
        room = &notes[i];
        *was = read;
        if (is_same_name(read, key))
            break;
    }
    return room;
}

static note_t *find(const mcp_live_shared_t *shared, const unsigned char *name)
{
    apr_uint64_t key = key_at(name, 0), was;
    note_t *note = scan(&was, shared, key, 0);

    return note && is_same_name(was, key) ? note : NULL;
}

static note_t *find_or_take(mcp_live_shared_t *shared,
                            const unsigned char *name, apr_uint64_t now)
{
    apr_uint64_t key = key_at(name, now), was;
    note_t *note;

    do {
        note = scan(&was, shared, key, now);
        if (!note || is_same_name(was, key))
            return note;
    } while (!swap(&note->key, was, key));
    return note;
}

/* Whoever was faster said the same. */
static void use(note_t *note, apr_uint64_t key)
{
    apr_uint64_t was = load(&note->key);

    if (was != key && is_same_name(was, key))
        swap(&note->key, was, key);
}

/* -- what is posted -- */

static apr_size_t words_of(apr_size_t len)
{
    return (len + WORD - 1) / WORD;
}

/* NULL: it is torn, or another name's. */
static const void *sheet_read(apr_size_t *len, const sheet_t *sheet,
                              const unsigned char *name, apr_pool_t *pool)
{
    apr_uint64_t mark[MCP_LIVE_MARK_WORDS];
    unsigned char right[MCP_DIGEST_SIZE];
    apr_uint64_t *words;
    apr_size_t i;

    *len = (apr_size_t)__atomic_load_n(&sheet->len, __ATOMIC_RELAXED);
    if (*len > MCP_BOARD_MAX)
        return NULL;
    for (i = 0; i < MCP_LIVE_MARK_WORDS; i++)
        mark[i] = __atomic_load_n(&sheet->mark[i], __ATOMIC_RELAXED);
    words = apr_palloc(pool, words_of(*len) * WORD);
    for (i = 0; i < words_of(*len); i++)
        words[i] = __atomic_load_n(&sheet->words[i], __ATOMIC_RELAXED);
    mcp_digest_hmac(right, name, words, *len);
    return memcmp(right, mark, sizeof(right)) == 0 ? words : NULL;
}

static void sheet_write(sheet_t *sheet, const unsigned char *name,
                        const void *block, apr_size_t len)
{
    apr_uint64_t mark[MCP_LIVE_MARK_WORDS], word;
    const char *bytes = block;
    apr_size_t i, at;

    mcp_digest_hmac((unsigned char *)mark, name, block, len);
    __atomic_store_n(&sheet->len, len, __ATOMIC_RELAXED);
    for (i = 0; i < MCP_LIVE_MARK_WORDS; i++)
        __atomic_store_n(&sheet->mark[i], mark[i], __ATOMIC_RELAXED);
    for (i = 0, at = 0; at < len; i++, at += WORD) {
        word = 0;
        memcpy(&word, bytes + at, len - at < WORD ? len - at : WORD);
        __atomic_store_n(&sheet->words[i], word, __ATOMIC_RELAXED);
    }
}

static sheet_t *sheet_of(const mcp_live_shared_t *shared, const note_t *note,
                         apr_uint64_t current)
{
    return mcp_live_shared_sheet(shared, note, current & 1);
}

const void *mcp_live_board_read(apr_size_t *len, apr_uint64_t *number,
                                const void *shared,
                                const unsigned char name[MCP_DIGEST_SIZE],
                                apr_pool_t *pool)
{
    const note_t *note = find(shared, name);
    const void *block = NULL;
    apr_uint64_t current;
    int tries;

    for (tries = 0; note && tries < MOST_TRIES; tries++) {
        current = load(&note->current);
        if (!current || current == *number)
            return NULL;
        block = sheet_read(len, sheet_of(shared, note, current), name, pool);
        if (block || load(&note->current) == current) {
            *number = current;
            return block;
        }
    }
    return NULL;
}

/* -- whose turn it is -- */

int mcp_live_board_claim(apr_uint64_t *claim, void *shared,
                         const unsigned char name[MCP_DIGEST_SIZE],
                         int milliseconds)
{
    apr_uint64_t now = milliseconds_now(), was, next;
    note_t *note = find_or_take(shared, name, now);

    *claim = 0;
    if (!note)
        return 1;
    was = load(&note->claim);
    if (end_of(was) > now)
        return 0;
    next = (now + (apr_uint64_t)milliseconds) << TICKET_BITS |
           (ticket_take(shared) & TICKET_MASK);
    if (!swap(&note->claim, was, next))
        return 0;
    use(note, key_at(name, now));
    *claim = next;
    return 1;
}

apr_uint64_t mcp_live_board_post(void *shared,
                                 const unsigned char name[MCP_DIGEST_SIZE],
                                 apr_uint64_t claim, const void *block,
                                 apr_size_t len)
{
    note_t *note = claim ? find(shared, name) : NULL;
    apr_uint64_t was, now;

    if (!note || len > MCP_BOARD_MAX)
        return 0;
    was = load(&note->current);
    if (load(&note->claim) != claim)
        return 0;
    now = ticket_take(shared) << 1 | (~was & 1);
    sheet_write(sheet_of(shared, note, now), name, block, len);
    return swap(&note->current, was, now) ? now : 0;
}

void mcp_live_board_release(void *shared,
                            const unsigned char name[MCP_DIGEST_SIZE],
                            apr_uint64_t claim)
{
    note_t *note = claim ? find(shared, name) : NULL;

    if (note)
        swap(&note->claim, claim, 0);
}
