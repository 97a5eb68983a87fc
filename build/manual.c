/* Licensed under the Apache License, Version 2.0; see LICENSE. */

/* Writes the manual of the directives, or the default configuration, from the
 * tables of mod_mcp_oauth/config. Run by build/manual. */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define WIDTH 78

static const char mcp_config_kind_lifetime_defaults[] =
#define MCP_LIFETIME(key, member, fallback, limits, help) key "=" fallback " "
#include "config/directives.def"
    ;
static const char mcp_config_kind_limit_defaults[] =
#define MCP_LIMIT(key, kind, member, fallback, limits, help)                  \
    key "=" fallback " "
#include "config/directives.def"
    ;

/* keys without a default are left out of the line */
#define DEFAULT_time(key, fallback) key "=" fallback " "
#define DEFAULT_proxy(key, fallback)
#define DEFAULT_file(key, fallback)
static const char mcp_config_kind_fetch_defaults[] =
#define MCP_FETCH(key, kind, member, fallback, limits, help)                  \
    DEFAULT_##kind(key, fallback)
#include "config/directives.def"
    ;

/* -- the tables -- */

typedef struct row_t {
    const char *name;
    const char *kind;
    const char *fallback;
    const char *limits;
    const char *context; /* of a word: its container */
    const char *help;
} row_t;

static const row_t directives[] = {
#define MCP_SERVER_DIRECTIVE(name, kind, member, fallback, limits, ctx, help) \
    {name, #kind, fallback, limits, #ctx, help},
#define MCP_LOCATION_DIRECTIVE(name, kind, member, fallback, limits, ctx,     \
                               help)                                          \
    {name, #kind, fallback, limits, #ctx, help},
#include "config/directives.def"
};

static const row_t words[] = {
#define MCP_WORD(container, name, kind, member, fallback, limits, help)       \
    {name, #kind, fallback, limits, #container, help},
#include "config/directives.def"
};

static const row_t keys[] = {
#define MCP_LIFETIME(key, member, fallback, limits, help)                     \
    {key, "lifetime", fallback, limits, "", help},
#define MCP_LIMIT(key, kind, member, fallback, limits, help)                  \
    {key, "limit", fallback, limits, #kind, help},
#define MCP_FETCH(key, kind, member, fallback, limits, help)                  \
    {key, "fetch", fallback, limits, #kind, help},
#include "config/directives.def"
};

static const struct container_t {
    const char *container;
    const char *name;
    int plain;
    const char *help;
} containers[] = {
#define MCP_CONTAINER(container, name, plain, help)                           \
    {#container, name, plain, help},
#include "config/directives.def"
};

static const struct kind_t {
    const char *kind;
    const char *syntax;
    const char *accepted;
} kinds[] = {
#define MCP_KIND(kind, syntax, few, many, accepted) {#kind, syntax, accepted},
#include "config/kinds.def"
};

static const struct preset_t {
    const char *name;
    const char *usage;
    const char *help;
} presets[] = {
#define MCP_PRESET(name, usage, help) {#name, usage, help},
#include "idp/preset.def"
};

#define MCP_PROBLEM(name, level, number, text) {#level, number, text},
static const struct problem_t {
    const char *level;
    int number;
    const char *text;
} problems[] = {
#include "config/problem.def"
};

static const struct named_t {
    const char *name;
    const char *other;
    const char *help;
} tags[] = {
#define MCP_TAG(word, variable, value, help) {word, variable, help},
#include "server/account.def"
};

static const struct identity_t {
    const char *word;
    const char *variable;
    const char *header;
    const char *claim;
    const char *help;
} identity[] = {
#define MCP_IDENTITY(word, kind, variable, header, claim, help)               \
    {#word, variable, header, claim, help},
#include "base/identity.def"
};

static const struct named_t events[] = {
#define MCP_AUDIT(name, word, class, help) {word, #class, help},
#include "base/audit.def"
};

static const struct named_t members[] = {
#define MCP_AUDIT_MEMBER(name, most, help) {#name, "", help},
#include "base/audit.def"
};

/* httpd's own directives, as far as they concern us */
static const struct {
    const char *line;
    const char *context;
    const char *help;
} own[] = {
    {"AuthType mcp", "location, directory",
     "Protects the location: an access token is asked for, and the location "
     "is described under /.well-known/. It needs a Require; no AuthName."},
    {"Require valid-user", "location, directory",
     "Anybody with an access token for this location."},
    {"Require user NAME ...", "location, directory",
     "One of these users. The name is the one that the identity provider "
     "gives; with \"httpd\" it is the login name."},
#define MCP_REQUIRE(word, kind, usage, example, help)                         \
    {"Require mcp-" #word " " usage, "location, directory", help},
#include "server/require.def"
    {"Require ip ..., group ..., method ..., not ..., <RequireAll> ...",
     "location, directory",
     "As everywhere in httpd. Require lines beside each other are "
     "alternatives; <RequireAll> asks for all. \"Require all granted\" lets "
     "everybody in, also without a token."},
    {"SetHandler mcp-server", "location",
     "Serves MCP over Streamable HTTP here: the tools that MCPOffer names. "
     "Without it the location is a proxy's, a CGI's or whatever else serves "
     "it."},
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct kind_t *kind_of(const char *kind)
{
    size_t i;

    for (i = 0; strcmp(kinds[i].kind, kind); i++)
        ;
    return &kinds[i];
}

static void syntax_put(const row_t *row)
{
    const char *syntax = kind_of(row->kind)->syntax;

    if (*syntax == '|')
        printf("%s%s", row->limits, syntax + 1);
    else
        printf("%s", syntax);
}

/* Its name and arguments. */
static void usage_put(const row_t *row)
{
    int is_container = 0;
    size_t i;

    for (i = 0; i < COUNT(containers); i++)
        if (!strcmp(containers[i].name, row->name) && !containers[i].plain)
            is_container = 1;
    printf("%s%s ", is_container ? "<" : "", row->name);
    syntax_put(row);
    printf("%s", is_container ? ">" : "");
}

static int has_keys(const row_t *row)
{
    size_t i;

    for (i = 0; i < COUNT(keys); i++)
        if (!strcmp(keys[i].kind, row->kind))
            return 1;
    return 0;
}

/* -- the manual -- */

static const char *context_of(const row_t *row)
{
    switch (*row->context) {
    case 'S':
        return "server";
    case 'V':
        return "server, virtual host";
    case 'L':
        return "server, virtual host, location, directory";
    default:
        return "location, directory";
    }
}

/* Markdown's and HTML's characters as they are: <Location>, a|b in a table */
static void text_put(const char *text)
{
    for (; *text; text++) {
        if (*text == '<')
            fputs("&lt;", stdout);
        else if (*text == '|' || *text == '*')
            printf("\\%c", *text);
        else
            putchar(*text);
    }
}

static void keys_put(const row_t *row)
{
    size_t i;

    puts("\n| key | default | range | meaning |\n|---|---|---|---|");
    for (i = 0; i < COUNT(keys); i++) {
        const char *dash = strchr(keys[i].limits, '-');

        if (strcmp(keys[i].kind, row->kind))
            continue;
        printf("| `%s` | `%s` | ", keys[i].name, keys[i].fallback);
        if (dash)
            printf("%.*s to %s%s | ", (int)(dash - keys[i].limits),
                   keys[i].limits, dash + 1,
                   strcmp(keys[i].context, "rate") ? "" : ", a rate");
        else
            printf("%s | ", keys[i].limits);
        text_put(keys[i].help);
        puts(" |");
    }
}

static void details_put(const row_t *row)
{
    text_put(row->help);
    printf(" ");
    text_put(kind_of(row->kind)->accepted);
    if (row->limits && isdigit((unsigned char)*row->limits))
        printf(" Length in bytes: %.*s to %s.", (int)strcspn(row->limits, "-"),
               row->limits, strchr(row->limits, '-') + 1);
    puts("");
}

static void words_put(const struct container_t *container)
{
    size_t i;

    printf("\n`<%s ...>`: ", container->name);
    text_put(container->help);
    puts("\n");
    for (i = 0; i < COUNT(words); i++) {
        if (strcmp(words[i].context, container->container))
            continue;
        printf("- `");
        usage_put(&words[i]);
        printf("`: ");
        details_put(&words[i]);
    }
}

static void presets_put(void)
{
    size_t i;

    puts("\n| preset | |\n|---|---|");
    for (i = 0; i < COUNT(presets); i++) {
        printf("| `%s%s", presets[i].name, *presets[i].usage ? " " : "");
        text_put(presets[i].usage);
        printf("` | ");
        text_put(presets[i].help);
        puts(" |");
    }
}

static void directive_put(const row_t *row)
{
    size_t i;

    printf("\n### %s\n\n`", row->name);
    usage_put(row);
    printf("`\n\nDefault: ");
    if (has_keys(row))
        printf("that of each key");
    else if (row->fallback)
        printf("`%s`", row->fallback);
    else
        printf(strstr(row->help, "Default:") ? "see below" : "none");
    printf(". Context: %s.\n\n", context_of(row));
    details_put(row);
    if (has_keys(row))
        keys_put(row);
    if (!strcmp(row->kind, "idp"))
        presets_put();
    for (i = 0; i < COUNT(containers); i++)
        if (!strcmp(containers[i].name, row->name))
            words_put(&containers[i]);
}

static void own_put(void)
{
    size_t i;

    puts("\n## httpd's own directives\n");
    for (i = 0; i < COUNT(own); i++) {
        printf("- `%s` (%s): ", own[i].line, own[i].context);
        text_put(own[i].help);
        puts("");
    }
}

static void identity_put(void)
{
    size_t i;

    puts("\n## Identity words\n\n"
         "What is known of the user, and how each that may learn of it finds "
         "it: handlers, CGI programs and Header in the environment, backends "
         "in the request header `X-MCP-Auth-`... (both as MCPPass says), "
         "resource servers as a claim (MCPTokenClaims), LogFormat as "
         "`%{WORD}^mc`, expressions as `%{MCP_WORD}`. No client can set "
         "any of these.\n\n"
         "| word | environment | header | claim | |\n|---|---|---|---|---|");
    for (i = 0; i < COUNT(identity); i++) {
        printf("| `%s` | `%s` | `%s` | `%s` | ", identity[i].word,
               identity[i].variable, identity[i].header, identity[i].claim);
        text_put(identity[i].help);
        puts(" |");
    }
    puts("\nWhat the identity provider does not say is absent; a list that is "
         "known to be empty is an empty text. In headers, text is UTF-8 and "
         "percent-encoded, the entries of lists are joined by commas, and "
         "`claims` is JSON in base64url. In the environment, in the log and "
         "in expressions it is as it is: scopes are joined by blanks, roles "
         "and permissions by commas, and a comma or a percent sign inside one "
         "of these is percent-encoded. In the log a long client_id is cut to "
         "its beginning and its SHA-256, as MCPAuditLog has it. As claims, "
         "roles and permissions are arrays, scope is one text, claims an "
         "object.");
}

static void tags_put(void)
{
    size_t i;

    puts("\n## Log tags and environment\n\n"
         "In a LogFormat `%{WORD}^mc` says what became of a request; what is "
         "not known, or was not asked for, is `-`. Each identity word is one. "
         "Handlers, CGI programs, Header and ErrorLogFormat "
         "(`%{VARIABLE}e`) find the same in the environment. No client can "
         "set it.\n\n"
         "    LogFormat \"%h %u %t \\\"%r\\\" %>s %{method}^mc "
         "%{target}^mc %{decision}^mc\" mcp\n\n"
         "| word | variable | |\n|---|---|---|");
    for (i = 0; i < COUNT(tags); i++) {
        printf("| `%s` | %s | ", tags[i].name, tags[i].other);
        text_put(tags[i].help);
        puts(" |");
    }
}

static void events_put(void)
{
    size_t i;

    puts("\n## What MCPAuditLog has\n\n"
         "Each line is a JSON object of at most 4096 bytes: time (UTC), "
         "event, request (as `%L` of LogFormat and ErrorLogFormat has it), "
         "address, server (the issuer of the virtual host), and of these what "
         "is known:\n\n"
         "| member | |\n|---|---|");
    for (i = 0; i < COUNT(members); i++) {
        printf("| `%s` | ", members[i].name);
        text_put(members[i].help);
        puts(" |");
    }
    puts("\n| event | |\n|---|---|");
    for (i = 0; i < COUNT(events); i++) {
        printf("| `%s` | ", events[i].name);
        text_put(events[i].help);
        if (!strcmp(events[i].other, "ALWAYS"))
            printf(" Never left out.");
        puts(" |");
    }
}

static void problems_put(void)
{
    static const struct {
        const char *level;
        const char *means;
    } levels[] = {{"ERR", "error"}, {"WARNING", "warning"}, {"INFO", "info"}};
    size_t i, k;

    puts("\n## What httpd -t says\n\n"
         "A line that cannot be read is refused with its number, what is "
         "wrong and what to write instead. What is wrong only in the light "
         "of the whole configuration is said with a number of its own, "
         "before Apache starts and by `apachectl -t`. Errors stop the "
         "start.\n\n| number | | text |\n|---|---|---|");
    for (i = 0; i < COUNT(problems); i++) {
        const char *text = problems[i].text, *mark;

        for (k = 0; strcmp(levels[k].level, problems[i].level); k++)
            ;
        printf("| MCP%05d | %s | ", problems[i].number, levels[k].means);
        for (; (mark = strstr(text, "%s")); text = mark + 2) {
            char part[1024];

            snprintf(part, sizeof(part), "%.*s", (int)(mark - text), text);
            text_put(part);
            fputs("...", stdout);
        }
        text_put(text);
        puts(" |");
    }
}

static void manual_put(void)
{
    size_t i;

    puts("# Directives\n\n"
         "Made by `make doc` from mod_mcp_oauth/config; do not edit.\n\n"
         "1. Outside our containers every directive begins with `MCP`. Inside "
         "a container words are bare. They are real httpd directives: line "
         "numbers, `Include`, `Define` and macros work.\n"
         "2. Text is one quoted argument. `KEY=VALUE` holds numbers, times "
         "and words; lists in a value use commas. A value with blanks is "
         "quoted with its key: `\"KEY=VALUE\"`.\n"
         "3. Times have a unit: `ms s min h d`; rates are `10/min`. No limit "
         "is `unlimited`, nothing is `none`.\n"
         "4. Relative files start at ServerRoot.\n"
         "5. Inner settings override outer ones. Scopes add up; the same name "
         "replaces. A location's own identity providers replace the inherited "
         "ones.\n"
         "6. There is no comment behind a directive, as everywhere in httpd; "
         "here that is an error.\n\n"
         "Nothing of ours but `Require` stands in `.htaccess`. `apachectl -t "
         "-D DUMP_MCP` prints for each location what holds there in the end: "
         "resource, issuer, mode, metadata URL, scopes, endpoints.\n\n"
         "## Directives of mod_mcp_oauth");
    for (i = 0; i < COUNT(directives); i++)
        directive_put(&directives[i]);
    own_put();
    identity_put();
    tags_put();
    events_put();
    problems_put();
}

/* -- the default configuration -- */

static void comment_put(const char *text)
{
    size_t left = 0;

    while (*text) {
        size_t len = strcspn(text, " ");

        if (!left || len + 1 > left) {
            printf("\n#");
            left = WIDTH;
        }
        printf(" %.*s", (int)len, text);
        left = len + 1 < left ? left - len - 1 : 1;
        text += len + strspn(text + len, " ");
    }
    puts("");
}

static void conf_row_put(const row_t *row)
{
    const char *fallback = row->fallback;

    comment_put(row->help);
    printf("# Context: %s\n", context_of(row));
    printf("#");
    if (!fallback) {
        usage_put(row);
        puts("");
    }
    else
        printf("%s %.*s\n", row->name,
               (int)(strlen(fallback) - (has_keys(row) ? 1 : 0)), fallback);
}

static void conf_put(void)
{
    size_t i;

    puts("# mod_mcp_oauth: every directive with its default, or with its "
         "arguments where\n# there is none. Made by `make doc`; "
         "conf/directives.md says more.\n"
         "#\n"
         "# A first location, in a virtual host with TLS:\n"
         "#\n"
         "#    <MCPIdentityProvider httpd file>\n"
         "#        AuthUserFile /etc/apache2/mcp.htpasswd\n"
         "#    </MCPIdentityProvider>\n"
         "#    <Location \"/mcp\">\n"
         "#        AuthType  mcp\n"
         "#        Require   valid-user\n"
         "#        ProxyPass http://127.0.0.1:9000/mcp\n"
         "#    </Location>");
    for (i = 0; i < COUNT(directives); i++)
        conf_row_put(&directives[i]);
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "manual"))
        manual_put();
    else if (argc == 2 && !strcmp(argv[1], "conf"))
        conf_put();
    else
        return 2;
    return fflush(stdout) || ferror(stdout);
}
