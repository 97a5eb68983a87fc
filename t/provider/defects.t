# Licensed under the Apache License, Version 2.0; see LICENSE.
# What was wrong with the identity providers behind TinyMCP, the "MCP OAuth
# Server" in Go and the remote MCP server on Cloudflare, which this module
# replaces: one test for each. t/oauth/defects_*.t have the rest.
use strict;
use warnings;
use utf8;
use Encode qw(encode_utf8);
use MCPTest;
use MCPExpect;
use MCPSignIn;

my $api = 'Audience https://api.example.com';
my $idp = MCPIdP->new(faketime => 1);
my $secret = $idp->net->secret_file(gateway => $idp->secret_of('mcp-gateway'));
$idp->unplug($_) for $idp->profiles;
my $w = MCPSignIn->new(idp => $idp, faketime => 1, tls => 0,
    config => $MCPSignIn::ONE_CHILD, at => {
        auth0 => ['auth0', $api, "Client mcp-gateway file:$secret"],
        map({ ($_ => [$_]) } qw(clerk entra keycloak oidc workos github))});
my ($s, $c) = @$w{qw(s c)};
my $issuer = $s->issuer;

# Ours and theirs.
sub set_clock {
    my ($seconds) = @_;
    $idp->set_clock($seconds);
    $s->set_clock($seconds);
}

# TinyMCP: discovery was fetched at the start, so a provider that was down, or
# a wrong domain, kept the server from starting.
is($c->get('/.well-known/oauth-authorization-server')->status, 200,
    'the server starts while no provider can be reached');
$idp->plug($_) for $idp->profiles;

# Cloudflare: the discovery document was fetched for every request.
my $browser = $w->browser;
for (1 .. 5) {
    my ($r, $v) = $w->outcome('auth0', browser => $browser);
    $w->succeeded($r, $v, "sign-in $_");
}
is($idp->asked(auth0 => $_), 1, "in five sign-ins $_ is fetched once")
    for qw(discovery keys);

# TinyMCP: Auth0 was asked for openid alone: no name, no address, no refresh
# token, and a sign-in at each expiry.
my ($asked) = $idp->asked(auth0 => 'authorization');
is($asked->{query}{scope}, 'openid profile email offline_access',
    'Auth0 is asked for what makes a user known and a grant last');
my $j = $w->journey('auth0', browser => $browser);
my $told = $w->told($j);
is("$told->{name} $told->{email}", 'Ada%20Lovelace ada%40example.com',
    'a backend knows name and address');
set_clock(3700);
dead($c, $j->{access_token}, '/auth0', 'an hour later the token is over');
my $r = $c->refresh($j);
is($r->status, 200, 'and refreshed, with nobody there');
@$j{qw(access_token refresh_token)} =
    @{$r->json}{qw(access_token refresh_token)};
$w->works($j, 'which works');
is($idp->asked(auth0 => 'refresh'), 1, 'Auth0 was asked whether that is right');
set_clock(0);

# TinyMCP: a "Deny" was remembered for a year.
for (1, 2) {
    my $v = $w->ask('auth0', browser => $browser);
    $w->refused($w->press($v, 'deny'), $v, access_denied =>
        "a denial counts once: $_");
}
($r, my $v) = $w->outcome('auth0', browser => $browser);
$w->succeeded($r, $v, 'and the same browser can agree afterwards');

# All three: who cancelled at the provider saw a page, or a crash, and the
# client waited for ever.
for my $at (qw(auth0 clerk github)) {
    $w->fails("$at: who cancels there tells the client", access_denied =>
        'says access_denied', sub { $w->outcome($at, cancel => 1) });
}

# TinyMCP: resource was always passed on, which Entra refuses.
($r, $v) = $w->outcome('entra');
$w->succeeded($r, $v, 'Entra, which takes no resource');
$w->works($w->tokens($v), 'and is signed in at all the same');
is($w->sent($w->leave('workos'))->{resource}, $w->resource('workos'),
    'WorkOS, which wants it, gets it');

# TinyMCP: with opaque tokens the id_token was the token, and a request failed
# as soon as that had expired.
$idp->set(clerk => seconds => {id_token => 120});
my $clerk = $w->journey('clerk');
$idp->set(clerk => token_answer => {id_token => undef});
set_clock(1800);
$w->works($clerk, 'a short-lived id_token is no reason to end before');
$r = $c->refresh($clerk);
is($r->status, 200, 'nor to refuse a refresh, which need not give another');
$clerk->{access_token} = $r->json->{access_token};
is($w->told($clerk)->{name}, 'Ada%20Lovelace', 'and the user is still known');
set_clock(0);
$idp->reset('clerk');

# TinyMCP: all keys came from the client secret. Another secret ended all
# sessions and orphaned what was stored.
my $kept = $w->journey('auth0');
$idp->net->secret_file(gateway => 'another-secret-of-the-client');
$s->restart;
$w->works($kept, 'another client secret ends no token');
my $line = qr/MCP00157: .*The secret of Client is wrong or has expired/;
$s->log->expect($line);
set_clock(61);
$r = $c->refresh($kept);
is($r->status, 200, 'nor a grant, while it is wrong');
is($s->logged($line), 1, 'which the log says');
$idp->net->secret_file(gateway => $idp->secret_of('mcp-gateway'));
$s->restart;
set_clock(150);
$kept->{refresh_token} = $r->json->{refresh_token};
$r = $c->refresh($kept);
is($r->status, 200, 'when it is right again all goes on');
$kept->{access_token} = $r->json->{access_token};
is($w->told($kept)->{name}, 'Ada%20Lovelace', 'with what was stored');
set_clock(0);

# TinyMCP: with Clerk no audience was checked, so a token for another
# application of the same provider was as good; and there was one provider at a
# time.
$w->fails_with('clerk', {id_token => {aud => 'another-application'}},
    'what Clerk gave to another application', server_error =>
    'aud does not have our client_id');
my $other = $w->journey('keycloak');
dead($c, $other->{access_token}, '/clerk',
    'a token for one location is none for another');

# Go: the state sent to the provider was "client|redirect|state|..." in base64:
# anybody could write one, no browser was bound to it, and a | broke it. There
# was no nonce and no PKCE.
my $state = 'a|b|c';
$v = $w->ask('oidc', state => $state);
$w->approve($v);
my $sent = $w->sent($v);
unlike(MIME::Base64::decode_base64url($sent->{state}),
    qr/127\.0\.0\.1|callback|a\|b/, 'a state says nothing');
$w->sign_in($v);
my $request = $v->{request}{parameters};
my $forged = MIME::Base64::encode_base64url(join '|', $request->{client_id},
    $request->{redirect_uri}, $state, $request->{code_challenge}, 'S256');
shown($v->{browser}->get($v->{callback} =~ s/state=[^&]+/state=$forged/r), 400,
    qr/not known here/, 'and nobody can write one');
shown($w->arrive($v, browser => $w->browser), 400, qr/another browser/,
    'nor use it in another browser');
$w->succeeded($w->arrive($v), $v, 'the client gets back its own, with |');
ok($sent->{$_}, "the provider is sent a $_") for qw(nonce code_challenge);

# Go: a provider's token of fewer than 8 characters, or an empty one, crashed
# the process; so did two sign-ins at once.
my $pid = join ' ', $s->children;
$idp->set(oidc => token_answer => {access_token => 'x'},
    id_token => {at_hash => undef});
($r, $v) = $w->outcome('oidc');
$w->succeeded($r, $v, 'an access token of one character');
$idp->reset('oidc');
$w->fails_with('oidc', {token_answer => {access_token => ''}},
    'an access token of none', server_error => 'access_token is missing');
my @all = map { $w->back('keycloak') } 1 .. 8;
is_deeply([at_once(8, sub {
    $w->arrive($all[$_ - 1])->header('Location') =~ /[?&]code=/ ? 1 : 0 })],
    [(1) x 8], 'eight sign-ins at once');
is(join(' ', $s->children), $pid, 'and the process lives');

# Go: what the provider gave was thrown away: a user who was locked out there
# went on here.
my $bob = $w->journey('oidc', user => 'bob');
set_clock(61);
$idp->disable('bob');
refused($c->refresh($bob), 400, invalid_grant =>
    'a user who is locked out there gets no more tokens here');
dead($c, $bob->{access_token}, '/oidc', 'and those that there are end');
$idp->enable('bob');
set_clock(0);

# Go: "works with any OIDC provider" meant that nobody looked at an id_token.
$w->fails_with('oidc', {id_token_key => 'stranger'},
    'an id_token by somebody else', server_error => 'the signature is wrong');

# Cloudflare: the form carried the verifier and the nonce of the sign-in there,
# in base64, and failed on what is not Latin-1.
$v = $w->ask('oidc', client => $c->register(client_name => 'Клиент 名前 ☃'),
    state => encode_utf8('状態 ☃'));
like($v->{page}->body, qr/\Q${\encode_utf8('Клиент 名前 ☃')}/,
    'a name in any language');
$w->approve($v);
$w->sign_in($v);
$w->succeeded($w->arrive($v), $v, 'a state, too');
my ($redeemed) = ($idp->asked(oidc => 'token'))[-1];
my $verifier = $redeemed->{form}{code_verifier};
my $nonce = $w->sent($v)->{nonce};
ok($verifier && $nonce, '(there are a verifier and a nonce)');
secret($verifier);
my @seen = ($v->{page}->body, $v->{callback}, map({ $_->{value} }
    values %{$v->{browser}{jar}}), MCPClient::form_encode($w->sent($v)));
is(scalar(grep { index($_, $verifier) >= 0 } @seen, map {
    MIME::Base64::decode_base64url($_) } @seen), 0,
    'RFC 7636 7.1: no browser ever has the verifier');

# Cloudflare: one cookie for one sign-in: of two at once in a browser the first
# failed.
my $tabs = $w->browser;
my @tabs = map { $w->leave('keycloak', browser => $tabs, state => "tab $_") }
    1 .. 3;
$w->sign_in($_) for reverse @tabs;
$w->succeeded($w->arrive($tabs[$_]), $tabs[$_],
    'three sign-ins at once in one browser, in any order') for 1, 0, 2;

# Cloudflare: a sub with a ":" made every token unreadable, and all showed it.
my $colon = $w->journey('keycloak', user => 'bob');
like($idp->subject(keycloak => 'bob'), qr/^f:[^:]+:bob$/, '(a sub with ":")');
$w->works($colon, 'a user may be called f:...:bob');
is($c->refresh($colon)->status, 200, 'also in a refresh');
unlike($colon->{refresh_token}, qr/bob/, 'whose token does not show it');

# Cloudflare: granted was what the client asked for, whatever Auth0 granted.
$r = $w->journey('auth0', scope => 'read:billing');
is($r->{tokens}{scope} // '', '', 'scopes that nobody offers are not granted');
($asked) = ($idp->asked(auth0 => 'authorization'))[-1];
is($asked->{query}{scope}, 'openid profile email offline_access',
    'and not asked for there');

# Cloudflare: URLs were made from whatever Host said.
$v = $w->ask('auth0', headers => {Host => 'attacker.example',
    'X-Forwarded-Host' => 'attacker.example', 'X-Forwarded-Proto' => 'http'});
unlike($v->{page}->body, qr/attacker/, 'the page leads nowhere else');
$w->approve($v);
is(index($w->sent($v)->{redirect_uri}, "$issuer/oauth/callback"), 0,
    'and the redirect URI at the provider is configured, not asked for');
$w->no_leaks;
$w->stop;
done();
