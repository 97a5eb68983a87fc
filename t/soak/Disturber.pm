# Licensed under the Apache License, Version 2.0; see LICENSE.
package Disturber;

# What happens to a server at random while others use it: graceful restarts,
# killed children, restarts of Redis. Nothing here waits, so that the server is
# looked at meanwhile: tick() does what is due.
#
#   my $d = Disturber->new(server => $s, diary => $diary, redis => $r);
#   $d->tick            again and again
#   $d->rests           all has happened that it began
#   $d->{slowest}       how long the children before a restart lived on
#   $d->{parent}        [restarts, kB of the parent], one for each

use strict;
use warnings;
use List::Util qw(max shuffle);
use Figures;

my $BETWEEN = 1.2;    # seconds, on average
# how long children may need to find Redis again: those that began without it
# try every other second of the clock
my $FOUND = 3.5;

sub new {
    my ($class, %o) = @_;
    return bless {%o, due => Diary::now() + 0.5, old => [], plan => [],
        slowest => 0, parent => [], restarts => 0}, $class;
}

sub tick {
    my $self = shift;
    $self->look;
    return if Diary::now() < $self->{due};
    $self->{due} = Diary::now() + $BETWEEN * (0.3 + rand 1.4);
    $self->{plan} = [shuffle((qw(restarts kills)) x 2,
        $self->{redis} ? 'redis_goes' : ())] unless @{$self->{plan}};
    my $what = shift @{$self->{plan}};
    return $self->$what;
}

sub look {
    my $self = shift;
    $self->redis_comes
        if $self->{redis_due} && Diary::now() >= $self->{redis_due};
    if ($self->{redis_found} && Diary::now() >= $self->{redis_found}) {
        delete $self->{redis_found};
        $self->{diary}->ends('away');
    }
    $self->look_at($_) for @{$self->{old}};
    $self->{old} = [grep { !$_->{is_over} } @{$self->{old}}];
}

sub rests {
    my $self = shift;
    $self->look;
    return !@{$self->{old}} && !$self->{redis_due} && !$self->{redis_found};
}

sub lives {
    my $pid = shift;
    my $stat = '';
    if (open my $in, '<', "/proc/$pid/stat") { $stat = <$in> // '' }
    return $stat =~ /\) [^ZX] /;
}

# -- graceful restarts -------------------------------------------------------

sub restarts {
    my $self = shift;
    my $s = $self->{server};
    # one at a time: httpd would take two for one
    return if grep { !$_->{serves} } @{$self->{old}};
    my $restart = {n => ++$self->{restarts}, from => Diary::now(),
        generation => $s->generation, children => [$s->children]};
    $self->{diary}->begins(restarted => $restart->{n});
    kill USR1 => $s->{pid};
    push @{$self->{old}}, $restart;
}

# It serves anew; then the children of before are gone.
sub look_at {
    my ($self, $restart) = @_;
    my $s = $self->{server};
    if (!$restart->{serves}) {
        return unless $s->generation > $restart->{generation};
        $restart->{serves} = 1;
    }
    my $took = Diary::now() - $restart->{from};
    $self->{slowest} = max($self->{slowest}, $took);
    return if grep { lives($_) } @{$restart->{children}};
    $self->{diary}->ends(restarted => $restart->{n});
    push @{$self->{parent}}, [$restart->{n}, memory_of($s->{pid})];
    $restart->{is_over} = 1;
}

# Who should have gone, for people.
sub left {
    my $self = shift;
    return map { my $restart = $_; map { "$_ of before restart $restart->{n}" }
        grep { lives($_) } @{$restart->{children}} } @{$self->{old}};
}

# -- deaths ------------------------------------------------------------------

sub kills {
    my $self = shift;
    my @children = $self->{server}->children;
    my $child = $children[rand @children] // return;
    $self->{diary}->begins(killed => $child);
    kill KILL => $child;
    my $end = Diary::now() + 5;
    select undef, undef, undef, 0.002 while lives($child) && Diary::now() < $end;
    $self->{diary}->ends(killed => $child);
}

# -- Redis -------------------------------------------------------------------

sub redis_goes {
    my $self = shift;
    my $redis = $self->{redis};
    return if $self->{redis_due};
    $self->{diary}->ends('away') if delete $self->{redis_found};
    $self->{diary}->begins('away');
    rand(2) < 1 ? $redis->stop : $redis->kill;
    $self->{redis_due} = Diary::now() + 0.2 + rand 1.5;
}

sub redis_comes {
    my $self = shift;
    $self->{redis}->start;
    delete $self->{redis_due};
    $self->{redis_found} = Diary::now() + $FOUND;
}

1;
