#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# What mod_mcp_demo offers: tools, resources and a prompt.
use strict;
use warnings;
use utf8;
use MCPTest;
use MCPAnswer;
use MCPServer;
use MCPStream;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output);
my $s = MCPServer->new(config => <<'END');
<Location "/common">
    SetHandler mcp-server
    MCPOffer   demo:*
</Location>
END
$s->start;
my $c = $s->client;
my %token = map { $_ => $c->journey(user => $_)->{access_token} } qw(ada bob);
my %session = map { $_ => scalar $c->initialize('/mcp',
    token => $token{$_}) } keys %token;
$session{nobody} = $c->initialize('/common');

# A request of a user's, or of nobody's at the location without login, in an
# era.
sub ask {
    my ($who, $method, $params, $era) = @_;
    my $path = $who eq 'nobody' ? '/common' : '/mcp';
    return $era eq 'legacy'
        ? $c->legacy($path, $method, $params, id => 1, token => $token{$who},
            session => $session{$who})
        : $c->modern($path, $method, $params, id => 1, token => $token{$who});
}

# The same result in both eras, without what is of one era alone.
sub result {
    my ($who, $method, $params, $says) = @_;
    my ($modern, $legacy) = map {
        my $result = rpc_result(ask($who, $method, $params, $_), 1,
            "$_: $says");
        delete @$result{qw(resultType _meta ttlMs cacheScope)};
        $result;
    } qw(modern legacy);
    is_deeply($modern, $legacy, "$says: so in both eras");
    return $modern;
}

# One call, for it may change something.
sub call {
    my ($who, $name, $arguments, $says, $era) = @_;
    return rpc_result(ask($who, 'tools/call', {name => $name,
        arguments => $arguments}, $era // 'modern'), 1, $says);
}

sub text_is {
    my ($result, $text, $says) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is($result->{content}[0]{text}, $text, $says);
    ok(@{$result->{content}} == 1 && !$result->{isError},
        "$says: one text, no error");
}

sub fails {
    my ($result, $pattern, $says) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    ok($result->{isError} && !exists $result->{structuredContent},
        "$says: isError");
    like($result->{content}[0]{text} // '', $pattern, "$says: it says so");
}

# -- the list ----------------------------------------------------------------

my %tools = map { $_->{name} => $_ }
    @{result('ada', 'tools/list', {}, 'tools/list')->{tools}};
is(join(' ', sort keys %tools), 'add create_task echo get-user-info '
    . 'get-user-permissions hello list_tasks stock_price sum whoami',
    'MCPOffer demo:* offers all of them');
ok($_->{title} && $_->{description} && $_->{outputSchema}{type} eq 'object',
    "$_->{name} has a title, a description and an outputSchema")
    for values %tools;
my @no = (JSON::PP::false()) x 4;
is_deeply($tools{create_task}{annotations}, {readOnlyHint => $no[0],
    destructiveHint => $no[1], idempotentHint => $no[2],
    openWorldHint => $no[3]}, 'create_task adds, and destroys nothing');
ok($tools{$_}{annotations}{readOnlyHint}, "$_ is read-only")
    for grep { $_ ne 'create_task' } keys %tools;

# -- sum ---------------------------------------------------------------------

for (
    [1, 2, 'The sum of 1.00 and 2.00 is 3.00', '3'],
    [1.5, -0.25, 'The sum of 1.50 and -0.25 is 1.25', '1.25'],
    [0.1, 0.2, 'The sum of 0.10 and 0.20 is 0.30', '0.30000000000000004'],
    [0.1, 0.1, 'The sum of 0.10 and 0.10 is 0.20', '0.2'],
    [1e300, 1, 'The sum of ' . sprintf('%.2f', 1e300) . ' and 1.00 is '
        . sprintf('%.2f', 1e300), '1e+300'],
) {
    my ($p, $q, $text, $sum) = @$_;
    my $r = ask('nobody', 'tools/call', {name => 'sum', arguments => {
        a => $p, b => $q}}, 'modern');
    text_is(rpc_result($r, 1, "sum: $p, $q"), $text, "sum: $p and $q");
    like($r->body, qr/"structuredContent":\{"result":\Q$sum\E\}/,
        'structuredContent has the number');
}
fails(call('nobody', sum => {a => 1.7e308, b => 1.7e308}, 'a sum too large'),
    qr/too large/, 'a sum beyond all numbers');
fails(call('nobody', sum => {a => '1', b => 2}, 'a digit in quotes'),
    qr/a\b.*number/, 'a string for a number');
fails(call('nobody', sum => {a => 1}, 'one alone'), qr/\bb\b/, 'one alone');
fails(call('nobody', sum => {a => 1, b => 2, c => 3}, 'one too many'),
    qr/\bc\b/, 'one too many');

# -- stock_price -------------------------------------------------------------

my %range = (AAPL => [180.25, 190.25], GOOGL => [130.5, 140.5],
    MSFT => [373.9, 383.9], AMZN => [140.75, 150.75], TSLA => [195.3, 215.3],
    META => [318.4, 333.4], NVDA => [475.6, 495.6], NFLX => [418.8, 433.8],
    AMD => [137.35, 147.35], INTC => [21.45, 26.45]);
my %seen;
for my $symbol ((sort keys %range), 'aapl', ('AAPL') x 10) {
    my $result = call('nobody', stock_price => {symbol => $symbol}, $symbol);
    my $it = $result->{structuredContent};
    my $known = uc $symbol;
    my ($low, $high) = @{$range{$known}};
    is($it->{symbol}, $known, "$symbol is $known");
    cmp_ok($it->{price}, '>=', $low, "$symbol: its price is not below $low");
    cmp_ok($it->{price}, '<=', $high, "$symbol: and not above $high");
    is($it->{currency}, 'USD', 'in dollars');
    like($it->{last_updated}, qr/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/,
        'with its time');
    my $price = sprintf '%.2f', $it->{price};
    text_is($result, "📈 Stock: $known\n💰 Price: \$$price USD\n"
        . "⏰ Last Updated: $it->{last_updated}\n\n"
        . '⚠️ Note: This is demo data for testing purposes',
        "$symbol: the same as text");
    $seen{$price}++ if $symbol eq 'AAPL';
}
cmp_ok(scalar keys %seen, '>', 1, 'a price moves');
my $symbols = 'AAPL, GOOGL, MSFT, AMZN, TSLA, META, NVDA, NFLX, AMD, INTC';
for (['xyz', " 'XYZ'"], ['', " ''"], ['é', " 'é'"], ['x' x 100_000, '']) {
    my ($symbol, $shown) = @$_;
    fails(call('nobody', stock_price => {symbol => $symbol}, 'no such symbol'),
        qr/^Stock symbol\Q$shown\E not found in demo data\. Available symbols: $symbols$/,
        'an unknown symbol' . substr $shown, 0, 20);
}

# -- who calls ---------------------------------------------------------------

my $claims = jwt_claims($token{ada});
my $info = call('ada', 'get-user-info', {}, 'get-user-info');
is($info->{structuredContent}{userId}, $claims->{sub},
    'get-user-info: the user');
is_deeply($info->{structuredContent}{scopes}, [split / /, $claims->{scope}],
    'and the scopes');
ok(!exists $info->{structuredContent}{email}, 'what nobody said is left out');
is_deeply(json_decode($info->{content}[0]{text}), $info->{structuredContent},
    'the text says the same');
like($info->{content}[0]{text}, qr/\A\{\n  "userId": ".*"\n  \]\n\}\z/s,
    'on lines of their own, two blanks in');
my $may = call('ada', 'get-user-permissions', {}, 'get-user-permissions');
is_deeply($may->{structuredContent}{scopes}, [split / /, $claims->{scope}],
    'get-user-permissions: the scopes');
$s->provider_says($token{ada}, roles => ['admin'], permissions => [],
    email => 'ada@example.com', name => 'Ada "L"', organization => 'org_1',
    picture => 'https://example.com/ada.png', claims => '{"nickname":"al"}');
$info = call('ada', 'get-user-info', {}, 'a provider that says more')
    ->{structuredContent};
is_deeply($info, {userId => $claims->{sub}, roles => ['admin'],
    permissions => [], email => 'ada@example.com', name => 'Ada "L"',
    nickname => 'al', organizationId => 'org_1', picture => 'https://example.com/ada.png',
    scopes => $info->{scopes}}, 'get-user-info says all that the provider said');
for ('get-user-info', 'get-user-permissions') {
    fails(call('nobody', $_, {}, "$_ of nobody"), qr/Nobody is signed in/,
        "$_: without a login");
}

# -- create_task, list_tasks -------------------------------------------------

sub creates {
    my ($who, $arguments, $task, $era) = @_;
    my $result = call($who, 'create_task', $arguments,
        "$who: create_task $task->{title}", $era);
    my $text = "Task '$task->{title}' created with id $task->{id} "
        . "(status=$task->{status}, priority=$task->{priority}).";
    text_is($result, $text, "$who has a task");
    is_deeply($result->{structuredContent}, {result => $text, task => $task},
        'and so has structuredContent');
}

# The tasks as list_tasks gives them, which is the same each way.
sub listed {
    my ($who, $arguments, @tasks) = @_;
    my $status = $arguments->{status};
    my $text = @tasks ? join "\n", 'Found ' . @tasks . ' task(s):', map {
        "- [$_->{id}] $_->{title} ($_->{status}, $_->{priority})" } @tasks
        : $status ? "No tasks with status '$status'." : 'No tasks found.';
    my $result = result($who, 'tools/call', {name => 'list_tasks',
        arguments => $arguments}, "$who: list_tasks");
    text_is($result, $text, "$who: list_tasks " . ($status // ''));
    is_deeply($result->{structuredContent}, {result => $text,
        tasks => \@tasks}, 'and so has structuredContent');
}

sub task { my %task; @task{qw(id title status priority)} = @_; return \%task }

listed($_, {}) for qw(ada nobody);
listed('ada', {status => 'done'});
reads('ada', 'tasks://all', 'text/plain', 'No tasks yet.');
is(prompted('ada', {}), 'No tasks to prioritize.', 'a prompt without tasks');
my @ada = (task(1, 'Set up', 'todo', 'medium'),
    task(2, 'Tests, "quoted" \\ & größer 😀', 'done', 'high'));
$_->{id} = "$_->{id}" for @ada;
creates('ada', {title => 'Set up'}, $ada[0]);
creates('ada', {title => $ada[1]{title}, status => 'done', priority => 'high'},
    $ada[1], 'legacy');
my $bob = task('3', "x\x{1f600}" x 100, 'in_progress', 'low');
creates('bob', {title => $bob->{title}, status => 'in_progress',
    priority => 'low'}, $bob);
my $common = task('4', ' ', 'todo', 'medium');
creates('nobody', {title => ' '}, $common);
listed('ada', {}, @ada);
listed('ada', {status => ''}, @ada);
listed('ada', {status => 'done'}, $ada[1]);
listed('ada', {status => 'in_progress'});
listed('bob', {}, $bob);
listed('nobody', {}, $common);

for (
    ['no title', {}, qr/title/],
    ['an empty title', {title => ''}, qr/title/],
    ['a title of 201 characters', {title => 'x' x 201}, qr/title/],
    ['two lines', {title => "x\ny"}, qr/title is more than one line/],
    ['a line of Unicode', {title => "x\x{2028}y"}, qr/more than one line/],
    ['a control character', {title => "x\x7fy"}, qr/control characters/],
    ['another one', {title => "x\x{9b}y"}, qr/control characters/],
    ['another status', {title => 'x', status => 'doing'}, qr/status/],
    ['no status', {title => 'x', status => ''}, qr/status/],
    ['a status in capitals', {title => 'x', status => 'Done'}, qr/status/],
    ['another priority', {title => 'x', priority => 'urgent'}, qr/priority/],
    ['an id of one\'s own', {title => 'x', id => '7'}, qr/\bid\b/],
    ['an owner', {title => 'x', owner => 'bob'}, qr/owner/],
) {
    my ($says, $arguments, $pattern) = @$_;
    fails(call('ada', create_task => $arguments, "create_task with $says"),
        $pattern, "create_task with $says");
}
fails(call('ada', list_tasks => {status => 'open'}, 'another status'),
    qr/status/, 'list_tasks with another status');
listed('ada', {}, @ada);

# -- resources ---------------------------------------------------------------

my %resources = map { $_->{uri} => $_ }
    @{result('ada', 'resources/list', {}, 'resources/list')->{resources}};
is(join(' ', sort keys %resources), 'data://cities tasks://all',
    'the resources are listed');
my %templates = map { $_->{uriTemplate} => $_ } @{result('ada',
    'resources/templates/list', {}, 'resources/templates/list')
    ->{resourceTemplates}};
is(join(' ', sort keys %templates), 'greeting://{name} tasks://{id}',
    'and the templates');

sub reads {
    my ($who, $uri, $type, $text) = @_;
    is_deeply(result($who, 'resources/read', {uri => $uri}, "$who: $uri")
        ->{contents}, [{uri => $uri, mimeType => $type, text => $text}],
        "$who reads $uri");
}

reads('ada', 'data://cities', 'text/plain', '["London","Paris","Tokyo"]');
reads('ada', 'greeting://Ada', 'text/plain', 'Welcome to TinyMCP, Ada!');
reads('ada', 'greeting://Ad%C3%A9le%20%22%2f', 'text/plain',
    'Welcome to TinyMCP, Adéle "/!');
reads('ada', 'tasks://all', 'text/plain', join "\n", map {
    "[$_->{id}] $_->{title} — $_->{status} ($_->{priority})" } @ada);
reads('nobody', 'tasks://all', 'text/plain', '[4]   — todo (medium)');
my $json = qq({\n  "id": "1",\n  "title": "Set up",\n)
    . qq(  "status": "todo",\n  "priority": "medium"\n});
reads('ada', 'tasks://1', 'application/json', $json);
for my $uri ('tasks://99', 'tasks://3', 'tasks://01', 'tasks://x', 'tasks://0',
    'tasks://4294967297', 'tasks://1%20') {
    for (['modern', -32602], ['legacy', -32002]) {
        my ($era, $code) = @$_;
        rpc_error(ask('ada', 'resources/read', {uri => $uri}, $era), 200,
            $code, 1, "MCP $era resources: $uri is not found");
    }
}

# -- the prompt --------------------------------------------------------------

my ($prompt) = @{result('ada', 'prompts/list', {}, 'prompts/list')->{prompts}};
is($prompt->{name}, 'prioritize_tasks', 'the prompt is listed');
is_deeply([map { $_->{name} } @{$prompt->{arguments}}], ['focus'],
    'with its argument');
ok(!$prompt->{arguments}[0]{required}, 'which is optional');

sub prompted {
    my ($who, $arguments) = @_;
    my $messages = result($who, 'prompts/get', {name => 'prioritize_tasks',
        arguments => $arguments}, "$who: prompts/get")->{messages};
    is(@$messages, 1, 'one message');
    is($messages->[0]{role}, 'user', 'of the user');
    return $messages->[0]{content}{text};
}

for ([{}, qr/urgency/], [{focus => 'urgency'}, qr/urgency/],
    [{focus => 'else'}, qr/urgency/], [{focus => 'impact'},
    qr/impact.*value.*technical debt/s]) {
    my ($arguments, $pattern) = @$_;
    my ($instruction, $data) = split /\n\nTask data:\n/,
        prompted('ada', $arguments);
    my $focus = $arguments->{focus} // 'no focus';
    like($instruction, $pattern, "$focus: the instruction fits");
    is_deeply(eval { JSON::PP->new->decode($data) }, \@ada,
        "$focus: and the tasks follow");
    like($data, qr/\A\[\n  \{\n    "id": "1",\n/, 'two blanks in');
}

is_deeply(JSON::PP->new->decode((split /\n\nTask data:\n/,
    prompted('bob', {}))[1]), [$bob], 'each user has their own tasks in it');

sub completes {
    my ($ref, $argument, $value, @values) = @_;
    my $name = $ref->{name} // $ref->{uri};
    is_deeply(result('ada', 'completion/complete', {ref => $ref, argument => {
        name => $argument, value => $value}}, "completion of $argument")
        ->{completion}{values}, \@values, "completion: $name '$value'");
}

my $of_prompt = {type => 'ref/prompt', name => 'prioritize_tasks'};
completes($of_prompt, 'focus', '', 'urgency', 'impact');
completes($of_prompt, 'focus', 'im', 'impact');
completes($of_prompt, 'focus', 'x');
my $of_task = {type => 'ref/resource', uri => 'tasks://{id}'};
completes($of_task, 'id', '', '1', '2');
completes($of_task, 'id', '2', '2');
completes($of_task, 'id', '3');

# -- what changes ------------------------------------------------------------

# The server has a place again when it has seen that the one before is gone.
sub listens {
    my ($who, @uris) = @_;
    my $stream;
    $s->await('a stream', sub {
        $stream = MCPStream->modern($c, $who eq 'nobody' ? '/common' : '/mcp',
            'subscriptions/listen', {notifications => {resourceSubscriptions =>
                \@uris}}, token => $token{$who});
        return $stream->status == 200;
    });
    $stream->awaits(sub { ($_->{method} // '') =~ /acknowledged$/ });
    return $stream;
}

my $id = 4;
for my $who (qw(ada bob nobody)) {
    my $stream = listens($who, 'tasks://all',
        map { "tasks://$_" } $id + 1 .. $id + 3);
    my %due = ('tasks://all' => 1);
    for (qw(bob nobody ada)) {
        $id++;
        creates($_, {title => 'new'}, task("$id", 'new', 'todo', 'medium'));
        $due{"tasks://$id"} = 1 if $_ eq $who;
    }
    my $due = join ' ', sort keys %due;
    my %heard;
    $stream->awaits(sub {
        my $uri = $_->{params}{uri} // '';
        $heard{$uri}++;
        delete $due{$uri};
        return !%due;
    });
    is(join(' ', sort keys %heard), $due, "$who hears of their own task");
    ok($stream->is_quiet(0.2), "$who: and of no other's");
    $stream->drop;
}

done();
