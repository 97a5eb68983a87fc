#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# OpenID providers of which only three endpoints are known, as in the variables
# of "MCP OAuth Server": they give an id_token whose keys nobody named, and some
# say in the callback who they are.
use strict;
use warnings;
use MCPTest;
use MCPIdP;
use MCPServer;

my $idp = MCPIdP->new;

sub server_for {
    my ($profile, @lines) = @_;
    $idp->section($profile); # writes the secret of our client
    my $endpoints = join "\n", map { "    Endpoint $_ " . $idp->endpoint($profile, $_) }
        qw(authorization token userinfo);
    my $lines = join "\n", map { "    $_" } @lines;
    my $s = MCPServer->new(site => 0, tls => 1, config => $idp->config . <<"END");
MCPStateDirectory "\${ROOT}/state/mcp-oauth"
MCPAuthIssuer     \${ISSUER}
<MCPIdentityProvider oauth2>
    Client mcp-gateway file:$idp->{dir}/client.secret
$endpoints
    Scopes openid profile email
$lines
</MCPIdentityProvider>
<Location "/mcp">
    AuthType   mcp
    Require    valid-user
    SetHandler mcp-server
    MCPOffer   demo:*
</Location>
END
    $s->log->expect(qr/MCP00702: .*iss of the callback/) if @lines;
    $s->start;
    $idp->callback($s->issuer . '/oauth/callback');
    return $s;
}

sub journey {
    my ($profile, @lines) = @_;
    my $s = server_for($profile, @lines);
    my $c = $s->client;
    my $j = eval { $c->journey(browser => $idp->browser($c)) };
    diag $@ if $@;
    my $log = MCPIdP::slurp($s->root . '/logs/error_log');
    $s->stop;
    return ($j, $log);
}

for my $profile (qw(oidc keycloak okta)) {
    my ($j) = journey($profile);
    ok($j && $j->{access_token}, "$profile: a token");
}

my ($j, $log) = journey(keycloak => 'Issuer https://sso.example.com');
ok(!$j || !$j->{access_token}, 'an iss that is not the one of Issuer');
like($log, qr/iss of the callback is "[^"]+realms.staff"/, 'is told');
$idp->stop;
done_testing();
