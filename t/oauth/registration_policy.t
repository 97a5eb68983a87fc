# Licensed under the Apache License, Version 2.0; see LICENSE.
# Who may register: MCPRegistration open, closed, or with an initial access
# token (RFC 7591 3); and how often: MCPLimit registrations.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPServer;

my $callback = 'http://127.0.0.1:33418/callback';
my $good = {redirect_uris => [$callback], token_endpoint_auth_method => 'none'};

sub server {
    my (%o) = @_;
    my $s = MCPServer->new(%o);
    $s->log->expect(qr/MCP00650/);
    return $s->start;
}

sub register {
    my ($c, %headers) = @_;
    return $c->post('/oauth/register', json => $good, headers => \%headers);
}

sub authorize_unknown {
    my $c = shift;
    return $c->get($c->authorization_request(client => {client_id => 'unknown',
        redirect_uris => [$callback]})->{url});
}

# -- closed ------------------------------------------------------------------

{
    my $s = server(config => <<'END');
MCPAuthPath     /oauth /
MCPRegistration closed
<MCPRegisteredClient known>
    RedirectURI http://127.0.0.1:33418/callback
</MCPRegisteredClient>
END
    my $c = $s->client;
    ok(!exists $c->get("/.well-known/$_")->json->{registration_endpoint},
        "closed: RFC 8414 2: $_ names no registration_endpoint")
        for qw(oauth-authorization-server openid-configuration);
    my $r = register($c);
    refused($r, 404, 'invalid_request', 'closed: nobody can register');
    like($r->json->{error_description}, qr/Ask the administrator/,
        'closed: and is told what to do');
    refused($c->post('/register', json => $good), 404, 'invalid_request',
        'closed: nor at an alias');
    refused(register($c, Authorization => 'Bearer a-token-of-some-length'),
        404, 'invalid_request', 'closed: nor with a token');
    $r = $c->token_request({client_id => 'unknown'},
        grant_type => 'refresh_token', refresh_token => 'x');
    refused($r, 401, 'invalid_client', 'closed: an unknown client is told so');
    is($r->header('Link'), undef, 'closed: and not sent to register');
    $r = authorize_unknown($c);
    shown($r, 400, qr/is not known here/, 'closed: so are people');
    like($r->body, qr/Ask the administrator of this server for a client id/,
        'closed: with what helps');
    unlike($r->body, qr/register again|\/register/,
        'closed: and not with what does not');
    is($r->header('Link'), undef, 'closed: no Link either');
    my $j = $c->journey(client => {client_id => 'known',
        redirect_uris => [$callback]});
    works($c, $j->{access_token}, '/mcp', 'closed: who is known signs in');
}

# Those who registered before go on.
{
    my $s = server();
    my $c = $s->client;
    my $client = $c->register;
    $s->configure(config => "MCPRegistration closed\n");
    $s->graceful;
    works($c, $c->journey(client => $client)->{access_token}, '/mcp',
        'closed: who registered before still signs in');
}

# -- with an initial access token --------------------------------------------

{
    my $token = 'initial-access/token+of~32=bytes';
    my $s = server(config => "MCPRegistration token $token\n");
    $s->log->secret($token);
    my $c = $s->client;
    is($c->server_metadata->{registration_endpoint},
        $s->issuer . '/oauth/register', 'token: the endpoint is announced');
    for (
        ['no token', qr/^Bearer realm="registration"$/],
        ['a wrong one', qr/^Bearer .*error="invalid_token"/,
            'Bearer wrong-token-of-some-length'],
        ['its beginning', qr/error="invalid_token"/,
            'Bearer ' . substr $token, 0, 20],
        ['more than it', qr/error="invalid_token"/, "Bearer $token."],
        ['the scheme alone', qr/^Bearer realm/, 'Bearer'],
        ['another scheme', qr/^Bearer realm="registration"$/,
            "Basic $token"],
    ) {
        my ($name, $challenge, $authorization) = @$_;
        my $r = register($c, $authorization
            ? (Authorization => $authorization) : ());
        refused($r, 401, 'invalid_token', "RFC 7591 3: $name is refused");
        like($r->header('WWW-Authenticate'), $challenge,
            "RFC 6750 3: with a Bearer challenge: $name");
    }
    my $access = $c->get('/.well-known/oauth-authorization-server');
    for ("Bearer $token", "bearer $token", "Bearer   $token") {
        is(register($c, Authorization => $_)->status, 201,
            'RFC 7591 3: with the token one registers: '
            . (substr $_, 0, 9) =~ tr/ /_/r);
    }
    my $m = register($c, Authorization => "Bearer $token")->json;
    works($c, $c->journey(client => {%$m})->{access_token}, '/mcp',
        'and then signs in as always');
    refused($c->post('/oauth/register', json => {}, headers =>
        {Authorization => "Bearer $token"}), 400, 'invalid_redirect_uri',
        'token: what is registered is judged as always');
    my $j = $c->journey(client => $m);
    refused(register($c, Authorization => "Bearer $j->{access_token}"), 401,
        'invalid_token', 'an access token of ours is no such token');
}

# -- budgets -----------------------------------------------------------------

{
    my $s = server(faketime => 1,
        config => "MCPLimit registrations=20/h\n");
    my $c = $s->client;
    my $client = $c->register;
    my $j = $c->journey(client => $client);
    my @status = map { register($c)->status } 2 .. 20;
    is_deeply(\@status, [(201) x 19], 'a budget: twenty an hour');
    my $r = register($c);
    refused($r, 429, 'temporarily_unavailable', 'RFC 6585 4: then no more');
    like($r->header('Retry-After'), qr/^[1-9]\d*$/,
        'RFC 9110 10.2.3: with Retry-After');
    cmp_ok($r->header('Retry-After'), '<=', 7200, 'which is no lifetime');
    is_deeply([map { register($c)->status } 1 .. 10], [(429) x 10],
        'in every child');
    is($c->post('/oauth/register', body => '{')->status, 429,
        'whatever is sent');
    is(register($c->fresh(from => '127.0.0.2'))->status, 201,
        'another address has a budget of its own');
    is_deeply([map { $c->refresh($j)->status } 1 .. 30], [(200) x 30],
        'a refresh is not counted');
    works($c, $c->journey(client => $client)->{access_token}, '/mcp',
        'nor is a sign-in');
    $s->graceful;
    is(register($c)->status, 429, 'a graceful restart forgets nothing');
    $s->set_clock($r->header('Retry-After') + 1);
    is(register($c)->status, 201, 'after Retry-After there is room again');
    $s->set_clock(3 * 3600);
    is_deeply([map { register($c)->status } 1 .. 20], [(201) x 20],
        'and later for all of it');
}
{
    my $s = server(config => "MCPLimit registrations=5/h\n"
        . "MCPRegistration token a-token-of-some-length\n");
    my $c = $s->client;
    is_deeply([map { register($c)->status } 1 .. 7], [(401) x 5, (429) x 2],
        'who guesses the token has the same budget');
    is(register($c->fresh(from => '127.0.0.3'),
        Authorization => 'Bearer a-token-of-some-length')->status, 201,
        'and locks nobody else out');
}
{
    my $s = server();
    my $c = $s->client;
    is_deeply([map { register($c->fresh(from => '127.0.0.9'))->status }
        1 .. 100], [(201) x 100],
        'by default a hundred users of a hosted client can come at once');
}
done();
