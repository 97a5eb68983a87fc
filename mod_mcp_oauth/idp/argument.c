/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/argument.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "base/uri.h"

#define HTTPS "https://"
#define WELL_KNOWN "/.well-known/"

static const mcp_uri_t *uri_of(const char *text, apr_pool_t *pool)
{
    static const mcp_host_t host = {NULL, NULL, NULL, NULL};
    mcp_ctx_t cx = {pool, &host, NULL};
    const mcp_uri_t *uri;

    return mcp_uri_read(&uri, text, &cx) ? NULL : uri;
}

const char *mcp_idp_argument_example(const mcp_idp_t *idp, apr_pool_t *pool)
{
    return apr_psprintf(pool, "Write \"%s %s\".", idp->preset->name,
                        idp->preset->facts->example);
}

static const char *first(const mcp_idp_t *idp)
{
    return idp->arguments && idp->arguments->nelts
               ? APR_ARRAY_IDX(idp->arguments, 0, const char *)
               : NULL;
}

const char *mcp_idp_argument_one(const char **text, const mcp_idp_t *idp,
                                 apr_pool_t *pool)
{
    const mcp_idp_facts_t *facts = idp->preset->facts;
    int most = facts->kind != MCP_IDP_ARGUMENT_NONE;

    *text = first(idp);
    if (idp->arguments && idp->arguments->nelts > most)
        return apr_psprintf(pool,
                            "\"%s\" is one argument too many. Write \"%s\".",
                            APR_ARRAY_IDX(idp->arguments, most, const char *),
                            mcp_idp_preset_usage(idp->preset, pool));
    if (most && (!*text || !**text))
        return apr_psprintf(pool, "%s needs %s. %s", idp->preset->name,
                            facts->argument,
                            mcp_idp_argument_example(idp, pool));
    return NULL;
}

/* -- domains -- */

static int is_whole(const mcp_uri_t *uri)
{
    return strchr(uri->host, '.') || mcp_uri_is_loopback(uri);
}

static const char *domain_refuse(const char *text, const mcp_idp_t *idp,
                                 apr_pool_t *pool)
{
    return apr_psprintf(pool, "\"%s\" is not %s. %s", text,
                        idp->preset->facts->argument,
                        mcp_idp_argument_example(idp, pool));
}

const char *mcp_idp_argument_domain(const char **domain, const mcp_idp_t *idp,
                                    apr_pool_t *pool)
{
    const char *text, *wrong = mcp_idp_argument_one(&text, idp, pool);
    const mcp_uri_t *uri;
    const char *url, *at;

    if (wrong)
        return wrong;
    at = strstr(text, WELL_KNOWN);
    if (at)
        text = apr_pstrmemdup(pool, text, (apr_size_t)(at - text));
    url = strstr(text, "://") ? text : apr_pstrcat(pool, HTTPS, text, NULL);
    uri = uri_of(url, pool);
    if (!uri || !uri->host || !is_whole(uri) ||
        strcmp(uri->scheme, "https") != 0)
        return domain_refuse(text, idp, pool);
    *domain = mcp_uri_origin(uri, pool) + sizeof(HTTPS) - 1;
    if (uri->userinfo || uri->query || uri->fragment ||
        (*uri->path && strcmp(uri->path, "/") != 0))
        return apr_psprintf(pool, "\"%s\" is more than %s. Write \"%s %s\".",
                            text, idp->preset->facts->argument,
                            idp->preset->name, *domain);
    return NULL;
}

/* -- URLs -- */

int mcp_idp_argument_is_url(const mcp_idp_t *idp)
{
    return first(idp) && strstr(first(idp), "://");
}

int mcp_idp_argument_is_guid(const char *text)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    apr_size_t i;

    for (i = 0; i < sizeof(form) - 1; i++)
        if (form[i] == 'x' ? !apr_isxdigit(text[i]) : text[i] != '-')
            return 0;
    return !text[i];
}

/* An issuer is compared byte by byte, and a provider writes its host so. */
static const char *normal_fault(const mcp_uri_t *uri, apr_pool_t *pool)
{
    const char *origin = mcp_uri_origin(uri, pool);
    apr_size_t len = strlen(origin);

    if (!strncmp(uri->text, origin, len) &&
        (!uri->text[len] || strchr("/?#", uri->text[len])))
        return NULL;
    return apr_psprintf(pool,
                        "\"%s\" is not as providers spell it. Write "
                        "\"%s%s\".",
                        uri->text, origin, uri->path);
}

const char *mcp_idp_argument_url_fault(const char *url, apr_pool_t *pool)
{
    const mcp_uri_t *uri = uri_of(url, pool);

    if (!strstr(url, "://"))
        return apr_psprintf(pool, "\"%s\" is not a URL. Write \"https://%s\".",
                            url, url + (*url == '/'));
    if (!uri || !mcp_uri_is_web(uri) || !uri->host || !*uri->host)
        return apr_psprintf(pool,
                            "\"%s\" is not the URL of a provider. Write "
                            "one that begins with https://.",
                            url);
    if (uri->userinfo)
        return apr_psprintf(pool,
                            "\"%s\" holds a user name, which belongs in "
                            "Client. Drop what stands before the @.",
                            uri->host);
    if (uri->fragment)
        return apr_psprintf(pool,
                            "\"%s\" has a fragment. Drop what begins "
                            "with the #.",
                            url);
    if (strcmp(uri->scheme, "https") != 0 && !mcp_uri_is_loopback(uri))
        return apr_psprintf(pool,
                            "\"%s\" is without TLS: whoever is on the "
                            "way could sign in as anybody. Write "
                            "https://; http is for localhost only.",
                            url);
    return normal_fault(uri, pool);
}

const char *mcp_idp_argument_host(const char *url, apr_pool_t *pool)
{
    const mcp_uri_t *uri = uri_of(url, pool);

    return uri && uri->host ? uri->host : url;
}

/* Where a document about an issuer is, not its name. */
static const char *well_known_refuse(const char *url, const mcp_idp_t *idp,
                                     apr_pool_t *pool)
{
    const char *at = strstr(url, WELL_KNOWN);

    return apr_psprintf(
        pool,
        "\"%s\" is where the discovery document is. Write the issuer, byte "
        "for byte as \"issuer\" in it has it: \"%s %s\", say.",
        url, idp->preset->name,
        apr_pstrmemdup(pool, url, (apr_size_t)(at - url)));
}

const char *mcp_idp_argument_issuer(const char **url, const mcp_idp_t *idp,
                                    apr_pool_t *pool)
{
    const char *wrong = mcp_idp_argument_one(url, idp, pool);

    if (wrong)
        return wrong;
    if (!strstr(*url, "://"))
        return apr_psprintf(
            pool, "\"%s\" is not %s. Write \"%s " HTTPS "%s\".", *url,
            idp->preset->facts->argument, idp->preset->name, *url);
    if (strstr(*url, WELL_KNOWN))
        return well_known_refuse(*url, idp, pool);
    wrong = mcp_idp_argument_url_fault(*url, pool);
    if (!wrong && strchr(*url, '?'))
        wrong = apr_psprintf(pool,
                             "\"%s\" has a query. Drop what begins with "
                             "the ?.",
                             *url);
    return wrong;
}

const char *mcp_idp_argument_base(const char **url, const mcp_idp_t *idp,
                                  apr_pool_t *pool)
{
    const char *text, *wrong = mcp_idp_argument_one(&text, idp, pool);
    const char *end = wrong ? NULL : strstr(text, WELL_KNOWN);
    mcp_idp_t trimmed = *idp;
    apr_array_header_t *one;

    if (wrong)
        return wrong;
    if (!end)
        end = text + strlen(text);
    while (end > text && end[-1] == '/')
        end--;
    one = apr_array_make(pool, 1, sizeof(const char *));
    APR_ARRAY_PUSH(one, const char *) =
        apr_pstrmemdup(pool, text, (apr_size_t)(end - text));
    trimmed.arguments = one;
    return mcp_idp_argument_issuer(url, &trimmed, pool);
}
