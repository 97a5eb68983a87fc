# Licensed under the Apache License, Version 2.0; see LICENSE.
# The tools of mod_mcp_demo: the same results in both eras, arguments held to
# their schemas, results that fit theirs.
use strict;
use warnings;
use utf8;
use MCPTest;
use MCPAnswer;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output);
my $c = client();
my $session = $c->initialize('/open');

# Both eras' results of a call, without what only the modern one has.
sub call {
    my ($name, $arguments, $says, %o) = @_;
    my @results;
    for my $era (qw(modern legacy)) {
        my $r = $c->call_tool($o{path} // '/open', $name, $arguments, id => 1,
            era => $era, token => $o{token},
            session => $o{session} // $session);
        my $result = rpc_result($r, 1, "$era: $says");
        if ($era eq 'modern') {
            delete @$result{qw(resultType _meta)};
        }
        push @results, $result;
    }
    return @results;
}

sub gives {
    my ($name, $arguments, $text, $structured, $says) = @_;
    for (call($name, $arguments, $says)) {
        is_deeply($_, {content => [{type => 'text', text => $text}],
            structuredContent => $structured}, "$says: exactly");
    }
}

# -- what they give ----------------------------------------------------------

for (
    ['hello', {}, 'Hello, world!', 'hello has a default'],
    ['hello', {name => 'Ada'}, 'Hello, Ada!', 'hello greets by name'],
    ['hello', {name => 'Ada', description => 'Nice.'}, 'Hello, Ada! Nice.',
        'hello adds the description'],
    ['hello', {name => 'Ada', description => undef}, 'Hello, Ada!',
        'the description may be null'],
    ['hello', {name => ''}, 'Hello, !', 'an empty name is a name'],
    ['hello', {name => "\x{1f600} Ведана ε"}, "Hello, \x{1f600} Ведана ε!",
        'names have all of Unicode'],
    ['hello', {name => "\x{10ffff}\x{2028}\x{7f}\x{85}"},
        "Hello, \x{10ffff}\x{2028}\x{7f}\x{85}!", 'and its odd corners'],
    ['hello', {name => qq{"\\/\b\f\n\r\t\x01</script>}},
        qq{Hello, "\\/\b\f\n\r\t\x01</script>!}, 'what JSON escapes stays'],
    ['hello', {name => 'Hello, %s %n'}, 'Hello, Hello, %s %n!',
        'what printf reads stays'],
) {
    my ($name, $arguments, $text, $says) = @$_;
    gives($name, $arguments, $text, {result => $text}, $says);
}
for ([1, 2, 3], [0, 0, 0], [-5, 3, -2], [9007199254740993, 1, 9007199254740994],
    [9223372036854775806, 1, 9223372036854775807],
    [-9223372036854775807, -1, '-9223372036854775808']) {
    my ($p, $q, $sum) = @$_;
    gives('add', {a => $p, b => $q}, "$sum", {result => 0 + $sum},
        "add: $p and $q are $sum");
}
gives('echo', {message => $_}, "Echo: $_", {echoed_message => $_},
    'echo: ' . (length > 40 ? length() . ' characters' : "'$_'"))
    for '', ' ', 'x', 'zwölf Boxkämpfer', 'x' x 100_000;

# What comes back is in the result twice, and a result has 1 MiB.
my $large = join '', map { chr(0x20 + $_ % 95) } 1 .. 1024 * 1024;
my $half = substr $large, 0, 500_000;
for (call('echo', {message => $half}, 'an argument of 500 KB')) {
    ok(($_->{structuredContent}{echoed_message} // '') eq $half,
        'an argument of 500 KB comes back whole');
}
for (['echo', message => $large], ['echo', message => "\x01" x 400_000],
    ['hello', name => $large]) {
    my ($name, @arguments) = @$_;
    for (call($name, {@arguments}, "$name of 1 MiB")) {
        is_deeply($_, {isError => JSON::PP::true(), content => [{
            type => 'text', text => 'That is too long to be given back.'}]},
            "$name of 1 MiB is a failure that the model can read");
    }
}
for (call('add', {a => $large, b => 1}, 'add of 1 MiB')) {
    ok($_->{isError} && length $_->{content}[0]{text} < 1000,
        'a complaint about 1 MiB does not repeat it');
}

# -- arguments held to the schema --------------------------------------------

# name, arguments, what the complaint names
my $deep = [];
$deep = [$deep] for 1 .. 40;
for (
    ['add', {}, qr/\ba\b/, 'a member that is required is missing'],
    ['add', {a => 1}, qr/\bb\b/, 'the other one is missing'],
    ['add', {a => 'x', b => 2}, qr{/?a\b.*integer}, 'a string for an integer'],
    ['add', {a => 1, b => '2'}, qr{b\b.*integer}, 'a digit in quotes'],
    ['add', {a => 1.5, b => 2}, qr{a\b.*integer}, 'a fraction for an integer'],
    ['add', {a => undef, b => 2}, qr{a\b.*integer}, 'null for an integer'],
    ['add', {a => JSON::PP::true(), b => 2}, qr{a\b.*integer},
        'true for an integer'],
    ['add', {a => [1], b => 2}, qr{a\b.*integer}, 'a list for an integer'],
    ['add', {a => 1, b => 2, c => 3}, qr/\bc\b/, 'a member too many'],
    ['hello', {name => 7}, qr{name\b.*string}, 'a number for a string'],
    ['hello', {name => undef}, qr{name\b.*string}, 'null for a string'],
    ['hello', {description => 7}, qr/description/, 'neither string nor null'],
    ['hello', {nam => 'x'}, qr/nam\b/, 'a member misspelt'],
    ['echo', {}, qr/message/, 'echo without a message'],
    ['echo', {message => {text => 'x'}}, qr{message\b.*string},
        'an object for a string'],
    ['echo', {message => $deep}, qr{message\b.*string}, 'lists 40 deep'],
    ['echo', {message => 'x', "\x{1f600}" => 1}, qr/./,
        'a name beyond ASCII too many'],
) {
    my ($name, $arguments, $pattern, $says) = @$_;
    for (call($name, $arguments, "$name: $says")) {
        ok($_->{isError}, "SEP-1303: $name: $says is isError, not -32602");
        like($_->{content}[0]{text} // '', $pattern,
            "$name: $says: the member is named");
        ok(!exists $_->{structuredContent}, 'without structuredContent');
    }
}
for (call('add', {a => 9223372036854775807, b => 1}, 'a sum too large')) {
    ok($_->{isError}, 'a tool that fails is isError');
    is($_->{content}[0]{text}, 'The numbers or their sum exceed 64 bits.',
        'in its own words');
}

# what jansson and JSON Schema think of numbers: as raw JSON
sub raw_add {
    my $arguments = shift;
    return $c->post('/open', headers => {'Content-Type' => 'application/json',
        'Mcp-Session-Id' => $session}, body =>
        qq({"jsonrpc":"2.0","id":1,"method":"tools/call","params":)
        . qq({"name":"add","arguments":$arguments}}));
}
is(rpc_result(raw_add('{"a":1.0,"b":2}'), 1, '1.0 is read')->{isError}
    ? 'isError' : 'sum', 'sum',
    'JSON Schema 6.1.1: 1.0 is an integer');
is(rpc_result(raw_add('{"a":1e2,"b":2}'), 1, '1e2 is read')
    ->{structuredContent}{result}, 102, 'JSON Schema 6.1.1: so is 1e2');
rpc_error(raw_add('{"a":1,"a":2,"b":3}'), 400, -32700, undef,
    'a member twice is no JSON here');
rpc_error(raw_add('{"a":01,"b":3}'), 400, -32700, undef, 'nor is 01');
rpc_error(raw_add('{"a":NaN,"b":3}'), 400, -32700, undef, 'nor is NaN');

# -- what is not there -------------------------------------------------------

for my $name ('nope', 'Hello', 'hello ', 'demo:hello', 'hello/', 'héllo',
    'x' x 200) {
    my $shown = length $name > 20 ? 'a long one' : $name;
    rpc_error($c->call_tool('/open', $name, {}, id => 1, era => $_,
        session => $session), 200, -32602, 1,
        "$_: an unknown tool is -32602: $shown") for qw(modern legacy);
}

# -- the list ----------------------------------------------------------------

my $j = $c->journey(scope => 'notes:read');
my $token = $j->{access_token};
my $mine = $c->initialize('/mcp', token => $token);
my $modern = $c->modern('/mcp', 'tools/list', {}, token => $token)->json;
my $legacy = $c->legacy('/mcp', 'tools/list', undef, token => $token,
    session => $mine)->json;
is_deeply($legacy->{result}{tools}, $modern->{result}{tools},
    'both eras list the same');
my %tools = map { $_->{name} => $_ } @{$modern->{result}{tools}};
is_deeply([grep { !$tools{$_} } qw(add echo hello whoami)], [],
    'MCPOffer demo:* offers all of them');
is_deeply($tools{add}{inputSchema}, {type => 'object',
    additionalProperties => JSON::PP::false(), properties => {
        a => {type => 'integer'}, b => {type => 'integer'}},
    required => ['a', 'b']}, 'an inputSchema is listed as the tool wrote it');
ok($tools{$_}{outputSchema}{type} eq 'object', "$_ has an outputSchema")
    for sort keys %tools;
is_deeply($tools{hello}{annotations}, {readOnlyHint => JSON::PP::true(),
    destructiveHint => JSON::PP::false(),
    idempotentHint => JSON::PP::true(), openWorldHint => JSON::PP::false()},
    'hints become annotations');
is($tools{whoami}{title}, 'Who am I', 'a title is listed');
is_deeply($tools{whoami}{inputSchema}, {type => 'object',
    additionalProperties => JSON::PP::false()},
    'a tool without arguments has an inputSchema too');

# -- whoami ------------------------------------------------------------------

my $claims = jwt_claims($token);
for (call('whoami', {}, 'whoami', path => '/mcp', token => $token,
    session => $mine)) {
    my $who = $_->{structuredContent};
    ok($who->{authenticated}, 'a tool knows that there is a user');
    is($who->{user}, 'ada', 'by name');
    is($who->{subject}, $claims->{sub}, 'by subject');
    is($who->{client}, $j->{client}{client_id}, 'and the client');
    is_deeply($who->{scopes}, [split / /, $j->{tokens}{scope}],
        'and what was granted');
    is_deeply(json_decode($_->{content}[0]{text}), $who,
        'structuredContent SHOULD be there as text too');
}
my $bob = $c->journey(user => 'bob')->{access_token};
is($c->call_tool('/mcp', whoami => {}, token => $bob)->json
    ->{result}{structuredContent}{user}, 'bob', 'another user is another');
for (call('whoami', {x => 1}, 'an argument for none', path => '/mcp',
    token => $token, session => $mine)) {
    ok($_->{isError}, 'a tool without arguments takes none');
}

done();
