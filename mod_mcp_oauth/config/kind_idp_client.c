/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_lib.h>
#include <apr_strings.h>

#include "config/kind.h"
#include "config/secret.h"

#define MAX_ID 512
#define SECRET_LIMITS "1-65536" /* that of a provider, or a PEM file */

static const char *const methods[] = {"basic", "post", "private-key-jwt"};

#define METHOD_COUNT ((int)(sizeof(methods) / sizeof(*methods)))

/* 0: it is none */
static int method_of(const char *word)
{
    int i;

    for (i = 0; i < METHOD_COUNT; i++)
        if (!strcmp(methods[i], word))
            return i + 1;
    return 0;
}

/* RFC 6749 A.1 */
static int is_id(const char *id)
{
    const char *c;

    for (c = id; *c; c++)
        if (!apr_isgraph(*c))
            return 0;
    return *id && strlen(id) <= MAX_ID;
}

static const char *method_read(mcp_idp_client_setting_t *client,
                               const mcp_config_line_t *line)
{
    const char *word = mcp_config_line_word(line, 2);

    if (!word)
        return NULL;
    client->method = method_of(word);
    return client->method
               ? NULL
               : mcp_config_line_refuse(line,
                                        "\"%s\" is none of basic, post and "
                                        "private-key-jwt.",
                                        word);
}

/* A private key is sent to nobody, whatever a provider calls a secret. */
static const char *secret_check(const mcp_idp_client_setting_t *client,
                                const mcp_config_line_t *line)
{
    if (!client->secret || client->method == MCP_IDP_PRIVATE_KEY_JWT ||
        (!strstr(client->secret->text, "PRIVATE KEY-----") &&
         !strstr(client->secret->text, "\"kty\"")))
        return NULL;
    return mcp_config_line_refuse(
        line,
        "its secret is a private key, which would be sent to the provider. "
        "Write Client %s %s private-key-jwt.",
        client->id, client->secret->source);
}

static const char *client_parse(void *value, const mcp_config_line_t *line)
{
    mcp_idp_client_setting_t *client =
        apr_pcalloc(line->pool, sizeof(*client));
    const char *secret = mcp_config_line_word(line, 1), *wrong;

    client->id = mcp_config_line_word(line, 0);
    if (!is_id(client->id))
        return mcp_config_line_refuse(
            line,
            "\"%s\" is not the client id of a provider: 1 to %d characters "
            "without blanks.",
            client->id, MAX_ID);
    if (secret && method_of(secret))
        return mcp_config_line_refuse(
            line,
            "%s says how a secret is sent, but where is it? Write Client %s "
            "SECRET %s.",
            secret, client->id, secret);
    wrong = method_read(client, line);
    if (!wrong && secret)
        wrong = mcp_config_secret_read(&client->secret, secret, SECRET_LIMITS,
                                       line);
    *(const mcp_idp_client_setting_t **)value = client;
    return wrong ? wrong : secret_check(client, line);
}

static const char *client_show(const void *value, const char *limits,
                               apr_pool_t *pool)
{
    const mcp_idp_client_setting_t *client =
        *(const mcp_idp_client_setting_t *const *)value;

    if (!client)
        return NULL;
    return apr_pstrcat(
        pool, client->id, client->secret ? " " : "",
        client->secret
            ? mcp_config_kind_string(&client->secret->source, NULL, pool)
            : "",
        client->method ? " " : "",
        client->method ? methods[client->method - 1] : "", NULL);
}

const mcp_config_kind_t mcp_config_kind_idp_client = {
    client_parse, mcp_config_kind_replace, client_show};
