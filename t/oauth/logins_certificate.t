# Licensed under the Apache License, Version 2.0; see LICENSE.
# A client certificate as sign-in: mod_ssl names the user of the authorize
# endpoint. Tokens, not certificates, are what opens a protected location.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPServer;
use MCPLogins;

my $s = MCPServer->new(tls => 1);
$s->make_ca('other');
my $jurgen = "j\xc3\xbcrgen";
my %certificate = (
    ada => $s->sign('ada', '/O=Example/CN=ada', alternative =>
        'email:ada@example.com'),
    bob => $s->sign('bob', '/O=Example/CN=bob'),
    $jurgen => $s->sign('jurgen', "/O=Example/CN=$jurgen"),
    stranger => $s->sign('stranger', '/O=Example/CN=ada', by => 'other'),
    nameless => $s->sign('nameless', '/O=Example'),
);

sub configure {
    my ($virtual_host, $authorize, @locations) = @_;
    $s->configure(tls => 1, site => 0, config => join '', <<"END", @locations);
MCPStateDirectory "\${ROOT}/state/mcp-oauth"
MCPAuthIssuer     \${ISSUER}
MCPIdentityProvider httpd
SSLCACertificateFile "\${ROOT}/conf/ca.crt"
$virtual_host
<Location "/oauth/authorize">
$authorize
</Location>
END
    my ($good, $said) = $s->check;
    $s->{pid} ? $s->restart : $s->start;
    return $said;
}

my $mcp = location('/mcp');
is(configure('SSLVerifyClient optional', 'SSLUserName SSL_CLIENT_S_DN_CN',
    $mcp, location('/user', 'Require user ada')), "Syntax OK\n",
    'httpd -t sees that a certificate signs in');
my $c = $s->client;
my $client = $c->register;
my $url = $c->authorization_request(client => $client, state => 'x',
    resource => $c->resource('/mcp'))->{url};
sub with { return $c->fresh(certificate => $certificate{$_[0]}) }

# Nothing is asked, so a browser with a certificate is at the consent page at
# once. Who somebody is for tools and in the token.
my $at = MCPLogins->new($c);
sub journey {
    my ($name, $path) = @_;
    return $c->journey(client => $client, resource => $path // '/mcp',
        browser => with($name));
}
sub comes_in {
    my ($certificate, $is, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $j = eval { journey($certificate) };
    is_deeply([$at->called('/mcp', $j)], [($is) x 3], $name) or diag $@;
    is($j && join(' ', sort keys %{$j->{seen}}), 'consent', 'nothing is typed');
    return $j;
}

# -- who comes in ------------------------------------------------------------

my $ada = comes_in('ada', 'ada', "ada's certificate signs her in");
comes_in($jurgen, $jurgen, 'a name that is not ASCII');
shown(with('bob')->get($url), 200, qr/\bbob\b/, 'the consent page says who');
works($c, journey('ada', '/user')->{access_token}, '/user',
    'Require user: ada');
refused($c->call_tool('/user', hello => {}, token => journey('bob', '/user')
    ->{access_token}), 403, 'access_denied', 'not bob');

# -- who does not ------------------------------------------------------------

my $nobody = qr/not signed in.*certificate/;
shown($c->fresh->get($url), 403, $nobody,
    'without a certificate: a page that says so');
shown(with('nameless')->get($url), 403, $nobody,
    'with one that has no such name, too');
sent_back($c->fresh->get("$url&prompt=none"), $client->{redirect_uris}[0],
    {error => 'login_required', state => 'x', code => undef},
    'OIDC Core 3.1.2.6: who may not be asked is not shown a page');
ok(!eval { with('stranger')->get($url) },
    'TLS ends where another CA has signed');
$s->await('the reason in the log', sub {
    $s->logged(qr/AH02276: Certificate Verification: Error/) });
for ('/oauth/jwks', '/.well-known/oauth-authorization-server',
    '/.well-known/oauth-protected-resource/mcp') {
    is($c->fresh->get($_)->status, 200, "$_ needs none");
}
works($c, $ada->{access_token}, '/mcp', 'nor does a token, from anywhere');
is($c->refresh($ada)->status, 200, 'nor a refresh');

# -- one browser, one decision -----------------------------------------------

my $page = with('bob')->get($url);
my ($form) = $c->forms($page);
sub decide {
    my ($browser, %headers) = @_;
    return $browser->post('/oauth/authorize', form => [@{$form->{hidden}},
        decision => 'approve'], headers => {Origin => $s->issuer,
        'Sec-Fetch-Site' => 'same-origin', %headers});
}
shown(decide(with('ada')), 403, qr/somebody else/,
    'nobody else decides for bob');
shown(decide($c->fresh), 403, qr/./, 'nor does nobody');
shown(decide(with('bob'), 'Sec-Fetch-Site' => 'cross-site'), 403,
    qr/another website/, 'nor another site: browsers send certificates along');
sent_back(decide(with('bob')), $client->{redirect_uris}[0],
    {code => qr/./, state => 'x'}, 'bob does');

# -- a certificate is no token -----------------------------------------------

is(configure("SSLVerifyClient optional\nSSLUserName SSL_CLIENT_S_DN_CN", '',
    $mcp, location('/user', 'Require user ada')), "Syntax OK\n",
    'SSLUserName for all of the server');
comes_in('ada', 'ada', 'it signs in, too');
for ('/mcp', '/user') {
    my $r = with('ada')->call_tool($_, hello => {});
    refused($r, 401, 'invalid_token', "but opens $_ to nobody without a token");
    like($r->header('WWW-Authenticate'), qr/^Bearer /, 'RFC 9728 5.1');
}
is_deeply([MCPLogins::called({client => with('bob')}, '/mcp', $ada)],
    [('ada') x 3], "and with a token one is the token's user");
dead(with('ada'), 'x' x 40, '/mcp', 'a bad token is not mended by it');

# -- what else names the user ------------------------------------------------

is(configure('SSLVerifyClient optional',
    "SSLUserName SSL_CLIENT_SAN_Email_0\nRequire ssl-verify-client", $mcp),
    "Syntax OK\n", 'another part of the certificate');
comes_in('ada', 'ada@example.com', 'the address in it');
is($c->fresh->get($url)->status, 403,
    "Require ssl-verify-client: httpd's own page for who has none");
is($c->fresh->get('/oauth/jwks')->status, 200, 'the rest stays public');

is(configure('SSLVerifyClient optional',
    "SSLUserName SSL_CLIENT_S_DN_CN\nRequire user ada", $mcp),
    "Syntax OK\n", 'certificates that may sign in');
comes_in('ada', 'ada', 'Require user: ada may');
isnt(with($_)->get($url)->status, 200, "$_ may not") for 'bob', 'nameless';

# the password that FakeBasicAuth sends for everybody is "password"
{
    open my $out, '>', $s->root . '/conf/certificates' or die $!;
    print $out "/O=Example/CN=ada:xxj31ZMTZzkVA\n";
}
is(configure('SSLVerifyClient optional', <<'END', $mcp), "Syntax OK\n",
SSLOptions        +FakeBasicAuth
AuthType          Basic
AuthName          "Certificates"
AuthBasicProvider file
AuthUserFile      "${ROOT}/conf/certificates"
Require           valid-user
END
    'FakeBasicAuth: a file of the certificates that may sign in');
comes_in('ada', '/O=Example/CN=ada', 'ada is in it');
is(with('bob')->get($url)->status, 401, 'bob is not');
is($c->fresh->get($url, headers => {Authorization => 'Basic '
    . MIME::Base64::encode_base64('/O=Example/CN=ada:password', '')})->status,
    403, 'and nobody gets in by typing what it sends');

# -- asked for late ----------------------------------------------------------

like(configure('',
    "SSLVerifyClient require\nSSLUserName SSL_CLIENT_S_DN_CN", $mcp),
    qr/MCP00762: .*optional/, 'httpd -t warns of a certificate asked for late');
expect_log(qr/MCP00762/);
my ($target) = $url =~ m{^https://[^/]+(/.*)};
for (['-tls1_3', 403, 'is refused with TLS 1.3, which browsers do not answer'],
    ['-tls1_2', 200, 'works with TLS 1.2']) {
    my ($version, $status, $name) = @$_;
    # unlike our client, s_client does not offer to be asked later
    my $command = join ' ', "printf 'GET %s HTTP/1.0\\r\\n\\r\\n' '$target' |",
        "openssl s_client -quiet $version -connect 127.0.0.1:" . $s->port,
        "-cert $certificate{ada}.crt -key $certificate{ada}.key 2>/dev/null";
    my $answer = `$command`;
    like($answer, qr{^HTTP/1\.1 $status }, "and that it $name");
}
$s->stop;
done();
