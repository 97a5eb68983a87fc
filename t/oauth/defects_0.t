# Licensed under the Apache License, Version 2.0; see LICENSE.
# What was wrong with consent, sign-in and tokens of TinyMCP (FastMCP with
# Auth0 or Clerk), which this module replaces: one test for each.
use strict;
use warnings;
use MCPTest;
use MCPExpect;

my $c = client();
my $client = $c->register;
my $back = $client->{redirect_uris}[0];

sub ask {
    my ($browser, %o) = @_;
    return $browser->get($c->authorization_request(client => $client,
        resource => $c->resource('/mcp'), state => 'the-state', %o)->{url});
}

sub press {
    my ($browser, $page, $n, @typed) = @_;
    return $browser->submit($page, ($c->forms($page))[$n], @typed);
}

my @ada = (username => 'ada', password => $MCPClient::PASSWORD{ada});
my %told = (error => 'access_denied', state => 'the-state', iss => $c->{url},
    code => undef);

# Any redirect URI was accepted at /authorize, registered or not.
for ('https://evil.example/cb', 'http://127.0.0.1:33418/other',
    'https://127.0.0.1:33418/callback', "$back\@evil.example",
    "$back/../callback", "$back#x", 'http://127.0.0.1.evil.example/callback',
    'cursor://evil/callback', 'javascript:alert(1)') {
    shown(ask($c->fresh, redirect_uri => $_), 400, qr/did not register/,
        "no redirect URI that was not registered: $_");
}

# "Deny" was remembered for 365 days, and could not be undone.
my $browser = $c->fresh;
for (1, 2) {
    my $page = press($browser, ask($browser), 0, @ada);
    sent_back(press($browser, $page, 0, decision => 'deny'), "$back?", \%told,
        "a denial is told, time $_, and forgotten");
}
my $page = press($browser, ask($browser), 0, @ada);
sent_back(press($browser, $page, 0, decision => 'approve'), "$back?",
    {code => qr/./}, 'the same browser can say yes afterwards');

# Approvals were for 365 days, in a cookie that said which.
is_deeply([sort keys %{$browser->{jar}}], ['mcp-session', 'mcp-signin'],
    'approvals are in no cookie');
my $copy = $c->fresh;
$copy->{jar} = {%{$browser->{jar}}};
shown(ask($copy), 200, qr/name="decision" value="approve"/,
    'and a cookie alone approves nothing');

# Who cancelled the sign-in saw a page; the client waited for ever.
my $tab = $c->fresh;
sent_back(press($tab, ask($tab), 1, cancel => 'yes'), "$back?", \%told,
    'who cancels the sign-in tells the client');

# Without offline_access, which could not even be asked for, users had to sign
# in again at each expiry; some access tokens were good for a year.
my $j = $c->journey(client => $client);
cmp_ok($j->{tokens}{expires_in}, '<=', 3600,
    'an access token is good for an hour at most');
ok($j->{refresh_token}, 'and there is a refresh token without asking for it');
is($c->refresh($j)->status, 200, 'that works');
like($c->journey(client => $client, scope => 'offline_access')->{tokens}{scope},
    qr/\boffline_access\b/, 'offline_access can be asked for');

# invalid_grant was a 401, which means another thing to clients.
refused($c->redeem({%$j, code => 'x' x 43}), 400, 'invalid_grant',
    'RFC 6749 5.2: invalid_grant is a 400');
done();
