# Licensed under the Apache License, Version 2.0; see LICENSE.
# subscriptions/listen of 2026-07-28: what changed, told to who asked for it,
# whichever child holds the stream and whichever one hears of the change.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPProbe;

my $s = probe_server();
my $c = $s->client;
my $sub = 'io.modelcontextprotocol/subscriptionId';
my $acknowledged = 'subscriptions/acknowledged';

sub listens {
    my ($asked, %o) = @_;
    return MCPStream->modern($c, $o{path} // '/probe', 'subscriptions/listen',
        {notifications => $asked}, id => 'l', %o);
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

# -- the acknowledgement -----------------------------------------------------

my $yes = JSON::PP::true;
my $every = {toolsListChanged => $yes, promptsListChanged => $yes,
    resourcesListChanged => $yes};
for (
    ['each list', $every, $every],
    ['one', {toolsListChanged => $yes}, {toolsListChanged => $yes}],
    ['resources', {resourceSubscriptions => ['probe://one', 'probe://two']},
        {resourceSubscriptions => ['probe://one', 'probe://two']}],
    ['what a template fits', {resourceSubscriptions => ['probe://each/7']},
        {resourceSubscriptions => ['probe://each/7']}],
    ['what this server has not', {%$every, resourceSubscriptions =>
        ['probe://one', 'other://x', 'probe://oneX'],
        somethingElseChanged => $yes}, {%$every,
        resourceSubscriptions => ['probe://one']}],
    ['what is not asked for', {toolsListChanged => $yes,
        promptsListChanged => JSON::PP::false, resourceSubscriptions => []},
        {toolsListChanged => $yes}],
) {
    my ($name, $asked, $honoured) = @$_;
    for my $id ('a text', 17) {
        my $stream = listens($asked, id => $id);
        is($stream->status, 200, "listening is 200: $name");
        ok($stream->is_stream, 'and an event stream');
        my $first = $stream->message;
        is((told_of($first))[0], $acknowledged, 'which begins with the '
            . 'acknowledgement');
        is_deeply($first->{params}{notifications}, $honoured,
            'of what will be told, the rest is left out');
        is(json_text($first->{params}{_meta}{$sub}), json_text($id),
            "with the request's id, as it was");
        ok(!exists $first->{id}, 'as a notification');
        $stream->drop;
    }
}
for my $asked ({}, {toolsListChanged => JSON::PP::false},
    {resourceSubscriptions => ['other://x']}) {
    my $stream = listens($asked, id => 3);
    my ($first, $last, @more) = $stream->messages;
    is_deeply([told_of($first, $last, @more)], [$acknowledged, 'result of 3'],
        'nothing to tell: acknowledged, and over: ' . json_text($asked));
    is_deeply($first->{params}{notifications}, {}, 'with nothing');
    is($last->{result}{resultType}, 'complete', 'the result is complete');
    is($last->{result}{_meta}{$sub}, 3, "and has the request's id");
    ok($stream->{ended}, 'then it ends');
}

# -- what is refused ---------------------------------------------------------

for (
    ['no notifications', {}], ['notifications null', {notifications => undef}],
    ['a list', {notifications => []}], ['a text', {notifications => 'tools'}],
    map([json_text($_), {notifications => $_}], {toolsListChanged => 1},
        {toolsListChanged => 'true'}, {promptsListChanged => undef},
        {resourceSubscriptions => 'probe://one'}, {resourceSubscriptions => {}},
        {resourceSubscriptions => [1]}, {resourceSubscriptions => [undef]}),
    ['257 resources', {notifications => {resourceSubscriptions =>
        [map "probe://each/$_", 1 .. 257]}}],
) {
    my ($name, $params) = @$_;
    rpc_error($c->modern('/probe', 'subscriptions/listen', $params, id => 1),
        200, -32602, 1, "-32602 for $name");
}
my $most = {resourceSubscriptions => [map "probe://each/$_", 1 .. 256]};
is_deeply(listens($most)->message->{params}{notifications}, $most,
    '256 resources are watched');
rpc_error($c->modern('/probe', 'subscriptions/listen', {notifications =>
    $every}, id => 1, headers => {Accept => 'application/json'}), 406, -32600,
    1, 'a client that takes no stream cannot listen');
rpc_error($c->legacy('/probe', 'subscriptions/listen', {notifications =>
    $every}, id => 1, session => scalar $c->initialize('/probe')), 200,
    -32601, 1, 'in a session there is no such method');
is($c->modern('/mine', 'subscriptions/listen', {notifications => $every})
    ->status, 401, 'listening needs a token as all else does');

# -- what changed ------------------------------------------------------------

my %method = (tools => 'tools/list_changed', prompts => 'prompts/list_changed',
    resources => 'resources/list_changed');
my $stream = listens({%$every, resourceSubscriptions => ['probe://one',
    'probe://each/1']}, id => 'here');
my $holder = child_of($s, $stream);
$stream->message;
for my $list (qw(tools prompts resources)) {
    elsewhere($s, $holder, sub {
        changes($list);
        my $told = $stream->message;
        is((told_of($told))[0], $method{$list}, "$list have changed: told");
        is($told->{params}{_meta}{$sub}, 'here', "with the request's id");
    });
    pass('also when another child heard of it');
}
elsewhere($s, $holder, sub {
    updates('probe://one');
    my $told = $stream->message;
    is((told_of($told))[0], 'resources/updated probe://one',
        'a resource was updated: told');
    is($told->{params}{_meta}{$sub}, 'here', "with the request's id");
});
updates('probe://each/1');
is((told_of($stream->message))[0], 'resources/updated probe://each/1',
    'and one of a template');
updates($_) for 'probe://two', 'probe://each/2', 'probe://on', 'probe://one/';
ok($stream->is_quiet(0.2), 'what was not named is not told');

# of many none is missed; some may be told together
changes('tools') for 1 .. 100;
changes('prompts');
$stream->awaits(sub { $_->{method} =~ /prompts/ });
my @told = told_of(@{$stream->{passed}});
ok(@told && @told <= 100 && !grep({ $_ ne 'tools/list_changed' } @told),
    'what changes often is told, ' . @told . ' times of 100');

# never what was not asked for
my $tools = listens({toolsListChanged => $yes}, id => 1);
my $prompts = listens({promptsListChanged => $yes}, id => 2);
my $resource = listens({resourceSubscriptions => ['probe://two']}, id => 3);
$_->message for $tools, $prompts, $resource;
changes('resources');
updates('probe://one');
changes('prompts');
changes('tools');
updates('probe://two');
is((told_of($tools->message))[0], 'tools/list_changed',
    'who asked for tools hears of tools first');
is((told_of($prompts->message))[0], 'prompts/list_changed',
    'who asked for prompts, of prompts');
is((told_of($resource->message))[0], 'resources/updated probe://two',
    'and who asked for one resource, of that');
ok($_->is_quiet(0.1), 'and of nothing else') for $tools, $prompts, $resource;
$_->drop for $tools, $prompts, $resource, $stream;

# other modules, other locations
my $many = listens($every, path => '/many');
$many->message;
my $here = listens($every);
$here->message;
changes('tools');
is((told_of($here->message))[0], 'tools/list_changed',
    'who is offered something of this module is told');
ok($many->is_quiet(0.1), 'who is offered only what another module has is not');
$_->drop for $many, $here;

# -- private updates ---------------------------------------------------------

my ($ada, $bob) = map { $c->journey(user => $_, resource => '/mine')
    ->{access_token} } qw(ada bob);
my $watched = {resourceSubscriptions => ['probe://one']};
my ($adas, $bobs) = map { listens($watched, path => '/mine', token => $_) }
    $ada, $bob;
my $nobodys = listens($watched);
$_->message for $adas, $bobs, $nobodys;
elsewhere($s, child_of($s, $adas), sub {
    updates('probe://one', path => '/mine', token => $ada, private => 1);
    is((told_of($adas->message))[0], 'resources/updated probe://one',
        'what is one principal\'s is told to that principal');
});
ok($bobs->is_quiet(0.2), 'not to another one');
ok($nobodys->is_quiet(0.1), 'nor to nobody');
changes('tools', path => '/mine', token => $ada);
updates('probe://one', path => '/mine', token => $ada);
is((told_of($_->message))[0], 'resources/updated probe://one',
    'what is everybody\'s is told to all') for $adas, $bobs, $nobodys;
updates('probe://one', private => 1);
is((told_of($nobodys->message))[0], 'resources/updated probe://one',
    'nobody is somebody too');
ok($_->is_quiet(0.1), 'and sees what is nobody\'s') for $adas, $bobs;
$_->drop for $adas, $bobs, $nobodys;

# -- the end -----------------------------------------------------------------

sub ends {
    my ($stream, $id, $name) = @_;
    my @rest = $stream->messages;
    is_deeply([told_of(@rest)], ["result of $id"], "$name: the result comes");
    is($rest[0]{result}{resultType}, 'complete', 'it is complete');
    is(json_text($rest[0]{result}{_meta}{$sub}), $id, "with the request's id");
    ok($stream->{ended} && !$stream->{cut}, 'and the stream ends');
}

my @streams = map { listens($every, id => $_) } 1 .. 4;
$_->message for @streams;
$s->graceful;
ends($streams[$_ - 1], $_, 'a graceful restart') for 1 .. 4;
$stream = listens($every, id => 5);
is((told_of($stream->message))[0], $acknowledged, 'then one listens anew');
changes('tools');
is((told_of($stream->message))[0], 'tools/list_changed', 'and hears of changes');
kill WINCH => $s->{pid};
ends($stream, 5, 'a graceful stop');
waitpid delete $s->{pid}, 0;

# -- how many, and how long --------------------------------------------------

$s = probe_server(config => "Timeout 3\n");
$c = $s->client;
$stream = listens($every, id => 6);
$stream->message;
ends($stream, 6, 'as long as Timeout');
$s->stop;

# Where they hold threads, of 32 a quarter; else as many of each child as
# MCPLimit says, of three or four.
my $parks = mpm() eq 'event' && !$ENV{MCP_FALLBACK};
$s = probe_server(config => $parks ? "MCPLimit streams=3\n" : '');
$c = $s->client;

sub opened {
    for (1 .. 100) {
        my $stream = listens($every);
        return $stream if $stream->status == 200;
    }
    return;
}
my @open;
while (my $one = opened()) { push @open, $one }
my ($least_open, $most_open) = $parks ? (9, 12) : (8, 8);
ok(@open >= $least_open && @open <= $most_open, 'so many may listen at once');
my $full = listens($every, id => 7);
my $retry = $full->header('Retry-After');
rpc_error($full->response, 503, -32603, 7, 'more are told to come again: 503');
ok(($retry // '') =~ /^[1-9]\d*$/, 'and when: Retry-After');
is($c->modern('/probe', 'tools/list')->status, 200,
    'other requests are answered');
changes('tools');
$_->message for @open;
is_deeply([map { told_of($_->message) } @open], [('tools/list_changed') x @open],
    'all hear of a change');
(pop @open)->drop;
ok(opened(), 'who goes makes room at once');
$_->drop for @open;
$s->stop;

done();
