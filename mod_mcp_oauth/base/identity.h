/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_IDENTITY_H
#define MCP_BASE_IDENTITY_H

#include "mod_mcp_oauth.h"

/* The identity words (base/identity.def) as data, and what a principal says
 * under them. */

typedef enum {
    MCP_IDENTITY_TEXT,
    MCP_IDENTITY_LIST,
    MCP_IDENTITY_SCOPES,
    MCP_IDENTITY_JSON
} mcp_identity_kind_t;

typedef struct mcp_identity_word_t {
    const char *name;
    mcp_identity_kind_t kind;
    const char *variable; /* as the table has them */
    const char *header;
    const char *claim;
    apr_size_t offset; /* of the member of mcp_principal_t */
} mcp_identity_word_t;

/* In the order of the table; one without a name ends it. */
extern const mcp_identity_word_t mcp_identity_words[];

/* NULL where there is none of this name. */
const mcp_identity_word_t *mcp_identity_find(const char *name);
/* "subject user client ..." */
const char *mcp_identity_names(apr_pool_t *pool);

/* What follows is NULL where nobody said anything under that word; a list that
 * is known to be empty is "". */

/* For people and programs that read it as it is: environment, log, expression.
 * Scopes are joined by blanks, other lists by commas; a comma or a percent
 * sign inside one of them is percent-encoded. */
const char *mcp_identity_text(const mcp_identity_word_t *word,
                              const mcp_principal_t *who, apr_pool_t *pool);
/* For a request header: percent-encoded but for RFC 3986's unreserved
 * characters, lists joined by commas, JSON in base64url. */
const char *mcp_identity_header(const mcp_identity_word_t *word,
                                const mcp_principal_t *who, apr_pool_t *pool);
/* A JSON value: a list is an array, scopes are one string (RFC 8693 4.2). */
const char *mcp_identity_json(const mcp_identity_word_t *word,
                              const mcp_principal_t *who, apr_pool_t *pool);

#endif
