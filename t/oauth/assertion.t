# Licensed under the Apache License, Version 2.0; see LICENSE.
# Clients that authenticate with a key: private_key_jwt, RFC 7523 2.2 and 3,
# OpenID Connect Core 9. An assertion is for us alone, short-lived, and good
# once.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPHosts;
use MCPKey;
use MCPServer;

my @algs = ('EdDSA',
    map { my $kind = $_; map "$kind$_", 256, 384, 512 } qw(ES PS RS));
my %key = map { ($_ => MCPKey->new($_, kid => lc $_)) } @algs;
my $unnamed = MCPKey->new('ES256');
my $stranger = MCPKey->new('ES256');

my $net = MCPHosts->new(names => ['app.example']);
$net->dial('93.184.216.34');
$net->name('app.example', '93.184.216.34');

my $s = MCPServer->new(faketime => 1);
sub write_keys {
    my ($name, @keys) = @_;
    open my $out, '>', $s->root . "/conf/$name" or die $!;
    print $out json_encode(MCPKey::set(@keys));
    close $out or die $!;
}
write_keys('all.json', values %key);
write_keys('one.json', $unnamed);
$s->configure(faketime => 1, config => $net->config . <<'END');
MCPAuthPath /oauth /
<MCPRegisteredClient all>
    Keys        conf/all.json
    RedirectURI https://all.example/cb
    Grants      authorization_code refresh_token client_credentials
</MCPRegisteredClient>
<MCPRegisteredClient one>
    Keys   conf/one.json
    Grants client_credentials
</MCPRegisteredClient>
<MCPRegisteredClient secret>
    Secret a-secret-of-some-length
    Grants client_credentials
</MCPRegisteredClient>
END
$s->log->expect(qr/MCP00650/);
$s->start;
my $c = $s->client;
my $issuer = $s->issuer;
my $endpoint = "$issuer/oauth/token";
my $later = 0;

sub ask {
    my (%fields) = @_;
    my $path = delete $fields{path} // '/oauth/token';
    my $headers = delete $fields{headers};
    $c->secret($fields{client_assertion});
    delete @fields{grep { !defined $fields{$_} } keys %fields};
    return $c->post($path, form => {grant_type => 'client_credentials',
        resource => $c->resource('/mcp'), %fields}, headers => $headers);
}

# an assertion of `one`
sub one {
    my %claims = @_;
    return $unnamed->assertion('one', $endpoint, now => time + $later,
        %claims);
}

sub works_now { return is($_[0]->status, 200, $_[1]) || diag $_[0]->brief }
sub unknown { return refused($_[0], 401, 'invalid_client', $_[1]) }

# -- what is good ------------------------------------------------------------

for my $alg (@algs) {
    works_now(ask($key{$alg}->assertion('all', $issuer)),
        "RFC 7518 3.1: $alg by the key that kid names");
    works_now(ask($key{$alg}->assertion('all', $issuer,
        header => {kid => undef})), "RFC 7515 4.1.4: $alg without a kid");
}
for (
    ['the issuer as aud', aud => $issuer],
    ['the token endpoint as aud', aud => $endpoint],
    ['an alias of the token endpoint', aud => "$issuer/token"],
    ['aud as a list of one', aud => [$issuer]],
    ['no iat', iat => undef],
    ['nbf', nbf => time - 5],
    ['a clock that is some seconds ahead', iat => time + 20,
        exp => time + 300],
    ['times with a fraction', exp => time + 60.25, iat => time - 0.5],
    ['claims that nobody knows', foo => {bar => [1]}],
    ['no typ', header => {typ => undef}],
    ['the typ of client assertions', header => {typ =>
        'client-authentication+jwt'}],
    ['typ as a media type', header => {typ => 'application/jwt'}],
    ['a kid that the key does not have', header => {kid => 'whatever'}],
    ['a long jti', jti => 'x' x 256],
) {
    my ($name, @claims) = @$_;
    works_now(ask(one(@claims)), "RFC 7523 3: $name");
}
works_now(ask(one(), client_id => 'one'),
    'RFC 7521 4.2: client_id beside it, if it is the same');
works_now(ask(one(aud => "$issuer/token"), path => '/token'),
    'at an alias of the endpoint too');

# -- what is not -------------------------------------------------------------

for (
    ['aud of another server', aud => 'https://other.example'],
    ['aud of another endpoint of ours', aud => "$issuer/oauth/register"],
    ['aud with a last slash', aud => "$issuer/"],
    ['no aud', aud => undef],
    ['aud that is empty', aud => []],
    ['aud with another server beside us', aud => [$issuer,
        'https://other.example']],
    ['aud with both of ours', aud => [$issuer, $endpoint]],
    ['aud that is an object', aud => {$issuer => 1}],
    ['no exp', exp => undef],
    ['exp as text', exp => '' . (time + 60)],
    ['exp of now', exp => time],
    ['exp long ago', exp => time - 3600],
    ['exp beyond MCPLifetime assertion', exp => time + 400],
    ['exp beyond all numbers', exp => 1e300],
    ['iat ahead', iat => time + 90],
    ['iat as text', iat => '1'],
    ['nbf ahead', nbf => time + 90],
    ['no iss', iss => undef],
    ['iss of another', iss => 'all'],
    ['no sub', sub => undef],
    ['sub of another', sub => 'all'],
    ['iss and sub of another client', iss => 'all', sub => 'all'],
    ['a client that nobody knows', iss => 'nobody', sub => 'nobody'],
    ['no jti', jti => undef],
    ['an empty jti', jti => ''],
    ['jti that is a number', jti => 5],
    ['jti without end', jti => 'x' x 257],
    ['the typ of an access token', header => {typ => 'at+jwt'}],
    ['crit', header => {crit => ['exp']}],
    ['alg none', header => {alg => 'none'}],
    ['a shared secret', header => {alg => 'HS256'}],
    ['another alg than the key has', header => {alg => 'ES384'}],
    ['a jwk of its own', header => {jwk => $stranger->jwk}, by => $stranger],
    ['the key of a stranger', by => $stranger],
) {
    my ($name, %claims) = @$_;
    my $by = delete $claims{by} || $unnamed;
    unknown(ask($by->assertion('one', $endpoint, %claims)),
        "RFC 7523 3: $name is refused");
}
unknown(ask($key{ES256}->assertion('all', $issuer,
    header => {kid => 'es384'})), 'RFC 7515 4.1.4: a kid of another key');
for (['PS256', 'RS256'], ['RS256', 'PS256'], ['ES256', 'RS256']) {
    my ($alg, $said) = @$_;
    unknown(ask($key{$alg}->assertion('all', $issuer, header => {
        alg => $said, kid => undef})), "a signature by $alg called $said");
}
{
    my %good = one();
    my $jwt = $good{client_assertion};
    for (
        ['changed in its signature', substr($jwt, 0, -4) . 'AAAA'],
        ['changed in its claims', $jwt =~ s/\.(.)/'.' . ($1 eq 'e' ? 'f' : 'e')/er],
        ['without a signature', $jwt =~ s/\.[^.]*$/./r],
        ['cut short', substr $jwt, 0, 40],
        ['with something behind it', "$jwt.x"],
        ['with a blank before it', " $jwt"],
        ['that is no JWT', 'abc'],
        ['beyond 8 KiB', $jwt . 'A' x 9000],
    ) {
        my ($name, $text) = @$_;
        unknown(ask(%good, client_assertion => $text),
            "RFC 7523 3: an assertion $name");
    }
    unknown(ask(%good, client_assertion_type =>
        'urn:ietf:params:oauth:client-assertion-type:saml2-bearer'),
        'RFC 7521 4.2: another client_assertion_type');
    works_now(ask(%good), 'nothing of that used it up');
}
for (
    ['no client_assertion_type', client_assertion_type => undef],
    ['no client_assertion', client_assertion => undef],
    ['a client_secret beside it', client_secret => 'x'],
    ['Basic beside it', headers => {Authorization => 'Basic b25lOng='}],
    ['another client_id beside it', client_id => 'all'],
) {
    my ($name, @fields) = @$_;
    refused(ask(one(), @fields), 400, 'invalid_request',
        "RFC 6749 2.3: $name");
}
refused($c->post('/oauth/token', body => join '&', map {
    MCPClient::form_encode({one()}) } 1, 2), 415, 'invalid_request',
    'a form of another media type');
unknown(ask(client_id => 'one'), 'RFC 7523: a client_id alone proves nothing');
unknown(ask(client_id => 'one', client_secret => 'x'), 'nor does a secret');
unknown(ask($stranger->assertion('secret', $endpoint)),
    'a client with a secret has no key');
unknown(ask(one(iss => 'secret', sub => 'secret')),
    'and not that of another');

# -- once --------------------------------------------------------------------

{
    my %again = one(exp => time + 290);
    works_now(ask(%again), 'OpenID Connect Core 9: an assertion once');
    unknown(ask(%again), 'and not again');
    my %other = one(jti => 'the same');
    works_now(ask(%other), 'a jti is used up');
    unknown(ask(one(jti => 'the same', exp => time + 200)),
        'whatever else it says then');
    works_now(ask($key{ES256}->assertion('all', $issuer,
        jti => 'the same')), 'though not for another client');
    my %race = one();
    $c->secret($race{client_assertion});
    is_deeply([sort { $a <=> $b } at_once(8, sub { ask(%race)->status })],
        [200, (401) x 7], 'of eight that come at once one is first');
    my %bad = $stranger->assertion('one', $endpoint, jti => 'burnt');
    unknown(ask(%bad), 'who has no key');
    works_now(ask(one(jti => 'burnt')), 'cannot burn the jti of who has');

    my @used = map { {one(exp => time + 290)} } 1 .. 5;
    ask(%$_) for @used;
    $s->graceful;
    unknown(ask(%{$used[0]}), 'after a graceful restart it is used');
    $s->restart;
    unknown(ask(%{$used[1]}), 'after a restart it is used');
    $s->kill_child;
    unknown(ask(%{$used[2]}), 'in a new child it is used');
    $s->kill_all;
    $s->start;
    unknown(ask(%{$used[3]}), 'after kill -9 of all it is used');
    for my $step (86400, 0, -86400, 0) {
        $s->set_clock($step);
        unknown(ask(%{$used[4]}), "with the clock at $step s it is used");
    }
    $s->set_clock(3 * 86400);
    $s->restart;
    select undef, undef, undef, 2.5;    # a child tidies up
    $s->set_clock(-3600);
    unknown(ask(%{$used[4]}), 'an hour too early it is from the future');
    $s->set_clock(0);
}

# -- a user's tokens ---------------------------------------------------------

my $all = {client_id => 'all', redirect_uris => ['https://all.example/cb']};
{
    my $j = $c->journey(client => $all, until => 'code', scope => undef);
    my @grant = (grant_type => 'authorization_code', code => $j->{code},
        code_verifier => $j->{request}{verifier},
        redirect_uri => 'https://all.example/cb');
    unknown(ask(@grant, client_id => 'all'),
        'RFC 6749 4.1.3: a code without an assertion');
    refused(ask(@grant, one(), resource => undef), 400,
        'unauthorized_client', 'RFC 6749 5.2: or by one who has no users');
    my $r = ask(@grant, $key{RS256}->assertion('all', $issuer));
    works_now($r, 'RFC 7523 2.2: with an assertion it is redeemed');
    works($c, $r->json->{access_token}, '/mcp', 'the access token works');
    my $refresh = $r->json->{refresh_token};
    unknown(ask(grant_type => 'refresh_token', refresh_token => $refresh,
        client_id => 'all'), 'RFC 6749 6: to refresh it has to authenticate');
    works_now(ask(grant_type => 'refresh_token', refresh_token => $refresh,
        $key{PS256}->assertion('all', $issuer)), 'and then it can');
}

# -- keys that come with a registration --------------------------------------

my $callback = 'http://127.0.0.1:33418/callback';
sub register {
    return $c->register_response(token_endpoint_auth_method =>
        'private_key_jwt', redirect_uris => [$callback], @_);
}
{
    my $key = MCPKey->new('ES256', kid => 'mine', jwk => {use => 'sig',
        'x5t' => 'x' x 28});
    my $r = register(jwks => MCPKey::set($key),
        token_endpoint_auth_signing_alg => 'ES256');
    is($r->status, 201, 'RFC 7591 2: a registration with jwks') or
        diag $r->brief;
    my $m = $r->json;
    is($m->{token_endpoint_auth_method}, 'private_key_jwt',
        'RFC 7591 3.2.1: is told so');
    is($m->{jwks}{keys}[0]{$_}, $key->jwk->{$_}, "and its keys: $_")
        for qw(kty crv x y kid);
    ok(!exists $m->{jwks}{keys}[0]{x5t}, 'without what is not kept');
    is($m->{token_endpoint_auth_signing_alg}, 'ES256', 'and its algorithm');
    ok(!exists $m->{client_secret}, 'there is no secret');
    cmp_ok(length $m->{client_id}, '<=', 1024, 'all that fits into 1 KiB');
    my $j = $c->journey(client => $m, until => 'code');
    my @code = (grant_type => 'authorization_code', code => $j->{code},
        code_verifier => $j->{request}{verifier});
    unknown(ask(@code, client_id => $m->{client_id}),
        'its code is of no use without an assertion');
    unknown(ask(@code, $stranger->assertion($m->{client_id}, $issuer)),
        'or with that of a stranger');
    works_now(ask(@code, $key->assertion($m->{client_id}, $issuer)),
        'with its own it is');
    $s->restart;
    $j = $c->journey(client => $m, until => 'code');
    works_now(ask(grant_type => 'authorization_code', code => $j->{code},
        code_verifier => $j->{request}{verifier},
        $key->assertion($m->{client_id}, $issuer)),
        'after a restart too: the keys are in the client_id');
    refused(ask($key->assertion($m->{client_id}, $issuer)), 400,
        'unauthorized_client',
        'RFC 6749 4.4: client_credentials is for whom the administrator knows');

    my $rsa = register(jwks => MCPKey::set($key{RS256}));
    is($rsa->status, 201, 'a key of RSA 2048 fits') or diag $rsa->brief;
    $m = $rsa->json;
    $j = $c->journey(client => $m, until => 'code');
    works_now(ask(grant_type => 'authorization_code', code => $j->{code},
        code_verifier => $j->{request}{verifier},
        $key{RS256}->assertion($m->{client_id}, $issuer)), 'and works');
    my $mixed = register(jwks => {keys => [{kty => 'OKP', crv => 'Ed25519',
        x => 'x'}, $key->jwk]});
    is($mixed->status, 201, 'RFC 7517 5: unknown kinds of keys are passed over');
    is(@{$mixed->json->{jwks}{keys}}, 1, 'and not kept');
}
{
    my $one = $unnamed->jwk;
    for (
        ['neither jwks nor jwks_uri'],
        ['both', jwks => MCPKey::set($unnamed), jwks_uri =>
            'https://app.example/keys'],
        ['an empty set', jwks => {keys => []}],
        ['jwks that is a key', jwks => $one],
        ['jwks that is text', jwks => json_encode(MCPKey::set($unnamed))],
        ['a private key', jwks => {keys => [{%$one, d => $one->{x}}]}],
        ['a shared secret', jwks => {keys => [{kty => 'oct', k => 'AAAA'}]}],
        ['nothing but keys of unknown kinds', jwks => {keys => [{
            kty => 'OKP', crv => 'Ed25519', x => 'x'}]}],
        ['a short key', jwks => {keys => [{kty => 'RSA', e => 'AQAB',
            n => substr $key{RS256}->jwk->{n}, 0, 172}]}],
        ['a point that is not on its curve', jwks => {keys => [{%$one,
            x => $one->{y}, y => $one->{x}}]}],
        ['more keys than fit', jwks => MCPKey::set(@key{qw(RS256 RS384
            RS512)})],
        ['jwks_uri without TLS', jwks_uri => 'http://app.example/keys'],
        ['jwks_uri of an address', jwks_uri => 'https://127.0.0.1/keys'],
        ['a shared algorithm', jwks => MCPKey::set($unnamed),
            token_endpoint_auth_signing_alg => 'HS256'],
        ['no algorithm', jwks => MCPKey::set($unnamed),
            token_endpoint_auth_signing_alg => 'none'],
    ) {
        my ($name, @metadata) = @$_;
        refused(register(@metadata), 400, 'invalid_client_metadata',
            "RFC 7591 3.2.2: $name");
    }
    my $m = register(jwks => MCPKey::set(MCPKey->new('RS256', bits => 2048),
        ), token_endpoint_auth_signing_alg => 'PS256')->json;
    ok($m->{client_id}, 'an algorithm can be pinned');
}

# -- keys at a URL -----------------------------------------------------------

{
    my ($old, $new) = map { MCPKey->new('ES256', kid => $_) } qw(old new);
    my $publish = sub {
        $net->put('app.example', '/keys', body => json_encode(
            MCPKey::set(@_)), @{$_[0]{headers} || []});
    };
    $publish->($old);
    my $m = register(jwks_uri => 'https://app.example/keys')->json;
    is($m->{jwks_uri}, 'https://app.example/keys',
        'RFC 7591 2: a registration with jwks_uri');
    my $refused = sub {
        my ($key, $name) = @_;
        my $r = ask(grant_type => 'authorization_code', code => 'none',
            code_verifier => 'x' x 43, $key->assertion($m->{client_id},
                $issuer, now => time + $later));
        return ($r->status, $r->json->{error});
    };
    # the code is unknown: who gets that far has authenticated
    is_deeply([$refused->($old)], [400, 'invalid_grant'],
        'its key is fetched');
    is_deeply([$refused->($new)], [401, 'invalid_client'],
        'a key that is not there');
    $publish->($old, $new);
    $s->set_clock($later += 61);
    is_deeply([$refused->($new)], [400, 'invalid_grant'],
        'OpenID Connect Core 10.1.1: a new key is looked for');
    is_deeply([$refused->($old)], [400, 'invalid_grant'],
        'and the old one still counts');
    is_deeply([$refused->($stranger)], [401, 'invalid_client'],
        'that of a stranger never');
    $publish->($new);
    $s->set_clock($later += 86400);
    is_deeply([$refused->($old)], [401, 'invalid_client'],
        'a key that was taken back is none');
}
{
    my $key = MCPKey->new('ES256', kid => 'k');
    my $id = 'https://app.example/client.json';
    $net->put('app.example', '/client.json', body => json_encode({
        client_id => $id, client_name => 'App', redirect_uris => [$callback],
        grant_types => ['authorization_code', 'refresh_token'],
        response_types => ['code'],
        token_endpoint_auth_method => 'private_key_jwt',
        jwks => MCPKey::set($key)}));
    my $client = {client_id => $id, redirect_uris => [$callback]};
    my $j = $c->journey(client => $client, until => 'code');
    my @code = (grant_type => 'authorization_code', code => $j->{code},
        code_verifier => $j->{request}{verifier});
    unknown(ask(@code, client_id => $id), 'CIMD 6.2: a client that publishes '
        . 'keys has to use them');
    works_now(ask(@code, $key->assertion($id, $issuer,
        now => time + $later)), 'and is served when it does');
}
done();
