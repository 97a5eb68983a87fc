/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_JWT_H
#define MCP_IDP_JWT_H

#include "idp/metadata.h"
#include "jose/jws.h"

/* A JWT that a provider made, whatever it is for (RFC 7519, RFC 8725). */

#define MCP_IDP_JWT_SKEW 60        /* seconds between its clock and ours */
#define MCP_IDP_JWT_KEYS_MAX 65536 /* bytes of the JWK Set */

/* What it has to be. */
typedef struct mcp_idp_jwt_use_t {
    const char *name;         /* in errors: "id_token" */
    const char *const *types; /* its typ is one of these, with application/ or
                               * without, or there is none; NULL ends */
    int needs_exp, needs_iat;
    int has_texts; /* its times may be texts: of what is no JWT */
} mcp_idp_jwt_use_t;

/* Decrypts it where that is needed; its typ fits, its alg is on the closed
 * list, a key of the provider signed it, it says that it is by the provider,
 * and it is of now. INVALID_TOKEN: it is not so; the detail begins with the
 * use's name and says which check failed, the remedy, where it is not NULL,
 * what the administrator can do. SERVER_ERROR: the administrator's keys or the
 * provider's cannot be used. UNAVAILABLE: its keys cannot be had. */
const mcp_error_t *mcp_idp_jwt_read(const mcp_jose_jws_t **jws,
                                    const char *text,
                                    const mcp_idp_jwt_use_t *use,
                                    const mcp_idp_metadata_t *metadata,
                                    mcp_ctx_t *cx);
/* exp, iat and nbf of what a provider says: it is of now, where it says when.
 * INVALID_TOKEN. */
const mcp_error_t *mcp_idp_jwt_check_times(const mcp_json_t *claims,
                                           const mcp_idp_jwt_use_t *use,
                                           mcp_ctx_t *cx);
/* exp in seconds; 0: it does not say. */
apr_int64_t mcp_idp_jwt_expires(const mcp_json_t *claims);
/* Whether it has the three parts of a signed JWT; five are of an encrypted
 * one. */
int mcp_idp_jwt_is_like(const char *text);
/* Its claims, with nothing verified: of one that was read before. NULL: it is
 * none. */
const mcp_json_t *mcp_idp_jwt_peek(const char *text, const mcp_idp_t *idp,
                                   mcp_ctx_t *cx);
/* Whether its aud, a string or a list of strings, has this one. */
int mcp_idp_jwt_is_for(const mcp_json_t *claims, const char *audience);
/* The same of our client_id, where we have one. */
int mcp_idp_jwt_is_for_us(const mcp_json_t *claims, const mcp_idp_t *idp);
/* INVALID_TOKEN, with a remedy or NULL. */
const mcp_error_t *mcp_idp_jwt_refuse(const mcp_idp_jwt_use_t *use,
                                      const char *remedy, mcp_ctx_t *cx,
                                      const char *why, ...)
    __attribute__((format(printf, 4, 5)));
/* INVALID_TOKEN as a SERVER_ERROR, where we are the provider's client; all
 * else as it is. */
const mcp_error_t *mcp_idp_jwt_fault(const mcp_error_t *e,
                                     const mcp_idp_t *idp, mcp_ctx_t *cx);

#endif
