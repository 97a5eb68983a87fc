/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>

#include "base/uri.h"
#include "config/kind.h"
#include "oauth/redirect.h"

static const char *web_read(const mcp_uri_t **uri, const char *word,
                            const mcp_config_line_t *line)
{
    const mcp_error_t *error =
        mcp_uri_read(uri, word, mcp_config_line_ctx(line));

    if (error)
        return mcp_config_line_refuse(line, "\"%s\": %s", word,
                                      mcp_error_text(error));
    if (!mcp_uri_is_web(*uri))
        return mcp_config_line_refuse(
            line, "\"%s\" is not an http or https URL.", word);
    if ((*uri)->userinfo)
        return mcp_config_line_refuse(
            line, "the URL holds a user name: everybody would read it. Drop "
                  "what stands before the @.");
    return NULL;
}

static const char *url_parse(void *value, const mcp_config_line_t *line)
{
    const mcp_uri_t *uri;

    *(const char **)value = mcp_config_line_word(line, 0);
    return web_read(&uri, *(const char **)value, line);
}

/* Clients must reject any other (2026-07-28 basic/index, icons) */
static const char *icon_parse(void *value, const mcp_config_line_t *line)
{
    const char *wrong = url_parse(value, line);
    const char *word = *(const char **)value;

    if (!wrong && strncasecmp(word, "https:", 6) != 0)
        wrong = mcp_config_line_refuse(
            line, "\"%s\" is no https URL, and clients take no other.", word);
    return wrong;
}

/* Clients compare byte by byte, after a URL parser of theirs has put the
 * origin into its normal form: only that form can be equal. */
static const char *normal_check(const mcp_uri_t *uri,
                                const mcp_config_line_t *line)
{
    const char *origin = mcp_uri_origin(uri, line->pool);
    apr_size_t len = strlen(origin);

    if (strncmp(uri->text, origin, len) != 0 ||
        (uri->text[len] && uri->text[len] != '/'))
        return mcp_config_line_refuse(
            line, "\"%s\": clients compare byte by byte. Write \"%s%s\".",
            uri->text, origin, uri->path);
    if (mcp_uri_has_dots(uri) || strstr(uri->path, "//"))
        return mcp_config_line_refuse(
            line,
            "\"%s\" has segments that URLs lose on their way: write it "
            "without //, /./ and /../.",
            uri->text);
    return NULL;
}

/* RFC 8414 2, RFC 8707 2: what identifies a server or a resource */
static const char *identifier_read(const mcp_uri_t **uri,
                                   const mcp_config_line_t *line)
{
    const char *word = mcp_config_line_word(line, 0);
    const char *wrong = web_read(uri, word, line);

    if (wrong)
        return wrong;
    if ((*uri)->query)
        return mcp_config_line_refuse(
            line, "\"%s\" has a query. Drop what begins with the ?.", word);
    if ((*uri)->fragment)
        return mcp_config_line_refuse(
            line, "\"%s\" has a fragment. Drop what begins with the #.", word);
    if (strcmp((*uri)->scheme, "https") != 0 && !mcp_uri_is_loopback(*uri))
        return mcp_config_line_refuse(
            line,
            "\"%s\" is without TLS: tokens would travel in the clear. "
            "Write https://, also where a proxy in front does TLS; "
            "http is for localhost only.",
            word);
    return normal_check(*uri, line);
}

static const char *slash_refuse(const char *word,
                                const mcp_config_line_t *line)
{
    return mcp_config_line_refuse(
        line, "\"%s\": clients compare byte by byte; drop the last slash.",
        word);
}

static const char *issuer_parse(void *value, const mcp_config_line_t *line)
{
    const mcp_uri_t *uri;
    const char *wrong = identifier_read(&uri, line);
    apr_size_t len = wrong ? 0 : strlen(uri->path);

    if (wrong)
        return wrong;
    if (len && uri->path[len - 1] == '/')
        return slash_refuse(uri->text, line);
    *(const char **)value = uri->text;
    return NULL;
}

static const char *resource_parse(void *value, const mcp_config_line_t *line)
{
    const mcp_uri_t *uri;
    const char *wrong = identifier_read(&uri, line);
    apr_size_t len = wrong ? 0 : strlen(uri->path);

    if (wrong)
        return wrong;
    if (len > 1 && uri->path[len - 1] == '/')
        return slash_refuse(uri->text, line);
    *(const char **)value = uri->text;
    return NULL;
}

static const char *origin_check(const char *word,
                                const mcp_config_line_t *line)
{
    const mcp_uri_t *uri;
    const char *wrong, *origin;

    if (!strcmp(word, "self") || !strcmp(word, "loopback") ||
        !strcmp(word, "any"))
        return NULL;
    if (!strstr(word, "://"))
        return mcp_config_line_refuse(
            line,
            "\"%s\" is neither self, loopback, any nor an origin such "
            "as https://app.example.com.",
            word);
    wrong = web_read(&uri, word, line);
    if (wrong)
        return wrong;
    origin = mcp_uri_origin(uri, line->pool);
    return strcmp(origin, word)
               ? mcp_config_line_refuse(line,
                                        "\"%s\" is not as browsers send "
                                        "it. Write \"%s\".",
                                        word, origin)
               : NULL;
}

static const char *origins_parse(void *value, const mcp_config_line_t *line)
{
    const char *wrong;
    int i;

    for (i = 0; i < line->words->nelts; i++) {
        wrong = origin_check(mcp_config_line_word(line, i), line);
        if (wrong)
            return wrong;
    }
    *(const apr_array_header_t **)value = line->words;
    return NULL;
}

/* The administrator names the scheme here: it need not be listed elsewhere. */
static const char *redirect_check(const char *word,
                                  const mcp_config_line_t *line)
{
    mcp_ctx_t *cx = mcp_config_line_ctx(line);
    apr_array_header_t *schemes =
        apr_array_make(line->pool, 1, sizeof(const char *));
    const char *fault;

    APR_ARRAY_PUSH(schemes, const char *) =
        mcp_oauth_redirect_describe(word, cx).scheme;
    fault = mcp_oauth_redirect_fault(word, schemes, cx);
    return fault ? mcp_config_line_refuse(line, "\"%s\" %s.", word, fault)
                 : NULL;
}

static const char *redirects_parse(void *value, const mcp_config_line_t *line)
{
    apr_array_header_t **uris = value;
    const char *wrong;
    int i;

    for (i = 0; i < line->words->nelts; i++) {
        wrong = redirect_check(mcp_config_line_word(line, i), line);
        if (wrong)
            return wrong;
    }
    *uris = *uris ? apr_array_append(line->pool, *uris, line->words)
                  : apr_array_copy(line->pool, line->words);
    return NULL;
}

const mcp_config_kind_t mcp_config_kind_url = {
    url_parse, mcp_config_kind_replace, mcp_config_kind_string};

const mcp_config_kind_t mcp_config_kind_url_icon = {
    icon_parse, mcp_config_kind_replace, mcp_config_kind_string};

const mcp_config_kind_t mcp_config_kind_url_issuer = {
    issuer_parse, mcp_config_kind_replace, mcp_config_kind_string};

const mcp_config_kind_t mcp_config_kind_url_resource = {
    resource_parse, mcp_config_kind_replace, mcp_config_kind_string};

const mcp_config_kind_t mcp_config_kind_url_origins = {
    origins_parse, mcp_config_kind_replace, mcp_config_kind_strings};

const mcp_config_kind_t mcp_config_kind_url_redirects = {
    redirects_parse, mcp_config_kind_replace, mcp_config_kind_strings};
