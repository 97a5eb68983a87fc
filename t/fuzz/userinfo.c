/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp.h"

#include "idp/claim.h"
#include "idp/mapping.h"
#include "idp/userinfo.h"
#include "net/exchange.h"

/* The text is what userinfo answers, and where it has an empty line, behind
 * that what the endpoint of the e-mail addresses does. Who it says that the
 * user is, is bounded text, and all that it said one JSON object. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define USERINFO ISSUER "/userinfo"

typedef struct answers_t {
    const char *userinfo, *emails;
} answers_t;

static void fetch(mcp_net_reply_t *reply, void *baton,
                  const mcp_net_request_t *request, mcp_ctx_t *cx)
{
    const answers_t *answers = baton;

    mcp_net_fetch_judge(reply, request, 200, cx->pool);
    reply->body = strcmp(request->url, USERINFO) ? answers->emails
                                                 : answers->userinfo;
    reply->len = strlen(reply->body);
}

static const mcp_error_t *ask(const mcp_json_t **claims, answers_t *answers,
                              const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    const mcp_net_fetcher_t fetcher = {fetch, answers};
    const mcp_fetch_setting_t setting = {10, 3, NULL, NULL};
    mcp_net_crowd_t crowd = {4, 0};
    mcp_idp_remote_t remote = {.idp = idp, .fetch = &setting};
    mcp_idp_metadata_t metadata = {.remote = &remote};

    remote.exchanges = mcp_net_exchange_make(&crowd, &fetcher, cx->pool);
    metadata.endpoints[MCP_IDP_ENDPOINT_USERINFO] = USERINFO;
    return mcp_idp_userinfo_get(claims, "access", NULL, &metadata, cx);
}

static void text_check(const char *text, size_t most)
{
    PROMISE(!text ||
            (*text && strlen(text) <= most && !strpbrk(text, "\r\n\x1b\x7f")));
}

static void identity_check(const mcp_identity_t *identity, mcp_ctx_t *cx)
{
    const mcp_json_t *all;
    int i;

    text_check(identity->subject, MCP_IDP_CLAIM_TEXT);
    text_check(identity->email, MCP_IDP_CLAIM_TEXT);
    text_check(identity->name, MCP_IDP_MAPPING_NAME);
    for (i = 0; identity->roles && i < identity->roles->nelts; i++)
        text_check(APR_ARRAY_IDX(identity->roles, i, const char *),
                   MCP_IDP_CLAIM_TEXT);
    if (!identity->claims)
        return;
    PROMISE(strlen(identity->claims) <= MCP_IDENTITY_CLAIMS_MAX);
    PROMISE(
        !mcp_json_read(&all, identity->claims, strlen(identity->claims), cx));
    PROMISE(mcp_json_type(all) == MCP_JSON_OBJECT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    mcp_idp_t *idp = idp_make(cx.pool);
    char *text = apr_pstrmemdup(cx.pool, (const char *)data, size);
    char *line = strstr(text, "\n\n");
    answers_t answers = {text, line ? line + 2 : "[]"};
    const mcp_json_t *claims;
    mcp_idp_mapped_t mapped;

    if (line)
        *line = '\0';
    if (!ask(&claims, &answers, idp, &cx)) {
        PROMISE(mcp_json_type(claims) == MCP_JSON_OBJECT);
        mcp_idp_mapping_read(&mapped, idp, &claims, 1, &cx);
        identity_check(&mapped.identity, &cx);
    }
    target_end(&cx);
    return 0;
}
