# Licensed under the Apache License, Version 2.0; see LICENSE.
# notifications/cancelled of the revisions until 2025-11-25: to any child, for
# one request of one session, which is not answered then.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPProbe;

my $s = probe_server();
my $c = $s->client;
my ($session, $other) = map { scalar $c->initialize('/probe') } 1, 2;
my $next = 100;

sub wait_for {
    my ($label, $said, $ms) = @_;
    return {name => 'wait', _meta => {progressToken => 1}, arguments => {
        ms => $ms // 20_000, said => $said, label => $label}};
}

sub cancel {
    my ($id, %o) = @_;
    return $c->legacy('/probe', 'notifications/cancelled',
        {requestId => $id, reason => 'enough'}, id => undef,
        session => $session, %o);
}

# -- one that overtakes its request, while all is quiet ------------------------

my $early = $next++;
empty(cancel($early), 202, 'a cancellation comes before its request');
my $label = label();
empty($c->legacy('/probe', 'tools/call', {name => 'wait', arguments => {
    ms => 20_000, label => $label}}, session => $session, id => $early), 202,
    'which is not answered then');
is(noted($s, $label, 'is done'), 0, 'and has not gone on');

# -- a request that streams --------------------------------------------------

for my $id ($next++, 'a text') {
    my $label = label();
    my $stream = MCPStream->legacy($c, '/probe', 'tools/call',
        wait_for($label, 200), session => $session, id => $id);
    $stream->awaits(sub { ($_->{method} // '') =~ /progress/ });
    empty(cancel($id), 202, 'notifications/cancelled is 202 without a body');
    ok(awaits_note($s, $label, 'is cancelled'), 'the call hears of it');
    is_deeply([grep { !/^(?:progress|message) / } told_of($stream->messages)],
        [], '2025-11-25 cancellation: the stream ends without a response');
    ok($stream->{ended}, 'as it should');
    empty($c->get('/probe', headers => {Accept => 'text/event-stream',
        'Mcp-Session-Id' => $session,
        'Last-Event-ID' => $stream->{last_id}}), 204,
        'and a client that comes back for one is told that none comes');
    is(noted($s, $label, 'is done'), 0, 'it has not gone on');
    my $shown = json_text($id) =~ s{"}{\\\\x22}gr;
    is($s->logged(qr/MCP00251: .*request \Q$shown\E: enough/), 1,
        'cancellation: both parties SHOULD log reasons');
}

# To another child, for sure; nobody else is meant.
my ($near, $stays) = (label(), $next++);
my $bystander = MCPStream->legacy($c, '/probe', 'tools/call',
    wait_for($near, 200), session => $session, id => $stays);
my $far = 0;
for (1 .. 200) {
    my ($label, $id) = (label(), $next++);
    my $call = MCPStream->legacy($c, '/probe', 'tools/call',
        wait_for($label, 200), session => $session, id => $id);
    my $holder = child_of($s, $call);
    my ($by) = handled($s, sub { cancel($id) });
    awaits_note($s, $label, 'is cancelled');
    last if $far = $by != $holder;
}
ok($far, 'a request of one child is cancelled through another');
is(noted($s, $near, 'is cancelled'), 0, 'and no other request with it');
cancel($stays);
is_deeply([grep { /^result/ } told_of($bystander->messages)], [],
    'until it is meant itself');

# -- one that is answered in JSON --------------------------------------------

for (['takes a stream', {}], ['takes none', {Accept => 'application/json'}]) {
    my ($name, $headers) = @$_;
    my $id = $next++;
    my $mine = label();
    my $call = MCPStream->start($c, POST => $c->legacy_request('/probe',
        'tools/call', {name => 'wait', arguments => {ms => 20_000,
            label => $mine}}, session => $session, id => $id,
        headers => $headers));
    awaits_note($s, $mine, 'begins');
    empty(cancel($id), 202, 'cancelled before anything was said');
    empty($call->head->response, 202,
        "there is no response where the client $name: 202, no body");
    ok(awaits_note($s, $mine, 'is cancelled'), 'the call hears of it');
}

# -- what is not cancelled ---------------------------------------------------

for (
    ["another session's request of the same id",
        sub { cancel($_[0], session => $other) }],
    ['a request of another id', sub { cancel($_[0] + 1_000) }],
    ['an id of another type', sub { cancel("$_[0]") }],
    ['no id', sub { $c->legacy('/probe', 'notifications/cancelled', {},
        id => undef, session => $session) }],
    ['no params', sub { $c->legacy('/probe', 'notifications/cancelled', undef,
        id => undef, session => $session) }],
    ['an id that is none', sub { cancel({}) }],
    ['progress', sub { $c->legacy('/probe', 'notifications/progress',
        {progressToken => 1, progress => 1}, id => undef,
        session => $session) }],
) {
    my ($name, $code) = @$_;
    my $id = $next++;
    my $mine = label();
    my $call = MCPStream->legacy($c, '/probe', 'tools/call',
        wait_for($mine, 4, 400), session => $session, id => $id);
    awaits_note($s, $mine, 'begins');
    empty($code->($id), 202, "a notification about $name is 202");
    is((told_of($call->messages))[-1], "result of $id", 'and cancels nothing');
}
my $ended = $next++;
rpc_result($c->legacy('/probe', 'tools/call', {name => 'wait', arguments => {
    ms => 0}}, session => $session, id => $ended), $ended,
    'a request is answered');
empty(cancel($ended), 202, 'to cancel it then is too late, and no error');
empty($c->legacy('/probe', 'notifications/cancelled', {requestId => "a\nb",
    reason => {}}, id => undef, session => $session), 202,
    'a reason that is no text is none');
is($s->logged(qr/MCP00251: .*request \S+a\S+b\S+: it does not say why/), 1,
    'and nothing breaks a line of the log');
rpc_error(cancel(1, session => undef), 400, -32000, undef,
    'without a session it is 400');
rpc_error(cancel(1, session => 'unknown'), 404, -32001, undef,
    'in no session it is 404');

# -- while it waits for something --------------------------------------------

my $asking = $c->initialize('/probe', capabilities => {elicitation => {}});
my $question = MCPStream->legacy($c, '/probe', 'tools/call', {name => 'ask',
    arguments => {method => 'elicitation/create', params => {message => 'What?',
        requestedSchema => {type => 'object', properties => {}}}}},
    session => $asking, id => 'q');
is($question->message->{method}, 'elicitation/create', 'a call asks');
empty(cancel('q', session => $asking), 202, 'it is cancelled');
is_deeply([$question->messages], [],
    'a question that nobody will answer is not waited for: no response');
my $later = $next++;
$label = label();
my $soon = MCPStream->start($c, POST => $c->legacy_request('/probe',
    'tools/call', {name => 'later', arguments => {ms => 20_000,
        label => $label}}, session => $session, id => $later));
awaits_note($s, $label, 'is put off');
empty(cancel($later), 202, 'a call that goes on later is cancelled');
empty($soon->head->response, 202, 'it has no response');

# -- 2026-07-28 --------------------------------------------------------------

$label = label();
my $stream = MCPStream->modern($c, '/probe', 'tools/call',
    {name => 'wait', arguments => {ms => 400, said => 4, label => $label}},
    id => 'm', meta => {progressToken => 1});
awaits_note($s, $label, 'begins');
my ($path, %request) = $c->modern_request('/probe', 'notifications/cancelled',
    {requestId => 'm'});
delete $request{json}{id};
empty($c->post($path, %request), 202,
    '2026-07-28: over HTTP the notification is accepted');
is((told_of($stream->messages))[-1], 'result of "m"',
    'and means nothing: who closes the stream cancels');
$s->stop;

done();
