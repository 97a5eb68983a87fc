# Licensed under the Apache License, Version 2.0; see LICENSE.
# Whatever happens to the server between two steps of the journey: it goes on.
# What was spent or revoked before stays so.
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPServer;

my $s = MCPServer->new;
$s->start;
my $c = $s->client;

my %kind = (
    'a stop and a start' => sub { $s->stop; $s->start },
    'a restart' => sub { $s->restart },
    'a graceful restart' => sub { $s->graceful },
    'the death of a child' => sub { $s->kill_child },
    'the death of all children' => sub { $s->kill_child($_) for $s->children },
    'the death of all processes' => sub { $s->kill_all; $s->start },
);
# httpd's own words about its death
expect_log(qr/AH0005[12]/);

sub invalid { return refused($_[0], 400, 'invalid_grant', $_[1]) }

# A grant that was revoked: its code was redeemed twice.
sub revoked {
    my $j = $c->journey(client => $_[0]);
    $c->redeem($j);
    return $j;
}

# -- between two steps -------------------------------------------------------

for my $kind ('a stop and a start', 'a graceful restart',
    'the death of a child', 'the death of all processes') {
    my $event = $kind{$kind};
    my @steps;
    my $j = eval { $c->journey(between => sub {
        push @steps, @_;
        $event->() if $_[0] ne 'register';
    }) };
    ok($j && $j->{access_token}, "$kind before each of @steps[1 .. $#steps]")
        or diag $@;
    next unless $j;
    $event->();
    works($c, $j->{access_token}, '/mcp', "$kind before the call");
    $event->();
    my $refreshed = $c->refresh($j);
    is($refreshed->status, 200, "$kind before the refresh");
    works($c, $refreshed->json->{access_token}, '/mcp', 'and the new one works');
}

# -- what was before ---------------------------------------------------------

for my $kind (sort keys %kind) {
    my $client = $c->register;
    my $secret = $c->register(token_endpoint_auth_method =>
        'client_secret_basic');
    my $keys = $c->get('/oauth/jwks')->body;
    my $unspent = $c->journey(client => $secret, until => 'code');
    my $live = $c->journey(client => $client);
    my $second = $c->refresh($live)->json->{refresh_token};
    my $revoked = revoked($client);
    my $consent = $c->journey(client => $client, until => 'consent');
    my ($form) = $c->forms($consent->{response});
    my @decide = ($consent->{response}, $form, decision => 'approve');
    is($consent->{browser}->submit(@decide)->status, 303, 'a decision');

    $kind{$kind}->();
    is($c->get('/oauth/jwks')->body, $keys, "$kind: the keys are the same");
    is($c->redeem($unspent)->status, 200,
        "$kind: an unspent code is good, and so is a derived secret");
    works($c, $live->{access_token}, '/mcp', "$kind: access tokens work");
    is($c->refresh($live)->json->{refresh_token}, $second,
        "$kind: the grace of a refresh token goes on");
    dead($c, $revoked->{access_token}, '/mcp', "$kind: revoked is revoked");
    invalid($c->refresh($revoked), "$kind: for the refresh token too");
    invalid($c->redeem($revoked), "$kind: a spent code is spent");
    shown($consent->{browser}->submit(@decide), 400, qr/used already/,
        "$kind: a decision was made");
    is($c->refresh($live, refresh_token => $second)->status, 200,
        "$kind: refresh tokens work");
}

# -- in the middle of it -----------------------------------------------------

# Everybody redeems codes while the server dies. What was answered is spent.
my $client = $c->register;
my @codes = map { $c->journey(client => $client, until => 'code') } 1 .. 40;
my $victim = fork // die $!;
if (!$victim) {
    select undef, undef, undef, 0.05;
    kill KILL => -$s->{pid};
    POSIX::_exit(0);
}
my @answers = at_once(4, sub {
    my $n = shift;
    local $SIG{PIPE} = 'IGNORE';
    return [map {
        my $r = eval { $c->redeem($codes[$_]) };
        [$_, $r ? $r->status : 0];
    } grep { $_ % 4 == $n - 1 } 0 .. $#codes];
});
waitpid $victim, 0;
$s->kill_all;
$s->start;
my %status = map { @$_ } map { @$_ } @answers;
my ($spent, $lost, $fresh) = (0, 0, 0);
for (sort { $a <=> $b } keys %status) {
    my $again = $c->redeem($codes[$_])->status;
    $again == 200 ? $fresh++ : $spent++;
    $lost++ if $status{$_} == 200 && $again != 400;
}
is($lost, 0, 'no code that was answered before kill -9 is good after it');
is($spent + $fresh, 40, "$spent were spent, $fresh were not");
$s->stop;
done();
