/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_JUDGE_H
#define MCP_OAUTH_JUDGE_H

#include "base/digest.h"
#include "mod_mcp_oauth.h"
#include "oauth/possession.h"

/* An access token on its way to a principal: oauth/verify.c has somebody judge
 * it, and remembers what was found. Who issued it decides who judges. */

#define MCP_JUDGE_SKEW 60 /* seconds that another clock may be ahead */

typedef struct mcp_oauth_judging_t {
    const char *text; /* NUL-terminated; len is strlen */
    apr_size_t len;
    mcp_oauth_last_t *last;                /* or NULL */
    unsigned char digest[MCP_DIGEST_SIZE]; /* of text */
    unsigned char place[MCP_DIGEST_SIZE];  /* of digest and resource: what is
                                            * remembered of it there */
    const mcp_oauth_resource_t *resource;
    const char *address;   /* whose request it came with; or NULL */
    apr_uint64_t keys;     /* our keyring's serial */
    apr_uint64_t sequence; /* of revocations, read before anything is asked */
    apr_int64_t now;       /* seconds */
} mcp_oauth_judging_t;

typedef struct mcp_oauth_finding_t {
    mcp_principal_t *who;
    mcp_oauth_possession_t possession;
    apr_int64_t until; /* seconds: it is not remembered for longer */
    int was_asked;     /* somebody else was: a refusal is remembered too */
} mcp_oauth_finding_t;

typedef struct mcp_oauth_judge_t {
    const mcp_error_t *(*judge)(mcp_oauth_finding_t *finding,
                                const mcp_oauth_judging_t *judging,
                                mcp_ctx_t *cx);
    /* What can end sooner than the token: asked after each revocation, and
     * every minute. NULL: nothing can that we would hear of. */
    const mcp_error_t *(*confirm)(mcp_oauth_finding_t *finding,
                                  const mcp_oauth_judging_t *judging,
                                  mcp_ctx_t *cx);
    /* Seconds ahead that until can be for a resource: what is remembered for
     * longer was when the clock was ahead. */
    apr_int64_t (*most)(const mcp_oauth_resource_t *resource);
    /* Whether somebody else may have to be asked, whose answer is remembered:
     * then one asks at a time. NULL: nobody is asked. */
    int (*asks)(const mcp_oauth_resource_t *resource);
    /* Seconds that a refusal is remembered where somebody else was asked. */
    int refusals;
} mcp_oauth_judge_t;

/* The detail begins with "access token: ". */
const mcp_error_t *mcp_oauth_judge_bad(mcp_ctx_t *cx, const char *why);

/* of tokens that we made (oauth/judge_own.c) */
extern const mcp_oauth_judge_t mcp_oauth_judge_own;
/* of those of identity providers (oauth/judge_issued.c) */
extern const mcp_oauth_judge_t mcp_oauth_judge_issued;
extern const mcp_oauth_judge_t mcp_oauth_judge_issued_relayed;

/* Whether who->grant has ended, or is another's, or its client was denied:
 * INVALID_TOKEN. The grant also has what is known of the user now, which may
 * be more, or something else, than when the token was made. */
const mcp_error_t *mcp_oauth_judge_confirm_grant(
    mcp_principal_t *who, const mcp_oauth_judging_t *judging, mcp_ctx_t *cx);
/* Who judges those for this resource. */
const mcp_oauth_judge_t *
mcp_oauth_judge_of(const mcp_oauth_resource_t *resource);

#endif
