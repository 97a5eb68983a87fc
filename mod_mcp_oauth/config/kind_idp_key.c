/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/kind_idp_key.h"

#include <apr_strings.h>

#include "base/digest.h"
#include "config/block.h"
#include "jose/jwe.h"
#include "jose/jws.h"

typedef const mcp_error_t *(*reader_t)(mcp_jose_jwk_t **jwk, const char *text,
                                       apr_size_t len, mcp_ctx_t *cx);
typedef const char *(*fault_t)(const mcp_jose_jwk_t *jwk, apr_pool_t *pool);

typedef struct reading_t {
    const mcp_config_kind_idp_t *made;
    const mcp_config_line_t *line; /* of the container */
} reading_t;

/* The line of a word, so that httpd names that. */
static const char *refuse(const reading_t *reading, const char *word,
                          const char *why)
{
    const ap_directive_t *one =
        mcp_config_block_inside(reading->made->directive, word);

    if (one)
        reading->line->cmd->err_directive = one;
    return apr_psprintf(reading->line->pool, "%s: %s.", word, why);
}

static const char *key_read(const mcp_jose_jwk_t **jwk, const char *word,
                            const mcp_secret_setting_t *secret,
                            reader_t reader, const reading_t *reading)
{
    mcp_jose_jwk_t *made;
    const mcp_error_t *e = reader(&made, secret->text, strlen(secret->text),
                                  mcp_config_line_ctx(reading->line));

    if (e)
        return refuse(reading, word, e->detail);
    *jwk = made;
    return NULL;
}

static const char *fault_check(const mcp_jose_jwk_t *jwk, const char *word,
                               fault_t fault, const reading_t *reading)
{
    const char *why = fault(jwk, reading->line->pool);

    return why ? refuse(reading, word, why) : NULL;
}

static const char *client_read(mcp_idp_t *idp, const reading_t *reading)
{
    const char *wrong;

    if (!idp->client || idp->client->method != MCP_IDP_PRIVATE_KEY_JWT)
        return NULL;
    wrong = key_read(&idp->client_jwk, "Client", idp->client->secret,
                     mcp_jose_jwk_private, reading);
    return wrong ? wrong
                 : fault_check(idp->client_jwk, "Client",
                               mcp_jose_jws_key_fault, reading);
}

static const char *decryption_read(mcp_idp_t *idp, const reading_t *reading)
{
    const char *wrong;

    if (!idp->decryption_key)
        return NULL;
    wrong = key_read(&idp->decryption_jwk, "DecryptionKey",
                     idp->decryption_key, mcp_jose_jwk_private, reading);
    return wrong ? wrong
                 : fault_check(idp->decryption_jwk, "DecryptionKey",
                               mcp_jose_jwe_key_fault, reading);
}

const char *mcp_config_kind_idp_key_read(mcp_config_kind_idp_t *made,
                                         const mcp_config_line_t *line)
{
    const reading_t reading = {made, line};
    const char *wrong = client_read(&made->idp, &reading);

    if (!wrong && made->idp.shared_secret)
        wrong = key_read(&made->idp.shared_jwk, "SharedSecret",
                         made->idp.shared_secret, mcp_jose_jwk_secret,
                         &reading);
    return wrong ? wrong : decryption_read(&made->idp, &reading);
}

/* -- telling providers apart -- */

static int is_of_no_account(const char *name)
{
    return !strcasecmp(name, "Label") || !strcasecmp(name, "DecryptionKey") ||
           !strcasecmp(name, "Client");
}

const char *mcp_config_kind_idp_key_text(const mcp_config_kind_idp_t *made,
                                         apr_pool_t *pool)
{
    const mcp_idp_t *idp = &made->idp;
    const ap_directive_t *one = made->directive->first_child;
    const char *text =
        apr_pstrcat(pool, idp->preset->name, " ",
                    apr_array_pstrcat(pool, idp->arguments, ' '),
                    idp->client ? "\nClient " : NULL,
                    idp->client ? idp->client->id : NULL, NULL);

    for (; one; one = one->next)
        if (!mcp_idp_preset_is_remote(idp) ||
            !is_of_no_account(one->directive))
            text = apr_pstrcat(pool, text, "\n", one->directive, " ",
                               one->args, NULL);
    return mcp_digest_text(text, pool);
}
