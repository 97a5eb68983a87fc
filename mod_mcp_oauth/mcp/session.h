/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_SESSION_H
#define MCP_MCP_SESSION_H

#include "base/digest.h"
#include "mcp/dispatch.h"

/* A session of the legacy era. Its id says all about it under a MAC, so every
 * child and every node can go on with it; it is good for one server and one
 * principal. It lives until it was not used for the server's session_lifetime:
 * shared memory knows of its uses, and whether it was ended. */

/* what the client said it can do */
#define MCP_SESSION_ROOTS 0x01u
#define MCP_SESSION_SAMPLING 0x02u
#define MCP_SESSION_SAMPLING_TOOLS 0x04u
#define MCP_SESSION_ELICITATION 0x08u
#define MCP_SESSION_ELICITATION_URL 0x10u
#define MCP_SESSION_SAMPLING_CONTEXT 0x20u

#define MCP_SESSION_NAME_SIZE 44 /* of base64url, with the NUL */

typedef struct mcp_session_t {
    const char *version; /* negotiated; static */
    unsigned capabilities;
    apr_int64_t begin;                     /* seconds since the epoch */
    apr_int64_t expires;                   /* if not used any more; likewise */
    unsigned char digest[MCP_DIGEST_SIZE]; /* of the id */
    char name[MCP_SESSION_NAME_SIZE]; /* how a log names it: digest as text */
} mcp_session_t;

/* What the ClientCapabilities of initialize come to; NULL: nothing. */
unsigned mcp_session_capabilities(const mcp_json_t *declared);
/* Whether the client has a capability, by a pointer as in mcp_call_api_t.can.
 */
int mcp_session_can(const mcp_session_t *session, const char *pointer);

/* A new one, for x->principal. */
const mcp_error_t *mcp_session_make(const char **id, const char *version,
                                    unsigned capabilities,
                                    const mcp_exchange_t *x, mcp_ctx_t *cx);
/* *found: whether id is one of ours, for this server and principal, neither
 * expired nor ended. Fills in session. UNAVAILABLE where this child has not
 * the keys to know it. */
const mcp_error_t *mcp_session_read(int *found, mcp_session_t *session,
                                    const char *id, const mcp_exchange_t *x,
                                    mcp_ctx_t *cx);
/* The session that the request names, in its header or over HTTP+SSE in its
 * query: SESSION_REQUIRED when it names none, SESSION_NOT_FOUND when
 * mcp_session_read refuses it. */
const mcp_error_t *mcp_session_get(mcp_session_t *session,
                                   const mcp_exchange_t *x, mcp_ctx_t *cx);
/* No request will find it any more, in any child. */
void mcp_session_end(const mcp_session_t *session, const mcp_exchange_t *x,
                     mcp_ctx_t *cx);

#endif
