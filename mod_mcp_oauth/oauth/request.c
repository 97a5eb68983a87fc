/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/request.h"

#include <apr_lib.h>
#include <stdlib.h>
#include <string.h>

#include "base/form.h"
#include "base/scope.h"
#include "oauth/dpop.h"
#include "oauth/redirect.h"
#include "oauth/scopes.h"
#include "oauth/target.h"

#define field mcp_oauth_exchange_field

typedef struct check_t {
    mcp_oauth_request_t *request;
    const mcp_oauth_request_ask_t *ask;
    mcp_ctx_t *cx;
} check_t;

static const mcp_oauth_refusal_t *refuse(const check_t *c, const char *error,
                                         const char *description)
{
    mcp_oauth_refusal_t *refusal = apr_pcalloc(c->cx->pool, sizeof(*refusal));

    refusal->error = error;
    refusal->description = description;
    return refusal;
}

static const mcp_oauth_refusal_t *refuse_error(const check_t *c,
                                               const mcp_error_t *e)
{
    return e ? refuse(c, mcp_error_oauth(e), mcp_error_text(e)) : NULL;
}

static const mcp_oauth_refusal_t *form_check(const check_t *c)
{
    return refuse_error(c, c->ask->fault);
}

static const mcp_oauth_refusal_t *response_check(const check_t *c)
{
    const char *type = field(c->ask->form, "response_type");
    const char *mode = field(c->ask->form, "response_mode");

    if (!type)
        return refuse(c, "invalid_request", "response_type is missing.");
    if (strcmp(type, "code") != 0)
        return refuse(c, "unsupported_response_type",
                      "The only response_type here is code.");
    if (mode && strcmp(mode, "query") != 0)
        return refuse(c, "invalid_request",
                      "The only response_mode here is query.");
    return NULL;
}

/* RFC 9101, OpenID Connect Core 3.1.2.6 */
static const mcp_oauth_refusal_t *objects_check(const check_t *c)
{
    if (field(c->ask->form, "request"))
        return refuse(c, "request_not_supported",
                      "Request objects are not supported.");
    if (field(c->ask->form, "request_uri"))
        return refuse(c, "request_uri_not_supported",
                      "Request URIs are not supported.");
    return NULL;
}

static int is_challenge(const char *text)
{
    apr_size_t len = strlen(text);

    if (len < 43 || len > 128)
        return 0;
    for (; *text; text++)
        if (!apr_isalnum(*text) && *text != '-' && *text != '_')
            return 0;
    return 1;
}

/* RFC 7636 4.3; plain, which is what an absent method means, shows the
 * verifier to whoever sees the request. */
static const mcp_oauth_refusal_t *pkce_check(const check_t *c)
{
    const char *challenge = field(c->ask->form, "code_challenge");
    const char *method = field(c->ask->form, "code_challenge_method");

    if (!challenge)
        return refuse(c, "invalid_request",
                      "code_challenge is missing: PKCE is required.");
    if (!method || strcmp(method, "S256") != 0)
        return refuse(c, "invalid_request",
                      "code_challenge_method has to be S256.");
    if (!is_challenge(challenge))
        return refuse(c, "invalid_request", "code_challenge is malformed.");
    c->request->code_challenge = challenge;
    return NULL;
}

/* -- OpenID Connect Core 3.1.2.1 -- */

static int has_word(const char *list, const char *word)
{
    apr_size_t len = strlen(word), n;

    for (; *list; list += n + (list[n] == ' ')) {
        n = strcspn(list, " ");
        if (n == len && !strncmp(list, word, n))
            return 1;
    }
    return 0;
}

/* What none asks for among others cannot be met: whoever shows the page
 * refuses it. Words that are not known are no error (RFC 6749 3.1). */
static const mcp_oauth_refusal_t *prompt_check(const check_t *c)
{
    const char *prompt = field(c->ask->form, "prompt");
    mcp_oauth_request_t *request = c->request;

    if (!prompt)
        return NULL;
    request->is_silent = has_word(prompt, "none");
    request->asks_sign_in = has_word(prompt, "login") ||
                            has_word(prompt, "select_account");
    request->asks_consent = has_word(prompt, "consent");
    return NULL;
}

static const mcp_oauth_refusal_t *age_check(const check_t *c)
{
    const char *age = field(c->ask->form, "max_age");

    c->request->max_age = -1;
    if (!age)
        return NULL;
    if (strlen(age) > 9 || age[strspn(age, "0123456789")])
        return refuse(c, "invalid_request",
                      "max_age is not a number of seconds.");
    c->request->max_age = atoi(age);
    return NULL;
}

/* -- who and what -- */

static const mcp_oauth_refusal_t *client_fill(const check_t *c)
{
    const mcp_oauth_client_t *client = c->ask->client;
    const mcp_client_setting_t *setting = client->setting;

    c->request->client_host = client->host;
    c->request->is_registered = setting != NULL;
    c->request->skips_consent = setting && setting->consent == MCP_CONSENT_OFF;
    return NULL;
}

static const mcp_oauth_refusal_t *target_check(const check_t *c)
{
    const mcp_oauth_service_t *service = c->ask->service;
    const mcp_oauth_client_t *client = c->ask->client;
    const mcp_oauth_resource_t *resource;
    mcp_oauth_scopes_ask_t ask;
    apr_array_header_t *chosen;
    const mcp_error_t *e;

    e = mcp_oauth_target_read(&resource, c->ask->form, service, c->cx);
    if (e)
        return refuse_error(c, e);
    if (!resource)
        resource = mcp_oauth_target_default(service);
    if (!resource)
        return refuse(c, "invalid_target",
                      "There are several resources here: say which one with "
                      "the resource parameter (RFC 8707).");
    c->request->resource = resource->url;
    ask.resource = resource;
    ask.asked = field(c->ask->form, "scope");
    ask.registered = client->scope;
    ask.ceiling = client->setting ? client->scope : NULL;
    e = mcp_oauth_scopes_choose(&chosen, &ask, c->cx);
    if (e)
        return refuse_error(c, e);
    /* the administrator's Grants decide */
    if (client->setting && !client->may_refresh)
        mcp_scope_remove(chosen, MCP_SCOPE_OFFLINE);
    c->request->scope = mcp_scope_text(chosen, c->cx->pool);
    c->request->may_refresh = client->may_refresh ||
                              mcp_scope_has(chosen, MCP_SCOPE_OFFLINE);
    return NULL;
}

/* RFC 9449 10; where no proofs are taken it is a parameter that nobody knows
 */
static const mcp_oauth_refusal_t *key_check(const check_t *c)
{
    const char *jkt = field(c->ask->form, "dpop_jkt");
    const mcp_oauth_resource_t *resource =
        mcp_oauth_service_resource(c->ask->service, c->request->resource);

    if (!jkt || !mcp_oauth_dpop_is_taken(resource))
        return NULL;
    if (!mcp_oauth_dpop_is_jkt(jkt, c->cx->pool))
        return refuse(c, "invalid_request",
                      "dpop_jkt is not the SHA-256 thumbprint of a key.");
    c->request->dpop_jkt = jkt;
    return NULL;
}

static const mcp_oauth_refusal_t *(*const checks[])(const check_t *c) = {
    form_check, objects_check, response_check, pkce_check, prompt_check,
    age_check,  client_fill,   target_check,   key_check,
};

const mcp_oauth_refusal_t *
mcp_oauth_request_check(mcp_oauth_request_t *request,
                        const mcp_oauth_request_ask_t *ask, mcp_ctx_t *cx)
{
    const check_t c = {request, ask, cx};
    const mcp_oauth_refusal_t *refusal;
    apr_size_t i;

    for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        refusal = checks[i](&c);
        if (refusal)
            return refusal;
    }
    return NULL;
}

void mcp_oauth_request_refuse(mcp_oauth_exchange_t *x,
                              const mcp_oauth_request_t *request,
                              const mcp_oauth_refusal_t *refusal,
                              mcp_ctx_t *cx)
{
    mcp_ctx_log(cx, MCP_LOG_INFO, 150,
                "authorization request answered with %s: %s", refusal->error,
                refusal->description);
    mcp_oauth_exchange_leave(
        x,
        mcp_form_append(cx->pool, request->redirect_uri, "error",
                        refusal->error, "error_description",
                        refusal->description, "state", request->state, "iss",
                        x->service->issuer, NULL),
        cx);
}

int mcp_oauth_request_is_certain(const mcp_oauth_request_t *request,
                                 mcp_ctx_t *cx)
{
    mcp_oauth_redirect_t to =
        mcp_oauth_redirect_describe(request->redirect_uri, cx);

    return (request->client_host || request->is_registered) && to.is_web &&
           !to.is_loopback && !strcmp(to.scheme, "https");
}

/* -- in records -- */

/* what is not there is no */
static void write_boolean(mcp_writer_t *w, const char *name, int value)
{
    if (!value)
        return;
    mcp_writer_member_boolean(w, name, 1);
}

static int is_true(const mcp_json_t *json, const char *name)
{
    return mcp_json_is_true(mcp_json_get(json, name));
}

void mcp_oauth_request_write(mcp_writer_t *w,
                             const mcp_oauth_request_t *request)
{
    mcp_writer_open(w, '{');
    mcp_writer_member(w, "client_id", request->client_id);
    mcp_writer_member(w, "client_name", request->client_name);
    mcp_writer_member(w, "client_host", request->client_host);
    mcp_writer_member(w, "client_mark", request->client_mark);
    mcp_writer_member(w, "redirect_uri", request->redirect_uri);
    mcp_writer_member(w, "state", request->state);
    mcp_writer_member(w, "code_challenge", request->code_challenge);
    mcp_writer_member(w, "dpop_jkt", request->dpop_jkt);
    mcp_writer_member(w, "resource", request->resource);
    mcp_writer_member(w, "scope", request->scope);
    write_boolean(w, "may_refresh", request->may_refresh);
    write_boolean(w, "is_registered", request->is_registered);
    write_boolean(w, "skips_consent", request->skips_consent);
    write_boolean(w, "asks_consent", request->asks_consent);
    mcp_writer_close(w);
}

const mcp_oauth_request_t *mcp_oauth_request_read(const mcp_json_t *json,
                                                  apr_pool_t *pool)
{
    mcp_oauth_request_t *r = apr_pcalloc(pool, sizeof(*r));

    r->client_id = mcp_json_string(mcp_json_get(json, "client_id"));
    r->client_name = mcp_json_string(mcp_json_get(json, "client_name"));
    r->client_host = mcp_json_string(mcp_json_get(json, "client_host"));
    r->client_mark = mcp_json_string(mcp_json_get(json, "client_mark"));
    r->redirect_uri = mcp_json_string(mcp_json_get(json, "redirect_uri"));
    r->state = mcp_json_string(mcp_json_get(json, "state"));
    r->code_challenge = mcp_json_string(mcp_json_get(json, "code_challenge"));
    r->dpop_jkt = mcp_json_string(mcp_json_get(json, "dpop_jkt"));
    r->resource = mcp_json_string(mcp_json_get(json, "resource"));
    r->scope = mcp_json_string(mcp_json_get(json, "scope"));
    r->may_refresh = is_true(json, "may_refresh");
    r->is_registered = is_true(json, "is_registered");
    r->skips_consent = is_true(json, "skips_consent");
    r->asks_consent = is_true(json, "asks_consent");
    r->max_age = -1;
    if (!r->client_id || !r->redirect_uri || !r->code_challenge ||
        !r->resource || !r->scope)
        return NULL;
    return r;
}
