/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_PROPERTY_PLAY_H
#define MCP_T_PROPERTY_PLAY_H

#include <poll.h>

#include <apr_hash.h>

#include "worker.h"

/* What the driver knows while it plays: the grants and what may be true of
 * them, the workers, the clock, the trouble; and how it asks many at once and
 * judges what they answered. */

#define WORKERS 4
#define CLIENTS 8
#define USERS 8
#define ACTIVE 48
#define GENERATIONS 8
#define TOKENS 6
#define HISTORY 30
#define PATIENCE 60000 /* milliseconds */
/* until all nodes have heard of a revocation, or the store answers again */
#define HEARING 2000
#define RECOVERY 20000

typedef struct token_t {
    char *text;
    apr_int64_t issued, expires;
} token_t;

typedef struct grant_t {
    char id[64];
    char *code;
    apr_int64_t code_expires;
    int client, user, resource;
    states_t states;
    int won;    /* how often the code gave tokens */
    int newest; /* generation of the newest refresh token that is known */
    char *refresh[GENERATIONS]; /* by generation modulo GENERATIONS */
    token_t access[TOKENS];     /* the newest ones */
    int access_count;           /* of all ever */
    int is_dead;                /* was found to be revoked for certain */
    int is_over;                /* and all processes know */
    int listed;                 /* generation, in a list that is being read */
} grant_t;

/* One of what is asked at once. */
typedef struct op_t {
    grant_t *grant; /* or NULL */
    event_t event;
    const char *text;
    int client, user, resource;
    int worker;
    int is_open; /* no answer yet */
    int again;   /* so often the token answered is used at once */
    int follows; /* number of the op, from 1, whose token this one uses */
    answer_t answer;
} op_t;

typedef struct play_t {
    mcp_ctx_t *cx;
    const store_kind_t *kind;
    place_t place;
    const trouble_t *trouble; /* or NULL */
    int trouble_waits;        /* it begins in the midst of what is asked */
    int trouble_ends;         /* at this step */
    mcp_lifetime_t lifetime;
    const char *clients[CLIENTS];
    worker_t workers[WORKERS];
    apr_hash_t *grants; /* all, by id */
    grant_t *active[ACTIVE];
    apr_int64_t now, offset; /* the time, and how wrong the clock is */
    apr_uint64_t seed, random;
    int step, steps;
    op_t ops[EVENTS];
    int op_count;
    char history[HISTORY][160];
    int history_count;
    struct {
        int redeemed, refreshed, repeated, refused, verified, revoked, reused;
        int ended, heard;
        int killed, unknown, restarted, unavailable, clocks, troubles,
            given_up;
    } sum;
} play_t;

/* -- chance (splitmix64) -- */

static inline unsigned pick(play_t *p, unsigned below)
{
    apr_uint64_t z = (p->random += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (unsigned)((z ^ (z >> 31)) % below);
}

static inline int one_in(play_t *p, unsigned n)
{
    return pick(p, n) == 0;
}

/* -- telling -- */

static const char *const kind_names[] = {"code",       "redeem", "refresh",
                                         "verify",     "revoke", "end user",
                                         "end client", "look",   "list"};
static const char *const answer_names[] = {"killed",      "done",    "refused",
                                           "unavailable", "STRANGE", "row"};

static inline void note(play_t *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline void note(play_t *p, const char *format, ...)
{
    char *line = p->history[p->history_count++ % HISTORY];
    va_list args;
    int len = snprintf(line, 160, "step %d: ", p->step);

    va_start(args, format);
    vsnprintf(line + len, 160 - len, format, args);
    va_end(args);
}

static inline void note_op(play_t *p, const op_t *op)
{
    const event_t *e = &op->event;

    note(p, "%s%s of %.6s (%d, %d) generation %d by %d: %s %d %.60s",
         kind_names[e->kind], e->is_stranger ? " by a stranger" : "",
         op->grant ? op->grant->id : "-", op->user, op->client, e->generation,
         op->worker, answer_names[e->answer], e->successor,
         e->answer == ANSWER_DONE ? "" : op->answer.text);
}

static inline void workers_end(play_t *p, int signal)
{
    int i;

    for (i = 0; i < WORKERS; i++)
        if (p->workers[i].pid)
            worker_end(&p->workers[i], signal);
}

/* A contradiction: all that is needed to look into it. */
static inline void contradict(play_t *p, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));
static inline void contradict(play_t *p, const char *format, ...)
{
    int i = p->history_count > HISTORY ? p->history_count - HISTORY : 0;
    va_list args;

    printf("not ok %d - contradiction\n1..%d\n", tap_count + 1, tap_count + 1);
    va_start(args, format);
    fprintf(stderr, "# ");
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr,
            "\n# MCP_STORE=%s MCP_SEED=%" APR_UINT64_T_FMT
            " MCP_STEPS=%d, step %d, clock %+d s%s%s\n",
            p->kind->name, p->seed, p->steps, p->step, (int)p->offset,
            p->trouble ? ", " : "", p->trouble ? p->trouble->name : "");
    for (; i < p->history_count; i++)
        fprintf(stderr, "#   %s\n", p->history[i % HISTORY]);
    workers_end(p, SIGKILL);
    p->kind->end(&p->place);
    tempdir_end(p->place.directory);
    exit(1);
}

static inline void states_tell_all(play_t *p, const grant_t *grant)
{
    int i;

    for (i = 0; i < grant->states.count; i++) {
        const state_t *s = &grant->states.all[i];

        note(p,
             "%.6s may be: generation %d, turned %d s ago, spent %d, "
             "record %d, revoked %d, ended %d, known to %d",
             grant->id, s->generation, (int)(p->now + p->offset - s->turned),
             s->is_spent, s->has_record, s->revoked, s->is_ended, s->knowing);
    }
}

/* -- asking -- */

static inline apr_int64_t clock_of(const play_t *p)
{
    return p->now + p->offset;
}

static inline op_t *op_add(play_t *p, ask_kind_t kind, grant_t *grant)
{
    op_t *op = &p->ops[p->op_count++];

    memset(op, 0, sizeof(*op));
    op->event.kind = kind;
    op->grant = grant;
    op->worker = -1;
    if (grant) {
        op->client = grant->client;
        op->user = grant->user;
        op->resource = grant->resource;
    }
    return op;
}

static inline void worker_up(play_t *p, int which)
{
    const role_t role = {p->kind, &p->place, which};

    worker_start(p->workers, WORKERS, &role);
    if (p->trouble && p->trouble->reach)
        p->trouble->reach(&p->place, p->workers[which].pid, 1);
}

static inline int worker_choose(play_t *p)
{
    int i, from = (int)pick(p, WORKERS);

    for (i = 0; i < WORKERS; i++)
        if (p->workers[(from + i) % WORKERS].pid)
            return (from + i) % WORKERS;
    worker_up(p, from);
    return from;
}

static inline int is_revoking(ask_kind_t kind)
{
    return kind == ASK_REVOKE || kind == ASK_USER || kind == ASK_CLIENT;
}

static inline void op_send(play_t *p, int number)
{
    op_t *op = &p->ops[number];
    ask_t ask;

    if (op->worker < 0)
        op->worker = worker_choose(p);
    /* the others revoke by the way: all have to hear of it */
    if (p->kind->is_shared &&
        (op->event.kind == ASK_VERIFY || is_revoking(op->event.kind)))
        op->event.node = 1 << op->worker;
    memset(&ask, 0, sizeof(ask));
    ask.kind = op->event.kind;
    ask.number = number;
    ask.now = clock_of(p);
    ask.user = op->user;
    ask.resource = op->resource;
    text_set(ask.client, sizeof(ask.client), p->clients[op->client]);
    text_set(ask.text, sizeof(ask.text), op->text);
    op->is_open = 1;
    if (send(p->workers[op->worker].socket, &ask, sizeof(ask), MSG_NOSIGNAL) !=
        sizeof(ask))
        contradict(p, "worker %d is gone", op->worker);
}

/* r1-KEY.grant.GENERATION.MAC */
static inline int generation_of(const char *refresh)
{
    const char *dot = strchr(refresh, '.');

    dot = dot ? strchr(dot + 1, '.') : NULL;
    return dot ? atoi(dot + 1) : 0;
}

static inline void row_take(play_t *p, const answer_t *answer)
{
    grant_t *grant =
        apr_hash_get(p->grants, answer->grant, APR_HASH_KEY_STRING);

    if (!grant)
        contradict(p, "the store holds a grant that nobody asked for: %s",
                   answer->grant);
    grant->listed = answer->generation;
}

/* One answer of a worker: the op's number, -1 for a row; -2 when there will
 * be no more. */
static inline int answer_take(play_t *p, int which)
{
    static answer_t answer;
    op_t *op;

    if (recv(p->workers[which].socket, &answer, sizeof(answer), 0) !=
        sizeof(answer))
        return -2;
    if (answer.kind == ANSWER_ROW) {
        row_take(p, &answer);
        return -1;
    }
    op = &p->ops[answer.number];
    op->answer = answer;
    op->event.answer = answer.kind;
    op->is_open = 0;
    return answer.number;
}

/* A client that goes on while others still wait. */
static inline void op_go_on(play_t *p, int number)
{
    const op_t *op = &p->ops[number];
    op_t *next;

    if (!op->again || op->event.answer != ANSWER_DONE || p->op_count == EVENTS)
        return;
    next = op_add(p, op->event.kind, op->grant);
    next->text = op->answer.refresh;
    next->event.generation = generation_of(next->text);
    next->again = op->again - 1;
    next->follows = number + 1;
    op_send(p, p->op_count - 1);
}

static inline int are_open(const play_t *p)
{
    int i;

    for (i = 0; i < p->op_count; i++)
        if (p->ops[i].is_open)
            return 1;
    return 0;
}

/* Waits until all is answered. */
static inline void answers_await(play_t *p)
{
    struct pollfd ready[WORKERS];
    int i, number;

    while (are_open(p)) {
        for (i = 0; i < WORKERS; i++) {
            ready[i].fd = p->workers[i].pid ? p->workers[i].socket : -1;
            ready[i].events = POLLIN;
            ready[i].revents = 0;
        }
        if (poll(ready, WORKERS, PATIENCE) <= 0)
            contradict(p, "no answer");
        for (i = 0; i < WORKERS; i++) {
            if (!ready[i].revents)
                continue;
            number = answer_take(p, i);
            if (number == -2)
                contradict(p, "worker %d died by itself", i);
            if (number >= 0)
                op_go_on(p, number);
        }
    }
}

/* In the midst of what it does; what it had answered counts. */
static inline void worker_kill(play_t *p, int which)
{
    int i;

    kill(p->workers[which].pid, SIGKILL);
    while (answer_take(p, which) != -2)
        ;
    worker_end(&p->workers[which], SIGKILL);
    for (i = 0; i < p->op_count; i++)
        if (p->ops[i].is_open && p->ops[i].worker == which) {
            p->ops[i].is_open = 0;
            p->ops[i].event.answer = ANSWER_NONE;
            p->sum.unknown++;
        }
    p->sum.killed++;
}

/* -- judging -- */

static inline void access_keep(grant_t *grant, const op_t *op, apr_int64_t now)
{
    token_t *token = &grant->access[grant->access_count++ % TOKENS];

    free(token->text);
    token->text = strdup(op->answer.text);
    token->issued = now;
    token->expires = now + op->answer.expires_in;
}

/* Every generation of a family has one token. */
static inline void refresh_keep(play_t *p, grant_t *grant, const op_t *op)
{
    int generation = op->event.successor;
    char **known = &grant->refresh[generation % GENERATIONS];

    if (generation > grant->newest - GENERATIONS &&
        generation <= grant->newest && *known &&
        generation_of(*known) == generation &&
        strcmp(*known, op->answer.refresh) != 0)
        contradict(p, "generation %d has two refresh tokens", generation);
    if (generation <= grant->newest)
        return;
    free(*known);
    *known = strdup(op->answer.refresh);
    grant->newest = generation;
}

static inline void tokens_keep(play_t *p, op_t *op)
{
    grant_t *grant = op->grant;

    if (op->answer.expires_in < 1 ||
        op->answer.expires_in > p->lifetime.access_token)
        contradict(p, "an access token for %d s", (int)op->answer.expires_in);
    if (op->event.kind == ASK_REDEEM && ++grant->won > 1)
        contradict(p, "a code gave tokens twice");
    p->sum.redeemed += op->event.kind == ASK_REDEEM;
    p->sum.refreshed += op->event.kind == ASK_REFRESH;
    p->sum.repeated += op->event.kind == ASK_REFRESH &&
                       op->event.successor <= grant->newest;
    access_keep(grant, op, clock_of(p));
    refresh_keep(p, grant, op);
}

static inline grant_t *grant_new(play_t *p, const op_t *op)
{
    grant_t *grant = apr_pcalloc(p->cx->pool, sizeof(*grant));

    text_set(grant->id, sizeof(grant->id), op->answer.grant);
    grant->code = strdup(op->answer.text);
    grant->code_expires = clock_of(p) + p->lifetime.code;
    grant->client = op->client;
    grant->user = op->user;
    grant->resource = op->resource;
    grant->states.count = 1;
    apr_hash_set(p->grants, grant->id, APR_HASH_KEY_STRING, grant);
    return grant;
}

/* A code that nobody redeemed in time, or a grant that has ended. */
static inline int is_useless(const play_t *p, const grant_t *grant)
{
    return grant->is_dead ||
           (!grant->won && clock_of(p) >= grant->code_expires);
}

/* Takes the place of one that is of no use any more, else of any. */
static inline void grant_play(play_t *p, grant_t *grant)
{
    int i, at = (int)pick(p, ACTIVE), from = (int)pick(p, ACTIVE);

    for (i = 0; i < ACTIVE && p->active[at] && !is_useless(p, p->active[at]);
         i++)
        at = (from + i) % ACTIVE;
    p->active[at] = grant;
}

static inline void op_take(play_t *p, op_t *op)
{
    event_t *e = &op->event;

    if (e->answer == ANSWER_STRANGE)
        contradict(p, "%s: %s", kind_names[e->kind], op->answer.text);
    p->sum.refused += e->answer == ANSWER_REFUSED;
    p->sum.unavailable += e->answer == ANSWER_UNAVAILABLE;
    if (e->answer != ANSWER_DONE)
        return;
    if (e->kind == ASK_CODE)
        grant_play(p, grant_new(p, op));
    if (e->kind == ASK_REDEEM || e->kind == ASK_REFRESH)
        tokens_keep(p, op);
    p->sum.verified += e->kind == ASK_VERIFY;
    p->sum.revoked += e->kind == ASK_REVOKE;
    p->sum.ended += e->kind == ASK_USER || e->kind == ASK_CLIENT;
}

static inline setting_t setting_of(const play_t *p)
{
    setting_t set = {clock_of(p), &p->lifetime, p->kind->is_shared, 0, 0};

    if (p->trouble) {
        set.may_fail = p->trouble->may_fail;
        set.may_halve = p->trouble->may_halve;
    }
    return set;
}

/* Whether what is asked concerns a grant. */
static inline int is_about(const op_t *op, const grant_t *grant)
{
    if (op->event.kind == ASK_USER)
        return op->user == grant->user;
    if (op->event.kind == ASK_CLIENT)
        return op->client == grant->client;
    return op->grant == grant;
}

/* All that was asked of one grant at once. */
static inline void grant_judge(play_t *p, grant_t *grant)
{
    setting_t set = setting_of(p);
    event_t events[EVENTS];
    states_t before = grant->states;
    int i, count = 0, at[EVENTS + 1] = {0};

    for (i = 0; i < p->op_count; i++) {
        if (!is_about(&p->ops[i], grant))
            continue;
        events[count] = p->ops[i].event;
        events[count].follows = at[p->ops[i].follows];
        at[i + 1] = ++count;
    }
    if (!count)
        return;
    states_pass(&grant->states, events, count, &set);
    if (grant->states.count || grant->states.is_full)
        return;
    grant->states = before;
    states_tell_all(p, grant);
    contradict(p,
               "%d operations on a grant at once, and no order explains "
               "what they answered",
               count);
}

/* Does something with all grants there ever were. */
static inline void all_do(play_t *p, void (*what)(play_t *, grant_t *))
{
    apr_hash_index_t *i;
    void *grant;

    for (i = apr_hash_first(NULL, p->grants); i; i = apr_hash_next(i)) {
        apr_hash_this(i, NULL, NULL, &grant);
        what(p, grant);
    }
}

static inline void grant_tell(play_t *p, grant_t *grant)
{
    states_tell(&grant->states, p->kind->is_shared);
}

static inline int successor_of(const op_t *op)
{
    if (op->event.answer != ANSWER_DONE)
        return 0;
    if (is_revoking(op->event.kind))
        return op->answer.ended;
    return op->event.kind == ASK_LOOK ? op->answer.generation
                                      : generation_of(op->answer.refresh);
}

/* One by one, or all where a user or client was ended. */
static inline void grants_judge(play_t *p)
{
    int i, j;

    for (i = 0; i < p->op_count; i++)
        if (p->ops[i].event.kind == ASK_USER ||
            p->ops[i].event.kind == ASK_CLIENT) {
            all_do(p, grant_judge);
            return;
        }
    for (i = 0; i < p->op_count; i++) {
        for (j = 0; j < i && p->ops[j].grant != p->ops[i].grant; j++)
            ;
        if (j == i && p->ops[i].grant)
            grant_judge(p, p->ops[i].grant);
    }
}

static inline void all_judge(play_t *p)
{
    int i, is_told = 0;

    for (i = 0; i < p->op_count; i++) {
        op_t *op = &p->ops[i];

        op->event.successor = successor_of(op);
        is_told |= is_revoking(op->event.kind) && op->event.successor;
        note_op(p, op);
    }
    for (i = 0; i < p->op_count; i++)
        op_take(p, &p->ops[i]);
    grants_judge(p);
    if (is_told)
        all_do(p, grant_tell);
}

/* In the midst of what is done. */
static inline void trouble_turn(play_t *p)
{
    if (p->trouble_waits)
        p->trouble->begin(&p->place);
    else if (!p->trouble->steps)
        p->trouble->end(&p->place);
    p->trouble_waits = 0;
}

/* Asks all ops at once. victim: the worker that is killed so many microseconds
 * later; or -1 */
static inline void all_ask(play_t *p, int victim, int microseconds)
{
    int i;

    for (i = 0; i < p->op_count; i++)
        op_send(p, i);
    if (microseconds)
        apr_sleep(microseconds);
    if (p->trouble)
        trouble_turn(p);
    if (victim >= 0 && p->workers[victim].pid) {
        worker_kill(p, victim);
        p->kind->settle(&p->place);
    }
    answers_await(p);
    all_judge(p);
    p->op_count = 0;
    if (p->trouble && !p->trouble->steps)
        p->trouble = NULL;
}

#endif
