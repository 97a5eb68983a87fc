/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <string.h>

#include "tap.h"

#include "mcp/content.h"
#include "mcp/era.h"

/* 2025-11-25 lifecycle: both parties MUST respect the negotiated protocol
 * version. The kinds of content blocks that it has are all that may be sent:
 * ContentBlock of each version's schema. */

#define LINK                                                                  \
    "{\"type\":\"resource_link\",\"uri\":\"file:///a\",\"name\":\"A\"}"
#define AUDIO                                                                 \
    "{\"type\":\"audio\",\"data\":\"AA==\",\"mimeType\":\"audio/wav\"}"
#define IMAGE                                                                 \
    "{\"type\":\"image\",\"data\":\"AA==\",\"mimeType\":\"image/png\"}"
#define RESOURCE                                                              \
    "{\"type\":\"resource\",\"resource\":{\"uri\":\"file:///a\",\"text\":"    \
    "\"\"}}"
#define LINK_TEXT "{\"type\":\"text\",\"text\":\"A: file:///a\"}"
#define AUDIO_TEXT                                                            \
    "{\"type\":\"text\",\"text\":\"(audio, audio/wav: this client cannot "    \
    "take it)\"}"

static const struct {
    const char *version; /* NULL: 2026-07-28 */
    const char *link, *audio;
} rows[] = {
    {"2024-11-05", LINK_TEXT, AUDIO_TEXT},
    {"2025-03-26", LINK_TEXT, AUDIO},
    {"2025-06-18", LINK, AUDIO},
    {"2025-11-25", LINK, AUDIO},
    {NULL, LINK, AUDIO},
};

static mcp_turn_t t;

static const char *block(const char *text, mcp_ctx_t *cx)
{
    const mcp_json_t *json;

    t.w = mcp_writer_make(cx->pool);
    fine(mcp_json_read(&json, text, strlen(text), cx), "a block");
    is(mcp_content_block(&t, json, text), NULL, "as the contract wants it");
    return mcp_writer_text(t.w, NULL);
}

static const char *medium(const char *kind, const char *type, mcp_ctx_t *cx)
{
    mcp_medium_t medium = {kind, type, "AA=="};

    t.w = mcp_writer_make(cx->pool);
    is(mcp_content_medium(&t, &medium), NULL, "a medium");
    return mcp_writer_text(t.w, NULL);
}

static void body(mcp_ctx_t *cx)
{
    const char *name;
    apr_size_t i;

    t.cx = cx;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        t.session.version = rows[i].version;
        t.era = rows[i].version ? &mcp_era_legacy : &mcp_era_modern;
        name = rows[i].version ? rows[i].version : "2026-07-28";
        is(block(LINK, cx), rows[i].link, name);
        is(block(AUDIO, cx), rows[i].audio, name);
        is(medium("audio", "audio/wav", cx), rows[i].audio, name);
        is(block(IMAGE, cx), IMAGE, name);
        is(medium("image", "image/png", cx), IMAGE, name);
        is(block(RESOURCE, cx), RESOURCE, name);
    }
    t.era = &mcp_era_legacy;
    is(block(LINK, cx), LINK, "before a version is agreed on, all");
}

TAP_MAIN(body)
