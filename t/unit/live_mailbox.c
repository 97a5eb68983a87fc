/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live_mail.h"

#include <sys/mman.h>
#include <unistd.h>

#define LARGE (3 * 1024 * 1024)
#define PLENTY 100000

static const char *text_read(mcp_live_shared_t *shared, apr_uint32_t number,
                             apr_uint64_t after, apr_uint32_t kind,
                             mcp_ctx_t *cx)
{
    const mcp_letter_t *letter =
        letter_read(shared, number, after, kind, cx->pool);

    return letter ? letter->text : NULL;
}

static mcp_box_status_t replaced(mcp_live_shared_t *shared,
                                 mcp_letter_t *letter, apr_uint64_t expected)
{
    box_id_t id = id_of(1);

    letter->len = strlen(letter->text);
    return mcp_live_mailbox_replace(shared, id.digest, letter, expected, NOW);
}

static void test_basics(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(MAIL(0), cx);
    const mcp_letter_t *letter;

    ok(!posted(shared, 1, 1, "x"), "nothing is posted to no box");
    is(text_read(shared, 1, 0, 0, cx), NULL, "or read from it");
    dropped(shared, 1, 1, 1);
    closed(shared, 1);
    ok(use_of(shared).boxes == 0, "or otherwise done with it");
    ok(use_of(shared).room == MCP_LIVE_MAILBOX_BYTES, "32 MiB are for all");

    ok(opened(shared, 1, PLENTY, 0) == MCP_BOX_OK, "a box is opened");
    is(text_read(shared, 1, 0, 0, cx), NULL, "and is empty");
    ok(posted(shared, 1, 7, "one") == 1, "letters are numbered from 1");
    ok(posted(shared, 1, 8, "two") == 2, "and on");
    ok(opened(shared, 2, PLENTY, 0) == MCP_BOX_OK &&
           posted(shared, 2, 7, "other") == 1,
       "in each box");
    letter = letter_read(shared, 1, 0, 0, cx->pool);
    ok(letter->number == 1 && letter->kind == 7 && letter->len == 3,
       "the first has its number, kind and length");
    is(letter->text, "one", "and text");
    is(text_read(shared, 1, 0, 0, cx), "one", "the box keeps it");
    is(text_read(shared, 1, 1, 0, cx), "two", "the next is behind its number");
    is(text_read(shared, 1, 2, 0, cx), NULL, "and then there is none");
    is(text_read(shared, 1, ~(apr_uint64_t)0, 0, cx), NULL,
       "as behind any number");
    is(text_read(shared, 2, 0, 0, cx), "other", "another box has its own");
    ok(opened(shared, 1, PLENTY, 0) == MCP_BOX_OK, "it is opened again");
    is(text_read(shared, 1, 0, 0, cx), "one", "and has what it had");
    closed(shared, 1);
    is(text_read(shared, 1, 0, 0, cx), NULL, "a closed box has nothing");
    is(text_read(shared, 2, 0, 0, cx), "other", "others have theirs");
    closed(shared, 2);
    ok(!use_of(shared).bytes && !use_of(shared).boxes,
       "all room is given back");
    is(flaw_of(shared, 0), NULL, "and the store is whole");
}

static void test_kinds(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(MAIL(0), cx);
    apr_uint32_t kind, i, right = 0;

    opened(shared, 1, PLENTY, 0);
    /* more kinds than there are lists */
    for (i = 0; i < 100; i++)
        posted(shared, 1, 1 + i % 20, apr_psprintf(cx->pool, "%u", i));
    for (kind = 1; kind <= 20; kind++) {
        apr_uint64_t after = 0;

        for (i = kind - 1; i < 100; i += 20) {
            const mcp_letter_t *letter =
                letter_read(shared, 1, after, kind, cx->pool);

            right += letter && letter->kind == kind &&
                     !strcmp(letter->text, apr_psprintf(cx->pool, "%u", i));
            after = letter ? letter->number : after;
        }
        right += !letter_read(shared, 1, after, kind, cx->pool);
    }
    ok(right == 120, "of a kind just its letters are read, in their order");
    is(text_read(shared, 1, 0, 21, cx), NULL, "of another kind none is");
    for (i = 0; i < 100; i++)
        right -= !strcmp(text_read(shared, 1, i, 0, cx),
                         apr_psprintf(cx->pool, "%u", i));
    ok(right == 20, "and of any kind all are");
    dropped(shared, 1, 3, 97);
    is(text_read(shared, 1, 1, 0, cx), "1",
       "letters before those dropped stay");
    is(text_read(shared, 1, 2, 0, cx), "97", "and those behind them");
    dropped(shared, 1, 0, ~(apr_uint64_t)0);
    is(text_read(shared, 1, 0, 0, cx), NULL, "all can be dropped");
    ok(posted(shared, 1, 1, "x") == 101, "and no number is used again");
    is(flaw_of(shared, 0), NULL, "the store is whole");
}

static void test_sizes(mcp_ctx_t *cx)
{
    static const apr_size_t sizes[] = {0,    1,    100,  463,       464,
                                       465,  967,  968,  969,       4095,
                                       4096, 4097, 8192, LARGE - 1, LARGE};
    mcp_live_shared_t *shared = make(MAIL(0), cx);
    char *text = apr_palloc(cx->pool, LARGE);
    apr_size_t i;

    for (i = 0; i < LARGE; i++)
        text[i] = (char)(i * 7 + i / 251);
    opened(shared, 1, LARGE, 0);
    for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        const mcp_letter_t *letter;
        apr_uint64_t number, used;

        number = posted_bytes(shared, 1, 1, text, sizes[i]);
        letter = letter_read(shared, 1, number - 1, 0, cx->pool);
        ok(number && letter && letter->len == sizes[i] &&
               !memcmp(letter->text, text, sizes[i]) &&
               letter->text[sizes[i]] == '\0',
           "%" APR_SIZE_T_FMT " bytes are read as they were posted", sizes[i]);
        used = use_of(shared).bytes;
        ok(used > sizes[i] && used < sizes[i] * 21 / 20 + 3 * 512,
           "which takes little more room");
        dropped(shared, 1, number, number);
        ok(use_of(shared).bytes == 512, "and gives it back");
    }
    is(flaw_of(shared, 0), NULL, "the store is whole");
}

static void test_replace(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(MAIL(0), cx);
    mcp_letter_t state = {0, 9, "working"};
    apr_uint64_t first;

    ok(replaced(shared, &state, 0) == MCP_BOX_NONE,
       "nothing is replaced in no box");
    opened(shared, 1, 20, 0);
    posted(shared, 1, 1, "before");
    ok(replaced(shared, &state, 1) == MCP_BOX_CHANGED,
       "one of another kind is not replaced");
    ok(replaced(shared, &state, 0) == MCP_BOX_OK,
       "where none of its kind is expected the first is put");
    first = state.number;
    ok(replaced(shared, &state, 0) == MCP_BOX_CHANGED, "and not a second one");
    posted(shared, 1, 17, "behind"); /* of the same list */
    state.text = "ready.";
    ok(replaced(shared, &state, first) == MCP_BOX_OK,
       "the one that is expected is replaced");
    ok(state.number == 4, "by one with a new number");
    is(text_read(shared, 1, 0, 9, cx), "ready.", "which is the only one");
    is(text_read(shared, 1, first - 1, 0, cx), "behind",
       "and the last of all");
    is(text_read(shared, 1, 0, 0, cx), "before", "others stay");
    ok(replaced(shared, &state, first) == MCP_BOX_CHANGED,
       "it is not replaced twice");
    ok(replaced(shared, &state, 5) == MCP_BOX_CHANGED, "nor one to come");
    state.text = "too large";
    ok(replaced(shared, &state, 4) == MCP_BOX_FULL,
       "or by one that the box has no room for");
    is(text_read(shared, 1, 0, 9, cx), "ready.", "then it stays");
    state.text = "in limit";
    ok(replaced(shared, &state, 4) == MCP_BOX_OK,
       "the room of the one that goes counts");
    is(flaw_of(shared, 0), NULL, "the store is whole");
}

/* -- room -- */

static void test_limit(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(MAIL(0), cx);

    opened(shared, 1, 10, 0);
    ok(!posted(shared, 1, 1, "12345678901"),
       "no letter above the box's limit");
    ok(posted(shared, 1, 1, "1234567890") == 1, "one of all its bytes");
    ok(!posted(shared, 1, 1, "1"), "and then no more");
    dropped(shared, 1, 1, 1);
    ok(posted(shared, 1, 1, "12345") == 2, "until it is dropped");
    ok(!posted(shared, 1, 1, "123456"), "up to the limit");
    ok(posted(shared, 1, 1, "12345") == 3, "and not further");
    ok(opened(shared, 2, 10, 0) == MCP_BOX_OK &&
           posted(shared, 2, 1, "1234567890") == 1,
       "another box has its own");
}

static void test_full(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(MAIL(64 * 512), cx);
    char *text = apr_pcalloc(cx->pool, LARGE);
    apr_uint32_t i, count = 0;

    ok(use_of(shared).room == 64 * 512, "all have a limit");
    opened(shared, 0, LARGE, 0);
    while (posted(shared, 0, 1, "x"))
        count++;
    ok(count == 63, "it takes letters up to it");
    ok(use_of(shared).bytes == use_of(shared).room, "which is all room");
    ok(opened(shared, 1, 1, 0) == MCP_BOX_FULL, "and no other box");
    is(text_read(shared, 0, 62, 0, cx), "x", "what was there is there");
    dropped(shared, 0, 1, 2);
    ok(opened(shared, 1, LARGE, 0) == MCP_BOX_OK,
       "what is dropped makes room");
    ok(!posted_bytes(shared, 1, 1, text, 465), "not for what is larger");
    ok(posted_bytes(shared, 1, 1, text, 464) == 1, "for what fits");
    closed(shared, 0);
    ok(!posted_bytes(shared, 1, 1, text, LARGE), "what none can have");
    is(flaw_of(shared, 0), NULL, "spoils nothing");
    for (i = 2; opened(shared, i, 1, 0) == MCP_BOX_OK; i++)
        ;
    ok(i == 64, "boxes alone can fill it");
    is(flaw_of(shared, 0), NULL, "and the store is whole");
}

static void test_owner(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(MAIL(64 * 512), cx);
    mcp_letter_t state = {0, 9, "x"};
    char *text = apr_pcalloc(cx->pool, 16 * 512);
    apr_uint32_t i;

    for (i = 1; opened(shared, i, LARGE, 5) == MCP_BOX_OK; i++)
        ;
    ok(i == 17, "one owner's boxes take a quarter of the room");
    ok(!posted(shared, 1, 1, "x"), "with their letters");
    ok(opened(shared, 20, LARGE, 6) == MCP_BOX_OK, "another's take theirs");
    ok(opened(shared, 21, LARGE, 0) == MCP_BOX_OK, "and nobody's");
    ok(opened(shared, 1, LARGE, 5) == MCP_BOX_OK,
       "a box that is there can be kept");
    closed(shared, 2);
    ok(replaced(shared, &state, 0) == MCP_BOX_OK, "one closed makes room");
    ok(replaced(shared, &state, state.number) == MCP_BOX_OK,
       "a letter can be replaced where there is none");
    memset(text, 'x', 465);
    state.text = text;
    ok(replaced(shared, &state, state.number) == MCP_BOX_FULL,
       "by one that takes no more");
    is(flaw_of(shared, 6), NULL, "accounts are right");
    for (i = 0; posted(shared, 21, 1, "x"); i++)
        ;
    ok(i == 64 - 16 - 2, "what has no owner takes all there is");
    for (i = 1; i < 20; i++)
        closed(shared, i);
    ok(posted_bytes(shared, 20, 1, text, 464 + 14 * 504 + 1) == 0 &&
           posted_bytes(shared, 20, 1, text, 464 + 14 * 504) == 1,
       "one letter may be all of a quarter");
    is(flaw_of(shared, 6), NULL, "and the store is whole");
}

/* A small store, in which accounts stand in each others' places. */
static void test_owners(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(MAIL(64 * 512), cx);
    apr_uint32_t round, i, wrong = 0;

    for (round = 1; round < 200; round++) {
        for (i = 0; i < 64; i++)
            if (rand() % 2)
                opened(shared, i, 1, 1 + i);
            else
                closed(shared, i);
        wrong += flaw_of(shared, 64) != NULL;
    }
    ok(!wrong, "owners come and go");
}

/* -- time -- */

static mcp_box_status_t opened_until(mcp_live_shared_t *shared,
                                     apr_uint32_t number, apr_int64_t now,
                                     apr_int64_t expires)
{
    const mcp_box_terms_t terms = {now, expires, PLENTY, 0};
    box_id_t id = id_of(number);

    return mcp_live_mailbox_open(shared, id.digest, &terms);
}

static mcp_box_status_t posted_at(mcp_live_shared_t *shared,
                                  apr_uint32_t number, apr_int64_t now)
{
    mcp_letter_t letter = {0, 1, "x", 1};
    box_id_t id = id_of(number);

    return mcp_live_mailbox_post(shared, id.digest, &letter, now);
}

static void test_expiry(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(MAIL(64 * 512), cx);
    apr_uint32_t i, count;

    opened_until(shared, 1, NOW, NOW + 10);
    ok(posted_at(shared, 1, NOW + 9) == MCP_BOX_OK, "a box is there");
    ok(posted_at(shared, 1, NOW + 10) == MCP_BOX_NONE, "until it expires");
    opened_until(shared, 1, NOW, NOW + 10);
    opened_until(shared, 1, NOW + 5, NOW + 20);
    ok(posted_at(shared, 1, NOW + 19) == MCP_BOX_OK, "it can be prolonged");
    opened_until(shared, 1, NOW + 20, NOW + 30);
    is(text_read(shared, 1, 0, 0, cx), NULL,
       "opened after it expired it is a new one");
    for (i = 0; i < 60; i++)
        opened_until(shared, i, NOW, NOW + 100 + (i * 7) % 60);
    ok(opened_until(shared, 100, NOW + 160, NOW + 200) == MCP_BOX_OK,
       "at each that is opened");
    ok(use_of(shared).boxes <= 60 - 4 + 1, "a few expired ones go");
    while (posted_at(shared, 100, NOW + 110) == MCP_BOX_OK)
        ;
    count = use_of(shared).boxes;
    ok(count > 40, "those that have not expired stay");
    ok(posted_at(shared, 100, NOW + 120) == MCP_BOX_OK,
       "those that have make room for letters");
    ok(use_of(shared).boxes < count, "when it is needed");
    is(flaw_of(shared, 0), NULL, "the store is whole");
}

/* -- memory -- */

static apr_size_t pages_in_memory(mcp_live_shared_t *shared)
{
    apr_size_t page = (apr_size_t)sysconf(_SC_PAGESIZE), i, in = 0;
    apr_size_t bytes = mcp_live_mail_size(MCP_LIVE_MAILBOX_BYTES / 512);
    char *from = (char *)((apr_uintptr_t)mcp_live_shared_mail(shared) &
                          ~(apr_uintptr_t)(page - 1));
    unsigned char *is_in = malloc(bytes / page + 1);

    memset(is_in, 0, bytes / page + 1);
    if (mincore(from, bytes, is_in) != 0)
        return bytes;
    for (i = 0; i < bytes / page; i++)
        in += is_in[i] & 1;
    free(is_in);
    return in;
}

static void test_memory(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(MAIL(0), cx);
    apr_uint32_t round;

    ok(pages_in_memory(shared) < 10, "room that nobody uses takes no memory");
    for (round = 0; round < 20000; round++) {
        opened(shared, 1, PLENTY, 1);
        posted(shared, 1, 1, "x");
        closed(shared, 1);
    }
    ok(pages_in_memory(shared) < 20, "and what is given back is used again");
}

static void body(mcp_ctx_t *cx)
{
    test_basics(cx);
    test_kinds(cx);
    test_sizes(cx);
    test_replace(cx);
    test_limit(cx);
    test_full(cx);
    test_owner(cx);
    test_owners(cx);
    test_expiry(cx);
    test_memory(cx);
}

TAP_MAIN(body)
