# Licensed under the Apache License, Version 2.0; see LICENSE.
# What a tool says while it runs comes on the stream of its request, on no
# other, and what it did not say there can be read again from any child.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPProbe;

my $s = probe_server();
my $c = $s->client;
my $ns = 'io.modelcontextprotocol';
my @levels = qw(debug info notice warning error critical alert emergency);

sub called {
    my ($name, %arguments) = @_;
    return {name => $name, arguments => \%arguments};
}

sub modern {
    my ($params, %o) = @_;
    return MCPStream->modern($c, $o{path} // '/probe', 'tools/call', $params,
        %o);
}

sub legacy {
    my ($params, %o) = @_;
    return MCPStream->legacy($c, $o{path} // '/probe', 'tools/call', $params,
        %o);
}

# -- 2026-07-28: progress ----------------------------------------------------

for my $token ('a token', 7) {
    my $stream = modern(called('wait', ms => 60, said => 3), id => 'p',
        meta => {progressToken => $token});
    is($stream->status, 200, 'a call that says something is 200');
    ok($stream->is_stream, 'and an event stream');
    is($stream->header('X-Accel-Buffering'), 'no',
        '2026-07-28 transports: X-Accel-Buffering: no');
    like($stream->header('Cache-Control'), qr/\bno-cache\b/,
        'which nobody keeps');
    my @events = $stream->events;
    my @messages = map { json_decode($_->{data}) } @events;
    is_deeply([told_of(@messages)], ['progress 1', 'progress 2', 'progress 3',
        'result of "p"'], 'progress, then the result, then the end');
    is_deeply([map { json_text($_->{params}{progressToken}) }
        @messages[0 .. 2]], [(json_text($token)) x 3],
        'progress has the token as the request had it');
    is_deeply([map { $_->{params}{total} } @messages[0 .. 2]], [3, 3, 3],
        'and the total');
    ok(!grep({ defined $_->{id} || defined $_->{retry} } @events),
        '2026-07-28: events have no ids, for streams cannot be resumed');
    is($messages[3]{result}{resultType}, 'complete',
        'the result is complete');
}
rpc_result($c->modern('/probe', 'tools/call', called('wait', ms => 0,
    said => 3), id => 1), 1,
    'without a token there is no progress: the answer is JSON');
for my $token (undef, 1.5, {}, [], JSON::PP::true) {
    rpc_error($c->modern('/probe', 'tools/call', called('wait'), id => 1,
        meta => {progressToken => $token}), 400, -32602, 1,
        'a token that is neither string nor integer is refused: '
            . json_text($token));
}
is_deeply([told_of(modern(called('odd_progress'), id => 1,
    meta => {progressToken => 't'})->messages)],
    ['progress 1', 'progress 2.5', 'result of 1'],
    'progress MUST increase: what does not is left out');
rpc_result($c->modern('/probe', 'tools/call', called('wait', ms => 0,
    said => 3), id => 1, headers => {Accept => 'application/json'},
    meta => {progressToken => 't', "$ns/logLevel" => 'debug'}), 1,
    'a client that takes no stream gets JSON, without progress');

# -- 2026-07-28: log levels --------------------------------------------------

rpc_result($c->modern('/probe', 'tools/call', called('each_level'), id => 1), 1,
    'no log line without a level in the request');
for my $n (0 .. $#levels) {
    my @messages = modern(called('each_level'), id => 1,
        meta => {"$ns/logLevel" => $levels[$n]})->messages;
    my $result = pop @messages;
    is_deeply([map { $_->{params}{level} } @messages],
        [@levels[$n .. $#levels]], "$levels[$n]: those lines and above");
    is_deeply([map { $_->{params}{data} } @messages],
        [({of => 'each'}) x @messages], 'with their data as JSON')
        if $n == 0;
    is($messages[0]{method}, 'notifications/message', 'as notifications');
    is((told_of($result))[0], 'result of 1', 'before the result');
}
for my $level ('DEBUG', 'trace', '', 1, undef) {
    rpc_error($c->modern('/probe', 'tools/call', called('each_level'), id => 1,
        meta => {"$ns/logLevel" => $level}), 400, -32602, 1,
        'a level that is none is refused: ' . json_text($level));
}

# -- 2026-07-28: who closes the stream cancels -------------------------------

for my $said (0, 200) {
    my $label = label();
    # nothing is said: the head of the answer is still to come
    my $stream = $said ? modern(called('wait', ms => 20_000, label => $label,
        said => $said), meta => {progressToken => 1}) : undef;
    my $socket = $stream ? undef : $c->open_socket;
    if ($stream) {
        is(($stream->message)->{params}{progress}, 1, 'a call goes on');
    }
    else {
        my ($bytes) = $c->request_bytes(POST => $c->modern_request('/probe',
            'tools/call', called('wait', ms => 20_000, label => $label)));
        print $socket $bytes;
    }
    awaits_note($s, $label, 'begins');
    $stream ? $stream->drop : close $socket;
    ok(awaits_note($s, $label, 'is cancelled'),
        '2026-07-28 cancellation: closing the stream is cancelling, '
            . ($said ? 'while it speaks' : 'before it speaks'));
    is(noted($s, $label, 'is done'), 0, 'it has not gone on');
}

# -- until 2025-11-25: log levels are a session's ----------------------------

my ($session, $other) = map { scalar $c->initialize('/probe') } 1, 2;
my $holder = 0;

sub lines {
    my ($id, %o) = @_;
    my @messages = legacy(called('each_level'), session => $id, %o)->messages;
    return [map { $_->{params}{level} // () } @messages];
}

is_deeply(lines($session), [@levels[1 .. 7]], 'at first info and above');
for my $n (0 .. $#levels) {
    my ($child, $r) = handled($s, sub { $c->legacy('/probe',
        'logging/setLevel', {level => $levels[$n]}, session => $session,
        id => 1) });
    is($r->body, '{"jsonrpc":"2.0","id":1,"result":{}}',
        "logging/setLevel $levels[$n] is answered by {}");
    is_deeply(elsewhere($s, $child, sub { lines($session) }),
        [@levels[$n .. $#levels]], 'and holds in another child');
}
is_deeply(lines($other), [@levels[1 .. 7]], 'of this session alone');
for my $params (undef, {}, {level => 'trace'}, {level => ''}, {level => 1},
    {level => 'DEBUG'}) {
    rpc_error($c->legacy('/probe', 'logging/setLevel', $params, id => 1,
        session => $session), 200, -32602, 1,
        'a level that is none is -32602: ' . json_text($params));
}
is_deeply(lines($session), ['emergency'], 'which changes nothing');

# -- 2025-11-25: streams that can be resumed ---------------------------------

my @token = (_meta => {progressToken => 'r'});

sub events_of {
    my ($stream) = @_;
    return map { [$_->{id}, length $_->{data} ? told_of(json_decode($_->{data}))
        : ''] } $stream->events;
}

sub resumed {
    my ($last, %o) = @_;
    return MCPStream->get($c, $o{path} // '/probe', last => $last,
        session => $session, %o);
}

my $stream = legacy({%{called('wait', ms => 60, said => 2)}, @token},
    session => $other, id => 11);
my @all = events_of($stream);
is_deeply([map { $_->[1] } @all], ['', 'message 1', 'progress 1', 'message 2',
    'progress 2', 'result of 11'],
    '2025-11-25: an event without data, then what is said, then the result');
my %ids = map { $_->[0] // '' => 1 } @all;
ok(keys %ids == @all && !exists $ids{''}, 'each event has an id of its own');

for my $version ('2025-06-18', '2025-03-26') {
    my $old = $c->initialize('/probe', version => $version);
    my @events = legacy({%{called('wait', ms => 20, said => 1)}, @token},
        session => $old, version => $version, id => 12)->events;
    is_deeply([told_of(map { json_decode($_->{data}) } @events)],
        ['message 1', 'progress 1', 'result of 12'],
        "$version: a stream without an event that has no data");
    ok(!grep({ defined $_->{id} } @events), 'and without ids');
}

for my $n (0 .. $#all - 1) {
    my @again = events_of(resumed($all[$n][0], session => $other));
    is_deeply(\@again, [[$all[$n][0], ''], @all[$n + 1 .. $#all]],
        "Last-Event-ID of event $n: where it was, what came after, the end");
}
empty($c->get('/probe', headers => {Accept => 'text/event-stream',
    'Mcp-Session-Id' => $other, 'Last-Event-ID' => $all[-1][0]}), 204,
    'nothing is left: 204, for clients come back to what ends like that');
for (
    ['of another session', $all[1][0]],
    ['of no stream', 'AAAAAAAAAAAAAAAA.1'], ['without a number', 'abc'],
    ['with something behind', "$all[1][0]x"], ['that is empty', ''],
    ['that is very long', 'A' x 5000 . '.1'],
    ['with a huge number', $all[1][0] =~ s/\..*/.99999999999999999999/r],
) {
    my ($name, $last) = @$_;
    rpc_error($c->get('/probe', headers => {Accept => 'text/event-stream',
        'Mcp-Session-Id' => $session, 'Last-Event-ID' => $last}), 400, -32600,
        undef, "a Last-Event-ID $name is 400", message => qr/resumed/);
}

# Dropped while it runs, resumed at another child.
for my $round (1 .. 3) {
    my $label = label();
    my $first = legacy({%{called('wait', ms => 2000, said => 4,
        label => $label)}, @token}, session => $other, id => 20 + $round);
    my $child = child_of($s, $first);
    my @events = map { $first->event } 1 .. 3;
    $first->drop;
    my ($second, $at);
    for (1 .. 50) {
        $second = resumed($events[2]{id}, session => $other);
        $at = child_of($s, $second);
        last if $at != $child;
        $second->drop;
    }
    isnt($at, $child, 'a stream is resumed elsewhere');
    is_deeply([map { $_->[1] } events_of($second)], ['', 'message 2',
        'progress 2', 'message 3', 'progress 3', 'message 4', 'progress 4',
        'result of ' . (20 + $round)],
        'and goes on, to its result: none is missed, none comes twice');
    is(noted($s, $label, 'is done'), 1,
        '2025-11-25: a disconnection is no cancellation');
}
my $quiet = label();
my $socket = $c->open_socket;
my ($bytes) = $c->request_bytes(POST => $c->legacy_request('/probe',
    'tools/call', called('wait', ms => 300, label => $quiet),
    session => $other));
print $socket $bytes;
awaits_note($s, $quiet, 'begins');
close $socket;
ok(awaits_note($s, $quiet, 'is done'),
    'nor is it one where there is no stream yet');

# A stream whose connection the server lets go.
my $parted = legacy(called('part', ms => 200), session => $other, id => 30);
my @before = $parted->events;
is_deeply([map { length $_->{data} ? told_of(json_decode($_->{data})) : '' }
    @before], ['', 'message before', ''],
    'a call lets its connection go: the stream ends without the result');
ok(length $before[-1]{id} && $before[-1]{retry} == 100,
    'and says when to come back') or diag json_text(\@before);
is_deeply([map { $_->[1] } events_of(resumed($before[-1]{id},
    session => $other))], ['', 'message after', 'result of 30'],
    'where the rest is then, and nothing that was told before');
my $old = $c->initialize('/probe', version => '2025-06-18');
is_deeply([told_of(legacy(called('part', ms => 0), session => $old,
    version => '2025-06-18', id => 31)->messages)],
    ['message before', 'message after', 'result of 31'],
    'who cannot come back is not let go');

# -- whose streams -----------------------------------------------------------

my ($ada, $bob) = map { $c->journey(user => $_, resource => '/mine')
    ->{access_token} } qw(ada bob);
my ($adas, $bobs) = map { scalar $c->initialize('/mine', token => $_) }
    $ada, $bob;
my @mine = legacy(called('each_level'), path => '/mine', session => $adas,
    token => $ada, id => 40)->events;
is(resumed($mine[0]{id}, path => '/mine', session => $adas,
    token => $ada)->messages, @mine - 1, "a user's stream is that user's");
rpc_error(resumed($mine[0]{id}, path => '/mine', session => $bobs,
    token => $bob)->response, 400, -32600, undef,
    'in no session of another user is it there');
rpc_error(resumed($mine[0]{id}, path => '/mine', session => $adas,
    token => $bob)->response, 404, -32001, undef,
    "nor is that user's session another's");
is(resumed($mine[0]{id}, path => '/mine', session => $adas)->status, 401,
    'and without a token it is 401');

# -- no broadcast ------------------------------------------------------------

my $listener = MCPStream->get($c, '/probe', session => $other);
is($listener->event->{data}, '', 'a session listens');
my @calls = map { legacy({%{called('wait', ms => 200, said => 3)},
    _meta => {progressToken => "t$_"}}, session => $other, id => 50 + $_) }
    1, 2;
for my $n (1, 2) {
    my @messages = $calls[$n - 1]->messages;
    is_deeply([map { $_->{params}{progressToken} // () } @messages],
        ["t$n", "t$n", "t$n"], "call $n: its progress is on its stream");
    is((told_of($messages[-1]))[0], 'result of ' . (50 + $n),
        'and its result');
}
ok($listener->is_quiet(0.2),
    '2025-11-25 transports: no message is broadcast over several streams');
$listener->drop;
$s->stop;

done();
