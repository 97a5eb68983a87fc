/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "target.h"

#include "idp/token_answer.h"

/* The first byte says of which type the rest is, what a token endpoint
 * answered: j JSON, f a form, else it does not say. One that is taken has
 * tokens that can be sent, or an error. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void token_check(const char *token, size_t most)
{
    PROMISE(*token && strlen(token) <= most);
    for (; *token; token++)
        PROMISE(*token > ' ' && *token <= '~');
}

static const char *type_of(uint8_t byte)
{
    return byte == 'j'   ? "application/json"
           : byte == 'f' ? "application/x-www-form-urlencoded"
                         : NULL;
}

static void answer_check(const mcp_idp_token_answer_t *answer)
{
    PROMISE((answer->access_token == NULL) == (answer->error != NULL));
    PROMISE(answer->expires_in >= 0);
    if (answer->access_token)
        token_check(answer->access_token, MCP_IDP_ACCESS_TOKEN_MAX);
    if (answer->id_token)
        token_check(answer->id_token, MCP_IDP_ID_TOKEN_MAX);
    if (answer->refresh_token)
        PROMISE(strlen(answer->refresh_token) <= MCP_IDP_REFRESH_TOKEN_MAX &&
                !strpbrk(answer->refresh_token, "\r\n"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    mcp_idp_token_answer_t answer;
    const mcp_error_t *e;

    if (size) {
        e = mcp_idp_token_answer_read(&answer, (const char *)data + 1,
                                      size - 1, type_of(data[0]), &cx);
        if (e)
            PROMISE(e->detail != NULL);
        else
            answer_check(&answer);
    }
    target_end(&cx);
    return 0;
}
