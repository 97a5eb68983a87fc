/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_OAUTH_REMOTE_H
#define MCP_T_UNIT_OAUTH_REMOTE_H

#include "oauth_journey.h"

#include <errno.h>
#include <pthread.h>

#include "jose/jws.h"
#include "net/exchange.h"
#include "oauth/grant.h"
#include "oauth/upstream.h"
#include "oauth/verify.h"

/* An authorization server in front of an identity provider that is not there:
 * what that does a test says, and what it was asked a test can see. Its
 * refresh tokens are good once; one that comes again ends its family. */

#define IDP "https://idp.example"
#define IDP_CLIENT "gateway"
#define IDP_LABEL "Staff"
#define FAMILIES 256

typedef struct op_t {
    pthread_mutex_t mutex; /* also of processes that are killed */
    mcp_jose_jwk_t *key, *stranger;

    /* -- how it behaves -- */
    int is_down;            /* nobody answers, whatever is asked */
    int token_status;       /* of refresh; 0: nobody answers; 200: as it is */
    const char *token_body; /* of refresh, instead of what it would say */
    int gives_refresh;      /* refresh tokens */
    int rotates;            /* 0: the old one stays good and is sent again */
    int userinfo_status;    /* 0: nobody answers */
    const char *subject;    /* who signs in */
    const char *said_of;    /* in id_tokens of refresh; NULL: subject */
    const char *email;
    const char *session;            /* sid, or NULL */
    int is_forged;                  /* id_tokens are signed by a stranger */
    void (*meanwhile)(void *baton); /* while refresh is asked */
    void (*later)(void *baton);     /* while userinfo is */
    void *baton;

    /* -- what it knows -- */
    const char *nonce; /* of the last authorization request */
    int families;
    int current[FAMILIES]; /* number of the refresh token; 0: ended */

    /* -- what it was asked -- */
    int signed_in, refreshed, userinfos, revocations, discoveries;
    char revoked[64];    /* the last token */
    int asked[FAMILIES]; /* with the token of each */
    int reuses[FAMILIES];
    pid_t asker[FAMILIES]; /* the last one */
} op_t;

/* In the memory of several processes, where a test puts it there. */
static op_t op_here, *op_at = &op_here;
#define op (*op_at)

/* -- its answers -- */

static inline const char *op_id_token(const char *subject, const char *nonce,
                                      mcp_ctx_t *cx)
{
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    const char *text = NULL;

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "iss", IDP);
    mcp_writer_member(w, "aud", IDP_CLIENT);
    mcp_writer_member(w, "sub", subject);
    mcp_writer_member(w, "email", op.email);
    mcp_writer_member(w, "name", "Somebody");
    mcp_writer_member(w, "sid", op.session);
    mcp_writer_member(w, "nonce", nonce);
    mcp_writer_name(w, "iat");
    mcp_writer_integer(w, mcp_ctx_seconds(cx));
    mcp_writer_name(w, "exp");
    mcp_writer_integer(w, mcp_ctx_seconds(cx) + 300);
    mcp_writer_close(w);
    if (mcp_jose_jws_sign(&text, mcp_writer_text(w, NULL), "JWT",
                          op.is_forged ? op.stranger : op.key, cx))
        ok(0, "the provider signs");
    return text;
}

static inline const char *op_tokens(int family, const char *subject,
                                    const char *nonce, mcp_ctx_t *cx)
{
    const char *refresh = apr_psprintf(cx->pool,
                                       "\"refresh_token\":\"rt-%d-%d\",",
                                       family, op.current[family]);

    return apr_psprintf(cx->pool,
                        "{\"access_token\":\"at-%d-%d\",%s"
                        "\"expires_in\":3600,\"id_token\":\"%s\"}",
                        family, op.current[family],
                        op.gives_refresh ? refresh : "",
                        op_id_token(subject, nonce, cx));
}

static inline const char *op_sign_in(int *status, mcp_ctx_t *cx)
{
    int family = op.families++;

    op.signed_in++;
    op.current[family] = 1;
    *status = 200;
    return op_tokens(family, op.subject, op.nonce, cx);
}

/* RFC 9700 4.14.2 */
static inline const char *op_refresh(int *status, const char *token,
                                     mcp_ctx_t *cx)
{
    int family = -1, number = 0;

    op.refreshed++;
    *status = 400;
    if (sscanf(token, "rt-%d-%d", &family, &number) != 2 || family < 0 ||
        family >= op.families || !number)
        return "{\"error\":\"invalid_grant\"}";
    op.asked[family]++;
    op.asker[family] = getpid();
    *status = op.token_status;
    if (op.token_body)
        return op.token_body;
    if (*status != 200)
        return "";
    *status = 400;
    if (number != op.current[family]) {
        op.current[family] = 0;
        op.reuses[family]++;
        return "{\"error\":\"invalid_grant\",\"error_description\":\"reuse\"}";
    }
    op.current[family] += op.rotates;
    *status = 200;
    return op_tokens(family, op.said_of ? op.said_of : op.subject, NULL, cx);
}

static inline const char *op_answer(int *status, const char *form,
                                    mcp_ctx_t *cx)
{
    apr_table_t *fields;
    const char *token;

    if (mcp_form_read(&fields, form, strlen(form), cx)) {
        ok(0, "what the provider is sent is a form");
        return "";
    }
    if (strcmp(apr_table_get(fields, "client_id"), IDP_CLIENT) != 0)
        ok(0, "it is our client that asks");
    token = apr_table_get(fields, "refresh_token");
    return token ? op_refresh(status, token, cx) : op_sign_in(status, cx);
}

static inline const char *op_revoke(int *status, const char *form,
                                    mcp_ctx_t *cx)
{
    apr_table_t *fields;

    if (!mcp_form_read(&fields, form, strlen(form), cx))
        apr_cpystrn(op.revoked, apr_table_get(fields, "token"),
                    sizeof(op.revoked));
    op.revocations++;
    *status = 200;
    return "";
}

#define OP_METADATA                                                           \
    "{\"issuer\":\"" IDP "\",\"authorization_endpoint\":\"" IDP               \
    "/authorize\",\"token_endpoint\":\"" IDP "/token\",\"jwks_uri\":\"" IDP   \
    "/keys\",\"userinfo_endpoint\":\"" IDP                                    \
    "/userinfo\",\"revocation_endpoint\":\"" IDP "/revoke\"}"

static inline const char *op_page(int *status, const mcp_net_request_t *r,
                                  mcp_ctx_t *cx)
{
    const char *path = r->url + strlen(IDP);

    *status = 200;
    if (op.is_down)
        *status = 0;
    else if (!strcmp(path, "/.well-known/openid-configuration")) {
        op.discoveries++;
        return OP_METADATA;
    }
    else if (!strcmp(path, "/keys"))
        return apr_pstrcat(cx->pool, "{\"keys\":[",
                           mcp_jose_jwk_text(op.key, 0, cx->pool), "]}", NULL);
    else if (!strcmp(path, "/token"))
        return op_answer(status, r->form, cx);
    else if (!strcmp(path, "/revoke"))
        return op_revoke(status, r->form, cx);
    else if (!strcmp(path, "/userinfo")) {
        op.userinfos++;
        *status = op.userinfo_status;
        return apr_psprintf(cx->pool, "{\"sub\":\"%s\",\"email\":\"%s\"}",
                            op.subject, op.email ? op.email : "x");
    }
    else
        *status = 404;
    return "";
}

static inline void op_fetch(mcp_net_reply_t *reply, void *baton,
                            const mcp_net_request_t *request, mcp_ctx_t *cx)
{
    int status;

    (void)baton;
    memset(reply, 0, sizeof(*reply));
    if (pthread_mutex_lock(&op.mutex) == EOWNERDEAD)
        pthread_mutex_consistent(&op.mutex);
    reply->body = op_page(&status, request, cx);
    pthread_mutex_unlock(&op.mutex);
    /* what happens before the answer arrives */
    if (op.meanwhile && request->form && strstr(request->form, "refresh"))
        op.meanwhile(op.baton);
    if (op.later && strstr(request->url, "/userinfo"))
        op.later(op.baton);
    if (!status) {
        reply->body = NULL;
        reply->outcome = MCP_NET_PASSED;
        reply->why = "it did not answer";
        return;
    }
    mcp_net_fetch_judge(reply, request, status, cx->pool);
    reply->len = strlen(reply->body);
    reply->content_type = *reply->body == '<' ? "text/html"
                                              : "application/json";
}

static inline void op_mutex_make(void)
{
    pthread_mutexattr_t attributes;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&op.mutex, &attributes);
}

/* As it is meant to be. */
static inline void op_behave(void)
{
    op.is_down = op.is_forged = 0;
    op.token_status = op.userinfo_status = 200;
    op.token_body = op.said_of = op.session = NULL;
    op.gives_refresh = op.rotates = 1;
    op.subject = "ada";
    op.email = "ada@example.com";
    op.meanwhile = op.later = NULL;
}

/* -- how we know it -- */

static const mcp_idp_claim_fact_t remote_claims[] = {
    {"subject", "/sub"}, {"user", "/sub"}, {"email", "/email"},
    {"name", "/name"},   {NULL, NULL},
};

typedef struct remote_t {
    mcp_idp_facts_t facts;
    mcp_idp_preset_t preset;
    mcp_idp_client_setting_t client;
    mcp_secret_setting_t secret;
    mcp_idp_t idp;
    mcp_fetch_setting_t fetch;
    mcp_net_crowd_t crowd;
} remote_t;

static remote_t remote;

static inline void remote_idp_make(apr_pool_t *pool)
{
    mcp_idp_endpoint_setting_t *row;

    memset(&remote, 0, sizeof(remote));
    remote.facts.claims = remote_claims;
    remote.facts.email = MCP_IDP_EMAIL_ALWAYS;
    remote.preset.name = "test";
    remote.preset.facts = &remote.facts;
    remote.secret.text = "a-secret-of-ours";
    remote.client.id = IDP_CLIENT;
    remote.client.secret = &remote.secret;
    remote.client.method = MCP_IDP_POST;
    remote.idp.preset = &remote.preset;
    remote.idp.label = IDP_LABEL;
    remote.idp.key = "test";
    remote.idp.issuer = IDP;
    remote.idp.client = &remote.client;
    remote.idp.scopes = list_of(pool, "openid", NULL);
    remote.idp.algorithms = list_of(pool, "ES256", NULL);
    remote.idp.verify = MCP_IDP_VERIFY_ID_TOKEN;
    remote.idp.endpoints =
        apr_array_make(pool, 1, sizeof(mcp_idp_endpoint_setting_t));
    row = apr_array_push(remote.idp.endpoints);
    row->kind = MCP_IDP_ENDPOINT_DISCOVERY;
    row->url = IDP "/.well-known/openid-configuration";
}

/* What a child has. */
static inline void remote_network(world_t *w, mcp_ctx_t *cx)
{
    static const mcp_net_fetcher_t fetcher = {op_fetch, NULL};
    const mcp_net_document_limits_t limits = {16, 50, 1000000, &remote.crowd};

    remote.crowd.most = 16;
    remote.crowd.count = 0;
    w->works.exchanges =
        mcp_net_exchange_make(&remote.crowd, &fetcher, cx->pool);
    w->works.memo = mcp_memo_make(2, cx->pool);
    fine(mcp_net_document_make(&w->works.documents, &limits, &fetcher, cx),
         "world: the network");
}

static inline void op_make(mcp_ctx_t *cx)
{
    memset(&op, 0, sizeof(op));
    op_mutex_make();
    fine(mcp_jose_jwk_make(&op.key, cx), "world: the provider's key");
    fine(mcp_jose_jwk_make(&op.stranger, cx), "world: a key of nobody");
    op_behave();
}

/* The users of both locations sign in there, and nowhere else. */
static inline void remote_add(world_t *w, mcp_ctx_t *cx)
{
    apr_array_header_t *idps =
        apr_array_make(cx->pool, 2, sizeof(const mcp_idp_t *));

    remote_idp_make(cx->pool);
    APR_ARRAY_PUSH(idps, const mcp_idp_t *) = &remote.idp;
    w->tasks_settings.idps = w->wiki_settings.idps = idps;
    w->lifetime.unconfirmed = 86400;
    w->limit.sign_ins.count = 60000;
    w->limit.sign_ins.window = 3600;
    remote.fetch.timeout = 10;
    remote.fetch.connect_timeout = 3;
    w->settings.fetch = &remote.fetch;
    remote_network(w, cx);
}

static inline world_t *remote_world(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);

    op_make(cx);
    remote_add(w, cx);
    return w;
}

/* -- a sign-in, step by step -- */

static inline void settle_error(mcp_oauth_exchange_t *x, const mcp_error_t *e)
{
    if (!e)
        return;
    x->status = mcp_error_http(e);
    x->page = mcp_error_text(e);
}

/* Our page, and yes to it: the browser is sent to the provider. */
static inline mcp_oauth_exchange_t *leaving(world_t *w, const char *query,
                                            mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *page = exchange(w, "GET", cx), *x;

    page->query = query;
    settle_error(page, mcp_oauth_authorize_handle(page, cx));
    cookie_keep(w, page, cx);
    if (!page->page_values)
        return page;
    x = posting(w, FORM,
                form_of(cx->pool, "transaction",
                        text_in(page->page_values, "transaction", cx),
                        "provider", IDP_LABEL, "decision", "approve", NULL),
                cx);
    settle_error(x, mcp_oauth_authorize_handle(x, cx));
    cookie_keep(w, x, cx);
    if (sent(header(x, "Location"), "nonce", cx))
        op.nonce = sent(header(x, "Location"), "nonce", cx);
    return x;
}

/* The browser comes back with these parameters. */
static inline mcp_oauth_exchange_t *arriving(world_t *w, const char *query,
                                             mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x = exchange(w, "GET", cx);

    x->query = query;
    settle_error(x, mcp_oauth_callback_handle(x, cx));
    cookie_keep(w, x, cx);
    return x;
}

/* What it comes back with, when all goes well. */
static inline const char *arrival(const mcp_oauth_exchange_t *left,
                                  mcp_ctx_t *cx)
{
    return form_of(cx->pool, "code", "a-code-of-theirs", "state",
                   sent(header(left, "Location"), "state", cx), NULL);
}

/* A code of ours; NULL when it did not work. */
static inline const char *remote_code(world_t *w, const char *client,
                                      mcp_ctx_t *cx)
{
    const char *query =
        authorize_query(client, CALLBACK, TASKS, "tasks:write", cx);
    mcp_oauth_exchange_t *x =
        arriving(w, arrival(leaving(w, query, cx), cx), cx);

    return sent(header(x, "Location"), "code", cx);
}

/* Tokens of ours. */
static inline const char *remote_tokens(world_t *w, const char *client,
                                        mcp_ctx_t *cx)
{
    const char *code = remote_code(w, client, cx);

    return code ? redeem(w, client, code, cx) : NULL;
}

static inline const char *refresh_token_in(const char *json, mcp_ctx_t *cx)
{
    return text_in(json, "refresh_token", cx);
}

/* -- what became of it -- */

static inline const mcp_principal_t *principal_in(world_t *w, const char *json,
                                                  mcp_ctx_t *cx)
{
    const char *token = text_in(json, "access_token", cx);
    const mcp_principal_t *who = NULL;

    if (!token ||
        verify_header(&who, apr_pstrcat(cx->pool, "Bearer ", token, NULL),
                      &w->tasks, cx))
        return NULL;
    return who;
}

/* Whether an access token is good. */
static inline int is_open(world_t *w, const char *json, mcp_ctx_t *cx)
{
    return principal_in(w, json, cx) != NULL;
}

/* The grant of an access token that is good or was. */
static inline mcp_oauth_grant_t *grant_in(world_t *w, const char *json,
                                          mcp_ctx_t *cx)
{
    const char *token = text_in(json, "access_token", cx);
    const mcp_jose_jws_t *jws;
    mcp_oauth_grant_t *grant = NULL;

    if (!token || mcp_jose_jws_read(&jws, token, strlen(token), cx))
        return NULL;
    fine(mcp_oauth_grant_get(
             &grant, mcp_json_string(mcp_json_get(jws->claims, "grant")),
             &w->works, cx),
         "its grant");
    return grant;
}

/* Writes a grant that was changed. */
static inline void grant_set(world_t *w, mcp_oauth_grant_t *grant,
                             mcp_ctx_t *cx)
{
    int done;

    fine(mcp_oauth_grant_replace(&done, grant, &w->works, cx), "changed");
}

#endif
