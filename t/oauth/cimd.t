# Licensed under the Apache License, Version 2.0; see LICENSE.
# Clients whose id is the URL of their metadata: Client ID Metadata Documents,
# draft-ietf-oauth-client-id-metadata-document-00, as the MCP specification of
# 2026-07-28 has it. Their sites are real https servers; only the way there is
# a test's (MCPHosts).
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPHosts;
use MCPServer;

my $public = '93.184.216.34';
my $redirect = 'http://127.0.0.1:33418/callback';
my $net = MCPHosts->new(names => ['app.example', '*.app.example',
    'other.example']);
$net->dial($public);
$net->name($_, $public) for qw(app.example other.example unnamed.example),
    map { "$_.app.example" } 'a' .. 'z';

my $s = MCPServer->new(faketime => 1, config => $net->config . <<'END');
<IfModule !mpm_prefork_module>
    StartServers 1
    ServerLimit  1
</IfModule>
END
$s->start;
my $c = $s->client;
my $later = 0;

# Several children have several memories: their tests look at what is
# answered, not at how often a site is asked.
my $one_child = mpm() ne 'prefork';

sub let_pass {
    $later += shift;
    $s->set_clock($later);
}

sub document {
    my ($url, %more) = @_;
    my %d = (client_id => $url, client_name => 'App of other people',
        redirect_uris => [$redirect],
        grant_types => ['authorization_code', 'refresh_token'],
        response_types => ['code'], token_endpoint_auth_method => 'none',
        %more);
    delete @d{grep { !defined $d{$_} } keys %d};
    return json_encode(\%d);
}

sub publish {
    my ($host, $path, %o) = @_;
    my %how = %{delete $o{how} || {}};
    my $url = "https://$host$path";
    $net->put($host, $path, body => document($url, %o), %how);
    return {client_id => $url, redirect_uris => [$redirect],
        token_endpoint_auth_method => 'none'};
}

sub asks {
    my ($id, %o) = @_;
    my $client = {client_id => $id, redirect_uris => [$redirect]};
    return $c->fresh->get($c->authorization_request(client => $client,
        resource => $c->resource('/mcp'), %o)->{url});
}

sub redeems {
    my $id = shift;
    return $c->token_request({client_id => $id}, grant_type =>
        'authorization_code', code => 'none', code_verifier => 'x' x 43);
}

# -- discovery ---------------------------------------------------------------

is(ref $c->server_metadata->{client_id_metadata_document_supported}
    && "$c->{metadata}{client_id_metadata_document_supported}", '1',
    'CIMD 5: client_id_metadata_document_supported');
ok((grep { $_ eq 'none' }
    @{$c->server_metadata->{token_endpoint_auth_methods_supported}}),
    'which clients only use where none is an authentication method');

# -- the whole way -----------------------------------------------------------

my $client = publish('app.example', '/client.json');
my $j = $c->journey(client => $client, redirect_uri => $redirect);
works($c, $j->{access_token}, '/mcp', 'a client without registration signs in '
    . 'and calls a tool');
is(jwt_claims($j->{access_token})->{client_id}, $client->{client_id},
    'RFC 9068 2.2: its URL is the client_id of the token');
my ($consent) = grep { $_->body =~ /name="decision"/ } @{$j->{pages}};
like($consent->body, qr/App of other people/, 'the user saw its name');
my $next = $c->refresh($j);
is($next->status, 200, 'it refreshes');
works($c, $next->json->{access_token}, '/mcp', 'and goes on');
is($net->asked('app.example', '/client.json'), 1, 'its document was fetched '
    . 'once for all that') if $one_child;
my ($request) = $net->requests;
is($request->{method}, 'GET', 'by GET');
like($request->{head}, qr{^User-Agent: mod_mcp_oauth/\d[\w.]*\r$}m,
    'saying who asks');
unlike($request->{head}, qr/^(?:Cookie|Authorization|Referer):/mi,
    'and nothing about anybody');

for (['http://127.0.0.1:5/callback', 'another port'],
    ['http://127.0.0.1/callback', 'no port']) {
    my ($uri, $name) = @$_;
    ok($c->journey(client => $client, redirect_uri => $uri)->{access_token},
        "RFC 8252 7.3: $name of a loopback address will do");
}
for ('https://127.0.0.1:33418/callback', 'http://127.0.0.1:33418/other',
    'http://localhost:33418/callback', 'https://app.example/callback') {
    shown(asks($client->{client_id}, redirect_uri => $_), 400,
        qr/address that it did not register/,
        "MCP: a redirect URI that the document lacks is refused: $_");
}
$j = $c->journey(client => $client, until => 'code');
my $stolen = publish('other.example', '/client.json');
refused($c->redeem({%$j, client => $stolen}), 400, 'invalid_grant',
    'RFC 6749 4.1.3: the code of one URL is no code of another');
is($c->redeem($j)->status, 200, 'though it is one of the first');

# -- what is no client_id ----------------------------------------------------

my $before = $net->connections;
for (
    ['https://app.example', qr/has no path/],
    ['https://app.example/', qr/has no path/],
    ['https://app.example/client.json#a', qr/has a fragment/],
    ['https://me@app.example/client.json', qr/has a user name/],
    ['https://app.example/a/../client.json', qr/dot segments/],
    ['https://app.example/%2e%2e/client.json', qr/dot segments/],
    ['https://app.example:99999/client.json', qr/not a well-formed URL/],
    ['https://app.example/client.json?' . 'x' x 2048, qr/longer than 2048/],
    ['https://127.0.0.1/client.json', qr/an address instead of a name/],
    ['https://[::1]/client.json', qr/an address instead of a name/],
    ['https://2130706433/client.json', qr/an address instead of a name/],
    ['https://localhost/client.json', qr/a name without a domain/],
    ['https://metadata.google.internal/c', qr/the name of a local network/],
) {
    my ($id, $text) = @$_;
    my $short = substr $id, 0, 60;
    my $r = asks($id);
    shown($r, 400, $text, "CIMD 3: $short is none");
    like($r->header('Link') // '', qr{</?[^>]*/oauth/register>; rel=},
        'the way to registration is shown');
    refused(redeems($id), 401, 'invalid_client', 'at the token endpoint too');
}
for ('http://app.example/client.json', 'HTTPS://app.example/client.json',
    'ftp://app.example/client.json', 'app.example/client.json') {
    shown(asks($_), 400, qr/has to register again/, "$_ is an unknown id");
}
is($net->connections, $before, 'for none of these a connection was made');

# -- documents that cannot be used -------------------------------------------

my $n = 0;
for (
    ['404', {status => 404}, 400],
    ['410', {status => 410}, 400],
    ['403', {status => 403}, 400],
    ['201', {status => 201}, 400],
    ['a redirect', {status => 302, headers =>
        {Location => 'https://app.example/client.json'}}, 400],
    ['a lasting redirect', {status => 308, headers =>
        {Location => 'https://app.example/client.json'}}, 400],
    ['a redirect to our own network', {status => 302, headers =>
        {Location => 'http://127.0.0.1/'}}, 400],
    ['500', {status => 500}, 503],
    ['503', {status => 503}, 503],
    ['429', {status => 429}, 503],
    ['HTML', {headers => {'Content-Type' => 'text/html'}}, 400],
    ['plain text', {headers => {'Content-Type' => 'text/plain'}}, 400],
    ['no type', {headers => {'Content-Type' => undef}}, 400],
    ['more than 5 KiB', {body => '{"a":"' . 'x' x 5120 . '"}'}, 400],
    ['more than 5 KiB without a length', {body => 'x' x 5121, headers =>
        {'Content-Length' => undef}}, 400],
    ['more than there is an end of', {endless => 1, headers =>
        {'Content-Length' => undef}}, 400],
    ['headers without an end', {raw => "HTTP/1.1 200 OK\r\n"
        . join('', map { "X-$_: " . 'x' x 1000 . "\r\n" } 1 .. 100)}, 400],
    ['a length of 5 TB', {headers => {'Content-Length' => 5e12}}, 400],
    ['not HTTP', {raw => "hello\r\n"}, 503],
    ['HTTP/0.9', {raw => '{}'}, 503],
    ['nothing', {raw => ''}, 503],
    ['half a document', {headers => {'Content-Length' => 5000}}, 503],
    ['compressed', {headers => {'Content-Encoding' => 'gzip'},
        body => "\x1f\x8b\x08\x00"}, 400],
    ['not JSON', {body => '<html>'}, 400],
    ['an array', {body => '[]'}, 400],
    ['empty', {body => ''}, 400],
    ['too late', {delay => 8}, 503],
    ['a byte at a time', {drip => 0.2}, 503],
) {
    my ($name, $how, $status) = @$_;
    my $path = '/bad/' . ++$n;
    my $host = chr(ord('a') + $n % 26) . '.app.example';
    my $id = publish($host, $path, how => $how)->{client_id};
    my $began = MCPServer::clock();
    my $r = asks($id);
    cmp_ok(MCPServer::clock() - $began, '<', 7, "$name: answered in time");
    shown($r, $status, $status == 503 ? qr/cannot be fetched at the moment/
        : qr/metadata document at \Q$host\E cannot be used/,
        "CIMD 4: $name is no document: $status");
    my $token = redeems($id);
    if ($status == 503) {
        refused($token, 503, 'temporarily_unavailable',
            'a transient failure is not an unknown client');
        like($token->header('Retry-After') // '', qr/^[1-9]\d?$/,
            'RFC 9110 10.2.3: Retry-After');
        like($r->header('Retry-After') // '', qr/^[1-9]\d?$/, 'on the page');
    }
    else {
        refused($token, 401, 'invalid_client', 'an unknown client');
    }
    is($net->asked($host, $path), 1, 'the site was asked once')
        if $one_child;
}
is($net->asked('app.example', '/client.json'), $one_child ? 1 : 2,
    'no redirect was followed') if $one_child;
is(scalar(grep { $_->{at} !~ m{^[\w.]+example/} } $net->requests), 0,
    'nowhere');

for (
    ['no client_id', {client_id => undef}, qr/client_id is missing/],
    ['another client_id', {client_id => 'https://app.example/client.json'},
        qr/client_id is not exactly the URL/],
    ['no client_name', {client_name => undef}, qr/client_name is missing/],
    ['no redirect_uris', {redirect_uris => undef}, qr/redirect_uris has to/],
    ['a bad redirect URI', {redirect_uris => ['javascript:alert(1)']},
        qr/No redirect URI is acceptable/],
    ['a secret', {client_secret => 'x' x 40}, qr/client_secret may not/],
    ['a method with a secret',
        {token_endpoint_auth_method => 'client_secret_basic'},
        qr/none or private_key_jwt/],
    ['private_key_jwt without a key',
        {token_endpoint_auth_method => 'private_key_jwt'},
        qr/either jwks or jwks_uri/],
    ['a private key', {token_endpoint_auth_method => 'private_key_jwt',
        jwks => {keys => [{kty => 'EC', d => 'x'}]}}, qr/private or sym/],
) {
    my ($name, $more, $text) = @$_;
    my $path = '/wrong/' . ++$n;
    my $host = chr(ord('a') + $n % 26) . '.app.example';
    my $id = publish($host, $path, %$more)->{client_id};
    $id = "https://$host$path";
    shown(asks($id), 400, $text, "MCP: $name: refused, and why");
    refused(redeems($id), 401, 'invalid_client', 'at the token endpoint too');
}

# -- a page is a page, whatever the document says ----------------------------

my $hostile = publish('h.app.example', '/hostile',
    client_name => '<script>alert(1)</script> & "friends"');
$j = $c->journey(client => $hostile, until => 'consent');
unlike($j->{response}->body, qr/<script/, 'a hostile name is only text');
like($j->{response}->body, qr/&lt;script&gt;alert\(1\)/, 'as it stands');

# -- where it may lead -------------------------------------------------------

$before = $net->connections;
my @inside = ('127.0.0.1', '10.0.0.1', '192.168.1.1', '172.16.0.1',
    '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1',
    '255.255.255.255', '[::1]', '[::]', '[fe80::1]', '[fd00::1]',
    '[::ffff:127.0.0.1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::1]',
    '[2001::1]', '127.0.0.1,10.0.0.1,[::1]');
for my $i (0 .. $#inside) {
    $net->name("n$i.inside.example", $inside[$i]);
    $net->dial($inside[$i]) if $inside[$i] =~ /^[\d.]+$/;
    shown(asks("https://n$i.inside.example/client.json"), 503,
        qr/cannot be fetched at the moment/,
        "SSRF: a name at $inside[$i] leads nowhere");
    require_log(qr/MCP00600: \S+n$i\.inside\S+ was not fetched: its host is at/);
}
is($net->connections, $before, 'and nothing was dialled');

# rebinding: the name is looked up each time, and judged each time
my $rebound = publish('r.app.example', '/client.json',
    how => {headers => {'Cache-Control' => 'max-age=60'}});
ok($c->journey(client => $rebound)->{access_token}, 'a name at a public '
    . 'address');
$net->name('r.app.example', '127.0.0.1');
$net->put('r.app.example', '/second.json',
    body => document('https://r.app.example/second.json'));
$before = $net->connections;
shown(asks('https://r.app.example/second.json'), 503, qr/cannot be fetched/,
    'rebinding: moved inside, nothing is fetched from it');
is($net->connections, $before, 'nor dialled');
is(asks($rebound->{client_id})->status, 200,
    'what was fetched before is still good') if $one_child;
# of several addresses the public one is taken
$net->name('r.app.example', "127.0.0.1,$public,[::1]");
$net->put('r.app.example', '/third.json',
    body => document('https://r.app.example/third.json'));
is(asks('https://r.app.example/third.json')->status, 200,
    'of several addresses only a public one is dialled');

# -- who vouches for it ------------------------------------------------------

publish('unnamed.example', '/client.json');
shown(asks('https://unnamed.example/client.json'), 503, qr/cannot be fetched/,
    'a certificate of another name is none');
require_log(qr/unnamed.example\/client.json was not fetched: SSL/);

# -- how long it is kept -----------------------------------------------------

if ($one_child) {
    for (
        ['max-age=300', 300],
        ['max-age=5', 60],
        ['no-store', 60],
        [undef, 3600],
        ['max-age=31536000', 86400],
    ) {
        my ($said, $seconds) = @$_;
        my $path = '/keep/' . ++$n;
        my $how = {headers => {'Cache-Control' => $said}};
        my $id = publish('k.app.example', $path, how => $how)->{client_id};
        my $name = 'RFC 9111: ' . ($said // 'nothing said');
        asks($id) for 1 .. 3;
        is($net->asked('k.app.example', $path), 1, "$name: kept");
        let_pass($seconds - 20);
        asks($id);
        is($net->asked('k.app.example', $path), 1, "nearly $seconds s");
        let_pass(40);
        asks($id);
        is($net->asked('k.app.example', $path), 2, 'and then asked for anew');
    }

    my $path = '/changing.json';
    my $how = {headers => {'Cache-Control' => 'max-age=300'}};
    my $changing = publish('s.app.example', $path, how => $how);
    my $kept = $c->journey(client => $changing);
    $net->put('s.app.example', $path, status => 500);
    let_pass(400);
    my $r = $c->refresh($kept);
    is($r->status, 200,
        'RFC 5861: while its site is down, its users stay signed in');
    $kept->{refresh_token} = $r->json->{refresh_token};
    is(asks($changing->{client_id})->status, 200, 'and can sign in');
    publish('s.app.example', $path, how => $how,
        redirect_uris => ['https://s.app.example/cb']);
    let_pass(90);
    shown(asks($changing->{client_id}), 400, qr/did not register/,
        'a changed document counts when it is fetched anew');
    $net->put('s.app.example', $path, status => 404);
    let_pass(400);
    refused($c->refresh($kept), 401, 'invalid_client',
        'a document that is taken away ends its client');
    publish('s.app.example', $path, how => $how);
    refused($c->refresh($kept), 401, 'invalid_client', 'for a minute');
    let_pass(90);
    is($c->refresh($kept)->status, 200, 'and comes back with it');
}

# -- many at once ------------------------------------------------------------

if ($one_child) {
    my $slow = publish('z.app.example', '/slow.json', how => {delay => 1});
    my @all = at_once(6, sub { asks($slow->{client_id})->status });
    is_deeply(\@all, [(200) x 6], 'six who come at once are all served');
    is($net->asked('z.app.example', '/slow.json'), 1, 'by one fetch');
}
$s->stop;

# -- limits ------------------------------------------------------------------

$s->configure(config => $net->config('timeout=15s') . <<'END');
MCPLimit fetches=2
MCPClientMetadata *.app.example !e.app.example
<IfModule !mpm_prefork_module>
    StartServers 1
    ServerLimit  1
</IfModule>
END
$s->set_clock(0);
$s->start;
if ($one_child) {
    for my $host (qw(t u v w)) {
        publish("$host.app.example", '/slow.json', how => {delay => 2});
    }
    my @all = sort { $a <=> $b } at_once(4, sub {
        asks('https://' . (qw(t u v w))[$_[0] - 1]
            . '.app.example/slow.json')->status });
    is_deeply(\@all, [200, 200, 503, 503],
        'MCPLimit fetches: more at once are told to come again');
    $j = $c->journey(client => publish('t.app.example', '/fine.json'));
    works($c, $j->{access_token}, '/mcp', 'and after that all goes on');
}
publish('e.app.example', '/client.json');
my $refused = asks('https://e.app.example/client.json');
shown($refused, 400, qr/Apps of e.app.example are not accepted here/,
    'MCPClientMetadata: a host with a ! before it does not count');
shown(asks('https://app.example/client.json'), 400,
    qr/Apps of app.example are not accepted here/,
    'nor one that no glob fits');
refused(redeems('https://app.example/client.json'), 401, 'invalid_client',
    'at the token endpoint neither');
is($net->asked('e.app.example', '/client.json'), 0, 'it is not asked');
is(asks('https://f.app.example/x')->status, 400, 'others are');
is($net->asked('f.app.example', '/x'), 1, 'asked');

$s->configure(config => $net->config . "MCPClientMetadata none\n");
$s->restart;
$c = $s->client;
is("$c->{metadata}{client_id_metadata_document_supported}", 0,
    'CIMD 5: MCPClientMetadata none: not supported') if $c->server_metadata;
$before = $net->connections;
shown(asks($client->{client_id}), 400, qr/has to register again/,
    'a URL is then an unknown id');
refused(redeems($client->{client_id}), 401, 'invalid_client', 'to all');
is($net->connections, $before, 'and nothing is fetched');
ok($c->journey->{access_token}, 'a registered client is served as before');

$s->configure(config => $net->config . "MCPFetch ca-file=none\n");
$s->restart;
shown(asks($client->{client_id}), 503, qr/cannot be fetched/,
    'without ca-file the CA of a test is nobody');
$s->stop;

# -- a way through a proxy ---------------------------------------------------

$net->dial($_, undef) for grep { /^[\d.]+$/ } @inside;
my $port = $net->proxy;
$s->configure(config => $net->config("proxy=http://127.0.0.1:$port"));
$s->{env}{https_proxy} = $s->{env}{ALL_PROXY} = 'http://127.0.0.1:1';
$s->start;
$j = $c->journey(client => publish('o.app.example', '/client.json'));
works($c, $j->{access_token}, '/mcp', 'MCPFetch proxy: a document comes '
    . 'through a forward proxy');
my @tunnels = $net->tunnels;
is($tunnels[0], 'o.app.example:443', 'which is asked for the host');
for ('127.0.0.1', '[::1]', '8.8.8.8', '0x7f.1', '2130706433', 'localhost',
    'intranet', 'vault.internal') {
    shown(asks("https://$_/client.json"), 400, qr/client_id is a URL that has/,
        "what the guard would judge is never asked of it: $_");
}
is(scalar($net->tunnels), scalar(@tunnels), 'the proxy heard of none');
publish('p.app.example', '/client.json', how => {status => 404});
shown(asks('https://p.app.example/client.json'), 400, qr/cannot be used/,
    'what is not there is not there');
publish('unnamed.example', '/client.json');
shown(asks('https://unnamed.example/client.json'), 503, qr/cannot be fetched/,
    'certificates are verified through it');
$s->stop;

$s->configure(config => $net->config('proxy=http://127.0.0.1:1'));
$s->start;
shown(asks('https://q.app.example/client.json'), 503, qr/cannot be fetched/,
    'without the proxy nothing is fetched');
$s->configure(config => $net->config);
$s->restart;
is(asks($client->{client_id})->status, 200,
    'a proxy of the environment is never used');
$s->stop;
$net->stop;
done();
