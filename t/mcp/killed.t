# Licensed under the Apache License, Version 2.0; see LICENSE.
# A child that is killed answers nothing more: who waits elsewhere for what it
# had at work is told so, at once.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPProbe;

my $s = probe_server();
my $c = $s->client;

sub call {
    my ($label) = @_;
    return {name => 'wait', arguments => {ms => 60_000, said => 2,
        label => $label}, _meta => {progressToken => 'p'}};
}

sub lost {
    my ($message, $id, $name) = @_;
    is_deeply([told_of($message), $message->{error}{code}],
        ['error of ' . JSON::PP->new->allow_nonref->encode($id), -32603], $name)
        or diag json_text($message);
    like($message->{error}{message}, qr/ended before it answered/,
        'and says why');
}

# -- 2025-11-25: a stream that is resumed ------------------------------------

my $session = $c->initialize('/probe');
my $number = 0;

# A call: its stream, its child and the id of its last event.
sub begins {
    my ($id) = @_;
    my $stream = MCPStream->legacy($c, '/probe', 'tools/call', call(label()),
        session => $session, id => $id);
    my $child = child_of($s, $stream);
    $stream->awaits(sub { ($_->{method} // '') eq 'notifications/progress' });
    return ($stream, $child, $stream->{last_id});
}

# Resumed in another child than this.
sub resumed {
    my ($last, $not) = @_;
    for (1 .. 100) {
        my $stream = MCPStream->get($c, '/probe', session => $session,
            last => $last);
        return $stream if child_of($s, $stream) != $not;
        $stream->drop;
    }
    die 'never elsewhere';
}

for my $id (7, 'a "name"') {
    my ($stream, $child, $last) = begins($id);
    my $second = resumed($last, $child);
    is($second->event->{data}, '', 'a call is at work, and resumed elsewhere');
    ok($second->is_quiet(1.5), 'as long as it is nothing is told');
    $s->kill_child($child);
    lost($second->message, $id, 'its child is killed: the stream has an error');
    is($second->event, undef, 'and ends');
    ok(!$second->{cut}, 'as it should');
    my $third = MCPStream->get($c, '/probe', session => $session,
        last => $last);
    lost(($third->messages)[0], $id, 'who comes back later gets the same');
    $stream->drop;
}
my ($stream, $child, $last) = begins('x');
$s->kill_child($child);
ok(!$stream->messages && $stream->{cut}, 'a stream is cut off');
lost((MCPStream->get($c, '/probe', session => $session, last => $last)
    ->messages)[0], 'x', 'and has an error where it is resumed');

# -- 2024-11-05 --------------------------------------------------------------

sub posts {
    my ($endpoint, $message) = @_;
    $c->post($endpoint, headers => {'Content-Type' => 'application/json'},
        body => json_encode({jsonrpc => '2.0', %$message}));
}

# The child that has a call at work, as the error log has it.
sub worker_of {
    my ($label) = @_;
    awaits_note($s, $label, 'begins');
    open my $in, '<', $s->root . '/logs/error_log' or die $!;
    my ($child) = map { /\[pid (\d+)\D.*\b$label begins/ ? $1 : () } <$in>;
    return $child;
}

# A call that another child has at work; its id.
sub calls_elsewhere {
    my ($endpoint, $holder) = @_;
    for my $id (1 .. 20) {
        my $label = label();
        posts($endpoint, {id => $id, method => 'tools/call',
            params => call($label)});
        my $child = worker_of($label);
        return ($id, $child) if $child != $holder;
        posts($endpoint, {method => 'notifications/cancelled',
            params => {requestId => $id}});
    }
    die 'never elsewhere';
}

my $sse = MCPStream->open($c, GET => '/sse',
    headers => {Accept => 'text/event-stream'});
my $endpoint = $sse->event->{data};
my ($id, $worker) = calls_elsewhere($endpoint, child_of($s, $sse));
$s->kill_child($worker);
lost($sse->awaits(sub { defined $_->{id} }), $id,
    '2024-11-05: the answer to what a killed child had at work is an error');
posts($endpoint, {id => 'p', method => 'ping'});
is((told_of($sse->awaits(sub { defined $_->{id} })))[0], 'result of "p"',
    'and the stream goes on');
$sse->drop;
$s->stop;

done();
