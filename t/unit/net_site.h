/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_NET_SITE_H
#define MCP_T_UNIT_NET_SITE_H

#include <apr_thread_mutex.h>
#include <apr_thread_proc.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tap.h"

/* An http server on a loopback port, in a thread of its own. */

#define SITE_CLIENTS 8

typedef enum {
    SITE_ANSWERS, /* and keeps the connection, unless its answer says close */
    SITE_DRIPS,   /* a byte each tenth of a second */
    SITE_HANGS,   /* says nothing, until the client goes */
    SITE_CLOSES,  /* when it has read the request */
    SITE_FLOODS   /* after the answer, bytes until the client goes */
} site_manner_t;

typedef struct site_t {
    apr_thread_mutex_t *mutex; /* over what follows */
    site_manner_t manner;
    const char *answer; /* all its bytes */
    int requests, connections;
    char request[8192]; /* the last one: head and what fits of the body */
    size_t len;         /* of all of it */
    int is_ending;
    /* not under the mutex */
    struct pollfd polls[1 + SITE_CLIENTS]; /* the listener is the first */
    int port;
    apr_thread_t *thread;
} site_t;

/* -- in the server's thread -- */

static inline int site_is_whole(const site_t *site)
{
    const char *end = strstr(site->request, "\r\n\r\n");
    const char *length = strstr(site->request, "Content-Length: ");

    return end && site->len >= (size_t)(end + 4 - site->request) +
                                   (length ? (size_t)atol(length + 16) : 0);
}

static inline int site_is_ending(site_t *site)
{
    int is_ending;

    apr_thread_mutex_lock(site->mutex);
    is_ending = site->is_ending;
    apr_thread_mutex_unlock(site->mutex);
    return is_ending;
}

/* 1 when the request is whole. */
static inline int site_take(site_t *site, const char *bytes, size_t len)
{
    int whole;

    apr_thread_mutex_lock(site->mutex);
    if (site->len + len < sizeof(site->request)) {
        memcpy(site->request + site->len, bytes, len);
        site->request[site->len + len] = '\0';
    }
    site->len += len;
    whole = site_is_whole(site);
    site->requests += whole;
    apr_thread_mutex_unlock(site->mutex);
    return whole;
}

/* 0 when the client is gone. */
static inline int site_read(site_t *site, int client)
{
    char bytes[4096];
    ssize_t got;

    apr_thread_mutex_lock(site->mutex);
    site->len = 0;
    site->request[0] = '\0';
    apr_thread_mutex_unlock(site->mutex);
    while ((got = recv(client, bytes, sizeof(bytes), 0)) > 0)
        if (site_take(site, bytes, (size_t)got))
            return 1;
    return 0;
}

static inline int site_send(int client, const char *bytes, size_t len)
{
    return send(client, bytes, len, MSG_NOSIGNAL) == (ssize_t)len;
}

/* 0 when that was all for this client */
static inline int site_reply(site_t *site, int client)
{
    static const char bytes[8192];
    site_manner_t manner;
    const char *answer;

    apr_thread_mutex_lock(site->mutex);
    manner = site->manner;
    answer = site->answer;
    apr_thread_mutex_unlock(site->mutex);
    if (manner == SITE_HANGS || manner == SITE_CLOSES)
        return manner == SITE_HANGS;
    while (manner == SITE_DRIPS && *answer && site_send(client, answer++, 1) &&
           !site_is_ending(site))
        apr_sleep(100000);
    if (!site_send(client, answer, strlen(answer)))
        return 0;
    while (manner == SITE_FLOODS && site_send(client, bytes, sizeof(bytes)))
        ;
    return manner == SITE_ANSWERS && !strstr(answer, "Connection: close");
}

static inline void site_accept(site_t *site)
{
    int client = accept(site->polls[0].fd, NULL, NULL), i;

    for (i = 1; i < SITE_CLIENTS && site->polls[i].fd >= 0; i++)
        ;
    site->polls[i].fd = client;
    apr_thread_mutex_lock(site->mutex);
    site->connections += client >= 0;
    apr_thread_mutex_unlock(site->mutex);
}

static inline void *APR_THREAD_FUNC site_run(apr_thread_t *thread, void *data)
{
    site_t *site = data;
    int i;

    (void)thread;
    while (poll(site->polls, 1 + SITE_CLIENTS, -1) > 0 &&
           !site_is_ending(site)) {
        for (i = 1; i <= SITE_CLIENTS; i++) {
            int client = site->polls[i].fd;

            if (client < 0 || !site->polls[i].revents ||
                (site_read(site, client) && site_reply(site, client)))
                continue;
            close(client);
            site->polls[i].fd = -1;
        }
        if (site->polls[0].revents)
            site_accept(site);
    }
    for (i = 1; i <= SITE_CLIENTS; i++)
        if (site->polls[i].fd >= 0)
            close(site->polls[i].fd);
    return NULL;
}

/* -- in the test's -- */

static inline void site_start(site_t *site, apr_pool_t *pool)
{
    struct sockaddr_in address;
    socklen_t len = sizeof(address);
    int i;

    memset(site, 0, sizeof(*site));
    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (i = 0; i <= SITE_CLIENTS; i++)
        site->polls[i] = (struct pollfd){-1, POLLIN, 0};
    site->polls[0].fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(site->polls[0].fd, (struct sockaddr *)&address, len) ||
        listen(site->polls[0].fd, 8) ||
        getsockname(site->polls[0].fd, (struct sockaddr *)&address, &len) ||
        apr_thread_mutex_create(&site->mutex, APR_THREAD_MUTEX_DEFAULT,
                                pool) ||
        apr_thread_create(&site->thread, NULL, site_run, site, pool))
        exit(99);
    site->port = ntohs(address.sin_port);
}

static inline void site_end(site_t *site)
{
    apr_status_t unused;

    apr_thread_mutex_lock(site->mutex);
    site->is_ending = 1;
    apr_thread_mutex_unlock(site->mutex);
    shutdown(site->polls[0].fd, SHUT_RDWR);
    apr_thread_join(&unused, site->thread);
    close(site->polls[0].fd);
}

/* From now on it does this; requests are counted anew. */
static inline void site_set(site_t *site, site_manner_t manner,
                            const char *answer)
{
    apr_thread_mutex_lock(site->mutex);
    site->manner = manner;
    site->answer = answer;
    site->requests = site->connections = 0;
    apr_thread_mutex_unlock(site->mutex);
}

static inline const char *site_request(site_t *site, apr_pool_t *pool)
{
    const char *request;

    apr_thread_mutex_lock(site->mutex);
    request = apr_pstrdup(pool, site->request);
    apr_thread_mutex_unlock(site->mutex);
    return request;
}

static inline int site_count(site_t *site, const int *of)
{
    int count;

    apr_thread_mutex_lock(site->mutex);
    count = *of;
    apr_thread_mutex_unlock(site->mutex);
    return count;
}

static inline int site_requests(site_t *site)
{
    return site_count(site, &site->requests);
}

static inline int site_connections(site_t *site)
{
    return site_count(site, &site->connections);
}

#endif
