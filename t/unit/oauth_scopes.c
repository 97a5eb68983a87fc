/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth_world.h"

#include "oauth/scopes.h"

static const struct {
    const char *name;
    const char *asked;
    const char *registered;
    const char *want; /* NULL: invalid_scope */
} rows[] = {
    {"nothing asked for: the defaults", NULL, NULL, "tasks:read"},
    {"nothing asked for: what was registered", NULL, "tasks:admin bogus",
     "tasks:admin"},
    {"nothing registered that exists: the defaults", NULL, "bogus",
     "tasks:read"},
    {"one that exists", "tasks:read", NULL, "tasks:read"},
    {"what it includes comes with it", "tasks:write", NULL,
     "tasks:write tasks:read"},
    {"unknown ones are left out (RFC 6749 3.3)", "tasks:read bogus", NULL,
     "tasks:read"},
    {"more than was registered may be asked for", "tasks:admin", "tasks:read",
     "tasks:admin"},
    {"offline_access goes with the defaults", "offline_access", NULL,
     "offline_access tasks:read"},
    {"offline_access with others", "tasks:admin offline_access", NULL,
     "tasks:admin offline_access"},
    {"nothing that exists", "bogus", NULL, NULL},
    {"nothing that exists but offline_access", "bogus offline_access", NULL,
     NULL},
    {"another resource's", "wiki:read", NULL, NULL},
    {"malformed", "a\"b", NULL, NULL},
    {"with control characters", "tasks:read\ttasks:write", NULL, NULL},
};

/* -- what a client may have at most -- */

static const struct {
    const char *name;
    const char *asked;
    const char *ceiling;
    const char *want; /* NULL: invalid_scope */
} ceilings[] = {
    {"no ceiling", "tasks:write", NULL, "tasks:write tasks:read"},
    {"all are below it", "tasks:read", "tasks:read tasks:write", "tasks:read"},
    {"what is above is left out", "tasks:read tasks:admin", "tasks:read",
     "tasks:read"},
    {"what it includes is below too", "tasks:write", "tasks:write",
     "tasks:write tasks:read"},
    {"of what is asked for, only what it includes is below", "tasks:write",
     "tasks:read", "tasks:read"},
    {"nothing of what is asked for", "tasks:admin", "tasks:read", NULL},
    {"nothing at all", "tasks:read", "", NULL},
    {"nothing asked for, no default below", NULL, "tasks:admin", ""},
    {"nothing asked for, the defaults", NULL, "tasks:read", "tasks:read"},
    {"offline_access is no scope of a resource", "tasks:read offline_access",
     "tasks:read", "tasks:read offline_access"},
};

static void test_ceilings(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_scopes_ask_t ask = {&w->tasks, NULL, NULL, NULL};
    apr_array_header_t *chosen;
    apr_size_t i;

    for (i = 0; i < sizeof(ceilings) / sizeof(ceilings[0]); i++) {
        const mcp_error_t *e;

        ask.asked = ceilings[i].asked;
        ask.ceiling = ceilings[i].ceiling;
        e = mcp_oauth_scopes_choose(&chosen, &ask, cx);
        if (ceilings[i].want)
            is(e ? mcp_error_text(e) : mcp_scope_text(chosen, cx->pool),
               ceilings[i].want, ceilings[i].name);
        else
            fails(e, MCP_E_INVALID_SCOPE, ceilings[i].name);
    }
}

/* -- what a user may have -- */

/* An expression is a user's name here, or "fails". */
static const mcp_error_t *is_user(int *truth, void *baton, const void *expr,
                                  const mcp_principal_t *who)
{
    *truth = !strcmp(expr, who->user);
    return strcmp(expr, "fails")
               ? NULL
               : mcp_error_make(MCP_E_SERVER_ERROR, baton, "it fails");
}

static const struct {
    const char *name;
    const char *expr; /* of tasks:write */
    const char *scopes;
    int is_required; /* Require lines name a scope */
    const char *want;
    mcp_error_code_t code; /* where want is NULL */
} users[] = {
    {"no expr=", NULL, "tasks:write tasks:read", 1, "tasks:write tasks:read",
     0},
    {"one that holds", "ada", "tasks:write tasks:read", 1,
     "tasks:write tasks:read", 0},
    {"one that does not", "bob", "tasks:write tasks:read", 1, "tasks:read", 0},
    {"nothing is left where scopes are required", "bob", "tasks:write", 1,
     NULL, MCP_E_ACCESS_DENIED},
    {"nothing but offline_access is left", "bob", "offline_access tasks:write",
     1, NULL, MCP_E_ACCESS_DENIED},
    {"nothing is left where they are not", "bob", "tasks:write", 0, "", 0},
    {"nothing was there", "bob", "", 1, "", 0},
    {"one that cannot be asked", "fails", "tasks:write tasks:read", 0, NULL,
     MCP_E_SERVER_ERROR},
};

static void test_users(world_t *w, mcp_ctx_t *cx)
{
    mcp_scope_setting_t *write =
        &APR_ARRAY_IDX(w->tasks.settings->scopes, 1, mcp_scope_setting_t);
    mcp_scope_setting_t *read =
        &APR_ARRAY_IDX(w->tasks.settings->scopes, 0, mcp_scope_setting_t);
    mcp_oauth_expr_t expr = {is_user, cx};
    mcp_principal_t ada = {0};
    mcp_oauth_scopes_limit_t to = {&w->tasks, NULL, &ada, &expr};
    apr_array_header_t *left;
    apr_size_t i;

    ada.user = "ada";
    for (i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
        const mcp_error_t *e;

        write->expr = users[i].expr;
        w->tasks.required =
            list_of(cx->pool, users[i].is_required ? "x" : NULL, NULL);
        to.scopes = users[i].scopes;
        e = mcp_oauth_scopes_limit(&left, &to, cx);
        if (users[i].want)
            is(e ? mcp_error_text(e) : mcp_scope_text(left, cx->pool),
               users[i].want, users[i].name);
        else
            fails(e, users[i].code, users[i].name);
    }
    write->expr = NULL;
    read->expr = "bob";
    to.scopes = "tasks:write tasks:read tasks:admin";
    fine(mcp_oauth_scopes_limit(&left, &to, cx), "expr= of an included one");
    is(mcp_scope_text(left, cx->pool), "tasks:admin",
       "holds for what includes it, which grants it");
    read->expr = NULL;
    write->expr = "ada";
    to.scopes = "tasks:write tasks:read";
    to.expr = NULL;
    fine(mcp_oauth_scopes_limit(&left, &to, cx), "nobody who can ask");
    is(mcp_scope_text(left, cx->pool), "tasks:read", "means no");
    write->expr = NULL;
}

static void test(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);
    mcp_oauth_scopes_ask_t ask = {&w->tasks, NULL, NULL, NULL};
    apr_array_header_t *chosen, *many;
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const mcp_error_t *e;

        ask.asked = rows[i].asked;
        ask.registered = rows[i].registered;
        e = mcp_oauth_scopes_choose(&chosen, &ask, cx);
        if (rows[i].want)
            is(e ? mcp_error_text(e) : mcp_scope_text(chosen, cx->pool),
               rows[i].want, rows[i].name);
        else
            fails(e, MCP_E_INVALID_SCOPE, rows[i].name);
    }
    ask.asked = ask.registered = NULL;
    ask.resource = &w->wiki;
    fine(mcp_oauth_scopes_choose(&chosen, &ask, cx), "without any scopes");
    ok(chosen->nelts == 0, "there is none to grant");
    w->wiki.scopes = list_of(cx->pool, "wiki:read", "wiki:write", NULL);
    fine(mcp_oauth_scopes_choose(&chosen, &ask, cx), "without defaults");
    is(mcp_scope_text(chosen, cx->pool), "wiki:read wiki:write",
       "all that the resource names");
    many = apr_array_make(cx->pool, 100, sizeof(char *));
    for (i = 0; i < 100; i++)
        APR_ARRAY_PUSH(many, const char *) =
            apr_psprintf(cx->pool, "s%d", (int)i);
    w->wiki.scopes = many;
    fine(mcp_oauth_scopes_choose(&chosen, &ask, cx), "with a hundred");
    ok(chosen->nelts == MCP_SCOPE_MAX, "no more than a list may hold");
    is(mcp_oauth_scopes_words(&w->tasks, "tasks:read"), "See your tasks",
       "a scope in the administrator's words");
    is(mcp_oauth_scopes_words(&w->tasks, "tasks:admin"), "tasks:admin",
       "or its name");
    ok(strcmp(mcp_oauth_scopes_words(&w->tasks, MCP_SCOPE_OFFLINE),
              MCP_SCOPE_OFFLINE) != 0,
       "offline_access has words of its own");
    test_ceilings(w, cx);
    test_users(w, cx);
}

TAP_MAIN(test)
