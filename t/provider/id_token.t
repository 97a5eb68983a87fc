# Licensed under the Apache License, Version 2.0; see LICENSE.
# What an identity provider says of who signed in, and which of it is believed:
# id_tokens (OpenID Connect Core 3.1.3.7), their signatures and encryption,
# userinfo.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPKey;
use MCPSignIn;

my %now = map { ($_ => {'$now' => $_}) } -7200, -90, -30, 30, 90, 3600;
my $key = MCPKey->new('RS256', kid => 'ours');
my $other = MCPKey->new('RS256', kid => 'ours');
my $idp = MCPIdP->new;
my $long = 'file:' . $idp->net->secret_file(long =>
    $idp->secret_of('mcp-long'));
my $w = MCPSignIn->new(idp => $idp, faketime => 1, tls => 0,
    config => $MCPSignIn::ONE_CHILD, at => {
    oidc => ['oidc'],
    encrypted => ['oidc', "DecryptionKey file:$key->{file}"],
    eddsa => ['oidc', 'Algorithms EdDSA'],
    rsa => ['oidc', 'Algorithms RS256 RS512'],
    shared => ['scalekit', "Client mcp-long $long", "SharedSecret $long"],
    userinfo => ['oidc', 'Verify userinfo'],
    jwt => ['okta', 'Verify jwt', 'Audience api://default'],
    introspection => ['keycloak', 'Verify introspection'],
    wrong_audience => ['authentik', 'Verify jwt', 'Audience urn:other'],
    pingone => ['pingone'],
    keycloak => ['keycloak'],
    google => ['google'],
});
my $s = $w->{s};
my $browser = $w->browser;
my $later = 0;

# A minute later keys are fetched again.
sub minute { $s->set_clock($later += 61) }

sub good {
    my ($at, $quirks, $name, %o) = @_;
    my $preset = delete $o{preset} // $at;
    $idp->set($preset => %$quirks);
    my ($r, $v) = $w->outcome($at, browser => $browser, %o);
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $ok = $w->succeeded($r, $v, $name);
    diag grep /MCP0\d+: (?:sign-in|identity)/, $s->tail =~ /^.*\n/mg
        unless $ok;
    $idp->set($preset => map { ($_ => undef) } keys %$quirks);
    return $ok ? $w->tokens($v, $r) : undef;
}

sub bad {
    my ($at, $quirks, $name, $pattern, %o) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    $w->fails_with($at, $quirks, $name, server_error => $pattern,
        browser => $browser, %o);
}

good('oidc', {}, '(it works)');

# -- an id_token that is not to be believed ----------------------------------

sub claims { return {id_token => {@_}} }
for (
    ['another nonce', claims(nonce => 'x' x 43),
        'nonce is not the one that was sent\. It is that of another sign-in'],
    ['no nonce', claims(nonce => undef), 'nonce is missing'],
    ['a nonce that is no text', claims(nonce => [1]), 'nonce is not the one'],
    ['another iss', claims(iss => 'https://attacker.example'),
        'iss is "https://attacker\.example", expected is '
            . '"https://op\.example\.com"\. If that is the provider too'],
    ['a slash behind iss', claims(iss => 'https://op.example.com/'),
        'expected is'],
    ['no iss', claims(iss => undef), 'iss is missing'],
    ['another aud', claims(aud => 'another-client'),
        'aud does not have our client_id'],
    ['aud that begins like us', claims(aud => 'mcp-gateway2'), 'aud does not'],
    ['other auds', claims(aud => ['a', 'b']), 'aud does not'],
    ['no aud', claims(aud => undef), 'aud does not'],
    ['several aud, and no azp', claims(aud => ['mcp-gateway', 'other'],
        azp => undef), 'aud has several and azp is missing'],
    ['another azp', claims(azp => 'another-client'),
        'azp is not our client_id'],
    ['expired', claims(exp => $now{-90}), 'expired \d+ s ago\. Set the clocks'],
    ['no exp', claims(exp => undef), 'exp is missing'],
    ['an exp that is no number', claims(exp => 'never'), 'exp is no time'],
    ['iat ahead', claims(iat => $now{90}), 'iat lies \d+ s ahead'],
    ['no iat', claims(iat => undef), 'iat is missing'],
    ['nbf ahead', claims(nbf => $now{90}), 'nbf lies'],
    ['no sub', claims(sub => undef), 'sub is missing'],
    ['an empty sub', claims(sub => ''), 'sub is missing'],
    ['a sub that is no text', claims(sub => 17), 'sub is missing'],
    ['a long sub', claims(sub => 'x' x 256), 'sub is too long'],
    ['the at_hash of another token', claims(at_hash => 'x' x 22),
        'at_hash is not that of the access token'],
    ['a logout token', claims(events =>
        {'http://schemas.openid.net/event/backchannel-logout' => {}}),
        'it has events'],
    ['the typ of a logout token', {id_token_header => {typ => 'logout+jwt'}},
        'its typ "logout\+jwt" is that of something else'],
    ['the typ of an access token', {id_token_header => {typ => 'at+jwt'}},
        'its typ'],
    ['alg none', {id_token_alg => 'none'}, 'alg is none'],
    ['a MAC by the public key', {id_token_alg => 'HS256'},
        'alg "HS256" is not on the list\. .*Algorithms HS256'],
    ['a MAC by the client secret', {id_token_alg => 'HS256-secret'},
        'alg "HS256" is not on the list'],
    ['the signature of a stranger', {id_token_key => 'stranger'},
        'the signature is wrong'],
    ['a key that is in no set', {id_token_header => {kid => 'x'}},
        'no key named x'],
    ['no id_token', {token_answer => {id_token => undef}},
        'there is no id_token in its answer\. Scopes have to hold openid'],
    ['an id_token that is none', {token_answer => {id_token => 'x.y.z'}},
        'id_token: '],
    ['an encrypted one where we have no key',
        {id_token_encryption => {jwk => $key->jwk, enc => 'A256GCM'}},
        'it is encrypted\. Write DecryptionKey'],
) {
    my ($name, $quirks, $pattern) = @$_;
    bad('oidc', $quirks, "OpenID Connect Core 3.1.3.7: $name", $pattern);
}
is($s->logged(qr/attacker\.example/) > 0, 1, '(what was said is in the log)');

for (
    ['azp, and several aud', claims(aud => ['other', 'mcp-gateway'],
        azp => 'mcp-gateway')],
    ['aud as a list', claims(aud => ['mcp-gateway'], azp => undef)],
    ['no azp', claims(azp => undef)],
    ['clocks that differ a little', claims(exp => $now{-30}, iat => $now{30})],
    ['no at_hash', claims(at_hash => undef)],
    ['a fraction of a second', claims(iat => 1.5e9 + 0.25)],
    ['no kid, where there is one key', {id_token_header => {kid => undef}}],
    ['a typ', {id_token_header => {typ => 'JWT'}}],
    ['claims that nobody knows', claims(x => {y => [1, undef]})],
) {
    my ($name, $quirks) = @$_;
    good('oidc', $quirks, "taken: $name");
}

# -- keys that turn ----------------------------------------------------------

my $fetched = $idp->asked(oidc => 'keys');
minute();
$idp->rotate('oidc', keep => 1);
good('oidc', {}, 'OpenID Connect Core 10.1.1: other keys, the old are shown');
is($idp->asked(oidc => 'keys') - $fetched, 1, 'they are fetched once');
good('oidc', {}, 'and again');
is($idp->asked(oidc => 'keys') - $fetched, 1, 'and kept');
minute();
$idp->rotate('oidc');
good('oidc', {}, 'other keys, the old are gone');
is($idp->asked(oidc => 'keys') - $fetched, 2, 'they are fetched once');
for (1 .. 3) {
    bad('oidc', {id_token_header => {kid => "none-$_"}},
        'a name that no key has', "no key named none-$_");
}
is($idp->asked(oidc => 'keys') - $fetched, 2,
    'whoever invents names does not make us fetch them each time');

# -- algorithms --------------------------------------------------------------

for my $alg (qw(PS256 ES256 EdDSA)) {
    minute();
    good('oidc', {id_token_alg => $alg}, "RFC 7518: $alg");
}
good('eddsa', {id_token_alg => 'EdDSA'}, 'RFC 8037: Algorithms EdDSA',
    preset => 'oidc');
bad('eddsa', {id_token_alg => 'RS256'}, 'Algorithms EdDSA, and RS256',
    'alg "RS256" is not on the list', preset => 'oidc');
bad('rsa', {id_token_alg => 'PS256'}, 'Algorithms RS256 RS512, and PS256',
    'alg "PS256" is not on the list\. .*Algorithms PS256', preset => 'oidc');
good('rsa', {}, 'Algorithms RS256', preset => 'oidc');
bad('google', {id_token_alg => 'ES256'}, 'an alg that the preset has not',
    'alg "ES256" is not on the list');
good('google', {}, '(the one that it has)');
# Keycloak shows a key that is for encryption
good('keycloak', {}, 'RFC 7517 4.2: a key that is not for signatures');
bad('keycloak', {id_token_header => {kid => (map { $_->{kid} }
    grep { $_->{use} eq 'enc' } @{$idp->key_set('keycloak')->{keys}})[0]}},
    'signed by the name of that key', 'is not one for RS256|is wrong');

# Supabase and others can sign with a secret that both have
my $hs = {id_token_alg => 'HS256-secret', access_token_form => 'opaque'};
good('shared', $hs, 'SharedSecret: HS256', preset => 'scalekit');
is($idp->asked(scalekit => 'keys'), 0, 'no keys are fetched then');
bad('shared', {%$hs, id_token_alg => 'RS256'}, 'SharedSecret, and RS256',
    'alg "RS256" is not on the list', preset => 'scalekit');
bad('shared', {%$hs, id_token_alg => 'HS256'}, 'HS256 by another secret',
    'SharedSecret is not what the provider signs with', preset => 'scalekit');

# -- encryption --------------------------------------------------------------

for my $enc (qw(A256GCM A128CBC-HS256)) {
    good('encrypted', {id_token_encryption => {jwk => $key->jwk,
        enc => $enc}}, "RFC 7516: RSA-OAEP with $enc", preset => 'oidc');
}
bad('encrypted', {id_token_encryption => {jwk => $other->jwk,
    enc => 'A256GCM'}}, 'encrypted to another key',
    'DecryptionKey has to be the private key', preset => 'oidc');
bad('encrypted', {id_token_encryption => {jwk => $key->jwk, enc => $_}},
    "encrypted with $_", 'with RSA-OAEP and A256GCM or A128CBC-HS256',
    preset => 'oidc') for qw(A128GCM A256CBC-HS512);
bad('encrypted', {id_token_encryption => {jwk => $key->jwk,
    enc => 'A256GCM', alg => 'RSA-OAEP-256'}}, 'encrypted with RSA-OAEP-256',
    'DecryptionKey has to be', preset => 'oidc');
bad('encrypted', {id_token_encryption => {jwk => $key->jwk,
    enc => 'A256GCM'}, id_token_alg => 'none'},
    'RFC 8725 2.5: what is encrypted is signed all the same', 'alg is none',
    preset => 'oidc');
good('encrypted', {}, 'what is not encrypted is read, too', preset => 'oidc');

# -- userinfo, access tokens, introspection ----------------------------------

sub subject_of {
    my ($j) = @_;
    return $j && MCPClient::unescape($w->told($j)->{subject});
}
my $ada = $idp->subject(oidc => 'ada');
$idp->reset('oidc');
is(subject_of(good('userinfo', {}, 'Verify userinfo', preset => 'oidc')), $ada,
    'userinfo says who it is');
is($idp->asked(oidc => 'userinfo'), 1, 'it is asked');
bad('userinfo', {userinfo => {sub => 'another'}},
    'OpenID Connect Core 5.3.2: userinfo about somebody else',
    'userinfo is about somebody else than the id_token', preset => 'oidc');
bad('userinfo', {userinfo => {sub => undef}}, 'userinfo about nobody',
    'userinfo is about somebody else', preset => 'oidc');
bad('userinfo', {down => {userinfo => 401}}, 'userinfo that refuses',
    'userinfo does not take the access token', preset => 'oidc');
minute();
good('userinfo', {userinfo_alg => 'RS256'},
    'OpenID Connect Core 5.3.2: signed userinfo', preset => 'oidc');
bad('userinfo', {userinfo_alg => 'RS256', userinfo => {$_->[0] => $_->[1]}},
    "signed userinfo, and another $_->[0]", $_->[2], preset => 'oidc')
    for ['iss', 'https://attacker.example', 'userinfo: iss is'],
        ['aud', 'another-client', 'userinfo: aud does not have'];
{
    # what it says besides does no harm when it is about somebody else
    my $name = 'an id_token says enough, userinfo is about another user';
    my $j = good('pingone', {userinfo => {sub => 'another',
        name => 'Mallory', email => 'm@attacker.example'}}, $name);
    my $told = $w->told($j);
    is_deeply([@$told{qw(name email)}], [undef, undef],
        'OpenID Connect Core 5.3.2: what it says is not believed');
    is(subject_of($j), $idp->subject(pingone => 'ada'), 'the id_token is');
}
is(subject_of(good('jwt', {}, 'Verify jwt', preset => 'okta')),
    $idp->subject(okta => 'ada'), 'the access token says who it is');
bad('jwt', {access_token_form => 'opaque'}, 'Verify jwt, and an opaque one',
    'it is opaque: no JWT\. .*Drop Verify',
    preset => 'okta');
bad('jwt', {access_token => {$_->[0] => $_->[1]}},
    "an access token with another $_->[0]", $_->[2], preset => 'okta')
    for ['aud', 'api://other', 'aud is not one of Audience: it is "api://other"\.'
            . ' .*Security, API'],
        ['iss', 'https://attacker.example', 'iss is'],
        ['exp', $now{-7200}, 'expired'];
bad('wrong_audience', {}, 'an access token for others',
    'aud is not one of Audience: it is "mcp-gateway"\. .*authentik puts the client id into aud',
    preset => 'authentik');
is(subject_of(good('introspection', {}, 'Verify introspection',
    preset => 'keycloak')), $idp->subject(keycloak => 'ada'),
    'RFC 7662: introspection says who it is');
bad('introspection', {down => {introspection => 404}},
    'no introspection there', 'introspection', preset => 'keycloak');

# Roles come from the access token: it is that of the user, and ours
for (['sub', 'another', 'it is about somebody else than the id_token'],
    ['azp', 'another-client',
        'aud is not one of Audience: it is "mcp-api account"']) {
    my ($claim, $value, $why) = @$_;
    my $line = qr/MCP00182: .*: access token: $why: what else it says/;
    my $before = $s->logged($line);
    my $j = good('keycloak', {access_token => {$claim => $value}},
        "an access token with another $claim");
    is($w->told($j)->{roles}, undef, 'gives no roles');
    is($s->logged($line) - $before, 1, 'and the log says why');
}
$w->no_leaks;
$w->stop;
done();
