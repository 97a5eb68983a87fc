#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# What was wrong with the task manager behind Auth0 and with the mcp-use
# providers, both of which took tokens that an identity provider issued: one
# test for each. t/oauth/defects_3.t has what was wrong with their sign-in.
use strict;
use warnings;
use MCPTest;
use MCPBackend;
use MCPExpect;
use MCPIdP;
use MCPServer;

my $idp = MCPIdP->new;
my $backend = MCPBackend->new;
my $port = $backend->port;

sub location {
    my ($name, $preset, @inside) = @_;
    my ($at, @provider) = ref $preset ? @$preset : $preset;
    my $argument = $idp->profile($at)->{argument};
    return join "\n", qq{<Location "/$name">}, 'AuthType mcp',
        'MCPAuthMode resource-server', "<MCPIdentityProvider $at $argument>",
        @provider, '</MCPIdentityProvider>', 'MCPPass subject client scopes '
        . 'roles permissions', qq{ProxyPass "http://127.0.0.1:$port/$name"},
        grep({ /Require/ } @inside) ? () : 'Require valid-user', @inside,
        "</Location>\n";
}

my $tasks = ['auth0', 'Audience https://mcp-tasks-api'];
my $s = MCPServer->new(site => 0, tls => 1, config => join "\n",
    $idp->config('timeout=2s connect-timeout=1s'),
    'MCPStateDirectory "${ROOT}/state/mcp-oauth"', 'LogLevel mcp_oauth:info',
    location('tasks', $tasks, 'Require mcp-scope tasks:read'),
    location('known', $tasks, 'Require mcp-client known'),
    location('permitted', $tasks, 'Require mcp-permission read:todos'),
    location('sse', $tasks),
    location('workos', 'workos'),
    location('keycloak', ['keycloak', 'Audience mcp-api'],
        'Require mcp-permission mcp-api:read:todos'),
    location('okta', ['okta', 'Audience api://default'],
        'Require mcp-scope tasks:read'),
    location('supabase', 'supabase'),
    location('down', ['authentik', 'Audience mcp-gateway']));
$s->log->expect(qr/MCP00784/);
$s->start;
my $c = $s->client;

sub made {
    my ($at, %claims) = @_;
    my $now = time;
    my $token = $idp->sign($at => {iss => $idp->issuer($at), sub => 'ada',
        iat => $now, exp => $now + 3600, %claims}, {typ => 'JWT'});
    secret($token);
    return $token;
}
sub auth0 { return made(auth0 => aud => 'https://mcp-tasks-api', azp => 'x', @_) }
sub status {
    my ($name, $token, @more) = @_;
    return $c->get("/$name", headers => [defined $token
        ? (Authorization => "Bearer $token") : (), @more])->status;
}

# Tasks: no scope was ever asked for, nor which client it was.
is(status(tasks => auth0(scope => 'tasks:write')), 403,
    'tasks: a token with too little scope');
is(status(tasks => auth0(scope => 'tasks:read x')), 200, 'and with enough');
is(status(known => auth0(azp => 'stranger')), 403,
    'tasks: a client that is not known');
is(status(known => auth0(azp => 'known')), 200, 'and one that is');

# Tasks: the client of a token was its sub.
like($c->get('/sse', headers => {Authorization => 'Bearer '
    . auth0(sub => 'x@clients', azp => 'x')})->body,
    qr/^X-MCP-Auth-Client: x\r?$/mi, 'tasks: the client is the client');

# Tasks: each key id that nobody knew cost a request to the provider, and while
# that was down all tokens were invalid.
my $before = $idp->asked(auth0 => 'keys');
for (1 .. 30) {
    my $token = $idp->sign(auth0 => {iss => $idp->issuer('auth0'),
        aud => 'https://mcp-tasks-api', sub => 'ada', exp => time + 60},
        {kid => "made-up-$_"});
    secret($token);
    status(tasks => $token);
}
cmp_ok($idp->asked(auth0 => 'keys') - $before, '<=', 2,
    'tasks: 30 made-up key ids are one question, or two');
$idp->unplug('authentik');
$s->log->expect(qr/MCP00450: .*authentik|MCP00450: .*auth\.example\.com/);
is(status(down => made(authentik => aud => 'mcp-gateway')), 503,
    'tasks: a provider that is down makes no token invalid');
$idp->plug('authentik');

# mcp-use: /sse was open, and so was HEAD everywhere.
is(status('sse'), 401, 'mcp-use: no location is left open');
is($c->request(HEAD => '/sse')->status, 401, 'nor to HEAD');

# mcp-use: the issuer of Auth0 had lost its slash, so no token was good.
is(status(sse => auth0()), 200, 'mcp-use: a token of Auth0, whose issuer ends in a slash');
is(status(sse => auth0(iss => $idp->issuer('auth0') =~ s{/$}{}r)), 401,
    'and nothing else is that issuer');

# mcp-use: at WorkOS nobody looked at the audience.
is(status(workos => made(workos => aud => 'another-application')), 401,
    'mcp-use: a token for another application of WorkOS');
is(status(workos => made(workos => aud => $s->issuer . '/workos')), 200,
    'and one for this resource');

# mcp-use: permissions were those of a claim of that name alone, scp was not
# read, and a scope that was a list was a crash.
is(status(permitted => auth0(permissions => ['read:todos'])), 200,
    'mcp-use: permissions of Auth0');
is(status(keycloak => made(keycloak => aud => 'mcp-api', resource_access =>
    {'mcp-api' => {roles => ['read:todos']}})), 200, 'and those of Keycloak');
is(status(okta => made(okta => aud => 'api://default',
    scp => ['openid', 'tasks:read'])), 200, 'scopes in scp');
is(status(tasks => auth0(scope => ['x', 'tasks:read'])), 200, 'and in a list');

# mcp-use: the algorithm was that of the token.
is(status(supabase => made('supabase', aud => 'authenticated')), 200,
    'mcp-use: a token of Supabase');
my ($head, $body) = split /\./, made('supabase', aud => 'authenticated');
is(status(supabase => 'eyJhbGciOiJub25lIn0.' . "$body."), 401, 'none is none');

# mcp-use: the documents named no path, the error was of no specification, and
# what went wrong was told to whoever came.
my $r = $c->get('/sse', headers => {Authorization => 'Bearer x.y.z'});
is($r->json->{error}, 'invalid_token', 'mcp-use: RFC 6750 3.1: the error');
like($r->header('WWW-Authenticate'),
    qr{resource_metadata="\Q@{[$s->issuer]}\E/\.well-known/oauth-protected-resource/sse"},
    'RFC 9728 5.1: the document of this very location');
unlike($r->body . $r->header('WWW-Authenticate'), qr/JWS|base64|JSON|part/i,
    'and no word on why');
is($c->get('/.well-known/oauth-protected-resource/sse')->json->{resource},
    $s->issuer . '/sse', 'which is about it');
is($c->get('/sse', headers => {Authorization => "BEARER   @{[auth0()]}"})
    ->status, 200, 'RFC 9110 11.1: however the scheme is written');

# mcp-use: the provider's metadata were fetched for each request.
$before = $idp->asked(auth0 => 'discovery');
status(tasks => auth0(jti => $_)) for 1 .. 5;
is(scalar $idp->asked(auth0 => 'discovery'), $before,
    'mcp-use: the provider is not asked for what is known');

undef $s;
done;
