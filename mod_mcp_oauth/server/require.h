/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_REQUIRE_H
#define MCP_SERVER_REQUIRE_H

#include <httpd.h>

#include <mod_auth.h>

#include "base/error.h"
#include "config/line.h"

/* The words behind Require that are ours (server/require.def). All of them are
 * asked of the principal of a request. When its scopes are collected, each is
 * asked once more and answers as before, but for mcp-scope. */

typedef struct mcp_server_require_t {
    /* Reads a line, which has an argument at least. NULL, or why it cannot. */
    const char *(*read)(const void **parsed, const mcp_config_line_t *line);
    /* Whether the principal of r fits; r is in a section and has one. An
     * error: nobody can say. */
    const mcp_error_t *(*ask)(int *fits, const void *parsed, request_rec *r);
} mcp_server_require_t;

#define MCP_REQUIRE(word, kind, usage, example, help)                         \
    extern const mcp_server_require_t mcp_server_require_##word;              \
    extern const authz_provider mcp_server_require_##word##_provider;
#include "server/require.def"

/* A read that keeps the arguments, an array of const char *, as they are. */
const char *mcp_server_require_arguments(const void **parsed,
                                         const mcp_config_line_t *line);

#endif
