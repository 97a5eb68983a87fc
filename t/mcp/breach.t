# Licensed under the Apache License, Version 2.0; see LICENSE.
# A module that breaks the contract of mod_mcp_oauth.h, in a running server: the
# client gets a failure without any of what was given, the error log says which
# rule was broken, and all goes on. t/unit/mcp_breach.c has every rule.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPServer;
use MCPStream;

my $s = MCPServer->new(site => 0, config => <<'END');
LoadModule breaker_module ${MODULES}/mod_breaker.so
<Location "/breaker">
    SetHandler mcp-server
    MCPOffer   breaker:*
</Location>
END
$s->start;
my $c = $s->client;
my $session = $c->initialize('/breaker');

# How often the log has said so of this.
sub told {
    my ($what) = @_;
    my $line = qr/\[mcp_oauth:warn\].*MCP00250: the \Q$what\E answered what cannot be passed on: a (?:text|value) that it gave is not UTF-8; correct the module that offers it/;
    require_log($line);
    return $s->logged($line);
}

sub is_broken {
    my ($result, $tool, $name) = @_;
    return is_deeply([@$result{qw(content isError structuredContent)}],
        [[{type => 'text', text =>
            "The tool $tool failed: its answer is broken."}], JSON::PP::true,
            undef], $name);
}

for my $era (qw(modern legacy)) {
    my @o = (id => 1, $era eq 'legacy' ? (session => $session) : ());
    my $before = told('tool latin1');
    is_broken(rpc_result($c->$era('/breaker', 'tools/call',
        {name => 'latin1'}, @o), 1, "$era: a tool that breaks a rule"),
        'latin1', 'becomes an isError result');
    is(told('tool latin1'), $before + 1, 'and a line in the error log');

    for (['resources/read', {uri => 'breaker://latin1'},
            'resource breaker://latin1'],
        ['prompts/get', {name => 'latin1'}, 'prompt latin1'],
        ['completion/complete', {ref => {type => 'ref/prompt',
            name => 'latin1'}, argument => {name => 'a', value => ''}},
            'completion latin1']) {
        my ($method, $params, $what) = @$_;
        my $before = told($what);
        rpc_error($c->$era('/breaker', $method, $params, @o), 200, -32603, 1,
            "$era: of $method the request fails",
            message => qr/^The \Q$what\E failed: its answer is broken\.$/);
        is(told($what), $before + 1, 'and the log says why');
    }

    my %meta = (progressToken => 'p');
    my $stream = MCPStream->$era($c, '/breaker', 'tools/call',
        {name => 'late', $era eq 'legacy' ? (_meta => \%meta) : ()}, @o,
        $era eq 'modern' ? (meta => \%meta) : ());
    is($stream->message->{method}, 'notifications/progress',
        "$era: a tool that has begun to tell");
    is_broken($stream->message->{result}, 'late', 'breaks a rule all the same');
    told('tool late');
}

# -- tasks -------------------------------------------------------------------

my $tasks = {extensions => {'io.modelcontextprotocol/tasks' => {}}};

sub outcome {
    my ($tool) = @_;
    my $task = $c->modern('/breaker', 'tools/call', {name => $tool},
        capabilities => $tasks)->json->{result};
    is($task->{resultType}, 'task', "$tool becomes a task");
    my $now;
    $s->await('the task', sub {
        $now = $c->modern('/breaker', 'tasks/get', {taskId =>
            $task->{taskId}}, capabilities => $tasks)->json->{result};
        return $now->{status} ne 'working';
    });
    is($now->{status}, 'completed', 'which ends');
    return $now->{result};
}

my $before = told('tool in-task');
is_broken(outcome('in-task'), 'in-task', 'a task that breaks a rule has such a '
    . 'result');
is(told('tool in-task'), $before + 1, 'and the log says why');
my $rounds = outcome('restless')->{content}[0]{text};
cmp_ok($rounds, '>', 1, "\"later\" without a time: it is called again");
cmp_ok($rounds, '<', 100, "after a while: $rounds times in 300 ms");
my $waited = rpc_result($c->modern('/breaker', 'tools/call',
    {name => 'restless'}, id => 1), 1, 'who knows no tasks waits')
    ->{content}[0]{text};
cmp_ok($waited, '<', 100, "with as many pauses: $waited");

is($c->modern('/breaker', 'tools/list')->status, 200, 'all goes on');
$s->stop;
done();
