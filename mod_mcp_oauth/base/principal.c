/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/principal.h"

#include <stddef.h>
#include <string.h>

#define MAGIC 0x4d435032u /* "MCP2" */
#define WORD_SIZE ((apr_size_t)sizeof(apr_uint32_t))
#define ABSENT 0xffffffffu

/* The members that are pointers: texts, and lists of texts. */
enum {
#define MCP_IDENTITY(word, kind, variable, header, claim, help) SLOT_##word,
#include "base/identity.def"
    SLOT_grant,
    SLOT_jti,
    SLOTS
};

#define LIST_TEXT 0
#define LIST_JSON 0
#define LIST_LIST 1
#define LIST_SCOPES 1

static const struct slot_t {
    apr_size_t offset;
    int is_list;
} slots[SLOTS] = {
#define MCP_IDENTITY(word, kind, variable, header, claim, help)               \
    {offsetof(mcp_principal_t, word), LIST_##kind},
#include "base/identity.def"
    {offsetof(mcp_principal_t, grant), 0},
    {offsetof(mcp_principal_t, jti), 0},
};

/* A block is this header, one offset per entry of all lists, then the texts,
 * each with its NUL. An offset counts from the block's begin; 0 is a NULL
 * text. */
typedef struct header_t {
    apr_uint32_t magic;
    apr_uint32_t len;
    apr_int64_t expires;
    apr_uint32_t entries;      /* of all lists */
    apr_uint32_t slots[SLOTS]; /* an offset; of a list its number of entries,
                                * or ABSENT */
} header_t;

static const void *get(const mcp_principal_t *who, int slot)
{
    const void *value;

    memcpy(&value, (const char *)who + slots[slot].offset, sizeof(value));
    return value;
}

static void set(mcp_principal_t *who, int slot, const void *value)
{
    memcpy((char *)who + slots[slot].offset, &value, sizeof(value));
}

static const char *entry(const mcp_principal_t *who, int slot, int i)
{
    const apr_array_header_t *list = get(who, slot);

    return APR_ARRAY_IDX(list, i, const char *);
}

/* How many entries a slot has; 0 where it is a text, or NULL. */
static int count(const mcp_principal_t *who, int slot)
{
    const apr_array_header_t *list = slots[slot].is_list ? get(who, slot)
                                                         : NULL;

    return list ? list->nelts : 0;
}

/* -- packing -- */

static apr_size_t packed_size(header_t *head, const mcp_principal_t *who)
{
    apr_size_t size = sizeof(*head);
    int slot, i;

    for (slot = 0; slot < SLOTS; slot++) {
        head->entries += (apr_uint32_t)count(who, slot);
        for (i = 0; i < count(who, slot); i++)
            size += WORD_SIZE + strlen(entry(who, slot, i)) + 1;
        if (!slots[slot].is_list && get(who, slot))
            size += strlen(get(who, slot)) + 1;
    }
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
    apr_size_t at, entry_at = sizeof(header_t);
    apr_uint32_t offset;
    header_t head;
    char *block;
    int slot, i;

    memset(&head, 0, sizeof(head));
    head.magic = MAGIC;
    head.expires = who->expires;
    *len = packed_size(&head, who);
    head.len = (apr_uint32_t)*len;

    block = apr_palloc(pool, *len);
    at = sizeof(head) + head.entries * WORD_SIZE;
    for (slot = 0; slot < SLOTS; slot++) {
        if (!slots[slot].is_list)
            head.slots[slot] = put_text(block, &at, get(who, slot));
        else
            head.slots[slot] = get(who, slot) ? (apr_uint32_t)count(who, slot)
                                              : ABSENT;
        for (i = 0; i < count(who, slot); i++, entry_at += WORD_SIZE) {
            offset = put_text(block, &at, entry(who, slot, i));
            memcpy(block + entry_at, &offset, WORD_SIZE);
        }
    }
    memcpy(block, &head, sizeof(head));
    return block;
}

/* -- and back -- */

/* A block on its way back. */
typedef struct unpacking_t {
    const char *block;
    header_t head;     /* a copy: the block may lie anywhere, aligned or not */
    apr_size_t texts;  /* where they begin */
    apr_uint32_t next; /* entry */
} unpacking_t;

static int header_read(unpacking_t *u, const void *block, apr_size_t len)
{
    if (!block || len < sizeof(u->head))
        return 0;
    u->block = block;
    u->next = 0;
    memcpy(&u->head, block, sizeof(u->head));
    if (u->head.magic != MAGIC || u->head.len != len ||
        u->head.entries > (len - sizeof(u->head)) / WORD_SIZE)
        return 0;
    u->texts = sizeof(u->head) + u->head.entries * WORD_SIZE;
    /* with the last byte NUL every text that begins inside ends inside */
    return u->block[len - 1] == '\0';
}

/* 0 when the offset does not point to a text */
static int text_read(const char **text, const unpacking_t *u,
                     apr_uint32_t offset)
{
    *text = offset ? u->block + offset : NULL;
    return !offset || (offset < u->head.len && offset >= u->texts);
}

static int list_read(apr_array_header_t **list, unpacking_t *u,
                     apr_uint32_t entries, apr_pool_t *pool)
{
    const char *text;
    apr_uint32_t offset;

    *list = NULL;
    if (entries == ABSENT)
        return 1;
    if (entries > u->head.entries - u->next)
        return 0;
    *list = apr_array_make(pool, (int)entries, sizeof(const char *));
    for (; entries; entries--, u->next++) {
        memcpy(&offset, u->block + sizeof(u->head) + u->next * WORD_SIZE,
               WORD_SIZE);
        if (!offset || !text_read(&text, u, offset))
            return 0;
        APR_ARRAY_PUSH(*list, const char *) = text;
    }
    return 1;
}

static int slot_read(mcp_principal_t *who, int slot, unpacking_t *u,
                     apr_pool_t *pool)
{
    apr_array_header_t *list;
    const char *text;

    if (slots[slot].is_list) {
        if (!list_read(&list, u, u->head.slots[slot], pool))
            return 0;
        set(who, slot, list);
        return 1;
    }
    if (!text_read(&text, u, u->head.slots[slot]))
        return 0;
    set(who, slot, text);
    return 1;
}

mcp_principal_t *mcp_principal_unpack(const void *block, apr_size_t len,
                                      apr_pool_t *pool)
{
    mcp_principal_t *who;
    unpacking_t u;
    int slot;

    if (!header_read(&u, block, len))
        return NULL;
    who = apr_pcalloc(pool, sizeof(*who));
    for (slot = 0; slot < SLOTS; slot++)
        if (!slot_read(who, slot, &u, pool))
            return NULL;
    who->expires = u.head.expires;
    return who;
}

/* -- comparing -- */

static int same(const char *a, const char *b)
{
    return a && b && !strcmp(a, b);
}

int mcp_principal_equal(const mcp_principal_t *a, const mcp_principal_t *b)
{
    return a && b && same(a->issuer, b->issuer) &&
           same(a->subject, b->subject);
}
