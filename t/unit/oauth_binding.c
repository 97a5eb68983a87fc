/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth_journey.h"

#include "dpop_made.h"
#include "jose/jws.h"
#include "oauth/grant.h"
#include "oauth/refresh.h"

#define ENDPOINT ISSUER "/oauth/token"
#define INVALID_PROOF "error 400 invalid_dpop_proof"
#define INVALID_GRANT "error 400 invalid_grant"

/* Tokens that are bound to a key, at the token endpoint. */

typedef struct scene_t {
    world_t *w;
    const char *client; /* a public one */
    made_pair_t mine, other;
} scene_t;

static const char *jkt_of(const made_pair_t *pair, mcp_ctx_t *cx)
{
    return mcp_digest_text(apr_psprintf(cx->pool,
                                        "{\"crv\":\"P-256\",\"kty\":\"EC\",%s",
                                        strstr(pair->jwk, "\"x\"")),
                           cx->pool);
}

/* what a form gets with a proof by pair, or without one */
static const char *post(const scene_t *s, const made_pair_t *pair,
                        const char *form, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x = posting(s->w, FORM, form, cx);
    const mcp_error_t *e;
    made_proof_t proof;

    x->url = ENDPOINT;
    if (pair) {
        proof = made_proof(pair, "POST", ENDPOINT, cx);
        x->dpop = made_proof_text(&proof, pair, cx);
    }
    e = mcp_oauth_token_handle(x, cx);
    return e ? apr_psprintf(cx->pool, "error %d %s", mcp_error_http(e),
                            mcp_error_oauth(e))
             : x->json;
}

static const char *code_of(const scene_t *s, const char *client,
                           const char *dpop_jkt, mcp_ctx_t *cx)
{
    const char *query =
        authorize_query(client, CALLBACK, TASKS, "tasks:write", cx);

    if (dpop_jkt)
        query = apr_pstrcat(cx->pool, query, "&dpop_jkt=", dpop_jkt, NULL);
    return code_for(s->w, query, cx);
}

static const char *spend(const scene_t *s, const made_pair_t *pair,
                         const char *code, mcp_ctx_t *cx)
{
    return post(s, pair,
                form_of(cx->pool, "grant_type", "authorization_code",
                        "client_id", s->client, "code", code, "code_verifier",
                        VERIFIER, NULL),
                cx);
}

static const char *tokens(const scene_t *s, const made_pair_t *pair,
                          mcp_ctx_t *cx)
{
    return spend(s, pair, code_of(s, s->client, NULL, cx), cx);
}

static const char *turn(const scene_t *s, const made_pair_t *pair,
                        const char *json, mcp_ctx_t *cx)
{
    return post(s, pair,
                form_of(cx->pool, "grant_type", "refresh_token", "client_id",
                        s->client, "refresh_token",
                        text_in(json, "refresh_token", cx), NULL),
                cx);
}

/* The tokens are bound to this key; NULL: to none. */
static void bound(const char *json, const made_pair_t *pair, const char *name,
                  mcp_ctx_t *cx)
{
    const char *token = text_in(json, "access_token", cx);
    const mcp_jose_jws_t *jws;

    if (!ok(token != NULL, "%s", name)) {
        printf("# %s\n", json);
        return;
    }
    is(text_in(json, "token_type", cx), pair ? "DPoP" : "Bearer",
       "token_type");
    fine(mcp_jose_jws_read(&jws, token, strlen(token), cx), "a JWT");
    is(mcp_json_string(mcp_json_pointer(jws->claims, "/cnf/jkt")),
       pair ? jkt_of(pair, cx) : NULL, "cnf");
}

static void set_mode(const scene_t *s, mcp_dpop_t mode)
{
    s->w->tasks_settings.dpop = mode;
}

static void test_modes(const scene_t *s, mcp_ctx_t *cx)
{
    const char *code;

    set_mode(s, MCP_DPOP_NONE);
    bound(tokens(s, NULL, cx), NULL, "none, without a proof", cx);
    bound(tokens(s, &s->mine, cx), NULL, "none: a proof does not count", cx);
    set_mode(s, MCP_DPOP_OPTIONAL);
    bound(tokens(s, NULL, cx), NULL, "optional, without a proof", cx);
    bound(tokens(s, &s->mine, cx), &s->mine, "optional, with one", cx);
    set_mode(s, MCP_DPOP_REQUIRE);
    code = code_of(s, s->client, NULL, cx);
    is(spend(s, NULL, code, cx), INVALID_PROOF, "require, without a proof");
    bound(spend(s, &s->mine, code, cx), &s->mine,
          "the code is good still, with one", cx);
}

/* RFC 9449 5: of public clients */
static void test_refresh(const scene_t *s, mcp_ctx_t *cx)
{
    const char *first, *second;

    set_mode(s, MCP_DPOP_OPTIONAL);
    first = tokens(s, &s->mine, cx);
    is(turn(s, NULL, first, cx), INVALID_PROOF,
       "a refresh token that is bound, without a proof");
    is(turn(s, &s->other, first, cx), INVALID_GRANT, "with another key");
    second = turn(s, &s->mine, first, cx);
    bound(second, &s->mine, "with its key", cx);
    is(turn(s, NULL, first, cx), INVALID_PROOF, "nor within the grace time");
    bound(turn(s, &s->mine, first, cx), &s->mine, "but with its key", cx);
    pass_seconds(1000);
    is(turn(s, &s->other, first, cx), INVALID_GRANT,
       "a thief of an old one without the key");
    second = turn(s, &s->mine, second, cx);
    bound(second, &s->mine, "ends nothing", cx);
    set_mode(s, MCP_DPOP_NONE);
    is(turn(s, NULL, second, cx), INVALID_PROOF,
       "it stays bound where the administrator wants no proofs any more");
    bound(turn(s, &s->mine, second, cx), NULL, "as access tokens do not", cx);
}

static void test_refresh_late(const scene_t *s, mcp_ctx_t *cx)
{
    const char *json;

    set_mode(s, MCP_DPOP_OPTIONAL);
    json = turn(s, NULL, tokens(s, NULL, cx), cx);
    bound(json, NULL, "a refresh token that is not bound", cx);
    set_mode(s, MCP_DPOP_REQUIRE);
    is(turn(s, NULL, json, cx), INVALID_PROOF,
       "needs a proof where that is required since");
    json = turn(s, &s->mine, json, cx);
    bound(json, &s->mine, "with one it is good", cx);
    is(turn(s, &s->other, json, cx), INVALID_GRANT,
       "and bound to that key from then on");
}

/* Its client_secret tells it from a thief. */
static void test_confidential(const scene_t *s, mcp_ctx_t *cx)
{
    const char *json = client_register(
        s->w,
        "{\"redirect_uris\":[\"" CALLBACK "\"],"
        "\"grant_types\":[\"authorization_code\",\"refresh_token\"],"
        "\"token_endpoint_auth_method\":\"client_secret_post\"}",
        cx);
    const char *id = text_in(json, "client_id", cx);
    const char *secret = text_in(json, "client_secret", cx), *form;

    set_mode(s, MCP_DPOP_OPTIONAL);
    json = post(s, &s->mine,
                form_of(cx->pool, "grant_type", "authorization_code",
                        "client_id", id, "client_secret", secret, "code",
                        code_of(s, id, NULL, cx), "code_verifier", VERIFIER,
                        NULL),
                cx);
    bound(json, &s->mine, "tokens of a confidential client", cx);
    form = form_of(cx->pool, "grant_type", "refresh_token", "client_id", id,
                   "client_secret", secret, "refresh_token",
                   text_in(json, "refresh_token", cx), NULL);
    bound(post(s, &s->other, form, cx), &s->other,
          "its refresh token goes with any key", cx);
    bound(post(s, NULL, form, cx), NULL, "and with none", cx);
}

static void test_code(const scene_t *s, mcp_ctx_t *cx)
{
    static const char *const bad[] = {
        "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D"};
    const char *code;
    size_t i;

    set_mode(s, MCP_DPOP_OPTIONAL);
    code = code_of(s, s->client, jkt_of(&s->mine, cx), cx);
    is(spend(s, NULL, code, cx), INVALID_PROOF,
       "RFC 9449 10: a code with dpop_jkt, without a proof");
    is(spend(s, &s->other, code, cx), INVALID_GRANT, "with another key");
    bound(spend(s, &s->mine, code, cx), &s->mine, "with its key", cx);
    is(spend(s, &s->other, code, cx), INVALID_GRANT,
       "who has it, the verifier and another key");
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        mcp_oauth_exchange_t *x = exchange(s->w, "GET", cx);

        x->query = apr_pstrcat(
            cx->pool, authorize_query(s->client, CALLBACK, TASKS, NULL, cx),
            "&dpop_jkt=", bad[i], NULL);
        fine(mcp_oauth_authorize_handle(x, cx), bad[i]);
        is(sent(header(x, "Location"), "error", cx), "invalid_request",
           "is no thumbprint");
    }
    set_mode(s, MCP_DPOP_NONE);
    bound(spend(s, NULL, code_of(s, s->client, "x", cx), cx), NULL,
          "none: dpop_jkt is a parameter that nobody knows", cx);
}

/* RFC 9449 5.2 */
static const char *registration(const scene_t *s, const char *value,
                                mcp_ctx_t *cx)
{
    return client_register(
        s->w,
        apr_pstrcat(cx->pool, "{\"redirect_uris\":[\"" CALLBACK "\"],",
                    "\"token_endpoint_auth_method\":\"none\",",
                    "\"dpop_bound_access_tokens\":", value, "}", NULL),
        cx);
}

static void test_client(const scene_t *s, mcp_ctx_t *cx)
{
    scene_t bounded = *s;
    const char *json, *code;

    set_mode(s, MCP_DPOP_OPTIONAL);
    json = registration(s, "true", cx);
    ok(mcp_json_is_true(
           mcp_json_get(json_of(json, cx), "dpop_bound_access_tokens")),
       "a client can register that it always has bound tokens");
    bounded.client = text_in(json, "client_id", cx);
    code = code_of(&bounded, bounded.client, NULL, cx);
    is(spend(&bounded, NULL, code, cx), INVALID_PROOF,
       "and gets none without a proof");
    bound(spend(&bounded, &s->mine, code, cx), &s->mine, "with one it does",
          cx);
    json = registration(s, "false", cx);
    ok(!mcp_json_get(json_of(json, cx), "dpop_bound_access_tokens"),
       "false is what is without it");
    ok(!registration(s, "\"true\"", cx), "a text is neither");
    set_mode(s, MCP_DPOP_NONE);
    json = registration(s, "true", cx);
    ok(json && !mcp_json_get(json_of(json, cx), "dpop_bound_access_tokens"),
       "where no proofs are taken it is not registered");
    bounded.client = text_in(json, "client_id", cx);
    bound(tokens(&bounded, NULL, cx), NULL, "and its tokens are as others",
          cx);
}

static void test_once(const scene_t *s, mcp_ctx_t *cx)
{
    const char *json, *form;
    mcp_oauth_exchange_t *x;
    made_proof_t proof = made_proof(&s->mine, "POST", ENDPOINT, cx);

    set_mode(s, MCP_DPOP_OPTIONAL);
    json = tokens(s, &s->mine, cx);
    form = form_of(cx->pool, "grant_type", "refresh_token", "client_id",
                   s->client, "refresh_token",
                   text_in(json, "refresh_token", cx), NULL);
    x = posting(s->w, FORM, form, cx);
    x->url = ENDPOINT;
    x->dpop = made_proof_text(&proof, &s->mine, cx);
    fine(mcp_oauth_token_handle(x, cx), "a proof at the token endpoint");
    fails(mcp_oauth_token_handle(x, cx), MCP_E_INVALID_DPOP_PROOF,
          "is good once");
    x->url = ISSUER "/token";
    proof = made_proof(&s->mine, "POST", ENDPOINT, cx);
    x->dpop = made_proof_text(&proof, &s->mine, cx);
    fails(mcp_oauth_token_handle(x, cx), MCP_E_INVALID_DPOP_PROOF,
          "and for the URL that is asked alone");
    x->url = ENDPOINT;
    fine(mcp_oauth_token_handle(x, cx), "which did not use it up");
}

/* A record from before there was a key. */
static void test_record(const scene_t *s, mcp_ctx_t *cx)
{
    static const char old[] =
        "{\"id\":\"g\",\"client_id\":\"c\",\"identity\":{\"issuer\":\"httpd\","
        "\"subject\":\"ada\",\"user\":\"ada\"},\"resource\":\"r\",\"scope\":"
        "\"s\",\"created\":1,\"turned\":2,\"generation\":3}";
    mcp_record_t record;
    mcp_oauth_grant_t *grant;

    memset(&record, 0, sizeof(record));
    record.value = old;
    record.len = strlen(old);
    fine(mcp_oauth_grant_read(&grant, &record, cx), "an old grant");
    ok(grant && !grant->jkt && grant->generation == 3,
       "is read, and bound to no key");
}

static void test_metadata(const scene_t *s, mcp_ctx_t *cx)
{
    static const char *const required[] = {NULL, NULL, "false", "true"};
    static const char member[] = "dpop_bound_access_tokens_required";
    static const char algorithms[] = "dpop_signing_alg_values_supported";
    mcp_oauth_exchange_t *x;
    const mcp_json_t *json;
    int mode;

    for (mode = MCP_DPOP_NONE; mode <= MCP_DPOP_REQUIRE; mode++) {
        set_mode(s, (mcp_dpop_t)mode);
        x = exchange(s->w, "GET", cx);
        fine(mcp_oauth_server_metadata_handle(x, cx), "server metadata");
        json = mcp_json_get(json_of(x->json, cx), algorithms);
        ok((mcp_json_size(json) > 0) == (mode > MCP_DPOP_NONE),
           "RFC 9449 5.1: has algorithms where proofs are taken");
        x = exchange(s->w, "GET", cx);
        x->suffix = "/tasks";
        fine(mcp_oauth_resource_metadata_handle(x, cx), "resource metadata");
        ok((mcp_json_size(mcp_json_get(json_of(x->json, cx), algorithms)) >
            0) == (mode > MCP_DPOP_NONE),
           "RFC 9728 2: as well");
        json = mcp_json_get(json_of(x->json, cx), member);
        is(json ? mcp_json_text(json, cx->pool) : NULL, required[mode],
           "and whether they have to be");
    }
    x = exchange(s->w, "GET", cx);
    x->suffix = "/wiki";
    fine(mcp_oauth_resource_metadata_handle(x, cx), "that of another one");
    ok(!mcp_json_get(json_of(x->json, cx), algorithms), "has neither");
}

static void body(mcp_ctx_t *cx)
{
    scene_t scene;

    scene.w = world_make(cx);
    scene.client = public_client(scene.w, cx);
    scene.mine = made_pair("ES256", cx);
    scene.other = made_pair("ES256", cx);
    test_modes(&scene, cx);
    test_refresh(&scene, cx);
    test_refresh_late(&scene, cx);
    test_confidential(&scene, cx);
    test_code(&scene, cx);
    test_client(&scene, cx);
    test_once(&scene, cx);
    test_record(&scene, cx);
    test_metadata(&scene, cx);
    EVP_PKEY_free(scene.mine.key);
    EVP_PKEY_free(scene.other.key);
}

TAP_MAIN(body)
