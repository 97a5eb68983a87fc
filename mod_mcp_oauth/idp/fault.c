/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/fault.h"

#include <apr_strings.h>

#include "base/encode.h"

#define MOST_QUOTED 200 /* bytes */

static const char *about(const mcp_idp_t *idp, const char *detail,
                         va_list args, mcp_ctx_t *cx)
{
    return apr_pstrcat(cx->pool, "identity provider \"", idp->label,
                       "\": ", apr_pvsprintf(cx->pool, detail, args), NULL);
}

mcp_error_t *mcp_idp_fault_make(const mcp_idp_t *idp, mcp_ctx_t *cx,
                                const char *remedy, const char *detail, ...)
{
    const char *text;
    va_list args;

    va_start(args, detail);
    text = about(idp, detail, args, cx);
    va_end(args);
    return mcp_error_fault(MCP_E_SERVER_ERROR, cx, remedy, "%s", text);
}

mcp_error_t *mcp_idp_fault_outage(const mcp_idp_t *idp, mcp_ctx_t *cx,
                                  int retry_after, const char *detail, ...)
{
    mcp_error_t *e;
    const char *text;
    va_list args;

    va_start(args, detail);
    text = about(idp, detail, args, cx);
    va_end(args);
    e = mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                        "It is asked again when somebody needs it. If this "
                        "goes on, see whether this server reaches it "
                        "(MCPFetch proxy, ca-file, timeout).",
                        "%s", text);
    if (retry_after > 0)
        e->retry_after = retry_after;
    return e;
}

mcp_error_t *mcp_idp_fault_no(const mcp_idp_t *idp, mcp_ctx_t *cx,
                              mcp_error_code_t code, const char *detail, ...)
{
    const char *text;
    va_list args;

    va_start(args, detail);
    text = about(idp, detail, args, cx);
    va_end(args);
    return mcp_error_make(code, cx, "%s", text);
}

const char *mcp_idp_fault_hint(const char *text, const char *hint,
                               mcp_ctx_t *cx)
{
    return hint ? apr_pstrcat(cx->pool, text, " ", hint, NULL) : text;
}

const char *mcp_idp_fault_quote(const char *text, mcp_ctx_t *cx)
{
    return text ? mcp_encode_log(text, MOST_QUOTED, cx->pool) : "";
}
