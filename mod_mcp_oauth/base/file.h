/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_FILE_H
#define MCP_BASE_FILE_H

#include <apr_pools.h>

/* Small files in a directory that is open. errno says why one failed. */

/* Makes the file or takes the place of what has its name, whole or not at
 * all: it is written and synced as NAME.new first. is_given: what root writes
 * is for the owner of the directory. The caller keeps others from doing the
 * same. 0 when it failed. */
int mcp_file_write(int directory, const char *name, const char *text, int mode,
                   int is_given);
/* At most size bytes of what descriptor is open for, NUL-terminated; NULL when
 * that failed. */
const char *mcp_file_read(int descriptor, apr_size_t size, apr_pool_t *pool);

#endif
