/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <stdio.h>

#include "ctl/state.h"
#include "ctl/table.h"
#include "store/sqlite_compact.h"
#include "store/sqlite_report.h"

static const mcp_ctl_column_t columns[] = {
    {"bytes_before", MCP_CTL_NUMBER},
    {"bytes_after", MCP_CTL_NUMBER},
    {"records_removed", MCP_CTL_NUMBER},
    {"log_kept", MCP_CTL_FLAG},
};

#define COLUMNS ((int)(sizeof(columns) / sizeof(*columns)))

static const mcp_error_t *nothing_to_compact(const mcp_ctl_state_t *state,
                                             mcp_ctx_t *cx)
{
    return mcp_error_make(MCP_E_NOT_FOUND, cx,
                          "the store \"%s\" is not a file that could be "
                          "compacted",
                          state->known->store->name);
}

const mcp_error_t *mcp_ctl_compact_run(int *answer,
                                       const mcp_ctl_arguments_t *arguments,
                                       mcp_ctx_t *cx)
{
    mcp_ctl_table_t *table = mcp_ctl_table_make(columns, COLUMNS, cx->pool);
    mcp_store_sqlite_compact_t compact;
    mcp_ctl_state_t *state;
    mcp_writer_t *w;

    MCP_TRY(mcp_ctl_state_find(&state, arguments, cx));
    if (!mcp_ctl_state_is_sqlite(state))
        return nothing_to_compact(state, cx);
    MCP_TRY(mcp_store_sqlite_report_check(state->directory, cx));
    MCP_TRY(mcp_store_sqlite_compact(&compact, state->directory, cx));
    mcp_ctl_table_number(table, compact.before);
    mcp_ctl_table_number(table, compact.after);
    mcp_ctl_table_number(table, compact.purged);
    mcp_ctl_table_number(table, compact.is_log_kept);
    if (!arguments->option[MCP_CTL_JSON]) {
        mcp_ctl_table_print_row(table);
        if (compact.is_log_kept)
            printf(
                "Somebody reads what was: the server cuts the log later.\n");
        return NULL;
    }
    w = mcp_writer_make(cx->pool);
    mcp_writer_open(w, '{');
    mcp_ctl_table_write_row(w, table);
    mcp_writer_close(w);
    printf("%s\n", mcp_writer_text(w, NULL));
    return NULL;
}
