/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "base/principal.h"
#include "base/scope.h"

static mcp_principal_t alice(mcp_ctx_t *cx)
{
    apr_array_header_t *scopes;
    mcp_principal_t who = {0};

    mcp_scope_read(&scopes, "mcp:tools mcp:read", cx);
    who.issuer = "https://idp.example";
    who.subject = "248289761001";
    who.user = "alice";
    who.client = "client-1";
    who.grant = "";
    who.scopes = scopes;
    who.expires = APR_TIME_C(1800003600000000);
    return who;
}

static void check_round(mcp_ctx_t *cx)
{
    mcp_principal_t who = alice(cx), *back;
    apr_size_t len;
    const void *block = mcp_principal_pack(&len, &who, cx->pool);
    char *moved = apr_palloc(cx->pool, len + 1);

    /* anywhere, not aligned, as shared memory may have it */
    memcpy(moved + 1, block, len);
    back = mcp_principal_unpack(moved + 1, len, cx->pool);
    ok(back != NULL, "a packed principal is unpacked");
    is(back->issuer, who.issuer, "with its issuer");
    is(back->subject, who.subject, "subject");
    is(back->user, who.user, "user");
    is(back->client, who.client, "client");
    is(back->grant, "", "an empty text stays one");
    is(back->claims, NULL, "an absent one stays absent");
    is(mcp_scope_text(back->scopes, cx->pool), "mcp:tools mcp:read", "scopes");
    ok(back->expires == who.expires, "and its end");
    ok(back->user > moved && back->user < moved + len + 1,
       "its texts lie in the block");

    who.scopes = NULL;
    block = mcp_principal_pack(&len, &who, cx->pool);
    back = mcp_principal_unpack(block, len, cx->pool);
    ok(back && back->scopes && !back->scopes->nelts,
       "no scopes are an empty list");
}

/* Whoever reads the result reads all of it: a sanitizer sees where. */
static int walk(const mcp_principal_t *who, apr_pool_t *pool)
{
    const char *texts[] = {who->issuer, who->subject, who->user,
                           who->client, who->grant,   who->claims};
    size_t i, sum = strlen(mcp_scope_text(who->scopes, pool));

    for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        sum += texts[i] ? strlen(texts[i]) : 0;
    return sum < 100000;
}

static void check_damage(mcp_ctx_t *cx)
{
    mcp_principal_t who = alice(cx), *back;
    apr_size_t len, i, cut = 0, changed = 0;
    const void *block = mcp_principal_pack(&len, &who, cx->pool);
    unsigned char *copy;

    for (i = 0; i < len; i++) {
        copy = malloc(i ? i : 1);
        memcpy(copy, block, i);
        cut += mcp_principal_unpack(copy, i, cx->pool) != NULL;
        free(copy);
    }
    ok(cut == 0, "a block cut short is none, wherever it is cut");

    copy = malloc(len);
    for (i = 0; i < len * 8; i++) {
        memcpy(copy, block, len);
        copy[i / 8] ^= (unsigned char)(1 << i % 8);
        back = mcp_principal_unpack(copy, len, cx->pool);
        changed += back && !walk(back, cx->pool);
    }
    free(copy);
    ok(changed == 0, "a block with a bit turned leads nowhere outside of it");
    ok(!mcp_principal_unpack(NULL, 0, cx->pool) &&
           !mcp_principal_unpack(NULL, 100, cx->pool),
       "no block is none");
}

static void check_equal(mcp_ctx_t *cx)
{
    mcp_principal_t a = alice(cx), b = alice(cx);

    b.user = "renamed";
    b.client = "another";
    ok(mcp_principal_equal(&a, &b),
       "OIDC 5.7: issuer and subject are who someone is");
    b.issuer = "https://other.example";
    ok(!mcp_principal_equal(&a, &b), "another issuer's subject is another");
    b = alice(cx);
    b.subject = "248289761002";
    ok(!mcp_principal_equal(&a, &b), "and so is another subject");
    a.subject = b.subject = NULL;
    ok(!mcp_principal_equal(&a, &b), "nobody equals nobody");
    ok(!mcp_principal_equal(NULL, NULL), "NULL never equals anything");
}

static void body(mcp_ctx_t *cx)
{
    check_round(cx);
    check_damage(cx);
    check_equal(cx);
}

TAP_MAIN(body)
