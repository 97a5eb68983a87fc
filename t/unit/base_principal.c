/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "base/identity.h"
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
    is(back->jti, NULL, "also the last one");
    is(mcp_scope_text(back->scopes, cx->pool), "mcp:tools mcp:read", "scopes");
    ok(back->expires == who.expires, "and its end");
    ok(back->user > moved && back->user < moved + len + 1,
       "its texts lie in the block");
}

static const apr_array_header_t *list(apr_pool_t *pool, const char *one,
                                      const char *two)
{
    apr_array_header_t *entries = apr_array_make(pool, 2, sizeof(char *));

    if (one)
        APR_ARRAY_PUSH(entries, const char *) = one;
    if (two)
        APR_ARRAY_PUSH(entries, const char *) = two;
    return entries;
}

/* all words and what is none */
static mcp_principal_t ada(mcp_ctx_t *cx)
{
    mcp_principal_t who = alice(cx);

    who.claims = "{\"sub\":\"1\"}";
    who.jti = "j1";
    who.email = "ada@example.com";
    who.name = "Ada L\xc3\xb6velace";
    who.picture = "https://img.example/ada";
    who.organization = "org_1";
    who.roles = list(cx->pool, "admin", "Project Manager, Europe");
    who.permissions = list(cx->pool, "read:todos", NULL);
    return who;
}

static void check_words(mcp_ctx_t *cx)
{
    mcp_principal_t who = ada(cx), *back;
    const mcp_identity_word_t *word;
    const char *was, *now;
    apr_size_t len;
    const void *block = mcp_principal_pack(&len, &who, cx->pool);

    back = mcp_principal_unpack(block, len, cx->pool);
    for (word = mcp_identity_words; word->name; word++) {
        was = mcp_identity_json(word, &who, cx->pool);
        now = mcp_identity_json(word, back, cx->pool);
        ok(was && now && !strcmp(was, now), "%s: %s", word->name, now);
    }
    is(back->jti, "j1", "jti, which is no word");

    who.scopes = who.roles = NULL;
    who.permissions = list(cx->pool, NULL, NULL);
    block = mcp_principal_pack(&len, &who, cx->pool);
    back = mcp_principal_unpack(block, len, cx->pool);
    ok(back && !back->scopes && !back->roles, "an absent list stays absent");
    ok(back && back->permissions && !back->permissions->nelts,
       "and an empty one empty");
}

/* Whoever reads the result reads all of it: a sanitizer sees where. */
static int walk(const mcp_principal_t *who, apr_pool_t *pool)
{
    size_t sum = (who->grant ? strlen(who->grant) : 0) +
                 (who->jti ? strlen(who->jti) : 0);
    const mcp_identity_word_t *word;

    for (word = mcp_identity_words; word->name; word++) {
        const char *text = mcp_identity_text(word, who, pool);

        sum += text ? strlen(text) : 0;
    }
    return sum < 100000;
}

static void check_damage(mcp_ctx_t *cx)
{
    mcp_principal_t who = ada(cx), *back;
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
    check_words(cx);
    check_damage(cx);
    check_equal(cx);
}

TAP_MAIN(body)
