/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <string.h>

#include "mcp/box.h"
#include "mcp/era.h"
#include "mcp/listener.h"
#include "mcp/method.h"
#include "mcp/notification.h"
#include "mcp/record.h"
#include "mcp/task.h"
#include "mcp/watch.h"

#define MAX_NAMED 256
#define MAX_URI 2048

/* -- what is asked for -- */

typedef struct filter_t {
    unsigned lists;            /* bits by the place in lists[] */
    apr_array_header_t *uris;  /* of const char * */
    apr_array_header_t *tasks; /* of const char *: their ids */
} filter_t;

static const struct {
    const char *member;
    const char *what;
} lists[] = {
    {"toolsListChanged", "tools"},
    {"promptsListChanged", "prompts"},
    {"resourcesListChanged", "resources"},
};

#define LISTS (sizeof(lists) / sizeof(lists[0]))
#define URIS "resourceSubscriptions"
#define TASKS "taskIds" /* of the tasks extension */

/* What this server does not offer is left out. */
static const mcp_error_t *lists_read(filter_t *filter, const mcp_turn_t *t,
                                     const mcp_json_t *asked)
{
    const mcp_json_t *member;
    apr_size_t i;

    for (i = 0; i < LISTS; i++) {
        member = mcp_json_get(asked, lists[i].member);
        if (member && mcp_json_type(member) != MCP_JSON_BOOLEAN)
            return mcp_turn_refuse(t, "each ...ListChanged must be a boolean");
        if (mcp_json_is_true(member) &&
            mcp_server_has(t->x->server, lists[i].what))
            filter->lists |= 1u << i;
    }
    return NULL;
}

/* A member that is an array of strings. */
static const mcp_error_t *texts_read(apr_array_header_t *texts,
                                     const mcp_turn_t *t,
                                     const mcp_json_t *array)
{
    const char *text;
    apr_size_t i;

    if (array && mcp_json_type(array) != MCP_JSON_ARRAY)
        return mcp_turn_refuse(t, URIS " and " TASKS " must be arrays");
    if (mcp_json_size(array) > MAX_NAMED)
        return mcp_turn_refuse(t, "no more than 256 can be named");
    for (i = 0; i < mcp_json_size(array); i++) {
        text = mcp_json_string(mcp_json_at(array, i));
        if (!text)
            return mcp_turn_refuse(t, "each of " URIS " and " TASKS
                                      " must be a string");
        APR_ARRAY_PUSH(texts, const char *) = text;
    }
    return NULL;
}

static const mcp_error_t *uris_read(filter_t *filter, const mcp_turn_t *t,
                                    const mcp_json_t *asked)
{
    apr_array_header_t *named =
        apr_array_make(t->cx->pool, 8, sizeof(const char *));
    int i;

    MCP_TRY(texts_read(named, t, mcp_json_get(asked, URIS)));
    for (i = 0; i < named->nelts; i++) {
        const char *uri = APR_ARRAY_IDX(named, i, const char *);

        if (mcp_server_has_resource(t->x->server, uri, t->cx))
            APR_ARRAY_PUSH(filter->uris, const char *) = uri;
    }
    return NULL;
}

static const mcp_error_t *tasks_read(filter_t *filter, const mcp_turn_t *t,
                                     const mcp_json_t *asked)
{
    apr_array_header_t *named =
        apr_array_make(t->cx->pool, 8, sizeof(const char *));
    const mcp_json_t *array = mcp_json_get(asked, TASKS);
    mcp_task_t task;
    int i;

    if (!array || !mcp_server_has(t->x->server, "tasks"))
        return NULL;
    MCP_TRY(mcp_task_check_client(t));
    MCP_TRY(texts_read(named, t, array));
    for (i = 0; i < named->nelts; i++) {
        const char *id = APR_ARRAY_IDX(named, i, const char *);

        if (mcp_task_read(&task, id, t))
            APR_ARRAY_PUSH(filter->tasks, const char *) = id;
    }
    return NULL;
}

static const mcp_error_t *filter_read(filter_t *filter, const mcp_turn_t *t)
{
    const mcp_json_t *asked = mcp_json_get(t->rpc.params, "notifications");

    filter->lists = 0;
    filter->uris = apr_array_make(t->cx->pool, 8, sizeof(const char *));
    filter->tasks = apr_array_make(t->cx->pool, 8, sizeof(const char *));
    if (mcp_json_type(asked) != MCP_JSON_OBJECT)
        return mcp_turn_refuse(t, "notifications must be an object");
    MCP_TRY(lists_read(filter, t, asked));
    MCP_TRY(uris_read(filter, t, asked));
    return tasks_read(filter, t, asked);
}

/* -- subscriptions/listen -- */

typedef struct listening_t {
    mcp_watch_t watch; /* first */
    mcp_turn_t *t;
    filter_t filter;
    mcp_news_watch_t news;
    int is_lost; /* nobody has read how it begins */
} listening_t;

static void write_texts(mcp_writer_t *w, const char *name,
                        const apr_array_header_t *texts)
{
    int i;

    if (!texts->nelts)
        return;
    mcp_writer_name(w, name);
    mcp_writer_open(w, '[');
    for (i = 0; i < texts->nelts; i++)
        mcp_writer_string(w, APR_ARRAY_IDX(texts, i, const char *));
    mcp_writer_close(w);
}

static void write_filter(mcp_writer_t *w, const filter_t *filter)
{
    apr_size_t i;

    mcp_writer_open(w, '{');
    for (i = 0; i < LISTS; i++)
        if (filter->lists & 1u << i)
            mcp_writer_member_boolean(w, lists[i].member, 1);
    write_texts(w, URIS, filter->uris);
    write_texts(w, TASKS, filter->tasks);
    mcp_writer_close(w);
}

/* A notification with params, up to their own members. */
static mcp_writer_t *begin(const listening_t *l, const char *method)
{
    mcp_writer_t *w = mcp_notification_begin(method, l->t->cx->pool);

    mcp_notification_add_subscription(w, l->t->rpc.id);
    return w;
}

static int end(listening_t *l, mcp_writer_t *w)
{
    mcp_event_t event = {NULL};

    event.data = mcp_notification_end(w, &event.len);
    return mcp_stream_event(l->t, &event);
}

static int acknowledge(listening_t *l)
{
    mcp_writer_t *w = begin(l, "notifications/subscriptions/acknowledged");

    mcp_writer_name(w, "notifications");
    write_filter(w, &l->filter);
    return end(l, w);
}

/* The task as it is now. */
static int tell_task(listening_t *l, const char *id)
{
    mcp_writer_t *w;
    mcp_task_t task;

    if (!mcp_task_read(&task, id, l->t))
        return 1;
    w = begin(l, "notifications/tasks");
    mcp_task_write(w, &task, 0, l->t);
    return end(l, w);
}

static int tell_news_of_task(listening_t *l, const char *id)
{
    return mcp_news_has(&l->news, mcp_task_news(id, l->t->cx->pool))
               ? tell_task(l, id)
               : 1;
}

/* At first as they are, for what a task became before somebody listened is
 * told by no change. */
static int tell_tasks(listening_t *l, int (*tell)(listening_t *, const char *))
{
    int goes_on = 1, n;

    for (n = 0; n < l->filter.tasks->nelts && goes_on; n++)
        goes_on = tell(l, APR_ARRAY_IDX(l->filter.tasks, n, const char *));
    return goes_on;
}

static int tell(listening_t *l, const char *what)
{
    mcp_event_t event = {NULL};

    if (!mcp_news_has(&l->news, what))
        return 1;
    event.data =
        mcp_listener_message(what, l->t->rpc.id, &event.len, l->t->cx->pool);
    return mcp_stream_event(l->t, &event);
}

static int look(mcp_watch_t *watch)
{
    listening_t *l = (listening_t *)watch;
    int goes_on = !l->is_lost, n;
    apr_size_t i;

    while (goes_on && mcp_news_look(&l->news, watch->scratch)) {
        for (i = 0; i < LISTS && goes_on; i++)
            if (l->filter.lists & 1u << i)
                goes_on = tell(l, lists[i].what);
        for (n = 0; n < l->filter.uris->nelts && goes_on; n++)
            goes_on = tell(l, APR_ARRAY_IDX(l->filter.uris, n, const char *));
        goes_on = goes_on && tell_tasks(l, tell_news_of_task);
    }
    return goes_on;
}

/* By what it is woken. */
static void hear(listening_t *l, const char *what)
{
    apr_array_header_t *keys =
        apr_array_make(l->t->pool, 4, sizeof(apr_uint64_t));
    int i;

    mcp_news_keys(keys, l->t->x->server, what);
    for (i = 0; i < keys->nelts; i++)
        mcp_watch_hear(&l->watch, MCP_RING_NEWS,
                       APR_ARRAY_IDX(keys, i, apr_uint64_t));
}

static void hear_all(listening_t *l)
{
    const filter_t *filter = &l->filter;
    apr_size_t i;
    int n;

    for (i = 0; i < LISTS; i++)
        if (filter->lists & 1u << i)
            hear(l, lists[i].what);
    for (n = 0; n < filter->uris->nelts; n++)
        hear(l, APR_ARRAY_IDX(filter->uris, n, const char *));
    for (n = 0; n < filter->tasks->nelts; n++)
        hear(l, mcp_task_news(APR_ARRAY_IDX(filter->tasks, n, const char *),
                              l->t->pool));
}

/* 2026-07-28 patterns/subscriptions: it ends with a result that says so. */
static void write_result(mcp_turn_t *t)
{
    mcp_turn_begin(t, "complete");
    mcp_turn_add_meta(t, MCP_ERA_META_SUBSCRIPTION,
                      mcp_json_text(t->rpc.id, t->cx->pool));
}

static void close_stream(mcp_watch_t *watch, int goes_on)
{
    write_result(watch->t);
    mcp_turn_end(watch->t);
}

const mcp_error_t *mcp_subscriptions_listen(mcp_turn_t *t)
{
    listening_t *l = apr_pcalloc(t->pool, sizeof(*l));

    l->t = t;
    mcp_news_watch(&l->news, t->x->server, t->x->works->shared,
                   mcp_box_principal(t->x->principal, t->cx->pool));
    MCP_TRY(filter_read(&l->filter, t));
    if (!mcp_stream_is_possible(t))
        return mcp_error_tell(MCP_E_NOT_ACCEPTABLE, t->cx,
                              "Not Acceptable: the client must accept "
                              "text/event-stream");
    if (!l->filter.lists && !l->filter.uris->nelts &&
        !l->filter.tasks->nelts) {
        acknowledge(l); /* and nothing will follow */
        write_result(t);
        return NULL;
    }
    MCP_TRY(
        mcp_watch_begin(&l->watch, t, MCP_WATCH_LISTEN, look, close_stream));
    hear_all(l);
    l->is_lost = !acknowledge(l) || !tell_tasks(l, tell_task);
    return NULL;
}

/* -- resources/subscribe, resources/unsubscribe: until 2025-11-25 -- */

static const mcp_error_t *uri_read(const char **uri, const mcp_turn_t *t)
{
    *uri = mcp_json_string(mcp_json_get(t->rpc.params, "uri"));
    return *uri ? NULL : mcp_turn_refuse(t, "uri must be a string");
}

const mcp_error_t *mcp_subscriptions_add(mcp_turn_t *t)
{
    const char *uri;

    MCP_TRY(uri_read(&uri, t));
    if (strlen(uri) > MAX_URI)
        return mcp_turn_refuse(t, "uri is longer than 2048 bytes");
    if (!mcp_server_has_resource(t->x->server, uri, t->cx))
        return mcp_resources_not_found(t, uri);
    MCP_TRY(mcp_record_subscribe(t, uri));
    mcp_turn_begin(t, NULL);
    return NULL;
}

const mcp_error_t *mcp_subscriptions_remove(mcp_turn_t *t)
{
    const char *uri;

    MCP_TRY(uri_read(&uri, t));
    mcp_record_unsubscribe(t, uri);
    mcp_turn_begin(t, NULL);
    return NULL;
}
