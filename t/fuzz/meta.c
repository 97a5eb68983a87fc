/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_wire.h"

/* Whatever _meta a request of 2026-07-28 has: it is answered, or refused for
 * what is wrong with it, and it is told no more than it asked to be. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PREFIX "io.modelcontextprotocol/"

enum { ANSWERED, REFUSED, PROGRESS, LOGGED };
target_goal_t target_goals[] = {{"a request is answered", 0},
                                {"a request is refused", 0},
                                {"progress is told", 0},
                                {"a line of the log is told", 0},
                                {NULL, 0}};

static void check_progress(const wire_t *w, const mcp_json_t *meta)
{
    const mcp_json_t *token = mcp_json_get(meta, "progressToken");

    PROMISE(token && strstr(w->out, "\"notifications/progress\""));
    PROMISE(
        strstr(w->out, apr_pstrcat(w->cx->pool, "\"progressToken\":",
                                   mcp_json_text(token, w->cx->pool), NULL)));
    target_goals[PROGRESS].is_reached = 1;
}

static void check_logged(const mcp_json_t *meta)
{
    const char *level = mcp_json_string(mcp_json_get(meta, PREFIX "logLevel"));

    PROMISE(level && (!strcmp(level, "debug") || !strcmp(level, "info") ||
                      !strcmp(level, "notice")));
    target_goals[LOGGED].is_reached = 1;
}

static void check(const wire_t *w, const mcp_json_t *meta)
{
    const char *version =
        mcp_json_string(mcp_json_get(meta, PREFIX "protocolVersion"));
    int code = wire_code(w);

    if (code) {
        PROMISE(w->x.status == 400 && !w->len);
        PROMISE(code == -32602 || code == -32020 || code == -32022 ||
                code == -32000);
        target_goals[REFUSED].is_reached = 1;
        return;
    }
    PROMISE(version && !strcmp(version, "2026-07-28"));
    PROMISE(mcp_json_type(mcp_json_get(meta, PREFIX "clientCapabilities")) ==
            MCP_JSON_OBJECT);
    PROMISE(wire_at(w, "/result/content/0/text"));
    if (strstr(w->out, "\"method\":\"notifications/progress\""))
        check_progress(w, meta);
    if (strstr(w->out, "\"method\":\"notifications/message\""))
        check_logged(meta);
    target_goals[ANSWERED].is_reached = 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    const mcp_json_t *meta;
    wire_t w;

    if (size < 4096 && !mcp_json_read(&meta, (const char *)data, size, &cx)) {
        wire_open(&w, &cx);
        wire_post(&w, apr_pstrcat(cx.pool, "{\"jsonrpc\":\"2.0\",\"id\":1,",
                                  "\"method\":\"tools/call\",\"params\":{",
                                  "\"name\":\"tell\",\"_meta\":",
                                  mcp_json_text(meta, cx.pool), "}}", NULL));
        check(&w, meta);
    }
    target_end(&cx);
    return 0;
}
