/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_WRITER_H
#define MCP_BASE_WRITER_H

#include <apr_pools.h>

#include "base/json.h"

/* Writes compact JSON on one line into a growing buffer, without building a
 * tree first: the answers of the hot path. The caller keeps objects and arrays
 * balanced; commas are the writer's business. Strings that are not UTF-8 are
 * written with U+FFFD for each bad byte, so the result is always valid.
 *
 *     w = mcp_writer_make(pool);
 *     mcp_writer_open(w, '{');
 *     mcp_writer_member(w, "issuer", issuer);
 *     mcp_writer_name(w, "scopes");
 *     mcp_writer_open(w, '['); mcp_writer_string(w, s); mcp_writer_close(w);
 *     mcp_writer_close(w);
 *     text = mcp_writer_text(w, &len);
 */
typedef struct mcp_writer_t mcp_writer_t;

mcp_writer_t *mcp_writer_make(apr_pool_t *pool);
void mcp_writer_open(mcp_writer_t *w, char bracket);
void mcp_writer_close(mcp_writer_t *w);
void mcp_writer_name(mcp_writer_t *w, const char *name);
void mcp_writer_string(mcp_writer_t *w, const char *text);
void mcp_writer_string_n(mcp_writer_t *w, const char *text, apr_size_t len);
void mcp_writer_integer(mcp_writer_t *w, apr_int64_t value);
/* a number that JSON cannot hold (NaN, infinity) is written as null */
void mcp_writer_number(mcp_writer_t *w, double value);
void mcp_writer_boolean(mcp_writer_t *w, int value);
void mcp_writer_null(mcp_writer_t *w);
/* text is one valid JSON value already */
void mcp_writer_raw(mcp_writer_t *w, const char *text);
void mcp_writer_raw_n(mcp_writer_t *w, const char *text, apr_size_t len);
void mcp_writer_json(mcp_writer_t *w, const mcp_json_t *json);
/* name and string value; nothing at all when value is NULL */
void mcp_writer_member(mcp_writer_t *w, const char *name, const char *value);
void mcp_writer_member_integer(mcp_writer_t *w, const char *name,
                               apr_int64_t value);
void mcp_writer_member_boolean(mcp_writer_t *w, const char *name, int value);
/* NUL-terminated; len may be NULL */
const char *mcp_writer_text(mcp_writer_t *w, apr_size_t *len);

#endif
