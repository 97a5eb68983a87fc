#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# OpenID Connect Back-Channel Logout 1.0: an identity provider says that a user,
# or one of his sessions there, has ended, and so does here what began with it.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPExpect;
use MCPIdP;
use MCPServer;
use MCPSignIn;

my $provider = MCPIdP->new(faketime => 1);
my $w = MCPSignIn->new(idp => $provider, faketime => 1, config => <<"END",
$CHILDREN
MCPAuditLog logs/audit
<MCPRegisteredClient web>
    RedirectURI https://web.example/cb
</MCPRegisteredClient>
END
    at => {oidc => ['oidc'], keycloak => ['keycloak'], google => ['google'],
        other => ['oidc', 'Client mcp-basic '
            . $provider->secret_of('mcp-basic')],
        named => ['authentik', 'Claim subject /preferred_username']});
my ($idp, $s, $c) = @$w{qw(idp s c)};
my $url = $s->issuer . '/oauth/backchannel-logout';

sub post {
    my ($token, %o) = @_;
    return $c->post('/oauth/backchannel-logout', form => {
        logout_token => $token}, %o);
}
sub logout { return post(scalar $idp->logout_token(@_)) }
sub audited {
    return scalar grep { $_->{event} eq 'revoked' && $_->{reason} eq 'logout' }
        map { json_decode($_) }
        split /\n/, MCPIdP::slurp($s->root . '/logs/audit');
}
# Of a good one: 2.8
sub accepted {
    my ($r, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my @faults = MCPExpect::private_headers($r);
    is($r->status, 200, $name) or diag $r->brief;
    is("@faults", '', 'OpenID Connect Back-Channel Logout 2.8: not cached');
}
sub gone {
    my ($j, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    dead($c, $j->{access_token}, "/$j->{at}", $name);
    refused($c->refresh($j), 400, 'invalid_grant', 'nor is it refreshed');
}
# The session at the provider that a browser signed in to the last time.
sub session_of {
    my $preset = shift;
    my ($claims) = map { jwt_claims($_) }
        scalar $idp->logout_token($preset, user => shift, sid => 1);
    return $claims->{sid};
}

# -- a user, a session -------------------------------------------------------

{
    my $bob = $w->journey('oidc', user => 'bob');
    my $elsewhere = $w->journey('keycloak');
    my @ada = map { $w->journey('oidc') } 1, 2;
    my $before = audited();
    $w->works($_, 'before') for $bob, $elsewhere, @ada;
    accepted(logout('oidc', user => 'ada'), 'a user has signed out');
    for my $j (@ada) {
        agree($s, '/oidc', sub { $c->call_tool('/oidc', hello => {},
            token => $j->{access_token}) }, 401, 'her token fails at once');
        gone($j, 'it is over');
    }
    $w->works($bob, 'another user goes on');
    $w->works($elsewhere, 'so does she at another provider');
    is(audited(), $before + 2, 'the audit log says why');
    $w->works($w->journey('oidc'), 'she can sign in again');
}
{
    my $browser = $w->browser;
    my $first = $w->journey('keycloak', browser => $browser);
    my $same = $w->journey('keycloak', browser => $browser);
    my $session = session_of('keycloak', 'ada');
    my $other = $w->journey('keycloak');
    isnt(session_of('keycloak', 'ada'), $session, 'two sessions');
    accepted(logout('keycloak', user => 'ada', sid => $session),
        '2.4: sub and sid, as Keycloak says it');
    gone($first, 'what began in the session');
    gone($same, 'and what else did');
    $w->works($other, 'another session goes on');
    accepted(logout('keycloak', user => 'ada', sub => 0,
        sid => session_of('keycloak', 'ada')), 'sid alone');
    gone($other, 'what began in it');
    my $again = $w->journey('keycloak', browser => $browser);
    $w->works($again, 'who signs in again is in again');
}
{
    my ($j, $k) = ($w->journey('google'), $w->journey('google', user => 'bob'));
    accepted(logout('google', user => 'ada', sid => 'a-session-of-hers'),
        'a provider that never said which session it was');
    gone($j, 'all of the user');
    $w->works($k, 'and of nobody else');
}
accepted(logout('oidc', user => 'ada', sub => 0, sid => 'nobody-s'),
    'a session that nothing began in');

# two clients of ours at one provider: by the audience
{
    my ($j, $k) = ($w->journey('other'), $w->journey('oidc'));
    accepted(logout('oidc', user => 'ada', client => 'mcp-basic'),
        'for our other client at the same provider');
    gone($_, 'she is out') for $j, $k;
}

# -- what is none ------------------------------------------------------------

{
    my $j = $w->journey('oidc');
    for (qw(no_events other_event nonce no_subject wrong_issuer wrong_audience
        expired no_exp no_iat no_jti alg_none alg_hs256 stranger)) {
        my $r = logout('oidc', user => 'ada', broken => $_);
        refused($r, 400, 'invalid_request', "2.6: $_");
    }
    my %wrong = (
        'an id_token' => $idp->sign('oidc', {iss => $idp->issuer('oidc'),
            sub => $idp->subject(oidc => 'ada'), aud => 'mcp-gateway',
            iat => time, exp => time + 60, nonce => 'n'}),
        'no JWT' => 'a.b.c', 'nothing like it' => 'x', 'five parts' => 'a.b.c.d.e',
        'a long one' => join('.', 'e' x 20000, 'e' x 20000, 'e'),
    );
    refused(post($wrong{$_}), 400, 'invalid_request', $_) for sort keys %wrong;
    my %claims = (
        'jti that is too long' => {jti => 'j' x 256},
        'jti that is none' => {jti => 1},
        'exp that is years ahead' => {exp => time + 10 * 365 * 86400},
        'iat that lies ahead' => {iat => time + 3600, exp => time + 7200},
        'events that is text' => {events =>
            'http://schemas.openid.net/event/backchannel-logout'},
        'sub that is none' => {sub => 1}, 'sid that is none' => {sid => []},
        'sub that is empty' => {sub => ''},
        'nonce that is null' => {nonce => \0},
    );
    refused(logout('oidc', user => 'ada', claims => $claims{$_}), 400,
        'invalid_request', $_) for sort keys %claims;
    refused(logout('oidc', user => 'ada', header => {typ => 'at+jwt'}), 400,
        'invalid_request', 'typ of something else');
    refused(logout('auth0', user => 'ada'), 400, 'invalid_request',
        'a provider that is not configured here');
    $w->works($j, 'none of them ends anything');
    accepted(logout('oidc', user => 'ada', header => {typ => 'JWT'}),
        '2.4: typ logout+jwt is only recommended');
    gone($j, 'that was a good one');
}

# -- once --------------------------------------------------------------------

{
    my $j = $w->journey('oidc');
    my $token = $idp->logout_token('oidc', user => 'ada');
    accepted(post($token), 'a logout token');
    gone($j, 'what began before');
    $j = $w->journey('oidc');
    refused(post($token), 400, 'invalid_request', '2.6: again');
    my @answers = at_once(8, sub { post($token)->status });
    is("@answers", join(' ', (400) x 8), 'in all children');
    $w->works($j, 'what has begun since goes on');
    accepted(logout('keycloak', user => 'ada', jti => 'the-same'), 'a jti');
    accepted(logout('oidc', user => 'bob', jti => 'the-same'),
        'is that of its issuer');
}

# -- the request -------------------------------------------------------------

{
    my $token = $idp->logout_token('oidc', user => 'ada');
    my $r = $c->get("/oauth/backchannel-logout?logout_token=$token");
    is($r->status, 405, 'GET is not allowed') or diag $r->brief;
    is($r->header('Allow'), 'POST,OPTIONS', 'what is');
    refused($c->post('/oauth/backchannel-logout', form => {}), 400,
        'invalid_request', 'without a token');
    refused($c->post('/oauth/backchannel-logout', form => [logout_token =>
        $token, logout_token => $token]), 400, 'invalid_request', 'with two');
    refused($c->post('/oauth/backchannel-logout',
        json => {logout_token => $token}), 415, 'invalid_request', 'as JSON');
    refused($c->post('/oauth/backchannel-logout', body => $token, headers =>
        {'Content-Type' => 'application/jwt'}), 415, 'invalid_request',
        'as a JWT');
    $r = $c->post('/oauth/backchannel-logout', form => {logout_token => $token,
        more => 'x' x 70000});
    is($r->status, 413, 'a huge one') or diag $r->brief;
    is($r->header('Access-Control-Allow-Origin'), undef,
        'no website may read it');
    accepted(post($token), 'the token is as good as before');
    my (undef, $answer) = $idp->logout_token('oidc', user => 'ada',
        url => $url, ca => $s->ca_file);
    is($answer->{status}, 200, 'as oidc-provider posts it');
}

# -- what is under way -------------------------------------------------------

for (['oidc', [user => 'ada'], 'the user'],
    ['keycloak', [user => 'ada', sub => 0], 'the session']) {
    my ($preset, $how, $name) = @$_;
    my $sid = sub { $preset eq 'oidc' ? ()
        : (sid => session_of($preset, 'ada')) };

    my $v = $w->leave($preset);
    $w->sign_in($v);
    my $r = $w->arrive($v);
    accepted(logout($preset, @$how, $sid->()), "$name ends: a code was issued");
    my $p = $v->{request}{parameters};
    my $location = location_of($r);
    my ($code) = $location =~ /[?&]code=([^&]+)/;
    refused($c->redeem({client => $v->{request}{client}, code => $code,
        request => $v->{request}}), 400, 'invalid_grant',
        'it gives nothing any more');

    # nobody knows yet who it will be
    $v = $w->leave($preset);
    accepted(logout($preset, @$how, $sid->()), "$name ends: at the provider");
    $w->sign_in($v);
    my $j = $w->tokens($v, $w->arrive($v));
    $w->works($j, 'who signs in there after that is in');
    accepted(logout($preset, @$how, $sid->()), "$name ends: to be clean");
}

# Whose consent was remembered is sent to the provider at once; somebody else
# who signs in there is asked.
{
    my $client = {client_id => 'web', redirect_uris => ['https://web.example/cb']};
    my $browser = $w->browser;
    $w->journey('oidc', client => $client, browser => $browser);
    my $page = sub {
        my $v = $w->ask('oidc', client => $client, browser => $browser);
        ok(defined $v->{to}, 'she is sent there at once') or diag $v->{page}->brief;
        @$browser{qw(user jars)} = ('bob', {});
        $w->sign_in($v);
        shown($w->arrive($v), 200, qr/approve/, 'bob is asked');
        return $v;
    };
    my $v = $page->();
    accepted(logout('oidc', user => 'bob'), 'bob ends: he is being asked');
    shown($w->press($v, 'approve'), 400, qr/too old/, 'his yes is too late');
    $v = $page->();
    accepted(logout('oidc', user => 'bob', sub => 0,
        sid => session_of('oidc', 'bob')), 'his session ends');
    shown($w->press($v, 'approve'), 400, qr/too old/, 'his yes is too late');
    accepted(logout('oidc', user => 'ada'), 'she ends');
    $v = $w->ask('oidc', client => $client, browser => $browser);
    shown($v->{page}, 200, qr/approve/, 'what she agreed to is forgotten');
}

# -- when the store fails ----------------------------------------------------

{
    my $j = $w->journey('oidc');
    my $token = $idp->logout_token('oidc', user => 'ada');
    $s->break_store;
    my $r = post($token);
    is($r->status, 503, 'the store fails') or diag $r->brief;
    $s->mend_store;
    accepted(post($token), 'it comes again');
    gone($j, 'and is heard');
}

# -- keys --------------------------------------------------------------------

{
    my $j = $w->journey('oidc');
    $idp->rotate('oidc');
    $s->set_clock(61);
    $idp->set_clock(61);
    accepted(logout('oidc', user => 'ada'), 'signed by a new key');
    gone($j, 'it is heard');
}
{
    my $j = $w->journey('named');
    $s->log->expect(qr/MCP00450: .*says by sub.*another claim.*sid/);
    my $r = logout('authentik', user => 'ada');
    is($r->status, 500, 'a user whom we do not know by sub')
        or diag $r->brief;
    accepted(logout('authentik', user => 'ada', sid => session_of('authentik', 'ada')),
        'but with sid');
    gone($j, 'it is over');
}

$w->no_leaks;
$w->stop;
done();
