/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_ERROR_H
#define MCP_BASE_ERROR_H

#include "base/ctx.h"

/* An error is a value: NULL is success. It lives in the pool of the context
 * that made it. It is passed up with MCP_TRY and logged and answered once, at
 * the boundary in server/. */

typedef enum {
#define MCP_ERROR(name, http, oauth, jsonrpc, text) MCP_E_##name,
#include "base/error.def"
#undef MCP_ERROR
    MCP_E_COUNT
} mcp_error_code_t;

typedef struct mcp_error_t mcp_error_t;
struct mcp_error_t {
    mcp_error_code_t code;
    const char *description; /* for the client; NULL = error.def's text.
                              * Never holds a secret */
    const char *detail;      /* for the log: the cause. Never holds a secret */
    const char *remedy;      /* for the log when the server is at fault: what
                              * the administrator can do; NULL: the client's
                              * fault */
    const char *data; /* rendered JSON for JSON-RPC error.data, or NULL */
    int jsonrpc;     /* the JSON-RPC code, where it is not error.def's; or 0 */
    int retry_after; /* seconds for Retry-After, 0 = none; UNAVAILABLE has
                      * some from the start */
};

#define MCP_TRY(call)                                                         \
    do {                                                                      \
        const mcp_error_t *mcp_try_ = (call);                                 \
        if (__builtin_expect(mcp_try_ != NULL, 0))                            \
            return mcp_try_;                                                  \
    } while (0)

/* The client did something wrong: detail is printf style, for the log. */
mcp_error_t *mcp_error_make(mcp_error_code_t code, mcp_ctx_t *cx,
                            const char *detail, ...)
    __attribute__((cold, format(printf, 3, 4)));

/* The same, and the client reads the text as description too. */
mcp_error_t *mcp_error_tell(mcp_error_code_t code, mcp_ctx_t *cx,
                            const char *description, ...)
    __attribute__((cold, format(printf, 3, 4)));

/* The server failed: detail says why, remedy what to do about it. */
mcp_error_t *mcp_error_fault(mcp_error_code_t code, mcp_ctx_t *cx,
                             const char *remedy, const char *detail, ...)
    __attribute__((cold, format(printf, 4, 5)));

int mcp_error_http(const mcp_error_t *e);
int mcp_error_jsonrpc(const mcp_error_t *e);
const char *mcp_error_oauth(const mcp_error_t *e);
/* description, else error.def's text */
const char *mcp_error_text(const mcp_error_t *e);

#endif
