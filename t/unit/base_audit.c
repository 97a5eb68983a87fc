/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "base/digest.h"
#include "base/json.h"

/* What stands in the log of an event with one member. */
static const char *written(const mcp_audit_about_t *about, mcp_ctx_t *cx)
{
    *tap_audit = '\0';
    mcp_audit(cx, MCP_AUDIT_REFRESHED, about);
    return tap_audit;
}

static const char *with_reason(const char *reason, mcp_ctx_t *cx)
{
    mcp_audit_about_t about;

    memset(&about, 0, sizeof(about));
    about.reason = reason;
    return written(&about, cx);
}

static const char *repeated(const char *piece, int times, mcp_ctx_t *cx)
{
    const char *text = "";

    while (times-- > 0)
        text = apr_pstrcat(cx->pool, text, piece, NULL);
    return text;
}

static void test_members(mcp_ctx_t *cx)
{
    mcp_audit_about_t about;

    memset(&about, 0, sizeof(about));
    is(written(&about, cx), "{\"event\":\"refreshed\"}\n",
       "what is not said is left out");
    about.client = "web";
    about.user = "ada";
    about.subject = "ada@x";
    about.issuer = "https://idp.example";
    about.resource = "https://h.example/mcp";
    about.scope = "a b";
    about.key = "k1";
    about.reason = "\"quoted\"\n";
    is(written(&about, cx),
       "{\"event\":\"refreshed\",\"client\":\"web\",\"user\":\"ada\","
       "\"subject\":\"ada@x\",\"issuer\":\"https://idp.example\","
       "\"resource\":\"https://h.example/mcp\",\"scope\":\"a b\","
       "\"key\":\"k1\",\"reason\":\"\\\"quoted\\\"\\n\"}\n",
       "what is said is there, escaped");
}

static void test_grant(mcp_ctx_t *cx)
{
    mcp_audit_about_t about;

    memset(&about, 0, sizeof(about));
    about.grant = "the-id-of-a-grant";
    is(written(&about, cx),
       apr_pstrcat(cx->pool, "{\"event\":\"refreshed\",\"grant\":\"",
                   mcp_digest_text("the-id-of-a-grant", cx->pool), "\"}\n",
                   NULL),
       "of a grant there is the digest alone");
}

/* 400 bytes are the most of a reason, escapes counted. */
static void test_bounds(mcp_ctx_t *cx)
{
    static const struct {
        const char *piece;
        int fits; /* so many do */
        int cut;  /* so many are left of one more */
        const char *in_json;
        const char *name;
    } cases[] = {
        {"x", 400, 397, "x", "letters"},
        {"\"", 200, 198, "\\\"", "quotes"},
        {"\x01", 66, 66, "\\u0001", "control characters"},
        {"\xc2\x9b", 66, 66, "\\u009b", "those of terminals"},
        {"\xc3\xa9", 200, 198, "\xc3\xa9", "letters of two bytes"},
        {"\xff", 133, 132, "\xef\xbf\xbd", "what is no UTF-8"},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        is(with_reason(repeated(cases[i].piece, cases[i].fits, cx), cx),
           apr_pstrcat(cx->pool, "{\"event\":\"refreshed\",\"reason\":\"",
                       repeated(cases[i].in_json, cases[i].fits, cx), "\"}\n",
                       NULL),
           apr_pstrcat(cx->pool, cases[i].name, " that fit", NULL));
        is(with_reason(repeated(cases[i].piece, cases[i].fits + 1, cx), cx),
           apr_pstrcat(cx->pool, "{\"event\":\"refreshed\",\"reason\":\"",
                       repeated(cases[i].in_json, cases[i].cut, cx),
                       "...\"}\n", NULL),
           apr_pstrcat(cx->pool, cases[i].name, " that are too many", NULL));
    }
}

/* A line of the log is 4 KiB at most: all members at their worst. */
static void test_worst(mcp_ctx_t *cx)
{
    static const char *const pieces[] = {"x", "\"", "\x01", "\xff"};
    mcp_audit_about_t about;
    const mcp_json_t *json;
    apr_size_t i;

    for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        const char *text = repeated(pieces[i], 2000, cx);

        about.client = about.user = about.subject = about.issuer = text;
        about.grant = about.resource = about.scope = about.key = text;
        about.reason = text;
        written(&about, cx);
        ok(strlen(tap_audit) < 4096 - 600, "all members at their worst: %d",
           (int)strlen(tap_audit));
        fine(mcp_json_read(&json, tap_audit, strlen(tap_audit), cx),
             "are still JSON");
    }
}

static void test_words(mcp_ctx_t *cx)
{
    static const mcp_host_t deaf = {tap_clock, mcp_random_system, tap_write,
                                    NULL};
    mcp_audit_about_t about;
    mcp_ctx_t other = *cx;
    int i, k, twice = 0;

    for (i = 0; i < MCP_AUDIT_COUNT; i++)
        for (k = 0; k < i; k++)
            twice += !strcmp(mcp_audit_word(i), mcp_audit_word(k));
    ok(!twice, "each event has a word of its own");
    ok(mcp_audit_is_bounded(MCP_AUDIT_TOKEN_REFUSED) &&
           !mcp_audit_is_bounded(MCP_AUDIT_KEY_ROTATED) &&
           !mcp_audit_is_bounded(MCP_AUDIT_CLIENT_DENIED),
       "what the administrator does is not bounded");
    memset(&about, 0, sizeof(about));
    other.host = &deaf;
    *tap_audit = '\0';
    mcp_audit(&other, MCP_AUDIT_REFRESHED, &about);
    is(tap_audit, "", "a host that wants to know nothing is told nothing");
}

static void body(mcp_ctx_t *cx)
{
    test_members(cx);
    test_grant(cx);
    test_bounds(cx);
    test_worst(cx);
    test_words(cx);
}

TAP_MAIN(body)
