/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/audit.h"

#include <apr_strings.h>
#include <stddef.h>
#include <string.h>

#include "base/digest.h"
#include "base/encode.h"
#include "base/moment.h"

#define CUT "..."
#define CUT_LENGTH (sizeof(CUT) - 1)

enum { BOUNDED, ALWAYS };

static const struct {
    const char *word;
    int class;
} events[] = {
#define MCP_AUDIT(name, word, class, help) {word, class},
#include "base/audit.def"
};

static const struct {
    const char *name;
    apr_size_t offset;
    apr_size_t most;
} members[] = {
#define MCP_AUDIT_MEMBER(name, most, help)                                    \
    {#name, offsetof(mcp_audit_about_t, name), most},
#include "base/audit.def"
};

void mcp_audit(mcp_ctx_t *cx, mcp_audit_event_t event,
               const mcp_audit_about_t *about)
{
    if (cx->host->audit)
        cx->host->audit(cx, event, about);
}

const char *mcp_audit_word(int event)
{
    return events[event].word;
}

const char *mcp_audit_time(mcp_ctx_t *cx)
{
    return mcp_moment_text(mcp_ctx_now(cx), cx->pool);
}

int mcp_audit_is_bounded(int event)
{
    return events[event].class == BOUNDED;
}

/* What the first rune of text takes in JSON, and how many bytes it has. */
static apr_size_t written_size(apr_size_t *step, const char *text,
                               apr_size_t len)
{
    unsigned rune;

    *step = mcp_encode_utf8(text, len, &rune);
    if (!*step) {
        *step = 1;
        return 3; /* U+FFFD */
    }
    if (rune < 0x20 || (rune >= 0x7f && rune < 0xa0))
        return 6; /* \u00XX, or less */
    return *step + (rune == '"' || rune == '\\');
}

/* How much of text fits, and whether that is all. */
static apr_size_t fitting(int *is_all, const char *text, apr_size_t most)
{
    apr_size_t len = strlen(text), i = 0, size = 0, step, cut = 0;

    for (*is_all = 0; i < len; i += step) {
        size += written_size(&step, text + i, len - i);
        if (size > most)
            return cut;
        if (size + CUT_LENGTH <= most)
            cut = i + step;
    }
    *is_all = 1;
    return len;
}

void mcp_audit_member(mcp_writer_t *w, const char *name, const char *value,
                      apr_size_t most, apr_pool_t *pool)
{
    apr_size_t fit;
    int is_all;

    if (!value)
        return;
    fit = fitting(&is_all, value, most);
    if (!is_all)
        value = apr_pstrcat(pool, apr_pstrmemdup(pool, value, fit), CUT, NULL);
    mcp_writer_member(w, name, value);
}

void mcp_audit_write(mcp_writer_t *w, const mcp_audit_about_t *about,
                     apr_pool_t *pool)
{
    mcp_audit_about_t shown = *about;
    apr_size_t i;

    if (shown.grant)
        shown.grant = mcp_digest_text(shown.grant, pool);
    for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        mcp_audit_member(
            w, members[i].name,
            *(const char *const *)((const char *)&shown + members[i].offset),
            members[i].most, pool);
}
