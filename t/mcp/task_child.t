# Licensed under the Apache License, Version 2.0; see LICENSE.
# A child that ends waits for its tasks, before it gives up what they may use.
use strict;
use warnings;
use MCPTest;
use MCPProbe;

my %knows = (capabilities => {extensions =>
    {'io.modelcontextprotocol/tasks' => {}}});
my $s = MCPServer->new(config => qq{Include "\${CONF}/probe.conf"\n});
$s->start;
my $c = $s->client;

my $label = label();
my $task = $c->modern('/probe', 'tools/call', {name => 'in_child',
    arguments => {label => $label}}, id => 1, %knows)->json->{result}{taskId};
ok(awaits_note($s, $label, 'begins'), 'a task is worked on');
$s->graceful;
is($c->modern('/probe', 'tasks/get', {taskId => $task}, id => 2, %knows)
    ->json->{result}{status}, 'completed', 'a graceful restart waits for it');
awaits_note($s, $label, 'loses what its child has');
is_deeply(notes($label), ['begins', 'is done', 'loses what its child has'],
    'and so does the end of what modules keep in the pool of the child');
$s->stop;
done();

sub notes {
    my $label = shift;
    open my $in, '<', $s->root . '/logs/error_log' or die $!;
    return [map { /probe: $label (.+?)\s*$/ ? $1 : () } <$in>];
}
