# Licensed under the Apache License, Version 2.0; see LICENSE.
# Discovery: RFC 9728, RFC 8414, the alias of OpenID Connect, JWKS.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPServer;

my $c = client();
my $issuer = $c->{url};
my $prm = '/.well-known/oauth-protected-resource';
my $asm = '/.well-known/oauth-authorization-server';
my $oidc = '/.well-known/openid-configuration';
my $jwks = '/oauth/jwks';

# -- protected resource metadata (RFC 9728) ----------------------------------

for my $path (qw(/mcp /notes /files)) {
    my $r = $c->get("$prm$path");
    is($r->status, 200, "RFC 9728 3.1: the path form answers for $path");
    my $m = $r->json;
    is($m->{resource}, "$issuer$path",
        'RFC 9728 3.3: resource is the URL of the location');
    is_deeply($m->{authorization_servers}, [$issuer],
        'RFC 9728 2: authorization_servers names the issuer, byte for byte');
    is_deeply($m->{bearer_methods_supported}, ['header'],
        'RFC 9728 2: tokens come in the header only');
    ok(!(grep { !defined } values %$m), 'no member is null');
    ok(!(grep { $_ eq 'offline_access' } @{$m->{scopes_supported} || []}),
        'MCP: offline_access is no scope of a resource');
}
is_deeply([sort @{$c->get("$prm/files")->json->{scopes_supported}}],
    ['notes:read', 'notes:write'],
    'RFC 9728 2: scopes_supported has what the rules of the location name');

# -- authorization server metadata (RFC 8414) --------------------------------

my $m = $c->get($asm)->json;
is($m->{issuer}, $issuer, 'RFC 8414 2: issuer, without a last slash');
is($m->{"$_->[0]"}, "$issuer/oauth/$_->[1]", "RFC 8414 2: $_->[0]")
    for [authorization_endpoint => 'authorize'], [token_endpoint => 'token'],
        [registration_endpoint => 'register'], [jwks_uri => 'jwks'],
        [revocation_endpoint => 'revoke'];
is_deeply($m->{response_types_supported}, ['code'],
    'OAuth 2.1: code is the only response type');
is_deeply($m->{code_challenge_methods_supported}, ['S256'],
    'OAuth 2.1: PKCE by S256 alone');
is_deeply([sort @{$m->{grant_types_supported}}],
    ['authorization_code', 'refresh_token'], 'RFC 8414 2: grant types');
is_deeply([sort @{$m->{token_endpoint_auth_methods_supported}}],
    [qw(client_secret_basic client_secret_post none private_key_jwt)],
    'RFC 8414 2: public clients, secrets and keys');
is_deeply([sort @{$m->{token_endpoint_auth_signing_alg_values_supported}}],
    [sort 'EdDSA', map { my $kind = $_; map "$kind$_", 256, 384, 512 }
        qw(ES PS RS)],
    'RFC 8414 2: what a key signs with, never none or a shared secret');
is_deeply($m->{"revocation_endpoint_$_"}, $m->{"token_endpoint_$_"},
    "RFC 8414 2: revocation_endpoint_$_")
    for qw(auth_methods_supported auth_signing_alg_values_supported);
ok(!(grep /^introspection_endpoint/, keys %$m),
    'RFC 8414 2: no introspection_endpoint where nobody may ask');
is($m->{authorization_response_iss_parameter_supported}, JSON::PP::true(),
    'RFC 9207 3: iss is announced');
ok(!(grep { !defined } values %$m), 'no member is null');
ok(!(grep { !ref && m{^https?:} && index($_, $issuer) } values %$m),
    'every URL is at the issuer');

my $o = $c->get($oidc)->json;
is_deeply($o, $m, 'the alias of OpenID Connect says the same');
ok($o->{$_}, "OpenID Connect Discovery 3 requires $_")
    for qw(jwks_uri subject_types_supported
        id_token_signing_alg_values_supported scopes_supported);

# -- keys (RFC 7517) ---------------------------------------------------------

my $keys = $c->get($jwks)->json->{keys};
ok(@$keys >= 1, 'RFC 7517 5: keys');
for my $key (@$keys) {
    is_deeply([@{$key}{qw(kty crv alg use)}], [qw(EC P-256 ES256 sig)],
        'RFC 7518 6.2: an ES256 key');
    like($key->{$_}, qr/^[A-Za-z0-9_-]{43}$/, "RFC 7518 6.2: $_")
        for qw(x y);
    ok(length $key->{kid}, 'RFC 7517 4.5: kid');
    ok(!exists $key->{d}, 'RFC 7518 6.2.2: the private part stays here');
}

# -- how they answer ---------------------------------------------------------

my @all = ("$prm/mcp", $asm, $oidc, $jwks);
for my $path (@all) {
    my $get = $c->get($path, headers => {Origin => 'https://inspector.test'});
    like($get->header('Content-Type'), qr{^application/json}, "$path is JSON");
    my ($age) = ($get->header('Cache-Control') // '') =~ /max-age=(\d+)/;
    ok($age && $age <= 3600, "$path may be kept for a short time");
    is($get->header('Access-Control-Allow-Origin'), '*',
        "Fetch: any origin may read $path");
    is($get->header('Set-Cookie'), undef, "$path sets no cookie");

    my $head = $c->request(HEAD => $path);
    is($head->status, 200, "RFC 9110 9.3.2: HEAD of $path");
    is($head->header('Content-Length') // length $get->body,
        length $get->body, 'with the length of GET');
    is($head->header('Content-Type'), $get->header('Content-Type'),
        'with the type of GET');

    my $options = $c->request(OPTIONS => $path, headers => {
        Origin => 'https://inspector.test',
        'Access-Control-Request-Method' => 'GET',
        'Access-Control-Request-Headers' => 'mcp-protocol-version'});
    is($options->status, 204, "Fetch: a preflight of $path");
    is($options->header('Access-Control-Allow-Origin'), '*', 'allows origins');
    like($options->header('Access-Control-Allow-Headers'),
        qr/MCP-Protocol-Version/i, 'allows the header that the SDK sends');
    like($options->header('Access-Control-Allow-Methods'), qr/\bGET\b/,
        'allows GET');

    for my $method (qw(POST PUT DELETE PATCH TRACE)) {
        my $r = $c->request($method => $path,
            $method eq 'TRACE' ? () : (body => '{}'));
        is($r->status, 405, "RFC 9110 15.5.6: no $method of $path");
        like($r->header('Allow'), qr/\bGET\b/, 'and Allow says what')
            if $method ne 'TRACE';
    }
}
for my $path (qw(/oauth/token /oauth/register /oauth/revoke)) {
    my $r = $c->request(OPTIONS => $path, headers => {
        Origin => 'https://inspector.test',
        'Access-Control-Request-Method' => 'POST',
        'Access-Control-Request-Headers' => 'content-type,authorization'});
    is($r->status, 204, "Fetch: a preflight of $path");
    is($r->header('Access-Control-Allow-Origin'), '*', 'allows origins');
    like($r->header('Access-Control-Allow-Headers'),
        qr/authorization/i, 'allows Authorization by name (Fetch 4.9)');
    like($r->header('Access-Control-Allow-Methods'), qr/\bPOST\b/,
        'allows POST');
    is($c->get($path)->status, 405, "no GET of $path");
}
is($c->get('/oauth/authorize', headers => {Origin => 'https://a.test'})
    ->header('Access-Control-Allow-Origin'), undef,
    'Fetch: no other origin reads the authorization endpoint');

# 5xx, 401, a redirect or a page would end discovery in the SDK
for my $path ($prm, "$prm/", "$prm/nope", "$prm/mcp/nope", "$prm/open",
    "$prm/mcpx", "${prm}x/mcp", "$asm/mcp", "$asm/nope", "$oidc/mcp",
    '/.well-known/nope', '/oauth/nope', '/oauth/jwks/x', '/oauth') {
    my $r = $c->get($path);
    is($r->status, 404, "an unknown one is 404, nothing else: $path");
    is($r->header('WWW-Authenticate'), undef, 'without a challenge');
}
is($c->get("$prm/nope")->header('Access-Control-Allow-Origin'), '*',
    'a browser may see that a well-known is not there');
unlike($c->get("$prm/nope")->header('Cache-Control') // '', qr/max-age=[1-9]/,
    'what is not there may come');
is($c->get("$asm?x=1")->status, 200, 'a query does not matter');

# -- one issuer string, one resource string ----------------------------------

my %seen;
for my $path (@all) {
    my @bodies = map { $_->body } $c->get($path),
        $c->get($path, headers => [Host => 'evil.example']),
        $c->get("http://evil.example:8080$path"),
        $c->get($path, headers => ['X-Forwarded-Host' => 'evil.example',
            'X-Forwarded-Proto' => 'https', Forwarded => 'host=evil.example']);
    is($bodies[$_], $bodies[0], "Host and its kin change nothing in $path")
        for 1 .. $#bodies;
}
my $unauthorized = $c->post('/mcp', json => {});
is($unauthorized->status, 401, 'RFC 9728 5.1: no token');
like($unauthorized->header('WWW-Authenticate'),
    qr{^Bearer .*resource_metadata="\Q$issuer$prm/mcp\E"},
    'RFC 9728 5.1: the challenge names the metadata');
my $j = $c->journey;
my $claims = jwt_claims($j->{access_token});
$seen{$_} = 1 for $m->{issuer}, $o->{issuer}, $j->{returned}{iss},
    $claims->{iss}, @{$c->get("$prm/mcp")->json->{authorization_servers}};
is_deeply([keys %seen], [$issuer], 'RFC 9207 2.4: one issuer string '
    . 'in metadata, responses and tokens');
is($claims->{aud}, $c->get("$prm/mcp")->json->{resource},
    'RFC 8707 2.2: aud is the resource of the metadata');
my ($kid) = jwt_header($j->{access_token})->{kid};
ok((grep { $_->{kid} eq $kid } @$keys), 'the token names a key of the JWKS');

# -- other servers -----------------------------------------------------------

my $one = <<'END';
MCPStateDirectory "${ROOT}/state/mcp-oauth"
<MCPIdentityProvider httpd file>
    AuthUserFile "${CONF}/htpasswd"
</MCPIdentityProvider>
<Location "/only">
    AuthType   mcp
    Require    valid-user
    SetHandler mcp-server
    MCPOffer   demo:*
    MCPTitle   "The only one"
    MCPDocumentation https://docs.example.com/
</Location>
END
{
    my $s = MCPServer->new(site => 0, config => <<"END");
MCPAuthIssuer \${ISSUER}
$one
END
    $s->start;
    my $c = $s->client;
    my $root = $c->get($prm);
    is($root->status, 200, 'RFC 9728: the root form for the only location');
    is($root->json->{resource}, $s->issuer . '/only', 'names its resource');
    is($c->get("$prm/")->status, 200, 'with a slash too');
    is($root->body, $c->get("$prm/only")->body, 'and is the path form');
    is($root->json->{resource_name}, 'The only one',
        'RFC 9728 2: resource_name');
    is($root->json->{resource_documentation}, 'https://docs.example.com/',
        'RFC 9728 2: resource_documentation');
    $s->stop;

    require_log(qr{MCP00860: .*issuer \Q@{[$s->issuer]}\E,.*/tenant:});
    $s->configure(site => 0, config => <<"END");
MCPAuthIssuer \${ISSUER}/tenant
MCPRootResource /two
$one
<Location "/two">
    AuthType mcp
    Require  valid-user
</Location>
END
    $s->start;
    my $tenant = $s->issuer . '/tenant';
    for my $path ("$asm/tenant", "$oidc/tenant", "/tenant$oidc") {
        my $r = $c->get($path);
        is($r->status, 200, "RFC 8414 3.1: of an issuer with a path: $path");
        is($r->json->{issuer}, $tenant, 'its issuer') if $r->status == 200;
    }
    is($c->get("$asm/other")->status, 404, 'of another path: 404');
    is($c->get($prm)->json->{resource}, $s->issuer . '/two',
        'MCPRootResource says which location the root form describes');
    is_deeply($c->get("$prm/only")->json->{authorization_servers}, [$tenant],
        'and the issuer keeps its path');
    $s->stop;
}
done();
