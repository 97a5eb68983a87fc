# Licensed under the Apache License, Version 2.0; see LICENSE.
# Which clients there are and for how long: unknown, denied, too old; and
# what other systems let through (the defects that facts list of them).
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPServer;
use MIME::Base64 qw(encode_base64);

my $callback = 'http://127.0.0.1:33418/callback';
my $s = MCPServer->new(faketime => 1, config => <<'END');
MCPLifetime registration=30d
<IfModule !mpm_prefork_module>
    StartServers 3
</IfModule>
<MCPRegisteredClient site>
    RedirectURI https://site.example/cb
</MCPRegisteredClient>
<MCPRegisteredClient job>
    Secret a-secret-of-some-length
    Grants client_credentials
</MCPRegisteredClient>
END
$s->log->expect(qr/MCP00650/);
$s->start;
my $c = $s->client;

sub asks {
    my ($client, %o) = @_;
    return $c->fresh->get($c->authorization_request(client => $client,
        resource => $c->resource('/mcp'), %o)->{url});
}

# In many connections, so that every child is asked.
sub everywhere {
    my ($code, $name) = @_;
    my %seen;
    $seen{$_}++ for at_once(12, $code);
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return is(join(', ', sort keys %seen), $_[2], $name);
}

# What a command outside of httpd will do: the record, then the sequence.
sub deny {
    my $id = shift;
    my $state = $s->root . '/state/mcp-oauth';
    my $key = sha256_hex($id);
    system('sqlite3', '-cmd', '.timeout 5000', "$state/state.db",
        'insert into record (kind, key, value, expires, version, spent) '
        . "values (8, x'$key', '{}', 140737488355327, 1, 0)") == 0
        or die 'sqlite3';
    $s->announce;
}

# -- unknown -----------------------------------------------------------------

for (
    # facts/clients-and-idps 3: who keeps an id that is gone, and what helps
    ['Claude Code', qr{<strong>Claude Code</strong>: enter <code>/mcp</code>}],
    ['Claude', qr{<strong>Claude</strong> \(web, desktop, phone\)}],
    ['Cursor', qr{<strong>Cursor</strong>: in Settings, MCP}],
    ['VS Code', qr{<strong>VS Code</strong>: run the command}],
    ['ChatGPT', qr{<strong>ChatGPT</strong>: in Settings, Connectors}],
    ['mcp-remote', qr{<strong>mcp-remote</strong>: delete the folder <code>~/\.mcp-auth}],
    ['Inspector', qr{<strong>MCP Inspector</strong>: choose}],
    ['everybody', qr{<code>invalid_client</code>}],
) {
    my ($name, $text) = @$_;
    my $r = asks({client_id => 'c1-1.gone', redirect_uris => [$callback]});
    shown($r, 400, $text, "an unknown client: the page helps users of $name");
    like($r->header('Link') // '', qr{/oauth/register>; rel="http},
        'an unknown client: and programs, by Link');
}
{
    my $r = $c->token_request({client_id => 'c1-1.gone'},
        grant_type => 'refresh_token', refresh_token => 'x');
    refused($r, 401, 'invalid_client',
        'an unknown client: the token endpoint says invalid_client, on which '
        . 'SDKs register again');
    like($r->header('Link') // '', qr{/oauth/register>; rel="http},
        'an unknown client: with Link');
}

# -- too old -----------------------------------------------------------------

{
    my ($public, $secret) = ($c->register,
        $c->register(token_endpoint_auth_method => 'client_secret_basic'));
    my $j = $c->journey(client => $public);
    my $day = 86400;
    $s->set_clock(29 * $day);
    works($c, $c->journey(client => $_)->{access_token}, '/mcp',
        'MCPLifetime registration: on the 29th day it is known: '
        . $_->{token_endpoint_auth_method}) for $public, $secret;
    my $recent = $c->journey(client => $public);
    $s->set_clock(31 * $day);
    shown(asks($_), 400, qr/has to register again/,
        'MCPLifetime registration: on the 31st it is not: '
        . $_->{token_endpoint_auth_method}) for $public, $secret;
    refused($c->refresh($recent), 401, 'invalid_client',
        'it cannot refresh, and hears why');
    refused($c->token_request($secret, grant_type => 'authorization_code',
        code => 'x', code_verifier => 'x' x 43), 401, 'invalid_client',
        'its secret is of no use');
    works($c, $c->journey->{access_token}, '/mcp', 'a new one is');
    $s->set_clock(1000 * $day);
    works($c, $c->journey(client => {client_id => 'site',
        redirect_uris => ['https://site.example/cb']})->{access_token},
        '/mcp', 'what the administrator registered does not grow old');
    $s->set_clock(-$day);
    works($c, $c->journey(client => $public)->{access_token}, '/mcp',
        'a clock that is a day behind makes nobody unknown');
    $s->set_clock(0);
}

# -- denied ------------------------------------------------------------------

{
    my ($bad, $good) = map { $c->register(client_name => $_) } 'Bad', 'Good';
    my ($theirs, $ours) = map { $c->journey(client => $_) } $bad, $good;
    my $code = $c->journey(client => $bad, until => 'code');
    my $page = $c->journey(client => $bad, until => 'consent');
    everywhere(sub { status_of($c, $theirs->{access_token}) },
        'before it is denied its token works', '200');
    deny($bad->{client_id});
    # the very next answer of every child
    everywhere(sub { status_of($c, $theirs->{access_token}) },
        'denied: its access tokens stop at once, everywhere', '401');
    dead($c, $theirs->{access_token}, '/mcp', 'denied: with invalid_token');
    everywhere(sub { asks($bad)->status },
        'denied: it is unknown to the authorize endpoint', '400');
    shown(asks($bad), 400, qr/has to register again/,
        'denied: and people see why');
    refused($c->refresh($theirs), 401, 'invalid_client',
        'denied: it cannot refresh');
    refused($c->redeem($code), 401, 'invalid_client',
        'denied: nor redeem a code of before');
    my ($form) = $c->forms($page->{response});
    my $r = $page->{browser}->submit($page->{response}, $form,
        decision => 'approve');
    my ($late) = (location_of($r) // '') =~ /[?&]code=([^&]+)/;
    refused($c->redeem({%$page, code => $late // 'none'}), 401,
        'invalid_client', 'denied: a consent that comes late gives it nothing');
    works($c, $ours->{access_token}, '/mcp', 'denied: the others go on');
    is($c->refresh($ours)->status, 200, 'denied: and refresh');
    for my $step (86400, -86400, 0) {
        $s->set_clock($step);
        shown(asks($bad), 400, qr/register again/,
            "denied: with the clock at $step s too");
    }
    $s->restart;
    refused($c->refresh($theirs), 401, 'invalid_client',
        'denied: after a restart too');
    dead($c, $theirs->{access_token}, '/mcp', 'denied: its tokens too');

    my $site = {client_id => 'site',
        redirect_uris => ['https://site.example/cb']};
    my $job = {client_id => 'job', client_secret => 'a-secret-of-some-length',
        token_endpoint_auth_method => 'client_secret_post'};
    my $j = $c->journey(client => $site);
    my $ask = sub { return $c->token_request($job,
        grant_type => 'client_credentials', resource => $c->resource('/mcp')) };
    my $own = $ask->()->json->{access_token};
    works($c, $own, '/mcp', 'a token of its own, before');
    deny($_) for 'site', 'job';
    dead($c, $j->{access_token}, '/mcp',
        'denied: also who is in the configuration');
    dead($c, $own, '/mcp', 'denied: with tokens of its own');
    refused($ask->(), 401, 'invalid_client', 'denied: and gets no more');
    shown(asks($site), 400, qr/register again/, 'denied: and is unknown');
    my $url = 'https://app.example.com/client.json';
    deny($url);
    shown(asks({client_id => $url, redirect_uris => [$callback]}), 400,
        qr/register again/, 'denied: a client metadata URL is not fetched');
}

# -- what other systems let through ------------------------------------------

my $client = $c->register(redirect_uris => ['https://app.example/cb',
    $callback]);
# systems 0, 1 and 3, row 23: any redirect_uri was accepted at authorize
for my $uri ('https://evil.example/cb', 'https://app.example/cb/../evil',
    'https://app.example.evil.example/cb', 'https://app.example/cb?x=1',
    'https://app.example@evil.example/cb', "https://app.example/cb#x",
    'http://app.example/cb', 'http://127.0.0.1.evil.example:33418/callback',
    'http://127.0.0.2:33418/callback', 'myapp://callback', 'https://',
    '//app.example/cb') {
    my $r = asks($client, redirect_uri => $uri);
    shown($r, 400, qr/did not register/, "row 23: no redirect to $uri");
    unlike($r->body, qr/name="(?:password|decision)"/,
        'row 23: and nobody is asked anything');
}
# system 1: unknown clients were accepted, and secrets never checked
for my $id ('', 'anything', '0' x 32, 'mcp-client', "c1-1.' or 1=1 --") {
    my $r = asks({client_id => $id, redirect_uris => [$callback]});
    is($r->status, 400, "row 29: '$id' is not accepted to be friendly");
    is(location_of($r), undef, 'row 29: and sends nobody anywhere');
}
{
    my $m = $c->register(token_endpoint_auth_method => 'client_secret_post');
    my $j = $c->journey(client => $m, until => 'code');
    refused($c->redeem($j, client_secret => $_), 401, 'invalid_client',
        'row 27: a secret that was issued is checked') for 'x' x 43, '';
    is($c->redeem($j)->status, 200, 'row 27: and the right one is taken');
}
# system 0: a secret for a public client; none was not announced
{
    my $r = $c->register_response(token_endpoint_auth_method => 'none');
    ok(!exists $r->json->{client_secret}, 'row 27: a public one has none');
    ok((grep { $_ eq 'none' } @{$c->server_metadata
        ->{token_endpoint_auth_methods_supported}}), 'row 27: none is listed');
}
# system 0: registration had to ask for both grant types and known scopes
for (
    ['authorization_code alone', grant_types => ['authorization_code']],
    ['a scope that is not known', scope => 'openid profile email'],
    ['offline_access', scope => 'notes:read offline_access'],
) {
    my ($name, @metadata) = @$_;
    is($c->register_response(@metadata)->status, 201,
        "row 21: $name registers");
}
# system 4: one way to authenticate, each parameter once
{
    my $m = $c->register(token_endpoint_auth_method => 'client_secret_basic');
    my %headers = (Authorization => 'Basic ' . encode_base64(
        "$m->{client_id}:$m->{client_secret}", ''));
    my @form = (grant_type => 'authorization_code', code => 'x',
        code_verifier => 'x' x 43);
    refused($c->post('/oauth/token', form => [@form, @{$_->[1]}],
        headers => \%headers), 400, 'invalid_request', "row 27: $_->[0]") for
        ['two ways at once', [client_secret => $m->{client_secret}]],
        ['a parameter twice', [code => 'y']],
        ['grant_type twice', [grant_type => 'refresh_token']];
}
# system 4: what is registered for one is no use to another
{
    my ($one, $two) = map { $c->register(client_name => $_) } 'One',
        'Two';
    my $j = $c->journey(client => $one, until => 'code');
    refused($c->redeem({%$j, client => $two}), 400, 'invalid_grant',
        'row 29: the code of one client is no code of another');
    is($c->redeem($j)->status, 200, 'row 29: and is not used up by that');
    $j = $c->journey(client => $one);
    refused($c->refresh({%$j, client => $two}), 400, 'invalid_grant',
        'row 29: nor its refresh token');
}
# rows 25 and 26
for my $uri ('http://127.0.0.1:1/callback', 'http://127.0.0.1/callback',
    'http://127.0.0.1:65535/callback') {
    ok($c->journey(client => $client, redirect_uri => $uri)->{code},
        "row 25: any port of a loopback address: $uri");
}
for my $uri ('cursor://anysphere.cursor-mcp/oauth/callback',
    'vscode://vscode.github-authentication/did-authenticate') {
    my $j = $c->journey(client => $c->register(redirect_uris => [$uri]));
    works($c, $j->{access_token}, '/mcp', "row 26: $uri");
}
# row 30: names are what clients say of themselves, never guessed from URIs
{
    my $j = $c->journey(client => $c->register(client_name => undef,
        redirect_uris => ['cursor://x/y']), until => 'consent');
    unlike($j->{response}->body =~ s{cursor:}{}gr, qr/Cursor/,
        'row 30: a client without a name is not taken for another');
}
# row 31: what is shown of a client is not what it says of itself
{
    my $j = $c->journey(client => $c->register(
        logo_uri => 'https://evil.example/logo.png',
        policy_uri => 'https://evil.example/policy',
        tos_uri => 'https://evil.example/tos', contacts => ['evil'],
        client_uri => 'https://evil.example/',
        'client_name#de' => 'Anders'), until => 'consent');
    unlike($j->{response}->body, qr/evil|Anders/,
        'row 31: no links, pictures or other names of its own');
}
done();
