/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "jose/half_hash.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/encode.h"
#include "jose/alg.h"

const char *mcp_jose_half_hash(const char *alg, const char *text,
                               apr_pool_t *pool)
{
    const mcp_jose_alg_t *row = mcp_jose_alg_find(alg);
    unsigned char hash[EVP_MAX_MD_SIZE];
    size_t len = 0;

    if (!row || !row->digest)
        return NULL;
    if (!EVP_Q_digest(NULL, row->digest, NULL, text, strlen(text), hash,
                      &len)) {
        ERR_clear_error();
        return NULL;
    }
    return mcp_encode_base64url(hash, len / 2, pool);
}
