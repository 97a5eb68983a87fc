/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "remote.h"

#include "base/form.h"

/* The text is the claims of a logout token, which the provider signed: one
 * that ends anything says of whom, for us and of now, and does so once. Where
 * it begins with "form:" the rest is the form that is posted. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define EVENT "http://schemas.openid.net/event/backchannel-logout"

static void revocations_make(mcp_oauth_service_t *service)
{
    static mcp_store_sequence_t *sequence;
    char directory[] = "/tmp/mcp_fuzz_XXXXXX";

    if (!sequence) {
        PROMISE(mkdtemp(directory) != NULL);
        PROMISE(!mcp_store_sequence_open(&sequence, directory, &lasting_cx));
        PROMISE(!unlink(
            apr_pstrcat(lasting_cx.pool, directory, "/revocations", NULL)));
        PROMISE(!rmdir(directory));
    }
    ((mcp_oauth_works_t *)service->works)->revocations = sequence;
}

static const mcp_error_t *post(const mcp_oauth_service_t *service,
                               const char *form, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t x = exchange_of(service, cx);
    const mcp_error_t *e;

    x.method = "POST";
    x.content_type = "application/x-www-form-urlencoded";
    x.body = form;
    x.body_len = strlen(form);
    e = mcp_oauth_logout_handle(&x, cx);
    PROMISE(!strcmp(apr_table_get(x.headers, "Cache-Control"), "no-store"));
    PROMISE(!x.json && !x.page);
    return e;
}

static int is_text(const mcp_json_t *claims, const char *name)
{
    const char *text = mcp_json_string(mcp_json_get(claims, name));

    return text && *text;
}

static void claims_check(const char *text, mcp_ctx_t *cx)
{
    const mcp_json_t *claims;

    PROMISE(!mcp_json_read(&claims, text, strlen(text), cx));
    PROMISE(!strcmp(mcp_json_string(mcp_json_get(claims, "iss")), IDP));
    PROMISE(is_text(claims, "sub") || is_text(claims, "sid"));
    PROMISE(is_text(claims, "jti") && mcp_json_get(claims, "exp") &&
            mcp_json_get(claims, "iat"));
    PROMISE(mcp_json_type(mcp_json_get(mcp_json_get(claims, "events"),
                                       EVENT)) == MCP_JSON_OBJECT);
    PROMISE(!mcp_json_get(claims, "nonce"));
}

static void claims_try(const mcp_oauth_service_t *service, const char *text,
                       mcp_ctx_t *cx)
{
    const char *token = signed_text(text, "logout+jwt", cx), *form;
    apr_table_t *fields = apr_table_make(cx->pool, 1);
    const mcp_error_t *e;

    if (!token)
        return;
    apr_table_setn(fields, "logout_token", token);
    form = mcp_form_text(fields, cx->pool);
    e = post(service, form, cx);
    if (e) {
        PROMISE(e->code == MCP_E_INVALID_REQUEST);
        return;
    }
    claims_check(text, cx);
    e = post(service, form, cx);
    PROMISE(e && e->code == MCP_E_INVALID_REQUEST);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    mcp_oauth_service_t *service = remote_service(&cx);
    const char *text = apr_pstrmemdup(cx.pool, (const char *)data, size);

    revocations_make(service);
    if (!strncmp(text, "form:", 5))
        PROMISE(post(service, text + 5, &cx) != NULL);
    else
        claims_try(service, text, &cx);
    target_end(&cx);
    return 0;
}
