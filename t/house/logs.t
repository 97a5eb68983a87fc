#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# House rule 29: a log line has a number, and for WARNING up a remedy.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use House;
use Test::More;

my @calls = House::log_calls();
plan skip_all => 'nothing is logged' unless @calls;
my (%seen, @twice, @bare);

for (sort { $a->{number} <=> $b->{number} } @calls) {
    my $place = "$_->{file}:$_->{line}";
    push @twice, sprintf 'MCP%05d: %s and %s', $_->{number},
        $seen{$_->{number}}, $place if $seen{$_->{number}};
    $seen{$_->{number}} = $place;
    # what happened; or: what happened. And then what to do
    push @bare, sprintf 'MCP%05d at %s: "%s"', $_->{number}, $place, $_->{text}
        if $_->{level} =~ /^(?:WARNING|ERR|CRIT|ALERT|EMERG)$/
        && $_->{text} !~ /[;.:,] (?:%s|\w.*\w)/;
}
ok(!@twice, 'no log number stands in two places') or diag join "\n", @twice;
ok(!@bare, 'a line from WARNING up says what to do') or diag join "\n", @bare;
done_testing();
