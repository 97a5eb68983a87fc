/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/redis_tls.h"

#include <hiredis/hiredis.h>

#define CURE                                                                  \
    "Build mod_mcp_oauth with hiredis 1.0 or later and its hiredis_ssl, or "  \
    "let stunnel on this machine do TLS and write redis://localhost:PORT, "   \
    "or use a socket of this machine: redis+unix:PATH."

#ifdef MCP_HIREDIS_TLS

#include <errno.h>
#include <hiredis/hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <string.h>

#include <apr_strings.h>

#include "store/deadline.h"
#include "store/redis_fault.h"

struct mcp_store_redis_tls_t {
    SSL_CTX *context;
    const char *host; /* without brackets */
    const char *where;
};

const char *mcp_store_redis_tls_missing(void)
{
    return NULL;
}

static apr_status_t context_free(void *context)
{
    SSL_CTX_free(context);
    return APR_SUCCESS;
}

static const mcp_error_t *fault(const mcp_store_redis_tls_t *tls,
                                const char *what, const char *remedy,
                                mcp_ctx_t *cx)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());

    ERR_clear_error();
    return mcp_error_fault(MCP_E_UNAVAILABLE, cx, remedy,
                           "Redis at %s: %s: %s", tls->where, what,
                           reason ? reason : "for no reason that is known");
}

const mcp_error_t *
mcp_store_redis_tls_make(mcp_store_redis_tls_t **out,
                         const mcp_store_redis_config_t *config, mcp_ctx_t *cx)
{
    mcp_store_redis_tls_t *tls = apr_pcalloc(cx->pool, sizeof(*tls));
    const char *file = config->ca_file && *config->ca_file ? config->ca_file
                                                           : NULL;
    apr_size_t len = strlen(config->host);
    int good;

    tls->host = *config->host == '[' && len > 2
                    ? apr_pstrmemdup(cx->pool, config->host + 1, len - 2)
                    : config->host;
    tls->where = apr_psprintf(cx->pool, "%s:%d", config->host, config->port);
    tls->context = SSL_CTX_new(TLS_client_method());
    if (!tls->context)
        return fault(tls, "no TLS", "Check free memory.", cx);
    apr_pool_cleanup_register(cx->pool, tls->context, context_free,
                              apr_pool_cleanup_null);
    SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
    good = SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION) &&
           (file ? SSL_CTX_load_verify_locations(tls->context, file, NULL)
                 : SSL_CTX_set_default_verify_paths(tls->context));
    if (!good)
        return fault(tls, "no certificates to trust",
                     "Correct ca-file= of MCPFetch.", cx);
    *out = tls;
    return NULL;
}

/* Whom the certificate must be for: a name, or an address. */
static int peer_set(SSL *ssl, const char *host)
{
    X509_VERIFY_PARAM *param = SSL_get0_param(ssl);

    if (X509_VERIFY_PARAM_set1_ip_asc(param, host))
        return 1;
    ERR_clear_error();
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, host) && SSL_set_tlsext_host_name(ssl, host);
}

/* 1: done. 0: failed. -1: the time is over */
static int handshake(SSL *ssl, apr_time_t deadline)
{
    struct pollfd socket = {SSL_get_fd(ssl), 0, 0};
    int code, left;

    for (;;) {
        ERR_clear_error();
        code = SSL_do_handshake(ssl);
        if (code == 1)
            return 1;
        code = SSL_get_error(ssl, code);
        if (code != SSL_ERROR_WANT_READ && code != SSL_ERROR_WANT_WRITE)
            return 0;
        left = mcp_store_deadline_left(deadline);
        if (!left)
            return -1;
        socket.events = code == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
        if (poll(&socket, 1, left) < 0 && errno != EINTR)
            return 0;
    }
}

static const mcp_error_t *refused(SSL *ssl, const mcp_store_redis_tls_t *tls,
                                  mcp_ctx_t *cx)
{
    long verified = SSL_get_verify_result(ssl);

    if (verified == X509_V_OK)
        return fault(tls, "no TLS",
                     "Check that Redis speaks TLS on this port (tls-port), "
                     "and asks for no certificate (tls-auth-clients no).",
                     cx);
    ERR_clear_error();
    return mcp_error_fault(
        MCP_E_UNAVAILABLE, cx,
        "Give Redis a certificate for the host in MCPStore, and name its "
        "authority with ca-file= of MCPFetch.",
        "Redis at %s: its certificate is refused: %s", tls->where,
        X509_verify_cert_error_string(verified));
}

const mcp_error_t *mcp_store_redis_tls_start(redisContext *context,
                                             mcp_store_redis_tls_t *tls,
                                             apr_time_t deadline,
                                             mcp_ctx_t *cx)
{
    SSL *ssl = SSL_new(tls->context);
    int done;

    if (!ssl || !peer_set(ssl, tls->host)) {
        SSL_free(ssl);
        return fault(tls, "no TLS", "Check free memory.", cx);
    }
    /* the context owns it from here on; it begins and does not wait */
    if (redisInitiateSSL(context, ssl) != REDIS_OK) {
        const mcp_error_t *e = refused(ssl, tls, cx);

        SSL_free(ssl);
        return e;
    }
    done = handshake(ssl, deadline);
    if (done < 0)
        return mcp_store_redis_fault_of_system(ETIMEDOUT, "no TLS", tls->where,
                                               cx);
    return done ? NULL : refused(ssl, tls, cx);
}

#else

static const mcp_error_t *missing(mcp_ctx_t *cx)
{
    return mcp_error_fault(MCP_E_UNAVAILABLE, cx, CURE,
                           "this build has no TLS for Redis");
}

const char *mcp_store_redis_tls_missing(void)
{
    return "This build has no TLS for Redis. " CURE;
}

const mcp_error_t *
mcp_store_redis_tls_make(mcp_store_redis_tls_t **tls,
                         const mcp_store_redis_config_t *config, mcp_ctx_t *cx)
{
    return missing(cx);
}

const mcp_error_t *mcp_store_redis_tls_start(redisContext *context,
                                             mcp_store_redis_tls_t *tls,
                                             apr_time_t deadline,
                                             mcp_ctx_t *cx)
{
    return missing(cx);
}

#endif
