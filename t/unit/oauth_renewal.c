/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth_remote.h"

#include <apr_thread_proc.h>

#include "oauth/renewal.h"
#include "oauth/revoke.h"

#define RACERS 12
#define REFUSED "error 400 invalid_grant"
#define NOT_NOW "error 503 temporarily_unavailable"
#define DUE 60
#define PAUSED 30
#define LEASE (2 * 15 + 60) /* with the timeout of this world */

/* A client's login, from its sign-in on. */
typedef struct login_t {
    world_t *w;
    const char *client;
    const char *json; /* the last answer of the token endpoint */
} login_t;

static login_t login_make(world_t *w, const char *client, mcp_ctx_t *cx)
{
    login_t login = {w, client, NULL};

    login.json = remote_tokens(w, client, cx);
    ok(is_open(w, login.json, cx), "a sign-in");
    return login;
}

/* "ok", or the error */
static const char *turn(login_t *login, mcp_ctx_t *cx)
{
    const char *json = refresh(login->w, login->client,
                               refresh_token_in(login->json, cx), NULL, cx);

    if (!refresh_token_in(json, cx))
        return json;
    login->json = json;
    return is_open(login->w, json, cx) ? "ok" : "a token that is not good";
}

static int retry_after_of(login_t *login, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x =
        posting(login->w, FORM,
                form_of(cx->pool, "grant_type", "refresh_token", "client_id",
                        login->client, "refresh_token",
                        refresh_token_in(login->json, cx), NULL),
                cx);
    const mcp_error_t *e = mcp_oauth_token_handle(x, cx);

    return e ? e->retry_after : -1;
}

/* -- what it can say -- */

typedef enum { GOES_ON, ENDS } fate_t;

typedef struct row_t {
    const char *name;
    int status;
    const char *body;
    fate_t fate;
    const char *logged; /* a part of it */
} row_t;

/* clang-format off */
static const row_t rows[] = {
    {"invalid_grant", 400, "{\"error\":\"invalid_grant\"}", ENDS, "MCP00156"},
    {"invalid_grant with 401", 401, "{\"error\":\"invalid_grant\"}", ENDS, "MCP00156"},
    {"GitHub's word for it, with 200", 200, "{\"error\":\"bad_refresh_token\"}", ENDS, "MCP00156"},
    {"access_denied", 403, "{\"error\":\"access_denied\"}", GOES_ON, "0 MCP00157"},
    {"interaction_required", 400, "{\"error\":\"interaction_required\"}", ENDS, "MCP00156"},
    {"invalid_client", 401, "{\"error\":\"invalid_client\"}", GOES_ON, "0 MCP00157"},
    {"unauthorized_client", 401, "{\"error\":\"unauthorized_client\"}", GOES_ON, "0 MCP00157"},
    {"an empty 401", 401, "", GOES_ON, "0 MCP00157"},
    {"invalid_scope", 400, "{\"error\":\"invalid_scope\"}", GOES_ON, "0 MCP00157"},
    {"unsupported_grant_type", 400, "{\"error\":\"unsupported_grant_type\"}", GOES_ON, "0 MCP00157"},
    {"an error that nobody knows", 400, "{\"error\":\"not_allowed\"}", GOES_ON, "0 MCP00157"},
    {"temporarily_unavailable", 400, "{\"error\":\"temporarily_unavailable\"}", GOES_ON, "1 MCP00157"},
    {"503", 503, "", GOES_ON, "1 MCP00157"},
    {"503 with invalid_grant", 503, "{\"error\":\"invalid_grant\"}", GOES_ON, "1 MCP00157"},
    {"429", 429, "", GOES_ON, "1 MCP00157"},
    {"no answer", 0, NULL, GOES_ON, "1 MCP00157"},
    {"404", 404, "", GOES_ON, "0 MCP00157"},
    {"a page", 200, "<html>invalid_grant</html>", GOES_ON, "0 MCP00157"},
    {"nothing", 200, "{}", GOES_ON, "0 MCP00157"},
    {"half an answer", 200, "{\"access_token\":", GOES_ON, "0 MCP00157"},
    {"tokens of another type", 200, "{\"access_token\":\"x\",\"token_type\":\"mac\"}", GOES_ON, "0 MCP00157"},
};
/* clang-format on */

/* The provider says it, and then is as it should be again. */
static void test_row(world_t *w, const char *client, const row_t *row,
                     mcp_ctx_t *cx)
{
    login_t login = login_make(w, client, cx);
    const char *first = login.json;
    const char *want = row->fate == ENDS ? REFUSED : "ok";

    pass_seconds(DUE);
    op.token_status = row->status;
    op.token_body = row->body;
    op.refreshed = 0;
    *tap_log = *tap_audit = '\0';
    is(turn(&login, cx), want, row->name);
    ok(op.refreshed == 1, "it was asked");
    if (!ok(has_text(tap_log, row->logged), "the log has it"))
        printf("# %s\n", tap_log);
    ok(has_text(tap_audit, "\"reason\":\"identity-provider\"") ==
           (row->fate == ENDS),
       "so has the audit log, of an end");
    ok(is_open(w, first, cx) == (row->fate == GOES_ON),
       "as it is with the access tokens of before");
    op_behave();
    pass_seconds(PAUSED - 1);
    is(turn(&login, cx), want, "soon after that");
    ok(op.refreshed == 1, "it is left in peace");
    pass_seconds(1);
    is(turn(&login, cx), want, "half a minute after that");
    ok(op.refreshed == (row->fate == ENDS ? 1 : 2), "it is asked if alive");
}

/* The same when it has said nothing for too long. */
static void test_late_row(world_t *w, const char *client, const row_t *row,
                          mcp_ctx_t *cx)
{
    login_t login = login_make(w, client, cx);
    const char *want = row->fate == ENDS ? REFUSED : NOT_NOW;

    pass_seconds(86400);
    op.token_status = row->status;
    op.token_body = row->body;
    is(turn(&login, cx), want, row->name);
    if (row->fate == GOES_ON) {
        pass_seconds(10);
        ok(retry_after_of(&login, cx) == PAUSED - 10, "and when to come");
    }
    is(turn(&login, cx), want, "and again");
    op_behave();
    pass_seconds(PAUSED);
    is(turn(&login, cx), row->fate == ENDS ? REFUSED : "ok",
       "when it is as it should be");
}

static void test_rows(world_t *w, const char *client, mcp_ctx_t *cx)
{
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row(w, client, &rows[i], cx);
        test_late_row(w, client, &rows[i], cx);
    }
}

/* It says yes. */
static void test_yes(world_t *w, const char *client, mcp_ctx_t *cx)
{
    login_t login = login_make(w, client, cx);
    const char *first = login.json, *again;
    int i;

    op.refreshed = 0;
    pass_seconds(DUE - 1);
    is(turn(&login, cx), "ok", "within a minute of the sign-in");
    ok(op.refreshed == 0, "nobody is asked");
    pass_seconds(1);
    for (i = 1; i <= 3; i++) {
        is(turn(&login, cx), "ok", "a minute after");
        ok(op.refreshed == i, "it is asked");
        is(turn(&login, cx), "ok", "at once again");
        ok(op.refreshed == i, "it is not");
        pass_seconds(DUE);
    }
    op.rotates = 0;
    is(turn(&login, cx), "ok", "one that does not rotate");
    pass_seconds(DUE);
    is(turn(&login, cx), "ok", "is asked with the same");
    ok(is_open(w, first, cx), "older access tokens go on");

    /* a lost answer */
    op_behave();
    pass_seconds(DUE);
    first = login.json;
    is(turn(&login, cx), "ok", "an answer that is lost");
    pass_seconds(DUE);
    op.refreshed = 0;
    op.token_body = "{\"error\":\"invalid_grant\"}";
    op.token_status = 400;
    again = refresh(w, client, refresh_token_in(first, cx), NULL, cx);
    is(again, REFUSED, "it is asked before it is given again");
    ok(op.refreshed == 1, "once");
    op_behave();
}

/* It has more to say, or something else. */
static void test_news(world_t *w, const char *client, mcp_ctx_t *cx)
{
    login_t login = login_make(w, client, cx);
    const char *first = login.json;
    apr_uint64_t sequence = mcp_store_sequence_get(w->works.revocations);

    pass_seconds(DUE);
    is(turn(&login, cx), "ok", "nothing is new");
    ok(mcp_store_sequence_get(w->works.revocations) == sequence,
       "those who remember her need not look again");
    is(principal_in(w, first, cx)->email, "ada@example.com", "her address");
    op.email = "ada@example.org";
    pass_seconds(DUE);
    is(turn(&login, cx), "ok", "it says something else of her");
    ok(mcp_store_sequence_get(w->works.revocations) > sequence,
       "those who remember her look again");
    is(principal_in(w, first, cx)->email, "ada@example.org",
       "also with a token of before");

    op.is_forged = 1;
    op.email = "eve@example.com";
    *tap_log = '\0';
    pass_seconds(DUE);
    is(turn(&login, cx), "ok", "what it says cannot be believed");
    is(principal_in(w, login.json, cx)->email, "ada@example.org",
       "it is not believed");
    ok(has_text(tap_log, "1 MCP00184"), "the log has it");
    op_behave();
    op.email = "ada@example.net";
    pass_seconds(DUE);
    is(turn(&login, cx), "ok", "its tokens were kept nevertheless");
    is(principal_in(w, login.json, cx)->email, "ada@example.net",
       "and what it says now is believed");

    op.said_of = "bob";
    first = login.json;
    *tap_audit = '\0';
    pass_seconds(DUE);
    is(turn(&login, cx), REFUSED, "it says that she is somebody else");
    ok(!is_open(w, first, cx) && has_text(tap_audit, "identity-provider"),
       "that is the end");
    op_behave();
}

/* -- without a refresh token of theirs -- */

static void test_userinfo(world_t *w, const char *client, mcp_ctx_t *cx)
{
    login_t login;

    op.gives_refresh = 0;
    login = login_make(w, client, cx);
    op.userinfos = 0;
    pass_seconds(DUE);
    is(turn(&login, cx), "ok", "who has no refresh token");
    ok(op.userinfos == 1 && op.refreshed == 0, "is asked at userinfo");
    op.userinfo_status = 0;
    pass_seconds(DUE);
    is(turn(&login, cx), "ok", "that is down");
    op.userinfo_status = 403;
    pass_seconds(DUE);
    is(turn(&login, cx), "ok", "or would not have us");
    op_behave();
    op.gives_refresh = 0;
    pass_seconds(3600);
    op.userinfos = 0;
    is(turn(&login, cx), "ok", "the access token has expired");
    is(turn(&login, cx), "ok", "and again");
    ok(op.userinfos == 0, "nothing is asked");
    pass_seconds(86400);
    is(turn(&login, cx), REFUSED, "after a day she has to come by");

    login = login_make(w, client, cx);
    pass_seconds(DUE);
    op.userinfo_status = 401;
    is(turn(&login, cx), REFUSED, "userinfo says no");
    ok(!is_open(w, login.json, cx), "that is the end");
    op_behave();
}

/* -- what is kept -- */

static void test_sealed(world_t *w, const char *client, mcp_ctx_t *cx)
{
    login_t login = login_make(w, client, cx), other;
    mcp_oauth_grant_t *grant = grant_in(w, login.json, cx);
    const char *good = grant->upstream;

    /* a key that is gone; what was never ours; another user's */
    op.subject = "bob";
    other = login_make(w, client, cx);
    op_behave();
    grant->upstream = apr_pstrcat(cx->pool, "99", strchr(good, '.'), NULL);
    grant_set(w, grant, cx);
    pass_seconds(DUE);
    op.refreshed = 0;
    *tap_log = '\0';
    is(turn(&login, cx), "ok", "a key that is gone");
    ok(op.refreshed == 0 && has_text(tap_log, "MCP00166"),
       "nothing can be asked; the log has it");
    grant = grant_in(w, login.json, cx);
    grant->upstream = grant_in(w, other.json, cx)->upstream;
    grant_set(w, grant, cx);
    is(turn(&login, cx), "ok", "what another user's grant had");
    ok(op.refreshed == 0, "is good for nothing here");
    grant = grant_in(w, login.json, cx);
    grant->upstream = good;
    grant_set(w, grant, cx);
    is(turn(&login, cx), "ok", "its own");
    ok(op.refreshed == 1, "is");
    pass_seconds(86400);
    grant = grant_in(w, login.json, cx);
    grant->upstream = "1.x";
    grant_set(w, grant, cx);
    is(turn(&login, cx), REFUSED, "nothing for a day: she has to come by");
}

static void test_configuration(world_t *w, const char *client, mcp_ctx_t *cx)
{
    login_t login = login_make(w, client, cx);
    const apr_array_header_t *idps = w->tasks_settings.idps;

    w->tasks_settings.idps =
        apr_array_make(cx->pool, 1, sizeof(const mcp_idp_t *));
    is(turn(&login, cx), REFUSED, "its provider is not configured any more");
    ok(grant_in(w, login.json, cx)->lease == 0, "nobody has to wait for that");
    w->tasks_settings.idps = (apr_array_header_t *)idps;
    is(turn(&login, cx), "ok", "it is again");
}

/* -- leases -- */

/* Somebody else has had one for so many seconds. */
static void lease_set(const login_t *login, apr_int64_t since, mcp_ctx_t *cx)
{
    mcp_oauth_grant_t *grant = grant_in(login->w, login->json, cx);

    grant->lease = mcp_ctx_seconds(cx) + LEASE - since;
    grant_set(login->w, grant, cx);
}

static void test_lease(world_t *w, const char *client, mcp_ctx_t *cx)
{
    static const struct {
        apr_int64_t since;
        int is_asked;
        const char *name;
    } leases[] = {
        {15, 0, "for longer than one waits"},
        {LEASE - 1, 0, "almost over"},
        {LEASE, 1, "over"},
        {LEASE + 86400, 1, "over since yesterday"},
        {-61, 1, "by a clock that was ahead of all"},
        {-10 * 86400, 1, "and of days to come"},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(leases) / sizeof(leases[0]); i++) {
        login_t login = login_make(w, client, cx);

        pass_seconds(DUE);
        lease_set(&login, leases[i].since, cx);
        op.refreshed = 0;
        is(turn(&login, cx), "ok", leases[i].name);
        ok(op.refreshed == leases[i].is_asked, "a lease is held or not");
        ok((grant_in(w, login.json, cx)->lease == 0) == leases[i].is_asked,
           "and left to who has it");
        pass_seconds(LEASE);
        op.refreshed = 0;
        is(turn(&login, cx), "ok", "when it is over");
        ok(op.refreshed == 1, "the provider is asked");
    }
}

/* Where no thread may wait, nobody does. */
static void test_crowd(world_t *w, const char *client, mcp_ctx_t *cx)
{
    login_t login = login_make(w, client, cx);

    pass_seconds(DUE);
    lease_set(&login, 0, cx);
    remote.crowd.count = remote.crowd.most - remote.crowd.most / 4;
    op.refreshed = 0;
    is(turn(&login, cx), "ok", "too many wait already");
    ok(op.refreshed == 0, "it goes without");
    pass_seconds(86400);
    lease_set(&login, 0, cx);
    is(turn(&login, cx), NOT_NOW, "but not for ever");
    remote.crowd.count = remote.crowd.most;
    pass_seconds(LEASE);
    is(turn(&login, cx), NOT_NOW, "nor when it cannot be asked for that");
    remote.crowd.count = 0;
    pass_seconds(PAUSED);
    is(turn(&login, cx), "ok", "there is room again");
}

/* A clock that was ahead, and is put right. */
static void test_clock(world_t *w, const char *client, mcp_ctx_t *cx)
{
    login_t login;

    pass_seconds(10 * 86400);
    login = login_make(w, client, cx);
    pass_seconds(DUE);
    is(turn(&login, cx), "ok", "ten days ahead");
    pass_seconds(-10 * 86400);
    op.refreshed = 0;
    op.token_status = 0;
    is(turn(&login, cx), "ok", "put right, and the provider is down");
    pass_seconds(86400);
    is(turn(&login, cx), NOT_NOW, "a day later that counts");
    op_behave();
    op.refreshed = 0;
    pass_seconds(PAUSED);
    is(turn(&login, cx), "ok", "it is back");
    ok(op.refreshed == 1, "and was asked");
}

/* -- meanwhile -- */

typedef struct meanwhile_t {
    world_t *w;
    const char *grant;
    mcp_ctx_t *cx;
} meanwhile_t;

static void revoke_it(void *baton)
{
    meanwhile_t *m = baton;
    int was_there;

    fine(mcp_oauth_revoke_grant(&was_there, m->grant, &m->w->works, m->cx),
         "somebody ends the grant");
}

static void test_revoked(world_t *w, const char *client, mcp_ctx_t *cx)
{
    login_t login = login_make(w, client, cx);
    meanwhile_t m = {w, grant_in(w, login.json, cx)->id, cx};

    pass_seconds(DUE);
    op.meanwhile = revoke_it;
    op.baton = &m;
    op.revocations = 0;
    is(turn(&login, cx), REFUSED, "it was ended while the provider was asked");
    ok(!is_open(w, login.json, cx), "it has ended");
    is(op.revoked, apr_psprintf(cx->pool, "rt-%d-2", op.families - 1),
       "what the provider gave instead is given back");
    ok(op.revocations == 1, "once");
    op_behave();

    login = login_make(w, client, cx);
    m.grant = grant_in(w, login.json, cx)->id;
    pass_seconds(DUE);
    op.meanwhile = revoke_it;
    op.rotates = 0;
    op.revocations = 0;
    is(turn(&login, cx), REFUSED, "the same where nothing was replaced");
    ok(op.revocations == 0, "there is nothing to give back");
    op_behave();
}

/* As somebody does who took our lease for over. */
static void overtake(void *baton)
{
    meanwhile_t *m = baton;
    mcp_oauth_grant_t *grant;
    const mcp_idp_tokens_t tokens = {"at", "rt-0-0", NULL, 0};
    int done;

    fine(mcp_oauth_grant_get(&grant, m->grant, &m->w->works, m->cx), "found");
    fine(mcp_oauth_upstream_seal(&grant->upstream, &tokens, &grant->identity,
                                 &m->w->service, m->cx),
         "sealed");
    grant->confirmed = mcp_ctx_seconds(m->cx);
    grant->lease = 0;
    fine(mcp_oauth_grant_replace(&done, grant, &m->w->works, m->cx),
         "somebody else has renewed it");
}

static void test_overtaken(world_t *w, const char *client, mcp_ctx_t *cx)
{
    login_t login = login_make(w, client, cx);
    meanwhile_t m = {w, grant_in(w, login.json, cx)->id, cx};

    pass_seconds(DUE);
    op.meanwhile = overtake;
    op.baton = &m;
    op.token_status = 400;
    op.token_body = "{\"error\":\"invalid_grant\"}";
    is(turn(&login, cx), "ok",
       "a no to a token that somebody else has renewed is none");
    op_behave();
    pass_seconds(DUE);
    is(turn(&login, cx), REFUSED, "a no to what he got is one");
}

/* -- a store that fails -- */

typedef struct failing_t {
    mcp_store_t store;
    mcp_store_provider_t provider;
    mcp_store_t *real;
    int replaces; /* that fail from now on */
} failing_t;

static failing_t failing;

static const mcp_error_t *failing_replace(int *done, mcp_store_t *store,
                                          mcp_record_kind_t kind,
                                          const unsigned char *key,
                                          const mcp_record_t *record,
                                          mcp_ctx_t *cx)
{
    (void)store;
    if (failing.replaces > 0) {
        failing.replaces--;
        return mcp_error_make(MCP_E_UNAVAILABLE, cx, "the disk is full");
    }
    return failing.real->provider->replace(done, failing.real, kind, key,
                                           record, cx);
}

#define REAL failing.real->provider

static const mcp_error_t *real_put(mcp_store_t *s, mcp_record_kind_t kind,
                                   const unsigned char *key,
                                   const mcp_record_t *record, mcp_ctx_t *cx)
{
    (void)s;
    return REAL->put(failing.real, kind, key, record, cx);
}

static const mcp_error_t *real_add(int *added, mcp_store_t *s,
                                   mcp_record_kind_t kind,
                                   const unsigned char *key,
                                   const mcp_record_t *record, mcp_ctx_t *cx)
{
    (void)s;
    return REAL->add(added, failing.real, kind, key, record, cx);
}

static const mcp_error_t *real_get(const mcp_record_t **record, mcp_store_t *s,
                                   mcp_record_kind_t kind,
                                   const unsigned char *key, mcp_ctx_t *cx)
{
    (void)s;
    return REAL->get(record, failing.real, kind, key, cx);
}

static const mcp_error_t *real_take(const mcp_record_t **record,
                                    mcp_store_t *s, mcp_record_kind_t kind,
                                    const unsigned char *key, mcp_ctx_t *cx)
{
    (void)s;
    return REAL->take(record, failing.real, kind, key, cx);
}

static const mcp_error_t *real_drop(mcp_store_t *s, mcp_record_kind_t kind,
                                    const unsigned char *key, mcp_ctx_t *cx)
{
    (void)s;
    return REAL->drop(failing.real, kind, key, cx);
}

static const mcp_error_t *real_each(mcp_store_t *s, mcp_record_kind_t kind,
                                    const char *index, mcp_store_each_fn *fn,
                                    void *baton, mcp_ctx_t *cx)
{
    (void)s;
    return REAL->each(failing.real, kind, index, fn, baton, cx);
}

static void failing_make(world_t *w)
{
    const mcp_store_provider_t provider = {
        "failing", real_put,  real_add, real_get, real_take, failing_replace,
        real_drop, real_each, NULL,     NULL,     NULL};

    failing.real = w->works.store;
    failing.provider = provider;
    failing.store.provider = &failing.provider;
    failing.replaces = 0;
    w->works.store = &failing.store;
}

/* After the provider has turned its token. */
static void fail(void *baton)
{
    failing.replaces = *(int *)baton;
}

static void test_store(world_t *w, const char *client, mcp_ctx_t *cx)
{
    login_t login = login_make(w, client, cx);
    int times = 2, i;

    failing_make(w);
    op.baton = &times;
    for (i = 0; i < 2; i++) {
        pass_seconds(DUE);
        op.meanwhile = fail;
        *tap_log = '\0';
        is(turn(&login, cx), "ok", "a store that fails for a moment");
        ok(has_text(tap_log, "MCP00167"), "the log has it");
    }
    op.meanwhile = NULL;
    pass_seconds(DUE);
    op.refreshed = 0;
    is(turn(&login, cx), "ok", "costs nothing");
    ok(op.refreshed == 1, "of what it gave");
    /* before it was asked */
    pass_seconds(DUE);
    failing.replaces = 1;
    is(turn(&login, cx), NOT_NOW, "a store that takes no lease");
    ok(op.refreshed == 1, "nobody was asked");
    is(turn(&login, cx), "ok", "the next one is");
    w->works.store = failing.real;
}

/* -- many at once -- */

typedef struct racer_t {
    login_t login;
    char got[512];
    apr_thread_t *thread;
} racer_t;

static void *APR_THREAD_FUNC race(apr_thread_t *thread, void *data)
{
    racer_t *racer = data;
    mcp_ctx_t context;
    const char *json;

    apr_pool_create(&context.pool, NULL);
    context.host = &tap_host;
    context.baton = NULL;
    json = refresh(racer->login.w, racer->login.client, racer->login.json,
                   NULL, &context);
    if (refresh_token_in(json, &context))
        json = refresh_token_in(json, &context);
    apr_cpystrn(racer->got, json, sizeof(racer->got));
    apr_pool_destroy(context.pool);
    (void)thread;
    return NULL;
}

static void linger(void *baton)
{
    (void)baton;
    apr_sleep(APR_TIME_C(200000));
}

/* All that so many get, "..." where they differ. */
static const char *race_all(const login_t *login, int count, mcp_ctx_t *cx)
{
    racer_t racers[RACERS];
    apr_status_t rv;
    int i, same = 0;

    memset(racers, 0, sizeof(racers));
    for (i = 0; i < count; i++) {
        racers[i].login = *login;
        racers[i].login.json = refresh_token_in(login->json, cx);
        apr_thread_create(&racers[i].thread, NULL, race, &racers[i], cx->pool);
    }
    for (i = 0; i < count; i++)
        apr_thread_join(&rv, racers[i].thread);
    for (i = 0; i < count; i++)
        same += !strcmp(racers[i].got, racers[0].got);
    return same == count ? apr_pstrdup(cx->pool, racers[0].got) : "...";
}

static void test_race(world_t *w, const char *client, mcp_ctx_t *cx)
{
    login_t login = login_make(w, client, cx);
    const char *got;
    int i;

    for (i = 0; i < 4; i++) {
        pass_seconds(DUE);
        op.refreshed = 0;
        op.meanwhile = linger;
        got = race_all(&login, RACERS, cx);
        ok(op.refreshed == 1, "of %d at once one asks", RACERS);
        ok(!strncmp(got, "r1-", 3), "and all get the same");
        login.json = apr_psprintf(cx->pool, "{\"refresh_token\":\"%s\"}", got);
    }
    op_behave();
    pass_seconds(DUE);
    is(turn(&login, cx), "ok", "the family lives, here and there");

    pass_seconds(DUE);
    op.refreshed = 0;
    op.meanwhile = linger;
    op.token_status = 400;
    op.token_body = "{\"error\":\"invalid_grant\"}";
    is(race_all(&login, RACERS, cx), REFUSED, "a no is one for all");
    ok(op.refreshed == 1, "it was said once");
    op_behave();

    login = login_make(w, client, cx);
    pass_seconds(DUE);
    op.refreshed = 0;
    op.meanwhile = linger;
    op.token_status = 0;
    ok(!strncmp(race_all(&login, RACERS, cx), "r1-", 3),
       "silence keeps nobody");
    ok(op.refreshed == 1, "it was asked once");
    op_behave();
}

static void test(mcp_ctx_t *cx)
{
    world_t *w = remote_world(cx);
    const char *client = public_client(w, cx);
    apr_time_t begun = tap_now;

    test_yes(w, client, cx);
    test_rows(w, client, cx);
    test_news(w, client, cx);
    op.refreshed = 0;
    test_userinfo(w, client, cx);
    test_sealed(w, client, cx);
    test_configuration(w, client, cx);
    test_lease(w, client, cx);
    test_crowd(w, client, cx);
    test_clock(w, client, cx);
    test_revoked(w, client, cx);
    test_overtaken(w, client, cx);
    test_store(w, client, cx);
    test_race(w, client, cx);
    tap_now = begun;
}

TAP_MAIN(test)
