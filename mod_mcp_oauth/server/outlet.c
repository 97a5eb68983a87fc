/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/outlet.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <ap_mpm.h>
#include <apr_portable.h>
#include <http_core.h>
#include <http_protocol.h>
#include <util_filter.h>

#include "live/signal.h"
#include "server/body.h"
#include "server/park.h"

#ifndef POLLRDHUP
#define POLLRDHUP 0
#endif

#define PIECE 4096 /* bytes: a socket that is ready for more takes so many */
#define KEPT_MAX (1024 * 1024)
#define STALLED apr_time_from_sec(10)
#define LOOK_EVERY 20 /* milliseconds */

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

static int send_now(mcp_server_outlet_t *outlet, const char *bytes,
                    apr_size_t len)
{
    apr_bucket_alloc_t *alloc = outlet->r->connection->bucket_alloc;

    APR_BRIGADE_INSERT_TAIL(outlet->bb,
                            apr_bucket_transient_create(bytes, len, alloc));
    APR_BRIGADE_INSERT_TAIL(outlet->bb, apr_bucket_flush_create(alloc));
    return pass(outlet);
}

/* -- sending without waiting -- */

static int socket_of(const mcp_server_outlet_t *outlet)
{
    conn_rec *c = outlet->r->connection;
    apr_socket_t *socket = c->master ? NULL : ap_get_conn_socket(c);
    int fd = -1;

    return socket && !apr_os_sock_get(&fd, socket) ? fd : -1;
}

static int is_writable(const mcp_server_outlet_t *outlet, int patience)
{
    struct pollfd fd = {socket_of(outlet), POLLOUT, 0};

    return poll(&fd, 1, patience) > 0 && (fd.revents & POLLOUT) != 0;
}

/* How many of the bytes the client takes now. */
static apr_size_t send_some(mcp_server_outlet_t *outlet, const char *bytes,
                            apr_size_t len)
{
    apr_size_t sent = 0, piece;

    while (sent < len && !outlet->is_over && is_writable(outlet, 0)) {
        piece = len - sent < PIECE ? len - sent : PIECE;
        send_now(outlet, bytes + sent, piece);
        sent += piece;
    }
    return sent;
}

static void forget(mcp_server_outlet_t *outlet)
{
    free(outlet->kept);
    outlet->kept = NULL;
    outlet->kept_len = outlet->kept_from = 0;
}

static void give_up(mcp_server_outlet_t *outlet)
{
    outlet->is_over = 1;
    outlet->r->connection->aborted = 1;
    forget(outlet);
}

static int keep(mcp_server_outlet_t *outlet, const char *bytes, apr_size_t len)
{
    char *kept = outlet->kept_len + len <= KEPT_MAX
                     ? realloc(outlet->kept, outlet->kept_len + len)
                     : NULL;

    if (!kept) {
        give_up(outlet);
        return 0;
    }
    if (!outlet->kept_len)
        outlet->kept_since = mcp_ctx_now(outlet->cx);
    memcpy(kept + outlet->kept_len, bytes, len);
    outlet->kept = kept;
    outlet->kept_len += len;
    return 1;
}

static int send_parked(mcp_server_outlet_t *outlet, const char *bytes,
                       apr_size_t len)
{
    apr_size_t sent =
        mcp_server_outlet_flush(outlet) ? send_some(outlet, bytes, len) : 0;

    if (outlet->is_over)
        return 0;
    return sent == len || keep(outlet, bytes + sent, len - sent);
}

int mcp_server_outlet_flush(mcp_server_outlet_t *outlet)
{
    apr_size_t left = outlet->kept_len - outlet->kept_from, sent;

    if (!left || outlet->is_over)
        return !left;
    sent = send_some(outlet, outlet->kept + outlet->kept_from, left);
    outlet->kept_from += sent;
    if (sent == left)
        forget(outlet);
    else if (sent)
        outlet->kept_since = mcp_ctx_now(outlet->cx);
    else if (mcp_ctx_now(outlet->cx) - outlet->kept_since > STALLED)
        give_up(outlet);
    return sent == left;
}

void mcp_server_outlet_close(mcp_server_outlet_t *outlet,
                             apr_interval_time_t patience)
{
    apr_time_t end = mcp_ctx_now(outlet->cx) + patience;

    while (!mcp_server_outlet_flush(outlet) && !outlet->is_over &&
           mcp_ctx_now(outlet->cx) < end)
        is_writable(outlet, LOOK_EVERY);
    if (outlet->kept_len)
        give_up(outlet);
    outlet->is_parked = 0;
}

/* -- the outlet -- */

int mcp_server_outlet_send(mcp_server_outlet_t *outlet, const char *bytes,
                           apr_size_t len)
{
    if (outlet->is_over)
        return 0;
    if (!outlet->is_begun)
        begin(outlet);
    return outlet->is_parked ? send_parked(outlet, bytes, len)
                             : send_now(outlet, bytes, len);
}

/* A parked one is ended by who closes it. */
void mcp_server_outlet_end(mcp_server_outlet_t *outlet)
{
    apr_bucket_alloc_t *alloc = outlet->r->connection->bucket_alloc;

    if (outlet->is_over || outlet->is_parked)
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
    struct pollfd fd = {socket_of(outlet), POLLRDHUP, 0};

    if (outlet->r->connection->aborted)
        return 1;
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
    if (!graceful)
        return;
    mcp_server_park_stop();
    mcp_live_signal_raise(shared);
}
