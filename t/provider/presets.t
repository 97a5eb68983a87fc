#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# Signing in at every identity provider that there is a preset for: from the
# client's first request to a call, and a refresh.
use strict;
use warnings;
use MCPTest;
use MCPIdP;
use MCPServer;

my $idp = MCPIdP->new;
my %more = (auth0 => ['Audience https://api.example.com']);
my @presets = $ENV{PRESETS} ? split ' ', $ENV{PRESETS}
    : qw(auth0 clerk workos supabase keycloak oidc oauth2 google entra okta
    github pingone cognito authentik scalekit);

sub server_for {
    my ($preset) = @_;
    my $s = MCPServer->new(site => 0, tls => 1, config => $idp->config
        . $idp->section($preset, @{$more{$preset} || []}) . <<'END');
MCPStateDirectory "${ROOT}/state/mcp-oauth"
MCPAuthIssuer     ${ISSUER}
<Location "/mcp">
    AuthType   mcp
    Require    valid-user
    SetHandler mcp-server
    MCPOffer   demo:*
</Location>
END
    $s->start;
    $idp->callback($s->issuer . '/oauth/callback');
    return $s;
}

for my $preset (@presets) {
    my $s = server_for($preset);
    my $c = $s->client;
    my $j = eval { $c->journey(browser => $idp->browser($c)) };
    diag "$@" unless $j;
    ok($j && $j->{access_token}, "$preset: a token");
    if ($j && $j->{code}) { my $r = $c->post('/oauth/token', form => {grant_type => 'refresh_token', refresh_token => $j->{refresh_token}, client_id => $j->{client}{client_id}}); ok($r->status == 200, 'refresh') or diag $r->brief; }
    else { diag explain $j->{returned} if $j; }
    diag join '', grep { !/:(debug|info|notice)\]/ || /sign-in|identity prov/ } split /^/m, MCPIdP::slurp($s->root . '/logs/error_log');
    $s->stop;
}
done_testing();
