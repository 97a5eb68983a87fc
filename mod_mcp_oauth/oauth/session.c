/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/session.h"

#include <string.h>

#include "oauth/cookie.h"
#include "oauth/ended.h"
#include "oauth/provider.h"

#define MAX_COOKIES 4 /* looked up; a browser sends one */

/* -- logins in records -- */

void mcp_oauth_session_login_write(mcp_writer_t *w,
                                   const mcp_oauth_login_t *login)
{
    mcp_writer_open(w, '{');
    mcp_writer_name(w, "identity");
    mcp_oauth_identity_write(w, &login->identity);
    mcp_writer_member(w, "idp", login->idp);
    mcp_writer_member_integer(w, "when", login->when);
    mcp_writer_member_boolean(w, "from_session", login->from_session);
    mcp_writer_member(w, "mark", login->mark);
    mcp_writer_close(w);
}

mcp_oauth_login_t *mcp_oauth_session_login_read(const mcp_json_t *json,
                                                apr_pool_t *pool)
{
    mcp_oauth_login_t *login = apr_pcalloc(pool, sizeof(*login));

    login->idp = mcp_json_string(mcp_json_get(json, "idp"));
    login->from_session = mcp_json_is_true(mcp_json_get(json, "from_session"));
    login->mark = mcp_json_string(mcp_json_get(json, "mark"));
    if (!mcp_oauth_identity_read(&login->identity,
                                 mcp_json_get(json, "identity"), pool) ||
        !mcp_json_integer(&login->when, mcp_json_get(json, "when")))
        return NULL;
    return login;
}

/* -- sessions -- */

/* The record is kept as long as the location wants at which it began; another
 * one may want less. A clock that went back makes no session longer. */
static int is_good(const mcp_oauth_login_t *login,
                   const mcp_oauth_resource_t *resource, mcp_ctx_t *cx)
{
    apr_int64_t age = mcp_ctx_seconds(cx) - login->when;

    return age >= 0 && age < resource->settings->lifetime->browser_session &&
           mcp_oauth_provider_keyed(resource, login->idp) != NULL;
}

/* The user has not been ended since the sign-in. */
static const mcp_error_t *ended_check(mcp_oauth_login_t **login,
                                      const mcp_oauth_works_t *works,
                                      mcp_ctx_t *cx)
{
    mcp_oauth_begun_t begun = {&(*login)->identity, (*login)->mark, NULL,
                               NULL};
    int ended;

    MCP_TRY(mcp_oauth_ended_since(&ended, &begun, works, cx));
    if (ended)
        *login = NULL;
    return NULL;
}

/* *login is NULL when the cookie names no session of this issuer. */
static const mcp_error_t *get(mcp_oauth_login_t **login, const char *value,
                              const mcp_oauth_service_t *service,
                              mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];
    const mcp_record_t *record;
    const mcp_json_t *json;
    const char *issuer;

    *login = NULL;
    mcp_digest_sha256_text(key, value);
    MCP_TRY(mcp_store_get(&record, service->works->store, MCP_RECORD_SIGNIN,
                          key, cx));
    if (!record)
        return NULL;
    MCP_TRY(mcp_json_read(&json, record->value, record->len, cx));
    issuer = mcp_json_string(mcp_json_get(json, "server"));
    if (issuer && !strcmp(issuer, service->issuer))
        *login = mcp_oauth_session_login_read(mcp_json_get(json, "login"),
                                              cx->pool);
    return *login ? ended_check(login, service->works, cx) : NULL;
}

const mcp_error_t *mcp_oauth_session_find(const mcp_oauth_login_t **login,
                                          const mcp_oauth_exchange_t *x,
                                          const mcp_oauth_resource_t *resource,
                                          mcp_ctx_t *cx)
{
    const char *rest = x->cookie, *value;
    mcp_oauth_login_t *found;
    int i;

    *login = NULL;
    for (i = 0; i < MAX_COOKIES && !*login; i++) {
        value = mcp_oauth_cookie_next(&rest, MCP_COOKIE_SESSION, x, cx->pool);
        if (!value)
            return NULL;
        MCP_TRY(get(&found, value, x->service, cx));
        if (!found || !is_good(found, resource, cx))
            continue;
        found->from_session = 1;
        *login = found;
    }
    return NULL;
}

/* The records of the session that the browser has. */
static const mcp_error_t *drop(const mcp_oauth_exchange_t *x, mcp_ctx_t *cx)
{
    const char *rest = x->cookie, *value;
    unsigned char key[MCP_DIGEST_SIZE];
    int i;

    for (i = 0; i < MAX_COOKIES; i++) {
        value = mcp_oauth_cookie_next(&rest, MCP_COOKIE_SESSION, x, cx->pool);
        if (!value)
            return NULL;
        mcp_digest_sha256_text(key, value);
        MCP_TRY(mcp_store_drop(x->service->works->store, MCP_RECORD_SIGNIN,
                               key, cx));
    }
    return NULL;
}

static const mcp_error_t *put(const char *value,
                              const mcp_oauth_login_t *login,
                              const mcp_oauth_resource_t *resource,
                              mcp_ctx_t *cx)
{
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    unsigned char key[MCP_DIGEST_SIZE];
    mcp_record_t record;

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "server", resource->service->issuer);
    mcp_writer_name(w, "login");
    mcp_oauth_session_login_write(w, login);
    mcp_writer_close(w);
    memset(&record, 0, sizeof(record));
    record.value = mcp_writer_text(w, &record.len);
    record.index = mcp_oauth_identity_index(&login->identity, cx->pool);
    record.expires = login->when +
                     resource->settings->lifetime->browser_session;
    mcp_digest_sha256_text(key, value);
    return mcp_store_put(resource->service->works->store, MCP_RECORD_SIGNIN,
                         key, &record, cx);
}

const mcp_error_t *
mcp_oauth_session_start(mcp_oauth_exchange_t *x,
                        const mcp_oauth_login_t *login,
                        const mcp_oauth_resource_t *resource, mcp_ctx_t *cx)
{
    const char *value;

    if (!login->idp || !resource->settings->lifetime->browser_session)
        return NULL;
    MCP_TRY(drop(x, cx));
    MCP_TRY(mcp_oauth_cookie_make(&value, MCP_COOKIE_SESSION, x, cx));
    return put(value, login, resource, cx);
}

const mcp_error_t *mcp_oauth_session_end(mcp_oauth_exchange_t *x,
                                         mcp_ctx_t *cx)
{
    MCP_TRY(drop(x, cx));
    mcp_oauth_cookie_clear(MCP_COOKIE_SESSION, x, cx->pool);
    mcp_oauth_cookie_clear(MCP_COOKIE_BROWSER, x, cx->pool);
    /* what is bound to the browser from here on needs another one */
    x->cookie = NULL;
    return NULL;
}
