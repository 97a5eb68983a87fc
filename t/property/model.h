/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_PROPERTY_MODEL_H
#define MCP_T_PROPERTY_MODEL_H

#include <apr_time.h>

#include "base/settings.h"

/* What may be true of one grant, from its code to its end. Where an operation
 * has an unknown outcome, as its process was killed, several things may be
 * true. Operations that ran at once must have had an order in which each did
 * what it answered: if there is none, the module is wrong. */

typedef enum {
    ASK_CODE,    /* a code is made */
    ASK_REDEEM,  /* it is redeemed */
    ASK_REFRESH, /* a refresh token is used */
    ASK_VERIFY,  /* an access token is shown */
    ASK_REVOKE,  /* the grant is revoked */
    ASK_USER,    /* everything of its user is ended */
    ASK_CLIENT,  /* everything of its client is ended */
    ASK_LOOK,    /* its record is read */
    ASK_LIST     /* the grants of the store are read */
} ask_kind_t;

typedef enum {
    ANSWER_NONE, /* killed before it answered */
    ANSWER_DONE,
    ANSWER_REFUSED,
    ANSWER_UNAVAILABLE,
    ANSWER_STRANGE, /* anything else: never right */
    ANSWER_ROW      /* of a list */
} answer_kind_t;

/* no tombstone; one that nobody may have been told of; all are told, and other
 * nodes may be about to hear it; all know */
enum { NOT_REVOKED, HALF_REVOKED, TOLD_REVOKED, REVOKED };

/* One thing that may be true. All of it is compared as bytes. */
typedef struct state_t {
    apr_int64_t created, turned, expires;
    apr_int32_t generation;
    apr_int32_t is_spent;   /* the code */
    apr_int32_t has_record; /* of the grant */
    apr_int32_t revoked;
    apr_int32_t is_ended; /* its user or client, since the code was made */
    apr_int32_t knowing;  /* bits: nodes that know, for they revoked it */
} state_t;

#define STATES 64

typedef struct states_t {
    state_t all[STATES];
    int count;
    int is_full; /* there are more: nothing is known any more */
} states_t;

/* One operation and what it answered. */
typedef struct event_t {
    ask_kind_t kind;
    int is_stranger;     /* another client tries */
    int generation;      /* of the refresh token shown */
    apr_int64_t issued;  /* of the access token shown */
    apr_int64_t expires; /* of the access token, or the code */
    answer_kind_t answer;
    int successor; /* generation of the refresh token answered, or found;
                    * of what revokes: how many grants it found */
    int node;      /* a bit: the process, where it matters */
    int follows;   /* number of the event, from 1, that had to answer first */
} event_t;

/* Under which all of a step happens. */
typedef struct setting_t {
    apr_int64_t now;
    const mcp_lifetime_t *lifetime;
    int is_shared; /* by nodes that hear of each other */
    int may_fail;  /* the store is in trouble */
    int may_halve; /* and an operation that failed may have done a part */
} setting_t;

#define SKEW 60
#define EVENTS 16

static inline void states_add(states_t *states, const state_t *state)
{
    int i;

    for (i = 0; i < states->count; i++)
        if (!memcmp(&states->all[i], state, sizeof(*state)))
            return;
    if (states->count == STATES)
        states->is_full = 1;
    else
        states->all[states->count++] = *state;
}

/* -- what each operation does, and what it may leave half done -- */

#define STAGES 6

typedef struct effect_t {
    answer_kind_t answer; /* ANSWER_NONE: DONE or REFUSED, both are right */
    int successor;
    state_t stages[STAGES]; /* from before to after: where it may be cut off */
    int count;
} effect_t;

/* One stage further, which the caller fills in. */
static inline state_t *stage_add(effect_t *out)
{
    state_t *s = &out->stages[out->count++];

    *s = s[-1];
    return s;
}

static inline apr_int64_t end_of(const state_t *s, const setting_t *set)
{
    return s->created + set->lifetime->grant;
}

/* A record is kept a little longer than its refresh tokens are good. */
static inline apr_int64_t kept_until(apr_int64_t now, const setting_t *set)
{
    apr_int64_t idle = set->lifetime->refresh_token, step = idle / 512 + 1;

    return (now + idle + step - 1) / step * step;
}

static inline void turn(state_t *s, int generation, const setting_t *set)
{
    s->generation = generation;
    s->turned = set->now;
    s->expires = kept_until(set->now, set);
    if (s->expires > end_of(s, set))
        s->expires = end_of(s, set);
}

static inline void end_grant(effect_t *out, const event_t *e,
                             const setting_t *set)
{
    const int told = set->is_shared ? TOLD_REVOKED : REVOKED;
    state_t *s = &out->stages[out->count - 1];

    if (s->revoked == NOT_REVOKED)
        stage_add(out)->revoked = HALF_REVOKED;
    s = stage_add(out);
    if (s->revoked < told)
        s->revoked = told;
    if (s->revoked == TOLD_REVOKED)
        s->knowing |= e->node;
}

static inline void redeem_effect(effect_t *out, const event_t *e,
                                 const setting_t *set)
{
    state_t *s = out->stages;

    if (e->is_stranger || set->now >= e->expires)
        return;
    if (s->is_spent) {
        end_grant(out, e, set);
        return;
    }
    /* what an earlier attempt may have left stays as it is */
    if (!s->has_record) {
        s = stage_add(out);
        s->has_record = 1;
        s->created = set->now;
        turn(s, 1, set);
    }
    stage_add(out)->is_spent = 1;
    if (s->is_ended) {
        end_grant(out, e, set);
        return;
    }
    out->answer = ANSWER_DONE;
    out->successor = 1;
}

static inline int is_live(const state_t *s, const setting_t *set)
{
    return s->has_record && !s->revoked && set->now < s->expires;
}

static inline void refresh_effect(effect_t *out, const event_t *e,
                                  const setting_t *set)
{
    const state_t *s = out->stages;

    if (e->is_stranger || !is_live(s, set) || set->now >= end_of(s, set) ||
        set->now - s->turned >= set->lifetime->refresh_token)
        return;
    if (e->generation < s->generation - 1 ||
        (e->generation == s->generation - 1 && set->now >= s->turned &&
         set->now - s->turned > set->lifetime->refresh_grace)) {
        end_grant(out, e, set);
        return;
    }
    out->answer = ANSWER_DONE;
    out->successor = s->generation;
    if (e->generation < s->generation)
        return;
    out->successor = e->generation + 1;
    turn(stage_add(out), out->successor, set);
}

static inline void look_effect(effect_t *out, const setting_t *set)
{
    if (!is_live(out->stages, set))
        return;
    out->answer = ANSWER_DONE;
    out->successor = out->stages[0].generation;
}

/* Two that revoke at once may both have found it alive. */
static inline void revoke_effect(effect_t *out, const event_t *e,
                                 const setting_t *set)
{
    const state_t *s = out->stages;
    int was_there = s->has_record && set->now < s->expires;

    out->answer = ANSWER_DONE;
    if (!is_live(s, set) && !(was_there && e->successor))
        return;
    out->successor = 1;
    end_grant(out, e, set);
}

/* Of all grants of a user or client; what is told of this one. */
static inline void sweep_effect(effect_t *out, const event_t *e,
                                const setting_t *set)
{
    out->answer = ANSWER_DONE;
    out->successor = e->successor;
    stage_add(out)->is_ended = 1;
    if (is_live(out->stages, set))
        end_grant(out, e, set);
}

/* A process that remembers a token does not look for its record. */
static inline answer_kind_t judge(const state_t *s, const event_t *e,
                                  const setting_t *set)
{
    if (s->revoked == REVOKED || s->knowing & e->node ||
        set->now >= e->expires)
        return ANSWER_REFUSED;
    if (e->expires - set->now > set->lifetime->access_token + SKEW)
        return ANSWER_REFUSED;
    if (s->revoked || e->issued > set->now + SKEW || set->now >= s->expires)
        return ANSWER_NONE;
    return s->has_record ? ANSWER_DONE : ANSWER_REFUSED;
}

static inline effect_t effect_of(const state_t *s, const event_t *e,
                                 const setting_t *set)
{
    effect_t out;

    out.answer = ANSWER_REFUSED;
    out.successor = 0;
    out.stages[0] = *s;
    out.count = 1;
    if (e->kind == ASK_REDEEM)
        redeem_effect(&out, e, set);
    if (e->kind == ASK_REFRESH)
        refresh_effect(&out, e, set);
    if (e->kind == ASK_LOOK)
        look_effect(&out, set);
    if (e->kind == ASK_VERIFY)
        out.answer = judge(s, e, set);
    if (e->kind == ASK_REVOKE)
        revoke_effect(&out, e, set);
    if (e->kind == ASK_USER || e->kind == ASK_CLIENT)
        sweep_effect(&out, e, set);
    return out;
}

/* Whether e can have answered what it did. */
static inline int is_right(const effect_t *effect, const event_t *e)
{
    if (effect->answer == ANSWER_NONE)
        return e->answer == ANSWER_DONE || e->answer == ANSWER_REFUSED;
    return e->answer == effect->answer &&
           (e->answer != ANSWER_DONE || e->kind == ASK_VERIFY ||
            e->successor == effect->successor);
}

/* What may be true after e, if s was before; how many. */
static inline int afterwards(state_t after[STAGES], const state_t *s,
                             const event_t *e, const setting_t *set)
{
    effect_t effect = effect_of(s, e, set);

    if (e->answer == ANSWER_NONE ||
        (e->answer == ANSWER_UNAVAILABLE && set->may_fail)) {
        memcpy(after, effect.stages, sizeof(effect.stages));
        return e->answer == ANSWER_NONE || set->may_halve ? effect.count : 1;
    }
    after[0] = effect.stages[effect.count - 1];
    return is_right(&effect, e);
}

/* -- orders -- */

#define SEEN 4096

typedef struct search_t {
    const event_t *events;
    int count;
    const setting_t *set;
    states_t *out;
    struct {
        unsigned rest;
        state_t state;
    } seen[SEEN];
    int seen_count;
} search_t;

static inline int was_seen(search_t *x, unsigned rest, const state_t *s)
{
    int i;

    for (i = 0; i < x->seen_count; i++)
        if (x->seen[i].rest == rest &&
            !memcmp(&x->seen[i].state, s, sizeof(*s)))
            return 1;
    if (x->seen_count < SEEN) {
        x->seen[x->seen_count].rest = rest;
        x->seen[x->seen_count++].state = *s;
    }
    return 0;
}

/* Whether event i cannot come next: it follows one of rest, or one like it
 * comes before it in rest, for then their order does not matter. */
static inline int has_to_wait(const search_t *x, unsigned rest, int i)
{
    int j;

    if (x->events[i].follows && rest & 1u << (x->events[i].follows - 1))
        return 1;

    for (j = 0; j < i; j++)
        if (rest & 1u << j &&
            !memcmp(&x->events[i], &x->events[j], sizeof(event_t)))
            return 1;
    return 0;
}

static inline void search(search_t *x, unsigned rest, const state_t *s)
{
    state_t after[STAGES];
    int i, j, count;

    if (!rest)
        states_add(x->out, s);
    if (!rest || was_seen(x, rest, s))
        return;
    for (i = 0; i < x->count; i++) {
        if (!(rest & 1u << i) || has_to_wait(x, rest, i))
            continue;
        count = afterwards(after, s, &x->events[i], x->set);
        for (j = 0; j < count; j++)
            search(x, rest & ~(1u << i), &after[j]);
    }
}

/* What may be true after events that ran at once; none: they cannot have
 * answered so. */
static inline void states_pass(states_t *states, const event_t *events,
                               int count, const setting_t *set)
{
    states_t out;
    static search_t x;
    int i;

    memset(&out, 0, sizeof(out));
    out.is_full = states->is_full;
    x.events = events;
    x.count = count;
    x.set = set;
    x.out = &out;
    x.seen_count = 0;
    for (i = 0; i < states->count; i++)
        search(&x, (1u << count) - 1, &states->all[i]);
    *states = out;
}

/* -- looking from outside -- */

/* Whether the store shows what it would in this state. generation: of the
 * grant that it lists, 0: it lists none. A record may stay behind a tombstone.
 */
static inline int is_shown(const state_t *s, int generation, apr_int64_t now)
{
    int is_there = s->has_record && now < s->expires;

    if (!generation)
        return !is_there || s->revoked;
    return is_there && (s->revoked || s->generation == generation);
}

/* Drops what the store contradicts. */
static inline void states_look(states_t *states, int generation,
                               apr_int64_t now)
{
    int i, count = 0;

    for (i = 0; i < states->count; i++)
        if (is_shown(&states->all[i], generation, now))
            states->all[count++] = states->all[i];
    states->count = count;
}

/* What is this far revoked is so much further. */
static inline void states_go_on(states_t *states, int from, int to)
{
    states_t out;
    int i;

    memset(&out, 0, sizeof(out));
    out.is_full = states->is_full;
    for (i = 0; i < states->count; i++) {
        state_t *s = &states->all[i];

        if (s->revoked == from)
            s->revoked = to;
        if (s->revoked == REVOKED)
            s->knowing = 0;
        states_add(&out, s);
    }
    *states = out;
}

/* Everybody is told to look again. */
static inline void states_tell(states_t *states, int is_shared)
{
    states_go_on(states, HALF_REVOKED, is_shared ? TOLD_REVOKED : REVOKED);
}

/* And has heard it. */
static inline void states_hear(states_t *states)
{
    states_go_on(states, TOLD_REVOKED, REVOKED);
}

/* The least of what may be true: how far it is revoked for certain. */
static inline int states_revoked(const states_t *states)
{
    int i, least = REVOKED;

    for (i = 0; i < states->count; i++)
        if (states->all[i].revoked < least)
            least = states->all[i].revoked;
    return states->is_full ? NOT_REVOKED : least;
}

#endif
