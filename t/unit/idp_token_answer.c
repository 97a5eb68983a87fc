/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "idp/token_answer.h"

#define JSON "application/json"
#define FORM "application/x-www-form-urlencoded"

static const char *quoted(const char *text, apr_pool_t *pool)
{
    char *copy = apr_pstrdup(pool, text), *at;

    for (at = copy; *at; at++)
        if (*at == '\'')
            *at = '"';
    return copy;
}

static const struct {
    const char *name;
    const char *type;
    const char *text; /* of JSON, with ' */
    /* access_token, refresh_token, id_token or error, expires_in; else what
     * is told of why it is none */
    const char *want;
} answers[] = {
    {"RFC 6749 5.1", JSON,
     "{'access_token':'2Yo','token_type':'example','expires_in':3600}",
     "token_type is not Bearer"},
    {"tokens", JSON,
     "{'access_token':'a','token_type':'Bearer','refresh_token':'r',"
     "'id_token':'i','expires_in':3600,'scope':'x'}",
     "a r i - 3600"},
    {"a type in small letters", JSON,
     "{'access_token':'a','token_type':'bearer'}", "a - - - 0"},
    {"no type", JSON, "{'access_token':'a'}", "a - - - 0"},
    {"seconds in a string", JSON, "{'access_token':'a','expires_in':'3600'}",
     "a - - - 3600"},
    {"seconds with a fraction", JSON, "{'access_token':'a','expires_in':59.9}",
     "a - - - 59"},
    {"seconds that are none", JSON, "{'access_token':'a','expires_in':'soon'}",
     "a - - - 0"},
    {"seconds with a unit", JSON, "{'access_token':'a','expires_in':'60s'}",
     "a - - - 0"},
    {"seconds below nothing", JSON, "{'access_token':'a','expires_in':-5}",
     "a - - - 0"},
    {"seconds without end", JSON, "{'access_token':'a','expires_in':1e300}",
     "a - - - 315360000"},
    {"members that are null", JSON,
     "{'access_token':'a','refresh_token':null,'id_token':null,"
     "'expires_in':null}",
     "a - - - 0"},
    {"members that are empty", JSON,
     "{'access_token':'a','refresh_token':'','error':''}", "a - - - 0"},
    {"JSON of another type", "application/vnd.x+json", "{'access_token':'a'}",
     "a - - - 0"},
    {"JSON that says it is text", "text/plain", "{'access_token':'a'}",
     "a - - - 0"},
    {"JSON that says nothing", NULL, " \n{'access_token':'a'}", "a - - - 0"},
    {"GitHub's form", FORM,
     "access_token=gho_1&scope=read%3Auser&token_type=bearer",
     "gho_1 - - - 0"},
    {"a form with a refresh token", FORM,
     "access_token=a&expires_in=28800&refresh_token=ghr_1&token_type=bearer",
     "a ghr_1 - - 28800"},
    {"a form that says it is HTML", "text/html", "access_token=a",
     "a - - - 0"},
    {"an error", JSON, "{'error':'invalid_grant','error_description':'no'}",
     "- - - invalid_grant 0"},
    {"an error beside tokens", JSON, "{'error':'x','access_token':'a'}",
     "- - - x 0"},
    {"GitHub's error", FORM,
     "error=bad_verification_code&error_description=The+code+is+wrong",
     "- - - bad_verification_code 0"},
    {"Supabase's error", JSON,
     "{'code':400,'error_code':'session_not_found','msg':'No session'}",
     "- - - session_not_found 0"},
    {"a code of an error that is a number", JSON, "{'error_code':7}",
     "error_code is not a string"},
    {"no access token", JSON, "{'token_type':'Bearer'}",
     "access_token is missing"},
    {"a type that is a number", JSON, "{'access_token':'a','token_type':1}",
     "token_type is not a string"},
    {"an id_token with a blank", JSON, "{'access_token':'a','id_token':'i j'}",
     "id_token has a character"},
    {"a form that begins as JSON does", FORM, "{'access_token':'a'}",
     "access_token is missing"},
    {"an access token that is a number", JSON, "{'access_token':1}",
     "access_token is not a string"},
    {"an access token with a blank", JSON, "{'access_token':'a b'}",
     "access_token has a character"},
    {"an access token that ends a header", JSON,
     "{'access_token':'a\\r\\nX: y'}", "access_token has a character"},
    {"an access token that is not ASCII", JSON, "{'access_token':'\xc3\xa9'}",
     "access_token has a character"},
    {"a refresh token with a blank", JSON,
     "{'access_token':'a','refresh_token':'r s'}", "a r s - - 0"},
    {"a refresh token with a control character", JSON,
     "{'access_token':'a','refresh_token':'r\\n'}",
     "refresh_token has a character"},
    {"an id_token that is an object", JSON,
     "{'access_token':'a','id_token':{}}", "id_token is not a string"},
    {"two access tokens", JSON, "{'access_token':'a','access_token':'b'}",
     "not JSON"},
    {"two access tokens in a form", FORM, "access_token=a&access_token=b",
     "appears more than once"},
    {"an error that is an object", JSON, "{'error':{'code':1}}",
     "error is not a string"},
    {"a list", JSON, "['a']", "not a JSON object"},
    {"HTML", "text/html", "<html>Bad gateway</html>",
     "access_token is missing"},
    {"nothing", NULL, "", "access_token is missing"},
    {"nothing, as JSON", JSON, "", "not JSON"},
};

static const char *or_none(const char *text)
{
    return text ? text : "-";
}

static void test_answers(mcp_ctx_t *cx)
{
    mcp_idp_token_answer_t a;
    const mcp_error_t *e;
    const char *text, *got;
    size_t i;

    for (i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
        text = quoted(answers[i].text, cx->pool);
        e = mcp_idp_token_answer_read(&a, text, strlen(text), answers[i].type,
                                      cx);
        if (e) {
            ok(strstr(e->detail, answers[i].want) != NULL, "%s: %s",
               answers[i].name, e->detail);
            continue;
        }
        got = apr_psprintf(cx->pool, "%s %s %s %s %" APR_INT64_T_FMT,
                           or_none(a.access_token), or_none(a.refresh_token),
                           or_none(a.id_token), or_none(a.error),
                           a.expires_in);
        is(got, answers[i].want, answers[i].name);
    }
}

/* *size: of the token; the text is {"access_token":"a", and so on */
static int is_taken(const char *name, apr_size_t size, mcp_ctx_t *cx)
{
    char *token = apr_palloc(cx->pool, size + 1);
    mcp_idp_token_answer_t a;
    const char *text;

    memset(token, 'x', size);
    token[size] = '\0';
    text = apr_pstrcat(cx->pool, "access_token=a&", name, "=", token, NULL);
    if (!strcmp(name, "access_token"))
        text += strlen("access_token=a&");
    return !mcp_idp_token_answer_read(&a, text, strlen(text), FORM, cx);
}

static void test_bounds(mcp_ctx_t *cx)
{
    ok(is_taken("access_token", MCP_IDP_ACCESS_TOKEN_MAX, cx) &&
           !is_taken("access_token", MCP_IDP_ACCESS_TOKEN_MAX + 1, cx),
       "how long an access token can be");
    ok(is_taken("refresh_token", MCP_IDP_REFRESH_TOKEN_MAX, cx) &&
           !is_taken("refresh_token", MCP_IDP_REFRESH_TOKEN_MAX + 1, cx),
       "how long a refresh token can be");
    ok(is_taken("id_token", MCP_IDP_ID_TOKEN_MAX, cx) &&
           !is_taken("id_token", MCP_IDP_ID_TOKEN_MAX + 1, cx),
       "how long an id_token can be");
    ok(!is_taken("other", MCP_IDP_TOKEN_ANSWER_MAX, cx),
       "how long an answer can be");
}

static void body(mcp_ctx_t *cx)
{
    test_answers(cx);
    test_bounds(cx);
}

TAP_MAIN(body)
