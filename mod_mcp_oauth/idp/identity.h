/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_IDENTITY_H
#define MCP_IDP_IDENTITY_H

#include <apr_tables.h>

/* Who signed in, as the identity provider says. Strings and arrays are
 * pool-owned; those after user may be NULL: it did not say. */
typedef struct mcp_identity_t {
    const char *issuer;  /* who vouches for subject */
    const char *subject; /* the user there: stable, opaque, never reused */
    const char *user;    /* REMOTE_USER */
    const char *email;   /* only one that may be trusted: idp/mapping.h */
    const char *name;    /* for people to read */
    const char *picture; /* a URL */
    const char *organization;
    const apr_array_header_t *roles;       /* of const char * */
    const apr_array_header_t *permissions; /* of const char * */
    const char *claims; /* all that the provider said, a JSON object of at most
                         * MCP_IDENTITY_CLAIMS_MAX bytes */
    const char *session; /* the provider's (sid), for when it ends it */
} mcp_identity_t;

#define MCP_IDENTITY_CLAIMS_MAX 4096 /* bytes; larger ones are left out */

#endif
