/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_ANSWER_H
#define MCP_SERVER_ANSWER_H

#include <httpd.h>

/* A whole answer. ErrorDocument does not replace it: to httpd it is a handler
 * that went well. */
typedef struct mcp_server_answer_t {
    int status;
    const char *type; /* Content-Type, where there is a body */
    const char *body; /* NULL: none */
    apr_size_t len;
} mcp_server_answer_t;

/* In a handler. Returns what the handler returns. */
int mcp_server_answer_send(request_rec *r, const mcp_server_answer_t *answer);
/* Before the handler phase, where a hook decides. Returns what the hook
 * returns: DONE, or in a subrequest, which must not write, the status. */
int mcp_server_answer_early(request_rec *r, const mcp_server_answer_t *answer);

#endif
