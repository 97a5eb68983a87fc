/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "ctl/state.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <apr_strings.h>

#include "ctl/audit.h"
#include "ctl/owner.h"
#include "ctl/secret.h"
#include "jose/keyfile.h"
#include "oauth/sealed_keys.h"
#include "oauth/stored_keys.h"
#include "store/open.h"
#include "store/sqlite_report.h"

#define USUAL "/var/lib/apache2/mcp-oauth"
#define SQLITE "sqlite"
#define REDIS "redis"
#define VERIFIED_TOKENS 16

/* -- where it is -- */

static const char *directory_of(const mcp_ctl_arguments_t *arguments,
                                apr_pool_t *pool)
{
    const char *path = arguments->option[MCP_CTL_STATE];
    apr_size_t len;

    if (!path)
        path = getenv("MCP_STATE");
    if (!path || !*path)
        path = USUAL;
    len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    return apr_pstrmemdup(pool, path, len);
}

const char *mcp_ctl_state_path(const mcp_ctl_state_t *state, const char *name,
                               apr_pool_t *pool)
{
    return apr_pstrcat(pool, state->directory, "/", name, NULL);
}

static int is_of_root(const char *path)
{
    struct stat status;

    return lstat(path, &status) == 0 && status.st_uid == 0;
}

static const mcp_error_t *become_owner(mcp_ctl_state_t *state, mcp_ctx_t *cx)
{
    return mcp_ctl_owner_become(&state->owner, state->directory, cx);
}

static const mcp_error_t *sealing_read(mcp_ctl_state_t *state,
                                       const char *source, const char *before,
                                       mcp_ctx_t *cx)
{
    mcp_sealing_setting_t *sealing = apr_pcalloc(cx->pool, sizeof(*sealing));

    if (!source)
        return NULL;
    MCP_TRY(mcp_ctl_secret_read(&sealing->key, source, cx));
    if (before)
        MCP_TRY(mcp_ctl_secret_read(&sealing->previous, before, cx));
    state->sealing = sealing;
    return NULL;
}

/* What root wrote may name what only root can read; what the server's user may
 * have put in its place is looked at as that user. */
static const mcp_error_t *known_read(mcp_ctl_state_t *state,
                                     const char *sealing_key, mcp_ctx_t *cx)
{
    const mcp_oauth_known_t *known;

    state->unsealed = sealing_read(state, sealing_key, NULL, cx);
    if (!is_of_root(mcp_ctl_state_path(state, MCP_KNOWN_FILE, cx->pool)))
        MCP_TRY(become_owner(state, cx));
    state->unknown =
        mcp_oauth_known_read(&known, state->directory, &state->works, cx);
    state->known = known;
    if (known && !known->is_of_root)
        MCP_TRY(become_owner(state, cx));
    if (known)
        mcp_ctl_audit_open(known, cx);
    if (known && known->store->password)
        state->locked = mcp_ctl_secret_read(
            &state->password, known->store->password->source, cx);
    if (known && !sealing_key)
        state->unsealed = sealing_read(state, known->sealing_key,
                                       known->sealing_key_before, cx);
    return become_owner(state, cx);
}

const mcp_error_t *mcp_ctl_state_find(mcp_ctl_state_t **out,
                                      const mcp_ctl_arguments_t *arguments,
                                      mcp_ctx_t *cx)
{
    mcp_ctl_state_t *state = apr_pcalloc(cx->pool, sizeof(*state));

    state->directory = directory_of(arguments, cx->pool);
    state->names = apr_hash_make(cx->pool);
    *out = state;
    return known_read(state, arguments->option[MCP_CTL_SEALING_KEY], cx);
}

/* -- what is in it -- */

const mcp_error_t *mcp_ctl_state_open_keys(mcp_ctl_state_t *state,
                                           mcp_ctx_t *cx)
{
    const mcp_jose_keyplace_t *place;

    if (state->unsealed)
        return state->unsealed;
    place = mcp_ctl_state_is_sqlite(state)
                ? mcp_jose_keyfile_place(state->directory, cx->pool)
                : mcp_oauth_stored_keys_place(state->works.store, cx->pool);
    place = mcp_oauth_sealed_keys_place(place, state->sealing, cx->pool);
    state->works.keys = mcp_jose_keyring_make(cx->pool);
    return mcp_jose_keyring_open(state->works.keys, place, NULL, NULL, cx);
}

/* One that is made now would be none that the server looks at. */
const mcp_error_t *mcp_ctl_state_open_revocations(mcp_ctl_state_t *state,
                                                  mcp_ctx_t *cx)
{
    const char *path = mcp_ctl_state_path(state, "revocations", cx->pool);
    struct stat status;

    if (lstat(path, &status) != 0)
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                               "Restart httpd, which makes it.",
                               "%s: it is not there", path);
    return mcp_store_sequence_open(&state->works.revocations, state->directory,
                                   cx);
}

/* Where the server wrote nothing, it is the usual one. */
static const mcp_store_setting_t *setting_of(const mcp_ctl_state_t *state,
                                             apr_pool_t *pool)
{
    mcp_store_setting_t *usual;

    if (state->known)
        return state->known->store;
    usual = apr_pcalloc(pool, sizeof(*usual));
    usual->name = SQLITE;
    return usual;
}

int mcp_ctl_state_is_sqlite(const mcp_ctl_state_t *state)
{
    return !state->known || !strcmp(state->known->store->name, SQLITE);
}

/* The setting with its password. */
static const mcp_error_t *setting_read(const mcp_store_setting_t **setting,
                                       const mcp_ctl_state_t *state,
                                       mcp_ctx_t *cx)
{
    *setting = setting_of(state, cx->pool);
    if (!mcp_ctl_state_is_sqlite(state) &&
        strcmp((*setting)->name, REDIS) != 0)
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                               "Install the mcpctl that came with the module.",
                               "the server keeps its records in a store "
                               "\"%s\", which this mcpctl does not know",
                               (*setting)->name);
    if (state->locked)
        return state->locked;
    if (state->password) {
        mcp_store_setting_t *whole =
            apr_pmemdup(cx->pool, *setting, sizeof(*whole));

        whole->password = state->password;
        *setting = whole;
    }
    return NULL;
}

const mcp_error_t *mcp_ctl_state_open_store(mcp_ctl_state_t *state,
                                            mcp_ctx_t *cx)
{
    mcp_store_opening_t *opening = apr_pcalloc(cx->pool, sizeof(*opening));

    MCP_TRY(setting_read(&opening->setting, state, cx));
    opening->directory = state->directory;
    opening->ca_file = state->known ? state->known->ca_file : NULL;
    opening->connections = 1;
    opening->is_guest = 1;
    if (mcp_ctl_state_is_sqlite(state))
        MCP_TRY(mcp_store_sqlite_report_check(state->directory, cx));
    return mcp_store_open(&state->works.store, opening, cx);
}

const mcp_error_t *mcp_ctl_state_open(mcp_ctl_state_t **out,
                                      const mcp_ctl_arguments_t *arguments,
                                      mcp_ctx_t *cx)
{
    mcp_ctl_state_t *state;

    MCP_TRY(mcp_ctl_state_find(&state, arguments, cx));
    if (state->unknown)
        return state->unknown;
    MCP_TRY(mcp_ctl_state_open_revocations(state, cx));
    MCP_TRY(mcp_ctl_state_open_store(state, cx));
    state->works.verified = mcp_live_seen_make(VERIFIED_TOKENS, cx->pool);
    *out = state;
    return NULL;
}
