#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# The words of ours behind Require: what they take, and what they say to what
# they do not take.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use Conf;

# a line; undef: it passes, else what httpd says
my @lines = (
    ['mcp-scope tasks:read'],
    ['mcp-scope tasks:read tasks:write'],
    ['mcp-scope', qr{Require mcp-scope: something is missing. Write "Require mcp-scope tasks:read", say}],
    ['mcp-scope tasks:read # the least', qr{Require mcp-scope: httpd knows no comment behind a directive. Put "# the least" on a line of its own}],
    ['mcp-scope "a b"', qr{"a b" is not a scope: RFC 6749 allows}],
    ['mcp-scope a"b', qr{is not a scope}],
    ['mcp-scope "tasks:read', qr{a quote is not closed: "tasks:read}],
    ['mcp-scope a ""', qr{an argument is empty, and nobody has that. Drop it}],
    ['mcp-scope ${NOT_SET}', qr/\$\{NOT_SET\} is not set. Set it with Define/],

    ['mcp-permission read:todos "write all todos"'],
    ['mcp-permission', qr{Require mcp-permission: something is missing. Write "Require mcp-permission tasks:write", say}],
    ['mcp-permission a # b', qr{knows no comment}],
    ['mcp-role admin "site editor"'],
    ['mcp-role "#ops"'],
    ['mcp-role', qr{Write "Require mcp-role admin", say}],
    ['mcp-role #ops', qr{knows no comment .*an argument that begins with # goes in quotes}],

    ['mcp-client nightly-report web@example'],
    ['mcp-client https://claude.ai/oauth/client.json'],
    ['mcp-client https://claude.ai/* https://*.example.com/apps/?'],
    ['mcp-client', qr{Write "Require mcp-client https://claude.ai/\*", say}],
    ['mcp-client # all', qr{knows no comment}],
    ['mcp-client *', qr{Require mcp-client: "\*": a pattern is for clients whose id is a URL, as in https://claude.ai/\*. Name each other client by its whole id}],
    ['mcp-client claude-*', qr{"claude-\*": a pattern is for clients whose id is a URL}],
    ['mcp-client https://claude.ai*', qr{"https://claude.ai\*": its host would fit hosts of other people, as https://claude.ai\* would fit https://claude.ai.example.net. Write the host out and a pattern behind it, as in https://claude.ai/\*}],
    ['mcp-client web https://*example.com/*', qr{hosts of other people.* or begin it with "\*.", as in https://\*.example.com/\*}],

    ['mcp-issuer httpd https://sso.example.com/realms/staff "Our staff"'],
    ['mcp-issuer', qr{Write "Require mcp-issuer https://sso.example.com/realms/staff", say}],
    ['mcp-issuer httpd # ours', qr{knows no comment}],

    ['mcp-claim email ada@example.com'],
    ['mcp-claim /realm_access/roles admin "site editor"'],
    ['mcp-claim https://app.example.com/roles admin'],
    ['mcp-claim email ~@example\.com$ "~^[a-z ]+$" ~.'],
    ['mcp-claim /a~0b~1c x'],
    ['mcp-claim', qr{Write "Require mcp-claim /realm_access/roles admin", say}],
    ['mcp-claim email', qr{Require mcp-claim: which value\? Write "Require mcp-claim NAME VALUE"}],
    ['mcp-claim email:ada@example.com', qr{which value\?}],
    ['mcp-claim /a~b x', qr{"/a~b" is not a JSON Pointer \(RFC 6901\): write ~0 for each ~ in a name, and ~1 for each slash}],
    ['mcp-claim /a~ x', qr{is not a JSON Pointer}],
    ['mcp-claim email ~(', qr{"\(" is no regular expression \(PCRE\). See that each bracket is closed}],
    ['mcp-claim email a ~[z-a]', qr{is no regular expression}],
    ['mcp-claim email ~', qr{"~" fits everything. Write ~. if it is enough that there is something}],
    ['mcp-claim email a # b', qr{knows no comment}],

    ['mcp-expr %{MCP_EMAIL} =~ /@example\.com$/'],
    ['mcp-expr "%{MCP_ORGANIZATION} == \'a b\'"'],
    ['mcp-expr "a" == "a"'],
    [q{mcp-expr mcp_claim('/a') == 'b' && 'c' in mcp_claim('d')}],
    ['mcp-expr', qr{Write "Require mcp-expr %\{MCP_ORGANIZATION\} == 'example'", say}],
    ['mcp-expr ""', qr{an argument is empty}],
    ['mcp-expr %{MCP_NONE} ==', qr{"%\{MCP_NONE\} ==" is no expression of httpd: .*Write "Require mcp-expr %\{MCP_ORGANIZATION\} == 'example'", say}],
    [q{mcp-expr mcp_claims('/a') == 'b'}, qr{Function 'mcp_claims' does not exist}],
    [q{mcp-expr %{MCP_EMAIL} == '${NOT_SET}'}, qr/\$\{NOT_SET\} is not set/],
);

sub required {
    my ($line) = @_;
    return join "\n", 'ServerName https://mcp.example.com',
        '<MCPIdentityProvider httpd file>', 'AuthUserFile htpasswd',
        '</MCPIdentityProvider>', '<Location "/mcp">', 'AuthType mcp',
        $line, '</Location>', '';
}
for (@lines) {
    my ($line, $wrong) = @$_;
    for my $require ("Require $line", "<RequireAll>\nRequire valid-user\n"
            . "Require not $line\n</RequireAll>") {
        my ($good, $said) = check(required($require));
        $said =~ s/\n(?=.)/ /g;
        ok($wrong ? !$good && $said =~ $wrong : $good && $said !~ /MCP00351/,
            $require =~ s/\n/ /gr) or diag $said;
    }
}
done_testing();
