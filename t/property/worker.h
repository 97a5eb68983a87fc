/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_PROPERTY_WORKER_H
#define MCP_T_PROPERTY_WORKER_H

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <apr_thread_proc.h>

#include "../unit/oauth_journey.h"
#include "model.h"
#include "oauth/code.h"
#include "oauth/grant.h"
#include "oauth/verify.h"
#include "stores.h"

/* A process that does what it is asked, as a child of httpd does: with a
 * keyring, a store and a memory of its own, in several threads, on a state
 * folder that it shares with others. */

#define THREADS 3
#define CLIENT_MAX 1100
#define TEXT_MAX 4096

typedef struct ask_t {
    ask_kind_t kind;
    int number;
    apr_int64_t now;
    int user, resource;
    char client[CLIENT_MAX];
    char text[TEXT_MAX]; /* the code, token or grant */
} ask_t;

typedef struct answer_t {
    answer_kind_t kind;
    int number;
    int generation; /* ASK_LOOK, ASK_LIST */
    apr_int64_t expires_in;
    char grant[64];      /* ASK_CODE, ASK_LIST */
    char text[TEXT_MAX]; /* the code or access token; or what went wrong */
    char refresh[256];
} answer_t;

typedef struct worker_t {
    pid_t pid; /* 0: it does not run */
    int socket;
} worker_t;

/* -- in the worker -- */

typedef struct work_t {
    world_t *world;
    int socket;
} work_t;

static inline void text_set(char *to, size_t size, const char *text)
{
    snprintf(to, size, "%s", text ? text : "");
}

static inline void answer_fault(answer_t *out, const mcp_error_t *e,
                                mcp_error_code_t refusal)
{
    out->kind = e->code == refusal             ? ANSWER_REFUSED
                : e->code == MCP_E_UNAVAILABLE ? ANSWER_UNAVAILABLE
                                               : ANSWER_STRANGE;
    text_set(out->text, sizeof(out->text),
             e->detail ? e->detail : mcp_error_text(e));
}

static inline void code_make(answer_t *out, const ask_t *ask, world_t *w,
                             mcp_ctx_t *cx)
{
    static const char *const users[] = {"ada", "bob", "eve"};
    mcp_oauth_request_t request;
    mcp_oauth_code_t record;
    const mcp_error_t *e;
    const char *code;

    memset(&request, 0, sizeof(request));
    request.client_id = ask->client;
    request.redirect_uri = CALLBACK;
    request.code_challenge = CHALLENGE;
    request.resource = ask->resource ? WIKI : TASKS;
    request.scope = ask->resource ? "" : "tasks:write tasks:read";
    request.may_refresh = 1;
    memset(&record, 0, sizeof(record));
    record.request = &request;
    record.identity.issuer = "httpd";
    record.identity.subject = record.identity.user = users[ask->user];
    e = mcp_oauth_code_make(&code, &record, &w->service, cx);
    if (e) {
        answer_fault(out, e, MCP_E_INVALID_GRANT);
        return;
    }
    out->kind = ANSWER_DONE;
    text_set(out->text, sizeof(out->text), code);
    text_set(out->grant, sizeof(out->grant), record.grant);
}

/* json: of the token endpoint, or "error STATUS NAME" */
static inline void tokens_take(answer_t *out, const char *json, mcp_ctx_t *cx)
{
    const char *access = text_in(json, "access_token", cx);

    out->kind = ANSWER_STRANGE;
    if (!strcmp(json, "error 400 invalid_grant"))
        out->kind = ANSWER_REFUSED;
    else if (!strncmp(json, "error 503 ", 10))
        out->kind = ANSWER_UNAVAILABLE;
    else if (access && text_in(json, "refresh_token", cx))
        out->kind = ANSWER_DONE;
    if (out->kind != ANSWER_DONE) {
        text_set(out->text, sizeof(out->text), json);
        return;
    }
    text_set(out->text, sizeof(out->text), access);
    text_set(out->refresh, sizeof(out->refresh),
             text_in(json, "refresh_token", cx));
    out->expires_in = number_in(json, "expires_in", cx);
}

static inline void token_verify(answer_t *out, const ask_t *ask, world_t *w,
                                mcp_ctx_t *cx)
{
    const mcp_principal_t *who;
    const mcp_error_t *e = mcp_oauth_verify_bearer(
        &who, apr_pstrcat(cx->pool, "Bearer ", ask->text, NULL),
        ask->resource ? &w->wiki : &w->tasks, cx);

    if (e)
        answer_fault(out, e, MCP_E_INVALID_TOKEN);
    else
        out->kind = who ? ANSWER_DONE : ANSWER_STRANGE;
}

/* The one place that knows how a grant is revoked. */
static inline void grant_revoke(answer_t *out, const ask_t *ask, world_t *w,
                                mcp_ctx_t *cx)
{
    mcp_oauth_grant_t grant;
    const mcp_error_t *e;

    memset(&grant, 0, sizeof(grant));
    grant.id = ask->text;
    grant.turned = ask->now;
    grant.expires = ask->now + w->lifetime.grant;
    e = mcp_oauth_grant_revoke(&grant, &w->works, cx);

    out->kind = ANSWER_DONE;
    if (e)
        answer_fault(out, e, MCP_E_INVALID_GRANT);
}

static inline void answer_send(int socket, const answer_t *answer)
{
    if (send(socket, answer, sizeof(*answer), MSG_NOSIGNAL) != sizeof(*answer))
        _exit(1);
}

static inline void grant_look_up(answer_t *out, const ask_t *ask, world_t *w,
                                 mcp_ctx_t *cx)
{
    mcp_oauth_grant_t *grant;
    const mcp_error_t *e =
        mcp_oauth_grant_get(&grant, ask->text, &w->works, cx);

    if (e) {
        answer_fault(out, e, MCP_E_INVALID_GRANT);
        return;
    }
    out->kind = grant ? ANSWER_DONE : ANSWER_REFUSED;
    out->generation = grant ? (int)grant->generation : 0;
}

typedef struct listing_t {
    answer_t *row;
    int socket;
} listing_t;

static inline const mcp_error_t *list_row(void *baton,
                                          const unsigned char *key,
                                          const mcp_record_t *record,
                                          mcp_ctx_t *cx)
{
    listing_t *listing = baton;
    mcp_oauth_grant_t *grant;

    (void)key;
    MCP_TRY(mcp_oauth_grant_read(&grant, record, cx));
    listing->row->kind = ANSWER_ROW;
    listing->row->generation = grant ? (int)grant->generation : 0;
    text_set(listing->row->grant, sizeof(listing->row->grant),
             grant ? grant->id : "unreadable");
    answer_send(listing->socket, listing->row);
    return NULL;
}

static inline void grants_list(answer_t *out, int socket, world_t *w,
                               mcp_ctx_t *cx)
{
    listing_t listing = {out, socket};
    const mcp_error_t *e = mcp_store_each(w->works.store, MCP_RECORD_GRANT,
                                          NULL, list_row, &listing, cx);

    out->kind = ANSWER_DONE;
    if (e)
        answer_fault(out, e, MCP_E_INVALID_GRANT);
}

static inline void answer_make(answer_t *out, const ask_t *ask, work_t *work,
                               mcp_ctx_t *cx)
{
    world_t *w = work->world;

    switch (ask->kind) {
    case ASK_CODE:
        code_make(out, ask, w, cx);
        return;
    case ASK_REDEEM:
        tokens_take(out, redeem(w, ask->client, ask->text, cx), cx);
        return;
    case ASK_REFRESH:
        tokens_take(out, refresh(w, ask->client, ask->text, NULL, cx), cx);
        return;
    case ASK_VERIFY:
        token_verify(out, ask, w, cx);
        return;
    case ASK_REVOKE:
        grant_revoke(out, ask, w, cx);
        return;
    case ASK_LOOK:
        grant_look_up(out, ask, w, cx);
        return;
    case ASK_LIST:
        grants_list(out, work->socket, w, cx);
        return;
    }
}

static inline void log_drop(void *baton, mcp_log_level_t level, int number,
                            const char *line)
{
    (void)baton;
    (void)level;
    (void)number;
    (void)line;
}

static const mcp_host_t worker_host = {tap_clock, mcp_random_system, log_drop,
                                       NULL};

static inline void *APR_THREAD_FUNC thread_run(apr_thread_t *thread,
                                               void *data)
{
    mcp_ctx_t cx = {NULL, &worker_host, NULL};
    work_t *work = data;
    answer_t answer;
    ask_t ask;

    (void)thread;
    apr_pool_create(&cx.pool, NULL);
    while (recv(work->socket, &ask, sizeof(ask), 0) == sizeof(ask)) {
        /* all that is asked at once is asked at the same time */
        tap_now = apr_time_from_sec(ask.now);
        memset(&answer, 0, sizeof(answer));
        answer.number = ask.number;
        answer_make(&answer, &ask, work, &cx);
        answer_send(work->socket, &answer);
        apr_pool_clear(cx.pool);
    }
    apr_pool_destroy(cx.pool);
    return NULL;
}

static inline void worker_run(int socket, const store_kind_t *kind,
                              const char *directory)
{
    mcp_ctx_t cx = {NULL, &worker_host, NULL};
    apr_thread_t *threads[THREADS];
    apr_status_t unused;
    mcp_store_t *store;
    work_t work;
    int i;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGXFSZ, SIG_IGN); /* a file may not grow: EFBIG */
    tap_is_quiet = 1;
    apr_pool_create(&cx.pool, NULL);
    store = kind->open(directory, &cx);
    work.world = world_in(directory, store, &cx);
    work.socket = socket;
    if (!store || tap_failed)
        _exit(1);
    for (i = 0; i < THREADS; i++)
        apr_thread_create(&threads[i], NULL, thread_run, &work, cx.pool);
    for (i = 0; i < THREADS; i++)
        apr_thread_join(&unused, threads[i]);
    apr_pool_destroy(cx.pool);
    _exit(0);
}

/* -- for the driver -- */

static inline void worker_start(worker_t *workers, int count, int which,
                                const store_kind_t *kind,
                                const char *directory)
{
    worker_t *worker = &workers[which];
    int pair[2], i;

    fflush(stdout);
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) != 0 ||
        (worker->pid = fork()) < 0) {
        perror("worker");
        exit(99);
    }
    if (worker->pid == 0) {
        for (i = 0; i < count; i++)
            if (i != which && workers[i].pid)
                close(workers[i].socket);
        close(pair[0]);
        worker_run(pair[1], kind, directory);
    }
    close(pair[1]);
    worker->socket = pair[0];
}

/* signal: 0 to let it end by itself */
static inline void worker_end(worker_t *worker, int signal)
{
    int status;

    if (signal)
        kill(worker->pid, signal);
    close(worker->socket);
    waitpid(worker->pid, &status, 0);
    worker->pid = 0;
}

#endif
