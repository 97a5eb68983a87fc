# Licensed under the Apache License, Version 2.0; see LICENSE.
# Two nodes with one Redis: what changes at one is told on the streams of the
# other, as if it had changed there. Neither waits for Redis; when that was
# away, anything may have changed.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPProbe;
use MCPRedis;

plan skip_all => 'no redis-server' unless MCPRedis::is_there();

my $redis = MCPRedis->new->start;
my $config = 'MCPStore redis ' . $redis->url . " timeout=400ms\n"
    . "MCPSealingKey file:conf/sealing.key\n";
my (@nodes, $issuer);
for (1, 2) {
    my $node = MCPServer->new;
    $issuer //= $node->issuer;
    open my $out, '>', $node->root . '/conf/sealing.key' or die $!;
    print $out encode_base64url(sha256('sealing')), "\n";
    close $out;
    chmod 0600, $node->root . '/conf/sealing.key';
    chown((getpwnam 'www-data')[2, 3], $node->root . '/conf/sealing.key')
        if $> == 0;
    $node->configure(config => "MCPAuthIssuer $issuer\n$config"
        . $MCPProbe::CHILDREN);
    $node->start;
    $node->await('three children', sub { 2 < $node->children });
    push @nodes, $node;
}
# what a balancer does: the same URLs, another node
my ($here, $there)
    = map { $_->client(url => $issuer, port => $_->port) } @nodes;
my @tokens = map { $here->journey(user => $_, resource => '/mine')
    ->{access_token} } qw(ada bob);

sub listens {
    my ($asked, %o) = @_;
    my $stream = MCPStream->modern($there, $o{path} // '/probe',
        'subscriptions/listen', {notifications => $asked}, id => 'l',
        token => $o{token});
    is($stream->status, 200, 'the other node is listened at');
    $stream->message;
    calm($stream);
    return $stream;
}

# A child that has just begun says that anything may have changed.
sub calm {
    my $stream = shift;
    my $events = 0;
    $events++ until $stream->is_quiet(0.7) || $stream->is_over;
    return $events;
}

sub tool {
    my ($name, $arguments, %o) = @_;
    my $r = $here->modern($o{path} // '/probe', 'tools/call', {name => $name,
        arguments => $arguments}, token => $o{token});
    return $r->status == 200 ? $r : die $r->brief;
}

sub changes { return tool(changed => {list => $_[0]}) }

my $yes = JSON::PP::true;
my $tools = listens({toolsListChanged => $yes});
changes('tools');
is((told_of($tools->message))[0], 'tools/list_changed',
    'what changes at one node is told at the other');
ok($tools->is_quiet(0.7), 'once, however many children have heard of it');
changes('prompts');
ok($tools->is_quiet(0.7), 'and nothing that was not asked for');

# -- resources, and whose they are -------------------------------------------

my $shared = listens({resourceSubscriptions => ['probe://one']});
tool(updated => {uri => 'probe://one', private => JSON::PP::false});
is((told_of($shared->message))[0], 'resources/updated probe://one',
    'a resource was updated at the other node');
my ($ada, $bob) = map { listens({resourceSubscriptions => ['probe://one']},
    path => '/mine', token => $_) } @tokens;
tool(updated => {uri => 'probe://one', private => $yes}, path => '/mine',
    token => $tokens[0]);
is((told_of($ada->message))[0], 'resources/updated probe://one',
    'what is hers alone is told to her');
ok($bob->is_quiet(0.7), 'and to nobody else');
ok($shared->is_quiet(0.1), 'nobody else');

# -- a session of the older era ----------------------------------------------

my $session = $there->initialize('/probe');
my $old = MCPStream->get($there, '/probe', session => $session);
calm($old);
changes('resources');
is((told_of($old->message))[0], 'resources/list_changed',
    'the stream of a session hears it, too');

# -- faster than it can be sent ----------------------------------------------

$redis->stall;
my $from = MCPServer::clock();
changes('tools') for 1 .. 50;
cmp_ok(MCPServer::clock() - $from, '<', 5,
    'Redis answers nobody: who changes something does not wait for it');
$redis->resume;
is((told_of($tools->message))[0], 'tools/list_changed', 'it is told later');
my $more = calm($tools);
cmp_ok($more, '<=', 8, "50 changes become few: $more more");
expect_log(qr/MCP0010[17]|MCP0080[23]/);

# -- while Redis was away ----------------------------------------------------

$redis->kill;
changes('prompts');
ok($tools->is_quiet(0.5), 'nothing is heard without Redis');
$redis->start;
is((told_of($tools->message))[0], 'tools/list_changed',
    'Redis was away: whatever was asked for may have changed');
calm($tools);
changes('tools');
is((told_of($tools->message))[0], 'tools/list_changed',
    'and what changes is told again');
is($_->status, 200, 'the stream is the same') for $tools, $old, $ada;

$_->stop for @nodes;
$redis->stop;
done();
