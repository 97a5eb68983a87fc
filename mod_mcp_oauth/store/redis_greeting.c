/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/redis_greeting.h"

#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>

#include <apr_strings.h>

#include "base/encode.h"
#include "store/redis_fault.h"

/* of the oldest Redis, in hundreds: 6.2 */
#define VERSION 602

static void sign_in(mcp_store_redis_connection_t *connection,
                    const mcp_store_redis_config_t *config)
{
    mcp_store_redis_command_t command = {{NULL}, {0}, 0};

    mcp_store_redis_connection_text(&command, "AUTH");
    if (config->user)
        mcp_store_redis_connection_text(&command, config->user);
    mcp_store_redis_connection_text(&command, config->password);
    mcp_store_redis_connection_send(connection, &command);
}

static void say(mcp_store_redis_connection_t *connection, const char *word,
                const char *argument)
{
    mcp_store_redis_command_t command = {{NULL}, {0}, 0};

    mcp_store_redis_connection_text(&command, word);
    if (argument)
        mcp_store_redis_connection_text(&command, argument);
    mcp_store_redis_connection_send(connection, &command);
}

/* The value of a line "key:value" of INFO; "" where there is none. */
static const char *line_of(const char *info, const char *key, apr_pool_t *pool)
{
    const char *mark = apr_pstrcat(pool, "\n", key, ":", NULL);
    const char *found = strstr(info, mark);

    if (!found)
        return "";
    found += strlen(mark);
    return apr_pstrmemdup(pool, found, strcspn(found, "\r\n"));
}

static int version_of(const char *text)
{
    char *dot;
    long major = strtol(text, &dot, 10);

    return (int)(major * 100 + (*dot ? strtol(dot + 1, NULL, 10) : 0));
}

static const mcp_error_t *refuse(const mcp_store_redis_target_t *target,
                                 const char *what, const char *remedy,
                                 mcp_ctx_t *cx)
{
    return mcp_error_fault(MCP_E_UNAVAILABLE, cx, remedy, "Redis at %s: %s",
                           target->where, what);
}

static const mcp_error_t *
trust(const char *info, const mcp_store_redis_target_t *target, mcp_ctx_t *cx)
{
    const char *version = line_of(info, "redis_version", cx->pool);
    const char *policy = line_of(info, "maxmemory_policy", cx->pool);

    if (version_of(version) < VERSION)
        return refuse(target,
                      apr_pstrcat(cx->pool, "it is version ",
                                  mcp_encode_log(version, 20, cx->pool), NULL),
                      "Install Redis 6.2 or later.", cx);
    if (!strcmp(line_of(info, "role", cx->pool), "slave"))
        return refuse(target, "it is a replica",
                      "Name its master in MCPStore.", cx);
    if (!strcmp(line_of(info, "cluster_enabled", cx->pool), "1"))
        return refuse(target, "it is part of a cluster",
                      "Name a Redis that is not, in MCPStore.", cx);
    if (strcmp(line_of(info, "maxmemory", cx->pool), "0") != 0 &&
        strcmp(policy, "noeviction") != 0)
        return refuse(
            target,
            apr_pstrcat(cx->pool, "its maxmemory-policy is ",
                        mcp_encode_log(policy, 40, cx->pool),
                        ": it would forget what was revoked", NULL),
            "Set \"maxmemory-policy noeviction\" in the configuration of "
            "Redis.",
            cx);
    return NULL;
}

static int is_first(mcp_store_redis_target_t *target)
{
    return !__atomic_exchange_n(&target->has_warned, 1, __ATOMIC_RELAXED);
}

static const mcp_error_t *look(const redisReply *info,
                               mcp_store_redis_target_t *target, mcp_ctx_t *cx)
{
    if (info->type == REDIS_REPLY_ERROR &&
        !strncmp(info->str, "NOPERM", strlen("NOPERM"))) {
        if (is_first(target))
            mcp_ctx_log(cx, MCP_LOG_WARNING, 801,
                        "Redis at %s does not tell its configuration; let "
                        "its user run INFO (+info), or see to it yourself "
                        "that maxmemory-policy is noeviction and appendonly "
                        "is yes",
                        target->where);
        return NULL;
    }
    MCP_TRY(mcp_store_redis_fault_of_reply(info, target->where, cx));
    if (!info->str)
        return mcp_store_redis_fault_of_shape(target->where, cx);
    MCP_TRY(trust(info->str, target, cx));
    if (!strcmp(line_of(info->str, "aof_enabled", cx->pool), "0") &&
        is_first(target))
        mcp_ctx_log(cx, MCP_LOG_WARNING, 800,
                    "Redis at %s keeps no append-only file: after a restart "
                    "it has forgotten logins, and that others were revoked; "
                    "set \"appendonly yes\" in its configuration",
                    target->where);
    return NULL;
}

/* All is sent at once, so that it costs one round trip. */
static const mcp_error_t *greet(mcp_store_redis_connection_t *connection,
                                mcp_store_redis_target_t *target,
                                apr_time_t deadline, mcp_ctx_t *cx)
{
    const mcp_store_redis_config_t *config = target->config;
    int i, silent = (config->password != NULL) + (config->db != 0);
    const redisReply *reply;

    MCP_TRY(mcp_store_redis_connection_open(connection, target, deadline, cx));
    if (config->password)
        sign_in(connection, config);
    if (config->db)
        say(connection, "SELECT", apr_itoa(cx->pool, config->db));
    say(connection, "INFO", NULL);
    for (i = 0; i < silent; i++) {
        MCP_TRY(mcp_store_redis_connection_receive(&reply, connection, target,
                                                   deadline, cx));
        MCP_TRY(mcp_store_redis_fault_of_reply(reply, target->where, cx));
    }
    MCP_TRY(mcp_store_redis_connection_receive(&reply, connection, target,
                                               deadline, cx));
    return look(reply, target, cx);
}

const mcp_error_t *
mcp_store_redis_greeting(mcp_store_redis_connection_t *connection,
                         mcp_store_redis_target_t *target, apr_time_t deadline,
                         mcp_ctx_t *cx)
{
    const mcp_error_t *e = greet(connection, target, deadline, cx);

    connection->is_down = e != NULL;
    if (e)
        mcp_store_redis_connection_close(connection);
    return e;
}
