/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "base/identity.h"
#include "base/json.h"

static apr_array_header_t *list(apr_pool_t *pool, const char *first, ...)
{
    apr_array_header_t *entries = apr_array_make(pool, 2, sizeof(char *));
    va_list args;

    va_start(args, first);
    for (; first; first = va_arg(args, const char *))
        APR_ARRAY_PUSH(entries, const char *) = first;
    va_end(args);
    return entries;
}

/* -- the words -- */

/* What is said under a word, in its three forms. */
static const struct {
    const char *word, *text, *header, *json;
} said[] = {
    {"subject", "auth0|1", "auth0%7C1", "\"auth0|1\""},
    {"user", "ada, \"x\"\n", "ada%2C%20%22x%22%0A", "\"ada, \\\"x\\\"\\n\""},
    {"client", "https://c.example/m.json", "https%3A%2F%2Fc.example%2Fm.json",
     "\"https://c.example/m.json\""},
    {"scopes", "a:read a:write,x", "a%3Aread,a%3Awrite%2Cx",
     "\"a:read a:write,x\""},
    {"issuer", NULL, NULL, NULL},
    {"email", "", "", "\"\""},
    {"name", "Ada L\xc3\xb6velace", "Ada%20L%C3%B6velace",
     "\"Ada L\xc3\xb6velace\""},
    {"roles", "admin,a%2Cb c,50%25", "admin,a%2Cb%20c,50%25",
     "[\"admin\",\"a,b c\",\"50%\"]"},
    {"permissions", "", "", "[]"},
    {"organization", NULL, NULL, NULL},
    {"claims", "{\"a\":\"\?\?>\"}", "eyJhIjoiPz8-In0", "{\"a\":\"\?\?>\"}"},
};

static mcp_principal_t somebody(mcp_ctx_t *cx)
{
    mcp_principal_t who = {0};

    who.subject = "auth0|1";
    who.user = "ada, \"x\"\n";
    who.client = "https://c.example/m.json";
    who.scopes = list(cx->pool, "a:read", "a:write,x", NULL);
    who.email = "";
    who.name = "Ada L\xc3\xb6velace";
    who.roles = list(cx->pool, "admin", "a,b c", "50%", NULL);
    who.permissions = list(cx->pool, NULL);
    who.claims = "{\"a\":\"\?\?>\"}";
    return who;
}

static void check_said(mcp_ctx_t *cx)
{
    const mcp_principal_t who = somebody(cx);
    const mcp_json_t *json;
    size_t i;

    for (i = 0; i < sizeof(said) / sizeof(*said); i++) {
        const mcp_identity_word_t *word = mcp_identity_find(said[i].word);
        const char *text = mcp_identity_json(word, &who, cx->pool);

        is(mcp_identity_text(word, &who, cx->pool), said[i].text,
           said[i].word);
        is(mcp_identity_header(word, &who, cx->pool), said[i].header,
           "in a header");
        is(text, said[i].json, "as JSON");
        ok(!text || !mcp_json_read(&json, text, strlen(text), cx),
           "which it is");
    }
}

static void check_table(mcp_ctx_t *cx)
{
    const mcp_identity_word_t *word, *other;
    int twice = 0;

    is(mcp_identity_names(cx->pool),
       "subject user client scopes issuer email name picture roles "
       "permissions organization claims",
       "the words");
    for (word = mcp_identity_words; word->name; word++)
        for (other = word + 1; other->name; other++)
            twice += !strcmp(word->claim, other->claim) ||
                     !strcmp(word->header, other->header) ||
                     !strcmp(word->variable, other->variable) ||
                     word->offset == other->offset;
    ok(!twice, "no two mean the same");
    ok(!mcp_identity_find("") && !mcp_identity_find("Subject") &&
           !mcp_identity_find("sub"),
       "what is none is not found");
}

/* -- the checks of the public header -- */

static void check_checks(mcp_ctx_t *cx)
{
    static const char *const none[] = {NULL}, *const read[] = {"read", NULL},
                             *const both[] = {"read", "write", NULL},
                             *const mixed[] = {"read", "approve", NULL},
                             *const others[] = {"x", "y", NULL},
                             *const some[] = {"x", "write", NULL},
                             *const allowed[] = {"x", "approve", NULL};
    mcp_principal_t who = {0}, nobody = {0};

    who.scopes = list(cx->pool, "read", "write", NULL);
    who.permissions = list(cx->pool, "approve", NULL);
    who.roles = list(cx->pool, "admin", NULL);

    ok(mcp_principal_has_scope(&who, "write") &&
           !mcp_principal_has_scope(&who, "Write") &&
           !mcp_principal_has_scope(&who, "approve") &&
           !mcp_principal_has_scope(&who, "admin") &&
           !mcp_principal_has_scope(&who, NULL),
       "a scope that was granted, byte for byte");
    ok(mcp_principal_has_permission(&who, "approve") &&
           !mcp_principal_has_permission(&who, "read"),
       "a permission");
    ok(mcp_principal_has_role(&who, "admin") &&
           !mcp_principal_has_role(&who, "adm") &&
           !mcp_principal_has_role(&who, "approve"),
       "a role");
    ok(mcp_principal_may(&who, "read") && mcp_principal_may(&who, "approve") &&
           !mcp_principal_may(&who, "admin"),
       "a scope or a permission");

    ok(mcp_principal_has_all_scopes(&who, both) &&
           mcp_principal_has_all_scopes(&who, none) &&
           !mcp_principal_has_all_scopes(&who, mixed) &&
           !mcp_principal_has_all_scopes(&who, some),
       "all of some scopes");
    ok(mcp_principal_has_any_scope(&who, some) &&
           !mcp_principal_has_any_scope(&who, none) &&
           !mcp_principal_has_any_scope(&who, others) &&
           !mcp_principal_has_any_scope(&who, allowed),
       "any of some scopes");
    ok(mcp_principal_may_all(&who, mixed) &&
           !mcp_principal_may_all(&who, allowed),
       "all of scopes and permissions");
    ok(mcp_principal_may_any(&who, allowed) &&
           !mcp_principal_may_any(&who, others),
       "any of scopes and permissions");

    ok(!mcp_principal_has_scope(NULL, "read") &&
           !mcp_principal_has_permission(NULL, "approve") &&
           !mcp_principal_has_role(NULL, "admin") &&
           !mcp_principal_may(NULL, "read") &&
           !mcp_principal_has_all_scopes(NULL, none) &&
           !mcp_principal_has_any_scope(NULL, read) &&
           !mcp_principal_may_all(NULL, none) &&
           !mcp_principal_may_any(NULL, read),
       "nobody has nothing");
    ok(!mcp_principal_has_role(&nobody, "admin") &&
           !mcp_principal_may_any(&nobody, both),
       "nor has who has no lists");
}

static void body(mcp_ctx_t *cx)
{
    check_table(cx);
    check_said(cx);
    check_checks(cx);
}

TAP_MAIN(body)
