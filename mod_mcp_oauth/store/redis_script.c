/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/redis_script.h"

#include <string.h>

#include <apr_escape.h>
#include <apr_sha1.h>

/* Writes all but the version. The index goes by the clock of Redis, as the
 * removal of records does: so it lives as long as its last member, and only
 * forgets what is gone. */
#define KEEP                                                                  \
    "local function keep()\n"                                                 \
    " redis.call('HSET', KEYS[1], 'v', ARGV[2], 'e', ARGV[3])\n"              \
    " if ARGV[4] == '' then redis.call('PERSIST', KEYS[1])\n"                 \
    " else redis.call('EXPIRE', KEYS[1], ARGV[4]) end\n"                      \
    " if not KEYS[2] then redis.call('HDEL', KEYS[1], 'i') return end\n"      \
    " redis.call('HSET', KEYS[1], 'i', ARGV[7])\n"                            \
    " local now, last = redis.call('TIME')[1], 'inf'\n"                       \
    " if ARGV[4] ~= '' then last = now + ARGV[4] + 1 end\n"                   \
    " redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', '(' .. now)\n"          \
    " redis.call('ZADD', KEYS[2], last, ARGV[6])\n"                           \
    " last = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')[2]\n"        \
    " if last == 'inf' then redis.call('PERSIST', KEYS[2])\n"                 \
    " else redis.call('EXPIREAT', KEYS[2], last) end\n"                       \
    "end\n"

static const char *const texts[MCP_REDIS_SCRIPTS] = {
    [MCP_REDIS_PUT] = KEEP
    "if redis.call('HEXISTS', KEYS[1], 's') == 1 then return 0 end\n"
    "keep()\n"
    "if redis.call('HSETNX', KEYS[1], 'n', ARGV[5]) == 0 then\n"
    " redis.call('HINCRBY', KEYS[1], 'n', 1) end\n"
    "return 1",
    [MCP_REDIS_ADD] = KEEP
    "if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end\n"
    "keep()\n"
    "redis.call('HSET', KEYS[1], 'n', ARGV[5])\n"
    "return 1",
    [MCP_REDIS_TAKE] =
        "local r = redis.call('HMGET', KEYS[1], 'v', 'i', 'e', 'n', 's')\n"
        "if not r[1] then return false end\n"
        "if tonumber(r[3]) <= tonumber(ARGV[1]) then return false end\n"
        "if not r[5] then\n"
        " redis.call('HSET', KEYS[1], 's', '1')\n"
        " redis.call('HINCRBY', KEYS[1], 'n', 1)\n"
        " r[4] = redis.call('HGET', KEYS[1], 'n') end\n"
        "return r",
    [MCP_REDIS_REPLACE] = KEEP
    "local r = redis.call('HMGET', KEYS[1], 'e', 'n', 's')\n"
    "if r[2] ~= ARGV[5] or r[3] then return 0 end\n"
    "if tonumber(r[1]) <= tonumber(ARGV[1]) then return 0 end\n"
    "keep()\n"
    "redis.call('HINCRBY', KEYS[1], 'n', 1)\n"
    "return 1",
};

const char *mcp_store_redis_script_text(mcp_store_redis_script_t script)
{
    return texts[script];
}

const char *mcp_store_redis_script_sha1(mcp_store_redis_script_t script,
                                        apr_pool_t *pool)
{
    unsigned char digest[APR_SHA1_DIGESTSIZE];
    apr_sha1_ctx_t sha1;

    apr_sha1_init(&sha1);
    apr_sha1_update(&sha1, texts[script], (unsigned int)strlen(texts[script]));
    apr_sha1_final(digest, &sha1);
    return apr_pescape_hex(pool, digest, sizeof(digest), 0);
}
