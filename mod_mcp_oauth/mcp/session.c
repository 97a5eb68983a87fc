/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/session.h"

#include <apr_strings.h>
#include <string.h>

#include "base/encode.h"
#include "base/random.h"
#include "base/writer.h"
#include "live/session.h"
#include "mcp/era.h"
#include "mcp/key.h"
#include "mcp/session_known.h"

/* An id is base64url of these bytes, numbers in network order, and their MAC:
 *
 *     0  1  format
 *     1  4  number of the key
 *     5  4  protocol version
 *     9  2  capabilities
 *    11  8  begin, in seconds since the epoch
 *    19 12  random */
#define FORMAT 1
#define KEY 1
#define VERSION 5
#define CAPABILITIES 9
#define BEGIN 11
#define NONCE 19
#define NONCE_SIZE 12
#define FACTS_SIZE (NONCE + NONCE_SIZE)
#define ID_SIZE (FACTS_SIZE + MCP_DIGEST_SIZE)
#define ID_LENGTH ((ID_SIZE * 4 + 2) / 3)

#define TOUCHES                                                               \
    16 /* times at most that a use is written down in a lifetime              \
        */

/* -- capabilities -- */

static const struct {
    const char *pointer;
    unsigned bit;
} rows[] = {
    {"/roots", MCP_SESSION_ROOTS},
    {"/sampling", MCP_SESSION_SAMPLING},
    {"/sampling/tools", MCP_SESSION_SAMPLING_TOOLS},
    {"/sampling/context", MCP_SESSION_SAMPLING_CONTEXT},
    {"/elicitation/form", MCP_SESSION_ELICITATION},
    {"/elicitation/url", MCP_SESSION_ELICITATION_URL},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* client/elicitation: an empty object means that forms are supported */
unsigned mcp_session_capabilities(const mcp_json_t *declared)
{
    const mcp_json_t *elicitation = mcp_json_get(declared, "elicitation");
    unsigned found = 0;
    apr_size_t i;

    for (i = 0; i < ROWS; i++)
        if (mcp_json_type(mcp_json_pointer(declared, rows[i].pointer)) ==
            MCP_JSON_OBJECT)
            found |= rows[i].bit;
    if (mcp_json_type(elicitation) == MCP_JSON_OBJECT &&
        !mcp_json_size(elicitation))
        found |= MCP_SESSION_ELICITATION;
    return found;
}

int mcp_session_can(const mcp_session_t *session, const char *pointer)
{
    apr_size_t i;

    for (i = 0; i < ROWS; i++)
        if (!strcmp(rows[i].pointer, pointer))
            return (session->capabilities & rows[i].bit) != 0;
    return 0;
}

/* -- ids -- */

/* The MAC also covers what the id does not carry: the server and the
 * principal, so that another's id is as good as a forged one. */
static void mac_of(unsigned char mac[MCP_DIGEST_SIZE], const mcp_key_t *key,
                   const unsigned char *facts, const mcp_exchange_t *x,
                   mcp_ctx_t *cx)
{
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    const char *text;
    apr_size_t len;

    mcp_writer_open(w, '[');
    mcp_writer_string(w, mcp_encode_base64url(facts, FACTS_SIZE, cx->pool));
    mcp_server_write_call(w, x->server, x->principal);
    mcp_writer_close(w);
    text = mcp_writer_text(w, &len);
    mcp_digest_hmac(mac, key->bytes, text, len);
}

const mcp_error_t *mcp_session_make(const char **id, const char *version,
                                    unsigned capabilities,
                                    const mcp_exchange_t *x, mcp_ctx_t *cx)
{
    unsigned char bytes[ID_SIZE];
    mcp_key_t key;

    MCP_TRY(mcp_key_current(&key, MCP_KEY_SESSION, x->works, cx));
    bytes[0] = FORMAT;
    mcp_encode_number(bytes + KEY, 4, (apr_uint64_t)key.id);
    mcp_encode_number(bytes + VERSION, 4, mcp_era_legacy_number(version));
    mcp_encode_number(bytes + CAPABILITIES, 2, capabilities);
    mcp_encode_number(bytes + BEGIN, 8, (apr_uint64_t)mcp_ctx_seconds(cx));
    MCP_TRY(mcp_random_bytes(bytes + NONCE, NONCE_SIZE, cx));
    mac_of(bytes + FACTS_SIZE, &key, bytes, x, cx);
    *id = mcp_encode_base64url(bytes, ID_SIZE, cx->pool);
    return NULL;
}

/* Used within its lifetime: known to shared memory, or younger than that. A
 * young one need not be known, so one that is opened and left costs nothing.
 */
static int is_alive(mcp_session_t *session, const mcp_exchange_t *x,
                    mcp_ctx_t *cx)
{
    apr_int64_t lifetime = x->server->session_lifetime;
    apr_int64_t now = mcp_ctx_seconds(cx);
    mcp_live_use_t use = {now, now + lifetime, lifetime / TOUCHES};

    switch (mcp_live_session_state(x->works->shared, session->digest, now)) {
    case MCP_SESSION_ENDED:
        return 0;
    case MCP_SESSION_UNKNOWN:
        if (session->begin + lifetime <= now)
            return 0;
        break;
    case MCP_SESSION_OPEN:
        break;
    }
    session->expires = use.expires;
    if (now - session->begin > use.slack)
        mcp_live_session_touch(x->works->shared, session->digest, &use);
    return 1;
}

static int is_ours(const unsigned char *bytes, const mcp_key_t *key,
                   const mcp_exchange_t *x, mcp_ctx_t *cx)
{
    unsigned char mac[MCP_DIGEST_SIZE];

    mac_of(mac, key, bytes, x, cx);
    return mcp_digest_equal_bytes(mac, bytes + FACTS_SIZE, sizeof(mac));
}

/* *found: whether the id is one that we made for this server and principal. */
static const mcp_error_t *facts_read(int *found, mcp_session_t *session,
                                     const char *id, const mcp_exchange_t *x,
                                     mcp_ctx_t *cx)
{
    unsigned char *bytes;
    apr_size_t len = ID_LENGTH;
    mcp_key_t key;

    *found = 0;
    bytes = mcp_encode_base64url_read(&len, id, len, cx->pool);
    if (!bytes || len != ID_SIZE || bytes[0] != FORMAT)
        return NULL;
    MCP_TRY(mcp_key_get(&key, (int)mcp_encode_number_read(bytes + KEY, 4),
                        MCP_KEY_SESSION, x->works, cx));
    if (!key.id || !is_ours(bytes, &key, x, cx))
        return NULL;
    session->version = mcp_era_legacy_of_number(
        (apr_uint32_t)mcp_encode_number_read(bytes + VERSION, 4));
    session->capabilities =
        (unsigned)mcp_encode_number_read(bytes + CAPABILITIES, 2);
    session->begin = (apr_int64_t)mcp_encode_number_read(bytes + BEGIN, 8);
    mcp_digest_sha256(session->digest, id, ID_LENGTH);
    apr_cpystrn(session->name,
                mcp_encode_base64url(session->digest, sizeof(session->digest),
                                     cx->pool),
                sizeof(session->name));
    *found = session->version != NULL;
    return NULL;
}

const mcp_error_t *mcp_session_read(int *found, mcp_session_t *session,
                                    const char *id, const mcp_exchange_t *x,
                                    mcp_ctx_t *cx)
{
    *found = 0;
    if (strlen(id) != ID_LENGTH)
        return NULL;
    if (!mcp_session_known_find(session, id, x, cx)) {
        MCP_TRY(facts_read(found, session, id, x, cx));
        if (!*found)
            return NULL;
        mcp_session_known_keep(session, id, x, cx);
    }
    *found = is_alive(session, x, cx);
    return NULL;
}

const mcp_error_t *mcp_session_get(mcp_session_t *session,
                                   const mcp_exchange_t *x, mcp_ctx_t *cx)
{
    const char *id = x->server->is_sse ? x->session_key
                                       : x->header(x->baton, "Mcp-Session-Id");

    int found;

    if (!id)
        return mcp_error_make(MCP_E_SESSION_REQUIRED, cx, "no Mcp-Session-Id");
    MCP_TRY(mcp_session_read(&found, session, id, x, cx));
    if (!found)
        return mcp_error_make(MCP_E_SESSION_NOT_FOUND, cx,
                              "the session is unknown here, expired, ended "
                              "or another principal's");
    return NULL;
}

void mcp_session_end(const mcp_session_t *session, const mcp_exchange_t *x,
                     mcp_ctx_t *cx)
{
    mcp_live_session_end(x->works->shared, session->digest, session->expires,
                         mcp_ctx_seconds(cx));
}
