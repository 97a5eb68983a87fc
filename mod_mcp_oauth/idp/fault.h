/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_FAULT_H
#define MCP_IDP_FAULT_H

#include "idp/preset.h"

/* What goes wrong with a remote provider: its label stands before the detail,
 * for a server may have several. What a provider said goes through
 * mcp_idp_fault_quote, and never a code, a token or a secret. */

/* SERVER_ERROR: remedy says what the administrator can do about it. */
mcp_error_t *mcp_idp_fault_make(const mcp_idp_t *idp, mcp_ctx_t *cx,
                                const char *remedy, const char *detail, ...)
    __attribute__((format(printf, 4, 5)));
/* UNAVAILABLE: it did not answer, or not now. retry_after is in seconds; 0:
 * not known. */
mcp_error_t *mcp_idp_fault_outage(const mcp_idp_t *idp, mcp_ctx_t *cx,
                                  int retry_after, const char *detail, ...)
    __attribute__((format(printf, 4, 5)));
/* The provider said no: nobody here is at fault. */
mcp_error_t *mcp_idp_fault_no(const mcp_idp_t *idp, mcp_ctx_t *cx,
                              mcp_error_code_t code, const char *detail, ...)
    __attribute__((format(printf, 4, 5)));
/* text, and what the preset knows besides, which may be NULL */
const char *mcp_idp_fault_hint(const char *text, const char *hint,
                               mcp_ctx_t *cx);
/* An `error` or `error_description` of a provider for the log, escaped and
 * bounded; "" for NULL. */
const char *mcp_idp_fault_quote(const char *text, mcp_ctx_t *cx);

#endif
