/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_JOSE_ALG_H
#define MCP_JOSE_ALG_H

/* A signature algorithm that is verified here (RFC 7518 3.1, RFC 8037 3.1,
 * RFC 9864 2.2). */
typedef struct mcp_jose_alg_t {
    const char *name;
    const char *kty;
    const char *crv; /* NULL: any that kty has, or none */
    /* OpenSSL's name of the hash that OpenID Connect Core 3.1.3.6 takes for
     * at_hash; NULL: nobody says which */
    const char *digest;
} mcp_jose_alg_t;

/* NULL: there is none of this name, or name is NULL. Static. */
const mcp_jose_alg_t *mcp_jose_alg_find(const char *name);

#endif
