/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "net/document_board.h"

#include "net/notice.h"

/* Seconds past the timeout of a request: a claim lasts longer than fetching,
 * and who waits lives to see that nobody came back from it. */
#define CLAIM_MORE 1
#define WAIT_MORE 2
#define LOOK_MILLISECONDS 10
#define CORRECT_MILLISECONDS 1000

typedef mcp_net_document_ask_t ask_t;
typedef mcp_net_document_turn_t turn_t;
typedef mcp_net_shelf_place_t place_t;

/* What strangers publish stays where it was asked for: they could drive out
 * what all need. */
static const mcp_net_board_t *board_of(const ask_t *ask)
{
    return ask->request.is_trusted ? ask->d->board : NULL;
}

static int look(turn_t *turn)
{
    const mcp_net_board_t *board = board_of(turn->ask);

    turn->news = board->read(&turn->len, &turn->number, board->baton,
                             turn->name, turn->ask->cx->pool);
    return turn->news != NULL;
}

void mcp_net_document_board_begin(turn_t *turn, const ask_t *ask,
                                  const place_t *place)
{
    turn->ask = ask;
    turn->number = place ? place->number : 0;
    turn->claim = 0;
    turn->news = NULL;
    turn->len = 0;
    if (board_of(ask))
        mcp_digest_sha256_text(turn->name, ask->key);
}

void mcp_net_document_board_hear(turn_t *turn, place_t *place)
{
    place->number = turn->number;
    if (turn->news)
        mcp_net_notice_put(&turn->ask->d->shelf, place, turn->news, turn->len);
}

int mcp_net_document_board_take(place_t **place, const ask_t *ask)
{
    turn_t turn;

    if (!board_of(ask) || (*place && (*place)->is_busy))
        return 0;
    mcp_net_document_board_begin(&turn, ask, *place);
    look(&turn);
    if (turn.news && !*place)
        *place = mcp_net_shelf_add(&ask->d->shelf, ask->key);
    if (*place)
        mcp_net_document_board_hear(&turn, *place);
    return *place && turn.news;
}

/* -- whose turn it is -- */

/* What was posted just before it was claimed is as good. */
static int claim(turn_t *turn, int milliseconds)
{
    const mcp_net_board_t *board = board_of(turn->ask);

    if (!board->claim(&turn->claim, board->baton, turn->name, milliseconds))
        return 0;
    if (!look(turn))
        return 1;
    mcp_net_document_board_end(turn);
    return 0;
}

int mcp_net_document_board_await(turn_t *turn)
{
    const ask_t *ask = turn->ask;
    int timeout = ask->request.setting->timeout;
    int looks = (timeout + WAIT_MORE) * 1000 / LOOK_MILLISECONDS;

    if (!board_of(ask))
        return 1;
    for (; looks && !mcp_net_document_fetch_is_given_up(ask); looks--) {
        if (look(turn))
            return 0;
        if (claim(turn, (timeout + CLAIM_MORE) * 1000))
            return 1;
        if (turn->news)
            return 0;
        apr_sleep(LOOK_MILLISECONDS * 1000);
    }
    return 0;
}

void mcp_net_document_board_tell(turn_t *turn, place_t *place)
{
    const mcp_net_board_t *board = board_of(turn->ask);
    const void *block;
    apr_size_t len;
    apr_uint64_t number;

    if (!turn->claim)
        return;
    block = mcp_net_notice_make(&len, place, turn->ask->cx->pool);
    number = board->post(board->baton, turn->name, turn->claim, block, len);
    if (number)
        place->number = number;
}

void mcp_net_document_board_end(const turn_t *turn)
{
    const mcp_net_board_t *board = board_of(turn->ask);

    if (turn->claim)
        board->release(board->baton, turn->name, turn->claim);
}

void mcp_net_document_board_correct(const ask_t *ask, place_t *place)
{
    turn_t turn;

    mcp_net_document_board_begin(&turn, ask, place);
    if (board_of(ask) && claim(&turn, CORRECT_MILLISECONDS)) {
        mcp_net_document_board_tell(&turn, place);
        mcp_net_document_board_end(&turn);
    }
}
