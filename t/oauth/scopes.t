# Licensed under the Apache License, Version 2.0; see LICENSE.
# What a token is good for: scopes (asked for, allowed, consented), the one
# resource, claims and lifetimes, of several locations of one server.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPServer;

my $s = MCPServer->new(site => 0, config => <<'END');
MCPStateDirectory "${ROOT}/state/mcp-oauth"
MCPAuthIssuer     ${ISSUER}
MCPLifetime       access-token=20min
<MCPIdentityProvider httpd file>
    AuthUserFile "${CONF}/htpasswd"
</MCPIdentityProvider>
<Location "/tasks">
    AuthType    mcp
    Require     mcp-scope tasks:read
    SetHandler  mcp-server
    MCPOffer    demo:*
    MCPScope    tasks:read  "See your tasks" default
    MCPScope    tasks:write "Change your tasks" includes=tasks:read
    MCPScope    tasks:admin "Change all tasks" "expr=%{MCP_USER} == 'bob'"
    MCPLifetime access-token=5min
</Location>
<Location "/wiki">
    AuthType       mcp
    Require        valid-user
    SetHandler     mcp-server
    MCPOffer       demo:*
    MCPScope       wiki:secret "Read the secret pages" \
        "expr=%{MCP_SUBJECT} =~ /^b/ && %{MCP_ISSUER} == 'httpd' \
            && %{MCP_CLIENT} =~ /^c1-/"
    MCPTokenClaims user email roles
    MCPLifetime    access-token=10min grant=1h
</Location>
<Location "/vault">
    AuthType   mcp
    Require    mcp-scope vault:open
    SetHandler mcp-server
    MCPOffer   demo:*
    MCPScope   vault:open "Open the vault" \
        "expr=%{MCP_USER} in { 'bob', 'eve' }"
</Location>
<Location "/broken">
    AuthType   mcp
    Require    mcp-scope broken:x
    SetHandler mcp-server
    MCPOffer   demo:*
    MCPScope   broken:x "Break" "expr=file('/nonexistent/file') == 'x'"
</Location>
END
$s->start;
my $c = $s->client;
my $client = $c->register;
my $back = $client->{redirect_uris}[0];

sub granted {
    my ($path, $scope, %o) = @_;
    return $c->journey(client => $client, resource => $path, scope => $scope,
        %o);
}

# What the consent page of a request says will be possible.
sub shown_scopes {
    my $page = granted(@_, until => 'consent')->{response}->body;
    my ($list) = $page =~ m{<ul>(.*?)</ul>}s;
    return [map { s/<[^>]*>//gr } $list =~ m{<li>(.*?)</li>}gs];
}

sub scope_is {
    my ($j, $want, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is(jwt_claims($j->{access_token})->{scope}, $want, $name);
    is($j->{tokens}{scope}, length $want ? $want : undef,
        'RFC 6749 5.1: the answer says so');
}

# -- asked for, known, allowed -----------------------------------------------

scope_is(granted('/tasks'), 'tasks:read',
    'RFC 6749 3.3: nothing asked for: what is marked default');
scope_is(granted('/tasks', 'tasks:write'), 'tasks:write tasks:read',
    'what a scope includes comes with it');
scope_is(granted('/tasks', 'tasks:read vault:open x'), 'tasks:read',
    'RFC 6749 3.3: what the location does not know is left out');
sent_back(granted('/tasks', 'vault:open', until => 'code')->{response}, $back,
    {error => 'invalid_scope', code => undef}, "the scope of another location");
is_deeply(shown_scopes('/tasks', 'tasks:write'),
    ['Change your tasks', 'See your tasks'],
    'the page shows what is granted, in words');

# -- who may be granted it ---------------------------------------------------

my $all = 'tasks:read tasks:write tasks:admin';
scope_is(granted('/tasks', $all), 'tasks:read tasks:write',
    'expr=: ada is not granted what is for bob');
is_deeply(shown_scopes('/tasks', $all), ['See your tasks', 'Change your tasks'],
    'and is not asked about it');
scope_is(granted('/tasks', $all, user => 'bob'), $all, 'bob is granted it');
is(scalar @{shown_scopes('/tasks', $all, user => 'bob')}, 3,
    'and is asked about it');
sent_back(granted('/vault', 'vault:open', until => 'code')->{response}, $back,
    {error => 'access_denied', error_description => qr/account/,
    code => undef, state => qr/./},
    'who may have nothing of what a location requires is refused');
sent_back(granted('/vault', undef, until => 'code')->{response}, $back,
    {error => 'access_denied', code => undef},
    'also where nothing was asked for');
scope_is(granted('/vault', 'vault:open', user => 'bob'), 'vault:open',
    'another user is not');
my $without = granted('/wiki', 'wiki:secret');
scope_is($without, '', 'where none is required there is a token without');
works($c, $without->{access_token}, '/wiki', 'which is good for the rest');
scope_is(granted('/wiki', 'wiki:secret', user => 'bob'), 'wiki:secret',
    'expr= knows subject, issuer and client');
require_log(qr/MCP\d{5}: .*expression cannot be evaluated: .*Correct the/);
{
    my $j = granted('/broken', 'broken:x', until => 'sign-in');
    my ($form) = $c->forms($j->{response});
    my $r = $j->{browser}->submit($j->{response}, $form, username => 'bob',
        password => $MCPClient::PASSWORD{bob});
    shown($r, 500, qr/not your fault/i,
        'an expression that fails grants nothing');
}

# -- refresh -----------------------------------------------------------------

my $j = granted('/tasks', $all, user => 'bob');
my $less = $c->refresh($j, scope => 'tasks:read');
is($less->json->{scope}, 'tasks:read',
    'RFC 6749 6: a refresh may ask for less');
is(jwt_claims($less->json->{access_token})->{scope}, 'tasks:read',
    'and gets less');
$j->{refresh_token} = $less->json->{refresh_token};
my $again = $c->refresh($j);
is($again->json->{scope}, $all, 'the next one gets all again');
$j->{refresh_token} = $again->json->{refresh_token};
refused($c->refresh($j, scope => "$all vault:open"), 400, 'invalid_scope',
    'RFC 6749 6: nothing that was not granted');
my $ada = granted('/tasks', $all);
refused($c->refresh($ada, scope => 'tasks:admin'), 400, 'invalid_scope',
    'nor what expr= refused');
is($c->refresh($ada)->status, 200, 'which costs no token');

# -- one resource ------------------------------------------------------------

my ($tasks, $wiki) = map { $c->resource($_) } '/tasks', '/wiki';
my $code = granted('/tasks', 'tasks:read', until => 'code');
refused($c->redeem($code, resource => $wiki), 400, 'invalid_target',
    'RFC 8707 2.2: a code for one location gives no token for another');
refused($c->redeem($code, resource => "$tasks/x"), 400, 'invalid_target',
    'nor for a path below it');
my $redeemed = $c->redeem($code);
is($redeemed->status, 200, 'and is still good for its own');
$j = {%$code, refresh_token => $redeemed->json->{refresh_token},
    access_token => $redeemed->json->{access_token}};
is(jwt_claims($j->{access_token})->{aud}, $tasks,
    'RFC 9068 3: aud is the resource, and no more');
refused($c->refresh($j, resource => $wiki), 400, 'invalid_target',
    'RFC 8707 2.2: so with a refresh token');
my $same = $c->refresh($j, resource => $tasks);
is(jwt_claims($same->json->{access_token})->{aud}, $tasks,
    'its own may be named');
is(jwt_claims($c->refresh($j)->json->{access_token})->{aud}, $tasks,
    'or left out');
dead($c, $j->{access_token}, '/wiki', 'a token of one is none of another');
is($c->call_tool('/tasks', hello => {}, token => $j->{access_token})->status,
    200, 'and good for its own');

# -- lifetimes and claims ----------------------------------------------------

for (['/tasks', 300, 'of the location'], ['/wiki', 600, 'of another location'],
    ['/vault', 1200, 'of the server around it']) {
    my ($path, $seconds, $whose) = @$_;
    my $t = granted($path, undef, user => 'bob');
    my $claims = jwt_claims($t->{access_token});
    is($t->{tokens}{expires_in}, $seconds,
        "RFC 6749 5.1: expires_in is the lifetime $whose");
    is($claims->{exp} - $claims->{iat}, $seconds, 'as is exp');
    is($claims->{username}, $path eq '/wiki' ? 'bob' : undef,
        $path eq '/wiki' ? 'MCPTokenClaims user: the token says username'
            : 'without MCPTokenClaims it does not');
    is_deeply([grep { exists $claims->{$_} } qw(email roles name)], [],
        'what the provider does not know is left out');
    is_deeply([grep { !defined $claims->{$_} } qw(iss sub aud client_id exp iat
        jti)], [], 'RFC 9068 2.2: the claims that every token has');
}
$s->stop;
done();
