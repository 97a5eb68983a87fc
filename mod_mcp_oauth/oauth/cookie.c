/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/cookie.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "base/random.h"

#define VALUE_BYTES 32
#define VALUE_LENGTH 43 /* of 32 bytes as base64url */

/* Browsers take __Host- from https only, and from no other host. */
#define PREFIX "__Host-"

static const char *const names[] = {
    PREFIX "mcp-signin", /* MCP_COOKIE_BROWSER */
    PREFIX "mcp-session" /* MCP_COOKIE_SESSION */
};

static int is_secure(const mcp_oauth_exchange_t *x)
{
    return !strncmp(x->service->issuer, "https:", 6);
}

static const char *name_of(mcp_oauth_cookie_t which,
                           const mcp_oauth_exchange_t *x)
{
    return names[which] + (is_secure(x) ? 0 : sizeof(PREFIX) - 1);
}

/* Browsers send each name once per path; a foreign page of a domain above us
 * may have added one. */
const char *mcp_oauth_cookie_next(const char **rest, mcp_oauth_cookie_t which,
                                  const mcp_oauth_exchange_t *x,
                                  apr_pool_t *pool)
{
    const char *name = name_of(which, x), *value;
    apr_size_t len = strlen(name), i;

    while (*rest && **rest) {
        value = *rest + strspn(*rest, " ;");
        *rest = value + strcspn(value, ";");
        if (strncmp(value, name, len) != 0 || value[len] != '=')
            continue;
        value += len + 1;
        for (i = 0;
             apr_isalnum(value[i]) || value[i] == '-' || value[i] == '_'; i++)
            ;
        if (i == VALUE_LENGTH && strchr("; ", value[i]))
            return apr_pstrmemdup(pool, value, i);
    }
    return NULL;
}

/* None of them says how long it lives: browsers forget them when they end. */
static void set(mcp_oauth_cookie_t which, const char *value,
                mcp_oauth_exchange_t *x, apr_pool_t *pool)
{
    apr_table_addn(x->headers, "Set-Cookie",
                   apr_psprintf(pool,
                                "%s=%s; Path=/; HttpOnly; SameSite=Lax%s",
                                name_of(which, x), value,
                                is_secure(x) ? "; Secure" : ""));
}

const mcp_error_t *mcp_oauth_cookie_make(const char **value,
                                         mcp_oauth_cookie_t which,
                                         mcp_oauth_exchange_t *x,
                                         mcp_ctx_t *cx)
{
    MCP_TRY(mcp_random_text(value, VALUE_BYTES, cx));
    set(which, *value, x, cx->pool);
    return NULL;
}

void mcp_oauth_cookie_clear(mcp_oauth_cookie_t which, mcp_oauth_exchange_t *x,
                            apr_pool_t *pool)
{
    set(which, "; Max-Age=0", x, pool);
}

const mcp_error_t *mcp_oauth_cookie_ensure(const char **digest,
                                           mcp_oauth_exchange_t *x,
                                           mcp_ctx_t *cx)
{
    const char *rest = x->cookie;
    const char *value =
        mcp_oauth_cookie_next(&rest, MCP_COOKIE_BROWSER, x, cx->pool);

    if (!value)
        MCP_TRY(mcp_oauth_cookie_make(&value, MCP_COOKIE_BROWSER, x, cx));
    *digest = mcp_digest_text(value, cx->pool);
    return NULL;
}

int mcp_oauth_cookie_is(const mcp_oauth_exchange_t *x, const char *digest,
                        apr_pool_t *pool)
{
    const char *rest = x->cookie, *value;

    while ((value = mcp_oauth_cookie_next(&rest, MCP_COOKIE_BROWSER, x,
                                          pool)) != NULL)
        if (mcp_digest_equal(mcp_digest_text(value, pool), digest))
            return 1;
    return 0;
}
