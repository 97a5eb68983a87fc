# Licensed under the Apache License, Version 2.0; see LICENSE.
# What may happen once happens once, however many ask at the same time, in
# however many processes.
use strict;
use warnings;
use MCPTest;
use MCPExpect;

my $c = client();
my $client = $c->register;

# How many processes wrote to the log since the last look.
sub processes {
    my %pids = map { /\[pid (\d+)/ ? ($1 => 1) : () } error_log()->lines;
    return scalar keys %pids;
}

sub outcome {
    my $r = shift;
    my $data = eval { $r->json } || {};
    return {status => $r->status, error => $data->{error},
        access => $data->{access_token}, refresh => $data->{refresh_token}};
}

# -- a code ------------------------------------------------------------------

for my $round (1 .. 5) {
    my $j = $c->journey(client => $client, until => 'code');
    my @all = at_once(24, sub { outcome($c->redeem($j)) });
    my @won = grep { $_->{status} == 200 } @all;
    is(scalar @won, 1, "RFC 6749 4.1.2: one of 24 wins, round $round");
    is_deeply([map { "$_->{status} $_->{error}" }
        grep { $_->{status} != 200 } @all], [('400 invalid_grant') x 23],
        'and the others hear that it is spent');
    dead($c, $won[0]{access}, '/mcp',
        'RFC 6749 4.1.2: it was used more than once, so its tokens end');
    refused($c->refresh($j, refresh_token => $won[0]{refresh}), 400,
        'invalid_grant', 'the refresh token too');
}
cmp_ok(processes(), '>', 1, 'several processes were asked');

# -- a refresh token ---------------------------------------------------------

my $j = $c->journey(client => $client);
my $token = $j->{refresh_token};
for my $round (1 .. 3) {
    my @all = at_once(12, sub {
        outcome($c->refresh($j, refresh_token => $token)) });
    is_deeply([map { $_->{status} } @all], [(200) x 12],
        "D8: 12 refreshes at once all get an answer, round $round");
    my %next = map { ($_->{refresh} // '') => 1 } @all;
    is(scalar keys %next, 1, 'D8: with the same successor');
    is_deeply([at_once(12, sub { status_of($c, $all[$_[0] - 1]{access}) })],
        [(200) x 12], 'and access tokens that all work');
    isnt((keys %next)[0], $token, 'it is a new one');
    ($token) = keys %next;
}
is($c->refresh($j, refresh_token => $token)->status, 200,
    'D8: and the family lives');

# a race between the current one and the one before is no reuse either
my $raced = $c->journey(client => $client);
my $second = $c->refresh($raced)->json->{refresh_token};
my @both = at_once(12, sub { outcome($c->refresh($raced, refresh_token =>
    $_[0] % 2 ? $second : $raced->{refresh_token})) });
ok(!(grep { $_->{status} != 200 && $_->{error} ne 'invalid_grant' } @both),
    'D8: two generations at once: an answer or invalid_grant, nothing else');
is((grep { $_->{status} == 200 } @both) > 0, 1, 'D8: somebody is served');

# -- a decision --------------------------------------------------------------

for my $case (['approve', sub { 'approve' }],
    ['approve and deny', sub { $_[0] % 2 ? 'approve' : 'deny' }]) {
    my ($name, $decision) = @$case;
    my $at = $c->journey(client => $client, until => 'consent');
    my ($form) = $c->forms($at->{response});
    my @all = at_once(12, sub {
        my $r = $at->{browser}->submit($at->{response}, $form,
            decision => $decision->($_[0]));
        return {status => $r->status, location => location_of($r)};
    });
    my @left = grep { defined $_->{location} } @all;
    is(scalar @left, 1, "12 submits of $name at once are one decision");
    is_deeply([sort { $a <=> $b } map { $_->{status} } @all],
        [303, (400) x 11], 'and the others are told');
}

# -- sign-ins do not get into each other's way -------------------------------

my @codes = at_once(12, sub {
    my $j = $c->journey(client => $client, state => "tab $_[0]");
    return [$j->{returned}{state}, $j->{code}, status_of($c,
        $j->{access_token})];
});
is_deeply([map { $_->[0] } @codes], [map { "tab $_" } 1 .. 12],
    '12 journeys at once each get their own answer');
my %codes = map { $_->[1] => 1 } @codes;
is(scalar keys %codes, 12, 'with a code of their own');
is_deeply([map { $_->[2] } @codes], [(200) x 12], 'and a token that works');
done();
