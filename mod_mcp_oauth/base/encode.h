/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_ENCODE_H
#define MCP_BASE_ENCODE_H

#include <apr_pools.h>

/* base64url without padding (RFC 4648 5, RFC 7515 2). */
const char *mcp_encode_base64url(const void *data, apr_size_t len,
                                 apr_pool_t *pool);
/* Strict: no padding, no other characters, no stray bits. NULL when it is not
 * base64url. The result is NUL-terminated behind *len bytes. */
unsigned char *mcp_encode_base64url_read(apr_size_t *len, const char *text,
                                         apr_size_t text_len,
                                         apr_pool_t *pool);
/* Standard base64 with padding (RFC 4648 4), strict and canonical. */
const char *mcp_encode_base64(const void *data, apr_size_t len,
                              apr_pool_t *pool);
unsigned char *mcp_encode_base64_read(apr_size_t *len, const char *text,
                                      apr_size_t text_len, apr_pool_t *pool);
/* RFC 3986 percent encoding of everything but unreserved characters. */
const char *mcp_encode_percent(const char *text, apr_pool_t *pool);
/* application/x-www-form-urlencoded value: '+' and %XX. NULL on a bad escape
 * or a decoded NUL. */
const char *mcp_encode_form_value_read(const char *text, apr_size_t len,
                                       apr_pool_t *pool);
/* HTML text and attribute value. Control characters and the Unicode
 * bidirectional controls are replaced by U+FFFD: a hostile name cannot turn
 * the page around. */
const char *mcp_encode_html(const char *text, apr_pool_t *pool);
/* Whether text is well-formed UTF-8 without NUL. */
int mcp_encode_is_utf8(const char *text, apr_size_t len);
/* The first rune of text and how many bytes it takes; 0 when it is not
 * well-formed UTF-8. */
apr_size_t mcp_encode_utf8(const char *text, apr_size_t len, unsigned *rune);
/* For a log line: control characters and quotes as \xNN, at most max bytes. */
const char *mcp_encode_log(const char *text, apr_size_t max, apr_pool_t *pool);
/* RFC 9110 quoted-string content for WWW-Authenticate: backslash and quote
 * escaped, control characters dropped. */
const char *mcp_encode_quoted(const char *text, apr_pool_t *pool);

/* A number in size bytes, at most 8, in the byte order of the network. */
void mcp_encode_number(unsigned char *to, int size, apr_uint64_t number);
apr_uint64_t mcp_encode_number_read(const unsigned char *from, int size);

#endif
