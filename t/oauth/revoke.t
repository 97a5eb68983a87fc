# Licensed under the Apache License, Version 2.0; see LICENSE.
# The revocation endpoint (RFC 7009): a client that wants to be forgotten.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPExpect;
use MCPKey;
use MCPServer;

my $secret = 'p%q+r&s=t:u/v w~x-y_z';
my $key = MCPKey->new('ES256', kid => 'one');
my $s = MCPServer->new;
sub spew {
    open my $out, '>', $s->root . "/conf/$_[0]" or die $!;
    print $out $_[1];
    close $out;
    chmod 0600, $s->root . "/conf/$_[0]";
}
spew('web.secret', "$secret\n");
spew('keys.json', json_encode(MCPKey::set($key)));
$s->configure(config => $CHILDREN . <<'END');
<MCPRegisteredClient web>
    Secret      file:conf/web.secret
    RedirectURI https://web.example/cb
    Grants      authorization_code refresh_token client_credentials
</MCPRegisteredClient>
<MCPRegisteredClient signer>
    Keys        conf/keys.json
    RedirectURI https://signer.example/cb
</MCPRegisteredClient>
END
$s->log->secret($secret);
$s->start;
my $c = $s->client;
my $endpoint = '/oauth/revoke';

my $public = $c->register;
my %web = (client_id => 'web', client_secret => $secret,
    redirect_uris => ['https://web.example/cb']);
my $basic = {%web, token_endpoint_auth_method => 'client_secret_basic'};
my $post = {%web, token_endpoint_auth_method => 'client_secret_post'};
my $signer = {client_id => 'signer', token_endpoint_auth_method =>
    'private_key_jwt', redirect_uris => ['https://signer.example/cb']};

sub tokens { return $c->journey(client => $public, @_) }
# what has to be proved besides: a new assertion each time
sub proof {
    my $client = shift;
    return $client == $signer ? $key->assertion('signer', $s->issuer) : ();
}
sub revoke {
    my ($client, $token, %fields) = @_;
    return $c->revoke($client, $token, proof($client), %fields);
}
sub refreshed {
    my ($j, $token) = @_;
    my $r = $c->refresh($j, proof($j->{client}),
        defined $token ? (refresh_token => $token) : ());
    return $r->status == 200 ? $r->json : undef;
}
# RFC 7009 2.2: 200, and the body says nothing
sub done_so {
    my ($response, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my @faults = private_headers($response);
    push @faults, 'there is a body' if length $response->body;
    push @faults, 'it is not 200' unless $response->status == 200;
    ok(!@faults, $name) or diag join "\n", @faults, $response->brief;
}
sub token_is {
    my ($token, $status, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return agree($s, '/mcp', sub {
        $c->call_tool('/mcp', hello => {}, token => $token) }, $status, $name);
}

# -- a refresh token ---------------------------------------------------------

{
    my $j = tokens();
    my $second = refreshed($j);
    my $other = tokens();
    my $session = $c->initialize('/mcp', token => $second->{access_token});
    token_is($_, 200, 'before it works')
        for $j->{access_token}, $second->{access_token};
    done_so(revoke($public, $second->{refresh_token},
        token_type_hint => 'refresh_token'),
        'RFC 7009 2.2: 200 if the token has been revoked successfully');
    # nothing between: the very next answer of every child
    for (token_is($second->{access_token}, 401, 'RFC 7009 2.1: access tokens '
        . 'based on the same authorization grant end')) {
        like($_->header('WWW-Authenticate') // '',
            qr/^Bearer error="invalid_token"/, 'with their challenge');
    }
    token_is($j->{access_token}, 401, 'the first one too');
    is($c->legacy('/mcp', 'ping', undef, token => $second->{access_token},
        session => $session)->status, 401, 'in a session as well');
    ok(!refreshed($j, $_), 'RFC 7009 2.1: the refresh token is invalid')
        for $second->{refresh_token}, $j->{refresh_token};
    token_is($other->{access_token}, 200,
        'another grant of the same user and client goes on');
    ok(refreshed($other), 'and can be refreshed');

    $s->graceful;
    token_is($second->{access_token}, 401,
        'after a graceful restart it is revoked');
    $s->restart;
    token_is($second->{access_token}, 401, 'after a restart it is revoked');
    $s->kill_child;
    token_is($second->{access_token}, 401, 'in a new child it is revoked');
    token_is($other->{access_token}, 200, 'and the other is not');
    ok(!refreshed($j, $second->{refresh_token}), 'nor can it be refreshed');

    my $old = tokens();
    my $third = refreshed($old);
    refreshed($old, $third->{refresh_token});
    done_so(revoke($public, $old->{refresh_token}),
        'a refresh token that was turned twice');
    dead($c, $third->{access_token}, '/mcp', 'ends the grant as well');
    ok(!refreshed($old, $third->{refresh_token}), 'all of it');
}

# -- an access token ---------------------------------------------------------

# The other spelling of an ECDSA signature: s and n - s.
sub twin {
    my ($text, $signature) = $_[0] =~ /^(.*)\.([^.]+)$/;
    my ($r, $s) = unpack '(H64)2', decode_base64url($signature);
    require Math::BigInt;
    my $n = Math::BigInt->from_hex('ffffffff00000000ffffffffffffffff'
        . 'bce6faada7179e84f3b9cac2fc632551');
    my $hex = $n->bsub(Math::BigInt->from_hex($s))->to_hex;
    my $twin = "$text." . encode_base64url(pack 'H64H64', $r,
        '0' x (64 - length $hex) . $hex);
    secret($twin);
    return $twin;
}

{
    my $j = tokens();
    my $second = refreshed($j);
    my $twin = twin($j->{access_token});
    isnt($twin, $j->{access_token}, 'a signature has two spellings');
    works($c, $twin, '/mcp', 'and works in both');
    token_is($j->{access_token}, 200, 'before it works');
    done_so(revoke($public, $j->{access_token},
        token_type_hint => 'access_token'), 'RFC 7009 2.1: an access token');
    token_is($j->{access_token}, 401, 'ends at once');
    dead($c, $twin, '/mcp', 'in both spellings');
    token_is($second->{access_token}, 200,
        'RFC 7009 2.1: the grant may go on, and does');
    ok($second = refreshed($j, $second->{refresh_token}),
        'its refresh token too');
    $s->graceful;
    token_is($j->{access_token}, 401,
        'after a graceful restart it is revoked');
    $s->restart;
    token_is($j->{access_token}, 401, 'after a restart it is revoked');
    $s->kill_child;
    token_is($j->{access_token}, 401, 'in a new child it is revoked');
    works($c, $second->{access_token}, '/mcp', 'and no other');
}

# -- the hint ----------------------------------------------------------------

for my $hint (qw(access_token refresh_token urn:example:saml2 x), '', undef) {
    my $j = tokens();
    my $name = 'RFC 7009 2.1: the hint ' . ($hint // 'that is none');
    done_so(revoke($public, $j->{access_token}, token_type_hint => $hint),
        "$name with an access token");
    dead($c, $j->{access_token}, '/mcp', 'revokes it');
    done_so(revoke($public, $j->{refresh_token}, token_type_hint => $hint),
        "$name with a refresh token");
    ok(!refreshed($j), 'revokes it');
}

# -- each way to authenticate ------------------------------------------------

for my $client ($public, $basic, $post, $signer) {
    my $method = $client->{token_endpoint_auth_method};
    for my $kind (qw(access_token refresh_token)) {
        my $j = $c->journey(client => $client, until => 'code');
        $j = {%$j, %{$c->redeem($j, proof($client))->json}};
        works($c, $j->{access_token}, '/mcp', "$method: $kind works");
        done_so(revoke($client, $j->{$kind}), "$method: it is revoked");
        dead($c, $j->{access_token}, '/mcp', 'and does not work then');
        my $goes_on = $kind eq 'access_token';
        is(!!refreshed($j), $goes_on, $goes_on ? 'the family does'
            : 'nor does the family');
    }
}
sub own {
    return $c->token_request($post, grant_type => 'client_credentials',
        resource => $c->resource('/mcp'))->json->{access_token};
}
{
    my $own = own();
    works($c, $own, '/mcp', 'RFC 6749 4.4: a token of the client itself');
    done_so(revoke($basic, $own), 'it revokes that');
    dead($c, $own, '/mcp', 'and it does not work then');
    works($c, own(), '/mcp', 'another one does');
}
{
    my $j = $c->journey(client => $post);
    my @fields = (token => $j->{refresh_token});
    my $other = MCPKey->new('ES256', kid => 'one');
    my $basic_of = sub { return {Authorization => 'Basic '
        . MIME::Base64::encode_base64($_[0], '')} };
    refused($c->post($endpoint, form => [@fields, @{$_->[1]}],
        headers => $_->[2] // {}), $_->[3] // 401, $_->[4] // 'invalid_client',
        "RFC 7009 2.1, RFC 6749 5.2: $_->[0]") for
        ['no client', []],
        ['an unknown one', [client_id => 'nobody']],
        ['no secret', [client_id => 'web']],
        ['a wrong one', [client_id => 'web', client_secret => "$secret "]],
        ['a wrong one by Basic', [], $basic_of->("web:$secret ")],
        ['the token as its own credentials', [client_id => 'web'],
            {Authorization => "Bearer $j->{access_token}"}],
        ['an assertion of another', [client_id => 'web',
            $key->assertion('signer', $s->issuer)], {}, 400,
            'invalid_request'],
        ['an assertion by another key', [$other->assertion('signer',
            $s->issuer)]],
        ['two ways at once', [client_id => 'web', client_secret => $secret],
            $basic_of->("web:$secret"), 400, 'invalid_request'];
    works($c, $j->{access_token}, '/mcp', 'nothing was revoked by that');
    ok(refreshed($j), 'nothing at all');
    my %once = $key->assertion('signer', $s->issuer);
    done_so($c->revoke($signer, 'x', %once), 'an assertion');
    refused($c->revoke($signer, 'x', %once), 401, 'invalid_client',
        'RFC 7523 3: counts once');
}

# -- tokens of other clients -------------------------------------------------

{
    my $j = tokens();
    my $other = $c->register(client_name => 'Another');
    for my $client ($other, $basic, $signer) {
        for my $kind (qw(access_token refresh_token)) {
            refused(revoke($client, $j->{$kind}), 400, 'invalid_grant',
                'RFC 7009 2.1: not issued to the client that asks: the '
                . "request is refused ($kind)");
        }
    }
    token_is($j->{access_token}, 200, 'and nothing is revoked');
    ok(refreshed($j), 'nothing at all');
}

# -- what cannot be revoked any more, or never could -------------------------

{
    my $j = tokens();
    done_so(revoke($public, $j->{refresh_token}), 'a token');
    done_so(revoke($public, $j->{refresh_token}),
        'RFC 7009 2.2: once more: an invalid token is no error');
    done_so(revoke($public, $j->{access_token}),
        'nor is what ended with its grant');
    my $live = tokens();
    my ($head, $claims, $signature) = split /\./, $live->{access_token};
    my $code = $c->journey(client => $public, until => 'code');
    done_so(revoke($public, $_->[1]), "RFC 7009 2.2: nor is $_->[0]") for
        ['nonsense', 'nonsense'], ['a dot', '.'], ['three parts', 'a.b.c'],
        ['60,000 bytes', 'x' x 60_000],
        ['markup', '<script>'], ['what is not ASCII', "\x{e4}\x{20ac}"],
        ['a token without its signature', "$head.$claims."],
        ['a changed one', "$head.$claims." . reverse $signature],
        ['the beginning of a refresh token',
            substr $live->{refresh_token}, 0, -1],
        ['a refresh token and more', "$live->{refresh_token}x"],
        ['another generation of it', $live->{refresh_token}
            =~ s/\.(\d+)\.([^.]+)$/'.' . ($1 + 1) . ".$2"/er],
        ['a code', $code->{code}],
        ['a password', $MCPClient::PASSWORD{bob}];
    works($c, $live->{access_token}, '/mcp', 'nothing was revoked by that');
    ok(refreshed($live), 'nothing at all');
    is($c->redeem($code)->status, 200, 'and the code is not used up');
}

# -- requests ----------------------------------------------------------------

{
    my $j = tokens();
    my @client = (client_id => $public->{client_id});
    refused($c->post($endpoint, form => [@client, @{$_->[1]}]), 400,
        'invalid_request', "RFC 7009 2.1: $_->[0]") for
        ['no token', []], ['an empty one', [token => '']],
        ['two tokens', [token => $j->{access_token}, token => 'x']],
        ['the same one twice', [(token => $j->{access_token}) x 2]],
        ['two hints', [token => $j->{access_token},
            (token_type_hint => 'access_token') x 2]];
    my $query = "$endpoint?" . MCPClient::form_encode([@client,
        token => $j->{access_token}]);
    my $got = $c->get($query);
    is($got->status, 405, 'RFC 7009 2.1: by POST only');
    is($got->header('Allow'), 'POST,OPTIONS', 'as Allow says');
    refused($c->post($query, form => {}), 401, 'invalid_client',
        'RFC 7009 2.1: in the body only');
    refused($c->post($endpoint, json => {@client,
        token => $j->{access_token}}), 415, 'invalid_request',
        'RFC 7009 2.1: application/x-www-form-urlencoded');
    works($c, $j->{access_token}, '/mcp', 'nothing was revoked by that');
    my $r = $c->post($endpoint, form => [@client, token => 'x'],
        headers => {Origin => 'https://inspector.test'});
    is($r->header('Access-Control-Allow-Origin'), '*',
        'RFC 7009 2.3: browsers may ask, of any origin');
    is($r->header('Set-Cookie'), undef, 'without cookies');
    done_so($c->post($endpoint, form => [@client,
        token => $j->{access_token}, extra => 'x', resource => 'x']),
        'RFC 6749 3.2: what is not known is ignored');
    dead($c, $j->{access_token}, '/mcp', 'and the token revoked');
}

# -- many at once ------------------------------------------------------------

{
    my $j = tokens();
    my @said = at_once(8, sub { revoke($public, $j->{refresh_token})->status });
    is_deeply(\@said, [(200) x 8], 'eight at once: 200 for each');
    my $k = tokens();
    my @got = at_once(8, sub { $_[0] % 2
        ? [revoke($public, $k->{refresh_token})->status]
        : refreshed($k) || [] });
    ok(!refreshed($k), 'who refreshes at the same time');
    dead($c, $_, '/mcp', 'saves nothing') for $k->{access_token},
        map { ref $_ eq 'HASH' ? $_->{access_token} : () } @got;
}
ok($s->logged(qr/MCP00160: the client .* revoked a refresh token of 'ada'/),
    'the log says who revoked what');
ok($s->logged(qr/MCP00161: the client .* revoked an access token of 'ada'/),
    'of each kind');

# -- a store that cannot be used ---------------------------------------------

{
    my $j = tokens();
    $s->break_store;
    for my $kind (qw(access_token refresh_token)) {
        my $r = revoke($public, $j->{$kind});
        refused($r, 503, 'temporarily_unavailable',
            "RFC 7009 2.2.1: 503, the $kind is still there");
        like($r->header('Retry-After') // '', qr/^[1-9]\d*$/,
            'RFC 7009 2.2.1: with Retry-After');
    }
    $s->mend_store;
    works($c, $j->{access_token}, '/mcp', 'it is');
    done_so(revoke($public, $j->{refresh_token}), 'it can be revoked then');
    dead($c, $j->{access_token}, '/mcp', 'and is');
}
$s->stop;
done();
