# Licensed under the Apache License, Version 2.0; see LICENSE.
# HTTP below MCP: media types, bodies of every size and framing, connections
# that go on after errors, other methods, HTTP/2, and the rest of a site in the
# way.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MCPServer;

my $c = client();
my $port = site_port();
my $ns = 'io.modelcontextprotocol';
my $list = '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{'
    . qq("$ns/protocolVersion":"2026-07-28","$ns/clientCapabilities":{}}}});
my @mirror = ('MCP-Protocol-Version' => '2026-07-28',
    'Mcp-Method' => 'tools/list');

sub post {
    my ($body, @headers) = @_;
    return $c->post('/open', body => $body, headers => [@mirror, @headers]);
}

# The bytes of a request; headers as lines.
sub bytes {
    my ($line, $body, @headers) = @_;
    push @headers, 'Content-Length: ' . length $body if defined $body
        && !grep { /^(?:Content-Length|Transfer-Enc)/i } @headers;
    return join("\r\n", "$line HTTP/1.1", "Host: localhost:$port", @headers, '',
        $body // '');
}

my @lines = ('MCP-Protocol-Version: 2026-07-28', 'Mcp-Method: tools/list',
    'Content-Type: application/json');
my $good = bytes('POST /open', $list, @lines);

# -- media types -------------------------------------------------------------

rpc_result(post($list, 'Content-Type' => $_), 1,
    "RFC 9110 8.3.1: Content-Type $_ is read")
    for 'application/json', 'Application/JSON',
        'application/json; charset=utf-8', 'application/json;charset="UTF-8"',
        "application/json ; x=y", "application/json\t;x=y";
for my $type ('text/plain', 'text/json', 'application/jsonx', 'application/js',
    'application/json-rpc', 'application/vnd.api+json', '', 'json',
    'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x',
    'text/plain; x=application/json', 'application/json, text/plain') {
    rpc_error(post($list, 'Content-Type' => $type), 415, -32600, undef,
        "RFC 9110 15.5.16: Content-Type '$type' is 415");
}
rpc_error(post($list), 415, -32600, undef, 'no Content-Type is 415');
for my $coding (qw(gzip deflate br x-gzip zstd), 'gzip, gzip', 'nonsense') {
    my $r = post($list, 'Content-Type' => 'application/json',
        'Content-Encoding' => $coding);
    rpc_error($r, 415, -32600, undef,
        "RFC 9110 8.4: Content-Encoding $coding is 415");
    like($r->header('Accept-Encoding') // '', qr/identity/,
        'and the answer says which one is read');
}
rpc_result(post($list, 'Content-Type' => 'application/json',
    'Content-Encoding' => 'identity'), 1, 'identity is no coding');

# -- sizes -------------------------------------------------------------------

my $limit = 4 * 1024 * 1024;
rpc_result(post($list . ' ' x ($limit - length $list),
    'Content-Type' => 'application/json'), 1, 'a body of 4 MiB is read');
rpc_error(post($list . ' ' x ($limit - length($list) + 1),
    'Content-Type' => 'application/json'), 413, -32600, undef,
    'RFC 9110 15.5.14: one byte more is 413');

sub chunked {
    my $size = shift;
    return join('', map { sprintf "%x\r\n%s\r\n", length, $_ }
        map { unpack "(a$size)*", $_ } @_) . "0\r\n\r\n";
}
my @chunked = ('Content-Type' => 'application/json',
    'Transfer-Encoding' => 'chunked');
rpc_result(post(chunked($_, $list), @chunked), 1,
    "RFC 9112 7.1: chunks of $_ bytes are read") for 1, 7, 4096;
rpc_result(post("5;x=\"y\"\r\n" . substr($list, 0, 5) . "\r\n"
    . chunked(50, substr $list, 5), @chunked), 1,
    'RFC 9112 7.1.1: a chunk extension is passed over');
rpc_result(post(substr(chunked(50, $list), 0, -2) . "X-Trailer: 1\r\n\r\n",
    @chunked), 1, 'RFC 9112 7.1.2: so is a trailer');
rpc_error(post(chunked(65536, ' ' x ($limit + 1)), @chunked), 413, -32600,
    undef, '413 for chunks that are more than 4 MiB together');
rpc_error(post("0\r\n\r\n", @chunked), 400, -32700, undef,
    'no chunk at all is no JSON');

# -- Expect ------------------------------------------------------------------

sub expecting {
    my ($path, @headers) = @_;
    my $socket = $c->open_socket;
    print $socket "POST $path HTTP/1.1\r\nHost: localhost:$port\r\n",
        map("$_\r\n", @lines, @headers), 'Content-Length: ', length $list,
        "\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n";
    my $buffer = '';
    MCPClient::fill($socket, \$buffer) until $buffer =~ /\r\n\r\n/;
    return $buffer unless $buffer =~ /^HTTP\/1\.1 100/;
    print $socket $list;
    return MCPClient::read_response($socket, \$buffer);
}
rpc_result(expecting('/open'), 1, 'RFC 9110 10.1.1: 100, then the answer');
like(expecting('/mcp'), qr{^HTTP/1\.1 401 },
    'RFC 9110 10.1.1: what is refused is refused before the body');
like(expecting('/open', 'Origin: http://evil.example'), qr{^HTTP/1\.1 403 },
    'an Origin too');
like(expecting('/open', 'Content-Encoding: gzip'), qr{^HTTP/1\.1 415 },
    'a media type too');
is(post($list, 'Content-Type' => 'application/json', Expect => 'x')->status,
    417, 'RFC 9110 10.1.1: another expectation is 417');

# -- a connection goes on after an error -------------------------------------

# After these httpd closes whoever answers (ap_status_drops_connection).
my %closes = map { $_ => 1 } 400, 413;

# name, request, status of the first answer
my $token = $c->journey->{access_token};
for (
    ['a result', $good, 200],
    ['no JSON', bytes('POST /open', '{', @lines), 400],
    ['a batch', bytes('POST /open', "[$list]", @lines), 400],
    ['a header mismatch', bytes('POST /open', $list, @lines[0, 2]), 400],
    ['an unknown method', bytes('POST /open', $list =~ s{tools/list}{nope}r,
        @lines[0, 2], 'Mcp-Method: nope'), 404],
    ['an unknown session', bytes('POST /open',
        '{"jsonrpc":"2.0","id":1,"method":"ping"}', $lines[2],
        'Mcp-Session-Id: x'), 404],
    ['no token', bytes('POST /mcp', $list, @lines), 401],
    ['no token, in chunks', bytes('POST /mcp', chunked(9, $list), @lines,
        'Transfer-Encoding: chunked'), 401],
    ['a bad token', bytes('POST /mcp', $list, @lines,
        'Authorization: Bearer x'), 401],
    ['too little scope', bytes('POST /files/note.txt', $list, @lines,
        'Authorization: Bearer ' . $c->journey(resource => '/files',
            scope => 'notes:read')->{access_token}), 403],
    ['a foreign Origin', bytes('POST /open', $list, @lines,
        'Origin: http://evil.example'), 403],
    ['another media type', bytes('POST /open', $list, @lines[0, 1],
        'Content-Type: text/plain'), 415],
    ['a coding', bytes('POST /open', $list, @lines,
        'Content-Encoding: gzip'), 415],
    ['a PATCH', bytes('PATCH /open', undef), 405],
    ['a PUT with a body', bytes('PUT /open', 'x' x 5000, @lines), 405],
    ['a notification', bytes('POST /open', $list =~ s/"id":1,//r, @lines), 202],
    ['a preflight', bytes('OPTIONS /mcp', undef, 'Origin: http://localhost:1',
        'Access-Control-Request-Method: POST'), 204],
    ['a preflight with a body', bytes('OPTIONS /mcp', 'x' x 100,
        'Origin: http://localhost:1'), 204],
    ['not acceptable', bytes('POST /open', $list, @lines, 'Accept: text/html'),
        406],
    ['a refused body of 100 KB', bytes('POST /mcp', 'x' x 100_000, @lines),
        401],
) {
    my ($name, $request, $status) = @$_;
    my @r = $c->raw($request . $good, count => 2);
    is($r[0] && $r[0]->status, $status, "first on a connection: $name");
    if ($closes{$status}) {
        ok(@r == 1 && ($r[0]->header('Connection') // '') =~ /close/i,
            "RFC 9112 9.6: httpd closes after $status, and says so: $name");
        next;
    }
    rpc_result($r[1] // $r[0], 1,
        "RFC 9112 9.3: the connection goes on after $name");
}
my @ten = $c->raw($good x 10, count => 10);
is(join(' ', map $_->status, @ten), '200 ' x 9 . '200',
    'RFC 9112 9.3.2: ten requests in one write get ten answers');
my ($status) = map $_->status, $c->raw(bytes('POST /open', ' ' x 6_000_000,
    @lines));
is($status, 413, 'a body that is far too large is refused, not waited for');

# -- methods -----------------------------------------------------------------

for my $path (qw(/open /mcp)) {
    my $r = $c->request(TRACE => $path, headers => {Cookie => 'a=b'});
    ok($r->status =~ /^(?:401|405)$/, "$path: TRACE is refused");
    unlike($r->body, qr/a=b/, "$path: and repeats nothing");
    $r = $c->request(HEAD => $path, token => $token);
    is($r->status, 405, "$path: HEAD is 405");
    is($r->header('Allow'), 'GET, POST, DELETE', "$path: with Allow");
}
my ($head, $next) = $c->raw(bytes('HEAD /open', undef) . $good, count => 1,
    head => 1);
is($head->status, 405, 'an answer to HEAD has no body');

# -- limits of the admin, and the rest of a site -----------------------------

my $own = MCPServer->new(config => <<'END', site => 0);
<Location "/">
    AuthType          Basic
    AuthName          "site"
    AuthBasicProvider file
    AuthUserFile      "${CONF}/htpasswd"
    Require           valid-user
</Location>
Include "${CONF}/site.conf"
<Directory "${ROOT}/htdocs">
    AllowOverride All
</Directory>
<Location "/small">
    SetHandler       mcp-server
    MCPOffer         demo:echo
    LimitRequestBody 1000
    Require          all granted
</Location>
<Location "/large">
    SetHandler       mcp-server
    MCPOffer         demo:echo
    LimitRequestBody 6000000
    Require          all granted
</Location>
<Location "/headers">
    SetHandler mcp-server
    MCPOffer   demo:echo
    Require    all granted
    Header     always set X-Always "yes"
    Header     set X-Success "yes"
</Location>
RewriteEngine on
RewriteRule ^ - [F]
ProxyPass "/" "http://127.0.0.1:9/"
Redirect "/" "https://elsewhere.example/"
END
open my $htaccess, '>', $own->root . '/htdocs/.htaccess' or die $!;
print $htaccess "Require all denied\nNoSuchDirective\n";
close $htaccess;
$own->start;
my $oc = $own->client;
is($oc->get('/plain')->status, 403, 'a site that lets nobody in');
my $s = $oc->initialize('/small');
ok(defined $s, 'has an MCP server nevertheless: a session begins');
is($oc->legacy('/small', 'ping', undef, session => $s)->status, 200,
    'and goes on');
is($oc->request(DELETE => '/small', headers => {'Mcp-Session-Id' => $s})
    ->status, 204, 'and ends');
is($oc->call_tool('/large', echo => {message => 'x'})->status, 200,
    'requests without a session are answered too');
my $mine = $oc->journey;
is($oc->call_tool('/mcp', hello => {}, token => $mine->{access_token})->status,
    200, 'also behind a login');

for (['/small', 1000], ['/large', 6_000_000]) {
    my ($path, $most) = @$_;
    my $fits = $list . ' ' x ($most - length $list);
    my @h = (headers => [@mirror, 'Content-Type' => 'application/json']);
    rpc_result($oc->post($path, @h, body => $fits), 1,
        "LimitRequestBody $most is what is read");
    rpc_error($oc->post($path, @h, body => "$fits "), 413, -32600, undef,
        'and no byte more');
    @h = (headers => [@mirror, @chunked]);
    rpc_result($oc->post($path, @h, body => chunked(5000, $fits)), 1,
        'in chunks too');
    rpc_error($oc->post($path, @h, body => chunked(5000, "$fits ")), 413,
        -32600, undef, 'and no byte more');
}
my @r = $oc->raw(bytes('POST /small', 'x' x 1001, @lines)
    . bytes('POST /small', $list, @lines), count => 2);
is(join(' ', map $_->status, @r), '413', 'one answer to what is too large');
for (['a result', [body => $list], 200], ['an error', [body => '{'], 400],
    ['a foreign Origin', [body => $list, origin => 'http://evil.example'], 403],
    ) {
    my ($name, $o, $status) = @$_;
    my %o = @$o;
    my $r = $oc->post('/headers', body => $o{body}, headers => [@mirror,
        'Content-Type' => 'application/json',
        $o{origin} ? (Origin => $o{origin}) : ()]);
    is($r->status, $status, "Header directives: $name");
    is($r->header('X-Always'), 'yes', "Header always: on $name");
}
is($oc->post('/headers', body => $list, headers => [@mirror,
    'Content-Type' => 'application/json'])->header('X-Success'), 'yes',
    'Header: on a result');
$own->stop;

# -- HTTP/2 ------------------------------------------------------------------

SKIP: {
    my $curl = `curl --version 2>/dev/null`;
    skip 'no curl with HTTP/2', 1 unless $curl =~ /\bHTTP2\b/;
    skip 'no mod_http2', 1 unless -e MCPServer::libexec() . '/mod_http2.so';
    skip 'mod_http2 does not run in prefork', 1 if mpm() eq 'prefork';
    my $h2 = MCPServer->new(modules => ['http2'], tls => 1,
        config => <<'END');
Protocols h2 http/1.1
<Location "/small">
    SetHandler       mcp-server
    LimitRequestBody 1000
</Location>
END
    $h2->start;
    my $hc = $h2->client;
    my $with = $hc->journey->{access_token};
    my $path = $h2->root . '/body';
    my @ca = ('--cacert', $h2->ca_file);

    # [status, headers, body] of requests on one connection, all to one path
    my $ask = sub {
        my ($method, $target, $body, @headers) = @_;
        open my $out, '>', $path or die $!;
        print $out $body // '';
        close $out;
        my @command = ('curl', '-sS', '-i', '--http2', '-m', 20, @ca,
            '-X', $method, (defined $body ? ('--data-binary', "\@$path") : ()),
            map({ ('-H', $_) } @headers), $h2->issuer . $target);
        my $text;
        # Asked again where curl 7.88 drops an answer that came before the body
        # was read: RFC 9113 8.1 has the server reset the stream then, and the
        # client keep the answer.
        for (1 .. 20) {
            open my $from, '-|', @command or die $!;
            $text = do { local $/; <$from> } // '';
            close $from;
            last unless $? >> 8 == 92 && $text eq '';
        }
        my ($status) = $text =~ m{^HTTP/2 (\d+)};
        my ($head, $rest) = split /\r\n\r\n/, $text, 2;
        return ($status // $text, $head // '', $rest // '');
    };
    my ($status, $head, $body) = $ask->('POST', '/open', $list, @lines);
    is($status, 200, 'HTTP/2: tools/list is answered');
    is_deeply([sort map $_->{name}, @{json_decode($body)->{result}{tools}}],
        [qw(add echo hello)], 'HTTP/2: with the tools');
    ($status, $head) = $ask->('POST', '/mcp', $list, @lines);
    is($status, 401, 'HTTP/2: no token');
    like($head, qr/^www-authenticate: Bearer resource_metadata=/im,
        'HTTP/2: has its challenge');
    ($status, $head, $body) = $ask->('POST', '/mcp', $list, @lines,
        "Authorization: Bearer $with");
    is($status, 200, 'HTTP/2: a token works');
    ($status, $head, $body) = $ask->('POST', '/small', $list . ' ' x 2000,
        @lines);
    is($status, 413, 'HTTP/2: a body that is too large');
    is(json_decode($body)->{error}{code}, -32600, 'HTTP/2: in JSON');
    ($status, $head, $body) = $ask->('POST', '/open', $list
        . ' ' x (1024 * 1024), @lines);
    is($status, 200, 'HTTP/2: a body of 1 MiB');
    ($status) = $ask->('POST', '/open', '{', @lines);
    is($status, 400, 'HTTP/2: no JSON');
    ($status) = $ask->('POST', '/open', $list, @lines,
        'Origin: http://evil.example');
    is($status, 403, 'HTTP/2: a foreign Origin');
    ($status) = $ask->('GET', '/open');
    is($status, 400, 'HTTP/2: GET without a session');
    ($status) = $ask->('POST', '/open', $list, $lines[2],
        'MCP-Protocol-Version: 2026-07-28');
    is($status, 400, 'HTTP/2: a header mismatch');
    ($status) = $ask->('DELETE', '/open', undef,
        'Mcp-Session-Id: ' . scalar $hc->initialize('/open'));
    is($status, 204, 'HTTP/2: the end of a session');
    ($status) = $ask->('POST', '/mcp', 'x' x 200_000, @lines);
    is($status, 401, 'HTTP/2: a body of 200 KB that is refused early');

    # several streams of one connection, errors between
    my @urls = map { $h2->issuer . $_ } qw(/open /mcp /open /files/x /open);
    my @many = ('curl', '-sS', '--no-progress-meter', '-Z', '--http2', @ca,
        '-m', 20,
        map({ ('-H', $_) } @lines), '--data-binary', $list,
        '-w', '%{http_code}\n', map { ('-o', '/dev/null', $_) } @urls);
    open my $from, '-|', @many or die $!;
    is(join(' ', sort map { chomp; $_ } <$from>), '200 200 200 401 401',
        'HTTP/2: streams beside each other get their own answers');
    close $from;
    $h2->stop;
}

done();
