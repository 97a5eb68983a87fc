/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_TOKEN_ANSWER_H
#define MCP_IDP_TOKEN_ANSWER_H

#include "base/error.h"

/* What a token endpoint answers (RFC 6749 5.1, 5.2): JSON, or a form as GitHub
 * writes it; an error with any status. Everything here is the provider's word;
 * tokens are secret. */

#define MCP_IDP_TOKEN_ANSWER_MAX 65536 /* bytes of the body */
#define MCP_IDP_ACCESS_TOKEN_MAX 16384
#define MCP_IDP_REFRESH_TOKEN_MAX 8192
#define MCP_IDP_ID_TOKEN_MAX 16384

typedef struct mcp_idp_token_answer_t {
    const char *error;             /* NULL: it is none */
    const char *error_description; /* or NULL */
    const char *access_token;  /* visible ASCII; NULL where there is error */
    const char *refresh_token; /* printable ASCII, or NULL */
    const char *id_token;      /* visible ASCII, or NULL */
    const char *scope;         /* well-formed, or NULL */
    apr_int64_t expires_in;    /* seconds; 0: not said */
} mcp_idp_token_answer_t;

/* type: the media type, in lower case, or NULL. INVALID_REQUEST, PARSE_ERROR:
 * it is neither tokens nor an error; the detail says why, and nothing of a
 * token. */
const mcp_error_t *mcp_idp_token_answer_read(mcp_idp_token_answer_t *answer,
                                             const char *text, apr_size_t len,
                                             const char *type, mcp_ctx_t *cx);

#endif
