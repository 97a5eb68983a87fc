/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/task.h"

#include <apr_strings.h>
#include <string.h>

#include "base/moment.h"
#include "base/random.h"
#include "live/process.h"
#include "mcp/era.h"
#include "mcp/news.h"

#define ID_BYTES 18
#define MAX_BYTES (8 * 1024 * 1024)
#define POLL_INTERVAL_MS 500
#define RECORD 1 /* the kind of its letter */
#define LOST                                                                  \
    "{\"code\":-32603,\"message\":\"The server ended before the task did.\"}"

static const char *const statuses[] = {"working", "input_required",
                                       "completed", "failed", "cancelled"};
/* the member that has the outcome */
static const char *const outcomes[] = {NULL, NULL, "result", "error", NULL};

#define STATUSES (sizeof(statuses) / sizeof(statuses[0]))

/* -- where it is -- */

static mcp_box_t box_of(const char *id, const mcp_turn_t *t)
{
    mcp_writer_t *w = mcp_writer_make(t->cx->pool);

    mcp_writer_open(w, '[');
    mcp_server_write_call(w, t->x->server, t->x->principal);
    mcp_writer_string(w, id);
    mcp_writer_close(w);
    return mcp_box_of(t, MCP_BOX_TASK, mcp_writer_text(w, NULL));
}

const mcp_error_t *mcp_task_make(mcp_task_t *task, const mcp_call_run_t *run)
{
    const mcp_turn_t *t = run->t;

    memset(task, 0, sizeof(*task));
    MCP_TRY(mcp_random_text(&task->id, ID_BYTES, t->cx));
    task->box = box_of(task->id, t);
    task->status = MCP_TASK_WORKING;
    task->created = task->updated =
        mcp_moment_text(mcp_ctx_now(t->cx), t->cx->pool);
    task->tool = run->call.name;
    task->arguments = run->arguments;
    task->meta = t->rpc.meta;
    task->remembered = run->remember;
    if (mcp_box_open(&task->box, t, t->x->server->task_lifetime, MAX_BYTES))
        return mcp_error_make(MCP_E_UNAVAILABLE, t->cx, "no room for a task");
    return NULL;
}

/* -- how it lies there -- */

static void write_json(mcp_writer_t *w, const char *name,
                       const mcp_json_t *json)
{
    if (!json)
        return;
    mcp_writer_name(w, name);
    mcp_writer_json(w, json);
}

static int may_go_on(const mcp_task_t *task)
{
    return task->status == MCP_TASK_WORKING ||
           task->status == MCP_TASK_INPUT_REQUIRED;
}

/* What its work needs, as long as it may go on: so one that is over takes less
 * room than before. */
static void write_work(mcp_writer_t *w, const mcp_task_t *task)
{
    if (!may_go_on(task))
        return;
    mcp_writer_member(w, "tool", task->tool);
    mcp_writer_member(w, "remembered", task->remembered);
    mcp_writer_member_integer(w, "asked", task->asked);
    write_json(w, "requests", task->requests);
    write_json(w, "arguments", task->arguments);
    write_json(w, "meta", task->meta);
    write_json(w, "answers", task->answers);
}

static const char *render(const mcp_task_t *task, apr_size_t *len,
                          const mcp_turn_t *t)
{
    mcp_writer_t *w = mcp_writer_make(t->cx->pool);

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "status", statuses[task->status]);
    mcp_writer_member(w, "created", task->created);
    mcp_writer_member(w, "updated", task->updated);
    mcp_writer_member(
        w, "worker",
        apr_psprintf(t->cx->pool, "%" APR_UINT64_T_HEX_FMT, task->worker));
    write_work(w, task);
    if (task->outcome) {
        mcp_writer_name(w, "outcome");
        mcp_writer_raw(w, task->outcome);
    }
    mcp_writer_close(w);
    return mcp_writer_text(w, len);
}

static int record_read(mcp_task_t *task, const mcp_json_t *record,
                       const mcp_turn_t *t)
{
    const char *status = mcp_json_string(mcp_json_get(record, "status"));
    const char *worker = mcp_json_string(mcp_json_get(record, "worker"));
    const mcp_json_t *outcome = mcp_json_get(record, "outcome");
    apr_size_t i;

    for (i = 0; status && i < STATUSES; i++)
        if (!strcmp(statuses[i], status))
            break;
    if (!status || i == STATUSES || !worker)
        return 0;
    task->status = (mcp_task_status_t)i;
    task->created = mcp_json_string(mcp_json_get(record, "created"));
    task->updated = mcp_json_string(mcp_json_get(record, "updated"));
    task->tool = mcp_json_string(mcp_json_get(record, "tool"));
    task->remembered = mcp_json_string(mcp_json_get(record, "remembered"));
    task->worker = (apr_uint64_t)apr_strtoi64(worker, NULL, 16);
    mcp_json_integer(&task->asked, mcp_json_get(record, "asked"));
    task->requests = mcp_json_get(record, "requests");
    task->arguments = mcp_json_get(record, "arguments");
    task->meta = mcp_json_get(record, "meta");
    task->answers = mcp_json_get(record, "answers");
    task->outcome = outcome ? mcp_json_text(outcome, t->cx->pool) : NULL;
    return task->created && task->updated && (task->tool || !may_go_on(task));
}

void mcp_task_lose(mcp_task_t *task)
{
    task->status = MCP_TASK_FAILED;
    task->outcome = LOST;
}

int mcp_task_read(mcp_task_t *task, const char *id, const mcp_turn_t *t)
{
    mcp_letter_t letter = {0};
    const mcp_json_t *record;

    memset(task, 0, sizeof(*task));
    task->id = id;
    task->box = box_of(id, t);
    letter.kind = RECORD;
    if (!mcp_live_mailbox_is_open(t->x->works->shared, task->box.id,
                                  mcp_ctx_seconds(t->cx)) ||
        mcp_box_read(&letter, &task->box, t, t->cx->pool) ||
        mcp_json_read(&record, letter.text, letter.len, t->cx) ||
        !record_read(task, record, t))
        return 0;
    task->version = letter.number;
    if (task->status == MCP_TASK_WORKING &&
        !mcp_live_process_lives(task->worker)) {
        mcp_task_lose(task);
        mcp_task_store(task, t);
    }
    return 1;
}

const char *mcp_task_news(const char *id, apr_pool_t *pool)
{
    return apr_pstrcat(pool, MCP_TASK_EXTENSION ":", id, NULL);
}

mcp_box_status_t mcp_task_store(mcp_task_t *task, const mcp_turn_t *t)
{
    mcp_live_shared_t *shared = t->x->works->shared;
    mcp_news_t news = {"", mcp_task_news(task->id, t->cx->pool), 0, 1};
    mcp_letter_t letter = {0};
    mcp_box_status_t status;

    task->updated = mcp_moment_text(mcp_ctx_now(t->cx), t->cx->pool);
    letter.kind = RECORD;
    letter.text = render(task, &letter.len, t);
    status = mcp_live_mailbox_replace(shared, task->box.id, &letter,
                                      task->version, mcp_ctx_seconds(t->cx));
    if (status != MCP_BOX_OK)
        return status;
    task->version = letter.number;
    mcp_news_tell(shared, &news);
    return MCP_BOX_OK;
}

/* -- what its client is told -- */

/* ext-tasks: a failed one "SHOULD include a statusMessage field with
 * diagnostic information about the failure" */
static const char *message_of(const mcp_task_t *task, const mcp_turn_t *t)
{
    const mcp_json_t *error;

    if (task->status != MCP_TASK_FAILED || !task->outcome ||
        mcp_json_read(&error, task->outcome, strlen(task->outcome), t->cx))
        return NULL;
    return mcp_json_string(mcp_json_get(error, "message"));
}

void mcp_task_write(mcp_writer_t *w, const mcp_task_t *task, int is_seed,
                    const mcp_turn_t *t)
{
    mcp_writer_member(w, "taskId", task->id);
    mcp_writer_member(w, "status", statuses[task->status]);
    mcp_writer_member(w, "createdAt", task->created);
    mcp_writer_member(w, "lastUpdatedAt", task->updated);
    mcp_writer_member_integer(w, "ttlMs", t->x->server->task_lifetime * 1000);
    mcp_writer_member_integer(w, "pollIntervalMs", POLL_INTERVAL_MS);
    if (is_seed)
        return;
    mcp_writer_member(w, "statusMessage", message_of(task, t));
    write_json(w, "inputRequests", task->requests);
    if (outcomes[task->status] && task->outcome) {
        mcp_writer_name(w, outcomes[task->status]);
        mcp_writer_raw(w, task->outcome);
    }
}

/* -- whose client knows tasks -- */

int mcp_task_client_knows(const mcp_turn_t *t)
{
    const mcp_json_t *extensions = mcp_json_get(t->capabilities, "extensions");

    return t->era->bit == MCP_ERA_MODERN &&
           mcp_json_type(mcp_json_get(extensions, MCP_TASK_EXTENSION)) ==
               MCP_JSON_OBJECT;
}

const mcp_error_t *mcp_task_check_client(const mcp_turn_t *t)
{
    mcp_error_t *e;

    if (mcp_task_client_knows(t))
        return NULL;
    e = mcp_error_make(MCP_E_MISSING_CAPABILITY, t->cx,
                       "the client did not declare the tasks extension");
    e->data =
        "{\"requiredCapabilities\":{\"extensions\":{\"" MCP_TASK_EXTENSION
        "\":{}}}}";
    return e;
}
