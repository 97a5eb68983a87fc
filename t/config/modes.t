#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# MCPAuthMode: which identity providers go with a resource server, and which
# with an authorization server of ours.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use Conf;

chmod 0600, write_file('idp.secret', "a-secret-of-the-provider\n");
chmod 0600, write_file('shared.secret', 's' x 32 . "\n");

my $name = 'ServerName https://h.example';
my $client = 'Client mcp file:idp.secret';

# Line 1: ServerName, 2: the provider, 3 ff.: what is inside
sub idp {
    my ($preset, @words) = @_;
    return "<MCPIdentityProvider $preset>", @words, '</MCPIdentityProvider>';
}

sub mode {
    my ($mode, @idps) = @_;
    return join "\n", $name, @idps, '<Location "/mcp">', 'AuthType mcp',
        "MCPAuthMode $mode", 'Require valid-user', '</Location>', '';
}
sub resource_server { return mode('resource-server', @_) }
sub broker { return mode(broker => @_) }

# The line that this number has is about line $line, and says it.
sub says {
    my ($number, $line, $want, $text, $is_good) = @_;
    my ($good, $said) = check($text);
    (my $name = $want) =~ s/^\(\?\^?\w*:|\)$|\\//g;
    local $Test::Builder::Level = $Test::Builder::Level + 2;
    return ok(!$good == !$is_good
            && $said =~ /^MCP00$number: [^\n]*, line $line of [^\n]*: $want/m,
        sprintf 'MCP%05d: %.60s', $number, $name) || diag "$text\n", $said;
}
sub refuses { return says(@_[0 .. 3], 0) }
sub remarks { return says(@_[0 .. 3], 1) }

# -- tokens that can be verified ---------------------------------------------

my $resource = 'Audience https://h.example/mcp';
my $oidc = 'oidc https://sso.example.com';
for (
    ['auth0 example.us.auth0.com', $resource],
    ['clerk clerk.example.com', 'Audience a-client'],
    ['clerk clerk.example.com', $client],
    ['cognito eu-west-1_AbC123', 'Audience a-client another'],
    ['workos example.authkit.app', $resource],
    ['supabase abcdefghijklmnop'],
    ['supabase abcdefghijklmnop', 'SharedSecret file:shared.secret'],
    ['keycloak https://sso.example.com/realms/staff', $resource],
    ['entra 0f14d0ab-9605-4a62-a9e4-5ed26688389b', $resource],
    ['okta example.okta.com', $resource],
    ['pingone 0f14d0ab-9605-4a62-a9e4-5ed26688389b eu', $resource],
    ['authentik https://auth.example.com/application/o/mcp/', $resource],
    ['scalekit https://example.scalekit.com', $resource],
    ['google', 'Audience app.apps.googleusercontent.com'],
    [$oidc],
    [$oidc, $resource],
    [$oidc, 'Audience urn:x https://h.example/mcp'],
    [$oidc, 'Verify introspection', $client],
    [$oidc, 'Verify id-token', 'Audience a-client'],
    ['oauth2 https://a.example', 'Endpoint authorization https://a.example/authorize',
        'Endpoint introspection https://a.example/introspect', $client],
    ['oauth2 https://a.example', 'Endpoint keys https://a.example/keys',
        'Verify jwt'],
) {
    my ($preset, @words) = @$_;
    good(join(' | ', 'a resource server', $preset, @words),
        resource_server(idp($preset, @words)));
}

# -- those that cannot -------------------------------------------------------

my @endpoints = map "Endpoint $_ https://a.example/$_", qw(authorization token
    userinfo);
for (
    ['github', [], qr/github: its access tokens say nothing that could be verified, and whom one was given to it does not say either\. Where any application's token may come in, write "Verify userinfo"; else let this server issue the tokens, with "MCPAuthMode broker"\./],
    [$oidc, ['Verify introspection'], qr/oidc: its introspection endpoint answers its clients alone\. Add "Client ID SECRET"\./],
    [$oidc, ['Verify id-token'], qr/oidc: id_tokens are for a client\. Name those whose users may come: "Audience CLIENT-ID"\./],
    ['clerk clerk.example.com', [], qr/clerk: its access tokens do not say whom they are for\. Name the clients whose users may come: "Audience CLIENT-ID"\./],
    ['cognito eu-west-1_AbC123', [], qr/cognito: its access tokens do not say whom they are for/],
    ['oauth2 https://a.example', [@endpoints, $client], qr/oauth2: "Verify introspection" asks its introspection endpoint\. Add "Endpoint introspection URL"\./],
) {
    my ($preset, $words, $want) = @$_;
    refuses(780, 2, qr/its access tokens could not be verified\. $want/,
        resource_server(idp($preset, @$words)));
}
bad('tokens that nobody signs', 2, qr/github: this provider signs no tokens\. Drop Verify/,
    resource_server(idp('github', 'Verify jwt')));

# -- where nobody could sign in ----------------------------------------------

for (
    ['oauth2 https://a.example', ['Endpoint authorization https://a.example/authorize',
        'Endpoint introspection https://a.example/introspect'],
        qr/oauth2: where are tokens given\? Add "Endpoint token URL"\./],
    ['oauth2 https://a.example', ['Endpoint keys https://a.example/keys', 'Verify jwt'],
        qr/oauth2: where do users sign in\? Add "Endpoint authorization URL"; or "Endpoint discovery URL", where there is such a document\./],
    [$oidc, ['Scopes email', 'Verify id-token', 'Audience a-client'],
        qr/oidc: "Verify id-token", but Scopes has no openid, without which there is no id_token\. Add it, or write "Verify userinfo"\./],
) {
    my ($preset, $words, $want) = @$_;
    refuses(779, 2, qr/nobody could sign in there\. $want/,
        broker(idp($preset, @$words, $client)));
    good("$preset: clients may bring its tokens", resource_server(
        idp($preset, @$words, $client)));
}

# -- nobody who issues them --------------------------------------------------

refuses(781, 2, qr/there is no MCPIdentityProvider, and with this MCPAuthMode it issues the access tokens: whose access tokens are good here\? Write it, as in "MCPIdentityProvider oidc https:..login\.example\.com"\./,
    resource_server());
my $httpd = qr/httpd's own authentication issues no access tokens, so with this MCPAuthMode there are none\. Write "MCPAuthMode broker", and this server issues them\./;
my @file = idp('httpd file', 'AuthUserFile htpasswd');
refuses(782, 2, $httpd, resource_server(@file));
refuses(782, 2, $httpd, resource_server('MCPIdentityProvider httpd'));
refuses(782, 4, $httpd, resource_server(idp($oidc), @file));

# -- opaque tokens of two ----------------------------------------------------

my @asked = ($client, 'Verify introspection');
my $other = 'oidc https://login.example.com';
refuses(783, 6, qr/sso\.example\.com is asked about opaque tokens here, too: a token of one would be shown to the other\. Give each a location of its own, or let one of them issue JWTs \(Verify jwt\)\./,
    resource_server(idp($oidc, @asked), idp($other, @asked)));
good('one that is asked, and one that signs', resource_server(idp($oidc, @asked), idp($other)));

# -- what is allowed, and odd ------------------------------------------------

remarks(784, 2, qr{Audience "urn:x" is not the resource: MCP clients that find their way by the metadata ask the provider for resource=https://h\.example/mcp, and may get a token that is for nothing here\. Give the API at the provider the identifier https://h\.example/mcp, if its clients are to find it themselves\.},
    resource_server(idp('auth0 example.us.auth0.com', 'Audience urn:x')));
my $anybody = qr/"Verify userinfo" with this MCPAuthMode: the userinfo endpoint says whose an access token is, and not whom it was given to, so that whoever runs any application that users of \S+ signed in at can come in as them\. Write "Verify introspection" where the provider has it; else "MCPAuthMode broker"\./;
remarks(785, 2, $anybody, resource_server(idp('github', 'Verify userinfo')));
remarks(785, 2, $anybody, resource_server(idp($oidc, 'Verify userinfo')));

# -- in a broker that is otherwise -------------------------------------------

good('a broker: two that are asked', broker(idp($oidc, @asked), idp($other, @asked)));
good('a broker: another Audience', broker(idp('auth0 example.us.auth0.com', $client, 'Audience urn:x')));
good('a broker: userinfo', broker(idp($oidc, $client, 'Verify userinfo')));
good('a broker: a password file', broker(@file));
bad('a broker: no Client', 2, qr/so it has to be a client there/, broker("MCPIdentityProvider $oidc"));
good('which a resource server has no need of', resource_server("MCPIdentityProvider $oidc"));
good('both on one virtual host', join "\n", $name, map {
    my ($path, @lines) = @$_;
    (qq{<Location "$path">}, 'AuthType mcp', 'Require valid-user', @lines, '</Location>')
} ['/a', 'MCPAuthMode resource-server', idp($oidc)], ['/b', idp($oidc, $client)],
    ['/c', 'MCPAuthMode resource-server', idp($other)]);
# -- what -D DUMP_MCP says of each --

{
    my $client = "Client x file:idp.secret\n";
    Conf::write_file('idp.secret', "a-secret-of-the-provider\n");
    chmod 0600, Conf::root() . '/idp.secret';
    my $site = dump_of(join "\n", 'ServerName https://h.example',
        map({ my ($mode, $idp) = @$_; ("<Location \"/$mode\">", 'AuthType mcp',
            'Require valid-user', "MCPAuthMode $mode",
            "<MCPIdentityProvider $idp>\n$client</MCPIdentityProvider>",
            '</Location>') } ['broker', 'oidc https://one.example'],
            ['relay', 'oidc https://two.example'],
            ['resource-server', 'oidc https://three.example']), '')->{'h.example'};
    is($site->{issuer}, 'https://h.example', 'this server is an issuer');
    my %issuer = map { /"\/(.*)"/ ? ($1 => $site->{sections}{$_}{issuer}) : () }
        keys %{$site->{sections}};
    is_deeply(\%issuer, {broker => 'https://h.example',
        relay => 'https://two.example (through https://h.example)',
        'resource-server' => 'https://three.example'},
        'each location says whose tokens it takes') or diag explain $site;
    $site = dump_of(join "\n", 'ServerName https://h.example',
        '<Location "/mcp">', 'AuthType mcp', 'Require valid-user',
        'MCPAuthMode resource-server',
        'MCPIdentityProvider oidc https://three.example', '</Location>', '')
        ->{'h.example'};
    is($site->{issuer}, 'none: no tokens are given out here',
        'a resource server alone is none');
    is($site->{$_}, undef, "and has no $_") for qw(token callback jwks);
}

done_testing();
