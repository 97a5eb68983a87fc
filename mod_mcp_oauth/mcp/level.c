/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/level.h"

#include <string.h>

#include "mcp/era.h"
#include "mcp/method.h"
#include "mcp/record.h"

int mcp_level_of(const char *text)
{
    static const char *const levels[] = {"debug",   "info",     "notice",
                                         "warning", "error",    "critical",
                                         "alert",   "emergency"};
    int i;

    for (i = 0; text && i < MCP_LEVEL_NEVER; i++)
        if (!strcmp(levels[i], text))
            return i;
    return -1;
}

/* 2026-07-28: none "unless the request set it". 2025-11-25: "If no
 * logging/setLevel request has been sent, the server MAY decide". */
int mcp_level_wanted(const mcp_turn_t *t)
{
    int level;

    if (t->era->bit == MCP_ERA_LEGACY) {
        level = mcp_level_of(mcp_record_get(t, MCP_RECORD_LEVEL));
        return level < 0 ? MCP_LEVEL_INFO : level;
    }
    level =
        mcp_level_of(mcp_json_string(mcp_era_meta(t, MCP_ERA_META_LOG_LEVEL)));
    return level < 0 ? MCP_LEVEL_NEVER : level;
}

/* logging/setLevel */
const mcp_error_t *mcp_level_set(mcp_turn_t *t)
{
    const char *level = mcp_json_string(mcp_json_get(t->rpc.params, "level"));

    if (mcp_level_of(level) < 0)
        return mcp_turn_refuse(t, "level is none of debug, info, notice, "
                                  "warning, error, critical, alert and "
                                  "emergency");
    MCP_TRY(mcp_record_set(t, MCP_RECORD_LEVEL, level));
    mcp_turn_begin(t, NULL);
    return NULL;
}
