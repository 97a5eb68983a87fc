/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/possession.h"

#include <apr_strings.h>
#include <string.h>

#include "base/digest.h"
#include "base/encode.h"
#include "oauth/dpop.h"
#include "oauth/judge.h"

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"
#define BLANKS " \t\r\n"

/* -- what the token says -- */

/* 0: it is there, and no SHA-256 in base64url. */
static int thumbprint_read(char out[MCP_POSSESSION_SIZE],
                           const mcp_json_t *cnf, const char *name,
                           apr_pool_t *pool)
{
    const mcp_json_t *member = mcp_json_get(cnf, name);
    const char *text = mcp_json_string(member);
    apr_size_t len;

    *out = '\0';
    if (!member)
        return 1;
    if (!text || strlen(text) != MCP_POSSESSION_SIZE - 1 ||
        !mcp_encode_base64url_read(&len, text, strlen(text), pool))
        return 0;
    memcpy(out, text, MCP_POSSESSION_SIZE);
    return 1;
}

const mcp_error_t *
mcp_oauth_possession_read(mcp_oauth_possession_t *possession,
                          const mcp_json_t *claims, mcp_ctx_t *cx)
{
    const mcp_json_t *cnf = mcp_json_get(claims, "cnf");

    memset(possession, 0, sizeof(*possession));
    if (!cnf)
        return NULL;
    if (!thumbprint_read(possession->jkt, cnf, "jkt", cx->pool) ||
        !thumbprint_read(possession->x5t, cnf, "x5t#S256", cx->pool))
        return mcp_oauth_judge_bad(cx, "cnf has what is no thumbprint");
    if (!*possession->jkt && !*possession->x5t)
        return mcp_oauth_judge_bad(
            cx, "it is bound (cnf) neither by jkt nor by x5t#S256");
    return NULL;
}

/* -- what the client shows -- */

/* SHA-256 of the DER in a PEM; NULL where it is none. */
static const char *thumbprint_of(const char *pem, apr_pool_t *pool)
{
    const char *at = pem ? strstr(pem, BEGIN) : NULL;
    const char *end = at ? strstr(at, END) : NULL;
    unsigned char digest[MCP_DIGEST_SIZE], *der;
    char *text, *to;
    apr_size_t len;

    if (!end)
        return NULL;
    text = to = apr_palloc(pool, (apr_size_t)(end - at) + 1);
    for (at += sizeof(BEGIN) - 1; at < end; at++)
        if (!strchr(BLANKS, *at))
            *to++ = *at;
    der = mcp_encode_base64_read(&len, text, (apr_size_t)(to - text), pool);
    if (!der)
        return NULL;
    mcp_digest_sha256(digest, der, len);
    return mcp_encode_base64url(digest, sizeof(digest), pool);
}

static const mcp_error_t *
certificate_check(const mcp_oauth_possession_t *possession,
                  const mcp_oauth_presented_t *presented, mcp_ctx_t *cx)
{
    const char *pem = presented->certificate
                          ? presented->certificate(presented->baton)
                          : NULL;

    if (!pem)
        return mcp_error_fault(
            MCP_E_INVALID_TOKEN, cx,
            "Where clients have certificates, httpd has to ask for them: "
            "\"SSLVerifyClient optional\", or optional_no_ca where anybody "
            "may have made them.",
            "access token: it is bound to a certificate (cnf x5t#S256), and "
            "the client shows none");
    if (!mcp_digest_equal(thumbprint_of(pem, cx->pool), possession->x5t))
        return mcp_oauth_judge_bad(
            cx, "it is bound to another certificate (cnf x5t#S256)");
    return NULL;
}

/* RFC 9449 7.1 has it a 401 at a resource. */
static const mcp_error_t *at_resource(const mcp_error_t *e, mcp_ctx_t *cx)
{
    mcp_error_t *other;

    if (!e || e->code != MCP_E_INVALID_DPOP_PROOF)
        return e;
    other = apr_pmemdup(cx->pool, e, sizeof(*e));
    other->code = MCP_E_DPOP_PROOF_REFUSED;
    return other;
}

/* RFC 9449 7.1, 7.2: as a Bearer token it would be of use to who stole it. */
static const mcp_error_t *key_check(const mcp_oauth_possession_t *possession,
                                    const mcp_oauth_brought_t *brought,
                                    const mcp_oauth_presented_t *presented,
                                    const mcp_oauth_works_t *works,
                                    mcp_ctx_t *cx)
{
    const mcp_oauth_dpop_t dpop = {presented->dpop, presented->method,
                                   presented->url, brought->text,
                                   brought->len};
    const char *jkt;

    if (!brought->is_dpop)
        return mcp_oauth_judge_bad(
            cx, "it is bound to a key (cnf jkt), and came by the "
                "scheme Bearer");
    MCP_TRY(at_resource(mcp_oauth_dpop_check(&jkt, &dpop, works, cx), cx));
    return mcp_digest_equal(jkt, possession->jkt)
               ? NULL
               : mcp_oauth_judge_bad(cx,
                                     "it is bound to another key (cnf jkt)");
}

const mcp_error_t *
mcp_oauth_possession_check(const mcp_oauth_possession_t *possession,
                           const mcp_oauth_brought_t *brought,
                           const mcp_oauth_presented_t *presented,
                           const mcp_oauth_resource_t *resource, mcp_ctx_t *cx)
{
    if (*possession->x5t)
        MCP_TRY(certificate_check(possession, presented, cx));
    if (*possession->jkt)
        return key_check(possession, brought, presented,
                         resource->service->works, cx);
    if (brought->is_dpop)
        return mcp_oauth_judge_bad(
            cx, "it came by the scheme DPoP, and is bound to no key");
    if (mcp_oauth_dpop_is_required(resource))
        return mcp_oauth_judge_bad(
            cx, "it is bound to no key, which MCPDPoP requires");
    return NULL;
}
