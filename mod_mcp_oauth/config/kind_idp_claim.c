/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_lib.h>
#include <apr_strings.h>

#include "base/identity.h"
#include "config/kind.h"
#include "idp/preset.h"

/* Words that another module may take over: MODULE:NAME. */

static int is_module_name(const char *word)
{
    const char *colon = strchr(word, ':'), *c;

    if (!colon || colon == word || !colon[1] || strchr(colon + 1, ':'))
        return 0;
    for (c = word; *c; c++)
        if (!apr_isalnum(*c) && !strchr("_-.:", *c))
            return 0;
    return 1;
}

/* -- Claim -- */

#define WORDS                                                                 \
    "subject user email name picture roles permissions organization client "  \
    "scopes"

static const char *word_check(const char *word, const apr_array_header_t *all,
                              const mcp_config_line_t *line)
{
    const mcp_identity_word_t *known = mcp_identity_find(word);
    int i;

    if (!known || known->kind == MCP_IDENTITY_JSON || !strcmp(word, "issuer"))
        return mcp_config_line_refuse(
            line,
            "\"%s\" is not a word that a claim gives. Those are " WORDS ".",
            word);
    for (i = 0; all && i < all->nelts; i++)
        if (!strcmp(APR_ARRAY_IDX(all, i, mcp_idp_claim_setting_t).word, word))
            return mcp_config_line_refuse(
                line,
                "%s is there twice. Write all its pointers on one line: the "
                "first that leads to something counts.",
                word);
    return NULL;
}

/* The name of a claim as a pointer to it (RFC 6901 3). */
static const char *pointer_to(const char *name, apr_pool_t *pool)
{
    char *to, *out = apr_palloc(pool, 2 * strlen(name) + 2);

    to = out;
    *to++ = '/';
    for (; *name; name++) {
        if (*name == '/' || *name == '~') {
            *to++ = '~';
            *to++ = *name == '/' ? '1' : '0';
        }
        else
            *to++ = *name;
    }
    *to = '\0';
    return out;
}

/* Names of claims that are URLs are common, and no pointer looks so. */
static const char *pointer_read(const char **pointer, const char *word,
                                const mcp_config_line_t *line)
{
    *pointer = word;
    if (mcp_json_is_pointer(word) || is_module_name(word))
        return NULL;
    if (strstr(word, "://")) {
        *pointer = pointer_to(word, line->pool);
        return NULL;
    }
    return mcp_config_line_refuse(
        line,
        "\"%s\" is not a JSON Pointer (RFC 6901), nor MODULE:NAME. Write "
        "\"%s\".",
        word, pointer_to(word + (*word == '/'), line->pool));
}

static const char *claim_parse(void *value, const mcp_config_line_t *line)
{
    apr_array_header_t **all = value, *pointers;
    mcp_idp_claim_setting_t *claim;
    const char *word = mcp_config_line_word(line, 0), *pointer;
    const char *wrong = word_check(word, *all, line);
    int i;

    pointers = apr_array_make(line->pool, 2, sizeof(const char *));
    for (i = 1; i < line->words->nelts && !wrong; i++) {
        wrong = pointer_read(&pointer, mcp_config_line_word(line, i), line);
        APR_ARRAY_PUSH(pointers, const char *) = pointer;
    }
    if (wrong)
        return wrong;
    if (!*all)
        *all = apr_array_make(line->pool, 2, sizeof(*claim));
    claim = apr_array_push(*all);
    claim->word = word;
    claim->pointers = pointers;
    claim->mappings = NULL;
    return NULL;
}

static const char *claim_show(const void *value, const char *limits,
                              apr_pool_t *pool)
{
    const apr_array_header_t *all = *(const apr_array_header_t *const *)value;
    const char *out = "";
    int i;

    for (i = 0; all && i < all->nelts; i++) {
        const mcp_idp_claim_setting_t *claim =
            &APR_ARRAY_IDX(all, i, mcp_idp_claim_setting_t);

        out = apr_pstrcat(
            pool, out, i ? ", " : "", claim->word, " ",
            mcp_config_kind_strings(&claim->pointers, NULL, pool), NULL);
    }
    return all ? out : NULL;
}

/* -- Verify -- */

static const char *const ways[] = {"jwt", "introspection", "userinfo",
                                   "id-token"};

#define WAYS ((int)(sizeof(ways) / sizeof(*ways)))

static const char *verify_parse(void *value, const mcp_config_line_t *line)
{
    mcp_idp_verify_setting_t *made = apr_pcalloc(line->pool, sizeof(*made));
    const char *word = mcp_config_line_word(line, 0);
    int i;

    for (i = 0; i < WAYS && strcmp(ways[i], word) != 0; i++)
        ;
    made->how = i + 1;
    if (i == WAYS) {
        if (!is_module_name(word))
            return mcp_config_line_refuse(
                line,
                "\"%s\" is not known here. Write jwt, introspection, "
                "userinfo, id-token, or the MODULE:NAME of a verifier.",
                word);
        made->how = MCP_IDP_VERIFY_MODULE;
        made->name = word;
    }
    *(const mcp_idp_verify_setting_t **)value = made;
    return NULL;
}

static const char *verify_show(const void *value, const char *limits,
                               apr_pool_t *pool)
{
    const mcp_idp_verify_setting_t *set =
        *(const mcp_idp_verify_setting_t *const *)value;

    if (!set)
        return NULL;
    return set->name ? set->name : ways[set->how - 1];
}

const mcp_config_kind_t mcp_config_kind_idp_claim = {
    claim_parse, mcp_config_kind_replace, claim_show};

const mcp_config_kind_t mcp_config_kind_idp_verify = {
    verify_parse, mcp_config_kind_replace, verify_show};
