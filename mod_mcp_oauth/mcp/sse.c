/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/sse.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "live/session.h"
#include "mcp/era.h"
#include "mcp/listener.h"
#include "mcp/record.h"

#define VERSION "2024-11-05"

/* -- posting -- */

/* "VERSION CAPABILITIES" */
const mcp_error_t *mcp_sse_agree(mcp_turn_t *t, const char *version,
                                 unsigned capabilities)
{
    return mcp_record_set(
        t, MCP_RECORD_HELLO,
        apr_psprintf(t->cx->pool, "%s %u", version, capabilities));
}

static void recall(mcp_turn_t *t)
{
    const char *said = mcp_record_get(t, MCP_RECORD_HELLO);
    const char *space = said ? strchr(said, ' ') : NULL;

    if (!space)
        return;
    t->session.capabilities = (unsigned)atoi(space + 1);
    t->session.version = mcp_era_legacy_version(
        apr_pstrmemdup(t->cx->pool, said, (apr_size_t)(space - said)),
        t->x->server);
}

static const mcp_error_t *closed(mcp_turn_t *t)
{
    return mcp_error_make(MCP_E_SESSION_NOT_FOUND, t->cx,
                          "the session's stream is not open");
}

static int has_ended(const mcp_turn_t *t)
{
    return mcp_live_session_state(t->x->works->shared, t->session.digest,
                                  mcp_ctx_seconds(t->cx)) == MCP_SESSION_ENDED;
}

/* A stream that is about to end ends the session first, and looks then at what
 * is at work: either it sees this one, or this one sees the end. */
const mcp_error_t *mcp_sse_begin(mcp_turn_t *t)
{
    t->posted = mcp_record_begin(t);
    if (!has_ended(t))
        return NULL;
    mcp_sse_answered(t);
    return closed(t);
}

void mcp_sse_answered(mcp_turn_t *t)
{
    if (t->posted)
        mcp_record_done(t, t->posted);
    t->posted = 0;
}

const mcp_error_t *mcp_sse_admit(mcp_turn_t *t)
{
    mcp_box_t box;

    t->era = &mcp_era_legacy;
    if (!t->x->session_key) {
        t->x->allow = "GET";
        return mcp_error_make(MCP_E_METHOD_NOT_ALLOWED, t->cx,
                              "POST without the sessionId of a stream");
    }
    MCP_TRY(mcp_session_get(&t->session, t->x, t->cx));
    recall(t);
    mcp_turn_note_session(t);
    box = mcp_box_of(t, MCP_BOX_QUEUE, NULL);
    if (!mcp_box_is_open(&box, t))
        return closed(t);
    return mcp_era_legacy_check_version(t);
}

/* -- the stream -- */

/* Relative, for clients refuse another origin than their own. */
static const char *endpoint_of(const mcp_turn_t *t, const char *id)
{
    const char *host = strstr(t->x->server->url, "://");
    const char *path = host ? strchr(host + 3, '/') : NULL;

    return apr_pstrcat(t->cx->pool, path ? path : "/", "?sessionId=", id,
                       NULL);
}

const mcp_error_t *mcp_sse_open(mcp_turn_t *t)
{
    mcp_event_t event = {"endpoint"};
    const mcp_error_t *e;
    const char *id;

    t->era = &mcp_era_legacy;
    MCP_TRY(mcp_session_make(&id, VERSION, 0, t->x, t->cx));
    t->x->session_key = id;
    MCP_TRY(mcp_session_get(&t->session, t->x, t->cx));
    mcp_turn_note_session(t);
    event.data = endpoint_of(t, id);
    event.len = strlen(event.data);
    e = mcp_listener_run(t, &event);
    if (e) {
        mcp_session_end(&t->session, t->x, t->cx);
        mcp_record_end(t);
    }
    return e;
}
