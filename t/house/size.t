#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# House rules 5, 6 and 33: what fits a screen.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use House;
use Test::More;

my ($FILE, $FUNCTION, $ARGUMENTS, $COLUMNS) = (400, 50, 5, 80);

my @files = House::sources();
plan skip_all => 'no source' unless @files;
my (@long, @functions, @arguments, @wide);
my $count = 0;

for my $file (@files) {
    my @lines = House::lines($file);
    push @long, "$file has " . @lines . ' lines'
        if @lines - 1 > $FILE && !House::excused(\@lines, 2);
    for my $n (1 .. @lines) {
        push @wide, "$file:$n" if length $lines[$n - 1] > $COLUMNS
            && !House::excused(\@lines, $n);
    }
    for (House::functions($file)) {
        $count++;
        next if House::excused(\@lines, $_->{line});
        push @functions, "$file:$_->{line} $_->{name} has $_->{length} lines"
            if $_->{length} > $FUNCTION;
        push @arguments,
            "$file:$_->{line} $_->{name} has $_->{arguments} arguments"
            if $_->{arguments} > $ARGUMENTS;
    }
}
diag "$count functions" if $ENV{VERBOSE};
ok(!@long, "no file has more than $FILE lines") or diag join "\n", @long;
ok(!@functions, "rule 5: no function has more than $FUNCTION lines")
    or diag join "\n", @functions;
ok(!@arguments, "rule 5: no function has more than $ARGUMENTS arguments")
    or diag join "\n", @arguments;
ok(!@wide, "rule 33: no line is wider than $COLUMNS columns")
    or diag join "\n", @wide;
done_testing();
