/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_REQUEST_H
#define MCP_OAUTH_REQUEST_H

#include "base/writer.h"
#include "oauth/client.h"
#include "oauth/exchange.h"

/* An authorization request (RFC 6749 4.1.1) that was found good. */
typedef struct mcp_oauth_request_t {
    const char *client_id;
    const char *client_name; /* as it calls itself; or NULL */
    const char *client_host; /* that vouches for the client; or NULL */
    const char *client_mark; /* when it came: oauth/ended.h */
    int is_registered;       /* the administrator vouches for it */
    int skips_consent;       /* whom the administrator does not have asked */
    const char *redirect_uri;
    const char *state;          /* or NULL */
    const char *code_challenge; /* S256 */
    const char *dpop_jkt;       /* the key that the code is bound to (RFC 9449
                                 * 10); NULL: none */
    const char *resource;       /* our string of it */
    const char *scope;          /* what is granted if the user approves */
    int may_refresh;            /* a refresh token goes with it */
    int asks_consent;           /* even where it is remembered */
    /* not in records, for what has begun by then has met them: */
    int asks_sign_in;    /* even where somebody is signed in */
    int is_silent;       /* no page may be shown */
    apr_int64_t max_age; /* seconds since the sign-in; -1: any */
} mcp_oauth_request_t;

/* Why a request is refused, in the words of RFC 6749 4.1.2.1. */
typedef struct mcp_oauth_refusal_t {
    const char *error;
    const char *description;
} mcp_oauth_refusal_t;

typedef struct mcp_oauth_request_ask_t {
    const mcp_oauth_service_t *service;
    const mcp_oauth_client_t *client;
    const apr_table_t *form;  /* the parameters */
    const mcp_error_t *fault; /* of them as a whole, or NULL */
} mcp_oauth_request_ask_t;

/* Fills in what follows the redirect URI. NULL: it is good. */
const mcp_oauth_refusal_t *
mcp_oauth_request_check(mcp_oauth_request_t *request,
                        const mcp_oauth_request_ask_t *ask, mcp_ctx_t *cx);
/* Sends the refusal to the client (RFC 6749 4.1.2.1, RFC 9207). */
void mcp_oauth_request_refuse(mcp_oauth_exchange_t *x,
                              const mcp_oauth_request_t *request,
                              const mcp_oauth_refusal_t *refusal,
                              mcp_ctx_t *cx);

/* Whether it is certain who gets the answer (RFC 8252 8.6): a client that
 * somebody vouches for, at an https redirect URI. */
int mcp_oauth_request_is_certain(const mcp_oauth_request_t *request,
                                 mcp_ctx_t *cx);

/* As records keep it: an object; NULL when json is not one. */
void mcp_oauth_request_write(mcp_writer_t *w,
                             const mcp_oauth_request_t *request);
const mcp_oauth_request_t *mcp_oauth_request_read(const mcp_json_t *json,
                                                  apr_pool_t *pool);

#endif
