# Licensed under the Apache License, Version 2.0; see LICENSE.
# Dynamic client registration (RFC 7591), as real clients do it and as nobody
# should.
use strict;
use warnings;
use MCPTest;
use MCPExpect;

my $c = client();
my $loopback = 'http://127.0.0.1:33418/callback';
my @public = (token_endpoint_auth_method => 'none');

sub post_body {
    my ($body, %headers) = @_;
    return $c->post('/oauth/register', body => $body,
        headers => {'Content-Type' => 'application/json', %headers});
}

# Every answer 201 has these, whatever was asked.
sub faults_of {
    my $r = shift;
    my $m = eval { $r->json } or return 'it is no JSON';
    my @faults = MCPExpect::private_headers($r);
    push @faults, "status $_" for grep { $_ != 201 } $r->status;
    push @faults, 'a member is null' if grep { !defined } values %$m;
    push @faults, 'a null is somewhere' if $r->body =~ /\bnull\b/;
    push @faults, 'client_id_issued_at is no integer'
        unless $r->body =~ /"client_id_issued_at":[1-9][0-9]*[,}]/;
    push @faults, 'client_id is longer than 1 KiB'
        if length $m->{client_id} > 1024;
    push @faults, 'client_id needs encoding'
        unless $m->{client_id} =~ /\A[A-Za-z0-9._~-]+\z/;
    push @faults, 'redirect_uris are missing'
        unless @{$m->{redirect_uris} || []};
    push @faults, "$_ is missing" for grep { !$m->{$_} }
        qw(token_endpoint_auth_method grant_types response_types);
    if (($m->{token_endpoint_auth_method} // '') eq 'none') {
        push @faults, 'a public client has a secret'
            if grep { exists $m->{$_} }
                qw(client_secret client_secret_expires_at);
    }
    else {
        push @faults, 'client_secret is too short or needs encoding'
            unless ($m->{client_secret} // '') =~ /\A[A-Za-z0-9._~-]{32,}\z/;
        push @faults, 'client_secret_expires_at is no integer'
            unless $r->body =~ /"client_secret_expires_at":[0-9]+[,}]/;
    }
    return @faults;
}

# -- what is registered ------------------------------------------------------

my @cursor = ('cursor://anysphere.cursor-mcp/oauth/callback',
    'https://www.cursor.com/agents/mcp/oauth/callback',
    'http://localhost:8787/callback');
my @vscode = ('http://127.0.0.1:33418/', 'http://127.0.0.1/',
    'https://vscode.dev/redirect', 'https://insiders.vscode.dev/redirect');
my @both = (grant_types => ['authorization_code', 'refresh_token']);

# name, what is sent, what of it (or in place of it) is registered
for (
    ['Cursor', {client_name => 'Cursor', redirect_uris => [@cursor], @both,
        response_types => ['code'], @public, application_type => 'web'},
        {client_name => 'Cursor', @both}],
    ['an older Cursor', {client_name => 'Cursor', redirect_uris => [
        'cursor://anysphere.cursor-retrieval/oauth/user-ABCD/callback'],
        @public}],
    ['VS Code', {client_name => 'Visual Studio Code',
        client_uri => 'https://code.visualstudio.com', grant_types => [
            'authorization_code', 'refresh_token',
            'urn:ietf:params:oauth:grant-type:device_code'],
        response_types => ['code'], redirect_uris => [@vscode],
        application_type => 'native', @public}, {@both}],
    ['Claude', {client_name => 'Claude', redirect_uris => [
        'https://claude.ai/api/mcp/auth_callback'], @both,
        response_types => ['code'], scope => 'notes:read offline_access',
        token_endpoint_auth_method => 'client_secret_post'},
        {scope => 'notes:read offline_access'}],
    ['Claude Code', {client_name => 'Claude Code (notes)', redirect_uris => [
        'http://localhost:3118/callback'], @public, @both,
        response_types => ['code']}],
    ['ChatGPT', {client_name => 'ChatGPT', redirect_uris => [
        'https://chatgpt.com/connector_platform_oauth_redirect'], @public,
        @both, response_types => ['code']}],
    ['the TypeScript SDK with mcp-remote', {client_name => 'MCP CLI Proxy',
        redirect_uris => ['http://localhost:14321/oauth/callback'], @public,
        @both, response_types => ['code'], client_uri => 'https://example.com',
        software_id => '2e6dc280-f3c3-4e01-99a7-8181dbd1d23d',
        software_version => '0.15.1', scope => 'openid notes:read unknown'},
        {scope => 'notes:read'}],
    ['the Python SDK', {client_name => 'Simple', redirect_uris => [
        'http://localhost:3030/callback'], @both, response_types => ['code'],
        token_endpoint_auth_method => 'client_secret_post',
        map { $_ => undef } qw(scope logo_uri contacts tos_uri policy_uri
            jwks_uri jwks software_id software_version)}],
    ['OpenCode', {client_name => 'OpenCode', redirect_uris => [
        'http://127.0.0.1:19876/mcp/oauth/callback'], @public, @both}],
    ['Copilot Studio', {client_name => 'Power', redirect_uris => [
        'https://global.consent.azure-apim.net/redirect/a-b-5f12'],
        token_endpoint_auth_method => 'client_secret_basic'}],
    ['a client that sends nulls', {redirect_uris => [$loopback],
        map { $_ => undef } qw(client_name client_uri scope grant_types
            response_types token_endpoint_auth_method)},
        {token_endpoint_auth_method => 'client_secret_basic',
            grant_types => ['authorization_code']}],
    ['redirect_uris alone', {redirect_uris => [$loopback]},
        {token_endpoint_auth_method => 'client_secret_basic',
            grant_types => ['authorization_code'],
            response_types => ['code']}],
    ['one with members that nobody knows', {redirect_uris => [$loopback],
        @public, 'x-vendor' => {deep => [1, {}]}, statement => 'x'}],
    ['one with display metadata that is not kept', {@public,
        redirect_uris => [$loopback], logo_uri => 'https://example.com/l.png',
        contacts => ['a@example.com'], tos_uri => 'https://example.com/tos'}],
    ['one with ten redirect URIs', {@public, redirect_uris => [
        map { "http://127.0.0.1:3000/$_" } 1 .. 10]}],
    ['one with the same redirect URI twice', {@public,
        redirect_uris => [$loopback, $loopback]},
        {redirect_uris => [$loopback]}],
    ['one with bad redirect URIs beside a good one', {@public,
        redirect_uris => ['javascript:alert(1)', 'https://a.example/cb',
            'http://not-loopback.example/cb', 42]},
        {redirect_uris => ['https://a.example/cb']}],
    ['one at [::1]', {@public, redirect_uris => ['http://[::1]:1234/cb']}],
    ['one at 127.0.0.2', {@public, redirect_uris => ['http://127.0.0.2/cb']}],
    ['one with a name beyond ASCII', {@public, redirect_uris => [$loopback],
        client_name => "\x{412}\x{435}\x{440}\x{430} \x{1f600}"}, {
            client_name => "\x{412}\x{435}\x{440}\x{430} \x{1f600}"}],
    ['one with the scheme of a domain (RFC 8252 7.1)', {@public,
        redirect_uris => ['com.example.app:/oauth']}],
    ['one with a query in the redirect URI', {@public, redirect_uris =>
        ['https://a.example/cb?tenant=1&x=%20']}],
) {
    my ($name, $sent, $expected) = @$_;
    my $r = $c->post('/oauth/register', json => $sent);
    my @faults = faults_of($r);
    ok(!@faults, "RFC 7591 3.2.1: $name is registered")
        or diag join "\n", @faults, $r->brief;
    next if @faults;
    my $m = $r->json;
    my %expected = (redirect_uris => $sent->{redirect_uris},
        %{$expected || {}});
    $expected{token_endpoint_auth_method} //=
        $sent->{token_endpoint_auth_method} // 'client_secret_basic';
    is_deeply({map { $_ => $m->{$_} } keys %expected}, \%expected,
        "RFC 7591 3.2.1: $name is told what was registered");
}
for my $uri (qw(vscode://vscode.github-authentication/did-authenticate
    vscode-insiders://x/y claude://claude.ai/x zed://oauth windsurf://cb)) {
    is($c->register_response(redirect_uris => [$uri])->status, 201,
        "a client that is known by its scheme: $uri");
}

# -- what is refused ---------------------------------------------------------

my $uri_error = 'invalid_redirect_uri';
my $metadata_error = 'invalid_client_metadata';

# one redirect URI, and no other, that is not acceptable
refused($c->register_response(redirect_uris => [$_->[1]]), 400, $uri_error,
    "RFC 9700 4.1: no redirect URI with $_->[0]")
    for
        ['javascript', 'javascript:alert(1)'],
        ['JavaScript in capitals', 'JavaScript:alert(1)'],
        ['javascript and an authority', 'javascript://a.example/%0aalert(1)'],
        ['data', 'data:text/html,<script>alert(1)</script>'],
        ['vbscript', 'vbscript:x'], ['file', 'file:///etc/passwd'],
        ['blob', 'blob:https://a.example/1'], ['about', 'about:blank'],
        ['an unknown scheme', 'foo://bar/baz'], ['ftp', 'ftp://a.example/'],
        ['a fragment', 'https://a.example/cb#x'],
        ['an empty fragment', 'https://a.example/cb#'],
        ['user information', 'https://user@a.example/cb'],
        ['a host that hides', 'https://claude.ai@evil.example/cb'],
        ['dot segments', 'https://a.example/x/../cb'],
        ['encoded dot segments', 'https://a.example/x/%2e%2e/cb'],
        ['plain http', 'http://a.example/cb'],
        ['a host that begins as loopback', 'http://localhost.evil.example/'],
        ['a host that begins with 127', 'http://127.0.0.1.evil.example/'],
        ['a blank', 'https://a.example/c b'],
        ['a line break', "https://a.example/cb\r\nX: y"],
        ['a tab before it', "\thttps://a.example/cb"],
        ['a backslash', 'https://a.example\\@evil.example/cb'],
        ['characters beyond ASCII', "https://\x{e4}.example/cb"],
        ['no scheme', '//a.example/cb'], ['a path alone', '/cb'],
        ['nothing', ''], ['a wildcard host', 'https://*.example.com/cb'],
        ['a scheme alone', 'cursor:'],
        ['a port too large', 'http://127.0.0.1:65536/cb'],
        ['2049 bytes', 'https://a.example/' . 'x' x (2049 - 18)];

my @large = map { "https://a.example/$_/" . 'x' x 200 } 1 .. 9;
for (
    ['no redirect_uris', {@public}, $uri_error],
    ['an empty list', {@public, redirect_uris => []}, $uri_error],
    ['null', {@public, redirect_uris => undef}, $uri_error],
    ['a string', {@public, redirect_uris => $loopback}, $uri_error],
    ['eleven', {@public, redirect_uris => [
        map { "http://127.0.0.1/$_" } 1 .. 11]}, $uri_error],
    ['bad ones only', {@public, redirect_uris => ['javascript:x', 'http://a.b/',
        {}, undef]}, $uri_error],
    ['private_key_jwt, which is not offered', {redirect_uris => [$loopback],
        token_endpoint_auth_method => 'private_key_jwt'}, $metadata_error],
    ['a method that nobody knows', {redirect_uris => [$loopback],
        token_endpoint_auth_method => 'secret'}, $metadata_error],
    ['a method that is a number', {redirect_uris => [$loopback],
        token_endpoint_auth_method => 1}, $metadata_error],
    ['grants without authorization_code', {redirect_uris => [$loopback],
        @public, grant_types => ['client_credentials']}, $metadata_error],
    ['no grant at all', {redirect_uris => [$loopback], @public,
        grant_types => []}, $metadata_error],
    ['grant_types that is a string', {redirect_uris => [$loopback], @public,
        grant_types => 'authorization_code'}, $metadata_error],
    ['grant_types with a number', {redirect_uris => [$loopback], @public,
        grant_types => ['authorization_code', 1]}, $metadata_error],
    ['response_types without code', {redirect_uris => [$loopback], @public,
        response_types => ['token']}, $metadata_error],
    ['response_types that is an object', {redirect_uris => [$loopback],
        @public, response_types => {}}, $metadata_error],
    ['a client_name that is a list', {redirect_uris => [$loopback], @public,
        client_name => ['x']}, $metadata_error],
    ['a scope that is a number', {redirect_uris => [$loopback], @public,
        scope => 1}, $metadata_error],
    ['a scope with a character of no scope', {redirect_uris => [$loopback],
        @public, scope => 'notes:read "x"'}, $metadata_error],
    ['more than a client_id can hold', {@public, redirect_uris => [@large]},
        $metadata_error],
) {
    my ($name, $sent, $error) = @$_;
    refused($c->post('/oauth/register', json => $sent), 400, $error,
        "RFC 7591 3.2.2: $error for $name");
}
like($c->register_response(redirect_uris => [@large])->json
    ->{error_description}, qr/1024|1 KiB/, 'and the limit is named');

# -- bodies that are no registration -----------------------------------------

my $good = json_encode({redirect_uris => [$loopback], @public});
sub with { my $text = $good; substr $text, 1, 0, "$_[0],"; return $text }
for (
    ['no JSON', 'redirect_uris=x'], ['nothing', ''], ['a blank', ' '],
    ['a list', "[$good]"], ['a string', '"x"'], ['null', 'null'],
    ['JSON that ends early', substr $good, 0, -1],
    ['something behind it', "$good x"], ['two objects', "$good$good"],
    ['a member twice', with('"redirect_uris":["https://evil.example/"]')],
    ['bytes that are no UTF-8', with(qq{"client_name":"\xff\xfe"})],
    ['an overlong form', with(qq{"client_name":"\xc0\xaf"})],
    ['an escaped NUL', with('"client_name":"a\\u0000b"')],
    ['a NUL', with(qq{"client_name":"a\0b"})],
    ['half a surrogate pair', with('"client_name":"\\ud800"')],
    ['a list that is 60,000 deep', '[' x 60_000],
    ['an object that is 1,000 deep', '{"a":' x 1000 . '1' . '}' x 1000],
    ['a byte order mark', "\xef\xbb\xbf$good"],
    ['a comment', "/* x */ $good"],
    ['a compressed body', "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"],
) {
    refused(post_body($_->[1]), 400, $metadata_error,
        "RFC 7591 3.2.2: $metadata_error for $_->[0]");
}
refused(post_body(with('"x":"' . 'y' x 65536 . '"')), 413, 'invalid_request',
    'RFC 9110 15.5.14: a body of more than 64 KiB');
my $chunks = join '', map { sprintf "%x\r\n%s\r\n", 32768, 'y' x 32768 } 1 .. 4;
refused(post_body("${chunks}0\r\n\r\n", 'Transfer-Encoding' => 'chunked'), 413,
    'invalid_request', 'RFC 9110 15.5.14: in chunks too');
is(post_body(sprintf("%x\r\n%s\r\n0\r\n\r\n", length $good, $good),
    'Transfer-Encoding' => 'chunked')->status, 201, 'a chunked body is read');

for my $type ('application/x-www-form-urlencoded', 'text/plain', 'text/json',
    'application/jsonx', 'multipart/form-data; boundary=x') {
    refused(post_body($good, 'Content-Type' => $type), 415, 'invalid_request',
        "RFC 9110 15.5.16: not as $type");
}
refused($c->post('/oauth/register', body => $good), 415, 'invalid_request',
    'RFC 9110 15.5.16: not without a type');
is(post_body($good, 'Content-Type' => $_)->status, 201, "but as $_")
    for 'application/json; charset=utf-8', 'Application/JSON';
for my $method (qw(GET PUT PATCH DELETE)) {
    my $r = $c->request($method => '/oauth/register',
        $method eq 'GET' ? () : (json => {}));
    refused($r, 405, 'invalid_request', "RFC 9110 15.5.6: no $method");
    like($r->header('Allow'), qr/\bPOST\b/, 'and Allow says what');
}
refused(post_body($good, 'Content-Encoding' => 'gzip'), 415,
    'invalid_request', 'RFC 9110 8.4: no compressed body');

# -- secrets and ids ---------------------------------------------------------

my $basic = $c->register(token_endpoint_auth_method => undef);
is($basic->{token_endpoint_auth_method}, 'client_secret_basic',
    'RFC 7591 2: an absent method means client_secret_basic');
is($basic->{client_secret_expires_at}, 0,
    'RFC 7591 3.2.1: the secret does not expire');
my $other = $c->register(token_endpoint_auth_method => undef);
isnt($other->{client_id}, $basic->{client_id}, 'two clients, two ids');
isnt($other->{client_secret}, $basic->{client_secret}, 'and two secrets');
my $again = $c->register_response(redirect_uris => [$loopback]);
is($again->header('Access-Control-Allow-Origin'), '*',
    'Fetch: a client in a browser may read it');
is($again->header('Set-Cookie'), undef, 'no cookie');

my $before = last_write();
$c->register(client_name => "flood $_") for 1 .. 50;
is_deeply(last_write(), $before,
    'a flood of registrations leaves nothing behind');

my $long = $c->register(client_name => "\x{2603}" x 200);
is($long->{client_name}, "\x{2603}" x 200, 'a long name is kept');
my $longer = $c->register(client_name => 'n' x 60000)->{client_name};
ok(length $longer < 1000 && $longer =~ /^n+$/,
    'a longer one is cut, and the client is told') or diag length $longer;
is($c->get($c->authorization_request(client => $basic, resource =>
    $c->resource('/mcp'))->{url})->status, 200, 'what was registered is known');
done();
