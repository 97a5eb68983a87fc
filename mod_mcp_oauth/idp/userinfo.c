/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/userinfo.h"

#include <apr_strings.h>
#include <string.h>

#include "base/scope.h"
#include "base/writer.h"
#include "idp/call.h"
#include "idp/fault.h"
#include "idp/jwt.h"

#define ACCEPT "application/json, application/jwt"

static const char *const types[] = {"JWT", NULL};
static const mcp_idp_jwt_use_t use = {"userinfo", types, 0, 0};

static mcp_idp_call_t call_make(const char *url, const char *access_token,
                                const mcp_idp_t *idp, apr_pool_t *pool)
{
    const char *accept = idp->preset->facts->accept;
    mcp_idp_call_t call = {url, NULL,
                           apr_pstrcat(pool, "Bearer ", access_token, NULL),
                           accept ? accept : ACCEPT};

    return call;
}

/* -- the e-mail addresses, where they have an endpoint of their own -- */

/* The one that is primary and verified; NULL: there is none. */
static const char *primary_of(const mcp_json_t *list)
{
    apr_size_t i;

    for (i = 0; i < mcp_json_size(list); i++) {
        const mcp_json_t *one = mcp_json_at(list, i);

        if (mcp_json_is_true(mcp_json_get(one, "primary")) &&
            mcp_json_is_true(mcp_json_get(one, "verified")))
            return mcp_json_string(mcp_json_get(one, "email"));
    }
    return NULL;
}

/* The claims with that address, in the words of OpenID Connect Core 5.1. */
static const mcp_json_t *with_email(const mcp_json_t *claims,
                                    const char *email, mcp_ctx_t *cx)
{
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    const mcp_json_t *made;
    mcp_json_iter_t *i;
    const char *text;
    apr_size_t len;

    mcp_writer_open(w, '{');
    for (i = mcp_json_first(claims); i; i = mcp_json_next(claims, i)) {
        if (!strcmp(mcp_json_iter_name(i), "email") ||
            !strcmp(mcp_json_iter_name(i), "email_verified"))
            continue;
        mcp_writer_name(w, mcp_json_iter_name(i));
        mcp_writer_json(w, mcp_json_iter_value(i));
    }
    mcp_writer_member(w, "email", email);
    mcp_writer_member_boolean(w, "email_verified", 1);
    mcp_writer_close(w);
    text = mcp_writer_text(w, &len);
    return mcp_json_read(&made, text, len, cx) ? claims : made;
}

/* Without it the user has no address: no reason to keep him out. */
static void emails_add(const mcp_json_t **claims, const char *url,
                       const char *access_token,
                       const mcp_idp_remote_t *remote, mcp_ctx_t *cx)
{
    mcp_idp_call_t call = call_make(url, access_token, remote->idp, cx->pool);
    const mcp_error_t *e;
    const mcp_json_t *list;
    mcp_net_reply_t reply;
    const char *email;

    e = mcp_idp_call_do(&reply, &call, remote, cx);
    if (!e && reply.outcome == MCP_NET_OK)
        e = mcp_json_read(&list, reply.body, reply.len, cx);
    if (e || reply.outcome != MCP_NET_OK) {
        mcp_ctx_log(cx, MCP_LOG_INFO, 181,
                    "identity provider \"%s\": no e-mail addresses from %s: "
                    "%s; the user goes without",
                    remote->idp->label, url, e ? e->detail : reply.why);
        return;
    }
    email = primary_of(list);
    if (email)
        *claims = with_email(*claims, email, cx);
}

static void emails_get(const mcp_json_t **claims, const char *url,
                       const char *access_token,
                       const mcp_idp_remote_t *remote, mcp_ctx_t *cx)
{
    const mcp_idp_facts_t *facts = remote->idp->preset->facts;

    if (facts->emails &&
        mcp_scope_has(remote->idp->scopes, facts->emails_scope))
        emails_add(claims, apr_pstrcat(cx->pool, url, facts->emails, NULL),
                   access_token, remote, cx);
}

/* -- the answer -- */

/* 5.3.2: the claims are signed, so they say by whom and for whom. */
static const mcp_error_t *jwt_read(const mcp_json_t **claims,
                                   const mcp_net_reply_t *reply,
                                   const mcp_idp_metadata_t *metadata,
                                   mcp_ctx_t *cx)
{
    const char *text = apr_pstrmemdup(cx->pool, reply->body, reply->len);
    const mcp_jose_jws_t *jws;

    MCP_TRY(mcp_idp_jwt_read(&jws, text, &use, metadata, cx));
    *claims = jws->claims;
    if (mcp_idp_jwt_is_for_us(*claims, metadata->remote->idp))
        return NULL;
    return mcp_idp_jwt_refuse(&use, NULL, cx,
                              "aud does not have our client_id");
}

static const mcp_error_t *claims_read(const mcp_json_t **claims,
                                      const mcp_net_reply_t *reply,
                                      const mcp_idp_metadata_t *metadata,
                                      mcp_ctx_t *cx)
{
    const mcp_idp_t *idp = metadata->remote->idp;

    if (reply->content_type && !strcmp(reply->content_type, "application/jwt"))
        return mcp_idp_jwt_fault(jwt_read(claims, reply, metadata, cx), idp,
                                 cx);
    if (!mcp_json_read(claims, reply->body, reply->len, cx) &&
        mcp_json_type(*claims) == MCP_JSON_OBJECT)
        return NULL;
    return mcp_idp_fault_make(idp, cx,
                              "See that it is the right endpoint: \"Endpoint "
                              "userinfo URL\" inside <MCPIdentityProvider>.",
                              "userinfo is not a JSON object");
}

static const mcp_error_t *status_check(const mcp_net_reply_t *reply,
                                       const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    if (reply->status == 401)
        return mcp_idp_fault_no(idp, cx, MCP_E_INVALID_GRANT,
                                "userinfo does not take the access token any "
                                "more");
    if (reply->outcome != MCP_NET_OK)
        return mcp_idp_fault_make(
            idp, cx,
            "See whether Scopes allow to ask for it, and \"Endpoint userinfo "
            "URL\" inside <MCPIdentityProvider>.",
            "userinfo: %s", reply->why);
    return NULL;
}

static const mcp_error_t *subject_check(const mcp_json_t *claims,
                                        const char *subject,
                                        const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    const char *said = mcp_json_string(mcp_json_get(claims, "sub"));

    if (!subject || (said && !strcmp(said, subject)))
        return NULL;
    return mcp_idp_fault_make(idp, cx,
                              "See that \"Endpoint userinfo URL\" inside "
                              "<MCPIdentityProvider> is of the same provider.",
                              "userinfo is about somebody else than the "
                              "id_token: its sub is another one, or missing");
}

/* *url is where it was asked. */
static const mcp_error_t *ask(mcp_net_reply_t *reply, const char **url,
                              const char *access_token,
                              const mcp_idp_metadata_t *metadata,
                              mcp_ctx_t *cx)
{
    const mcp_idp_remote_t *remote = metadata->remote;
    mcp_idp_call_t call;

    MCP_TRY(mcp_idp_metadata_endpoint(url, metadata, MCP_IDP_ENDPOINT_USERINFO,
                                      cx));
    call = call_make(*url, access_token, remote->idp, cx->pool);
    return mcp_idp_call_do(reply, &call, remote, cx);
}

const mcp_error_t *mcp_idp_userinfo_get(const mcp_json_t **claims,
                                        const char *access_token,
                                        const char *subject,
                                        const mcp_idp_metadata_t *metadata,
                                        mcp_ctx_t *cx)
{
    const mcp_idp_remote_t *remote = metadata->remote;
    mcp_net_reply_t reply;
    const char *url;

    MCP_TRY(ask(&reply, &url, access_token, metadata, cx));
    MCP_TRY(status_check(&reply, remote->idp, cx));
    MCP_TRY(claims_read(claims, &reply, metadata, cx));
    MCP_TRY(subject_check(*claims, subject, remote->idp, cx));
    emails_get(claims, url, access_token, remote, cx);
    return NULL;
}

/* RFC 6750 3.1 */
static int is_refusal(const mcp_net_reply_t *reply)
{
    return reply->status == 400 || reply->status == 401 ||
           reply->status == 403;
}

const mcp_error_t *mcp_idp_userinfo_judge(const mcp_json_t **claims,
                                          const char *access_token,
                                          const mcp_idp_metadata_t *metadata,
                                          mcp_ctx_t *cx)
{
    const mcp_idp_remote_t *remote = metadata->remote;
    mcp_net_reply_t reply;
    const char *url;

    MCP_TRY(ask(&reply, &url, access_token, metadata, cx));
    if (is_refusal(&reply))
        return mcp_idp_fault_no(remote->idp, cx, MCP_E_INVALID_TOKEN,
                                "userinfo does not take the access token: it "
                                "answered %d",
                                reply.status);
    MCP_TRY(status_check(&reply, remote->idp, cx));
    MCP_TRY(claims_read(claims, &reply, metadata, cx));
    emails_get(claims, url, access_token, remote, cx);
    return NULL;
}
