/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/jwt.h"

#include <apr_strings.h>
#include <string.h>
#include <strings.h>

#include "idp/fault.h"
#include "idp/keys.h"
#include "jose/jwe.h"

/* The end of the year 9999: what is later was not meant in seconds, and no
 * apr_time_t. */
#define TIME_MAX 253402300799.0
#define TIME_DIGITS 15
#define MEDIA "application/"

const mcp_error_t *mcp_idp_jwt_refuse(const mcp_idp_jwt_use_t *use,
                                      const char *remedy, mcp_ctx_t *cx,
                                      const char *why, ...)
{
    const char *text;
    va_list args;

    va_start(args, why);
    text = apr_pvsprintf(cx->pool, why, args);
    va_end(args);
    return mcp_error_fault(MCP_E_INVALID_TOKEN, cx, remedy, "%s: %s",
                           use->name, text);
}

const mcp_error_t *mcp_idp_jwt_fault(const mcp_error_t *e,
                                     const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    if (!e || e->code != MCP_E_INVALID_TOKEN)
        return e;
    return mcp_idp_fault_make(
        idp, cx,
        e->remedy ? e->remedy
                  : "See how the application is set up at the provider, and "
                    "the words inside <MCPIdentityProvider>.",
        "%s", e->detail);
}

/* -- encryption -- */

/* *text becomes what was inside. */
static const mcp_error_t *decrypt(const char **text,
                                  const mcp_idp_jwt_use_t *use,
                                  const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    const mcp_jose_jwe_t *jwe;
    const mcp_error_t *e;
    apr_size_t len;

    if (!mcp_jose_jwe_is_like(*text, strlen(*text)))
        return NULL;
    if (!idp->decryption_jwk)
        return mcp_idp_jwt_refuse(use,
                                  "Write DecryptionKey inside "
                                  "<MCPIdentityProvider>, or switch "
                                  "encryption off at the provider.",
                                  cx, "it is encrypted");
    e = mcp_jose_jwe_read(&jwe, *text, strlen(*text), cx);
    if (!e)
        e = mcp_jose_jwe_decrypt(text, &len, jwe, idp->decryption_jwk, cx);
    if (e && e->code == MCP_E_INVALID_TOKEN)
        return mcp_idp_jwt_refuse(
            use,
            "DecryptionKey has to be the private key whose public key the "
            "provider encrypts to, with RSA-OAEP and A256GCM or "
            "A128CBC-HS256.",
            cx, "%s", e->detail);
    return e;
}

/* -- what it says -- */

static int is_type(const char *typ, const mcp_idp_jwt_use_t *use)
{
    const char *const *one;

    if (!typ)
        return 1;
    if (!strncasecmp(typ, MEDIA, sizeof(MEDIA) - 1))
        typ += sizeof(MEDIA) - 1;
    for (one = use->types; *one; one++)
        if (!strcasecmp(typ, *one))
            return 1;
    return 0;
}

/* The text of a number, as Google's tokeninfo has it. */
static int decimals_read(double *number, const char *text)
{
    if (!text || !*text || strlen(text) > TIME_DIGITS ||
        text[strspn(text, "0123456789")])
        return 0;
    *number = (double)apr_atoi64(text);
    return 1;
}

/* RFC 7519 2: a NumericDate may have a fraction. 0: missing, or no time. */
static int time_read(apr_int64_t *seconds, const mcp_json_t *time,
                     int may_be_text)
{
    double number;

    if (!mcp_json_number(&number, time) &&
        (!may_be_text || !decimals_read(&number, mcp_json_string(time))))
        return 0;
    if (!(number > 0) || number > TIME_MAX)
        return 0;
    *seconds = (apr_int64_t)number;
    return 1;
}

static const mcp_error_t *start_check(const mcp_json_t *claims,
                                      const char *name,
                                      const mcp_idp_jwt_use_t *use,
                                      mcp_ctx_t *cx)
{
    apr_int64_t seconds;

    if (!mcp_json_get(claims, name))
        return NULL;
    if (!time_read(&seconds, mcp_json_get(claims, name), use->has_texts))
        return mcp_idp_jwt_refuse(use, NULL, cx, "%s is no time", name);
    if (seconds - mcp_ctx_seconds(cx) <= MCP_IDP_JWT_SKEW)
        return NULL;
    return mcp_idp_jwt_refuse(
        use, "Set the clocks of this server and of the provider.", cx,
        "%s lies %" APR_INT64_T_FMT " s ahead", name,
        seconds - mcp_ctx_seconds(cx));
}

const mcp_error_t *mcp_idp_jwt_check_times(const mcp_json_t *claims,
                                           const mcp_idp_jwt_use_t *use,
                                           mcp_ctx_t *cx)
{
    const mcp_json_t *exp = mcp_json_get(claims, "exp");
    apr_int64_t now = mcp_ctx_seconds(cx), seconds;

    if (!exp && use->needs_exp)
        return mcp_idp_jwt_refuse(use, NULL, cx, "exp is missing");
    if (exp && !time_read(&seconds, exp, use->has_texts))
        return mcp_idp_jwt_refuse(use, NULL, cx, "exp is no time");
    if (exp && seconds <= now - MCP_IDP_JWT_SKEW)
        return mcp_idp_jwt_refuse(
            use, "Set the clocks of this server and of the provider.", cx,
            "exp: it expired %" APR_INT64_T_FMT " s ago", now - seconds);
    if (use->needs_iat && !mcp_json_get(claims, "iat"))
        return mcp_idp_jwt_refuse(use, NULL, cx, "iat is missing");
    MCP_TRY(start_check(claims, "iat", use, cx));
    return start_check(claims, "nbf", use, cx);
}

apr_int64_t mcp_idp_jwt_expires(const mcp_json_t *claims)
{
    apr_int64_t seconds;

    return time_read(&seconds, mcp_json_get(claims, "exp"), 1) ? seconds : 0;
}

static const mcp_error_t *issuer_check(const mcp_json_t *claims,
                                       const mcp_idp_jwt_use_t *use,
                                       const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    const char *iss = mcp_json_string(mcp_json_get(claims, "iss"));

    if (mcp_idp_metadata_is_issuer(idp, iss))
        return NULL;
    if (!iss)
        return mcp_idp_jwt_refuse(use, NULL, cx, "iss is missing");
    return mcp_idp_jwt_refuse(
        use,
        "If that is the provider too, write so, byte for byte: Issuer inside "
        "<MCPIdentityProvider>.",
        cx, "iss is \"%s\", expected is \"%s\"", mcp_idp_fault_quote(iss, cx),
        idp->issuer);
}

int mcp_idp_jwt_is_for(const mcp_json_t *claims, const char *audience)
{
    const mcp_json_t *aud = mcp_json_get(claims, "aud");
    const char *one = mcp_json_string(aud);
    apr_size_t i;

    if (one)
        return !strcmp(one, audience);
    for (i = 0; i < mcp_json_size(aud); i++) {
        one = mcp_json_string(mcp_json_at(aud, i));
        if (one && !strcmp(one, audience))
            return 1;
    }
    return 0;
}

int mcp_idp_jwt_is_for_us(const mcp_json_t *claims, const mcp_idp_t *idp)
{
    return idp->client && mcp_idp_jwt_is_for(claims, idp->client->id);
}

/* -- reading -- */

int mcp_idp_jwt_is_like(const char *text)
{
    int dots = 0;

    for (; *text; text++)
        dots += *text == '.';
    return dots == 2;
}

const mcp_error_t *mcp_idp_jwt_read(const mcp_jose_jws_t **jws,
                                    const char *text,
                                    const mcp_idp_jwt_use_t *use,
                                    const mcp_idp_metadata_t *metadata,
                                    mcp_ctx_t *cx)
{
    const mcp_idp_t *idp = metadata->remote->idp;
    const mcp_error_t *e;

    MCP_TRY(decrypt(&text, use, idp, cx));
    e = mcp_jose_jws_read_long(jws, text, strlen(text), cx);
    if (e)
        return mcp_idp_jwt_refuse(use, NULL, cx, "%s", e->detail);
    if (!is_type((*jws)->typ, use))
        return mcp_idp_jwt_refuse(use, NULL, cx,
                                  "its typ \"%s\" is that of something else",
                                  mcp_idp_fault_quote((*jws)->typ, cx));
    MCP_TRY(mcp_idp_keys_verify(*jws, use, metadata, cx));
    MCP_TRY(issuer_check((*jws)->claims, use, idp, cx));
    return mcp_idp_jwt_check_times((*jws)->claims, use, cx);
}

const mcp_json_t *mcp_idp_jwt_peek(const char *text, const mcp_idp_t *idp,
                                   mcp_ctx_t *cx)
{
    static const mcp_idp_jwt_use_t any = {"JWT", NULL, 0, 0};
    const mcp_jose_jws_t *jws;

    if (decrypt(&text, &any, idp, cx) ||
        mcp_jose_jws_read_long(&jws, text, strlen(text), cx))
        return NULL;
    return jws->claims;
}
