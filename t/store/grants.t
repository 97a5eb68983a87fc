# Licensed under the Apache License, Version 2.0; see LICENSE.
# Many users and clients at random, while children die, the server restarts and
# its clock is set. What was granted lives on, what ended stays so, and nothing
# that is for once is given twice. t/property/grants.c plays the same without
# HTTP, much faster.
#
#   MCP_SEED=N MCP_STEPS=N
use strict;
use warnings;
use MCPTest;
use MCPExpect;
use MCPServer;

my $seed = $ENV{MCP_SEED} || int rand 1e6;
# the other MPMs get a short form
my $steps = $ENV{MCP_STEPS} || (mpm() eq 'event' ? 400 : 120);
srand $seed;
note "MCP_SEED=$seed MCP_STEPS=$steps";

my $s = MCPServer->new(faketime => 1);
$s->start;
expect_log(qr/AH0005[12]/);    # httpd's own words about the death of children
my $c = $s->client;
my @clients = map { $c->register(client_name => "Client $_") } 1 .. 3;
my ($grace, $life, $skew) = (120, 3600, 60);
my ($offset, @grants, @history) = (0);

sub now { return MCPServer::clock() + $offset }
sub one_in { return rand $_[0] < 1 }
sub any { return @_ ? $_[rand @_] : () }

# -- what is known of a grant ------------------------------------------------

# tokens: refresh tokens, the newest first; access: [token, when it was made];
# turned: when the newest came
sub alive { return grep { !$_->{dead} } @grants }

sub keep {
    my ($g, $data) = @_;
    push @{$g->{access}}, [$data->{access_token}, now()];
    return if $data->{refresh_token} eq ($g->{tokens}[0] // '');
    unshift @{$g->{tokens}}, $data->{refresh_token};
    $g->{turned} = now();
}

# The status that an access token must have; undef where a second decides.
sub expected {
    my ($g, $made) = @_;
    my $age = now() - $made;
    return 401 if $g->{dead} || $age > $life + 20 || $age < -$skew - 20;
    return $age > $life - 20 || $age < -$skew + 20 ? undef : 200;
}

sub is_in_grace {
    my $age = now() - $_[0]{turned};
    return abs($age - $grace) < 20 ? undef : $age < $grace;
}

sub outcome {
    my $r = eval { shift->() } or return {status => 0};
    return {status => $r->status, data => eval { $r->json } || {}};
}

# -- steps: each gives what is wrong -----------------------------------------

sub new_grant {
    my $g = {tokens => [], path => any('/mcp', '/notes')};
    my $j = $c->journey(client => any(@clients), resource => $g->{path},
        ($g->{path} eq '/notes' ? (scope => 'notes:read') : ()),
        any([], [user => 'bob', password => $MCPClient::PASSWORD{bob}])->@*);
    $g->{journey} = $j;
    keep($g, $j);
    push @grants, $g;
    return;
}

# The ones that use a token at once all get the same successor.
sub use_token {
    my ($g, $token, $n) = @_;
    my @all = at_once($n, sub { outcome(sub {
        $c->refresh($g->{journey}, refresh_token => $token) }) });
    my @wrong = grep { $_->{status} != 200 } @all;
    return map "$_->{status} " . ($_->{data}{error} // ''), @wrong if @wrong;
    my %next = map { $_->{data}{refresh_token} => 1 } @all;
    return 'several successors' if keys %next > 1;
    my $known = $token ne $g->{tokens}[0];
    return 'another successor' if $known && !$next{$g->{tokens}[0]};
    keep($g, $_->{data}) for @all;
    return;
}

sub refresh {
    my ($g) = any(alive()) or return;
    return use_token($g, $g->{tokens}[0], any(1, 1, 1, 2, 4, 12));
}

sub repeat {
    my ($g) = any(grep { $_->{tokens}[1] && is_in_grace($_) } alive())
        or return;
    return use_token($g, $g->{tokens}[1], any(1, 1, 3));
}

# Used again: the family ends, everywhere.
sub reuse {
    my ($g) = any(grep { $_->{tokens}[2] || ($_->{tokens}[1]
        && defined is_in_grace($_) && !is_in_grace($_)) } alive()) or return;
    my @wrong = remembered($g);
    my $r = $c->refresh($g->{journey},
        refresh_token => $g->{tokens}[$g->{tokens}[2] ? 2 : 1]);
    push @wrong, 'reuse is ' . $r->status if $r->status != 400;
    return ended($g, @wrong);
}

sub redeem_again {
    my ($g) = any(alive()) or return;
    my $made = $g->{access}[0][1];
    return if abs(now() - $made) > 30;    # the code is forgotten
    my @wrong = remembered($g);
    my $r = $c->redeem($g->{journey});
    push @wrong, 'a spent code is ' . $r->status if $r->status != 400;
    return ended($g, @wrong);
}

# Several redeem one code at once: all of it ends.
sub race {
    my $j = $c->journey(client => any(@clients), until => 'code');
    my @all = at_once(4, sub { outcome(sub { $c->redeem($j) }) });
    my @won = grep { $_->{status} == 200 } @all;
    return 'of 4, ' . @won . ' won' if @won != 1;
    my $g = {tokens => [], path => '/mcp', journey => $j};
    keep($g, $won[0]{data});
    push @grants, $g;
    return ended($g);
}

# Its newest access token is known to the children.
sub remembered {
    my $g = shift;
    return shows($g, $g->{access}[-1], 8);
}

sub ended {
    my ($g, @wrong) = @_;
    $g->{dead} = 1;
    return @wrong, shows($g, $g->{access}[-1], 8), serves_no_more($g);
}

sub serves_no_more {
    my $g = shift;
    my $r = $c->refresh($g->{journey}, refresh_token => $g->{tokens}[0]);
    return $r->status == 400 ? () : 'a dead family is ' . $r->status;
}

sub shows {
    my ($g, $access, $n) = @_;
    my $want = expected($g, $access->[1]) // return;
    my @wrong = grep { $_ != $want } at_once($n, sub {
        status_of($c, $access->[0], $g->{path}) });
    return map "an access token is $_, not $want", @wrong;
}

sub show {
    my $g = any(@grants) // return;
    return shows($g, any(@{$g->{access}}), any(1, 4));
}

sub show_dead {
    my $g = any(grep { $_->{dead} } @grants) // return;
    return (serves_no_more($g), shows($g, any(@{$g->{access}}), 4));
}

# Killed while several refresh: what one of them heard, the others hear too;
# who heard nothing asks again.
sub kill_amid {
    my ($g) = any(alive()) or return;
    my $token = $g->{tokens}[0];
    my $all = one_in(3);
    my ($victim) = $all ? -$s->{pid} : any($s->children);
    my $killer = fork // die $!;
    if (!$killer) {
        select undef, undef, undef, 0.005 + rand 0.04;
        kill KILL => $victim;
        POSIX::_exit(0);
    }
    my @all = at_once(6, sub { outcome(sub {
        $c->refresh($g->{journey}, refresh_token => $token) }) });
    waitpid $killer, 0;
    if ($all) {
        $s->kill_all;
        $s->start;
    }
    else {
        $s->await('the end of a child', sub { $s->children && $s->answers
            && !grep { $_ == $victim } $s->children });
    }
    my @heard = grep { $_->{status} } @all;
    my @wrong = map "$_->{status} amid a kill",
        grep { $_->{status} != 200 } @heard;
    return @wrong if @wrong;
    keep($g, $_->{data}) for @heard;
    return use_token($g, $token, 2);
}

sub set_clock {
    $offset = any(0, 0, 30, 200, 4000, 86400, -86400, -200);
    $s->set_clock($offset);
    return;
}

my @plans = (
    [20, 'a journey', \&new_grant], [28, 'a refresh', \&refresh],
    [10, 'a repeated refresh', \&repeat], [4, 'reuse', \&reuse],
    [4, 'a spent code', \&redeem_again], [3, 'a race for a code', \&race],
    [12, 'a token is shown', \&show], [7, 'a dead grant', \&show_dead],
    [4, 'kill -9 amid refreshes', \&kill_amid],
    [5, 'the clock is set', \&set_clock],
    [1, 'a graceful restart', sub { $s->graceful; return }],
    [1, 'a restart', sub { $s->restart; return }],
    [1, 'kill -9 of all', sub { $s->kill_all; $s->start; return }],
);

# -- the play ----------------------------------------------------------------

sub play {
    my $at = rand 100;
    my ($plan) = grep { ($at -= $_->[0]) < 0 } @plans;
    my @wrong = eval { $plan->[2]->() };
    push @wrong, $@ if $@;
    push @history, sprintf '%s at %+d s: %s', $plan->[1], $offset,
        @wrong ? "@wrong" : 'fine';
    return !@wrong;
}

sub twelve {
    my $g = $grants[-1];
    is_deeply([use_token($g, $g->{tokens}[0], 12)], [],
        '12 refreshes of one token at once all get the same answer');
    is_deeply([use_token($g, $g->{tokens}[1], 2)], [],
        'and once more who did not hear it');
    is_deeply([use_token($g, $g->{tokens}[0], 1)], [],
        'and leave one live family');
}

new_grant();
twelve();
my $step = 0;
1 while ++$step <= $steps && play();
ok($step > $steps, "MCP_SEED=$seed: $steps random steps")
    or diag join "\n", (splice @history, @history > 30 ? -30 : 0), $s->tail;

# what lives serves, what is dead does not, today and after a restart
$s->set_clock($offset = 0);
for my $when ('at last', 'after a restart') {
    my @lost = map { use_token($_, $_->{tokens}[0], 1) } alive();
    is_deeply(\@lost, [], "$when: " . alive() . ' grants serve');
    my @back = map { (serves_no_more($_), shows($_, $_->{access}[-1], 1)) }
        grep { $_->{dead} } @grants;
    is_deeply(\@back, [], "$when: " . (@grants - alive()) . ' are dead');
    $s->restart if $when eq 'at last';
}
$s->stop;
done();
