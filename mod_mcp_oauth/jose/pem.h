/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_JOSE_PEM_H
#define MCP_JOSE_PEM_H

#include "base/json.h"

/* A private key in PEM (RFC 7468) as a JWK: the first one of the text, PKCS#8,
 * PKCS#1 or SEC1. *json lives in cx's pool. INVALID_REQUEST where there is
 * none, or one with a passphrase, too short, of another kind than RSA and EC,
 * or on another curve than P-256, P-384 and P-521: its detail tells the
 * administrator which. Only jose/ includes this. */
const mcp_error_t *mcp_jose_pem_convert(const mcp_json_t **json,
                                        const char *text, apr_size_t len,
                                        mcp_ctx_t *cx);
/* INVALID_REQUEST: "private key refused: why". */
const mcp_error_t *mcp_jose_pem_refuse(mcp_ctx_t *cx, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
