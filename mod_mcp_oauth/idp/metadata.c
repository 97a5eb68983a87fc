/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/metadata.h"

#include <apr_strings.h>
#include <string.h>

#include "base/uri.h"
#include "idp/document.h"
#include "idp/fault.h"
#include "idp/remote.h"

/* Entra has one document for all tenants, which says this instead of one */
#define TENANT "{tenantid}"

/* By mcp_idp_endpoint_t: the member of the document, the word of Endpoint. */
static const struct {
    const char *member;
    const char *word;
} kinds[MCP_IDP_ENDPOINT_COUNT] = {
    [MCP_IDP_ENDPOINT_AUTHORIZATION] = {"authorization_endpoint",
                                        "authorization"},
    [MCP_IDP_ENDPOINT_TOKEN] = {"token_endpoint", "token"},
    [MCP_IDP_ENDPOINT_USERINFO] = {"userinfo_endpoint", "userinfo"},
    [MCP_IDP_ENDPOINT_INTROSPECTION] = {"introspection_endpoint",
                                        "introspection"},
    [MCP_IDP_ENDPOINT_REVOCATION] = {"revocation_endpoint", "revocation"},
    [MCP_IDP_ENDPOINT_KEYS] = {"jwks_uri", "keys"},
};

static const struct {
    const char *name;
    mcp_idp_method_t method;
} methods[] = {
    {"client_secret_basic", MCP_IDP_BASIC},
    {"client_secret_post", MCP_IDP_POST},
    {"private_key_jwt", MCP_IDP_PRIVATE_KEY_JWT},
};

/* -- who it is -- */

int mcp_idp_metadata_is_issuer(const mcp_idp_t *idp, const char *issuer)
{
    const apr_array_header_t *others = idp->issuers;
    int i;

    if (!issuer)
        return 0;
    for (i = 0; others && i < others->nelts; i++)
        if (!strcmp(APR_ARRAY_IDX(others, i, const char *), issuer))
            return 1;
    return !others && !strcmp(idp->issuer, issuer);
}

int mcp_idp_metadata_may_be_issuer(const mcp_idp_t *idp, const char *issuer)
{
    apr_size_t len = strlen(idp->issuer);

    if (mcp_idp_metadata_is_issuer(idp, issuer))
        return 1;
    return idp->is_guess && issuer && !strncmp(issuer, idp->issuer, len) &&
           issuer[len] == '/';
}

/* Whether text is what the template says, for some tenant. */
static int fits(const char *text, const char *template)
{
    const char *hole = strstr(template, TENANT);
    apr_size_t before = (apr_size_t)(hole - template);
    const char *after = hole + sizeof(TENANT) - 1;
    const char *slash;

    if (strncmp(text, template, before) != 0)
        return 0;
    slash = strchr(text + before, '/');
    return slash && slash > text + before && !strcmp(slash, after);
}

/* A document for all tenants is of use where the administrator says which
 * tenants he means. */
static int is_of_tenants(const mcp_idp_t *idp, const char *said)
{
    int i;

    if (!idp->issuers || !strstr(said, TENANT))
        return 0;
    for (i = 0; i < idp->issuers->nelts; i++)
        if (!fits(APR_ARRAY_IDX(idp->issuers, i, const char *), said))
            return 0;
    return 1;
}

static const mcp_error_t *issuer_read(mcp_idp_metadata_t *metadata,
                                      const mcp_json_t *json,
                                      const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    const char *said = mcp_json_string(mcp_json_get(json, "issuer"));

    metadata->issuer = said;
    if (!said)
        return mcp_idp_fault_make(idp, cx,
                                  "See that its address in "
                                  "<MCPIdentityProvider> is right.",
                                  "its discovery document names no issuer");
    if (mcp_idp_metadata_is_issuer(idp, said) || is_of_tenants(idp, said))
        return NULL;
    return mcp_idp_fault_make(
        idp, cx,
        strstr(said, TENANT)
            ? "Name one tenant by its id in MCPIdentityProvider; or say with "
              "Issuer, inside <MCPIdentityProvider>, whose users may come."
            : "If it is the provider that you mean, write what it calls "
              "itself, byte for byte: Issuer inside <MCPIdentityProvider>. "
              "Entra: name the tenant by its id, not by a domain.",
        "its discovery document is that of \"%s\", expected is \"%s\"",
        mcp_idp_fault_quote(said, cx), idp->issuer);
}

/* -- the document -- */

static int is_loopback(const char *url, mcp_ctx_t *cx)
{
    const mcp_uri_t *uri;

    return url && !mcp_uri_read(&uri, url, cx) && mcp_uri_is_loopback(uri);
}

/* What is on this machine only a document that is here too may name. */
static int is_good_url(const char *url, const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    const char *document =
        mcp_idp_remote_endpoint(idp, MCP_IDP_ENDPOINT_DISCOVERY);
    const mcp_uri_t *uri;

    if (mcp_uri_read(&uri, url, cx) || !uri->host || !*uri->host ||
        uri->userinfo || uri->fragment)
        return 0;
    return mcp_uri_is_loopback(uri)
               ? mcp_uri_is_web(uri) && is_loopback(document, cx)
               : !strcmp(uri->scheme, "https");
}

/* A member that is null is one that is not there. */
static const mcp_error_t *endpoint_read(mcp_idp_metadata_t *metadata,
                                        mcp_idp_endpoint_t kind,
                                        const mcp_json_t *json,
                                        const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    const mcp_json_t *member = mcp_json_get(json, kinds[kind].member);
    const char *url = mcp_json_string(member);

    if (mcp_json_type(member) <= MCP_JSON_NULL)
        return NULL;
    if (!url || !is_good_url(url, idp, cx))
        return mcp_idp_fault_make(
            idp, cx,
            apr_psprintf(cx->pool,
                         "Correct it there, or write \"Endpoint %s URL\".",
                         kinds[kind].word),
            "%s in its discovery document is not a URL of https, or is on "
            "this machine: \"%s\"",
            kinds[kind].member, mcp_idp_fault_quote(url, cx));
    metadata->endpoints[kind] = url;
    return NULL;
}

static int methods_read(const mcp_json_t *list)
{
    apr_size_t i, k;
    int bits = 0;

    for (i = 0; i < mcp_json_size(list); i++) {
        const char *name = mcp_json_string(mcp_json_at(list, i));

        for (k = 0; k < sizeof(methods) / sizeof(*methods); k++)
            if (name && !strcmp(name, methods[k].name))
                bits |= 1 << methods[k].method;
    }
    return bits;
}

const mcp_error_t *mcp_idp_metadata_read(mcp_idp_metadata_t *metadata,
                                         const char *text, apr_size_t len,
                                         const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    const mcp_error_t *e;
    const mcp_json_t *json;
    int kind;

    memset(metadata, 0, sizeof(*metadata));
    e = mcp_json_read(&json, text, len, cx);
    if (e || mcp_json_type(json) != MCP_JSON_OBJECT)
        return mcp_idp_fault_make(
            idp, cx, "See that its address in <MCPIdentityProvider> is right.",
            "its discovery document is not a JSON object%s%s", e ? ": " : "",
            e ? e->detail : "");
    MCP_TRY(issuer_read(metadata, json, idp, cx));
    for (kind = MCP_IDP_ENDPOINT_AUTHORIZATION; kind < MCP_IDP_ENDPOINT_COUNT;
         kind++)
        MCP_TRY(endpoint_read(metadata, kind, json, idp, cx));
    metadata->methods = methods_read(
        mcp_json_get(json, "token_endpoint_auth_methods_supported"));
    metadata->says_issuer = mcp_json_is_true(
        mcp_json_get(json, "authorization_response_iss_parameter_supported"));
    return NULL;
}

/* -- getting it -- */

static mcp_idp_document_t document_of(const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    const mcp_idp_document_t document = {
        mcp_idp_remote_endpoint(idp, MCP_IDP_ENDPOINT_DISCOVERY),
        MCP_IDP_METADATA_MAX, "discovery document", "is no discovery document",
        mcp_idp_fault_hint("See that its address in <MCPIdentityProvider> is "
                           "right, or write \"Endpoint discovery URL\".",
                           idp->preset->facts->hints.no_discovery, cx)};

    return document;
}

static const mcp_error_t *read_it(const void **metadata,
                                  const mcp_memo_ask_t *ask, mcp_ctx_t *cx)
{
    mcp_idp_metadata_t *read = apr_palloc(cx->pool, sizeof(*read));

    *metadata = read;
    return mcp_idp_metadata_read(read, ask->text, ask->len, ask->baton, cx);
}

static const mcp_error_t *fetch(mcp_idp_metadata_t *metadata,
                                const mcp_idp_document_t *document,
                                const mcp_idp_remote_t *remote, mcp_ctx_t *cx)
{
    mcp_memo_ask_t ask = {read_it, remote->idp, NULL, 0};
    mcp_net_document_t got;
    const mcp_error_t *e;
    const void *read;

    MCP_TRY(mcp_idp_document_get(&got, document, mcp_net_document_get, remote,
                                 cx));
    ask.text = got.body;
    ask.len = got.len;
    e = mcp_memo_get(&read, remote->memo, &ask, cx);
    if (e)
        mcp_idp_document_blame(document, remote, cx);
    else
        *metadata = *(const mcp_idp_metadata_t *)read;
    return e;
}

const mcp_error_t *mcp_idp_metadata_get(const mcp_idp_metadata_t **metadata,
                                        const mcp_idp_remote_t *remote,
                                        mcp_ctx_t *cx)
{
    mcp_idp_metadata_t *got = apr_pcalloc(cx->pool, sizeof(*got));
    const mcp_idp_document_t document = document_of(remote->idp, cx);
    int kind;

    if (document.url)
        MCP_TRY(fetch(got, &document, remote, cx));
    got->remote = remote;
    for (kind = 1; kind < MCP_IDP_ENDPOINT_COUNT; kind++) {
        const char *set = mcp_idp_remote_endpoint(remote->idp, kind);

        if (set)
            got->endpoints[kind] = set;
    }
    *metadata = got;
    return NULL;
}

const mcp_error_t *mcp_idp_metadata_document(const mcp_json_t **json,
                                             const mcp_idp_remote_t *remote,
                                             mcp_ctx_t *cx)
{
    const mcp_idp_document_t document = document_of(remote->idp, cx);
    mcp_idp_metadata_t metadata;
    mcp_net_document_t got;

    if (!document.url)
        return mcp_idp_fault_make(remote->idp, cx,
                                  "Write \"Endpoint discovery URL\" inside "
                                  "<MCPIdentityProvider>.",
                                  "it has no discovery document");
    MCP_TRY(fetch(&metadata, &document, remote, cx));
    MCP_TRY(mcp_idp_document_get(&got, &document, mcp_net_document_get, remote,
                                 cx));
    return mcp_json_read(json, got.body, got.len, cx);
}

const mcp_error_t *
mcp_idp_metadata_endpoint(const char **url, const mcp_idp_metadata_t *metadata,
                          mcp_idp_endpoint_t kind, mcp_ctx_t *cx)
{
    const mcp_idp_t *idp = metadata->remote->idp;
    mcp_idp_document_t document;

    *url = metadata->endpoints[kind];
    if (*url)
        return NULL;
    document = document_of(idp, cx);
    if (document.url)
        mcp_idp_document_blame(&document, metadata->remote, cx);
    return mcp_idp_fault_make(
        idp, cx,
        apr_psprintf(cx->pool,
                     "Write \"Endpoint %s URL\" inside <MCPIdentityProvider>.",
                     kinds[kind].word),
        "it names no %s", kinds[kind].member);
}
