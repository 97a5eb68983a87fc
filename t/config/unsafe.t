#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# What goes with some MCPAuthMode alone, and what never leaves a machine.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use Conf;

my $idp = 'MCPIdentityProvider oidc https://op.example';
my $host = "ServerName https://h.example\n$idp";

sub location {
    my ($mode, @lines) = @_;
    return join "\n", "<Location \"/$mode\">", 'AuthType mcp',
        'Require valid-user', "MCPAuthMode $mode", @lines, "</Location>", '';
}

# -- MCPProviderMetadata --

good('the metadata of the provider, of a resource server',
    "MCPProviderMetadata on\n$host\n" . location('resource-server'));
bad('where this server is the issuer of another location', 1,
    qr/<Location "\/broker">.* takes tokens that this server grants, so what is under \/\.well-known\/ here is its own\. Drop the line/,
    "MCPProviderMetadata on\n$host\n" . location('resource-server')
    . location('broker', "<MCPIdentityProvider oidc https://op.example>\nClient x literal-secret-of-a-test\n</MCPIdentityProvider>"));
bad('a provider that has no such document', 4,
    qr/github\.com has no discovery document that MCPProviderMetadata could show\. Drop that line/,
    "MCPProviderMetadata on\n$host\n" . location('resource-server',
        "<MCPIdentityProvider github>\nVerify userinfo\n</MCPIdentityProvider>"));
warns('of several providers', 3,
    qr/MCPProviderMetadata shows what the first of several identity providers says of itself: clients that look there learn nothing of two\.example/,
    "MCPProviderMetadata on\nServerName https://h.example\n" . location('resource-server',
        map { "MCPIdentityProvider oidc https://$_.example" } qw(one two)));
good('off is nothing', "MCPProviderMetadata off\n$host\n"
    . location('resource-server'));

# -- MCPScope --

my $scope = q{MCPScope a "A" "expr=%{MCP_USER} == 'x'"};
warns('expr= where the provider grants scopes', 3,
    qr/MCPScope a "expr=%\{MCP_USER\} == 'x'" has no effect here: with this MCPAuthMode the identity provider grants scopes.*"Require mcp-expr"/,
    "$host\n" . location('resource-server', $scope));

# -- oauth2 --

bad('a resource server of nobody knows whom', 6,
    qr/its access tokens could not be verified\. oauth2: whose access tokens they are, nothing says\. Write its issuer, as in "oauth2 https:/,
    "ServerName https://h.example\n" . location('resource-server', <<'END'));
<MCPIdentityProvider oauth2>
Endpoint authorization https://a.example/authorize
Endpoint token https://a.example/token
Endpoint userinfo https://a.example/me
Verify userinfo
</MCPIdentityProvider>
END

# -- MCPDPoP --

my $client = "<MCPIdentityProvider oidc https://op.example>\nClient x file:x.secret\n</MCPIdentityProvider>";
Conf::write_file('x.secret', "a-secret-of-the-provider\n");
chmod 0600, Conf::root() . '/x.secret';
bad('tokens that the provider issues cannot be bound here', 3,
    qr/"MCPDPoP require" with "MCPAuthMode relay": the access tokens are the provider's.*Drop MCPDPoP, or write "MCPAuthMode broker"/,
    "$host\n" . location('relay', $client, 'MCPDPoP require'));
good('those of our own can', "$host\n"
    . location('broker', $client, 'MCPDPoP require'));
good('and those that are bound elsewhere are taken', "$host\n"
    . location('resource-server', 'MCPDPoP require'));

# -- MCPUnsafeAcceptUnverifiedTokens --

my $unsafe = 'MCPUnsafeAcceptUnverifiedTokens on';
my $loopback = join "\n", map { "Listen $_" } '127.0.0.1:8731', '[::1]:8731',
    '127.0.0.2:8732';
warns('unverified tokens, on loopback', 4,
    qr/nobody's access tokens are verified: everybody on this machine can be anybody\. Drop the line/,
    "$loopback\n$unsafe\n$host\n" . location('resource-server'));
for (['any address', 'Listen 8731'], ['an address', 'Listen 192.0.2.1:8731'],
        ['any IPv6 address', 'Listen [::]:8731'],
        ['another IPv6 address', 'Listen [2001:db8::1]:8731']) {
    my ($what, $listen) = @$_;
    bad("unverified tokens, and $what", 5,
        qr/anybody who reaches the server can be anybody, and it listens on \S+, port 8731\. Drop the line; or, on a development machine, write "Listen 127\.0\.0\.1:PORT"/,
        "$loopback\n$listen\n$unsafe\n$host\n" . location('resource-server'));
}
bad('nor in a virtual host', 2, qr/MCPUnsafeAcceptUnverifiedTokens/,
    "<VirtualHost 127.0.0.1:8731>\n$unsafe\n$host\n"
    . location('resource-server') . "</VirtualHost>\n");

done_testing;
