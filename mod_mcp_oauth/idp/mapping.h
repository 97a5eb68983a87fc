/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_MAPPING_H
#define MCP_IDP_MAPPING_H

#include "base/json.h"
#include "idp/preset.h"

/* How the claims of a provider read: each word of base/identity.def has JSON
 * Pointers, those of Claim lines first and alone, else those of the preset;
 * the first hit counts. A list is an array of strings, one string with blanks
 * (scopes), or one string. What a user can edit himself is never a role, a
 * permission or an organization, and an e-mail address counts only where the
 * preset trusts it; a Claim line is taken at its word, but for the address as
 * user or subject: that names somebody. Numbers, as GitHub's
 * ids are, read as their decimals.
 *
 * What idp/claim.h bounds out is not there; a name is cut. claims has what
 * describes the user: not what a token is about (aud, exp, nonce, scope and
 * the like). */

#define MCP_IDP_MAPPING_NAME 256 /* bytes of a name */

typedef struct mcp_idp_mapped_t {
    mcp_identity_t identity;          /* subject NULL: there is none */
    const char *client;               /* whom a token was issued to, or NULL */
    const apr_array_header_t *scopes; /* of const char *; NULL: not said */
    int lacks;                        /* mcp_idp_mapping_lacks() */
} mcp_idp_mapped_t;

/* claims: one JSON object, or several, the earlier one counts (id_token, then
 * access token, then userinfo); the subject is that of the first. What is not
 * an object says nothing. */
void mcp_idp_mapping_read(mcp_idp_mapped_t *mapped, const mcp_idp_t *idp,
                          const mcp_json_t *const *claims, int count,
                          mcp_ctx_t *cx);
/* Whether userinfo might say more: the e-mail address, the name, or a word
 * of a Claim line is missing. */
int mcp_idp_mapping_lacks(const mcp_idp_mapped_t *mapped);

#endif
