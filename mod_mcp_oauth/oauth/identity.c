/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/identity.h"

#include <apr_strings.h>

/* -- in records -- */

static void write_list(mcp_writer_t *w, const char *name,
                       const apr_array_header_t *list)
{
    int i;

    if (!list)
        return;
    mcp_writer_name(w, name);
    mcp_writer_open(w, '[');
    for (i = 0; i < list->nelts; i++)
        mcp_writer_string(w, APR_ARRAY_IDX(list, i, const char *));
    mcp_writer_close(w);
}

/* NULL where json is no array; what is no text in it is left out */
static apr_array_header_t *list_read(const mcp_json_t *json, apr_pool_t *pool)
{
    apr_array_header_t *list;
    apr_size_t i;

    if (mcp_json_type(json) != MCP_JSON_ARRAY)
        return NULL;
    list =
        apr_array_make(pool, (int)mcp_json_size(json), sizeof(const char *));
    for (i = 0; i < mcp_json_size(json); i++) {
        const char *text = mcp_json_string(mcp_json_at(json, i));

        if (text)
            APR_ARRAY_PUSH(list, const char *) = text;
    }
    return list;
}

/* Claims are written as text: so they are not nested deeper here. */
#define WRITE_TEXT mcp_writer_member
#define WRITE_JSON mcp_writer_member
#define WRITE_LIST write_list
#define READ_TEXT(json, pool) mcp_json_string(json)
#define READ_JSON(json, pool) mcp_json_string(json)
#define READ_LIST(json, pool) list_read(json, pool)
#define MCP_IDENTITY_GRANTED(word, kind, variable, header, claim, help)

void mcp_oauth_identity_write(mcp_writer_t *w, const mcp_identity_t *identity)
{
    mcp_writer_open(w, '{');
#define MCP_IDENTITY(word, kind, variable, header, claim, help)               \
    WRITE_##kind(w, #word, identity->word);
#include "base/identity.def"
    mcp_writer_member(w, "session", identity->session);
    mcp_writer_close(w);
}

#define MCP_IDENTITY_GRANTED(word, kind, variable, header, claim, help)

int mcp_oauth_identity_read(mcp_identity_t *identity, const mcp_json_t *json,
                            apr_pool_t *pool)
{
#define MCP_IDENTITY(word, kind, variable, header, claim, help)               \
    identity->word = READ_##kind(mcp_json_get(json, #word), pool);
#include "base/identity.def"
    identity->session = mcp_json_string(mcp_json_get(json, "session"));
    return identity->issuer && identity->subject && identity->user;
}

const char *mcp_oauth_identity_index(const mcp_identity_t *identity,
                                     apr_pool_t *pool)
{
    return apr_pstrcat(pool, identity->issuer, "|", identity->subject, NULL);
}

/* -- as others see it -- */

#define MCP_IDENTITY_GRANTED(word, kind, variable, header, claim, help)

void mcp_oauth_identity_tell(mcp_principal_t *who,
                             const mcp_identity_t *identity)
{
#define MCP_IDENTITY(word, kind, variable, header, claim, help)               \
    who->word = identity->word;
#include "base/identity.def"
}
