#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# MCPAuthMode relay: the identity provider issues the access tokens, through
# this server, which registers clients, asks for consent, is the one client of
# the provider, and hands its access tokens on. The refresh tokens are ours.
use strict;
use warnings;
use MCPTest;
use Math::BigInt;
use MIME::Base64 qw(decode_base64url encode_base64url);
use MCPAnswer;
use MCPClient;
use MCPCtl;
use MCPExpect;
use MCPIdP;
use MCPServer;
use MCPSignIn;

my $relay = 'MCPAuthMode relay';
my $w = MCPSignIn->new(faketime => 1, idps => {faketime => 1},
    fetch => 'timeout=2s connect-timeout=1s',
    config => "$CHILDREN\nMCPAuditLog logs/audit\nLogLevel mcp_oauth:info\n",
    at => {
        workos => [['workos'], $relay, 'MCPScope read:todos "Read" default',
            'MCPScope write:todos "Write"', 'MCPScope nobody:knows "No"'],
        auth0 => [['auth0', 'Audience urn:todos-api'], $relay],
        keycloak => [['keycloak', 'Audience mcp-api'], $relay],
        okta => [['okta', 'Audience api://default'], $relay],
        other => [['keycloak', 'Audience urn:other'], $relay],
        second => [['keycloak', 'Audience mcp-api'], $relay],
        supabase => [['supabase'], $relay],
        limited => [['workos'], $relay, 'MCPScope read:todos "Read" default',
            q{MCPScope write:todos "Write" "expr=%{MCP_EMAIL} == 'nobody@x'"}],
        broker => [['auth0', 'Audience urn:todos-api']],
    });
my ($idp, $s, $c) = @$w{qw(idp s c)};
my $clock = 0;

sub later {
    $clock += shift;
    $s->set_clock($clock);
    $idp->set_clock($clock);
}

sub last_of {
    my @asked = $idp->asked(@_);
    return $asked[-1];
}

# -- discovery: the authorization server is this one -------------------------

my $metadata = $c->get('/.well-known/oauth-protected-resource/workos')->json;
is_deeply($metadata->{authorization_servers}, [$s->issuer],
    'RFC 9728: clients come to this server');
is($metadata->{resource}, $w->resource('workos'), 'for the resource');
is($c->server_metadata->{issuer}, $s->issuer, 'RFC 8414: with its own issuer');
ok($c->server_metadata->{registration_endpoint}, 'and can register');

# -- the journey, with each --------------------------------------------------

my %journeys;
for my $at (qw(workos auth0 keycloak okta)) {
    my $j = $journeys{$at} = $w->journey($at);
    my $claims = jwt_claims($j->{access_token});
    is($claims->{iss}, $idp->issuer($at), "$at: the token is the provider's");
    is($j->{tokens}{token_type}, 'Bearer', 'RFC 6749 5.1: token_type');
    cmp_ok($j->{tokens}{expires_in}, '<=', 3600, 'expires_in is the provider\'s');
    like($j->{refresh_token}, qr/^r1-/, 'the refresh token is ours');
    is($j->{tokens}{id_token}, undef, 'an id_token is for nobody but us');
    $w->works($j, 'it works here');
    my $asked = last_of($at => 'token');
    is($asked->{client}, 'mcp-gateway', 'the provider sees its fixed client');
    is($asked->{form}{redirect_uri}, (grep m{/callback}, $w->callbacks)[0]
        =~ s{/callback.*}{/callback}r . ($asked->{form}{redirect_uri} =~
            m{/callback(.*)})[0], 'and our redirect URI alone');
    my $told = $w->told($j);
    is($told->{client}, $j->{client}{client_id},
        'who acts is the client that it was given to');
    is($told->{subject}, MCPClient::escape($idp->subject($at, 'ada')),
        'for who signed in');
    is($told->{email}, 'ada%40example.com',
        'of whom the id_token says more than the access token');
}

# RFC 6749 4.1.1, 4.1.2: what the client sent comes back
my $v = $w->leave('workos', scope => 'write:todos');
my $sent = $w->sent($v);
is($sent->{client_id}, 'mcp-gateway', 'the client of the provider is ours');
isnt($sent->{state}, $v->{request}{parameters}{state}, 'the state is, too');
isnt($sent->{code_challenge}, $v->{request}{parameters}{code_challenge},
    'RFC 7636: and the PKCE pair');
is($sent->{resource}, $w->resource('workos'), 'RFC 8707: resource is relayed');
is_deeply([sort split / /, $sent->{scope}],
    [sort qw(openid profile email offline_access write:todos)],
    'what the client asked for is asked of the provider');
$w->sign_in($v);
my $r = $w->arrive($v);
$w->succeeded($r, $v, 'redirect URI and state are those of the client');
my $wide = $w->tokens($v, $r);
like($wide->{tokens}{scope}, qr/\bwrite:todos\b/, 'scope is the provider\'s');
is($w->told($wide)->{scopes} =~ /write%3Atodos/ ? 1 : 0, 1,
    'and that of the token counts');

# -- the code is bound ---------------------------------------------------------

sub code_of {
    my $j = $w->journey('auth0', until => 'code');
    return $j;
}
my $stranger = $c->register(client_name => 'A stranger');
my $j = code_of();
refused($c->redeem({%$j, client => $stranger}), 400, 'invalid_grant',
    'RFC 6749 4.1.3: not by another client');
refused($c->redeem($j, code_verifier => 'x' x 43), 400, 'invalid_grant',
    'RFC 7636 4.6: not without the verifier');
refused($c->redeem($j, redirect_uri => 'https://attacker.example/'), 400,
    'invalid_grant', 'not for another redirect URI');
$r = $c->redeem($j);
is($r->status, 200, 'once by its client');
my $once = $r->json->{access_token};
secret($once);
works($c, $once, '/auth0', 'whose token is good');
refused($c->redeem($j), 400, 'invalid_grant', 'RFC 6749 4.1.2: and not again');
agree($s, '/auth0', sub { $c->call_tool('/auth0', hello => {}, token => $once) },
    401, 'then the token that it gave is good no more');

# -- where it is good -----------------------------------------------------------

my $ours = $w->journey('broker');
dead($c, $ours->{access_token}, '/auth0', 'the broker\'s token is none here');
dead($c, $journeys{auth0}{access_token}, '/broker',
    'the provider\'s is none at the broker');
dead($c, $journeys{auth0}{access_token}, '/keycloak', 'nor at another provider\'s');
dead($c, $journeys{keycloak}{access_token}, '/other',
    'nor where it has to be for something else');
my $minted = $idp->mint(auth0 => user => 'bob', scope => 'openid',
    params => {audience => 'urn:todos-api'});
secret($minted);
dead($c, $minted, '/auth0',
    'D6: nor one that the provider gave somebody itself: nobody here can end it');
dead($c, $journeys{keycloak}{access_token}, '/second',
    'nor the one of another location, which the user was not asked about');

# What would be refused here is not handed on.
$w->fails('a token for something else', server_error =>
    'aud is not one of Audience', sub { $w->outcome('other') });

# A MAC cannot be told from its twin, and an ECDSA signature (r, s) can be made
# (r, n - s) by everybody: another text for the same token.
{
    my $j = $w->journey('supabase');
    my ($head, $body, $signature) = split /\./, $j->{access_token};
    my $n = Math::BigInt->from_hex('ffffffff00000000ffffffffffffffff'
        . 'bce6faada7179e84f3b9cac2fc632551');
    my ($first, $second) = unpack '(H64)*', decode_base64url($signature);
    my $hex = $n->bsub(Math::BigInt->from_hex($second))->to_hex;
    my $twin = join '.', $head, $body, encode_base64url(pack 'H*',
        $first . '0' x (64 - length $hex) . $hex);
    secret($twin);
    $w->works($j, 'a token that is signed with ES256');
    dead($c, $twin, '/supabase', 'its twin is none');
    is($c->revoke($j->{client}, $j->{access_token})->status, 200, 'revoked');
    agree($s, '/supabase', sub { $c->call_tool('/supabase', hello => {},
        token => $_) }, 401, 'neither is good') for $j->{access_token}, $twin;
}

# -- scopes ---------------------------------------------------------------------

{
    my $j = $w->journey('limited', scope => 'read:todos write:todos');
    like(jwt_claims($j->{access_token})->{scope}, qr/\bwrite:todos\b/,
        'the provider knows nothing of expr=, and gives what it was asked for');
    unlike($j->{tokens}{scope}, qr/write:todos/,
        'RFC 6749 5.1: the client hears what counts here');
    my $told = $w->told($j);
    like($told->{scopes}, qr/read%3Atodos/, 'what the user was granted counts');
    unlike($told->{scopes}, qr/write%3Atodos/, 'and what he may not be does not');
}

# -- refreshing -----------------------------------------------------------------

sub refresh {
    my ($j) = @_;
    my $r = $c->refresh($j);
    my $tokens = $r->status == 200 ? $r->json : {};
    $j->{$_} = $tokens->{$_} // $j->{$_} for qw(access_token refresh_token);
    return $r;
}

$j = $journeys{workos};
my %before = %$j;
$r = refresh($j);
is($r->status, 200, 'a refresh at once') or diag $r->brief;
is($j->{access_token}, $before{access_token},
    'gets the token that is good still');
$r = $c->refresh($j, scope => $j->{tokens}{scope});
is($r->status, 200, 'RFC 6749 6: with the scope that the client was told')
    or diag $r->brief;
is($r->json->{scope}, $j->{tokens}{scope}, 'which is that of the provider');
$r = $c->refresh($j, scope => 'read:todos no:such');
is($r->json->{scope}, $j->{tokens}{scope},
    'RFC 6749 3.3: the answer says so if another is asked for');
refused($c->refresh($j, scope => "a\\b"), 400, 'invalid_scope',
    'one that is none is refused');
$j->{refresh_token} = $r->json->{refresh_token};
later(61);
$r = refresh($j);
isnt($j->{access_token}, $before{access_token},
    'a minute later the provider is asked for another');
is(jwt_claims($j->{access_token})->{iss}, $idp->issuer('workos'), 'of its own');
$w->works($j, 'which works');
works($c, $before{access_token}, '/workos', 'the one of before until it ends');
is(last_of(workos => 'refresh')->{client}, 'mcp-gateway', 'asked as its client');
refused($c->refresh($j, client_id => $stranger->{client_id}), 400,
    'invalid_grant', 'RFC 6749 6: not by another client');

later(300);
refused($c->refresh({%before}), 400, 'invalid_grant',
    'RFC 9700 4.14.2: one that was turned is good no more');
agree($s, '/workos', sub { $c->call_tool('/workos', hello => {},
    token => $j->{access_token}) }, 401,
    'and ends its family, with the tokens of the provider');

# While the provider is silent the old token goes on, as long as it lasts.
$j = $journeys{keycloak};
later(61);
$idp->set(keycloak => down => {refresh => 503});
$s->log->expect(qr/MCP00157: .*503/);
is(refresh($j)->status, 200, 'the provider is down: the token goes on');
$w->works($j, 'and works');
later(3600);
for (1, 2) {
    $r = $c->refresh($j);
    refused($r, 503, 'temporarily_unavailable',
        'and when it has expired, nobody has another');
    ok($r->header('Retry-After'), 'Retry-After says when to come again');
    later(200); # longer than refresh-grace
}
$idp->set(keycloak => down => undef);
later(61);
is(refresh($j)->status, 200, 'it is up again');
$w->works($j, 'with another token');

# It says no.
$idp->disable('ada');
later(61);
$s->log->expect(qr/MCP00156/);
refused(refresh($j), 400, 'invalid_grant', 'its invalid_grant is ours');
$idp->enable('ada');

# -- revoking -------------------------------------------------------------------

for my $kind (qw(refresh_token access_token)) {
    my $j = $w->journey('okta');
    my $count = $idp->asked(okta => 'revocation');
    refused($c->revoke($stranger, $j->{$kind}), 400, 'invalid_grant',
        "RFC 7009 2.1: $kind: not by another client");
    is($c->revoke($j->{client}, $j->{$kind})->status, 200, 'by its client');
    agree($s, '/okta', sub { $c->call_tool('/okta', hello => {},
        token => $j->{access_token}) }, 401, 'ends the access token at once');
    refused($c->refresh($j), 400, 'invalid_grant', 'and the refresh token');
    cmp_ok(scalar $idp->asked(okta => 'revocation'), '>', $count,
        'and the provider is told');
}

# -- for the administrator ------------------------------------------------------

my $ctl = MCPCtl->new($s);
$j = $w->journey('okta');
$r = $ctl->run(['verify', '--resource', $w->resource('okta')],
    in => $j->{access_token});
is($r->{code}, 1, 'mcpctl verify');
like($r->{err}, qr/an identity provider issues the tokens for/,
    'says whom to ask');
my ($grant) = grep { $_->{resource} eq $w->resource('okta') }
    @{$ctl->json([qw(list grants)])->{grants} || []};
ok($grant, 'mcpctl lists the grant');
is($ctl->run([qw(revoke user), $grant ? $grant->{user} : 'none'])->{code}, 0,
    'and ends all of its user');
agree($s, '/okta', sub { $c->call_tool('/okta', hello => {},
    token => $j->{access_token}) }, 401, 'with the token of the provider');

# Long after a token of the provider has ended, and its grant.
{
    my $j = $w->journey('okta');
    is($c->revoke($j->{client}, $j->{refresh_token})->status, 200, 'revoked');
    for (3605, 3600) {
        later($_);
        is($c->call_tool('/okta', hello => {}, token => $j->{access_token})
            ->status, 401, "$_ s later it is good for nothing still");
    }
}

# -- errors of the provider -----------------------------------------------------

$v = $w->back('workos', cancel => 1);
$w->refused($w->arrive($v), $v, 'access_denied', 'the user said no there');
$w->fails('a scope that it does not know', invalid_scope => 'it says invalid_scope',
    sub {
        my $v = $w->leave('workos', scope => 'nobody:knows');
        $v->{callback} = $w->sent($v)->{redirect_uri} . '?' . MCPClient::form_encode(
            {error => 'invalid_scope', state => $w->sent($v)->{state}});
        return ($w->arrive($v), $v);
    });
$w->fails_with('workos', {down => {token => 503}}, 'it does not answer',
    temporarily_unavailable => '503');
$w->fails_with('keycloak', {id_token => {nonce => 'x' x 43}},
    'another nonce in the id_token', server_error =>
    'nonce is not the one that was sent');
$idp->set(workos => token_form => 'form');
$w->works($w->journey('workos'), 'an answer that is form-encoded');
$idp->set(workos => token_form => undef);

# Another browser cannot end what this one began, nor can the state be made up.
$v = $w->back('auth0');
shown($w->arrive($v, browser => $w->browser), 400, qr/another browser/,
    'RFC 9700 4.7: in another browser');
$w->succeeded($w->arrive($v), $v, 'which costs this one nothing');
$v = $w->back('auth0');
$w->changed($v, state => MCPClient::random_text(32));
shown($w->arrive($v), 400, qr/start again/i, 'a state that nobody has seen');

undef $s;
done;
