# Licensed under the Apache License, Version 2.0; see LICENSE.
# Tokens that are bound to a key of the client (DPoP, RFC 9449), at the token
# endpoint.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPKey;
use MCPServer;

my @algs = ('EdDSA',
    map { my $kind = $_; map "$kind$_", 256, 384, 512 } qw(ES PS RS));
my $mine = MCPKey->new('ES256');
my $other = MCPKey->new('ES256');

my $config = <<'END';
MCPAuthPath /oauth /
<Location "/mcp">
    MCPDPoP optional
</Location>
<Location "/notes">
    MCPDPoP require
</Location>
<MCPRegisteredClient job>
    Secret a-secret-of-some-length
    Grants client_credentials
</MCPRegisteredClient>
<MCPRegisteredClient wiki>
    Secret        a-secret-of-some-length
    Grants        none
    Introspection on
</MCPRegisteredClient>
END
my $s = MCPServer->new(faketime => 1);
$s->configure(faketime => 1, config => $config);
$s->log->expect(qr/MCP00650/);
$s->start;
my $c = $s->client;
my $endpoint = $s->issuer . '/oauth/token';
my $client = $c->register;
my %job = (client_id => 'job', client_secret => 'a-secret-of-some-length');

# A request to the token endpoint, with these DPoP headers.
sub ask {
    my ($proofs, %fields) = @_;
    my $path = delete $fields{path} // '/oauth/token';
    delete @fields{grep { !defined $fields{$_} } keys %fields};
    return $c->post($path, form => \%fields,
        headers => [map { (DPoP => $_) } @$proofs]);
}
sub code { return $c->journey(client => $client, until => 'code', @_) }
sub redeem {
    my ($j, $proofs, %fields) = @_;
    return ask($proofs, grant_type => 'authorization_code',
        client_id => $j->{client}{client_id}, code => $j->{code},
        code_verifier => $j->{request}{verifier}, %fields);
}
sub refresh {
    my ($j, $token, $proofs) = @_;
    return ask($proofs, grant_type => 'refresh_token',
        client_id => $j->{client}{client_id}, refresh_token => $token);
}
sub job {
    my ($proofs, %fields) = @_;
    return ask($proofs, %job, grant_type => 'client_credentials',
        resource => $c->resource('/mcp'), %fields);
}
sub proof { return $_[0]->proof(POST => $endpoint, @_[1 .. $#_]) }

sub no_proof { return refused($_[0], 400, 'invalid_dpop_proof', $_[1]) }
sub other_key { return refused($_[0], 400, 'invalid_grant', $_[1]) }

# The answer has tokens that are bound to this key, or to none.
sub bound {
    my ($r, $key, $name) = @_;
    my $t = $r->status == 200 ? $r->json : {};
    my $cnf = $t->{access_token} ? jwt_claims($t->{access_token})->{cnf} : 0;
    is_deeply([$t->{token_type}, $cnf], $key
        ? ['DPoP', {jkt => $key->thumbprint}] : ['Bearer', undef], $name)
        or diag $r->brief;
    return $t;
}

# -- what is said of it ------------------------------------------------------

my $algorithms = $c->server_metadata->{dpop_signing_alg_values_supported};
is_deeply([grep { my $alg = $_; !grep { $_ eq $alg } @$algorithms } @algs],
    [], 'RFC 9449 5.1: the metadata has all algorithms');
ok(!(grep { /^HS|none/i } @$algorithms), 'RFC 9449 11.6: and no secret ones');
for (['/mcp', 0], ['/notes', 1], ['/files', undef]) {
    my ($path, $required) = @$_;
    my $m = $c->get("/.well-known/oauth-protected-resource$path")->json;
    is_deeply($m->{dpop_signing_alg_values_supported}, defined $required
        ? $algorithms : undef, "RFC 9728 2: algorithms of $path");
    is($m->{dpop_bound_access_tokens_required}, $required,
        'and whether tokens have to be bound');
}
like($c->request(OPTIONS => $_, headers => {Origin => $s->issuer,
    'Access-Control-Request-Method' => 'POST'})
    ->header('Access-Control-Allow-Headers'), qr/\bDPoP\b/,
    "browsers may send it to $_") for qw(/oauth/token /mcp);

# -- MCPDPoP -----------------------------------------------------------------

bound(redeem(code(), []), undef, 'optional: without a proof');
bound(redeem(code(), [proof($mine)]), $mine,
    'RFC 9449 5, 6.1: with one the token is bound');
bound(redeem(code(resource => '/files', scope => 'notes:write'),
    [proof($mine)]), undef, 'none: the header does not count');
bound(redeem(code(resource => '/files', scope => 'notes:write'), ['x', 'y']),
    undef, 'whatever it has');
{
    my $j = code(resource => '/notes', scope => 'notes:read');
    no_proof(redeem($j, []), 'require: without a proof');
    bound(redeem($j, [proof($mine)]), $mine,
        'the code is good still, with one');
}
for my $alg (@algs) {
    my $key = MCPKey->new($alg);
    bound(job([proof($key)]), $key, "RFC 9449 4.3: $alg");
}
no_proof(job([], resource => $c->resource('/notes')),
    'client_credentials without a proof, where one is required');
bound(job([proof($mine)], resource => $c->resource('/notes')), $mine,
    'and with one');

# -- what is no proof --------------------------------------------------------

{
    my $j = code();
    my $good = proof($mine);
    my $now = time;
    for (
        ['an empty header', ''],
        ['no JWT', 'abc'],
        ['something behind it', "$good.x"],
        ['a signature that was changed', substr($good, 0, -6) . 'AAAAAA'],
        ['no signature', $good =~ s/\.[^.]*$/./r],
        ['a signature of 6 KiB', $good . 'A' x 6144],
        ['no typ', {header => {typ => undef}}],
        ['another typ', {header => {typ => 'JWT'}}],
        ['typ as a media type', {header => {typ => 'application/dpop+jwt'}}],
        ['alg none', {header => {alg => 'none'}}],
        ['a shared secret', {header => {alg => 'HS256'}}],
        ['another alg than its key has', {header => {alg => 'ES384'}}],
        ['crit', {header => {crit => ['exp']}}],
        ['no jwk', {header => {jwk => undef}}],
        ['the key of another', {header => {jwk => $other->jwk}}],
        ['a private key', {header => {jwk => {%{$mine->jwk}, d => 'AQAB'}}}],
        ['a shared key', {header => {jwk => {kty => 'oct', k => 'AQAB'}}}],
        ['no htm', {htm => undef}],
        ['another htm', {htm => 'GET'}],
        ['no htu', {htu => undef}],
        ['another htu', {htu => $s->issuer . '/mcp'}],
        ['the htu of an alias', {htu => $s->issuer . '/token'}],
        ['the htu of another server', {htu => 'https://a.example/oauth/token'}],
        ['no iat', {iat => undef}],
        ['iat as text', {iat => "x$now"}],
        ['an old iat', {iat => $now - 125}],
        ['an iat ahead', {iat => $now + 90}],
        ['no jti', {jti => undef}],
        ['an empty jti', {jti => ''}],
        ['a jti without end', {jti => 'x' x 257}],
    ) {
        my ($name, $text) = @$_;
        no_proof(redeem($j, [ref $text ? proof($mine, %$text) : $text]),
            "RFC 9449 4.3: $name");
    }
    no_proof(redeem($j, [$good, proof($mine)]), 'RFC 9449 4.3: two headers');
    my $r = redeem($j, ['x']);
    like($r->json->{error_description}, qr/DPoP proof is refused: .*one part/,
        'the client is told what is wrong');
    bound(redeem($j, [$good]), $mine,
        'nothing of that used up the code or the proof');
    bound(job([$mine->proof(POST => $s->issuer . '/token')], path => '/token'),
        $mine, 'an alias of the endpoint has a htu of its own');
    for (
        ['a query in htu', htu => "$endpoint?a=b"],
        ['htu in capitals', htu => $endpoint =~ s/localhost/LOCALHOST/r],
        ['an iat of a second ago', iat => $now - 1],
        ['an iat somewhat ahead', iat => $now + 20],
        ['claims that nobody knows', foo => [1], nonce => 'x'],
        ['a key with a name', header => {kid => 'x', jwk => {%{$mine->jwk},
            kid => 'x', use => 'sig'}}],
    ) {
        my ($name, @claims) = @$_;
        bound(job([proof($mine, @claims)]), $mine, "RFC 9449 4.2: $name");
    }
}

# -- once --------------------------------------------------------------------

{
    my $again = proof($mine);
    bound(job([$again]), $mine, 'RFC 9449 11.1: a proof once');
    no_proof(job([$again]), 'and not again');
    my $jti = MCPClient::random_text(12);
    bound(job([proof($mine, jti => $jti)]), $mine, 'a jti is used up');
    no_proof(job([proof($mine, jti => $jti, iat => time - 1)]),
        'whatever else it says then');
    bound(job([proof($other, jti => $jti)]), $other,
        'though not for another key');
    my $race = proof($mine);
    is_deeply([sort { $a <=> $b } at_once(8, sub { job([$race])->status })],
        [200, (400) x 7], 'of eight that come at once one is first');
    my $stolen = proof($mine);
    refused(job([$stolen], client_secret => 'x'), 401, 'invalid_client',
        'who is not let in');
    bound(job([$stolen]), $mine, 'uses up nothing');

    my @used = map { proof($mine) } 1 .. 5;
    job([$_]) for @used;
    $s->graceful;
    no_proof(job([$used[0]]), 'after a graceful restart it is used');
    $s->kill_child;
    no_proof(job([$used[1]]), 'in a new child it is used');
    $s->restart;
    no_proof(job([$used[2]]), 'after a restart it is used');
    for my $step (86400, 0, -86400, 0) {
        $s->set_clock($step);
        no_proof(job([$used[3]]), "with the clock at $step s it is used");
        bound(job([proof($mine, now => time + $step)]), $mine,
            'and others are taken');
    }
    my $before = proof($mine, iat => time - 5);
    $s->kill_all;
    $s->start;
    refused(job([$before]), 503, 'temporarily_unavailable',
        'after kill -9 of all, one from before may have been used');
    bound(job([proof($mine, iat => time + 2)]), $mine, 'others are taken');
}

# -- refresh tokens ----------------------------------------------------------

{
    my $j = code();
    my $t = bound(redeem($j, [proof($mine)]), $mine, 'a public client');
    my $first = $t->{refresh_token};
    no_proof(refresh($j, $first, []),
        'RFC 9449 5: its refresh token needs a proof');
    other_key(refresh($j, $first, [proof($other)]), 'of the same key');
    $t = bound(refresh($j, $first, [proof($mine)]), $mine, 'which it gets');
    other_key(refresh($j, $first, [proof($other)]),
        'also in the grace time');
    bound(refresh($j, $first, [proof($mine)]), $mine, 'that is');
    $s->restart;
    $t = bound(refresh($j, $t->{refresh_token}, [proof($mine)]), $mine,
        'and after a restart');
    other_key(refresh($j, $first, [proof($other)]),
        'an old one without the key');
    $t = bound(refresh($j, $t->{refresh_token}, [proof($mine)]), $mine,
        'ends nothing');
    other_key(refresh($j, $first, [proof($mine)]),
        'RFC 9700 4.14.2: with the key it does');
    other_key(refresh($j, $t->{refresh_token}, [proof($mine)]),
        'also for the last one');

    $t = bound(redeem($j = code(), []), undef, 'one that is not bound');
    $t = bound(refresh($j, $t->{refresh_token}, [proof($mine)]), $mine,
        'is with the first proof');
    no_proof(refresh($j, $t->{refresh_token}, []), 'from then on');
}

# -- codes, registrations ----------------------------------------------------

{
    my $j = code(parameters => {dpop_jkt => $mine->thumbprint});
    no_proof(redeem($j, []), 'RFC 9449 10: a code with dpop_jkt');
    other_key(redeem($j, [proof($other)]), 'is for that key');
    bound(redeem($j, [proof($mine)]), $mine, 'alone');
    is(code(parameters => {dpop_jkt => 'x'})->{returned}{error},
        'invalid_request', 'dpop_jkt that is no thumbprint');
    ok(code(resource => '/files', scope => 'notes:write',
        parameters => {dpop_jkt => 'x'})->{code},
        'where no proofs are taken nobody knows it');

    my $bounded = $c->register(dpop_bound_access_tokens => \1);
    ok($bounded->{dpop_bound_access_tokens},
        'RFC 9449 5.2: a client that wants bound tokens');
    $j = code(client => $bounded);
    no_proof(redeem($j, []), 'gets no others');
    bound(redeem($j, [proof($mine)]), $mine, 'but those');
    refused($c->register_response(dpop_bound_access_tokens => 'yes'), 400,
        'invalid_client_metadata', 'a word for it is no boolean');
}

# -- introspection -----------------------------------------------------------

{
    my %wiki = (client_id => 'wiki', client_secret =>
        'a-secret-of-some-length');
    for (['bound', $mine, 'DPoP'], ['not bound', undef, 'Bearer']) {
        my ($name, $key, $type) = @$_;
        my $t = job($key ? [proof($key)] : [])->json;
        my $r = $c->post('/oauth/introspect', form => {%wiki,
            token => $t->{access_token}})->json;
        is_deeply([$r->{token_type}, $r->{cnf}], [$type,
            $key ? {jkt => $key->thumbprint} : undef],
            "RFC 9449 6.2: of a token that is $name");
    }
}

# -- no room -----------------------------------------------------------------

{
    $s->configure(faketime => 1, config => $config . "MCPLimit proofs=16\n");
    $s->restart;
    $s->log->expect(qr/MCP00450.*no room to remember one more DPoP proof/);
    my ($full, %status, $used);
    for (1 .. 200) {
        my $proof = proof($mine, iat => time + 30);
        my $r = job([$proof]);
        $status{$r->status}++;
        $used //= $proof if $r->status == 200;
        $full = $r and last if $r->status == 503;
    }
    is_deeply([sort keys %status], [200, 503], 'a memory that is full');
    refused($full, 503, 'temporarily_unavailable', 'takes no other proof');
    ok($full->header('Retry-After') > 0, 'says when to come again');
    no_proof(job([$used]), 'and forgets none');
    bound(job([]), undef, 'who has none is let in as before');
}
$s->stop;
done();
