/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <string.h>

#include <apr_hash.h>

#include "ctl/answer.h"
#include "ctl/holding.h"
#include "ctl/table.h"
#include "oauth/revoke.h"

static const mcp_ctl_column_t columns[] = {
    {"user", MCP_CTL_TEXT},       {"email", MCP_CTL_TEXT},
    {"name", MCP_CTL_TEXT},       {"subject", MCP_CTL_TEXT},
    {"issuer", MCP_CTL_TEXT},     {"grants", MCP_CTL_NUMBER},
    {"consents", MCP_CTL_NUMBER}, {"browsers", MCP_CTL_NUMBER},
};

#define COLUMNS ((int)(sizeof(columns) / sizeof(*columns)))

typedef struct user_t {
    mcp_identity_t identity;
    int grants;
    int consents;
    int browsers;
} user_t;

/* Of a remembered consent alone neither is known. */
static void add_names(mcp_identity_t *to, const mcp_identity_t *from)
{
    if (!to->email)
        to->email = from->email;
    if (!to->name)
        to->name = from->name;
}

/* In the order in which they are met first. */
static apr_array_header_t *users_of(const apr_array_header_t *holdings,
                                    apr_pool_t *pool)
{
    apr_array_header_t *users = apr_array_make(pool, 16, sizeof(user_t *));
    apr_hash_t *by_index = apr_hash_make(pool);
    int i;

    for (i = 0; i < holdings->nelts; i++) {
        const mcp_ctl_holding_t *holding =
            APR_ARRAY_IDX(holdings, i, mcp_ctl_holding_t *);
        const char *index;
        user_t *user;

        if (!holding->identity.user)
            continue;
        index = mcp_oauth_identity_index(&holding->identity, pool);
        user = apr_hash_get(by_index, index, APR_HASH_KEY_STRING);
        if (!user) {
            user = apr_pcalloc(pool, sizeof(*user));
            user->identity = holding->identity;
            apr_hash_set(by_index, index, APR_HASH_KEY_STRING, user);
            APR_ARRAY_PUSH(users, user_t *) = user;
        }
        add_names(&user->identity, &holding->identity);
        user->grants += holding->kind == MCP_RECORD_GRANT;
        user->consents += holding->kind == MCP_RECORD_CONSENT;
        user->browsers += holding->kind == MCP_RECORD_SIGNIN;
    }
    return users;
}

const mcp_error_t *mcp_ctl_user_list(int *answer,
                                     const mcp_ctl_arguments_t *arguments,
                                     mcp_ctx_t *cx)
{
    mcp_ctl_table_t *table = mcp_ctl_table_make(columns, COLUMNS, cx->pool);
    apr_array_header_t *holdings, *users;
    mcp_ctl_state_t *state;
    int i;

    MCP_TRY(mcp_ctl_state_open(&state, arguments, cx));
    MCP_TRY(mcp_ctl_holding_read(&holdings, state, arguments, cx));
    users = users_of(holdings, cx->pool);
    for (i = 0; i < users->nelts; i++) {
        const user_t *user = APR_ARRAY_IDX(users, i, user_t *);

        mcp_ctl_table_text(table, user->identity.user);
        mcp_ctl_table_text(table, user->identity.email);
        mcp_ctl_table_text(table, user->identity.name);
        mcp_ctl_table_text(table, user->identity.subject);
        mcp_ctl_table_text(table, user->identity.issuer);
        mcp_ctl_table_number(table, user->grants);
        mcp_ctl_table_number(table, user->consents);
        mcp_ctl_table_number(table, user->browsers);
    }
    mcp_ctl_table_show(table, "users", arguments);
    return NULL;
}

/* -- ending one -- */

static int is_called(const mcp_identity_t *who, const char *given)
{
    return mcp_ctl_holding_is_user(who, given) ||
           (who->email && !strcmp(who->email, given));
}

static const mcp_error_t *find(const mcp_identity_t **found,
                               const apr_array_header_t *users,
                               const mcp_ctl_arguments_t *arguments,
                               mcp_ctx_t *cx)
{
    const char *issuer = arguments->option[MCP_CTL_ISSUER];
    int i;

    *found = NULL;
    for (i = 0; i < users->nelts; i++) {
        const mcp_identity_t *who =
            &APR_ARRAY_IDX(users, i, user_t *)->identity;

        if (!is_called(who, arguments->object) ||
            (issuer && strcmp(who->issuer, issuer) != 0))
            continue;
        if (*found)
            return mcp_error_fault(MCP_E_NOT_FOUND, cx,
                                   "Say whose with --issuer, or give the "
                                   "subject.",
                                   "several users are called so");
        *found = who;
    }
    if (!*found)
        return mcp_error_fault(MCP_E_NOT_FOUND, cx,
                               "\"mcpctl list users\" shows who does.",
                               "no user of this name holds anything");
    return NULL;
}

const mcp_error_t *mcp_ctl_user_revoke(int *answer,
                                       const mcp_ctl_arguments_t *arguments,
                                       mcp_ctx_t *cx)
{
    mcp_ctl_answer_t done = {"grants", 0};
    apr_array_header_t *holdings;
    const mcp_identity_t *who;
    mcp_ctl_state_t *state;
    int count;

    MCP_TRY(mcp_ctl_state_open(&state, arguments, cx));
    MCP_TRY(mcp_ctl_holding_read(&holdings, state, arguments, cx));
    MCP_TRY(find(&who, users_of(holdings, cx->pool), arguments, cx));
    MCP_TRY(mcp_oauth_revoke_user(&count, who, "administrator", &state->works,
                                  cx));
    done.number = count;
    mcp_ctl_answer_print(&done, arguments, cx->pool, "%s: %d grant%s revoked.",
                         mcp_ctl_table_safe(who->user, cx->pool), count,
                         count == 1 ? "" : "s");
    return NULL;
}
