/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/outlet.h"

#include <poll.h>

#include <ap_mpm.h>
#include <apr_portable.h>
#include <http_core.h>
#include <http_protocol.h>
#include <util_filter.h>

#include "live/signal.h"
#include "server/body.h"

#ifndef POLLRDHUP
#define POLLRDHUP 0
#endif

#define OWNER_PLACES 64

static int stopping; /* set once, before the end of this child */

/* -- sending -- */

static int pass(mcp_server_outlet_t *outlet)
{
    request_rec *r = outlet->r;
    apr_status_t rv = ap_pass_brigade(r->output_filters, outlet->bb);

    apr_brigade_cleanup(outlet->bb);
    if (rv || r->connection->aborted)
        outlet->is_over = 1;
    return !outlet->is_over;
}

/* Nothing between here and the client may keep the events back, or pack them:
 * 2026-07-28 transports "X-Accel-Buffering: no". */
static void begin(mcp_server_outlet_t *outlet)
{
    request_rec *r = outlet->r;

    outlet->is_begun = 1;
    outlet->bb = apr_brigade_create(r->pool, r->connection->bucket_alloc);
    r->status = HTTP_OK;
    ap_set_content_type(r, "text/event-stream");
    apr_table_setn(r->headers_out, "Cache-Control", "no-cache, no-transform");
    apr_table_setn(r->headers_out, "X-Accel-Buffering", "no");
    apr_table_setn(r->subprocess_env, "no-gzip", "1");
    apr_table_setn(r->subprocess_env, "no-brotli", "1");
    outlet->headers(r, outlet->baton);
}

int mcp_server_outlet_send(mcp_server_outlet_t *outlet, const char *bytes,
                           apr_size_t len)
{
    apr_bucket_alloc_t *alloc = outlet->r->connection->bucket_alloc;

    if (outlet->is_over)
        return 0;
    if (!outlet->is_begun)
        begin(outlet);
    APR_BRIGADE_INSERT_TAIL(outlet->bb,
                            apr_bucket_transient_create(bytes, len, alloc));
    APR_BRIGADE_INSERT_TAIL(outlet->bb, apr_bucket_flush_create(alloc));
    return pass(outlet);
}

void mcp_server_outlet_end(mcp_server_outlet_t *outlet)
{
    apr_bucket_alloc_t *alloc = outlet->r->connection->bucket_alloc;

    if (outlet->is_over)
        return;
    if (!outlet->is_begun)
        begin(outlet);
    APR_BRIGADE_INSERT_TAIL(outlet->bb, apr_bucket_eos_create(alloc));
    APR_BRIGADE_INSERT_TAIL(outlet->bb, apr_bucket_flush_create(alloc));
    pass(outlet);
    outlet->is_over = 1;
}

/* The connection is not used again: what the client sends next must not wait
 * behind this request, which may wait for it. */
void mcp_server_outlet_accept(mcp_server_outlet_t *outlet)
{
    static const char accepted[] = "Accepted";
    request_rec *r = outlet->r;

    r->connection->keepalive = AP_CONN_CLOSE;
    outlet->is_begun = 1;
    outlet->bb = apr_brigade_create(r->pool, r->connection->bucket_alloc);
    r->status = HTTP_ACCEPTED;
    ap_set_content_type(r, "text/plain");
    ap_set_content_length(r, sizeof(accepted) - 1);
    APR_BRIGADE_INSERT_TAIL(
        outlet->bb, apr_bucket_immortal_create(accepted, sizeof(accepted) - 1,
                                               r->connection->bucket_alloc));
    mcp_server_outlet_end(outlet);
}

/* -- looking -- */

int mcp_server_outlet_gone(mcp_server_outlet_t *outlet)
{
    conn_rec *c = outlet->r->connection;
    apr_socket_t *socket = c->master ? NULL : ap_get_conn_socket(c);
    struct pollfd fd = {-1, POLLRDHUP, 0};

    if (c->aborted)
        return 1;
    if (!socket || apr_os_sock_get(&fd.fd, socket))
        return 0;
    return poll(&fd, 1, 0) > 0 &&
           (fd.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

int mcp_server_outlet_stopping(void)
{
    int state = AP_MPMQ_RUNNING;

    return stopping || (!ap_mpm_query(AP_MPMQ_MPM_STATE, &state) &&
                        state == AP_MPMQ_STOPPING);
}

/* In any other stop httpd closes all sockets that its threads serve, and that
 * goes wrong where a thread ends its connection at the same moment: they find
 * out by themselves, a little later. */
void mcp_server_outlet_stop(mcp_live_shared_t *shared, int graceful)
{
    stopping = 1;
    if (graceful)
        mcp_live_signal_raise(shared);
}

/* Half of a child's threads, and a quarter of all, may be held at once. */
mcp_place_limits_t mcp_server_outlet_places(apr_uint32_t streams)
{
    mcp_place_limits_t limits = {1, 1, OWNER_PLACES};
    int threads = 1, children = 1;

    ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads);
    ap_mpm_query(AP_MPMQ_MAX_DAEMONS, &children);
    if (threads < 1)
        threads = 1;
    if (threads > 3)
        limits.child = (apr_uint32_t)threads / 2;
    if (limits.child > streams)
        limits.child = streams;
    if (threads * children > 7)
        limits.server = (apr_uint32_t)(threads * children) / 4;
    return limits;
}
