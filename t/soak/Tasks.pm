# Licensed under the Apache License, Version 2.0; see LICENSE.
package Tasks;

# Rounds of the extension io.modelcontextprotocol/tasks.

use strict;
use warnings;
use MCPAnswer qw(json_text);

my @able = (capabilities => {roots => {},
    extensions => {'io.modelcontextprotocol/tasks' => {}}});

sub asks {
    my ($p, $method, $params) = @_;
    my $id = $p->id;
    return $p->result($p->modern('/probe', $method, $params, id => $id, @able),
        $id);
}

sub begins {
    my ($p, $tool, $arguments) = @_;
    my $from = $p->now;
    my $result = asks($p, 'tools/call', {name => $tool,
        arguments => $arguments});
    die 'no task: ' . json_text($result) if $result->{resultType} ne 'task';
    return {id => $result->{taskId}, from => $from};
}

# Until it is no longer like that; a task whose child was killed has failed.
sub awaits {
    my ($p, $task, $status) = @_;
    for (1 .. 400) {
        my $state = $p->until_done(sub { asks($p, 'tasks/get',
            {taskId => $task->{id}}) });
        return $state if $state->{status} eq $status;
        $p->excuse('killed') if $state->{status} eq 'failed'
            && $p->{diary}->was(killed => $task->{from}, $p->now);
        die "not $status: " . json_text($state)
            unless $state->{status} =~ /^(?:working|input_required)$/;
        $p->pause(0.1);
    }
    die "a task is not $status: $task->{id}\n";
}

sub works {
    my ($p) = @_;
    my $gate = $p->{server}->root . '/htdocs/gate-' . $p->id . "-$$";
    my $task = begins($p, 'task', {until => $gate});
    $p->pause(0.5);
    open my $out, '>', $gate or die "$gate: $!";
    close $out;
    my $state = eval { awaits($p, $task, 'completed') };
    my $wrong = $@;
    unlink $gate;
    die $wrong if !$state;
    $p->text_is($state->{result}, 'done');
    $p->counts('tasks done');
}

sub is_cancelled {
    my ($p) = @_;
    my $task = begins($p, 'task', {until => '/nowhere/' . $p->id});
    $p->pause(0.3);
    $p->until_done(sub { asks($p, 'tasks/cancel', {taskId => $task->{id}}) });
    awaits($p, $task, 'cancelled');
    $p->counts('cancelled');
}

# It asks twice, with other keys.
sub asks_twice {
    my ($p) = @_;
    my $task = begins($p, 'task_ask', {});
    my (@said, %had);
    while (@said < 2) {
        my $requests = awaits($p, $task, 'input_required')->{inputRequests};
        my ($key) = keys %$requests;
        $p->pause(0.1), next if !defined $key || $had{$key}++;
        push @said, {roots => [{uri => "file:///$$/" . rand}]};
        $p->until_done(sub { asks($p, 'tasks/update', {taskId => $task->{id},
            inputResponses => {$key => $said[-1]}}) });
    }
    $p->text_is(awaits($p, $task, 'completed')->{result},
        join ' ', map { json_text($_) } @said);
    $p->counts('tasks done');
}

1;
