/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/dpop.h"

#include <apr_strings.h>
#include <string.h>

#include "base/encode.h"
#include "base/uri.h"
#include "jose/proof.h"
#include "live/proof.h"

#define TYPE "dpop+jwt"

/* RFC 9449 11.6: never a secret that both sides know. Ed25519 is what RFC 9864
 * calls EdDSA with such a key. */
static const char *const algorithms[] = {
    "ES256", "ES384", "ES512", "RS256", "RS384",   "RS512",
    "PS256", "PS384", "PS512", "EdDSA", "Ed25519",
};

#define ALGORITHMS (sizeof(algorithms) / sizeof(algorithms[0]))

/* A proof of which all can be told but whether it was used. */
typedef struct reading_t {
    const mcp_oauth_dpop_t *dpop;
    const mcp_jose_jws_t *jws;
    const char *jti;
    const char *jkt;
    apr_int64_t made; /* iat */
} reading_t;

static const mcp_error_t *refuse(mcp_ctx_t *cx, const char *why)
{
    return mcp_error_tell(MCP_E_INVALID_DPOP_PROOF, cx,
                          "The DPoP proof is refused: %s.", why);
}

static const mcp_json_t *claim(const reading_t *in, const char *name)
{
    return mcp_json_get(in->jws->claims, name);
}

static const char *text_claim(const reading_t *in, const char *name)
{
    return mcp_json_string(claim(in, name));
}

/* -- the header -- */

static int is_allowed(const char *alg)
{
    apr_size_t i;

    for (i = 0; i < ALGORITHMS; i++)
        if (!strcmp(algorithms[i], alg))
            return 1;
    return 0;
}

static const mcp_error_t *header_read(reading_t *in, mcp_ctx_t *cx)
{
    const char *proof = in->dpop->proof;
    const mcp_error_t *e;

    if (!proof)
        return mcp_error_tell(MCP_E_INVALID_DPOP_PROOF, cx,
                              "A DPoP proof is needed.");
    e = mcp_jose_jws_read(&in->jws, proof, strlen(proof), cx);
    if (e)
        return refuse(cx, e->detail);
    if (!in->jws->typ || strcmp(in->jws->typ, TYPE) != 0)
        return refuse(cx, "its typ is not " TYPE);
    if (!is_allowed(in->jws->alg))
        return refuse(cx, "its alg is none of those in the metadata");
    return NULL;
}

/* -- what it is for -- */

static int port_of(const mcp_uri_t *uri)
{
    if (uri->port)
        return uri->port;
    return !strcmp(uri->scheme, "https") ? 443 : 80;
}

/* RFC 3986 6.2.3: that of https://h is the same as of https://h/ */
static const char *path_of(const mcp_uri_t *uri)
{
    return uri->path && *uri->path ? uri->path : "/";
}

/* The query and the fragment do not count. */
static int is_same_target(const char *a, const char *b, mcp_ctx_t *cx)
{
    const mcp_uri_t *one, *other;

    if (mcp_uri_read(&one, a, cx) || mcp_uri_read(&other, b, cx) ||
        !mcp_uri_is_web(one) || !mcp_uri_is_web(other) || one->userinfo ||
        !one->host || !other->host)
        return 0;
    return !strcmp(one->scheme, other->scheme) &&
           !strcmp(one->host, other->host) && port_of(one) == port_of(other) &&
           !strcmp(path_of(one), path_of(other));
}

static const mcp_error_t *target_check(const reading_t *in, mcp_ctx_t *cx)
{
    const char *htm = text_claim(in, "htm"), *htu = text_claim(in, "htu");

    if (!htm || strcmp(htm, in->dpop->method) != 0)
        return refuse(cx, "its htm is not the method of the request");
    if (!htu || !is_same_target(htu, in->dpop->url, cx))
        return refuse(cx, "its htu is not the URL of the request");
    return NULL;
}

static const mcp_error_t *token_check(const reading_t *in, mcp_ctx_t *cx)
{
    unsigned char digest[MCP_DIGEST_SIZE];

    if (!in->dpop->access_token)
        return NULL;
    mcp_digest_sha256(digest, in->dpop->access_token,
                      in->dpop->access_token_len);
    if (!mcp_digest_equal(
            mcp_encode_base64url(digest, sizeof(digest), cx->pool),
            text_claim(in, "ath")))
        return refuse(cx, "its ath is not that of the access token");
    return NULL;
}

/* -- when, and which -- */

/* RFC 9449 knows neither exp nor nbf, but who writes one means it. */
static const mcp_error_t *limits_check(const reading_t *in, apr_int64_t now,
                                       mcp_ctx_t *cx)
{
    const mcp_json_t *exp = claim(in, "exp"), *nbf = claim(in, "nbf");
    apr_int64_t seconds;

    if (exp &&
        (!mcp_json_date(&seconds, exp) || seconds + MCP_DPOP_AHEAD <= now))
        return refuse(cx, "it has expired, or its exp is no time");
    if (nbf &&
        (!mcp_json_date(&seconds, nbf) || seconds - MCP_DPOP_AHEAD > now))
        return refuse(cx, "its nbf lies ahead or is no time");
    return NULL;
}

static const mcp_error_t *times_check(reading_t *in, apr_int64_t now,
                                      mcp_ctx_t *cx)
{
    if (!mcp_json_date(&in->made, claim(in, "iat")))
        return refuse(cx, "its iat is missing or no time");
    if (now - in->made > MCP_DPOP_BEHIND)
        return refuse(cx, "its iat is too long ago, by the clock of this "
                          "server");
    if (in->made - now > MCP_DPOP_AHEAD)
        return refuse(cx, "its iat lies ahead of the clock of this server");
    return limits_check(in, now, cx);
}

static const mcp_error_t *jti_read(reading_t *in, mcp_ctx_t *cx)
{
    in->jti = text_claim(in, "jti");
    if (!in->jti || !*in->jti || strlen(in->jti) > MCP_DPOP_JTI_MAX)
        return refuse(cx, "its jti is missing, empty or too long");
    return NULL;
}

/* Last, as it costs the most. */
static const mcp_error_t *signature_check(reading_t *in, mcp_ctx_t *cx)
{
    const mcp_error_t *e = mcp_jose_proof_verify(&in->jkt, in->jws, cx);

    return e ? refuse(cx, e->detail) : NULL;
}

/* -- once -- */

static const mcp_error_t *use(const reading_t *in, apr_int64_t now,
                              const mcp_oauth_works_t *works, mcp_ctx_t *cx)
{
    const mcp_live_proof_times_t times = {in->made, now - MCP_DPOP_BEHIND,
                                          now};
    unsigned char id[MCP_DIGEST_SIZE];

    mcp_digest_sha256_text(
        id, apr_pstrcat(cx->pool, in->jkt, "\n", in->jti, NULL));
    switch (mcp_live_proof_use(works->shared, id, &times)) {
    case MCP_PROOF_FRESH:
        return NULL;
    case MCP_PROOF_USED:
        return refuse(cx, "it was used before");
    case MCP_PROOF_UNKNOWN:
        return mcp_error_make(MCP_E_UNAVAILABLE, cx,
                              "a DPoP proof from before this server started: "
                              "it may have been used");
    case MCP_PROOF_FORGOTTEN:
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                               "Stop httpd and start it again, or wait until "
                               "the clock has caught up.",
                               "the clock was set back, and which DPoP proofs "
                               "of this time were used is not known any more");
    default:
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                               "Raise proofs of MCPLimit.",
                               "there is no room to remember one more DPoP "
                               "proof");
    }
}

const mcp_error_t *mcp_oauth_dpop_check(const char **jkt,
                                        const mcp_oauth_dpop_t *dpop,
                                        const mcp_oauth_works_t *works,
                                        mcp_ctx_t *cx)
{
    apr_int64_t now = mcp_ctx_seconds(cx);
    reading_t in;

    *jkt = NULL;
    memset(&in, 0, sizeof(in));
    in.dpop = dpop;
    MCP_TRY(header_read(&in, cx));
    MCP_TRY(target_check(&in, cx));
    MCP_TRY(token_check(&in, cx));
    MCP_TRY(times_check(&in, now, cx));
    MCP_TRY(jti_read(&in, cx));
    MCP_TRY(signature_check(&in, cx));
    MCP_TRY(use(&in, now, works, cx));
    *jkt = in.jkt;
    return NULL;
}

/* -- who takes them -- */

int mcp_oauth_dpop_is_jkt(const char *text, apr_pool_t *pool)
{
    apr_size_t len;

    return mcp_encode_base64url_read(&len, text, strlen(text), pool) &&
           len == MCP_DIGEST_SIZE;
}

int mcp_oauth_dpop_is_taken(const mcp_oauth_resource_t *resource)
{
    return resource->settings->dpop > MCP_DPOP_NONE;
}

int mcp_oauth_dpop_is_required(const mcp_oauth_resource_t *resource)
{
    return resource->settings->dpop == MCP_DPOP_REQUIRE;
}

int mcp_oauth_dpop_is_offered(const mcp_oauth_service_t *service)
{
    int i;

    for (i = 0; i < service->resources->nelts; i++) {
        const mcp_oauth_resource_t *resource =
            APR_ARRAY_IDX(service->resources, i, const mcp_oauth_resource_t *);

        if (mcp_oauth_service_issues(resource) &&
            mcp_oauth_dpop_is_taken(resource))
            return 1;
    }
    return 0;
}

const char *mcp_oauth_dpop_algorithms(apr_pool_t *pool)
{
    const char *text = algorithms[0];
    apr_size_t i;

    for (i = 1; i < ALGORITHMS; i++)
        text = apr_pstrcat(pool, text, " ", algorithms[i], NULL);
    return text;
}

void mcp_oauth_dpop_write_algorithms(mcp_writer_t *w)
{
    apr_size_t i;

    mcp_writer_name(w, "dpop_signing_alg_values_supported");
    mcp_writer_open(w, '[');
    for (i = 0; i < ALGORITHMS; i++)
        mcp_writer_string(w, algorithms[i]);
    mcp_writer_close(w);
}
