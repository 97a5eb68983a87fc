/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/principal.h"

#include <string.h>

#include "base/scope.h"

#define MAGIC 0x4d435031u /* "MCP1" */
#define TEXTS 6
#define SCOPE_SIZE ((apr_size_t)sizeof(apr_uint32_t))

/* A block is this header, one offset per scope, then the texts, each with its
 * NUL. An offset counts from the block's begin; 0 is a NULL text. */
typedef struct header_t {
    apr_uint32_t magic;
    apr_uint32_t len;
    apr_int64_t expires;
    apr_uint32_t scopes;
    apr_uint32_t texts[TEXTS];
} header_t;

static void texts_of(const char *texts[TEXTS], const mcp_principal_t *who)
{
    texts[0] = who->issuer;
    texts[1] = who->subject;
    texts[2] = who->user;
    texts[3] = who->client;
    texts[4] = who->grant;
    texts[5] = who->claims;
}

static const char *scope_of(const mcp_principal_t *who, apr_uint32_t i)
{
    return APR_ARRAY_IDX(who->scopes, i, const char *);
}

static apr_size_t packed_size(const mcp_principal_t *who, const header_t *head)
{
    apr_size_t size = sizeof(*head) + head->scopes * SCOPE_SIZE;
    const char *texts[TEXTS];
    apr_uint32_t i;

    texts_of(texts, who);
    for (i = 0; i < TEXTS; i++)
        size += texts[i] ? strlen(texts[i]) + 1 : 0;
    for (i = 0; i < head->scopes; i++)
        size += strlen(scope_of(who, i)) + 1;
    return size;
}

static apr_uint32_t put_text(char *block, apr_size_t *at, const char *text)
{
    apr_size_t begin = *at, len;

    if (!text)
        return 0;
    len = strlen(text) + 1;
    memcpy(block + begin, text, len);
    *at += len;
    return (apr_uint32_t)begin;
}

const void *mcp_principal_pack(apr_size_t *len, const mcp_principal_t *who,
                               apr_pool_t *pool)
{
    header_t head;
    const char *texts[TEXTS];
    apr_uint32_t i, offset;
    apr_size_t at;
    char *block;

    memset(&head, 0, sizeof(head));
    head.magic = MAGIC;
    head.expires = who->expires;
    head.scopes = who->scopes ? (apr_uint32_t)who->scopes->nelts : 0;
    *len = packed_size(who, &head);
    head.len = (apr_uint32_t)*len;

    block = apr_palloc(pool, *len);
    at = sizeof(head) + head.scopes * SCOPE_SIZE;
    texts_of(texts, who);
    for (i = 0; i < TEXTS; i++)
        head.texts[i] = put_text(block, &at, texts[i]);
    for (i = 0; i < head.scopes; i++) {
        offset = put_text(block, &at, scope_of(who, i));
        memcpy(block + sizeof(head) + i * SCOPE_SIZE, &offset, SCOPE_SIZE);
    }
    memcpy(block, &head, sizeof(head));
    return block;
}

/* A copy, because the block may lie anywhere, aligned or not. */
static int header_read(header_t *head, const char *block, apr_size_t len)
{
    if (!block || len < sizeof(*head))
        return 0;
    memcpy(head, block, sizeof(*head));
    if (head->magic != MAGIC || head->len != len)
        return 0;
    if (head->scopes > (len - sizeof(*head)) / SCOPE_SIZE)
        return 0;
    /* with the last byte NUL every text that begins inside ends inside */
    return block[len - 1] == '\0';
}

/* 0 when the offset does not point to a text */
static int text_read(const char **text, const char *block,
                     const header_t *head, apr_uint32_t offset)
{
    *text = offset ? block + offset : NULL;
    return !offset || (offset < head->len &&
                       offset >= sizeof(*head) + head->scopes * SCOPE_SIZE);
}

static int scopes_read(apr_array_header_t *scopes, const char *block,
                       const header_t *head)
{
    const char *scope;
    apr_uint32_t i, offset;

    for (i = 0; i < head->scopes; i++) {
        memcpy(&offset, block + sizeof(*head) + i * SCOPE_SIZE, SCOPE_SIZE);
        if (!offset || !text_read(&scope, block, head, offset))
            return 0;
        APR_ARRAY_PUSH(scopes, const char *) = scope;
    }
    return 1;
}

mcp_principal_t *mcp_principal_unpack(const void *block, apr_size_t len,
                                      apr_pool_t *pool)
{
    const char *texts[TEXTS];
    apr_array_header_t *scopes;
    mcp_principal_t *who;
    header_t head;
    int i;

    if (!header_read(&head, block, len))
        return NULL;
    for (i = 0; i < TEXTS; i++)
        if (!text_read(&texts[i], block, &head, head.texts[i]))
            return NULL;
    scopes = apr_array_make(pool, (int)head.scopes, sizeof(const char *));
    if (!scopes_read(scopes, block, &head))
        return NULL;

    who = apr_pcalloc(pool, sizeof(*who));
    who->issuer = texts[0];
    who->subject = texts[1];
    who->user = texts[2];
    who->client = texts[3];
    who->grant = texts[4];
    who->claims = texts[5];
    who->scopes = scopes;
    who->expires = head.expires;
    return who;
}

static int same(const char *a, const char *b)
{
    return a && b && !strcmp(a, b);
}

int mcp_principal_equal(const mcp_principal_t *a, const mcp_principal_t *b)
{
    return a && b && same(a->issuer, b->issuer) &&
           same(a->subject, b->subject);
}
