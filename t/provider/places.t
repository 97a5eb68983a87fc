#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# Two locations that have users sign in at one provider, each as a client of
# its own there: nothing of the one is asked as the other.
use strict;
use warnings;
use MCPTest;
use MCPIdP;
use MCPServer;

my $idp = MCPIdP->new;
my $place = sub {
    my ($path, $client) = @_;
    my $section = $idp->section('keycloak', 'Label Staff');
    $idp->net->write_file("$client.secret", $idp->secret_of($client));
    chmod 0600, $idp->net->{dir} . "/$client.secret";
    $section =~ s{Client mcp-gateway (\S+)client}{Client $client $1$client};
    return <<"END";
<Location "$path">
    AuthType   mcp
    Require    valid-user
    SetHandler mcp-server
    MCPOffer   demo:*
    $section
</Location>
END
};
my $s = MCPServer->new(site => 0, tls => 1, faketime => 1,
    config => $idp->config . <<'END'
MCPStateDirectory "${ROOT}/state/mcp-oauth"
MCPAuthIssuer     ${ISSUER}
END
    . $place->('/a', 'mcp-gateway') . $place->('/b', 'mcp-basic'));
$s->start;
$idp->callback(map { $s->issuer . "/oauth/callback$_" } '', '/staff');
my $c = $s->client;

my ($later, %j) = (0);
for (['/a', 'mcp-gateway'], ['/b', 'mcp-basic']) {
    my ($path, $client) = @$_;
    my $as = sub {
        my ($endpoint, $name) = @_;
        is_deeply([map { $_->{client} } $idp->asked('keycloak', $endpoint)],
            [$client], "$path: $name as $client");
    };
    $idp->reset;
    my $j = $j{$path} = $c->journey(resource => $path,
        browser => $idp->browser($c));
    $as->('token', 'the code is exchanged');
    $s->set_clock('+' . ($later += 90));
    my $answer = $c->refresh($j)->json;
    $as->('refresh', 'what it gave is renewed');
    is($c->revoke($j->{client}, $answer->{refresh_token})->status, 200,
        "$path: revoked");
    $as->('revocation', 'it takes back what it gave');
}
$s->stop;
done_testing();
