# Licensed under the Apache License, Version 2.0; see LICENSE.
# The clock is set on or back by a day, or by more: nothing that is for once is
# used twice, and nothing comes back to life.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPServer;

my $s = MCPServer->new(faketime => 1);
$s->start;
my $c = $s->client;
my $client = $c->register;
my $day = 86400;
my @steps = (-$day, $day, 0, 3 * $day, -3 * $day, 100 * $day, 0);

sub invalid { return refused($_[0], 400, 'invalid_grant', $_[1]) }
sub consent_at {
    my $at = $c->journey(client => $client, until => 'consent');
    my ($form) = $c->forms($at->{response});
    return sub { $at->{browser}->submit($at->{response}, $form,
        decision => 'approve') };
}

# -- what is spent before ----------------------------------------------------

my $spent = $c->journey(client => $client);
my $revoked = $c->journey(client => $client);
invalid($c->redeem($revoked), 'a code is redeemed twice');
my $reused = $c->journey(client => $client);
my @family = $reused->{refresh_token};
push @family, $c->refresh($reused, refresh_token => $family[-1])
    ->json->{refresh_token} for 1 .. 2;
my $decide = consent_at();
is($decide->()->status, 303, 'a decision is made');
sub kids { return map $_->{kid}, @{$c->get('/oauth/jwks')->json->{keys}} }
my @kids = kids();

for my $offset (@steps) {
    my $when = sprintf '%+d days', $offset / $day;
    $s->set_clock($offset);
    # after 90 days there are further ones
    my %now = map { ($_ => 1) } kids();
    is(scalar(grep { $now{$_} } @kids), 2, "$when: the keys are there");
    invalid($c->redeem($spent, code_verifier => 'x' x 43),
        "$when: a spent code is spent");
    invalid($c->redeem($revoked), "$when: also that of a revoked grant");
    dead($c, $revoked->{access_token}, '/mcp', "$when: revoked is revoked");
    invalid($c->refresh($revoked), "$when: its refresh token too");
    my $again = $decide->();
    ok($again->status == 400 && !defined location_of($again),
        "$when: a decision is made once") or diag $again->brief;
}
# the first generation is reuse, whatever the clock says
$s->set_clock(-$day);
invalid($c->refresh($reused, refresh_token => $family[0]),
    'the clock of yesterday: an older refresh token is reuse');
$s->set_clock($day);
invalid($c->refresh($reused, refresh_token => $_),
    'and of the family nothing is left tomorrow') for @family;
$s->set_clock(0);
dead($c, $reused->{access_token}, '/mcp', 'nor today');

# -- what is used after a step -----------------------------------------------

for my $offset ($day, -$day) {
    my $when = sprintf '%+d day', $offset / $day;
    $s->set_clock(0);
    my @codes = map { $c->journey(client => $client, until => 'code') } 1 .. 2;
    my $page = $c->journey(client => $client, until => 'sign-in');
    my $decide = consent_at();
    my $tokens = $c->journey(client => $client);
    $s->set_clock($offset);

    # spent there, and then the clock is right again
    my @first = ($c->redeem($codes[0])->status, $decide->()->status);
    if ($offset > 0) {
        is_deeply(\@first, [400, 400], "$when: codes and pages are too old");
        dead($c, $tokens->{access_token}, '/mcp',
            "$when: an access token has expired");
        my ($form) = $c->forms($page->{response});
        shown($page->{browser}->submit($page->{response}, $form,
            username => 'ada', password => 'password'), 400, qr/too old/,
            "$when: a sign-in page is too old");
    }
    my $made = $c->journey(client => $client);
    is_deeply([at_once(8, sub { status_of($c, $made->{access_token}) })],
        [(200) x 8], "$when: a token of then works");
    my $refreshed = $c->refresh($tokens);
    is($refreshed->status, 200, "$when: a refresh token is good");
    my $next = $refreshed->json->{refresh_token};
    $s->set_clock(0);
    my @second = ($c->redeem($codes[0])->status, $decide->()->status);
    my @twice = map { (grep { /^(?:200|303)$/ } $first[$_], $second[$_]) > 1 }
        0, 1;
    ok(!$twice[0], "$when, then today: a code once at most");
    ok(!$twice[1], "$when, then today: a decision once at most");
    invalid($c->redeem($codes[0]), "$when, then today: certainly not thrice");
    is($c->redeem($codes[1])->status, 200,
        "$when, then today: what nobody used is good");
    my $repeated = $c->refresh($tokens);
    ok($repeated->status == 400
        || $repeated->json->{refresh_token} eq $next,
        "$when, then today: one successor of a refresh token");
    if ($offset > 0) {
        is_deeply([at_once(8, sub { status_of($c, $made->{access_token}) })],
            [(401) x 8], "$when, then today: a token from the future is none");
    }
    else {
        dead($c, $made->{access_token}, '/mcp',
            "$when, then today: a token of yesterday has expired");
    }
}

# -- the throw-away of what expired ------------------------------------------

# A child tidies the store a second after its start; by then all is long gone.
$s->set_clock(0);
my $old = $c->journey(client => $client);
$s->set_clock(200 * $day);
$s->restart;
select undef, undef, undef, 2.5;
$s->set_clock(0);
my $lines = () = $s->log->lines;
invalid($c->redeem($old), 'absence means no: a code');
my @said = ($s->log->lines)[$lines .. $lines + 20];
ok((grep { defined && /code: unknown or expired/ } @said),
    'for it is not there any more');
dead($c, $_->{access_token}, '/mcp', 'absence means no: access tokens')
    for $old, $revoked;
invalid($c->refresh($_), 'absence means no: refresh tokens')
    for $old, $revoked;
works($c, $c->journey(client => $client)->{access_token}, '/mcp',
    'and the server serves');
$s->stop;
done();
