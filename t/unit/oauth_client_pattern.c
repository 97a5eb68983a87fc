/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "oauth/client_pattern.h"

#define CLAUDE "https://claude.ai/*"
#define BELOW "https://*.example.com/*"

static const struct {
    const char *pattern, *id;
    int fits;
    const char *name;
} cases[] = {
    {"nightly-report", "nightly-report", 1, "an id is itself"},
    {"nightly-report", "nightly-repor", 0, "and not its beginning"},
    {"nightly-report", "Nightly-Report", 0, "in its own letters"},
    {"nightly-report", NULL, 0, "nobody knows the client"},
    {CLAUDE, NULL, 0, "then no pattern fits either"},
    {CLAUDE, "https://claude.ai/oauth/client.json", 1,
     "a * in the path is any path"},
    {CLAUDE, "https://claude.ai/", 1, "or none"},
    {CLAUDE, "https://CLAUDE.ai/x", 1, "RFC 3986 3.2.2: a host has no case"},
    {CLAUDE, "https://claude.ai", 0, "there is a path"},
    {CLAUDE, "https://claude.ai.example.net/x", 0, "a host goes on"},
    {CLAUDE, "https://claude.ai@example.net/x", 0, "is a user name"},
    {CLAUDE, "https://claude.ai:8443/x", 0, "has another port"},
    {CLAUDE, "https://example.net/https://claude.ai/x", 0, "is in a path"},
    {CLAUDE, "http://claude.ai/x", 0, "another scheme"},
    {CLAUDE, "claude.ai/x", 0, "or none"},
    {BELOW, "https://a.example.com/x/y", 1, "a host below"},
    {BELOW, "https://a.b.example.com/", 1, "far below"},
    {BELOW, "https://example.com/", 0, "the domain itself is not below it"},
    {BELOW, "https://anexample.com/", 0, "nor is one that ends like it"},
    {BELOW, "https://example.net/.example.com/", 0, "nor a path"},
    {BELOW, "https://example.net?.example.com/", 0, "nor a query"},
    {BELOW, "https://example.net#.example.com/", 0, "nor a fragment"},
    {BELOW, "https://example.net\\.example.com/", 0,
     "nor what browsers take for a path"},
    {"https://a.example/v?/c", "https://a.example/v1/c", 1, "a ? is one"},
    {"https://a.example/v?/c", "https://a.example/v/c", 0, "not none"},
    {"https://a.example/v?/c", "https://a.example/v?/c", 1,
     "an id with a query is itself"},
    {"https://a.example/*.json", "https://a.example/a.jsonx", 0,
     "a pattern fits to the end"},
};

static const struct {
    const char *pattern, *fault, *name;
} faults[] = {
    {"claude", NULL, "an id"},
    {"eyJ2IjoxfQ.x_-~y", NULL, "a sealed id"},
    {"https://claude.ai/client.json", NULL, "a URL"},
    {CLAUDE, NULL, "a pattern"},
    {BELOW, NULL, "one for all hosts below"},
    {"*", "for clients whose id is a URL", "everybody"},
    {"claude-*", "for clients whose id is a URL", "a pattern of names"},
    {"http://claude.ai/*", "for clients whose id is a URL", "http"},
    {"https://claude.ai*", "hosts of other people", "a * behind a host"},
    {"https://claude.ai?", "hosts of other people", "a ? behind it"},
    {"https://claude.*/x", "hosts of other people", "any top level"},
    {"https://*/x", "hosts of other people", "any host"},
    {"https://*./x", "hosts of other people", "any host with a dot"},
    {"https://*example.com/x", "hosts of other people",
     "hosts that end alike"},
    {"https://a.*.example.com/x", "hosts of other people", "a * inside"},
    {"https://*.*.com/x", "hosts of other people", "two of them"},
    {"https://claude.a[i]/*", "hosts of other people", "a set"},
};

static void body(mcp_ctx_t *cx)
{
    const char *fault;
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        ok(mcp_oauth_client_pattern_fits(cases[i].pattern, cases[i].id,
                                         cx->pool) == cases[i].fits,
           "%s: %s", cases[i].fits ? "fits" : "does not", cases[i].name);
    for (i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
        fault = mcp_oauth_client_pattern_fault(faults[i].pattern, cx->pool);
        ok(faults[i].fault ? fault && strstr(fault, faults[i].fault) != NULL
                           : !fault,
           "%s: %s", faults[i].fault ? "refused" : "taken", faults[i].name);
    }
}

TAP_MAIN(body)
