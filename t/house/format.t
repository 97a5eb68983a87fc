#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# House rule 33: `make format` changes nothing.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use House;
use Test::More;

plan skip_all => 'no clang-format' if system 'command -v clang-format >/dev/null';
chdir $House::root or die $!;
my @files = (House::sources(), House::files('t', qr/\.[ch]$/));
my $said = @files ? `clang-format --dry-run -Werror @files 2>&1` : '';
is(join("\n", $said =~ /^(\S+?:\d+):\d+: error/gm), '',
    'rule 33: make format changes nothing');
done_testing();
