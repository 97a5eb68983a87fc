# Licensed under the Apache License, Version 2.0; see LICENSE.
# The introspection endpoint (RFC 7662): a resource server that asks whether a
# token is good.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPExpect;
use MCPKey;
use MCPServer;

my $secret = 'p%q+r&s=t:u/v w~x-y_z';
my $key = MCPKey->new('ES256', kid => 'one');
my $s = MCPServer->new(faketime => 1);
sub spew {
    open my $out, '>', $s->root . "/conf/$_[0]" or die $!;
    print $out $_[1];
    close $out;
    chmod 0600, $s->root . "/conf/$_[0]";
}
spew('web.secret', "$secret\n");
spew('keys.json', json_encode(MCPKey::set($key)));
my $config = $CHILDREN . <<'END';
<MCPRegisteredClient web>
    Secret      file:conf/web.secret
    RedirectURI https://web.example/cb
    Grants      authorization_code refresh_token client_credentials
</MCPRegisteredClient>
<MCPRegisteredClient wiki>
    Secret        file:conf/web.secret
    Grants        none
    Introspection on
</MCPRegisteredClient>
<MCPRegisteredClient signer>
    Keys          conf/keys.json
    Grants        client_credentials
    Introspection on
</MCPRegisteredClient>
END
$s->configure(config => $config);
$s->log->secret($secret);
$s->start;
my $c = $s->client;
my $endpoint = '/oauth/introspect';
my $issuer = $s->issuer;

my $public = $c->register;
my %wiki = (client_id => 'wiki', client_secret => $secret);
my $basic = {%wiki, token_endpoint_auth_method => 'client_secret_basic'};
my $post = {%wiki, token_endpoint_auth_method => 'client_secret_post'};
my $signer = {client_id => 'signer',
    token_endpoint_auth_method => 'private_key_jwt'};
my $web = {%wiki, client_id => 'web', token_endpoint_auth_method =>
    'client_secret_post', redirect_uris => ['https://web.example/cb']};

sub proof {
    my $client = shift;
    return $client == $signer ? $key->assertion('signer', $issuer) : ();
}
sub about {
    my ($client, $token, %fields) = @_;
    return $c->introspect($client, $token, proof($client), %fields);
}
sub is_active {
    my ($response, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my @faults = private_headers($response);
    push @faults, 'it is not application/json'
        unless $response->header('Content-Type') =~ m{^application/json};
    push @faults, 'it is not active'
        unless $response->status == 200 && $response->json->{active};
    ok(!@faults, $name) or diag join "\n", @faults, $response->brief;
    return @faults ? {} : $response->json;
}
# RFC 7662 2.2: that it is not active, and no more
sub is_not {
    my ($response, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my @faults = private_headers($response);
    push @faults, 'it says something else'
        unless $response->status == 200
        && $response->body eq '{"active":false}';
    ok(!@faults, $name) or diag join "\n", @faults, $response->brief;
}

# -- metadata ----------------------------------------------------------------

my $m = $c->server_metadata;
is($m->{introspection_endpoint}, "$issuer/oauth/introspect",
    'RFC 8414 2: introspection_endpoint, where some client may ask');
is_deeply([sort @{$m->{introspection_endpoint_auth_methods_supported}}],
    [qw(client_secret_basic client_secret_post private_key_jwt)],
    'RFC 8414 2: never without proof');
is_deeply($m->{introspection_endpoint_auth_signing_alg_values_supported},
    $m->{token_endpoint_auth_signing_alg_values_supported},
    'RFC 8414 2: and what is signed with');

# -- what it says ------------------------------------------------------------

my $j = $c->journey(client => $public, resource => '/notes',
    scope => 'notes:write');
my $claims = jwt_claims($j->{access_token});
{
    my $said = is_active(about($basic, $j->{access_token}),
        'RFC 7662 2.2: active: a token that this server issued');
    is_deeply([sort keys %$said], [qw(active aud client_id exp iat iss jti
        scope sub token_type username)], 'RFC 7662 2.2: these members');
    is($said->{active}, JSON::PP::true(), 'active is a boolean');
    is($said->{$_}, $claims->{$_}, "RFC 7662 2.2: $_ is that of the token")
        for qw(sub aud iss jti exp iat client_id scope);
    is($said->{aud}, $c->resource('/notes'), 'aud is the resource');
    is($said->{iss}, $issuer, 'iss is the issuer');
    is($said->{username}, 'ada', 'RFC 7662 2.2: username, for people');
    is($said->{token_type}, 'Bearer', 'RFC 7662 2.2, RFC 6749 5.1: Bearer');
    is(join(' ', sort split / /, $said->{scope}), 'notes:read notes:write',
        'RFC 7662 2.2: scope, separated by spaces');
    like(about($basic, $j->{access_token})->body, qr/"exp":\d+,"iat":\d+,/,
        'times are numbers');
}
{
    my $plain = $c->journey(client => $public, user => 'bob');
    my $said = is_active(about($basic, $plain->{access_token}),
        'of another location and user, without scopes');
    is($said->{username}, 'bob', 'his name');
    ok(!exists $said->{scope} || length $said->{scope},
        'RFC 7662 2.2: no empty scope');
    my $own = $c->token_request($web, grant_type => 'client_credentials',
        resource => $c->resource('/mcp'))->json->{access_token};
    $said = is_active(about($basic, $own), 'of a client itself');
    is_deeply([@{$said}{qw(sub client_id username)}],
        ['web', 'web', 'client:web'], 'which is the subject');
}
is_active($c->post($endpoint, form => [client_id => 'wiki',
    client_secret => $secret, token => $j->{access_token}, @$_]),
    'RFC 7662 2.1: the hint changes nothing') for
    [token_type_hint => 'access_token'], [token_type_hint => 'refresh_token'],
    [token_type_hint => 'x'], [token_type_hint => ''], [extra => 'x'];

# -- who may ask -------------------------------------------------------------

is_active(about($_, $j->{access_token}), 'RFC 7662 2.1: authenticated by '
    . $_->{token_endpoint_auth_method}) for $basic, $post, $signer;
{
    my $other = MCPKey->new('ES256', kid => 'one');
    my $basic_of = sub { return {Authorization => 'Basic '
        . MIME::Base64::encode_base64($_[0], '')} };
    my %once = $key->assertion('signer', $issuer);
    is_active($c->introspect($signer, $j->{access_token}, %once),
        'an assertion');
    refused($c->post($endpoint, form => [token => $j->{access_token},
        @{$_->[1]}], headers => $_->[2] // {}), $_->[3] // 401,
        $_->[4] // 'invalid_client', "RFC 7662 2.3: $_->[0]") for
        ['no credentials', []],
        ['an unknown client', [client_id => 'nobody']],
        ['no secret', [client_id => 'wiki']],
        ['a wrong one', [client_id => 'wiki', client_secret => 'x' x 20]],
        ['a wrong one by Basic', [], $basic_of->('wiki:' . 'x' x 20)],
        ['a token as credentials', [],
            {Authorization => "Bearer $j->{access_token}"}],
        ['an assertion that was used', [%once]],
        ['an assertion by another key', [$other->assertion('signer',
            $issuer)]],
        ['two ways at once', [client_id => 'wiki', client_secret => $secret],
            $basic_of->("wiki:$secret"), 400, 'invalid_request'];
    my $confidential = $c->register(
        token_endpoint_auth_method => 'client_secret_basic');
    refused($c->introspect($_, $j->{access_token}), 403,
        'unauthorized_client', 'RFC 7662 4: who has no right to ask: '
        . ($_->{client_name} // $_->{client_id}))
        for $web, $public, $confidential;
    refused($c->token_request($post, grant_type => 'client_credentials',
        resource => $c->resource('/mcp')), 400, 'unauthorized_client',
        'Grants none: who asks gets no token');
    refused($c->token_request($post, grant_type => $_, code => 'x',
        code_verifier => 'x' x 43, refresh_token => 'x'), 400,
        'unauthorized_client', "Grants none: nor by $_")
        for qw(authorization_code refresh_token);
    refused($c->revoke($post, $j->{access_token}), 400, 'invalid_grant',
        'nor can it revoke what it may ask about');
}

# -- what is not active ------------------------------------------------------

{
    my ($head, $payload, $signature) = split /\./, $j->{access_token};
    my $code = $c->journey(client => $public, until => 'code');
    my $forged = $key->jwt($claims, typ => 'at+jwt',
        kid => jwt_header($j->{access_token})->{kid});
    is_not(about($basic, $_->[1]), "RFC 7662 2.2: not active: $_->[0]") for
        ['nonsense', 'nonsense'], ['a dot', '.'], ['60,000 bytes',
            'x' x 60_000], ['what is not ASCII', "\x{e4}\x{20ac}"],
        ['a refresh token: a resource server would let it in',
            $j->{refresh_token}],
        ['a code', $code->{code}], ['an assertion', {proof($signer)}
            ->{client_assertion}],
        ['a token that another key signed', $forged],
        ['a token without its signature', "$head.$payload."],
        ['a token with alg none', encode_base64url('{"alg":"none",'
            . '"typ":"at+jwt"}') . ".$payload."],
        ['the scheme before it', "Bearer $j->{access_token}"];
    is_not(about($basic, $j->{refresh_token}, token_type_hint =>
        'refresh_token'), 'a refresh token, whatever the hint');
}
{
    my $k = $c->journey(client => $public);
    is_active(about($basic, $k->{access_token}), 'before it is revoked');
    $c->revoke($public, $k->{access_token});
    is_not(about($basic, $k->{access_token}), 'RFC 7662 2.2: revoked');
    my $second = $c->refresh($k)->json;
    agree($s, $endpoint, sub { about($post, $second->{access_token}) }, 200,
        'asked of each child');
    $c->revoke($public, $second->{refresh_token});
    my @said = agree($s, $endpoint, sub {
        about($post, $second->{access_token}) }, 200,
        'and asked when its grant has ended');
    is_deeply([grep { $_->body ne '{"active":false}' } @said], [],
        'it is not active, for none of them');
    my $twice = $c->journey(client => $public);
    $c->redeem($twice);
    is_not(about($basic, $twice->{access_token}),
        'RFC 6749 4.1.2: whose code was used twice');
}

# -- requests ----------------------------------------------------------------

{
    my @client = (client_id => 'wiki', client_secret => $secret);
    refused($c->post($endpoint, form => [@client, @{$_->[1]}]), 400,
        'invalid_request', "RFC 7662 2.1: $_->[0]") for
        ['no token', []], ['an empty one', [token => '']],
        ['two tokens', [token => $j->{access_token}, token => 'x']],
        ['two hints', [token => $j->{access_token},
            (token_type_hint => 'x') x 2]];
    my $got = $c->get("$endpoint?token=x");
    is($got->status, 405, 'RFC 7662 2.1: by POST only');
    is($got->header('Allow'), 'POST,OPTIONS', 'as Allow says');
    refused($c->post("$endpoint?token=x", form => [@client]), 400,
        'invalid_request', 'RFC 7662 4: a token in the URI is none');
    refused($c->post($endpoint, json => {@client,
        token => $j->{access_token}}), 415, 'invalid_request',
        'RFC 7662 2.1: application/x-www-form-urlencoded');
    my $r = $c->post($endpoint, form => [@client, token => 'x'],
        headers => {Origin => 'https://inspector.test'});
    is($r->header('Access-Control-Allow-Origin'), undef,
        'Fetch: resource servers are no browsers');
}

# -- time, restarts, a location that is gone ---------------------------------

$s->set_clock(3000);
is_active(about($basic, $j->{access_token}), '50 minutes later');
$s->set_clock(3605);
is_not(about($basic, $j->{access_token}), 'RFC 7662 2.2: expired');
$s->set_clock(0);
$s->restart;
is_active(about($basic, $j->{access_token}), 'after a restart');
$s->configure(config => $config . <<'END');
<Location "/notes">
    AuthType None
    Require  all granted
</Location>
END
$s->graceful;
is_not(about($basic, $j->{access_token}),
    'of a location that is protected no more');

# -- a store that cannot be used ---------------------------------------------

{
    my $k = $c->journey(client => $public);
    is_active(about($basic, $k->{access_token}), 'a token');
    $s->break_store;
    my $r = about($basic, $k->{access_token});
    refused($r, 503, 'temporarily_unavailable',
        'where the store cannot say it is neither active nor not');
    like($r->header('Retry-After') // '', qr/^[1-9]\d*$/,
        'RFC 9110 10.2.3: with Retry-After');
    $s->mend_store;
    is_active(about($basic, $k->{access_token}), 'with the store it is');
}
$s->stop;
done();
