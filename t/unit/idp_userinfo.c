/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp_world.h"

#include "idp/userinfo.h"

static const mcp_error_t *ask(const mcp_json_t **claims, const char *subject,
                              world_t *w, mcp_ctx_t *cx)
{
    const mcp_idp_metadata_t *metadata;

    *claims = NULL;
    MCP_TRY(mcp_idp_metadata_get(&metadata, &w->remote, cx));
    return mcp_idp_userinfo_get(claims, "at-1", subject, metadata, cx);
}

static const char *text_of(const mcp_json_t *claims, const char *name)
{
    return mcp_json_string(mcp_json_get(claims, name));
}

/* -- what it answers -- */

static const struct {
    const char *name;
    int status;
    const char *body;
    const char *subject;
    int code;          /* -1: it is good */
    const char *tells; /* part of what the log hears */
} answers[] = {
    {"about the user", 200, "{'sub':'ada','name':'Ada'}", "ada", -1, NULL},
    {"where there is no id_token", 200, "{'id':7}", NULL, -1, NULL},
    {"about another user (OpenID Connect Core 5.3.2)", 200, "{'sub':'eve'}",
     "ada", MCP_E_SERVER_ERROR, "about somebody else"},
    {"about nobody", 200, "{'name':'Ada'}", "ada", MCP_E_SERVER_ERROR,
     "about somebody else"},
    {"whose sub is a number", 200, "{'sub':1}", "1", MCP_E_SERVER_ERROR,
     "about somebody else"},
    {"that is a list", 200, "['ada']", "ada", MCP_E_SERVER_ERROR,
     "not a JSON object"},
    {"with two of a name", 200, "{'sub':'ada','sub':'eve'}", "ada",
     MCP_E_SERVER_ERROR, "not a JSON object"},
    {"that is HTML", 200, "<html>", "ada", MCP_E_SERVER_ERROR,
     "Endpoint userinfo URL"},
    {"401", 401, "", "ada", MCP_E_INVALID_GRANT, "access token"},
    {"403", 403, "{}", "ada", MCP_E_SERVER_ERROR, "Scopes"},
    {"404", 404, "", "ada", MCP_E_SERVER_ERROR, "it answered 404"},
    {"500", 500, "", "ada", MCP_E_UNAVAILABLE, USERINFO},
    {"nothing", 0, "", "ada", MCP_E_UNAVAILABLE, USERINFO},
};

static void test_answers(world_t *w, mcp_ctx_t *cx)
{
    const mcp_json_t *claims;
    const mcp_error_t *e;
    page_t *page;
    size_t i;

    for (i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
        page = put(USERINFO, answers[i].status, answers[i].body);
        e = ask(&claims, answers[i].subject, w, cx);
        ok(answers[i].code < 0 ? !e && claims
                               : e && (int)e->code == answers[i].code &&
                                     tells(e, answers[i].tells),
           "an answer %s: %s", answers[i].name, e ? e->detail : "taken");
        is(page->authorization, "Bearer at-1", "asked with the access token");
        ok(!page->form, "by GET");
        ok(!e || !tells(e, "at-1"), "of which the log hears nothing");
    }
    is(page_of(USERINFO)->accept, "application/json, application/jwt",
       "what it may answer with");
}

/* -- signed ones -- */

static const struct {
    const char *name;
    change_t changes[CHANGES];
    const char *want; /* part of why it is refused; NULL: it is good */
} tokens[] = {
    {"as OpenID Connect Core 5.3.2 has it", {{NULL, NULL}}, NULL},
    {"for a list", {{"aud", "['x','" CLIENT "']"}}, NULL},
    {"by nobody", {{"iss", NULL}}, "iss is missing"},
    {"by another", {{"iss", "'https://evil.example'"}}, "iss is"},
    {"for nobody", {{"aud", NULL}}, "aud does not have"},
    {"for another", {{"aud", "'x'"}}, "aud does not have"},
    {"of a minute ago", {{"exp", "@-60"}}, "expired"},
    {"about another", {{"sub", "'eve'"}}, "about somebody else"},
};

static void test_signed(world_t *w, mcp_ctx_t *cx)
{
    static const change_t good[] = {{"iss", "'" IDP "'"},
                                    {"aud", "'" CLIENT "'"},
                                    {"sub", "'ada'"},
                                    {NULL, NULL}};
    const mcp_json_t *claims;
    const mcp_error_t *e;
    const char *text;
    size_t i;

    for (i = 0; i < sizeof(tokens) / sizeof(*tokens); i++) {
        text = claims_make(good, tokens[i].changes, cx);
        put(USERINFO, 200, sign_as(text, NULL, w->key, cx))->type =
            "application/jwt";
        e = ask(&claims, "ada", w, cx);
        ok(tokens[i].want
               ? e && e->code == MCP_E_SERVER_ERROR && tells(e, tokens[i].want)
               : !e && has(text_of(claims, "sub"), "ada"),
           "a JWT %s: %s", tokens[i].name, e ? e->detail : "taken");
    }
}

/* -- GitHub -- */

#define EMAILS USERINFO "/emails"
#define USER                                                                  \
    "{'login':'ada','id':7,'name':'Ada','email':null,'email_verified':false}"

static const struct {
    const char *name;
    int status;
    const char *body;
    const char *email; /* NULL: none */
} lists[] = {
    {"the primary one, verified", 200,
     "[{'email':'old@a.example','primary':false,'verified':true},"
     "{'email':'ada@a.example','primary':true,'verified':true}]",
     "ada@a.example"},
    {"a primary one that is not verified", 200,
     "[{'email':'ada@a.example','primary':true,'verified':false}]", NULL},
    {"one that is not the primary one", 200,
     "[{'email':'ada@a.example','primary':false,'verified':true}]", NULL},
    {"none", 200, "[]", NULL},
    {"an object", 200, "{'message':'no'}", NULL},
    {"what is no string", 200, "[{'email':1,'primary':true,'verified':true}]",
     NULL},
    {"what is no JSON", 200, "no", NULL},
    {"404", 404, "{}", NULL},
    {"nothing", 0, "", NULL},
};

static void test_emails(world_t *w, mcp_ctx_t *cx)
{
    const mcp_json_t *claims;
    apr_int64_t id = 0;
    page_t *page;
    size_t i;

    w->facts.accept = "application/vnd.github+json";
    w->facts.emails = "/emails";
    w->facts.emails_scope = "user:email";
    w->idp.scopes = list_of(cx->pool, "read:user user:email");
    for (i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
        put(USERINFO, 200, USER);
        page = put(EMAILS, lists[i].status, lists[i].body);
        fine(ask(&claims, NULL, w, cx), lists[i].name);
        is(text_of(claims, "email"), lists[i].email, "the address there");
        ok(mcp_json_is_true(mcp_json_get(claims, "email_verified")) ==
               (lists[i].email != NULL),
           "is verified");
        ok(mcp_json_integer(&id, mcp_json_get(claims, "id")) && id == 7,
           "all else is as it was");
        is(page->accept, "application/vnd.github+json", "its media type");
        is(page->authorization, "Bearer at-1", "with the access token");
    }
    ok(has(tap_log, "MCP00181"), "what was not to be had, the log has");
    w->idp.scopes = list_of(cx->pool, "read:user");
    page = put(EMAILS, 200, "[]");
    fine(ask(&claims, NULL, w, cx), "without the scope for them");
    ok(page->asked == 0, "they are not asked for");
}

static void body(mcp_ctx_t *cx)
{
    world_t w;

    world_make(&w, cx);
    test_answers(&w, cx);
    test_signed(&w, cx);
    test_emails(&w, cx);
}

TAP_MAIN(body)
