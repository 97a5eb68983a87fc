/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live_children.h"
#include "live_mail.h"

#include "live/signal.h"

#define ALL (CHILDREN * THREADS)
#define EACH 12 /* letters of each thread to each other */
#define LARGEST 3000
#define PLENTY 1000000
#define STATE 9

/* -- each letter once, in order -- */

/* From whom a letter is, to whom and which; the same word again and again. */
static apr_uint64_t word_of(apr_uint32_t from, apr_uint32_t to,
                            apr_uint32_t which)
{
    return (apr_uint64_t)(from + 1) << 48 | (apr_uint64_t)(to + 1) << 32 |
           which;
}

static apr_size_t words_of(apr_uint64_t word)
{
    return 1 + word * 31 % (LARGEST / sizeof(word));
}

static int letter_post(mcp_live_shared_t *shared, apr_uint32_t to,
                       apr_uint64_t word)
{
    apr_uint64_t words[LARGEST / sizeof(word)];
    apr_size_t i;

    for (i = 0; i < words_of(word); i++)
        words[i] = word;
    return posted_bytes(shared, to, 1, (const char *)words,
                        words_of(word) * sizeof(word)) != 0;
}

typedef struct reader_t {
    mcp_live_shared_t *shared;
    apr_pool_t *pool;
    apr_uint64_t last;
    apr_uint32_t number, read;
    apr_uint32_t seen[ALL]; /* of each sender, the last one */
} reader_t;

static int is_right(reader_t *reader, const mcp_letter_t *letter)
{
    apr_uint64_t word, other;
    apr_uint32_t from, i;

    memcpy(&word, letter->text, sizeof(word));
    from = (apr_uint32_t)(word >> 48) - 1;
    if (from >= ALL ||
        word != word_of(from, reader->number, ++reader->seen[from]))
        return 0;
    for (i = 0; i < words_of(word); i++) {
        memcpy(&other, letter->text + i * sizeof(other), sizeof(other));
        if (other != word)
            return 0;
    }
    return letter->len == words_of(word) * sizeof(word) &&
           letter->number == reader->last + 1;
}

static void read_all(reader_t *reader)
{
    const mcp_letter_t *letter;

    while ((letter = letter_read(reader->shared, reader->number, reader->last,
                                 0, reader->pool))) {
        if (!is_right(reader, letter))
            add(&tally->wrong);
        reader->last = letter->number;
        reader->read++;
        dropped(reader->shared, reader->number, letter->number,
                letter->number);
        mcp_live_signal_raise(reader->shared);
        apr_pool_clear(reader->pool);
    }
}

/* Posts to all, itself too, and reads what came meanwhile. */
static void correspond(mcp_live_shared_t *shared, apr_uint32_t number)
{
    reader_t reader = {shared, NULL, 0, number};
    apr_uint32_t to, which, seen;

    apr_pool_create(&reader.pool, NULL);
    for (which = 1; which <= EACH; which++)
        for (to = 0; to < ALL; to++) {
            seen = mcp_live_signal_count(shared);
            while (!letter_post(shared, to, word_of(number, to, which))) {
                read_all(&reader);
                mcp_live_signal_wait(shared, seen, apr_time_from_sec(1));
                seen = mcp_live_signal_count(shared);
            }
            mcp_live_signal_raise(shared);
            read_all(&reader);
        }
    while (reader.read < ALL * EACH) {
        seen = mcp_live_signal_count(shared);
        read_all(&reader);
        if (reader.read < ALL * EACH)
            mcp_live_signal_wait(shared, seen, apr_time_from_sec(1));
    }
    apr_pool_destroy(reader.pool);
    add(&tally->done);
}

static void correspond_all(mcp_live_shared_t *shared, apr_uint32_t child)
{
    threads_run(shared, correspond, child);
}

/* Few letters have room at once, so that posts are refused, too. */
static void test_letters(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(MAIL(256 * 512), cx);
    apr_uint32_t i;

    tally_clear();
    for (i = 0; i < ALL; i++)
        opened(shared, i, 4 * LARGEST, i);
    children_start(shared, correspond_all);
    ok(children_end() && tally->done == ALL,
       "%d threads of %d children write to each other", ALL, CHILDREN);
    ok(!tally->wrong, "each reads each letter once, whole, in order");
    ok(use_of(shared).boxes == ALL && use_of(shared).bytes == ALL * 512,
       "and nothing stays");
    is(flaw_of(shared, ALL), NULL, "the store is whole");
}

/* -- replace -- */

static mcp_box_status_t state_put(mcp_live_shared_t *shared, const void *text,
                                  apr_size_t len, apr_uint64_t expected)
{
    mcp_letter_t letter = {0, STATE, text, len};
    box_id_t id = id_of(1);

    return mcp_live_mailbox_replace(shared, id.digest, &letter, expected, NOW);
}

static void count_up(mcp_live_shared_t *shared, apr_uint32_t number)
{
    apr_uint32_t i, value;
    apr_pool_t *pool;

    (void)number;
    apr_pool_create(&pool, NULL);
    for (i = 0; i < 200;) {
        const mcp_letter_t *state = letter_read(shared, 1, 0, STATE, pool);

        value = 0;
        if (state)
            memcpy(&value, state->text, sizeof(value));
        value++;
        if (state_put(shared, &value, sizeof(value),
                      state ? state->number : 0) == MCP_BOX_OK)
            i++;
        apr_pool_clear(pool);
    }
    apr_pool_destroy(pool);
}

static void count_up_all(mcp_live_shared_t *shared, apr_uint32_t child)
{
    threads_run(shared, count_up, child);
}

static void test_replace(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(MAIL(0), cx);
    const mcp_letter_t *state;
    apr_uint32_t value = 0;

    opened(shared, 1, PLENTY, 0);
    children_start(shared, count_up_all);
    ok(children_end(), "many replace a letter");
    state = letter_read(shared, 1, 0, STATE, cx->pool);
    memcpy(&value, state->text, sizeof(value));
    ok(value == 200 * ALL, "by what each made of the one before");
    ok(!letter_read(shared, 1, state->number, STATE, cx->pool),
       "and it is one");
}

/* A letter that is replaced by a longer one while it is read. */
static void state_change(mcp_live_shared_t *shared, apr_uint32_t number)
{
    static char text[512 * 1024];
    apr_uint64_t expected = 0;
    mcp_letter_t letter;
    box_id_t id = id_of(1);

    while (!count(&tally->go)) {
        apr_size_t len = 1 + (apr_size_t)rand() % sizeof(text);

        memset(text, 'a' + (int)(len % 26), len);
        letter.kind = STATE;
        letter.text = text;
        letter.len = len;
        if (mcp_live_mailbox_replace(shared, id.digest, &letter, expected,
                                     NOW) == MCP_BOX_OK)
            expected = letter.number;
        else
            add(&tally->wrong);
    }
    (void)number;
}

static void test_changing(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(MAIL(0), cx);
    int round, whole = 0;
    apr_pool_t *pool;
    pid_t child;

    tally_clear();
    apr_pool_create(&pool, cx->pool);
    opened(shared, 1, PLENTY, 0);
    child = child_start(shared, state_change, 0);
    for (round = 0; round < 2000 && !count(&tally->wrong);) {
        const mcp_letter_t *state = letter_read(shared, 1, 0, STATE, pool);

        /* each byte is the next one, and the first is right */
        whole += state && state->text[state->len] == '\0' &&
                 state->text[0] == 'a' + (int)(state->len % 26) &&
                 !memcmp(state->text, state->text + 1, state->len - 1);
        round += state != NULL;
        apr_pool_clear(pool);
    }
    add(&tally->go);
    ok(child_end(child) && !tally->wrong && whole == round,
       "what is read while it changes is whole");
}

/* -- who is killed -- */

static void die_changing(mcp_live_shared_t *shared, apr_uint32_t number)
{
    mcp_live_mail_t *mail = mcp_live_shared_mail(shared);

    (void)number;
    mcp_live_lock_enter(&mail->lock);
    mail->is_changing = 1;
    mail->used = mail->free = mail->boxes = 77;
    memset(mail + 1, 0x55, mcp_live_mail_size(mail->blocks) - sizeof(*mail));
}

static void die_looking(mcp_live_shared_t *shared, apr_uint32_t number)
{
    (void)number;
    mcp_live_lock_enter(&mcp_live_shared_mail(shared)->lock);
}

static void test_dead(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(MAIL(256 * 512), cx);

    opened(shared, 1, PLENTY, 1);
    posted(shared, 1, 1, "x");
    child_end(child_start(shared, die_looking, 0));
    ok(letter_read(shared, 1, 0, 0, cx->pool) != NULL,
       "one who is killed while he reads costs nothing");
    child_end(child_start(shared, die_looking, 0));
    ok(posted(shared, 1, 1, "y") == 2, "also not those who change something");
    child_end(child_start(shared, die_changing, 0));
    ok(!letter_read(shared, 1, 0, 0, cx->pool),
       "one who is killed while he changes something costs all letters");
    ok(!use_of(shared).boxes && !use_of(shared).bytes, "all of them");
    is(flaw_of(shared, 1), NULL, "the store is whole then");
    ok(!posted(shared, 1, 1, "x"), "boxes are gone");
    ok(opened(shared, 1, PLENTY, 1) == MCP_BOX_OK &&
           posted(shared, 1, 1, "x") == 1,
       "and made anew");
    child_end(child_start(shared, die_changing, 0));
    ok(opened(shared, 1, PLENTY, 1) == MCP_BOX_OK && use_of(shared).boxes == 1,
       "as often as it happens");
}

static void quarrel(mcp_live_shared_t *shared, apr_uint32_t number)
{
    static char text[100000];
    apr_pool_t *pool;

    srand((unsigned)getpid());
    apr_pool_create(&pool, NULL);
    for (;;) {
        apr_uint32_t box = (apr_uint32_t)rand() % 40;

        switch (rand() % 8) {
        case 0:
            closed(shared, box);
            break;
        case 1:
            dropped(shared, box, 1, (apr_uint64_t)rand() % 50);
            break;
        case 2:
            letter_read(shared, box, 0, 0, pool);
            apr_pool_clear(pool);
            break;
        case 3:
            opened(shared, box, PLENTY, 1 + box % 8);
            break;
        default:
            posted_bytes(shared, box, 1 + number, text,
                         (apr_size_t)rand() % (rand() % 4 ? 2000 : 100000));
        }
        add(&tally->done);
    }
}

static void test_killed(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(MAIL(4096 * 512), cx);
    int round, works = 0, whole = 0, emptied = 0, rounds = 80;

    tally_clear();
    for (round = 0; round < rounds; round++) {
        tally->done = 0;
        children_start(shared, quarrel);
        await(&tally->done, 200);
        apr_sleep(rand() % 1000);
        children_kill();
        emptied += !use_of(shared).boxes; /* repairs it */
        whole += !flaw_of(shared, 8);
        closed(shared, 100);
        works += opened(shared, 100, 10, 0) == MCP_BOX_OK &&
                 (posted(shared, 100, 1, "x") ||
                  use_of(shared).bytes == use_of(shared).room);
    }
    ok(works == rounds, "children killed at it hold nobody up");
    ok(whole == rounds, "and the store is whole each time");
    ok(emptied && emptied < rounds,
       "at times without what was in it, and not each time");
}

/* As a signal handler that ends a child, and cleans up, while it has it. */
static void test_within(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(MAIL(0), cx);
    mcp_live_mail_t *mail = mcp_live_shared_mail(shared);

    opened(shared, 1, PLENTY, 0);
    posted(shared, 1, 1, "x");
    mcp_live_lock_enter(&mail->lock);
    ok(opened(shared, 2, PLENTY, 0) == MCP_BOX_FULL &&
           !posted(shared, 1, 1, "x") &&
           !letter_read(shared, 1, 0, 0, cx->pool) &&
           state_put(shared, "x", 1, 0) == MCP_BOX_NONE &&
           !use_of(shared).room,
       "who has the lock already is refused, and does not hang");
    closed(shared, 1);
    dropped(shared, 1, 1, 1);
    mcp_live_lock_leave(&mail->lock);
    ok(letter_read(shared, 1, 0, 0, cx->pool) != NULL, "nothing is changed");
}

static void body(mcp_ctx_t *cx)
{
    test_letters(cx);
    test_replace(cx);
    test_changing(cx);
    test_dead(cx);
    test_killed(cx);
    test_within(cx);
}

TAP_MAIN(body)
