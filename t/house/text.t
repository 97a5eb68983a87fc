#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# House rules 20, 28 and 33, licence lines, and every directive explained.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use House;
use Test::More;

my @sources = House::sources();
plan skip_all => 'no source' unless @sources;

# Every place where a pattern stands in the code, or with comments => 1 in it
# and its comments, that has no excuse.
sub places {
    my ($pattern, $files, %o) = @_;
    my @places;
    for my $file (@$files) {
        next if $o{but} && $file =~ $o{but};
        my $text = House::slurp($file);
        my @lines = split /\n/, $text, -1;
        my @look = $o{comments} ? @lines : split /\n/, House::code($text), -1;
        push @places, map { "$file:$_: $lines[$_ - 1]" }
            grep { $look[$_ - 1] =~ $pattern && !House::excused(\@lines, $_) }
            1 .. @look;
    }
    return @places;
}

sub nowhere {
    my ($name, @places) = @_;
    ok(!@places, $name) or diag join "\n", @places;
}

nowhere('rule 20: apr_time_now() stands where contexts are made alone', places(
    qr/\b(?:apr_time_now|time|gettimeofday|clock_gettime)\s*\(/, \@sources,
    but => qr{/(?:server|ctl)/context\.c$}));

my @written = grep { !m{^t/house/text\.t$|package-lock} }
    map { House::files($_, qr/\.(?:[ch]|def|pl|pm|t|mjs|html|css|conf|in|mk)$/) }
    qw(mod_mcp_oauth t conf);
my $later = join '|', 'TO' . 'DO', 'FIX' . 'ME', 'X' . 'XX';
nowhere('rule 28: nothing is left to do later',
    places(qr/\b(?:$later)\b/, \@written, comments => 1));

my @unlicensed = grep { (House::lines($_))[0]
    !~ m{^/\* Licensed under the Apache License, Version 2\.0; see LICENSE} }
    @sources, House::files('t', qr{\.[ch]$});
nowhere('every C file begins with its licence', @unlicensed);

nowhere('no tab, no blank at the end of a line', places(qr/\t|[ ]$/, \@sources,
    comments => 1));

# rule 8: log or return; rule 19 cannot be seen from here, memcmp can
nowhere('no function that forgets the size of its buffer', places(
    qr/\b(?:strcpy|strcat|sprintf|vsprintf|gets|strtok)\s*\(/, \@sources));

SKIP: {
    my $table = 'mod_mcp_oauth/config/directives.def';
    skip 'no directives yet', 1 unless -e "$House::root/$table";
    my $rows = House::code(House::slurp($table));
    my (@bare, %seen);
    while ($rows =~ /^MCP_\w*DIRECTIVE\("(\w+)"(.*?)\)\s*$/gms) {
        my ($name, $row) = ($1, $2);
        my ($help) = $row =~ /,\s*((?:"(?:[^"\\]|\\.)*"\s*)+)$/s;
        push @bare, "$name: no sentence of help"
            unless defined $help && $help =~ /\w+ \w+ \w+/;
        push @bare, "$name: twice" if $seen{$name}++;
    }
    push @bare, 'no row was found' unless %seen;
    # what is generated from the table
    for my $manual (qw(conf/directives.md conf/mcp_oauth.conf)) {
        my $text = House::slurp($manual);
        push @bare, map "$_ is not in $manual", grep { $text !~ /\b$_\b/ }
            sort keys %seen;
    }
    nowhere('every directive is explained', @bare);
}
done_testing();
