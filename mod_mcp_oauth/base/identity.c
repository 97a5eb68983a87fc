/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/identity.h"

#include <apr_strings.h>
#include <stddef.h>
#include <string.h>

#include "base/encode.h"
#include "base/scope.h"
#include "base/writer.h"

const mcp_identity_word_t mcp_identity_words[] = {
#define MCP_IDENTITY(word, kind, variable, header, claim, help)               \
    {#word,    MCP_IDENTITY_##kind,                                           \
     variable, header,                                                        \
     claim,    offsetof(mcp_principal_t, word)},
#include "base/identity.def"
    {NULL, MCP_IDENTITY_TEXT, NULL, NULL, NULL, 0},
};

const mcp_identity_word_t *mcp_identity_find(const char *name)
{
    const mcp_identity_word_t *word;

    for (word = mcp_identity_words; word->name; word++)
        if (!strcmp(word->name, name))
            return word;
    return NULL;
}

const char *mcp_identity_names(apr_pool_t *pool)
{
    const mcp_identity_word_t *word;
    const char *all = "";

    for (word = mcp_identity_words; word->name; word++)
        all = apr_pstrcat(pool, all, *all ? " " : "", word->name, NULL);
    return all;
}

/* -- what a principal says -- */

static const void *member_of(const mcp_identity_word_t *word,
                             const mcp_principal_t *who)
{
    const void *value;

    memcpy(&value, (const char *)who + word->offset, sizeof(value));
    return value;
}

static int is_list(const mcp_identity_word_t *word)
{
    return word->kind == MCP_IDENTITY_LIST ||
           word->kind == MCP_IDENTITY_SCOPES;
}

/* What would be taken for the end of an entry. */
static const char *entry_text(const char *entry, apr_pool_t *pool)
{
    char *text, *to;

    if (!strpbrk(entry, ",%"))
        return entry;
    to = text = apr_palloc(pool, strlen(entry) * 3 + 1);
    for (; *entry; entry++) {
        if (*entry == ',' || *entry == '%') {
            memcpy(to, *entry == ',' ? "%2C" : "%25", 3);
            to += 3;
        }
        else
            *to++ = *entry;
    }
    *to = '\0';
    return text;
}

static const char *joined(const apr_array_header_t *list,
                          const char *(*entry)(const char *, apr_pool_t *),
                          apr_pool_t *pool)
{
    apr_array_header_t *texts =
        apr_array_make(pool, list->nelts, sizeof(const char *));
    int i;

    for (i = 0; i < list->nelts; i++)
        APR_ARRAY_PUSH(texts, const char *) =
            entry(APR_ARRAY_IDX(list, i, const char *), pool);
    return list->nelts ? apr_array_pstrcat(pool, texts, ',') : "";
}

const char *mcp_identity_text(const mcp_identity_word_t *word,
                              const mcp_principal_t *who, apr_pool_t *pool)
{
    const void *value = member_of(word, who);

    if (!value || !is_list(word))
        return value;
    return word->kind == MCP_IDENTITY_SCOPES ? mcp_scope_text(value, pool)
                                             : joined(value, entry_text, pool);
}

const char *mcp_identity_header(const mcp_identity_word_t *word,
                                const mcp_principal_t *who, apr_pool_t *pool)
{
    const void *value = member_of(word, who);

    if (!value)
        return NULL;
    if (is_list(word))
        return joined(value, mcp_encode_percent, pool);
    if (word->kind == MCP_IDENTITY_JSON)
        return mcp_encode_base64url(value, strlen(value), pool);
    return mcp_encode_percent(value, pool);
}

static void write_list(mcp_writer_t *w, const apr_array_header_t *list)
{
    int i;

    mcp_writer_open(w, '[');
    for (i = 0; i < list->nelts; i++)
        mcp_writer_string(w, APR_ARRAY_IDX(list, i, const char *));
    mcp_writer_close(w);
}

const char *mcp_identity_json(const mcp_identity_word_t *word,
                              const mcp_principal_t *who, apr_pool_t *pool)
{
    const void *value = member_of(word, who);
    mcp_writer_t *w;

    if (!value || word->kind == MCP_IDENTITY_JSON)
        return value;
    w = mcp_writer_make(pool);
    if (word->kind == MCP_IDENTITY_LIST)
        write_list(w, value);
    else
        mcp_writer_string(w, mcp_identity_text(word, who, pool));
    return mcp_writer_text(w, NULL);
}
