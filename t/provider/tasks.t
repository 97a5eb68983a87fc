#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# conf/examples/environment-tasks.conf, as it stands: the MCP server of tasks
# step by step, as its users try it with curl and a token of Auth0.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use MCPTest;
use MCPAnswer;
use MCPClient;
use MCPExpect;
use MCPIdP;
use MCPServer;

my $example = abs_path(dirname(__FILE__)
    . '/../../conf/examples/environment-tasks.conf');
my $idp = MCPIdP->new;

# More tools, by which the tests see who calls.
my $more = <<'END';
<Location "/mcp">
    MCPOffer demo:create_task demo:list_tasks demo:hello demo:whoami
</Location>
END

# A server with the example and this audience, by default the location's URL.
sub server {
    my (%o) = @_;
    my $port = MCPServer::free_port();
    my $environment = {AUTH0_DOMAIN => 'example.us.auth0.com',
        AUTH0_AUDIENCE => $o{audience} // "https://localhost:$port/mcp",
        AUTH0_ALLOWED_CLIENT_IDS => 'curl-client desktop-client'};
    return MCPServer->new(site => 0, tls => 1, port => $port,
        env => $environment, config => join "\n", $idp->config,
        'MCPStateDirectory "${ROOT}/state/mcp-oauth"',
        $o{config} // qq{Include "$example"}, $o{more} // $more);
}

# What Auth0 issues: to a machine, and to a user's client.
sub token {
    my ($aud, %claims) = @_;
    my %all = (iss => $idp->issuer('auth0'), aud => $aud, iat => time,
        exp => time + 86400, azp => 'curl-client', sub => 'curl-client@clients',
        gty => 'client-credentials', scope => 'tasks:read', %claims);
    delete @all{grep { !defined $all{$_} } keys %all};
    my $token = $idp->sign(auth0 => \%all, {typ => 'JWT'});
    secret($token);
    return $token;
}

sub user_token {
    my ($aud, %claims) = @_;
    return token([$aud, $idp->issuer('auth0') . 'userinfo'], gty => undef,
        sub => $idp->subject(auth0 => 'ada'), azp => 'desktop-client',
        scope => 'openid profile tasks:read', %claims);
}

sub whoami {
    my ($c, $token, %o) = @_;
    my $r = $c->call_tool('/mcp', whoami => {}, token => $token, %o);
    return $r->message->{result}{structuredContent};
}

# Calls a tool of tasks; its text.
sub tasks {
    my ($c, $name, $arguments, %o) = @_;
    my $r = $c->call_tool('/mcp', $name => $arguments, era => 'legacy', %o);
    return $r->message->{result}{content}[0]{text};
}

# -- the keys of Auth0 are not known yet, and it is away ----------------------

my $s = server();
my $resource = $s->issuer . '/mcp';
my $machine = token($resource);
my ($good, $said) = $s->check;
ok($good, 'httpd -t takes it');
unlike($said, qr/MCP\d{5}/, 'and has nothing to say');
$s->start;
my $c = $s->client;
$idp->unplug('auth0');
$s->log->expect(qr/MCP\d{5}: .*cannot be fetched/);
my $r = $c->call_tool('/mcp', hello => {}, token => $machine);
is($r->status, 503, 'Auth0 is away: nobody knows whether a token is good');
is($r->header('WWW-Authenticate'), undef, 'so no other one is asked for');
ok($r->header('Retry-After'), 'Retry-After says when to come again');
is($c->call_tool('/mcp', hello => {})->status, 401,
    'without a token it is 401 as ever');
undef $s;
$idp->plug('auth0');

# -- the six steps ------------------------------------------------------------

my %callers = (
    'a machine' => {token => \&token, client => 'curl-client',
        subject => 'curl-client@clients', scopes => ['tasks:read']},
    'a user' => {token => \&user_token, client => 'desktop-client',
        subject => $idp->subject(auth0 => 'ada'),
        scopes => [qw(openid profile tasks:read)]},
);

$s = server(more => '');
$s->start;
$c = $s->client;
$resource = $s->issuer . '/mcp';
my $id = 0;
for my $who (sort keys %callers) {
    my $it = $callers{$who};

    # 1. a request without a token
    my $initialize = {protocolVersion => '2025-11-25', capabilities => {},
        clientInfo => {name => 'curl', version => '1.0'}};
    my $r = $c->legacy('/mcp', 'initialize', $initialize);
    is($r->status, 401, "$who: 1. without a token it is 401");
    my ($challenge, @faults) = challenge_of($r);
    is_deeply(\@faults, [], 'RFC 6750 3: with a challenge');
    is($challenge->{resource_metadata}, $s->issuer
        . '/.well-known/oauth-protected-resource/mcp', 'RFC 9728 5.1: that '
        . 'names the metadata');

    # 2. the metadata
    my $metadata = $c->get($challenge->{resource_metadata});
    is($metadata->status, 200, '2. which is there');
    is($metadata->json->{resource}, $resource, 'for the resource');
    is_deeply($metadata->json->{authorization_servers},
        ['https://example.us.auth0.com/'], 'whose tokens are those of Auth0');
    is_deeply($metadata->json->{bearer_methods_supported}, ['header'],
        'in the header alone');

    # 3. with a token
    my $token = $it->{token}->($resource);
    $r = $c->legacy('/mcp', 'initialize', $initialize, token => $token);
    is($r->status, 200, '3. with one of Auth0 it answers') or diag $r->brief;
    is($r->message->{result}{protocolVersion}, '2025-11-25', 'in that version');
    ok($r->message->{result}{capabilities}{tools}, 'and has tools');

    # 4. the session
    my $session = $r->header('Mcp-Session-Id');
    like($session, qr/^[\x21-\x7e]+$/, '4. it gives a session');
    my %in = (token => $token, session => $session);
    $r = $c->legacy('/mcp', 'notifications/initialized', undef, %in,
        id => undef);
    is($r->status, 202, 'which begins');
    is($c->legacy('/mcp', 'tools/list', {}, session => $session)->status, 401,
        'and is nothing without the token');

    # 5. the tools
    my $names = sub { join ' ', sort map { $_->{name} }
        @{$c->legacy('/mcp', 'tools/list', {}, %in)->message->{result}{tools}}};
    is($names->(), 'create_task list_tasks', '5. it lists the tools');
    is(tasks($c, 'list_tasks', {}, %in), 'No tasks found.',
        'of others it sees no task');
    is(tasks($c, 'create_task', {title => "Task of $who", priority => 'high'},
        %in), "Task 'Task of $who' created with id @{[++$id]} "
        . '(status=todo, priority=high).', 'it creates one');
    is(tasks($c, 'list_tasks', {status => 'todo'}, %in), "Found 1 task(s):\n"
        . "- [$id] Task of $who (todo, high)", 'and finds it');

    # 6. as Inspector does it: another list, and the end
    is($names->(), 'create_task list_tasks', '6. once more');
    like($c->request(DELETE => '/mcp', token => $token, headers => {
        'Mcp-Session-Id' => $session})->status, qr/^20[024]$/,
        'the session is ended');
    is($c->legacy('/mcp', 'tools/list', {}, %in)->status, 404,
        'and is there no more');
    is(tasks($c, 'list_tasks', {}, token => $token, era => 'modern'),
        "Found 1 task(s):\n- [$id] Task of $who (todo, high)",
        '2026-07-28: it needs none');
}
undef $s;

# -- who they are ---------------------------------------------------------------

$s = server();
$s->start;
$c = $s->client;
$resource = $s->issuer . '/mcp';
for my $who (sort keys %callers) {
    my $it = $callers{$who};
    my $token = $it->{token}->($resource);
    my $told = {authenticated => JSON::PP::true, client => $it->{client},
        issuer => $idp->issuer('auth0'), scopes => $it->{scopes},
        subject => $it->{subject}, user => $it->{subject}};
    is_deeply(whoami($c, $token, era => $_), $told, "$_: $who: RFC 9068: the "
        . 'caller is who Auth0 says, and so is the client')
        for qw(legacy modern);
}

# A session is its caller's.
my $session = $c->initialize('/mcp', token => token($resource));
is($c->legacy('/mcp', 'tools/list', {}, session => $session,
    token => user_token($resource))->status, 404,
    'a user has nothing of a machine\'s session');

# -- tokens that are for something else, or are none ---------------------------

for (
    ['another API', token('https://mcp-tasks-api')],
    ['userinfo alone', token($idp->issuer('auth0') . 'userinfo')],
    ['nothing', token(undef)],
    ['the resource with a slash', token("$resource/")],
    ['one that has expired', token($resource, exp => time - 3600)],
    ['one that has no end', token($resource, exp => undef)],
    ['another tenant', token($resource, iss => 'https://other.us.auth0.com/')],
    ['the tenant without the slash',
        token($resource, iss => 'https://example.us.auth0.com')],
    ['nobody', token($resource, sub => undef)],
    ['what Auth0 gives for no API', $idp->mint(auth0 => user => 'ada')],
    ['no token at all', 'eyJhbGciOiJub25lIn0.e30.'],
) {
    my ($name, $token) = @$_;
    dead($c, $token, '/mcp', "$name: refused");
}
undef $s;

# -- the audience of the original ----------------------------------------------

my $api = 'https://mcp-tasks-api';
$s = server(audience => $api);
($good, $said) = $s->check;
ok($good, 'an Audience that is not the URL is taken');
like($said, qr/MCP00784: .*$api.* is not the resource: .*resource=\Q@{[
    $s->issuer]}\E\/mcp/, 'and httpd -t says what does not work with it');
$s->log->expect(qr/MCP00784/);
$s->start;
$c = $s->client;
is(whoami($c, token($api))->{client}, 'curl-client', 'a pasted token works');
is(whoami($c, user_token($api))->{subject}, $idp->subject(auth0 => 'ada'),
    'a user\'s, too');
is($c->get('/.well-known/oauth-protected-resource/mcp')->json->{resource},
    $s->issuer . '/mcp', 'RFC 9728: the metadata names the URL all the same');
works($c, token($s->issuer . '/mcp'), '/mcp', 'and a token for that is good');
dead($c, token($s->issuer . '/'), '/mcp', 'one for something else is not');
undef $s;

# -- the clients that are allowed -----------------------------------------------

my $text = do { open my $in, '<', $example or die $!; local $/; <$in> };
$text =~ s/^    Require    valid-user\n//m or die 'the example has no valid-user';
$text =~ s/^    #(?=Require +mcp-client )/    /m
    or die 'the example does not tell how to allow clients';
$s = server(config => $text);
$s->start;
$c = $s->client;
$resource = $s->issuer . '/mcp';
works($c, token($resource), '/mcp', 'a client that is allowed');
works($c, user_token($resource), '/mcp', 'another one');
$r = $c->call_tool('/mcp', hello => {},
    token => user_token($resource, azp => 'stranger'));
is($r->status, 403, 'one that is not');
is($c->call_tool('/mcp', hello => {})->status, 401, 'none at all');
undef $s;
done;
