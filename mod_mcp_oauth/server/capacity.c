/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/capacity.h"

#include <stdlib.h>
#include <sys/resource.h>

#include <ap_mpm.h>
#include <http_config.h>
#include <http_core.h>

#include "server/site.h"

#define OWNER_PLACES 64
#define USUAL_STREAMS 1000 /* MCPLimit streams= where nobody says more */
#define USUAL_FACTOR 2.0   /* AsyncRequestWorkerFactor */
#define SHORT_TIME apr_time_from_sec(60)
#define GOOD_TIME 300
#define OTHER_FILES 200 /* of a child: modules, logs, the store */

static double factor = USUAL_FACTOR;

/* -- what httpd has -- */

static void read_level(const ap_directive_t *d)
{
    for (; d; d = d->next) {
        read_level(d->first_child);
        if (!ap_cstr_casecmp(d->directive, "AsyncRequestWorkerFactor"))
            factor = atof(d->args);
    }
}

void mcp_server_capacity_read(void)
{
    factor = USUAL_FACTOR;
    read_level(ap_conftree);
}

static apr_uint32_t threads_of_child(void)
{
    int threads = 1;

    ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads);
    return threads > 1 ? (apr_uint32_t)threads : 1;
}

/* So many connections beyond the threads does the event MPM accept while they
 * are idle; the threads are for others. 0: none waits without a thread. */
static apr_uint32_t room(void)
{
#ifdef AP_MPMQ_CAN_WAITIO
    int can = 0;

    if (!ap_mpm_query(AP_MPMQ_CAN_WAITIO, &can) && can)
        return (apr_uint32_t)(threads_of_child() * factor);
#endif
    return 0;
}

/* Half of a child's threads, and a quarter of all, may be held at once. */
void mcp_server_capacity_places(mcp_place_limits_t *places,
                                apr_uint32_t streams)
{
    mcp_place_limits_t *held = &places[MCP_PLACE_THREAD];
    mcp_place_limits_t *parked = &places[MCP_PLACE_STREAM];
    apr_uint32_t threads = threads_of_child(), all;
    int children = 1;

    ap_mpm_query(AP_MPMQ_MAX_DAEMONS, &children);
    all = threads * (apr_uint32_t)(children > 0 ? children : 1);
    held->owner = parked->owner = OWNER_PLACES;
    held->child = threads > 3 ? threads / 2 : 1;
    if (held->child > streams)
        held->child = streams;
    held->server = all > 7 ? all / 4 : 1;
    parked->child = streams < room() ? streams : room();
    parked->server = MCP_PLACES;
}

/* -- what does not fit -- */

static void check_factor(apr_uint32_t streams, mcp_ctx_t *cx)
{
    apr_uint32_t threads = threads_of_child();

    if (!room())
        mcp_ctx_log(cx, MCP_LOG_WARNING, 102,
                    "MCPLimit streams=%u: with this MPM each stream holds a "
                    "thread, and half of a child's %u threads are all that "
                    "may be held. Use the event MPM of httpd 2.4.63 or newer",
                    streams, threads);
    else if (room() < streams)
        mcp_ctx_log(cx, MCP_LOG_WARNING, 103,
                    "MCPLimit streams=%u: a child can hold %u streams, "
                    "ThreadsPerChild times AsyncRequestWorkerFactor. Write "
                    "\"AsyncRequestWorkerFactor %u\" outside of "
                    "<VirtualHost>",
                    streams, room(), (streams + threads - 1) / threads);
}

static void check_files(apr_uint32_t streams, mcp_ctx_t *cx)
{
    apr_uint32_t needed = streams + 2 * threads_of_child() + OTHER_FILES;
    struct rlimit limit;

    if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur < needed)
        mcp_ctx_log(cx, MCP_LOG_WARNING, 104,
                    "MCPLimit streams=%u: a child may open %lu files only. "
                    "Raise that to %u: LimitNOFILE=%u in the unit of systemd, "
                    "or APACHE_ULIMIT_MAX_FILES='ulimit -n %u' in Debian's "
                    "envvars",
                    streams, (unsigned long)limit.rlim_cur, needed, needed,
                    needed);
}

static int serves(const mcp_config_site_t *site)
{
    const mcp_server_section_t *own;
    int i;

    for (i = 0; i < site->sections->nelts; i++) {
        own = mcp_server_site_section(
            APR_ARRAY_IDX(site->sections, i, const mcp_config_section_t *));
        if (own && own->server)
            return 1;
    }
    return 0;
}

static int offers_h2(const server_rec *s)
{
    const core_server_config *core =
        ap_get_core_module_config(s->module_config);
    const apr_array_header_t *protocols = core->protocols;
    int i;

    for (i = 0; protocols && i < protocols->nelts; i++)
        if (!strncmp(APR_ARRAY_IDX(protocols, i, const char *), "h2", 2))
            return 1;
    return 0;
}

static void check_site(const mcp_config_site_t *site, mcp_ctx_t *cx)
{
    const server_rec *s = site->server;

    if (s->timeout < SHORT_TIME)
        mcp_ctx_log(cx, MCP_LOG_WARNING, 105,
                    "MCPLimit streams=: at %s streams end after TimeOut %d, "
                    "and clients come back so often. Write \"TimeOut %d\"",
                    site->origin, (int)apr_time_sec(s->timeout), GOOD_TIME);
    if (offers_h2(s))
        mcp_ctx_log(cx, MCP_LOG_WARNING, 106,
                    "MCPLimit streams=: at %s clients may speak HTTP/2, where "
                    "each stream holds two threads, and a client with six of "
                    "them cannot ask anything more. Write \"Protocols "
                    "http/1.1\"",
                    site->origin);
}

/* Where nobody asks for more than there is by itself, what fits is enough. */
void mcp_server_capacity_check(const apr_array_header_t *sites,
                               apr_uint32_t streams, mcp_ctx_t *cx)
{
    int i, any = 0;

    if (streams <= USUAL_STREAMS)
        return;
    for (i = 0; i < sites->nelts; i++) {
        const mcp_config_site_t *site =
            APR_ARRAY_IDX(sites, i, const mcp_config_site_t *);

        if (!serves(site))
            continue;
        check_site(site, cx);
        any = 1;
    }
    if (!any)
        return;
    check_factor(streams, cx);
    check_files(streams, cx);
}
