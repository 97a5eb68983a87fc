/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/content.h"

#include <string.h>

const char *mcp_content_text(mcp_writer_t *w, const char *text, apr_size_t len)
{
    mcp_writer_open(w, '{');
    mcp_writer_member(w, "type", "text");
    mcp_writer_name(w, "text");
    mcp_writer_string_n(w, text, len);
    mcp_writer_close(w);
    return NULL;
}

const char *mcp_content_medium(mcp_writer_t *w, const mcp_medium_t *medium)
{
    if (strcmp(medium->kind, "image") != 0 &&
        strcmp(medium->kind, "audio") != 0)
        return "the kind of a medium that it gave is neither image nor audio";
    mcp_writer_open(w, '{');
    mcp_writer_member(w, "type", medium->kind);
    mcp_writer_member(w, "data", medium->base64);
    mcp_writer_member(w, "mimeType", medium->media_type);
    mcp_writer_close(w);
    return NULL;
}

const char *mcp_content_block(mcp_writer_t *w, const mcp_json_t *block,
                              const char *json)
{
    if (!mcp_json_string(mcp_json_get(block, "type")))
        return "a content block that it gave has no type";
    mcp_writer_raw(w, json);
    return NULL;
}
