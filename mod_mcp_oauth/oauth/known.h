/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_KNOWN_H
#define MCP_OAUTH_KNOWN_H

#include "oauth/service.h"

/* What the mcpctl command has to know of the configuration, which it cannot
 * read: the server writes it into the state directory at each start, as
 * "service.json", and never reads it.
 *
 *   {"format": "mcp_oauth service", "version": 1, "written": 1800000000,
 *    "store": {"name": "sqlite"}, "issuers": [{"issuer": "https://...",
 *     "audit_log": "/var/log/apache2/mcp-audit.log",
 *     "clients": [{"id": "web", "name": "Web"}], "resources": [
 *      {"resource": "https://...", "relayed": true, "required": "a b",
 *       "lifetime": {"access-token": 3600, ...}}]}]}
 *
 * There is no secret in it: of one it says where it is read from. The file
 * belongs to who starts httpd, not to the user that children run as. That user
 * can put another in its place: root must not open what a file names that is
 * not root's. */

#define MCP_KNOWN_FILE "service.json"
#define MCP_KNOWN_FORMAT "mcp_oauth service"
#define MCP_KNOWN_VERSION 1
#define MCP_KNOWN_MODE 0644 /* of the file; the directory is closed */

typedef struct mcp_oauth_known_t {
    apr_int64_t written;                /* when */
    const mcp_store_setting_t *store;   /* a password has its source alone */
    const char *ca_file;                /* of MCPFetch, for the store */
    const char *sealing_key;            /* "file:/abs/path", or NULL */
    const char *sealing_key_before;     /* the same */
    const apr_array_header_t *services; /* of const mcp_oauth_service_t * */
    int is_of_root;                     /* read: the file belongs to root */
} mcp_oauth_known_t;

/* Whole or not at all, in the place of the one of before. */
const mcp_error_t *mcp_oauth_known_write(const mcp_oauth_known_t *known,
                                         const char *directory, mcp_ctx_t *cx);
/* *known = NULL when there is none. The services have what the file says:
 * issuer, resources with their lifetimes, clients with their labels, the
 * audit log, and works. A file that is not ours, or of another version, is a
 * fault. */
const mcp_error_t *mcp_oauth_known_read(const mcp_oauth_known_t **known,
                                        const char *directory,
                                        const mcp_oauth_works_t *works,
                                        mcp_ctx_t *cx);
/* The resource of any issuer; NULL when there is none. */
const mcp_oauth_resource_t *
mcp_oauth_known_resource(const mcp_oauth_known_t *known, const char *url);

/* Its i-th lifetime and what the file calls it; NULL behind the last. */
apr_int64_t *mcp_oauth_known_lifetime(const char **key,
                                      const mcp_lifetime_t *lifetime,
                                      apr_size_t i);

#endif
