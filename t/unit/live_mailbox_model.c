/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live_mail.h"

/* Any operations, one after the other, on a store with little room, against
 * what the header says of them in plain C. What has expired may be there or
 * not, and is not looked at.
 *
 *   MCP_SEED=N    the first seed
 *   MCP_STEPS=N   steps for each */

#define SEEDS 8
#define STEPS 6000
#define BLOCKS 128
#define BOXES 24
#define OWNERS 5
#define LETTERS BLOCKS
#define LONGEST 6000
#define KINDS 12 /* of which some share a list */

typedef struct note_t {
    apr_uint64_t number;
    apr_uint32_t kind, len;
    char first; /* all bytes of it */
} note_t;

typedef struct shelf_t {
    int is_there;
    apr_int64_t expires;
    apr_uint32_t limit;
    apr_uint64_t owner, last;
    note_t notes[LETTERS];
    int count;
} shelf_t;

typedef struct model_t {
    mcp_live_shared_t *shared;
    apr_pool_t *pool;
    apr_int64_t now;
    shelf_t shelves[BOXES];
    const char *what; /* is done just now */
    int wrong, step, ok, none, full, changed;
} model_t;

static int is_open(const model_t *m, const shelf_t *shelf)
{
    return shelf->is_there && shelf->expires > m->now;
}

static apr_uint32_t blocks_for(apr_uint32_t len)
{
    return len <= 464 ? 1 : 1 + (len - 464 + 503) / 504;
}

static apr_uint32_t bytes_of(const shelf_t *shelf)
{
    apr_uint32_t bytes = 0;
    int i;

    for (i = 0; i < shelf->count; i++)
        bytes += shelf->notes[i].len;
    return bytes;
}

/* Of one owner, or of all. */
static apr_uint32_t blocks_of(const model_t *m, int is_all, apr_uint64_t owner)
{
    apr_uint32_t blocks = 0;
    int b, i;

    for (b = 0; b < BOXES; b++) {
        const shelf_t *shelf = &m->shelves[b];

        if (!is_open(m, shelf) || !(is_all || shelf->owner == owner))
            continue;
        blocks++;
        for (i = 0; i < shelf->count; i++)
            blocks += blocks_for(shelf->notes[i].len);
    }
    return blocks;
}

static int has_room(const model_t *m, apr_uint64_t owner, int more)
{
    return more <= 0 ||
           ((int)blocks_of(m, 1, 0) + more <= BLOCKS &&
            (!owner || (int)blocks_of(m, 0, owner) + more <= BLOCKS / 4));
}

static void judge(model_t *m, int right)
{
    if (!right && !m->wrong++)
        printf("# step %d: %s\n", m->step, m->what);
}

static void judge_status(model_t *m, mcp_box_status_t is,
                         mcp_box_status_t should)
{
    int *counters[] = {&m->ok, &m->none, &m->full, &m->changed};

    judge(m, is == should);
    ++*counters[should];
}

static unsigned any(unsigned below)
{
    return (unsigned)rand() % below;
}

/* -- what is done -- */

static void do_open(model_t *m, apr_uint32_t number)
{
    shelf_t *shelf = &m->shelves[number];
    mcp_box_terms_t terms = {m->now, m->now + 1 + any(300), any(12000),
                             owner_of(any(OWNERS))};
    mcp_box_status_t should = MCP_BOX_OK;
    box_id_t id = id_of(number);

    m->what = "open";
    if (is_open(m, shelf))
        shelf->expires = terms.expires;
    else {
        memset(shelf, 0, sizeof(*shelf));
        if (has_room(m, terms.owner, 1)) {
            shelf->is_there = 1;
            shelf->expires = terms.expires;
            shelf->limit = terms.limit;
            shelf->owner = terms.owner;
        }
        else
            should = MCP_BOX_FULL;
    }
    judge_status(m, mcp_live_mailbox_open(m->shared, id.digest, &terms),
                 should);
}

static void do_close(model_t *m, apr_uint32_t number)
{
    m->what = "close";
    memset(&m->shelves[number], 0, sizeof(m->shelves[number]));
    closed(m->shared, number);
}

static void note_remove(shelf_t *shelf, int at)
{
    memmove(&shelf->notes[at], &shelf->notes[at + 1],
            (size_t)(--shelf->count - at) * sizeof(note_t));
}

/* In the place of the one at a place, or -1. */
static mcp_box_status_t note_put(model_t *m, shelf_t *shelf, note_t *note,
                                 int at)
{
    apr_uint32_t bytes = bytes_of(shelf);
    int blocks = (int)blocks_for(note->len);

    if (at >= 0) {
        bytes -= shelf->notes[at].len;
        blocks -= (int)blocks_for(shelf->notes[at].len);
    }
    if (bytes + note->len > shelf->limit || !has_room(m, shelf->owner, blocks))
        return MCP_BOX_FULL;
    if (at >= 0)
        note_remove(shelf, at);
    note->number = ++shelf->last;
    shelf->notes[shelf->count++] = *note;
    return MCP_BOX_OK;
}

static note_t note_make(void)
{
    note_t note = {0, 1 + any(KINDS), any(4) ? any(900) : any(LONGEST),
                   (char)('a' + any(26))};

    return note;
}

static mcp_letter_t letter_of(const note_t *note, apr_pool_t *pool)
{
    mcp_letter_t letter = {0, note->kind, NULL, note->len};
    char *text = apr_palloc(pool, note->len + 1);

    memset(text, note->first, note->len);
    letter.text = text;
    return letter;
}

static void do_post(model_t *m, apr_uint32_t number)
{
    shelf_t *shelf = &m->shelves[number];
    mcp_box_status_t should = MCP_BOX_NONE;
    note_t note = note_make();
    mcp_letter_t letter = letter_of(&note, m->pool);
    box_id_t id = id_of(number);

    m->what = "post";
    if (is_open(m, shelf))
        should = note_put(m, shelf, &note, -1);
    judge_status(m,
                 mcp_live_mailbox_post(m->shared, id.digest, &letter, m->now),
                 should);
    judge(m, should != MCP_BOX_OK || letter.number == note.number);
}

static void do_replace(model_t *m, apr_uint32_t number)
{
    shelf_t *shelf = &m->shelves[number];
    mcp_box_status_t should = MCP_BOX_NONE;
    note_t note = note_make();
    mcp_letter_t letter;
    apr_uint64_t expected = 0;
    box_id_t id = id_of(number);
    int at = -1, i;

    m->what = "replace";
    if (shelf->count && any(4)) {
        const note_t *old = &shelf->notes[any((unsigned)shelf->count)];

        expected = old->number;
        if (any(4))
            note.kind = old->kind;
    }
    for (i = 0; i < shelf->count; i++)
        if (shelf->notes[i].kind == note.kind &&
            (!expected || shelf->notes[i].number == expected))
            at = i;
    letter = letter_of(&note, m->pool);
    if (is_open(m, shelf))
        should = (expected ? at < 0 : at >= 0) ? MCP_BOX_CHANGED
                                               : note_put(m, shelf, &note, at);
    judge_status(m,
                 mcp_live_mailbox_replace(m->shared, id.digest, &letter,
                                          expected, m->now),
                 should);
    judge(m, should != MCP_BOX_OK || letter.number == note.number);
}

static void do_read(model_t *m, apr_uint32_t number)
{
    const shelf_t *shelf = &m->shelves[number];
    apr_uint64_t after = any((unsigned)shelf->last + 2);
    apr_uint32_t kind = any(2) ? 1 + any(KINDS) : 0;
    const mcp_letter_t *letter;
    int i = 0;

    m->what = "read";
    if (shelf->is_there && !is_open(m, shelf))
        return;
    while (i < shelf->count && (shelf->notes[i].number <= after ||
                                (kind && shelf->notes[i].kind != kind)))
        i++;
    letter = letter_read(m->shared, number, after, kind, m->pool);
    judge(m, (letter != NULL) == (i < shelf->count));
    if (letter && i < shelf->count) {
        mcp_letter_t should = letter_of(&shelf->notes[i], m->pool);

        judge(m, letter->number == shelf->notes[i].number &&
                     letter->kind == should.kind &&
                     letter->len == should.len &&
                     !memcmp(letter->text, should.text, should.len));
    }
}

static void do_drop(model_t *m, apr_uint32_t number)
{
    shelf_t *shelf = &m->shelves[number];
    apr_uint64_t first = any((unsigned)shelf->last + 2);
    apr_uint64_t last = first + any(4);
    int i;

    m->what = "drop";
    for (i = shelf->count; i-- > 0;)
        if (shelf->notes[i].number >= first && shelf->notes[i].number <= last)
            note_remove(shelf, i);
    dropped(m->shared, number, first, last);
}

static void do_wait(model_t *m, apr_uint32_t number)
{
    (void)number;
    m->now += any(20);
}

/* -- steps -- */

static void step(model_t *m)
{
    static void (*const deeds[])(model_t *, apr_uint32_t) = {
        do_open, do_open, do_close, do_post,    do_post,    do_post,
        do_post, do_post, do_post,  do_replace, do_replace, do_replace,
        do_read, do_read, do_read,  do_drop,    do_drop,    do_wait};
    mcp_mailbox_use_t use;
    const char *flaw;

    deeds[any(sizeof(deeds) / sizeof(*deeds))](m, any(BOXES));
    flaw = flaw_of(m->shared, OWNERS);
    if (flaw)
        m->what = apr_psprintf(m->pool, "%s: %s", m->what, flaw);
    use = use_of(m->shared);
    judge(m, !flaw && use.bytes >= blocks_of(m, 1, 0) * 512);
}

static unsigned number_of(const char *name, unsigned usual)
{
    const char *value = getenv(name);

    return value ? (unsigned)strtoul(value, NULL, 10) : usual;
}

static void run(unsigned seed, mcp_ctx_t *cx)
{
    int steps = (int)number_of("MCP_STEPS", STEPS), b;
    model_t *m = apr_pcalloc(cx->pool, sizeof(*m));

    srand(seed);
    m->shared = make(MAIL(BLOCKS * 512), cx);
    m->now = NOW;
    apr_pool_create(&m->pool, cx->pool);
    for (m->step = 0; m->step < steps && !m->wrong; m->step++) {
        step(m);
        apr_pool_clear(m->pool);
    }
    ok(!m->wrong, "seed %u: all is as it is said", seed);
    ok(m->ok > steps / 10 && m->none && m->full && m->changed,
       "and all of it was seen");
    for (b = 0; b < BOXES; b++)
        closed(m->shared, (apr_uint32_t)b);
    ok(!use_of(m->shared).bytes && !flaw_of(m->shared, OWNERS),
       "nothing stays");
}

static void body(mcp_ctx_t *cx)
{
    unsigned first = number_of("MCP_SEED", 1), seed;

    for (seed = first; seed < first + SEEDS; seed++)
        run(seed, cx);
}

TAP_MAIN(body)
