/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_PROPERTY_WORKER_H
#define MCP_T_PROPERTY_WORKER_H

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <apr_thread_mutex.h>
#include <apr_thread_proc.h>

#include "../unit/oauth_journey.h"
#include "model.h"
#include "oauth/code.h"
#include "oauth/grant.h"
#include "oauth/revoke.h"
#include "oauth/verify.h"
#include "store/deadline.h"
#include "stores.h"

/* A process that does what it is asked, as a child of httpd does: with a
 * keyring, a store and a memory of its own, in several threads, on a state
 * folder that it shares with others or, where nodes share a store, has to
 * itself. */

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
    int ended;      /* ASK_REVOKE, ASK_USER, ASK_CLIENT: how many grants */
    apr_int64_t expires_in;
    char grant[64];      /* ASK_CODE, ASK_LIST */
    char text[TEXT_MAX]; /* the code or access token; or what went wrong */
    char refresh[256];
} answer_t;

typedef struct worker_t {
    pid_t pid; /* 0: it does not run */
    int socket;
} worker_t;

/* Which process it is of those that play. */
typedef struct role_t {
    const store_kind_t *kind;
    const place_t *place;
    int which;
} role_t;

/* -- in the worker -- */

typedef struct work_t {
    const role_t *role;
    int socket;
    apr_thread_mutex_t *mutex; /* over opening it */
    world_t *world;            /* atomic; NULL until all of it was opened */
    apr_pool_t *pool;          /* of the world */
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

static inline mcp_identity_t identity_of(const ask_t *ask, apr_pool_t *pool)
{
    mcp_identity_t identity;

    memset(&identity, 0, sizeof(identity));
    identity.issuer = "httpd";
    identity.subject = identity.user = apr_psprintf(pool, "user%d", ask->user);
    return identity;
}

/* What the client's request and the sign-in note. */
static inline const mcp_error_t *marks_get(mcp_oauth_request_t *request,
                                           mcp_oauth_code_t *record,
                                           world_t *w, mcp_ctx_t *cx)
{
    MCP_TRY(mcp_oauth_ended_client_mark(&request->client_mark,
                                        request->client_id, &w->works, cx));
    return mcp_oauth_ended_user_mark(&record->mark, &record->identity,
                                     &w->works, cx);
}

static inline void code_make(answer_t *out, const ask_t *ask, world_t *w,
                             mcp_ctx_t *cx)
{
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
    record.identity = identity_of(ask, cx->pool);
    e = marks_get(&request, &record, w, cx);
    if (!e)
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
    const mcp_error_t *e =
        verify_header(&who, apr_pstrcat(cx->pool, "Bearer ", ask->text, NULL),
                      ask->resource ? &w->wiki : &w->tasks, cx);

    if (e)
        answer_fault(out, e, MCP_E_INVALID_TOKEN);
    else
        out->kind = who ? ANSWER_DONE : ANSWER_STRANGE;
}

/* One grant, or everything of a user or client. */
static inline void all_revoke(answer_t *out, const ask_t *ask, world_t *w,
                              mcp_ctx_t *cx)
{
    const mcp_identity_t identity = identity_of(ask, cx->pool);
    const mcp_oauth_works_t *works = &w->works;
    const mcp_error_t *e;

    if (ask->kind == ASK_USER)
        e = mcp_oauth_revoke_user(&out->ended, &identity, "administrator",
                                  works, cx);
    else if (ask->kind == ASK_CLIENT)
        e = mcp_oauth_revoke_client(&out->ended, ask->client, works, cx);
    else
        e = mcp_oauth_revoke_grant(&out->ended, ask->text, works, cx);
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

static inline void answer_make(answer_t *out, const ask_t *ask,
                               const work_t *work, mcp_ctx_t *cx)
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
    case ASK_USER:
    case ASK_CLIENT:
        all_revoke(out, ask, w, cx);
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

/* -- its state -- */

static inline const mcp_error_t *world_open(world_t **world,
                                            const role_t *role, mcp_ctx_t *cx)
{
    const store_kind_t *kind = role->kind;
    const char *directory =
        kind->directory(role->place, role->which, cx->pool);
    mcp_jose_keyring_t *keys = mcp_jose_keyring_make(cx->pool);
    mcp_store_t *store;

    MCP_TRY(kind->open(&store, role->place, directory, cx));
    MCP_TRY(mcp_jose_keyring_open(keys, kind->keys(directory, store, cx->pool),
                                  issuers_make(cx->pool), NULL, cx));
    *world = world_with(directory, keys, store, cx);
    return NULL;
}

/* All or nothing. */
static inline void work_try(answer_t *out, work_t *work)
{
    mcp_ctx_t cx = {NULL, &worker_host, NULL};
    world_t *world = NULL;
    const mcp_error_t *e;

    apr_pool_create(&cx.pool, NULL);
    e = world_open(&world, work->role, &cx);
    if (e) {
        answer_fault(out, e, MCP_E_INVALID_GRANT);
        apr_pool_destroy(cx.pool);
        return;
    }
    work->pool = cx.pool;
    __atomic_store_n(&work->world, world, __ATOMIC_RELEASE);
}

/* What could not be opened is tried again by the next who is asked. */
static inline int work_is_open(answer_t *out, work_t *work)
{
    if (__atomic_load_n(&work->world, __ATOMIC_ACQUIRE))
        return 1;
    out->kind = ANSWER_UNAVAILABLE;
    if (apr_thread_mutex_trylock(work->mutex))
        return 0;
    if (!work->world)
        work_try(out, work);
    apr_thread_mutex_unlock(work->mutex);
    return __atomic_load_n(&work->world, __ATOMIC_ACQUIRE) != NULL;
}

/* Keys may have been turned; who cannot hear of it has to ask. */
static inline int work_is_ready(answer_t *out, work_t *work, mcp_ctx_t *cx)
{
    const mcp_oauth_works_t *works;
    const mcp_error_t *e;
    int turned;

    if (!work_is_open(out, work))
        return 0;
    works = &work->world->works;
    e = mcp_store_is_hearing(works->store)
            ? mcp_jose_keyring_follow(
                  &turned, works->keys,
                  mcp_store_sequence_get(works->revocations), cx)
            : mcp_jose_keyring_look(works->keys, cx);
    if (e)
        answer_fault(out, e, MCP_E_INVALID_GRANT);
    return !e;
}

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
        if (work_is_ready(&answer, work, &cx))
            answer_make(&answer, &ask, work, &cx);
        answer_send(work->socket, &answer);
        apr_pool_clear(cx.pool);
    }
    apr_pool_destroy(cx.pool);
    return NULL;
}

static inline void worker_run(int socket, const role_t *role)
{
    apr_thread_t *threads[THREADS];
    work_t work = {role, socket, NULL, NULL, NULL};
    answer_t unused_answer;
    apr_status_t unused;
    apr_pool_t *pool;
    int i;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGXFSZ, SIG_IGN); /* a file may not grow: EFBIG */
    tap_is_quiet = 1;
    apr_pool_create(&pool, NULL);
    apr_thread_mutex_create(&work.mutex, APR_THREAD_MUTEX_DEFAULT, pool);
    work_is_open(&unused_answer, &work);
    if (tap_failed)
        _exit(1);
    for (i = 0; i < THREADS; i++)
        apr_thread_create(&threads[i], NULL, thread_run, &work, pool);
    for (i = 0; i < THREADS; i++)
        apr_thread_join(&unused, threads[i]);
    if (work.pool)
        apr_pool_destroy(work.pool);
    apr_pool_destroy(pool);
    _exit(0);
}

/* -- for the driver -- */

static inline void worker_start(worker_t *workers, int count,
                                const role_t *role)
{
    worker_t *worker = &workers[role->which];
    int pair[2], i;

    fflush(stdout);
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0 ||
        (worker->pid = fork()) < 0) {
        perror("worker");
        exit(99);
    }
    if (worker->pid == 0) {
        for (i = 0; i < count; i++)
            if (i != role->which && workers[i].pid)
                close(workers[i].socket);
        close(pair[0]);
        worker_run(pair[1], role);
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
