/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "jose/alg.h"

#include <string.h>

/* EdDSA: Ed448 has no hash of its own that OpenID Connect names; those who
 * sign with EdDSA have an Ed25519 key. */
static const mcp_jose_alg_t algs[] = {
    {"ES256", "EC", "P-256", "SHA256"},
    {"ES384", "EC", "P-384", "SHA384"},
    {"ES512", "EC", "P-521", "SHA512"},
    {"RS256", "RSA", NULL, "SHA256"},
    {"RS384", "RSA", NULL, "SHA384"},
    {"RS512", "RSA", NULL, "SHA512"},
    {"PS256", "RSA", NULL, "SHA256"},
    {"PS384", "RSA", NULL, "SHA384"},
    {"PS512", "RSA", NULL, "SHA512"},
    {"EdDSA", "OKP", NULL, "SHA512"},
    {"Ed25519", "OKP", "Ed25519", "SHA512"},
    {"Ed448", "OKP", "Ed448", NULL},
    {"HS256", "oct", NULL, "SHA256"},
};

const mcp_jose_alg_t *mcp_jose_alg_find(const char *name)
{
    size_t i;

    for (i = 0; name && i < sizeof(algs) / sizeof(algs[0]); i++)
        if (strcmp(algs[i].name, name) == 0)
            return &algs[i];
    return NULL;
}
