/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/cookie.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "base/random.h"

#define VALUE_BYTES 32
#define VALUE_LENGTH 43 /* of 32 bytes as base64url */

static int is_secure(const mcp_oauth_exchange_t *x)
{
    return !strncmp(x->service->issuer, "https:", 6);
}

/* Browsers take __Host- from https only, and from no other host. */
static const char *name_of(const mcp_oauth_exchange_t *x)
{
    return is_secure(x) ? "__Host-mcp-signin" : "mcp-signin";
}

/* Browsers send each name once per path; a foreign page of a domain above us
 * may have added one. *next goes on behind the one found. */
static const char *find(const char **next, const mcp_oauth_exchange_t *x,
                        apr_pool_t *pool)
{
    const char *name = name_of(x), *value;
    apr_size_t len = strlen(name), i;

    while (*next && **next) {
        value = *next + strspn(*next, " ;");
        *next = value + strcspn(value, ";");
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

const mcp_error_t *mcp_oauth_cookie_ensure(const char **digest,
                                           mcp_oauth_exchange_t *x,
                                           mcp_ctx_t *cx)
{
    const char *rest = x->cookie, *value = find(&rest, x, cx->pool);

    if (!value) {
        MCP_TRY(mcp_random_text(&value, VALUE_BYTES, cx));
        apr_table_addn(
            x->headers, "Set-Cookie",
            apr_psprintf(cx->pool,
                         "%s=%s; Path=/; HttpOnly; SameSite=Strict%s",
                         name_of(x), value, is_secure(x) ? "; Secure" : ""));
    }
    *digest = mcp_digest_text(value, cx->pool);
    return NULL;
}

int mcp_oauth_cookie_is(const mcp_oauth_exchange_t *x, const char *digest,
                        apr_pool_t *pool)
{
    const char *rest = x->cookie, *value;

    while ((value = find(&rest, x, pool)) != NULL)
        if (mcp_digest_equal(mcp_digest_text(value, pool), digest))
            return 1;
    return 0;
}
