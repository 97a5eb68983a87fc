/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_NET_DOCUMENT_H
#define MCP_NET_DOCUMENT_H

#include "net/board.h"
#include "net/crowd.h"
#include "net/fetch.h"

/* Documents by URL, kept in a child for as long as their Cache-Control
 * allows, between a minute and a day. What cannot be fetched is not asked for
 * again for a while; until then, and for a day, the copy of before serves.
 * One thread fetches a document, the others get the copy of before or wait.
 *
 * For what the administrator named (is_trusted) nobody waits who need not: the
 * copy of before serves at once, within an hour or while no newer one is to be
 * had, and a thread that answers no request renews it. What strangers publish
 * is asked for first: what they changed or took away counts from then on.
 *
 * What the administrator named is fetched by one child for all that share a
 * board; the others wait as threads of one child do, no longer than it could
 * take. All know what failed, and a child that is new knows it all. One that
 * has a fresh copy does not look whether another has a newer one, until that
 * is asked for. */
typedef struct mcp_net_documents_t mcp_net_documents_t;

#define MCP_DOCUMENT_PAUSE 60       /* seconds after a failure; of what the */
#define MCP_DOCUMENT_PAUSE_SHORT 10 /* administrator named */
/* seconds before that is asked for what it lacks */
#define MCP_DOCUMENT_AGAIN 5
#define MCP_DOCUMENT_LEAST 60       /* seconds that a document is fresh, at */
#define MCP_DOCUMENT_USUAL 3600     /* least, where nothing is said, and at */
#define MCP_DOCUMENT_MOST 86400     /* most */
#define MCP_DOCUMENT_STALE 86400    /* seconds that a stale one can serve */
#define MCP_DOCUMENT_BEHIND 3600    /* of that, at once while it is renewed */
#define MCP_DOCUMENT_RENEWALS 4     /* threads that do that */
#define MCP_DOCUMENT_HOST_AT_ONCE 4 /* fetches from one host */
#define MCP_DOCUMENT_HOST_RATE 30   /* new ones of a stranger's, a minute */

typedef struct mcp_net_document_limits_t {
    apr_uint32_t fetches;   /* threads that fetch or wait, at once */
    apr_uint32_t documents; /* kept */
    apr_size_t bytes;       /* that they have together */
    mcp_net_crowd_t *crowd; /* where more than documents is waited for: counts
                             * instead of fetches, lives as long; or NULL */
    const mcp_net_board_t *board; /* of all children; copied; or NULL */
} mcp_net_document_limits_t;

typedef struct mcp_net_document_t {
    mcp_net_outcome_t outcome;
    const char *body; /* in the caller's pool */
    apr_size_t len;
    const char *content_type; /* or NULL */
    apr_int64_t fetched;      /* when */
    int retry_after;          /* seconds until it is fetched again */
    int is_stale; /* the copy of before, which could not be renewed yet */
    /* of a failure, in the caller's pool: "it answered 404"; the status of an
     * answer, or 0 */
    const char *why;
    int status;
} mcp_net_document_t;

/* In a child, after the fork; shared by all its threads; freed with cx->pool.
 * Renewals use the host and the baton of cx. */
const mcp_error_t *
mcp_net_document_make(mcp_net_documents_t **documents,
                      const mcp_net_document_limits_t *limits,
                      const mcp_net_fetcher_t *fetcher, mcp_ctx_t *cx);
/* UNAVAILABLE when too many are being fetched: nothing is known then. The
 * request has neither form nor authorization: what is kept is everybody's. Its
 * setting lives as long as the documents. */
const mcp_error_t *mcp_net_document_get(mcp_net_document_t *document,
                                        mcp_net_documents_t *documents,
                                        const mcp_net_request_t *request,
                                        mcp_ctx_t *cx);
/* The copy lacks something that it should have by now: it is fetched anew,
 * unless it is younger than a minute; of what the administrator named, some
 * seconds. */
const mcp_error_t *mcp_net_document_renew(mcp_net_document_t *document,
                                          mcp_net_documents_t *documents,
                                          const mcp_net_request_t *request,
                                          mcp_ctx_t *cx);
/* What was got is of no use: its headers keep it no longer than a failure. */
void mcp_net_document_blame(mcp_net_documents_t *documents,
                            const mcp_net_request_t *request, mcp_ctx_t *cx);

#endif
