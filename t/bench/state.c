/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "../unit/oauth_journey.h"
#include "bench.h"

#include <sys/stat.h>
#include <sqlite3.h>

#include "oauth/grant.h"

/* What grants leave in the state file: makes some, turns each so often, and
 * looks at state.db when all is in its place.
 *
 *   GRANTS=20000 ROTATIONS=20
 */

#define AIM 1229 /* bytes a grant: 1.2 KiB */
#define USERS 1000

/* As they register, character for character. */
static const char *client_make(world_t *w, int number, mcp_ctx_t *cx)
{
    static const char *const metadata[] = {
        "{\"client_name\":\"Cursor\",\"redirect_uris\":["
        "\"cursor://anysphere.cursor-mcp/oauth/callback\","
        "\"https://www.cursor.com/agents/mcp/oauth/callback\","
        "\"http://localhost:8787/callback\"],"
        "\"grant_types\":[\"authorization_code\",\"refresh_token\"],"
        "\"response_types\":[\"code\"],"
        "\"token_endpoint_auth_method\":\"none\","
        "\"application_type\":\"web\"}",
        "{\"client_name\":\"Claude\",\"redirect_uris\":["
        "\"https://claude.ai/api/mcp/auth_callback\"],"
        "\"grant_types\":[\"authorization_code\",\"refresh_token\"],"
        "\"response_types\":[\"code\"],"
        "\"token_endpoint_auth_method\":\"none\"}"};

    return text_in(client_register(w, metadata[number % 2], cx), "client_id",
                   cx);
}

static const mcp_error_t *grant_make(mcp_oauth_grant_t *grant, int number,
                                     const char *const *clients, world_t *w,
                                     mcp_ctx_t *cx)
{
    memset(grant, 0, sizeof(*grant));
    MCP_TRY(mcp_oauth_grant_make_id(&grant->id, cx));
    grant->client_id = clients[number % 2];
    grant->identity.issuer = "https://login.example.com/realms/staff";
    grant->identity.subject = apr_psprintf(
        cx->pool, "5f2b6a1e-8c41-4b7f-9d7a-%012d", number % USERS);
    grant->identity.user =
        apr_psprintf(cx->pool, "user%d@example.com", number % USERS);
    grant->resource = TASKS;
    grant->scope = "tasks:read tasks:write";
    grant->created = grant->turned = mcp_ctx_seconds(cx);
    grant->generation = 1;
    mcp_oauth_grant_extend(grant, &w->tasks, grant->created);
    return mcp_oauth_grant_put(grant, &w->works, cx);
}

static void grants_make(char (*ids)[64], int count, world_t *w, mcp_ctx_t *cx)
{
    const char *clients[2] = {client_make(w, 0, cx), client_make(w, 1, cx)};
    mcp_oauth_grant_t grant;
    mcp_ctx_t own = *cx;
    int i;

    apr_pool_create(&own.pool, cx->pool);
    for (i = 0; i < count; i++) {
        const mcp_error_t *e = grant_make(&grant, i, clients, w, &own);

        if (e) {
            fine(e, "a grant is stored");
            exit(1);
        }
        snprintf(ids[i], sizeof(ids[i]), "%s", grant.id);
        apr_pool_clear(own.pool);
    }
    printf("client_id of Cursor %d bytes, of Claude %d\n",
           (int)strlen(clients[0]), (int)strlen(clients[1]));
}

static const mcp_error_t *grant_turn(const char *id, world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_grant_t *grant;
    int done;

    MCP_TRY(mcp_oauth_grant_get(&grant, id, &w->works, cx));
    grant->generation++;
    grant->turned = mcp_ctx_seconds(cx);
    mcp_oauth_grant_extend(grant, &w->tasks, grant->turned);
    return mcp_oauth_grant_replace(&done, grant, &w->works, cx);
}

static void grants_turn(char (*ids)[64], int count, world_t *w, mcp_ctx_t *cx)
{
    mcp_ctx_t own = *cx;
    int i;

    apr_pool_create(&own.pool, cx->pool);
    for (i = 0; i < count; i++) {
        const mcp_error_t *e = grant_turn(ids[i], w, &own);

        if (e) {
            fine(e, "a grant turns");
            exit(1);
        }
        apr_pool_clear(own.pool);
    }
    pass_seconds(3600);
    apr_pool_destroy(own.pool);
}

/* -- where the bytes are -- */

static sqlite3_int64 size_of(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 ? status.st_size : 0;
}

static void rows_show(sqlite3 *db, const char *sql, int count)
{
    sqlite3_stmt *statement;

    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        return;
    while (sqlite3_step(statement) == SQLITE_ROW)
        printf("  %-16s %8.1f bytes a grant\n",
               sqlite3_column_text(statement, 0),
               sqlite3_column_double(statement, 1) / count);
    sqlite3_finalize(statement);
}

/* With no other connection there: all goes into state.db. */
static double file_show(const char *directory, int count, apr_pool_t *pool)
{
    const char *path = apr_pstrcat(pool, directory, "/state.db", NULL);
    sqlite3 *db;

    sqlite3_open(path, &db);
    sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL);
    rows_show(db, "SELECT 'value', sum(length(value)) FROM record", count);
    rows_show(db, "SELECT 'idx', sum(length(idx)) FROM record", count);
    rows_show(db,
              "SELECT 'free pages', 4096.0 * freelist_count "
              "FROM pragma_freelist_count",
              count);
    rows_show(db,
              "SELECT name, sum(pgsize) FROM dbstat WHERE name <> "
              "'sqlite_schema' GROUP BY name",
              count);
    sqlite3_close(db);
    return (double)size_of(path) / count;
}

static void body(mcp_ctx_t *cx)
{
    int count = number_of("GRANTS", 20000), i;
    int rotations = number_of("ROTATIONS", 20);
    const char *directory;
    char(*ids)[64] = calloc((size_t)count, sizeof(*ids));
    mcp_ctx_t own = *cx;
    double began, made, turned, bytes;
    world_t *w;

    tap_is_quiet = 1;
    directory = directory_make(cx->pool);
    apr_pool_create(&own.pool, cx->pool);
    w = world_in(directory, store_make(directory, &own), &own);
    began = seconds();
    grants_make(ids, count, w, &own);
    made = seconds();
    for (i = 0; i < rotations; i++)
        grants_turn(ids, count, w, &own);
    turned = seconds();
    mcp_store_purge(w->works.store, &own);
    apr_pool_destroy(own.pool);
    printf("%d grants (%.0f us each), each turned %d times (%.0f us each)\n",
           count, 1e6 * (made - began) / count, rotations,
           1e6 * (turned - made) / count / (rotations ? rotations : 1));
    bytes = file_show(directory, count, cx->pool);
    printf("state.db: %.0f bytes a grant: %s %d\n", bytes,
           bytes <= AIM ? "within the aim of" : "ABOVE the aim of", AIM);
    ok(bytes <= 2 * AIM, "it is no defect");
    free(ids);
}

TAP_MAIN(body)
