/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/words.h"

#include <string.h>

#define AROUND 5 /* ,"":} */

int mcp_oauth_words_has(const apr_array_header_t *named, const char *word)
{
    int i;

    for (i = 0; named && i < named->nelts; i++)
        if (!strcmp(APR_ARRAY_IDX(named, i, const char *), word))
            return 1;
    return 0;
}

static int is_written(const mcp_oauth_words_t *words, const char *word)
{
    const char *const *each;

    for (each = words->written; *each; each++)
        if (!strcmp(*each, word))
            return 1;
    return 0;
}

static void write_word(mcp_writer_t *w, const mcp_identity_word_t *word,
                       const char *json, const mcp_oauth_words_t *words,
                       mcp_ctx_t *cx)
{
    apr_size_t len;

    mcp_writer_text(w, &len);
    if (len + strlen(word->claim) + strlen(json) + AROUND > words->most) {
        mcp_ctx_log(cx, MCP_LOG_DEBUG, 876,
                    "%s would be too long with '%s' of the user: left out",
                    words->what, word->name);
        return;
    }
    mcp_writer_name(w, word->claim);
    mcp_writer_raw(w, json);
}

void mcp_oauth_words_write(mcp_writer_t *w, const mcp_principal_t *who,
                           const mcp_oauth_words_t *words, mcp_ctx_t *cx)
{
    const mcp_identity_word_t *word;
    const char *json;

    for (word = mcp_identity_words; word->name; word++) {
        if (is_written(words, word->name) ||
            !mcp_oauth_words_has(words->named, word->name))
            continue;
        json = mcp_identity_json(word, who, cx->pool);
        if (json)
            write_word(w, word, json, words, cx);
    }
}
