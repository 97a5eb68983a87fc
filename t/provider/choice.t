#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# A location with httpd's own sign-in and a provider elsewhere: who has signed
# out, or wants to be somebody else, chooses again.
use strict;
use warnings;
use MCPTest;
use MCPIdP;
use MCPServer;

my $idp = MCPIdP->new;
my $s = MCPServer->new(site => 0, tls => 1, config => $idp->config . <<'END'
<MCPIdentityProvider httpd file>
    Label        Staff
    AuthUserFile "${CONF}/htpasswd"
</MCPIdentityProvider>
END
    . $idp->section('oidc', 'Label Guests') . <<'END');
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
my $c = $s->client;

sub ask {
    my $browser = shift;
    return $browser->get($c->authorization_request(client => $c->register,
        resource => $c->resource('/mcp'))->{url});
}

# Presses a button of the form that has it.
sub press {
    my ($browser, $page, $button, @typed) = @_;
    my ($form) = grep { grep { $_->[1] eq $button } @{$_->{buttons}} }
        $browser->forms($page);
    ok($form, "there is a button for $button") or return $page;
    return $browser->submit($page, $form, @typed, decision => $button);
}

sub enter {
    my ($browser, $page) = @_;
    my ($form) = $browser->forms($page);
    return $browser->submit($page, $form, username => 'bob',
        password => $MCPClient::PASSWORD{bob});
}

sub has_code {
    my ($response, $name) = @_;
    like($response->header('Location') // $response->brief, qr/[?&]code=/,
        $name);
}

my $browser = $idp->browser($c);
my $page = press($browser, ask($browser), 'approve', provider => 'Staff');
has_code(enter($browser, $page), 'bob signs in by our form');
for my $button ('switch', 'sign-out') {
    $page = ask($browser);
    like($page->body, qr/Your account.*bob/, 'he stays signed in');
    $page = press($browser, $page, $button);
    like($page->body, qr/Guests/, "$button: the providers to choose from");
    $page = press($browser, $page, 'approve', provider => 'Guests');
    $page = $browser->get($page->header('Location'))
        if $page->status == 303;
    has_code($page, 'he is ada there');
    if ($button eq 'switch') {
        $browser = $idp->browser($c);
        $page = press($browser, ask($browser), 'approve', provider => 'Staff');
        has_code(enter($browser, $page), 'bob again');
    }
}
$s->stop;
done_testing();
