/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "target.h"

#include "base/encode.h"

/* Text that is read as base64 is the only spelling of its bytes; whatever goes
 * in, what comes out is fit for the place it is made for. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_base64(const char *text, apr_size_t size, apr_pool_t *pool)
{
    unsigned char *bytes;
    const char *again;
    apr_size_t len;

    bytes = mcp_encode_base64url_read(&len, text, size, pool);
    again = bytes ? mcp_encode_base64url(bytes, len, pool) : NULL;
    PROMISE(!again || (strlen(again) == size && !memcmp(again, text, size)));
    bytes = mcp_encode_base64_read(&len, text, size, pool);
    again = bytes ? mcp_encode_base64(bytes, len, pool) : NULL;
    PROMISE(!again || (strlen(again) == size && !memcmp(again, text, size)));

    again = mcp_encode_base64url(text, size, pool);
    bytes = mcp_encode_base64url_read(&len, again, strlen(again), pool);
    PROMISE(bytes && len == size && !memcmp(bytes, text, size));
}

static void check_text(const char *text, apr_pool_t *pool)
{
    const char *out = mcp_encode_percent(text, pool), *s;

    s = mcp_encode_form_value_read(out, strlen(out), pool);
    PROMISE(s && !strcmp(s, text));

    out = mcp_encode_html(text, pool);
    PROMISE(!out[strcspn(out, "<>\"'")]);
    PROMISE(mcp_encode_is_utf8(out, strlen(out)));

    out = mcp_encode_log(text, 40, pool);
    PROMISE(strlen(out) <= 40 && !strchr(out, '"') && !strchr(out, '\n'));

    out = mcp_encode_quoted(text, pool);
    for (s = out; *s; s++) {
        PROMISE((unsigned char)*s >= 0x20 && *s != 0x7f && *s != '"');
        if (*s == '\\')
            PROMISE(*++s == '"' || *s == '\\');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();

    check_base64((const char *)data, size, cx.pool);
    check_text(apr_pstrmemdup(cx.pool, (const char *)data, size), cx.pool);
    mcp_encode_form_value_read((const char *)data, size, cx.pool);
    target_end(&cx);
    return 0;
}
