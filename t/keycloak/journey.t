# Licensed under the Apache License, Version 2.0; see LICENSE.
# Sign-in through a real Keycloak: the first of the configurations, and what
# can happen to a grant there.
use strict;
use warnings;
use utf8;
use MCPTest;
use MCPExpect;
use MCPKeycloak;

my $s = MCPServer->new(site => 0);
# It knows nothing of us: what is not from us would not get past our module.
my $backend = MCPServer->new(site => 0, load => 0);
my $k = MCPKeycloak->new(mcp => $s->issuer)->start;
my ($staff, $strict) = map $k->issuer($_), qw(staff strict);

# Seconds after which a provider is asked again (oauth/renewal.c).
my $ASK_EVERY = 60;

# -- what is served ----------------------------------------------------------

sub secret_file {
    my ($name, $text) = @_;
    my $file = $s->root . "/conf/$name.secret";
    open my $out, '>', $file or die "$file: $!";
    print $out "$text\n";
    close $out;
    chmod 0600, $file;
    secret($text);
    return "file:$file";
}

sub provider {
    my ($issuer, $client, $file, $more) = @_;
    return <<"END";
    <MCPIdentityProvider keycloak $issuer>
        Client $client $file
        @{[$more // '']}
    </MCPIdentityProvider>
END
}

sub location {
    my ($path, $inside) = @_;
    return <<"END";
<Location "$path">
    AuthType   mcp
    Require    valid-user
    SetHandler mcp-server
    MCPOffer   demo:*
    $inside
</Location>
END
}

my $file = secret_file(gateway => $k->secret);
my $wrong = secret_file(wrong => MCPClient::random_text());
open my $page, '>', $s->root . '/htdocs/who.txt' or die $!;
print $page "you\n";
close $page;
my @words = qw(subject user email name roles permissions);
my $seen = join '', map {
    my $name = ucfirst;
    my $variable = uc;
    qq{    Header set X-Env-$name "%{MCP_$variable}e" env=MCP_$variable\n}
} @words;
my $echo = join '', map {
    my $name = ucfirst;
    qq{Header always set X-Got-$name "expr=%{req:X-MCP-Auth-$name}"\n}
} @words;

# Of tokens that were asked for with offline_access, as /mcp does, Keycloak ends
# none at a logout, and tells nobody.
my $online = 'Scopes openid profile email';
$s->configure(site => 0, config => <<"END"
MCPStateDirectory "\${ROOT}/state/mcp-oauth"
MCPAuthIssuer     \${ISSUER}
MCPPass           @words client scopes
END
    . provider($staff, 'mcp-gateway', $file)
    . location('/mcp', '')
    . location('/online', provider($staff, 'mcp-gateway', $file, $online))
    . location('/asks', provider($staff, 'mcp-asks', $file))
    . location('/wrong', provider($staff, 'mcp-gateway', $wrong))
    . location('/strict', provider($strict, 'mcp-gateway', $file, $online))
    . <<"END");
<Location "/who.txt">
    AuthType mcp
    Require  valid-user
$seen
</Location>
<Location "/backend">
    AuthType  mcp
    Require   valid-user
    ProxyPass http://127.0.0.1:@{[$backend->port]}/
</Location>
END
$backend->configure(site => 0, load => 0, config => $echo);
$backend->start;
my ($fits, $said) = $s->check;
ok($fits, 'the configuration is one') or diag $said;
$s->start;
my $c = $k->browser($s);

sub sign_in {
    my ($path, %o) = @_;
    my $j = $c->journey(resource => $path, browser => $k->browser($s), %o);
    die "$path: $j->{location}" unless $j->{access_token};
    return $j;
}

sub whoami {
    my ($j, $path) = @_;
    return $c->call_tool($path // '/mcp', whoami => {},
        token => $j->{access_token})->message->{result}{structuredContent};
}

# Refreshes and goes on with what came.
sub refreshed {
    my ($j, $name) = @_;
    my $r = $c->refresh($j);
    is($r->status, 200, $name) or diag $r->brief;
    @$j{qw(access_token refresh_token)} =
        @{$r->json}{qw(access_token refresh_token)} if $r->status == 200;
    return $r;
}

sub asked { return $k->events($_[0] // 'staff')->{REFRESH_TOKEN} // 0 }

# -- the way in --------------------------------------------------------------

my $ada = sign_in('/mcp');
my ($ours, $theirs, @more) = map $_->{url} =~ s/\?.*//r, @{$ada->{pages}};
is($ours, $s->issuer . '/oauth/authorize', 'first our page asks');
like($theirs, qr{^\Q$staff\E/protocol/openid-connect/auth$},
    'then Keycloak has its own');
is(scalar @more, 0, 'and that is all');
is($ada->{returned}{iss}, $s->issuer, 'RFC 9207: our iss');
is($ada->{returned}{state}, $ada->{request}{parameters}{state}, 'the state');
my ($id) = $k->user('ada') =~ m{([^/]+)$};
my $who = whoami($ada);
is_deeply([@$who{qw(authenticated user subject issuer client)}],
    [JSON::PP::true, $id, $id, $staff, $ada->{client}{client_id}],
    'a tool sees who it is');
my $bob = sign_in('/mcp', user => 'bob');
isnt(whoami($bob)->{subject}, $id, 'and who somebody else is');

# -- what backends hear ------------------------------------------------------

sub heard {
    my ($prefix, $path, %o) = @_;
    my $j = sign_in($path =~ s/\?.*//r, %o);
    my $r = $c->get($path, token => $j->{access_token});
    return {map { $_ => $r->header("X-$prefix-" . ucfirst) } @words};
}

my $name = MCPClient::escape('Ada Łovelace-Žižek');
for (['Env', '/who.txt'], ['Got', '/backend']) {
    my ($prefix, $path) = @$_;
    my $heard = heard($prefix, $path);
    is($heard->{subject}, $id, "$path: the subject");
    like($heard->{name}, qr/^\Q$name\E$/i, "$path: a name beyond ASCII")
        if $prefix eq 'Got';
    is($heard->{email}, 'ada@example.com' =~ s/\@/$prefix eq 'Got'
        ? '%40' : '@'/er, "$path: her address");
    ok((grep { $_ eq 'admin' } split /,/, $heard->{roles} // ''),
        "$path: the roles of the realm");
    ok((grep { MCPClient::unescape($_) eq 'mcp-gateway:write' }
        split /,/, $heard->{permissions} // ''),
        "$path: the roles of the client") or diag $heard->{permissions};
}
my $his = heard(Env => '/who.txt', user => 'bob');
is($his->{email}, undef, 'an address that is not verified is nobody\'s');
unlike($his->{roles} // '', qr/\badmin\b/, 'bob is no administrator');

# -- no ----------------------------------------------------------------------

# From our page to the consent of Keycloak; the answer to a button of it.
sub asked_there {
    my $button = shift;
    my $browser = $k->browser($s);
    my $j = $c->journey(resource => '/asks', browser => $browser,
        until => 'sign-in');
    my ($form) = $browser->forms($j->{response});
    my $r = $browser->submit($j->{response}, $form, username => 'ada',
        password => $MCPClient::PASSWORD{ada});
    my $consent = $browser->get($r->header('Location'));
    ($form) = $browser->forms($consent);
    $r = $browser->submit($consent, $form, $button => 'x');
    return ($j, $browser->get($r->header('Location')));
}

my $back = $MCPClient::REDIRECT_URI;
my ($j, $r) = asked_there('cancel');
sent_back($r, "$back?", {error => 'access_denied', code => undef,
    iss => $s->issuer, state => $j->{request}{parameters}{state}},
    'RFC 6749 4.1.2.1: who refuses at Keycloak has refused');
($j, $r) = asked_there('accept');
sent_back($r, "$back?", {code => qr/./, error => undef},
    'and who does not has not');

$j = $c->journey(resource => '/wrong');
is($j->{returned}{error}, 'server_error', 'a wrong client secret is our fault');
is($j->{returned}{state}, $j->{request}{parameters}{state},
    'which the client hears');
unlike($j->{returned}{error_description} // '', qr/secret|keycloak/i,
    'in words that say nothing of our secret');
require_log(qr/\[mcp_oauth:error\].*MCP\d{5}: .*unauthorized_client.*Client/s);

# -- logout ------------------------------------------------------------------

my ($here, $there) = map sign_in($_), '/online', '/online';
my $same = sign_in('/online', browser => $here->{browser});
works($c, $_->{access_token}, '/online', 'signed in') for $here, $there;
my $sessions = $k->admin(GET => $k->user('ada') . '/sessions')->json;
cmp_ok(scalar @$sessions, '>=', 2, 'Keycloak knows the sessions');
my $logout = $here->{browser}->get($k->endpoint('staff', 'logout'));
my ($form) = $here->{browser}->forms($logout);
is($here->{browser}->submit($logout, $form, confirmLogout => 'x')->status, 200,
    'ada logs out at Keycloak in one browser');
dead($c, $here->{access_token}, '/online',
    'Back-Channel Logout: what began there is over at once');
dead($c, $same->{access_token}, '/online', 'all of it');
refused($c->refresh($here), 400, 'invalid_grant', 'the grant too');
works($c, $there->{access_token}, '/online',
    'what began in another browser is not');
$k->admin(POST => $k->user('ada') . '/logout');
dead($c, $there->{access_token}, '/online',
    'the administrator ends all sessions');

# -- a minute later ----------------------------------------------------------

# One for each thing that can happen: a grant is asked about once in a minute.
my ($plain, $outage, $after, $reset) = map sign_in('/mcp'), 1 .. 4;
my $first = sign_in('/online');
my $second = sign_in('/online', browser => $first->{browser});
my $roles = sign_in('/who.txt');
my $turning = sign_in('/strict');
$k->new_key('staff');
my $due = time + $ASK_EVERY + 1;
$s->await('the end of the minute', sub { time > $due }, $ASK_EVERY + 30);

# Keys that were fetched just now are not fetched again (net/document.h).
my $turned = sign_in('/mcp');
works($c, $turned->{access_token}, '/mcp', 'a sign-in with another key');
works($c, $plain->{access_token}, '/mcp', 'and those from before go on');

my $before = asked();
refreshed($plain, 'a refresh');
is(asked(), $before + 1, 'Keycloak is asked');
refreshed($plain, 'another');
is(asked(), $before + 1, 'once in a minute');
works($c, $plain->{access_token}, '/mcp', 'the new token');

my $admin = $k->admin(GET => '/staff/roles/admin')->json;
$k->admin(DELETE => $k->user('ada') . '/role-mappings/realm', [$admin]);
refreshed($roles, 'ada is refreshed');
unlike($c->get('/who.txt', token => $roles->{access_token})
    ->header('X-Env-Roles') // '', qr/\badmin\b/,
    'after she ceased to be an administrator');

$k->set($k->user('bob'), enabled => JSON::PP::false);
refused($c->refresh($bob), 400, 'invalid_grant', 'bob is disabled');
dead($c, $bob->{access_token}, '/mcp', 'and out');
$k->set($k->user('bob'), enabled => JSON::PP::true);
refused($c->refresh($bob), 400, 'invalid_grant', 'for good');

my $gateway = $k->component('mcp-gateway');
$k->set($gateway, secret => 'another-secret-of-the-gateway');
refreshed($reset, 'a secret that was changed there ends no grant');
$k->set($gateway, secret => $k->secret);

# RFC 7009. Keycloak ends a session for one of its tokens, and the other grants
# of it with that.
sub revoked { return $k->events('staff')->{REVOKE_GRANT} // 0 }
$before = revoked();
is($c->revoke($first->{client}, $first->{refresh_token})->status, 200,
    'one of two grants of a browser is revoked');
is(revoked(), $before, 'Keycloak does not hear of that');
refreshed($second, 'and the other goes on');
$c->revoke($second->{client}, $second->{refresh_token});
is(revoked(), $before + 1, 'it hears of the last one');

# -- rotation ----------------------------------------------------------------

my @answers = at_once(12, sub {
    my $r = $c->refresh($turning);
    return [$r->status, $r->status == 200 ? $r->json->{refresh_token} : ''];
});
is(scalar(grep { $_->[0] == 200 } @answers), 12, '12 refreshes at once');
my %tokens = map { ($_->[1] => 1) } @answers;
is(scalar keys %tokens, 1, 'that get the same token');
my $events = $k->events('strict');
is_deeply([@$events{qw(REFRESH_TOKEN REFRESH_TOKEN_ERROR)}], [1, undef],
    'are one for Keycloak, which would end all for two');
($turning->{refresh_token}) = keys %tokens;
refreshed($turning, 'and the family goes on');

# -- Keycloak is away --------------------------------------------------------

expect_log(qr/MCP\d{5}: .*localhost/);
$k->stop;
works($c, $plain->{access_token}, '/mcp', 'Keycloak is away: tokens go on');
refreshed($outage, 'and a grant can be refreshed');
$k->start;

# It is not asked again at once by whoever has just asked in vain.
sub asked_about {
    my ($j, $name) = @_;
    my $before = asked();
    my $r;
    $s->await($name, sub {
        $r = $c->refresh($j);
        $j->{refresh_token} = $r->json->{refresh_token} if $r->status == 200;
        return $r->status != 200 || asked() > $before;
    }, 2 * $ASK_EVERY + 30);
    is($r->status, 200, $name);
}
asked_about($after, 'it is back: a grant can be refreshed');
asked_about($outage, 'and so can the one of before');
works($c, sign_in('/mcp')->{access_token}, '/mcp', 'and one can sign in');

$_->stop for $s, $backend, $k;
done();
