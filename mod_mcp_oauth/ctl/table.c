/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "ctl/table.h"

#include <apr_strings.h>
#include <apr_tables.h>
#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "base/settings.h"
#include "ctl/moment.h"

#define MOST_TEXT 80   /* characters of a cell */
#define MOST_DIGEST 12 /* 72 bits */
#define NOTHING "-"

typedef struct cell_t {
    const char *text;
    apr_int64_t number;
} cell_t;

struct mcp_ctl_table_t {
    const mcp_ctl_column_t *columns;
    int count;
    apr_array_header_t *cells; /* of cell_t */
    apr_pool_t *pool;
    apr_pool_t *scratch; /* of the line that is being printed */
};

mcp_ctl_table_t *mcp_ctl_table_make(const mcp_ctl_column_t *columns, int count,
                                    apr_pool_t *pool)
{
    mcp_ctl_table_t *table = apr_palloc(pool, sizeof(*table));

    table->columns = columns;
    table->count = count;
    table->cells = apr_array_make(pool, count, sizeof(cell_t));
    table->pool = pool;
    apr_pool_create(&table->scratch, pool);
    return table;
}

void mcp_ctl_table_text(mcp_ctl_table_t *table, const char *text)
{
    cell_t *cell = apr_array_push(table->cells);

    cell->text = text;
    cell->number = -1;
}

void mcp_ctl_table_number(mcp_ctl_table_t *table, apr_int64_t number)
{
    cell_t *cell = apr_array_push(table->cells);

    cell->text = NULL;
    cell->number = number;
}

static int rows_of(const mcp_ctl_table_t *table)
{
    return table->cells->nelts / table->count;
}

static const cell_t *cell_at(const mcp_ctl_table_t *table, int row, int column)
{
    return &APR_ARRAY_IDX(table->cells, row * table->count + column, cell_t);
}

/* -- for people -- */

const char *mcp_ctl_table_safe(const char *text, apr_pool_t *pool)
{
    return mcp_encode_log(text, strlen(text) * 4, pool);
}

static const char *safe_cut(const char *text, apr_pool_t *pool)
{
    const char *safe = mcp_ctl_table_safe(text, pool);

    if (strlen(safe) <= MOST_TEXT)
        return safe;
    return apr_pstrcat(pool, apr_pstrmemdup(pool, safe, MOST_TEXT - 3), "...",
                       NULL);
}

static const char *shown(const mcp_ctl_table_t *table, int row, int column)
{
    const cell_t *cell = cell_at(table, row, column);
    apr_pool_t *pool = table->scratch;

    switch (table->columns[column].kind) {
    case MCP_CTL_TEXT:
        return cell->text && *cell->text ? safe_cut(cell->text, pool)
                                         : NOTHING;
    case MCP_CTL_DIGEST:
        return cell->text ? apr_pstrndup(pool, cell->text, MOST_DIGEST)
                          : NOTHING;
    case MCP_CTL_NUMBER:
        return apr_psprintf(pool, "%" APR_INT64_T_FMT, cell->number);
    case MCP_CTL_TIME:
        return cell->number < 0 ? NOTHING
                                : mcp_ctl_moment_text(cell->number, pool);
    case MCP_CTL_FLAG:
        return cell->number ? "yes" : NOTHING;
    case MCP_CTL_WHOLE:
        break;
    }
    return NULL;
}

static const char *title(const mcp_ctl_table_t *table, int column)
{
    char *text = apr_pstrdup(table->scratch, table->columns[column].name), *c;

    for (c = text; *c; c++)
        if (*c == '_')
            *c = ' ';
    return text;
}

static int is_seen(const mcp_ctl_table_t *table, int column)
{
    return table->columns[column].kind != MCP_CTL_WHOLE;
}

static int is_number(const mcp_ctl_table_t *table, int column)
{
    return table->columns[column].kind == MCP_CTL_NUMBER;
}

static int wider(int width, const char *text)
{
    int len = (int)strlen(text);

    return len > width ? len : width;
}

static int *widths_of(const mcp_ctl_table_t *table)
{
    int *widths = apr_pcalloc(table->pool, table->count * sizeof(*widths));
    int row, i;

    for (i = 0; i < table->count; i++) {
        if (!is_seen(table, i))
            continue;
        widths[i] = wider(0, title(table, i));
        for (row = 0; row < rows_of(table); row++) {
            widths[i] = wider(widths[i], shown(table, row, i));
            apr_pool_clear(table->scratch);
        }
    }
    return widths;
}

/* row -1: the names */
static void line_print(const mcp_ctl_table_t *table, int row,
                       const int *widths)
{
    int i, last = table->count - 1;

    while (!is_seen(table, last))
        last--;
    for (i = 0; i <= last; i++) {
        const char *text = row < 0 ? title(table, i) : shown(table, row, i);
        int width = is_number(table, i) ? widths[i] : -widths[i];

        if (is_seen(table, i))
            printf("%*s%s", i < last || width > 0 ? width : 0, text,
                   i < last ? "  " : "\n");
    }
    apr_pool_clear(table->scratch);
}

void mcp_ctl_table_print(const mcp_ctl_table_t *table)
{
    const int *widths = widths_of(table);
    int row;

    for (row = -1; row < rows_of(table); row++)
        line_print(table, row, widths);
}

void mcp_ctl_table_print_row(const mcp_ctl_table_t *table)
{
    int width = 0, i;

    for (i = 0; i < table->count; i++)
        if (is_seen(table, i))
            width = wider(width, title(table, i));
    for (i = 0; i < table->count; i++)
        if (is_seen(table, i))
            printf("%-*s  %s\n", width, title(table, i), shown(table, 0, i));
}

/* -- for programs -- */

static void cell_write(mcp_writer_t *w, const mcp_ctl_table_t *table, int row,
                       int column)
{
    const mcp_ctl_column_t *of = &table->columns[column];
    const cell_t *cell = cell_at(table, row, column);

    switch (of->kind) {
    case MCP_CTL_TEXT:
    case MCP_CTL_DIGEST:
    case MCP_CTL_WHOLE:
        mcp_writer_member(w, of->name, cell->text);
        break;
    case MCP_CTL_TIME:
        if (cell->number < 0 || cell->number >= MCP_UNLIMITED)
            break;
        /* fall through */
    case MCP_CTL_NUMBER:
        mcp_writer_member_integer(w, of->name, cell->number);
        break;
    case MCP_CTL_FLAG:
        mcp_writer_member_boolean(w, of->name, cell->number != 0);
        break;
    }
}

void mcp_ctl_table_write_row(mcp_writer_t *w, const mcp_ctl_table_t *table)
{
    int i;

    for (i = 0; i < table->count; i++)
        cell_write(w, table, 0, i);
}

void mcp_ctl_table_write(mcp_writer_t *w, const mcp_ctl_table_t *table)
{
    int row, i;

    mcp_writer_open(w, '[');
    for (row = 0; row < rows_of(table); row++) {
        mcp_writer_open(w, '{');
        for (i = 0; i < table->count; i++)
            cell_write(w, table, row, i);
        mcp_writer_close(w);
    }
    mcp_writer_close(w);
}

void mcp_ctl_table_show(const mcp_ctl_table_t *table, const char *name,
                        const mcp_ctl_arguments_t *arguments)
{
    mcp_writer_t *w;

    if (!arguments->option[MCP_CTL_JSON]) {
        mcp_ctl_table_print(table);
        return;
    }
    w = mcp_writer_make(table->pool);
    mcp_writer_open(w, '{');
    mcp_writer_name(w, name);
    mcp_ctl_table_write(w, table);
    mcp_writer_close(w);
    printf("%s\n", mcp_writer_text(w, NULL));
}
