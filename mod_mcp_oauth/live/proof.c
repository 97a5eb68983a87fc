/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/proof.h"

#include "live/layout.h"

/* A word is the second in which a proof was made, and below it 32 bits of its
 * digest; one swap writes it. Words whose second is below the floor are free,
 * and no proof from below the floor is taken any more, by whatever clock: so
 * what is forgotten can never be used again. The floor only rises, and only
 * where room is needed, to no more than what is too old by then: a clock that
 * was ahead for a moment costs nothing.
 *
 * All take the first free word, and then look again: only who finds his own
 * word before all free ones, by the floor of now, has won. As long as the
 * floor stays, free words only become used ones, so that two with one proof
 * meet at one word, and one of them loses the swap. Where it rises between
 * them, the later one sees the word of the earlier, or the earlier one sees
 * that there is a free word before his, and takes that too. */

#define TAG_MASK 0xffffffff
/* more than there are threads that could be in the way */
#define MOST_TRIES 10000

typedef struct search_t {
    mcp_live_shared_t *shared;
    mcp_live_proof_bucket_t *bucket;
    apr_uint64_t word;  /* the proof's */
    unsigned written;   /* bits: where it was written by this search */
    apr_uint64_t floor; /* what follows is found with this one */
    apr_uint64_t *free; /* the first free word, or NULL, */
    apr_uint64_t was;   /* and what it has */
    int is_first;       /* its own word comes before all free ones */
    int is_used;        /* somebody else wrote it */
    apr_uint64_t oldest;
} search_t;

static apr_uint64_t load(const apr_uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

static int swap(apr_uint64_t *word, apr_uint64_t from, apr_uint64_t to)
{
    return __atomic_compare_exchange_n(word, &from, to, 0, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

static apr_uint64_t made_of(apr_uint64_t word)
{
    return word >> 32;
}

static int is_free(apr_uint64_t word, apr_uint64_t floor)
{
    return !word || made_of(word) < floor;
}

static int is_same(apr_uint64_t a, apr_uint64_t b)
{
    return (a & TAG_MASK) == (b & TAG_MASK);
}

static void look_at(search_t *search, int i)
{
    apr_uint64_t *word = &search->bucket->words[i], read = load(word);

    if (is_free(read, search->floor)) {
        if (search->free)
            return;
        search->free = word;
        search->was = read;
        return;
    }
    if (made_of(read) < search->oldest)
        search->oldest = made_of(read);
    if (!is_same(read, search->word))
        return;
    if (!(search->written & 1U << i))
        search->is_used = 1;
    else if (!search->free)
        search->is_first = 1;
}

static void look(search_t *search)
{
    int i;

    search->floor = load(&search->shared->proof_floor);
    search->free = NULL;
    search->is_first = search->is_used = 0;
    search->oldest = APR_UINT64_MAX;
    for (i = 0; i < MCP_LIVE_PROOF_WAYS; i++)
        look_at(search, i);
}

static void make_room(search_t *search)
{
    apr_uint64_t floor = search->floor, to = search->oldest + 1;

    while (floor < to && !swap(&search->shared->proof_floor, floor, to))
        floor = load(&search->shared->proof_floor);
}

static void take(search_t *search)
{
    if (swap(search->free, search->was, search->word))
        search->written |= 1U << (search->free - search->bucket->words);
}

/* 0: look again */
static int decide(mcp_live_proof_state_t *state, search_t *search,
                  const mcp_live_proof_times_t *times)
{
    *state = MCP_PROOF_FULL;
    if (made_of(search->word) < search->floor)
        *state = MCP_PROOF_FORGOTTEN;
    else if (search->is_used)
        *state = MCP_PROOF_USED;
    else if (search->is_first) {
        *state = MCP_PROOF_FRESH;
        /* no word that counts was given up while they were looked at */
        return load(&search->shared->proof_floor) == search->floor;
    }
    else if (search->free) {
        take(search);
        return 0;
    }
    else if ((apr_int64_t)search->oldest < times->oldest) {
        make_room(search);
        return 0;
    }
    return 1;
}

/* Nobody knows what was used before there was this memory. Where the clock was
 * set back behind that moment it does not count: else no proof would be taken
 * until it comes again. */
static int is_from_before(const mcp_live_shared_t *shared,
                          const mcp_live_proof_times_t *times)
{
    return times->made < shared->born && times->now >= shared->born;
}

mcp_live_proof_state_t
mcp_live_proof_use(mcp_live_shared_t *shared,
                   const unsigned char id[MCP_DIGEST_SIZE],
                   const mcp_live_proof_times_t *times)
{
    mcp_live_proof_state_t state = MCP_PROOF_FULL;
    search_t search;
    int tries, done = 0;

    if (is_from_before(shared, times))
        return MCP_PROOF_UNKNOWN;
    search.shared = shared;
    search.bucket = mcp_live_shared_proof_bucket(shared, id);
    search.word = (apr_uint64_t)times->made << 32 |
                  (mcp_live_shared_key(id) & TAG_MASK);
    search.written = 0;
    for (tries = 0; !done && tries < MOST_TRIES; tries++) {
        look(&search);
        done = decide(&state, &search, times);
    }
    return state;
}
