/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/icon.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "base/encode.h"
#include "base/uri.h"
#include "mcp/contract.h"

#define DATA_MAX (64 * 1024) /* bytes: each list repeats it */

static int is_https(const char *src, mcp_ctx_t *cx)
{
    const mcp_uri_t *uri;

    return !mcp_uri_read(&uri, src, cx) && !strcmp(uri->scheme, "https");
}

/* RFC 2397, with what MCP asks for: "base64-encoded image data" */
static int is_data(const char *src, apr_pool_t *pool)
{
    const char *comma = strchr(src, ',');
    static const char mark[] = ";base64";
    apr_size_t len = strlen(src), bytes;
    const char *type;

    if (strncmp(src, "data:", 5) != 0 || !comma || len > DATA_MAX ||
        (apr_size_t)(comma - src) < 5 + sizeof(mark) ||
        strncmp(comma + 1 - sizeof(mark), mark, sizeof(mark) - 1) != 0)
        return 0;
    type = apr_pstrmemdup(pool, src + 5,
                          (apr_size_t)(comma + 1 - sizeof(mark) - src - 5));
    return mcp_contract_is_media_type(type) && comma[1] &&
           mcp_encode_base64_read(&bytes, comma + 1, strlen(comma + 1), pool);
}

static int is_size(const char *s, apr_size_t len)
{
    apr_size_t width = strspn(s, "0123456789"), height;

    if (len == 3 && !strncmp(s, "any", 3))
        return 1;
    if (!width || s[width] != 'x')
        return 0;
    height = strspn(s + width + 1, "0123456789");
    return height && width + 1 + height == len;
}

static int are_sizes(const char *sizes)
{
    apr_size_t len;

    for (;;) {
        len = strcspn(sizes, " ");
        if (!is_size(sizes, len))
            return 0;
        if (!sizes[len])
            return 1;
        sizes += len + 1;
    }
}

static const char *check(const mcp_icon_t *icon, mcp_ctx_t *cx)
{
    const char *theme = icon->theme;

    if (!is_https(icon->src, cx) && !is_data(icon->src, cx->pool))
        return "the src of an icon is neither an https URL nor a data URI in "
               "base64 of at most 64 KiB";
    if (icon->media_type && !mcp_contract_is_media_type(icon->media_type))
        return "the media_type of an icon is none";
    if (icon->sizes && !are_sizes(icon->sizes))
        return "the sizes of an icon are not like \"48x48 96x96\" or \"any\"";
    if (theme && strcmp(theme, "light") != 0 && strcmp(theme, "dark") != 0)
        return "the theme of an icon is neither light nor dark";
    return NULL;
}

const char *mcp_icon_check(const mcp_icon_t *icons, mcp_ctx_t *cx)
{
    const char *why = NULL;

    for (; icons && icons->src && !why; icons++)
        why = check(icons, cx);
    return why;
}

static void write_sizes(mcp_writer_t *w, const char *sizes, apr_pool_t *pool)
{
    char *size, *last, *copy = apr_pstrdup(pool, sizes);

    mcp_writer_name(w, "sizes");
    mcp_writer_open(w, '[');
    for (size = apr_strtok(copy, " ", &last); size;
         size = apr_strtok(NULL, " ", &last))
        mcp_writer_string(w, size);
    mcp_writer_close(w);
}

void mcp_icon_write(mcp_writer_t *w, const mcp_icon_t *icons, apr_pool_t *pool)
{
    if (!icons || !icons->src)
        return;
    mcp_writer_name(w, "icons");
    mcp_writer_open(w, '[');
    for (; icons->src; icons++) {
        mcp_writer_open(w, '{');
        mcp_writer_member(w, "src", icons->src);
        mcp_writer_member(w, "mimeType", icons->media_type);
        if (icons->sizes)
            write_sizes(w, icons->sizes, pool);
        mcp_writer_member(w, "theme", icons->theme);
        mcp_writer_close(w);
    }
    mcp_writer_close(w);
}
