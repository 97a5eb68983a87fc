/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/redis_fault.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <string.h>

#include <apr_strings.h>

#include "base/encode.h"

#define MOST_BYTES 200 /* of a text of Redis in the log */

/* The first that the text begins with counts. */
static const struct {
    const char *begin;
    const char *remedy;
} answers[] = {
    {"NOAUTH", "Add password=SECRET to MCPStore: this Redis asks for one."},
    {"WRONGPASS", "Correct the user or the password of MCPStore."},
    {"ERR invalid password", "Correct the password of MCPStore."},
    {"ERR AUTH", "Drop password= from MCPStore, or give Redis a password "
                 "(requirepass): it has none."},
    {"NOPERM", "Give this user of Redis's ACL: ~mcp:* &mcp:* +@all "
               "-@dangerous +info."},
    {"OOM", "Raise maxmemory of Redis: it is full."},
    {"LOADING", "Wait: Redis is still reading its data after a start."},
    {"READONLY", "Name the master in MCPStore: this is a replica."},
    {"MASTERDOWN", "Name the master in MCPStore: this is a replica."},
    {"MISCONF", "Free space on the disk of Redis, and see its log: it cannot "
                "save."},
    {"NOREPLICAS", "Start the replicas of Redis, or lower "
                   "min-replicas-to-write."},
    {"MOVED", "Name a Redis that is not part of a cluster in MCPStore."},
    {"CROSSSLOT", "Name a Redis that is not part of a cluster in MCPStore."},
    {"CLUSTERDOWN", "Name a Redis that is not part of a cluster in MCPStore."},
    {"BUSY", "End the script that keeps Redis busy: SCRIPT KILL."},
    {"ERR max number of clients", "Raise maxclients of Redis, or end other "
                                  "programs that keep connections to it."},
    {"ERR DB index", "Name a database in MCPStore's URL that Redis has."},
    {"WRONGTYPE", "Leave the keys that begin with mcp: to this module; use "
                  "another database for other programs."},
    {"", "See the log of Redis; the keys that begin with mcp: must be this "
         "module's alone."},
};

/* Redis repeats the arguments of what it does not know: passwords, values. */
static apr_size_t harmless(const char *text)
{
    const char *end = strstr(text, ", with args");

    return end ? (apr_size_t)(end - text) : strlen(text);
}

const mcp_error_t *mcp_store_redis_fault_of_reply(const redisReply *reply,
                                                  const char *where,
                                                  mcp_ctx_t *cx)
{
    const char *text;
    int i;

    if (reply->type != REDIS_REPLY_ERROR)
        return NULL;
    text = apr_pstrmemdup(cx->pool, reply->str, harmless(reply->str));
    for (i = 0; strncmp(text, answers[i].begin, strlen(answers[i].begin)); i++)
        ;
    return mcp_error_fault(MCP_E_UNAVAILABLE, cx, answers[i].remedy,
                           "Redis at %s: %s", where,
                           mcp_encode_log(text, MOST_BYTES, cx->pool));
}

const mcp_error_t *mcp_store_redis_fault_of_shape(const char *where,
                                                  mcp_ctx_t *cx)
{
    return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                           "Check that MCPStore names a Redis, and that the "
                           "keys that begin with mcp: are this module's "
                           "alone.",
                           "Redis at %s: an answer that makes no sense",
                           where);
}

static const char *remedy_for(int error)
{
    switch (error) {
    case ECONNREFUSED:
        return "Start Redis, or correct the URL of MCPStore.";
    case ENOENT:
    case EACCES:
        return "Correct the path in MCPStore, and let the user that httpd "
               "runs as open the socket.";
    case ETIMEDOUT:
    case EAGAIN:
        return "See whether Redis is stopped, overloaded, or out of reach; "
               "timeout= of MCPStore is how long it is waited for.";
    case ECONNRESET:
    case EPIPE:
        return "See the log of Redis: it ended the connection.";
    case EMFILE:
    case ENFILE:
        return "Raise the limit of open files.";
    default:
        return "Check the network between this machine and Redis.";
    }
}

const mcp_error_t *mcp_store_redis_fault_of_system(int error, const char *what,
                                                   const char *where,
                                                   mcp_ctx_t *cx)
{
    char reason[120];

    return mcp_error_fault(MCP_E_UNAVAILABLE, cx, remedy_for(error),
                           "Redis at %s: %s: %s", where, what,
                           apr_strerror(error, reason, sizeof(reason)));
}
