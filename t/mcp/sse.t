# Licensed under the Apache License, Version 2.0; see LICENSE.
# HTTP with SSE, the transport of 2024-11-05 (MCPTransport sse): one stream
# carries all that the server says, whichever child a message came to.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPProbe;

my $s = probe_server();
my $c = $s->client;
my @versions = qw(2024-11-05 2025-03-26 2025-06-18 2025-11-25);

# The stream, and where it says that messages go.
sub opens {
    my (%o) = @_;
    my $path = delete $o{path} // '/sse';
    my $stream = MCPStream->open($c, GET => $path, token => $o{token},
        headers => {Accept => 'text/event-stream', %{$o{headers} || {}}});
    return $stream if $stream->status != 200;
    my $event = $stream->event;
    return ($stream, $event->{data}, $event);
}

sub post {
    my ($endpoint, $message, %o) = @_;
    return $c->post($endpoint, token => $o{token}, headers => {
        'Content-Type' => 'application/json', %{$o{headers} || {}}},
        body => ref $message ? json_encode($message) : $message);
}

sub request {
    my ($id, $method, $params) = @_;
    return {jsonrpc => '2.0', id => $id, method => $method,
        $params ? (params => $params) : ()};
}

sub call {
    my ($id, $name, $arguments, %o) = @_;
    return request($id, 'tools/call', {name => $name,
        arguments => $arguments || {}, %o});
}

sub accepted {
    my ($r, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    ok($r->status == 202 && $r->body eq 'Accepted', $name)
        or diag $r->brief;
}

# A session that is initialized: its stream and its endpoint.
sub session {
    my (%o) = @_;
    my ($stream, $endpoint) = opens(%o);
    post($endpoint, request('i', 'initialize', {protocolVersion =>
        $o{version} // '2024-11-05', capabilities => $o{capabilities} || {},
        clientInfo => {name => 'test', version => '1'}}), token => $o{token});
    $stream->message;
    post($endpoint, {jsonrpc => '2.0', method => 'notifications/initialized'},
        token => $o{token});
    return ($stream, $endpoint);
}

# -- the stream --------------------------------------------------------------

my ($stream, $endpoint, $first) = opens();
is($stream->status, 200, '2024-11-05: GET is 200');
ok($stream->is_stream, 'an event stream');
is($stream->header('X-Accel-Buffering'), 'no', 'that nobody holds back');
is($first->{event}, 'endpoint', 'its first event is "endpoint"');
like($endpoint, qr{\A/sse\?sessionId=[\x21-\x7e]{32,200}\z},
    'whose data is a URI of the same origin');
ok(!defined $stream->header('Mcp-Session-Id'),
    'there is no Mcp-Session-Id here');
my (undef, $another) = my @second = opens();
isnt($another, $endpoint, 'each stream is a session of its own');
$second[0]->drop;

# -- messages ----------------------------------------------------------------

for my $version (@versions, '2026-07-28', '2099-01-01') {
    my ($stream, $endpoint) = opens();
    accepted(post($endpoint, request('i', 'initialize', {protocolVersion =>
        $version, capabilities => {}, clientInfo => {name => 't',
        version => '1'}})), 'initialize is 202 Accepted');
    my $event = $stream->event;
    is($event->{event}, 'message', 'the answer comes as an event "message"');
    ok(!defined $event->{id}, 'without an id: it cannot be resumed');
    my $answer = json_decode($event->{data});
    my $spoken = (grep { $_ eq $version } @versions) ? $version : '2025-11-25';
    is($answer->{result}{protocolVersion}, $spoken, "$version: $spoken");
    is($answer->{id}, 'i', "with the request's id");
    is(post($endpoint, {jsonrpc => '2.0',
        method => 'notifications/initialized'})->status, 202,
        'a notification is 202');
    for my $header ({}, {'MCP-Protocol-Version' => $spoken},
        {'MCP-Protocol-Version' => '2025-11-25', 'Mcp-Method' => 'x',
        'Mcp-Name' => 'y'}, {Accept => 'text/html'}) {
        accepted(post($endpoint, request(5, 'ping'), headers => $header),
            'a request is 202 with headers ' . json_text($header));
        is_deeply($stream->message, {jsonrpc => '2.0', id => 5, result => {}},
            'the answer is on the stream');
    }
    $stream->drop;
}

($stream, $endpoint) = session();
my $holder = child_of($s, $stream);
for (
    ['a call', call(1, 'wait', {ms => 20}), 'result of 1'],
    ['a list', request('l', 'tools/list'), 'result of "l"'],
    ['an unknown method', request(2, 'nope'), 'error of 2'],
    ['an unknown tool', call(3, 'nope'), 'error of 3'],
    ['a method of 2026-07-28', request(4, 'subscriptions/listen',
        {notifications => {}}), 'error of 4'],
) {
    my ($name, $message, $answer) = @$_;
    elsewhere($s, $holder, sub {
        accepted(post($endpoint, $message), "$name is 202, in any child");
        is((told_of($stream->message))[0], $answer,
            'its answer is on the stream');
    });
}
post($endpoint, request(7, 'logging/setLevel', {level => 'debug'}));
is((told_of($stream->message))[0], 'result of 7', 'a level is set');
post($endpoint, call(8, 'wait', {ms => 40, said => 2},
    _meta => {progressToken => 'p'}));
is_deeply([map { told_of($stream->message) } 1 .. 5], ['message 1',
    'progress 1', 'message 2', 'progress 2', 'result of 8'],
    'what a call says comes before its result');
post($endpoint, call(9, 'wait', {ms => 400}));
post($endpoint, request(10, 'ping'));
is_deeply([map { told_of($stream->message) } 1, 2], ['result of 10',
    'result of 9'], 'a long call does not hold up others');
post($endpoint, call(11, 'part', {ms => 0}));
is((told_of($stream->awaits(sub { exists $_->{id} })))[0], 'result of 11',
    'a stream is not let go');
ok($stream->is_quiet(0.1), 'nothing else is told');

# -- what changed ------------------------------------------------------------

elsewhere($s, $holder, sub {
    $c->modern('/probe', 'tools/call', {name => 'changed', arguments =>
        {list => 'prompts'}});
    is((told_of($stream->message))[0], 'prompts/list_changed',
        'a list has changed: told');
});
post($endpoint, request(12, 'resources/subscribe', {uri => 'probe://one'}));
is_deeply([told_of($stream->message)], ['result of 12'], 'subscribed');
$c->modern('/probe', 'tools/call', {name => 'updated', arguments =>
    {uri => "probe://$_"}}) for 'two', 'one';
is((told_of($stream->message))[0], 'resources/updated probe://one',
    'a resource that was subscribed to is told');
ok($stream->is_quiet(0.1), 'another one is not');

# -- questions and cancellation ----------------------------------------------

my ($asked, $to) = session(capabilities => {roots => {}});
my $far = 0;
for my $id (1 .. 200) {
    my ($caller) = handled($s, sub { post($to, call($id, 'wait', {ms => 0})) });
    $asked->message;
    post($to, call("q$id", 'ask', {method => 'roots/list'}));
    my $question = $asked->message;
    is($question->{method}, 'roots/list', 'a call asks on the stream');
    my ($child, $r) = handled($s, sub { post($to, {jsonrpc => '2.0',
        id => $question->{id}, result => {roots => []}}) });
    is($r->status, 202, 'the answer is 202');
    my $answer = $asked->message;
    is_deeply([told_of($answer), $answer->{result}{content}[0]{text}],
        [qq(result of "q$id"), '{"roots":[]}'], 'and the call goes on');
    last if ++$far == 5;
}
my $label = label();
post($to, call('c', 'wait', {ms => 20_000, label => $label}));
awaits_note($s, $label, 'begins');
is(post($to, {jsonrpc => '2.0', method => 'notifications/cancelled',
    params => {requestId => 'c'}})->status, 202, 'a call is cancelled');
ok(awaits_note($s, $label, 'is cancelled'), 'and hears of it');
ok($asked->is_quiet(0.2), 'it is not answered');
post($endpoint, call('n', 'ask', {method => 'roots/list'}));
ok($stream->message->{result}{isError},
    'what was not declared is not asked');

# -- 2025-03-26: batches -----------------------------------------------------

my ($batched, $batch) = session(version => '2025-03-26');
is(post($batch, [request(1, 'ping'), request(2, 'ping')])->status, 202,
    'a batch is 202');
my $answers = $batched->message;
is_deeply([ref $answers eq 'ARRAY' ? told_of(@$answers) : undef],
    ['result of 1', 'result of 2'], 'its answers are one message of the stream');
is(post($batch, [{jsonrpc => '2.0', method => 'notifications/progress'}])
    ->status, 202, 'one without requests is 202');
ok($batched->is_quiet(0.1), 'and is not answered');
$batched->drop;

# -- what is refused ---------------------------------------------------------

rpc_error(post('/sse', request(1, 'initialize', {})), 405, -32600, undef,
    'a POST without sessionId is 405, by which clients know this transport',
    allow => 'GET');
for ('unknown', '', 'A' x 84, substr($endpoint, 15) . 'x') {
    my $r = post("/sse?sessionId=$_", request(1, 'ping'));
    rpc_error($r, 404, -32001, $r->status == 404 && exists $r->json->{id}
        ? 1 : undef, "a session that is none is 404: '" . substr($_, 0, 20)
            . "'");
}
rpc_error($c->request($_ => $endpoint), 405, -32600, undef, "$_ is 405",
    allow => 'GET, POST') for qw(PUT DELETE);
for my $accept (undef, '*/*') {
    my ($stream, $to) = opens(headers => {Accept => $accept});
    like($to, qr{^/sse\?}, 'GET needs no header');
    $stream->drop;
}
is(post($endpoint, 'no JSON')->status, 400, 'what is no JSON is 400');
is(post($endpoint, '{"id":1}')->status, 400, 'what is no message is 400');
is($c->post($endpoint, headers => {'Content-Type' => 'text/plain'},
    body => '{}')->status, 415, 'another media type is 415');
is(post($endpoint, request(1, 'ping'), headers => {Origin =>
    'http://evil.example'})->status, 403, 'another Origin is 403');
is(opens(headers => {Origin => 'http://evil.example'})->status, 403,
    'also for the stream');
rpc_error($c->legacy('/probe', 'ping', undef, id => 1,
    session => substr $endpoint, 15), 404, -32001, 1,
    'its session is none of the other transport');
ok($stream->is_quiet(0.1), 'none of which was told on the stream');

# -- whose it is -------------------------------------------------------------

my ($ada, $bob) = map { $c->journey(user => $_, resource => '/mysse')
    ->{access_token} } qw(ada bob);
challenged(opens(path => '/mysse')->response, 401, {error => undef},
    'the stream needs a token: 401 with a challenge');
my ($hers, $place) = session(path => '/mysse', token => $ada);
is(post($place, request(1, 'ping'))->status, 401, 'so do messages');
my $r = post($place, request(1, 'ping'), token => $bob);
is($r->status, 404, "another user's session is none");
ok($hers->is_quiet(0.1), 'and nothing comes of it');
is(post($place, request(2, 'ping'), token => $ada)->status, 202, 'one\'s own');
is((told_of($hers->message))[0], 'result of 2', 'is answered');

# -- the end -----------------------------------------------------------------

$hers->drop;
$s->await('the end of a session', sub {
    post($place, request(3, 'ping'), token => $ada)->status == 404 });
pass('a session ends with its stream');
my $gone = label();
($hers, $place) = session(path => '/mysse', token => $ada);
post($place, call(1, 'wait', {ms => 20_000, label => $gone}), token => $ada);
awaits_note($s, $gone, 'begins');
$hers->drop;
ok(awaits_note($s, $gone, 'is cancelled'),
    'nobody waits for its calls any more');
# what was taken before the server stops is answered, and nothing more is taken
my ($waiting, $there) = session();
my @labels = map { label() } 1 .. 6;
post($there, call($_, 'wait', {ms => 1500, label => $labels[$_ - 1]}))
    for 1 .. 6;
awaits_note($s, $_, 'begins') for @labels;
kill USR1 => $s->{pid};
$s->await('the end of the session', sub {
    post($there, request('late', 'ping'))->status == 404 });
is_deeply([grep { !/late/ } sort(told_of($waiting->messages))],
    [map "result of $_", 1 .. 6], 'a graceful restart waits for answers, '
    . 'from any child, though the session takes nothing more');
ok($waiting->{ended} && !$waiting->{cut}, 'then the stream ends');
is_deeply([$stream->messages], [], 'a graceful restart ends streams');
$s->await('the restart', sub { $s->generation == 2 });
ok($stream->{ended} && !$stream->{cut}, 'as they should end');
is(post($endpoint, request(1, 'ping'))->status, 404, 'and their sessions');
($stream, $endpoint) = session();
post($endpoint, request(1, 'ping'));
is((told_of($stream->message))[0], 'result of 1', 'then there are new ones');
$stream->drop;
$s->stop;

done();
