# Licensed under the Apache License, Version 2.0; see LICENSE.
# A child that ends, even at once, does not take from its tasks what they use.
use strict;
use warnings;
use MCPTest;
use MCPProbe;

my $s = MCPServer->new(config => qq{Include "\${CONF}/probe.conf"\n});
$s->start;
my $label = label();
$s->client->modern('/probe', 'tools/call', {name => 'in_child',
    arguments => {label => $label}}, id => 1, capabilities => {extensions =>
    {'io.modelcontextprotocol/tasks' => {}}});
ok(awaits_note($s, $label, 'begins'), 'a task is worked on');
$s->stop;
open my $in, '<', $s->root . '/logs/error_log' or die $!;
is_deeply([map { /probe: $label (.+?)\s*$/ ? $1 : () } <$in>],
    ['begins', 'is done', 'loses what its child has'],
    'what modules keep in the pool of its child outlasts it');
done();
