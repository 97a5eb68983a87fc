/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/status.h"

#include <http_protocol.h>
#include <mod_status.h>

#include "mcp/watch.h"

/* of this child; NULL: there is nothing to show */
static mcp_live_shared_t *shared;

static const struct {
    const char *key;   /* of the machine's form */
    const char *title; /* of the one for people */
} uses[] = {
    {"Call", "calls that wait"},
    {"Listen", "subscriptions/listen"},
    {"Get", "GET of a session"},
    {"SSE", "HTTP+SSE"},
    {"Resumed", "resumed by Last-Event-ID"},
};

#define USES (int)(sizeof(uses) / sizeof(uses[0]))

static void show_for_machines(request_rec *r, const apr_uint32_t *parked,
                              const apr_uint32_t *held)
{
    int i;

    for (i = 0; i < USES; i++)
        ap_rprintf(r,
                   "MCPStreams%sParked: %u\nMCPStreams%sStalled: %u\n"
                   "MCPStreams%sThreads: %u\n",
                   uses[i].key, parked[i], uses[i].key,
                   parked[i | MCP_WATCH_STALLED], uses[i].key, held[i]);
}

static void show_for_people(request_rec *r, const apr_uint32_t *parked,
                            const apr_uint32_t *held)
{
    int i;

    ap_rputs("<hr />\n<h2>MCP streams</h2>\n<table border=\"0\">\n<tr><th>"
             "Stream</th><th>parked</th><th>stalled</th><th>with a thread</th>"
             "</tr>\n",
             r);
    for (i = 0; i < USES; i++)
        ap_rprintf(
            r, "<tr><td>%s</td><td>%u</td><td>%u</td><td>%u</td></tr>\n",
            uses[i].title, parked[i], parked[i | MCP_WATCH_STALLED], held[i]);
    ap_rputs("</table>\n", r);
}

static int show(request_rec *r, int flags)
{
    apr_uint32_t parked[MCP_PLACE_USES], held[MCP_PLACE_USES];

    if (!shared)
        return DECLINED;
    mcp_live_place_uses(parked, shared, MCP_PLACE_STREAM);
    mcp_live_place_uses(held, shared, MCP_PLACE_THREAD);
    if (flags & AP_STATUS_SHORT)
        show_for_machines(r, parked, held);
    else
        show_for_people(r, parked, held);
    return OK;
}

void mcp_server_status_register(void)
{
    APR_OPTIONAL_HOOK(ap, status_hook, show, NULL, NULL, APR_HOOK_MIDDLE);
}

void mcp_server_status_open(mcp_live_shared_t *with)
{
    shared = with;
}
