/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/redis_address.h"

#include <netdb.h>
#include <string.h>
#include <sys/un.h>

#include <apr_strings.h>

#include "store/deadline.h"

struct mcp_store_redis_address_t {
    const char *name; /* for the log */
    const char *host; /* NULL: there is nothing to resolve */
    const char *port;
    mcp_store_deadline_lock_t *lock; /* over what follows */
    mcp_store_redis_endpoint_t endpoints[MCP_REDIS_ADDRESSES];
    int count;
    int failure; /* of the last attempt where none succeeded: EAI_... */
};

static const mcp_error_t *path_use(mcp_store_redis_address_t *address,
                                   const char *path, mcp_ctx_t *cx)
{
    struct sockaddr_un *un =
        (struct sockaddr_un *)&address->endpoints[0].address;

    if (strlen(path) >= sizeof(un->sun_path))
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                               "Give the socket a shorter path.",
                               "%s is too long for a socket", path);
    un->sun_family = AF_UNIX;
    apr_cpystrn(un->sun_path, path, sizeof(un->sun_path));
    address->endpoints[0].len = sizeof(*un);
    address->count = 1;
    return NULL;
}

/* 0, or EAI_... */
static int resolve(mcp_store_redis_address_t *address, int flags)
{
    struct addrinfo hints, *all = NULL, *one;
    int count = 0, failure;

    memset(&hints, 0, sizeof(hints));
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV | flags;
    failure = getaddrinfo(address->host, address->port, &hints, &all);
    mcp_store_deadline_lock_acquire(address->lock);
    for (one = all; !failure && one && count < MCP_REDIS_ADDRESSES;
         one = one->ai_next, count++) {
        memcpy(&address->endpoints[count].address, one->ai_addr,
               one->ai_addrlen);
        address->endpoints[count].len = one->ai_addrlen;
    }
    if (count)
        address->count = count;
    else if (flags == 0)
        address->failure = failure ? failure : EAI_NONAME;
    mcp_store_deadline_lock_wake(address->lock);
    mcp_store_deadline_lock_release(address->lock);
    if (all)
        freeaddrinfo(all);
    return failure;
}

/* An IPv6 literal has brackets in a URL. */
static const char *host_of(const char *host, apr_pool_t *pool)
{
    apr_size_t len = strlen(host);

    return *host == '[' && len > 2 ? apr_pstrmemdup(pool, host + 1, len - 2)
                                   : host;
}

const mcp_error_t *
mcp_store_redis_address_make(mcp_store_redis_address_t **out,
                             const mcp_store_redis_config_t *config,
                             mcp_ctx_t *cx)
{
    mcp_store_redis_address_t *address =
        apr_pcalloc(cx->pool, sizeof(*address));

    MCP_TRY(mcp_store_deadline_lock_make(&address->lock, cx));
    *out = address;
    if (config->path) {
        address->name = config->path;
        return path_use(address, config->path, cx);
    }
    address->host = host_of(config->host, cx->pool);
    address->port = apr_itoa(cx->pool, config->port);
    address->name =
        apr_psprintf(cx->pool, "%s:%d", config->host, config->port);
    if (resolve(address, AI_NUMERICHOST) == 0)
        address->host = NULL;
    return NULL;
}

void mcp_store_redis_address_resolve(mcp_store_redis_address_t *address)
{
    if (address->host)
        resolve(address, 0);
}

const mcp_error_t *
mcp_store_redis_address_get(mcp_store_redis_endpoint_t *endpoints, int *count,
                            mcp_store_redis_address_t *address,
                            apr_time_t deadline, mcp_ctx_t *cx)
{
    int failure;

    mcp_store_deadline_lock_acquire(address->lock);
    while (!address->count && !address->failure &&
           mcp_store_deadline_lock_wait(address->lock, deadline))
        ;
    *count = address->count;
    failure = address->failure;
    memcpy(endpoints, address->endpoints, sizeof(address->endpoints));
    mcp_store_deadline_lock_release(address->lock);
    if (*count)
        return NULL;
    return mcp_error_fault(
        MCP_E_UNAVAILABLE, cx,
        "Check the host in MCPStore and the name servers of this machine.",
        "Redis at %s: the name cannot be resolved: %s", address->name,
        failure ? gai_strerror(failure) : "no answer in time");
}

const char *
mcp_store_redis_address_name(const mcp_store_redis_address_t *address)
{
    return address->name;
}
