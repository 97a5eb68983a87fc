/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/kind_idp.h"

#include <apr_strings.h>

#include "base/digest.h"
#include "config/kind.h"

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

/* All that is written of it; in a digest, for there are passwords in it. */
static const char *key_of(const mcp_config_kind_idp_t *made, apr_pool_t *pool)
{
    const ap_directive_t *one = made->directive->first_child;
    const char *text =
        apr_pstrcat(pool, made->idp.preset->name, " ",
                    apr_array_pstrcat(pool, made->idp.arguments, ' '), NULL);

    for (; one; one = one->next)
        text = apr_pstrcat(pool, text, "\n", one->directive, " ", one->args,
                           NULL);
    return mcp_digest_text(text, pool);
}

const char *mcp_config_kind_idp_add(void *value, mcp_config_kind_idp_t *made,
                                    const mcp_config_line_t *line)
{
    apr_array_header_t **idps = value;
    const char *wrong;

    made->idp.key = key_of(made, line->pool);
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
                          idp->label, ")", NULL);
    }
    return idps ? out : NULL;
}

const mcp_config_kind_t mcp_config_kind_idp = {
    idp_parse, mcp_config_kind_replace, idp_show};
