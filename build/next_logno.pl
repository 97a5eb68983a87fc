#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# build/next_logno.pl [FROM]: the next number for a log line that is free, from
# FROM (100) up. `build/next_logno.pl list` shows all that are taken.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../t/house";
use House;

my %taken = map { ($_->{number} => "$_->{file}:$_->{line}") }
    House::log_calls("$FindBin::Bin/..");
my $from = shift // 100;
if ($from eq 'list') {
    printf "%05d %s\n", $_, $taken{$_} for sort { $a <=> $b } keys %taken;
    exit;
}
$from++ while $taken{$from};
print "$from\n";
