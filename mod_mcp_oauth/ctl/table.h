/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CTL_TABLE_H
#define MCP_CTL_TABLE_H

#include "base/writer.h"
#include "ctl/command.h"

/* Rows to be shown to people or written for programs. What people see is
 * escaped: names come from strangers, and a terminal obeys. */

typedef enum {
    MCP_CTL_TEXT,
    MCP_CTL_DIGEST, /* people see the beginning, which is enough to name it */
    MCP_CTL_WHOLE,  /* a text that only programs see */
    MCP_CTL_NUMBER,
    MCP_CTL_TIME, /* seconds since the epoch */
    MCP_CTL_FLAG
} mcp_ctl_kind_t;

typedef struct mcp_ctl_column_t {
    const char *name; /* "client_name": people see "client name" */
    mcp_ctl_kind_t kind;
} mcp_ctl_column_t;

typedef struct mcp_ctl_table_t mcp_ctl_table_t;

/* columns is static */
mcp_ctl_table_t *mcp_ctl_table_make(const mcp_ctl_column_t *columns, int count,
                                    apr_pool_t *pool);
/* Cells come in the order of the columns, row by row. NULL, and a time that is
 * negative: there is none. text lives as long as the table. */
void mcp_ctl_table_text(mcp_ctl_table_t *table, const char *text);
void mcp_ctl_table_number(mcp_ctl_table_t *table, apr_int64_t number);

/* A line of names and one for each row. */
void mcp_ctl_table_print(const mcp_ctl_table_t *table);
/* Each column of the only row on a line of its own. */
void mcp_ctl_table_print_row(const mcp_ctl_table_t *table);
/* An array of objects; the members of the only row, into an open object. */
void mcp_ctl_table_write(mcp_writer_t *w, const mcp_ctl_table_t *table);
void mcp_ctl_table_write_row(mcp_writer_t *w, const mcp_ctl_table_t *table);
/* All of it as the command was asked to: for people, or {"NAME": [...]}. */
void mcp_ctl_table_show(const mcp_ctl_table_t *table, const char *name,
                        const mcp_ctl_arguments_t *arguments);

/* text as a terminal may have it */
const char *mcp_ctl_table_safe(const char *text, apr_pool_t *pool);

#endif
