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

/* no tombstone; one that the children may not have been told of; all know */
enum { NOT_REVOKED, HALF_REVOKED, REVOKED };

/* One thing that may be true. All of it is compared as bytes. */
typedef struct state_t {
    apr_int64_t created, turned, expires;
    apr_int32_t generation;
    apr_int32_t is_spent;   /* the code */
    apr_int32_t has_record; /* of the grant */
    apr_int32_t revoked;
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
    int successor; /* generation of the refresh token answered, or found */
    int follows;   /* number of the event, from 1, that had to answer first */
} event_t;

/* Under which all of a step happens. */
typedef struct setting_t {
    apr_int64_t now;
    const mcp_lifetime_t *lifetime;
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

typedef struct effect_t {
    answer_kind_t answer; /* ANSWER_NONE: DONE or REFUSED, both are right */
    int successor;
    state_t after;
    state_t half; /* where it was cut off */
} effect_t;

static inline apr_int64_t end_of(const state_t *s, const setting_t *set)
{
    return s->created + set->lifetime->grant;
}

static inline void turn(state_t *s, int generation, const setting_t *set)
{
    s->generation = generation;
    s->turned = set->now;
    s->expires = set->now + set->lifetime->refresh_token;
    if (s->expires > end_of(s, set))
        s->expires = end_of(s, set);
}

static inline void end_grant(effect_t *out)
{
    if (out->half.revoked == NOT_REVOKED)
        out->half.revoked = HALF_REVOKED;
    out->after.revoked = REVOKED;
}

static inline void redeem_effect(effect_t *out, const event_t *e,
                                 const setting_t *set)
{
    if (e->is_stranger || set->now >= e->expires)
        return;
    if (out->after.is_spent) {
        end_grant(out);
        return;
    }
    out->half.is_spent = 1;
    out->after.is_spent = out->after.has_record = 1;
    out->after.created = set->now;
    turn(&out->after, 1, set);
    out->answer = ANSWER_DONE;
    out->successor = 1;
}

static inline void refresh_effect(effect_t *out, const event_t *e,
                                  const setting_t *set)
{
    state_t *s = &out->after;

    if (e->is_stranger || s->revoked || !s->has_record ||
        set->now >= s->expires || set->now >= end_of(s, set))
        return;
    if (e->generation < s->generation - 1 ||
        (e->generation == s->generation - 1 && set->now >= s->turned &&
         set->now - s->turned > set->lifetime->refresh_grace)) {
        end_grant(out);
        return;
    }
    if (e->generation >= s->generation)
        turn(s, e->generation + 1, set);
    out->answer = ANSWER_DONE;
    out->successor = s->generation;
}

static inline void look_effect(effect_t *out, const setting_t *set)
{
    const state_t *s = &out->after;

    if (s->revoked || !s->has_record || set->now >= s->expires)
        return;
    out->answer = ANSWER_DONE;
    out->successor = s->generation;
}

/* A process that remembers a token does not look for its record. */
static inline answer_kind_t judge(const state_t *s, const event_t *e,
                                  const setting_t *set)
{
    if (s->revoked == REVOKED || set->now >= e->expires)
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
    effect_t out = {ANSWER_REFUSED, 0, *s, *s};

    if (e->kind == ASK_REDEEM)
        redeem_effect(&out, e, set);
    if (e->kind == ASK_REFRESH)
        refresh_effect(&out, e, set);
    if (e->kind == ASK_LOOK)
        look_effect(&out, set);
    if (e->kind == ASK_VERIFY)
        out.answer = judge(s, e, set);
    if (e->kind == ASK_REVOKE) {
        end_grant(&out);
        out.answer = ANSWER_DONE;
    }
    return out;
}

/* What may be true after e, if s was before; how many. */
static inline int afterwards(state_t after[3], const state_t *s,
                             const event_t *e, const setting_t *set)
{
    effect_t effect = effect_of(s, e, set);

    after[0] = *s;
    after[1] = effect.half;
    after[2] = effect.after;
    if (e->answer == ANSWER_NONE)
        return 3;
    if (e->answer == ANSWER_UNAVAILABLE)
        return !set->may_fail ? 0 : set->may_halve ? 3 : 1;
    after[0] = effect.after;
    if (effect.answer == ANSWER_NONE)
        return e->answer == ANSWER_DONE || e->answer == ANSWER_REFUSED;
    return e->answer == effect.answer &&
           (e->answer != ANSWER_DONE || e->kind == ASK_VERIFY ||
            e->successor == effect.successor);
}

/* -- orders -- */

typedef struct search_t {
    const event_t *events;
    int count;
    const setting_t *set;
    states_t *out;
    struct {
        unsigned rest;
        state_t state;
    } seen[512];
    int seen_count;
} search_t;

static inline int was_seen(search_t *x, unsigned rest, const state_t *s)
{
    int i;

    for (i = 0; i < x->seen_count; i++)
        if (x->seen[i].rest == rest &&
            !memcmp(&x->seen[i].state, s, sizeof(*s)))
            return 1;
    if (x->seen_count < 512) {
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
    state_t after[3];
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
    search_t x;
    int i;

    memset(&out, 0, sizeof(out));
    out.is_full = states->is_full;
    memset(&x, 0, sizeof(x));
    x.events = events;
    x.count = count;
    x.set = set;
    x.out = &out;
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
    int is_live = s->has_record && now < s->expires;

    if (!generation)
        return !is_live || s->revoked;
    return is_live && (s->revoked || s->generation == generation);
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

/* Everybody was told to look again. */
static inline void states_tell(states_t *states)
{
    states_t out;
    int i;

    memset(&out, 0, sizeof(out));
    out.is_full = states->is_full;
    for (i = 0; i < states->count; i++) {
        if (states->all[i].revoked == HALF_REVOKED)
            states->all[i].revoked = REVOKED;
        states_add(&out, &states->all[i]);
    }
    *states = out;
}

/* Whether it is revoked for certain, whatever is true. */
static inline int states_are_dead(const states_t *states)
{
    int i;

    for (i = 0; i < states->count; i++)
        if (!states->all[i].revoked)
            return 0;
    return !states->is_full;
}

#endif
