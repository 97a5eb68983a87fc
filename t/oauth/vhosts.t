# Licensed under the Apache License, Version 2.0; see LICENSE.
# Several virtual hosts in one httpd: issuers that have nothing in common,
# issuers with a path, hosts that use another one's issuer, and one host that
# protects eight locations.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPServer;

my $prm = '/.well-known/oauth-protected-resource';
my $asm = '/.well-known/oauth-authorization-server';
my $oidc = '/.well-known/openid-configuration';

sub host {
    my ($name, $lines) = @_;
    return "<VirtualHost 127.0.0.1:\${PORT}>\nServerName $name:\${PORT}\n"
        . "$lines\n</VirtualHost>\n";
}

my $idp = <<'END_';
<MCPIdentityProvider httpd file>
    AuthUserFile "${CONF}/htpasswd"
</MCPIdentityProvider>
END_

sub served {
    my ($path, @lines) = @_;
    return join "\n", "<Location \"$path\">", 'AuthType mcp',
        'SetHandler mcp-server', 'MCPOffer demo:*',
        @lines ? @lines : 'Require valid-user', "</Location>\n";
}

# What the log says in tests that ask for it is no news.
my $s = MCPServer->new(site => 0, config => join '',
    qq{MCPStateDirectory "\${ROOT}/state/mcp-oauth"\n$idp}, <<"END_",
<MCPRegisteredClient everywhere>
    RedirectURI $MCPClient::REDIRECT_URI
</MCPRegisteredClient>
END_
    host('localhost', served('/mcp')), host('127.0.0.2', served('/mcp')),
    host('127.0.0.3', "MCPAuthIssuer http://127.0.0.2:\${PORT}\n"
        . served('/mcp') . served('/more')),
    host('127.0.0.4', "MCPAuthIssuer http://127.0.0.4:\${PORT}/tenant\n"
        . "MCPAuthPath /tenant/oauth\n" . served('/tenant') . served('/mcp')),
    host('127.0.0.5', "MCPAuthIssuer http://127.0.0.4:\${PORT}/tenant\n"
        . served('/mcp')),
    host('127.0.0.6', ''));
$s->start;
my $port = $s->port;
my %c = map { $_ => $s->client(url => "http://$_:$port") }
    'localhost', map "127.0.0.$_", 2 .. 6;

# -- two issuers -------------------------------------------------------------

my ($one, $two) = @c{'localhost', '127.0.0.2'};
my %keys;
for my $c ($one, $two) {
    my $m = $c->server_metadata;
    is($m->{issuer}, $c->{url}, "$c->{url} is an issuer");
    is(scalar(grep { !ref && /^http/ && index($_, "$c->{url}/") } values %$m),
        1, 'all its endpoints are there');    # the issuer has no slash
    $keys{$_->{kid}}++ for @{$c->get('/oauth/jwks')->json->{keys}};
}
ok(keys %keys >= 2 && !(grep { $_ > 1 } values %keys),
    'RFC 7517: each issuer has keys of its own');

my ($j, $k) = map { $_->journey } $one, $two;
works($one, $j->{access_token}, '/mcp', 'a token works at its own host');
works($two, $k->{access_token}, '/mcp', 'and so does the other');
dead($two, $j->{access_token}, '/mcp', 'RFC 9068 4: not at the other issuer');
dead($one, $k->{access_token}, '/mcp', 'nor the other way round');
isnt(jwt_claims($j->{access_token})->{iss},
    jwt_claims($k->{access_token})->{iss}, 'they name their issuers');
is($j->{returned}{iss}, $one->{url}, 'RFC 9207 2: so do the answers');
is($k->{returned}{iss}, $two->{url}, 'of both');

# what the first issued, at the second
my $foreign = {%{$j->{client}}};
my $request = $two->authorization_request(client => $foreign,
    resource => $two->resource('/mcp'));
shown($two->get($request->{url}), 400, qr/not registered|does not know/i,
    'a client id of another issuer is unknown: a page, no redirect');
refused($two->refresh($j), 401, 'invalid_client',
    'RFC 6749 5.2: and 401 at the token endpoint');
refused($two->refresh($j, client_id => $k->{client}{client_id}), 400,
    'invalid_grant', 'a refresh token of another issuer is worth nothing');
my $code = $one->journey(client => $j->{client}, until => 'code');
refused($two->redeem($code), 401, 'invalid_client',
    'a code with its client at another issuer');
refused($two->redeem($code, client_id => $k->{client}{client_id},
    resource => undef), 400, 'invalid_grant', 'a code with a client there');
is($one->redeem($code)->status, 200, 'none of which used the code up');
is($one->refresh($j)->status, 200, 'or the refresh token');
refused($one->redeem($one->journey(client => $j->{client}, until => 'code'),
    resource => $two->resource('/mcp')), 400, 'invalid_target',
    'RFC 8707 2: a resource of another issuer');

# a page of the first, at the second
for my $step (qw(sign-in consent)) {
    my $at = $one->journey(client => $j->{client}, until => $step);
    my ($form) = $at->{browser}->forms($at->{response});
    my $other = $two->fresh(jar => $at->{browser}{jar});
    my $r = $other->post('/oauth/authorize', headers => {
        Origin => $two->{url}, 'Sec-Fetch-Site' => 'same-origin'},
        form => [@{$form->{hidden}}, $step eq 'consent'
            ? (decision => 'approve')
            : (username => 'ada', password => 'password')]);
    ok($r->status >= 400 && !defined $r->header('Location'),
        "a $step page of one issuer leads nowhere at another")
        or diag $r->brief;
}

# a client that both know by one id
my $known = {client_id => 'everywhere',
    redirect_uris => [$MCPClient::REDIRECT_URI]};
$code = $one->journey(client => $known, until => 'code');
refused($two->redeem($code, resource => undef), 400, 'invalid_grant',
    'a code of another issuer, by a client that both know');
my $tokens = $one->redeem($code);
is($tokens->status, 200, 'is not used up by that');
refused($two->refresh({client => $known,
    refresh_token => $tokens->json->{refresh_token}}), 400, 'invalid_grant',
    'a refresh token of another issuer, likewise');
is($one->refresh({client => $known,
    refresh_token => $tokens->json->{refresh_token}})->status, 200,
    'nor that');
# a browser that is signed in at one
$request = $two->authorization_request(client => $known,
    resource => $two->resource('/mcp'));
my $carried = $two->fresh(jar => $code->{browser}{jar})->get($request->{url});
like($carried->body, qr/name="password"/,
    'whoever is signed in at one issuer is not at the other');

# -- a host that uses another one's issuer -----------------------------------

my $using = $c{'127.0.0.3'};
for my $path (qw(/mcp /more)) {
    my $m = $using->get("$prm$path")->json;
    is($m->{resource}, "$using->{url}$path", "$path is a resource there");
    is_deeply($m->{authorization_servers}, [$two->{url}],
        'RFC 9728 2: and names the issuer of another host');
    like($using->post($path, json => {})->header('WWW-Authenticate'),
        qr{resource_metadata="\Q$using->{url}$prm$path\E"},
        'RFC 9728 5.1: its metadata is at its own host');
}
is($two->get("$prm/more")->status, 404,
    'the issuer does not describe what is elsewhere');
for my $path ($asm, $oidc, '/oauth/authorize', '/oauth/token',
    '/oauth/register', '/oauth/jwks') {
    is($using->get($path)->status, 404, "it has no endpoints: $path");
}
my $there = $two->journey(resource => "$using->{url}/mcp");
works($using, $there->{access_token}, '/mcp', 'a token for it works there');
dead($_->[0], $there->{access_token}, $_->[1], "and not at $_->[2]")
    for [$using, '/more', 'its neighbour'], [$two, '/mcp', 'its issuer'],
        [$one, '/mcp', 'another issuer'];
dead($using, $k->{access_token}, '/mcp',
    'nor does one for its issuer\'s host work there');

# who may revoke it is its client, and where is its issuer (RFC 7009)
for my $kind (qw(access_token refresh_token)) {
    is($one->revoke($one->register, $there->{$kind})->status, 200,
        "RFC 7009 2.2: to another issuer its $kind is nothing");
}
works($using, $there->{access_token}, '/mcp', 'and nothing is revoked');
is($two->revoke($there->{client}, $there->{access_token})->status, 200,
    'its own issuer');
dead($using, $there->{access_token}, '/mcp', 'revokes it for the other host');
my $again = $two->refresh($there)->json;
works($using, $again->{access_token}, '/mcp', 'another one works there');
is($two->revoke($there->{client}, $again->{refresh_token})->status, 200,
    'until its grant is revoked');
dead($using, $again->{access_token}, '/mcp', 'which ends it there too');

# -- an issuer with a path (RFC 8414 3.1) ------------------------------------

my ($tenant, $tenants_user) = @c{'127.0.0.4', '127.0.0.5'};
my $issuer = "$tenant->{url}/tenant";
my %seen;
for my $path ("$asm/tenant", "$oidc/tenant", "/tenant$oidc") {
    my $r = $tenant->get($path);
    is($r->status, 200, "RFC 8414 3.1, OpenID Connect Discovery 4.1: $path")
        or next;
    is($r->json->{"$_->[0]"}, "$issuer/oauth/$_->[1]", "its $_->[0]")
        for [authorization_endpoint => 'authorize'],
            [token_endpoint => 'token'], [jwks_uri => 'jwks'],
            [registration_endpoint => 'register'];
    $seen{$r->json->{issuer}} = $path;
    is($r->header('Access-Control-Allow-Origin'), '*', 'for browsers too');
    is($tenant->request(HEAD => $path)->status, 200, 'and HEAD');
    is($tenant->request(OPTIONS => $path)->status, 204, 'and OPTIONS');
    is($tenants_user->get($path)->status, 404, 'but not at the other host');
}
is($tenant->get($_)->status, 404, "not at $_")
    for "$asm/other", "$asm/tenant/x", "/x$oidc", "/ten$oidc",
        '/oauth/token', '/oauth/jwks';
$tenant->{metadata} = $tenant->get("$asm/tenant")->json;
for my $c ($tenant, $tenants_user) {
    my $m = $c->get("$prm/mcp")->json;
    $seen{$m->{authorization_servers}[0]} = $c->{url};
    is($m->{resource}, "$c->{url}/mcp", 'a resource is at its host');
    my $t = $tenant->journey(resource => $m->{resource});
    works($c, $t->{access_token}, '/mcp', 'a client signs in for it');
    $seen{$t->{returned}{iss}} = $seen{jwt_claims($t->{access_token})->{iss}}
        = 'answers';
    my $turned = $tenant->refresh($t);
    is($turned->status, 200, 'and refreshes');
    $seen{jwt_claims($turned->json->{access_token})->{iss}} = 'a refresh';
}
is_deeply([keys %seen], [$issuer],
    'RFC 9207 2.4, RFC 8414 3.3: the issuer is one string everywhere');
# a protected location around the endpoints of its issuer
my $t = $tenant->journey(resource => "$tenant->{url}/tenant");
works($tenant, $t->{access_token}, '/tenant',
    'a location may be where the issuer is');
is($tenant->get('/tenant/oauth/jwks')->status, 200,
    'its Require is not one of the endpoints');
is($tenant->get('/tenant/else')->status, 401, 'but one of all else there');

# -- a host with none of ours ------------------------------------------------

is($c{'127.0.0.6'}->get($_)->status, 404, "nothing of ours at $_")
    for "$prm/mcp", $asm, '/oauth/jwks', '/mcp';
$s->stop;

# -- the issuer around a location --------------------------------------------

# the same state with other issuers each time
require_log(qr/MCP00860: the last start was for the issuer/);
$s->configure(site => 0, config => <<"END_" . $idp . served('/mcp'));
MCPStateDirectory "\${ROOT}/state/mcp-oauth"
MCPAuthPath /mcp
<Location "/mcp/token">
    Require ip 192.0.2.1
</Location>
END_
$s->start;
my $c = $s->client;
is($c->post('/mcp/register', json => {redirect_uris => ['https://a.test/cb']})
    ->status, 201, 'endpoints below a protected location are public');
is($c->post('/mcp/token')->status, 403,
    'but a Require in a section that names one counts');
is($c->post('/mcp', json => {})->status, 401, 'the location is protected');
$s->stop;

# -- one host, eight locations -----------------------------------------------

my $users = $s->root . '/conf/users';
open my $out, '>', $users or die $!;
print $out "carol:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n";    # password
close $out;
$MCPClient::PASSWORD{carol} = 'password';
my @named = map "/s$_/mcp", 1 .. 8;
$s->configure(site => 0, config => join '', <<"END_", $idp,
MCPStateDirectory "\${ROOT}/state/mcp-oauth"
MCPRootResource /s3/mcp
END_
    map { my $n = $_;
        $n == 7 ? served('/s7/mcp', 'Require valid-user')
        : served("/s$n/mcp", "MCPTitle \"Service $n\"",
            "Require mcp-scope s$n:read",
            "MCPScope s$n:read \"Read number $n\"",
            $n == 8 ? ("<MCPIdentityProvider httpd file>",
                "AuthUserFile \"$users\"", '</MCPIdentityProvider>') : ())
    } 1 .. 8);
$s->start;
$c = $s->client;
my %token;
for my $n (1 .. 8) {
    my $path = $named[$n - 1];
    my $m = $c->get("$prm$path")->json;
    is($m->{resource}, $s->issuer . $path, "$path: its own resource");
    is($m->{resource_name}, $n == 7 ? undef : "Service $n", 'its own title');
    is_deeply($m->{scopes_supported}, $n == 7 ? undef : ["s$n:read"],
        'RFC 9728 2: its own scopes, no other');
    my ($scope) = ($c->post($path, json => {})->header('WWW-Authenticate')
        // '') =~ /scope="([^"]*)"/;
    is($scope, $n == 7 ? undef : "s$n:read",
        'RFC 6750 3: the challenge names its own');
    my $j = $c->journey(resource => $path, $n == 8 ? (user => 'carol') : ());
    $token{$path} = $j->{access_token};
    is_deeply([$j->{tokens}{scope}, jwt_claims($j->{access_token})->{aud}],
        [$n == 7 ? undef : "s$n:read", $m->{resource}],
        'RFC 8707 2.2: a token of its own scope and audience');
}
for my $path (@named) {
    works($c, $token{$path}, $path, "the token for $path works there");
    is_deeply([map { $_ eq $path ? () : status_of($c, $token{$path}, $_) }
        @named], [(401) x 7], 'RFC 8707 2: and at none of the seven others');
}
is($c->get($prm)->json->{resource}, $s->issuer . '/s3/mcp',
    'the root form is the one that MCPRootResource names');
my %all = map { $_ => 1 } @{$c->get($asm)->json->{scopes_supported}};
is(scalar(grep { $all{"s$_:read"} } 1 .. 8), 7,
    'RFC 8414 2: the issuer knows the scopes of all');
# who may sign in where
eval { $c->journey(resource => '/s8/mcp', user => 'ada') };
like($@, qr/got stuck/, 'a user of another provider is not one here');
eval { $c->journey(resource => '/s1/mcp', user => 'carol') };
like($@, qr/got stuck/, 'nor the other way round');

# no resource parameter: the root form's, or none
my $rootless = $c->journey(resource => '/s1/mcp',
    parameters => {resource => undef}, until => 'code');
my $answer = $c->redeem($rootless, resource => undef);
is(jwt_claims($answer->json->{access_token})->{aud}, $s->issuer . '/s3/mcp',
    'without a resource parameter it is the root form\'s');
$s->stop;
$s->configure(site => 0, config => join '',
    qq{MCPStateDirectory "\${ROOT}/state/mcp-oauth"\n}, $idp,
    map { served("/s$_/mcp") } 1 .. 8);
$s->start;
$c = $s->client;
is($c->get($prm)->status, 404, 'of several none is the root form by itself');
$request = $c->authorization_request(client => $c->register);
sent_back($c->get($request->{url}), $MCPClient::REDIRECT_URI,
    {error => 'invalid_target', state => $request->{parameters}{state}},
    'RFC 8707 2: without a resource parameter nobody can tell which');
$s->stop;
done();
