/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/session_known.h"

#include <string.h>

#define PLACES 32   /* of a thread: one for each id, by a part of it */
#define ID_MAX 128  /* bytes with the NUL; longer ones are not kept */
#define WHO_MAX 384 /* the same, of who it is all together */
#define GOOD_FOR 60 /* seconds */

typedef struct known_t {
    apr_int64_t until; /* 0: nothing is here */
    const mcp_server_t *server;
    mcp_session_t session;
    char id[ID_MAX];
    char who[WHO_MAX]; /* issuer, subject and client, each with its NUL */
} known_t;

static __thread known_t places[PLACES];

/* The end of an id is that of a MAC. */
static known_t *place_of(const char *id, apr_size_t len)
{
    const unsigned char *end = (const unsigned char *)id + len;

    return &places[(end[-1] + 3 * end[-2] + 7 * end[-3]) % PLACES];
}

/* Where text ends behind its NUL in to; NULL: there is no room up to end. */
static char *put(char *to, const char *end, const char *text)
{
    apr_size_t len = text ? strlen(text) + 1 : 1;

    if (!to || len > (apr_size_t)(end - to))
        return NULL;
    memcpy(to, text ? text : "", len);
    return to + len;
}

static int put_who(char *who, const mcp_principal_t *principal)
{
    const char *end = who + WHO_MAX;

    who = put(who, end, principal ? principal->issuer : NULL);
    who = put(who, end, principal ? principal->subject : NULL);
    return put(who, end, principal ? principal->client : NULL) != NULL;
}

static const char *skip(const char *who, const char *text)
{
    if (!who || strcmp(who, text ? text : "") != 0)
        return NULL;
    return who + strlen(who) + 1;
}

static int is_who(const char *who, const mcp_principal_t *principal)
{
    who = skip(who, principal ? principal->issuer : NULL);
    who = skip(who, principal ? principal->subject : NULL);
    return skip(who, principal ? principal->client : NULL) != NULL;
}

int mcp_session_known_find(mcp_session_t *session, const char *id,
                           const mcp_exchange_t *x, mcp_ctx_t *cx)
{
    const known_t *known = place_of(id, strlen(id));
    apr_int64_t now = mcp_ctx_seconds(cx);

    if (known->until <= now || known->until > now + GOOD_FOR ||
        known->server != x->server || !is_who(known->who, x->principal) ||
        !mcp_digest_equal(known->id, id))
        return 0;
    *session = known->session;
    return 1;
}

void mcp_session_known_keep(const mcp_session_t *session, const char *id,
                            const mcp_exchange_t *x, mcp_ctx_t *cx)
{
    apr_size_t len = strlen(id);
    known_t *known = place_of(id, len);

    known->until = 0;
    if (len >= ID_MAX || !put_who(known->who, x->principal))
        return;
    memcpy(known->id, id, len + 1);
    known->server = x->server;
    known->session = *session;
    known->until = mcp_ctx_seconds(cx) + GOOD_FOR;
}
