/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/identity.h"

#include <apr_strings.h>

void mcp_oauth_identity_write(mcp_writer_t *w, const mcp_identity_t *identity)
{
    mcp_writer_open(w, '{');
    mcp_writer_member(w, "issuer", identity->issuer);
    mcp_writer_member(w, "subject", identity->subject);
    mcp_writer_member(w, "user", identity->user);
    mcp_writer_close(w);
}

int mcp_oauth_identity_read(mcp_identity_t *identity, const mcp_json_t *json)
{
    identity->issuer = mcp_json_string(mcp_json_get(json, "issuer"));
    identity->subject = mcp_json_string(mcp_json_get(json, "subject"));
    identity->user = mcp_json_string(mcp_json_get(json, "user"));
    return identity->issuer && identity->subject && identity->user;
}

const char *mcp_oauth_identity_index(const mcp_identity_t *identity,
                                     apr_pool_t *pool)
{
    return apr_pstrcat(pool, identity->issuer, "|", identity->subject, NULL);
}
