/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/content.h"

#include <apr_strings.h>
#include <string.h>

#include "base/encode.h"
#include "base/uri.h"
#include "mcp/contract.h"
#include "mcp/era.h"

#define FIRST_AUDIO 20250326
#define FIRST_LINK 20250618

/* -- members -- */

static const char *string_of(const mcp_json_t *object, const char *name)
{
    return mcp_json_string(mcp_json_get(object, name));
}

static int is_uri(const char *text, mcp_ctx_t *cx)
{
    const mcp_uri_t *uri;

    return text && !mcp_uri_read(&uri, text, cx);
}

static int is_base64(const char *text, mcp_ctx_t *cx)
{
    apr_size_t len;

    return text && mcp_encode_base64_read(&len, text, strlen(text), cx->pool);
}

/* absent, or one */
static int may_be_media_type(const mcp_json_t *json)
{
    const char *text = mcp_json_string(json);

    return !json || (text && mcp_contract_is_media_type(text));
}

/* -- blocks -- */

static const char *text_check(const mcp_json_t *block, mcp_ctx_t *cx)
{
    return string_of(block, "text") ? NULL : "a text that it gave has no text";
}

static const char *medium_check(const mcp_json_t *block, mcp_ctx_t *cx)
{
    if (!is_base64(string_of(block, "data"), cx))
        return "a medium that it gave has no data in base64";
    return string_of(block, "mimeType") &&
                   may_be_media_type(mcp_json_get(block, "mimeType"))
               ? NULL
               : "a medium that it gave has no mimeType";
}

static const char *link_check(const mcp_json_t *block, mcp_ctx_t *cx)
{
    if (!is_uri(string_of(block, "uri"), cx) || !string_of(block, "name"))
        return "a resource_link that it gave has no uri or no name";
    return may_be_media_type(mcp_json_get(block, "mimeType"))
               ? NULL
               : "a resource_link that it gave has a mimeType that is none";
}

static const char *resource_check(const mcp_json_t *block, mcp_ctx_t *cx)
{
    return mcp_content_resource_check(mcp_json_get(block, "resource"), cx);
}

static const char *block_check(const mcp_json_t *block, mcp_ctx_t *cx)
{
    static const struct {
        const char *type;
        const char *(*check)(const mcp_json_t *block, mcp_ctx_t *cx);
    } rows[] = {
        {"text", text_check},         {"image", medium_check},
        {"audio", medium_check},      {"resource_link", link_check},
        {"resource", resource_check},
    };
    const mcp_json_t *annotations = mcp_json_get(block, "annotations");
    const char *type = string_of(block, "type"), *wrong = NULL;
    apr_size_t i;

    if (!type)
        return "a content block that it gave has no type";
    if (annotations)
        wrong = mcp_contract_annotations_check(
            mcp_json_text(annotations, cx->pool), cx);
    for (i = 0; !wrong && i < sizeof(rows) / sizeof(rows[0]); i++)
        if (!strcmp(rows[i].type, type))
            return rows[i].check(block, cx);
    return wrong ? wrong
                 : "a content block that it gave has a type that is "
                   "none of text, image, audio, resource_link and "
                   "resource";
}

const char *mcp_content_resource_check(const mcp_json_t *contents,
                                       mcp_ctx_t *cx)
{
    const char *blob = string_of(contents, "blob");

    if (!is_uri(string_of(contents, "uri"), cx))
        return "one of the contents that it gave has no uri";
    if (!string_of(contents, "text") == !blob)
        return "one of the contents that it gave has neither text nor blob, "
               "or both";
    if (blob && !is_base64(blob, cx))
        return "one of the contents that it gave has a blob that is not "
               "base64";
    return may_be_media_type(mcp_json_get(contents, "mimeType"))
               ? NULL
               : "one of the contents that it gave has a mimeType that is "
                 "none";
}

/* -- writing -- */

const char *mcp_content_text(mcp_writer_t *w, const char *text, apr_size_t len)
{
    mcp_writer_open(w, '{');
    mcp_writer_member(w, "type", "text");
    mcp_writer_name(w, "text");
    mcp_writer_string_n(w, text, len);
    mcp_writer_close(w);
    return NULL;
}

/* Until 2025-06-18 the kinds of blocks are fewer, and a client that meets
 * another one throws the whole result away. */
static int is_known(const mcp_turn_t *t, const char *type)
{
    apr_uint32_t version;

    if (t->era->bit != MCP_ERA_LEGACY || !t->session.version)
        return 1;
    version = mcp_era_legacy_number(t->session.version);
    if (!strcmp(type, "audio"))
        return version >= FIRST_AUDIO;
    return strcmp(type, "resource_link") != 0 || version >= FIRST_LINK;
}

static const char *write_text(const mcp_turn_t *t, const char *text)
{
    return mcp_content_text(t->w, text, strlen(text));
}

static const char *write_audio(const mcp_turn_t *t, const char *media_type)
{
    return write_text(t, apr_pstrcat(t->cx->pool, "(audio, ", media_type,
                                     ": this client cannot take it)", NULL));
}

const char *mcp_content_medium(const mcp_turn_t *t, const mcp_medium_t *medium)
{
    mcp_writer_t *w = t->w;

    if (strcmp(medium->kind, "image") != 0 &&
        strcmp(medium->kind, "audio") != 0)
        return "the kind of a medium that it gave is neither image nor audio";
    if (!is_known(t, medium->kind))
        return write_audio(t, medium->media_type);
    mcp_writer_open(w, '{');
    mcp_writer_member(w, "type", medium->kind);
    mcp_writer_member(w, "data", medium->base64);
    mcp_writer_member(w, "mimeType", medium->media_type);
    mcp_writer_close(w);
    return NULL;
}

const char *mcp_content_block(const mcp_turn_t *t, const mcp_json_t *block,
                              const char *json)
{
    const char *wrong = block_check(block, t->cx);

    if (wrong)
        return wrong;
    if (is_known(t, string_of(block, "type")))
        mcp_writer_raw(t->w, json);
    else if (string_of(block, "data"))
        write_audio(t, string_of(block, "mimeType"));
    else
        write_text(t, apr_pstrcat(t->cx->pool, string_of(block, "name"), ": ",
                                  string_of(block, "uri"), NULL));
    return NULL;
}
