# Licensed under the Apache License, Version 2.0; see LICENSE.
# What was wrong with consent, sign-in and tokens of the mcp-use providers,
# which this module replaces: one test for each.
use strict;
use warnings;
use MCPTest;
use MCPExpect;

my $c = client();
my $client = $c->register;

# The relayed /authorize checked no redirect URI, the relayed /token no client.
my $request = $c->authorization_request(client => $client,
    resource => $c->resource('/mcp'),
    redirect_uri => 'https://evil.example/cb');
shown($c->fresh->get($request->{url}), 400, qr/did not register/,
    'authorize checks the redirect URI');
my $j = $c->journey(client => $client, until => 'code');
my $thief = $c->register(client_name => 'Thief');
refused($c->redeem({%$j, client => $thief}), 400, 'invalid_grant',
    'token checks whose code it is');
refused($c->post($c->server_metadata->{token_endpoint}, form => {
    grant_type => 'authorization_code', code => $j->{code},
    code_verifier => $j->{request}{verifier}}), 401, 'invalid_client',
    'and that there is a client');
refused($c->redeem($j, code_verifier => 'x' x 43), 400, 'invalid_grant',
    'and the verifier');
my $redeemed = $c->redeem($j);
is($redeemed->status, 200, 'none of which burns the code');

# There was no consent page, so a link was enough: the confused deputy. A user
# has approved one client and stays signed in; an attacker registers another
# one, with the same name and the same redirect URI, and sends a link.
my $browser = $j->{browser};
for my $evil (
    $c->register(client_name => $client->{client_name}),
    $c->register(client_name => $client->{client_name}, redirect_uris =>
        ['https://evil.example/cb']),
) {
    my $r = $browser->get($c->authorization_request(client => $evil,
        resource => $c->resource('/mcp'))->{url});
    shown($r, 200, qr/name="decision" value="approve"/,
        'each client is asked about, whoever is signed in');
    my ($host) = $evil->{redirect_uris}[0] =~ m{//([^/]+)};
    like($r->body, qr/<strong>\Q$host/, 'the page says who gets the answer');
}

# The state was not signed and no browser was bound to it: an attacker could
# finish a sign-in that somebody else had begun, or have it finished.
my $mine = $c->journey(client => $client, until => 'consent', user => 'bob');
my ($form) = $c->forms($mine->{response});
shown($browser->post('/oauth/authorize', form => [@{$form->{hidden}},
    decision => 'approve'], headers => {Origin => $c->{url}}), 400, qr/cookie/,
    'a page of one browser is of no use in another, even a signed-in one');

# Tokens of other applications were accepted, for aud was not looked at.
my $notes = $c->journey(client => $client, resource => '/notes');
dead($c, $notes->{access_token}, '/mcp',
    'a token for one location is none for another');
refused($c->refresh($notes, resource => $c->resource('/mcp')), 400,
    'invalid_target', 'nor can it be turned into one');

# Scopes of a token had to be a text; roles and scopes were mixed up.
is(jwt_claims($notes->{access_token})->{scope}, 'notes:read notes:write',
    'RFC 9068 2.2.3: scope is a text of scopes, and of nothing else');
done();
