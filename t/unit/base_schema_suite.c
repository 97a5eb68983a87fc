/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_file_info.h>
#include <apr_fnmatch.h>
#include <jansson.h>

#include "tap.h"

#include "base/schema.h"

/* The official JSON-Schema-Test-Suite, which build/deps fetches: all that it
 * has for the two drafts, required and optional. A file is a test here. */

#define SUITE "build/schema-suite"
/* the metaschema, as the npm package ajv carries it */
#define METASCHEMA "build/node/node_modules/ajv/dist/refs/json-schema-2020-12"

static const struct draft_t {
    const char *name, *uri;
    const char *remotes; /* the URI of what stands in remotes/NAME */
    int passed, excepted;
} drafts[] = {
    {"draft2020-12", "https://json-schema.org/draft/2020-12/schema",
     "http://localhost:1234/draft2020-12", 0, 0},
    {"draft7", "http://json-schema.org/draft-07/schema#", NULL, 0, 0},
};

#define NUL "strings with NUL are refused wherever JSON is read"
#define BIG "integers beyond 64 bits are refused wherever JSON is read"
#define REMOTE "no other document is fetched"
#define DIALECT "a dialect with a metaschema of its own is refused"
#define CONTENT "content is an annotation, as it is since draft 2019-09"

/* What is not as the suite wants it, as "DRAFT/FILE: GROUP: TEST". What the
 * suite keeps in other documents is put into the schema by bundle(), as far as
 * one document can hold it. */
static const struct {
    const char *tests, *reason;
} exceptions[] = {
    {"*/const.json: nul characters in strings: *", NUL},
    {"*/enum.json: nul characters in strings: *", NUL},
    {"*/optional/bignum.json: *", BIG},
    {"draft2020-12/vocabulary.json: *", DIALECT},
    {"draft2020-12/optional/format-assertion.json: *", DIALECT},
    {"draft2020-12/refRemote.json: remote HTTP ref with *", REMOTE},
    {"draft2020-12/optional/cross-draft.json: *", REMOTE},
    {"draft7/ref.json: remote ref, containing refs itself: *", REMOTE},
    {"draft7/definitions.json: validate definition against metaschema: *",
     REMOTE},
    {"draft7/refRemote.json: *", REMOTE},
    {"draft7/optional/cross-draft.json: *", REMOTE},
    {"draft7/optional/content.json: *", CONTENT},
};
#define EXCEPTIONS ((int)(sizeof(exceptions) / sizeof(*exceptions)))

static int excepted[EXCEPTIONS];

static int is_excepted(const char *test)
{
    int i;

    for (i = 0; i < EXCEPTIONS; i++)
        if (apr_fnmatch(exceptions[i].tests, test, 0) == APR_SUCCESS)
            return ++excepted[i];
    return 0;
}

/* -- files -- */

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The paths of the files below a folder, as they are called there, sorted. */
static apr_array_header_t *files_of(const char *folder, apr_pool_t *pool)
{
    apr_array_header_t *files = apr_array_make(pool, 64, sizeof(char *)), *in;
    apr_finfo_t info;
    apr_dir_t *dir;
    int i;

    if (apr_dir_open(&dir, folder, pool))
        return files;
    while (!apr_dir_read(&info, APR_FINFO_NAME | APR_FINFO_TYPE, dir)) {
        const char *name = apr_pstrdup(pool, info.name);

        if (info.filetype == APR_REG)
            APR_ARRAY_PUSH(files, const char *) = name;
        if (info.filetype != APR_DIR || *name == '.')
            continue;
        in = files_of(apr_pstrcat(pool, folder, "/", name, NULL), pool);
        for (i = 0; i < in->nelts; i++)
            APR_ARRAY_PUSH(files, const char *) = apr_pstrcat(
                pool, name, "/", APR_ARRAY_IDX(in, i, const char *), NULL);
    }
    apr_dir_close(dir);
    qsort(files->elts, (size_t)files->nelts, sizeof(char *), compare);
    return files;
}

static json_t *file_read(const char *folder, const char *name, size_t flags,
                         apr_pool_t *pool)
{
    const char *path = apr_pstrcat(pool, folder, "/", name, NULL);
    json_error_t why;

    return json_load_file(path, JSON_ALLOW_NUL | flags, &why);
}

/* -- schemas -- */

static const char *text_of(const json_t *json, apr_pool_t *pool)
{
    char *text = json_dumps(json, JSON_ENCODE_ANY);
    const char *kept = apr_pstrdup(pool, text);

    free(text);
    return kept;
}

/* Puts the documents of a folder into a schema. */
static void bundle(json_t *schema, const char *folder, const char *uri,
                   apr_pool_t *pool)
{
    apr_array_header_t *files = files_of(folder, pool);
    json_t *defs = json_object_get(schema, "$defs"), *document;
    int i;

    if (!defs)
        json_object_set_new(schema, "$defs", defs = json_object());
    for (i = 0; i < files->nelts; i++) {
        const char *name = APR_ARRAY_IDX(files, i, const char *);

        /* and no metaschemas of other dialects */
        if (apr_fnmatch("*.json", name, 0) ||
            !apr_fnmatch("metaschema-*", name, 0) ||
            !apr_fnmatch("format-assertion-*", name, 0))
            continue;
        document = file_read(folder, name, 0, pool);
        name = apr_pstrcat(pool, uri, "/", name, NULL);
        if (!json_object_get(document, "$id"))
            json_object_set_new(document, "$id", json_string(name));
        json_object_set_new(defs, name, document);
    }
}

static const mcp_error_t *schema_make(const mcp_schema_t **schema,
                                      const json_t *json,
                                      const struct draft_t *draft,
                                      mcp_ctx_t *cx)
{
    json_t *copy = json_deep_copy(json);
    const char *text, *remotes = SUITE "/remotes/draft2020-12";
    const mcp_error_t *e;

    if (json_is_object(copy) && !json_object_get(copy, "$schema"))
        json_object_set_new(copy, "$schema", json_string(draft->uri));
    e = mcp_schema_make(schema, text_of(copy, cx->pool), cx);
    if (e && draft->remotes && strstr(e->detail, "another document")) {
        bundle(copy, remotes, draft->remotes, cx->pool);
        bundle(copy, METASCHEMA, "ajv", cx->pool);
        text = text_of(copy, cx->pool);
        e = mcp_schema_make(schema, text, cx);
    }
    json_decref(copy);
    return e;
}

/* NULL, or how it is not as the suite wants it */
static const char *run(const json_t *schema, const json_t *test,
                       const struct draft_t *draft, mcp_ctx_t *cx)
{
    const char *text = text_of(json_object_get(test, "data"), cx->pool), *why;
    const mcp_json_t *value;
    const mcp_schema_t *made;
    const mcp_error_t *e = schema_make(&made, schema, draft, cx);

    tap_log[0] = '\0';
    if (!e)
        e = mcp_json_read(&value, text, strlen(text), cx);
    if (e)
        return e->detail;
    why = mcp_schema_check(made, value, cx->pool);
    if (json_is_true(json_object_get(test, "valid")))
        return why;
    return why ? NULL : "it passes";
}

/* -- what there is -- */

static void run_file(struct draft_t *draft, const char *folder,
                     const char *name, mcp_ctx_t *cx)
{
    json_t *file = file_read(folder, name, 0, cx->pool), *group, *test;
    const char *full, *why, *big = file ? NULL : "it has a number too big";
    int passed = 0, other = 0, failed = 0;
    size_t i, k;

    /* to know what tests it has */
    if (big)
        file = file_read(folder, name, JSON_DECODE_INT_AS_REAL, cx->pool);

    json_array_foreach(file, i, group)
        json_array_foreach(json_object_get(group, "tests"), k, test)
    {
        full = apr_psprintf(
            cx->pool, "%s/%s: %s: %s", draft->name, name,
            json_string_value(json_object_get(group, "description")),
            json_string_value(json_object_get(test, "description")));
        why = big ? big
                  : run(json_object_get(group, "schema"), test, draft, cx);
        if (!why)
            passed++;
        else if (is_excepted(full))
            other++;
        else if (++failed)
            printf("# %s: %s\n", full, why);
    }
    ok(passed + other && !failed, "%s/%s: %d pass, %d are exceptions",
       draft->name, name, passed, other);
    draft->passed += passed;
    draft->excepted += other;
    json_decref(file);
}

static struct draft_t run_draft(struct draft_t draft, mcp_ctx_t *cx)
{
    const char *folder =
        apr_pstrcat(cx->pool, SUITE "/tests/", draft.name, NULL);
    apr_array_header_t *files = files_of(folder, cx->pool);
    apr_pool_t *pool = cx->pool;
    int i;

    ok(files->nelts, "%s is there, or build/deps test has not been called",
       folder);
    for (i = 0; i < files->nelts; i++) {
        const char *name = APR_ARRAY_IDX(files, i, const char *);

        /* annotations, unless a vocabulary says else */
        if (!strncmp(name, "optional/format/", 16))
            continue;
        apr_pool_create(&cx->pool, pool);
        run_file(&draft, folder, name, cx);
        apr_pool_destroy(cx->pool);
    }
    cx->pool = pool;
    return draft;
}

static void body(mcp_ctx_t *cx)
{
    struct draft_t new = run_draft(drafts[0], cx);
    struct draft_t old = run_draft(drafts[1], cx);
    int i;

    for (i = 0; i < EXCEPTIONS; i++)
        ok(excepted[i], "%d exceptions %s: %s", excepted[i],
           exceptions[i].tests, exceptions[i].reason);
    /* of the suite that build/deps names */
    is(apr_psprintf(cx->pool, "%d and %d, %d and %d", new.passed, new.excepted,
                    old.passed, old.excepted),
       "1386 and 29, 985 and 46",
       "as many tests pass, and are exceptions, as are known");
}

TAP_MAIN(body)
