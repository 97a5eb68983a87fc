# Licensed under the Apache License, Version 2.0; see LICENSE.
package Diary;

# What the disturber does to the server, and when: one process writes it, before
# it does it, and those who miss an answer look it up.
#
#   my $d = Diary->new($file);
#   $d->begins(killed => $pid);  $d->ends(killed => $pid);
#   $d->was(killed => $from, $to, $pid)      whether one was within that time
#   $d->count('killed')

use strict;
use warnings;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

sub now { return clock_gettime(CLOCK_MONOTONIC) }

sub new {
    my ($class, $file) = @_;
    open my $out, '>', $file or die "$file: $!";
    close $out;
    return bless {file => $file}, $class;
}

sub note {
    my ($self, $mark, $what, $which) = @_;
    open my $out, '>>', $self->{file} or die "$self->{file}: $!";
    syswrite $out, sprintf "%s %s %s %.6f\n", $mark, $what, $which // '-', now();
    close $out;
}

sub begins { my $self = shift; return $self->note(begins => @_) }
sub ends { my $self = shift; return $self->note(ends => @_) }

# [what, which, from, to], to is undef while it goes on.
sub events {
    my $self = shift;
    open my $in, '<', $self->{file} or die "$self->{file}: $!";
    my (@events, %open);
    while (<$in>) {
        my ($mark, $what, $which, $time) = split;
        if ($mark eq 'begins') {
            push @events, $open{"$what $which"} = [$what, $which, $time];
        }
        elsif (my $event = delete $open{"$what $which"}) {
            $event->[3] = $time;
        }
    }
    return @events;
}

sub was {
    my ($self, $what, $from, $to, $which) = @_;
    return scalar grep { $_->[0] eq $what && $_->[2] <= $to
        && (!defined $_->[3] || $_->[3] >= $from)
        && (!defined $which || $_->[1] eq $which) } $self->events;
}

# For people.
sub lines {
    my $self = shift;
    return map { sprintf '%s %s from %.3f to %s', @$_[0 .. 2],
        defined $_->[3] ? sprintf '%.3f', $_->[3] : 'the end' } $self->events;
}

sub count {
    my ($self, $what) = @_;
    return scalar grep { $_->[0] eq $what } $self->events;
}

1;
