/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tempdir.h"

#include <apr_tables.h>

#include "idp/preset.h"

static int asked;

static const mcp_error_t *check(const char **user, void *baton,
                                const mcp_idp_t *idp, const char *name,
                                const char *password)
{
    (void)baton;
    (void)idp;
    asked++;
    *user = !strcmp(name, "Ada") && !strcmp(password, "lovelace") ? "ada"
                                                                  : NULL;
    return NULL;
}

static const struct {
    const char *name;
    const char *user;     /* NULL: the field is missing */
    const char *password; /* NULL: the same */
    int next;
    int asked;
} rows[] = {
    {"the right password", "Ada", "lovelace", MCP_IDP_DONE, 1},
    {"a wrong one", "Ada", "x", MCP_IDP_REFUSED, 1},
    {"another user", "grace", "lovelace", MCP_IDP_REFUSED, 1},
    {"no password is not asked for", "Ada", NULL, MCP_IDP_REFUSED, 0},
    {"nor an empty one", "Ada", "", MCP_IDP_REFUSED, 0},
    {"nor no user", NULL, "lovelace", MCP_IDP_REFUSED, 0},
    {"nor an empty one's", "", "lovelace", MCP_IDP_REFUSED, 0},
};

static mcp_idp_t idp_of(const char *argument, mcp_ctx_t *cx)
{
    mcp_idp_t idp;

    memset(&idp, 0, sizeof(idp));
    idp.preset = mcp_idp_preset_find("httpd");
    if (argument) {
        apr_array_header_t *arguments =
            apr_array_make(cx->pool, 1, sizeof(char *));

        APR_ARRAY_PUSH(arguments, const char *) = argument;
        idp.arguments = arguments;
    }
    return idp;
}

static void test_form(mcp_ctx_t *cx)
{
    const mcp_idp_password_t password = {check, NULL};
    mcp_idp_t idp = idp_of("file", cx);
    mcp_idp_login_t login = {&idp, NULL, NULL, &password, 0};
    mcp_idp_step_t step;
    apr_table_t *form;
    char *huge;
    apr_size_t i;

    idp.preset->check(&idp, cx->pool);
    fine(idp.preset->step(&step, &login, cx), "before any form");
    ok(step.next == MCP_IDP_FORM, "our form asks");
    login.httpd_user = "grace";
    fine(idp.preset->step(&step, &login, cx), "a user from elsewhere");
    ok(step.next == MCP_IDP_FORM, "does not count then");
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        login.form = form = apr_table_make(cx->pool, 2);
        if (rows[i].user)
            apr_table_set(form, "username", rows[i].user);
        if (rows[i].password)
            apr_table_set(form, "password", rows[i].password);
        asked = 0;
        fine(idp.preset->step(&step, &login, cx), rows[i].name);
        ok((int)step.next == rows[i].next && asked == rows[i].asked,
           "as it should");
        if (step.next == MCP_IDP_DONE)
            is(step.identity.user, "ada", "by the name the provider has");
    }
    huge = apr_pcalloc(cx->pool, 5000);
    memset(huge, 'a', 4999);
    apr_table_setn(form, "username", huge);
    asked = 0;
    fine(idp.preset->step(&step, &login, cx), "a huge name");
    ok(step.next == MCP_IDP_REFUSED && !asked, "is not even asked for");
    apr_table_setn(form, "username", "Ada");
    apr_table_setn(form, "password", huge);
    fine(idp.preset->step(&step, &login, cx), "nor a huge password");
    ok(step.next == MCP_IDP_REFUSED && !asked, "which some hashes would "
                                               "take long over");
}

static void test_httpd(mcp_ctx_t *cx)
{
    mcp_idp_t idp = idp_of(NULL, cx);
    mcp_idp_login_t login = {&idp, NULL, NULL, NULL, 0};
    mcp_idp_step_t step;
    char *long_name;

    ok(!idp.preset->check(&idp, cx->pool), "httpd alone is fine");
    is(idp.issuer, "httpd", "it vouches by its name");
    is(idp.label, "httpd", "and is called so");
    faults(idp.preset->step(&step, &login, cx), "Require valid-user",
           "nobody signed in: the administrator is told what to protect");
    login.httpd_user = "";
    faults(idp.preset->step(&step, &login, cx), "AuthType",
           "an empty name is nobody");
    login.may_have_user = 1;
    fine(idp.preset->step(&step, &login, cx), "where one could have been");
    ok(step.next == MCP_IDP_NOBODY, "it is the user who is told");
    login.httpd_user = "ada";
    fine(idp.preset->step(&step, &login, cx), "somebody signed in");
    ok(step.next == MCP_IDP_DONE, "that is all");
    is(step.identity.subject, "ada", "subject");
    is(step.identity.user, "ada", "user");
    is(step.identity.issuer, "httpd", "issuer");
    login.httpd_user = "j\xc3\xbcrgen";
    fine(idp.preset->step(&step, &login, cx), "a name in UTF-8");
    is(step.identity.user, "j\xc3\xbcrgen", "stays as it is");
    login.httpd_user = "j\xfcrgen";
    faults(idp.preset->step(&step, &login, cx), "take another name",
           "one that is not would be another user's in records");
    long_name = apr_pcalloc(cx->pool, 1026);
    memset(long_name, 'x', 1024);
    login.httpd_user = long_name;
    fine(idp.preset->step(&step, &login, cx), "a long one");
    long_name[1024] = 'x';
    faults(idp.preset->step(&step, &login, cx), "take another name",
           "one that no token could carry");
}

static void test_presets(mcp_ctx_t *cx)
{
    mcp_idp_t idp = idp_of("user=x", cx);
    const char *wrong = idp.preset->check(&idp, cx->pool);

    ok(wrong && strstr(wrong, "httpd file"),
       "an argument that is no provider's name is refused with what to "
       "write");
    idp = idp_of("file", cx);
    idp.issuer = "https://h.example";
    idp.label = "Staff";
    ok(!idp.preset->check(&idp, cx->pool), "issuer and label");
    is(idp.issuer, "https://h.example", "that are set");
    is(idp.label, "Staff", "are kept");
    ok(!mcp_idp_preset_find("nonesuch"), "an unknown preset");
    ok(!strncmp(mcp_idp_preset_names(cx->pool), "httpd, auth0, ", 14),
       "those there are");
}

static void test(mcp_ctx_t *cx)
{
    test_form(cx);
    test_httpd(cx);
    test_presets(cx);
}

TAP_MAIN(test)
