#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# The identity providers as MCPIdP hands them to tests in Perl: a server of
# ours reaches them by their names, a browser signs in there.
use strict;
use warnings;
use MCPTest;
use MCPIdP;
use MCPServer;

my $callback = 'https://localhost:9443/oauth/callback';
my $idp = MCPIdP->new(names => ['app.example'], faketime => 1);
$idp->callback($callback);

sub authorization {
    my ($profile, %more) = @_;
    return $idp->endpoint($profile => 'authorization') . '?'
        . MCPClient::form_encode({client_id => 'mcp-gateway', scope => 'openid',
            response_type => 'code', redirect_uri => $callback, state => 's',
            %more});
}

sub parameters { return MCPClient::form_decode($_[0] =~ /\?(.*)/) }

# -- a browser ---------------------------------------------------------------

my $back = $idp->sign_in(authorization('oidc'), user => 'bob');
like($back, qr{^\Q$callback\E\?}, 'signing in leads to the redirect URI');
my $code = parameters($back)->{code};
ok($code, 'with a code');
is(parameters($idp->sign_in(authorization('oidc'), cancel => 1))->{error},
    'access_denied', 'cancelling leads there without one');
ok(!eval { $idp->sign_in(authorization('oidc', redirect_uri => 'https://x/')) },
    'what leads nowhere dies');
my $browser = $idp->browser;
ok($idp->sign_in(authorization('google', prompt => 'consent'),
    browser => $browser), 'past a page of consent');
ok($idp->sign_in(authorization('google', prompt => 'none'),
    browser => $browser), 'a browser keeps its session');
is(parameters($idp->sign_in(authorization('keycloak', prompt => 'none'),
    browser => $browser))->{error}, 'login_required', 'at one provider');
is(parameters($idp->sign_in(authorization('google', prompt => 'none'),
    browser => $browser->fresh))->{error}, 'login_required',
    'a fresh one has none');

my $answer = $browser->post($idp->endpoint(oidc => 'token'), form => {
    grant_type => 'authorization_code', code => $code,
    redirect_uri => $callback, client_id => 'mcp-gateway',
    client_secret => $idp->secret_of('mcp-gateway')});
is($answer->status, 200, 'the token endpoint answers') or diag $answer->brief;
my $claims = jwt_claims($answer->json->{id_token});
is("$claims->{iss} $claims->{sub}",
    $idp->issuer('oidc') . ' ' . $idp->subject(oidc => 'bob'),
    'with an id_token of the user');
my ($asked) = $idp->asked(oidc => 'token');
is("$asked->{form}{code} $asked->{authentication} $asked->{client}",
    "$code client_secret_post mcp-gateway", 'and tells what was asked');
ok((grep { $_ eq $answer->json->{access_token} } $idp->secrets),
    'what it gave is a secret');

# -- quirks and keys ---------------------------------------------------------

$idp->set(oidc => down => {token => 503});
is($browser->post($idp->endpoint(oidc => 'token'), form => {})->status, 503,
    'a quirk is set');
ok(!eval { $idp->set(oidc => doun => {}) } && $@ =~ /no quirk doun/,
    'one that is none dies');
$idp->reset;
is($browser->post($idp->endpoint(oidc => 'token'), form => {})->status, 400,
    'reset takes it away');
is($idp->asked(oidc => 'token'), 1, 'and what was asked before');
my $token = $idp->mint(okta => user => 'ada', scope => 'openid');
is(jwt_claims($token)->{cid}, 'mcp-gateway', 'a token without a sign-in');
my ($kid) = map { $_->{kid} } @{$idp->key_set('okta')->{keys}};
is(jwt_header($token)->{kid}, $kid, 'by a key of the set');
$idp->rotate('okta');
isnt($idp->key_set('okta')->{keys}[0]{kid}, $kid, 'which is rotated');
is(jwt_claims($idp->logout_token(auth0 => user => 'ada', broken => 'nonce'))
    ->{nonce}, 'n', 'a logout token that is broken');
is_deeply(jwt_claims($idp->sign(okta => {a => 1})), {a => 1},
    'anything can be signed');

my $now = jwt_claims($token)->{iat};
$idp->set_clock(86400);
cmp_ok(jwt_claims($idp->mint(okta => user => 'ada'))->{iat}, '>', $now + 80000,
    'its clock can be set');

like($idp->section('auth0', 'Audience https://api.example.com'),
    qr{^<MCPIdentityProvider auth0 example\.us\.auth0\.com>
    Client mcp-gateway file:\S+
    Audience https://api\.example\.com
</MCPIdentityProvider>\n$}, 'a section of a configuration');
like($idp->section('oauth2'), qr{^    Endpoint token https://}m,
    'with the endpoints that nobody discovers');

# -- a server of ours --------------------------------------------------------

my $port = MCPServer::free_port();
$callback = "http://localhost:$port/back";
$idp->callback($callback);
my $s = MCPServer->new(port => $port, config => $idp->config
    . 'Redirect 302 /there "' . authorization('workos') . qq{"\n});
$s->start;
my $c = $s->client;

# as a journey goes, from redirect to redirect
$browser = $idp->browser($c, user => 'bob');
my @trail = '/there';
while (@trail < 5 && defined(my $to = $browser->get($trail[-1])
    ->header('Location'))) {
    push @trail, $to;
}
is(scalar @trail, 3, 'a browser of ours goes to a provider and comes back');
like($trail[2], qr{^\Q$callback\E\?code=}, 'signed in');
$idp->net->name('app.example', '93.184.216.34');
$idp->net->dial('93.184.216.34');

# A client's metadata is what a server fetches without being told.
sub fetched {
    my ($host, $path) = @_;
    my $client = {client_id => "https://$host$path",
        redirect_uris => ['http://127.0.0.1:33418/callback']};
    return $c->fresh->get($c->authorization_request(client => $client,
        resource => $c->resource('/mcp'))->{url})->status;
}

my @seen = map { fetched(($idp->hosts($_))[0], '/app.json');
    grep { $_->{path} eq '/app.json' } $idp->asked($_) } qw(auth0 google);
is(@seen, 2, 'each provider is reached by its name');
like($seen[0]{headers}{'user-agent'}, qr/mcp/i, 'by our own requests');
fetched('app.example', '/app.json');
is($idp->net->asked('app.example', '/app.json'), 1, 'and sites beside them');

$idp->unplug('auth0');
fetched(($idp->hosts('auth0'))[0], '/other.json');
is((grep { $_->{path} eq '/other.json' } $idp->asked('auth0')), 0,
    'one that is unplugged is not');
$idp->plug('auth0');
fetched(($idp->hosts('auth0'))[0], '/third.json');
is((grep { $_->{path} eq '/third.json' } $idp->asked('auth0')), 1,
    'until it is plugged again');
$s->stop;

my $pid = $idp->{pid};
$idp->stop;
ok(!kill(0, $pid), 'they end');
done();
