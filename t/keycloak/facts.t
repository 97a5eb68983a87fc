# Licensed under the Apache License, Version 2.0; see LICENSE.
# What our keycloak preset takes for granted, asked of Keycloak itself: a newer
# one that answers otherwise fails here, before the journey gets puzzling.
use strict;
use warnings;
use utf8;
use IO::Select;
use IO::Socket::INET;
use MCPTest;
use MCPKeycloak;

my $port = MCPServer::free_port();
my $callback = "http://localhost:$port/oauth/callback";
my $k = MCPKeycloak->new(mcp => "http://localhost:$port")->start;

# -- a client that is none of ours -------------------------------------------

sub basic {
    my ($client, $secret) = @_;
    return (Authorization => 'Basic ' . MIME::Base64::encode_base64(
        "$client:" . ($secret // $k->secret), ''));
}

sub ask {
    my ($endpoint, $form, %o) = @_;
    my ($client, $realm) = ($o{client} // 'mcp-gateway', $o{realm} // 'staff');
    return $k->http->post($k->endpoint($realm, $endpoint), form => $form,
        headers => {basic($client, $o{secret})});
}

sub userinfo {
    my ($token) = @_;
    return $k->http->get($k->endpoint('staff', 'userinfo'), token => $token);
}

# An authorization request; its answer and the verifier.
sub authorize {
    my ($browser, %o) = @_;
    my $verifier = MCPClient::random_text(32);
    my %p = (response_type => 'code', scope => 'openid email profile',
        client_id => 'mcp-gateway', redirect_uri => $callback, state => 's',
        nonce => 'n', code_challenge => MCPClient::s256($verifier),
        code_challenge_method => 'S256', %{$o{parameters} || {}});
    return ($browser->get($k->endpoint($o{realm} // 'staff', 'auth') . '?'
        . MCPClient::form_encode(\%p)), $verifier);
}

sub sign_in_at {
    my ($browser, $page, %o) = @_;
    my $user = $o{user} // 'ada';
    my ($form) = $browser->forms($page);
    return $browser->submit($page, $form, username => $user,
        password => $MCPClient::PASSWORD{$user});
}

# From the login page to tokens.
sub tokens {
    my %o = @_;
    my $browser = $o{browser} // $k->http;
    my ($page, $verifier) = authorize($browser, %o);
    my $back = $page->header('Location') ? $page
        : sign_in_at($browser, $page, %o);
    my $answer = ask(token => {grant_type => 'authorization_code',
        code => returned($back)->{code}, redirect_uri => $callback,
        code_verifier => $verifier, %{$o{fields} || {}}}, %o);
    die $answer->brief if $answer->status != 200;
    return $answer->json;
}

sub returned {
    my $location = shift->header('Location') // '';
    return {} if index($location, "$callback?") != 0;
    return MCPClient::form_decode($location =~ /\?(.*)/);
}

sub refresh {
    my ($tokens, %o) = @_;
    return ask(token => {grant_type => 'refresh_token',
        refresh_token => $tokens->{refresh_token}}, %o);
}

sub error_is {
    my ($response, $status, $error, $name) = @_;
    my $is = $response->status . ' ' . ($response->json->{error} // 'none');
    return is($is, "$status $error", $name) || diag $response->brief;
}

# -- metadata ----------------------------------------------------------------

my $issuer = $k->issuer('staff');
my $metadata = $k->http->get("$issuer/.well-known/openid-configuration")->json;
is($metadata->{issuer}, $issuer, 'the issuer is what the browser sees');
ok($metadata->{$_}, "metadata: $_") for qw(authorization_endpoint jwks_uri
    token_endpoint userinfo_endpoint revocation_endpoint
    backchannel_logout_supported backchannel_logout_session_supported
    authorization_response_iss_parameter_supported);
ok((grep { $_ eq 'S256' } @{$metadata->{code_challenge_methods_supported}}),
    'metadata: PKCE');
my @keys = @{$k->http->get($metadata->{jwks_uri})->json->{keys}};
is_deeply([sort map "$_->{use} $_->{alg}", @keys],
    ['enc RSA-OAEP', 'sig RS256'], 'one key of the JWKS is for encryption');
is($k->http->get($k->url . '/.well-known/oauth-authorization-server'
    . '/realms/staff')->status, 200, 'RFC 8414: the inserted form answers');
is($k->http->get($k->url . '/auth/realms/staff/.well-known/'
    . 'openid-configuration')->status, 404, 'the old /auth is gone');

# -- a sign-in ---------------------------------------------------------------

my $browser = $k->http;
my ($page, $verifier) = authorize($browser,
    parameters => {resource => "http://localhost:$port/mcp"});
is($page->status, 200, 'RFC 8707: resource is no error');
my $back = returned(sign_in_at($browser, $page));
is($back->{iss}, $issuer, 'RFC 9207: iss comes with the code');
is($back->{state}, 's', 'and so does state');
my $answer = ask(token => {grant_type => 'authorization_code',
    code => $back->{code}, redirect_uri => $callback,
    code_verifier => $verifier});
my $t = $answer->json;
is($answer->status, 200, 'the code is good') or diag $answer->brief;
is($t->{token_type}, 'Bearer', 'a bearer token');
cmp_ok($t->{expires_in}, '<=', 60, 'for a minute');
is($t->{refresh_expires_in}, 1800, 'the refresh token ends with the session');

my ($access, $id) = map jwt_claims($t->{$_}), qw(access_token id_token);
my $name = 'Ada Łovelace-Žižek';
is_deeply([@$access{qw(iss aud azp typ name email sub)}], [$issuer, 'account',
    'mcp-gateway', 'Bearer', $name, 'ada@example.com', $id->{sub}],
    'the access token: not for us by its aud, but by its azp');
is(jwt_header($t->{access_token})->{typ}, 'JWT', 'it has no type of its own');
ok((grep { $_ eq 'admin' } @{$access->{realm_access}{roles}}),
    'roles: /realm_access/roles');
is_deeply($access->{resource_access}{'mcp-gateway'}{roles}, ['write'],
    'permissions: /resource_access/CLIENT/roles');
is_deeply([@$id{qw(iss aud azp typ nonce name email email_verified)}],
    [$issuer, 'mcp-gateway', 'mcp-gateway', 'ID', 'n', $name,
        'ada@example.com', JSON::PP::true], 'the id_token');
is($id->{sid}, $access->{sid}, 'both know the session');
ok(!exists $id->{realm_access} && !exists $id->{resource_access},
    'no role is in the id_token');
my $info = userinfo($t->{access_token})->json;
is($info->{name}, $name, 'userinfo has the name');
ok(!exists $info->{realm_access} && !exists $info->{resource_access},
    'and no role');
is_deeply(ask('token/introspect', {token => $t->{access_token}})->json,
    {active => JSON::PP::false},
    'introspection says no to whom aud does not name');
is(jwt_claims(tokens(user => 'bob')->{id_token})->{email_verified},
    JSON::PP::false, 'an e-mail address that is not verified');
my $light = jwt_claims(tokens(client => 'mcp-audience', parameters =>
    {client_id => 'mcp-audience'})->{access_token});
is($light->{aud}, "http://localhost:$port/mcp", 'an audience mapper');
ok(!exists $light->{sub} && !exists $light->{realm_access},
    'a lightweight access token says nothing of the user');

# -- refusals of the authorization endpoint ----------------------------------

sub refusal { return returned((authorize($k->http, parameters => {@_}))[0]) }
is(refusal(prompt => 'none')->{error}, 'login_required', 'prompt=none');
is(refusal(scope => 'openid nosuch')->{error}, 'invalid_scope',
    'a scope that is none');
is(refusal(code_challenge => undef, code_challenge_method => undef)->{error},
    'invalid_request', 'no PKCE');
my ($lost) = authorize($k->http, parameters => {
    redirect_uri => "http://localhost:$port/other"});
is($lost->status, 400, 'an unknown redirect_uri stays there');
my $asked = $k->http;
my ($login) = authorize($asked, parameters => {client_id => 'mcp-asks'});
my $consent = sign_in_at($asked, $login);
$consent = $asked->get($consent->header('Location'));
my ($form) = $asked->forms($consent);
my $denied = returned($asked->submit($consent, $form, cancel => 'No'));
is($denied->{error}, 'access_denied', 'who refuses the consent');
is($denied->{iss}, $issuer, 'RFC 9207: iss comes with an error');

# -- refusals of the token endpoint ------------------------------------------

$t = tokens();
error_is(refresh($t, secret => 'wrong'), 401, 'unauthorized_client',
    'a wrong secret is not invalid_client');
my $next = refresh($t);
is($next->status, 200, 'and ends nothing') or diag $next->brief;
isnt($next->json->{refresh_token}, $t->{refresh_token},
    'each refresh gives another token');
my $again = jwt_claims($next->json->{id_token});
is($again->{sub}, $id->{sub}, 'and an id_token of the same user');
ok(!exists $again->{nonce}, 'without nonce');
is(refresh($t)->status, 200, 'the one before goes on without rotation');

my $ada = $k->user('ada');
$k->set($ada, enabled => JSON::PP::false);
error_is(refresh($t), 400, 'invalid_grant', 'a disabled user');
$k->set($ada, enabled => JSON::PP::true);
is(refresh($t)->status, 200, 'enabled again: the same token works');
my $gateway = $k->component('mcp-gateway');
$k->set($gateway, enabled => JSON::PP::false);
error_is(refresh($t), 401, 'invalid_client', 'a disabled client');
$k->set($gateway, enabled => JSON::PP::true);
$k->set('/staff', enabled => JSON::PP::false);
error_is(refresh($t), 403, 'access_denied', 'a disabled realm');
$k->set('/staff', enabled => JSON::PP::true);
is(refresh($t)->status, 200, 'none of which ends anything');

my $strict = tokens(realm => 'strict');
my $turned = refresh($strict, realm => 'strict')->json;
error_is(refresh($strict, realm => 'strict'), 400, 'invalid_grant',
    'with rotation: used twice');
error_is(refresh($turned, realm => 'strict'), 400, 'invalid_grant',
    'and its successor is dead, too');

# -- two sign-ins of one browser are one session -----------------------------

my @both = map { tokens(browser => $browser) } 1 .. 2;
is(jwt_claims($both[0]{id_token})->{sid}, jwt_claims($both[1]{id_token})->{sid},
    'two sign-ins of one browser: one session');
is(ask(revoke => {token => $both[0]{refresh_token}})->status, 200,
    'RFC 7009: one is revoked');
error_is(refresh($both[1]), 400, 'invalid_grant', 'and so is the other');

# -- logout ------------------------------------------------------------------

# What is posted to the logout URL while code runs: [[head, body], ...]
sub posted {
    my $code = shift;
    my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
        LocalPort => $port, Listen => 8, ReuseAddr => 1) or die "listen: $@";
    pipe my $from, my $to or die $!;
    my $pid = fork // die $!;
    if (!$pid) {
        close $from;
        while (my $socket = $listener->accept) {
            my $buffer = '';
            my $head = MCPClient::read_head($socket, \$buffer) or next;
            my ($length) = $head =~ /^Content-Length: *(\d+)/mi;
            while (length $buffer < ($length // 0)) {
                MCPClient::fill($socket, \$buffer) or last;
            }
            print $socket "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
                . "Connection: close\r\n\r\n";
            syswrite $to, json_encode([$head, $buffer]) . "\n";
            close $socket;
        }
        POSIX::_exit(0);
    }
    close $to;
    $code->();    # Keycloak answers after it has posted
    kill KILL => $pid;
    waitpid $pid, 0;
    return map json_decode($_), <$from>;
}

$k->admin(POST => "$ada/logout");    # of all the sign-ins above
$t = tokens();
my ($post, @more) = posted(sub { $k->admin(POST => "$ada/logout") });
is(scalar @more, 0, 'one POST of one session');
my ($head, $body) = @{$post || ['', '']};
like($head, qr{^POST /oauth/backchannel-logout HTTP}, 'to where it was told');
like($head, qr{^Content-Type: application/x-www-form-urlencoded\r?$}mi,
    'a form');
my $fields = MCPClient::form_decode($body);
is_deeply([keys %$fields], ['logout_token'], 'of one field');
my $logout = jwt_claims($fields->{logout_token});
is(jwt_header($fields->{logout_token})->{typ}, 'logout+jwt',
    'Back-Channel Logout 2.4: its type');
is_deeply([@$logout{qw(iss aud sub sid typ)}], [$issuer, 'mcp-gateway',
    $id->{sub}, jwt_claims($t->{id_token})->{sid}, 'Logout'],
    'whose session it was');
is_deeply($logout->{events},
    {'http://schemas.openid.net/event/backchannel-logout' => {}}, 'the event');
ok($logout->{jti} && $logout->{exp} && !exists $logout->{nonce},
    'jti, exp and no nonce');
error_is(refresh($t), 400, 'invalid_grant', 'and it cannot be refreshed');
is(userinfo($t->{access_token})->status, 401, 'nor ask for userinfo');

my $offline = tokens(parameters => {scope => 'openid offline_access'});
is($offline->{refresh_expires_in}, 0, 'offline: 0 is without end');
is(scalar(posted(sub { $k->admin(POST => "$ada/logout") })), 0,
    'but nobody is told of a logout');

# -- another key -------------------------------------------------------------

$t = tokens();
$k->new_key('staff');
isnt(jwt_header(tokens()->{id_token})->{kid},
    jwt_header($t->{id_token})->{kid}, 'another key signs');
is(refresh($t)->status, 200, 'and refresh tokens go on');

$k->stop;
$k->start;
is(refresh($t)->status, 200, 'as they do when it was away') or diag
    refresh($t)->brief;
$k->stop;
done();
