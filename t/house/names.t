#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# House rule 4: path is prefix; and only the module record leaves the .so.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use House;
use Test::More;

my $out = "$House::root/" . ($ENV{OUT} || 'build');
my @objects = House::files('obj', qr/\.o$/, $out);
plan skip_all => 'nothing is built' unless @objects;

my @wrong;
for my $object (@objects) {
    (my $path = $object) =~ s{^obj/|\.o$}{}g;
    my ($folder, $file) = $path =~ m{^(\w+)/(\w+)$} or next;
    next if $folder eq 't' || !-e "$House::root/mod_mcp_oauth/$path.c"
        && $path ne 'page/embedded';
    my @names = map { /^[0-9a-f]* [TDBRC] (\w+)$/ ? $1 : () }
        split /\n/, `nm -g --defined-only '$out/$object'`;
    # base/ and mcp/ drop the folder; store/store.c is mcp_store_*
    my $prefix = join '_', 'mcp', $folder =~ /^(?:base|mcp)$/ ? () : $folder,
        $file eq $folder && $folder ne 'mcp' ? () : $file;
    # a noun in two files: encode.c, encode_base64.c
    my @prefixes = ($prefix);
    push @prefixes, $prefixes[-1] =~ s/_[^_]+$//r
        while $prefixes[-1] =~ /_/ && $file =~ /_/
        && @prefixes <= ($file =~ tr/_//);
    for my $name (@names) {
        next if $name =~ /^mcp_(?:oauth|demo)_module$/;
        next if $name eq 'main' && $path eq 'ctl/main';
        push @wrong, "$path.c defines $name, not $prefix\_*"
            unless grep { $name =~ /^\Q$_\E(?:_|$)/ } @prefixes;
    }
}
ok(!@wrong, 'rule 4: the path is the prefix of every name that is not static')
    or diag join "\n", @wrong;

for my $module (House::files('modules', qr/mod_mcp_\w+\.so$/, $out)) {
    my ($name) = $module =~ /mod_(\w+)\.so$/;
    my @exported = map { /^\S* [A-Z] (\w+)/ ? $1 : () }
        split /\n/, `nm -D --defined-only '$out/$module'`;
    is("@exported", "${name}_module",
        "$module exports its module record and nothing else");
}
done_testing();
