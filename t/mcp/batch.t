# Licensed under the Apache License, Version 2.0; see LICENSE.
# JSON-RPC batches, which the revision 2025-03-26 has, and no other.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPProbe;

my $s = probe_server();
my $c = $s->client;
my $version = '2025-03-26';
my $session = $c->initialize('/probe', version => $version);

sub post {
    my ($batch, %o) = @_;
    return $c->post($o{path} // '/probe', token => $o{token}, headers => {
        'Content-Type' => 'application/json',
        Accept => 'application/json, text/event-stream',
        'Mcp-Session-Id' => exists $o{session} ? $o{session} : $session,
        %{$o{headers} || {}}},
        body => ref $batch ? json_encode($batch) : $batch);
}

sub request {
    my ($id, $method, $params) = @_;
    return {jsonrpc => '2.0', id => $id, method => $method,
        $params ? (params => $params) : ()};
}

sub call {
    my ($id, $name, %arguments) = @_;
    return request($id, 'tools/call', {name => $name,
        arguments => \%arguments});
}

my $note = {jsonrpc => '2.0', method => 'notifications/progress', params => {
    progressToken => 1, progress => 1}};
my $response = {jsonrpc => '2.0', id => 'nobody.1', result => {}};

# The answers, each in a word.
sub answers {
    my ($r, $words, $name) = @_;
    my $got = $r->status == 200 ? eval { $r->json } : undef;
    is_deeply(ref $got eq 'ARRAY' ? [told_of(@$got)] : undef, $words, $name)
        or diag $r->brief;
    is($r->header('Content-Type'), 'application/json', 'as one JSON array');
    return ref $got eq 'ARRAY' ? @$got : ();
}

# -- what a batch may have ---------------------------------------------------

my ($ping, $list, $called) = answers(post([request(1, 'ping'),
    request('two', 'tools/list'), call(3, 'wait', ms => 20)]),
    ['result of 1', 'result of "two"', 'result of 3'],
    "$version: each request of a batch is answered");
is_deeply($ping->{result}, {}, 'ping by {}');
ok(scalar grep({ $_->{name} eq 'wait' } @{$list->{result}{tools}}),
    'tools/list by a list');
is($called->{result}{content}[0]{text}, 'done', 'a call by its result');
answers(post([request(1, 'ping')]), ['result of 1'], 'a batch of one');
answers(post([$note, request(1, 'ping'), $response]), ['result of 1'],
    'what is no request has no answer');
empty(post([$note]), 202, 'notifications alone are 202 without a body');
empty(post([$response, $response]), 202, 'and so are responses');
empty(post([$note, $response]), 202, 'and both');
answers(post([request(1, 'ping'), request(1, 'ping')]),
    ['result of 1', 'result of 1'], 'each is answered, whatever its id');
answers(post([map { request($_, 'ping') } 1 .. 64]),
    [map "result of $_", 1 .. 64], '64 messages are taken');
answers(post([request(1, 'ping')], headers => {Accept => 'application/json'}),
    ['result of 1'], 'from clients that take no stream too');
answers(post('[' . json_encode(request(1, 'ping')) . "\n, "
    . json_encode($note) . ' ]'), ['result of 1'], 'with blanks between them');

# -- errors of one message are its own ---------------------------------------

my (undef, @errors) = answers(post([request(1, 'ping'), request(2, 'nope'),
    call(3, 'nope'), request(4, 'initialize', {protocolVersion => $version,
        capabilities => {}, clientInfo => {name => 'x', version => '1'}}),
    request(5, 'ping')]),
    ['result of 1', 'error of 2', 'error of 3', 'error of 4', 'result of 5'],
    'what is wrong with one request is its answer');
is_deeply([map { $_->{error}{code} // () } @errors],
    [-32601, -32602, -32600],
    'an unknown method, an unknown tool, and initialize, which MUST NOT be '
        . 'part of a batch');
for (['a number', 1], ['null', undef], ['a text', 'x'], ['an empty object', {}],
    ['an array', []], ['no version', {id => 1, method => 'ping'}],
    ['an id that is null', {jsonrpc => '2.0', id => undef, method => 'ping'}]) {
    my ($name, $message) = @$_;
    my $r = post([$message, request(9, 'ping')]);
    my $got = eval { $r->json };
    ok($r->status == 200 && ref $got eq 'ARRAY' && @$got == 2
        && $got->[0]{error}{code} == -32600
        && (told_of($got->[1]))[0] eq 'result of 9',
        "JSON-RPC 2.0, 6: $name in a batch is -32600, and the rest goes on")
        or diag $r->brief;
}

# -- streams, questions, cancellation ----------------------------------------

my ($said) = answers(post([request(1, 'tools/call', {name => 'wait',
    _meta => {progressToken => 1}, arguments => {ms => 0, said => 3}})]),
    ['result of 1'], 'a batch has no stream: nothing is said meanwhile');
my $able = $c->initialize('/probe', version => $version,
    capabilities => {elicitation => {}, sampling => {}, roots => {}});
my ($asked) = answers(post([call(1, 'ask', method => 'roots/list')],
    session => $able), ['result of 1'], 'nor can a call ask in it');
ok($asked->{result}{isError}
    && $asked->{result}{content}[0]{text} =~ /takes no event stream/,
    'which the model is told');
my $label = label();
my $batch = MCPStream->start($c, POST => '/probe', headers => {
    'Content-Type' => 'application/json', 'Mcp-Session-Id' => $session},
    body => json_encode([request(70, 'ping'),
        call(71, 'wait', ms => 20_000, label => $label)]));
awaits_note($s, $label, 'begins');
empty(post([{jsonrpc => '2.0', method => 'notifications/cancelled',
    params => {requestId => 71}}]), 202, 'one is cancelled, in a batch');
answers($batch->head->response, ['result of 70'],
    'it is not answered, the others are');

# -- which batches are none --------------------------------------------------

my $meta = {_meta => {'io.modelcontextprotocol/protocolVersion' =>
    '2026-07-28', 'io.modelcontextprotocol/clientCapabilities' => {}}};
for (
    ['an empty one', []],
    ['one of 65', [map { request($_, 'ping') } 1 .. 65]],
    ['one with a message of 2026-07-28', [request(1, 'ping'),
        request(2, 'tools/list', $meta)]],
) {
    my ($name, $messages) = @$_;
    rpc_error(post($messages), 400, -32600, undef, "400 for $name");
}
rpc_error(post('[{"jsonrpc":"2.0","id":1,"method":"ping"},]'), 400, -32700,
    undef, 'JSON-RPC 2.0, 6: one that is no JSON is -32700');
rpc_error(post([request(1, 'ping')], session => undef), 400, -32000, undef,
    '400 without a session');
rpc_error(post([request(1, 'ping')], session => 'unknown'), 404, -32001,
    undef, '404 in no session');
for my $version ('2025-06-18', '2025-11-25') {
    rpc_error(post([request(1, 'ping')], session => scalar
        $c->initialize('/probe', version => $version)), 400, -32600, undef,
        "$version has no batches");
}
rpc_error(post([request(1, 'tools/list', $meta)], session => undef,
    headers => {'MCP-Protocol-Version' => '2026-07-28',
        'Mcp-Method' => 'tools/list'}), 400, -32600, undef,
    '2026-07-28 has none either');
is(post([request(1, 'ping')], path => '/mine')->status, 401,
    'a batch needs a token as all else does');
$s->stop;

done();
