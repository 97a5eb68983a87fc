/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/page.h"

#include <apr_strings.h>
#include <string.h>

#include "base/digest.h"
#include "base/encode.h"
#include "mcp/era.h"
#include "mcp/method.h"

#define CURSOR_BYTES 15 /* of a digest: 20 characters */

typedef struct page_t {
    const char *text;
    apr_size_t len;
    const char *cursor; /* that leads here; NULL: none is needed */
} page_t;

struct mcp_page_list_t {
    apr_pool_t *pool;
    const char *member;
    mcp_writer_t *w;           /* of the page that is being written */
    int entries;               /* on it */
    apr_array_header_t *pages; /* of page_t */
};

/* -- making -- */

static void finish(mcp_page_list_t *list)
{
    page_t *page = apr_array_push(list->pages);

    mcp_writer_close(list->w);
    page->text = mcp_writer_text(list->w, &page->len);
    page->cursor = NULL;
    list->w = NULL;
}

static void start(mcp_page_list_t *list)
{
    list->w = mcp_writer_make(list->pool);
    list->entries = 0;
    mcp_writer_open(list->w, '[');
}

mcp_page_list_t *mcp_page_begin(const char *member, apr_pool_t *pool)
{
    mcp_page_list_t *list = apr_pcalloc(pool, sizeof(*list));

    list->pool = pool;
    list->member = member;
    list->pages = apr_array_make(pool, 1, sizeof(page_t));
    start(list);
    return list;
}

mcp_writer_t *mcp_page_next(mcp_page_list_t *list)
{
    if (list->entries == MCP_PAGE_MAX) {
        finish(list);
        start(list);
    }
    list->entries++;
    return list->w;
}

/* A digest of the whole list and the place in it: whoever has a cursor got it
 * from a list that was the same. It opens nothing, so it needs no key. */
static const char *cursor_make(const mcp_page_list_t *list, int place)
{
    apr_array_header_t *texts =
        apr_array_make(list->pool, 4, sizeof(const char *));
    unsigned char digest[MCP_DIGEST_SIZE];
    int i;

    APR_ARRAY_PUSH(texts, const char *) =
        apr_psprintf(list->pool, "%s %d", list->member, place);
    for (i = 0; i < list->pages->nelts; i++)
        APR_ARRAY_PUSH(texts, const char *) =
            APR_ARRAY_IDX(list->pages, i, page_t).text;
    mcp_digest_sha256_text(digest, apr_array_pstrcat(list->pool, texts, ' '));
    return mcp_encode_base64url(digest, CURSOR_BYTES, list->pool);
}

void mcp_page_end(mcp_page_list_t *list)
{
    int i;

    finish(list);
    for (i = 1; i < list->pages->nelts; i++)
        APR_ARRAY_IDX(list->pages, i, page_t).cursor = cursor_make(list, i);
}

/* -- looking -- */

int mcp_page_is_empty(const mcp_page_list_t *list)
{
    return list->pages->nelts == 1 && list->entries == 0;
}

int mcp_page_count(const mcp_page_list_t *list)
{
    return list->pages->nelts;
}

const char *mcp_page_text(const mcp_page_list_t *list, int page)
{
    return APR_ARRAY_IDX(list->pages, page, page_t).text;
}

/* -1: no cursor of this list */
static int page_find(const mcp_page_list_t *list, const char *cursor)
{
    int i;

    for (i = 1; i < list->pages->nelts; i++)
        if (!strcmp(APR_ARRAY_IDX(list->pages, i, page_t).cursor, cursor))
            return i;
    return -1;
}

/* -- the list methods -- */

const mcp_error_t *mcp_page_answer(mcp_turn_t *t, const mcp_page_list_t *list)
{
    const mcp_json_t *cursor = mcp_json_get(t->rpc.params, "cursor");
    const page_t *page;
    int place = 0;

    if (cursor && !mcp_json_string(cursor))
        return mcp_turn_refuse(t, "cursor must be a string");
    if (cursor)
        place = page_find(list, mcp_json_string(cursor));
    if (place < 0)
        return mcp_turn_refuse(t, "unknown cursor");
    page = &APR_ARRAY_IDX(list->pages, place, page_t);
    mcp_turn_begin(t, "complete");
    mcp_writer_name(t->w, list->member);
    mcp_writer_raw_n(t->w, page->text, page->len);
    if (place + 1 < list->pages->nelts)
        mcp_writer_member(t->w, "nextCursor", page[1].cursor);
    t->era->write_caching(t, MCP_ERA_LIST_TTL);
    return NULL;
}
