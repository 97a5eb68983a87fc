# Licensed under the Apache License, Version 2.0; see LICENSE.
# The authorization endpoint: what is asked of it, and the errors of that.
use strict;
use warnings;
use MCPTest;
use MCPExpect;

my $c = client();
my $issuer = $c->{url};
my $mcp = $c->resource('/mcp');
my $back = 'http://127.0.0.1:33418/callback';
my $client = $c->register;

# An authorization request that is good but for what is given.
sub ask {
    my (%parameters) = @_;
    my $of = delete $parameters{client} || $client;
    my $request = $c->authorization_request(client => $of, resource => $mcp,
        state => 'the-state', parameters => \%parameters);
    return $c->fresh->get($request->{url});
}

# The same with a query that no hash can hold: what is added to it.
sub ask_more {
    my ($more, %parameters) = @_;
    my $request = $c->authorization_request(client => $client,
        resource => $mcp, state => 'the-state', parameters => \%parameters);
    return $c->fresh->get("$request->{url}&$more");
}

sub asks_to_sign_in {
    my ($r, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return shown($r, 200, qr/type="password"/, $name);
}

# -- errors that the client hears of (RFC 6749 4.1.2.1, RFC 9207) ------------

my $challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
for (
    ['invalid_request', 'no response_type', response_type => undef],
    ['invalid_request', 'an empty response_type', response_type => ''],
    ['unsupported_response_type', 'token', response_type => 'token'],
    ['unsupported_response_type', 'id_token', response_type => 'code id_token'],
    ['unsupported_response_type', 'CODE', response_type => 'CODE'],
    ['invalid_request', 'response_mode fragment', response_mode => 'fragment'],
    ['invalid_request', 'form_post', response_mode => 'form_post'],
    ['invalid_request', 'no code_challenge', code_challenge => undef],
    ['invalid_request', 'no code_challenge_method, which means plain',
        code_challenge_method => undef],
    ['invalid_request', 'plain', code_challenge_method => 'plain'],
    ['invalid_request', 's256', code_challenge_method => 's256'],
    ['invalid_request', 'neither challenge nor method',
        code_challenge => undef, code_challenge_method => undef],
    ['invalid_request', 'a challenge of 42 characters',
        code_challenge => substr $challenge, 1],
    ['invalid_request', 'a challenge of 129 characters',
        code_challenge => 'x' x 129],
    ['invalid_request', 'a padded challenge', code_challenge => "$challenge="],
    ['invalid_request', 'a challenge in base64, not base64url',
        code_challenge => 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM'],
    ['invalid_target', 'no resource where there are several',
        resource => undef],
    ['invalid_target', 'a foreign resource',
        resource => 'https://api.example.com/'],
    ['invalid_target', 'a location that asks for no login',
        resource => "$issuer/open"],
    ['invalid_target', 'the issuer, which is no resource', resource => $issuer],
    ['invalid_target', 'a path below a resource', resource => "$mcp/x"],
    ['invalid_target', 'a resource with a fragment', resource => "$mcp#x"],
    ['invalid_target', 'a relative resource', resource => '/mcp'],
    ['invalid_scope', 'scopes that nobody knows', scope => 'nope other'],
    ['invalid_scope', 'a malformed scope', scope => 'notes:read "x"'],
    ['login_required', 'prompt=none', prompt => 'none'],
    ['login_required', 'none among others', prompt => 'consent none'],
    ['request_not_supported', 'a request object', request => 'eyJ.e30.'],
    ['request_uri_not_supported', 'a request_uri',
        request_uri => 'https://a.example/r'],
) {
    my ($error, $name, @parameters) = @$_;
    sent_back(ask(@parameters), $back, {error => $error, iss => $issuer,
        state => 'the-state', code => undef, error_description => qr/\w/},
        "RFC 6749 4.1.2.1: $error for $name");
}
for (
    ['scope', 'scope=notes:read&scope=notes:write'],
    ['response_type', 'response_type=code'],
    ['code_challenge', "code_challenge=$challenge"],
    ['prompt', 'prompt=consent&prompt=none'],
    ['an extension', 'x=1&x=2'],
) {
    sent_back(ask_more($_->[1]), $back, {error => 'invalid_request',
        iss => $issuer, state => 'the-state', code => undef},
        "RFC 6749 3.1: $_->[0] may be there once only");
}
sent_back(ask_more('state=other'), $back, {error => 'invalid_request',
    iss => $issuer, state => undef, code => undef},
    'RFC 6749 3.1: and with two states none comes back');
sent_back(ask_more('resource=' . MCPClient::escape("$issuer/notes")), $back,
    {error => 'invalid_target', state => 'the-state'},
    'RFC 8707 2: a token is for one resource only');

# -- errors that people see: there is no place to send them to ---------------

my $three = $c->register(redirect_uris => [
    'https://app.example/cb', 'https://app.example/cb?tenant=1',
    'cursor://anysphere.cursor-mcp/oauth/callback']);
my $id = $client->{client_id};
(my $tampered = $id) =~ s/(.)$/$1 eq 'A' ? 'B' : 'A'/e;
(my $tampered_early = $id) =~ s/(.{20})(.)/$1 . ($2 eq 'A' ? 'B' : 'A')/e;
for (
    ['no client_id', client_id => undef],
    ['an empty client_id', client_id => ''],
    ['an unknown client_id', client_id => 'unknown'],
    ['a client_id of another server', client_id => 'c1-1.' . 'A' x 200],
    ['a client_id that was changed', client_id => $tampered],
    ['a client_id that was changed inside', client_id => $tampered_early],
    ['half a client_id', client_id => substr $id, 0, 60],
    ['a client_id and something behind it', client_id => "${id}x"],
    ['a client_id with another key', client_id => $id =~ s/^c1-\d+/c1-99/r],
    ['an http URL as client_id', client_id => 'http://app.example/client'],
    ['an https URL without a path', client_id => 'https://app.example'],
    ['an https URL with a fragment', client_id => 'https://app.example/c#x'],
    ['one with user information', client_id => 'https://x@app.example/c'],
    ['a client_id that is long', client_id => 'c1-1.' . 'A' x 4000],
    ['another redirect_uri', redirect_uri => 'https://evil.example/cb'],
    ['another path', redirect_uri => "$back/x"],
    ['another case', redirect_uri => 'http://127.0.0.1:33418/Callback'],
    ['a query more', redirect_uri => "$back?x=1"],
    ['a fragment', redirect_uri => "$back#x"],
    ['user information', redirect_uri => 'http://x@127.0.0.1:33418/callback'],
    ['another loopback host', redirect_uri => 'http://localhost:33418/callback'],
    ['https in place of http', redirect_uri => 'https://127.0.0.1:33418/callback'],
    ['dot segments', redirect_uri => 'http://127.0.0.1:33418/x/../callback'],
    ['an encoded path', redirect_uri => 'http://127.0.0.1:33418/%63allback'],
    ['javascript', redirect_uri => 'javascript:alert(1)'],
    ['no redirect_uri where three are registered', client => $three,
        redirect_uri => undef],
    ['a port at https', client => $three,
        redirect_uri => 'https://app.example:8443/cb'],
    ['the default port at https', client => $three,
        redirect_uri => 'https://app.example:443/cb'],
    ['a slash behind it', client => $three,
        redirect_uri => 'https://app.example/cb/'],
    ['another host of the custom scheme', client => $three,
        redirect_uri => 'cursor://evil/oauth/callback'],
) {
    my ($name, @parameters) = @$_;
    shown(ask(@parameters), 400, qr/./, "RFC 6749 4.1.2.1: never redirect "
        . "for $name");
}
shown(ask_more($_), 400, qr/./, "RFC 6749 3.1: $_ is one too many")
    for "client_id=$three->{client_id}", "client_id=$id",
        'redirect_uri=https://evil.example/cb';
for (['NUL', 'state=%00'], ['NUL in a name', 'a%00b=1'],
    ['no UTF-8', 'x=%ff'], ['half a percent-encoding', 'x=%4'],
    ['no percent-encoding', 'x=%zz'], ['100 parameters',
        join '&', map { "p$_=1" } 1 .. 100]) {
    my $r = ask_more($_->[1]);
    ok($r->status == 400 || $r->status == 303
        && location_of($r) =~ /error=invalid_request/,
        "RFC 6749 4.1.2.1: $_->[0] is malformed") or diag $r->brief;
}

my $unknown = ask(client_id => $tampered);
like($unknown->header('Link'), qr{<\Q$issuer\E/oauth/register>;\s*rel="[^"]+#registration"},
    'a machine finds the way to register again');
like($unknown->body, qr/register again/i, 'and people too');
unlike($unknown->body, qr/\Q$tampered\E/, 'the page does not repeat it');

# -- what goes on ------------------------------------------------------------

my $before = last_write();
for (
    ['a plain request'],
    ['response_mode=query', response_mode => 'query'],
    ['no state', state => undef],
    ['prompt=consent', prompt => 'consent'],
    ['prompt=login', prompt => 'login'],
    ['parameters that nobody knows', nonce => 'x', claims => '{}', vendor => 1],
    ['a scope that is known beside one that is not',
        scope => 'openid notes:read'],
    ['an empty scope', scope => ''],
    ['offline_access alone', scope => 'offline_access'],
    ['a challenge of 128 characters', code_challenge => 'x' x 128],
    ['no redirect_uri where one is registered', redirect_uri => undef],
) {
    my ($name, @parameters) = @$_;
    my $r = ask(@parameters);
    asks_to_sign_in($r, "RFC 6749 3.1: $name is good");
    is($r->header('Set-Cookie'), undef, 'no cookie before somebody signs in');
}
for my $port ('', ':1', ':3118', ':65535') {
    asks_to_sign_in(ask(redirect_uri => "http://127.0.0.1$port/callback"),
        "RFC 8252 7.3: a loopback address with any port: '$port'");
}
my $portless = $c->register(redirect_uris => ['http://localhost/callback',
    'http://[::1]/cb']);
asks_to_sign_in(ask(client => $portless, redirect_uri => $_),
    "RFC 8252 7.3: also where none is registered: $_")
    for 'http://localhost:3118/callback', 'http://localhost/callback',
        'http://[::1]:9/cb';
asks_to_sign_in(ask_more('resource=' . MCPClient::escape($mcp)),
    'RFC 8707 2: the same resource twice is one');
asks_to_sign_in(ask_more('Scope=a&STATE=b'),
    'RFC 6749 1.8: names differ by case; those not known are ignored');
is($c->request(HEAD => $c->authorization_request(client => $client,
    resource => $mcp)->{url})->status, 200, 'HEAD is GET');
is_deeply(last_write(), $before,
    'a request that nobody signed in for leaves nothing behind');
my $root = $c->register_response(redirect_uris => ['http://localhost/']);
is($root->status, 201, 'a redirect_uri that is a host alone');

# -- the answer --------------------------------------------------------------

for my $state ('a b+c', '/+=&%?#', q{"'<>\\^`{|}}, 'xyz==', "\x{2603}",
    "\x{1f600}", 'a=1&code=evil&iss=https://evil.example', '%41%00', '..', '0',
    'x' x 2000) {
    my $j = $c->journey(client => $client, state => $state);
    my $said = MCPClient::unescape($j->{location} =~ /[?&]state=([^&]*)/);
    utf8::decode($said);
    is($said, $state, 'RFC 6749 4.1.2: state comes back as it was: '
        . json_encode(substr $state, 0, 20));
    is(() = $j->{location} =~ /[?&](?:code|iss)=/g, 2, 'beside code and iss');
}
my $stateless = $c->journey(client => $client, parameters => {state => undef});
ok(!exists $stateless->{returned}{state}, 'RFC 6749 4.1.2: no state, none back');
is($stateless->{returned}{iss}, $issuer, 'RFC 9207 2: iss');
like($stateless->{code}, qr/\A[A-Za-z0-9._~-]{32,}\z/,
    'RFC 6749 10.10: a code that nobody guesses');

my $tenant = $c->journey(client => $three, until => 'code',
    redirect_uri => 'https://app.example/cb?tenant=1');
like($tenant->{location}, qr{^https://app\.example/cb\?tenant=1&code=[^?]+$},
    'RFC 6749 3.1.2: the query of a redirect_uri is kept');
sent_back(ask(client => $three, prompt => 'none',
    redirect_uri => 'https://app.example/cb?tenant=1'),
    'https://app.example/cb?tenant=1&', {error => 'login_required',
        tenant => 1}, 'RFC 6749 4.1.2.1: with errors too');
sent_back(ask(client => $three, prompt => 'none',
    redirect_uri => 'cursor://anysphere.cursor-mcp/oauth/callback'),
    'cursor://anysphere.cursor-mcp/oauth/callback?',
    {error => 'login_required'}, 'RFC 8252 7.1: to a custom scheme too');
done();
