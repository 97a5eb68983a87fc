/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_SERVICE_H
#define MCP_OAUTH_SERVICE_H

#include "base/memo.h"
#include "base/settings.h"
#include "idp/preset.h"
#include "jose/keyring.h"
#include "live/flight.h"
#include "live/seen.h"
#include "live/shared.h"
#include "net/document.h"
#include "net/exchange.h"
#include "store/sequence.h"
#include "store/store.h"

/* An authorization server: one issuer, the locations that it protects, and
 * what it works with. Made by server/ from the configuration; immutable while
 * requests run, shared by all threads of a child. */

typedef struct mcp_oauth_service_t mcp_oauth_service_t;

/* What a child works with. Filled in after the fork. */
typedef struct mcp_oauth_works_t {
    mcp_jose_keyring_t *keys;
    mcp_store_t *store;
    mcp_store_sequence_t *revocations;
    mcp_live_shared_t *shared;
    mcp_live_seen_t *verified; /* access tokens found good: SHA-256 of the
                                * token -> packed principal */
    mcp_live_seen_t *refused;  /* those found bad, where it took a
                                * question to somebody else */
    mcp_live_flight_t *asking; /* about tokens, at this moment; as refused */
    mcp_net_documents_t *documents; /* what clients and identity providers
                                     * publish */
    mcp_memo_t *memo;               /* what was read of those of providers */
    mcp_net_exchanges_t *exchanges; /* with identity providers */
} mcp_oauth_works_t;

/* A protected location (a protected resource, RFC 9728). */
typedef struct mcp_oauth_resource_t {
    const char *url;  /* THE resource string: metadata, aud, every check */
    const char *path; /* of url; the path form of the well-known follows it */
    const char *metadata_url;
    const mcp_settings_t *settings;
    const apr_array_header_t *scopes;   /* of const char *: those that its
                                         * Require lines and MCPScope name */
    const apr_array_header_t *required; /* its Require lines alone */
    const mcp_oauth_service_t *service; /* of its virtual host: who issues its
                                         * tokens, if it is we who do */
} mcp_oauth_resource_t;

struct mcp_oauth_service_t {
    const char *issuer;
    const char *origin; /* of the issuer */
    const char *path;   /* of the endpoints, "" or "/oauth"; no last slash */
    const apr_array_header_t *aliases;   /* further paths, of const char * */
    const apr_array_header_t *resources; /* of const mcp_oauth_resource_t * */
    const mcp_oauth_resource_t *root;    /* root form of RFC 9728, or NULL */
    const mcp_server_settings_t *settings;
    const mcp_oauth_works_t *works;
};

/* The resource whose string this is; https://h and https://h/ are the same on
 * input, and a query does not count. NULL when there is none. */
const mcp_oauth_resource_t *
mcp_oauth_service_resource(const mcp_oauth_service_t *service,
                           const char *url);
/* MCPAuthMode. Whether this authorization server grants access to a location:
 * with tokens of its own (issues), or with those of an identity provider that
 * it hands on (relays). Else clients have tokens of a provider from there. */
int mcp_oauth_service_issues(const mcp_oauth_resource_t *resource);
int mcp_oauth_service_relays(const mcp_oauth_resource_t *resource);
int mcp_oauth_service_grants(const mcp_oauth_resource_t *resource);
/* Whether clients can register here (MCPRegistration): all, or some. */
int mcp_oauth_service_registers(const mcp_oauth_service_t *service);
/* After something was revoked and that is stored: all children, of all nodes,
 * judge anew what they remember. */
const mcp_error_t *mcp_oauth_service_announce(const mcp_oauth_works_t *works,
                                              mcp_ctx_t *cx);
/* UNAVAILABLE: there is no key to make anything with. */
const mcp_error_t *mcp_oauth_service_keyless(mcp_ctx_t *cx);
/* The absolute URL of an endpoint: "token" */
const char *mcp_oauth_service_url(const mcp_oauth_service_t *service,
                                  const char *endpoint, apr_pool_t *pool);

#endif
