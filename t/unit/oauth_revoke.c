/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth_asking.h"

#include "oauth/consent.h"
#include "oauth/grant.h"
#include "oauth/revoke.h"
#include "oauth/verify.h"

/* Ending grants, users and clients, also between any two steps of a journey;
 * and what the two endpoints about tokens say. */

static const mcp_identity_t ada = {.issuer = "httpd", .subject = "ada"};
static const mcp_identity_t bob = {.issuer = "httpd", .subject = "bob"};

static const mcp_principal_t *principal_of(world_t *w, const char *token,
                                           mcp_ctx_t *cx)
{
    const mcp_principal_t *who;

    return token && !verify_header(
                        &who, apr_pstrcat(cx->pool, "Bearer ", token, NULL),
                        &w->tasks, cx)
               ? who
               : NULL;
}

static int opens(world_t *w, const char *json, mcp_ctx_t *cx)
{
    return principal_of(w, text_in(json, "access_token", cx), cx) != NULL;
}

static int refreshes(world_t *w, const char *client, const char *json,
                     mcp_ctx_t *cx)
{
    return opens(
        w, refresh(w, client, text_in(json, "refresh_token", cx), NULL, cx),
        cx);
}

/* tokens of bob */
static const char *tokens_of_bob(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *query =
        authorize_query(client, CALLBACK, TASKS, "tasks:read", cx);
    mcp_oauth_exchange_t *x = signing_in(w, query, "bob", "boole", cx);

    x = deciding(w, text_in(x->page_values, "flow", cx), "approve", cx);
    if (mcp_oauth_authorize_handle(x, cx))
        return NULL;
    return redeem(w, client, sent(header(x, "Location"), "code", cx), cx);
}

static const char *other_client(world_t *w, mcp_ctx_t *cx)
{
    return text_in(client_register(w,
                                   "{\"redirect_uris\":[\"" CALLBACK "\"],"
                                   "\"client_name\":\"Another\","
                                   "\"grant_types\":[\"authorization_code\","
                                   "\"refresh_token\"],"
                                   "\"token_endpoint_auth_method\":\"none\"}",
                                   cx),
                   "client_id", cx);
}

/* -- what is there -- */

static void test_grant(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *json = tokens_for(w, client, cx);
    const char *rest = tokens_for(w, client, cx);
    const mcp_principal_t *who =
        principal_of(w, text_in(json, "access_token", cx), cx);
    int was_there;

    fine(mcp_oauth_revoke_grant(&was_there, who->grant, &w->works, cx),
         "a grant is ended");
    ok(was_there && !opens(w, json, cx) && !refreshes(w, client, json, cx),
       "with all of it");
    ok(opens(w, rest, cx) && refreshes(w, client, rest, cx),
       "another of the same user and client lives on");
    fine(mcp_oauth_revoke_grant(&was_there, who->grant, &w->works, cx),
         "once more");
    ok(!was_there, "there is nothing left of it");
    fine(mcp_oauth_revoke_grant(&was_there, "no such grant", &w->works, cx),
         "of what never was");
    ok(!was_there, "there is nothing either");
}

/* The tombstone has to outlive a record that was turned at the same moment,
 * in case nobody gets to drop that. */
static void test_tombstone(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *json = tokens_for(w, client, cx);
    const mcp_principal_t *who =
        principal_of(w, text_in(json, "access_token", cx), cx);
    const apr_time_t was = tap_now;
    mcp_oauth_grant_t *grant;

    fine(mcp_oauth_grant_get(&grant, who->grant, &w->works, cx), "a grant");
    pass_seconds(29 * 86400);
    fine(mcp_oauth_grant_revoke(grant, &w->works, cx), "is revoked");
    mcp_oauth_grant_extend(grant, &w->tasks, mcp_ctx_seconds(cx));
    fine(mcp_oauth_grant_put(grant, &w->works, cx), "and there again, turned");
    pass_seconds(30 * 86400 - 1);
    fine(mcp_oauth_grant_get(&grant, who->grant, &w->works, cx), "looked for");
    ok(!grant, "to its last second it is not found");
    tap_now = was;
}

static void test_user(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *one = tokens_for(w, client, cx);
    const char *two = tokens_for(w, client, cx);
    const char *bobs = tokens_of_bob(w, client, cx);
    int count;

    fine(mcp_oauth_revoke_user(&count, &bob, "administrator", &w->works, cx),
         "bob is ended");
    ok(count == 1 && !opens(w, bobs, cx), "with his grant");
    ok(opens(w, one, cx) && opens(w, two, cx), "ada is not");
    fine(mcp_oauth_revoke_user(&count, &ada, "administrator", &w->works, cx),
         "ada is ended");
    ok(count >= 2, "with all her grants");
    ok(!opens(w, one, cx) && !opens(w, two, cx) &&
           !refreshes(w, client, one, cx),
       "nothing of them works");
    ok(has_text(tap_log, "MCP00162: everything of the user 'ada' was ended"),
       "it is logged");
    fine(mcp_oauth_revoke_user(&count, &ada, "administrator", &w->works, cx),
         "twice");
    ok(count == 0, "there is nothing left");
    ok(has_text(tap_audit, "\"event\":\"revoked\"") &&
           has_text(tap_audit, "\"reason\":\"administrator\""),
       "and audited");
    ok(opens(w, tokens_for(w, client, cx), cx), "she may begin anew");
}

static void test_client(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *other = other_client(w, cx);
    const char *one = tokens_for(w, client, cx);
    const char *bobs = tokens_of_bob(w, client, cx);
    const char *rest = tokens_for(w, other, cx);
    int count;

    fine(mcp_oauth_revoke_client(&count, client, &w->works, cx),
         "a client is ended");
    ok(count >= 2 && !opens(w, one, cx) && !opens(w, bobs, cx) &&
           !refreshes(w, client, bobs, cx),
       "with what all users granted it");
    ok(opens(w, rest, cx) && refreshes(w, other, rest, cx),
       "another client is not");
    ok(has_text(tap_log, "MCP00163: everything of the client '"),
       "it is logged");
    ok(opens(w, tokens_for(w, client, cx), cx), "it may begin anew");
}

/* -- browsers and consent -- */

static const char *page_of(world_t *w, const mcp_oauth_request_t *request,
                           mcp_ctx_t *cx)
{
    return seen(asking(w, request, cx), cx);
}

/* A request as it comes: with the mark that its client has now. */
static mcp_oauth_request_t fresh(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_request_t request = request_make();

    mcp_oauth_ended_client_mark(&request.client_mark, request.client_id,
                                &w->works, cx);
    return request;
}

static const mcp_error_t *count_one(void *baton, const unsigned char *key,
                                    const mcp_record_t *record, mcp_ctx_t *cx)
{
    (void)key, (void)record, (void)cx;
    (*(int *)baton)++;
    return NULL;
}

/* -- a session at an identity provider -- */

static const char *begun(world_t *w, const char *subject, const char *session,
                         mcp_ctx_t *cx)
{
    mcp_oauth_grant_t grant;

    memset(&grant, 0, sizeof(grant));
    fine(mcp_oauth_grant_make_id(&grant.id, cx), "a grant");
    grant.client_id = "c";
    grant.identity.issuer = "https://sso.example.com";
    grant.identity.subject = grant.identity.user = subject;
    grant.identity.session = session;
    grant.resource = TASKS;
    grant.scope = "";
    grant.created = grant.turned = mcp_ctx_seconds(cx);
    grant.expires = grant.created + 3600;
    fine(mcp_oauth_grant_put(&grant, &w->works, cx), "is stored");
    return grant.id;
}

static int lives(world_t *w, const char *id, mcp_ctx_t *cx)
{
    mcp_oauth_grant_t *grant;

    fine(mcp_oauth_grant_get(&grant, id, &w->works, cx), "it is looked for");
    return grant != NULL;
}

static void test_session(world_t *w, mcp_ctx_t *cx)
{
    mcp_identity_t said = {.issuer = "https://sso.example.com",
                           .session = "s-1"};
    const char *first = begun(w, "eve", "s-1", cx);
    const char *other = begun(w, "eve", "s-2", cx);
    const char *none = begun(w, "eve", NULL, cx);
    const char *mallory = begun(w, "mallory", NULL, cx);
    int count;

    fine(mcp_oauth_revoke_session(&count, &said, &w->works, cx),
         "a session is ended");
    ok(count == 1 && !lives(w, first, cx), "what began in it is over");
    ok(lives(w, other, cx) && lives(w, none, cx),
       "what began in another one or in none is not");
    said.session = "s-3";
    said.subject = "eve";
    fine(mcp_oauth_revoke_session(&count, &said, &w->works, cx),
         "a session of a user");
    ok(count == 1 && !lives(w, none, cx),
       "what began in no known session may have begun in it");
    ok(lives(w, other, cx) && lives(w, mallory, cx),
       "what began in another one, or is of somebody else, did not");
}

/* Records of ada that can be found: sessions, consents, pages. */
static int left_of_ada(world_t *w, mcp_ctx_t *cx)
{
    static const mcp_record_kind_t kinds[] = {
        MCP_RECORD_GRANT, MCP_RECORD_SIGNIN, MCP_RECORD_FLOW,
        MCP_RECORD_CONSENT};
    int i, count = 0;

    for (i = 0; i < 4; i++)
        fine(mcp_store_each(w->works.store, kinds[i],
                            mcp_oauth_identity_index(&ada, cx->pool),
                            count_one, &count, cx),
             "what there is");
    return count;
}

static void test_browser(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_request_t request = fresh(w, cx);
    int count;

    w->cookie = NULL;
    saying(w, entering(w, asking(w, &request, cx), "ada", cx), "approve", cx);
    is(page_of(w, &request, cx), "code",
       "ada is signed in, and her consent is remembered");
    fine(mcp_oauth_revoke_user(&count, &bob, "administrator", &w->works, cx),
         "bob is ended");
    is(page_of(w, &request, cx), "code", "that is nothing to her");
    ok(left_of_ada(w, cx) >= 3, "a session, a consent, a page");
    fine(mcp_oauth_revoke_user(&count, &ada, "administrator", &w->works, cx),
         "ada is ended");
    ok(left_of_ada(w, cx) == 0, "nothing of her is left");
    is(page_of(w, &request, cx), "signin", "her browser is signed out");
    is(seen(entering(w, asking(w, &request, cx), "ada", cx), cx), "consent",
       "and her consent forgotten");

    saying(w, entering(w, asking(w, &request, cx), "ada", cx), "approve", cx);
    is(page_of(w, &request, cx), "code", "ada is signed in again");
    fine(mcp_oauth_revoke_client(&count, request.client_id, &w->works, cx),
         "the client is ended");
    request = fresh(w, cx);
    is(page_of(w, &request, cx), "consent",
       "she is still signed in, but her consent forgotten");
}

/* What comes into the store only after it was looked through. */
static void test_late(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_request_t request = fresh(w, cx);
    mcp_oauth_login_t login = {
        {.issuer = "httpd", .subject = "ada", .user = "ada"},
        w->idp.key,
        0,
        0,
        NULL,
        NULL};
    const mcp_oauth_consent_ask_t ask = {&request, &w->tasks, &login, 0};
    mcp_oauth_exchange_t *x = exchange(w, "POST", cx);
    int count;

    request.client_id = "https://claude.ai/late.json";
    request.client_mark = NULL;
    login.when = mcp_ctx_seconds(cx);
    fine(mcp_oauth_ended_user_mark(&login.mark, &ada, &w->works, cx),
         "a sign-in begins");
    fine(mcp_oauth_revoke_user(&count, &ada, "administrator", &w->works, cx),
         "ada is ended");
    w->cookie = x->cookie = NULL;
    fine(mcp_oauth_consent_give(x, &ask, cx), "the yes is still under way");
    cookie_keep(w, x, cx);
    ok(w->cookie && sent(header(x, "Location"), "code", cx),
       "and leaves a session, consent and a code");
    is(page_of(w, &request, cx), "signin", "the session is none");
    is(seen(entering(w, asking(w, &request, cx), "ada", cx), cx), "consent",
       "nor is the consent");
    request.asks_consent = 1;
    w->cookie = NULL;
    x = exchange(w, "GET", cx);
    fine(mcp_oauth_consent_ask(x, &ask, cx), "who got as far as the page");
    cookie_keep(w, x, cx);
    is(seen(x, cx), "consent", "sees it");
    is(saying(w, x, "approve", cx)->page, "error", "but cannot say yes there");
}

/* The same of a client. */
static void test_late_client(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_request_t request = fresh(w, cx);
    mcp_oauth_login_t login = {
        {.issuer = "httpd", .subject = "ada", .user = "ada"},
        w->idp.key,
        0,
        0,
        NULL,
        NULL};
    const mcp_oauth_consent_ask_t ask = {&request, &w->tasks, &login, 0};
    mcp_oauth_exchange_t *x;
    int count;

    w->cookie = NULL;
    x = asking(w, &request, cx);
    fine(mcp_oauth_revoke_client(&count, request.client_id, &w->works, cx),
         "a client is ended while a sign-in page is shown");
    is(seen(entering(w, x, "ada", cx), cx), "error", "that page is void");
    login.when = mcp_ctx_seconds(cx);
    fine(mcp_oauth_ended_user_mark(&login.mark, &ada, &w->works, cx),
         "somebody has got further");
    x = exchange(w, "POST", cx);
    fine(mcp_oauth_consent_give(x, &ask, cx), "and says yes");
    cookie_keep(w, x, cx);
    is(page_of(w, &request, cx), "code", "which covers what began before");
    request = fresh(w, cx);
    is(page_of(w, &request, cx), "consent", "but not what begins now");
}

/* -- between any two steps -- */

typedef struct journey_t {
    world_t *w;
    const char *client;
    const char *transaction, *flow, *code, *json;
} journey_t;

static void step_request(journey_t *j, mcp_ctx_t *cx)
{
    j->transaction = transaction_of(
        j->w, authorize_query(j->client, CALLBACK, TASKS, "tasks:read", cx),
        cx);
}

static void step_sign_in(journey_t *j, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x =
        posting(j->w, FORM,
                form_of(cx->pool, "transaction", j->transaction, "username",
                        "ada", "password", "lovelace", NULL),
                cx);

    if (!mcp_oauth_authorize_handle(x, cx) && x->page)
        j->flow = text_in(x->page_values, "flow", cx);
    cookie_keep(j->w, x, cx);
}

static void step_approve(journey_t *j, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x = deciding(j->w, j->flow, "approve", cx);

    if (!mcp_oauth_authorize_handle(x, cx))
        j->code = sent(header(x, "Location"), "code", cx);
}

static void step_redeem(journey_t *j, mcp_ctx_t *cx)
{
    j->json = redeem(j->w, j->client, j->code ? j->code : "none", cx);
}

static void step_refresh(journey_t *j, mcp_ctx_t *cx)
{
    const char *token = text_in(j->json, "refresh_token", cx);

    j->json = refresh(j->w, j->client, token ? token : "none", NULL, cx);
}

static const struct {
    const char *name;
    void (*take)(journey_t *j, mcp_ctx_t *cx);
    int keeps_user; /* a user who is ended before it can still go on */
} steps[] = {
    {"the request", step_request, 1}, {"the sign-in", step_sign_in, 1},
    {"the yes", step_approve, 0},     {"the code", step_redeem, 0},
    {"refreshing", step_refresh, 0},
};

#define STEPS (sizeof(steps) / sizeof(steps[0]))

static void end_one(int is_client, const journey_t *j, mcp_ctx_t *cx)
{
    int count;

    if (is_client)
        fine(mcp_oauth_revoke_client(&count, j->client, &j->w->works, cx),
             "the client is ended");
    else
        fine(mcp_oauth_revoke_user(&count, &ada, "administrator", &j->w->works,
                                   cx),
             "the user is ended");
}

/* before: the step that comes next; STEPS: after all */
static void test_between(world_t *w, const char *client, apr_size_t before,
                         int is_client, mcp_ctx_t *cx)
{
    journey_t j = {w, client, NULL, NULL, NULL, NULL};
    int lives = !before ||
                (!is_client && before < STEPS && steps[before].keeps_user);
    apr_size_t i;

    w->cookie = NULL;
    for (i = 0; i < STEPS; i++) {
        if (i == before)
            end_one(is_client, &j, cx);
        steps[i].take(&j, cx);
    }
    if (before == STEPS)
        end_one(is_client, &j, cx);
    ok(opens(w, j.json, cx) == lives, "ended before %s: %s",
       before < STEPS ? steps[before].name : "using it",
       lives ? "that is for what was there before" : "no token works");
}

/* A store that lets somebody in between two of its steps. */
typedef struct store_t {
    mcp_store_t store;
    mcp_store_provider_t provider;
    mcp_store_t *real;
    mcp_record_kind_t kind; /* before such a record is put */
    int is_client;
    world_t *w;
    const char *client;
} store_t;

static store_t between;

/* The store from now on. */
static mcp_store_t *let_in(mcp_record_kind_t kind, mcp_ctx_t *cx)
{
    int count;

    if (kind != between.kind)
        return between.real;
    between.w->works.store = between.real;
    between.kind = 0;
    if (between.is_client)
        fine(mcp_oauth_revoke_client(&count, between.client, &between.w->works,
                                     cx),
             "the client is ended just before the grant is stored");
    else
        fine(mcp_oauth_revoke_user(&count, &ada, "administrator",
                                   &between.w->works, cx),
             "the user is ended just before the grant is stored");
    ok(count == 0, "which is not found");
    return between.real;
}

static const mcp_error_t *put_late(mcp_store_t *store, mcp_record_kind_t kind,
                                   const unsigned char *key,
                                   const mcp_record_t *record, mcp_ctx_t *cx)
{
    (void)store;
    return mcp_store_put(let_in(kind, cx), kind, key, record, cx);
}

static const mcp_error_t *add_late(int *added, mcp_store_t *store,
                                   mcp_record_kind_t kind,
                                   const unsigned char *key,
                                   const mcp_record_t *record, mcp_ctx_t *cx)
{
    (void)store;
    return mcp_store_add(added, let_in(kind, cx), kind, key, record, cx);
}

static const mcp_error_t *get_real(const mcp_record_t **record,
                                   mcp_store_t *store, mcp_record_kind_t kind,
                                   const unsigned char *key, mcp_ctx_t *cx)
{
    (void)store;
    return mcp_store_get(record, between.real, kind, key, cx);
}

static const mcp_error_t *take_real(const mcp_record_t **record,
                                    mcp_store_t *store, mcp_record_kind_t kind,
                                    const unsigned char *key, mcp_ctx_t *cx)
{
    (void)store;
    return mcp_store_take(record, between.real, kind, key, cx);
}

static const mcp_error_t *each_real(mcp_store_t *store, mcp_record_kind_t kind,
                                    const char *index, mcp_store_each_fn *fn,
                                    void *baton, mcp_ctx_t *cx)
{
    (void)store;
    return mcp_store_each(between.real, kind, index, fn, baton, cx);
}

static void break_in(world_t *w, const char *client, int is_client)
{
    between.provider.put = put_late;
    between.provider.add = add_late;
    between.provider.get = get_real;
    between.provider.take = take_real;
    between.provider.each = each_real;
    between.store.provider = &between.provider;
    between.real = w->works.store;
    between.kind = MCP_RECORD_GRANT;
    between.is_client = is_client;
    between.client = client;
    between.w = w;
    w->works.store = &between.store;
}

static void test_redeeming(world_t *w, const char *client, int is_client,
                           mcp_ctx_t *cx)
{
    const char *code = code_for(
        w, authorize_query(client, CALLBACK, TASKS, "tasks:read", cx), cx);

    break_in(w, client, is_client);
    is(redeem(w, client, code, cx), "error 400 invalid_grant",
       "and gives no tokens");
    ok(between.kind == 0, "it was so");
}

static mcp_client_setting_t *client_add(world_t *w, const char *id, int grants,
                                        mcp_ctx_t *cx)
{
    static const mcp_secret_setting_t secret = {"a-secret-of-some-length",
                                                "x"};
    mcp_client_setting_t *setting = apr_pcalloc(cx->pool, sizeof(*setting));

    setting->id = id;
    setting->secret = &secret;
    setting->grants = grants;
    setting->scopes = list_of(cx->pool, "tasks:read", NULL);
    if (!w->settings.clients)
        w->settings.clients = apr_array_make(cx->pool, 2, sizeof(setting));
    APR_ARRAY_PUSH(w->settings.clients, mcp_client_setting_t *) = setting;
    return setting;
}

static const char *own_tokens(world_t *w, const char *id, mcp_ctx_t *cx)
{
    return token_post(w, NULL,
                      form_of(cx->pool, "grant_type", "client_credentials",
                              "client_id", id, "client_secret",
                              "a-secret-of-some-length", NULL),
                      cx);
}

/* client_credentials: the client itself is whom it is about */
static void test_own(world_t *w, mcp_ctx_t *cx)
{
    const char *json, *again;
    int count;

    client_add(w, "job", MCP_GRANTS_CLIENT, cx);
    json = own_tokens(w, "job", cx);
    again = own_tokens(w, "job", cx);
    ok(opens(w, json, cx) && opens(w, again, cx),
       "a client has tokens of its own");
    fine(mcp_oauth_revoke_client(&count, "job", &w->works, cx), "it is ended");
    ok(count == 1 && !opens(w, json, cx) && !opens(w, again, cx),
       "with the grant that all of them have");
    again = own_tokens(w, "job", cx);
    ok(opens(w, again, cx) && !opens(w, json, cx),
       "another token brings none of those back");
    fine(mcp_oauth_revoke_client(&count, "job", &w->works, cx), "once more");
    break_in(w, "job", 1);
    is(own_tokens(w, "job", cx), "error 400 invalid_grant",
       "and gives no token");
    ok(opens(w, own_tokens(w, "job", cx), cx), "the next one does");
}

/* -- the endpoints -- */

static const char *ask(world_t *w, mcp_oauth_endpoint_fn *handle,
                       const char *client, const char *token, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x = posting(
        w, FORM,
        form_of(cx->pool, "token", token, "client_id", client, "client_secret",
                strlen(client) < 8 ? "a-secret-of-some-length" : NULL, NULL),
        cx);
    const mcp_error_t *e = handle(x, cx);

    is(header(x, "Cache-Control"), "no-store", "no cache keeps the answer");
    if (e)
        return apr_psprintf(cx->pool, "error %d %s", mcp_error_http(e),
                            mcp_error_oauth(e));
    return x->json ? x->json : "";
}

#define revoking(w, client, token, cx)                                        \
    ask(w, mcp_oauth_revocation_handle, client, token, cx)
#define about(w, client, token, cx)                                           \
    ask(w, mcp_oauth_introspect_handle, client, token, cx)

static void test_revocation(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *other = other_client(w, cx);
    const char *json = tokens_for(w, client, cx);
    const char *access = text_in(json, "access_token", cx);
    const char *first = text_in(json, "refresh_token", cx);
    const char *second = refresh(w, client, first, NULL, cx);

    is(revoking(w, other, access, cx), "error 400 invalid_grant",
       "an access token of another client");
    is(revoking(w, other, first, cx), "error 400 invalid_grant",
       "a refresh token of another client");
    ok(opens(w, json, cx) && opens(w, second, cx), "revokes nothing");
    is(revoking(w, client, access, cx), "", "an access token alone");
    ok(!opens(w, json, cx), "is ended at once, though remembered as good");
    ok(opens(w, second, cx), "and no other of the grant");
    is(revoking(w, client, access, cx), "", "revoked before: no error");
    w->works.verified = mcp_live_seen_make(256, cx->pool);
    ok(!opens(w, json, cx) && opens(w, second, cx),
       "the same where nobody remembers");
    is(revoking(w, client, first, cx), "",
       "RFC 7009 2.1: an older refresh token");
    ok(!opens(w, second, cx) && !refreshes(w, client, second, cx),
       "ends its whole family");
    is(revoking(w, client, first, cx), "", "revoked before: no error");
    is(revoking(w, client, "nothing", cx), "",
       "RFC 7009 2.2: nor is nonsense");
    is(revoking(w, "nobody-we-know", first, cx), "error 401 invalid_client",
       "a client that is not known is");
    is(revoking(w, client, NULL, cx), "error 400 invalid_request",
       "and so is no token");
    ok(has_text(tap_log, "MCP00160: ") && has_text(tap_log, "MCP00161: ") &&
           !has_text(tap_log, first) && !has_text(tap_log, access),
       "it is logged, without tokens");
}

static void test_introspection(world_t *w, const char *client, mcp_ctx_t *cx)
{
    static const char no[] = "{\"active\":false}";
    const char *json = tokens_for(w, client, cx), *said;
    const char *access = text_in(json, "access_token", cx);

    client_add(w, "asks", MCP_GRANTS_NONE, cx)->introspection =
        MCP_INTROSPECTION_ON;
    client_add(w, "not", MCP_GRANTS_CLIENT, cx);
    said = about(w, "asks", access, cx);
    ok(mcp_json_is_true(mcp_json_get(json_of(said, cx), "active")), "active");
    is(text_in(said, "scope", cx), "tasks:write tasks:read", "scope");
    is(text_in(said, "client_id", cx), client, "client_id");
    is(text_in(said, "username", cx), "ada", "username");
    is(text_in(said, "token_type", cx), "Bearer", "token_type");
    is(text_in(said, "sub", cx), "ada", "sub");
    is(text_in(said, "aud", cx), TASKS, "aud");
    is(text_in(said, "iss", cx), ISSUER, "iss");
    ok(text_in(said, "jti", cx) != NULL, "jti");
    ok(number_in(said, "exp", cx) == mcp_ctx_seconds(cx) + 3600 &&
           number_in(said, "iat", cx) == mcp_ctx_seconds(cx),
       "exp and iat");
    ok(mcp_json_size(json_of(said, cx)) == 11, "and nothing else");
    is(about(w, "asks", text_in(json, "refresh_token", cx), cx), no,
       "a refresh token is not for resource servers");
    is(about(w, "asks", "nothing", cx), no, "nor is nonsense");
    is(about(w, "not", access, cx), "error 403 unauthorized_client",
       "who has no such right");
    is(about(w, client, access, cx), "error 403 unauthorized_client",
       "a public client never has");
    is(about(w, "nobody-we-know", access, cx), "error 401 invalid_client",
       "who is not known");
    is(about(w, "asks", NULL, cx), "error 400 invalid_request", "no token");
    revoking(w, client, access, cx);
    is(about(w, "asks", access, cx), no, "one that was revoked");
    access = text_in(tokens_for(w, client, cx), "access_token", cx);
    pass_seconds(3600);
    is(about(w, "asks", access, cx), no, "one that has expired");
    pass_seconds(-3600);
    is(own_tokens(w, "asks", cx), "error 400 unauthorized_client",
       "with Grants none it gets no tokens");
}

static const mcp_error_t *drop_not(mcp_store_t *store, mcp_record_kind_t kind,
                                   const unsigned char *key, mcp_ctx_t *cx)
{
    (void)store, (void)kind, (void)key;
    return mcp_error_make(MCP_E_UNAVAILABLE, cx, "a full disk");
}

/* A store that writes the tombstone and fails then. */
static void test_half(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *json = tokens_for(w, client, cx);
    const char *token = text_in(json, "refresh_token", cx);

    ok(opens(w, json, cx), "a token, remembered as good");
    break_in(w, client, 0);
    between.kind = 0;
    between.provider.drop = drop_not;
    is(revoking(w, client, token, cx), "error 503 temporarily_unavailable",
       "a revocation of which a half fails");
    w->works.store = between.real;
    ok(!opens(w, json, cx), "ends the token at once");
    is(revoking(w, client, token, cx), "", "and is over when asked again");
    ok(!opens(w, json, cx) && !refreshes(w, client, json, cx),
       "for all of it");
}

static void test(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);
    const char *client = public_client(w, cx);
    apr_size_t i;

    test_grant(w, client, cx);
    test_tombstone(w, client, cx);
    test_user(w, client, cx);
    test_client(w, client, cx);
    test_session(w, cx);
    test_browser(w, cx);
    test_late(w, cx);
    test_late_client(w, cx);
    for (i = 0; i <= STEPS; i++) {
        test_between(w, client, i, 0, cx);
        test_between(w, client, i, 1, cx);
    }
    test_redeeming(w, client, 0, cx);
    test_redeeming(w, client, 1, cx);
    test_own(w, cx);
    test_revocation(w, client, cx);
    test_half(w, client, cx);
    test_introspection(w, client, cx);
}

TAP_MAIN(test)
