/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "../unit/oauth_remote.h"
#include "stores.h"

/* Logins that began at an identity provider, whose refresh tokens are good
 * once: several processes refresh the same ones at the same moment, while the
 * provider says yes, no, or nothing, processes are killed and the clock is
 * set. What must hold:
 *
 *   at one moment the provider is asked once for each grant, whoever is
 * killed; no refresh token of the provider's comes there twice, but one whose
 * answer died with the process that got it; a provider that is silent, or
 * would not have us, ends nothing; nothing is good any more of what it
 * refused; all who refresh one token at once get the same successor.
 *
 *   MCP_SEED=N MCP_STEPS=N MCP_STORE=sqlite or redis
 *   MCP_SHORT=N: an N-th of the usual steps
 */

#define STEPS 80
#define LOGINS 8
#define CROWD 5 /* processes of a step */
#define TOKEN_MAX 2048

typedef enum { YES, SILENT, STRANGER, NO, WORDS } word_t;

static const char *const words[] = {"yes", "nothing", "would not have us",
                                    "no"};

/* What a process does, and what came of it. */
typedef struct task_t {
    int login; /* -1: it signs in */
    int family;
    pid_t pid;
    int is_killed;
    char refresh[TOKEN_MAX], access[TOKEN_MAX]; /* of before; then: got */
    int is_open; /* the access token of before, after all that */
    int is_done;
    char error[64]; /* "" : it worked */
} task_t;

/* What all processes see. */
typedef struct shared_t {
    op_t provider;
    apr_int64_t now; /* atomic, in seconds */
    task_t tasks[CROWD];
} shared_t;

static shared_t *shared;

typedef struct login_t {
    char refresh[TOKEN_MAX], access[TOKEN_MAX];
    int family;
    int is_there;
    int is_dead; /* refused */
    int may_die; /* an answer died with its process */
} login_t;

typedef struct play_t {
    mcp_ctx_t *cx;
    const store_kind_t *kind;
    place_t place;
    const char *client;
    apr_uint64_t seed;
    apr_uint64_t random;
    int step;
    word_t word;
    int asked[FAMILIES], reuses[FAMILIES]; /* before the step */
    login_t logins[LOGINS];
    struct {
        int refreshed, refused, killed, died, asked, silent;
    } sum;
} play_t;

/* -- chance -- */

static unsigned pick(play_t *p, unsigned most)
{
    p->random = p->random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(p->random >> 33) % most;
}

static apr_uint64_t number_of(const char *name, apr_uint64_t otherwise)
{
    const char *text = getenv(name);

    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

static void contradict(const play_t *p, const char *why)
{
    ok(0,
       "%s: MCP_STORE=%s MCP_SEED=%" APR_UINT64_T_FMT
       " step %d, the provider says %s",
       why, p->kind->name, p->seed, p->step, words[p->word]);
    kill(0, SIGTERM);
    exit(1);
}

/* -- in a process -- */

static apr_time_t process_now(void *baton)
{
    (void)baton;
    return apr_time_from_sec(__atomic_load_n(&shared->now, __ATOMIC_RELAXED));
}

static void log_drop(void *baton, mcp_log_level_t level, int number,
                     const char *line)
{
    (void)baton, (void)level, (void)number, (void)line;
}

static const mcp_host_t process_host = {process_now, mcp_random_system,
                                        log_drop, NULL};

static world_t *world_open(const play_t *p, int which, mcp_ctx_t *cx)
{
    const char *directory = p->kind->directory(&p->place, which, cx->pool);
    mcp_jose_keyring_t *keys = mcp_jose_keyring_make(cx->pool);
    mcp_store_t *store;
    world_t *w;

    if (p->kind->open(&store, &p->place, directory, cx) ||
        mcp_jose_keyring_open(keys, p->kind->keys(directory, store, cx->pool),
                              issuers_make(cx->pool), NULL, cx))
        return NULL;
    w = world_with(directory, keys, store, cx);
    remote_add(w, cx);
    w->lifetime.refresh_grace = 3600;
    return w;
}

static void tokens_take(task_t *task, const char *json, mcp_ctx_t *cx)
{
    const char *token = json ? refresh_token_in(json, cx) : NULL;

    if (!token) {
        apr_cpystrn(task->error, json ? json : "no code", sizeof(task->error));
        return;
    }
    apr_cpystrn(task->refresh, token, sizeof(task->refresh));
    apr_cpystrn(task->access, text_in(json, "access_token", cx),
                sizeof(task->access));
}

static void task_do(task_t *task, const play_t *p, world_t *w, mcp_ctx_t *cx)
{
    const char *before =
        apr_psprintf(cx->pool, "{\"access_token\":\"%s\"}", task->access);

    if (task->login < 0) {
        tokens_take(task, remote_tokens(w, p->client, cx), cx);
        task->family = op.families - 1;
    }
    else {
        tokens_take(task, refresh(w, p->client, task->refresh, NULL, cx), cx);
        task->is_open = is_open(w, before, cx);
    }
    task->is_done = 1;
}

static void linger(void *baton)
{
    apr_sleep((apr_interval_time_t)(apr_size_t)baton);
}

static void process_run(play_t *p, int which)
{
    mcp_ctx_t cx = {NULL, &process_host, NULL};
    world_t *w;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    tap_is_quiet = 1;
    apr_pool_create(&cx.pool, NULL);
    w = world_open(p, which, &cx);
    if (w)
        task_do(&shared->tasks[which], p, w, &cx);
    _exit(0);
}

static void process_start(play_t *p, int which, int login)
{
    task_t *task = &shared->tasks[which];
    pid_t pid;

    memset(task, 0, sizeof(*task));
    task->login = login;
    if (login >= 0) {
        task->family = p->logins[login].family;
        apr_cpystrn(task->refresh, p->logins[login].refresh, TOKEN_MAX);
        apr_cpystrn(task->access, p->logins[login].access, TOKEN_MAX);
    }
    fflush(stdout);
    pid = fork();
    if (!pid)
        process_run(p, which);
    task->pid = pid;
}

/* -- what must hold -- */

static void asked_check(const play_t *p, const login_t *login)
{
    int family = login->family;

    if (op.asked[family] - p->asked[family] > 1)
        contradict(p, "it was asked twice at one moment");
    if (op.reuses[family] > p->reuses[family] && !login->may_die)
        contradict(p, "a refresh token came twice");
}

static int is_asked(const play_t *p, const login_t *login)
{
    return op.asked[login->family] > p->asked[login->family];
}

/* What a process got that was not killed. */
static void task_check(play_t *p, const task_t *task, login_t *login)
{
    int is_no = p->word == NO && is_asked(p, login);
    int may_refuse = login->is_dead || is_no ||
                     (login->may_die && is_asked(p, login));

    if (!task->is_done)
        contradict(p, "a process ended by itself");
    if (!*task->error) {
        if (login->is_dead)
            contradict(p, "what was refused is good again");
        p->sum.refreshed++;
        return;
    }
    if (strcmp(task->error, "error 400 invalid_grant") != 0)
        contradict(p, task->error);
    if (!may_refuse)
        contradict(p, "a login is lost");
    if (task->is_open)
        contradict(p, "an access token of what was refused is good");
    p->sum.refused++;
}

/* Whoever was killed: those who were not. */
static void login_judge(play_t *p, int n)
{
    login_t *login = &p->logins[n];
    const task_t *good = NULL, *bad = NULL;
    int i, has_lost = 0;

    asked_check(p, login);
    for (i = 0; i < CROWD; i++) {
        const task_t *task = &shared->tasks[i];

        if (task->login != n)
            continue;
        if (task->is_killed && is_asked(p, login) &&
            op.asker[login->family] == task->pid)
            has_lost = 1;
        if (task->is_killed && !task->is_done)
            continue;
        task_check(p, task, login);
        if (good && !*task->error && strcmp(good->refresh, task->refresh) != 0)
            contradict(p, "two families live");
        *(*task->error ? &bad : &good) = task;
    }
    if (bad)
        login->is_dead = 1;
    if (good && !bad) {
        apr_cpystrn(login->refresh, good->refresh, TOKEN_MAX);
        apr_cpystrn(login->access, good->access, TOKEN_MAX);
    }
    /* what the provider said was kept, or nobody knows it */
    if (is_asked(p, login) && (p->word == YES || p->word == NO)) {
        login->may_die = has_lost;
        p->sum.died += has_lost;
    }
}

/* -- a step -- */

static void provider_set(play_t *p)
{
    static const word_t all[] = {YES, YES,    YES,    YES,      YES,
                                 YES, SILENT, SILENT, STRANGER, NO};

    p->word = all[pick(p, sizeof(all) / sizeof(*all))];
    op_behave();
    op.meanwhile = linger;
    op.baton = (void *)(apr_size_t)(pick(p, 30) * 1000);
    if (p->word == SILENT)
        op.token_status = 0;
    if (p->word == STRANGER) {
        op.token_status = 401;
        op.token_body = "{\"error\":\"invalid_client\"}";
    }
    if (p->word == NO) {
        op.token_status = 400;
        op.token_body = "{\"error\":\"invalid_grant\"}";
    }
    memcpy(p->asked, op.asked, sizeof(p->asked));
    memcpy(p->reuses, op.reuses, sizeof(p->reuses));
}

static void clock_set(play_t *p)
{
    static const int steps[] = {0, 5, 31, 61, 61, 61, 100, 200, -40};

    shared->now += steps[pick(p, sizeof(steps) / sizeof(*steps))];
}

/* Who waits for the dead need not do so in real time. */
static void process_kill(play_t *p)
{
    task_t *task = &shared->tasks[pick(p, CROWD)];

    apr_sleep(pick(p, 60) * 1000);
    kill(task->pid, SIGKILL);
    task->is_killed = 1;
    __atomic_add_fetch(&shared->now, 16, __ATOMIC_RELAXED);
    p->sum.killed++;
}

static void processes_await(void)
{
    int i;

    for (i = 0; i < CROWD; i++)
        if (shared->tasks[i].pid)
            waitpid(shared->tasks[i].pid, NULL, 0);
}

static void sign_in(play_t *p, int n)
{
    task_t *task = &shared->tasks[0];
    login_t *login = &p->logins[n];
    int i;

    for (i = 0; i < CROWD; i++)
        memset(&shared->tasks[i], 0, sizeof(task_t));
    p->word = YES;
    op_behave();
    process_start(p, 0, -1);
    processes_await();
    if (!task->is_done || *task->error)
        contradict(p, *task->error ? task->error : "nobody can sign in");
    memset(login, 0, sizeof(*login));
    login->is_there = 1;
    login->family = task->family;
    apr_cpystrn(login->refresh, task->refresh, TOKEN_MAX);
    apr_cpystrn(login->access, task->access, TOKEN_MAX);
}

static void step(play_t *p)
{
    int one = (int)pick(p, LOGINS), two = (int)pick(p, LOGINS), i;

    if (!p->logins[one].is_there || (p->logins[one].is_dead && !pick(p, 3))) {
        if (op.families < FAMILIES - 1)
            sign_in(p, one);
    }
    if (!p->logins[two].is_there)
        two = one;
    clock_set(p);
    provider_set(p);
    for (i = 0; i < CROWD; i++)
        process_start(p, i, i % 3 ? one : two);
    if (!pick(p, 3))
        process_kill(p);
    processes_await();
    p->kind->settle(&p->place);
    login_judge(p, one);
    if (two != one)
        login_judge(p, two);
    p->sum.asked += is_asked(p, &p->logins[one]);
    p->sum.silent += p->word == SILENT;
}

/* -- all of it -- */

/* What must not be open when processes fork. */
static void client_make(play_t *p)
{
    task_t *task = &shared->tasks[0];
    pid_t pid = fork();

    if (!pid) {
        mcp_ctx_t cx = {NULL, &process_host, NULL};
        world_t *w;

        tap_is_quiet = 1;
        apr_pool_create(&cx.pool, NULL);
        w = world_open(p, 0, &cx);
        if (w)
            apr_cpystrn(task->refresh, public_client(w, &cx), TOKEN_MAX);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    p->client = apr_pstrdup(p->cx->pool, task->refresh);
    ok(*p->client != '\0', "a client is registered");
}

static void play_begin(play_t *p, mcp_ctx_t *cx)
{
    const char *store = getenv("MCP_STORE");

    p->cx = cx;
    p->kind = store_kind_find(store && *store ? store : "sqlite");
    if (!p->kind) {
        fprintf(stderr, "MCP_STORE=%s: there is no such store\n", store);
        exit(99);
    }
    if (p->kind->need)
        p->kind->need();
    p->seed = p->random =
        number_of("MCP_SEED", (apr_uint64_t)getpid() * 7919 +
                                  (apr_uint64_t)apr_time_now() % 1000000);
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        perror("mmap");
        exit(99);
    }
    op_at = &shared->provider;
    op_make(cx);
    shared->now = apr_time_sec(tap_now);
    p->place.directory = directory_make(cx->pool);
    fine(p->kind->prepare(&p->place, cx), "the store is there");
    client_make(p);
}

static void body(mcp_ctx_t *cx)
{
    static play_t play;
    int steps = (int)number_of("MCP_STEPS", STEPS / number_of("MCP_SHORT", 1)),
        few = steps < STEPS;

    play_begin(&play, cx);
    for (play.step = 1; play.step <= steps; play.step++)
        step(&play);
    play.kind->end(&play.place);
    ok(1,
       "MCP_STORE=%s MCP_SEED=%" APR_UINT64_T_FMT " MCP_STEPS=%d: nothing "
       "contradicts what must hold",
       play.kind->name, play.seed, steps);
    ok(few || (play.sum.refreshed > steps && play.sum.asked > steps / 4),
       "%d refreshes, the provider was asked in %d steps", play.sum.refreshed,
       play.sum.asked);
    ok(few || play.sum.refused > 0, "%d were refused", play.sum.refused);
    ok(few || play.sum.killed > steps / 8,
       "%d processes were killed, %d answers died with them", play.sum.killed,
       play.sum.died);
    ok(few || play.sum.silent > 0, "%d times it was silent", play.sum.silent);
}

TAP_MAIN(body)
