/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "target.h"

#include "base/writer.h"
#include "idp/claim.h"
#include "idp/mapping.h"

/* One JSON object, or two on a line each: what a provider says of a user,
 * through the mapping of every preset. What comes of it is bounded; no
 * e-mail address is there that nobody vouches for; and what users can change
 * themselves changes nothing that somebody decides by. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const lines[][2] = {
    {"auth0", "t.us.auth0.com"},
    {"clerk", "x.clerk.accounts.dev"},
    {"workos", "x.authkit.app"},
    {"supabase", "ref"},
    {"keycloak", "https://kc/realms/r"},
    {"oidc", "https://o"},
    {"google", NULL},
    {"entra", "0f14d0ab-9605-4a62-a9e4-5ed26688389b"},
    {"okta", "o.okta.com"},
    {"github", NULL},
    {"pingone", "0f14d0ab-9605-4a62-a9e4-5ed26688389b"},
    {"cognito", "eu-west-1_A"},
    {"authentik", "https://ak/application/o/mcp/"},
    {"scalekit", "https://env"},
};

#define LINES (sizeof(lines) / sizeof(*lines))
#define MOST 2

static void idp_make(mcp_idp_t *idp, const char *const line[2],
                     apr_pool_t *pool)
{
    apr_array_header_t *arguments =
        apr_array_make(pool, 1, sizeof(const char *));

    memset(idp, 0, sizeof(*idp));
    if (line[1])
        APR_ARRAY_PUSH(arguments, const char *) = line[1];
    idp->preset = mcp_idp_preset_find(line[0]);
    idp->arguments = arguments;
    PROMISE(!idp->preset->check(idp, pool));
}

static void check_text(const char *text)
{
    PROMISE(!text || mcp_idp_claim_is_good(text));
}

static void check_list(const apr_array_header_t *list)
{
    int i;

    PROMISE(!list || list->nelts <= MCP_IDP_CLAIM_LIST);
    for (i = 0; list && i < list->nelts; i++)
        PROMISE(mcp_idp_claim_is_good(APR_ARRAY_IDX(list, i, const char *)));
}

static void check_bounds(const mcp_idp_mapped_t *mapped, mcp_ctx_t *cx)
{
    const mcp_identity_t *who = &mapped->identity;
    const mcp_json_t *claims;

    PROMISE(who->issuer);
    PROMISE(!who->user || who->subject || mapped->lacks);
    check_text(who->subject);
    check_text(who->user);
    check_text(who->email);
    check_text(who->name);
    PROMISE(!who->name || strlen(who->name) <= MCP_IDP_MAPPING_NAME);
    check_text(who->picture);
    check_text(who->organization);
    check_text(who->session);
    check_text(mapped->client);
    check_list(who->roles);
    check_list(who->permissions);
    check_list(mapped->scopes);
    if (!who->claims)
        return;
    PROMISE(strlen(who->claims) <= MCP_IDENTITY_CLAIMS_MAX);
    PROMISE(!mcp_json_read(&claims, who->claims, strlen(who->claims), cx));
    PROMISE(mcp_json_type(claims) == MCP_JSON_OBJECT);
    PROMISE(!mcp_json_get(claims, "nonce"));
}

static void check_email(const mcp_idp_mapped_t *mapped, const mcp_idp_t *idp,
                        const mcp_json_t *const *claims, int count)
{
    const char *flag = idp->preset->facts->email == MCP_IDP_EMAIL_EDOV
                           ? "xms_edov"
                           : "email_verified";
    int i, vouched = 0;

    for (i = 0; i < count; i++)
        vouched |= mcp_idp_claim_is_yes(mcp_json_get(claims[i], flag));
    PROMISE(!mapped->identity.email || vouched);
}

/* -- without what users can change -- */

static const mcp_json_t *without(const mcp_json_t *claims, const char *name,
                                 mcp_ctx_t *cx)
{
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    const mcp_json_t *json;
    mcp_json_iter_t *i;
    apr_size_t len;
    const char *text;

    if (mcp_json_type(claims) != MCP_JSON_OBJECT)
        return claims;
    mcp_writer_open(w, '{');
    for (i = mcp_json_first(claims); i; i = mcp_json_next(claims, i)) {
        if (!strcmp(mcp_json_iter_name(i), name))
            continue;
        mcp_writer_name(w, mcp_json_iter_name(i));
        mcp_writer_json(w, mcp_json_iter_value(i));
    }
    mcp_writer_close(w);
    text = mcp_writer_text(w, &len);
    PROMISE(!mcp_json_read(&json, text, len, cx));
    return json;
}

static int is_same(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

static int is_same_list(const apr_array_header_t *a,
                        const apr_array_header_t *b)
{
    int i;

    if (!a || !b || a->nelts != b->nelts)
        return a == b;
    for (i = 0; i < a->nelts; i++)
        if (strcmp(APR_ARRAY_IDX(a, i, const char *),
                   APR_ARRAY_IDX(b, i, const char *)) != 0)
            return 0;
    return 1;
}

static void check_editable(const mcp_idp_mapped_t *mapped,
                           const mcp_idp_t *idp,
                           const mcp_json_t *const *claims, int count,
                           mcp_ctx_t *cx)
{
    const char *editable = idp->preset->facts->editable;
    const mcp_json_t *less[MOST];
    mcp_idp_mapped_t other;
    int i;

    if (!editable)
        return;
    for (i = 0; i < count; i++)
        less[i] = without(claims[i], editable + 1, cx);
    mcp_idp_mapping_read(&other, idp, less, count, cx);
    PROMISE(is_same(mapped->identity.subject, other.identity.subject));
    PROMISE(is_same(mapped->identity.user, other.identity.user));
    PROMISE(is_same(mapped->identity.email, other.identity.email));
    PROMISE(
        is_same(mapped->identity.organization, other.identity.organization));
    PROMISE(is_same_list(mapped->identity.roles, other.identity.roles));
    PROMISE(is_same_list(mapped->identity.permissions,
                         other.identity.permissions));
}

static void feed(const mcp_json_t *const *claims, int count, mcp_ctx_t *cx)
{
    size_t i;

    for (i = 0; i < LINES; i++) {
        mcp_idp_mapped_t mapped;
        mcp_idp_t idp;

        idp_make(&idp, lines[i], cx->pool);
        mcp_idp_mapping_read(&mapped, &idp, claims, count, cx);
        check_bounds(&mapped, cx);
        check_email(&mapped, &idp, claims, count);
        check_editable(&mapped, &idp, claims, count, cx);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    const mcp_json_t *claims[MOST];
    const char *text = (const char *)data, *end = text + size;
    int count = 0;

    while (count < MOST && text < end) {
        const char *line = memchr(text, '\n', (size_t)(end - text));
        size_t len = (size_t)((line ? line : end) - text);

        if (mcp_json_read(&claims[count], text, len, &cx))
            break;
        count++;
        text += len + 1;
    }
    if (count)
        feed(claims, count, &cx);
    target_end(&cx);
    return 0;
}
