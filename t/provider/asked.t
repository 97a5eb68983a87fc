#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# A resource server that asks the provider about each token (introspection, RFC
# 7662; userinfo): how often, by whom, and what it makes of a provider that is
# asked too often. One child, so that what it remembers is all.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPIdP;
use MCPServer;
use MCPSignIn;

my $idp = MCPIdP->new;
sub location {
    my ($name, @lines) = @_;
    return join "\n", qq{<Location "/$name">}, 'AuthType mcp',
        'Require valid-user', 'SetHandler mcp-server', 'MCPOffer demo:*',
        @lines, "</Location>\n";
}
my @user = ('MCPAuthMode resource-server', $idp->section(github => 'Verify userinfo'));
my @oidc = ('MCPAuthMode resource-server', $idp->section(oidc =>
    'Verify introspection', 'Audience mcp-gateway'));
my $s = MCPServer->new(site => 0, tls => 1, faketime => 1, config => join "\n",
    $MCPSignIn::ONE_CHILD, $idp->config('timeout=5s connect-timeout=3s'),
    'MCPStateDirectory "${ROOT}/state/mcp-oauth"', 'MCPAuthIssuer ${ISSUER}',
    'LogLevel mcp_oauth:info', 'MCPLimit token-failures=5/min',
    location('user', @user), location('other', @user),
    location('each', @user, 'MCPLifetime introspection=none'),
    location('oidc', @oidc),
    location('relay', 'MCPAuthMode relay', $idp->section(github =>
        'Verify userinfo')));
$s->log->expect(qr/MCP00785/);
$s->start;
my $c = $s->client;
$idp->callback($s->issuer . '/oauth/callback');
my $clock = 0;

sub token { return $idp->tokens('github', user => 'ada', scope => 'read:user')
    ->{access_token} }
sub call {
    my ($at, $token) = @_;
    return $c->call_tool("/$at", hello => {}, token => $token);
}
sub asked { return scalar $idp->asked($_[0] // 'github', $_[1] // 'userinfo') }
# How often the provider is asked while code runs.
sub asks {
    my ($count, $name, $code) = @_;
    my $before = asked();
    $code->();
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is(asked() - $before, $count, $name);
}
sub later { $s->set_clock($clock += shift) }

# -- once, for all who bring it ------------------------------------------------

my $token = token();
secret($token);
$idp->set(github => delay => {userinfo => 0.3});
asks(1, 'at one time, one thread asks for all', sub {
    my @said = at_once(12, sub {
        return {status => $c->fresh->call_tool('/user', hello => {},
            token => $token)->status} });
    is_deeply([map { $_->{status} } @said], [(200) x 12],
        '12 requests with one token');
});
$idp->set(github => delay => undef);
asks(0, 'and it is remembered', sub { works($c, $token, '/user', 'again') });
asks(1, 'at each location for itself', sub {
    works($c, $token, $_, "at $_") for qw(/other /user /other /user) });
asks(3, 'MCPLifetime introspection=none: at each request', sub {
    works($c, $token, '/each', 'a request') for 1 .. 3 });
later(61);
asks(1, 'after MCPLifetime introspection= again', sub {
    works($c, $token, '/user', 'a request') for 1 .. 3 });

# -- what is refused -----------------------------------------------------------

my $count = 0;
sub bad { return 'gho_made-up-' . ++$count }
asks(1, 'a token that is none is asked about once', sub {
    my $bad = bad();
    dead($c, $bad, '/user', 'refused') for 1 .. 4 });
asks(4, 'MCPLimit token-failures: five of them', sub {
    is(call('user', bad())->status, 401, 'another one') for 1 .. 4 });
asks(0, 'no more of one address', sub {
    my $r = call('user', bad());
    is($r->status, 429, 'have to wait');
    ok($r->header('Retry-After'), 'Retry-After says how long') });
asks(0, 'a token that is known is good still', sub {
    works($c, $token, '/user', 'known') });
later(120);
asks(1, 'and later all are asked about again', sub {
    is(call('user', bad())->status, 401, 'refused') });

# -- a provider that is asked too often ----------------------------------------

later(61);
$idp->set(github => down => {userinfo => 403},
    headers => {userinfo => {'Retry-After' => '5'}});
$s->log->expect(qr/MCP00450: .*it answered 403/);
my $r = call('user', $token);
is($r->status, 503, '403 with Retry-After is no word on the token');
is($r->header('WWW-Authenticate'), undef, 'so nobody is to sign in again');
$idp->set(github => headers => {userinfo => {'x-ratelimit-remaining' => '0'}});
is(call('user', $token)->status, 503, 'nor with what GitHub says then');
$idp->set(github => down => undef, headers => undef);
works($c, $token, '/user', 'a moment later it is good');
later(61);
$idp->set(github => down => {userinfo => 403});
is(call('user', $token)->status, 401, 'RFC 6750 3.1: 403 alone is a refusal');
$idp->set(github => down => undef);

# -- whose business a token is -------------------------------------------------

later(61);
my $before = asked(oidc => 'introspection');
is(call('oidc', $idp->mint(auth0 => user => 'ada', scope => 'openid',
    params => {audience => 'urn:x'}))->status, 401, 'a JWT of another provider');
is(asked(oidc => 'introspection'), $before, 'is not shown to this one');
works($c, $idp->tokens('oidc', user => 'ada', scope => 'openid',
    client => 'mcp-gateway')
    ->{access_token}, '/oidc', 'an opaque one is');

# -- relay: nobody else is asked about what has ended here ---------------------

my $j = $c->journey(resource => $s->issuer . '/relay',
    browser => $idp->browser($c, user => 'ada'));
works($c, $j->{access_token}, '/relay', 'a token that was handed on');
is($c->revoke($j->{client}, $j->{access_token})->status, 200, 'revoked');
asks(0, 'the provider is not asked about it', sub {
    dead($c, $j->{access_token}, '/relay', 'good no more') for 1 .. 3;
    dead($c, bad(), '/relay', 'nor about others') });
later(31 * 86400);
dead($c, $j->{access_token}, '/relay', 'nor is it good when all is forgotten');

undef $s;
done;
