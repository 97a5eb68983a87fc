# Licensed under the Apache License, Version 2.0; see LICENSE.
# What was wrong with consent, sign-in and tokens of the "MCP OAuth Server" in
# Go, which this module replaces: one test for each.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPServer;

my $s = MCPServer->new(faketime => 1);
$s->start;
my $c = $s->client;
my $client = $c->register;
my $back = $client->{redirect_uris}[0];
my @ada = (username => 'ada', password => $MCPClient::PASSWORD{ada});

sub ask {
    my ($browser, %o) = @_;
    return $browser->get($c->authorization_request(client => $client,
        resource => $c->resource('/mcp'), state => 'the-state', %o)->{url});
}

sub press {
    my ($browser, $page, @typed) = @_;
    return $browser->submit($page, ($c->forms($page))[0], @typed);
}

# Unknown clients were accepted, and any redirect URI: codes could be stolen.
for ('unknown', 'a' x 32, '', 'urn:ietf:wg:oauth:2.0:oob', 'cursor') {
    my $r = ask($c->fresh, client => {client_id => $_, redirect_uris =>
        ['https://evil.example/cb']});
    shown($r, 400, qr/./, "no unknown client: '$_'");
}
shown(ask($c->fresh, redirect_uri => 'https://evil.example/cb'), 400,
    qr/did not register/, 'no redirect URI of somebody else');
my $secret = $c->register(token_endpoint_auth_method => 'client_secret_post');
my $j = $c->journey(client => $secret, until => 'code');
refused($c->redeem($j, client_secret => $_), 401, 'invalid_client',
    'a client secret is checked') for 'wrong', '';
is($c->redeem($j)->status, 200, '(the right one is good)');

# The state of a sign-in was plain base64, "client|redirect|state|...": it
# could be written by anybody, and a state with a | broke it.
my $browser = $c->fresh;
my $page = ask($browser);
my ($form) = $c->forms($page);
my %hidden = @{$form->{hidden}};
for (MIME::Base64::encode_base64url(join '|', $client->{client_id}, $back, 'x',
        'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', 'S256'),
    $hidden{transaction} =~ s/^(.{40})(.)/$1 . ($2 eq 'A' ? 'B' : 'A')/er,
    substr($hidden{transaction}, 2), $hidden{transaction} . 'A') {
    shown($browser->post('/oauth/authorize', form => [transaction => $_, @ada],
        headers => {Origin => $s->issuer}), 400, qr/again from your app/,
        'a sign-in that we did not begin goes nowhere');
}
unlike(MIME::Base64::decode_base64url($hidden{transaction} =~ s/^\d+\.//r),
    qr/127\.0\.0\.1|callback|the-state/, 'and nobody can read one');
for my $state ('a|b|c', '|', "a:b/\\\"'<>&=+%20 \xc3\xa4") {
    my $j = $c->journey(client => $client, state => $state, until => 'code');
    is($j->{returned}{state}, $state, "a state comes back as it was: $state");
}

# Whoever knew the number of a request could approve it, in any browser.
$page = press($browser, $page, @ada);
my ($consent) = $c->forms($page);
my @approve = (@{$consent->{hidden}}, decision => 'approve');
shown($c->fresh->post('/oauth/authorize', form => \@approve, headers =>
    {Origin => $s->issuer}), 400, qr/cookie/, 'no other browser approves');
shown($browser->post('/oauth/authorize', form => \@approve, headers =>
    {Origin => 'https://evil.example'}), 403, qr/another website/,
    'no other website does');
sent_back(press($browser, $page, decision => 'approve'), "$back?",
    {code => qr/./}, 'the browser that signed in does');

# The page could be put into a frame.
my @faults = page_headers($page);
ok(!@faults, 'the consent page is in no frame') or diag "@faults";

# A redirect URI with a query became one with two question marks.
my $query = $c->register(redirect_uris => ['https://app.example/cb?a=1&b=%3F']);
for my $decision ('approve', 'deny') {
    my $j = $c->journey(client => $query, decision => $decision,
        until => 'code');
    like($j->{location}, qr{^https://app\.example/cb\?a=1&b=%3F&[^?]*$},
        "RFC 6749 3.1.2: the query of a redirect URI is kept: $decision");
    is($j->{returned}{iss}, $s->issuer, 'RFC 9207: iss comes with it');
}

# All tokens had the scope "openid profile email", whatever was granted.
my $notes = $c->journey(client => $client, resource => '/notes',
    scope => 'notes:read openid email');
is($notes->{tokens}{scope}, 'notes:read', 'the scope is what was granted');
is(jwt_claims($notes->{access_token})->{sub}, 'ada',
    'and the first token says who the user is');

# An access token that had expired took the refresh token with it.
$s->set_clock(3700);
dead($c, $notes->{access_token}, '/notes', 'an access token expires');
my $next = $c->refresh($notes);
is($next->status, 200, 'showing it costs no refresh token');

# Everything was lost with the process.
$s->stop;
$s->start;
works($c, $next->json->{access_token}, '/notes', 'tokens outlive the server');
is($c->refresh({%$notes, refresh_token => $next->json->{refresh_token}})
    ->status, 200, 'refresh tokens too');
$s->stop;

# Logs had codes and tokens: done() looks for them.
done();
