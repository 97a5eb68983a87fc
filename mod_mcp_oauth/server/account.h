/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_ACCOUNT_H
#define MCP_SERVER_ACCOUNT_H

#include <httpd.h>

#include "base/error.h"
#include "mcp/dispatch.h"

/* What became of a request, for those who write it down: log tags and
 * environment (server/account.def). Noting it costs some pointers; what has to
 * be computed is when somebody asks. */

typedef enum {
    MCP_DECISION_NONE, /* there was nothing to decide, or nobody could */
    MCP_DECISION_GRANTED,
    MCP_DECISION_NO_TOKEN,
    MCP_DECISION_BAD_TOKEN,
    MCP_DECISION_MISSING_SCOPE,
    MCP_DECISION_DENIED,
    MCP_DECISION_LIMITED
} mcp_server_decision_t;

/* Of one request_rec; texts live as long as it does. */
typedef struct mcp_server_account_t {
    mcp_server_decision_t decision;
    const char *reason; /* or NULL; never a secret */
    const char *method; /* of an MCP message; and so on */
    const char *target;
    const char *era;
    const char *session; /* a digest */
} mcp_server_account_t;

/* reason: NULL where it was granted */
void mcp_server_account_decide(request_rec *r, mcp_server_decision_t decision,
                               const char *reason);
/* The request is answered with this error. */
void mcp_server_account_fail(request_rec *r, const mcp_error_t *e);
void mcp_server_account_message(request_rec *r, const mcp_exchange_t *x);

/* pre_config: makes the tags known to mod_log_config, where it is loaded */
void mcp_server_account_register(apr_pool_t *pconf);
/* check_config: APR_EGENERAL, and it is logged, when a LogFormat has a tag of
 * ours with a word that is none */
apr_status_t mcp_server_account_check(server_rec *s, apr_pool_t *ptemp);

#endif
