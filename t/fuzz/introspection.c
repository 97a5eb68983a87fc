/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp.h"

#include "idp/introspection.h"

/* The text is what a provider answers of an access token, as RFC 7662 has it
 * and as Google's tokeninfo does, with 200 and with 400: of one that is active
 * it is an object that says so, of this provider, and of now. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const mcp_idp_facts_t tokeninfo_facts = {.claims = idp_claims,
                                                .is_tokeninfo = 1};
static const mcp_idp_preset_t tokeninfo = {.name = "tokeninfo",
                                           .facts = &tokeninfo_facts};

static mcp_net_reply_t answer(const char *text, size_t size, long status,
                              apr_pool_t *pool)
{
    const mcp_net_request_t request = {.url = ISSUER "/introspect",
                                       .form = "token=x"};
    mcp_net_reply_t reply = {
        .body = text, .len = size, .content_type = "application/json"};

    mcp_net_fetch_judge(&reply, &request, status, pool);
    return reply;
}

static void claims_check(const mcp_json_t *claims, const mcp_idp_t *idp,
                         mcp_ctx_t *cx)
{
    const char *iss = mcp_json_string(mcp_json_get(claims, "iss"));
    const mcp_json_t *exp = mcp_json_get(claims, "exp");
    double seconds;

    PROMISE(mcp_json_type(claims) == MCP_JSON_OBJECT);
    PROMISE(idp->preset == &tokeninfo
                ? !mcp_json_get(claims, "error")
                : mcp_json_is_true(mcp_json_get(claims, "active")));
    PROMISE(!iss || !strcmp(iss, ISSUER));
    if (!exp)
        return;
    if (!mcp_json_number(&seconds, exp))
        seconds = atof(mcp_json_string(exp));
    PROMISE(seconds > (double)(mcp_ctx_seconds(cx) - 60) && seconds < 1e12);
}

static void look(const mcp_net_reply_t *reply, const mcp_idp_t *idp,
                 mcp_ctx_t *cx)
{
    const mcp_json_t *claims;
    const mcp_error_t *e = mcp_idp_introspection_read(&claims, reply, idp, cx);

    if (!e) {
        claims_check(claims, idp, cx);
        return;
    }
    PROMISE(e->code == MCP_E_INVALID_GRANT || e->code == MCP_E_INVALID_TOKEN ||
            e->code == MCP_E_SERVER_ERROR);
    PROMISE(strlen(e->detail) < 2000 && !strpbrk(e->detail, "\r\n\x1b\x7f"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const long statuses[] = {200, 400};
    mcp_ctx_t cx = target_begin();
    mcp_idp_t *idp = idp_make(cx.pool);
    const char *text = apr_pstrmemdup(cx.pool, (const char *)data, size);
    apr_size_t i;

    for (i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
        const mcp_net_reply_t reply = answer(text, size, statuses[i], cx.pool);

        idp->preset = &idp_preset;
        look(&reply, idp, &cx);
        idp->preset = &tokeninfo;
        look(&reply, idp, &cx);
    }
    target_end(&cx);
    return 0;
}
