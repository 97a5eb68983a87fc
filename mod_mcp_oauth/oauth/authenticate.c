/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/authenticate.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "base/audit.h"
#include "base/encode.h"
#include "oauth/assertion.h"

#define BASIC "Basic "
#define BASIC_LENGTH (sizeof(BASIC) - 1)
#define MAX_BASIC 8192

/* Percent-decoded, as RFC 6749 2.3.1 has it, and raw, as many clients send
 * it. */
typedef struct credentials_t {
    const char *id;
    const char *secret; /* NULL: none */
    const char *decoded_id;
    const char *decoded_secret;
} credentials_t;

static const char *decode(const char *text, apr_pool_t *pool)
{
    return text ? mcp_encode_form_value_read(text, strlen(text), pool) : NULL;
}

static int is_basic(const char *authorization)
{
    return authorization && !strncasecmp(authorization, BASIC, BASIC_LENGTH);
}

/* An empty secret is none: RFC 6749 2.3.1 lets it be left out. */
static const char *or_none(const char *secret)
{
    return secret && *secret ? secret : NULL;
}

static int basic_read(credentials_t *in, const char *authorization,
                      apr_pool_t *pool)
{
    const char *text = authorization + BASIC_LENGTH, *colon;
    apr_size_t len;

    text += strspn(text, " ");
    if (strlen(text) > MAX_BASIC)
        return 0;
    text = (char *)mcp_encode_base64_read(&len, text, strlen(text), pool);
    if (!text || strlen(text) != len)
        return 0;
    colon = strchr(text, ':');
    if (!colon)
        return 0;
    in->id = apr_pstrmemdup(pool, text, (apr_size_t)(colon - text));
    in->secret = or_none(colon + 1);
    in->decoded_id = decode(in->id, pool);
    in->decoded_secret = decode(in->secret, pool);
    return 1;
}

/* Which client says it is there, whether or not it is. */
static const mcp_error_t *find(const mcp_oauth_client_t **client,
                               const credentials_t *in,
                               const mcp_oauth_service_t *service,
                               mcp_ctx_t *cx)
{
    MCP_TRY(mcp_oauth_client_find(client, service, in->id, cx));
    return *client
               ? NULL
               : mcp_oauth_client_find(client, service, in->decoded_id, cx);
}

static int has_right_secret(const credentials_t *in,
                            const mcp_oauth_client_t *client,
                            const mcp_oauth_service_t *service,
                            apr_pool_t *pool)
{
    const char *secret = mcp_oauth_client_secret(client, service, pool);

    if (client->method == MCP_CLIENT_NONE)
        return !in->secret;
    return mcp_digest_equal(secret, in->secret) ||
           mcp_digest_equal(secret, in->decoded_secret);
}

static const mcp_error_t *refuse(mcp_oauth_exchange_t *x, const char *why,
                                 mcp_ctx_t *cx)
{
    if (x->authorization)
        apr_table_setn(x->headers, "WWW-Authenticate",
                       "Basic realm=\"OAuth\"");
    mcp_oauth_exchange_link(x, cx);
    return mcp_error_make(MCP_E_INVALID_CLIENT, cx, "%s", why);
}

/* RFC 6749 2.3 */
static const mcp_error_t *two_ways(mcp_ctx_t *cx)
{
    return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                          "The client authenticates in two ways at once.");
}

static const mcp_error_t *credentials_read(credentials_t *in,
                                           mcp_oauth_exchange_t *x,
                                           const apr_table_t *form,
                                           mcp_ctx_t *cx)
{
    const char *id = mcp_oauth_exchange_field(form, "client_id");
    const char *secret = mcp_oauth_exchange_field(form, "client_secret");

    memset(in, 0, sizeof(*in));
    if (!x->authorization) {
        in->id = id;
        in->secret = secret;
        return id ? NULL : refuse(x, "no client_id", cx);
    }
    if (!is_basic(x->authorization))
        return refuse(x, "Authorization is not Basic", cx);
    if (secret)
        return two_ways(cx);
    if (!basic_read(in, x->authorization, cx->pool))
        return refuse(x, "the Basic credentials are malformed", cx);
    if (id && strcmp(id, in->id) != 0 &&
        (!in->decoded_id || strcmp(id, in->decoded_id) != 0))
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "The body's client_id is another than that of "
                              "the Authorization header.");
    return NULL;
}

/* What keeps a client from being known is the client's own fault. */
static const mcp_error_t *found(const mcp_error_t *e,
                                const mcp_oauth_client_t *client,
                                mcp_oauth_exchange_t *x, mcp_ctx_t *cx)
{
    if (e && e->code == MCP_E_INVALID_METADATA)
        return refuse(x, mcp_error_text(e), cx);
    if (!e && !client)
        return refuse(x, "this server did not issue the client_id", cx);
    return e;
}

/* -- private_key_jwt -- */

static const mcp_error_t *assertion_check(const mcp_oauth_exchange_t *x,
                                          const apr_table_t *form,
                                          mcp_ctx_t *cx)
{
    const char *type = mcp_oauth_exchange_field(form, "client_assertion_type");

    if (x->authorization || mcp_oauth_exchange_field(form, "client_secret"))
        return two_ways(cx);
    if (!type || !mcp_oauth_exchange_field(form, "client_assertion"))
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "client_assertion and client_assertion_type go "
                              "together.");
    if (strcmp(type, MCP_ASSERTION_TYPE) != 0)
        return mcp_error_make(MCP_E_INVALID_CLIENT, cx,
                              "a client_assertion_type that is not known");
    return NULL;
}

static const mcp_error_t *asserted(const mcp_oauth_client_t **client,
                                   const mcp_oauth_exchange_t *x,
                                   const apr_table_t *form, mcp_ctx_t *cx)
{
    const char *id = mcp_oauth_exchange_field(form, "client_id");
    mcp_oauth_assertion_t assertion;

    MCP_TRY(assertion_check(x, form, cx));
    MCP_TRY(mcp_oauth_assertion_read(
        &assertion, mcp_oauth_exchange_field(form, "client_assertion"),
        x->service, cx));
    if (id && strcmp(id, assertion.client_id) != 0)
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "The body's client_id is another than that of "
                              "the client_assertion.");
    MCP_TRY(
        mcp_oauth_client_find(client, x->service, assertion.client_id, cx));
    return *client ? mcp_oauth_assertion_verify(&assertion, *client,
                                                x->service, cx)
                   : NULL;
}

static const mcp_error_t *by_assertion(const mcp_oauth_client_t **client,
                                       mcp_oauth_exchange_t *x,
                                       const apr_table_t *form, mcp_ctx_t *cx)
{
    const mcp_error_t *e = asserted(client, x, form, cx);

    if (e && e->code == MCP_E_INVALID_CLIENT)
        return refuse(x, e->detail, cx);
    return found(e, *client, x, cx);
}

/* -- a secret, or nothing but a name -- */

static const mcp_error_t *by_secret(const mcp_oauth_client_t **client,
                                    mcp_oauth_exchange_t *x,
                                    const apr_table_t *form, mcp_ctx_t *cx)
{
    const mcp_error_t *e;
    credentials_t in;

    MCP_TRY(credentials_read(&in, x, form, cx));
    e = find(client, &in, x->service, cx);
    MCP_TRY(found(e, *client, x, cx));
    if (!has_right_secret(&in, *client, x->service, cx->pool))
        return refuse(x,
                      (*client)->method == MCP_CLIENT_NONE
                          ? "a public client sent a secret"
                          : "the client's secret is missing or wrong",
                      cx);
    return NULL;
}

/* -- both -- */

static void tell(const char *id, const mcp_error_t *e, mcp_ctx_t *cx)
{
    mcp_audit_about_t about;

    memset(&about, 0, sizeof(about));
    about.client = mcp_oauth_client_brief(id, cx->pool);
    about.reason = e->detail;
    mcp_audit(cx, MCP_AUDIT_CLIENT_REFUSED, &about);
}

const mcp_error_t *
mcp_oauth_authenticate_client(const mcp_oauth_client_t **client,
                              mcp_oauth_exchange_t *x, const apr_table_t *form,
                              mcp_ctx_t *cx)
{
    const mcp_error_t *e;

    *client = NULL;
    if (mcp_oauth_exchange_field(form, "client_assertion") ||
        mcp_oauth_exchange_field(form, "client_assertion_type"))
        e = by_assertion(client, x, form, cx);
    else
        e = by_secret(client, x, form, cx);
    if (e && e->code == MCP_E_INVALID_CLIENT)
        tell(*client ? (*client)->id
                     : mcp_oauth_exchange_field(form, "client_id"),
             e, cx);
    return e;
}
