# Licensed under the Apache License, Version 2.0; see LICENSE.
# The revision 2026-07-28: every request says all about itself in params._meta
# and mirrors it in headers. Which request gets which HTTP status, which
# JSON-RPC code and which id.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MIME::Base64 qw(encode_base64);

my $c = client();
my $version = '2026-07-28';
my $ns = 'io.modelcontextprotocol';

# A request of which anything can be changed; undef leaves out.
#   method, params, id (JSON text), meta (whole or changes), headers, body, path
sub ask {
    my %o = @_;
    my $method = $o{method} // 'tools/list';
    my %params = %{$o{params} || {}};
    my %meta = ("$ns/protocolVersion" => $version,
        "$ns/clientInfo" => {name => 'test', version => '1'},
        "$ns/clientCapabilities" => {}, %{$o{meta} || {}});
    delete @meta{grep { !defined $meta{$_} } keys %meta};
    $params{_meta} = \%meta unless exists $o{meta} && !defined $o{meta};
    my @headers = (Accept => 'application/json, text/event-stream',
        'Content-Type' => 'application/json');
    my %mirror = ('MCP-Protocol-Version' => $version, 'Mcp-Method' => $method,
        (defined $params{name} && !ref $params{name}
            ? ('Mcp-Name' => $params{name}) : ()), %{$o{headers} || {}});
    push @headers, map { defined $mirror{$_} ? ($_ => $mirror{$_}) : () }
        sort keys %mirror;
    push @headers, @{$o{more} || []};
    my $id = exists $o{id} ? $o{id} : '1';
    my $body = $o{body} // sprintf
        '{"jsonrpc":"2.0",%s"method":%s,"params":%s}',
        defined $id ? qq{"id":$id,} : '', json_text($method),
        $o{raw_params} // json_text(\%params);
    return $c->post($o{path} // '/open', headers => \@headers, body => $body,
        token => $o{token});
}

sub hello {
    return ask(method => 'tools/call',
        params => {name => 'hello', arguments => {}, %{$_[0] || {}}},
        @_[1 .. $#_]);
}

# -- what is there -----------------------------------------------------------

sub complete {
    my ($result, $name) = @_;
    is($result->{resultType}, 'complete', "$name: resultType");
    my $info = $result->{_meta}{"$ns/serverInfo"} || {};
    ok(length($info->{name} // '') && length($info->{version} // ''),
        "$name: _meta has the serverInfo");
}

sub cacheable {
    my ($r, $result, $scope, $name) = @_;
    like($r->body, qr/"ttlMs":[0-9]+[,}]/, "$name: ttlMs is an integer");
    is($result->{cacheScope}, $scope, "$name: cacheScope is $scope");
}

my $j = $c->journey;
for (['/open', undef, 'public'], ['/mcp', $j->{access_token}, 'private']) {
    my ($path, $token, $scope) = @$_;
    my @to = (path => $path, token => $token);

    my $r = ask(method => 'server/discover', @to, id => '"d"');
    my $result = rpc_result($r, '"d"', "$path: server/discover is answered");
    complete($result, "$path: server/discover");
    cacheable($r, $result, $scope, "$path: server/discover");
    is_deeply($result->{supportedVersions}, [$version],
        "$path: server/discover names the revision that it speaks this way");
    my $true = JSON::PP::true();
    is_deeply($result->{capabilities}, {logging => {},
        tools => {listChanged => $true}, $path eq '/mcp' ? (completions => {},
            prompts => {listChanged => $true}, resources => {
                listChanged => $true, subscribe => $true}) : ()},
        "$path: and what there is");

    $r = ask(method => 'tools/list', @to);
    $result = rpc_result($r, 1, "$path: tools/list is answered");
    complete($result, "$path: tools/list");
    cacheable($r, $result, $scope, "$path: tools/list");
    my @tools = @{$result->{tools}};
    is_deeply([map $_->{name}, @tools], $path eq '/mcp'
        ? [qw(add create_task echo get-user-info get-user-permissions hello
            list_tasks stock_price sum whoami)] : [qw(hello add echo)],
        "$path: tools/list has what MCPOffer names");
    ok(!(grep { !length($_->{description} // '')
        || ($_->{inputSchema}{type} // '') ne 'object' } @tools),
        "$path: each tool has a description and an inputSchema");
    ok(!exists $result->{nextCursor}, "$path: the list is whole");
    is(ask(method => 'tools/list', @to)->body, $r->body,
        "$path: tools/list SHOULD be in the same order every time")
        for 1 .. 5;

    $r = hello({}, @to);
    $result = rpc_result($r, 1, "$path: tools/call is answered");
    complete($result, "$path: tools/call");
    ok(!exists $result->{$_}, "$path: a tool's result has no $_")
        for qw(ttlMs cacheScope isError);
}

# -- ids ---------------------------------------------------------------------

for my $id (qw(0 1 -7 9007199254740993 "" "1" "a-b" "\u00e9"
    9223372036854775807 -9223372036854775808), '"' . 'x' x 1000 . '"') {
    my $name = length $id > 40 ? 'a string of 1000' : $id;
    my $echoed = json_text(json_decode($id));
    rpc_result(ask(id => $id), $echoed, "the id $name is echoed as it came");
    rpc_error(ask(id => $id, method => 'nope'), 404, -32601, $echoed,
        "and in an error: $name");
}
for my $id ('null', '1.5', 'true', '[1]', '{"a":1}', '1e400',
    '9223372036854775808') {
    my ($code) = $id =~ /^(?:1e400|9223372036854775808)$/ ? -32700 : -32600;
    rpc_error(ask(id => $id), 400, $code, undef,
        "JSON-RPC 4: an id is a string or an integer, not $id");
}

# -- the ladder --------------------------------------------------------------

my $b64 = sub { '=?base64?' . encode_base64($_[0], '') . '?=' };
my @call = (method => 'tools/call');
my %params = (name => 'hello', arguments => {});

# name, request, HTTP status, code, more
my @refused = (
    # the envelope: -32602, HTTP 400
    ['no _meta, but the header', [meta => undef], 400, -32602],
    ['params that are no object', [raw_params => '[]'], 400, -32602],
    ['no params at all, but the header',
        [body => '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'], 400,
        -32602],
    ['_meta that is no object', [raw_params => '{"_meta":7}'], 400, -32602],
    ['server/discover without _meta', [method => 'server/discover',
        meta => undef], 400, -32602],
    ['_meta without protocolVersion', [meta => {
        "$ns/protocolVersion" => undef}], 400, -32602],
    ['a protocolVersion that is a number', [meta => {
        "$ns/protocolVersion" => 20260728}], 400, -32602],
    ['a protocolVersion that is null', [raw_params => qq({"_meta":{
        "$ns/protocolVersion":null,"$ns/clientCapabilities":{}}})], 400,
        -32602],
    ['_meta without clientCapabilities', [meta => {
        "$ns/clientCapabilities" => undef}], 400, -32602],
    ['clientCapabilities that are a list', [meta => {
        "$ns/clientCapabilities" => []}], 400, -32602],
    ['clientInfo that is a string', [meta => {
        "$ns/clientInfo" => 'x'}], 400, -32602],
    ['a logLevel that is none', [meta => {
        "$ns/logLevel" => 'loud'}], 400, -32602],
    ['a progressToken that is an object', [meta => {
        progressToken => {}}], 400, -32602],
    ['no _meta, and a header of an unknown version', [meta => undef,
        headers => {'MCP-Protocol-Version' => '2099-01-01'}], 400, -32602],
    ['a bad envelope and no headers: the envelope is first', [
        meta => {"$ns/clientCapabilities" => undef}, headers => {
        'MCP-Protocol-Version' => undef, 'Mcp-Method' => undef}], 400, -32602],

    # the version header
    ['no MCP-Protocol-Version', [headers => {'MCP-Protocol-Version' => undef}],
        400, -32020],
    ['an MCP-Protocol-Version of a session', [headers => {
        'MCP-Protocol-Version' => '2025-11-25'}], 400, -32020],
    ['an MCP-Protocol-Version that is empty', [headers => {
        'MCP-Protocol-Version' => ''}], 400, -32020],
    ['an MCP-Protocol-Version twice', [more => [
        'MCP-Protocol-Version' => $version]], 400, -32020],
    ['a body of an unknown version: the mismatch is first', [meta => {
        "$ns/protocolVersion" => 'v999.0.0'}], 400, -32020],
    ['mismatched version and method: the version is first', [headers => {
        'MCP-Protocol-Version' => '2025-11-25', 'Mcp-Method' => 'x'}], 400,
        -32020, message => qr/MCP-Protocol-Version/],

    # the version
    (map { my $v = $_; ["the version $v", [
        meta => {"$ns/protocolVersion" => $v}, headers => {
            'MCP-Protocol-Version' => $v}], 400, -32022,
        data => {supported => [$version], requested => $v}] }
        'v999.0.0', '1900-01-01', '2025-11-25', '2024-11-05', '2026-07-28x',
        '2026-07-2'),
    ['an unknown version and no Mcp-Method: the version is first', [
        meta => {"$ns/protocolVersion" => 'x'}, headers => {
            'MCP-Protocol-Version' => 'x', 'Mcp-Method' => undef}], 400,
        -32022],

    # Mcp-Method
    ['no Mcp-Method', [headers => {'Mcp-Method' => undef}], 400, -32020],
    ['another Mcp-Method', [headers => {'Mcp-Method' => 'tools/call'}], 400,
        -32020],
    ['an Mcp-Method in capitals', [headers => {'Mcp-Method' => 'TOOLS/LIST'}],
        400, -32020],
    ['an Mcp-Method that is empty', [headers => {'Mcp-Method' => ''}], 400,
        -32020],
    ['an Mcp-Method twice', [more => ['Mcp-Method' => 'tools/list']], 400,
        -32020],
    ['an encoded Mcp-Method: only Mcp-Name and Mcp-Param-* are decoded', [
        headers => {'Mcp-Method' => $b64->('tools/list')}], 400, -32020],
    ['an unknown method with another Mcp-Method: the mismatch is first', [
        method => 'nope', headers => {'Mcp-Method' => 'nop'}], 400, -32020],
    ['server/discover without Mcp-Method', [method => 'server/discover',
        headers => {'Mcp-Method' => undef}], 400, -32020],
    ['mismatched method and name: the method is first', [@call,
        params => {%params}, headers => {'Mcp-Method' => 'x',
            'Mcp-Name' => 'x'}], 400, -32020, message => qr/Mcp-Method/],

    # Mcp-Name
    (map { ["tools/call with $_->[0]", [@call, params => {%params}, headers => {
        'Mcp-Name' => $_->[1]}], 400, -32020, message => qr/Mcp-Name/] }
        ['no Mcp-Name', undef], ['another Mcp-Name', 'add'],
        ['an Mcp-Name in capitals', 'Hello'], ['an empty Mcp-Name', ''],
        ['an Mcp-Name of another tool in base64', $b64->('add')],
        ['an Mcp-Name of bad characters in base64', '=?base64?aGVs!!!bG8=?='],
        ['an Mcp-Name of bad padding in base64', '=?base64?aGVsbG8?='],
        ['an Mcp-Name of base64 that is not canonical', '=?base64?aGVsbG9=?='],
        ['an Mcp-Name of base64 in capitals', '=?BASE64?aGVsbG8=?='],
        ['an Mcp-Name of base64 without its end', '=?base64?aGVsbG8='],
        ['an Mcp-Name of base64 that is no UTF-8', $b64->("\xff\xfe")],
        ['an Mcp-Name of base64 with a NUL', $b64->("hello\0")],
        ['an Mcp-Name beyond ASCII', "hell\xc3\xb6"]),
    ['tools/call with an Mcp-Name twice', [@call, params => {%params},
        more => ['Mcp-Name' => 'hello']], 400, -32020],
    ['tools/call with an Mcp-Name and no name', [@call, params => {},
        headers => {'Mcp-Name' => 'hello'}], 400, -32020],
    ['an unknown tool under another Mcp-Name: the mismatch is first', [@call,
        params => {name => 'nope'}, headers => {'Mcp-Name' => 'hello'}], 400,
        -32020],

    # methods
    (map { ["$_, which the revision does not have", [method => $_], 404,
        -32601] } qw(initialize ping logging/setLevel resources/subscribe
        resources/unsubscribe unknown/method tools tools/ tools/list/ Tools/List
        rpc.discover)),
    (map { ["$_, which is not declared", [method => $_, params => {
        uri => 'x', name => 'x', taskId => 'x'},
        headers => {'Mcp-Name' => 'x'}], 404,
        -32601] } qw(resources/list resources/read prompts/list prompts/get
        completion/complete tasks/get)),
    ['an empty method', [method => ''], 404, -32601],

    # params: HTTP 200
    ['an unknown tool', [@call, params => {name => 'nope'}], 200, -32602,
        message => qr/nope/],
    ['a tool that is offered elsewhere only', [@call, params => {
        name => 'whoami'}], 200, -32602],
    ['tools/call without a name', [@call], 200, -32602],
    ['tools/call with a name that is a number', [@call, params => {name => 7},
        headers => {'Mcp-Name' => undef}], 200, -32602],
    ['arguments that are a list', [@call, params => {name => 'hello',
        arguments => []}], 200, -32602],
    ['arguments that are a string', [@call, params => {name => 'hello',
        arguments => 'x'}], 200, -32602],
    ['inputResponses that are null', [@call, params => {%params,
        inputResponses => undef}], 200, -32602],
    ['inputResponses that are a number', [@call, params => {%params,
        inputResponses => {a => 12345}}], 200, -32602],
    ['a requestState that nobody made', [@call, params => {%params,
        requestState => 'x'}], 200, -32602],
    ['a requestState that is a number', [@call, params => {%params,
        requestState => 1}], 200, -32602],

    # initialize between the eras
    ['initialize without a claim under the modern header', [
        body => '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{'
            . '"protocolVersion":"2025-11-25","capabilities":{},'
            . '"clientInfo":{"name":"x","version":"1"}}}'], 400, -32020],
);
for (@refused) {
    my ($name, $request, $status, $code, %more) = @$_;
    rpc_error(ask(@$request), $status, $code, 1,
        "MCP 2026-07-28: $status and $code for $name", %more);
}

# what has no id that could be echoed
my $plain = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
my $claim = qq({"_meta":{"$ns/protocolVersion":"$version",)
    . qq("$ns/clientCapabilities":{}}});
for (
    ['nothing', '', -32700], ['a blank', ' ', -32700],
    ['no JSON', 'hello', -32700],
    ['JSON that ends early', '{"jsonrpc":', -32700],
    ['something behind it', "$plain x", -32700],
    ['two messages', $plain . $plain, -32700],
    ['a member twice', '{"jsonrpc":"2.0","id":1,"id":2,"method":"x"}', -32700],
    ['bytes that are no UTF-8', qq({"jsonrpc":"2.0","id":1,"method":"\xff"}),
        -32700],
    ['UTF-16', "\xff\xfe" . join('', map "$_\0", split //, $plain), -32700],
    ['an escaped NUL in a name', '{"jsonrpc":"2.0","a\\u0000":1}', -32700],
    ['a batch with a modern request', '[{"jsonrpc":"2.0","id":1,'
        . qq("method":"tools/list","params":$claim}]), -32600],
    ['an empty array', '[]', -32600], ['a string', '"x"', -32600],
    ['a number', '42', -32600], ['null', 'null', -32600],
    ['an empty object', '{}', -32600],
    ['no method', '{"jsonrpc":"2.0"}', -32600],
    ['a method that is a number and no id', '{"jsonrpc":"2.0","method":1}',
        -32600],
) {
    my ($name, $body, $code) = @$_;
    rpc_error(ask(body => $body), 400, $code, undef,
        "MCP 2026-07-28: 400, $code and no id for $name");
}
for (
    ['a method that is a number', '{"jsonrpc":"2.0","id":1,"method":1}'],
    ['no method', '{"jsonrpc":"2.0","id":1}'],
    ['no jsonrpc', '{"id":1,"method":"tools/list"}'],
    ['jsonrpc 1.0', '{"jsonrpc":"1.0","id":1,"method":"tools/list"}'],
    ['a jsonrpc that is a number', '{"jsonrpc":2.0,"id":1,"method":"x"}'],
    ['both a method and a result',
        '{"jsonrpc":"2.0","id":1,"method":"tools/list","result":{}}'],
    ['both a result and an error',
        '{"jsonrpc":"2.0","id":1,"result":{},"error":{}}'],
) {
    my ($name, $body) = @$_;
    rpc_error(ask(body => $body), 400, -32600, 1,
        "MCP 2026-07-28: 400, -32600 and the id for $name");
}

# -- what is let pass --------------------------------------------------------

my @accepted = (
    ['no clientInfo, which is optional', [meta => {"$ns/clientInfo" => undef}]],
    ['members of _meta that nobody knows', [meta => {
        'com.example/x' => {a => [1]}, traceparent => '00-1-2-3'}]],
    ['a logLevel', [meta => {"$ns/logLevel" => 'debug'}]],
    ['a progressToken', [meta => {progressToken => 'p'}]],
    ['a progressToken that is a number', [meta => {progressToken => 7}]],
    ['capabilities that nobody knows', [meta => {"$ns/clientCapabilities" => {
        experimental => {}, extensions => {'io.example/x' => {}}}}]],
    ['an Mcp-Name in base64', [@call, params => {%params}, headers => {
        'Mcp-Name' => $b64->('hello')}]],
    ['an Mcp-Name with blanks around it', [@call, params => {%params},
        headers => {'Mcp-Name' => "  hello \t"}]],
    ['an Mcp-Method with blanks around it', [headers => {
        'Mcp-Method' => "\t tools/list  "}]],
    ['header names in other cases', [headers => {'Mcp-Method' => undef,
        'MCP-Protocol-Version' => undef}, more => ['mCP-METHOD' =>
        'tools/list', 'mcp-protocol-version' => $version]]],
    ['an Mcp-Name where none belongs', [headers => {'Mcp-Name' => 'x'}]],
    ['an Mcp-Param header of nobody', [@call, params => {%params},
        headers => {'Mcp-Param-Region' => 'x'}]],
    ['a stray Mcp-Session-Id', [headers => {'Mcp-Session-Id' => 'x'}]],
    ['a stray Last-Event-ID', [headers => {'Last-Event-ID' => 'x'}]],
    ['Accept: application/json alone', [headers => {
        Accept => 'application/json'}]],
    ['Accept: */*', [headers => {Accept => '*/*'}]],
    ['tools/call without arguments', [@call, params => {name => 'hello'}]],
    ['a member in the message that nobody knows', [body =>
        qq({"jsonrpc":"2.0","id":1,"method":"tools/list","x":1,)
        . qq("params":$claim})]],
    ['white space around the message', [body => " \r\n\t"
        . qq({"jsonrpc":"2.0","id":1,"method":"tools/list",)
        . qq("params":$claim}\n)]],
);
for (@accepted) {
    my ($name, $request) = @$_;
    my $r = ask(@$request);
    rpc_result($r, 1, "MCP 2026-07-28: 200 for $name");
    ok(!defined $r->header('Mcp-Session-Id'), 'and no session is begun')
        if $name =~ /Session/;
}
rpc_error(ask(params => {cursor => 'x'}), 200, -32602, 1,
    'MCP 2026-07-28: an invalid cursor is -32602');

# -- notifications -----------------------------------------------------------

for my $method (qw(notifications/cancelled notifications/progress
    notifications/unknown)) {
    empty(ask(method => $method, id => undef), 202,
        "a notification is 202 without a body: $method");
}
empty(ask(method => 'notifications/x', id => undef, headers => {
    'Mcp-Method' => undef}), 202, 'its Mcp-Method may be missing');
rpc_error(ask(method => 'notifications/x', id => undef, headers => {
    'MCP-Protocol-Version' => '2025-11-25'}), 400, -32020, undef,
    'a notification with another version in its header is refused');
rpc_error(ask(method => 'notifications/x', id => undef, headers => {
    'MCP-Protocol-Version' => 'x'}, meta => {"$ns/protocolVersion" => 'x'}),
    400, -32022, undef, 'a notification of an unknown version is refused');
rpc_error(ask(body => '{"jsonrpc":"2.0","id":1,"result":{}}'), 400, -32000, 1,
    'the revision has no responses from clients');

# -- other methods of HTTP ---------------------------------------------------

for my $method (qw(PUT PATCH PROPFIND FOO)) {
    my $r = $c->request($method => '/open', headers => {
        'MCP-Protocol-Version' => $version, Accept => 'text/event-stream'});
    rpc_error($r, 405, -32600, undef, "RFC 9110 15.5.6: 405 for $method",
        allow => 'GET, POST, DELETE');
}
my $head = $c->request(HEAD => '/open');
is($head->status, 405, 'RFC 9110 9.3.2: HEAD is as GET');
is($head->header('Allow'), 'GET, POST, DELETE', 'with its Allow');
rpc_error($c->get('/open', headers => {'MCP-Protocol-Version' => $version,
    Accept => 'text/event-stream'}), 400, -32000, undef,
    'GET is of the sessions of the revisions before');

done();
