/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "play.h"

/* Many clients, several processes, one store: random operations at the same
 * moment, while processes are killed and started again, the clock is set and
 * the store fails. What must hold:
 *
 *   a code gives tokens once at most;
 *   a family has one successor of each generation, and one live one;
 *   what was revoked never works again, in any process; where nodes share a
 *     store, in other ones as soon as they have heard of it;
 *   what was begun before all of its user or client was ended gives nothing;
 *   what was not revoked, used again or left to expire can be refreshed with
 *   its newest token, also after a lost answer;
 *   a store that fails is UNAVAILABLE and changes nothing that matters;
 *   the store holds no grant that nobody was given.
 *
 *   MCP_SEED=N MCP_STEPS=N MCP_STORE=sqlite or redis
 *   MCP_SHORT=N: an N-th of the usual steps
 */

#define STEPS 10000
#define LOOK_STEPS 200

/* -- what there is to choose from -- */

static int can_refresh(const play_t *p, const grant_t *grant)
{
    (void)p;
    return grant->newest > 0;
}

static int has_token(const play_t *p, const grant_t *grant)
{
    (void)p;
    return grant->access_count > 0;
}

static int is_fresh(const play_t *p, const grant_t *grant)
{
    return !grant->won && clock_of(p) < grant->code_expires;
}

static int is_late(const play_t *p, const grant_t *grant)
{
    return !grant->won && !is_fresh(p, grant);
}

/* Mostly one that lives. NULL when there is none. */
static grant_t *choose(play_t *p, int (*fits)(const play_t *, const grant_t *))
{
    int tries, takes_dead = one_in(p, 5);

    for (tries = 0; tries < 40; tries++) {
        grant_t *grant = p->active[pick(p, ACTIVE)];

        if (grant && fits(p, grant) && (takes_dead || !grant->is_dead))
            return grant;
    }
    return NULL;
}

/* how many do the same at once */
static int crowd(play_t *p)
{
    static const int sizes[] = {1, 1, 1, 1, 2, 2, 3, 12};

    return sizes[pick(p, sizeof(sizes) / sizeof(sizes[0]))];
}

/* -- operations -- */

static void op_redeem(play_t *p, grant_t *grant, int is_stranger)
{
    op_t *op = op_add(p, ASK_REDEEM, grant);

    op->text = grant->code;
    op->event.expires = grant->code_expires;
    op->event.is_stranger = is_stranger;
    if (is_stranger)
        op->client = (op->client + 1) % CLIENTS;
}

static void op_refresh(play_t *p, grant_t *grant, int generation,
                       int is_stranger)
{
    const char *text =
        generation > 0 ? grant->refresh[generation % GENERATIONS] : NULL;
    op_t *op;

    if (!text || generation_of(text) != generation)
        return;
    op = op_add(p, ASK_REFRESH, grant);
    op->text = text;
    op->event.generation = generation;
    op->event.is_stranger = is_stranger;
    if (is_stranger)
        op->client = (op->client + 1) % CLIENTS;
}

/* back: 0 for the newest access token */
static op_t *op_verify(play_t *p, grant_t *grant, int back)
{
    const token_t *token =
        &grant->access[(grant->access_count - 1 - back) % TOKENS];
    op_t *op = op_add(p, ASK_VERIFY, grant);

    op->text = token->text;
    op->event.issued = token->issued;
    op->event.expires = token->expires;
    return op;
}

static int token_choose(play_t *p, const grant_t *grant)
{
    int count = grant->access_count < TOKENS ? grant->access_count : TOKENS;

    return (int)pick(p, (unsigned)count);
}

static void op_revoke(play_t *p, grant_t *grant)
{
    op_add(p, ASK_REVOKE, grant)->text = grant->id;
}

static void op_look(play_t *p, grant_t *grant)
{
    op_add(p, ASK_LOOK, grant)->text = grant->id;
}

/* Lets it be so many seconds after a moment, if that is to come. */
static void time_near(play_t *p, apr_int64_t moment)
{
    apr_int64_t now = moment - 1 + pick(p, 3) - p->offset;

    if (now > p->now)
        p->now = now;
}

/* Shows one of its access tokens to all processes; whether one takes it. */
static int is_good(play_t *p, grant_t *grant, int back)
{
    int i, count, is = 0;

    for (i = 0; i < WORKERS; i++)
        if (p->workers[i].pid)
            op_verify(p, grant, back)->worker = i;
    count = p->op_count;
    if (count)
        all_ask(p, -1, 0);
    for (i = 0; i < count; i++)
        is = is || p->ops[i].event.answer == ANSWER_DONE;
    return is;
}

/* -- plans: what is asked in one step -- */

static void plan_code(play_t *p)
{
    int i, count = one_in(p, 4) ? 3 : 1;

    for (i = 0; i < count; i++) {
        op_t *op = op_add(p, ASK_CODE, NULL);

        op->client = (int)pick(p, CLIENTS);
        op->user = (int)pick(p, USERS);
        op->resource = (int)pick(p, 2);
    }
}

static void plan_redeem(play_t *p)
{
    grant_t *grant = choose(p, one_in(p, 10) ? is_late : is_fresh);
    int i, count = one_in(p, 3) ? crowd(p) : 1;

    if (!grant)
        return;
    if (one_in(p, 8))
        time_near(p, grant->code_expires);
    if (one_in(p, 6))
        op_redeem(p, grant, 1);
    if (one_in(p, 10))
        op_revoke(p, grant);
    for (i = 0; i < count; i++)
        op_redeem(p, grant, 0);
}

static void plan_code_again(play_t *p)
{
    grant_t *grant = choose(p, can_refresh);

    if (!grant)
        return;
    op_redeem(p, grant, one_in(p, 2));
    if (one_in(p, 2))
        op_refresh(p, grant, grant->newest, 0);
}

static void plan_refresh(play_t *p)
{
    grant_t *grant = choose(p, can_refresh);
    int i, count = crowd(p);

    if (!grant)
        return;
    if (one_in(p, 6))
        op_refresh(p, grant, grant->newest, 1);
    for (i = 0; i < count; i++)
        op_refresh(p, grant, grant->newest, 0);
    if (p->op_count && one_in(p, 10))
        p->ops[p->op_count - 1].again = 1 + (int)pick(p, 3);
}

/* The one before, a second time, or only now that its answer was lost. */
static void plan_previous(play_t *p)
{
    grant_t *grant = choose(p, can_refresh);
    int i, count = crowd(p), back = one_in(p, 8) ? 2 + (int)pick(p, 3) : 1;

    if (!grant)
        return;
    if (one_in(p, 4) && grant->states.count)
        time_near(p, grant->states.all[0].turned + p->lifetime.refresh_grace);
    for (i = 0; i < count; i++)
        op_refresh(p, grant, grant->newest - back, 0);
}

static void plan_both(play_t *p)
{
    grant_t *grant = choose(p, can_refresh);
    int i, count = 1 + (int)pick(p, 4);

    if (!grant)
        return;
    for (i = 0; i < count; i++) {
        op_refresh(p, grant, grant->newest, 0);
        op_refresh(p, grant, grant->newest - 1, 0);
    }
}

static void plan_many(play_t *p)
{
    int i, count = 2 + (int)pick(p, 8);

    for (i = 0; i < count; i++) {
        grant_t *grant = choose(p, can_refresh);

        if (grant)
            op_refresh(p, grant, grant->newest, 0);
    }
}

static void plan_verify(play_t *p)
{
    grant_t *grant = choose(p, has_token);
    int i, count = crowd(p), which;

    if (!grant)
        return;
    which = token_choose(p, grant);
    for (i = 0; i < count; i++)
        op_verify(p, grant, which);
}

static void plan_revoke(play_t *p)
{
    grant_t *grant = choose(p, one_in(p, 4) ? is_fresh : has_token);
    int i, count = one_in(p, 3) ? 0 : (int)pick(p, 12), at;

    if (!grant)
        return;
    /* then all remember it, and have to hear */
    if (has_token(p, grant) && one_in(p, 2))
        is_good(p, grant, 0);
    at = (int)pick(p, (unsigned)count + 1);
    for (i = 0; i <= count; i++) {
        if (i == at)
            op_revoke(p, grant);
        else if (can_refresh(p, grant) && one_in(p, 4))
            op_refresh(p, grant, grant->newest, 0);
        else if (has_token(p, grant))
            op_verify(p, grant, 0);
    }
    if (one_in(p, 4))
        op_revoke(p, grant);
}

/* Those that were revoked a while ago must not come back. */
static void plan_dead(play_t *p)
{
    int i, from = (int)pick(p, ACTIVE), count = 4;

    for (i = 0; i < ACTIVE && count; i++) {
        grant_t *grant = p->active[(from + i) % ACTIVE];

        if (!grant || !grant->is_dead || !has_token(p, grant))
            continue;
        is_good(p, grant, token_choose(p, grant));
        count--;
    }
}

/* All of a user or client, in the midst of what one of its grants does. */
static void plan_end(play_t *p)
{
    grant_t *grant = choose(p, one_in(p, 2) ? is_fresh : can_refresh);
    int i, count = one_in(p, 3) ? 0 : (int)pick(p, 6), at;

    if (!grant)
        return;
    at = (int)pick(p, (unsigned)count + 1);
    for (i = 0; i <= count; i++) {
        op_t *op;

        if (is_fresh(p, grant))
            op_redeem(p, grant, 0);
        else if (one_in(p, 2))
            op_refresh(p, grant, grant->newest, 0);
        else if (has_token(p, grant))
            op_verify(p, grant, 0);
        if (i != at)
            continue;
        op = op_add(p, one_in(p, 2) ? ASK_USER : ASK_CLIENT, NULL);
        op->user = grant->user;
        op->client = grant->client;
    }
}

static const struct {
    unsigned weight;
    void (*plan)(play_t *p);
} plans[] = {
    {14, plan_code},    {16, plan_redeem},  {2, plan_code_again},
    {30, plan_refresh}, {9, plan_previous}, {2, plan_both},
    {6, plan_many},     {13, plan_verify},  {4, plan_revoke},
    {1, plan_end},      {3, plan_dead},
};

static void plan_any(play_t *p)
{
    unsigned i, at = pick(p, 100);

    /* a trouble that nobody may notice: also when something is revoked */
    if (p->kind->is_shared && p->trouble && !p->trouble->may_fail &&
        one_in(p, 4)) {
        plan_revoke(p);
        return;
    }
    for (i = 0; at >= plans[i].weight; i++)
        at -= plans[i].weight;
    plans[i].plan(p);
}

/* -- what happens around them -- */

static void clock_set(play_t *p)
{
    static const int passed[] = {30, 59, 61, 119, 120, 121, 600, 3600};
    static const int wrong[] = {1, 2, 60, 121, 3600, 86400};

    if (one_in(p, 2))
        p->now += pick(p, 3);
    if (one_in(p, 40))
        p->now += passed[pick(p, 8)];
    if (one_in(p, 400))
        p->now += 86400;
    if (one_in(p, 1500))
        p->now += 31 * 86400;
    if (one_in(p, 25)) {
        p->offset = one_in(p, 3) ? 0 : wrong[pick(p, 6)];
        if (one_in(p, 2))
            p->offset = -p->offset;
        p->sum.clocks++;
        note(p, "the clock is %+d s wrong", (int)p->offset);
    }
}

static void trouble_reach(play_t *p, int is_on)
{
    int i;

    for (i = 0; i < WORKERS && p->trouble->reach; i++)
        if (p->workers[i].pid)
            p->trouble->reach(&p->place, p->workers[i].pid, is_on);
}

/* Whether the store serves all processes, which may have to find out. */
static int is_served(play_t *p)
{
    int i, count, is = 1;

    for (i = 0; i < WORKERS; i++)
        if (p->workers[i].pid) {
            op_t *op = op_add(p, ASK_LOOK, NULL);

            op->text = "no grant";
            op->worker = i;
        }
    count = p->op_count;
    if (count)
        all_ask(p, -1, 0);
    for (i = 0; i < count; i++)
        is = is && p->ops[i].event.answer != ANSWER_UNAVAILABLE;
    return is;
}

static void trouble_end(play_t *p)
{
    apr_time_t end = mcp_store_deadline_now() + apr_time_from_msec(RECOVERY);

    if (!p->trouble)
        return;
    if (!p->trouble_waits)
        p->trouble->end(&p->place);
    p->trouble_waits = 0;
    trouble_reach(p, 0);
    while (!is_served(p)) {
        if (mcp_store_deadline_now() > end)
            contradict(p, "the store is unavailable, after all trouble");
        apr_sleep(1000);
    }
    note(p, "no trouble any more");
    p->trouble = NULL;
}

static void trouble_begin(play_t *p)
{
    const trouble_t *trouble = p->kind->troubles;
    unsigned count = 0;

    while (trouble[count].name)
        count++;
    trouble += pick(p, count);
    if (!one_in(p, (unsigned)trouble->rarity))
        return;
    p->place.random = pick(p, 1000000);
    p->trouble = trouble;
    p->trouble_waits = trouble->in_midst;
    p->trouble_ends = p->step + trouble->steps;
    if (!trouble->in_midst)
        trouble->begin(&p->place);
    trouble_reach(p, 1);
    p->sum.troubles++;
    note(p, "%s", trouble->name);
}

static void workers_change(play_t *p)
{
    int i;

    if (one_in(p, 300)) {
        trouble_end(p);
        workers_end(p, one_in(p, 2) ? SIGKILL : 0);
        if (p->kind->prepare(&p->place, p->cx))
            contradict(p, "the store does not open again");
        p->sum.restarted++;
        note(p, "all start anew");
    }
    for (i = 0; i < WORKERS; i++) {
        if (p->workers[i].pid && one_in(p, 250))
            worker_end(&p->workers[i], 0);
        if (!p->workers[i].pid && one_in(p, 3))
            worker_up(p, i);
    }
}

/* What was found to be revoked is shown everywhere at once. */
static void dead_check(play_t *p, grant_t *grant)
{
    int i;

    if (grant->is_dead || !states_revoked(&grant->states))
        return;
    grant->is_dead = 1;
    p->sum.reused++;
    for (i = 0; i < WORKERS; i++)
        if (p->workers[i].pid && has_token(p, grant)) {
            op_verify(p, grant, 0)->worker = i;
            op_verify(p, grant, token_choose(p, grant))->worker = i;
        }
    op_refresh(p, grant, grant->newest, 0);
}

/* Other nodes have heard of it in a moment, and forget it never again; those
 * that cannot hear ask. */
static void dead_await(play_t *p, grant_t *grant)
{
    apr_time_t end = mcp_store_deadline_now() + apr_time_from_msec(HEARING);
    int back;

    if (grant->is_over || states_revoked(&grant->states) != TOLD_REVOKED)
        return;
    for (back = 0; back < TOKENS && back < grant->access_count; back++)
        while (is_good(p, grant, back)) {
            if (mcp_store_deadline_now() > end)
                contradict(p, "grant %.6s was revoked %d ms ago: not heard",
                           grant->id, HEARING);
            apr_sleep(1000);
        }
    grant->is_over = 1;
    p->sum.heard++;
    states_hear(&grant->states);
}

static void grants_tidy(play_t *p)
{
    int i;

    for (i = 0; i < ACTIVE; i++) {
        if (!p->active[i])
            continue;
        if (p->active[i]->states.is_full) {
            p->active[i] = NULL;
            p->sum.given_up++;
        }
        else
            dead_check(p, p->active[i]);
        if (p->op_count > EVENTS - 2 * WORKERS - 1)
            break;
    }
    if (p->op_count)
        all_ask(p, -1, 0);
    for (i = 0; i < ACTIVE && !(p->trouble && p->trouble->may_fail); i++)
        if (p->active[i])
            dead_await(p, p->active[i]);
}

/* -- looking at the whole -- */

static void grant_look(play_t *p, grant_t *grant)
{
    states_t before = grant->states;

    states_look(&grant->states, grant->listed, clock_of(p));
    if (grant->states.count || grant->states.is_full)
        return;
    grant->states = before;
    states_tell_all(p, grant);
    contradict(p, "the store has generation %d of grant %.6s", grant->listed,
               grant->id);
}

static void grant_forget(play_t *p, grant_t *grant)
{
    (void)p;
    grant->listed = 0;
}

/* Every grant in the store is one that was given, as it must be; every one
 * that must live is there. */
static void look(play_t *p)
{
    all_do(p, grant_forget);
    op_add(p, ASK_LIST, NULL);
    all_ask(p, -1, 0);
    all_do(p, grant_look);
}

/* microseconds until something happens in the midst of what is asked */
static int delay_of(play_t *p, int victim)
{
    if (p->trouble && (p->trouble_waits || !p->trouble->steps))
        return 1 + (int)pick(p, one_in(p, 2) ? 1000 : 8000);
    return victim < 0 ? 0 : 1 + (int)pick(p, 60 + 40 * p->op_count);
}

static void step(play_t *p)
{
    grant_t *grant;
    int victim = -1;

    p->random = p->seed * 1000003 + (apr_uint64_t)p->step;
    clock_set(p);
    if (p->trouble && p->step >= p->trouble_ends)
        trouble_end(p);
    workers_change(p);
    if (!p->trouble && one_in(p, 60))
        trouble_begin(p);
    plan_any(p);
    if (one_in(p, 15))
        victim = (int)pick(p, WORKERS);
    grant = p->op_count ? p->ops[0].grant : NULL;
    if (p->op_count)
        all_ask(p, victim, delay_of(p, victim));
    if (grant && one_in(p, 3)) {
        op_look(p, grant);
        all_ask(p, -1, 0);
    }
    grants_tidy(p);
    if (p->step % LOOK_STEPS == 0 && !p->trouble)
        look(p);
}

/* After all: what lives serves, what is dead does not, before and after a
 * restart; op by op. */
static void last_steps(play_t *p)
{
    int i, round;

    trouble_end(p);
    p->offset = 0;
    for (round = 0; round < 2; round++) {
        for (i = 0; i < ACTIVE; i++) {
            grant_t *grant = p->active[i];

            if (!grant || !can_refresh(p, grant))
                continue;
            op_refresh(p, grant, grant->newest, 0);
            all_ask(p, -1, 0);
            op_verify(p, grant, 0);
            all_ask(p, -1, 0);
        }
        look(p);
        workers_end(p, SIGKILL);
    }
}

/* -- the whole -- */

static apr_uint64_t number_of(const char *name, apr_uint64_t otherwise)
{
    const char *text = getenv(name);

    return text && *text ? (apr_uint64_t)apr_strtoi64(text, NULL, 10)
                         : otherwise;
}

/* As Cursor registers, the longest in use. */
static const char *client_make(world_t *w, int number, mcp_ctx_t *cx)
{
    const char *metadata = apr_psprintf(
        cx->pool,
        "{\"client_name\":\"Client %d\",\"redirect_uris\":[\"" CALLBACK
        "\",\"cursor://anysphere.cursor-mcp/oauth/callback\","
        "\"https://www.cursor.com/agents/mcp/oauth/callback\"],"
        "\"grant_types\":[\"authorization_code\",\"refresh_token\"],"
        "\"token_endpoint_auth_method\":\"none\"}",
        number);

    return text_in(client_register(w, metadata, cx), "client_id", cx);
}

/* In the state of the first process, before there is one. */
static void clients_make(play_t *p)
{
    const role_t role = {p->kind, &p->place, 0};
    mcp_ctx_t own = *p->cx;
    world_t *world;
    int i;

    apr_pool_create(&own.pool, p->cx->pool);
    if (!fine(world_open(&world, &role, &own), "all of it can be opened"))
        contradict(p, "nothing can begin");
    for (i = 0; i < CLIENTS; i++)
        p->clients[i] = apr_pstrdup(p->cx->pool, client_make(world, i, &own));
    apr_pool_destroy(own.pool);
}

static void play_begin(play_t *p, mcp_ctx_t *cx)
{
    const char *store = getenv("MCP_STORE");

    memset(p, 0, sizeof(*p));
    p->cx = cx;
    p->kind = store_kind_find(store && *store ? store : "sqlite");
    if (!p->kind) {
        fprintf(stderr, "MCP_STORE=%s: there is no such store\n", store);
        exit(99);
    }
    if (p->kind->need)
        p->kind->need();
    p->seed =
        number_of("MCP_SEED", (apr_uint64_t)getpid() * 7919 +
                                  (apr_uint64_t)apr_time_now() % 1000000);
    p->steps = (int)number_of("MCP_STEPS", STEPS / number_of("MCP_SHORT", 1));
    p->now = apr_time_sec(tap_now);
    p->grants = apr_hash_make(cx->pool);
    p->place.directory = directory_make(cx->pool);
    lifetime_set(&p->lifetime);
    fine(p->kind->prepare(&p->place, cx), "the store is there");
    clients_make(p);
}

static void report(const play_t *p)
{
    const int few = p->steps < STEPS;

    ok(1,
       "MCP_STORE=%s MCP_SEED=%" APR_UINT64_T_FMT " MCP_STEPS=%d: nothing "
       "contradicts what must hold",
       p->kind->name, p->seed, p->steps);
    ok(few || p->sum.redeemed > 500, "%d codes were redeemed",
       p->sum.redeemed);
    /* 6,000 of 10,000 steps where nothing else runs */
    ok(few || p->sum.refreshed > 4000,
       "%d refreshes, %d of them within the grace of another",
       p->sum.refreshed, p->sum.repeated);
    ok(few || p->sum.refused > 1000, "%d were refused", p->sum.refused);
    ok(few || p->sum.verified > 800, "%d access tokens were good",
       p->sum.verified);
    ok(few || p->sum.reused > p->sum.revoked / 2 + 50,
       "%d grants ended: revoked %d times, with all of their user or client "
       "%d times, else used again",
       p->sum.reused, p->sum.revoked, p->sum.ended);
    if (p->kind->is_shared)
        ok(few || p->sum.heard > 200, "%d times other nodes had to hear of it",
           p->sum.heard);
    ok(few || (p->sum.killed > 100 && p->sum.unknown > 20),
       "%d processes were killed, %d operations never answered", p->sum.killed,
       p->sum.unknown);
    ok(few || p->sum.restarted > 5, "%d times all started anew",
       p->sum.restarted);
    ok(few || (p->sum.troubles > 30 && p->sum.unavailable > 50),
       "%d troubles of the store, %d operations were unavailable",
       p->sum.troubles, p->sum.unavailable);
    ok(few || p->sum.clocks > 100, "the clock was set %d times",
       p->sum.clocks);
    ok(p->sum.given_up * 50 <= (int)apr_hash_count(p->grants),
       "of %d grants, %d were given up as too uncertain",
       apr_hash_count(p->grants), p->sum.given_up);
}

static void grants_free(play_t *p)
{
    apr_hash_index_t *i;
    void *found;
    int j;

    for (i = apr_hash_first(NULL, p->grants); i; i = apr_hash_next(i)) {
        grant_t *grant;

        apr_hash_this(i, NULL, NULL, &found);
        grant = found;
        for (j = 0; j < GENERATIONS; j++)
            free(grant->refresh[j]);
        for (j = 0; j < TOKENS; j++)
            free(grant->access[j].text);
        free(grant->code);
    }
}

static void body(mcp_ctx_t *cx)
{
    static play_t play;

    play_begin(&play, cx);
    for (play.step = 1; play.step <= play.steps; play.step++)
        step(&play);
    last_steps(&play);
    play.kind->end(&play.place);
    report(&play);
    grants_free(&play);
}

TAP_MAIN(body)
