/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "page/page.h"

#include <apr_strings.h>
#include <pthread.h>
#include <string.h>

#include "base/digest.h"
#include "base/encode.h"
#include "base/writer.h"
#include "page/embedded.h"
#include "page/template.h"

/* where layout.html takes in the other files, in this order */
#define MARK_TITLE "<!--title-->"
#define MARK_STYLE "<!--style-->"
#define MARK_CONTENT "<!--content-->"

#define STYLE "style.css"
#define LAYOUT "layout.html"

typedef struct text_t {
    const char *data;
    apr_size_t len;
} text_t;

/* {{tags}} are read in every part but the style */
typedef struct parts_t {
    text_t head;
    text_t title;
    text_t before_style;
    text_t before_content;
    text_t content;
    text_t tail;
} parts_t;

static const mcp_page_embedded_t *find(const char *name)
{
    const mcp_page_embedded_t *file;

    for (file = mcp_page_embedded; file->name; file++)
        if (!strcmp(file->name, name))
            return file;
    return NULL;
}

static const char *style(void)
{
    const mcp_page_embedded_t *file = find(STYLE);

    return file ? file->data : "";
}

/* What comes before mark; data then begins behind it. */
static text_t before(const char **data, const char *mark)
{
    text_t text = {*data, 0};
    const char *at = strstr(*data, mark);

    text.len = at ? (apr_size_t)(at - *data) : strlen(*data);
    *data = at ? at + strlen(mark) : *data + text.len;
    return text;
}

static text_t rest(const char *data)
{
    text_t text = {data, strlen(data)};

    return text;
}

static void cut(parts_t *parts, const char *layout, const char *page)
{
    parts->head = before(&layout, MARK_TITLE);
    parts->before_style = before(&layout, MARK_STYLE);
    parts->before_content = before(&layout, MARK_CONTENT);
    parts->tail = rest(layout);
    parts->title = before(&page, "\n");
    parts->content = rest(page);
}

static const mcp_error_t *compose(const char **html, const parts_t *parts,
                                  const mcp_json_t *values, mcp_ctx_t *cx)
{
    const text_t *in[] = {
        &parts->head,           &parts->title,   &parts->before_style, NULL,
        &parts->before_content, &parts->content, &parts->tail};
    const char *out[sizeof(in) / sizeof(*in)];
    apr_size_t i;

    for (i = 0; i < sizeof(in) / sizeof(*in); i++) {
        if (!in[i])
            out[i] = style();
        else
            MCP_TRY(mcp_page_template_render(&out[i], in[i]->data, in[i]->len,
                                             values, cx));
    }
    *html = apr_pstrcat(cx->pool, out[0], out[1], out[2], out[3], out[4],
                        out[5], out[6], NULL);
    return NULL;
}

const mcp_error_t *mcp_page_render(const char **html, const char *name,
                                   const char *values, mcp_ctx_t *cx)
{
    const mcp_page_embedded_t *layout = find(LAYOUT), *page = find(name);
    const mcp_json_t *json;
    parts_t parts;

    if (!page)
        page = find(apr_pstrcat(cx->pool, name, ".html", NULL));
    if (!page || !layout)
        return mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                               "Install the module again: a page is missing.",
                               "There is no page %s.", name);
    MCP_TRY(mcp_json_read(&json, values, strlen(values), cx));
    cut(&parts, layout->data, page->data);
    return compose(html, &parts, json, cx);
}

/* -- errors -- */

/* What people read above the text of an error. */
static const struct {
    int status;
    const char *title;
    const char *next;
} errors[] = {
    {403, "This request was refused",
     "If you started this yourself, go back to your app and connect again."},
    {404, "There is nothing here",
     "Check the address, or go back to your app and connect again."},
    {405, "This page cannot be used that way",
     "Go back to your app and connect again."},
    {413, "That was too much at once",
     "Go back to your app and connect again."},
    {429, "Please wait a little",
     "Nothing is locked. Wait, then go back and try again."},
    {500, "Something went wrong on this server",
     "This is not your fault. Try again later; if it happens again, tell the "
     "people who run this server when it happened."},
    {503, "This server is busy",
     "Nothing is lost. Wait a little, then try again."},
    {0, "This sign-in cannot go on",
     "If your app is not connected, go back to it and connect again."},
};

const mcp_error_t *mcp_page_error(const char **html, const mcp_error_t *error,
                                  mcp_ctx_t *cx)
{
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    int status = mcp_error_http(error), i;

    for (i = 0; errors[i].status && errors[i].status != status; i++)
        ;
    mcp_writer_open(w, '{');
    mcp_writer_member(w, "title", errors[i].title);
    mcp_writer_member(w, "message", mcp_error_text(error));
    mcp_writer_member(w, "next", errors[i].next);
    if (error->retry_after > 0)
        mcp_writer_member_integer(w, "seconds", error->retry_after);
    mcp_writer_member(w, "code", mcp_error_oauth(error));
    mcp_writer_close(w);
    return mcp_page_render(html, "error", mcp_writer_text(w, NULL), cx);
}

/* -- headers -- */

#define POLICY                                                                \
    "default-src 'none'; img-src data:; base-uri 'none'; "                    \
    "frame-ancestors 'none'; style-src 'sha256-%s'"

static pthread_once_t policy_once = PTHREAD_ONCE_INIT;
static char policy[256];

static void policy_make(void)
{
    unsigned char digest[MCP_DIGEST_SIZE];
    const char *text = style();
    apr_pool_t *pool;

    mcp_digest_sha256_text(digest, text);
    apr_pool_create(&pool, NULL);
    apr_snprintf(policy, sizeof(policy), POLICY,
                 mcp_encode_base64(digest, sizeof(digest), pool));
    apr_pool_destroy(pool);
}

const char *mcp_page_policy(void)
{
    pthread_once(&policy_once, policy_make);
    return policy;
}

void mcp_page_headers(apr_table_t *headers)
{
    apr_table_setn(headers, "Content-Type", "text/html; charset=utf-8");
    apr_table_setn(headers, "Content-Security-Policy", mcp_page_policy());
    apr_table_setn(headers, "X-Frame-Options", "DENY");
    apr_table_setn(headers, "X-Content-Type-Options", "nosniff");
    apr_table_setn(headers, "Referrer-Policy", "no-referrer");
    apr_table_setn(headers, "Cache-Control", "no-store");
}
