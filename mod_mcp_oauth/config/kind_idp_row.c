/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>

#include "config/kind.h"
#include "idp/argument.h"

/* Words of an identity provider of which each line is one row. */

#define OMIT "omit"

/* -- Parameter; a later line for one name replaces -- */

/* What is ours to say; where else is said how. */
static const struct {
    const char *name;
    const char *cure;
} ours[] = {
    {"client_id", "Write Client"},
    {"client_secret", "Write Client"},
    {"scope", "Write Scopes"},
    {"redirect_uri", "Drop the line"},
    {"state", "Drop the line"},
    {"nonce", "Drop the line"},
    {"code_challenge", "Drop the line"},
    {"code_challenge_method", "Drop the line"},
    {"response_type", "Drop the line"},
    {"response_mode", "Drop the line"},
    {"request", "Drop the line"},
    {"request_uri", "Drop the line"},
};

static const char *name_check(const char *name, const mcp_config_line_t *line)
{
    apr_size_t i;

    for (i = 0; i < sizeof(ours) / sizeof(*ours); i++)
        if (!strcmp(ours[i].name, name))
            return mcp_config_line_refuse(
                line, "%s is this server's own to say. %s.", name,
                ours[i].cure);
    if (*name && !name[strcspn(name, " =&?#\"\\<>")])
        return NULL;
    return mcp_config_line_refuse(
        line,
        "\"%s\" is not the name of a parameter. Write Parameter NAME "
        "VALUE.",
        name);
}

static const char *parameter_parse(void *value, const mcp_config_line_t *line)
{
    apr_array_header_t **all = value;
    mcp_idp_parameter_setting_t *one;
    const char *name = mcp_config_line_word(line, 0);
    const char *text = mcp_config_line_word(line, 1);
    const char *wrong = name_check(name, line);

    if (wrong)
        return wrong;
    if (!*all)
        *all = apr_array_make(line->pool, 2, sizeof(*one));
    one = apr_array_push(*all);
    one->name = name;
    one->value = strcmp(text, OMIT) ? text : NULL;
    return NULL;
}

static const char *parameter_show(const void *value, const char *limits,
                                  apr_pool_t *pool)
{
    const apr_array_header_t *all = *(const apr_array_header_t *const *)value;
    const char *out = "";
    int i;

    for (i = 0; all && i < all->nelts; i++) {
        const mcp_idp_parameter_setting_t *one =
            &APR_ARRAY_IDX(all, i, mcp_idp_parameter_setting_t);

        out = apr_pstrcat(pool, out, i ? ", " : "", one->name, " ",
                          one->value
                              ? mcp_config_kind_string(&one->value, NULL, pool)
                              : OMIT,
                          NULL);
    }
    return all && all->nelts ? out : NULL;
}

/* -- Endpoint -- */

static const char *const kinds[] = {
    "discovery",     "authorization", "token", "userinfo",
    "introspection", "revocation",    "keys",
};

#define KINDS ((int)(sizeof(kinds) / sizeof(*kinds)))

static int kind_of(const char *word)
{
    int i;

    for (i = 0; i < KINDS; i++)
        if (!strcmp(kinds[i], word))
            return i + 1;
    return 0;
}

static const char *endpoint_check(const mcp_idp_endpoint_setting_t *row,
                                  const apr_array_header_t *all,
                                  const mcp_config_line_t *line)
{
    const char *wrong = mcp_idp_argument_url_fault(row->url, line->pool);
    int i;

    if (!row->kind)
        return mcp_config_line_refuse(
            line,
            "\"%s\" is not an endpoint. Write discovery, authorization, "
            "token, userinfo, introspection, revocation or keys.",
            mcp_config_line_word(line, 0));
    if (wrong)
        return mcp_config_line_refuse(line, "%s", wrong);
    for (i = 0; all && i < all->nelts; i++)
        if (APR_ARRAY_IDX(all, i, mcp_idp_endpoint_setting_t).kind ==
            row->kind)
            return mcp_config_line_refuse(line, "%s is there twice. Drop one.",
                                          kinds[row->kind - 1]);
    return NULL;
}

static const char *endpoint_parse(void *value, const mcp_config_line_t *line)
{
    apr_array_header_t **all = value;
    mcp_idp_endpoint_setting_t row;
    const char *wrong;

    row.kind = kind_of(mcp_config_line_word(line, 0));
    row.url = mcp_config_line_word(line, 1);
    wrong = endpoint_check(&row, *all, line);
    if (wrong)
        return wrong;
    if (!*all)
        *all = apr_array_make(line->pool, 2, sizeof(row));
    APR_ARRAY_PUSH(*all, mcp_idp_endpoint_setting_t) = row;
    return NULL;
}

static const char *endpoint_show(const void *value, const char *limits,
                                 apr_pool_t *pool)
{
    const apr_array_header_t *all = *(const apr_array_header_t *const *)value;
    const char *out = "";
    int i;

    for (i = 0; all && i < all->nelts; i++) {
        const mcp_idp_endpoint_setting_t *row =
            &APR_ARRAY_IDX(all, i, mcp_idp_endpoint_setting_t);

        out = apr_pstrcat(pool, out, i ? ", " : "", kinds[row->kind - 1], " ",
                          row->url, NULL);
    }
    return all && all->nelts ? out : NULL;
}

const mcp_config_kind_t mcp_config_kind_idp_parameter = {
    parameter_parse, mcp_config_kind_replace, parameter_show};

const mcp_config_kind_t mcp_config_kind_idp_endpoint = {
    endpoint_parse, mcp_config_kind_replace, endpoint_show};
