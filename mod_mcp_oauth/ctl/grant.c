/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <string.h>

#include "ctl/answer.h"
#include "ctl/client.h"
#include "ctl/table.h"
#include "oauth/client.h"
#include "oauth/revoke.h"

static const mcp_ctl_column_t columns[] = {
    {"grant", MCP_CTL_DIGEST},     {"user", MCP_CTL_TEXT},
    {"email", MCP_CTL_WHOLE},      {"name", MCP_CTL_WHOLE},
    {"subject", MCP_CTL_WHOLE},    {"issuer", MCP_CTL_WHOLE},
    {"client_name", MCP_CTL_TEXT}, {"client", MCP_CTL_TEXT},
    {"client_id", MCP_CTL_WHOLE},  {"resource", MCP_CTL_TEXT},
    {"scope", MCP_CTL_TEXT},       {"created", MCP_CTL_TIME},
    {"refreshed", MCP_CTL_TIME},   {"expires", MCP_CTL_TIME},
};

#define COLUMNS ((int)(sizeof(columns) / sizeof(*columns)))

static void row_add(mcp_ctl_table_t *table, const mcp_ctl_holding_t *grant,
                    const mcp_ctl_state_t *state, mcp_ctx_t *cx)
{
    mcp_ctl_table_text(table, grant->digest);
    mcp_ctl_table_text(table, grant->identity.user);
    mcp_ctl_table_text(table, grant->identity.email);
    mcp_ctl_table_text(table, grant->identity.name);
    mcp_ctl_table_text(table, grant->identity.subject);
    mcp_ctl_table_text(table, grant->identity.issuer);
    mcp_ctl_table_text(table, mcp_ctl_client_name(grant, state, cx));
    mcp_ctl_table_text(table,
                       mcp_oauth_client_brief(grant->client_id, cx->pool));
    mcp_ctl_table_text(table, grant->client_id);
    mcp_ctl_table_text(table, grant->resource);
    mcp_ctl_table_text(table, grant->scope);
    mcp_ctl_table_number(table, grant->created);
    mcp_ctl_table_number(table, grant->refreshed);
    mcp_ctl_table_number(table, grant->expires);
}

const mcp_error_t *mcp_ctl_grant_list(int *answer,
                                      const mcp_ctl_arguments_t *arguments,
                                      mcp_ctx_t *cx)
{
    mcp_ctl_table_t *table = mcp_ctl_table_make(columns, COLUMNS, cx->pool);
    apr_array_header_t *holdings;
    mcp_ctl_state_t *state;
    int i;

    MCP_TRY(mcp_ctl_state_open(&state, arguments, cx));
    MCP_TRY(mcp_ctl_holding_read(&holdings, state, arguments, cx));
    for (i = 0; i < holdings->nelts; i++) {
        const mcp_ctl_holding_t *holding =
            APR_ARRAY_IDX(holdings, i, mcp_ctl_holding_t *);

        if (holding->kind == MCP_RECORD_GRANT)
            row_add(table, holding, state, cx);
    }
    mcp_ctl_table_show(table, "grants", arguments);
    return NULL;
}

/* -- ending one -- */

/* As the list and the logs name it, or by its id, which the tokens hold. */
static int is_named(const mcp_ctl_holding_t *holding, const char *given)
{
    return holding->kind == MCP_RECORD_GRANT &&
           (mcp_ctl_holding_is_digest(holding->digest, given) ||
            !strcmp(holding->grant, given));
}

static const mcp_error_t *not_there(mcp_ctx_t *cx)
{
    return mcp_error_fault(MCP_E_NOT_FOUND, cx,
                           "\"mcpctl list grants\" shows those there are. 8 "
                           "characters at least name one.",
                           "there is no such grant (any more)");
}

static const mcp_error_t *find(const mcp_ctl_holding_t **found,
                               const mcp_ctl_state_t *state,
                               const mcp_ctl_arguments_t *arguments,
                               mcp_ctx_t *cx)
{
    apr_array_header_t *holdings;
    int i;

    *found = NULL;
    MCP_TRY(mcp_ctl_holding_read(&holdings, state, arguments, cx));
    for (i = 0; i < holdings->nelts; i++) {
        const mcp_ctl_holding_t *holding =
            APR_ARRAY_IDX(holdings, i, mcp_ctl_holding_t *);

        if (!is_named(holding, arguments->object))
            continue;
        if (*found)
            return mcp_error_fault(MCP_E_NOT_FOUND, cx, "Give more of it.",
                                   "several grants begin so");
        *found = holding;
    }
    return *found ? NULL : not_there(cx);
}

const mcp_error_t *mcp_ctl_grant_revoke(int *answer,
                                        const mcp_ctl_arguments_t *arguments,
                                        mcp_ctx_t *cx)
{
    const mcp_ctl_answer_t done = {"grants", 1};
    const mcp_ctl_holding_t *grant;
    mcp_ctl_state_t *state;
    int was_there;

    MCP_TRY(mcp_ctl_state_open(&state, arguments, cx));
    MCP_TRY(find(&grant, state, arguments, cx));
    MCP_TRY(
        mcp_oauth_revoke_grant(&was_there, grant->grant, &state->works, cx));
    if (!was_there)
        return not_there(cx);
    mcp_ctl_answer_print(
        &done, arguments, cx->pool,
        "The grant of %s is revoked: its tokens are good for nothing.",
        mcp_ctl_table_safe(grant->identity.user, cx->pool));
    return NULL;
}
