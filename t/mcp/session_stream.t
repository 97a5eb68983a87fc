# Licensed under the Apache License, Version 2.0; see LICENSE.
# The stream that a session of the revisions until 2025-11-25 opens by GET: what
# belongs to no request.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPProbe;

my $s = probe_server();
my $c = $s->client;
my $session = $c->initialize('/probe');

sub listens {
    my (%o) = @_;
    return MCPStream->get($c, $o{path} // '/probe', session => $session, %o);
}

sub rpc {
    my ($method, $params, %o) = @_;
    return $c->legacy($o{path} // '/probe', $method, $params, id => 1,
        session => $session, %o);
}

sub tool {
    my ($name, $arguments, %o) = @_;
    my $r = $c->modern($o{path} // '/probe', 'tools/call', {name => $name,
        arguments => $arguments}, token => $o{token});
    return $r->status == 200 ? $r : die $r->brief;
}

sub changes { return tool('changed', {list => $_[0]}, @_[1 .. $#_]) }

sub updates {
    my ($uri, %o) = @_;
    return tool('updated', {uri => $uri,
        private => $o{private} ? JSON::PP::true : JSON::PP::false}, %o);
}

# -- GET ---------------------------------------------------------------------

my $stream = listens();
is($stream->status, 200, 'GET in a session is 200');
ok($stream->is_stream, 'an event stream');
my $first = $stream->event;
ok(length $first->{id} && $first->{data} eq '',
    '2025-11-25: it begins with an event that has an id and no data');
for my $version ('2025-06-18', '2025-03-26') {
    my $old = $c->initialize('/probe', version => $version);
    my $stream = listens(session => $old, version => $version);
    ok($stream->is_quiet(0.1) && @{$stream->{comments}},
        "$version: it begins with a comment");
    changes('tools');
    is((told_of($stream->message))[0], 'tools/list_changed',
        'and goes on with what changed');
    $stream->drop;
}
$stream->event;    # of that change
$stream->event;
for (
    ['no Accept', undef], ['Accept: application/json', 'application/json'],
    ['Accept: text/html', 'text/html'],
    ['an Accept that excludes it', 'text/event-stream;q=0'],
) {
    my ($name, $accept) = @$_;
    rpc_error($c->get('/probe', headers => {Accept => $accept,
        'Mcp-Session-Id' => $session}), 406, -32600, undef, "406 for $name");
}
rpc_error($c->get('/probe', headers => {Accept => 'text/event-stream'}), 400,
    -32000, undef, '400 without a session');
rpc_error(listens(session => 'unknown')->response, 404, -32001, undef,
    '404 in no session');
rpc_error(listens(version => '2099-01-01')->response, 400, -32600, undef,
    '400 for a version that is none');
rpc_error($c->request($_ => '/probe', headers => {
    'Mcp-Session-Id' => $session}), 405, -32600, undef, "$_ is 405",
    allow => 'GET, POST, DELETE') for qw(PUT PATCH);
my ($ada, $bob) = map { $c->journey(user => $_, resource => '/mine')
    ->{access_token} } qw(ada bob);
my ($adas, $bobs) = map { scalar $c->initialize('/mine', token => $_) }
    $ada, $bob;
is(listens(path => '/mine', session => $adas)->status, 401,
    'listening needs a token');
rpc_error(listens(path => '/mine', session => $adas, token => $bob)->response,
    404, -32001, undef, "nobody listens in another user's session");

# -- what changed ------------------------------------------------------------

my $holder = child_of($s, $stream);
my %ids = ($first->{id} => 1);
for my $list (qw(tools prompts resources)) {
    elsewhere($s, $holder, sub {
        changes($list);
        my $event = $stream->event;
        my $told = json_decode($event->{data});
        is_deeply($told, {jsonrpc => '2.0',
            method => "notifications/$list/list_changed"},
            "$list have changed: told");
        ok(!$ids{$event->{id}}++, 'with an id of its own');
    });
}
updates('probe://one');
ok($stream->is_quiet(0.2), 'a resource that nobody subscribed to is not told');

# -- resources/subscribe -----------------------------------------------------

my ($child, $r) = handled($s, sub { rpc('resources/subscribe',
    {uri => 'probe://one'}) });
is($r->body, '{"jsonrpc":"2.0","id":1,"result":{}}',
    'resources/subscribe is answered by {}');
elsewhere($s, $holder, sub {
    updates('probe://one');
    is_deeply($stream->message, {jsonrpc => '2.0', method =>
        'notifications/resources/updated', params => {uri => 'probe://one'}},
        'then its updates are told');
});
is(rpc('resources/subscribe', {uri => $_})->status, 200, "also $_")
    for 'probe://one', 'probe://each/5';
updates($_) for 'probe://two', 'probe://each/5', 'probe://each/6';
is((told_of($stream->message))[0], 'resources/updated probe://each/5',
    'one of a template');
ok($stream->is_quiet(0.2), 'none that was not named');
updates('probe://one');
is((told_of($stream->message))[0], 'resources/updated probe://one',
    'subscribing twice is subscribing once');
ok($stream->is_quiet(0.2), 'so it is told once');
is(rpc('resources/unsubscribe', {uri => 'probe://one'})->body,
    '{"jsonrpc":"2.0","id":1,"result":{}}',
    'resources/unsubscribe is answered by {}');
updates($_) for 'probe://one', 'probe://each/5';
is((told_of($stream->message))[0], 'resources/updated probe://each/5',
    'then it is not told any more, others are');
is(rpc('resources/unsubscribe', {uri => $_})->body,
    '{"jsonrpc":"2.0","id":1,"result":{}}',
    "what was not subscribed to can be unsubscribed from: $_")
    for 'probe://one', 'other://x';

my $other = $c->initialize('/probe');
my $elses = listens(session => $other);
$elses->event;
updates('probe://each/5');
is((told_of($stream->message))[0], 'resources/updated probe://each/5',
    'who subscribed is told');
ok($elses->is_quiet(0.2), 'another session is not');
$elses->drop;
for my $params (undef, {}, {uri => undef}, {uri => 1}, {uri => ['x']}) {
    for my $method ('resources/subscribe', 'resources/unsubscribe') {
        rpc_error(rpc($method, $params), 200, -32602, 1,
            "$method: -32602 for " . json_text($params));
    }
}
for (['probe://three', -32002], ['other://x', -32002], ['', -32002],
    ['probe://each/' . 'x' x 3000, -32602]) {
    my ($uri, $code) = @$_;
    rpc_error(rpc('resources/subscribe', {uri => $uri}), 200, $code, 1,
        'resources: what is not found cannot be subscribed to: '
        . substr $uri, 0, 20);
}

# private updates
is(rpc('resources/subscribe', {uri => 'probe://one'}, path => '/mine',
    session => $_->[0], token => $_->[1])->status, 200, 'users subscribe')
    for [$adas, $ada], [$bobs, $bob];
my ($hers, $his) = map { listens(path => '/mine', session => $_->[0],
    token => $_->[1]) } [$adas, $ada], [$bobs, $bob];
$_->event for $hers, $his;
elsewhere($s, child_of($s, $hers), sub {
    updates('probe://one', path => '/mine', token => $ada, private => 1);
    is((told_of($hers->message))[0], 'resources/updated probe://one',
        'what is one user\'s is told to that user');
});
ok($his->is_quiet(0.2), 'and not to another');
updates('probe://one', path => '/mine', token => $ada);
is((told_of($_->message))[0], 'resources/updated probe://one',
    'what is everybody\'s to all') for $hers, $his;
$_->drop for $hers, $his;

# -- coming back -------------------------------------------------------------

changes('tools');
my $event = $stream->event;
$stream->drop;
changes('prompts');
updates('probe://each/5');
for (1 .. 50) {
    $stream = listens(last => $event->{id});
    last if child_of($s, $stream) != $holder;
    $stream->drop;
}
isnt(child_of($s, $stream), $holder, 'a session comes back to another child');
my $last = $stream->awaits(sub { $_->{method} =~ /updated/ });
is_deeply([told_of(@{$stream->{passed}}, $last)],
    ['prompts/list_changed', 'resources/updated probe://each/5'],
    'Last-Event-ID: what changed meanwhile is told, and nothing again');
changes('resources');
is((told_of($stream->message))[0], 'resources/list_changed', 'and what follows');
my $again = listens(last => $event->{id}, session => $other);
is($again->status, 200, 'another session begins where this one was');
$again->drop;
for my $last ('news.', 'news.1', 'news.x.y.1', 'news.99999999999999999999.a.1',
    'x', '', 'AAAAAAAAAAAAAAAA.1') {
    rpc_error(listens(last => $last)->response, 400, -32600, undef,
        "an id that names no stream is 400: '$last'", message => qr/resumed/);
}

# -- one at a time -----------------------------------------------------------

for my $round (1 .. 3) {
    my $newer = listens();
    is($newer->event->{data}, '', 'a second stream of a session');
    is_deeply([$stream->events], [], 'ends the first');
    ok($stream->{ended} && !$stream->{cut}, 'as it should end');
    $stream = $newer;
    changes('tools');
    is((told_of($stream->message))[0], 'tools/list_changed',
        'and is told what changes');
}

# -- the end -----------------------------------------------------------------

my ($mine, $of_before) = map { scalar $c->initialize('/probe', version => $_) }
    '2025-11-25', '2025-06-18';
my $lasting = listens(session => $mine);
$lasting->event;
is($c->request(DELETE => '/probe', headers => {'Mcp-Session-Id' => $session})
    ->status, 204, 'DELETE ends a session');
is_deeply([$stream->events], [], 'and its stream');
ok($stream->{ended} && !$stream->{cut}, 'as it should end');
rpc_error(listens()->response, 404, -32001, undef, 'there is no other then');
changes('tools');
is((told_of($lasting->message))[0], 'tools/list_changed',
    'other sessions go on');
my $before = listens(session => $of_before, version => '2025-06-18');
$s->graceful;
my ($goodbye, @more) = $lasting->events;
ok(!@more && $goodbye->{data} eq '' && length $goodbye->{id}
    && $goodbye->{retry} == 1000, '2025-11-25 transports: the connection is '
    . 'closed, not the stream, so there is a retry field first')
    or diag json_text([$goodbye, @more]);
ok($lasting->{ended} && !$lasting->{cut}, 'a graceful restart does that');
is_deeply([$before->events], [], 'an older client is told nothing it does not '
    . 'know');
is(listens(session => $mine, last => $goodbye->{id})->status, 200,
    'who was told so can come back');
$s->stop;

done();
