/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_wire.h"

#include "mcp/news.h"

/* A Last-Event-ID of either kind, behind a first byte that says which: what a
 * stream of its session has told is told again from there on, and nothing of
 * another one (2025-11-25 transports, Resumability and Redelivery). */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OF_NEWS 2

enum { ANSWER, NEWS, GONE, OVER };
target_goal_t target_goals[] = {{"the stream of an answer is resumed", 0},
                                {"the stream of a session is resumed", 0},
                                {"there is no such stream", 0},
                                {"a stream is over", 0},
                                {NULL, 0}};

/* A text of the stream, up to the end of its line. */
static const char *line_of(const wire_t *w, const char *begin)
{
    const char *at = strstr(w->out, begin);

    PROMISE(at);
    at += strlen(begin);
    return apr_pstrmemdup(w->cx->pool, at, strcspn(at, "\n"));
}

/* With the first event, so that a listener has something to say. */
static void tell_once(wire_t *w)
{
    mcp_news_t news = {"fuzz", "tools", 0};

    w->on_send = NULL;
    mcp_news_tell(w->works.shared, &news);
}

/* The id of the first event of a stream, with one behind it. */
static const char *answer_id(wire_t *w)
{
    wire_post(w, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\","
                 "\"params\":{\"name\":\"tell\",\"_meta\":{"
                 "\"progressToken\":\"t\"}}}");
    PROMISE(wire_at(w, "/result"));
    return line_of(w, "id: ");
}

static const char *news_id(wire_t *w)
{
    w->on_send = tell_once;
    wire_get(w);
    PROMISE(strstr(w->out, "list_changed"));
    return line_of(w, "id: ");
}

static void check(wire_t *w, const char *text, const char *good, int is_news)
{
    if (w->x.failure) {
        PROMISE(strcmp(text, good) != 0 && w->x.status == 400 && !w->len);
        target_goals[GONE].is_reached = 1;
        return;
    }
    if (w->x.status == 204) {
        PROMISE(strcmp(text, good) != 0 && !is_news && !w->len);
        target_goals[OVER].is_reached = 1;
        return;
    }
    PROMISE(w->len);
    if (!strncmp(text, "news.", 5)) {
        PROMISE(!strstr(w->out, "\"id\":7"));
        PROMISE(strcmp(text, good) != 0 || strstr(w->out, "list_changed"));
        target_goals[NEWS].is_reached |= !strcmp(text, good);
    }
    else {
        PROMISE(!is_news && !strstr(w->out, "list_changed"));
        PROMISE(!strncmp(text, good, strcspn(good, ".")));
        PROMISE(strcmp(text, good) != 0 ||
                (strstr(w->out, "\"id\":7") && strstr(w->out, "progress")));
        target_goals[ANSWER].is_reached |= !strcmp(text, good);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int is_news = size && data[0] == OF_NEWS;
    mcp_ctx_t cx = target_begin();
    const char *good, *text;
    wire_t w;

    wire_open(&w, &cx);
    wire_begin_session(&w, "2025-11-25");
    good = is_news ? news_id(&w) : answer_id(&w);
    text = target_text(data, size, good, cx.pool);
    w.last = text;
    w.on_send = tell_once;
    wire_get(&w);
    check(&w, text, good, is_news);
    target_end(&cx);
    return 0;
}
