#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# RFC 6750 3.1: what is not good at a resource server, and what the log has of
# it; providers that are down, and that have other keys; opaque tokens; several
# providers in one location, and other modes beside it.
use strict;
use warnings;
use MCPTest;
use Digest::SHA qw(hmac_sha256);
use MCPBackend;
use MCPClient;
use MCPExpect;
use MCPIdP;
use MCPServer;

my $idp = MCPIdP->new(faketime => 1);
my $backend = MCPBackend->new;
my $api = 'https://api.example.com';
my %audience = (auth0 => $api, keycloak => 'mcp-api',
    supabase => 'authenticated');

sub provider {
    my ($name, @lines) = @_;
    return join "\n    ", "<MCPIdentityProvider $name "
        . $idp->profile($name)->{argument} . '>', @lines,
        '</MCPIdentityProvider>';
}

sub location {
    my ($name, @inside) = @_;
    my $port = $backend->port;
    return join "\n", qq{<Location "/$name">}, 'AuthType mcp',
        'Require valid-user', 'MCPPass subject issuer',
        qq{ProxyPass "http://127.0.0.1:$port/$name"}, @inside, "</Location>\n";
}

sub resource_server {
    my ($name, @inside) = @_;
    return location($name, 'MCPAuthMode resource-server', @inside);
}

# One child, so that what is fetched and asked is so once.
my $one_child = <<'END';
<IfModule mpm_prefork_module>
    StartServers         1
    MinSpareServers      1
    MaxSpareServers      1
    MaxRequestWorkers    1
</IfModule>
<IfModule !mpm_prefork_module>
    StartServers         1
    ServerLimit          1
    ThreadsPerChild      8
    MinSpareThreads      1
    MaxSpareThreads      8
    MaxRequestWorkers    8
</IfModule>
END

my $s = MCPServer->new(site => 0, tls => 1, faketime => 1, config => join "\n",
    $idp->config('timeout=3s connect-timeout=2s'), $one_child,
    'MCPStateDirectory "${ROOT}/state/mcp-oauth"', 'LogLevel mcp_oauth:info',
    resource_server('auth0', provider(auth0 => "Audience $api")),
    resource_server('keycloak', provider(keycloak => 'Audience mcp-api')),
    resource_server('supabase', provider('supabase')),
    resource_server('opaque', $idp->section(oidc => 'Verify introspection',
        'Audience mcp-post')),
    resource_server('user', $idp->section(github => 'Verify userinfo')),
    resource_server('two', provider(keycloak => 'Audience mcp-api'),
        $idp->section(oidc => 'Verify introspection', 'Audience mcp-post')),
    location('broker', $idp->section('workos')));
$s->log->expect(qr/MCP0078[45]/);
$s->start;
my $c = $s->client;
$idp->callback($s->issuer . '/oauth/callback');

my $later = 0;
sub wait_for { # seconds
    $later += shift;
    $idp->set_clock($later);
    $s->set_clock($later);
}

sub ask {
    my ($at, $token) = @_;
    secret($token);
    return $c->get("/$at", headers => {Authorization => "Bearer $token"});
}

# The lines that the log gets while code runs, but those of renewals.
sub said {
    my $code = shift;
    my $log = $s->root . '/logs/error_log';
    my $from = -s $log;
    $code->();
    open my $in, '<:raw', $log or die "$log: $!";
    seek $in, $from, 0;
    return grep { /MCP0(?!0150|0601)/ } <$in>;
}

sub taken {
    my ($at, $token, $name) = @_;
    my $r = ask($at, $token);
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return is($r->status, 200, $name) || diag $r->brief;
}

# 401, and one line that says why.
sub turned_away {
    my ($at, $token, $pattern, $name) = @_;
    my $r;
    my @said = said(sub { $r = ask($at, $token) });
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is($r->status, 401, $name) or diag $r->brief;
    like($r->header('WWW-Authenticate'),
        qr/^Bearer (?=.*error="invalid_token").*resource_metadata="/,
        "$name: the challenge");
    my @lines = grep { m{MCP0045[12]: /$at: 401 invalid_token: .*$pattern} }
        @said;
    ok(@lines == 1 && @said == 1, "$name: the log says why")
        or diag "$pattern was not in\n", @said;
}

# 503, and when to come back: nothing is known of the token.
sub put_off {
    my ($at, $token, $pattern, $name) = @_;
    my $r;
    my $line = qr{MCP00450: /$at: .*$pattern};
    $s->log->expect($line);
    my @said = said(sub { $r = ask($at, $token) });
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is($r->status, 503, $name) or diag $r->brief;
    like($r->header('Retry-After'), qr/^[1-9][0-9]*$/, "$name: for how long");
    is($r->header('WWW-Authenticate'), undef, "$name: no new token is asked "
        . 'for');
    is(scalar(grep { $_ =~ $line } @said), 1, "$name: the log says why")
        or diag "$pattern was not in\n", @said;
}

sub mint {
    my ($name, %o) = @_;
    return $idp->mint($name, user => 'ada', scope => 'openid', params =>
        $name eq 'auth0' ? {audience => $api} : {}, %o);
}

# -- tokens that are wrong ---------------------------------------------------

# One of a provider with other claims and another header; undef: without.
sub made {
    my ($name, $claims, $header) = @_;
    my $token = mint($name);
    my %all = (%{jwt_claims($token)}, %{$claims || {}});
    delete @all{grep { !defined $all{$_} } keys %all};
    return $idp->sign($name, \%all,
        {typ => jwt_header($token)->{typ}, %{$header || {}}});
}

sub part { return encode_base64url(json_encode($_[0])) }

# By nobody's key.
sub forged {
    my ($token, $header, $signature) = @_;
    my $text = part({%{jwt_header($token)}, %$header}) . '.'
        . (split /\./, $token)[1];
    return "$text." . encode_base64url(ref $signature ? $signature->($text)
        : $signature);
}

for my $name (sort keys %audience) {
    my $audience = $audience{$name};
    my $issuer = $idp->issuer($name);
    my $now = time;
    my ($key) = grep { ($_->{use} // 'sig') eq 'sig' }
        @{$idp->key_set($name)->{keys}};
    taken($name, made($name), "$name: as it makes them");
    for (
        ['another aud', {aud => 'https://other.example'},
            'aud is not one of Audience: it is '],
        ['an aud that begins like ours', {aud => "$audience.evil.example"},
            'aud is not one of Audience'],
        ['no aud, given to somebody', {aud => undef},
            'aud is not one of Audience: there is none'],
        ['an aud in an array in an array', {aud => [[$audience]]},
            'aud is not one of Audience'],
        ['another tenant', {iss => 'https://tenant.example/'},
            'iss is "https://tenant\.example/", expected is "'],
        ['another last slash', {iss => $issuer =~ m{/$}
            ? $issuer =~ s{/$}{}r : "$issuer/"}, 'iss is "'],
        ['no iss', {iss => undef}, 'iss is missing'],
        ['expired', {exp => $now - 61}, 'exp: it expired 6\d s ago'],
        ['exp a string', {exp => '' . ($now + 300)}, 'exp is no time'],
        ['exp in milliseconds', {exp => 1000 * ($now + 300)},
            'exp is no time'],
        ['no exp', {exp => undef}, 'exp is missing'],
        ['to come', {nbf => $now + 120}, 'nbf lies 1\d\d s ahead'],
        ['made tomorrow', {iat => $now + 86400}, 'iat lies \d+ s ahead'],
        ['nobody', {sub => undef}, 'it does not say whose it is'],
        ['an empty sub', {sub => ''}, 'it does not say whose it is'],
        ['an id_token', {at_hash => 'x', nonce => 'n'}, 'it has at_hash'],
        ['a refresh token', {typ => 'Refresh'}, 'typ is "Refresh"'],
        ['an id_token of Cognito', {token_use => 'id'}, 'token_use is "id"'],
        ['a logout token', {events => {}}, 'it has events'],
        ['bound to a key that nobody shows', {cnf => {jkt => 'x' x 42 . 'A'}},
            'it is bound to a key'],
        ['bound to what nobody knows', {cnf => {kid => 'x'}},
            'it is bound \(cnf\) neither'],
    ) {
        my ($what, $claims, $why) = @$_;
        turned_away($name, made($name, $claims), $why, "$name: $what");
    }
    for (
        ['typ of a logout token', {typ => 'logout+jwt'}, 'its typ "logout'],
        ['typ of a DPoP proof', {typ => 'dpop+jwt'}, 'its typ "dpop'],
        ['another kid', {kid => 'nobody'}, 'has no key named nobody'],
        ['a kid that is a path', {kid => '../../../dev/null'},
            'has no key named '],
    ) {
        my ($what, $header, $why) = @$_;
        turned_away($name, made($name, {}, $header), $why, "$name: $what");
    }
    my $good = made($name);
    my ($h, $p, $signature) = split /\./, $good;
    my $jwk = json_encode($key);
    for (
        ['none', forged($good, {alg => 'none'}, 'x'), 'alg is none'],
        ['no signature', "$h.$p.", 'the signature is not base64url'],
        ['HS256 by the public key', forged($good, {alg => 'HS256'},
            sub { hmac_sha256($_[0], $jwk) }), 'its alg "HS256" is not on'],
        ['HS256 by nothing', forged($good, {alg => 'HS256'},
            sub { hmac_sha256($_[0], '') }), 'its alg "HS256" is not on'],
        ['a signature of zeros', forged($good, {}, "\0" x length
            decode_base64url($signature)), 'the signature is wrong'],
        ['crit', forged($good, {crit => ['exp']}, 'x'), 'it has crit'],
        ['b64', forged($good, {b64 => JSON::PP::false}, 'x'), 'it has b64'],
        ['a key of its own', forged($good, {jwk => {kty => 'oct', k => 'AA'}},
            'x' x 256), 'the signature is wrong'],
        ['the signature of another one', join('.', $h, part({%{jwt_claims(
            $good)}, sub => 'eve'}), $signature), 'the signature is wrong'],
        ['padding', "$good==", 'the signature is not base64url'],
        ['four parts', "$good.x", 'it is opaque'],
        ['the JSON serialization', json_encode({protected => $h,
            payload => $p, signature => $signature}), 'it is opaque'],
        ['a word', 'letmein-letmein', 'it is opaque'],
        ['something long', join('.', $h, 'A' x 7000, $signature), 'not JSON'],
    ) {
        my ($what, $token, $why) = @$_;
        turned_away($name, $token, $why, "$name: $what");
    }
}
turned_away('supabase', join('.', part({alg => 'HS256', typ => 'JWT'}),
    part({iss => 'supabase', ref => 'abcdefghijklmnop', role => 'anon'}),
    encode_base64url('x' x 32)), 'its alg "HS256" is not on the list',
    "Supabase's anon key, which everybody has");
turned_away('auth0', $idp->tokens('auth0', user => 'ada', scope => 'openid')
    ->{access_token}, 'it is opaque: no JWT.*Auth0 gives opaque access tokens '
    . 'to those who ask for no API\. Write "Audience IDENTIFIER"',
    'auth0: without audience it is opaque, and the log has the cure');
taken('auth0', $idp->tokens('auth0', user => 'ada', scope => 'openid',
    audience => $api)->{access_token}, 'auth0: with audience it is not');
is($c->get('/auth0', headers => {Authorization => 'Basic eDp5'})->status, 401,
    'another scheme is no token');

# -- keys --------------------------------------------------------------------

my $old = mint('keycloak');
wait_for(61);
$idp->rotate('keycloak', keep => 1);
taken('keycloak', mint('keycloak'), 'a key is added: what it signs is good');
taken('keycloak', $old, 'what the one before has signed too');
wait_for(61);
$idp->rotate('keycloak');
my $new = mint('keycloak');
taken('keycloak', $new, 'a key takes the place of another');
my $asked = $idp->asked(keycloak => 'keys');
turned_away('keycloak', made('keycloak', {}, {kid => "x$_"}),
    "has no key named x$_", "a key that there is not, $_") for 1 .. 3;
is($idp->asked(keycloak => 'keys') - $asked, 0,
    'keys are not fetched as often as somebody names another one');

# -- an outage ---------------------------------------------------------------

$idp->set(keycloak => down => {discovery => 'close', keys => 'close'});
require_log(qr/MCP00601: .* was not fetched anew: .* serves for a day at most/);
taken('keycloak', mint('keycloak', seconds => 300),
    'it is down: its keys are known');
wait_for(61);
put_off('keycloak', made('keycloak', {}, {kid => 'next'}),
    'its keys at https://\S+ do not have the one that is named, and cannot be '
    . 'fetched anew', 'a key that nobody can ask for now');
wait_for(7200);
taken('keycloak', mint('keycloak'), 'keys of two hours ago are good');
turned_away('keycloak', made('keycloak', {aud => 'x'}),
    'aud is not one of Audience', 'by which some are refused');
wait_for(2 * 86400);
put_off('keycloak', mint('keycloak'), 'cannot be fetched at the moment',
    'keys of two days ago are not');
put_off('two', mint('keycloak'), 'cannot be fetched at the moment',
    'nor for another location');
$idp->set(keycloak => down => undef);
wait_for(61);
taken('keycloak', mint('keycloak'), 'it is up again: without a restart');

# -- opaque tokens, RFC 7662 -------------------------------------------------

sub asked_about { return scalar $idp->asked(oidc => 'introspection') }

my $opaque = $idp->tokens('oidc', user => 'bob', scope => 'openid')
    ->{access_token};
taken('opaque', $opaque, 'an opaque token: its provider knows it');
my $before = asked_about();
taken('opaque', $opaque, 'the same again') for 1 .. 3;
is(asked_about(), $before, 'MCPLifetime introspection: asked once');
wait_for(61);
taken('opaque', $opaque, 'a minute later');
is(asked_about(), $before + 1, 'it is asked again');
is($idp->as_client(oidc => revocation => {token => $opaque})->status, 200,
    'RFC 7009: it is revoked there');
wait_for(61);
my $inactive = 'its introspection endpoint says that the access token is not '
    . 'active';
turned_away('opaque', $opaque, $inactive, 'a minute later that is known');
$before = asked_about();
turned_away('opaque', $opaque, 'it was refused a moment ago',
    'and the same again');
is(asked_about(), $before, 'it is not asked about that for a while');
wait_for(31);
turned_away('opaque', $opaque, $inactive, 'half a minute later');
is(asked_about(), $before + 1, 'it is');
turned_away('opaque', 'a-token-of-nobody', $inactive, 'nobody\'s token');
turned_away('opaque', $idp->tokens('oidc', user => 'ada', scope => 'openid',
    client => 'mcp-public')->{access_token},
    'aud is not one of Audience: there is none', 'one of another client');
$idp->set(oidc => down => {introspection => 503});
put_off('opaque', $idp->tokens('oidc', user => 'ada', scope => 'openid')
    ->{access_token}, 'it answered 503', 'nobody can be asked');
$idp->set(oidc => down => undef);
taken('user', $idp->tokens('github', user => 'ada', scope => 'read:user')
    ->{access_token}, 'GitHub: its API says whose it is');
turned_away('user', 'gho_nobodys-token', 'userinfo does not take the access '
    . 'token: it answered 401', 'GitHub: or that it is nobody\'s');

# -- several providers, several modes ----------------------------------------

is_deeply($c->get('/.well-known/oauth-protected-resource/two')->json
    ->{authorization_servers}, [map { $idp->issuer($_) } qw(keycloak oidc)],
    'RFC 9728: a location with two providers names both');
taken('two', mint('keycloak'), 'a token of the one');
taken('two', $idp->tokens('oidc', user => 'ada', scope => 'openid')
    ->{access_token}, 'and of the other');
$before = asked_about();
turned_away('two', mint('auth0'), 'iss is "https://example\.us\.auth0\.com/", '
    . 'which is no identity provider of this location', 'none of a third');
turned_away('two', made('keycloak', {iss => 'x'}), 'iss is "x", which is no '
    . 'identity provider of this location', 'nor of who says so');
is(asked_about(), $before, 'a JWT of somebody is not shown to another');

my $ours = $c->journey(resource => $s->issuer . '/broker',
    client => $c->register, browser => $idp->browser($c, user => 'ada'));
taken('broker', $ours->{access_token}, 'a location where we issue the tokens');
is_deeply($c->get('/.well-known/oauth-protected-resource/broker')->json
    ->{authorization_servers}, [$s->issuer], 'names us');
is_deeply($c->get('/.well-known/oauth-protected-resource/auth0')->json
    ->{authorization_servers}, [$idp->issuer('auth0')],
    'the one beside it still the provider');
turned_away($_, $ours->{access_token}, 'its alg "ES256" is not on the list',
    "what we issue is not good at /$_") for 'auth0';
turned_away($_, $ours->{access_token}, 'has no key named',
    "what we issue is not good at /$_") for qw(keycloak supabase);
turned_away('two', $ours->{access_token}, 'is no identity provider of this '
    . 'location', 'nor at /two');
turned_away('broker', mint($_), '', "what $_ issues is not good at ours")
    for qw(workos auth0);
undef $s;
done;
