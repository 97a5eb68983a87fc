/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/cimd.h"

#include <apr_fnmatch.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "base/uri.h"
#include "net/guard.h"
#include "oauth/client_keys.h"
#include "oauth/metadata.h"

#define SCHEME "https://"

/* -- the URL (section 3) -- */

int mcp_oauth_cimd_is_supported(const mcp_oauth_service_t *service)
{
    const apr_array_header_t *globs = service->settings->client_metadata;

    return !globs || globs->nelts != 1 ||
           strcmp(APR_ARRAY_IDX(globs, 0, const char *), "none") != 0;
}

int mcp_oauth_cimd_is_url(const char *id)
{
    return !strncmp(id, SCHEME, sizeof(SCHEME) - 1);
}

/* RFC 3986 lets a host hold more, which no DNS name has and people misread. */
static int is_plain_host(const char *host)
{
    for (; *host; host++)
        if (!apr_isalnum(*host) && !strchr("-._", *host))
            return 0;
    return 1;
}

/* The root's dot makes a twin of each name, which no MCPClientMetadata has. */
static const char *host_fault(const char *host, mcp_ctx_t *cx)
{
    const char *fault = mcp_net_guard_name_fault(host);

    if (host[strlen(host) - 1] == '.')
        return "has a dot at the end of its host";
    if (fault)
        return apr_pstrcat(cx->pool, "has ", fault, " as its host", NULL);
    return is_plain_host(host) ? NULL : "has an unusual character in its host";
}

const char *mcp_oauth_cimd_fault(const char **host, const char *id,
                                 mcp_ctx_t *cx)
{
    const mcp_uri_t *uri;

    *host = NULL;
    if (strlen(id) > MCP_URI_MAX)
        return "is longer than " APR_STRINGIFY(MCP_URI_MAX) " bytes";
    if (mcp_uri_read(&uri, id, cx))
        return "is not a well-formed URL";
    *host = uri->host;
    if (strcmp(uri->scheme, "https") != 0)
        return "does not begin with https";
    if (uri->userinfo)
        return "has a user name";
    if (uri->fragment)
        return "has a fragment";
    if (!*uri->path || !strcmp(uri->path, "/"))
        return "has no path";
    if (mcp_uri_has_dots(uri))
        return "has dot segments in its path";
    return host_fault(uri->host, cx);
}

int mcp_oauth_cimd_is_allowed(const char *host,
                              const apr_array_header_t *globs)
{
    int i, is_named = 0, has_names = 0;

    for (i = 0; globs && i < globs->nelts; i++) {
        const char *glob = APR_ARRAY_IDX(globs, i, const char *);
        int is_not = *glob == '!';
        int fits = !strcmp(glob, "any") ||
                   !apr_fnmatch(glob + is_not, host, APR_FNM_CASE_BLIND);

        if (is_not && fits)
            return 0;
        is_named |= fits;
        has_names |= !is_not;
    }
    return is_named || !has_names;
}

/* -- the document (section 4) -- */

static const mcp_error_t *refuse(mcp_ctx_t *cx, const char *why)
{
    return mcp_error_tell(MCP_E_INVALID_METADATA, cx, "%s", why);
}

static const mcp_error_t *id_check(const mcp_json_t *json, const char *id,
                                   mcp_ctx_t *cx)
{
    const char *said = mcp_json_string(mcp_json_get(json, "client_id"));

    if (!said)
        return refuse(cx, "client_id is missing.");
    if (strcmp(said, id) != 0)
        return refuse(cx, "client_id is not exactly the URL that it is at.");
    return NULL;
}

/* 4.1: everybody reads the document, so nothing in it is a secret. */
static const mcp_error_t *method_read(mcp_oauth_client_t *client,
                                      const mcp_json_t *json, mcp_ctx_t *cx)
{
    const char *word;

    if (mcp_oauth_metadata_member(json, "client_secret") ||
        mcp_oauth_metadata_member(json, "client_secret_expires_at"))
        return refuse(cx, "client_secret may not be in it.");
    MCP_TRY(mcp_oauth_metadata_string(&word, json,
                                      "token_endpoint_auth_method", cx));
    if (!word || !strcmp(word, "none")) {
        client->method = MCP_CLIENT_NONE;
        return NULL;
    }
    if (strcmp(word, "private_key_jwt") != 0)
        return refuse(cx, "token_endpoint_auth_method has to be none or "
                          "private_key_jwt.");
    client->method = MCP_CLIENT_KEY;
    return mcp_oauth_client_keys_read(client, json, cx);
}

const mcp_error_t *mcp_oauth_cimd_read(mcp_oauth_client_t *client,
                                       const char *text, apr_size_t len,
                                       const mcp_oauth_service_t *service,
                                       mcp_ctx_t *cx)
{
    const mcp_json_t *json;

    if (mcp_json_read(&json, text, len, cx) ||
        mcp_json_type(json) != MCP_JSON_OBJECT)
        return refuse(cx, "it is not a JSON object.");
    MCP_TRY(id_check(json, client->id, cx));
    MCP_TRY(mcp_oauth_metadata_read(client, json, service, cx));
    if (!client->name)
        return refuse(cx, "client_name is missing.");
    return method_read(client, json, cx);
}

/* -- the client -- */

static int is_json(const char *type)
{
    apr_size_t len = type ? strlen(type) : 0;

    if (!type || strncmp(type, "application/", 12) != 0)
        return 0;
    return !strcmp(type + 12, "json") ||
           (len > 17 && !strcmp(type + len - 5, "+json"));
}

static const mcp_error_t *unusable(const char *host, const char *why,
                                   mcp_ctx_t *cx)
{
    return mcp_error_tell(MCP_E_INVALID_METADATA, cx,
                          "The app's metadata document at %s cannot be used: "
                          "%s",
                          host, why);
}

/* That it cannot be fetched now does not make the client unknown. */
static const mcp_error_t *not_fetched(const char *host,
                                      const mcp_net_document_t *document,
                                      mcp_ctx_t *cx)
{
    mcp_error_t *e;

    if (document->outcome == MCP_NET_REFUSED)
        return unusable(host, "it is not there, or too large.", cx);
    e = mcp_error_tell(MCP_E_UNAVAILABLE, cx,
                       "The app's metadata document at %s cannot be fetched "
                       "at the moment. Try again later.",
                       host);
    e->retry_after = document->retry_after;
    return e;
}

static const mcp_error_t *document_read(mcp_oauth_client_t *client,
                                        const mcp_net_document_t *document,
                                        const mcp_oauth_service_t *service,
                                        mcp_ctx_t *cx)
{
    if (!is_json(document->content_type))
        return refuse(cx, "it is not application/json.");
    return mcp_oauth_cimd_read(client, document->body, document->len, service,
                               cx);
}

static const mcp_error_t *fetch(mcp_oauth_client_t *client,
                                const mcp_oauth_service_t *service,
                                mcp_ctx_t *cx)
{
    const mcp_net_request_t request = {client->id, 0, MCP_CIMD_MAX,
                                       service->settings->fetch};
    mcp_net_documents_t *documents = service->works->documents;
    mcp_net_document_t document;
    const mcp_error_t *e;

    MCP_TRY(mcp_net_document_get(&document, documents, &request, cx));
    if (document.outcome != MCP_NET_OK)
        return not_fetched(client->host, &document, cx);
    e = document_read(client, &document, service, cx);
    if (!e)
        return NULL;
    mcp_net_document_blame(documents, &request, cx);
    return unusable(client->host, mcp_error_text(e), cx);
}

const mcp_error_t *mcp_oauth_cimd_find(const mcp_oauth_client_t **client,
                                       const mcp_oauth_service_t *service,
                                       const char *id, mcp_ctx_t *cx)
{
    mcp_oauth_client_t *found;
    const char *host, *fault;

    *client = NULL;
    if (!mcp_oauth_cimd_is_supported(service))
        return NULL;
    if (!service->works->documents)
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                               "See what this child logged when it started.",
                               "nothing can be fetched in this child");
    fault = mcp_oauth_cimd_fault(&host, id, cx);
    if (fault)
        return mcp_error_tell(MCP_E_INVALID_METADATA, cx,
                              "The app's client_id is a URL that %s.", fault);
    if (!mcp_oauth_cimd_is_allowed(host, service->settings->client_metadata))
        return mcp_error_tell(MCP_E_INVALID_METADATA, cx,
                              "Apps of %s are not accepted here.", host);
    found = apr_pcalloc(cx->pool, sizeof(*found));
    found->id = apr_pstrdup(cx->pool, id);
    found->host = host;
    MCP_TRY(fetch(found, service, cx));
    *client = found;
    return NULL;
}
