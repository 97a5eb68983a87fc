#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# MCPUnsafeAcceptUnverifiedTokens: for a machine of a developer's, where no
# provider can be reached. It warns at each start and of each token.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPIdP;
use MCPKey;
use MCPServer;

my $idp = MCPIdP->new;
my $s = MCPServer->new(site => 0, tls => 1, config => join "\n",
    $idp->config('timeout=2s connect-timeout=1s'),
    'MCPStateDirectory "${ROOT}/state/mcp-oauth"',
    'MCPUnsafeAcceptUnverifiedTokens on', map { my ($name, $mode) = @$_;
        qq{<Location "/$name">}, 'AuthType mcp', "MCPAuthMode $mode",
        'Require valid-user', 'SetHandler mcp-server', 'MCPOffer demo:*',
        $idp->section('oidc'), '</Location>' }
    ['mcp', 'resource-server'], ['ours', 'broker']);
my $start = qr/MCP00789: .*nobody's access tokens are verified/;
my $use = qr/MCP00168: an access token of 'eve' is believed, and was not verified\. Drop MCPUnsafeAcceptUnverifiedTokens/;
$s->log->expect($start, $use);
$s->start;
cmp_ok($s->logged($start), '>=', 1, 'it warns at the start');
$idp->unplug('oidc');

my $c = $s->client;
my $key = MCPKey->new('ES256', kid => 'of nobody');
my $token = $key->jwt({iss => 'https://anybody.example', sub => 'eve',
    aud => 'something', exp => 1, scope => 'a b'});
secret($token);
for my $count (1 .. 3) {
    works($c, $token, '/mcp', 'a token that nobody verified');
    is($s->logged($use), $count, 'and it says so each time');
}
dead($c, $token, '/ours', 'tokens of our own are verified as ever');
dead($c, 'opaque', '/mcp', 'one that says nothing');
dead($c, $key->jwt({iss => 'https://anybody.example'}), '/mcp',
    'one that does not say whose it is');
my $before = $s->logged($start);
$s->graceful;
cmp_ok($s->logged($start), '>', $before, 'it warns at a restart');
works($c, $token, '/mcp', 'after which it is so still');
undef $s;
done;
