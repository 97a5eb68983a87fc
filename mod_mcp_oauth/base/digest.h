/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_DIGEST_H
#define MCP_BASE_DIGEST_H

#include "base/error.h"

#define MCP_DIGEST_SIZE 32

/* SHA-256 (FIPS 180-4). Cannot fail on memory that can be read; the algorithm
 * is fetched once per process. */
void mcp_digest_sha256(unsigned char out[MCP_DIGEST_SIZE], const void *data,
                       apr_size_t len);
/* of text without its NUL: the key of a record that is found by a secret */
void mcp_digest_sha256_text(unsigned char out[MCP_DIGEST_SIZE],
                            const char *text);
/* Of two texts, so that no other two have the same: a with its NUL, then b. */
void mcp_digest_sha256_two(unsigned char out[MCP_DIGEST_SIZE], const char *a,
                           const char *b);
/* Of len bytes and the text behind them, without its NUL. */
void mcp_digest_sha256_behind(unsigned char out[MCP_DIGEST_SIZE],
                              const void *head, apr_size_t len,
                              const char *text);
/* Gives back what this thread keeps for digests, before this code is unloaded;
 * a thread that ends does so by itself. Not after OpenSSL was cleaned up. */
void mcp_digest_end(void);
/* HMAC-SHA-256 (RFC 2104). */
void mcp_digest_hmac(unsigned char out[MCP_DIGEST_SIZE],
                     const unsigned char key[MCP_DIGEST_SIZE],
                     const void *data, apr_size_t len);
/* HKDF-SHA-256 (RFC 5869) without salt, 32 bytes out. */
void mcp_digest_hkdf(unsigned char out[MCP_DIGEST_SIZE],
                     const unsigned char secret[MCP_DIGEST_SIZE],
                     const void *info, apr_size_t len);
/* SHA-256 of text as base64url: PKCE's S256, and how a log names a secret. */
const char *mcp_digest_text(const char *text, apr_pool_t *pool);
/* In constant time for equal lengths. NULL never equals anything. */
int mcp_digest_equal(const char *a, const char *b);
int mcp_digest_equal_bytes(const unsigned char *a, const unsigned char *b,
                           apr_size_t len);

#endif
