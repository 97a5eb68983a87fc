# Licensed under the Apache License, Version 2.0; see LICENSE.
# What a tool asks, over the revisions until 2025-11-25: requests of the server
# on the stream of the call. What the client says to them comes in POSTs of
# their own, to any child.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPProbe;

my $s = probe_server();
my $c = $s->client;
my $all = {elicitation => {}, sampling => {}, roots => {}};
my $session = $c->initialize('/probe', capabilities => $all);
my $form = {message => 'Who?', requestedSchema => {type => 'object',
    properties => {name => {type => 'string'}}}};
my $prompt = {messages => [{role => 'user', content => {type => 'text',
    text => 'Hi'}}], maxTokens => 10};

sub asks {
    my ($method, $params, %o) = @_;
    return MCPStream->legacy($c, '/probe', 'tools/call', {name => 'ask',
        arguments => {method => $method, ($params ? (params => $params) : ()),
            label => $o{label} // 'x'}}, session => $session, %o);
}

# The client's word about a question: result => {} or error => {}.
sub says {
    my ($question, $what, $said, %o) = @_;
    return $c->post($o{path} // '/probe', token => $o{token}, headers => {
        'Content-Type' => 'application/json',
        Accept => 'application/json, text/event-stream',
        'Mcp-Session-Id' => exists $o{session} ? $o{session} : $session},
        body => json_encode({jsonrpc => '2.0', id => $question->{id},
            $what => $said}));
}

# The answer of a call: whether it failed, and its text.
sub outcome {
    my ($stream) = @_;
    my @messages = $stream->messages;
    my $result = @messages == 1 ? $messages[0]{result} : undef;
    return $result ? [$result->{isError} ? 1 : 0, $result->{content}[0]{text}]
        : [told_of(@messages)];
}

# -- each kind of question ---------------------------------------------------

my %ids;
for (
    ['elicitation/create', $form, {action => 'accept',
        content => {name => "J\x{fc}rgen"}}],
    ['elicitation/create', $form, {action => 'decline'}],
    ['elicitation/create', $form, {action => 'cancel'}],
    ['sampling/createMessage', $prompt, {role => 'assistant', model => 'm',
        content => {type => 'text', text => 'Hello'}}],
    ['roots/list', undef, {roots => [{uri => 'file:///x'}]}],
) {
    my ($method, $params, $answer) = @$_;
    my $label = label();
    my $stream = asks($method, $params, label => $label, id => 'a');
    ok($stream->is_stream, "a call that asks is a stream: $method");
    my $question = $stream->message;
    is_deeply([@$question{qw(jsonrpc method params)}],
        ['2.0', $method, $params], 'with a request, as the tool made it');
    ok(!ref $question->{id} && !$ids{$question->{id}}++,
        'that has an id of its own');
    empty(says($question, result => $answer), 202,
        'the answer is accepted: 202 without a body');
    my $outcome = outcome($stream);
    utf8::encode($outcome->[1]);
    is_deeply([$outcome->[0], json_decode($outcome->[1])], [0, $answer],
        'and the tool goes on with it, as the client gave it');
    ok($stream->{ended}, 'then the stream ends');
    is(noted($s, $label, 'is answered'), 1, 'it was called again once');
}

# -- the answer comes to another child ---------------------------------------

my ($near, $far) = (0, 0);
for (1 .. 200) {
    my $stream = asks('roots/list');
    my $holder = child_of($s, $stream);
    my $question = $stream->message;
    my ($child, $r) = handled($s, sub { says($question, result =>
        {roots => []}) });
    last if outcome($stream)->[1] ne '{"roots":[]}';
    $child == $holder ? $near++ : $far++;
    last if $far == 3;
}
is($far, 3, "answers reach the call from other children (and $near times from "
    . 'its own)');

# -- several -----------------------------------------------------------------

my $stream = MCPStream->legacy($c, '/probe', 'tools/call', {name => 'ask_on'},
    session => $session, id => 'several');
my @questions = map { $stream->message } 1, 2;
is_deeply([told_of(@questions)], ['elicitation/create', 'roots/list'],
    'two questions of a round are two requests');
empty(says($questions[1], result => {roots => []}), 202, 'the second first');
ok($stream->is_quiet(0.2), 'one answer is not enough');
empty(says($questions[0], result => {action => 'accept'}), 202, 'the other');
my $third = $stream->message;
is($third->{params}{message}, 'three?', 'the tool may ask again');
says($third, result => {action => 'decline'});
is(outcome($stream)->[1],
    '{"action":"accept"} {"roots":[]} {"action":"decline"}',
    'it has each answer where it asked, and what it remembered');

my @streams = map { asks('elicitation/create', {%$form, message => "Q$_"}) }
    1, 2;
my @two = map { $_->message } @streams;
my @actions = qw(decline cancel);
says($two[$_], result => {action => $actions[$_]}) for 1, 0;
is_deeply([map { outcome($_)->[1] } @streams],
    ['{"action":"decline"}', '{"action":"cancel"}'],
    'what is said to one call is not heard by another');

# -- what is no answer -------------------------------------------------------

$stream = asks('roots/list');
my $question = $stream->message;
my $other = $c->initialize('/probe', capabilities => $all);
my $wrong = {id => $question->{id} =~ s/\d+\z/7777/r};
empty(says($question, result => {roots => ['stolen']}, session => $other), 202,
    "another session's answer is accepted");
empty(says({id => $_}, result => {}), 202, 'and one to no question: '
    . json_text($_)) for 'x', 'x.1', '.1', 'x.', 17, $wrong->{id},
        $question->{id} =~ s{(\d+)\z}{0$1}r;
rpc_error(says($question, result => {}, session => undef), 400, -32000,
    $question->{id} && '"' . $question->{id} . '"',
    'one without a session is not');
rpc_error(says($question, result => {}, session => 'unknown'), 404, -32001,
    '"' . $question->{id} . '"', 'nor one of no session');
ok($stream->is_quiet(0.2), 'the call has heard none of them');
says($question, result => {roots => []});
says($question, result => {roots => ['late']});
is(outcome($stream)->[1], '{"roots":[]}', 'the first answer counts');
empty(says($question, result => {}), 202, 'what comes later is dropped');

# -- what answers something else ----------------------------------------------

my $adults = {message => 'How old?', requestedSchema => {type => 'object',
    properties => {age => {type => 'integer', minimum => 18}},
    required => ['age']}};
for (
    ['elicitation/create', $adults, {action => 'accept',
        content => {age => 17}}, 'content/age: must be at least 18'],
    ['elicitation/create', $adults, {action => 'accept'}, 'content/: .*age'],
    ['elicitation/create', $adults, {action => 'agree',
        content => {age => 18}}, 'action must be accept, decline or cancel'],
    ['sampling/createMessage', $prompt, {role => 'assistant',
        content => 'Hello'}, 'content must be a block of content'],
    ['roots/list', undef, {roots => ['/x']}, 'each of roots must have a uri'],
) {
    my ($method, $params, $answer, $wrong) = @$_;
    my $label = label();
    my $stream = asks($method, $params, label => $label);
    empty(says($stream->message, result => $answer), 202,
        "$method: an answer that is none is accepted as any");
    my $outcome = outcome($stream);
    is($outcome->[0], 1, 'Servers SHOULD validate received data: the call fails');
    like($outcome->[1], qr/answer is none to what it was asked: $wrong/,
        'and the model reads why');
    is(noted($s, $label, 'is answered'), 0, 'the tool never sees it');
}

my ($ada, $bob) = map { $c->journey(user => $_, resource => '/mine')
    ->{access_token} } qw(ada bob);
my $adas = $c->initialize('/mine', token => $ada, capabilities => $all);
my $mine = MCPStream->legacy($c, '/mine', 'tools/call', {name => 'ask',
    arguments => {method => 'roots/list'}}, session => $adas, token => $ada);
my $hers = $mine->message;
is(says($hers, result => {}, path => '/mine', session => $adas)->status, 401,
    'an answer needs a token');
rpc_error(says($hers, result => {}, path => '/mine', session => $adas,
    token => $bob), 404, -32001, '"' . $hers->{id} . '"',
    "nobody answers in another user's session");
empty(says($hers, result => {roots => []}, path => '/mine', session => $adas,
    token => $ada), 202, 'the user does');
is(outcome($mine)->[1], '{"roots":[]}', 'and is heard');

# -- what cannot be answered -------------------------------------------------

for (
    ['an error', error => {code => -1, message => 'Not now'}, qr/Not now/],
    ['an error without a message', error => {code => -1}, qr/did not say why/],
    ['a result that is no object', result => [1], qr/could not answer/],
    ['a result that is null', result => undef, qr/could not answer/],
) {
    my ($name, $what, $said, $text) = @$_;
    my $stream = asks('roots/list', undef, id => 9);
    says($stream->message, $what => $said);
    my $outcome = outcome($stream);
    ok($outcome->[0] == 1 && $outcome->[1] =~ $text,
        "$name is an error for the model to read")
        or diag json_text($outcome);
}

# -- who cannot be asked -----------------------------------------------------

for (
    ['elicitation/create', $form, {sampling => {}, roots => {}},
        'elicitation'],
    ['elicitation/create', {%$form, mode => 'form'},
        {elicitation => {url => {}}}, 'elicitation'],
    ['elicitation/create', {mode => 'url', message => 'Go',
        url => 'https://x.example/', elicitationId => '1'},
        {elicitation => {}}, 'url'],
    ['sampling/createMessage', $prompt, {elicitation => {}, roots => {}},
        'sampling'],
    ['sampling/createMessage', {%$prompt, tools => []}, {sampling => {}},
        'tools'],
    ['sampling/createMessage', {%$prompt, includeContext => 'thisServer'},
        {sampling => {}}, 'context'],
    ['roots/list', undef, {elicitation => {}, sampling => {}}, 'roots'],
) {
    my ($method, $params, $capabilities, $lacks) = @$_;
    my $able = $c->initialize('/probe', capabilities => $capabilities);
    my $r = $c->legacy('/probe', 'tools/call', {name => 'ask', arguments => {
        method => $method, $params ? (params => $params) : ()}}, id => 1,
        session => $able);
    my $result = rpc_result($r, 1,
        "what was not declared is not asked: $method");
    ok($result->{isError} && $result->{content}[0]{text} =~ /$lacks/,
        "the model is told what is lacking: $lacks")
        or diag $r->brief;
}
my $urls = $c->initialize('/probe', capabilities => {elicitation => {
    url => {}}});
$stream = asks('elicitation/create', {mode => 'url', message => 'Go',
    url => 'https://x.example/', elicitationId => '1'}, session => $urls);
is(($question = $stream->message)->{params}{mode}, 'url',
    'a client that declared it is asked to go to a URL');
says($question, result => {action => 'accept'}, session => $urls);
is_deeply(outcome($stream), [0, '{"action":"accept"}'], 'and answers');

my $json = rpc_result($c->legacy('/probe', 'tools/call', {name => 'ask',
    arguments => {method => 'roots/list'}}, id => 1, session => $session,
    headers => {Accept => 'application/json'}), 1,
    'a client that takes JSON only is answered in JSON');
ok($json->{isError} && $json->{content}[0]{text} =~ /takes no event stream/,
    'for it cannot be asked');

# -- older revisions, and clients that go ------------------------------------

for my $version ('2025-06-18', '2025-03-26') {
    my $old = $c->initialize('/probe', version => $version,
        capabilities => $all);
    my $stream = asks('roots/list', undef, session => $old,
        version => $version);
    my $event = $stream->event;
    my $question = json_decode($event->{data});
    is($question->{method}, 'roots/list', "$version: asked, at once");
    says($question, result => {roots => []}, session => $old);
    is_deeply(outcome($stream), [0, '{"roots":[]}'], 'and answered');
}

my $samples = $c->initialize('/probe', version => '2025-06-18',
    capabilities => {sampling => {}});
$stream = asks('sampling/createMessage', {%$prompt, includeContext =>
    'thisServer'}, session => $samples, version => '2025-06-18');
is($stream->message->{params}{includeContext}, 'thisServer',
    '2025-06-18: includeContext needs no capability of its own');
$stream->drop;

$stream = asks('roots/list', undef, id => 60);
my $first = $stream->event;
$question = $stream->message;
$stream->drop;
empty(says($question, result => {roots => []}), 202,
    '2025-11-25: who has lost the stream can answer still');
my $again = MCPStream->get($c, '/probe', session => $session,
    last => $first->{id});
is_deeply([told_of($again->messages)], ['roots/list', 'result of 60'],
    'and comes back for the result');

$s->stop;

# -- nobody answers ----------------------------------------------------------

$s = probe_server(config => "Timeout 2\n");
$c = $s->client;
$session = $c->initialize('/probe', capabilities => $all);
$stream = asks('roots/list', undef, id => 'silence');
$question = $stream->message;
my $withdrawn = $stream->message;
is_deeply($withdrawn, {jsonrpc => '2.0', method => 'notifications/cancelled',
    params => {requestId => $question->{id}, reason =>
        'The client did not answer in time.'}}, '2025-11-25 lifecycle: it is '
    . 'cancelled when no response came within the timeout')
    or diag json_text($withdrawn);
my $outcome = outcome($stream);
ok($outcome->[0] == 1 && $outcome->[1] =~ /did not answer in time/,
    'a question is waited for as long as Timeout says')
    or diag json_text($outcome);
empty(says($question, result => {}), 202, 'then it is too late');
is(noted($s, 'x', 'is answered'), 0, 'the tool was not called again');
$s->stop;

done();
