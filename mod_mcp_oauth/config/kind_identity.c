/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/identity.h"
#include "config/kind.h"

/* Words for what is known of a user (base/identity.def), and one that the row
 * may have besides; "none" is the empty list. */

static int has(const apr_array_header_t *words, const char *word)
{
    int i;

    for (i = 0; i < words->nelts; i++)
        if (!strcmp(APR_ARRAY_IDX(words, i, const char *), word))
            return 1;
    return 0;
}

static const char *add(apr_array_header_t *words, const char *word,
                       const mcp_config_line_t *line)
{
    if (!strcmp(word, "none"))
        return mcp_config_line_refuse(line, "none stands alone.");
    if (!mcp_identity_find(word) &&
        (!line->limits || strcmp(line->limits, word) != 0))
        return mcp_config_line_refuse(
            line, "\"%s\" is not known here. The words are %s%s%s; or none.",
            word, mcp_identity_names(line->pool), line->limits ? " " : "",
            line->limits ? line->limits : "");
    if (!has(words, word))
        APR_ARRAY_PUSH(words, const char *) = word;
    return NULL;
}

static const char *identity_parse(void *value, const mcp_config_line_t *line)
{
    apr_array_header_t **words = value;
    const char *wrong = NULL;
    int i;

    *words = apr_array_make(line->pool, 4, sizeof(const char *));
    if (line->words->nelts == 1 &&
        !strcmp(mcp_config_line_word(line, 0), "none"))
        return NULL;
    for (i = 0; i < line->words->nelts && !wrong; i++)
        wrong = add(*words, mcp_config_line_word(line, i), line);
    return wrong;
}

static const char *identity_show(const void *value, const char *limits,
                                 apr_pool_t *pool)
{
    const apr_array_header_t *words =
        *(const apr_array_header_t *const *)value;

    if (!words)
        return NULL;
    return words->nelts ? apr_array_pstrcat(pool, words, ' ') : "none";
}

const mcp_config_kind_t mcp_config_kind_identity = {
    identity_parse, mcp_config_kind_replace, identity_show};
