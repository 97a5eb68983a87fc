# Licensed under the Apache License, Version 2.0; see LICENSE.
# Clients that the administrator knows beforehand: <MCPRegisteredClient>, and
# what they may do without a user: client_credentials, RFC 6749 4.4.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPKey;
use MCPServer;

my $secret = 'p%q+r&s=t:u/v w~x-y_z';
my $s = MCPServer->new;
{
    open my $out, '>', $s->root . '/conf/web.secret' or die $!;
    print $out "$secret\n";
    chmod 0600, $out;
}
open my $page, '>', $s->root . '/htdocs/who.shtml' or die $!;
print $page '<!--#echo var="REMOTE_USER" -->';
close $page;
$s->configure(config => <<'END');
MCPScope notes:admin "Do everything" includes=notes:write
MCPScope vip:read    "See more" "expr=%{MCP_CLIENT} == 'job'"
<Location "/vip">
    AuthType   mcp
    Require    mcp-scope vip:read
    SetHandler mcp-server
    MCPOffer   demo:*
</Location>
<Location "/who.shtml">
    AuthType  mcp
    Require   user client:job ada
    SetOutputFilter INCLUDES
    Options +Includes
</Location>

<MCPRegisteredClient app>
    RedirectURI myapp:/cb http://127.0.0.1/cb https://app.example/cb
    RedirectURI https://app.example/cb?tenant=1
    Label       "The <b>app</b>"
</MCPRegisteredClient>
<MCPRegisteredClient web>
    Secret      file:conf/web.secret
    RedirectURI https://web.example/cb
    Scopes      notes:write
    Grants      authorization_code refresh_token client_credentials
</MCPRegisteredClient>
<MCPRegisteredClient once>
    RedirectURI https://once.example/cb
    Grants      authorization_code
    Scopes      notes:read
    Consent     off
</MCPRegisteredClient>
<MCPRegisteredClient job>
    Secret      file:conf/web.secret
    Grants      client_credentials
</MCPRegisteredClient>
END
$s->log->secret($secret);
$s->start;
my $c = $s->client;

my $app = {client_id => 'app', redirect_uris => ['https://app.example/cb']};
my %web = (client_id => 'web', client_secret => $secret,
    redirect_uris => ['https://web.example/cb']);
my $once = {client_id => 'once', redirect_uris => ['https://once.example/cb']};
my $job = {client_id => 'job', client_secret => $secret,
    token_endpoint_auth_method => 'client_secret_post'};

sub by { return {%web, token_endpoint_auth_method => "client_secret_$_[0]"} }
sub asks {
    my ($client, %o) = @_;
    return $c->fresh->get($c->authorization_request(client => $client,
        resource => $c->resource('/notes'), %o)->{url});
}
sub scopes_of {
    return join ' ', sort split / /, $_[0]->{tokens}{scope} // '';
}

# -- with users --------------------------------------------------------------

for my $uri ('myapp:/cb', 'http://127.0.0.1:5123/cb', 'https://app.example/cb',
    'https://app.example/cb?tenant=1') {
    my $j = $c->journey(client => $app, redirect_uri => $uri);
    works($c, $j->{access_token}, '/mcp', "RFC 6749 2: it signs in by $uri");
    my ($consent) = grep { $_->body =~ /name="decision"/ } @{$j->{pages}};
    like($consent->body, qr/The &lt;b&gt;app&lt;\/b&gt;/,
        'with its label, as text');
}
for my $uri ('https://app.example/cb2', 'https://app.example/cb?tenant=2',
    'https://app.example/cb/', 'http://app.example/cb', 'myapp:/other',
    'myapp://cb', 'http://127.0.0.1:5123/other', 'http://localhost/cb',
    'https://app.example:8443/cb', 'javascript:alert(1)',
    'https://app.example.evil.example/cb') {
    shown(asks($app, redirect_uri => $uri), 400,
        qr/address that it did not register/,
        "RFC 6749 3.1.2.3: and not by $uri");
}
shown($c->get($c->authorization_request(client => $app, redirect_uri => 'x',
    parameters => {redirect_uri => undef})->{url}), 400,
    qr/did not say where the answer goes/,
    'RFC 6749 3.1.2.3: of several it has to name one');
is(jwt_claims($c->journey(client => $app)->{access_token})->{client_id}, 'app',
    'RFC 9068 2.2: its id is the client_id of the token');
shown(asks({%$app, client_id => $_}), 400, qr/has to register again/,
    "RFC 6749 2.2: $_ is not its id")
    for 'App', 'app ', 'ap', 'appp', 'app%00';
for my $field (qw(client_secret)) {
    refused($c->redeem({%{$c->journey(client => $app, until => 'code')},
        client => $app}, $field => 'x'), 401, 'invalid_client',
        'RFC 6749 2.3: it has no secret');
}

# -- with a secret -----------------------------------------------------------

for (
    ['client_secret_basic, percent-encoded (RFC 6749 2.3.1)', by('basic')],
    ['client_secret_post (RFC 6749 2.3.1)', by('post')],
) {
    my ($name, $client) = @$_;
    my $j = $c->journey(client => $client, resource => '/notes');
    works($c, $j->{access_token}, '/notes', "$name: it signs in");
    is($c->refresh($j)->status, 200, "$name: and refreshes");
}
{
    require MIME::Base64;
    my $j = $c->journey(client => by('post'), until => 'code');
    my $p = $j->{request}{parameters};
    my @fields = (grant_type => 'authorization_code', code => $j->{code},
        code_verifier => $j->{request}{verifier},
        redirect_uri => $p->{redirect_uri});
    my $basic = sub { return {Authorization => 'Basic '
        . MIME::Base64::encode_base64(join(':', @_), '')} };
    refused($c->post('/oauth/token', form => {@fields, @{$_->[1]}},
        headers => $_->[2]), $_->[3] // 401, $_->[4] // 'invalid_client',
        "RFC 6749 2.3.1: $_->[0]") for
        ['no secret', [client_id => 'web']],
        ['an empty one', [client_id => 'web', client_secret => '']],
        ['a wrong one', [client_id => 'web', client_secret => "$secret "]],
        ['its beginning', [client_id => 'web',
            client_secret => substr $secret, 0, 16]],
        ['where it comes from', [client_id => 'web',
            client_secret => 'file:conf/web.secret']],
        ['a wrong one by Basic', [], $basic->('web', 'x' x 20)],
        ['the right one of another client', [], $basic->('app', $secret)],
        ['both ways at once', [client_secret => $secret],
            $basic->('web', MCPClient::escape($secret)), 400,
            'invalid_request'];
    is($c->post('/oauth/token', form => {@fields}, headers =>
        $basic->('web', $secret))->status, 200,
        'raw in Basic, as the TypeScript SDK sends it');
}

# -- what it may have --------------------------------------------------------

for (
    # asked, granted
    [undef, 'notes:read notes:write'],
    ['notes:read', 'notes:read'],
    ['notes:write', 'notes:read notes:write'],
    ['notes:admin notes:read', 'notes:read notes:write'],
    ['notes:write offline_access', 'notes:read notes:write offline_access'],
) {
    my ($asked, $granted) = @$_;
    is(scopes_of($c->journey(client => by('post'), resource => '/notes',
        scope => $asked)), $granted,
        'Scopes is the most that it gets of ' . ($asked // 'nothing'));
}
sent_back(asks(by('post'), scope => 'vip:read',
    resource => $c->resource('/vip')), 'https://web.example/cb',
    {error => 'invalid_scope', state => qr/./, iss => $s->issuer},
    'RFC 6749 4.1.2.1: and if none of it is there it is told');
is(scopes_of($c->journey(client => $app, resource => '/notes',
    scope => 'notes:read notes:write')), 'notes:read notes:write',
    'without Scopes there is no limit');

# -- without refresh_token, without consent ----------------------------------

{
    my $j = $c->journey(client => $once, resource => '/notes');
    works($c, $j->{access_token}, '/notes', 'Consent off: it signs in');
    ok(!(grep { $_->body =~ /name="decision"/ } @{$j->{pages}}),
        'and nobody was asked whether it may');
    ok((grep { $_->body =~ /name="password"/ } @{$j->{pages}}),
        'though who they are');
    ok(!exists $j->{tokens}{refresh_token},
        'Grants without refresh_token: there is none');
    $j = $c->journey(client => $once, resource => '/notes',
        scope => 'notes:read offline_access');
    ok(!exists $j->{tokens}{refresh_token}, 'even if offline_access is asked');
    is(scopes_of($j), 'notes:read', 'which is not granted');
    refused($c->refresh({client => $once, refresh_token => 'x'}), 400,
        'unauthorized_client', 'RFC 6749 5.2: it may not refresh');
}

# -- client_credentials ------------------------------------------------------

is_deeply([sort @{$c->server_metadata->{grant_types_supported}}],
    [qw(authorization_code client_credentials refresh_token)],
    'RFC 8414 2: client_credentials is announced');

sub token {
    my ($client, %fields) = @_;
    $fields{resource} //= $c->resource('/notes');
    delete $fields{resource} if $fields{resource} eq '-';
    return $c->token_request($client, grant_type => 'client_credentials',
        %fields);
}

for ($job, by('basic')) {
    my ($id, $r) = ($_->{client_id}, token($_));
    is($r->status, 200, "RFC 6749 4.4.2: $id gets a token") or diag $r->brief;
    my $m = $r->json;
    is_deeply([MCPExpect::private_headers($r)], [], 'RFC 6749 5.1: no-store');
    is($m->{token_type}, 'Bearer', 'RFC 6749 5.1: Bearer');
    is($m->{expires_in}, 3600, 'RFC 6749 5.1: for an hour');
    ok(!exists $m->{refresh_token}, 'RFC 6749 4.4.3: no refresh token');
    my $claims = jwt_claims($m->{access_token});
    is($claims->{sub}, $id, 'RFC 9068 2.2: the client is the subject');
    is($claims->{client_id}, $id, 'RFC 9068 2.2: and the client');
    is($claims->{idp}, $s->issuer, 'this server vouches for it');
    is($claims->{aud}, $c->resource('/notes'), 'RFC 8707: for one resource');
    is(jwt_header($m->{access_token})->{typ}, 'at+jwt', 'RFC 9068 2.1: typ');
    works($c, $m->{access_token}, '/notes', 'it works');
    dead($c, $m->{access_token}, '/mcp', 'and nowhere else');
}
is(token($job, scope => 'notes:read offline_access')->json->{scope},
    'notes:read', 'RFC 6749 3.3: what it asked for, but nothing offline');
is(join(' ', sort split / /, token(by('post'))->json->{scope}),
    'notes:read notes:write', 'else the Scopes that it has');
is($c->call_tool('/files', hello => {}, token => token($job,
    resource => $c->resource('/files'), scope => 'notes:read')
        ->json->{access_token})->status, 403,
    'RFC 6750 3.1: too little is insufficient_scope');
refused(token(by('post'), scope => 'vip:read',
    resource => $c->resource('/vip')), 400, 'invalid_scope',
    'RFC 6749 5.2: Scopes limits it');
works($c, token($job, resource => $c->resource('/vip'))->json->{access_token},
    '/vip', 'expr= of MCPScope sees the client');
refused(token($job, scope => 'nothing:known'), 400, 'invalid_scope',
    'RFC 6749 5.2: an unknown scope');
refused(token($job, resource => '-'), 400, 'invalid_target',
    'RFC 8707 2: of several resources it has to name one');
refused(token($job, resource => 'https://other.example/'), 400,
    'invalid_target', 'RFC 8707 2: one of ours');
refused(token({%$job, client_secret => 'x' x 20}), 401, 'invalid_client',
    'RFC 6749 4.4.2: it has to authenticate');
refused(token({client_id => 'job'}), 401, 'invalid_client', 'with its secret');
refused(token($app), 400, 'unauthorized_client',
    'RFC 6749 4.4: a public client may not');
refused(token($once), 400, 'unauthorized_client', 'nor one without that grant');
refused(token($c->register(token_endpoint_auth_method => $_)), 400,
    'unauthorized_client', "nor one that registered itself, by $_")
    for qw(none client_secret_post client_secret_basic);
refused($c->register_response(grant_types => ['client_credentials'],
    token_endpoint_auth_method => 'client_secret_post'), 400,
    'invalid_client_metadata', 'which cannot ask for it');
refused($c->token_request($job, grant_type => 'authorization_code',
    code => 'x', code_verifier => 'x' x 43), 400, 'unauthorized_client',
    'RFC 6749 5.2: without authorization_code it has no codes');
shown(asks({%$job, redirect_uris => ['https://x.example/']}), 400,
    qr/did not register/, 'RFC 6749 4.1.2.1: and nobody to send there');

# no user is called like it
{
    my $r = $c->get('/who.shtml', token => token($job,
        resource => $c->resource('/who.shtml'))->json->{access_token});
    is($r->status, 200, 'Require user client:job');
    is($r->body, 'client:job', 'REMOTE_USER is client: and its id');
}
# one that is called like a user
{
    my $config = do { open my $in, '<', $s->root . '/conf/httpd.conf' or die;
        local $/; <$in> };
    $config =~ s/(<MCPRegisteredClient) job>/$1 ada>/;
    open my $out, '>', $s->root . '/conf/httpd.conf' or die $!;
    print $out $config;
    close $out;
    $s->graceful;
    my $ada = {%$job, client_id => 'ada'};
    is($c->get('/who.shtml', token => token($ada,
        resource => $c->resource('/who.shtml'))->json->{access_token})->status,
        403, 'RFC 9068 5: a client named ada is not the user ada');
    refused(token($job), 401, 'invalid_client',
        'one that is not in the configuration any more is unknown');
}

# a client that asks at each call leaves no heap of records
{
    my $count = sub {
        my $db = $s->root . '/state/mcp-oauth/state.db';
        return 0 + `sqlite3 '$db' 'select count(*) from record where kind = 3'`;
    };
    my $ada = {%$job, client_id => 'ada'};
    token($ada);
    my $before = $count->();
    my %tokens = map { (token($ada)->json->{access_token} => 1) } 1 .. 5;
    is(keys %tokens, 5, 'RFC 9068 2.2: each token has its own jti');
    is($count->(), $before, 'and all belong to one grant');
    token($ada, scope => 'notes:read');
    is($count->(), $before + 1, 'other scopes are another one');
}
done();
