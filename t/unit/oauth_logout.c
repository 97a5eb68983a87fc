/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth_remote.h"

#include "oauth/ended.h"
#include "oauth/flow.h"

/* What a provider says, and what ends with it. */

#define EVENTS "{\"http://schemas.openid.net/event/backchannel-logout\":{}}"

typedef struct said_t {
    const char *iss, *aud, *sub, *sid, *jti; /* NULL: not there */
} said_t;

static int jtis;

static said_t said_of(const char *sub, const char *sid, mcp_ctx_t *cx)
{
    said_t said = {IDP, IDP_CLIENT, sub, sid, NULL};

    said.jti = apr_psprintf(cx->pool, "jti-%d", jtis++);
    return said;
}

static const char *token_of(const said_t *said, mcp_ctx_t *cx)
{
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    const char *text = "";

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "iss", said->iss);
    mcp_writer_member(w, "aud", said->aud);
    mcp_writer_member(w, "sub", said->sub);
    mcp_writer_member(w, "sid", said->sid);
    mcp_writer_member(w, "jti", said->jti);
    mcp_writer_name(w, "iat");
    mcp_writer_integer(w, mcp_ctx_seconds(cx));
    mcp_writer_name(w, "exp");
    mcp_writer_integer(w, mcp_ctx_seconds(cx) + 120);
    mcp_writer_name(w, "events");
    mcp_writer_raw(w, EVENTS);
    mcp_writer_close(w);
    fine(mcp_jose_jws_sign(&text, mcp_writer_text(w, NULL), "logout+jwt",
                           op.is_forged ? op.stranger : op.key, cx),
         "signed");
    return text;
}

/* "ok", or "STATUS error" */
static const char *post(world_t *w, const char *token, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x =
        posting(w, FORM, form_of(cx->pool, "logout_token", token, NULL), cx);
    const mcp_error_t *e = mcp_oauth_logout_handle(x, cx);

    if (e)
        return apr_psprintf(cx->pool, "%d %s", mcp_error_http(e),
                            mcp_error_oauth(e));
    return x->status == 200 && !x->json && !x->page ? "ok" : "something";
}

static const char *say(world_t *w, const char *sub, const char *sid,
                       mcp_ctx_t *cx)
{
    const said_t said = said_of(sub, sid, cx);

    return post(w, token_of(&said, cx), cx);
}

static const char *login(world_t *w, const char *client, const char *subject,
                         const char *session, mcp_ctx_t *cx)
{
    const char *json;

    op.subject = subject;
    op.session = session;
    json = remote_tokens(w, client, cx);
    op_behave();
    return json;
}

/* -- whom it reaches -- */

static const struct {
    const char *name;
    const char *sub, *sid;
    /* ada in s-1 and s-2, ada whose session nobody knows, bob in s-3 */
    const char *ends; /* of these the ones that end, as "12-3" */
} whom[] = {
    {"a user", "ada", NULL, "12-"},
    {"a session of a user", "ada", "s-1", "1-"},
    {"a session", NULL, "s-2", "2"},
    {"another user", "bob", NULL, "3"},
    {"a session of another user", NULL, "s-3", "3"},
    {"a user who is not here", "eve", NULL, ""},
    {"a session that is not here", NULL, "s-9", ""},
    {"a user, and a session of somebody else", "ada", "s-3", "-"},
    {"a user whose name begins like hers", "ad", NULL, ""},
};

static void test_whom(world_t *w, const char *client, mcp_ctx_t *cx)
{
    static const char names[] = "12-3";
    static const char *const subjects[] = {"ada", "ada", "ada", "bob"};
    static const char *const sessions[] = {"s-1", "s-2", NULL, "s-3"};
    const char *json[4];
    apr_size_t i;
    int k;

    for (i = 0; i < sizeof(whom) / sizeof(whom[0]); i++) {
        for (k = 0; k < 4; k++)
            json[k] = login(w, client, subjects[k], sessions[k], cx);
        is(say(w, whom[i].sub, whom[i].sid, cx), "ok", whom[i].name);
        for (k = 0; k < 4; k++)
            ok(is_open(w, json[k], cx) == !strchr(whom[i].ends, names[k]),
               "%s: %s in %s", whom[i].name, subjects[k],
               sessions[k] ? sessions[k] : "no session");
    }
}

/* -- what is none -- */

static const struct {
    const char *name;
    const char *iss, *aud;
} wrong[] = {
    {"of a provider that nobody knows", "https://evil.example", IDP_CLIENT},
    {"of one whose name is nearly the same", IDP "/", IDP_CLIENT},
    {"without iss", NULL, IDP_CLIENT},
    {"for another client", IDP, "another"},
    {"for nobody", IDP, NULL},
};

static void test_wrong(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *json = login(w, client, "ada", "s-1", cx);
    static const char *const texts[] = {"x",   "a.b.c", "a.b.c.d.e",
                                        "...", "....",  "e30.e30.e30"};
    said_t said;
    apr_size_t i;

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        said = said_of("ada", NULL, cx);
        said.iss = wrong[i].iss;
        said.aud = wrong[i].aud;
        is(post(w, token_of(&said, cx), cx), "400 invalid_request",
           wrong[i].name);
    }
    said = said_of(NULL, NULL, cx);
    is(post(w, token_of(&said, cx), cx), "400 invalid_request", "of nobody");
    said = said_of("ada", NULL, cx);
    said.jti = NULL;
    is(post(w, token_of(&said, cx), cx), "400 invalid_request", "without jti");
    op.is_forged = 1;
    is(say(w, "ada", NULL, cx), "400 invalid_request", "that a stranger made");
    op_behave();
    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        is(post(w, texts[i], cx), "400 invalid_request", texts[i]);
    is(post(w, NULL, cx), "400 invalid_request", "that is not there");
    ok(is_open(w, json, cx), "none of them ends anything");
}

/* -- once -- */

static void test_once(world_t *w, const char *client, mcp_ctx_t *cx)
{
    said_t said = said_of("ada", NULL, cx);
    const char *token = token_of(&said, cx), *json;

    login(w, client, "ada", "s-1", cx);
    is(post(w, token, cx), "ok", "a logout token");
    json = login(w, client, "ada", "s-2", cx);
    is(post(w, token, cx), "400 invalid_request", "again");
    ok(is_open(w, json, cx), "ends nothing of what has begun since");
    pass_seconds(120 + 59);
    is(post(w, token, cx), "400 invalid_request",
       "in the last second that it could be good");
    pass_seconds(-86400);
    is(post(w, token, cx), "400 invalid_request",
       "nor when the clock goes back");
    pass_seconds(86400);
    said = said_of("ada", NULL, cx);
    is(post(w, token_of(&said, cx), cx), "ok", "another one");
    ok(!is_open(w, json, cx), "does");
}

/* -- several providers -- */

/* Two clients of ours at one: by the audience. */
static void test_clients(world_t *w, const char *client, mcp_ctx_t *cx)
{
    static mcp_idp_client_setting_t second;
    static mcp_idp_t other;
    apr_array_header_t *idps =
        apr_array_make(cx->pool, 1, sizeof(const mcp_idp_t *));
    const char *json = login(w, client, "ada", NULL, cx);
    said_t said = said_of("ada", NULL, cx);

    second = remote.client;
    second.id = "gateway-2";
    other = remote.idp;
    other.key = "test-2";
    other.client = &second;
    APR_ARRAY_PUSH(idps, const mcp_idp_t *) = &other;
    said.aud = second.id;
    is(post(w, token_of(&said, cx), cx), "400 invalid_request",
       "for a client that we are not");
    w->wiki_settings.idps = idps;
    is(post(w, token_of(&said, cx), cx), "ok", "that we are elsewhere");
    ok(!is_open(w, json, cx), "its user is out");

    /* one of them cannot be asked for its keys */
    json = login(w, client, "ada", NULL, cx);
    remote_network(w, cx);
    op.is_down = 1;
    said = said_of("ada", NULL, cx);
    is(post(w, token_of(&said, cx), cx), "503 temporarily_unavailable",
       "a provider whose keys cannot be had");
    op_behave();
    remote_network(w, cx);
    is(post(w, token_of(&said, cx), cx), "ok", "when they can");
    ok(!is_open(w, json, cx), "it is as good as before");
    w->wiki_settings.idps = w->tasks_settings.idps;
}

/* Users that are known by something else than sub. */
static void test_subject(world_t *w, const char *client, mcp_ctx_t *cx)
{
    mcp_idp_claim_setting_t *line;
    const char *json;

    remote.idp.claims =
        apr_array_make(cx->pool, 1, sizeof(mcp_idp_claim_setting_t));
    line = apr_array_push(remote.idp.claims);
    line->word = "subject";
    line->pointers = list_of(cx->pool, "/email", NULL);
    json = login(w, client, "ada", "s-1", cx);
    is(say(w, "ada", NULL, cx), "500 server_error",
       "what nobody can be found by is no success");
    is(say(w, "ada", "s-1", cx), "ok", "by the session");
    ok(!is_open(w, json, cx), "she is found");
    remote.idp.claims = NULL;
}

/* -- what is under way -- */

static void test_code(world_t *w, const char *client, mcp_ctx_t *cx)
{
    static const struct {
        const char *name, *sub, *sid, *session;
        int is_good;
    } codes[] = {
        {"the user", "ada", NULL, "s-1", 0},
        {"the user, whose session nobody knows", "ada", NULL, NULL, 0},
        {"the session", NULL, "s-1", "s-1", 0},
        {"the session of the user", "ada", "s-1", "s-1", 0},
        {"another session", NULL, "s-2", "s-1", 1},
        {"another session of the user", "ada", "s-2", "s-1", 1},
        {"another user", "bob", NULL, "s-1", 1},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        const char *code, *json;

        op.session = codes[i].session;
        code = remote_code(w, client, cx);
        ok(code != NULL, "a code was issued");
        is(say(w, codes[i].sub, codes[i].sid, cx), "ok", codes[i].name);
        json = redeem(w, client, code, cx);
        ok(is_open(w, json, cx) == codes[i].is_good, "it is good or not");
        op_behave();
    }
    /* who signs in again, in a session that the provider goes on with */
    ok(is_open(w, login(w, client, "ada", "s-1", cx), cx),
       "who signs in again is in");
    pass_seconds(10 * 86400);
    ok(is_open(w, login(w, client, "ada", "s-1", cx), cx), "also much later");
}

/* -- a store that fails -- */

static const mcp_error_t *broken(mcp_store_t *store, mcp_record_kind_t kind,
                                 const char *index, mcp_store_each_fn *fn,
                                 void *baton, mcp_ctx_t *cx)
{
    (void)store, (void)kind, (void)index, (void)fn, (void)baton;
    return mcp_error_make(MCP_E_UNAVAILABLE, cx, "the disk is gone");
}

static void test_store(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *json = login(w, client, "ada", "s-1", cx);
    said_t said = said_of("ada", NULL, cx);
    const mcp_store_provider_t *real = w->works.store->provider;
    mcp_store_provider_t fails_each = *real;

    fails_each.each = broken;
    w->works.store->provider = &fails_each;
    is(post(w, token_of(&said, cx), cx), "503 temporarily_unavailable",
       "a store that fails");
    w->works.store->provider = real;
    is(post(w, token_of(&said, cx), cx), "ok", "the same token, later");
    ok(!is_open(w, json, cx), "is heard");
}

static void test(mcp_ctx_t *cx)
{
    world_t *w = remote_world(cx);
    const char *client = public_client(w, cx);

    test_whom(w, client, cx);
    test_wrong(w, client, cx);
    test_once(w, client, cx);
    test_clients(w, client, cx);
    test_subject(w, client, cx);
    test_code(w, client, cx);
    test_store(w, client, cx);
}

TAP_MAIN(test)
