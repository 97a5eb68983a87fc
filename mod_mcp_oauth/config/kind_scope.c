/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/scope.h"

#include <ap_expr.h>
#include <apr_strings.h>
#include <http_log.h>

#include "base/encode.h"
#include "config/kind.h"

APLOG_USE_MODULE(mcp_oauth);

#define MAX_TEXT 300
#define INCLUDES "includes="
#define EXPR "expr="

static const char *name_check(const char *name, const mcp_config_line_t *line)
{
    if (mcp_scope_is_token(name) && !strchr(name, ','))
        return NULL;
    return mcp_config_line_refuse(
        line,
        "\"%s\" is not a scope: it has at most %d characters and no "
        "blanks, quotes, commas or backslashes.",
        name, MCP_SCOPE_MAX_LENGTH);
}

static const char *text_check(const char *text, const mcp_config_line_t *line)
{
    apr_size_t len = strlen(text);

    if (!strcmp(text, "default") ||
        !strncmp(text, INCLUDES, strlen(INCLUDES)) ||
        !strncmp(text, EXPR, strlen(EXPR)))
        return mcp_config_line_refuse(
            line,
            "\"%s\" stands where the text belongs that people read "
            "before they agree: MCPScope %s \"...\" %s",
            text, mcp_config_line_word(line, 0), text);
    if (!len || len > MAX_TEXT || !mcp_encode_is_utf8(text, len))
        return mcp_config_line_refuse(
            line, "the text has 1 to %d bytes of UTF-8.", MAX_TEXT);
    return NULL;
}

static const char *includes_read(mcp_scope_setting_t *scope, const char *list,
                                 const mcp_config_line_t *line)
{
    apr_array_header_t *includes =
        apr_array_make(line->pool, 4, sizeof(const char *));
    char *rest = apr_pstrdup(line->pool, list), *last;
    const char *one, *wrong;

    for (one = apr_strtok(rest, ",", &last); one;
         one = apr_strtok(NULL, ",", &last)) {
        wrong = name_check(one, line);
        if (wrong)
            return wrong;
        if (!strcmp(one, scope->name))
            return mcp_config_line_refuse(line, "%s includes itself.", one);
        mcp_scope_add(includes, one);
    }
    if (!includes->nelts)
        return mcp_config_line_refuse(line,
                                      INCLUDES " names no scope; drop it.");
    scope->includes = includes;
    return NULL;
}

/* It is asked at sign-in, so no cache need hear what it looks at. */
static const char *expr_read(mcp_scope_setting_t *scope, const char *text,
                             const mcp_config_line_t *line)
{
    const char *wrong = NULL;

    if (*text)
        scope->expr = ap_expr_parse_cmd(line->cmd, text,
                                        AP_EXPR_FLAG_DONT_VARY, &wrong, NULL);
    if (!*text || wrong)
        return mcp_config_line_refuse(
            line,
            "\"%s\" is no expression of httpd: %s. Write \"" EXPR
            "%%{MCP_USER} =~ /^a/\", say.",
            text, wrong ? wrong : "it is empty");
    scope->condition = text;
    return NULL;
}

static const char *option_read(mcp_scope_setting_t *scope, const char *word,
                               const mcp_config_line_t *line)
{
    if (!strcmp(word, "default")) {
        scope->is_default = 1;
        return NULL;
    }
    if (!strncmp(word, INCLUDES, strlen(INCLUDES)))
        return includes_read(scope, word + strlen(INCLUDES), line);
    if (!strncmp(word, EXPR, strlen(EXPR)))
        return expr_read(scope, word + strlen(EXPR), line);
    return mcp_config_line_refuse(
        line,
        "\"%s\" is neither default nor includes=SCOPE,... nor expr=E (what "
        "has blanks goes in quotes).",
        word);
}

/* The same name replaces. */
static void add(apr_array_header_t *scopes, const mcp_scope_setting_t *scope)
{
    int i;

    for (i = 0; i < scopes->nelts; i++) {
        mcp_scope_setting_t *one =
            &APR_ARRAY_IDX(scopes, i, mcp_scope_setting_t);

        if (!strcmp(one->name, scope->name)) {
            *one = *scope;
            return;
        }
    }
    APR_ARRAY_PUSH(scopes, mcp_scope_setting_t) = *scope;
}

static const char *scope_parse(void *value, const mcp_config_line_t *line)
{
    apr_array_header_t **scopes = value;
    mcp_scope_setting_t scope = {0};
    const char *wrong;
    int i;

    scope.name = mcp_config_line_word(line, 0);
    scope.text = mcp_config_line_word(line, 1);
    wrong = name_check(scope.name, line);
    if (!wrong)
        wrong = text_check(scope.text, line);
    for (i = 2; i < line->words->nelts && !wrong; i++)
        wrong = option_read(&scope, mcp_config_line_word(line, i), line);
    if (wrong)
        return wrong;
    if (!*scopes)
        *scopes = apr_array_make(line->pool, 4, sizeof(mcp_scope_setting_t));
    add(*scopes, &scope);
    if ((*scopes)->nelts > MCP_SCOPE_MAX)
        return mcp_config_line_refuse(line, "%d scopes are the most.",
                                      MCP_SCOPE_MAX);
    return NULL;
}

static void scope_merge(void *value, const void *outer, apr_pool_t *pool)
{
    apr_array_header_t **scopes = value, *merged;
    apr_array_header_t *below = *(apr_array_header_t *const *)outer;
    int i;

    if (!*scopes || !below) {
        *scopes = *scopes ? *scopes : below;
        return;
    }
    merged = apr_array_copy(pool, below);
    for (i = 0; i < (*scopes)->nelts; i++)
        add(merged, &APR_ARRAY_IDX(*scopes, i, mcp_scope_setting_t));
    *scopes = merged;
}

static const char *scope_show(const void *value, const char *limits,
                              apr_pool_t *pool)
{
    const apr_array_header_t *scopes =
        *(const apr_array_header_t *const *)value;
    const char *out = "", *text;
    int i;

    for (i = 0; scopes && i < scopes->nelts; i++) {
        const mcp_scope_setting_t *scope =
            &APR_ARRAY_IDX(scopes, i, mcp_scope_setting_t);

        text = mcp_config_kind_string(&scope->text, NULL, pool);
        out = apr_pstrcat(pool, out, i ? ", " : "", scope->name, " ", text,
                          scope->is_default ? " default" : "", NULL);
        if (scope->includes)
            out = apr_pstrcat(pool, out, " " INCLUDES,
                              apr_array_pstrcat(pool, scope->includes, ','),
                              NULL);
        if (scope->condition)
            out = apr_pstrcat(pool, out, " \"" EXPR, scope->condition, "\"",
                              NULL);
    }
    return scopes ? out : NULL;
}

/* -- names alone -- */

static const char *names_parse(void *value, const mcp_config_line_t *line)
{
    apr_array_header_t **names = value;
    const char *wrong;
    int i;

    if (!*names)
        *names = apr_array_make(line->pool, 4, sizeof(const char *));
    for (i = 0; i < line->words->nelts; i++) {
        wrong = name_check(mcp_config_line_word(line, i), line);
        if (wrong)
            return wrong;
        mcp_scope_add(*names, mcp_config_line_word(line, i));
    }
    if ((*names)->nelts > MCP_SCOPE_MAX)
        return mcp_config_line_refuse(line, "%d scopes are the most.",
                                      MCP_SCOPE_MAX);
    return NULL;
}

const mcp_config_kind_t mcp_config_kind_scope = {scope_parse, scope_merge,
                                                 scope_show};

const mcp_config_kind_t mcp_config_kind_scope_names = {
    names_parse, mcp_config_kind_replace, mcp_config_kind_strings};
