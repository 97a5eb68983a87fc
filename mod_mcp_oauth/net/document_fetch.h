/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_NET_DOCUMENT_FETCH_H
#define MCP_NET_DOCUMENT_FETCH_H

#include <apr_thread_cond.h>
#include <apr_thread_mutex.h>

#include "net/crew.h"
#include "net/document.h"
#include "net/shelf.h"

/* How net/document.c gets a document that is not on its shelf, or not fresh
 * there: who may fetch it now, and who waits. */

#define MCP_DOCUMENT_HOSTS 512

/* Hosts that share one of these share what they are allowed. */
typedef struct mcp_net_document_host_t {
    apr_uint32_t at_once;
    apr_uint32_t count; /* new documents in ... */
    apr_int64_t minute;
} mcp_net_document_host_t;

struct mcp_net_documents_t {
    mcp_net_fetcher_t fetcher;
    mcp_net_crowd_t *crowd;
    const mcp_net_board_t *board; /* or NULL */
    mcp_net_crew_t *crew;
    mcp_ctx_t cx;              /* that it was made with */
    apr_thread_mutex_t *mutex; /* over all that follows */
    apr_thread_cond_t *fetched;
    mcp_net_shelf_t shelf;
    apr_uint32_t renewals; /* under way */
    mcp_net_document_host_t hosts[MCP_DOCUMENT_HOSTS];
};

/* One call. */
typedef struct mcp_net_document_ask_t {
    mcp_net_documents_t *d;
    mcp_net_request_t request;
    const char *key;
    mcp_net_document_host_t *host;
    apr_int64_t since; /* a copy from before is not wanted */
    mcp_ctx_t *cx;
} mcp_net_document_ask_t;

/* Nobody wants it any more: the child ends. */
int mcp_net_document_fetch_is_given_up(const mcp_net_document_ask_t *ask);

/* All with the mutex held, which is let go while the network is asked. place
 * is NULL as long as nothing is known of the document. */

/* UNAVAILABLE when too many wait already. Who was admitted calls one of the
 * next two. */
const mcp_error_t *
mcp_net_document_fetch_admit(const mcp_net_document_ask_t *ask,
                             const mcp_net_shelf_place_t *place,
                             apr_int64_t now);
/* Fetches it, or waits for who does; what came is in its place then. */
const mcp_error_t *
mcp_net_document_fetch_now(const mcp_net_document_ask_t *ask,
                           mcp_net_shelf_place_t *place);
/* Has it fetched by a thread that answers no request. 0 when there is none, or
 * no memory: who asks is still admitted. */
int mcp_net_document_fetch_behind(const mcp_net_document_ask_t *ask,
                                  mcp_net_shelf_place_t *place);

#endif
