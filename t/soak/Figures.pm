# Licensed under the Apache License, Version 2.0; see LICENSE.
package Figures;

# What a server takes, from /proc, mod_status and its access log.
#
#   files_of($pid)            {kind => how many are open}
#   memory_of($pid)           kB that are its own. Those that it shares with its
#                             children since they were forked count too, and
#                             shared memory does not: Private_Dirty has it the
#                             other way round
#   status_of($client)        what mod_status shows of streams and processes
#   my $h = Figures->handled($file); $h->look    {pid => requests so far}
#   growth(@pairs)            [x, y]: by how much y grows with each x, from the
#                             second third to the last

use strict;
use warnings;
use Exporter 'import';

our @EXPORT = qw(files_of memory_of status_of growth);

# Sockets and the like count as one kind, files by their name.
sub files_of {
    my $pid = shift;
    my %files;
    for (glob "/proc/$pid/fd/*") {
        my $to = readlink // next;
        $to =~ s/:.*//;
        $to =~ s{^.*/}{};
        $files{$to}++;
    }
    return \%files;
}

sub memory_of {
    my $pid = shift;
    open my $in, '<', "/proc/$pid/smaps_rollup" or return;
    my $text = do { local $/; <$in> } // return;
    return $text =~ /^Anonymous: +(\d+) kB/m ? $1 : undef;
}

# {streams, threads, busy, processes, stopping}
sub status_of {
    my $client = shift;
    my $body = $client->get('/server-status?auto')->body;
    my %count = map { ($_ => 0) } qw(Parked Stalled Threads);
    $count{$1} += $2
        while $body =~ /^MCPStreams[A-Z]\w*?(Parked|Stalled|Threads): (\d+)$/mg;
    ($count{$_}) = $body =~ /^$_: (\d+)$/m
        for qw(BusyWorkers Processes Stopping);
    return \%count;
}

# -- requests of each child --------------------------------------------------

sub handled {
    my ($class, $file) = @_;
    return bless {file => $file, offset => 0, of => {}}, $class;
}

sub look {
    my $self = shift;
    open my $in, '<', $self->{file} or return $self->{of};
    seek $in, $self->{offset}, 0;
    while (<$in>) {
        last unless /\n\z/;
        $self->{of}{$_ + 0}++;
        $self->{offset} += length;
    }
    return $self->{of};
}

# -- growth ------------------------------------------------------------------

# of x and of y: one that is far off does not count
sub median {
    my @sorted = sort { $a <=> $b } @_;
    return $sorted[@sorted / 2];
}

sub middle { return median(map { $_->[0] } @_), median(map { $_->[1] } @_) }

sub growth {
    my @pairs = @_;
    my $third = int(@pairs / 3) or return 0;
    my ($x1, $y1) = middle(@pairs[-2 * $third .. -$third - 1]);
    my ($x2, $y2) = middle(@pairs[-$third .. -1]);
    return $x2 > $x1 ? ($y2 - $y1) / ($x2 - $x1) : 0;
}

1;
