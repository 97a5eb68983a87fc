# Licensed under the Apache License, Version 2.0; see LICENSE.
# The extension io.modelcontextprotocol/tasks, in several children: tasks that
# any of them can tell of, over restarts and the death of one.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPProbe;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

my $extension = 'io.modelcontextprotocol/tasks';
my $able = {roots => {}, extensions => {$extension => {}}};
my $more = <<'END';
<Location "/other">
    SetHandler mcp-server
    MCPOffer   probe:*
</Location>
MCPLimit tasks=4
END
my $s = probe_server(config => $more);
my $c = $s->client;

# A file that a task waits for, which is made by release().
my $files = 0;
sub gate { return $s->root . '/htdocs/gate-' . ++$files }

sub release {
    my $gate = shift;
    open my $out, '>', $gate or die "$gate: $!";
    close $out;
}

# The same as a client of tasks; id => 1: all answers have it.
sub send_to {
    my ($path, $method, $params, %o) = @_;
    return $c->modern($path, $method, $params, id => 1,
        capabilities => $able, %o);
}

sub call {
    my ($tool, $arguments, %o) = @_;
    my $path = delete $o{path} // '/probe';
    return send_to($path, 'tools/call', {name => $tool,
        arguments => $arguments}, %o);
}

# The id of a new task.
sub begin {
    my ($tool, $arguments, %o) = @_;
    my $result = rpc_result(call($tool, $arguments, %o), 1, "$tool is called");
    is($result->{resultType}, 'task', 'and becomes a task');
    return $result->{taskId};
}

sub ask {
    my ($method, $task, %o) = @_;
    my $path = delete $o{path} // '/probe';
    my $params = delete $o{params} || {};
    return send_to($path, "tasks/$method", {taskId => $task, %$params}, %o);
}

sub state_of {
    my ($task, %o) = @_;
    my $r = ask('get', $task, %o);
    my $result = $r->status == 200 && $r->json->{result};
    return $result || die 'tasks/get: ' . $r->brief;
}

# Back when it is no longer as it was.
sub awaits_status {
    my ($task, $status, %o) = @_;
    my $state;
    $s->await("a task that is $status", sub {
        $state = state_of($task, %o);
        $state->{status} eq $status });
    return $state;
}

sub update {
    my ($task, $responses, %o) = @_;
    return ask('update', $task, params => {inputResponses => $responses}, %o);
}

sub root { return {roots => [{uri => "file:///$_[0]"}]} }

sub acknowledged {
    my ($r, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $result = rpc_result($r, 1, $name);
    is_deeply([grep { $_ ne '_meta' } sort keys %$result], ['resultType'],
        'an empty result acknowledges it');
}

sub unknown {
    my ($r, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return rpc_error($r, 200, -32602, 1, $name);
}

# -- from any child ----------------------------------------------------------

my $discovered = rpc_result($c->modern('/probe', 'server/discover', {},
    id => 1), 1, 'server/discover');
is_deeply($discovered->{capabilities}{extensions}{$extension}, {},
    'tells of the extension');

my ($label, $gate) = (label(), gate());
my ($holder, $r) = handled($s, sub { call('task', {label => $label,
    until => $gate}) });
my $result = rpc_result($r, 1, 'CreateTaskResult');
my $task = $result->{taskId};
is_deeply([@$result{qw(resultType status ttlMs)}], ['task', 'working',
    3_600_000], 'it is a task with its time to live');
like($result->{createdAt}, qr/^\d{4}-\d\d-\d\dT[\d:.]+Z$/, 'since when');
my ($told) = elsewhere($s, $holder, sub { ask('get', $task) });
is(rpc_result($told, 1, 'another child tells of it at once')->{status},
    'working', 'as it is');
awaits_note($s, $label, 'begins');
release($gate);
is_deeply(awaits_status($task, 'completed')->{result}{content},
    [{type => 'text', text => 'done'}], 'it is completed with its result');
($told) = elsewhere($s, $holder, sub { ask('get', $task) });
is_deeply(rpc_result($told, 1, 'also for another child')->{result}{content},
    [{type => 'text', text => 'done'}], 'which gives the result too');

my $failed = awaits_status(begin('task_error', {label => label()}), 'failed');
is_deeply($failed->{error}, {code => -32603, message => 'It does not work.'},
    'a JSON-RPC error is that of the task');
is($failed->{statusMessage}, 'It does not work.',
    'which SHOULD include a statusMessage about the failure');
is($s->logged(qr/MCP00794.*task_error failed/), 1, 'the log has it, too');

# -- who may ask -------------------------------------------------------------

rpc_error(call('task_error', {}, capabilities => {}), 400, -32021, 1,
    'who does not know tasks cannot have one',
    data => {requiredCapabilities => {extensions => {$extension => {}}}});
for my $method (qw(get update cancel)) {
    rpc_error(ask($method, 'unknown', capabilities => {}), 400, -32021, 1,
        "tasks/$method asks for the capability first",
        data => {requiredCapabilities => {extensions => {$extension => {}}}});
    rpc_error(ask($method, $task, headers => {'Mcp-Name' => 'x'}), 400,
        -32020, 1, 'Mcp-Name must be the taskId');
    rpc_error(ask($method, $task, headers => {'Mcp-Name' => undef}), 400,
        -32020, 1, 'and must be there');
}
rpc_error(send_to('/probe', 'subscriptions/listen',
    {notifications => {taskIds => ['x']}}, capabilities => {}), 400, -32021,
    1, 'so does subscriptions/listen',
    data => {requiredCapabilities => {extensions => {$extension => {}}}});

my $client = $c->register;
my $ada = $c->journey(resource => '/mine', client => $client)->{access_token};
my $again = $c->journey(resource => '/mine', client => $client)
    ->{access_token};
my $adas_other = $c->journey(resource => '/mine', client => $c->register(
    client_name => 'Another client'))->{access_token};
my $bob = $c->journey(resource => '/mine', user => 'bob')->{access_token};
my $mine = begin('task_ask', {label => label()}, path => '/mine',
    token => $ada);
awaits_status($mine, 'input_required', path => '/mine', token => $ada);
for my $method (qw(get update cancel)) {
    my @params = (params => {inputResponses => {question => {}}});
    my $none = ask($method, 'unknown', @params)->body;
    for (['another user', '/mine', token => $bob],
        ['another client of the user', '/mine', token => $adas_other],
        ['nobody', '/probe'], ['another server', '/other']) {
        my ($name, $path, @who) = @$_;
        my $r = ask($method, $mine, path => $path, @params, @who);
        unknown($r, "tasks/$method: $name does not find it");
        is($r->body, $none, 'as if it did not exist');
    }
    is(ask($method, $mine, path => '/mine')->status, 401, 'without a token');
}
is(state_of($mine, path => '/mine', token => $again)->{status},
    'input_required', 'the same client of the same user does');

# -- what it asks ------------------------------------------------------------

$label = label();
$task = begin('task_ask', {label => $label});
my $asked = awaits_status($task, 'input_required')->{inputRequests};
is_deeply($asked, {question => {method => 'roots/list'}},
    'a task asks through tasks/get');
acknowledged(update($task, {other => {}}), 'an unknown key is ignored');
rpc_error(update($task, {question => {roots => ['x']}}), 200, -32602, 1,
    'what answers something else is refused',
    message => qr/inputResponses\.question: each of roots must have a uri/);
is(state_of($task)->{status}, 'input_required', 'the task waits still');

my @racing = MCPTest::at_once(8, sub {
    my $n = shift;
    return update($task, {question => root($n)})->status;
});
is("@racing", '200 ' x 7 . '200', 'eight clients answer at once');
$s->await('the next question', sub {
    my $state = state_of($task);
    $asked = $state->{inputRequests};
    $state->{status} eq 'input_required' && !exists $asked->{question} });
is(noted($s, $label, 'is answered'), 1, 'one of them is heard');
my ($key) = keys %$asked;
isnt($key, 'question', 'the key of the next question is another one');
acknowledged(update($task, {question => root('late')}),
    'an old key is ignored');
acknowledged(update($task, {$key => root('last')}), 'the new one not');
my $text = awaits_status($task, 'completed')->{result}{content}[0]{text};
my $both = qr!^\{"roots":\[\{"uri":"file:///[1-8]"\}\]\} !
    . quotemeta(json_text(root('last'))) . '$';
like($text, qr/$both/, 'the tool has heard both answers');
is(noted($s, $label, 'is done'), 1, 'once');

# -- cancelling --------------------------------------------------------------

($label, $gate) = (label(), gate());
$task = begin('task', {label => $label, until => $gate});
awaits_note($s, $label, 'begins');
acknowledged(ask('cancel', $task), 'a task is cancelled');
is(state_of($task)->{status}, 'cancelled', 'and is that');
ok(awaits_note($s, $label, 'is cancelled'), 'the tool hears of it');
acknowledged(ask('cancel', $task), 'it can be cancelled twice');
is_deeply([@{state_of($task)}{qw(status result)}], ['cancelled', undef],
    'what the tool gave is dropped');

# -- listening ---------------------------------------------------------------

($label, $gate) = (label(), gate());
$task = begin('task', {label => $label, until => $gate});
awaits_note($s, $label, 'begins');
my $stream = MCPStream->modern($c, '/probe', 'subscriptions/listen',
    {notifications => {taskIds => [$task, $mine, 'unknown']}}, id => 'l',
    capabilities => $able);
my $first = $stream->message;
is_deeply($first->{params}{notifications}, {taskIds => [$task]},
    "one listens for one's own tasks");
my $now = $stream->message;
is_deeply([$now->{method}, @{$now->{params}}{qw(taskId status)}],
    ['notifications/tasks', $task, 'working'], 'how it is comes first');
release($gate);
my $ended = $stream->message->{params};
is_deeply([@$ended{qw(taskId status)}, $ended->{result}{content}[0]{text}],
    [$task, 'completed', 'done'], 'then what came of it, with all');
is_deeply($ended->{_meta}, {'io.modelcontextprotocol/subscriptionId' => 'l'},
    'for this subscription');
my $state = state_of($task);
delete @$_{qw(_meta resultType)} for $ended, $state;
is_deeply($ended, $state, '"identical to what tasks/get would have returned"');
$stream->drop;

# -- the end of a child ------------------------------------------------------

($label, $gate) = (label(), gate());
($holder, $r) = handled($s, sub { call('task', {label => $label,
    until => $gate}) });
$task = $r->json->{result}{taskId};
awaits_note($s, $label, 'begins');
$s->log->expect(qr/exit signal Killed/);
$s->kill_child($holder);
$state = state_of($task);
is_deeply([$state->{status}, $state->{error}{code}], ['failed', -32603],
    'a task whose child was killed has failed, as soon as one asks');

# Its child ends when it does: nobody waits for that here.
sub restart_gracefully {
    my $generation = $s->generation;
    my %old = map { ($_ => 1) } $s->children;
    kill USR1 => $s->{pid} or die "kill: $!";
    $s->await('new children', sub {
        $s->generation > $generation && grep { !$old{$_} } $s->children });
    return sub { my ($child) = handled($s, shift); return !$old{$child} };
}

($label, $gate) = (label(), gate());
$task = begin('task', {label => $label, until => $gate});
awaits_note($s, $label, 'begins');
my $is_new = restart_gracefully();
$s->await('a new child that answers', sub { $is_new->(sub {
    $state = state_of($task) }) });
is($state->{status}, 'working',
    'a graceful restart lets a task go on, and new children tell of it');
release($gate);
awaits_status($task, 'completed');
ok($is_new->(sub { $state = state_of($task) }), 'a new child is asked');
is($state->{result}{content}[0]{text}, 'done', 'and has the result');

($label, $gate) = (label(), gate());
begin('task', {label => $label, until => $gate});
awaits_note($s, $label, 'begins');
my $since = clock_gettime(CLOCK_MONOTONIC);
$s->stop;
cmp_ok(clock_gettime(CLOCK_MONOTONIC) - $since, '<', 10,
    'the server stops soon, though a task would go on');
is(noted($s, $label, 'is cancelled'), 1, 'for the tool was told');
is($s->logged(qr/still did not exit/), 0, 'and no child had to be killed');

# -- limits ------------------------------------------------------------------

my $one = <<'END';
MCPLimit    tasks=1
MCPLifetime task=1min
Include "${CONF}/probe.conf"
StartServers      1
ServerLimit       2
<IfModule !mpm_prefork_module>
    MinSpareThreads   1
    MaxSpareThreads   8
    MaxRequestWorkers 8
</IfModule>
<IfModule mpm_prefork_module>
    MinSpareServers   1
    MaxRequestWorkers 1
</IfModule>
END
$s = MCPServer->new(config => $one, faketime => 1);
$s->start;
$c = $s->client;

($label, $gate) = (label(), gate());
$task = begin('task', {label => $label, until => $gate});
awaits_note($s, $label, 'begins');
my @waiting = map { begin('task', {label => label()}) } 1 .. 8;
$r = call('task', {label => label()});
rpc_error($r, 503, -32603, 1,
    'MCPLimit tasks: one is worked on, eight wait, no more');
like($r->header('Retry-After'), qr/^[1-9]\d*$/, 'it is said when to come');
release($gate);
awaits_status($_, 'completed') for $task, @waiting;
pass('each of them has its turn');

($label, $gate) = (label(), gate());
$task = begin('task', {label => $label, until => $gate});
awaits_note($s, $label, 'begins');
my $waits = begin('task', {label => label()});
my $generation = $s->generation;
kill USR1 => $s->{pid} or die "kill: $!";
$s->await('a graceful restart', sub { $s->generation > $generation });
release($gate);
is(awaits_status($_, 'completed')->{result}{content}[0]{text}, 'done',
    'a graceful restart lets go on what is worked on and what waits')
    for $task, $waits;

$s->set_clock(50);
is(state_of($task)->{status}, 'completed', 'MCPLifetime task: before it ends');
$s->set_clock(65);
unknown(ask($_, $task, params => {inputResponses => {}}),
    "tasks/$_ of one that has expired") for qw(get update cancel);
$s->stop;

done();
