/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/kind_client.h"

#include <apr_lib.h>
#include <apr_strings.h>

#include "config/block.h"
#include "config/row.h"

#define MAX_ID 128
#define CLIENT(clients, i) APR_ARRAY_IDX(clients, i, mcp_client_setting_t *)

/* What goes through HTTP Basic with and without percent-encoding. */
static int is_plain(const char *id)
{
    for (; *id; id++)
        if (!apr_isalnum(*id) && !strchr("-._~@/", *id))
            return 0;
    return 1;
}

const char *mcp_config_kind_client_read(mcp_client_setting_t **made,
                                        const mcp_config_line_t *line)
{
    const char *id = mcp_config_line_word(line, 0);

    if (line->words->nelts > 1)
        return mcp_config_line_refuse(line,
                                      "\"%s\" is one argument too many. Write "
                                      "<MCPRegisteredClient ID>.",
                                      mcp_config_line_word(line, 1));
    if (!strncmp(id, "https:", 6))
        return mcp_config_line_refuse(
            line,
            "\"%s\" is a URL: such a client publishes what it is there "
            "itself and needs no registration. Give yours a name.",
            id);
    if (!*id || strlen(id) > MAX_ID || !is_plain(id))
        return mcp_config_line_refuse(
            line,
            "\"%s\" is not an id: 1 to %d letters, digits and -._~@/, which "
            "all clients send alike.",
            id, MAX_ID);
    *made = apr_pcalloc(line->pool, sizeof(**made));
    (*made)->id = id;
    (*made)->where =
        apr_psprintf(line->pool, "<%s %s>, %s", line->name, id,
                     mcp_config_block_where(line->cmd->directive, line->pool));
    return NULL;
}

/* -- what does not go together -- */

static const char *grants_check(const mcp_client_setting_t *client)
{
    if (client->grants & MCP_GRANTS_NONE && client->grants != MCP_GRANTS_NONE)
        return "none in Grants goes with no other. Drop it, or the others";
    if (!client->secret && !client->keys && client->grants & MCP_GRANTS_CLIENT)
        return "client_credentials is for clients that can prove who they "
               "are. Add Secret or Keys, or take it out of Grants";
    if (client->grants & MCP_GRANTS_REFRESH &&
        !(client->grants & MCP_GRANTS_CODE))
        return "refresh_token in Grants goes with authorization_code; with "
               "client_credentials a client asks for another token. Drop it";
    if (client->grants & MCP_GRANTS_CODE && !client->redirect_uris)
        return "where are its users sent back to? Add RedirectURI; for a "
               "client without users write \"Grants client_credentials\"";
    if (!(client->grants & MCP_GRANTS_CODE) && client->redirect_uris)
        return "RedirectURI has no use without authorization_code in Grants. "
               "Drop it, or add that";
    return NULL;
}

/* RFC 8252 8.6: whatever listens on the user's computer could say that it is
 * the client, and nobody would be asked. */
static const char *consent_check(const mcp_client_setting_t *client)
{
    const apr_array_header_t *uris = client->redirect_uris;
    int i;

    if (client->consent != MCP_CONSENT_OFF || client->secret || client->keys)
        return NULL;
    for (i = 0; uris && i < uris->nelts; i++)
        if (strncasecmp(APR_ARRAY_IDX(uris, i, const char *), "https:", 6))
            return "Consent off, but any program on a user's computer could "
                   "say that it is this client. Take Consent off out, or "
                   "RedirectURI that is not https, or give it a Secret";
    return NULL;
}

/* RFC 7662 4: whoever may ask can find out what tokens are good. */
static const char *introspection_check(const mcp_client_setting_t *client)
{
    if (client->introspection != MCP_INTROSPECTION_ON)
        return client->grants & MCP_GRANTS_NONE
                   ? "Grants none is for a client that asks about tokens. Add "
                     "Introspection on, or say what it is granted"
                   : NULL;
    return client->secret || client->keys
               ? NULL
               : "Introspection on, but anybody could say that it is this "
                 "client. Add Secret or Keys, or take Introspection out";
}

static const char *together_check(const mcp_client_setting_t *client)
{
    const char *wrong = grants_check(client);

    if (client->secret && client->keys)
        return "Secret and Keys are two ways to prove who it is. Drop one";
    if (!wrong)
        wrong = introspection_check(client);
    return wrong ? wrong : consent_check(client);
}

/* -- lists -- */

/* The same id replaces. */
static void put(apr_array_header_t *clients, mcp_client_setting_t *client)
{
    int i;

    for (i = 0; i < clients->nelts; i++)
        if (!strcmp(CLIENT(clients, i)->id, client->id)) {
            CLIENT(clients, i) = client;
            return;
        }
    APR_ARRAY_PUSH(clients, mcp_client_setting_t *) = client;
}

const char *mcp_config_kind_client_add(void *value, mcp_client_setting_t *made,
                                       const mcp_config_line_t *line)
{
    apr_array_header_t **clients = value;
    const char *wrong;

    mcp_config_row_word_defaults(line->name, made, sizeof(*made), line->pool);
    wrong = together_check(made);
    if (wrong)
        return mcp_config_line_refuse(line, "%s: %s.", made->id, wrong);
    if (!*clients)
        *clients = apr_array_make(line->pool, 4, sizeof(made));
    put(*clients, made);
    return NULL;
}

static const char *client_parse(void *value, const mcp_config_line_t *line)
{
    return mcp_config_line_refuse(
        line,
        "a client has words of its own. Write <MCPRegisteredClient %s>, "
        "what it is on lines of their own, and </MCPRegisteredClient>.",
        mcp_config_line_word(line, 0));
}

static void client_merge(void *value, const void *outer, apr_pool_t *pool)
{
    apr_array_header_t **clients = value, *merged;
    apr_array_header_t *below = *(apr_array_header_t *const *)outer;
    int i;

    if (!*clients || !below) {
        *clients = *clients ? *clients : below;
        return;
    }
    merged = apr_array_copy(pool, below);
    for (i = 0; i < (*clients)->nelts; i++)
        put(merged, CLIENT(*clients, i));
    *clients = merged;
}

static const char *words_show(const mcp_client_setting_t *client,
                              apr_pool_t *pool)
{
    const mcp_config_row_t *row;
    const char *out = NULL, *value;

    for (row = mcp_config_row_words; row->name; row++) {
        if (strcmp(row->container, "MCPRegisteredClient") != 0)
            continue;
        value = mcp_config_row_show(row, client, pool);
        if (value)
            out = apr_pstrcat(pool, out ? out : "", out ? "; " : "", row->name,
                              " ", value, NULL);
    }
    return out;
}

static const char *client_show(const void *value, const char *limits,
                               apr_pool_t *pool)
{
    const apr_array_header_t *clients =
        *(const apr_array_header_t *const *)value;
    const char *out = NULL;
    int i;

    for (i = 0; clients && i < clients->nelts; i++)
        out = apr_pstrcat(pool, out ? out : "", out ? ", " : "",
                          CLIENT(clients, i)->id, " (",
                          words_show(CLIENT(clients, i), pool), ")", NULL);
    return out;
}

const mcp_config_kind_t mcp_config_kind_client = {client_parse, client_merge,
                                                  client_show};
