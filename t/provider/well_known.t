#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# What a resource server shows under /.well-known/ besides the documents of
# RFC 9728: nothing of its own, and with MCPProviderMetadata what the identity
# provider says of itself (RFC 8414), for clients that look for it there.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPIdP;
use MCPServer;

my $idp = MCPIdP->new;
my $port = MCPServer::free_port();
my @names = ('/.well-known/oauth-authorization-server',
    '/.well-known/openid-configuration');
$idp->set(workos => discovery =>
    {registration_endpoint => $idp->issuer('workos') . '/oauth2/register'});

sub location {
    my ($path, $preset, @inside) = @_;
    my $argument = $idp->profile($preset)->{argument};
    return <<"END";
<Location "$path">
    AuthType    mcp
    MCPAuthMode resource-server
    Require     valid-user
    SetHandler  mcp-server
    <MCPIdentityProvider $preset $argument>
        @inside
    </MCPIdentityProvider>
</Location>
END
}

sub server {
    my $s = MCPServer->new(site => 0, tls => 1, config => join "\n",
        $idp->config('timeout=2s connect-timeout=1s'),
        'MCPStateDirectory "${ROOT}/state/mcp-oauth"', @_);
    $s->start;
    return $s;
}

my $s = server('MCPProviderMetadata on', location('/mcp', 'workos'));
my $c = $s->client;
for my $name (@names) {
    my $r = $c->get($name);
    is($r->status, 200, "$name: is there");
    my $said = $r->json;
    is($said->{issuer}, $idp->issuer('workos'), 'RFC 8414: the issuer is the provider\'s');
    is($said->{$_}, $idp->endpoint(workos => s/_endpoint//r), "and its $_")
        for qw(authorization_endpoint token_endpoint);
    ok($said->{registration_endpoint}, 'where clients can register');
    is($r->header('Access-Control-Allow-Origin'), '*', 'for browsers too');
    is($c->get("$name/mcp")->status, 200, 'and for the path of the location');
    is($c->get("$name/else")->status, 404, 'for no other');
}
is($c->get('/oauth/jwks')->status, 404, 'no endpoint of ours is there');
my $count = $idp->asked(workos => 'discovery');
$c->get($names[0]) for 1 .. 5;
is(scalar $idp->asked(workos => 'discovery'), $count,
    'the provider is not asked for each');
undef $s;

my $file = $idp->net->secret_file(client => $idp->secret_of('mcp-gateway'));
$s = server('MCPProviderMetadata on',
    location('/mcp', 'workos', "Client mcp-gateway file:$file"));
my $said = $s->client->get($names[0])->json;
is($said->{registration_endpoint}, undef,
    'with a Client that is to be used nobody registers');
is($said->{issuer}, $idp->issuer('workos'), 'all else is as it was');
undef $s;

$s = server('MCPProviderMetadata on', location('/a', 'workos'),
    location('/b', 'okta', 'Audience api://default'));
$s->log->expect(qr/MCP00784/);
$c = $s->client;
is($c->get($names[0])->status, 404, 'of two locations none is meant');
is($c->get("$names[0]/a")->json->{issuer}, $idp->issuer('workos'),
    'the one at /a is');
is($c->get("$names[0]/b")->json->{issuer}, $idp->issuer('okta'),
    'the one at /b too');
$idp->unplug('okta');
undef $s;

# Without the directive, what is behind can show what it has.
$s = server(location('/mcp', 'workos'), 'Alias /.well-known/ "${ROOT}/known/"',
    '<Directory "${ROOT}/known">', 'Require all granted', '</Directory>');
mkdir $s->root . '/known';
for my $name (@names) {
    is($s->client->get($name)->status, 404, "$name: nothing of ours");
    (my $file = $name) =~ s{.*/}{};
    open my $out, '>', $s->root . "/known/$file" or die $!;
    print $out '{"issuer":"https://somebody.example"}';
    close $out;
    is($s->client->get($name)->json->{issuer}, 'https://somebody.example',
        'what somebody put there');
}
is($s->client->get('/.well-known/oauth-protected-resource/mcp')->status, 200,
    'RFC 9728: the document of the location is ours');
undef $s;
done;
