/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "ctl/client.h"

#include <string.h>

#include <apr_hash.h>

#include "ctl/answer.h"
#include "ctl/table.h"
#include "oauth/cimd.h"
#include "oauth/client.h"
#include "oauth/revoke.h"

#define OF_OURS "c1-" /* how an id begins that holds a registration */

static const mcp_ctl_column_t columns[] = {
    {"client_name", MCP_CTL_TEXT}, {"client", MCP_CTL_TEXT},
    {"client_id", MCP_CTL_WHOLE},  {"grants", MCP_CTL_NUMBER},
    {"consents", MCP_CTL_NUMBER},  {"denied", MCP_CTL_FLAG},
};

#define COLUMNS ((int)(sizeof(columns) / sizeof(*columns)))

typedef struct client_t {
    const char *id;
    const char *name;
    int grants;
    int consents;
    int is_denied;
} client_t;

/* -- names -- */

static const mcp_client_setting_t *setting_of(const mcp_ctl_state_t *state,
                                              const char *id)
{
    const apr_array_header_t *services = state->known ? state->known->services
                                                      : NULL;
    int i, k;

    for (i = 0; services && i < services->nelts; i++) {
        const apr_array_header_t *clients =
            APR_ARRAY_IDX(services, i, const mcp_oauth_service_t *)
                ->settings->clients;

        for (k = 0; k < clients->nelts; k++) {
            const mcp_client_setting_t *client =
                APR_ARRAY_IDX(clients, k, const mcp_client_setting_t *);

            if (!strcmp(client->id, id))
                return client;
        }
    }
    return NULL;
}

/* Once for each client, of which there may be many rows. */
static const char *name_in(const char *id, const mcp_ctl_state_t *state,
                           mcp_ctx_t *cx)
{
    const char *name = apr_hash_get(state->names, id, APR_HASH_KEY_STRING);

    if (!name) {
        name = mcp_oauth_client_name(id, cx);
        name = name ? name : "";
        apr_hash_set(state->names, id, APR_HASH_KEY_STRING, name);
    }
    return *name ? name : NULL;
}

const char *mcp_ctl_client_name(const mcp_ctl_holding_t *holding,
                                const mcp_ctl_state_t *state, mcp_ctx_t *cx)
{
    const mcp_client_setting_t *setting =
        setting_of(state, holding->client_id);

    if (setting)
        return setting->label ? setting->label : setting->id;
    if (holding->client_name)
        return holding->client_name;
    return name_in(holding->client_id, state, cx);
}

/* -- the list -- */

/* In the order in which they are met first. */
static apr_array_header_t *clients_of(const apr_array_header_t *holdings,
                                      const mcp_ctl_state_t *state,
                                      mcp_ctx_t *cx)
{
    apr_array_header_t *clients =
        apr_array_make(cx->pool, 16, sizeof(client_t *));
    apr_hash_t *by_id = apr_hash_make(cx->pool);
    int i;

    for (i = 0; i < holdings->nelts; i++) {
        const mcp_ctl_holding_t *holding =
            APR_ARRAY_IDX(holdings, i, mcp_ctl_holding_t *);
        client_t *client;

        if (!holding->client_id)
            continue;
        client = apr_hash_get(by_id, holding->client_id, APR_HASH_KEY_STRING);
        if (!client) {
            client = apr_pcalloc(cx->pool, sizeof(*client));
            client->id = holding->client_id;
            apr_hash_set(by_id, client->id, APR_HASH_KEY_STRING, client);
            APR_ARRAY_PUSH(clients, client_t *) = client;
        }
        if (!client->name)
            client->name = mcp_ctl_client_name(holding, state, cx);
        client->grants += holding->kind == MCP_RECORD_GRANT;
        client->consents += holding->kind == MCP_RECORD_CONSENT;
        client->is_denied |= holding->kind == MCP_RECORD_DENIED;
    }
    return clients;
}

const mcp_error_t *mcp_ctl_client_list(int *answer,
                                       const mcp_ctl_arguments_t *arguments,
                                       mcp_ctx_t *cx)
{
    mcp_ctl_table_t *table = mcp_ctl_table_make(columns, COLUMNS, cx->pool);
    apr_array_header_t *holdings, *clients;
    mcp_ctl_state_t *state;
    int i;

    MCP_TRY(mcp_ctl_state_open(&state, arguments, cx));
    MCP_TRY(mcp_ctl_holding_read(&holdings, state, arguments, cx));
    clients = clients_of(holdings, state, cx);
    for (i = 0; i < clients->nelts; i++) {
        const client_t *client = APR_ARRAY_IDX(clients, i, client_t *);

        mcp_ctl_table_text(table, client->name);
        mcp_ctl_table_text(table,
                           mcp_oauth_client_brief(client->id, cx->pool));
        mcp_ctl_table_text(table, client->id);
        mcp_ctl_table_number(table, client->grants);
        mcp_ctl_table_number(table, client->consents);
        mcp_ctl_table_number(table, client->is_denied);
    }
    mcp_ctl_table_show(table, "clients", arguments);
    return NULL;
}

/* -- one of them -- */

/* An id that no record has: one that the configuration names, or a whole one
 * of a kind that says itself what it is. A part of an id would be the name of
 * nobody. */
static int is_id(const mcp_ctl_state_t *state, const char *given)
{
    return setting_of(state, given) || mcp_oauth_cimd_is_url(given) ||
           (!strncmp(given, OF_OURS, sizeof(OF_OURS) - 1) &&
            strlen(given) > MCP_CLIENT_BRIEF_MAX);
}

/* *id: the whole id of the client that the command names. */
static const mcp_error_t *find(const char **id, const mcp_ctl_state_t *state,
                               const mcp_ctl_arguments_t *arguments,
                               mcp_ctx_t *cx)
{
    apr_array_header_t *holdings, *clients;
    const char *given = arguments->object;
    int i;

    *id = NULL;
    MCP_TRY(mcp_ctl_holding_read(&holdings, state, arguments, cx));
    clients = clients_of(holdings, state, cx);
    for (i = 0; i < clients->nelts; i++) {
        const client_t *client = APR_ARRAY_IDX(clients, i, client_t *);

        if (!mcp_ctl_holding_is_client(client->id, given, cx->pool))
            continue;
        if (*id)
            return mcp_error_fault(MCP_E_NOT_FOUND, cx, "Give more of it.",
                                   "several clients are called so");
        *id = client->id;
    }
    if (!*id && is_id(state, given))
        *id = given;
    if (!*id)
        return mcp_error_fault(MCP_E_NOT_FOUND, cx,
                               "Give the whole id, or one that \"mcpctl list "
                               "clients\" shows.",
                               "no client of this name holds anything");
    return NULL;
}

const mcp_error_t *mcp_ctl_client_revoke(int *answer,
                                         const mcp_ctl_arguments_t *arguments,
                                         mcp_ctx_t *cx)
{
    mcp_ctl_answer_t done = {"grants", 0};
    mcp_ctl_state_t *state;
    const char *id;
    int count;

    MCP_TRY(mcp_ctl_state_open(&state, arguments, cx));
    MCP_TRY(find(&id, state, arguments, cx));
    MCP_TRY(mcp_oauth_revoke_client(&count, id, &state->works, cx));
    done.number = count;
    mcp_ctl_answer_print(&done, arguments, cx->pool,
                         "%d grant%s revoked. The client may ask for new "
                         "ones: see \"mcpctl deny client\".",
                         count, count == 1 ? "" : "s");
    return NULL;
}

const mcp_error_t *mcp_ctl_client_deny(int *answer,
                                       const mcp_ctl_arguments_t *arguments,
                                       mcp_ctx_t *cx)
{
    const mcp_ctl_answer_t done = {"denied", 1};
    mcp_ctl_state_t *state;
    const char *id;

    MCP_TRY(mcp_ctl_state_open(&state, arguments, cx));
    MCP_TRY(find(&id, state, arguments, cx));
    MCP_TRY(mcp_oauth_client_deny(id, &state->works, cx));
    mcp_ctl_answer_print(&done, arguments, cx->pool,
                         "The client is denied: its tokens are good for "
                         "nothing, and it gets no others.");
    return NULL;
}

const mcp_error_t *mcp_ctl_client_allow(int *answer,
                                        const mcp_ctl_arguments_t *arguments,
                                        mcp_ctx_t *cx)
{
    const mcp_ctl_answer_t done = {"allowed", 1};
    mcp_ctl_state_t *state;
    const char *id;
    int was;

    MCP_TRY(mcp_ctl_state_open(&state, arguments, cx));
    MCP_TRY(find(&id, state, arguments, cx));
    MCP_TRY(mcp_oauth_client_allow(&was, id, &state->works, cx));
    if (!was)
        return mcp_error_make(MCP_E_NOT_FOUND, cx,
                              "the client was not denied");
    mcp_ctl_answer_print(&done, arguments, cx->pool,
                         "The client is allowed again; tokens that have not "
                         "expired are good again too.");
    return NULL;
}
