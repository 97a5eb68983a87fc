/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_CLIENT_H
#define MCP_OAUTH_CLIENT_H

#include "base/json.h"
#include "oauth/service.h"

/* A client (RFC 7591). Registrations are stateless (D4): the client_id is the
 * registration itself under a MAC, so an id that we did not issue is never a
 * client, and a restart forgets none. An id that is an https URL is that of a
 * metadata document (oauth/cimd.h). */

#define MCP_CLIENT_ID_MAX 1024  /* of what we issue */
#define MCP_CLIENT_BRIEF_MAX 64 /* of what people are shown */

typedef enum {
    MCP_CLIENT_NONE, /* a public client */
    MCP_CLIENT_BASIC,
    MCP_CLIENT_POST,
    MCP_CLIENT_KEY /* private_key_jwt */
} mcp_oauth_client_method_t;

typedef struct mcp_oauth_client_t {
    const char *id;
    const char *host;   /* that publishes its metadata, and so is known to be
                         * its own; NULL: it registered itself */
    apr_int64_t issued; /* seconds, to the hour; 0 where it has a host */
    mcp_oauth_client_method_t method;
    int may_refresh; /* grant_types has refresh_token */
    int has_dpop;    /* its tokens are always bound to a key (RFC 9449 5.2) */
    const apr_array_header_t *redirect_uris; /* of const char * */
    const char *name;  /* as it calls itself, unverified; or NULL */
    const char *scope; /* or NULL */
    /* of MCP_CLIENT_KEY, see oauth/client_keys.h: */
    const mcp_json_t *jwks; /* or */
    const char *jwks_uri;
    const char *alg; /* that it signs with, or NULL: any that fits */
    const mcp_client_setting_t *setting; /* <MCPRegisteredClient>, or NULL */
} mcp_oauth_client_t;

/* Gives a client its id and issue time. The same public client gets the same
 * id within an hour. INVALID_METADATA when the id would be too long. */
const mcp_error_t *mcp_oauth_client_make(mcp_oauth_client_t *client,
                                         const mcp_oauth_service_t *service,
                                         mcp_ctx_t *cx);
/* *client is NULL when this service did not issue id, or too long ago, when it
 * is denied, or when id is NULL. INVALID_METADATA for a metadata document that
 * cannot be used; UNAVAILABLE while one cannot be had: then the client is not
 * unknown. */
const mcp_error_t *mcp_oauth_client_find(const mcp_oauth_client_t **client,
                                         const mcp_oauth_service_t *service,
                                         const char *id, mcp_ctx_t *cx);
/* What the registration in an id of ours has as the client's name, or NULL;
 * also where the client is denied, or its registration too old. For people who
 * look at records: nobody has checked the id. */
const char *mcp_oauth_client_name(const char *id, mcp_ctx_t *cx);
/* The secret of a client that has one; else NULL. */
const char *mcp_oauth_client_secret(const mcp_oauth_client_t *client,
                                    const mcp_oauth_service_t *service,
                                    apr_pool_t *pool);
/* Whether it may use a grant type: one of MCP_GRANTS_. */
int mcp_oauth_client_may(const mcp_oauth_client_t *client, int grant);
/* From now on nobody knows it, and access tokens that it has are good for
 * nothing, in all children. id may be of any kind. */
const mcp_error_t *mcp_oauth_client_deny(const char *id,
                                         const mcp_oauth_works_t *works,
                                         mcp_ctx_t *cx);
const mcp_error_t *mcp_oauth_client_is_denied(int *denied, const char *id,
                                              const mcp_oauth_works_t *works,
                                              mcp_ctx_t *cx);
/* Takes that back, for what the client asks from now on; *was: it was. */
const mcp_error_t *mcp_oauth_client_allow(int *was, const char *id,
                                          const mcp_oauth_works_t *works,
                                          mcp_ctx_t *cx);
/* An id for people, logs and the command line: as it is where it has at most
 * 64 bytes; of a longer one the first 20, "~" and its SHA-256 in base64url,
 * which are 64 again. The brief form of a brief form is itself. NULL stays
 * NULL. */
const char *mcp_oauth_client_brief(const char *id, apr_pool_t *pool);
/* token_endpoint_auth_method: the word, and its reading (-1: not known) */
const char *mcp_oauth_client_method_word(mcp_oauth_client_method_t method);
int mcp_oauth_client_method_read(const char *word);

#endif
