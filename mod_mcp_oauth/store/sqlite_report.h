/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_STORE_SQLITE_REPORT_H
#define MCP_STORE_SQLITE_REPORT_H

#include <apr_tables.h>

#include "store/sqlite.h"

/* state.db looked at from outside, beside a running server or without one.
 * Nothing is written, whatever is found. */

typedef struct mcp_store_sqlite_count_t {
    int kind; /* of record.def, or of a later one */
    apr_int64_t live;
    apr_int64_t expired;
} mcp_store_sqlite_count_t;

typedef struct mcp_store_sqlite_report_t {
    apr_int64_t bytes;                /* of the file */
    apr_int64_t log_bytes;            /* of the write-ahead log beside it */
    const apr_array_header_t *counts; /* of mcp_store_sqlite_count_t */
    const apr_array_header_t *damage; /* of const char *; empty: it is whole */
} mcp_store_sqlite_report_t;

/* Reads all of it. UNAVAILABLE when it is not there, not ours, of another
 * version or no database. */
const mcp_error_t *
mcp_store_sqlite_report_make(mcp_store_sqlite_report_t *report,
                             const char *directory, mcp_ctx_t *cx);
/* The same in short: UNAVAILABLE also when it is damaged. */
const mcp_error_t *mcp_store_sqlite_report_check(const char *directory,
                                                 mcp_ctx_t *cx);

#endif
