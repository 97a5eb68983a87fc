/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/identity_assertion.h"

#include "base/random.h"
#include "jose/jws.h"
#include "oauth/words.h"

#define JTI_BYTES 16
#define MAX_CLAIMS 2900 /* bytes: 4 KiB with header and signature */
#define WHAT "the assertion for a backend"

static apr_int64_t end_of(const mcp_oauth_identity_assertion_ask_t *ask,
                          apr_int64_t now)
{
    apr_int64_t end = now + ask->resource->settings->lifetime->identity;
    apr_int64_t last = apr_time_sec(ask->who->expires);

    return end < last ? end : last;
}

static const mcp_error_t *
write_base(mcp_writer_t *w, const mcp_oauth_identity_assertion_ask_t *ask,
           mcp_ctx_t *cx)
{
    apr_int64_t now = mcp_ctx_seconds(cx);
    const char *jti;

    MCP_TRY(mcp_random_text(&jti, JTI_BYTES, cx));
    mcp_writer_member(w, "iss", ask->resource->service->issuer);
    mcp_writer_member(w, "aud", ask->resource->url);
    mcp_writer_member(w, "sub", ask->who->subject);
    mcp_writer_member(w, "idp", ask->who->issuer);
    mcp_writer_member(w, "client_id", ask->who->client);
    mcp_writer_member_integer(w, "iat", now);
    mcp_writer_member_integer(w, "exp", end_of(ask, now));
    mcp_writer_member(w, "jti", jti);
    return NULL;
}

const mcp_error_t *mcp_oauth_identity_assertion_make(
    const char **text, const mcp_oauth_identity_assertion_ask_t *ask,
    mcp_ctx_t *cx)
{
    static const char *const written[] = {"subject", "issuer", "client", NULL};
    const mcp_oauth_words_t words = {ask->words, written, MAX_CLAIMS, WHAT};
    const mcp_oauth_service_t *service = ask->resource->service;
    const mcp_jose_jwk_t *signer =
        mcp_jose_keyring_signer(service->works->keys, service->issuer);
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    apr_size_t len;

    *text = NULL;
    if (!signer)
        return mcp_oauth_service_keyless(cx);
    mcp_writer_open(w, '{');
    MCP_TRY(write_base(w, ask, cx));
    mcp_writer_text(w, &len);
    if (len >= MAX_CLAIMS) {
        mcp_ctx_log(cx, MCP_LOG_INFO, 877,
                    WHAT " would be too long: there is none");
        return NULL;
    }
    mcp_oauth_words_write(w, ask->who, &words, cx);
    mcp_writer_close(w);
    return mcp_jose_jws_sign(text, mcp_writer_text(w, NULL),
                             MCP_IDENTITY_ASSERTION_TYPE, signer, cx);
}
