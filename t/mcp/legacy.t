# Licensed under the Apache License, Version 2.0; see LICENSE.
# The revisions until 2025-11-25: initialize begins a session, whose id every
# child knows, until it is ended or too old.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPServer;

my $c = client();
my @versions = qw(2025-11-25 2025-06-18 2025-03-26);
my $latest = $versions[0];

sub initialize_params {
    return {protocolVersion => $_[0] // $latest, capabilities => {},
        clientInfo => {name => 'test', version => '1'}};
}

# -- initialize --------------------------------------------------------------

for (map([$_, $_], @versions), ['2024-11-05', $latest],
    ['2026-07-28', $latest], ['2099-01-01', $latest], ['', $latest],
    ['x' x 5000, $latest]) {
    my ($asked, $given) = @$_;
    my $name = length $asked > 20 ? 'a version of 5000' : "'$asked'";
    my $r = $c->legacy('/open', 'initialize', initialize_params($asked),
        id => 'i');
    my $result = rpc_result($r, '"i"', "initialize for $name is answered");
    is($result->{protocolVersion}, $given, "for $name: $given is negotiated");
    is_deeply($result->{capabilities}, {logging => {},
        tools => {listChanged => JSON::PP::true()}}, 'with its capabilities');
    ok(length($result->{serverInfo}{name} // '')
        && length($result->{serverInfo}{version} // ''), 'and serverInfo');
    my $id = $r->header('Mcp-Session-Id') // '';
    like($id, qr/\A[\x21-\x7e]{32,200}\z/,
        'Mcp-Session-Id is of visible ASCII alone');
    empty($c->legacy('/open', 'notifications/initialized', undef, id => undef,
        session => $id, version => $given), 202,
        "$given: notifications/initialized is 202 without a body");
    is($c->legacy('/open', 'ping', undef, session => $id, id => 5,
        version => $given)->body, '{"jsonrpc":"2.0","id":5,"result":{}}',
        "$given: the answer to ping is {} and nothing else");
    my $list = rpc_result($c->legacy('/open', 'tools/list', undef, id => 6,
        session => $id, version => $given), 6,
        "$given: tools/list is answered");
    is_deeply([map $_->{name}, @{$list->{tools}}], [qw(hello add echo)],
        "$given: with the tools");
    my $called = rpc_result($c->legacy('/open', 'tools/call', {
        name => 'hello', arguments => {name => 'Ada'}}, id => 7,
        session => $id, version => $given), 7,
        "$given: tools/call is answered");
    is($called->{content}[0]{text}, 'Hello, Ada!', "$given: by the tool");
}
my %seen = map { scalar $c->initialize('/open') => 1 } 1 .. 20;
is(keys %seen, 20, 'each session has an id of its own');

for (
    ['the version header of the latest', 'MCP-Protocol-Version' => $latest],
    ['the version header of an old one',
        'MCP-Protocol-Version' => '2024-11-05'],
    ['an Mcp-Method header, as mcp-remote does', 'Mcp-Method' => 'initialize'],
    ['an Mcp-Method of something else', 'Mcp-Method' => 'x'],
    ['an old session id', 'Mcp-Session-Id' => 'long-gone'],
    ['Accept: application/json', Accept => 'application/json'],
    ['no Accept', Accept => undef],
) {
    my ($name, @headers) = @$_;
    my $r = $c->legacy('/open', 'initialize', initialize_params(), id => 1,
        headers => {@headers});
    rpc_result($r, 1, "initialize is let pass with $name");
    ok(defined $r->header('Mcp-Session-Id'), 'and begins a session');
}
for (
    ['no params', undef], ['no protocolVersion', {capabilities => {}}],
    ['a protocolVersion that is a number', {%{initialize_params()},
        protocolVersion => 20251125}],
    ['capabilities that are a string', {%{initialize_params()},
        capabilities => 'x'}],
    ['clientInfo that is a list', {%{initialize_params()}, clientInfo => []}],
) {
    my ($name, $params) = @$_;
    rpc_error($c->legacy('/open', 'initialize', $params, id => 1), 200, -32602,
        1, "initialize with $name is -32602, in band");
}

# -- a session ---------------------------------------------------------------

my $s = $c->initialize('/open');

sub call {
    my ($method, $params, %o) = @_;
    return $c->legacy($o{path} // '/open', $method, $params, session => $s,
        id => 1, %o);
}

for my $method (qw(nope resources/list resources/read prompts/list
    completion/complete roots/list subscriptions/listen server/discover
    tasks/get)) {
    rpc_error(call($method), 200, -32601, 1,
        "an unknown method is -32601 in band, so that the session lives: "
            . $method);
}
rpc_error(call('tools/call', {name => 'nope'}), 200, -32602, 1,
    'an unknown tool is -32602 in band');
rpc_error(call('tools/call', {name => 'hello', arguments => []}), 200, -32602,
    1, 'arguments that are no object are -32602 in band');
rpc_error(call('tools/call', {}), 200, -32602, 1,
    'a call without a name is -32602 in band');
rpc_error(call('tools/list', {cursor => 'x'}), 200, -32602, 1,
    'an unknown cursor is -32602 in band');

for my $method (qw(notifications/cancelled notifications/progress
    notifications/roots/list_changed notifications/unknown)) {
    empty(call($method, {requestId => 1}, id => undef), 202,
        "a notification is 202 without a body: $method");
}
my @json = (headers => {'Content-Type' => 'application/json',
    'Mcp-Session-Id' => $s});
empty($c->post('/open', @json, body => $_), 202,
    'a response is 202 without a body')
    for '{"jsonrpc":"2.0","id":1,"result":{}}',
        '{"jsonrpc":"2.0","id":"a","error":{"code":-1,"message":"no"}}',
        '{"jsonrpc":"2.0","error":{"code":-32700,"message":"no"}}';
rpc_error($c->post('/open', @json, body => $_->[1]), 400, -32600, $_->[2],
    "a batch is refused: $_->[0]")
    for ['two requests', '[{"jsonrpc":"2.0","id":1,"method":"ping"},'
        . '{"jsonrpc":"2.0","id":2,"method":"ping"}]', undef],
    ['one', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', undef],
    ['none', '[]', undef];

# -- the version header ------------------------------------------------------

for (@versions) {
    rpc_result(call('ping', undef, version => $_), 1,
        "MCP-Protocol-Version: $_ is one that is spoken");
}
rpc_result(call('ping', undef, headers => {'MCP-Protocol-Version' => undef}), 1,
    'without the header the version negotiated holds');
rpc_error(call('ping', undef, version => '2024-11-05'), 400, -32600, 1,
    'a version that is not spoken over this transport is 400');
for ('2099-01-01', 'x', '', "$latest, $latest") {
    my $r = call('ping', undef, version => $_);
    is($r->status, 400, "an unsupported MCP-Protocol-Version is 400: '$_'");
}
rpc_result(call('ping', undef, headers => {'Mcp-Method' => 'x',
    'Mcp-Name' => 'y'}), 1, 'Mcp-Method and Mcp-Name mean nothing here');

# -- Accept ------------------------------------------------------------------

rpc_error(call('ping', undef, headers => {Accept => $_}), 406, -32600, undef,
    "RFC 9110 15.5.7: 406 for Accept: $_")
    for 'text/event-stream', 'text/html', 'application/json;q=0',
        'application/jsonx', '';
rpc_result(call('ping', undef, headers => {Accept => $_}), 1,
    "Accept: $_ is met")
    for 'application/json', '*/*', 'application/*', 'Application/JSON;q=0.1',
        'text/event-stream, application/json;charset=utf-8';

# -- which sessions are none -------------------------------------------------

my $ada = $c->journey->{access_token};
my $bob = $c->journey(user => 'bob')->{access_token};
my $notes = $c->journey(resource => '/notes', scope => 'notes:read')
    ->{access_token};
my $adas = $c->initialize('/mcp', token => $ada);
my $flipped = $s;
substr $flipped, 20, 1, substr($s, 20, 1) eq 'A' ? 'B' : 'A';

rpc_error(call('ping', undef, session => undef), 400, -32000, 1,
    'no session id is 400');
rpc_result($c->legacy('/mcp', 'ping', undef, token => $ada, session => $adas,
    id => 1), 1, "a user's own session");
for (
    ['one that nobody began', 'unknown'], ['an empty one', ''],
    ['one with a bit changed', $flipped],
    ['one that is too short', substr $s, 0, -1],
    ['one that is too long', $s . 'A'],
    ['one with characters of no session', '!' x length $s],
    ['one beyond ASCII', "\xc3\xa9"], ['a very long one', 'A' x 7000],
    ['one twice', "$s, $s"],
    ["another location's", $adas],
    ["another user's", $adas, path => '/mcp', token => $bob],
    ["one that was begun without a login", $s, path => '/mcp', token => $ada],
    ["another protected location's", $adas, path => '/notes', token => $notes],
) {
    my ($name, $id, %o) = @$_;
    rpc_error(call('ping', undef, session => $id, %o), 404, -32001, 1,
        "404 for a session id that is none: $name");
    my $r = call('notifications/initialized', undef, session => $id,
        id => undef, %o);
    rpc_error($r, 404, -32001, undef, "for a notification too: $name");
}
is($c->legacy('/mcp', 'ping', undef, session => $adas)->status, 401,
    'a session id is no authentication');
rpc_error($c->post('/open', headers => {'Content-Type' => 'application/json'},
    body => '{"jsonrpc":"2.0","id":9,"result":{}}'), 400, -32000, 9,
    'a response without a session is 400');

# -- the end -----------------------------------------------------------------

sub end {
    my ($id, %o) = @_;
    return $c->request(DELETE => $o{path} // '/open', token => $o{token},
        headers => {'Mcp-Session-Id' => $id, 'MCP-Protocol-Version' =>
            exists $o{version} ? $o{version} : $latest});
}

is(end($adas, path => '/mcp')->status, 401, 'DELETE needs a token');
rpc_error(end($adas, path => '/mcp', token => $bob), 404, -32001, undef,
    "DELETE of another user's session is 404");
rpc_error(end(undef), 400, -32000, undef, 'DELETE without an id is 400');
rpc_error(end('unknown'), 404, -32001, undef,
    'DELETE of an unknown one is 404');
rpc_error(end($s, version => 'x'), 400, -32600, undef,
    'DELETE with an unsupported version is 400');
rpc_result(call('ping'), 1, 'none of which ends a session');
my $unversioned = $c->initialize('/open');
empty(end($unversioned, version => undef), 204,
    'DELETE without a version header ends one');
empty(end($s), 204, 'DELETE ends a session: 204');
rpc_error(end($s), 404, -32001, undef, 'once');
rpc_error(call('ping'), 404, -32001, 1, 'and it is 404 from then on');
rpc_error(call('notifications/initialized', undef, id => undef), 404, -32001,
    undef, 'for notifications too');
rpc_result($c->legacy('/mcp', 'ping', undef, token => $ada, session => $adas,
    id => 1), 1, 'other sessions go on');
rpc_error($c->get('/open', headers => {Accept => 'text/event-stream'}), 400,
    -32000, undef, 'GET without a session opens no stream');
rpc_error($c->get('/open', headers => {Accept => 'application/json',
    'Mcp-Session-Id' => scalar $c->initialize('/open')}), 406, -32600, undef,
    'nor does one that takes none');

# -- all children, and restarts ----------------------------------------------

my $own = MCPServer->new(config => $CHILDREN);
$own->start;
my $oc = $own->client;

sub session_is {
    my ($id, $status, $name) = @_;
    agree($own, '/open', sub {
        $oc->legacy('/open', 'ping', undef, session => $id) }, $status, $name);
}

my ($lasting, $ended) = map { scalar $oc->initialize('/open') } 1 .. 2;
session_is($lasting, 200, 'a session is known');
is($oc->request(DELETE => '/open', headers => {'Mcp-Session-Id' => $ended})
    ->status, 204, 'another is ended');
session_is($ended, 404, 'it is over');
session_is($lasting, 200, 'the first is not');
$own->graceful;
session_is($lasting, 200, 'after a graceful restart the session is known');
session_is($ended, 404, 'after a graceful restart what was ended is over');
$own->kill_child;
session_is($lasting, 200, 'after the death of a child the session is known');
session_is($ended, 404, 'after the death of a child what was ended is over');
$own->restart;
is($oc->legacy('/open', 'ping', undef, session => $lasting)->status, 200,
    'after a restart the session is known');
is($oc->legacy('/open', 'ping', undef, session => $ended)->status, 404,
    'after a restart what was ended is over');

# one DELETE of many at once ends it
my $raced = $oc->initialize('/open');
my %status;
$status{$_}++ for at_once(12, sub {
    $oc->request(DELETE => '/open', headers => {'Mcp-Session-Id' => $raced})
        ->status;
});
ok($status{204} && !grep({ !/^(?:204|404)$/ } keys %status),
    'DELETE by many at once: 204 or 404') or diag json_encode(\%status);
session_is($raced, 404, 'then it is over');
$own->stop;

done();
