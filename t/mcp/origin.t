# Licensed under the Apache License, Version 2.0; see LICENSE.
# Browsers: the Origin check comes before everything else (MCP 2026-07-28
# transports, Security Warning), CORS before the login, and what a page may read
# is on refusals too.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPServer;

my $c = client();
my $self = 'http://localhost:' . site_port();
my $token = $c->journey->{access_token};

sub values_of {
    my ($r, $name) = @_;
    return map lc, grep length, map { split /\s*,\s*/ } $r->headers($name);
}

# What a page of this origin may not read, though it should.
sub unreadable {
    my ($r, $origin) = @_;
    my @faults;
    my @allowed = $r->headers('Access-Control-Allow-Origin');
    push @faults, 'Access-Control-Allow-Origin: @allowed'
        unless @allowed == 1 && $allowed[0] eq $origin;
    push @faults, 'credentials are let in'
        if defined $r->header('Access-Control-Allow-Credentials');
    push @faults, 'no Vary: Origin'
        unless grep { $_ eq 'origin' } values_of($r, 'Vary');
    my %exposed = map { $_ => 1 }
        values_of($r, 'Access-Control-Expose-Headers');
    push @faults, "$_ is not exposed" for grep { !$exposed{$_} }
        qw(www-authenticate mcp-session-id);
    return @faults;
}

sub readable {
    my ($r, $origin, $name) = @_;
    my @faults = unreadable($r, $origin);
    ok(!@faults, $name) or diag join "\n", @faults, $r->brief;
}

# -- who may call ------------------------------------------------------------

my @allowed = ($self, 'http://localhost', 'http://localhost:1',
    'https://localhost:6274', 'http://127.0.0.1:6274', 'http://[::1]:6274',
    'http://127.0.0.1');
my @refused = ('null', '', 'http://evil.example', 'https://evil.example:8443',
    'http://evil.example:' . site_port(), 'http://localhost.evil.example',
    'http://127.0.0.1.evil.example', 'http://evil-localhost',
    'http://localhost@evil.example', "$self/", "$self/mcp", "$self?x",
    "$self#x", 'localhost', '//localhost', 'http:', 'http://', 'http://192.0.2.1',
    'http://0.0.0.0', 'http://[::ffff:7f00:1%25lo]', 'chrome-extension://abc',
    'file://', "$self, $self", "$self http://evil.example", 'any', '*',
    "http://localhost\x{e9}", 'x' x 4000);
utf8::encode($_) for @refused;

for my $origin (@allowed) {
    my $r = $c->call_tool('/open', hello => {}, headers => {Origin => $origin});
    rpc_result($r, json_text($r->json->{id}), "Origin $origin may call");
    readable($r, $origin, "and read the answer: $origin");
}
for my $origin (@refused) {
    my $shown = length $origin > 60 ? 'of 4000' : "'$origin'";
    for (['/open', undef, 'where no login is'], ['/mcp', undef, 'without one'],
        ['/mcp', 'nonsense', 'with a bad one'], ['/mcp', $token, 'with one']) {
        my ($path, $with, $says) = @$_;
        my $r = $c->call_tool($path, hello => {}, token => $with,
            headers => {Origin => $origin});
        rpc_error($r, 403, -32600, undef, "Origin $shown is 403 $says");
        ok(!defined $r->header('WWW-Authenticate')
            && !defined $r->header('Access-Control-Allow-Origin'),
            'without a challenge, and unreadable');
    }
}
rpc_error($c->legacy('/open', 'initialize', {protocolVersion => '2025-11-25',
    capabilities => {}}, headers => {Origin => 'http://evil.example'}), 403,
    -32600, undef, 'the Origin is checked in the legacy era too');
rpc_error($c->call_tool('/open', hello => {}, headers => {
    Origin => 'http://evil.example', Host => 'evil.example'}), 403, -32600,
    undef, 'a rebound name is no way in: Host does not make it self');
for my $method (qw(GET DELETE PUT)) {
    rpc_error($c->request($method => '/mcp', headers => {
        Origin => 'http://evil.example'}), 403, -32600, undef,
        "403 comes before 401 and 405: $method");
}
is($c->request(OPTIONS => '/mcp', headers => {Origin => 'http://evil.example',
    'Access-Control-Request-Method' => 'POST'})->status, 403,
    'a preflight of such an Origin is 403');
rpc_error($c->post('/mcp', headers => {Origin => 'http://evil.example',
    'Content-Type' => 'text/plain'}, body => 'x' x 300_000), 403, -32600,
    undef, '403 comes before what the body is');
is($c->get('/files/note.txt', headers => {Origin => 'http://evil.example'})
    ->status, 403, 'what httpd serves behind AuthType mcp has the check too');
is($c->get('/none', headers => {Origin => 'http://evil.example'})->status, 404,
    'what is not ours has not');

# -- CORS --------------------------------------------------------------------

for my $path (qw(/open /mcp /notes /files/note.txt)) {
    my $r = $c->request(OPTIONS => $path, headers => {
        Origin => 'http://localhost:6274',
        'Access-Control-Request-Method' => 'POST',
        'Access-Control-Request-Headers' =>
            'authorization,content-type,mcp-protocol-version'});
    is($r->status, 204, "$path: a preflight is answered before the login");
    readable($r, 'http://localhost:6274', "$path: for its origin");
    my %methods = map { $_ => 1 }
        values_of($r, 'Access-Control-Allow-Methods');
    ok($methods{post} && $methods{get} && $methods{delete},
        "$path: with the methods of the transport");
    my %headers = map { $_ => 1 }
        values_of($r, 'Access-Control-Allow-Headers');
    is(join(' ', grep { !$headers{$_} } qw(authorization content-type accept
        mcp-protocol-version mcp-session-id mcp-method mcp-name
        last-event-id)), '', "$path: and every header of it");
    like($r->header('Access-Control-Max-Age') // '', qr/^[1-9][0-9]+$/,
        "$path: to be remembered");
    ok(!length $r->body && !defined $r->header('WWW-Authenticate'),
        "$path: no body, no challenge");
}
is($c->request(OPTIONS => '/mcp')->status, 401,
    'OPTIONS without an Origin is no preflight');

my @origin = (headers => {Origin => 'http://localhost:6274'});
my $r = $c->post('/mcp', json => {}, @origin);
challenged($r, 401, {error => undef},
    'a browser without a token is challenged');
readable($r, 'http://localhost:6274', 'and can read the challenge');
$r = $c->post('/mcp', json => {}, token => 'x', @origin);
challenged($r, 401, {error => 'invalid_token'}, 'with a bad one too');
readable($r, 'http://localhost:6274', 'and can read it');
my $narrow = $c->journey(resource => '/files', scope => 'notes:read')
    ->{access_token};
$r = $c->get('/files/note.txt', token => $narrow, @origin);
challenged($r, 403, {error => 'insufficient_scope'}, 'too little scope is 403');
readable($r, 'http://localhost:6274', 'and the step-up can be read');
$r = $c->call_tool('/mcp', hello => {}, token => $token, @origin);
readable($r, 'http://localhost:6274', 'a result can be read');
$r = $c->legacy('/open', 'initialize', {protocolVersion => '2025-11-25',
    capabilities => {}}, @origin);
readable($r, 'http://localhost:6274', 'a session id can be read');
$r = $c->legacy('/open', 'ping', undef, session => 'x', @origin);
is($r->status, 404, 'a session that is none');
readable($r, 'http://localhost:6274', 'can be read about');
$r = $c->call_tool('/open', hello => {});
ok(!grep({ /^access-control/i } map { $_->[0] } @{$r->{headers}}),
    'without an Origin there is no CORS');

# -- MCPAllowOrigin ----------------------------------------------------------

# words => [[an origin and whether it may], ...]
my %sites = (
    'self' => [['SELF', 1], ['http://localhost:6274', 0], ['null', 0]],
    'loopback' => [['http://127.0.0.1:1', 1], ['http://evil.example', 0]],
    'any' => [['SELF', 1], ['http://evil.example', 1], ['null', 1]],
    'https://app.example' => [['https://app.example', 1],
        ['https://app.example:443', 1], ['http://app.example', 0],
        ['https://app.example:8443', 0], ['https://sub.app.example', 0],
        ['https://app.example.evil', 0], ['SELF', 0],
        ['http://localhost:1', 0]],
    'https://app.example:8443 http://old.example' => [
        ['https://app.example:8443', 1], ['https://app.example', 0],
        ['http://old.example', 1], ['http://old.example:80', 1],
        ['https://old.example', 0]],
    'self https://app.example' => [['SELF', 1], ['https://app.example', 1],
        ['http://localhost:1', 0]],
);
my @words = sort keys %sites;
my $own = MCPServer->new(config => join '', <<'END', map <<"END", 0 .. $#words);
MCPAllowOrigin https://outer.example
<Location "/inherits">
    SetHandler mcp-server
    MCPOffer   demo:hello
</Location>
END
<Location "/allows$_">
    SetHandler     mcp-server
    MCPOffer       demo:hello
    MCPAllowOrigin $words[$_]
</Location>
END
$own->start;
my $oc = $own->client;
for my $n (0 .. $#words) {
    for (@{$sites{$words[$n]}}) {
        my ($origin, $may) = @$_;
        $origin = $own->issuer if $origin eq 'SELF';
        my $r = $oc->call_tool("/allows$n", hello => {},
            headers => {Origin => $origin});
        is($r->status, $may ? 200 : 403, "MCPAllowOrigin $words[$n]: $origin "
            . ($may ? 'may' : 'may not'));
        readable($r, $origin, 'and read') if $may;
    }
}
is($oc->call_tool('/inherits', hello => {}, headers => {Origin => $_->[0]})
    ->status, $_->[1], "a location inherits MCPAllowOrigin: $_->[0] $_->[1]")
    for ['https://outer.example', 200], ['http://localhost:1', 403];
$own->stop;

done();
