# Licensed under the Apache License, Version 2.0; see LICENSE.
# Refresh tokens (RFC 6749 6, RFC 9700 4.14, architecture D8), and how long
# what the token endpoint gives lasts.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPServer;

my $c = client();
my $issuer = $c->{url};
my $client = $c->register;

sub tokens { return $c->journey(client => $client, @_) }
sub refresh {
    my ($j, $token, %fields) = @_;
    return $c->refresh($j, refresh_token => $token, %fields);
}
sub invalid { return refused($_[0], 400, $_[1], $_[2]) }

# -- rotation ----------------------------------------------------------------

my $j = tokens(scope => 'notes:write');
my $r = $c->refresh($j);
is($r->status, 200, 'RFC 6749 6: a refresh token gives new tokens');
is($r->header('Cache-Control'), 'no-store', 'RFC 6749 5.1: no-store');
my $second = $r->json;
is_deeply([sort keys %$second],
    [qw(access_token expires_in refresh_token scope token_type)],
    'RFC 6749 5.1: these members and no other');
isnt($second->{refresh_token}, $j->{refresh_token},
    'RFC 9700 4.14.2: the refresh token rotates');
isnt($second->{access_token}, $j->{access_token}, 'a new access token');
my ($old, $new) = map { jwt_claims($_->{access_token}) } $j, $second;
is_deeply([@{$new}{qw(iss aud sub client_id scope)}],
    [@{$old}{qw(iss aud sub client_id scope)}],
    'RFC 6749 6: for the same user, client, scope and resource');
isnt($new->{jti}, $old->{jti}, 'RFC 9068 2.2: with a jti of its own');
works($c, $_, '/mcp', 'both access tokens work')
    for $j->{access_token}, $second->{access_token};

# -- grace -------------------------------------------------------------------

my $again = refresh($j, $j->{refresh_token});
is($again->status, 200, 'D8: the token before, within the grace time');
is($again->json->{refresh_token}, $second->{refresh_token},
    'D8: gets the same successor: the answer may have been lost');
works($c, $again->json->{access_token}, '/mcp', 'and a token that works');
my $third = refresh($j, $second->{refresh_token})->json;
ok($third->{refresh_token}, 'the family goes on');

# -- reuse -------------------------------------------------------------------

sub everywhere {
    my $token = shift;
    return [at_once(16, sub { status_of($c, $token) })];
}
is_deeply(everywhere($third->{access_token}), [(200) x 16],
    'its token works in all children');
invalid(refresh($j, $j->{refresh_token}), 'invalid_grant',
    'RFC 9700 4.14.2: an older one is reuse');
is_deeply(everywhere($third->{access_token}), [(401) x 16],
    'RFC 9700 4.14.2: the family ends, in all children at once');
dead($c, $_->[1], '/mcp', "RFC 9700 4.14.2: also $_->[0]") for
    ['the first access token', $j->{access_token}],
    ['the second', $second->{access_token}];
invalid(refresh($j, $third->{refresh_token}), 'invalid_grant',
    'RFC 9700 4.14.2: the current refresh token too');
my $mine = tokens();
works($c, $mine->{access_token}, '/mcp',
    'what else the user granted this client lives on');

# -- scope and resource ------------------------------------------------------

my $wide = tokens(scope => 'notes:write offline_access');
is_deeply([sort split / /, $wide->{tokens}{scope}],
    ['notes:read', 'notes:write', 'offline_access'],
    'what a scope includes is granted with it');
my $narrow = $c->refresh($wide, scope => 'notes:read')->json;
is($narrow->{scope}, 'notes:read', 'RFC 6749 6: less scope on request');
is(jwt_claims($narrow->{access_token})->{scope}, 'notes:read',
    'RFC 9068 2.2.3: in the token too');
my $back = refresh($wide, $narrow->{refresh_token})->json;
is($back->{scope}, $wide->{tokens}{scope},
    'RFC 6749 6: the refresh token keeps what was granted');
my $reader = tokens(scope => 'notes:read');
for (
    ['invalid_scope', 'more scope than was granted', scope => 'notes:write'],
    ['invalid_scope', 'a scope that nobody knows', scope => 'nope'],
    ['invalid_scope', 'a malformed scope', scope => 'a"b'],
    ['invalid_target', 'another resource', resource => "$issuer/notes"],
    ['invalid_target', 'a foreign one', resource => 'https://a.example/'],
    ['invalid_request', 'no refresh token', refresh_token => undef],
    ['invalid_request', 'an empty one', refresh_token => ''],
    ['invalid_grant', 'an access token',
        refresh_token => $reader->{access_token}],
    ['invalid_grant', 'a code', refresh_token => $reader->{code}],
    ['invalid_grant', 'something long', refresh_token => 'r' x 5000],
) {
    my ($error, $name, @fields) = @$_;
    invalid($c->refresh($reader, @fields), $error,
        "RFC 6749 5.2: $error for $name");
}
is($c->refresh($reader, resource => "$issuer/mcp")->json->{scope},
    'notes:read', 'and nothing was turned by that; the resource may be named');

# -- whose it is, and forgeries ----------------------------------------------

my $victim = tokens();
my $token = $victim->{refresh_token};
my @parts = $token =~ /^(.*\.)([^.]+)(\.)(\d+)(\.)([^.]+)$/;
is(scalar @parts, 6, 'D8: grant, generation, MAC');
my ($head, $grant, undef, $generation, undef, $mac) = @parts;
my $foreign = (tokens()->{refresh_token} =~ /\.([^.]+)\.\d+\.[^.]+$/)[0];
my $other = $c->register(client_name => 'Another');
invalid($c->refresh({%$victim, client => $other}), 'invalid_grant',
    'RFC 6749 6: of another client');
invalid(refresh($victim, $_->[1]), 'invalid_grant', "D8: $_->[0] is forged")
    for
    ['a later generation', "$head$grant." . ($generation + 1) . ".$mac"],
    ['an earlier one', "$head$grant." . ($generation - 1) . ".$mac"],
    ['the grant of another', "$head$foreign.$generation.$mac"],
    ['a changed MAC', "$head$grant.$generation."
        . ($mac =~ s/(.)$/$1 eq 'A' ? 'E' : 'A'/er)],
    ['half a MAC', "$head$grant.$generation." . substr $mac, 0, 20],
    ['no MAC', "$head$grant.$generation."],
    ['another key', $token =~ s/^(r\d+-)\d+/${1}99/r],
    ['a sign in the generation', "$head$grant.+$generation.$mac"],
    ['a zero before it', "$head$grant.0$generation.$mac"],
    ['something behind it', "$token.x"];
is($c->refresh($victim)->status, 200,
    'RFC 9700 4.14.2: no forgery ends a family');
my $secret = $c->register(token_endpoint_auth_method => 'client_secret_basic');
my $confidential = $c->journey(client => $secret);
refused($c->refresh({%$confidential, client => {%$secret,
    client_secret => 'x' x 43}}), 401, 'invalid_client',
    'RFC 6749 6: a confidential client authenticates');
refused($c->refresh({%$confidential, client => {%$secret,
    token_endpoint_auth_method => 'none'}}), 401, 'invalid_client',
    'RFC 6749 6: always');
is($c->refresh($confidential)->status, 200, 'and gets its tokens then');
log_is_clean();

# -- how long everything lasts -----------------------------------------------

my $s = MCPServer->new(faketime => 1);
$s->start;
$c = $s->client;
$client = $c->register;
my ($minute, $hour, $day) = (60, 3600, 86400);

my $early = $c->journey(client => $client, until => 'code');
my $late = $c->journey(client => $client, until => 'code');
my $aged = tokens();
$s->set_clock(50);
is($c->redeem($early)->status, 200, 'a code lasts a minute');
$s->set_clock(62);
invalid($c->redeem($late), 'invalid_grant',
    'RFC 6749 4.1.2: and no longer than that');
works($c, $aged->{access_token}, '/mcp', 'an access token lasts');
$s->set_clock($hour - 30);
works($c, $aged->{access_token}, '/mcp', 'for an hour');
$s->set_clock($hour + 2);
is_deeply([at_once(8, sub { status_of($c, $aged->{access_token}) })],
    [(401) x 8], 'RFC 9068 4: and not longer, in no child');
dead($c, $aged->{access_token}, '/mcp', 'RFC 6750 3.1: it is invalid then');
my $renewed = $c->refresh($aged);
is($renewed->status, 200, 'RFC 6749 1.5: a refresh token outlives it');

my $turned = $renewed->json->{refresh_token};
$s->set_clock($hour + 2 + 100);
is(refresh($aged, $aged->{refresh_token})->json->{refresh_token}, $turned,
    'D8: 100 s later the one before still gets the same successor');
$s->set_clock($hour + 2 + 130);
invalid(refresh($aged, $aged->{refresh_token}), 'invalid_grant',
    'D8: after two minutes it is reuse');
invalid(refresh($aged, $turned), 'invalid_grant', 'and the family ends');

$s->set_clock(0);
my ($idle, $used) = (tokens(), tokens());
my $current = $used->{refresh_token};
for my $days (25, 50, 75) {
    $s->set_clock($days * $day);
    my $r = refresh($used, $current);
    is($r->status, 200, "used every 25 days it lives: day $days");
    $current = $r->json->{refresh_token};
    next unless $days == 50;
    invalid($c->refresh($idle), 'invalid_grant',
        'RFC 6749 10.4: one that is not used for 30 days ends');
}
$s->set_clock(90 * $day - 10 * $minute);
my $last = refresh($used, $current)->json;
ok($last->{expires_in} <= 600 && $last->{expires_in} > 500,
    'no access token outlives its grant') or diag $last->{expires_in};
works($c, $last->{access_token}, '/mcp', 'the last one works');
$s->set_clock(90 * $day + 5);
invalid(refresh($used, $last->{refresh_token}), 'invalid_grant',
    'RFC 9700 4.14: after 90 days the user is asked again');
dead($c, $last->{access_token}, '/mcp', 'the last one too');
my $next = tokens();
works($c, $next->{access_token}, '/mcp', 'the client is known as ever');
$s->stop;
done();
