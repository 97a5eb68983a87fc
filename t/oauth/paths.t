# Licensed under the Apache License, Version 2.0; see LICENSE.
# Endpoints at the root (MCPAuthPath), for clients that skip discovery or find
# it broken: they take /authorize, /token and /register at the origin.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPServer;

my $asm = '/.well-known/oauth-authorization-server';
my @endpoints = qw(authorize token register revoke jwks);

my $idp = <<'END_';
MCPStateDirectory "${ROOT}/state/mcp-oauth"
<MCPIdentityProvider httpd file>
    AuthUserFile "${CONF}/htpasswd"
</MCPIdentityProvider>
END_

sub served {
    my $path = shift;
    return join "\n", "<Location \"$path\">", 'AuthType mcp',
        'Require valid-user', 'SetHandler mcp-server', 'MCPOffer demo:*',
        "</Location>\n";
}

sub spew {
    my ($path, $text) = @_;
    open my $out, '>', $path or die "$path: $!";
    print $out $text;
    close $out or die $!;
}

my $s = MCPServer->new;
my $htdocs = $s->root . '/htdocs';
my $files = <<'END_';
<Directory "${ROOT}/htdocs">
    Require all granted
</Directory>
END_
for my $name (@endpoints, 'tokens', 'index.html', 'secret') {
    spew("$htdocs/$name", "a file: $name\n");
}
mkdir "$htdocs/oauth";
spew("$htdocs/oauth/nope", "a file: nope\n");

sub serve {
    $s->configure(site => 0, config => join '', $files, $idp, @_);
    $s->{pid} ? $s->restart : $s->start;
    return $s->client;
}

# What a client does that asks for no metadata: everything at the origin.
sub skips_discovery {
    my ($c, $base, $resource) = @_;
    my $blind = $c->fresh;
    $blind->{metadata} = {map { ("$_->[0]_endpoint" => "$base/$_->[1]") }
        [authorization => 'authorize'], [token => 'token'],
        [registration => 'register']};
    my $j = eval { $blind->journey(resource => $resource) };
    diag $@ unless $j;
    return $j;
}

# -- /oauth, and the root too ------------------------------------------------

my $c = serve("MCPAuthPath /oauth /\n", served('/mcp'));
my $issuer = $s->issuer;
my $m = $c->get($asm)->json;
is($m->{"$_->[0]"}, "$issuer/oauth/$_->[1]",
    "the alias is not advertised: $_->[0]")
    for [authorization_endpoint => 'authorize'], [token_endpoint => 'token'],
        [registration_endpoint => 'register'], [jwks_uri => 'jwks'];
unlike($c->get($asm)->body,
    qr{"\Q$issuer\E/(?:authorize|token|register|revoke|jwks)"},
    'nowhere in the metadata');
is($c->get('/jwks')->body, $c->get('/oauth/jwks')->body,
    'the alias answers as the endpoint does');

for my $base ('', '/oauth') {
    my $j = skips_discovery($c, $base, "$issuer/mcp");
    ok($j && $j->{access_token}, 'a client that skips discovery signs in at '
        . ($base || '/'));
    works($c, $j->{access_token}, '/mcp', 'and calls a tool');
    is($j->{returned}{iss}, $issuer, 'RFC 9207: iss is as it always is');
    my $refreshed = $c->refresh($j);
    is($refreshed->status, 200, 'it may go on at the endpoint advertised');
}
my $client = $c->post('/register', json => {client_name => 'x',
    redirect_uris => [$MCPClient::REDIRECT_URI],
    token_endpoint_auth_method => 'none'});
is($client->status, 201, 'a POST to /register at the root (Claude Code)');
ok($c->journey(client => $client->json)->{access_token},
    'registers a client for both');
# the SDK without any metadata sends no resource
my $old = $c->fresh;
$old->{metadata} = {authorization_endpoint => '/authorize',
    token_endpoint => '/token', registration_endpoint => '/register'};
$old->{metadata}{$_} = "$issuer$old->{metadata}{$_}"
    for keys %{$old->{metadata}};
my $without = $old->journey(parameters => {resource => undef},
    until => 'code');
my $answer = $old->redeem($without, resource => undef);
is($answer->status, 200, 'MCP 2025-03-26: without a resource parameter');
works($c, $answer->json->{access_token}, '/mcp', 'where there is but one');

for my $path (qw(/token /register /revoke)) {
    my $r = $c->request(OPTIONS => $path, headers => {
        Origin => 'https://inspector.test',
        'Access-Control-Request-Method' => 'POST'});
    is($r->status, 204, "Fetch: a preflight of $path");
    is($c->get($path)->status, 405, "RFC 9110 15.5.6: no GET of $path");
}
refused($c->post('/token', form => {grant_type => 'nope'}), 400,
    'unsupported_grant_type', 'RFC 6749 5.2: errors are JSON there too');
shown($c->get('/authorize'), 400, qr/client_id/, 'and pages for people');

# -- what is shadowed, and what is not ---------------------------------------

like($c->get('/authorize')->body, qr/^<!doctype html/i,
    'an endpoint comes before a file of its name');
for (['/tokens', 'tokens'], ['/index.html', 'index.html'],
    ['/secret', 'secret'], ['/oauth/nope', 'nope']) {
    my ($path, $name) = @$_;
    is($c->get($path)->body, "a file: $name\n", "the file at $path is there");
}
is($c->get($_)->status, 404, "and no endpoint at $_")
    for '/token/', '/token/x', '/Token', '/authorize/', '/oauth/', '/callbac',
        '/oauth/oauth/token';
is($c->get($_)->status, 405, "but at $_: httpd sees one path")
    for '//token', '/%74oken', '/x/../token', '/./token';

$c = serve("MCPAuthPath /oauth /\n", served('/mcp'), <<'END_');
ProxyPass "/" "http://127.0.0.1:9/" connectiontimeout=1
END_
is($c->get('/tokens')->status, 503, 'ProxyPass / has the rest');
ok(skips_discovery($c, $_, "$issuer/mcp"), "and none of ours at '$_'")
    for '', '/oauth';
is($c->get('/mcp/x', headers => {Authorization => 'Bearer x'})->status, 401,
    'nor what is protected');

# -- the root alone ----------------------------------------------------------

$c = serve("MCPAuthPath /\n", served('/mcp'));
is($c->get($asm)->json->{token_endpoint}, "$issuer/token",
    'MCPAuthPath / is what is advertised');
my $j = $c->journey;
works($c, $j->{access_token}, '/mcp', 'and works');
is($c->get('/oauth/jwks')->status, 404, 'nothing is left at /oauth');

# -- a protected location at the root ----------------------------------------

for my $paths ('/oauth /', '/') {
    $c = serve("MCPAuthPath $paths\n", served('/'));
    my $prm = $c->get('/.well-known/oauth-protected-resource')->json;
    is($prm->{resource}, "$issuer/", "MCPAuthPath $paths: a resource at /");
    my $j = $c->journey(resource => $prm->{resource});
    works($c, $j->{access_token}, '/', 'the endpoints are public below it');
    my $blind = skips_discovery($c, '', $issuer);
    ok($blind, 'also at the root');
    is($c->get($_)->status, 401, "$_ is protected as ever")
        for '/', '/secret', '/token/x', '/tokens';
    dead($c, 'x', '/', 'by tokens');
}

# -- a Require that is meant for an alias ------------------------------------

$c = serve("MCPAuthPath /oauth /\n", served('/mcp'), <<'END_');
<Location "/register">
    Require ip 192.0.2.1
</Location>
END_
is($c->get('/register')->status, 403, 'a Require for the alias counts');
is($c->get('/oauth/register')->status, 405, 'and for nothing else');
is($c->get('/token')->status, 405, 'at all');

# -- httpd signs users in ----------------------------------------------------

my $basic = <<'END_';
    AuthType          Basic
    AuthName          "staff"
    AuthBasicProvider file
    AuthUserFile      "${CONF}/htpasswd"
    Require           valid-user
END_
$s->configure(site => 0, config => <<"END_" . served('/mcp'));
MCPStateDirectory "\${ROOT}/state/mcp-oauth"
MCPAuthPath /oauth /
MCPIdentityProvider httpd
<LocationMatch "^(/oauth)?/authorize\$">
$basic
</LocationMatch>
END_
$s->restart;
$c = $s->client;
my $registered = $c->register;
my @ada = (Authorization => 'Basic ' . MIME::Base64::encode_base64(
    "ada:$MCPClient::PASSWORD{ada}", ''));
for my $base ('', '/oauth') {
    my $request = $c->authorization_request(client => $registered,
        resource => "$issuer/mcp");
    my ($query) = $request->{url} =~ /\?(.*)/;
    my $refused = $c->get("$base/authorize?$query");
    is($refused->status, 401, "httpd asks at $base/authorize");
    like($refused->header('WWW-Authenticate'), qr/^Basic /, 'in its own way');
    my $browser = $c->fresh;
    my $page = $browser->get("$base/authorize?$query", headers => [@ada]);
    is($page->status, 200, 'and whom it knows is asked to consent');
    like($page->body, qr/\bada\b/, 'by name');
}
$s->stop;
done();
