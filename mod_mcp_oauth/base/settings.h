/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_SETTINGS_H
#define MCP_BASE_SETTINGS_H

#include <apr_tables.h>

#include "base/json.h"

/* What the administrator set, as the layers below config/ see it: the structs
 * are made from the table of directives. Immutable once httpd runs. Defaults
 * are filled in. Times are seconds; MCP_UNLIMITED is no limit. */

#define MCP_UNLIMITED ((apr_int64_t)0x7fffffffffff)

/* MCPAuthMode: the place of the word among the alternatives of its row, from
 * 1 on; 0 is not set */
typedef enum {
    MCP_MODE_BROKER = 1,
    MCP_MODE_RESOURCE_SERVER,
    MCP_MODE_RELAY
} mcp_auth_mode_t;

/* on|off */
#define MCP_ON 1

/* MCPTransport: the same */
typedef enum {
    MCP_TRANSPORT_STREAMABLE = 1,
    MCP_TRANSPORT_SSE
} mcp_transport_t;

/* MCPDPoP: the same */
typedef enum {
    MCP_DPOP_NONE = 1,
    MCP_DPOP_OPTIONAL,
    MCP_DPOP_REQUIRE
} mcp_dpop_t;

/* MCPScope */
typedef struct mcp_scope_setting_t {
    const char *name;
    const char *text; /* for the consent page */
    int is_default;
    const apr_array_header_t *includes; /* of const char *, may be NULL */
    const char *condition;              /* expr=, as written; or NULL */
    const void *expr;                   /* the same, parsed: server's */
} mcp_scope_setting_t;

/* MCPLifetime: in seconds */
typedef struct mcp_lifetime_t {
#define MCP_LIFETIME(key, member, fallback, limits, help) apr_int64_t member;
#include "config/directives.def"
} mcp_lifetime_t;

typedef struct mcp_rate_setting_t {
    apr_uint32_t count;
    apr_uint32_t window; /* seconds */
} mcp_rate_setting_t;

#define MCP_LIMIT_count apr_uint32_t
#define MCP_LIMIT_rate mcp_rate_setting_t
#define MCP_LIMIT_size apr_uint32_t /* bytes */
typedef struct mcp_limit_t {
#define MCP_LIMIT(key, kind, member, fallback, limits, help)                  \
    MCP_LIMIT_##kind member;
#include "config/directives.def"
} mcp_limit_t;

/* MCPFetch: times in seconds; a text is NULL or "" where there is none */
#define MCP_FETCH_time apr_int64_t
#define MCP_FETCH_proxy const char *
#define MCP_FETCH_file const char *
typedef struct mcp_fetch_setting_t {
#define MCP_FETCH(key, kind, member, fallback, limits, help)                  \
    MCP_FETCH_##kind member;
#include "config/directives.def"
} mcp_fetch_setting_t;

/* A SECRET, read at start */
typedef struct mcp_secret_setting_t {
    const char *text;
    const char *source; /* "file:mcp/web.secret", "a literal": can be shown */
} mcp_secret_setting_t;

/* MCPSealingKey */
typedef struct mcp_sealing_setting_t {
    const mcp_secret_setting_t *key;
    const mcp_secret_setting_t *previous; /* or NULL */
} mcp_sealing_setting_t;

/* MCPRegistration */
typedef enum {
    MCP_REGISTRATION_OPEN = 1,
    MCP_REGISTRATION_CLOSED,
    MCP_REGISTRATION_TOKEN
} mcp_registration_mode_t;

typedef struct mcp_registration_setting_t {
    mcp_registration_mode_t mode;
    const mcp_secret_setting_t *token; /* of MCP_REGISTRATION_TOKEN */
} mcp_registration_setting_t;

typedef struct mcp_jwks_setting_t {
    const mcp_json_t *jwks; /* a JWK Set of public keys that can be used */
    const char *path;
} mcp_jwks_setting_t;

/* Grants: bits, in the order of the alternatives of its row */
#define MCP_GRANTS_CODE 1
#define MCP_GRANTS_REFRESH 2
#define MCP_GRANTS_CLIENT 4
#define MCP_GRANTS_NONE 8

/* Consent, Introspection: their places among the alternatives */
#define MCP_CONSENT_OFF 2
#define MCP_INTROSPECTION_ON 1

/* <MCPRegisteredClient> */
typedef struct mcp_client_setting_t {
    const char *id;
    const mcp_secret_setting_t *secret; /* at most one of these two; without */
    const mcp_jwks_setting_t *keys;     /* either it is a public client */
    apr_array_header_t *redirect_uris;  /* of const char *, or NULL */
    const char *label;                  /* or NULL */
    apr_array_header_t *scopes;         /* the most it gets; NULL: any */
    int grants;
    int consent;
    int introspection;
    const char *where; /* "<MCPRegisteredClient web>, line 12 of FILE" */
} mcp_client_setting_t;

/* Client, of <MCPIdentityProvider>: how it proves who it is, in the order of
 * the alternatives of its kind; 0: by what the preset or the provider says */
typedef enum {
    MCP_IDP_BASIC = 1,
    MCP_IDP_POST,
    MCP_IDP_PRIVATE_KEY_JWT
} mcp_idp_method_t;

typedef struct mcp_idp_client_setting_t {
    const char *id;
    const mcp_secret_setting_t *secret; /* NULL: a public client. Of
                                         * private-key-jwt the private key */
    int method;                         /* mcp_idp_method_t */
} mcp_idp_client_setting_t;

/* Parameter */
typedef struct mcp_idp_parameter_setting_t {
    const char *name;
    const char *value; /* NULL: omit */
} mcp_idp_parameter_setting_t;

/* Claim */
struct mcp_claim_mapping_t;

typedef struct mcp_idp_claim_setting_t {
    const char *word;
    const apr_array_header_t *pointers; /* of const char *: JSON Pointers, or
                                         * MODULE:NAME */
    const apr_array_header_t *mappings; /* for each pointer, of const struct
                                         * mcp_claim_mapping_t *: what
                                         * MODULE:NAME is; NULL of others, and
                                         * the array before post_config */
} mcp_idp_claim_setting_t;

/* Verify */
typedef struct mcp_idp_verify_setting_t {
    int how;          /* mcp_idp_verify_t */
    const char *name; /* MODULE:NAME, or NULL */
} mcp_idp_verify_setting_t;

/* Endpoint */
typedef struct mcp_idp_endpoint_setting_t {
    int kind; /* mcp_idp_endpoint_t */
    const char *url;
} mcp_idp_endpoint_setting_t;

/* MCPStore */
typedef struct mcp_store_setting_t {
    const char *name; /* "sqlite" or "redis" */
    int sync_full;    /* of sqlite; what follows is of redis */
    const char *url;  /* as written */
    const char *host; /* NULL where there is a path */
    int port;
    const char *path; /* of a local socket */
    int db;
    int tls;
    const char *user;                     /* or NULL */
    const mcp_secret_setting_t *password; /* or NULL */
    apr_int64_t timeout;                  /* milliseconds */
} mcp_store_setting_t;

/* The C type of each kind of value. */
/* clang-format off */
#define MCP_KIND_word_choice  int
#define MCP_KIND_word_choices int                  /* bits */
#define MCP_KIND_word_globs   apr_array_header_t * /* of const char * */
#define MCP_KIND_word_schemes apr_array_header_t * /* of const char *, lower */
#define MCP_KIND_host_globs   apr_array_header_t * /* of const char *, lower */
#define MCP_KIND_identity     apr_array_header_t * /* of const char * */
#define MCP_KIND_text         const char *
#define MCP_KIND_textfile     const char *
#define MCP_KIND_url          const char *
#define MCP_KIND_url_icon     const char *
#define MCP_KIND_url_issuer   const char *
#define MCP_KIND_url_resource const char *
#define MCP_KIND_url_origins  apr_array_header_t * /* of const char * */
#define MCP_KIND_url_redirects apr_array_header_t * /* of const char * */
#define MCP_KIND_path         const char *         /* no last slash but "/" */
#define MCP_KIND_path_list    apr_array_header_t * /* of const char * */
#define MCP_KIND_path_state   const char *         /* absolute */
#define MCP_KIND_path_log     const char *         /* or "|COMMAND", "none" */
#define MCP_KIND_idp          apr_array_header_t * /* of const mcp_idp_t * */
#define MCP_KIND_idp_client   const mcp_idp_client_setting_t *
#define MCP_KIND_idp_audience apr_array_header_t * /* of const char * */
#define MCP_KIND_idp_scopes   apr_array_header_t * /* of const char * */
#define MCP_KIND_idp_parameter apr_array_header_t * /* mcp_idp_parameter_... */
#define MCP_KIND_idp_claim    apr_array_header_t * /* mcp_idp_claim_... */
#define MCP_KIND_idp_issuers  apr_array_header_t * /* of const char * */
#define MCP_KIND_idp_endpoint apr_array_header_t * /* mcp_idp_endpoint_... */
#define MCP_KIND_idp_verify   const mcp_idp_verify_setting_t *
#define MCP_KIND_idp_algorithms apr_array_header_t * /* of const char * */
#define MCP_KIND_scope        apr_array_header_t * /* mcp_scope_setting_t */
#define MCP_KIND_scope_names  apr_array_header_t * /* of const char * */
#define MCP_KIND_secret       const mcp_secret_setting_t *
#define MCP_KIND_sealing      const mcp_sealing_setting_t *
#define MCP_KIND_jwks         const mcp_jwks_setting_t *
#define MCP_KIND_registration const mcp_registration_setting_t *
#define MCP_KIND_client       apr_array_header_t * /* mcp_client_setting_t * */
#define MCP_KIND_lifetime     const mcp_lifetime_t *
#define MCP_KIND_limit        const mcp_limit_t *
#define MCP_KIND_fetch        const mcp_fetch_setting_t *
#define MCP_KIND_store        const mcp_store_setting_t *
/* clang-format on */

/* one virtual host */
typedef struct mcp_server_settings_t {
#define MCP_SERVER_DIRECTIVE(name, kind, member, fallback, limits, ctx, help) \
    MCP_KIND_##kind member;
#include "config/directives.def"
} mcp_server_settings_t;

/* one location, everything inherited merged in */
typedef struct mcp_settings_t {
#define MCP_LOCATION_DIRECTIVE(name, kind, member, fallback, limits, ctx,     \
                               help)                                          \
    MCP_KIND_##kind member;
#include "config/directives.def"
} mcp_settings_t;

#endif
