/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_lib.h>
#include <apr_strings.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/state.h"
#include "ctl/table.h"
#include "store/sqlite_report.h"

static const mcp_ctl_column_t state_columns[] = {
    {"state", MCP_CTL_TEXT},       {"owner", MCP_CTL_TEXT},
    {"store", MCP_CTL_TEXT},       {"bytes", MCP_CTL_NUMBER},
    {"log_bytes", MCP_CTL_NUMBER}, {"revocations", MCP_CTL_NUMBER},
    {"configured", MCP_CTL_TIME},
};
static const mcp_ctl_column_t issuer_columns[] = {
    {"issuer", MCP_CTL_TEXT},
    {"resources", MCP_CTL_NUMBER},
    {"key", MCP_CTL_TEXT},
};
static const mcp_ctl_column_t record_columns[] = {
    {"record", MCP_CTL_TEXT},
    {"live", MCP_CTL_NUMBER},
    {"expired", MCP_CTL_NUMBER},
};
static const mcp_ctl_column_t problem_columns[] = {
    {"problem", MCP_CTL_TEXT},
    {"remedy", MCP_CTL_TEXT},
};

#define TABLE(columns, pool)                                                  \
    mcp_ctl_table_make(columns, (int)(sizeof(columns) / sizeof(*columns)),    \
                       pool)

/* A state being looked at. */
typedef struct looking_t {
    mcp_ctl_state_t *state;
    mcp_store_sqlite_report_t records;
    apr_array_header_t *problems; /* of const mcp_error_t * */
} looking_t;

static void problem_add(looking_t *look, const mcp_error_t *e)
{
    if (e)
        APR_ARRAY_PUSH(look->problems, const mcp_error_t *) = e;
}

/* -- files -- */

static const mcp_error_t *mode_check(const char *path, mode_t most,
                                     const struct stat *status, mcp_ctx_t *cx)
{
    if (!(status->st_mode & 07777 & ~most))
        return NULL;
    return mcp_error_fault(
        MCP_E_SERVER_ERROR, cx,
        apr_psprintf(cx->pool, "Run: chmod %o %s", (unsigned)most, path),
        "%s: others than its owner may open it (mode %04o)", path,
        (unsigned)(status->st_mode & 07777));
}

static const mcp_error_t *owner_check(const looking_t *look, const char *path,
                                      const struct stat *status, mcp_ctx_t *cx)
{
    if (status->st_uid == geteuid())
        return NULL;
    return mcp_error_fault(
        MCP_E_SERVER_ERROR, cx,
        apr_psprintf(cx->pool, "Run: chown %s %s", look->state->owner, path),
        "%s: it does not belong to %s", path, look->state->owner);
}

/* What is not there, others say. */
static void file_check(looking_t *look, const char *name, mcp_ctx_t *cx)
{
    const char *path = mcp_ctl_state_path(look->state, name, cx->pool);
    int is_known = !strcmp(name, MCP_KNOWN_FILE);
    struct stat status;

    if (lstat(path, &status) != 0)
        return;
    if (!S_ISREG(status.st_mode)) {
        problem_add(look,
                    mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                                    "Move it away, and restore the file "
                                    "from a backup.",
                                    "%s: it is not a regular file", path));
        return;
    }
    problem_add(
        look, mode_check(path, is_known ? MCP_KNOWN_MODE : 0600, &status, cx));
    if (!is_known || status.st_uid != 0)
        problem_add(look, owner_check(look, path, &status, cx));
}

static void files_check(looking_t *look, mcp_ctx_t *cx)
{
    static const char *const names[] = {"keys.json",    "state.db",
                                        "state.db-wal", "state.db-shm",
                                        "revocations",  MCP_KNOWN_FILE};
    const char *directory = look->state->directory;
    struct stat status;
    apr_size_t i;

    if (stat(directory, &status) == 0)
        problem_add(look, mode_check(directory, 0700, &status, cx));
    for (i = 0; i < sizeof(names) / sizeof(*names); i++)
        file_check(look, names[i], cx);
}

/* -- what is in them -- */

static void records_check(looking_t *look, mcp_ctx_t *cx)
{
    const apr_array_header_t *damage;
    int i;

    problem_add(look, mcp_store_sqlite_report_make(
                          &look->records, look->state->directory, cx));
    damage = look->records.damage;
    for (i = 0; damage && i < damage->nelts; i++)
        problem_add(look, mcp_error_fault(
                              MCP_E_UNAVAILABLE, cx,
                              "Stop httpd and restore state.db from a backup, "
                              "or move it away: users sign in again.",
                              "%s/state.db: it is damaged: %s",
                              look->state->directory,
                              APR_ARRAY_IDX(damage, i, const char *)));
}

/* An issuer that the server works for has a key; others may have gone. */
static void keys_check(looking_t *look, mcp_ctx_t *cx)
{
    const mcp_ctl_state_t *state = look->state;
    int i;

    for (i = 0; state->known && i < state->known->services->nelts; i++) {
        const char *issuer = APR_ARRAY_IDX(state->known->services, i,
                                           const mcp_oauth_service_t *)
                                 ->issuer;

        if (!mcp_jose_keyring_signer(state->works.keys, issuer))
            problem_add(look, mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                                              "Restart httpd, which makes it.",
                                              "%s/keys.json: %s has no key",
                                              state->directory, issuer));
    }
}

/* -- records that are elsewhere -- */

static const mcp_error_t *count_one(void *count, const unsigned char *key,
                                    const mcp_record_t *record, mcp_ctx_t *cx)
{
    ++*(apr_int64_t *)count;
    return NULL;
}

/* What expired there, the store itself removes. */
static const mcp_error_t *shared_count(looking_t *look, mcp_ctx_t *cx)
{
    static const mcp_record_kind_t kinds[] = {
#define MCP_RECORD(name, number, single_use, index) MCP_RECORD_##name,
#include "store/record.def"
#undef MCP_RECORD
    };
    apr_array_header_t *counts =
        apr_array_make(cx->pool, 12, sizeof(mcp_store_sqlite_count_t));
    apr_size_t i;

    look->records.counts = counts;
    for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        mcp_store_sqlite_count_t one = {(int)kinds[i], 0, 0};

        MCP_TRY(mcp_store_each(look->state->works.store, kinds[i], NULL,
                               count_one, &one.live, cx));
        if (one.live)
            APR_ARRAY_PUSH(counts, mcp_store_sqlite_count_t) = one;
    }
    return NULL;
}

/* -- all of it -- */

static const mcp_error_t *keys_open(looking_t *look, mcp_ctx_t *cx)
{
    mcp_ctl_state_t *state = look->state;

    if (!mcp_ctl_state_is_sqlite(state)) {
        MCP_TRY(mcp_ctl_state_open_store(state, cx));
        MCP_TRY(shared_count(look, cx));
    }
    MCP_TRY(mcp_ctl_state_open_keys(state, cx));
    keys_check(look, cx);
    return NULL;
}

static void all_check(looking_t *look, mcp_ctx_t *cx)
{
    mcp_ctl_state_t *state = look->state;

    files_check(look, cx);
    problem_add(look, state->unknown);
    problem_add(look, keys_open(look, cx));
    problem_add(look, mcp_ctl_state_open_revocations(state, cx));
    if (mcp_ctl_state_is_sqlite(state))
        records_check(look, cx);
}

/* -- what is said -- */

static mcp_ctl_table_t *state_table(const looking_t *look, apr_pool_t *pool)
{
    mcp_ctl_table_t *table = TABLE(state_columns, pool);
    const mcp_ctl_state_t *state = look->state;

    mcp_ctl_table_text(table, state->directory);
    mcp_ctl_table_text(table, state->owner);
    mcp_ctl_table_text(table, state->known ? state->known->store->name : NULL);
    mcp_ctl_table_number(table, look->records.bytes);
    mcp_ctl_table_number(table, look->records.log_bytes);
    mcp_ctl_table_number(table, state->works.revocations
                                    ? (apr_int64_t)mcp_store_sequence_get(
                                          state->works.revocations)
                                    : 0);
    mcp_ctl_table_number(table, state->known ? state->known->written : -1);
    return table;
}

static mcp_ctl_table_t *issuer_table(const looking_t *look, apr_pool_t *pool)
{
    mcp_ctl_table_t *table = TABLE(issuer_columns, pool);
    const mcp_ctl_state_t *state = look->state;
    int i;

    for (i = 0; state->known && i < state->known->services->nelts; i++) {
        const mcp_oauth_service_t *service = APR_ARRAY_IDX(
            state->known->services, i, const mcp_oauth_service_t *);
        const mcp_jose_jwk_t *key =
            state->works.keys
                ? mcp_jose_keyring_signer(state->works.keys, service->issuer)
                : NULL;

        mcp_ctl_table_text(table, service->issuer);
        mcp_ctl_table_number(table, service->resources->nelts);
        mcp_ctl_table_text(table, key ? mcp_jose_jwk_kid(key) : NULL);
    }
    return table;
}

static const char *kind_name(int kind, apr_pool_t *pool)
{
    switch (kind) {
#define MCP_RECORD(name, number, single_use, index)                           \
    case number:                                                              \
        return #name;
#include "store/record.def"
#undef MCP_RECORD
    }
    return apr_psprintf(pool, "KIND %d", kind);
}

static mcp_ctl_table_t *record_table(const looking_t *look, apr_pool_t *pool)
{
    mcp_ctl_table_t *table = TABLE(record_columns, pool);
    const apr_array_header_t *counts = look->records.counts;
    int i;

    for (i = 0; counts && i < counts->nelts; i++) {
        const mcp_store_sqlite_count_t *one =
            &APR_ARRAY_IDX(counts, i, mcp_store_sqlite_count_t);
        char *name = apr_pstrdup(pool, kind_name(one->kind, pool)), *c;

        for (c = name; *c; c++)
            *c = (char)apr_tolower(*c);
        mcp_ctl_table_text(table, name);
        mcp_ctl_table_number(table, one->live);
        mcp_ctl_table_number(table, one->expired);
    }
    return table;
}

static void document_print(const looking_t *look, apr_pool_t *pool)
{
    mcp_ctl_table_t *problems = TABLE(problem_columns, pool);
    mcp_writer_t *w = mcp_writer_make(pool);
    int i;

    for (i = 0; i < look->problems->nelts; i++) {
        const mcp_error_t *e =
            APR_ARRAY_IDX(look->problems, i, const mcp_error_t *);

        mcp_ctl_table_text(problems, e->detail);
        mcp_ctl_table_text(problems, e->remedy);
    }
    mcp_writer_open(w, '{');
    mcp_ctl_table_write_row(w, state_table(look, pool));
    mcp_writer_name(w, "issuers");
    mcp_ctl_table_write(w, issuer_table(look, pool));
    mcp_writer_name(w, "records");
    mcp_ctl_table_write(w, record_table(look, pool));
    mcp_writer_name(w, "problems");
    mcp_ctl_table_write(w, problems);
    mcp_writer_close(w);
    printf("%s\n", mcp_writer_text(w, NULL));
}

static void lines_print(const looking_t *look, apr_pool_t *pool)
{
    int i;

    mcp_ctl_table_print_row(state_table(look, pool));
    printf("\n");
    mcp_ctl_table_print(issuer_table(look, pool));
    printf("\n");
    mcp_ctl_table_print(record_table(look, pool));
    printf("\n%s\n",
           look->problems->nelts ? "What is wrong:" : "The state is whole.");
    for (i = 0; i < look->problems->nelts; i++) {
        const mcp_error_t *e =
            APR_ARRAY_IDX(look->problems, i, const mcp_error_t *);

        printf("  %s\n    %s\n", mcp_ctl_table_safe(e->detail, pool),
               e->remedy ? e->remedy : mcp_error_text(e));
    }
}

const mcp_error_t *mcp_ctl_check_run(int *answer,
                                     const mcp_ctl_arguments_t *arguments,
                                     mcp_ctx_t *cx)
{
    looking_t look;

    memset(&look, 0, sizeof(look));
    look.problems = apr_array_make(cx->pool, 4, sizeof(const mcp_error_t *));
    MCP_TRY(mcp_ctl_state_find(&look.state, arguments, cx));
    all_check(&look, cx);
    if (arguments->option[MCP_CTL_JSON])
        document_print(&look, cx->pool);
    else
        lines_print(&look, cx->pool);
    if (look.problems->nelts)
        *answer = MCP_CTL_NO;
    return NULL;
}
