# Licensed under the Apache License, Version 2.0; see LICENSE.
# MCPOffer among the modules that are loaded, and what they are told who break
# the contract of mod_mcp_oauth.h.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use Conf;
use MCPServer;

my $modules = MCPServer::modules_dir();
plan skip_all => 'mod_acme and mod_catalogue are not built '
    . '(make test-modules)'
    if grep { !-e "$modules/mod_$_.so" } qw(acme catalogue);

sub offers {
    my ($words, @more) = @_;
    return join "\n", 'ServerName h.example', @more,
        "LoadModule acme_module $modules/mod_acme.so",
        '<Location "/mcp">', 'SetHandler mcp-server', "MCPOffer $words",
        '</Location>', '';
}
sub with_all {
    return offers(@_, "LoadModule catalogue_module $modules/mod_catalogue.so");
}

good("MCPOffer $_", offers($_)) for 'acme:*', 'acme:payroll',
    'acme:acme://handbook', 'acme:acme://payslips/{who}/{month}',
    'acme:acme://*', 'acme:month-end', 'payroll', 'demo:* acme:*',
    '*handbook';

# This server's words, whatever line they are in.
sub says {
    my ($name, $want, $text) = @_;
    my ($good, $said) = check($text);
    return ok(!$good && $said =~ $want, $name) || diag "$text\n", $said;
}

for (
    ['nothing of that name', 'acme:nothing', qr{MCPOffer acme:nothing fits no tool, resource or prompt of the modules that are loaded; write one of: demo:.*acme:acme://handbook.*acme:month-end}],
    ['a resource without its module', 'acme://handbook', qr{fits no tool, resource or prompt}],
    ['an unknown module', 'acne:*', qr{MCPOffer acne:\* fits no tool}],
    ['a module in capitals', 'Acme:*', qr{fits no tool}],
) {
    my ($name, $words, $want) = @$_;
    says($name, qr/MCP00460: .*<Location "\/mcp">.*$want/, offers($words));
}
for (
    ['two resources with one URI', 'acme:* twin:*', qr{MCPOffer would offer two resources with the name acme://handbook; write acme:acme://handbook or twin:acme://handbook, not both}],
    ['a tool that breaks the contract', 'broken:tool', qr{the tool no name of the module broken: its name is not 1 to 128 of A-Z a-z 0-9 _ . -; correct the module that offers it, or take it out of MCPOffer}],
    ['a resource that does', 'broken:page', qr{the resource page of the module broken: The scheme of a URI is malformed \(RFC 3986\); correct the module}],
    ['a template that does', 'broken:query', qr{the resource broken://page\{\?n\} of the module broken: The URI template broken://page\{\?n\} has an expression other than \{name\} and \{\+name\}.*; correct the module}],
    ['a prompt that does', 'broken:prompt', qr{the prompt silent of the module broken: it has no description; correct the module}],
    ['a tool of another size', 'short:tool', qr{the tool \(no name\) of the module short: its size is not sizeof\(mcp_tool_t\); correct the module}],
    ['a resource of another size', 'short:a:b', qr{the resource \(no name\) of the module short: its size is not sizeof\(mcp_resource_t\); correct the module}],
    ['a prompt of another size', 'short:prompt', qr{the prompt \(no name\) of the module short: its size is not sizeof\(mcp_prompt_t\); correct the module}],
    ['all of another size', 'short:*', qr{of the module short: its size is not sizeof}],
    ['a module of another header', 'stale:ping', qr{MCPOffer stale:ping: the module stale was compiled with another mod_mcp_oauth.h \(what it offers has version 0, not 1\), so it offers nothing; compile it again with the mod_mcp_oauth.h of this server}],
    ['the same by a glob', 'stale:*', qr{MCPOffer stale:\*: the module stale was compiled}],
) {
    my ($name, $words, $want) = @$_;
    says($name, qr/MCP00460: .*$want/, with_all($words));
}

{
    my ($good, $said) = check(with_all('long:*'));
    ok($good, 'structs may be longer than this server knows') or diag $said;
}

# a module of another header is warned of, once, whoever offers what
{
    my ($good, $said) = check(with_all('acme:*'));
    ok($good, 'it does not keep the server from starting');
    my @told = $said =~ /MCP00470: (.*)/g;
    is(@told, 1, 'it is told of once');
    like($told[0], qr/^the module stale was compiled with another mod_mcp_oauth.h \(what it offers has version 0, not 1\), so it offers nothing; compile it again/,
        'with what to do');
}

done_testing();
