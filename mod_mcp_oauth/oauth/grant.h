/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_GRANT_H
#define MCP_OAUTH_GRANT_H

#include "oauth/identity.h"
#include "oauth/service.h"

/* What a user granted a client: lives as long as tokens of it may be used,
 * and holds where its family of refresh tokens stands (D8). */
typedef struct mcp_oauth_grant_t {
    const char *id;
    const char *client_id;
    mcp_identity_t identity;
    const char *resource;
    const char *scope;
    apr_int64_t created;
    apr_int64_t turned;     /* when the refresh token last changed */
    apr_int64_t generation; /* of the refresh token; 0: there is none */
    const char *jkt;        /* the key that the refresh token is bound to
                             * (oauth/binding.h); NULL: none */
    const char *upstream;   /* what the identity provider gave us for the user
                             * (oauth/upstream.h); NULL: nothing. The next
                             * three are of oauth/renewal.h */
    apr_int64_t confirmed;  /* when it last said that the user is welcome */
    apr_int64_t lease;      /* somebody is asking it until then; 0: nobody */
    apr_int64_t pause;      /* it does not answer: not asked until then */
    apr_int64_t expires;    /* of the record */
    apr_int64_t version;    /* the store's */
} mcp_oauth_grant_t;

const mcp_error_t *mcp_oauth_grant_make_id(const char **id, mcp_ctx_t *cx);
const mcp_error_t *mcp_oauth_grant_put(const mcp_oauth_grant_t *grant,
                                       const mcp_oauth_works_t *works,
                                       mcp_ctx_t *cx);
/* The same, unless it is there already: then that stays as it is. */
const mcp_error_t *mcp_oauth_grant_add(const mcp_oauth_grant_t *grant,
                                       const mcp_oauth_works_t *works,
                                       mcp_ctx_t *cx);
/* *grant is NULL when record is not one. */
const mcp_error_t *mcp_oauth_grant_read(mcp_oauth_grant_t **grant,
                                        const mcp_record_t *record,
                                        mcp_ctx_t *cx);
/* NULL when there is none (any more), or it was revoked. */
const mcp_error_t *mcp_oauth_grant_get(mcp_oauth_grant_t **grant,
                                       const char *id,
                                       const mcp_oauth_works_t *works,
                                       mcp_ctx_t *cx);
/* Stores it if nobody changed it since it was got; *done says so. */
const mcp_error_t *mcp_oauth_grant_replace(int *done,
                                           const mcp_oauth_grant_t *grant,
                                           const mcp_oauth_works_t *works,
                                           mcp_ctx_t *cx);
/* Everything of it ends at once, in all children; also where it is only about
 * to be stored. */
const mcp_error_t *mcp_oauth_grant_revoke(const mcp_oauth_grant_t *grant,
                                          const mcp_oauth_works_t *works,
                                          mcp_ctx_t *cx);
/* When it ends however often it is refreshed. */
apr_int64_t mcp_oauth_grant_end(const mcp_oauth_grant_t *grant,
                                const mcp_oauth_resource_t *resource);
/* Whether it was not used for the life of a refresh token. */
int mcp_oauth_grant_is_idle(const mcp_oauth_grant_t *grant,
                            const mcp_oauth_resource_t *resource,
                            apr_int64_t now);
/* Sets when the record goes: some time after it is idle, and no access token
 * of it is left. */
void mcp_oauth_grant_extend(mcp_oauth_grant_t *grant,
                            const mcp_oauth_resource_t *resource,
                            apr_int64_t now);

#endif
