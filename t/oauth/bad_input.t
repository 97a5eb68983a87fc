# Licensed under the Apache License, Version 2.0; see LICENSE.
# What nobody should send, to every endpoint: each has its exact status and
# error, no two answers come for one request, and afterwards the server serves.
use strict;
use warnings;
use MCPTest;
use MCPAnswer;
use MIME::Base64 qw(encode_base64);

my $c = client();
my $port = site_port();
my $host = "Host: localhost:$port";
my $client = $c->register;
my $id = $client->{client_id};
my $token = $c->journey->{access_token};
my $session = $c->initialize('/open');

# -- requests ----------------------------------------------------------------

# METHOD TARGET, body, more header lines; Host and Content-Length are added
# unless they, or Transfer-Encoding, are among those.
sub bytes {
    my ($line, $body, @headers) = @_;
    unshift @headers, $host unless grep { /^Host/i } @headers;
    push @headers, 'Content-Length: ' . length $body if defined $body
        && !grep { /^(?:Content-Length|Transfer-Encoding)\s*:/i } @headers;
    $line .= ' HTTP/1.1' unless $line =~ m{ HTTP/\S*$};
    return join("\r\n", $line, @headers, '', $body // '');
}

my $json = 'Content-Type: application/json';
my $form = 'Content-Type: application/x-www-form-urlencoded';
my $bearer = "Authorization: Bearer $token";
my @registration = (redirect_uris => ['http://127.0.0.1/cb'],
    token_endpoint_auth_method => 'none');
my $registration = json_text({@registration});

sub get { return bytes("GET $_[0]", undef, @_[1 .. $#_]) }
sub register { return bytes('POST /oauth/register', $_[0], $json,
    @_[1 .. $#_]) }
sub token { return bytes('POST /oauth/token', $_[0], $form, @_[1 .. $#_]) }
sub revoke { return bytes('POST /oauth/revoke', $_[0], $form, @_[1 .. $#_]) }
sub introspect { return bytes('POST /oauth/introspect', $_[0], $form,
    @_[1 .. $#_]) }
sub authorize { return get("/oauth/authorize?$_[0]", @_[1 .. $#_]) }
sub decide { return bytes('POST /oauth/authorize', $_[0], $form,
    @_[1 .. $#_]) }

my $ns = 'io.modelcontextprotocol';
my $meta = qq("_meta":{"$ns/protocolVersion":"2026-07-28",)
    . qq("$ns/clientCapabilities":{}});
my @mirror = ('MCP-Protocol-Version: 2026-07-28', 'Mcp-Method: tools/list');
my $list = qq({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{$meta}});
my $ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}';

sub modern { return bytes('POST /open', $_[0], $json, @mirror,
    @_[1 .. $#_]) }
sub legacy { return bytes('POST /open', $_[0], $json,
    "Mcp-Session-Id: $session", @_[1 .. $#_]) }
sub with { return substr($list, 0, 1) . "$_[0]," . substr($list, 1) }
sub chunks { return join '', map({ sprintf "%x\r\n%s\r\n", length, $_ } @_),
    "0\r\n\r\n" }

# -- the table ---------------------------------------------------------------

# name, bytes, status, and the error: an OAuth error, a JSON-RPC code, 'page'
# for our page, 'httpd' for what httpd says before anybody asks us, 'ok'
my @rows = (
    # well-knowns and keys
    ['an unknown well-known path',
        get('/.well-known/oauth-protected-resource/nope'), 404,
        'invalid_request'],
    ['a well-known path with a slash behind',
        get('/.well-known/oauth-protected-resource/mcp/'), 404,
        'invalid_request'],
    ['a well-known path with an encoded slash',
        get('/.well-known/oauth-protected-resource%2fmcp'), 404, 'httpd'],
    ['a well-known path that climbs, encoded',
        get('/.well-known/oauth-protected-resource/%2e%2e/%2e%2e/mcp/x'), 401,
        'challenge'],
    ['a well-known path that climbs out',
        get('/.well-known/../../../etc/passwd'), 400, 'httpd'],
    ['a well-known path with %00',
        get('/.well-known/oauth-protected-resource/mcp%00'), 404, 'httpd'],
    ['a well-known path with a raw NUL',
        get("/.well-known/oauth-protected-resource/mcp\0x"), 400, 'httpd'],
    ['a well-known path with half an escape',
        get('/.well-known/oauth-protected-resource/%4'), 400, 'httpd'],
    ['a well-known path with an escape that is none',
        get('/.well-known/oauth-protected-resource/%zz'), 400, 'httpd'],
    ['a well-known path that is no UTF-8',
        get('/.well-known/oauth-protected-resource/%ff%fe'), 404,
        'invalid_request'],
    ['a well-known path with raw bytes',
        get("/.well-known/oauth-protected-resource/\xff\xfe"), 404,
        'invalid_request'],
    ['a well-known path of 4000 characters',
        get('/.well-known/oauth-protected-resource/' . 'x' x 4000), 404,
        'invalid_request'],
    ['a well-known path of 9000 characters',
        get('/.well-known/oauth-protected-resource/' . 'x' x 9000), 414,
        'httpd'],
    ['a well-known path with a semicolon',
        get('/.well-known/oauth-authorization-server;x=y'), 404, 'httpd'],
    ['a well-known path in capitals',
        get('/.well-known/OAUTH-AUTHORIZATION-SERVER'), 404, 'httpd'],
    ['a well-known path and something behind',
        get('/.well-known/oauth-authorization-serverx'), 404, 'httpd'],
    ['metadata of an issuer with a path that is none',
        get('/.well-known/oauth-authorization-server/tenant'), 404,
        'invalid_request'],
    ['a query on metadata',
        get('/.well-known/oauth-authorization-server?x=%00%ff&&=&x'), 200,
        'ok'],
    (map { ["$_ on metadata", bytes("$_ /.well-known/"
        . 'oauth-authorization-server', '{}', $json), 405, 'invalid_request'] }
        qw(POST PUT DELETE PATCH PROPFIND get FOO)),
    ['GET with a body on metadata', bytes('GET /.well-known/'
        . 'oauth-protected-resource/mcp', 'x' x 1000), 200, 'ok'],
    ['GET with a body of 1 MiB on jwks', bytes('GET /oauth/jwks',
        'x' x 1048576), 200, 'ok'],
    ['POST on jwks', bytes('POST /oauth/jwks', '{}', $json), 405,
        'invalid_request'],
    ['TRACE on jwks', bytes('TRACE /oauth/jwks', undef, 'Cookie: a=b'), 405,
        'invalid_request'],
    ['something behind jwks', get('/oauth/jwks/x'), 404, 'httpd'],
    ['jwks in capitals', get('/oauth/JWKS'), 404, 'httpd'],
    ['jwks with an encoded slash', get('/oauth%2fjwks'), 404, 'httpd'],
    ['an endpoint that is none', get('/oauth/nope'), 404, 'httpd'],
    ['the path of the endpoints', get('/oauth/'), 404, 'httpd'],

    # other ways to write a target
    (map { ["$_ is jwks", get($_), 200, 'ok'] } '/oauth//jwks',
        '/oauth/./jwks', '/oauth/x/../jwks', '/oauth/%6awks',
        '/%6Fauth/jwks', '//oauth/jwks', '/oauth/x/%2e%2e/jwks'),
    ['an absolute target of another host', get('http://evil.example/'
        . '.well-known/oauth-authorization-server'), 200, 'ours'],
    ['an absolute target of another host and its Host',
        get('http://evil.example/.well-known/oauth-protected-resource/mcp',
            'Host: evil.example'), 200, 'ours'],
    ['another Host', get('/.well-known/openid-configuration',
        'Host: evil.example'), 200, 'ours'],
    ['another forwarded host', get('/.well-known/oauth-authorization-server',
        $host, 'X-Forwarded-Host: evil.example', 'X-Forwarded-Proto: https',
        'Forwarded: host=evil.example;proto=https'), 200, 'ours'],
    ['a Host with a port of its own', get('/.well-known/oauth-protected-'
        . 'resource/mcp', 'Host: localhost:1'), 200, 'ours'],
    ['an absolute target of a foreign Host on the MCP server',
        bytes('POST http://evil.example/mcp', $list, $json, @mirror,
            'Host: evil.example'), 401, 'challenge'],
    ['an absolute target with a user', get('http://a:b@localhost/oauth/jwks'),
        400, 'httpd'],
    ['an absolute https target', get('https://localhost/oauth/jwks'), 200,
        'ok'],
    ['another scheme', get('ftp://localhost/oauth/jwks'), 400, 'httpd'],
    ['a target without a slash', get('oauth/jwks'), 400, 'httpd'],
    ['the target *', get('*'), 400, 'httpd'],
    ['CONNECT', bytes('CONNECT evil.example:443', undef), 405, 'httpd'],

    # Host and the request line
    ['no Host', "GET /oauth/jwks HTTP/1.1\r\n\r\n", 400, 'httpd'],
    ['two Hosts', get('/oauth/jwks', $host, 'Host: evil.example'), 400,
        'httpd'],
    ['a Host with a blank', get('/oauth/jwks', 'Host: a b'), 400, 'httpd'],
    ['a Host with a path', get('/oauth/jwks', 'Host: a/b'), 400, 'httpd'],
    ['a Host with a user', get('/oauth/jwks', 'Host: a@b'), 400, 'httpd'],
    ['HTTP/1.0 without Host', "GET /oauth/jwks HTTP/1.0\r\n\r\n", 200, 'ok'],
    ['HTTX', "GET /oauth/jwks HTTX/1.1\r\n$host\r\n\r\n", 400, 'httpd'],
    ['two blanks in the request line', "GET  /oauth/jwks HTTP/1.1\r\n$host"
        . "\r\n\r\n", 400, 'httpd'],
    ['a tab in the request line', "GET\t/oauth/jwks HTTP/1.1\r\n$host\r\n\r\n",
        400, 'httpd'],
    ['a method with odd characters', bytes('G(E)T /oauth/jwks', undef), 400,
        'httpd'],
    ['a method of 200 characters', bytes('X' x 200 . ' /oauth/jwks', undef),
        405, 'invalid_request'],

    # header fields
    (map { my ($name, $line, $status) = @$_;
        ["a header field $name", get('/oauth/jwks', $host, $line), $status,
            $status == 200 ? 'ok' : 'httpd'] }
        ['without a colon', 'X-Odd', 400], ['without a name', ': x', 400],
        ['with a blank before the colon', 'X-Odd : x', 400],
        ['with a blank in its name', 'X Odd: x', 400],
        ['with a NUL', "X-Odd: a\0b", 400], ['with a CR', "X-Odd: a\rb", 400],
        ['with a bare LF inside', "X-Odd: a\nX-More: b", 400],
        ['with a control character', "X-Odd: a\x01b", 400],
        ['with DEL', "X-Odd: a\x7fb", 400],
        ['with a name beyond ASCII', "X-\xc3\xa9: x", 400],
        ['with a value beyond ASCII', "X-Odd: \xc3\xa9\xff", 200],
        ['that is folded (RFC 9112 5.2)', "X-Odd: a\r\n b", 200],
        ['folded at the start', " X-Odd: a", 400],
        ['of 8000 characters', 'X-Odd: ' . 'x' x 8000, 200],
        ['of 9000 characters', 'X-Odd: ' . 'x' x 9000, 400],
        ['with a name of 9000 characters', 'X-' . 'x' x 9000 . ': x', 400],
        ['101 times', join("\r\n", map "X-$_: x", 1 .. 101), 400],
        ['that says Expect: x', 'Expect: x', 417]),

    # registration
    ['a registration that is no JSON', register('{'), 400,
        'invalid_client_metadata'],
    ['an empty registration', register(''), 400, 'invalid_client_metadata'],
    ['a registration 60,000 deep', register('[' x 60_000), 400,
        'invalid_client_metadata'],
    ['a registration of objects 10,000 deep',
        register('{"a":' x 10_000 . '1' . '}' x 10_000), 400,
        'invalid_client_metadata'],
    ['a registration with deep extras', register(json_text({@registration,
        x => json_decode('[' x 70 . ']' x 70)})), 400,
        'invalid_client_metadata'],
    ['a registration with a member twice', register(
        '{"redirect_uris":["http://127.0.0.1/a"],"redirect_uris":['
        . '"http://127.0.0.1/b"]}'), 400, 'invalid_client_metadata'],
    ['a registration that is no UTF-8', register(
        qq({"client_name":"\xc0\x80","redirect_uris":["http://127.0.0.1/"]})),
        400, 'invalid_client_metadata'],
    ['a registration with a raw NUL', register("{\"client_name\":\"a\0b\","
        . substr $registration, 1), 400, 'invalid_client_metadata'],
    ['a registration with an escaped NUL', register('{"client_name":'
        . '"a\u0000b",' . substr $registration, 1), 400,
        'invalid_client_metadata'],
    ['a registration of 70,000 bytes', register($registration . ' ' x 70_000),
        413, 'invalid_request'],
    ['a registration of 5 MiB', register(' ' x 5_000_000), 413,
        'invalid_request'],
    ['a registration of 5 MiB in chunks', register(chunks((' ' x 50_000) x 100),
        'Transfer-Encoding: chunked'), 413, 'invalid_request'],
    ['a registration as a form', token('redirect_uris=x') =~
        s{/oauth/token}{/oauth/register}r, 415, 'invalid_request'],
    ['a registration in gzip', register($registration,
        'Content-Encoding: gzip'), 415, 'invalid_request'],
    ['a registration by GET', get('/oauth/register?redirect_uris=x'), 405,
        'invalid_request'],
    ['a redirect URI with a line break', register(json_text({@registration,
        redirect_uris => ["http://127.0.0.1/\r\nSet-Cookie: a=b"]})), 400,
        'invalid_redirect_uri'],
    ['a redirect URI of 60,000 characters', register(json_text({@registration,
        redirect_uris => ['https://a.example/' . 'x' x 60_000]})), 400,
        'invalid_redirect_uri'],
    ['3000 redirect URIs', register(json_text({@registration,
        redirect_uris => [map "http://127/$_", 1 .. 3000]})), 400,
        'invalid_redirect_uri'],
    ['a client_name of 50,000 characters', register(json_text({@registration,
        client_name => 'x' x 50_000})), 201, 'ok'],

    # the authorization endpoint
    (map { ["the authorization endpoint with $_->[0]", authorize($_->[1]), 400,
        'page'] }
        ['nothing', ''], ['an empty client_id', 'client_id='],
        ['two client_ids', "client_id=$id&client_id=$id"],
        ['a client_id of 7000 characters', 'client_id=' . 'x' x 7000],
        ['a client_id with %00', "client_id=$id%00"],
        ['a client_id that is no UTF-8', 'client_id=%ff%fe'],
        ['raw bytes', "client_id=\xff"], ['half an escape', 'client_id=%4'],
        ['an escape that is none', "client_id=$id&x=%zz"],
        ['a field without a name', "client_id=$id&=x"],
        ['65 fields', "client_id=$id&" . join '&', map "f$_=x", 1 .. 65],
        ['a redirect_uri of another', "client_id=$id&redirect_uri="
            . 'https%3A%2F%2Fevil.example%2F'],
        ['a redirect_uri with a line break', "client_id=$id&redirect_uri="
            . 'http%3A%2F%2F127.0.0.1%3A33418%2Fcallback%0d%0aX:%20y'],
        ['a client_id with markup', 'client_id=%3Cscript%3E']),
    ['the authorization endpoint with a query of 9000',
        authorize('x=' . 'y' x 9000), 414, 'httpd'],
    ['PUT on the authorization endpoint', bytes('PUT /oauth/authorize', 'x',
        $form), 405, 'page'],
    ['the forms with nothing', decide(''), 400, 'page'],
    ['the forms without a type', bytes('POST /oauth/authorize', 'flow=x'), 415,
        'page'],
    ['the forms as JSON', bytes('POST /oauth/authorize', '{}', $json), 415,
        'page'],
    ['the forms from elsewhere', decide('flow=x&decision=approve',
        'Origin: https://evil.example'), 403, 'page'],
    ['the forms from another site', decide('flow=x&decision=approve',
        'Sec-Fetch-Site: cross-site'), 403, 'page'],
    (map { ["the forms with $_->[0]", decide($_->[1]), 400, 'page'] }
        ['an unknown flow', 'flow=x&decision=approve'],
        ['a flow of 60,000 characters', 'decision=deny&flow=' . 'x' x 60_000],
        ['a flow with %00', 'decision=deny&flow=a%00b'],
        ['another decision', 'flow=x&decision=perhaps'],
        ['two flows', 'flow=x&flow=y&decision=approve'],
        ['a transaction that is none', 'transaction=x&username=a&password=b'],
        ['a transaction of 60,000 characters', 'username=a&password=b&'
            . 'transaction=' . 'x' x 60_000],
        ['what is no UTF-8', 'transaction=x&username=%ff&password=b'],
        ['1000 fields', join '&', map "f$_=x", 1 .. 1000]),
    ['the forms of 70,000 bytes', decide('flow=' . 'x' x 70_000), 413, 'page'],

    # the token endpoint
    ['a token request by GET', get('/oauth/token?grant_type=refresh_token'),
        405, 'invalid_request'],
    ['a token request as JSON', bytes('POST /oauth/token', '{}', $json), 415,
        'invalid_request'],
    ['a token request without a type', bytes('POST /oauth/token', 'x=y'), 415,
        'invalid_request'],
    ['a token request in gzip', token('x=y', 'Content-Encoding: gzip'), 415,
        'invalid_request'],
    (map { ["a token request with $_->[0]", token($_->[1]), 400, $_->[2]] }
        ['nothing', '', 'invalid_request'],
        ['a blank', ' ', 'invalid_request'],
        ['no grant_type', "client_id=$id", 'invalid_request'],
        ['two grant_types', 'grant_type=refresh_token&grant_type=x',
            'invalid_request'],
        ['password', 'grant_type=password&username=ada&password=x',
            'unsupported_grant_type'],
        ['a grant_type of 60,000', 'grant_type=' . 'x' x 60_000,
            'unsupported_grant_type'],
        ['what is no UTF-8', 'grant_type=%ff', 'invalid_request'],
        ['%00', 'grant_type=refresh_token%00', 'invalid_request'],
        ['a raw NUL', "grant_type=refresh_token\0", 'invalid_request'],
        ['half an escape', 'grant_type=%', 'invalid_request'],
        ['1000 fields', join('&', map "f$_=x", 1 .. 1000), 'invalid_request'],
        ['no code', "grant_type=authorization_code&client_id=$id",
            'invalid_request'],
        ['a code of 50,000', "grant_type=authorization_code&client_id=$id"
            . '&code_verifier=' . 'v' x 43 . '&code=' . 'x' x 50_000,
            'invalid_grant'],
        ['a verifier of 50,000', "grant_type=authorization_code&client_id=$id"
            . '&code=x&code_verifier=' . 'v' x 50_000, 'invalid_request'],
        ['no refresh_token', "grant_type=refresh_token&client_id=$id",
            'invalid_request'],
        ['a refresh_token of 50,000', "grant_type=refresh_token&client_id=$id"
            . '&refresh_token=' . 'x' x 50_000, 'invalid_grant'],
        ['another resource', "grant_type=refresh_token&client_id=$id"
            . '&refresh_token=x&resource=https%3A%2F%2Fevil.example',
            'invalid_target']),
    (map { ["a token request of $_->[0]",
        token('grant_type=refresh_token&refresh_token=x' . $_->[1],
            @$_[2 .. $#$_]), $_->[0] =~ /two ways|two clients/ ? 400 : 401,
        $_->[0] =~ /two ways|two clients/ ? 'invalid_request'
            : 'invalid_client'] }
        ['no client', ''], ['an unknown client', '&client_id=x'],
        ['a client_id of 50,000', '&client_id=' . 'x' x 50_000],
        ['a public client with a secret', "&client_id=$id&client_secret=x"],
        ['a client in Basic that is no base64', '', 'Authorization: Basic !!'],
        ['a client in Basic without a colon', '', 'Authorization: Basic '
            . encode_base64($id, '')],
        ['a client in Basic with a NUL', '', 'Authorization: Basic '
            . encode_base64("$id\0:x", '')],
        ['a client in Basic of 7500', '', 'Authorization: Basic '
            . encode_base64('x' x 5600, '')],
        ['a client with a Bearer token', "&client_id=$id", $bearer],
        ['two clients', "&client_id=$id", 'Authorization: Basic '
            . encode_base64('x:y', '')],
        ['a client in two ways', '&client_secret=x', 'Authorization: Basic '
            . encode_base64("$id:y", '')]),
    ['a token request of 70,000 bytes', token('x=' . 'y' x 70_000), 413,
        'invalid_request'],

    # revocation and introspection
    (map { my ($name, $ask, $path) = @$_; (
        ["$name by GET", get("$path?token=x&client_id=$id"), 405,
            'invalid_request'],
        ["$name by PUT", bytes("PUT $path", 'token=x', $form), 405,
            'invalid_request'],
        ["$name as JSON", bytes("POST $path", '{"token":"x"}', $json), 415,
            'invalid_request'],
        ["$name without a type", bytes("POST $path", 'token=x'), 415,
            'invalid_request'],
        ["$name in gzip", $ask->('token=x', 'Content-Encoding: gzip'), 415,
            'invalid_request'],
        ["$name of 70,000 bytes", $ask->('token=' . 'x' x 70_000), 413,
            'invalid_request'],
        (map { ["$name with $_->[0]", $ask->($_->[1]), 400,
            'invalid_request'] }
            ['what is no UTF-8', 'token=%ff'], ['%00', 'token=x%00'],
            ['a raw NUL', "token=x\0"], ['half an escape', 'token=%'],
            ['two tokens', "client_id=$id&token=x&token=x"],
            ['two clients', "client_id=$id&client_id=$id&token=x"],
            ['1000 fields', join '&', map "f$_=x", 1 .. 1000]),
        (map { ["$name of $_->[0]", $ask->("token=x$_->[1]",
            @$_[2 .. $#$_]), 401, 'invalid_client'] }
            ['no client', ''], ['an unknown client', '&client_id=x'],
            ['a client_id of 50,000', '&client_id=' . 'x' x 50_000],
            ['a public client with a secret', "&client_id=$id&client_secret=x"],
            ['a client with a Bearer token', "&client_id=$id", $bearer],
            ['a client in Basic that is no base64', '',
                'Authorization: Basic !!'])) }
        ['a revocation', \&revoke, '/oauth/revoke'],
        ['an introspection', \&introspect, '/oauth/introspect']),
    (map { ["a revocation with $_->[0]", revoke("client_id=$id$_->[1]"),
        $_->[2], $_->[2] == 200 ? 'ok' : 'invalid_request'] }
        ['no token', '', 400], ['an empty token', '&token=', 400],
        ['a token of 60,000', '&token=' . 'x' x 60_000, 200],
        ['a token of dots', '&token=' . '.' x 8000, 200],
        ['a token of 10,000 brackets', '&token=e30.' . encode_base64url('['
            x 6000) . '.x', 200],
        ['a refresh token of digits', '&token=r1-' . '9' x 200, 200],
        ['a refresh token of a huge generation',
            '&token=r1-1.a.' . '9' x 100 . '.x', 200],
        ['a hint of 50,000', '&token=x&token_type_hint=' . 'x' x 50_000, 200]),
    ['an introspection by a public client', introspect(
        "client_id=$id&token=$token"), 403, 'unauthorized_client'],

    # framing (RFC 9112 6): never two answers
    ['Content-Length and Transfer-Encoding', register(chunks($registration),
        'Content-Length: 4', 'Transfer-Encoding: chunked'), 201, 'ok'],
    (map { ["Content-Length $_->[0]", register($registration,
        map "Content-Length: $_", @$_[2 .. $#$_]), $_->[1], $_->[1] == 413
            ? 'invalid_request' : 'httpd'] }
        ['twice and different', 400, length $registration, 4],
        ['as a list', 400, length($registration) . ', 4'],
        ['with a plus', 400, '+' . length $registration],
        ['below zero', 400, -1], ['in hexadecimal', 400, '0x10'],
        ['in words', 400, 'ten'], ['of nothing', 400, ''],
        ['of 20 digits', 400, '9' x 20], ['of 18 digits', 413, '9' x 18]),
    (map { ["Transfer-Encoding $_->[0]", register(chunks($registration),
        map "Transfer-Encoding: $_", @$_[2 .. $#$_]), $_->[1],
        $_->[1] == 201 ? 'ok' : 'httpd'] }
        ['gzip', 400, 'gzip'], ['chunked, identity', 400, 'chunked, identity'],
        ['xchunked', 400, 'xchunked'], ['of nothing', 400, ''],
        # to httpd what ends in chunked is chunked
        ['chunked twice', 201, 'chunked', 'chunked'],
        ['gzip, chunked', 201, 'gzip, chunked']),
    (map { ["chunks $_->[0]", register($_->[1], 'Transfer-Encoding: chunked'),
        $_->[2] // 400, 'invalid_request'] }
        ['with a size that is none', "zz\r\n{}\r\n0\r\n\r\n"],
        ['with a size below zero', "-2\r\n{}\r\n0\r\n\r\n"],
        ['with a size in 0x', "0x2\r\n{}\r\n0\r\n\r\n"],
        ['with a size that overflows', "fffffffffffffffff\r\n{}\r\n", 413],
        ['with a bare LF', "2\n{}\r\n0\r\n\r\n"],
        ['with a wrong size', "1\r\n{}\r\n0\r\n\r\n"]),
    (map { ["$_ is another header", bytes('POST /oauth/register',
        $registration, $json, $_), 201, 'ok'] } 'Content_Length: 4',
        'Transfer_Encoding: chunked', 'X-Content-Length: 4'),
    ['Transfer-Encoding with a blank before the colon', register(
        chunks($registration), 'Transfer-Encoding : chunked'), 400, 'httpd'],

    # MCP, the modern era
    (map { ["MCP: $_->[0]", modern($_->[1]), 400, $_->[2] // -32700] }
        ['nothing', ''], ['no JSON', '<xml/>'], ['4 MiB of brackets',
            '[' x 4_194_304], ['lists 100,000 deep', '[' x 100_000
            . ']' x 100_000], ['objects 65 deep', with('"x":' . '{"a":' x 65
            . '1' . '}' x 65)], ['a member twice', with('"id":2')],
        ['params twice', with('"params":{}')],
        ['bytes that are no UTF-8', with(qq("x":"\xff"))],
        ['an overlong form', with(qq("x":"\xc0\xaf"))],
        ['a surrogate as UTF-8', with(qq("x":"\xed\xa0\x80"))],
        ['half a surrogate pair', with('"x":"\ud800"')],
        ['a raw NUL', with("\"x\":\"\0\"")],
        ['a NUL behind it', "$list\0"],
        ['an escaped NUL', with('"x":"\u0000"')],
        ['an escaped NUL in a name', with('"\u0000":1')],
        ['a control character', with("\"x\":\"\x01\"")],
        ['a number too large', with('"x":1e999')],
        ['an integer too large', with('"x":99999999999999999999')],
        ['Infinity', with('"x":Infinity')], ['a trailing comma',
            $list =~ s/\}$/,}/r], ['single quotes', "{'jsonrpc':'2.0'}"],
        ['a byte order mark', "\xef\xbb\xbf$list"],
        ['a batch of 10,000', '[' . join(',', ($ping) x 10_000) . ']', -32600],
        ['a string', '"tools/list"', -32600]),
    ['MCP: a method of 1 MiB', modern('{"jsonrpc":"2.0","id":1,"method":"'
        . 'x' x 1_048_576 . qq(","params":{$meta}})), 400, -32020],
    ['MCP: an id of 100,000', modern($list =~ s/"id":1/'"id":"'
        . 'i' x 100_000 . '"'/er), 200, 'ok'],
    ['MCP: 20,000 members', modern(with(join ',', map "\"m$_\":1",
        1 .. 20_000)), 200, 'ok'],
    ['MCP: a Mcp-Name of 9000', bytes('POST /open', $list, $json, @mirror,
        'Mcp-Name: ' . 'x' x 9000), 400, 'httpd'],
    ['MCP: a header that smuggles another', bytes('POST /open', $list, $json,
        $mirror[0], "Mcp-Method: tools/list\nMcp-Name: x"), 400, 'httpd'],
    ['MCP: a folded header', bytes('POST /open', $list, $json, $mirror[0],
        "Mcp-Method: tools/list\r\n\tx"), 400, -32020],
    ['MCP: headers with underscores', bytes('POST /open', $list, $json,
        map s/-/_/gr, @mirror), 400, -32020],
    ['MCP: a body of 4 MiB and one', modern($list . ' ' x (4_194_305
        - length $list)), 413, -32600],
    ['MCP: a chunk that is none', bytes('POST /open', "zz\r\n", $json, @mirror,
        'Transfer-Encoding: chunked'), 400, -32600],
    ['MCP: a climbing path', bytes('POST /open/%2e%2e/mcp', $list, $json,
        @mirror), 401, 'challenge'],
    ['MCP: a path below it', bytes('POST /mcp/x/y', $list, $json, @mirror), 401,
        'challenge'],
    ['MCP: a path that begins alike', bytes('POST /mcpx', $list, $json,
        @mirror), 404, 'httpd'],
    ['MCP: bad JSON without a token', bytes('POST /mcp', '{', $json), 401,
        'challenge'],
    ['MCP: bad JSON with a token', bytes('POST /mcp', '{', $json, $bearer), 400,
        -32700],
    ['MCP: two tokens', bytes('POST /mcp', $list, $json, @mirror, $bearer,
        $bearer), 401, 'challenge'],
    ['MCP: a token of 8000', bytes('POST /mcp', $list, $json, @mirror,
        'Authorization: Bearer ' . 'x' x 8000), 401, 'challenge'],
    ['MCP: a token with a NUL', bytes('POST /mcp', $list, $json, @mirror,
        "Authorization: Bearer $token\0"), 400, 'httpd'],

    # MCP, the legacy era
    (map { ["session: $_->[0]", legacy($_->[1]), $_->[3] // 400,
        $_->[2] // -32700] }
        ['no JSON', '{'], ['a member twice', '{"jsonrpc":"2.0","id":1,'
            . '"method":"ping","method":"ping"}'],
        ['a batch', "[$ping]", -32600],
        ['an id that is null', '{"jsonrpc":"2.0","id":null,"method":"ping"}',
            -32600],
        ['an id that is a list', '{"jsonrpc":"2.0","id":[],"method":"ping"}',
            -32600],
        ['a method of 1 MiB', '{"jsonrpc":"2.0","id":1,"method":"'
            . 'm' x 1_048_576 . '"}', -32601, 200],
        ['a tool of 1 MiB', '{"jsonrpc":"2.0","id":1,"method":"tools/call",'
            . '"params":{"name":"' . 't' x 1_048_576 . '"}}', -32602, 200],
        ['params that are a list', '{"jsonrpc":"2.0","id":1,"method":"ping",'
            . '"params":[]}', -32602]),
    ['session: an id of 8000', bytes('POST /open', $ping, $json,
        'Mcp-Session-Id: ' . 'x' x 8000), 404, -32001],
    ['session: an id of 9000', bytes('POST /open', $ping, $json,
        'Mcp-Session-Id: ' . 'x' x 9000), 400, 'httpd'],
    ['session: an id beyond ASCII', bytes('POST /open', $ping, $json,
        "Mcp-Session-Id: \xff\xfe"), 404, -32001],
    ['session: two ids', legacy($ping, "Mcp-Session-Id: $session"), 404,
        -32001],
    ['session: an id with underscores', bytes('POST /open', $ping, $json,
        "Mcp_Session_Id: $session"), 400, -32000],
    ['session: DELETE with a body', bytes('DELETE /open', 'x' x 1000, $json,
        'Mcp-Session-Id: x'), 404, -32001],
    ['session: a PUT', bytes('PUT /open', $ping, $json), 405, -32600],
);

# -- what came of it ---------------------------------------------------------

my %judge = (
    ok => sub { () },
    httpd => sub {
        my $r = shift;
        return $r->body =~ /"(?:error|jsonrpc)"/ ? 'it reached us' : ();
    },
    ours => sub {
        my $r = shift;
        return ((index($r->body, "http://localhost:$port") >= 0 ? ()
            : 'our URL is missing'),
            $r->body =~ /evil/ || $r->body =~ m{localhost:1\b(?!\d)}
                ? 'the Host went into it' : ());
    },
    page => sub {
        my $r = shift;
        return ((($r->header('Content-Type') // '') =~ m{^text/html} ? ()
            : 'it is no page'), (defined $r->header('Location')
            ? 'it redirects' : ()), ($r->body =~ /<script/i ? 'a script' : ()),
            (($r->header('Content-Security-Policy') // '') =~
                /default-src 'none'/ ? () : 'no policy'));
    },
    challenge => sub { return (challenge_of(shift))[1 .. 9] },
);

sub faults {
    my ($r, $status, $error) = @_;
    return 'there was no answer' unless $r;
    my @faults = $r->status == $status ? () : "status $status was expected";
    return (@faults, grep defined, $judge{$error}->($r)) if $judge{$error};
    my $data = eval { $r->json };
    return (@faults, "JSON with $error was expected")
        unless ref $data eq 'HASH';
    my $is = $error =~ /^-/ ? $data->{error}{code} : $data->{error};
    push @faults, "the error $error was expected"
        unless defined $is && $is eq $error;
    push @faults, 'it may be cached' if $error !~ /^-/
        && ($r->header('Cache-Control') // '') !~ /\bno-store\b/;
    return @faults;
}

cmp_ok(scalar @rows, '>=', 100, 'there are ' . @rows . ' cases');
for (@rows) {
    my ($name, $request, $status, $error) = @$_;
    my @r = $c->raw($request =~ s/\r\n/\r\nConnection: close\r\n/r, count => 2);
    my @faults = faults($r[0], $status, $error);
    push @faults, 'there were two answers' if @r > 1;
    ok(!@faults, "$status: $name") or diag join "\n", @faults,
        $r[0] ? $r[0]->brief : ();
}

# a body that ends early, and a client that goes away
for (['POST /oauth/register', $json, 400, 'invalid_request'],
    ['POST /oauth/token', $form, 400, 'invalid_request'],
    ['POST /open', $json, 400, -32600]) {
    my ($line, $type, $status, $error) = @$_;
    my $socket = $c->open_socket;
    print $socket bytes($line, '{"a":', $type, 'Content-Length: 1000',
        'Connection: close');
    shutdown $socket, 1;
    my $buffer = '';
    my $r = MCPClient::read_response($socket, \$buffer);
    my @faults = $r ? faults($r, $status, $error) : ();
    ok(!@faults, "$line: a body that ends early is $status, or nothing")
        or diag join "\n", @faults, $r->brief;
    $socket = $c->open_socket;
    print $socket substr bytes($line, '{"a":1}', $type), 0, -3;
    close $socket;
}

# -- afterwards --------------------------------------------------------------

is($c->get('/oauth/jwks')->status, 200, 'afterwards the server serves: jwks');
is($c->register_response->status, 201, 'registration');
my $j = eval { $c->journey };
ok($j && $j->{access_token}, 'a whole journey') or diag $@;
is($c->call_tool('/mcp', hello => {}, token => $j->{access_token})->status, 200,
    'a tool');
is($c->legacy('/open', 'ping', undef, session => $session)->status, 200,
    'and the session that was there before');

done();
