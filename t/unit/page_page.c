/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "base/digest.h"
#include "base/encode.h"
#include "page/page.h"

#define HOSTILE "<script>alert(1)</script>\\\" onfocus=\\\"x"

static int count(const char *text, const char *part)
{
    int n = 0;

    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        n++;
    return n;
}

/* What every page keeps to. */
static void check_page(const char *html, const char *name, mcp_ctx_t *cx)
{
    const char *style = strstr(html, "<style>"), *end;
    unsigned char digest[MCP_DIGEST_SIZE];

    ok(!strncmp(html, "<!DOCTYPE html>\n<html lang=\"en\">", 31),
       "%s: a document, in English", name);
    ok(count(html, "<title>") == 1 && count(html, "</main>") == 1 &&
           count(html, "<h1>") == 1,
       "%s: one title, one heading, framed", name);
    ok(!strstr(html, "{{") && !strstr(html, "<!--"),
       "%s: nothing is left of the template", name);
    ok(!strstr(html, "<script") && !strstr(html, " src=") &&
           !strstr(html, "style=") && !strstr(html, "@import") &&
           !strstr(html, "url("),
       "%s: no script, nothing from elsewhere", name);
    ok(strstr(html, "name=\"viewport\"") != NULL, "%s: fits a phone", name);
    end = style ? strstr(style, "</style>") : NULL;
    if (!ok(end != NULL, "%s: has its style inside", name))
        return;
    style += strlen("<style>");
    mcp_digest_sha256(digest, style, (apr_size_t)(end - style));
    ok(strstr(mcp_page_policy(),
              apr_pstrcat(cx->pool, "'sha256-",
                          mcp_encode_base64(digest, sizeof(digest), cx->pool),
                          "'", NULL)) != NULL,
       "%s: whose hash the policy has", name);
}

static const struct {
    const char *page;
    const char *values;
    const char *parts[8];
} rows[] = {
    {"signin",
     "{\"action\":\"/oauth/authorize\",\"transaction\":\"" HOSTILE "\","
     "\"client_name\":\"" HOSTILE "\",\"resource_name\":\"" HOSTILE "\","
     "\"username\":\"" HOSTILE "\",\"refused\":true}",
     {"<form method=\"post\" action=\"/oauth/authorize\">",
      "name=\"transaction\" value=\"&lt;script&gt;", "name=\"username\"",
      "autocomplete=\"username\"", "autocomplete=\"current-password\"",
      "role=\"alert\"", "name=\"cancel\" value=\"yes\"",
      "<label for=\"password\">"}},
    {"consent",
     "{\"action\":\"/oauth/"
     "authorize\",\"flow\":\"f\",\"client_name\":\"" HOSTILE
     "\",\"resource_name\":\"" HOSTILE "\",\"resource_url\":\"" HOSTILE
     "\",\"account\":\"" HOSTILE "\",\"redirect_host\":\"" HOSTILE
     "\",\"loopback\":true,\"scheme\":\"" HOSTILE "\",\"scopes\":[\"" HOSTILE
     "\"]}",
     {"name=\"flow\" value=\"f\"", "name=\"decision\" value=\"approve\"",
      "name=\"decision\" value=\"deny\"", "<li><bdi>&lt;script&gt;",
      "this computer", "not verified", "<strong>&lt;script&gt;", NULL}},
    {"consent",
     "{\"action\":\"/a\",\"flow\":\"f\",\"client_name\":\"" HOSTILE
     "\",\"client_host\":\"" HOSTILE
     "\",\"certain\":true,\"account\":\"ada\",\"can_switch\":true,"
     "\"signed_in\":true,\"redirect_host\":\"h\",\"remembered\":true,"
     "\"remembered_for\":\"90 days\",\"scopes\":[]}",
     {"<p><strong><bdi>&lt;script&gt;",
      "<strong>&lt;script&gt;alert(1)&lt;/script&gt;&quot; onfocus=&quot;x"
      "</strong> (verified)",
      "not asked again for 90 days", "value=\"switch\"", "value=\"sign-out\"",
      "Use this service as you would", NULL}},
    {"consent",
     "{\"action\":\"/a\",\"flow\":\"f\",\"client_name\":\""
     "\\u0645\\u0633 \\u202e(verified)\",\"client_host\":\"h.example\","
     "\"certain\":false,\"account\":\"ada\",\"can_switch\":false,"
     "\"redirect_host\":\"h\",\"scopes\":[\"a\"]}",
     {"calls itself <strong><bdi>\xd9\x85\xd8\xb3 \xef\xbf\xbd(verified)"
      "</bdi>",
      "It says <strong>h.example</strong>; that is <strong>not verified",
      "close all windows of the browser", NULL}},
    {"signin",
     "{\"action\":\"/a\",\"transaction\":\"t\",\"client_name\":\"" HOSTILE
     "\",\"certain\":true,\"resource_name\":\"r\",\"username\":\"\","
     "\"signed_out\":true}",
     {"<p><strong><bdi>&lt;script&gt;", "role=\"status\"", "signed out",
      NULL}},
    {"leave",
     "{\"uri\":\"cursor://x?code=a&state=" HOSTILE "\",\"scheme\":\"cursor\"}",
     {"href=\"cursor://x?code=a&amp;state=&lt;script&gt;", "cursor:", NULL,
      NULL, NULL, NULL, NULL, NULL}},
    {"error",
     "{\"title\":\"" HOSTILE "\",\"message\":\"" HOSTILE
     "\",\"next\":\"" HOSTILE "\",\"seconds\":7,\"code\":\"x\"}",
     {"role=\"alert\"", "<strong>7</strong> seconds", NULL, NULL, NULL, NULL,
      NULL, NULL}},
    {"unregistered.html",
     "{\"register\":\"https://h/oauth/register\"}",
     {"Claude Code", "~/.mcp-auth", "Cursor", "https://h/oauth/register",
      "VS Code", NULL, NULL, NULL}},
};

static void test_pages(mcp_ctx_t *cx)
{
    const char *html;
    apr_size_t i;
    int j;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!fine(mcp_page_render(&html, rows[i].page, rows[i].values, cx),
                  rows[i].page))
            continue;
        check_page(html, rows[i].page, cx);
        ok(!strstr(html, "\" onfocus"), "%s: no value leaves its attribute",
           rows[i].page);
        for (j = 0; j < 8 && rows[i].parts[j]; j++)
            ok(strstr(html, rows[i].parts[j]) != NULL, "%s: has %s",
               rows[i].page, rows[i].parts[j]);
    }
    ok(mcp_page_render(&html, "nonesuch", "{}", cx) != NULL,
       "a page that is not there is a fault");
    ok(mcp_page_render(&html, "error", "{", cx) != NULL,
       "so are values that are no JSON");
}

static void test_errors(mcp_ctx_t *cx)
{
    const char *html;
    mcp_error_t *e;
    int code;

    for (code = 0; code < MCP_E_COUNT; code++) {
        e = mcp_error_make((mcp_error_code_t)code, cx, "secret detail");
        if (fine(mcp_page_error(&html, e, cx), mcp_error_text(e)))
            ok(!strstr(html, "secret detail") &&
                   strstr(html, mcp_error_oauth(e)),
               "people read what happened, not the log's detail");
    }
    e = mcp_error_tell(MCP_E_TOO_MANY_REQUESTS, cx, "<b>slow</b>");
    e->retry_after = 42;
    fine(mcp_page_error(&html, e, cx), "too many");
    ok(strstr(html, "42</strong> seconds") &&
           strstr(html, "&lt;b&gt;slow&lt;/b&gt;"),
       "says how long to wait, and escapes what happened");
}

static void test_headers(mcp_ctx_t *cx)
{
    apr_table_t *headers = apr_table_make(cx->pool, 8);
    const char *policy = mcp_page_policy();

    mcp_page_headers(headers);
    is(apr_table_get(headers, "X-Frame-Options"), "DENY", "never in a frame");
    is(apr_table_get(headers, "Referrer-Policy"), "no-referrer",
       "its address goes nowhere");
    is(apr_table_get(headers, "Cache-Control"), "no-store", "no cache");
    is(apr_table_get(headers, "X-Content-Type-Options"), "nosniff", "HTML");
    is(apr_table_get(headers, "Content-Security-Policy"), policy, "policy");
    ok(!strncmp(policy, "default-src 'none';", 19) &&
           strstr(policy, "frame-ancestors 'none'") &&
           strstr(policy, "base-uri 'none'"),
       "D15: a strict one");
    ok(!strstr(policy, "form-action") && !strstr(policy, "unsafe"),
       "D15: that lets the browser leave");
}

static void test(mcp_ctx_t *cx)
{
    test_pages(cx);
    test_errors(cx);
    test_headers(cx);
}

TAP_MAIN(test)
