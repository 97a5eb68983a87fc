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
}

TAP_MAIN(test)
