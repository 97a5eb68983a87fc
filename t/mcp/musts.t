# Licensed under the Apache License, Version 2.0; see LICENSE.
# Sentences with MUST and SHOULD about servers that are told apart by no other
# test here: each stands in the name of its test.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPServer;
use MCPStream;

my $both = 'application/json, text/event-stream';
my $config = <<'END';
LoadModule probe_module ${MODULES}/mod_probe.so
AddDefaultCharset utf-8
<Location "/here">
    SetHandler      mcp-server
    MCPOffer        demo:* probe:wait
    MCPInstructions "Add before you greet."
</Location>
END
my $s = MCPServer->new(site => 0, config => $config);
$s->start;
my $c = $s->client;

# -- 2025-11-25 transports ---------------------------------------------------

for my $version (qw(2025-11-25 2025-06-18 2025-03-26)) {
    my $r = $c->legacy('/here', 'initialize', {protocolVersion => $version,
        capabilities => {}, clientInfo => {name => 't', version => '1'}});
    my $session = $r->header('Mcp-Session-Id');
    is($r->json->{result}{instructions}, 'Add before you greet.',
        "$version: the InitializeResult has the instructions");
    my @in = (session => $session, version => $version, id => 1);
    for my $method (qw(ping tools/list prompts/list)) {
        my $r = $c->legacy('/here', $method, {}, @in);
        my $result = rpc_result($r, 1, "$version: $method is answered "
            . 'before notifications/initialized, which only clients owe');
        ok(!defined $r->header('Mcp-Session-Id'), 'the session id is included '
            . 'on the response containing the InitializeResult');
        ok(!grep({ exists $result->{$_} } qw(resultType ttlMs cacheScope)),
            "$version: without members of 2026-07-28");
    }
    my $result = rpc_result($c->legacy('/here', 'tools/call', {name => 'sum',
        arguments => {a => 1, b => 2}}, @in), 1, "$version: a tool");
    ok(length $result->{content}[0]{text} && $result->{structuredContent}
        {result} == 3, 'structured content SHOULD be there as text, too: '
        . "$version has no other or passes it over");
    my $stream = MCPStream->get($c, '/here', session => $session,
        version => $version);
    is($stream->header('Content-Type'), 'text/event-stream',
        "$version: Content-Type: text/event-stream, with nothing behind");
    ok(!defined $stream->header('Mcp-Session-Id'), 'and no session id');
    $stream->drop;
}

# -- 2026-07-28 --------------------------------------------------------------

my $r = $c->modern('/here', 'server/discover', {}, id => 1);
my $found = rpc_result($r, 1, 'server/discover');
is($found->{instructions}, 'Add before you greet.',
    'discover: instructions, guidance on how to use this server');
ok($found->{ttlMs} =~ /^[0-9]+$/ && $found->{cacheScope} eq 'public',
    'caching: servers MUST include hints on server/discover');
is($r->header('Content-Type'), 'application/json',
    'a single JSON object: Content-Type: application/json');
my $stream = MCPStream->modern($c, '/here', 'tools/call', {name => 'wait',
    arguments => {ms => 40, said => 2}}, id => '1.0',
    meta => {progressToken => 1});
is($stream->header('Content-Type'), 'text/event-stream',
    'or Content-Type: text/event-stream, with nothing behind');
my @messages = $stream->messages;
is_deeply([map { exists $_->{method} ? 'notification' : 'response' }
    @messages], [qw(notification notification response)],
    'progress MUST stop after completion, the response terminates the stream');
for my $id ('1.0', '"1.0"', '1') {
    my ($path, %request) = $c->modern_request('/here', 'tools/list');
    my $body = json_text({%{delete $request{json}}, id => 'ID'})
        =~ s/"ID"/$id/r;
    $request{headers}{'Content-Type'} = 'application/json';
    my ($echo) = $c->post($path, %request, body => $body)->body
        =~ /"id":([^,]*),/;
    is($echo, $id eq '1.0' ? '1' : $id,
        "responses MUST include the same ID as the request: $id");
}

# -- of both -----------------------------------------------------------------

for my $accept ($both, undef, 'text/event-stream;q=0.1, */*;q=0.5') {
    my $name = $accept // 'none';
    rpc_result($c->modern('/here', 'tools/list', {}, id => 1,
        headers => {Accept => $accept}), 1, "2026-07-28: Accept is $name");
    ok(defined $c->legacy('/here', 'initialize', {protocolVersion =>
        '2025-11-25', capabilities => {}, clientInfo => {name => 't',
            version => '1'}}, headers => {Accept => $accept})
        ->header('Mcp-Session-Id'), "2025-11-25: Accept is $name");
}
for my $method (qw(PUT PATCH OPTIONS HEAD)) {
    my $r = $c->request($method => '/here');
    is_deeply([$r->status, $r->header('Allow')], [405, 'GET, POST, DELETE'],
        "the MCP endpoint supports POST and GET: $method is 405");
}
$s->stop;

# -- rates -------------------------------------------------------------------

$s = MCPServer->new(site => 0, config => "MCPLimit calls=2/h\n$config");
$s->start;
$c = $s->client;
my @sum = ('/here', 'tools/call', {name => 'sum', arguments =>
    {a => 1, b => 2}}, id => 1);
rpc_result($c->modern(@sum), 1, 'a call within the rate') for 1, 2;
my $limited = $c->modern(@sum);
rpc_error($limited, 429, -32603, 1,
    'tools: servers MUST rate limit tool invocations');
ok(($limited->header('Retry-After') // 0) > 0, 'and say when to come again');
rpc_result($c->modern('/here', 'tools/list', {}, id => 1), 1, 'what is no call goes on');
$s->stop;

done();
