/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_lib.h>
#include <apr_strings.h>

#include "config/kind.h"

#define MAX_WORD 128
#define MAX_GLOB 512

/* -- one of some words; the value is its place in the limits, from 1 on -- */

static const char *choice_parse(void *value, const mcp_config_line_t *line)
{
    const char *word = mcp_config_line_word(line, 0), *one;
    char *rest = apr_pstrdup(line->pool, line->limits), *last;
    int place = 0;

    for (one = apr_strtok(rest, "|", &last); one;
         one = apr_strtok(NULL, "|", &last)) {
        place++;
        if (!strcmp(one, word)) {
            *(int *)value = place;
            return NULL;
        }
    }
    return mcp_config_line_refuse(line, "\"%s\" is not known here. Write %s.",
                                  word, line->limits);
}

static void choice_merge(void *value, const void *outer, apr_pool_t *pool)
{
    if (!*(int *)value)
        *(int *)value = *(const int *)outer;
}

static const char *choice_show(const void *value, const char *limits,
                               apr_pool_t *pool)
{
    int place = *(const int *)value;

    if (!place)
        return NULL;
    while (--place)
        limits = strchr(limits, '|') + 1;
    return apr_pstrmemdup(pool, limits, strcspn(limits, "|"));
}

/* -- some of some words; the value has a bit for each -- */

static const char *choices_parse(void *value, const mcp_config_line_t *line)
{
    mcp_config_line_t one = *line;
    apr_array_header_t *word = apr_array_make(line->pool, 1, sizeof(char *));
    const char *wrong;
    int i, place = 0, bits = 0;

    one.words = word;
    APR_ARRAY_PUSH(word, const char *) = NULL;
    for (i = 0; i < line->words->nelts; i++) {
        APR_ARRAY_IDX(word, 0, const char *) = mcp_config_line_word(line, i);
        wrong = choice_parse(&place, &one);
        if (wrong)
            return wrong;
        bits |= 1 << (place - 1);
    }
    *(int *)value = bits;
    return NULL;
}

static const char *choices_show(const void *value, const char *limits,
                                apr_pool_t *pool)
{
    const char *out = NULL;
    int place, bits = *(const int *)value;

    for (place = 1; bits >> (place - 1); place++)
        if (bits & 1 << (place - 1))
            out = apr_pstrcat(pool, out ? out : "", out ? " " : "",
                              choice_show(&place, limits, pool), NULL);
    return out;
}

/* -- [MODULE:]GLOB; what stands before the first colon is the module -- */

static const char *glob_check(const char *word, const mcp_config_line_t *line)
{
    const char *colon = strchr(word, ':'), *c;

    if (!*word || strlen(word) > MAX_GLOB || colon == word ||
        (colon && !colon[1]))
        return mcp_config_line_refuse(
            line,
            "\"%s\" is not [MODULE:]GLOB, such as demo:hello or "
            "demo:*.",
            word);
    for (c = word; *c; c++)
        if (!apr_isalnum(*c) && !strchr("_-.~/:*?[]{}+%@!$&'(),;=#", *c))
            return mcp_config_line_refuse(
                line, "\"%s\" holds a character that no name and no URI has.",
                word);
    return NULL;
}

static const char *globs_parse(void *value, const mcp_config_line_t *line)
{
    apr_array_header_t **globs = value;
    const char *wrong;
    int i;

    for (i = 0; i < line->words->nelts; i++) {
        wrong = glob_check(mcp_config_line_word(line, i), line);
        if (wrong)
            return wrong;
    }
    *globs = *globs ? apr_array_append(line->pool, *globs, line->words)
                    : apr_array_copy(line->pool, line->words);
    return NULL;
}

/* -- schemes; until they are merged they keep their signs -- */

/* Browsers and systems do more with these than to open an application. */
static const char *const never[] = {"javascript", "data",       "vbscript",
                                    "file",       "filesystem", "blob",
                                    "about",      "view-source"};

static const char *scheme_check(const char *scheme,
                                const mcp_config_line_t *line)
{
    apr_size_t len = strlen(scheme), i;

    for (i = 0; i < len; i++)
        if (!apr_isalnum(scheme[i]) && !strchr("+-.", scheme[i]))
            break;
    if (!len || len > MAX_WORD || i < len || !apr_isalpha(*scheme))
        return mcp_config_line_refuse(
            line,
            "\"%s\" is not a scheme: a letter, then letters, digits, "
            "+, - and dots, without \"://\".",
            scheme);
    if (!strcmp(scheme, "https") || !strcmp(scheme, "http"))
        return mcp_config_line_refuse(
            line,
            "%s is no custom scheme: https is always allowed, http for "
            "loopback hosts only.",
            scheme);
    for (i = 0; i < sizeof(never) / sizeof(*never); i++)
        if (!strcmp(scheme, never[i]))
            return mcp_config_line_refuse(
                line,
                "%s would hand codes to whatever page or file is "
                "named; it is never allowed.",
                scheme);
    return NULL;
}

static int is_signed(const char *word)
{
    return *word == '+' || *word == '-';
}

static const char *schemes_parse(void *value, const mcp_config_line_t *line)
{
    apr_array_header_t **value_schemes = value, *schemes;
    char *word;
    const char *wrong;
    int i, relative = is_signed(mcp_config_line_word(line, 0));

    schemes = apr_array_make(line->pool, line->words->nelts, sizeof(char *));
    for (i = 0; i < line->words->nelts; i++) {
        word = apr_pstrdup(line->pool, mcp_config_line_word(line, i));
        ap_str_tolower(word);
        if (is_signed(word) != relative)
            return mcp_config_line_refuse(
                line, "either all schemes have a + or -, or none has one.");
        wrong = scheme_check(word + relative, line);
        if (wrong)
            return wrong;
        APR_ARRAY_PUSH(schemes, const char *) = word;
    }
    if (relative && *value_schemes)
        schemes = apr_array_append(line->pool, *value_schemes, schemes);
    *value_schemes = schemes;
    return NULL;
}

static void schemes_drop(apr_array_header_t *schemes, const char *scheme)
{
    int i, kept = 0;

    for (i = 0; i < schemes->nelts; i++) {
        const char *one = APR_ARRAY_IDX(schemes, i, const char *);

        if (strcmp(one, scheme) != 0)
            APR_ARRAY_IDX(schemes, kept++, const char *) = one;
    }
    schemes->nelts = kept;
}

/* A signed list changes what it inherits; what that is may itself be signed
 * until the default comes below it. */
static void schemes_merge(void *value, const void *outer, apr_pool_t *pool)
{
    apr_array_header_t **schemes = value, *result;
    const apr_array_header_t *below =
        *(const apr_array_header_t *const *)outer;
    int i;

    if (!below)
        return;
    result = apr_array_copy(pool, below);
    if (!*schemes) {
        *schemes = result;
        return;
    }
    if ((*schemes)->nelts &&
        !is_signed(APR_ARRAY_IDX(*schemes, 0, const char *)))
        return;
    if (below->nelts && is_signed(APR_ARRAY_IDX(below, 0, const char *))) {
        *schemes = apr_array_append(pool, result, *schemes);
        return;
    }
    for (i = 0; i < (*schemes)->nelts; i++) {
        const char *word = APR_ARRAY_IDX(*schemes, i, const char *);

        schemes_drop(result, word + 1);
        if (*word == '+')
            APR_ARRAY_PUSH(result, const char *) = word + 1;
    }
    *schemes = result;
}

const mcp_config_kind_t mcp_config_kind_word_choice = {
    choice_parse, choice_merge, choice_show};

const mcp_config_kind_t mcp_config_kind_word_choices = {
    choices_parse, choice_merge, choices_show};

const mcp_config_kind_t mcp_config_kind_word_globs = {
    globs_parse, mcp_config_kind_replace, mcp_config_kind_strings};

const mcp_config_kind_t mcp_config_kind_word_schemes = {
    schemes_parse, schemes_merge, mcp_config_kind_strings};
