/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "../unit/oauth_journey.h"
#include "bench.h"

#include "oauth/access_token.h"
#include "oauth/grant.h"
#include "oauth/verify.h"

/* What a child remembers of access tokens: what it costs to judge one, to
 * know one again, and what many different ones do to its memory.
 *
 *   TOKENS=100000
 */

#define ENTRIES 8192 /* as server/state.c makes it */
#define HITS 200000
#define AIM (16 * 1024) /* KiB that it may grow by */

/* KiB of this process in memory, -1 when nobody says so */
static long resident(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    long size = -1;

    while (file && fgets(line, sizeof(line), file))
        if (sscanf(line, "VmRSS: %ld", &size) == 1)
            break;
    if (file)
        fclose(file);
    return size;
}

static void or_die(const mcp_error_t *e, const char *what)
{
    if (!e)
        return;
    fine(e, what);
    exit(1);
}

static mcp_oauth_grant_t *grant_make(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_grant_t *grant = apr_pcalloc(cx->pool, sizeof(*grant));

    or_die(mcp_oauth_grant_make_id(&grant->id, cx), "an id");
    grant->client_id = public_client(w, cx);
    grant->identity.issuer = "https://login.example.com/realms/staff";
    grant->identity.subject = "5f2b6a1e-8c41-4b7f-9d7a-000000000001";
    grant->identity.user = "ada@example.com";
    grant->resource = TASKS;
    grant->scope = "tasks:read tasks:write";
    grant->created = grant->turned = mcp_ctx_seconds(cx);
    grant->generation = 1;
    mcp_oauth_grant_extend(grant, &w->tasks, grant->created);
    or_die(mcp_oauth_grant_put(grant, &w->works, cx), "a grant is stored");
    return grant;
}

static const char *bearer_make(const mcp_oauth_grant_t *grant, world_t *w,
                               mcp_ctx_t *cx)
{
    const mcp_oauth_access_token_ask_t ask = {grant, &w->tasks, grant->scope};
    mcp_oauth_access_token_t token;

    or_die(mcp_oauth_access_token_make(&token, &ask, cx), "a token is made");
    return apr_pstrcat(cx->pool, "Bearer ", token.text, NULL);
}

static void verify(const char *bearer, world_t *w, mcp_ctx_t *cx)
{
    const mcp_principal_t *who;

    or_die(verify_header(&who, bearer, &w->tasks, cx), "a token is good");
}

/* Different ones, each verified once; how long the verifying took. */
static double verify_new(const mcp_oauth_grant_t *grant, int count, world_t *w,
                         mcp_ctx_t *cx)
{
    mcp_ctx_t own = *cx;
    double took = 0;
    int i;

    apr_pool_create(&own.pool, cx->pool);
    for (i = 0; i < count; i++) {
        const char *bearer = bearer_make(grant, w, &own);
        double began = seconds();

        verify(bearer, w, &own);
        took += seconds() - began;
        apr_pool_clear(own.pool);
    }
    apr_pool_destroy(own.pool);
    return took;
}

static double verify_again(const mcp_oauth_grant_t *grant, world_t *w,
                           mcp_ctx_t *cx)
{
    const char *bearer = bearer_make(grant, w, cx);
    mcp_ctx_t own = *cx;
    double began;
    int i;

    apr_pool_create(&own.pool, cx->pool);
    verify(bearer, w, &own);
    began = seconds();
    for (i = 0; i < HITS; i++) {
        verify(bearer, w, &own);
        apr_pool_clear(own.pool);
    }
    apr_pool_destroy(own.pool);
    return seconds() - began;
}

static void body(mcp_ctx_t *cx)
{
    int count = number_of("TOKENS", 100000);
    mcp_oauth_grant_t *grant;
    long before, full, after;
    double first, rest, again;
    world_t *w;

    tap_is_quiet = 1;
    w = world_make(cx);
    w->works.verified = mcp_live_seen_make(ENTRIES, cx->pool);
    grant = grant_make(w, cx);
    verify_new(grant, 100, w, cx); /* what is made once */
    before = resident();
    first = verify_new(grant, ENTRIES, w, cx);
    full = resident();
    rest = verify_new(grant, count - ENTRIES, w, cx);
    after = resident();
    again = verify_again(grant, w, cx);
    printf("a token of %d bytes: judged in %.1f us, known again in %.2f us\n",
           (int)strlen(bearer_make(grant, w, cx)) - 7,
           1e6 * (first + rest) / count, 1e6 * again / HITS);
    printf("%d are remembered at most; memory grew by %ld KiB with the first "
           "%d, by %ld KiB with %d in all: %s %d KiB\n",
           ENTRIES, full - before, ENTRIES, after - before, count,
           after - before <= AIM ? "within the aim of" : "ABOVE the aim of",
           AIM);
    ok(after - before <= 2 * AIM, "it is no defect");
}

TAP_MAIN(body)
