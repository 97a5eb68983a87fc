#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# MCPAuthMode resource-server: clients bring access tokens that identity
# providers issued (RFC 6750, RFC 9068 4, RFC 9728). Every preset whose tokens
# are JWTs; several providers; locations in other modes beside it.
use strict;
use warnings;
use MCPTest;
use MCPBackend;
use MCPClient;
use MCPIdP;
use MCPKey;
use MCPServer;

my $idp = MCPIdP->new;
my $backend = MCPBackend->new;
my $words = 'subject user client scopes issuer email name roles permissions '
    . 'organization';

# What a token of each is made with and is for (Audience; undef: the preset
# says it), and what is known of ada.
my %presets = (
    auth0 => {params => {audience => 'https://mcp-tasks-api'},
        audience => 'https://mcp-tasks-api',
        told => {permissions => 'read%3Atodos,write%3Atodos'}},
    authentik => {audience => 'mcp-gateway', told => {roles => 'staff,engines'}},
    clerk => {audience => 'mcp-gateway', told => {}},
    cognito => {audience => 'mcp-gateway', told => {roles => 'staff,engines'}},
    entra => {audience => '00000003-0000-0000-c000-000000000000',
        told => {roles => 'admin,editor', name => 'Ada%20Lovelace'}},
    keycloak => {audience => 'mcp-api', told => {roles => 'admin,editor',
        email => 'ada%40example.com'}},
    okta => {audience => 'api://default', told => {roles => 'staff,engines'}},
    oidc => {told => {}}, # for the resource
    pingone => {audience => 'https://api.pingone.com', told => {}},
    scalekit => {audience => 'mcp-gateway', told => {roles => 'admin,editor',
        permissions => 'read%3Atodos,write%3Atodos'}},
    supabase => {told => {}},
    workos => {audience => 'mcp-gateway', told => {roles => 'admin,editor'}},
);

sub provider {
    my ($name, @lines) = @_;
    my $audience = $presets{$name}{audience};
    unshift @lines, "Audience $audience" if defined $audience;
    return join "\n    ", "<MCPIdentityProvider $name "
        . $idp->profile($name)->{argument} . '>', @lines, '</MCPIdentityProvider>';
}

sub location {
    my ($name, @inside) = @_;
    my $port = $backend->port;
    return join "\n", qq{<Location "/$name">}, 'AuthType mcp',
        'Require valid-user', 'MCPAuthMode resource-server',
        "MCPPass $words", qq{ProxyPass "http://127.0.0.1:$port/$name"}, @inside,
        "</Location>\n";
}

my @names = sort keys %presets;
my $s = MCPServer->new(site => 0, tls => 1, config => join "\n",
    $idp->config, 'MCPStateDirectory "${ROOT}/state/mcp-oauth"',
    'LogLevel mcp_oauth:info',
    map { location($_, provider($_)) } @names);
$s->log->expect(qr/MCP00784/);
$s->start;
my $c = $s->client;
$idp->set(oidc => access_token => {aud => $s->issuer . '/oidc'});

sub resource { return $s->issuer . "/$_[0]" }
sub mint {
    my ($name, %o) = @_;
    return $idp->mint($name, user => 'ada', scope => 'openid tasks:read',
        params => $presets{$name}{params} || {}, %o);
}

sub ask {
    my ($name, $token, %headers) = @_;
    return $c->get("/$name", headers => {
        defined $token ? (Authorization => "Bearer $token") : (), %headers});
}

# What a backend learns of who calls, without the prefix.
sub learnt {
    my ($line, $headers) = asked(shift);
    my %told;
    for my $header (@$headers) {
        my ($name, $value) = @$header;
        $told{lc $1} = $value if $name =~ /^X-MCP-Auth-(.*)/i;
    }
    return \%told;
}

my %tokens;
for my $name (@names) {
    my $about = $presets{$name};
    my $metadata = $c->get("/.well-known/oauth-protected-resource/$name");
    is($metadata->status, 200, "$name: RFC 9728: its document");
    is_deeply($metadata->json->{authorization_servers}, [$idp->issuer($name)],
        'names the provider');
    is($metadata->json->{resource}, resource($name), 'and the resource');
    my $r = ask($name);
    is($r->status, 401, 'without a token');
    is($r->header('WWW-Authenticate'), 'Bearer resource_metadata="'
        . $s->issuer . qq{/.well-known/oauth-protected-resource/$name"},
        'RFC 6750 3: the challenge names it, and no error');
    $tokens{$name} = mint($name);
    secret($tokens{$name});
    $r = ask($name, $tokens{$name});
    is($r->status, 200, 'with one of the provider') or diag $r->brief;
    my $told = learnt($r);
    my %want = (issuer => MCPClient::escape($idp->issuer($name)),
        subject => MCPClient::escape($idp->subject($name, 'ada')),
        scopes => 'openid,tasks%3Aread', %{$about->{told}});
    is($told->{$_}, $want{$_}, "a backend learns $_") for sort keys %want;
    is($told->{client} // 'none', $name eq 'workos' ? 'none' : 'mcp-gateway',
        'and which client it is');
}

# A token of one is refused by the others.
for my $at (@names) {
    my @in = grep { $_ ne $at && ask($at, $tokens{$_})->status != 401 } @names;
    is("@in", '', "at $at no token of another provider is good");
}

# There is no authorization server here, and what is behind may be one.
is($c->get($_)->status, 404, "$_: not ours") for '/oauth/jwks',
    '/oauth/authorize', '/.well-known/oauth-authorization-server',
    '/.well-known/openid-configuration';

undef $s;

# -- a backend that verifies what it is told ----------------------------------

$s = MCPServer->new(site => 0, tls => 1, config => join "\n", $idp->config,
    'MCPStateDirectory "${ROOT}/state/mcp-oauth"',
    location('oidc', provider('oidc'), "MCPPass $words assertion"));
$s->start;
$c = $s->client;
$idp->set(oidc => access_token => {aud => $s->issuer . '/oidc'});
my $token = mint('oidc');
secret($token);
my $r = ask('oidc', $token);
my $assertion = learnt($r)->{assertion};
ok($assertion, 'MCPPass assertion: it is told who calls, signed');
ok(MCPKey::verifies($assertion, $c->get('/oauth/jwks')->json),
    'the keys are at the jwks endpoint') if $assertion;
is(jwt_claims($assertion)->{idp}, $idp->issuer('oidc'), 'idp is the provider');
is($c->get($_)->status, 404, "$_: nothing else is there") for '/oauth/token',
    '/oauth/authorize', '/.well-known/oauth-authorization-server';

undef $s;
done;
