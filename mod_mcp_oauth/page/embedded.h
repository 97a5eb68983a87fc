/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_PAGE_EMBEDDED_H
#define MCP_PAGE_EMBEDDED_H

#include <apr.h>

/* The files of this folder, as build/embed compiled them in. */

typedef struct mcp_page_embedded_t {
    const char *name; /* such as "consent.html"; NULL ends the table */
    const char *data; /* NUL-terminated */
    apr_size_t length;
} mcp_page_embedded_t;

extern const mcp_page_embedded_t mcp_page_embedded[];

#endif
