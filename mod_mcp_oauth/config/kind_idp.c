/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/kind_idp.h"

#include <apr_strings.h>

#include "config/kind_idp_key.h"
#include "config/row.h"

#define NAME "MCPIdentityProvider"

const char *mcp_config_kind_idp_read(mcp_config_kind_idp_t **made,
                                     const mcp_config_line_t *line)
{
    const char *name = mcp_config_line_word(line, 0);
    const mcp_idp_preset_t *preset = mcp_idp_preset_find(name);
    apr_array_header_t *arguments;
    int i;

    if (!preset)
        return mcp_config_line_refuse(
            line, "\"%s\" is not a known identity provider. Known: %s.", name,
            mcp_idp_preset_names(line->pool));
    arguments = apr_array_make(line->pool, 2, sizeof(const char *));
    for (i = 1; i < line->words->nelts; i++)
        APR_ARRAY_PUSH(arguments, const char *) =
            mcp_config_line_word(line, i);
    *made = apr_pcalloc(line->pool, sizeof(**made));
    (*made)->idp.preset = preset;
    (*made)->idp.arguments = arguments;
    (*made)->directive = line->cmd->directive;
    return NULL;
}

/* -- what does not go together -- */

static const char *child_refuse(const ap_directive_t *child,
                                const mcp_config_line_t *line, const char *why)
{
    line->cmd->err_directive = child;
    return apr_psprintf(line->pool, "%s %s.", child->directive, why);
}

/* httpd's providers have Auth... directives, all others have words. */
static const char *inside_check(const mcp_config_kind_idp_t *made,
                                const mcp_config_line_t *line)
{
    const ap_directive_t *one = made->directive->first_child;
    int is_remote = mcp_idp_preset_is_remote(&made->idp);

    for (; one; one = one->next) {
        int is_word = mcp_config_row_word(line->name, one->directive) != NULL;

        if (is_remote && !is_word)
            return child_refuse(one, line,
                                "is for <MCPIdentityProvider httpd ...>, "
                                "where users sign in with httpd's own "
                                "authentication. Drop it");
        if (!is_remote && is_word && strcasecmp(one->directive, "Label"))
            return child_refuse(one, line,
                                "is for identity providers elsewhere, not "
                                "for httpd's own authentication. Drop it");
    }
    return NULL;
}

const char *mcp_config_kind_idp_add(void *value, mcp_config_kind_idp_t *made,
                                    const mcp_config_line_t *line)
{
    apr_array_header_t **idps = value;
    const char *wrong;

    wrong = inside_check(made, line);
    if (!wrong)
        wrong = mcp_config_kind_idp_key_read(made, line);
    if (wrong)
        return wrong;
    made->idp.key = mcp_config_kind_idp_key_text(made, line->pool);
    wrong = made->idp.preset->check(&made->idp, line->pool);
    if (wrong)
        return mcp_config_line_refuse(line, "%s", wrong);
    if (!*idps)
        *idps = apr_array_make(line->pool, 2, sizeof(mcp_idp_t *));
    APR_ARRAY_PUSH(*idps, const mcp_idp_t *) = &made->idp;
    return NULL;
}

static const char *idp_parse(void *value, const mcp_config_line_t *line)
{
    mcp_config_kind_idp_t *made;
    const char *wrong = mcp_config_kind_idp_read(&made, line);

    return wrong ? wrong : mcp_config_kind_idp_add(value, made, line);
}

/* The words as they are in force, those of the preset too. */
static const char *words_show(const mcp_idp_t *idp, apr_pool_t *pool)
{
    const mcp_config_row_t *row;
    const char *out = "", *value;

    if (!mcp_idp_preset_is_remote(idp))
        return idp->label;
    for (row = mcp_config_row_words; row->name; row++) {
        if (strcmp(row->container, NAME) != 0)
            continue;
        value = mcp_config_row_show(row, idp, pool);
        if (value)
            out = apr_pstrcat(pool, out, *out ? "; " : "", row->name, " ",
                              value, NULL);
    }
    return out;
}

static const char *idp_show(const void *value, const char *limits,
                            apr_pool_t *pool)
{
    const apr_array_header_t *idps = *(const apr_array_header_t *const *)value;
    const char *out = "";
    int i;

    for (i = 0; idps && i < idps->nelts; i++) {
        const mcp_idp_t *idp = APR_ARRAY_IDX(idps, i, const mcp_idp_t *);

        out = apr_pstrcat(pool, out, i ? ", " : "", idp->preset->name,
                          idp->arguments->nelts ? " " : "",
                          apr_array_pstrcat(pool, idp->arguments, ' '), " (",
                          words_show(idp, pool), ")", NULL);
    }
    return idps ? out : NULL;
}

apr_array_header_t *mcp_config_kind_idp_copy(const apr_array_header_t *idps,
                                             apr_pool_t *pool)
{
    apr_array_header_t *copies =
        apr_array_make(pool, idps->nelts, sizeof(const mcp_idp_t *));
    int i;

    for (i = 0; i < idps->nelts; i++) {
        mcp_config_kind_idp_t *copy = apr_pmemdup(
            pool, APR_ARRAY_IDX(idps, i, const mcp_idp_t *), sizeof(*copy));

        APR_ARRAY_PUSH(copies, const mcp_idp_t *) = &copy->idp;
    }
    return copies;
}

const mcp_config_kind_t mcp_config_kind_idp = {
    idp_parse, mcp_config_kind_replace, idp_show};
