/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_REDIS_SERVER_H
#define MCP_T_UNIT_REDIS_SERVER_H

#include "tempdir.h"

#include <arpa/inet.h>
#include <errno.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "store/redis.h"

/* A Redis of a test's own, in its own directory and on its own socket and
 * port. It ends with the test, however that ends. */
typedef struct redis_server_t {
    const char *directory;
    const char *socket;
    int port;
    pid_t pid; /* 0: it does not run */
} redis_server_t;

#define REDIS_PROGRAM "redis-server"

/* A port that nobody listens on just now. */
static inline int redis_free_port(void)
{
    struct sockaddr_in address;
    socklen_t len = sizeof(address);
    int descriptor = socket(AF_INET, SOCK_STREAM, 0), port;

    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(descriptor, (struct sockaddr *)&address, sizeof(address)) ||
        getsockname(descriptor, (struct sockaddr *)&address, &len))
        exit(99);
    port = ntohs(address.sin_port);
    close(descriptor);
    return port;
}

/* For the test's own questions; NULL when it does not answer. */
static inline redisContext *redis_open(const redis_server_t *server)
{
    const struct timeval patience = {1, 0};
    redisContext *context =
        redisConnectUnixWithTimeout(server->socket, patience);

    if (context && !context->err)
        return context;
    if (context)
        redisFree(context);
    return NULL;
}

/* The answer to one command as text: "(nil)" for none, "" where Redis does not
 * answer. */
static inline const char *redis_say(const redis_server_t *server,
                                    apr_pool_t *pool, const char *format, ...)
{
    redisContext *context = redis_open(server);
    redisReply *reply = NULL;
    const char *text = "";
    va_list args;

    va_start(args, format);
    if (context)
        reply = redisvCommand(context, format, args);
    va_end(args);
    if (reply && reply->type == REDIS_REPLY_INTEGER)
        text = apr_psprintf(pool, "%" APR_INT64_T_FMT,
                            (apr_int64_t)reply->integer);
    else if (reply)
        text = reply->str ? apr_pstrmemdup(pool, reply->str, reply->len)
                          : "(nil)";
    if (reply)
        freeReplyObject(reply);
    if (context)
        redisFree(context);
    return text;
}

/* How many connections it has had; each question of the test is one. */
static inline int redis_connections(const redis_server_t *server,
                                    apr_pool_t *pool)
{
    const char *info = redis_say(server, pool, "INFO stats");
    const char *line = strstr(info, "total_connections_received:");

    return line ? atoi(strchr(line, ':') + 1) : -1;
}

/* The words of its configuration file that a test adds, or NULL. */
static inline void redis_start(redis_server_t *server, const char *more,
                               apr_pool_t *pool)
{
    const char *path = apr_pstrcat(pool, server->directory, "/conf", NULL);
    const char *text = apr_psprintf(
        pool,
        "bind 127.0.0.1\nport %d\nunixsocket %s\nunixsocketperm 700\n"
        "dir %s\nlogfile %s/log\nsave \"\"\nappendonly yes\n"
        "appendfsync no\n%s\n",
        server->port, server->socket, server->directory, server->directory,
        more ? more : "");
    int i;

    file_put(path, text, strlen(text));
    fflush(stdout);
    server->pid = fork();
    if (server->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execlp(REDIS_PROGRAM, REDIS_PROGRAM, path, NULL);
        _exit(127);
    }
    for (i = 0; i < 600; i++) {
        const char *answer = redis_say(server, pool, "PING");

        /* NOAUTH will do, LOADING not */
        if (*answer && strncmp(answer, "LOADING", 7) != 0)
            return;
        apr_sleep(10000);
    }
    printf("Bail out! %s does not start: %s\n", REDIS_PROGRAM,
           file_get(apr_pstrcat(pool, server->directory, "/log", NULL), pool));
    kill(server->pid, SIGKILL);
    exit(99);
}

static inline void redis_end(redis_server_t *server, int signal)
{
    int status;

    kill(server->pid, signal);
    waitpid(server->pid, &status, 0);
    server->pid = 0;
}

/* Whether there is one on this machine; else says so, loudly. */
/* Ends the test where there is no Redis. */
static inline void redis_need(void)
{
    if (system("command -v " REDIS_PROGRAM " >/dev/null") == 0)
        return;
    printf("1..0 # SKIP no redis-server on this machine\n");
    exit(0);
}

static inline void redis_server_make(redis_server_t *server, apr_pool_t *pool)
{
    redis_need();
    memset(server, 0, sizeof(*server));
    signal(SIGPIPE, SIG_IGN);
    server->directory = tempdir(pool);
    server->socket = apr_pstrcat(pool, server->directory, "/socket", NULL);
    server->port = redis_free_port();
}

static inline void redis_server_end(const redis_server_t *server,
                                    apr_pool_t *pool)
{
    const char *aof =
        apr_pstrcat(pool, server->directory, "/appendonlydir", NULL);

    tempdir_end(aof);
    tempdir_end(server->directory);
}

static inline mcp_store_redis_config_t
redis_config_of(const redis_server_t *server, int connections)
{
    mcp_store_redis_config_t config;

    memset(&config, 0, sizeof(config));
    config.path = server->socket;
    config.timeout = apr_time_from_msec(300);
    config.connections = connections;
    return config;
}

#endif
