# Licensed under the Apache License, Version 2.0; see LICENSE.
# Our own client at an identity provider: how it proves who it is (RFC 6749
# 2.3.1, RFC 7523, OpenID Connect Core 9).
use strict;
use warnings;
use MCPTest;
use MCPKey;
use MCPSignIn;

my $idp = MCPIdP->new;
my $wrong = 'file:' . $idp->net->secret_file(wrong => 'not-the-secret-of-it');
sub secret_file {
    my ($client) = @_;
    return 'file:' . $idp->net->secret_file($client,
        $idp->secret_of("mcp-$client"));
}
my %at = map { ($_ => secret_file($_)) } qw(basic post gateway);
my @key = map { MCPKey->new($_) } qw(RS256 ES256 RS256);
my $jwt = 'private-key-jwt';
my $w = MCPSignIn->new(idp => $idp, tls => 0, at => {
    default => ['oidc'],
    basic => ['oidc', "Client mcp-basic $at{basic}"],
    basic_post => ['oidc', "Client mcp-basic $at{basic} post"],
    post => ['oidc', "Client mcp-post $at{post}"],
    post_post => ['oidc', "Client mcp-post $at{post} post"],
    post_basic => ['oidc', "Client mcp-post $at{post} basic"],
    wrong => ['oidc', "Client mcp-gateway $wrong"],
    public => ['oidc', 'Client mcp-public'],
    said => ['scalekit'],
    github => ['github'],
    github_wrong => ['github', "Client mcp-gateway $wrong"],
    rsa => ['oidc', "Client mcp-jwt file:$key[0]{file} $jwt"],
    ec => ['oidc', "Client mcp-jwt file:$key[1]{file} $jwt"],
    stranger => ['oidc', "Client mcp-jwt file:$key[2]{file} $jwt"],
    okta => ['okta', "Client mcp-jwt file:$key[1]{file} $jwt"],
    introspected => ['keycloak', "Client mcp-post $at{post}",
        'Verify introspection'],
});
$idp->client_keys(MCPKey::set(@key[0, 1]));
my $s = $w->{s};
my $browser = $w->browser;
my $hint = qr/MCP00180: identity provider "\S+" wants the secret of Client in/;

sub ways { return join ' ', map { $_->{authentication} } $idp->asked(@_) }

# A sign-in that works, and in which ways the code was redeemed.
sub works {
    my ($at, $ways, $name, %o) = @_;
    my $preset = $o{preset} // 'oidc';
    $idp->reset($preset);
    $idp->set($preset => %{$o{quirks} || {}});
    my $hints = $s->logged($hint);
    my ($r, $v) = $w->outcome($at);
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    $w->succeeded($r, $v, $name)
        or diag grep { /MCP00702/ } $s->tail =~ /^.*\n/mg;
    is(ways($preset => $o{endpoint} // 'token'), $ways, "$name: $ways");
    is($s->logged($hint) - $hints, $o{hints} // ($ways =~ / / ? 1 : 0),
        "$name: the log says so where it took two");
    secret($idp->secrets);
    return $w->tokens($v, $r);
}

sub stuck {
    my ($at, $ways, $name, $pattern, %o) = @_;
    my $preset = $o{preset} // 'oidc';
    $idp->reset($preset);
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    $w->fails_with($at, {}, $name, server_error => $pattern,
        preset => $preset);
    is(ways($preset => 'token'), $ways, "$name: $ways");
}

# -- secrets -----------------------------------------------------------------

my ($b, $p) = qw(client_secret_basic client_secret_post);
my $stranger = 'its token endpoint (?:says|answered) \S+.*Client';
works(default => $b, 'RFC 6749 2.3.1: HTTP Basic unless something is said');
works(basic => $b, 'RFC 6749 2.3.1: a secret that has to be encoded');
stuck(basic_post => $p, 'Client ... post where that is not taken', $stranger);
my $j = works(post => "$b $p", 'a client that has to post its secret');
$w->works($j, 'which works to the end');
works(post_post => $p, 'Client ... post');
stuck(post_basic => $b, 'Client ... basic where that is not taken', $stranger);
stuck(wrong => "$b $p", 'a wrong secret', $stranger);
works(said => $p, 'metadata that has client_secret_post alone',
    preset => 'scalekit', quirks => {discovery =>
        {token_endpoint_auth_methods_supported => ['client_secret_post']}});
works(default => "$b $p", 'a provider that says one thing and does another',
    quirks => {client_auth => ['client_secret_post']});
works(github => $p, 'GitHub', preset => 'github');
works(github => "$p $b", 'GitHub, which says no with 200', preset => 'github',
    quirks => {client_auth => ['client_secret_basic']});
stuck(github_wrong => "$p $b", 'GitHub, and a wrong secret',
    'says incorrect_client_credentials', preset => 'github');
works(introspected => "$b $p", 'RFC 7662 2.1: introspection is the same',
    preset => 'keycloak', endpoint => 'introspection', hints => 2);

# -- none --------------------------------------------------------------------

works(public => 'none', 'RFC 6749 2.1: a public client');
my ($asked) = $idp->asked(oidc => 'token');
is($asked->{form}{client_id}, 'mcp-public', 'says its name');
is($asked->{form}{client_secret}, undef, 'and nothing else');

# -- private_key_jwt ---------------------------------------------------------

my %jti;
for (['rsa', 'RS256'], ['ec', 'ES256']) {
    my ($at, $alg) = @$_;
    works($at => 'private_key_jwt', "private_key_jwt: $alg");
    my ($form) = map { $_->{form} } $idp->asked(oidc => 'token');
    is($form->{client_assertion_type},
        'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        'RFC 7523 2.2: client_assertion_type');
    my $assertion = $form->{client_assertion};
    secret($assertion);
    is(jwt_header($assertion)->{alg}, $alg, "RFC 7523 3: $alg");
    my $claims = jwt_claims($assertion);
    $jti{$claims->{jti}}++;
    cmp_ok($claims->{exp} - $claims->{iat}, '<=', 60,
        'RFC 7523 3: good for a minute at most');
    is_deeply({map { $_ => $claims->{$_} } qw(iss sub aud)},
        {iss => 'mcp-jwt', sub => 'mcp-jwt', aud => $idp->issuer('oidc')},
        'OpenID Connect Core 9: for this provider alone');
    is($form->{client_secret}, undef, 'no secret is sent');
}
is(keys %jti, 2, 'RFC 7523 3: each with a jti of its own');
stuck(stranger => 'private_key_jwt', 'private_key_jwt: another key',
    $stranger);
works(okta => 'private_key_jwt', 'private_key_jwt at Okta', preset => 'okta');
($asked) = $idp->asked(okta => 'token');
secret($asked->{form}{client_assertion});
is(jwt_claims($asked->{form}{client_assertion})->{aud},
    $idp->endpoint(okta => 'token'), 'which is the audience by its endpoint');
$w->no_leaks;
$w->stop;
done();
